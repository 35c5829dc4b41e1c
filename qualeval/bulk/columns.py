"""Which columns of a frame speak of which qualification type, and how their cells are read.

The columns are those of a pool: called by the id or the name of a type, with `<type>_min` and `<type>_max` for a range
and `Worker_Locale_Subdivision` beside the country. Or `columns` says what somebody else's mean: their type and part,
words and codes of their own, a scale. All that is wrong is told at once.

This module knows names and kinds of data alone: no frame, no row, and no package of frames.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from enum import Enum
from functools import partial
from typing import Any, TypeVar

from attrs import evolve, field, frozen

from qualeval.errors import InvalidInput, Problem, WrongType, nearest, show
from qualeval.model.columns import (
    Empty,
    Nulls,
    Part,
    column_problems,
    meanings_of_empty,
    nearly_called,
    type_and_part,
)
from qualeval.model.facts import Fact, PlainFact
from qualeval.model.grammar import is_integer, read_fact
from qualeval.model.qualification_types import QualificationType, TypeNames, qualification_type

__all__ = ["Column", "Columns", "Dtype", "DtypeKind", "SourceColumn", "TypeColumns", "column_of", "read_columns"]


T = TypeVar("T")


class DtypeKind(Enum):
    """What the cells of a column are, as far as it matters here."""

    INTEGER = "integers"
    FLOAT = "floats"
    DECIMAL = "decimals"
    TEXT = "texts"
    BOOLEAN = "booleans"
    NOTHING = "nothing"
    OTHER = "others"


_NUMBERS = frozenset({DtypeKind.INTEGER, DtypeKind.FLOAT, DtypeKind.DECIMAL})
_WITH_CELLS = _NUMBERS | {DtypeKind.TEXT, DtypeKind.BOOLEAN}


@frozen
class Dtype:
    """The kind of a column's cells, what its frame calls it, and the ends of the integers that it can hold exactly.

    None is an end that is not known, or that there is none.
    """

    kind: DtypeKind
    name: str = ""
    low: int | None = None
    high: int | None = None

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers."""
        return self.kind in _NUMBERS


@frozen
class Column:
    """What a column means, where its name does not say it.

    `type` is a qualification type (id or name), `part` which part of the fact it has (`Subdivision`, `Min`, `Max`; None
    is all of it), `empty` what an empty cell means (`unknown`, `lacks`; None leaves it to `nulls`), `cells` words or
    codes of the frame's own and the facts that they stand for, and `scale` by what its numbers are multiplied: 100
    makes 97 of 0.97.
    """

    type: str
    part: str | None = None
    empty: str | None = None
    cells: Mapping[Any, PlainFact] = field(factory=dict, hash=False)
    scale: int = 1


Columns = Mapping[str, str | Column | Mapping[str, Any]]
"""By name what columns mean: a type, a `Column`, or the same as an object of a mapping file (`{"Type": ...}`)."""

_KEYS = {"Type": "type", "Part": "part", "Empty": "empty", "Cells": "cells", "Scale": "scale"}


@frozen
class SourceColumn:
    """A column of the frame: its name and kind, the facts that cells of its own words stand for, and its scale.

    `is_part` says that its cells are no whole facts, but ends of ranges or subdivisions.
    """

    name: str
    dtype: Dtype
    cells: Mapping[Hashable, Fact] = field(factory=dict, hash=False)
    scale: int = 1
    is_part: bool = False

    @property
    def most_scaled(self) -> int:
        """The greatest integer that can be scaled in 64 bits."""
        return (2**63 - 1) // self.scale

    @property
    def can_overflow(self) -> bool:
        """Whether its integers can be too large to be scaled."""
        ends = self.dtype.low, self.dtype.high
        return self.scale != 1 and any(each is None or abs(each) > self.most_scaled for each in ends)

    def as_cells(self, values: Iterable[Hashable]) -> list[Hashable]:
        """Values as its cells are: beside floats integers are floats too."""
        are_floats = self.dtype.kind is DtypeKind.FLOAT
        return [float(each) if are_floats and isinstance(each, int) else each for each in values]


@frozen
class TypeColumns:
    """The columns that speak of one type: its value, or the ends of a range, or a country and its subdivision.

    `empty` is what it means that all of them are empty: of what cannot be lacked, always that it is not known.
    """

    kind: QualificationType
    parts: Mapping[Part | None, SourceColumn] = field(hash=False)
    empty: Empty = Empty.UNKNOWN

    @property
    def names(self) -> tuple[str, ...]:
        """What the columns are called."""
        return tuple(each.name for each in self.parts.values())


@frozen
class _Said:
    """What is said of one column, by its name or by the caller."""

    name: str
    type_id: str
    part: Part | None = None
    empty: Empty | None = None
    cells: Mapping[Any, Fact] = field(factory=dict, hash=False)
    scale: int = 1


def read_columns(
    schema: Mapping[str, Dtype],
    types: Iterable[str],
    names: TypeNames,
    columns: Columns | None = None,
    nulls: Nulls = "unknown",
) -> Mapping[str, TypeColumns]:
    """By type id the columns that speak of it, of those `types` that any speaks of; others stay unknown.

    `schema` has the names of the frame's columns and their kinds. With `columns` only that says what columns mean.

    Raises:
        InvalidInput: columns that are not there, are called nearly like a type, contradict each other, or have cells of
            a kind that says nothing of their type; all of it at once.
    """
    problems: list[Problem] = []
    types = list(types)
    said = _by_name(schema, names, types, problems) if columns is None else _by_word(columns, schema, names, problems)
    groups: dict[str, list[_Said]] = {}
    for each in said:
        groups.setdefault(each.type_id, []).append(each)
    for type_id, group in groups.items():
        problems += column_problems(type_id, [(each.name, each.part) for each in group])
    meanings = _collected(problems, lambda: meanings_of_empty(nulls, list(groups), names)) or {}
    groups = {each: _with_empty(group, meanings.get(each), isinstance(nulls, str)) for each, group in groups.items()}
    wanted = [type_id for type_id in types if type_id in groups]
    found = {each: _type_columns(each, groups[each], schema, problems) for each in wanted}
    if problems:
        raise InvalidInput(problems)
    return found


def _collected(problems: list[Problem], read: Callable[[], T]) -> T | None:
    """What is read; None where that fails, with what is wrong among the problems."""
    try:
        return read()
    except InvalidInput as error:
        problems += error.problems
        return None


# --- what the columns are said to mean


def _by_name(
    schema: Iterable[str], names: TypeNames, ids: Sequence[str], problems: list[Problem]
) -> Iterable[_Said]:  # fmt: skip
    for name in schema:
        if (found := type_and_part(name.strip(), names)) is not None:
            yield _Said(name, *found)
        elif meant := nearly_called(name, names, ids):
            mend = f"did you mean {show(meant)}? `columns` says what other columns mean"
            problems.append(Problem(f"no type is called like the column {show(name)}", help=mend))


def _by_word(
    columns: Columns, schema: Mapping[str, Dtype], names: TypeNames, problems: list[Problem]
) -> Iterable[_Said]:  # fmt: skip
    given: object = columns
    if not isinstance(given, Mapping):
        mend = 'a mapping says what each means: {"rate": "Worker_PercentAssignmentsApproved"}'
        raise WrongType(f"columns: expected a mapping, got {type(columns).__name__}; {mend}")
    for name, said in columns.items():
        if name not in schema:
            meant = nearest(str(name), schema)
            mend = f"did you mean {show(meant)}?" if meant else f"the frame has {', '.join(map(show, schema))}"
            problems.append(Problem(f"there is no column {show(name)}", ("columns",), mend))
        else:
            yield from _said(name, said, schema[name], names, problems)


def column_of(said: object, name: str) -> Column:
    """What a caller says of a column, in one of the three ways."""
    if isinstance(said, str):
        return Column(said)
    if isinstance(said, Column):
        return said
    if not isinstance(said, Mapping):
        raise InvalidInput(Problem(f"expected a type, a Column or an object, got {type(said).__name__}", (name,)))
    problems = [_unknown_key(str(key)).under(name) for key in said if key not in _KEYS]
    if "Type" not in said:
        problems.append(Problem("`Type` is missing", (name,), "say of which qualification type it is"))
    if problems:
        raise InvalidInput(problems)
    return Column(**{_KEYS[key]: value for key, value in said.items()})


def _unknown_key(key: str) -> Problem:
    meant = nearest(key, _KEYS)
    mend = f"did you mean `{meant}`?" if meant else f"known are {', '.join(_KEYS)}"
    return Problem(f"unknown key {show(key)}", help=mend)


def _said(
    name: str, given: object, dtype: Dtype, names: TypeNames, problems: list[Problem]
) -> Iterable[_Said]:  # fmt: skip
    """What is said of one column, as far as its type is known; what is wrong is added to `problems`."""
    found: list[Problem] = []
    column = _collected(problems, partial(column_of, given, name))
    type_id = None if column is None else _collected(found, partial(names.id_of, column.type))
    if column is not None and type_id is not None:
        part = _collected(found, lambda: None if column.part is None else Part(column.part))
        empty = _collected(found, lambda: None if column.empty is None else Empty(column.empty))
        if type(column.scale) is not int or column.scale < 1:
            found.append(Problem(f"got {show(column.scale)}, expected a whole number from 1", ("Scale",)))
        yield _Said(name, type_id, part, empty, _cells(type_id, column.cells, dtype, found), column.scale)
    problems += [each.under(name) for each in found]


def _cells(
    type_id: str, said: Mapping[Any, PlainFact], dtype: Dtype, problems: list[Problem]
) -> Mapping[Hashable, Fact]:  # fmt: skip
    cells: dict[Hashable, Fact] = {}
    given: object = said
    if not isinstance(given, Mapping):
        problems.append(Problem(f"expected an object of cells and facts, got {type(said).__name__}", ("Cells",)))
        return cells
    for written, plain in said.items():
        cell = _cell(written, dtype)
        if cell is None:
            found = f"got the cell {show(written)} of a column of {dtype.kind.value}"
            problems.append(Problem(found, ("Cells",), "give a cell that the column can have"))
            continue
        try:
            cells[cell] = read_fact(type_id, plain)
        except InvalidInput as error:
            problems += error.within("Cells", str(written)).problems
    return cells


def _cell(written: object, dtype: Dtype) -> Hashable | None:
    """A cell as the column has it. Keys of files are texts, so those of numbers are written as such."""
    match dtype.kind:
        case DtypeKind.TEXT:
            return written.strip() if isinstance(written, str) else None
        case DtypeKind.BOOLEAN:
            if isinstance(written, bool):
                return written
            return {"true": True, "false": False}.get(str(written).casefold())
        case DtypeKind.INTEGER | DtypeKind.FLOAT | DtypeKind.DECIMAL:
            if isinstance(written, int) and not isinstance(written, bool):
                return written
            return int(written) if isinstance(written, str) and is_integer(written) else None
    return None


# --- the columns of a type


def _with_empty(group: Iterable[_Said], meaning: Empty | None, is_of_all: bool) -> list[_Said]:
    """A word about all types leaves columns alone that have a word of their own; a word about the type does not."""
    return [each if each.empty and is_of_all else evolve(each, empty=meaning or each.empty) for each in group]


def _type_columns(
    type_id: str, group: Iterable[_Said], schema: Mapping[str, Dtype], problems: list[Problem]
) -> TypeColumns:  # fmt: skip
    kind = qualification_type(type_id)
    parts = {}
    for each in group:
        problems += _dtype_problems(kind, each, schema[each.name])
        parts[each.part] = SourceColumn(each.name, schema[each.name], each.cells, each.scale, each.part is not None)
    is_lacking = kind.can_be_lacked and any(each.empty is Empty.LACKS for each in group)
    return TypeColumns(kind, parts, Empty.LACKS if is_lacking else Empty.UNKNOWN)


def _dtype_problems(kind: QualificationType, said: _Said, dtype: Dtype) -> Iterable[Problem]:
    """What speaks against reading the cells of a column as they are said to be read."""
    if said.cells and said.part is not None:
        yield Problem("a part of a fact has no cells of its own words", (said.name,), "leave out Cells or Part")
    if said.scale != 1 and (said.cells or not dtype.is_number):
        yield Problem("a scale is for numbers, without cells of own words", (said.name,), "leave out Scale")
    if dtype.kind is DtypeKind.NOTHING:
        return
    expected = _expected(kind, said)
    if dtype.kind not in expected:
        names = " or ".join(each.value for each in DtypeKind if each in expected)
        found = f"got {dtype.name or dtype.kind.value}, expected {names}"
        yield Problem(found, (said.name,), "convert the column, or say in `columns` what its cells mean")


def _expected(kind: QualificationType, said: _Said) -> frozenset[DtypeKind]:
    if said.cells:
        return _WITH_CELLS
    return frozenset({DtypeKind.TEXT}) if kind.is_locale else _NUMBERS | {DtypeKind.TEXT}
