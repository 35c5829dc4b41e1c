"""Pools as they come: frames of any kind, files, or worker profiles, coded by type when one is first asked about.

Columns are read as `screen` reads them, and each different cell is made a fact once; columns of integers are coded as
they are. This module does not know policies.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

from qualeval.bulk.coded import CodedPool, TypeCodes, coded_profiles
from qualeval.bulk.columns import Columns, TypeColumns, read_columns
from qualeval.bulk.distinct_facts import SAFE, IntegerFacts, distinct_facts
from qualeval.bulk.expressions import CellReader, RangeReader, TypeReader, reader
from qualeval.bulk.files import scanned
from qualeval.bulk.frames import FrameLanguage
from qualeval.bulk.lending import Lent, looked_into, refuse_invalid, warn_of_doubtful
from qualeval.bulk.screening import opened
from qualeval.errors import WrongType
from qualeval.model.columns import Empty, Nulls, type_and_part
from qualeval.model.facts import Fact
from qualeval.model.grammar import read_fact
from qualeval.model.qualification_types import QualificationType, TypeNames, qualification_type
from qualeval.model.workers import WorkerProfile
from qualeval.values.integer_set import IntegerSet
from qualeval.values.value_set import ValueSet

__all__ = ["coded_pool"]

_SPAN = 1 << 20
"""Integers that span no more than this, or than there are workers, are their own codes."""


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
    return CodedPool(len(frame), found.coded)


def _profiles(pool: Iterable[object]) -> Iterator[WorkerProfile]:
    for each in pool:
        if not isinstance(each, WorkerProfile):
            raise WrongType(f"pool: expected a frame or worker profiles, got {type(each).__name__} among them")
        yield each


def _computed(frame: nw.LazyFrame[Any], columns: Columns | None, names: TypeNames) -> nw.DataFrame[Any]:
    """The columns that speak of a type; where none does, there are rows all the same."""
    listed = frame.collect_schema().names()
    wanted = [each for each in listed if (type_and_part(each.strip(), names) if columns is None else each in columns)]
    asked = frame.select(*wanted) if wanted else frame.select(nw.col(listed[0]))
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

    def coded(self, type_id: str) -> TypeCodes:
        """What the columns of a type say. InvalidInput with all cells that are no fact."""
        columns = self.columns_of([type_id]).get(type_id)
        if columns is None:
            return _all_alike(qualification_type(type_id).universe, self.size)
        table = self.lent.table(columns.names)
        language = FrameLanguage()
        read = reader(language, columns, knows_words=False)
        prepared = nw.from_native(language.prepared(nw.from_native(table.lazy())).to_native().collect().lazy())
        read = looked_into(prepared, {type_id: read})[type_id]
        if (test := read.is_invalid) is not None:
            refuse_invalid(table, {type_id: columns}, {type_id: _selected(prepared, wrong=test)["wrong"]})
        warn_of_doubtful(table, [columns])
        return _Cells(columns, prepared, self.size).coded(read)


def _all_alike(states: ValueSet, size: int) -> TypeCodes:
    facts = distinct_facts([states], are_locales=not isinstance(states.held, IntegerSet))
    return TypeCodes(facts, np.zeros(size, np.int32))


def _selected(frame: nw.LazyFrame[Any], **expressions: nw.Expr) -> pl.DataFrame:
    found: pl.DataFrame = frame.select(**expressions).to_native().collect()
    return found


@frozen(eq=False)
class _Cells:
    """The cells of one type's columns, all of them facts, and the frame in which readers' expressions can be had."""

    columns: TypeColumns
    frame: nw.LazyFrame[Any]
    size: int

    @property
    def _kind(self) -> QualificationType:
        return self.columns.kind

    @property
    def _of_empty(self) -> ValueSet:
        return self._kind.lacked if self.columns.empty is Empty.LACKS else self._kind.universe

    def coded(self, read: TypeReader[nw.Expr]) -> TypeCodes:
        """The facts, and who has which."""
        if isinstance(read, RangeReader):
            return self._ranges(read)
        if not isinstance(read, CellReader):
            return _all_alike(self._of_empty, self.size)
        if read.integers is None:
            return self._different(_selected(self.frame, cell=read.cell), read.table)
        if not read.table and not read.is_of_texts:
            number = _selected(self.frame, number=read.integers.number)["number"]
            if (found := _as_int64(number)) is not None:
                return self._integers(found)
        cells = _selected(self.frame, cell=read.cell, number=read.integers.number)
        return self._different(cells, read.table)

    def _integers(self, numbers: pl.Series) -> TypeCodes:
        """Integers are few, or lie close together: so they are coded without a look at each."""
        missing = numbers.is_null().to_numpy()
        values = numbers.fill_null(numbers.min() or 0).to_numpy()  # of those that are missing, one that is there
        low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
        codes: npt.NDArray[Any]
        if high - low < max(_SPAN, len(values)):
            singles, codes = np.arange(low, high + 1), (values - low).astype(np.int32)
        else:
            singles, codes = np.unique(values, return_inverse=True)
        codes[missing] = len(singles)
        return TypeCodes(_singles(singles, self._of_empty), codes)

    def _ranges(self, read: RangeReader[nw.Expr]) -> TypeCodes:
        ends = {name: end.number for name, end in zip(("low", "high"), read.ends, strict=True) if end is not None}
        different, codes = _numbered(_selected(self.frame, **ends))
        states = [self._range(row.get("low"), row.get("high")) for row in different.iter_rows(named=True)]
        return TypeCodes(distinct_facts(states, are_locales=False), codes)

    def _range(self, low: Any, high: Any) -> ValueSet:
        """An end that is missing is open, as far as the type's values go."""
        if low is None and high is None:
            return self._of_empty
        ends = (None if each is None else int(each) for each in (low, high))
        return ValueSet(IntegerSet.between(*ends)) & self._kind.held

    def _different(self, cells: pl.DataFrame, table: Mapping[Any, Fact]) -> TypeCodes:
        """Each different cell is read once."""
        different, codes = _numbered(cells)
        states = [self._fact(*row, table=table) for row in different.iter_rows()]
        return TypeCodes(distinct_facts(states, are_locales=self._kind.is_locale), codes)

    def _fact(self, cell: Any, number: Any = None, *, table: Mapping[Any, Fact]) -> ValueSet:
        if cell is None:
            return self._of_empty
        if cell in table:
            return table[cell].states
        return read_fact(self._kind.type_id, cell if number is None else int(number)).states


def _as_int64(numbers: pl.Series) -> pl.Series | None:
    """Whole numbers as machine words; None where one of them is too large."""
    found = numbers.cast(pl.Int64, strict=False)
    ends: tuple[Any, Any] = found.min() or 0, found.max() or 0
    is_held = found.null_count() == numbers.null_count() and -SAFE < ends[0] <= ends[1] < SAFE
    return found if is_held else None


def _singles(values: npt.NDArray[np.int64], of_empty: ValueSet) -> IntegerFacts:
    """A fact for each value, and one for empty cells behind them."""
    empty = IntegerFacts.of([of_empty])
    owners = np.concatenate([np.arange(len(values)), empty.owners + len(values)])
    first, last = np.concatenate([values, empty.first]), np.concatenate([values, empty.last])
    return IntegerFacts(owners, first, last, np.append(np.zeros(len(values), np.bool_), empty.lacking))


def _numbered(cells: pl.DataFrame) -> tuple[pl.DataFrame, npt.NDArray[np.int32]]:
    """The different rows, and for every row which it is."""
    names = cells.columns
    different = cells.unique(maintain_order=True)
    codes = cells.join(different.with_row_index(_CODE), on=names, how="left", nulls_equal=True, maintain_order="left")
    return different, codes[_CODE].to_numpy().astype(np.int32)


_CODE = "__qualeval_code"
