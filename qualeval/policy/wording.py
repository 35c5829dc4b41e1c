"""Value sets in the words of a sentence: `98 or more`, `anywhere but US-CA`, `Masters held`."""

from __future__ import annotations

from qualeval.model.qualification_types import QualificationType
from qualeval.values.integer_set import IntegerSet, Interval
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = ["amount", "constraint", "demand", "run_amount"]


def amount(integers: IntegerSet, universe: IntegerSet) -> str:
    """Integers as an amount, read within their universe: `98 or more` is 98..100 of a rate."""
    runs = list(integers.intervals())
    return run_amount(runs[0], universe) if len(runs) == 1 else str(integers)


def run_amount(run: Interval, universe: IntegerSet) -> str:
    """One run of integers as an amount: `98 or more`, `2 or less`, `2..5`, `7`."""
    low, high = run
    if low == high:
        return str(low)
    if low is not None and high == universe.high:
        return f"{low} or more"
    if high is not None and low == universe.low:
        return f"{high} or less"
    return f"{'' if low is None else low}..{'' if high is None else high}"


def constraint(kind: QualificationType, admitted: ValueSet, name: str) -> str:
    """What a type must be, tersely: `Worker_Locale in US, CA`, `Masters held`, `3BLOCK lacked`."""
    if admitted == kind.held and kind.can_be_lacked:
        return f"{name} held"
    if admitted == kind.lacked:
        return f"{name} lacked"
    if isinstance(admitted.held, LocaleSet):
        return f"{name} {_place(admitted.held)}"
    return f"{name} in {admitted}" if "," in str(admitted) else f"{name} {admitted}"


def demand(kind: QualificationType, admitted: ValueSet, name: str) -> str:
    """What a worker must do or be, as the end of a sentence: `be in US, CA`, `have 3ABC of 2..5`, `not hold 3BLOCK`."""
    universe = kind.universe.held
    if isinstance(admitted.held, LocaleSet):
        return f"be {_place(admitted.held).replace(', ', ' or ')}"
    if admitted == kind.lacked:
        return f"not hold {name}"
    if admitted == kind.held:
        return f"hold {name}"
    assert isinstance(universe, IntegerSet)
    verb = "hold" if kind.can_be_lacked else "have"
    missing = universe - admitted.held
    values = list(missing.intervals())
    if not admitted.held.is_one_run and all(low == high for low, high in values):
        return f"{verb} {name} with any value but {missing}"
    return f"{verb} {name} of {amount(admitted.held, universe)}"


def _place(places: LocaleSet) -> str:
    return str(places) if places.default or places.is_empty else f"in {places}"
