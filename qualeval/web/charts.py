"""A curve as a chart: where its line goes, and what stands at its axes. Plain numbers, for a template to draw."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from attrs import frozen

from qualeval.bulk.audiences import Curve

__all__ = ["Chart", "chart", "ticks"]

WIDTH, HEIGHT = 440, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 14, 40
_MOST = 600
"""So many steps are drawn: more would be finer than a pixel."""


@frozen
class Tick:
    """A mark on an axis."""

    at: float
    text: str


@frozen
class Chart:
    """A curve drawn: the steps of those who are in for certain, the area up to those who may be, and the axes."""

    line: str
    area: str
    value_at: float
    reached_at: float
    across: Sequence[Tick]
    up: Sequence[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    top: int = _TOP
    bottom: int = HEIGHT - _BOTTOM


def chart(curve: Curve) -> Chart:
    """The chart of a curve, from a little before its first step to a little behind its last one."""
    low, high = _ends(curve)
    most = max(1, *curve.possible)
    x, y = _scale_across(low, high), _scale_up(most)
    steps = list(_steps(curve, low, high))
    upper = [(x(value), y(curve.at(value).possible)) for value in steps]
    lower = [(x(value), y(curve.at(value).certain)) for value in steps]
    rising, falling = list(_stairs(upper)), list(_stairs(lower))
    return Chart(
        _path(falling),
        f"{_path(rising)} L{' L'.join(f'{a:g},{b:g}' for a, b in reversed(falling))} Z",
        x(curve.value),
        y(curve.at(curve.value).certain),
        [Tick(x(each), f"{each:,}") for each in _marks(low, high)],
        [Tick(y(each), f"{each:,}") for each in ticks(0, most, 4)],
    )


def _ends(curve: Curve) -> tuple[int, int]:
    listed = [*curve.starts, curve.value]
    low, high = min(listed), max(listed)
    beside = max(1, (high - low) // 25)
    return low - beside if low < 0 else max(0, low - beside), high + beside


def _steps(curve: Curve, low: int, high: int) -> Iterator[int]:
    """Where the steps of the curve begin, of too many a part at even distances."""
    starts = curve.starts
    taken = starts if len(starts) <= _MOST else [starts[n * len(starts) // _MOST] for n in range(_MOST)]
    yield low
    yield from (each for each in taken if low < each < high)
    yield high


def _stairs(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Each point's height goes on up to the next point."""
    height = points[0][1]
    for across, up in points:
        yield across, height
        yield across, up
        height = up


def _path(points: Sequence[tuple[float, float]]) -> str:
    return f"M{' L'.join(f'{across:g},{up:g}' for across, up in points)}"


def _is_wide(low: int, high: int) -> bool:
    """Whether values span so much that they stand at the distances of their logarithms."""
    return low >= 0 and high > 1000


def _scale_across(low: int, high: int) -> Callable[[int], float]:
    span = WIDTH - _LEFT - _RIGHT
    if _is_wide(low, high):
        start, width = math.log1p(low), math.log1p(high) - math.log1p(low)
        return lambda value: round(_LEFT + span * (math.log1p(value) - start) / width, 1)
    return lambda value: round(_LEFT + span * (value - low) / (high - low), 1)


def _scale_up(most: int) -> Callable[[int], float]:
    span = HEIGHT - _TOP - _BOTTOM
    return lambda count: round(HEIGHT - _BOTTOM - span * count / most, 1)


def _marks(low: int, high: int) -> list[int]:
    if not _is_wide(low, high):
        return ticks(low, high, 6)
    tens = [10**zeros for zeros in range(len(str(high)))]
    listed = [0, *tens] if low == 0 else tens
    return [each for each in listed if low <= each <= high][-6:]


def ticks(low: int, high: int, most: int) -> list[int]:
    """Round integers from `low` to `high`, at even distances, about so many."""
    span = max(1, high - low)
    size = 10 ** max(0, len(str(span)) - 2)
    step = next(each for factor in (1, 10, 100) for each in _sizes(size * factor) if span / each <= most)
    first = -(-low // step) * step
    return list(range(first, high + 1, step))


def _sizes(size: int) -> tuple[int, ...]:
    return size, 2 * size, 5 * size
