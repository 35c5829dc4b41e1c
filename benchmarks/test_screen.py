"""Screening ten million workers for one HIT, beside queries that an expert would write by hand, and a loop of `access`.

The experts know that all cells are plain, so screening is told so too (`invalid="trust"`); what its checks cost stands
beside it. Each contender answers both columns, and is checked to say what screening says of every row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

import qualeval as qe
from benchmarks.measuring import Beside, Round
from benchmarks.report import AS_LONG, at_least, at_most
from qualeval.bulk.columns import read_columns
from qualeval.bulk.expressions import PolicyWriter, reader
from qualeval.bulk.frames import FrameLanguage, dtype_of
from qualeval.bulk.packages import nw

WORKERS, FEWER = 10_000_000, 1_000_000
HIT = qe.load_hit("examples/hit.json")
POLICY = qe.compile_hit(HIT)
NULLS = {"3STUDY1DONE": "lacks"}
PLACES = ("US", "US-WA", "US-CA", "CA", "IN", "GB", None)
COUNTRIES = ("US", "CA", "IN", "GB", None)
HITS, RATE, DONE = "Worker_NumberHITsApproved", "Worker_PercentAssignmentsApproved", "3STUDY1DONE"


def workers(places: tuple[str | None, ...], rows: int = WORKERS) -> pl.DataFrame:
    """As many workers, a twentieth of whose figures are not known."""
    random = np.random.default_rng(1)

    def some(values: Any, dtype: Any, missing: float) -> pl.Series:
        return pl.Series(values, dtype=dtype).set(pl.Series(random.random(rows) < missing), None)

    return pl.DataFrame(
        {
            "WorkerId": pl.int_range(rows, eager=True),
            "Worker_Locale": pl.Series(places)[random.integers(0, len(places), rows)],
            HITS: some(random.integers(0, 20_000, rows), pl.Int32, 0.05),
            RATE: some(random.integers(50, 101, rows), pl.Int8, 0.05),
            DONE: some(random.integers(0, 2, rows), pl.Int8, 0.7),
        }
    )


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    """Workers whose locales are states, too."""
    return workers(PLACES)


@pytest.fixture(scope="module")
def of_countries() -> pl.DataFrame:
    """Workers whose locales are countries alone, which an expert would see."""
    return workers(COUNTRIES)


def by_hand(frame: pl.DataFrame | pl.LazyFrame, is_place: pl.Expr) -> pl.DataFrame:
    """The query of an expert in Polars: each comparison once, and both columns from them."""
    discover, preview, accept, levels = pl.col("d"), pl.col("p"), pl.col("a"), [pl.lit(n, pl.Int8) for n in range(4)]
    steps = {"d": is_place, "p": pl.col(HITS) > 100, "a": (pl.col(RATE) >= 98) & pl.col(DONE).is_null()}
    full = pl.when(accept).then(levels[3]).otherwise(levels[2])
    access = pl.when(discover).then(pl.when(preview).then(full).otherwise(levels[1])).otherwise(levels[0])
    possible = pl.when(~discover).then(levels[0]).when(~preview).then(levels[1]).when(~accept).then(levels[2])
    answers = {"access": access, "possible": possible.otherwise(levels[3])}
    return frame.lazy().with_columns(**steps).with_columns(**answers).drop("d", "p", "a").collect()


LOCALE = pl.col("Worker_Locale")
IS_STATE = LOCALE.is_in(["US", "CA"]) | LOCALE.str.starts_with("US-") | LOCALE.str.starts_with("CA-")
IS_COUNTRY = LOCALE.is_in(["US", "CA"])

BY_HAND_IN_SQL = f"""
SELECT sum(CASE WHEN d AND p AND a THEN 3 WHEN d AND p THEN 2 WHEN d THEN 1 ELSE 0 END) AS access,
       sum(CASE WHEN NOT d THEN 0 WHEN NOT p THEN 1 WHEN NOT a THEN 2 ELSE 3 END) AS possible
FROM (SELECT Worker_Locale IN ('US', 'CA') OR Worker_Locale LIKE 'US-%' OR Worker_Locale LIKE 'CA-%' AS d,
             {HITS} > 100 AS p, {RATE} >= 98 AND "{DONE}" IS NULL AS a FROM workers)
"""


def screened(frame: Any, invalid: str = "trust") -> Any:
    """The frame with its answers."""
    return qe.bulk.screen(frame, POLICY, nulls=NULLS, invalid=invalid)


def times(function: Callable[[], object]) -> Round:
    """A round of calls of a function that does the same again."""
    return lambda calls: lambda: [function() for _ in range(calls)]


def test_polars(beside: Beside, frame: pl.DataFrame) -> None:
    """Locales with and without states."""
    assert screened(frame).equals(by_hand(frame, IS_STATE))
    beside(
        "screen, Polars, 10 million",
        times(lambda: screened(frame)),
        against="by hand in Polars",
        other=times(lambda: by_hand(frame, IS_STATE)),
        goal=at_most(1.2),
        rounds=15,
    )


def test_polars_of_countries(beside: Beside, of_countries: pl.DataFrame) -> None:
    """The expert sees that the locales are countries, and asks for these two alone."""
    assert screened(of_countries).equals(by_hand(of_countries, IS_COUNTRY))
    beside(
        "screen, Polars, countries alone",
        times(lambda: screened(of_countries)),
        against="by hand, for countries alone",
        other=times(lambda: by_hand(of_countries, IS_COUNTRY)),
        goal=at_most(1.2),
        rounds=15,
    )


@pytest.mark.parametrize("invalid", ["error", "flag"])
def test_the_price_of_the_checks(beside: Beside, frame: pl.DataFrame, invalid: str) -> None:
    """Every cell is looked at, and texts that are no plain code are read."""
    assert screened(frame, invalid).select("access", "possible").equals(screened(frame).select("access", "possible"))
    beside(
        f"screen, Polars, invalid={invalid}",
        times(lambda: screened(frame, invalid)),
        against="invalid=trust",
        other=times(lambda: screened(frame)),
        goal=AS_LONG,
        rounds=15,
    )


def test_duckdb(beside: Beside, frame: pl.DataFrame) -> None:
    """A relation over a table, of which the sums of both columns are asked, so that nothing is written."""
    connection = duckdb.connect()
    connection.register("lent", frame.to_arrow())
    connection.execute("CREATE TABLE workers AS SELECT * FROM lent")

    def ours() -> Any:
        return screened(connection.table("workers")).aggregate("sum(access), sum(possible)").fetchall()

    def theirs() -> Any:
        return connection.execute(BY_HAND_IN_SQL).fetchall()

    assert ours() == theirs()
    beside(
        "screen, DuckDB, 10 million",
        times(ours),
        against="by hand in SQL",
        other=times(theirs),
        goal=at_most(1.2),
        rounds=15,
    )


def test_a_loop_of_access(beside: Beside, frame: pl.DataFrame) -> None:
    """A million rows beside a million calls, of a hundred thousand profiles that were judged before."""
    some = frame.head(FEWER)
    facts = some.head(FEWER // 10).select("Worker_Locale", HITS, RATE, DONE).rows()
    profiles = [_profile(*each) for each in facts]

    def loop() -> list[qe.Access]:
        return [POLICY.access(each) for _ in range(10) for each in profiles]

    assert [int(each) for each in loop()[: FEWER // 10]] == screened(some)["access"].head(FEWER // 10).to_list()
    beside(
        "screen, Polars, a million",
        times(lambda: screened(some)),
        against="a loop of policy.access",
        other=times(loop),
        goal=at_least(10),
        rounds=9,
    )


def _profile(place: str | None, hits: int | None, rate: int | None, done: int | None) -> qe.WorkerProfile:
    facts: dict[str, Any] = {qe.LOCALE: place, qe.NUMBER_HITS_APPROVED: hits, qe.PERCENT_APPROVED: rate}
    known = {type_id: fact for type_id, fact in facts.items() if fact is not None}
    return qe.worker(None, {**known, DONE: qe.LACKS if done is None else done})


def _plan() -> object:
    """Of a lazy frame: what is paid once a call."""
    return screened(_EMPTY)


def _expressions() -> object:
    """Of it the reading of the columns and the writing of the expressions, before narwhals passes them on."""
    language = FrameLanguage(are_clean=True)
    columns = read_columns(_DTYPES, POLICY.ladders, POLICY.names, None, NULLS)
    readers = {each: reader(language, found, knows_words=False) for each, found in columns.items()}
    return [PolicyWriter(language, POLICY, readers).reaches(action) for action in qe.Action]


_EMPTY = workers(PLACES, 0).lazy()
_DTYPES = {name: dtype_of(dtype) for name, dtype in nw.from_native(_EMPTY).collect_schema().items()}


@pytest.mark.parametrize(
    ("against", "other"),
    [("its expressions alone", _expressions), ("compile_hit", lambda: qe.compile_hit(HIT))],
    ids=["expressions", "compile"],
)
def test_where_the_time_of_a_plan_goes(beside: Beside, against: str, other: Callable[[], object]) -> None:
    """What is left beside the expressions is narwhals', and Polars' own plan."""
    beside("screen, a plan", times(_plan), against=against, other=times(other), goal=AS_LONG, rounds=100)
