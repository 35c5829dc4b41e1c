"""Pools: tables of workers, a row each, with a column a qualification type.

The columns are called by the ids or names of types, or a mapping says which is which. A column that is called like no
type is passed over, and told; one that is called nearly like a type is an error.

This module does not know how cells are read, nor what is asked of the workers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from attrs import define, evolve

from qualeval.errors import InvalidInput, Problem, show
from qualeval.model.columns import WORKER_ID, Empty, Nulls, meanings_of_empty, nearly_called, type_and_part
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames, checked_names
from qualeval.model.workers import WorkerProfile
from qualeval.sources.columns import Column, ProfileReader
from qualeval.sources.mapping import TableMapping
from qualeval.sources.tables import Rows, Table, Told, column_of, open_table
from qualeval.sources.texts import Source

__all__ = ["Nulls", "Pool", "read_pool"]


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
        if (found := type_and_part(name.strip(), names)) is not None:
            columns.append(Column(name, place, *found))
        elif meant := nearly_called(name, names):
            mend = f"did you mean {show(meant)}? a mapping file says what other columns mean"
            problems.append(Problem(f"no type is called like the column {show(name)}", help=mend))
        else:
            others.append(name)
    if problems:
        raise InvalidInput(problems, table.name)
    return columns, tuple(others)


def _with_nulls(columns: Sequence[Column], nulls: Nulls, names: TypeNames, source: str) -> list[Column]:
    """A word about all types is not about columns that have a word of their own; one about a type is."""
    meaning = meanings_of_empty(nulls, list(dict.fromkeys(each.type_id for each in columns)), names, source)
    own = [each.is_empty_said and isinstance(nulls, str) for each in columns]
    return [
        each if said else evolve(each, empty=meaning.get(each.type_id, each.empty))
        for each, said in zip(columns, own, strict=True)
    ]
