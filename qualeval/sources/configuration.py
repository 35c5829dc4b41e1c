"""The names that people give to qualification types, from the nearest pyproject.toml or qualeval.toml.

    [tool.qualeval.types]
    study_1_done = "3ABCDEFGHIJKLMNOPQRSTUVWXYZ012"

This module does not know what the names are used for.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from qualeval.errors import InvalidInput, Problem, nearest, show
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.sources.structure import described, step
from qualeval.sources.texts import read_text

__all__ = ["find_type_names"]

_IN_TOOL = ("tool", "qualeval", "types")
_AT_TOP = ("types",)
_FILES: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("qualeval.toml", (_AT_TOP, _IN_TOOL)),
    ("pyproject.toml", (_IN_TOOL,)),
)
"""The files that are looked for, the first of a folder counts, and the tables of names that each can have."""

_PLACE = re.compile(r"^(?P<words>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$", re.DOTALL)


def find_type_names(start: str | os.PathLike[str]) -> TypeNames:
    """The names for types that hold in a folder (or for a file in it), those of the system included.

    They come from `[tool.qualeval.types]` of the pyproject.toml, or `[types]` of the qualeval.toml, that is nearest
    on the way up; of two in one folder qualeval.toml counts. A pyproject.toml without a `[tool.qualeval]` table is
    some other project's and is passed over. Without any of them only the system's names hold.

    Raises:
        InvalidInput: a file that is no TOML, or has an entry that is no name for a type, with the file and the place.
        InputNotFound: a file that is there and cannot be read.
    """
    first = Path(os.path.abspath(start))
    for folder in (first, *first.parents):
        for name, tables in _FILES:
            path = folder / name
            if os.path.isfile(path):  # Path.is_file raises where a folder is closed to us
                found = _read(path, tables)
                if found is not None:
                    return found
    return SYSTEM_ONLY


def _read(path: Path, tables: tuple[tuple[str, ...], ...]) -> TypeNames | None:
    """The names of one file; None where it does not speak of qualeval."""
    try:
        text = read_text(path)
        if path.name == "pyproject.toml" and "qualeval" not in text:
            return None
        tree = _parsed(text)
        if path.name != "pyproject.toml":
            _refuse_loose(tree)
        own = _tables(tree, tables)
        if own is None and path.name == "pyproject.toml" and _section(tree) is None:
            return None
        return _type_names(*(own or (_IN_TOOL, {})))
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
        raise InvalidInput(Problem(f"expected a table, got {described(section)}", ("tool", "qualeval")))
    return section


def _tables(
    tree: Mapping[str, object], tables: tuple[tuple[str, ...], ...]
) -> tuple[tuple[str, ...], Mapping[str, object]] | None:  # fmt: skip
    """The table of names, and the keys that lead to it."""
    found: list[tuple[tuple[str, ...], Mapping[str, object]]] = []
    for keys in tables:
        parent = tree if keys == _AT_TOP else _section(tree) or {}
        if "types" not in parent:
            _refuse_misspelt(parent, keys)
            continue
        table = parent["types"]
        if not isinstance(table, dict):
            raise InvalidInput(Problem(f"expected a table of names, got {described(table)}", keys))
        found.append((keys, table))
    if len(found) > 1:
        raise InvalidInput(Problem("names stand in [types] and in [tool.qualeval.types]", help="keep one table"))
    return found[0] if found else None


def _refuse_loose(tree: Mapping[str, object]) -> None:
    """A name outside of the table would be overlooked."""
    loose = [key for key, value in tree.items() if not isinstance(value, dict) and key != "types"]
    if loose:
        raise InvalidInput(
            [Problem(f"the key {show(key)} stands outside of any table", help="put it under [types]") for key in loose]
        )


def _refuse_misspelt(parent: Mapping[str, object], keys: tuple[str, ...]) -> None:
    misspelt = [key for key, value in parent.items() if isinstance(value, dict) and nearest(key, ["types"])]
    if misspelt:
        place = (*keys[:-1], *step(misspelt[0]))
        raise InvalidInput(Problem(f"unknown table {show(misspelt[0])}", place, "did you mean `types`?"))


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
