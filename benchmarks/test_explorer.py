"""The explorer over a million workers: what a slider waits for, and how soon the page is there."""

from __future__ import annotations

import http.client
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import pytest

from benchmarks.measuring import Beside
from benchmarks.report import Row, within
from benchmarks.test_audience import HIT, pool
from benchmarks.test_command import COMMAND
from tests.browser import launched, opened_in

__all__ = ["pool"]

MOVES = 300
REQUIREMENTS = HIT.to_mturk()["QualificationRequirements"]


@pytest.fixture(scope="module")
def url(pool: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an explorer of the pool, in a process of its own."""
    path = tmp_path_factory.mktemp("pool") / "pool.parquet"
    pool.write_parquet(path)
    hit = Path("examples/hit.json")
    command = [*COMMAND, "serve", str(hit), str(path), "--port", "0", "--nulls", "3STUDY1DONE=lacks"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def _question(index: int, value: int) -> bytes:
    cards: list[dict[str, Any]] = [{"on": True, "requirement": dict(each)} for each in REQUIREMENTS]
    cards[index]["requirement"]["IntegerValues"] = [value]
    return json.dumps({"before": REQUIREMENTS, "cards": cards, "action": "accept", "curves": []}).encode()


def _answered(connection: http.client.HTTPConnection, url: str, body: bytes) -> dict[str, Any]:
    connection.request("POST", "/api/answer", body, {"Origin": url.rstrip("/")})
    said: dict[str, Any] = json.loads(connection.getresponse().read())
    return said


def test_a_slider_moves(beside: Beside, url: str) -> None:
    """A move over HTTP, each to a value that was not asked for before: the 95th percentile beside the median."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
    assert _answered(connection, url, _question(1, 1000))["ladder"][2]["permitted"] > 1000
    taken = []
    for value in range(2000, 2000 + MOVES):
        start = perf_counter()
        _answered(connection, url, _question(1, value))
        taken.append(perf_counter() - start)
    connection.close()
    slow, middle = quantiles(taken, n=20)[-1] * 1e9, median(taken) * 1e9
    beside.rows.append(Row("slider moved, 95th percentile", slow, "its median", middle, within(50e6)))


def test_the_page_opens(beside: Beside, url: str) -> None:
    """From the address to the first answer in Chromium, in a window that has not seen the page before."""
    taken = []
    with launched() as browser:
        for _ in range(10):
            start = perf_counter()
            found = opened_in(browser, url)
            found.page.wait_for_selector(".ladder .bar")
            taken.append(perf_counter() - start)
            found.page.context.close()
    middle, fastest = median(taken) * 1e9, min(taken) * 1e9
    beside.rows.append(Row("page, to its first answer", middle, "the fastest of ten", fastest, within(1e9)))
