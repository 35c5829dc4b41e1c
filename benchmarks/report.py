"""The table: what was measured, against what, the ratio of the two, and the goal. It does not know how to measure."""

from __future__ import annotations

import os
import platform
import textwrap
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

from attrs import frozen

_WIDTH = 99
_PEERS = ("zen-engine", "common-expression-language", "rule-engine", "z3-solver", "pandas", "polars", "numpy")
_PACKAGES = ("qualeval", "attrs", *_PEERS, "pytest-benchmark")
_TITLES = ("measured", "ns", "against", "ns", "ratio", "goal", "")


@frozen
class Goal:
    """Which way a ratio is read, and what it is to be; `limit` is None where the row is for information.

    Of an absolute goal the limit is for the measured time itself, in nanoseconds.
    """

    is_faster: bool
    limit: float | None = None
    is_absolute: bool = False

    def ratio(self, measured: float, against: float) -> float:
        """How many times as long it takes; or, of what is to be faster, how many times as fast it is."""
        return against / measured if self.is_faster else measured / against

    def is_met(self, measured: float, against: float) -> bool:
        """Whether the ratio, or the measured time, is within the limit, if there is one."""
        figure = measured if self.is_absolute else self.ratio(measured, against)
        return self.limit is None or (figure >= self.limit if self.is_faster else figure <= self.limit)

    def __str__(self) -> str:
        if self.limit is None:
            return ""
        return f"<= {self.limit:,.0f} ns" if self.is_absolute else f"{'>=' if self.is_faster else '<='} {self.limit:g}"


def at_most(limit: float) -> Goal:
    """To take no more than `limit` times as long."""
    return Goal(is_faster=False, limit=limit)


def at_least(limit: float) -> Goal:
    """To be no less than `limit` times as fast."""
    return Goal(is_faster=True, limit=limit)


def within(nanoseconds: float) -> Goal:
    """To take no more than this, whatever stands beside it."""
    return Goal(is_faster=False, limit=nanoseconds, is_absolute=True)


AS_LONG = Goal(is_faster=False)
AS_FAST = Goal(is_faster=True)


@frozen
class Row:
    """One line of the table: medians in nanoseconds a call."""

    what: str
    measured: float
    against: str
    other: float
    goal: Goal

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as text."""
        ratio = self.goal.ratio(self.measured, self.other)
        verdict = "" if self.goal.limit is None else "ok" if self.goal.is_met(self.measured, self.other) else "short"
        number = f"{ratio:.2f}" if ratio < 100 else f"{ratio:,.0f}"
        words = f"{number}x as {'fast' if self.goal.is_faster else 'long'}"
        return (self.what, f"{self.measured:,.0f}", self.against, f"{self.other:,.0f}", words, str(self.goal), verdict)


def table(rows: Iterable[Row]) -> Iterator[str]:
    """The rows that have a goal, then those for information, under one heading."""
    listed = list(rows)
    aimed = [row.cells for row in listed if row.goal.limit is not None]
    other = [row.cells for row in listed if row.goal.limit is None]
    widths = [max(map(len, column)) for column in zip(_TITLES, *aimed, *other, strict=True)]
    rule = "  ".join("-" * width for width in widths)
    yield from (_line(_TITLES, widths), rule, *(_line(cells, widths) for cells in aimed))
    if other:
        yield from ("", "for information", rule, *(_line(cells, widths) for cells in other))


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    numbers = {1, 3, 4}
    placed = (
        cell.rjust(width) if place in numbers else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(placed).rstrip()


def surroundings() -> list[str]:
    """When, on what machine and with which versions this was measured, in lines that fit."""
    cores = os.cpu_count() or 0
    load = f"load {os.getloadavg()[0]:.1f}, " if hasattr(os, "getloadavg") else ""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    text = f"{date.today()}: {_processor()}, {cores} cores, {load}{platform.system()}, {python}; {packages}"
    return textwrap.wrap(text, _WIDTH, break_on_hyphens=False)


def _processor() -> str:
    """The processor's name where Linux says it."""
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text().splitlines() if listing.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
