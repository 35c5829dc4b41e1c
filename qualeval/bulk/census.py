"""The workers of a frame, counted for many policies, whatever the frame is made of.

What is lazy is never held as a whole: its parts come one after the other, and are counted as they come; or where it is
computed elsewhere it is counted there. This module does not know HITs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from qualeval.bulk.aggregates import counted_there
from qualeval.bulk.columns import Columns, Dtype, TypeColumns, read_columns
from qualeval.bulk.counting import CountingPlan, Counts, Workers
from qualeval.bulk.lending import Lent, warn_of_doubtful
from qualeval.bulk.packages import nw, pl
from qualeval.bulk.parts import PART, PartReader, slices
from qualeval.bulk.screening import Invalid, lazy_dtype
from qualeval.errors import InvalidInput
from qualeval.model.columns import Nulls
from qualeval.model.qualification_types import TypeNames

__all__ = ["Census", "like"]

Eager = nw.DataFrame[Any]
Lazy = nw.LazyFrame[Any]


@frozen
class Census:
    """How the columns of a frame are read, and what is counted."""

    plan: CountingPlan
    columns: Columns | None
    nulls: Nulls
    invalid: Invalid
    names: TypeNames

    def of(self, frame: Eager | Lazy) -> Counts:
        """The counts of a frame."""
        return self._of_lazy(frame) if isinstance(frame, nw.LazyFrame) else self._of_eager(frame)

    def _of_eager(self, frame: Eager) -> Counts:
        lent = Lent(frame)
        asked = self.columns_of(lent)
        table = lent.table(name for each in asked.values() for name in each.names)
        read = self._reader(table, asked)
        if self.invalid is not Invalid.TRUST:
            warn_of_doubtful(table, asked.values())
        return self.plan.count(slices(table), read)

    def _of_lazy(self, frame: Lazy) -> Counts:
        schema = frame.collect_schema()
        asked = self.columns_of({name: lazy_dtype(frame, name, dtype) for name, dtype in schema.items()})
        if not (frame.implementation.is_polars() or frame.implementation.is_duckdb()):
            return counted_there(frame, self.plan, asked, looks=self.invalid is not Invalid.TRUST)
        names = [name for each in asked.values() for name in each.names]
        return self.plan.count(_parts(frame, names), lambda part: self._part(part, asked))

    def columns_of(self, schema: Mapping[str, Dtype]) -> Mapping[str, TypeColumns]:
        """The columns that speak of what is asked. InvalidInput with all that is wrong with them."""
        types = [each.type_id for each in self.plan.types]
        return read_columns(schema, types, self.names, self.columns, self.nulls)

    def _reader(self, table: pl.DataFrame, asked: Mapping[str, TypeColumns]) -> PartReader:
        predicates = {each.type_id: each for each in self.plan.types}
        return PartReader.of(table, asked, predicates, looks=self.invalid is not Invalid.TRUST)

    def _part(self, part: tuple[int, pl.DataFrame], asked: Mapping[str, TypeColumns]) -> Workers:
        start, table = part
        try:
            return self._reader(table, asked)(table)
        except InvalidInput as error:
            raise (error.within(f"rows from {start:,}") if start else error) from None


def _parts(frame: Lazy, names: Sequence[str]) -> Iterator[tuple[int, pl.DataFrame]]:
    """The parts of a lazy frame, each with the place of its first row."""
    start = 0
    for table in _tables(frame, names):
        for part in slices(table):
            yield start, part
            start += len(part)


def _tables(frame: Lazy, names: Sequence[str]) -> Iterator[pl.DataFrame]:
    """The columns of these names, a part of them after the other; where there is none, rows there are all the same."""
    asked = frame.select(*names) if names else frame.with_columns(**{_ROW: nw.lit(True)}).select(_ROW)
    native = asked.to_native()
    if isinstance(native, pl.LazyFrame):
        return _sliced(native) if _is_parquet_alone(native) else iter(native.collect_batches(chunk_size=PART))
    return map(_from_arrow, native.to_arrow_reader(PART))


def _is_parquet_alone(frame: pl.LazyFrame) -> bool:
    """Whether a plan is the scan of Parquet files and nothing else, so that a slice reads its own row groups alone."""
    plan = frame.explain()
    return plan.startswith("Parquet SCAN") and "SELECTION" not in plan


def _sliced(frame: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """Some parts at a time. In batches Polars would read as far ahead as it can, which may be the whole file."""
    start = 0
    while len(table := frame.slice(start, _SLICE * PART).collect()):
        yield table
        start += len(table)


_SLICE = 8


def _from_arrow(batch: Any) -> pl.DataFrame:
    found = pl.from_arrow(batch)
    assert isinstance(found, pl.DataFrame)
    return found


_ROW = "__qualeval_row"


def like(frame: Eager | Lazy, data: Mapping[str, Any]) -> Any:
    """A small frame of the same kind as another one."""
    if not isinstance(frame, nw.LazyFrame):
        return nw.from_dict(data, backend=frame.implementation).to_native()
    backend = frame.implementation
    session = getattr(frame.to_native(), "sparkSession", None)
    small = nw.from_dict(data, backend="polars")
    return small.lazy(None if backend.is_polars() else backend, session=session).to_native()
