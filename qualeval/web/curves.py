"""Curves as a slider shows them: at every value of a short range, at round values of a long one.

This module does not know what a curve counts.
"""

from __future__ import annotations

from typing import Any

from qualeval.bulk.audiences import Curve
from qualeval.model.qualification_types import QualificationType

__all__ = ["knots", "shown_curve"]

ALL = 200
"""A range of so many values is shown value by value."""


def shown_curve(curve: Curve, kind: QualificationType) -> dict[str, Any]:
    """The values that a slider stops at, and whom each of them would reach."""
    values = knots(curve, kind)
    bands = [curve.at(each) for each in values]
    return {
        "value": curve.value,
        "knots": values,
        "permitted": [each.certain for each in bands],
        "unknown": [each.unknown for each in bands],
    }


def knots(curve: Curve, kind: QualificationType) -> list[int]:
    """The value that stands there, and others from below the first change of the audience to above the last.

    Beyond what a worker can have of this type no value is shown but that one.
    """
    low, high = min((*curve.starts, curve.value)) - 1, max((*curve.starts, curve.value))
    low = low if kind.lowest is None else max(low, kind.lowest)
    high = high if kind.highest is None else min(high, kind.highest)
    found = range(low, high + 1) if high - low <= ALL else {low, high, *_round_values(low, high)}
    return sorted({*found, curve.value})


def _round_values(low: int, high: int) -> set[int]:
    """Between two integers zero, and those of which all digits but the first two are zeros, and the second a five."""
    found, power = {0}, 1
    while power <= max(-low, high):
        found |= {half * power // 2 for half in range(2, 20) if half * power % 2 == 0}
        power *= 10
    return {each for value in found for each in (value, -value) if low <= each <= high}
