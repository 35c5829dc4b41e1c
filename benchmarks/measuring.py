"""How a call is timed: in rounds, each beside a round of what it is compared with.

A round is a loop of calls that lasts about a millisecond. Every round of what is measured follows a round of what it
is measured against, so a slow phase of the machine meets both; the ratio is that of their medians, which a minority of
disturbed rounds cannot move. pytest-benchmark times the one, and its `setup`, which is not timed, times the other.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from itertools import repeat
from statistics import median
from time import perf_counter
from types import FunctionType
from typing import TypeVar

import pytest
from attrs import frozen
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.report import Goal, Row

__all__ = ["ROWS", "Beside", "Round", "first_calls", "repeated"]

T = TypeVar("T")

Round = Callable[[int], Callable[[], object]]
"""Given a number of calls, it prepares whatever they need and returns a function that makes them."""

ROWS = pytest.StashKey[list[Row]]()
"""Where the session keeps what has been measured."""

ROUND_SECONDS = 0.001
ROUNDS = 400


def repeated(function: Callable[[T], object], argument: T) -> Round:
    """A round of the same call again and again. The loop itself costs some five nanoseconds a call, everywhere."""
    call_each = _own_loop()
    return lambda calls: lambda: call_each(function, repeat(argument, calls))


def first_calls(function: Callable[[T], object], make: Callable[[], T]) -> Round:
    """A round of calls each on a new argument, made beforehand: nothing that an earlier call left there can help."""
    call_each = _own_loop()

    def prepared(calls: int) -> Callable[[], object]:
        arguments = [make() for _ in range(calls)]
        return lambda: call_each(function, arguments)

    return prepared


def _own_loop() -> Callable[[Callable[[T], object], Iterable[T]], None]:
    """A loop with code of its own: Python adapts a call site to what it calls, so a shared one would suit nobody."""

    def call_each(function: Callable[[T], object], arguments: Iterable[T]) -> None:
        for argument in arguments:
            function(argument)

    return FunctionType(call_each.__code__.replace(), globals())


def _seconds(run: Callable[[], object]) -> float:
    start = perf_counter()
    run()
    return perf_counter() - start


def _calls_in_a_round(prepared: Round) -> int:
    """How many calls last about as long as a round is to last.

    The least of several tries counts: the first call may build what later ones use, and any may be interrupted. Either
    would end in rounds of a few calls, which measure the clock.
    """
    calls = 1
    while (taken := min(_seconds(prepared(calls)) for _ in range(5))) < ROUND_SECONDS / 4:
        calls *= 2
    return max(1, round(calls * ROUND_SECONDS / taken))


@frozen
class Beside:
    """The `beside` fixture: measures one call beside another and keeps the row."""

    benchmark: BenchmarkFixture
    rows: list[Row]

    def __call__(
        self, what: str, measured: Round, *, against: str, other: Round, goal: Goal, rounds: int = ROUNDS
    ) -> None:
        """Times `measured` in as many rounds, each right after a round of `other`."""
        if sys.gettrace() or sys.getprofile():
            pytest.skip("a tracer or profiler is on, and would be timed too")
        calls, other_calls = _calls_in_a_round(measured), _calls_in_a_round(other)
        other_seconds: list[float] = []

        def setup() -> tuple[tuple[Callable[[], object]], dict[str, object]]:
            run = measured(calls)
            other_seconds.append(_seconds(other(other_calls)))
            return (run,), {}

        self.benchmark.pedantic(  # type: ignore[no-untyped-call]
            lambda run: run(), setup=setup, rounds=rounds, warmup_rounds=1
        )
        if self.benchmark.stats is None:  # --benchmark-disable
            return
        nanoseconds = self.benchmark.stats.stats.median / calls * 1e9
        row = Row(what, nanoseconds, against, median(other_seconds) / other_calls * 1e9, goal)
        self.benchmark.extra_info.update(calls_per_round=calls, against=against, against_ns=row.other)
        self.rows.append(row)
