"""What the columns of a table of workers say: of which qualification type, and which part of a fact.

A column is called by the id or the name of a type; `<type>_min` and `<type>_max` are the ends of a range,
`Worker_Locale_Subdivision` is what its name says. This module does not know tables, frames, nor how cells are read.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from qualeval.errors import InvalidInput, Problem, WrongType, show
from qualeval.model.qualification_types import LOCALE, TypeNames, qualification_type
from qualeval.model.words import Word

__all__ = [
    "WORKER_ID",
    "Empty",
    "Nulls",
    "Part",
    "column_problems",
    "meanings_of_empty",
    "nearly_called",
    "type_and_part",
]


WORKER_ID = "WorkerId"
"""The column of worker ids, but for case, blanks and underscores: the requester site has `Worker ID`."""


class Empty(Word):
    """What an empty cell says."""

    UNKNOWN = "unknown"
    LACKS = "lacks"

    @classmethod
    def _noun(cls) -> str:
        return "meaning of an empty cell"


class Part(Word):
    """Which part of a fact a column has, where it has not all of it."""

    SUBDIVISION = "Subdivision"
    MIN = "Min"
    MAX = "Max"


Nulls = str | Mapping[str, str]
"""What empty cells mean: `unknown` or `lacks`, of all types or by type (id or name)."""

_SUBDIVISION = "_Subdivision"
_ENDS = {"_min": Part.MIN, "_max": Part.MAX}


def type_and_part(name: str, names: TypeNames) -> tuple[str, Part | None] | None:
    """The type that a column is about, and which part of the fact it has; None where it is called like no type."""
    if (type_id := _id_of(name, names)) is not None:
        return type_id, None
    if name.endswith(_SUBDIVISION) and _id_of(name.removesuffix(_SUBDIVISION), names) == LOCALE:
        return LOCALE, Part.SUBDIVISION
    for suffix, part in _ENDS.items():
        if name.endswith(suffix) and (type_id := _id_of(name.removesuffix(suffix), names)):
            return type_id, part
    return None


def _id_of(name: str, names: TypeNames) -> str | None:
    try:
        return names.id_of(name)
    except InvalidInput:
        return None


def nearly_called(name: str, names: TypeNames, ids: Iterable[str] = ()) -> str | None:
    """The name of a type, or of a part of it, that a column is called nearly like; one of these ids, but for case."""
    ends = ("", _SUBDIVISION, *_ENDS)
    by_id = {f"{each}{end}".casefold(): f"{each}{end}" for each in ids for end in ends}
    if (found := by_id.get(name.strip().casefold())) is not None:
        return found
    stems = {stem: each for each in names.known for stem in (each, each.removeprefix("Worker_"))}
    known = {f"{stem}{end}".casefold(): f"{each}{end}" for stem, each in stems.items() for end in ends}
    close = difflib.get_close_matches(name.strip().casefold(), known, n=1, cutoff=0.85)
    return known[close[0]] if close else None


def column_problems(type_id: str, columns: Iterable[tuple[str, Part | None]]) -> Iterable[Problem]:
    """What is wrong with the columns of one type beside each other; each is a name and a part."""
    group = list(columns)
    parts = {part for _, part in group}
    names = " and ".join(show(name) for name, _ in group)
    is_locale = qualification_type(type_id).is_locale
    if len(parts) < len(group):
        yield Problem(f"the columns {names} say the same of one type, {type_id}", help="keep one of them")
    elif is_locale and not parts <= {None, Part.SUBDIVISION}:
        yield Problem(f"{names}: a locale has no range", help="give the country and the subdivision")
    elif is_locale and None not in parts:
        yield Problem(f"{names}: a subdivision without a column of its country")
    elif not is_locale and Part.SUBDIVISION in parts:
        yield Problem(f"{names}: only Worker_Locale has subdivisions")
    elif None in parts and parts & {Part.MIN, Part.MAX}:
        yield Problem(f"{names}: a value beside the ends of a range", help="keep one of the two")


def meanings_of_empty(
    nulls: Nulls, types: Sequence[str], names: TypeNames, source: str | None = None
) -> Mapping[str, Empty]:
    """What the empty cells of each of these types mean, as far as `nulls` says; a single word is about all of them.

    Raises:
        InvalidInput: another word, or a type that none of `types` is.
        WrongType: it is neither a word nor a mapping.
    """
    if isinstance(nulls, str):
        return dict.fromkeys(types, Empty(nulls))
    given: object = nulls
    if not isinstance(given, Mapping):
        raise WrongType(f"nulls: expected a word or a mapping of types to words, got {type(nulls).__name__}")
    by_type = {names.id_of(name): Empty(text) for name, text in nulls.items()}
    if unasked := [names.name_of(each) for each in by_type if each not in types]:
        mend = f"there are columns of {', '.join(show(names.name_of(each)) for each in types) or 'no type'}"
        raise InvalidInput([Problem(f"no column of {show(each)}", ("nulls",), mend) for each in unasked], source)
    return by_type
