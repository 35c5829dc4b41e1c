"""Pools: tables of workers, a row each, with a column a qualification type.

The columns are called by the ids or names of types, or a mapping says which is which. A column that is called like no
type is passed over, and told; one that is called nearly like a type is an error.

This module does not know how cells are read, nor what is asked of the workers.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from attrs import define, evolve

from qualeval.errors import InvalidInput, Problem, show
from qualeval.model.qualification_types import LOCALE, SYSTEM_ONLY, TypeNames, checked_names
from qualeval.model.workers import WorkerProfile
from qualeval.sources.columns import Column, Empty, Part, ProfileReader
from qualeval.sources.mapping import TableMapping
from qualeval.sources.tables import WORKER_ID, Rows, Table, Told, column_of, open_table
from qualeval.sources.texts import Source

__all__ = ["Nulls", "Pool", "read_pool"]

Nulls = str | Mapping[str, str]
"""What empty cells mean: `unknown` or `lacks`, of all types or by type (id or name)."""

_SUBDIVISION = "_Subdivision"
_ENDS = {"_min": Part.MIN, "_max": Part.MAX}


@define(eq=False)
class Pool:
    """The workers of a table, one after the other, each in a profile; they can be gone through once.

    `rows` tells how many there were, how many of them were read, and what is wrong with the others. `empty` counts, by
    type, the empty cells that were read; `nulls` says, by type, what they were read as. `passed_over` are the columns
    that say nothing of a type.
    """

    rows: Rows[WorkerProfile]
    empty: Counter[str]
    nulls: Mapping[str, Empty]
    passed_over: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[WorkerProfile]:
        return iter(self.rows)


def read_pool(
    source: Source | Table,
    *,
    names: TypeNames = SYSTEM_ONLY,
    nulls: Nulls = "unknown",
    mapping: TableMapping | None = None,
    on_error: str = "stop",
    told: Told = None,
) -> Pool:
    """The workers of a table, read row by row: a CSV file (a path, or an open stream), or with a `mapping` JSON Lines.

    It has a column `WorkerId`, and one a type, by id or name (`names` are names of your own): with a fact in the
    grammar of `qualeval.worker`, or `<type>_min` and `<type>_max`; of Worker_Locale the subdivision may stand in
    `Worker_Locale_Subdivision`. An empty cell is not known, unless `nulls` says that it means `lacks`: of all types, or
    by type. A type that cannot be lacked stays unknown. With a `mapping` only that says what columns mean.

    What is wrong with a row stops the reading with an InvalidInput that tells of all such rows, or with `on_error`
    "skip" leaves that row out. `told` is called with every problem of a row.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: it is no table, or its columns are not what they should be, with all that is wrong with them.
    """
    checked_names(names)
    key, columns = (WORKER_ID, None) if mapping is None else (mapping.worker_id, mapping.names)
    table = open_table(source, key, columns)
    found, others = _columns(table, names) if mapping is None else (mapping.columns_of(table), ())
    found = _with_nulls(found, nulls, names, table.name)
    reader = ProfileReader.of(table, column_of(table, key), found, lambda fact: evolve(fact, source=table.name))
    meaning = {each.type_id: each.meaning_of_empty for each in found}
    return Pool(Rows(table, reader, on_error, told), reader.empty, meaning, others)


def _columns(table: Table, names: TypeNames) -> tuple[list[Column], tuple[str, ...]]:
    """The columns that say something of a type, and the names of the others."""
    columns: list[Column] = []
    others: list[str] = []
    problems: list[Problem] = []
    id_place = column_of(table, WORKER_ID)
    for place, name in enumerate(table.header):
        if place == id_place:
            continue
        if (found := _type_and_part(name.strip(), names)) is not None:
            columns.append(Column(name, place, *found))
        elif meant := _nearly(name, names):
            mend = f"did you mean {show(meant)}? a mapping file says what other columns mean"
            problems.append(Problem(f"no type is called like the column {show(name)}", help=mend))
        else:
            others.append(name)
    if problems:
        raise InvalidInput(problems, table.name)
    return columns, tuple(others)


def _type_and_part(name: str, names: TypeNames) -> tuple[str, Part | None] | None:
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


def _nearly(name: str, names: TypeNames) -> str | None:
    """The name of a type, or of a part of it, that a column is called nearly like."""
    stems = {stem: each for each in names.known for stem in (each, each.removeprefix("Worker_"))}
    ends = ("", _SUBDIVISION, *_ENDS)
    known = {f"{stem}{end}".casefold(): f"{each}{end}" for stem, each in stems.items() for end in ends}
    close = difflib.get_close_matches(name.strip().casefold(), known, n=1, cutoff=0.85)
    return known[close[0]] if close else None


def _with_nulls(columns: Sequence[Column], nulls: Nulls, names: TypeNames, source: str) -> list[Column]:
    if isinstance(nulls, str):
        meaning = Empty(nulls)
        return [each if each.is_empty_said else evolve(each, empty=meaning) for each in columns]
    by_type = {names.id_of(name): Empty(text) for name, text in nulls.items()}
    types = dict.fromkeys(each.type_id for each in columns)
    if unasked := [names.name_of(each) for each in by_type if each not in types]:
        mend = f"there are columns of {', '.join(show(names.name_of(each)) for each in types) or 'no type'}"
        raise InvalidInput([Problem(f"no column of {show(each)}", ("nulls",), mend) for each in unasked], source)
    return [evolve(each, empty=by_type.get(each.type_id, each.empty)) for each in columns]
