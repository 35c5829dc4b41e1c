"""Frames that can be looked into: the columns asked for, lent to Polars, and what stands in them.

Whatever a frame is made of, Polars gets a column as it is where it can, and answers come back as columns of the frame's
own kind. Texts that are no plain integer or code are read one by one, each once; what is no fact is told by its place.

This module does not know policies.
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from attrs import evolve, field, frozen

from qualeval.bulk.cells import cell_problem
from qualeval.bulk.columns import Dtype, DtypeKind, TypeColumns
from qualeval.bulk.expressions import CellReader, TypeReader
from qualeval.bulk.frames import dtype_of
from qualeval.bulk.packages import nw, pl
from qualeval.errors import DoubtfulColumn, InvalidInput, Problem, show
from qualeval.model.facts import Fact
from qualeval.model.grammar import read_fact
from qualeval.model.qualification_types import PERCENT_APPROVED

__all__ = ["ROW", "Lent", "looked_into", "refuse_invalid", "warn_of_doubtful", "with_answers"]

_SHOWN = 5
"""So many places of a cell are told."""

_KEPT = 20
"""So many different cells of a column are told."""


@frozen(eq=False)
class Lent(Mapping[str, Dtype]):
    """The columns of a frame by name, each lent when it is first asked for; as a mapping, what their cells are."""

    frame: nw.DataFrame[Any]
    series: dict[str, pl.Series] = field(factory=dict, init=False)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(name for name in _anything(self.frame.columns) if isinstance(name, str))

    def __getitem__(self, name: str) -> Dtype:
        series = self._lend(name)
        if series.dtype == pl.Null:
            return Dtype(DtypeKind.NOTHING)
        return dtype_of(nw.from_native(series, series_only=True).dtype)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _lend(self, name: str) -> pl.Series:
        if name not in self._names:
            raise KeyError(name)
        if name not in self.series:
            self.series[name] = _polars(self.frame[name])
        return self.series[name]

    def table(self, names: Iterable[str]) -> pl.DataFrame:
        """A frame of Polars' of these columns; where there are none, it has as many rows all the same."""
        found = {name: self._lend(name) for name in names}
        return pl.DataFrame(found) if found else pl.DataFrame({ROW: pl.int_range(len(self.frame), eager=True)})


ROW = "__qualeval_row"
"""A column with the numbers of the rows."""


def _anything(names: Iterable[object]) -> Iterable[object]:
    """Names as they are: those of pandas may be of any kind."""
    return names


def _polars(series: nw.Series[Any]) -> pl.Series:
    """A column as Polars has it. Of Python's objects integers become texts, which may be as large as they like."""
    if series.dtype == nw.Object:
        return _of_objects(series)
    return series.to_polars()


def _of_objects(series: nw.Series[Any]) -> pl.Series:
    """Truths, or integers and texts; anything else makes it a column of which nothing can be said."""
    known = {type(each) for each in series.drop_nulls().to_list()}
    cells = zip(series.to_list(), series.is_null().to_list(), strict=True)
    if known == {bool}:
        return pl.Series(series.name, [None if is_null else cell for cell, is_null in cells], dtype=pl.Boolean)
    if known <= {int, str}:
        return pl.Series(series.name, [None if is_null else str(cell) for cell, is_null in cells], dtype=pl.String)
    return pl.Series(series.name, [None] * len(series), dtype=pl.Object)


def with_answers(frame: nw.DataFrame[Any], answers: pl.DataFrame) -> nw.DataFrame[Any]:
    """The frame with columns more, of its own kind."""
    return frame.with_columns(*(_returned(frame.implementation, each) for each in answers.get_columns()))


def _returned(implementation: Any, answer: pl.Series) -> nw.Series[Any]:
    if implementation.is_polars():
        return nw.from_native(answer, series_only=True)
    if implementation.is_pyarrow():
        return nw.new_series(answer.name, answer.to_arrow(), backend=implementation)
    dtype = None if answer.null_count() else nw.from_native(answer, series_only=True).dtype
    values = nw.new_series(answer.name, answer.to_numpy(), dtype, backend=implementation)
    return values if dtype else nw.from_native(values.to_native().astype("Int32"), series_only=True)


# --- what stands in the cells


def looked_into(
    frame: nw.LazyFrame[Any], readers: Mapping[str, TypeReader[nw.Expr]], engine: Any = "auto"
) -> Mapping[str, TypeReader[nw.Expr]]:
    """The readers with what the texts stand for that are no plain integer or code, and with those that are no fact.

    All columns are looked into at once, and each different text is read once. `engine` is Polars' that looks.
    """
    strange: dict[str, nw.Expr] = {}
    for type_id, each in readers.items():
        if isinstance(each, CellReader) and each.is_of_texts and each.is_unusual is not None:
            strange[type_id] = nw.when(each.is_unusual).then(each.cell)
    if not strange:
        return readers
    cells = pl.all().drop_nulls().unique().implode()
    found = frame.select(**strange).to_native().select(cells).collect(engine=engine)
    return {**readers, **{type_id: _knowing(readers[type_id], found[type_id][0]) for type_id in strange}}


def _knowing(reader: TypeReader[nw.Expr], cells: Iterable[str]) -> TypeReader[nw.Expr]:
    assert isinstance(reader, CellReader), "only cells are looked into"
    facts: dict[Hashable, Fact] = {}
    of_empty = Fact(reader.of_empty)
    refused = []
    for cell in cells:
        bare = cell.strip()
        try:
            facts[cell] = reader.table.get(bare) or (read_fact(reader.kind.type_id, bare) if bare else of_empty)
        except InvalidInput:
            refused.append(cell)
    return evolve(reader, table={**facts, **reader.table}, refused=tuple(refused))


def refuse_invalid(
    table: pl.DataFrame, asked: Mapping[str, TypeColumns], flags: Mapping[str, pl.Series], first_row: int = 0
) -> None:
    """InvalidInput with all cells that are no fact; `flags` say by type in which rows they are.

    Rows are counted from `first_row`, or are what the column `ROW` says.
    """
    if ROW not in table.columns:
        table = table.with_row_index(ROW, first_row)
    wrong = {type_id: flag for type_id, flag in flags.items() if flag.any()}
    problems = [each for type_id, flag in wrong.items() for each in _problems(table, asked[type_id], flag)]
    if problems:
        raise InvalidInput(problems)


def _problems(table: pl.DataFrame, columns: TypeColumns, flags: pl.Series) -> Iterable[Problem]:
    """One for each different cell that is no fact, with its rows."""
    names = list(columns.names)
    place = (" and ".join(names),)
    rows = table.select(*names, ROW).filter(flags)
    groups = rows.group_by(names, maintain_order=True).agg(pl.col(ROW).head(_SHOWN), pl.len().alias("count"))
    mend = next(filter(None, (_doubt_of_scale(table, columns, name) for name in names)), "")
    for *cells, places, count in groups.head(_KEPT).iter_rows():
        problem = cell_problem(columns, cells)
        found = f"{problem.message}, in {_rows(places, count)}"
        yield evolve(problem, message=found, path=place, help=mend or problem.help)
    if len(groups) > _KEPT:
        yield Problem(f"{len(groups) - _KEPT:,} more cells are no fact", place)


def _rows(places: list[int], count: int) -> str:
    told = ", ".join(map(str, places)) + (", ..." if count > len(places) else "")
    return f"row {told}" if count == 1 else f"{count:,} rows ({told})"


def warn_of_doubtful(table: pl.DataFrame, asked: Iterable[TypeColumns]) -> None:
    """Warns of columns that are empty, and of rates that seem to be fractions of one."""
    for columns in asked:
        for name in columns.names:
            if len(table) and _is_empty(table[name]):
                _warn(f"the column {show(name)} is empty: all its cells are null")
            elif doubt := _doubt_of_scale(table, columns, name):
                _warn(f"the rates in {show(name)} never exceed 1; {doubt}")


def _warn(words: str) -> None:
    warnings.warn(words, DoubtfulColumn, stacklevel=5)


def _is_empty(series: pl.Series) -> bool:
    known = series.fill_nan(None) if series.dtype.is_float() else series
    return known.null_count() == len(known)


def _doubt_of_scale(table: pl.DataFrame, columns: TypeColumns, name: str) -> str:
    """What to do about rates that never exceed 1, which are hardly percentages; empty where they do."""
    is_scaled = any(each.scale != 1 for each in columns.parts.values())
    if columns.kind.type_id != PERCENT_APPROVED or is_scaled or not table[name].dtype.is_numeric():
        return ""
    most: Any = table[name].fill_nan(None).max() if table[name].dtype.is_float() else table[name].max()
    if most is None or not 0 < most <= 1:
        return ""
    return f"where they are fractions of one, say columns={{{name!r}: Column({columns.kind.type_id!r}, scale=100)}}"
