"""The different rows of a table: each once, and every row finds itself."""

from __future__ import annotations

from decimal import Decimal
from math import isnan
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualeval.bulk.different_rows import different_rows

COLUMNS: dict[Any, st.SearchStrategy[Any]] = {
    pl.Int64: st.integers(-3, 3) | st.sampled_from([-(2**63), 2**63 - 1, 2**40]),
    pl.UInt8: st.integers(0, 255),
    pl.UInt64: st.integers(0, 3) | st.just(2**64 - 1),
    pl.Float64: st.sampled_from([0.0, -0.0, 1.0, 1.5, float("nan"), 2.0**60, 1e300]),
    pl.Boolean: st.booleans(),
    pl.String: st.sampled_from(["", "a", "b", " a", "US-WA"]),
    pl.Decimal(20, 2): st.sampled_from([Decimal("1.00"), Decimal("1.50"), Decimal("-2.00")]),
    pl.Null: st.none(),
}


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    dtypes = draw(st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=3))
    rows = draw(st.integers(0, 8))
    return pl.DataFrame(
        {
            f"c{n}": pl.Series(draw(st.lists(st.none() | COLUMNS[dtype], min_size=rows, max_size=rows)), dtype=dtype)
            for n, dtype in enumerate(dtypes)
        }
    )


def alike(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row as it counts: NaN is an empty cell."""
    return tuple(None if isinstance(cell, float) and isnan(cell) else cell for cell in row)


@given(tables())
def test_every_row_finds_itself_and_no_row_is_there_twice(table: pl.DataFrame) -> None:
    """Whatever the columns are made of."""
    different, codes = different_rows(table)

    assert [alike(row) for row in table.rows()] == [alike(different.row(code)) for code in codes.tolist()]
    assert len(different) == len({alike(row) for row in table.rows()})
    assert different.schema == table.schema


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["a", "b", "c"])])
def test_words_of_a_list_are_texts(dtype: Any) -> None:
    """Categories are told apart by their texts, not by the order in which they came."""
    different, codes = different_rows(pl.DataFrame({"c": pl.Series(["b", None, "a", "b"], dtype=dtype)}))

    assert [different["c"][code] for code in codes.tolist()] == ["b", None, "a", "b"]
    assert len(different) == 3
