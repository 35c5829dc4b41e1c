"""Pools as they come: frames of any kind, files, or worker profiles, coded by type when one is first asked about.

Columns are read as `screen` reads them, but each different row of the columns of a type is read once. This module does
not know policies.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen

from qualeval.bulk.coded import CodedPool, TypeCodes, coded_profiles
from qualeval.bulk.columns import Columns, TypeColumns, column_of, read_columns
from qualeval.bulk.different_rows import different_rows
from qualeval.bulk.distinct_facts import SAFE, DistinctFacts, IntegerFacts, distinct_facts
from qualeval.bulk.expressions import CellReader, RangeReader, TypeReader, reader
from qualeval.bulk.files import scanned
from qualeval.bulk.frames import FrameLanguage
from qualeval.bulk.lending import Lent, looked_into, refuse_invalid, warn_of_doubtful
from qualeval.bulk.packages import np, npt, nw, pl
from qualeval.bulk.screening import opened
from qualeval.errors import WrongType, same_letters
from qualeval.model.columns import WORKER_ID, Empty, Nulls, type_and_part
from qualeval.model.facts import Fact
from qualeval.model.grammar import read_fact
from qualeval.model.qualification_types import QualificationType, TypeNames, qualification_type
from qualeval.model.workers import WorkerProfile
from qualeval.values.integer_set import IntegerSet
from qualeval.values.value_set import ValueSet

__all__ = ["coded_pool"]

def coded_pool(pool: Any, columns: Columns | None, nulls: Nulls, names: TypeNames) -> CodedPool:
    """The pool of a frame, of worker profiles, or of a file that `screen_file` takes.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: the columns are not what they should be.
        WrongType: it is neither a frame nor profiles.
    """
    if isinstance(pool, str | os.PathLike):
        pool = scanned(pool)
    if isinstance(pool, Iterable) and not hasattr(pool, "columns"):
        return coded_profiles(_profiles(pool))
    frame = opened(pool)
    if isinstance(frame, nw.LazyFrame):
        frame = _computed(frame, columns, names)
    found = _FramePool(Lent(frame), len(frame), columns, nulls, names)
    found.columns_of([])  # what is wrong with the columns is told at once
    return CodedPool(len(frame), found.coded, found.ids, found.types)


def _profiles(pool: Iterable[object]) -> Iterator[WorkerProfile]:
    for each in pool:
        if not isinstance(each, WorkerProfile):
            raise WrongType(f"pool: expected a frame or worker profiles, got {type(each).__name__} among them")
        yield each


def _column_of_ids(names: Iterable[str]) -> str | None:
    return next((each for each in names if same_letters(each, [WORKER_ID])), None)


def _computed(frame: nw.LazyFrame[Any], columns: Columns | None, names: TypeNames) -> nw.DataFrame[Any]:
    """The columns that speak of a type, and that of ids; where there is none, there are rows all the same."""
    listed = frame.collect_schema().names()
    wanted = [each for each in listed if (type_and_part(each.strip(), names) if columns is None else each in columns)]
    ids = [each for each in [_column_of_ids(listed)] if each is not None and each not in wanted]
    asked = frame.select(*wanted, *ids) if wanted or ids else frame.select(nw.col(listed[0]))
    return asked.collect("polars")


@frozen(eq=False)
class _FramePool:
    """A frame, and how its columns are read."""

    lent: Lent
    size: int
    columns: Columns | None
    nulls: Nulls
    names: TypeNames

    def columns_of(self, types: Iterable[str]) -> Mapping[str, TypeColumns]:
        """The columns of some types, of those that any speak of."""
        return read_columns(self.lent, types, self.names, self.columns, self.nulls)

    @property
    def types(self) -> frozenset[str]:
        """The types that a column speaks of."""
        if self.columns is not None:
            return frozenset(self.names.id_of(column_of(said, name).type) for name, said in self.columns.items())
        return frozenset(found[0] for name in self.lent if (found := type_and_part(name.strip(), self.names)))

    def ids(self) -> list[str | None]:
        """The ids of the workers; None where there is no column of them."""
        name = _column_of_ids(self.lent)
        return [None] * self.size if name is None else self.lent.table([name])[name].cast(pl.String).to_list()

    def coded(self, type_id: str) -> TypeCodes:
        """What the columns of a type say. InvalidInput with all cells that are no fact."""
        columns = self.columns_of([type_id]).get(type_id)
        if columns is None:
            return _all_alike(qualification_type(type_id).universe, self.size)
        table = self.lent.table(columns.names)
        rows, codes = different_rows(table)
        language = FrameLanguage()
        read = reader(language, columns, knows_words=False)
        prepared = nw.from_native(language.prepared(nw.from_native(rows.lazy())).to_native().collect().lazy())
        read = looked_into(prepared, {type_id: read})[type_id]
        if (test := read.is_invalid) is not None:
            wrong = _selected(prepared, wrong=test)["wrong"].to_numpy()
            refuse_invalid(table, {type_id: columns}, {type_id: pl.Series(wrong.take(codes))})
        warn_of_doubtful(table, [columns])
        return TypeCodes(_Cells(columns, prepared).facts(read), codes)


def _all_alike(states: ValueSet, size: int) -> TypeCodes:
    facts = distinct_facts([states], are_locales=not isinstance(states.held, IntegerSet))
    return TypeCodes(facts, np.broadcast_to(np.int32(0), size))  # one number, however many workers


def _selected(frame: nw.LazyFrame[Any], **expressions: nw.Expr) -> pl.DataFrame:
    found: pl.DataFrame = frame.select(**expressions).to_native().collect()
    return found


@frozen(eq=False)
class _Cells:
    """Different cells of one type's columns, all of them facts, and the frame in which readers' expressions are had."""

    columns: TypeColumns
    frame: nw.LazyFrame[Any]

    @property
    def _kind(self) -> QualificationType:
        return self.columns.kind

    @property
    def _of_empty(self) -> ValueSet:
        return self._kind.lacked if self.columns.empty is Empty.LACKS else self._kind.universe

    def facts(self, read: TypeReader[nw.Expr]) -> DistinctFacts:
        """The fact of each row."""
        if isinstance(read, RangeReader):
            ends = _selected(self.frame, low=_number(read.ends[0]), high=_number(read.ends[1]))
            words = [_as_int64(ends[each]) for each in ("low", "high")]
            return self._runs(*words) or self._listed(self._range(*row) for row in ends.iter_rows())
        if not isinstance(read, CellReader):
            size = len(self.frame.to_native().collect())
            return self._listed([self._of_empty] * size)
        if read.integers is None:
            cells = _selected(self.frame, cell=read.cell)
        else:
            cells = _selected(self.frame, cell=read.cell, number=read.integers.number)
            numbers = None if read.table else _as_int64(cells["number"])
            if numbers is not None and (found := self._runs(numbers, numbers)) is not None:
                return found
        return self._listed(self._fact(*row, table=read.table) for row in cells.iter_rows())

    def _runs(self, low: pl.Series | None, high: pl.Series | None) -> IntegerFacts | None:
        """A run from `low` to `high` for each row, and where both are empty what that means; None where they are None.

        An end that is missing is open, as far as the type's values go.
        """
        if low is None or high is None:
            return None
        empty = IntegerFacts.of([self._of_empty])
        missing = (low.is_null() & high.is_null()).to_numpy()
        there, gaps, runs = np.flatnonzero(~missing), np.flatnonzero(missing), len(empty.owners)
        ends = (_or_else(low, self._kind.lowest, empty.low_end), _or_else(high, self._kind.highest, empty.high_end))
        owners = np.concatenate([there, np.repeat(gaps, runs)])
        order = np.argsort(owners, kind="stable")
        first = np.concatenate([ends[0][there], np.tile(empty.first, len(gaps))])
        last = np.concatenate([ends[1][there], np.tile(empty.last, len(gaps))])
        return IntegerFacts(owners[order], first[order], last[order], missing & bool(empty.lacking[0]))

    def _listed(self, states: Iterable[ValueSet]) -> DistinctFacts:
        return distinct_facts(list(states), are_locales=self._kind.is_locale)

    def _range(self, low: Any, high: Any) -> ValueSet:
        if low is None and high is None:
            return self._of_empty
        ends = (None if each is None else int(each) for each in (low, high))
        return ValueSet(IntegerSet.between(*ends)) & self._kind.held

    def _fact(self, cell: Any, number: Any = None, *, table: Mapping[Any, Fact]) -> ValueSet:
        if cell is None:
            return self._of_empty
        if cell in table:
            return table[cell].states
        return read_fact(self._kind.type_id, cell if number is None else int(number)).states


def _number(end: Any) -> nw.Expr:
    """The integer of an end; none where there is no such end."""
    return nw.lit(None, nw.Int64) if end is None else end.number


def _as_int64(numbers: pl.Series) -> pl.Series | None:
    """Whole numbers as machine words; None where one of them is too large."""
    found = numbers.cast(pl.Int64, strict=False)
    ends: tuple[Any, Any] = found.min() or 0, found.max() or 0
    is_held = found.null_count() == numbers.null_count() and -SAFE < ends[0] <= ends[1] < SAFE
    return found if is_held else None


def _or_else(numbers: pl.Series, end: int | None, opened: Any) -> npt.NDArray[np.int64]:
    """The numbers, and where there is none the end of the type's values; without one, the open end."""
    return numbers.fill_null(opened if end is None else end).to_numpy()
