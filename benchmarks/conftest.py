"""The `beside` fixture, and the table at the end of the run."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.measuring import ROUNDS, ROWS, Beside
from benchmarks.report import surroundings, table


def pytest_configure(config: pytest.Config) -> None:
    """Keep pytest-benchmark's own table, which is of whole rounds, for `--benchmark-verbose`."""
    config.stash[ROWS] = []
    config.option.benchmark_quiet = True
    config.addinivalue_line(
        "filterwarnings", "ignore:Benchmark fixture was not used at all"
    )  # skipped, or failed first


@pytest.fixture
def beside(request: pytest.FixtureRequest, benchmark: BenchmarkFixture) -> Beside:
    """Measures one call beside another: `beside("what", round, against="what", other=round, goal=at_most(2))`."""
    return Beside(benchmark, request.config.stash[ROWS])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the ratios against their goals."""
    rows = config.stash[ROWS]
    if not rows:
        return
    statistic = f"ns: the median time of a call over {ROUNDS} rounds (processes: fewer); ratio: of the two medians."
    terminalreporter.section("ratios against their goals")
    for line in (*table(rows), "", statistic, *surroundings()):
        terminalreporter.write_line(line)
