"""A frame of workers in parts, and what the cells of a part say of types, as arrays that bitmaps are made of.

Whatever a frame is made of, a part is a frame of Polars'. Integers are taken as they are. Of all other cells the
different ones are judged as `screen` does, each once. This module does not know what is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from qualeval.bulk.bitmaps import Cells, Coded, Numbers, TypePredicates
from qualeval.bulk.columns import DtypeKind, SourceColumn, TypeColumns
from qualeval.bulk.counting import Workers
from qualeval.bulk.expressions import reader
from qualeval.bulk.frames import FrameLanguage
from qualeval.bulk.language import Truth
from qualeval.bulk.lending import looked_into, refuse_invalid
from qualeval.bulk.packages import np, npt, nw, pl
from qualeval.model.columns import Empty, Part

__all__ = ["PART", "PartReader", "slices"]

PART = 1 << 17
"""How many workers are read at a time."""

_BOUNDS = np.iinfo(np.int64)


def slices(table: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The parts of a frame."""
    return (table.slice(start, PART) for start in range(0, len(table), PART))


@frozen(eq=False)
class PartReader:
    """Reads the columns of some types, for predicates on them."""

    types: Mapping[str, _TypeReader]

    @classmethod
    def of(
        cls, table: pl.DataFrame, columns: Mapping[str, TypeColumns], predicates: Mapping[str, TypePredicates],
        *, looks: bool,
    ) -> PartReader:  # fmt: skip
        """What reads a frame and the parts of it; InvalidInput with all cells that are no fact, where it `looks`."""
        flags: dict[str, pl.Series] = {}
        types = {
            type_id: _TypeReader.of(table, each, predicates[type_id], flags if looks else None)
            for type_id, each in columns.items()
        }
        refuse_invalid(table, columns, flags)
        return cls(types)

    def __call__(self, table: pl.DataFrame) -> Workers:
        """What the cells of a part say."""
        return Workers(len(table), {type_id: each.cells(table) for type_id, each in self.types.items()})


@frozen(eq=False)
class _TypeReader:
    """Reads the columns of one type: `truths` are, by predicate, whether cells lie inside."""

    columns: TypeColumns
    language: FrameLanguage
    truths: Sequence[nw.Expr | Truth]

    @classmethod
    def of(
        cls, table: pl.DataFrame, columns: TypeColumns, predicates: TypePredicates, flags: dict[str, pl.Series] | None
    ) -> _TypeReader:  # fmt: skip
        """What reads these columns; which cells are no fact is put into `flags`, unless nobody looks."""
        language = FrameLanguage(are_clean=flags is None)
        found = reader(language, columns, knows_words=False)
        if flags is not None:
            prepared = language.prepared(nw.from_native(table.lazy()))
            found = looked_into(prepared, {predicates.type_id: found})[predicates.type_id]
            if (test := found.is_invalid) is not None:
                flags[predicates.type_id] = _selected(language, table, {0: test})[0]
        return cls(columns, language, [found.lies_in(each) for each in predicates.sets])

    def cells(self, table: pl.DataFrame) -> Cells:
        """What the cells of a part say."""
        if not self.columns.kind.is_locale and all(map(_is_plain, self.columns.parts.values())):
            return _numbers(table, self.columns)
        return self._coded(table.select(*self.columns.names))

    def _coded(self, cells: pl.DataFrame) -> Coded:
        """Cells of any kind: the different ones are judged, each once."""
        different = cells.unique(maintain_order=True)
        numbered = different.with_row_index(_CODE)
        codes = cells.join(numbered, on=cells.columns, how="left", nulls_equal=True, maintain_order="left")[_CODE]
        asked = {place: each for place, each in enumerate(self.truths) if isinstance(each, nw.Expr)}
        found = _selected(self.language, different, asked)
        inside, meets = np.empty((2, len(self.truths), len(different)), bool)
        for place, truth in enumerate(self.truths):
            inside[place] = found[place].fill_null(False).to_numpy() if place in found else truth is True
            meets[place] = found[place].fill_null(True).to_numpy() if place in found else truth is not False
        return Coded(codes.to_numpy().astype(np.intp), inside, meets)


_CODE = "__qualeval_code"


def _selected(language: FrameLanguage, table: pl.DataFrame, asked: Mapping[int, nw.Expr]) -> Mapping[int, pl.Series]:
    """What the expressions come to."""
    if not asked:
        return {}
    names = {place: f"__qualeval_{place}" for place in asked}
    columns = {names[place]: each for place, each in asked.items()}
    found = language.prepared(nw.from_native(table.lazy())).select(**columns).collect().to_native()
    return {place: found[name] for place, name in names.items()}


# --- integers


def _is_plain(source: SourceColumn) -> bool:
    """Whether cells are integers themselves, which 64 bits hold."""
    low, high = source.dtype.low, source.dtype.high
    is_held = low is not None and high is not None and _BOUNDS.min <= low and high <= _BOUNDS.max
    return source.dtype.kind is DtypeKind.INTEGER and is_held and not source.cells and source.scale == 1


def _numbers(table: pl.DataFrame, columns: TypeColumns) -> Numbers:
    cells = {part: table[source.name] for part, source in columns.parts.items()}
    if all(each.null_count() for each in cells.values()):
        missing = np.logical_and.reduce([each.is_null().to_numpy() for each in cells.values()])
    else:
        missing = None
    unknown, lacks = (None, missing) if columns.empty is Empty.LACKS else (missing, None)
    if None in cells:
        return Numbers(_filled(cells[None], 0), None, unknown, lacks)
    low, high = _end(cells.get(Part.MIN), len(table), _BOUNDS.min), _end(cells.get(Part.MAX), len(table), _BOUNDS.max)
    return Numbers(low, high, unknown, lacks)


def _end(cells: pl.Series | None, size: int, opened: int) -> npt.NDArray[np.int64]:
    """One end of a range, which is open where a cell is empty or there is no column of it."""
    if cells is None:
        return np.full(size, opened, np.int64)
    return _filled(cells.cast(pl.Int64), opened)


def _filled(cells: pl.Series, value: int) -> npt.NDArray[Any]:
    """The integers of a column as they lie there; where some are missing, a copy with this value in their places."""
    return (cells.fill_null(value) if cells.null_count() else cells).to_numpy()
