"""HITs from what Mechanical Turk's clients read, write and print: answers of GetHIT and ListHITs, requests, files.

The requirements are read strictly, for a key that is overlooked there opens a door: what is unknown, misspelt or of the
wrong type is refused, with everything else that is wrong. Of the HIT itself the few keys that a judgement reports are
read, and all others are kept as they came.

This module does not know what requirements mean, nor where answers come from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from qualeval.errors import InvalidInput, Path, Problem
from qualeval.model.actions import ActionsGuarded
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.model.requirements import Comparator, QualificationRequirement, requirement_problems
from qualeval.sources.documents import Source
from qualeval.sources.roots import ASSIGNMENT, HIT_, QUALIFICATION, REQUIREMENT, WORKER, Roots, kind_of
from qualeval.sources.strays import PLACES, REQUIREMENTS, strays
from qualeval.sources.structure import Name, Shape, TypeId, described, is_list, is_object, read_each, read_object
from qualeval.values.locale import Locale

__all__ = ["load_hit", "load_hits", "parse_hit", "parse_hits"]

_HIT = Shape(
    HIT_,
    {
        "HITId": Name,
        "Title": str,
        "HITStatus": str,
        "CreationTime": datetime,
        "Expiration": datetime,
        "NumberOfAssignmentsAvailable": int,
    },
    is_open=True,
)
_FETCHED = frozenset({"HITId", "HITStatus", "CreationTime"})
_OWN = _FETCHED | {"HITTypeId", "Title", "Reward"}  # keys that no worker profile has
_NOT_KEPT = frozenset({*_HIT.kinds, REQUIREMENTS, "ResponseMetadata"})

_REQUIREMENT = Shape(
    "a requirement",
    {
        "QualificationTypeId": TypeId,
        "Comparator": Comparator,
        "IntegerValues": tuple[int, ...],
        "LocaleValues": tuple[Locale, ...],
        "ActionsGuarded": ActionsGuarded,
        "RequiredToPreview": bool,
    },
    required=("QualificationTypeId", "Comparator"),
)

_NONE = f'a HIT without requirements says `{{"{REQUIREMENTS}": []}}`'
_ACCEPTED = "accepted are an answer of GetHIT or ListHITs, a CreateHIT request, and a list of requirements"
_MENDS = {
    REQUIREMENT: "put it into a list, `[...]`",
    QUALIFICATION: "give the HIT here, and the worker where a worker is expected",
    ASSIGNMENT: "give the HIT itself, as GetHIT returns it",
    WORKER: "give the HIT here, and the worker where a worker is expected",
}

MAX_REQUIREMENTS = 1000
"""More are no HIT but a mistake or an attack: to judge those on one type takes time that grows faster than they do."""


def parse_hit(
    mapping: Mapping[str, object] | Sequence[object],
    *,
    source: str | None = None,
    names: TypeNames = SYSTEM_ONLY,
) -> HIT:
    """The HIT that a dict of boto3's describes.

    `mapping` is what GetHIT returns, with or without the outer `HIT`; a CreateHIT or CreateHITType request; a bare
    list of requirements; or a ListHITs answer that holds exactly one HIT. `names` are names for types that may stand
    for their ids, `source` is what messages call the input.

    Raises:
        InvalidInput: anything else, with all that is wrong at once; an empty list too, which is what a search of HITs
            prints that found none.

    >>> parse_hit([{"QualificationTypeId": "Worker_Locale", "Comparator": "EqualTo",
    ...             "LocaleValues": [{"Country": "US"}]}]).requirements[0].locale_values
    (<Locale US>,)
    """
    return _only(_roots(mapping, source), names, "parse_hits")


def parse_hits(value: object, *, source: str | None = None, names: TypeNames = SYSTEM_ONLY) -> list[HIT]:
    """The HITs of a ListHITs answer or of a list of HITs; the one HIT of whatever else `parse_hit` accepts.

    An empty list holds no HIT. Raises InvalidInput with all that is wrong in all of them.
    """
    return _read(_roots(value, source), names)


def load_hit(source: Source, *, names: TypeNames = SYSTEM_ONLY) -> HIT:
    """The one HIT of a JSON or YAML file (a path, or an open stream), in any form that `parse_hit` accepts.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: it holds something else, or several HITs; all problems at once, with lines and columns.
    """
    return _only(Roots.of(source, "HITs", _words), names, "load_hits")


def load_hits(source: Source, *, names: TypeNames = SYSTEM_ONLY) -> list[HIT]:
    """The HITs of a file: of a ListHITs answer, a list of HITs, JSON Lines, or one. Raises as `load_hit` does."""
    return _read(Roots.of(source, "HITs", _words), names)


def _roots(tree: object, source: str | None) -> Roots:
    return Roots([tree], "HITs", _words, source=source)


def _read(roots: Roots, names: TypeNames) -> list[HIT]:
    return roots.read(partial(_all_hits, names=names))


def _only(roots: Roots, names: TypeNames, reader_of_many: str) -> HIT:
    return roots.only(_read(roots, names), lambda hit: hit.hit_id, reader_of_many, _NONE)


def _words(tree: object) -> Callable[[Path], Path]:
    """What words the paths in a tree: without the wrappers, and with the noun that a bare list leaves out."""
    noun = "" if not is_list(tree) else "HITs" if _holds_hits(tree) else REQUIREMENTS
    return partial(_worded, noun)


def _worded(noun: str, path: Path) -> Path:
    if noun and path:
        path = (noun, *path)
    last = len(path) - 1
    return tuple(part for place, part in enumerate(path) if not (part == "HIT" and place in (0, 2) and place < last))


# --- which HITs a tree holds


def _all_hits(trees: Sequence[object], names: TypeNames) -> list[HIT]:
    items = (((index,), tree) for index, tree in enumerate(trees))
    return [hit for hits in read_each(items, partial(_hits, names=names)) for hit in hits]


def _hits(tree: object, names: TypeNames) -> list[HIT]:
    if is_list(tree):
        return _listed(tree, names)
    if not is_object(tree):
        hint = "for a file use load_hit" if isinstance(tree, str) else _ACCEPTED
        raise InvalidInput(Problem(f"expected an object or a list, got {described(tree)}", help=hint))
    if "HITs" not in tree:
        return [_hit(tree, names)]
    _refuse_beside(tree, "HITs")
    listed = tree["HITs"]
    if not is_list(listed):
        raise InvalidInput(Problem(f"expected a list of HITs, got {described(listed)}", ("HITs",), _ACCEPTED))
    items = ((("HITs", index), item) for index, item in enumerate(listed))
    return read_each(items, partial(_hit, names=names, is_fetched=True))


def _listed(tree: Sequence[object], names: TypeNames) -> list[HIT]:
    if not tree:
        return []
    if _holds_hits(tree):
        return read_each((((index,), item) for index, item in enumerate(tree)), partial(_hit, names=names))
    return [HIT(_requirements(tree, names))]


def _holds_hits(tree: Sequence[object]) -> bool:
    """Whether a list is one of HITs; else it is one of requirements."""
    return any(kind_of(item) == HIT_ or _is_misspelt_hit(item) for item in tree)


def _refuse_beside(tree: Mapping[object, object], wrapper: str) -> None:
    """Of two places for requirements neither may be overlooked."""
    others = [key for key in PLACES if key in tree and key != wrapper]
    if others:
        found = f"got `{wrapper}` and `{others[0]}` in one object"
        raise InvalidInput(Problem(found, (others[0],), "leave one of them out"))
    if overlooked := strays(tree):
        raise InvalidInput([stray.problem(beside=wrapper) for stray in overlooked])


# --- one HIT


def _hit(tree: object, names: TypeNames, is_fetched: bool = False) -> HIT:
    if not is_object(tree) or "HIT" not in tree:
        return _bare_hit(tree, names, is_fetched)
    _refuse_beside(tree, "HIT")
    try:
        return _bare_hit(tree["HIT"], names, is_fetched=True)
    except InvalidInput as error:
        raise error.within("HIT") from None


def _bare_hit(tree: object, names: TypeNames, is_fetched: bool) -> HIT:
    if not is_object(tree):
        raise InvalidInput(Problem(f"expected a HIT, an object, got {described(tree)}", help=_ACCEPTED))
    is_fetched = is_fetched or not _FETCHED.isdisjoint(tree)
    problems = _form_problems(tree, is_fetched)
    reading = read_object(tree, _HIT)
    requirements: tuple[QualificationRequirement, ...] = ()
    try:
        requirements = _requirements(tree.get(REQUIREMENTS, ()), names)
    except InvalidInput as error:
        problems += error.within(REQUIREMENTS).problems
    if problems or reading.problems:
        raise InvalidInput([*problems, *reading.problems])
    return HIT(
        requirements,
        hit_id=reading.values.get("HITId"),
        title=reading.values.get("Title"),
        status=reading.values.get("HITStatus"),
        created_at=reading.values.get("CreationTime"),
        expires_at=reading.values.get("Expiration"),
        assignments_available=reading.values.get("NumberOfAssignmentsAvailable"),
        is_fetched=is_fetched,
        other={str(key): value for key, value in tree.items() if key not in _NOT_KEPT},
    )


def _form_problems(tree: Mapping[object, object], is_fetched: bool) -> list[Problem]:
    """What keeps an object from being a HIT whose requirements are known."""
    if not is_fetched and "HITTypeId" in tree:
        found = "a request that names a HITTypeId has no requirements of its own: those of the HIT type count"
        return [Problem(found, ("HITTypeId",), "give the CreateHITType request, or the HIT as GetHIT returns it")]
    if nested := [key for key in ("HIT", "HITs") if key in tree]:
        return [Problem(f"got `{nested[0]}` inside a HIT", (nested[0],), "leave one of the two out")]
    kind = kind_of(tree)
    if kind not in (None, HIT_) and not _is_misspelt_hit(tree):
        return [Problem(f"this is {kind}, expected a HIT", help=_MENDS[str(kind)])]
    if overlooked := strays(tree):
        beside = REQUIREMENTS if REQUIREMENTS in tree else None
        return [stray.problem(beside) for stray in overlooked]
    if REQUIREMENTS not in tree and "HITId" not in tree:
        mend = f"a HIT without requirements says `{REQUIREMENTS}: []`; {_ACCEPTED}"
        return [Problem(f"got an object with neither {REQUIREMENTS} nor HITId", help=mend)]
    return []


def _is_misspelt_hit(tree: object) -> bool:
    """Whether an object would be a HIT if some key were written in another way."""
    if not is_object(tree) or kind_of(tree) not in (None, WORKER) or not strays(tree):
        return False
    return kind_of(tree) is None or not _OWN.isdisjoint(tree)


# --- requirements


def _requirements(tree: object, names: TypeNames) -> tuple[QualificationRequirement, ...]:
    if not is_list(tree):
        mend = "put the requirement into a list, `[...]`" if is_object(tree) else "write `[]` for no requirements"
        raise InvalidInput(Problem(f"expected a list of requirements, got {described(tree)}", help=mend))
    if len(tree) > MAX_REQUIREMENTS:
        found = f"expected at most {MAX_REQUIREMENTS:,} requirements, got {len(tree):,}"
        raise InvalidInput(Problem(found, help="Mechanical Turk takes 10 a HIT"))
    items = (((index,), item) for index, item in enumerate(tree))
    return tuple(read_each(items, partial(_requirement, names=names)))


def _requirement(tree: object, names: TypeNames) -> QualificationRequirement:
    kind = kind_of(tree)
    if kind in (HIT_, ASSIGNMENT, WORKER):
        raise InvalidInput(Problem(f"this is {kind}, expected a requirement", help=_ACCEPTED))
    reading = read_object(tree, _REQUIREMENT)
    type_id = reading.type_id(names)
    comparator = reading.values.get("Comparator")
    integers = reading.items("IntegerValues", stand_in=0)
    locales = reading.items("LocaleValues", stand_in=Locale("US"))
    problems = [*reading.problems, *requirement_problems(type_id, comparator, integers, locales)]
    if problems or type_id is None or integers is None or locales is None:
        raise InvalidInput(problems)
    return QualificationRequirement(
        type_id,
        reading.values["Comparator"],
        integers,
        locales,
        actions_guarded=reading.values.get("ActionsGuarded"),
        required_to_preview=reading.values.get("RequiredToPreview"),
    )
