"""The different rows of a table, and for every row which of them it is.

Columns of integers and of texts are numbered without a look at each cell; only what is neither is sorted. This module
does not know what cells mean.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from qualeval.bulk.packages import np, npt, pl

__all__ = ["different_rows"]

Codes = npt.NDArray[Any]

_SPAN = 1 << 24
"""Integers that span no more than this are numbered by a table of all of them."""

_WORDS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.Boolean)


def different_rows(table: pl.DataFrame) -> tuple[pl.DataFrame, Codes]:
    """The different rows, each as it stands somewhere, and the place among them of every row."""
    if not len(table):
        return table, np.empty(0, np.int32)
    codes, count = reduce(_joined, map(_numbered, table.get_columns()))
    somewhere = np.empty(count, np.intp)
    somewhere[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # of equal rows the first is written last, and stays
    return table[somewhere], codes


def _joined(one: tuple[Codes, int], other: tuple[Codes, int]) -> tuple[Codes, int]:
    """The numbers of pairs."""
    return _dense(one[0].astype(np.int64) * other[1] + other[0])


def _numbered(series: pl.Series) -> tuple[Codes, int]:
    """The numbers of the cells of one column; cells that are empty are alike."""
    values = _as_integers(series)
    missing = values.is_null().to_numpy()
    codes, count = _dense(values.fill_null(_filling(values)).to_numpy())
    if not missing.any():
        return codes, count
    codes[missing] = count
    return _dense(codes)  # what stood for empty cells may be nobody's


def _as_integers(series: pl.Series) -> pl.Series:
    """Other integers, or the same, that are equal where the cells are."""
    if series.dtype in _WORDS:
        return series.cast(pl.Int64)
    if series.dtype in (pl.String, pl.Categorical, pl.Enum):
        return series.cast(pl.String).cast(pl.Categorical).to_physical().cast(pl.Int64)
    if series.dtype == pl.Null:
        return pl.Series([None] * len(series), dtype=pl.Int64)
    known = series.fill_nan(None) if series.dtype.is_float() else series
    whole = known.cast(pl.Int64, strict=False)
    return whole if known.eq_missing(whole.cast(series.dtype)).all() else known.rank("dense").cast(pl.Int64)


def _filling(values: pl.Series) -> int:
    least: Any = values.min()
    return 0 if least is None else int(least)


def _dense(values: Codes) -> tuple[Codes, int]:
    """The integers numbered through from zero, in their order, and how many different ones there are."""
    low, high = int(values.min()), int(values.max())
    if high - low >= _SPAN:
        singles, codes = np.unique(values, return_inverse=True)
        return codes.astype(np.int32), len(singles)
    present = np.zeros(high - low + 1, np.bool_)
    present[values - low] = True
    numbers = np.cumsum(present, dtype=np.int32)
    return numbers.take(values - low) - 1, int(numbers[-1])
