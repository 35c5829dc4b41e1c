"""Reading tables of workers, row by row to profiles, beside `pandas.read_csv` of the same file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pandas as pd
import pytest

import qualeval as qe
from benchmarks.measuring import Beside, Round
from benchmarks.report import AS_LONG, at_most

NAMES = qe.TypeNames({"Study 1 done": "3STUDY1DONE", "Good Tagger": "3TAGGER"})
WORKERS, POOL = 1_000_000, 200_000
FIGURES = [
    name
    for time in ("Lifetime", "Last 30 days", "Last 7 days")
    for name in (
        f"Number of HITs approved or rejected - {time}",
        f"Number of HITs approved - {time}",
        f"Your {time} approval rate",
    )
]
OWN = [f"{kind}-{name}" for name in NAMES.own for kind in ("CURRENT", "UPDATE")]
HEADER = ["Worker ID", "Link to Individual Worker Page", *FIGURES, *OWN]
HEADER += ["CURRENT BlockStatus", "UPDATE BlockStatus", "BlockReason"]


def _figures(decided: int, approved: int) -> tuple[object, ...]:
    return decided, approved, f"{100 * approved / decided:.2f}%" if decided else ""


def _workers(random: Random) -> Iterator[Sequence[object]]:
    for number in range(WORKERS):
        worker_id = f"A{number:013X}"
        decided = random.randint(0, 500)
        lately = random.choice((0, 0, random.randint(0, decided)))
        figures = (each for count in (decided, lately, 0) for each in _figures(count, random.randint(0, count)))
        own = random.choice(("", "1")), "", random.choice(("", str(random.randint(0, 100)))), ""
        status = "Blocked" if random.random() < 0.02 else "Never Blocked"
        yield worker_id, f"https://requester.mturk.com/workers/{worker_id}", *figures, *own, status, "", ""


def _pool(random: Random) -> Iterator[Sequence[object]]:
    for number in range(POOL):
        place = random.choice(("US", "US-WA", "CA", "IN", ""))
        yield f"A{number:013X}", place, random.randint(0, 20_000), random.randint(50, 100), random.choice(("", 1))


def _written(path: Path, header: Sequence[str], rows: Iterator[Sequence[object]], quoting: int) -> str:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=quoting)
        writer.writerow(header)
        writer.writerows(rows)
    return str(path)


@pytest.fixture(scope="module")
def workers_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A workers file, as the site writes it."""
    return _written(tmp_path_factory.mktemp("tables") / "workers.csv", HEADER, _workers(Random(1)), csv.QUOTE_ALL)


@pytest.fixture(scope="module")
def pool_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A pool, as a program writes it."""
    header = ["WorkerId", "Worker_Locale", "Worker_NumberHITsApproved", "Worker_PercentAssignmentsApproved", "3ABC"]
    return _written(tmp_path_factory.mktemp("tables") / "pool.csv", header, _pool(Random(1)), csv.QUOTE_MINIMAL)


def times(function: Callable[[str], int], path: str) -> Round:
    """A round of calls of a function with a file, which does the same again."""
    return lambda calls: lambda: [function(path) for _ in range(calls)]


def _read_workers(path: str) -> int:
    return sum(1 for _ in qe.read_workers_csv(path, names=NAMES))


def _read_pool(path: str) -> int:
    return sum(1 for _ in qe.read_pool(path))


def _frame(path: str) -> int:
    return len(pd.read_csv(path))


def test_workers_csv(beside: Beside, workers_file: str) -> None:
    """Every row of the file is a worker."""
    assert _read_workers(workers_file) == _frame(workers_file) == WORKERS
    beside(
        "workers CSV, a million",
        times(_read_workers, workers_file),
        against="pandas.read_csv of it",
        other=times(_frame, workers_file),
        goal=at_most(8),
        rounds=3,
    )


def test_pool_csv(beside: Beside, pool_file: str) -> None:
    """Every row of the file is a worker."""
    assert _read_pool(pool_file) == _frame(pool_file) == POOL
    beside(
        "pool CSV, 200,000",
        times(_read_pool, pool_file),
        against="pandas.read_csv of it",
        other=times(_frame, pool_file),
        goal=AS_LONG,
        rounds=5,
    )
