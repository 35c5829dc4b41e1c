"""Whom a HIT reaches of a million workers, with all curves, beside one Polars filter of the same pool by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

import qualeval as qe
from benchmarks.measuring import Beside, Round
from benchmarks.report import at_most, within
from qualeval.values.locale import country_codes

WORKERS = 1_000_000
NULLS = {"3STUDY1DONE": "lacks"}
HIT = qe.load_hit("examples/hit.json")


def _column(values: npt.NDArray[Any], missing: npt.NDArray[np.bool_]) -> pl.Series:
    return pl.Series(values).set(pl.Series(missing), None)


@pytest.fixture(scope="module")
def pool() -> pl.DataFrame:
    """Workers of all countries, a twentieth of each fact unknown; a tenth took part before."""
    random = np.random.default_rng(1)
    places = ["US", "US-WA", "US-CA", "CA", "IN", "GB", *sorted(country_codes())]
    weights = np.array([60, 20, 20, 20, 40, 20, *[1] * (len(places) - 6)], float)
    missing = random.random((3, WORKERS)) < 0.05
    return pl.DataFrame(
        {
            "WorkerId": np.arange(WORKERS).astype(str),
            "Worker_Locale": _column(random.choice(places, WORKERS, p=weights / weights.sum()), missing[0]),
            "Worker_NumberHITsApproved": _column(random.lognormal(6.5, 1.8, WORKERS).astype(np.int64), missing[1]),
            "Worker_PercentAssignmentsApproved": _column(
                (101 - random.exponential(3, WORKERS)).clip(0, 100).astype(np.int64), missing[2]
            ),
            "3STUDY1DONE": _column(np.ones(WORKERS, np.int64), random.random(WORKERS) > 0.1),
        }
    )


_PLACES = ["US", "US-WA", "US-CA", "CA"]


def _filter(pool: pl.DataFrame) -> int:
    """Who may accept the HIT for certain, as somebody writes it who knows all of this."""
    found = pool.filter(
        pl.col("Worker_Locale").is_in(_PLACES),
        pl.col("Worker_NumberHITsApproved") > 100,
        pl.col("Worker_PercentAssignmentsApproved") >= 98,
        pl.col("3STUDY1DONE").is_null(),
    )
    return len(found)


def _again(function: Callable[[], object]) -> Round:
    return lambda calls: lambda: [function() for _ in range(calls)]


def test_audience(beside: Beside, pool: pl.DataFrame) -> None:
    """All of it, from the frame on: the funnel, what each requirement costs, both curves, and all places."""
    policy = qe.compile_hit(HIT)
    found = qe.bulk.audience(pool, policy, nulls=NULLS)
    assert found.permitted == _filter(pool)
    assert len(found.curves[0].starts) > 1000
    assert len(found.places) > 200
    beside(
        "audience, a million",
        _again(lambda: qe.bulk.audience(pool, policy, nulls=NULLS)),
        against="one Polars filter of it",
        other=_again(lambda: _filter(pool)),
        goal=at_most(20),
        rounds=20,
    )


def test_a_threshold_is_moved(beside: Beside, pool: pl.DataFrame) -> None:
    """Of a pool that was read, another rate at each call, of which nothing was asked before."""
    reach = qe.bulk.Reach(pool, nulls=NULLS)
    reach.audience(qe.compile_hit(HIT))

    def moved(calls: int) -> Callable[[], object]:
        policies = [qe.compile_hit(qe.change_hit(HIT, values={1: value})) for value in _values(calls)]
        return lambda: [reach.audience(each) for each in policies]

    beside(
        "audience, a threshold moved",
        moved,
        against="one Polars filter of it",
        other=_again(lambda: _filter(pool)),
        goal=within(50e6),
        rounds=20,
    )


_seen = iter(range(101, 1_000_000))


def _values(count: int) -> list[int]:
    return [next(_seen) for _ in range(count)]
