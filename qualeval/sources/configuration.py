"""The nearest configuration: the names that people give to qualification types, and the linter's settings, as written.

    [tool.qualeval.types]
    study_1_done = "3ABCDEFGHIJKLMNOPQRSTUVWXYZ012"

    [tool.qualeval.lint]
    ignore = ["QE409"]

A table that is none of these is refused, since it would be overlooked. This module does not know what the names are
used for, nor which settings the linter has.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import field, frozen

from qualeval.errors import InvalidInput, Problem, nearest, show
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.sources.structure import described, step
from qualeval.sources.texts import read_text

__all__ = ["Configuration", "Table", "configurations", "find_configuration", "find_type_names", "read_configuration"]

_TOOL = ("tool", "qualeval")
_ANYWHERE: tuple[tuple[str, ...], ...] = ((), _TOOL)
_FILES: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("qualeval.toml", _ANYWHERE),
    ("pyproject.toml", (_TOOL,)),
)
"""The files that are looked for, the first of a folder counts, and where in each our tables can stand."""

_TABLES: Mapping[str, str] = {"types": "a table of names", "lint": "a table of settings"}

_PLACE = re.compile(r"^(?P<words>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$", re.DOTALL)


@frozen
class Table:
    """A table as it was written, and the keys that lead to it."""

    keys: tuple[str, ...]
    entries: Mapping[str, object]


@frozen
class Configuration:
    """What a configuration says: its file (None where there is none), the names for types, `lint`'s table.

    `has_lint` says that the table stands there, be it empty.
    """

    path: Path | None = None
    names: TypeNames = SYSTEM_ONLY
    lint: Table = field(default=Table((*_TOOL, "lint"), {}))
    has_lint: bool = False


def find_type_names(start: str | os.PathLike[str]) -> TypeNames:
    """The names for types that hold in a folder (or for a file in it), those of the system included.

    They come from `[tool.qualeval.types]` of the nearest configuration, as `find_configuration` finds it. Without one
    only the system's names hold. Raises as that does.
    """
    return find_configuration(start).names


def find_configuration(start: str | os.PathLike[str]) -> Configuration:
    """The configuration that holds in a folder (or for a file in it).

    It is `[tool.qualeval]` of the pyproject.toml, or the qualeval.toml (in which the tables may stand at the top, as
    `[types]` and `[lint]`), that is nearest on the way up; of two in one folder qualeval.toml counts. A pyproject.toml
    without a `[tool.qualeval]` table is some other project's and is passed over.

    Raises:
        InvalidInput: a file that is no TOML, has an entry that is no name for a type, or no table where one should be,
            with the file and the place.
        InputNotFound: a file that is there and cannot be read.
    """
    return next(configurations(start), Configuration())


def configurations(start: str | os.PathLike[str]) -> Iterator[Configuration]:
    """The configurations on the way up from a folder, the nearest first, each read as it is asked for.

    All but the first are shadowed. Raises as `find_configuration` does.
    """
    first = Path(os.path.abspath(start))
    for folder in (first, *first.parents):
        for name, places in _FILES:
            path = folder / name
            if os.path.isfile(path):  # Path.is_file raises where a folder is closed to us
                found = _read(path, places)
                if found is not None:
                    yield found


def read_configuration(path: str | os.PathLike[str]) -> Configuration:
    """The configuration of this file: a pyproject.toml, or one of any other name that is read as a qualeval.toml is.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: what `find_configuration` refuses, and a file that does not speak of qualeval.
    """
    file = Path(path)
    found = _read(file, dict(_FILES).get(file.name, _ANYWHERE))
    if found is None:
        raise InvalidInput(Problem("there is no [tool.qualeval] table", help="name the file that has one"), str(path))
    return found


def _read(path: Path, places: tuple[tuple[str, ...], ...]) -> Configuration | None:
    """The configuration of one file; None where it does not speak of qualeval."""
    try:
        text = read_text(path)
        if path.name == "pyproject.toml" and "qualeval" not in text:
            return None
        tree = _parsed(text)
        section = _section(tree)
        if path.name == "pyproject.toml" and section is None:
            return None
        own = {keys: tree if keys == () else section or {} for keys in places}
        for keys, parent in own.items():
            _refuse_loose(keys, parent)
            _refuse_unknown(keys, parent)
        names = _table("types", own)
        has_lint = any("lint" in parent for parent in own.values())
        return Configuration(path, _type_names(names.keys, names.entries), _table("lint", own), has_lint)
    except InvalidInput as error:
        raise InvalidInput(error.problems, str(path)) from None


def _parsed(text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(_syntax_problem(text, str(error))) from None
    except RecursionError:
        raise InvalidInput(Problem("not TOML: nested too deeply", help="flatten it")) from None
    except ValueError as error:  # a date that is none, an integer of too many digits
        raise InvalidInput(Problem(f"not TOML: {str(error)[:200]}")) from None


def _syntax_problem(text: str, complaint: str) -> Problem:
    found = _PLACE.match(complaint)
    if found is None:
        return Problem(f"not TOML: {complaint[:200]}")
    words = found["words"][:1].lower() + found["words"][1:200]
    if found["line"] is None:
        return Problem(f"not TOML: {words} at the end", line=text.rstrip().count("\n") + 1, column=1)
    return Problem(f"not TOML: {words}", line=int(found["line"]), column=int(found["column"]))


def _section(tree: Mapping[str, object]) -> Mapping[str, object] | None:
    """The table `[tool.qualeval]`."""
    tool = tree.get("tool")
    section = tool.get("qualeval") if isinstance(tool, dict) else None
    if section is None:
        return None
    if not isinstance(section, dict):
        raise InvalidInput(Problem(f"expected a table, got {described(section)}", _TOOL))
    return section


def _table(name: str, own: Mapping[tuple[str, ...], Mapping[str, object]]) -> Table:
    """The table of this name, wherever in the file it stands; an empty one where it does not."""
    found: list[Table] = []
    for keys, parent in own.items():
        if name not in parent:
            continue
        entries = parent[name]
        if not isinstance(entries, dict):
            raise InvalidInput(Problem(f"expected {_TABLES[name]}, got {described(entries)}", (*keys, name)))
        found.append(Table((*keys, name), entries))
    if len(found) > 1:
        what = _TABLES[name].rpartition(" ")[2]
        both = " and in ".join(f"[{'.'.join(table.keys)}]" for table in found)
        raise InvalidInput(Problem(f"{what} stand in {both}", help="keep one table"))
    return found[0] if found else Table((*_TOOL, name), {})


def _refuse_loose(keys: tuple[str, ...], parent: Mapping[str, object]) -> None:
    """An entry outside of the tables would be overlooked."""
    loose = [key for key, value in parent.items() if not isinstance(value, dict) and key not in _TABLES]
    if loose:
        homes = " or ".join(f"[{'.'.join((*keys, name))}]" for name in _TABLES)
        found = "the key {} stands outside of any table"
        raise InvalidInput([Problem(found.format(show(key)), keys, f"put it under {homes}") for key in loose])


def _refuse_unknown(keys: tuple[str, ...], parent: Mapping[str, object]) -> None:
    """A table of another name would be overlooked. At the top of a file of our own `[tool]` holds ours, or others'."""
    known = _TABLES if keys else {*_TABLES, _TOOL[0]}
    if unknown := [key for key, value in parent.items() if isinstance(value, dict) and key not in known]:
        raise InvalidInput([_unknown_table(keys, key) for key in unknown])


def _unknown_table(keys: tuple[str, ...], key: str) -> Problem:
    meant = nearest(key, _TABLES)
    mend = f"did you mean `{meant}`?" if meant else f"known are {' and '.join(f'`{name}`' for name in _TABLES)}"
    return Problem(f"unknown table {show(key)}", (*keys, *step(key)), mend)


def _type_names(keys: tuple[str, ...], table: Mapping[str, object]) -> TypeNames:
    problems: list[Problem] = []
    own: dict[str, str] = {}
    for name, type_id in table.items():
        if not name.strip():
            problems.append(Problem("a name of blanks", (*keys, *step(name)), "give it a name"))
        if isinstance(type_id, str):
            own[name] = type_id
        else:
            found = f"expected a type id as text, got {described(type_id)}"
            problems.append(Problem(found, (*keys, *step(name)), "put the id into quotes"))
    try:
        names = TypeNames(own)
    except InvalidInput as error:
        problems += error.within(*keys).problems
    if problems:
        raise InvalidInput(problems)
    return names
