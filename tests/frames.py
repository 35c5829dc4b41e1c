"""One table in every kind of frame that can be screened, and its rows read back.

A table is columns by name, each a kind of cells (`int`, `float`, `text`, `bool`) and the cells, None where one is
empty.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from attrs import frozen

__all__ = ["ENGINES", "NO_JAVA", "Engine", "Table", "every_engine", "every_lazy_engine", "without_spark"]

Table = Mapping[str, tuple[str, Sequence[Any]]]


@frozen
class Engine:
    """A kind of frame: how one is made of a table, and whether it is lazy."""

    name: str
    make: Callable[[Table], Any]
    is_lazy: bool = False

    def __str__(self) -> str:
        """The same in every process, as the ids of tests must be."""
        return self.name

    def rows(self, frame: Any) -> list[dict[str, Any]]:
        """The rows of a frame, computed where it is lazy; None where a cell is empty."""
        found = nw.from_native(frame)
        if isinstance(found, nw.LazyFrame):
            found = found.collect(backend="pyarrow") if self.name != "polars lazy" else found.collect()
        columns = {name: _plain(found[name]) for name in found.columns}
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(series: nw.Series[Any]) -> list[Any]:
    cells = zip(series.to_list(), series.is_null().to_list(), strict=True)
    return [None if is_null else cell for cell, is_null in cells]


# --- how they are made

_ARROW = {"int": pa.int64(), "float": pa.float64(), "text": pa.string(), "bool": pa.bool_()}
_POLARS: Mapping[str, Any] = {"int": pl.Int64, "float": pl.Float64, "text": pl.String, "bool": pl.Boolean}
_NULLABLE = {"int": "Int64", "float": "Float64", "text": "string", "bool": "boolean"}
_SPARK = {"int": "bigint", "float": "double", "text": "string", "bool": "boolean"}


def _pandas(table: Table) -> pd.DataFrame:
    """NumPy's types: integers beside empty cells are floats, as pandas makes them."""
    frame = pd.DataFrame({name: list(cells) for name, (_, cells) in table.items()})
    texts = [name for name, (kind, _) in table.items() if kind == "text"]
    return frame.astype(dict.fromkeys(texts, object)).set_index(pd.Index(range(7, 7 + len(frame))))


def _nullable(table: Table) -> pd.DataFrame:
    return pd.DataFrame({name: pd.array(list(cells), dtype=_NULLABLE[kind]) for name, (kind, cells) in table.items()})


def _arrow(table: Table) -> pa.Table:
    """In chunks, some of them empty."""
    return pa.table({name: _chunked(cells, _ARROW[kind]) for name, (kind, cells) in table.items()})


def _chunked(cells: Sequence[Any], dtype: Any) -> Any:
    third = len(cells) // 3
    return pa.chunked_array([cells[:third], [], cells[third:]], type=dtype)


def _arrow_pandas(table: Table) -> pd.DataFrame:
    return _arrow(table).to_pandas(types_mapper=pd.ArrowDtype)


def _polars(table: Table) -> pl.DataFrame:
    return pl.DataFrame({name: pl.Series(name, cells, _POLARS[kind]) for name, (kind, cells) in table.items()})


def _polars_lazy(table: Table) -> pl.LazyFrame:
    """A slice of what is longer, so that the plan has a part of its own."""
    frame = _polars(table)
    return pl.concat([frame, frame]).lazy().slice(0, len(frame))


def _duckdb(table: Table) -> Any:
    connection = duckdb.connect(config={"threads": 1})
    return connection.from_arrow(_arrow(table))


@cache
def _session() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas' versions, and of what a session leaves open
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[2]").appName("qualeval")
        for key, value in _SETTINGS.items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


NO_JAVA = "PySpark needs Java, and there is none; Debian: apt-get install default-jre-headless"

_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
}


def _spark(table: Table) -> Any:
    if shutil.which("java") is None:
        pytest.skip(NO_JAVA)
    schema = ", ".join(f"`{name}` {_SPARK[kind]}" for name, (kind, _) in table.items())
    rows = list(zip(*(cells for _, cells in table.values()), strict=True))
    return _session().createDataFrame(rows, schema)


ENGINES = (
    Engine("pandas", _pandas),
    Engine("pandas nullable", _nullable),
    Engine("pandas pyarrow", _arrow_pandas),
    Engine("polars", _polars),
    Engine("pyarrow", _arrow),
    Engine("polars lazy", _polars_lazy, is_lazy=True),
    Engine("duckdb", _duckdb, is_lazy=True),
    Engine("spark", _spark, is_lazy=True),
)


def _each(engines: Iterator[Engine]) -> pytest.MarkDecorator:
    slow = (pytest.mark.slow,)
    cases = [pytest.param(each, id=each.name, marks=slow if each.name == "spark" else ()) for each in engines]
    return pytest.mark.parametrize("engine", cases)


every_engine = _each(iter(ENGINES))
every_lazy_engine = _each(each for each in ENGINES if each.is_lazy)
without_spark = _each(each for each in ENGINES if each.name != "spark")
