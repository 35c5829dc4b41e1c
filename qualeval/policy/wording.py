"""Value sets in the words of a sentence: `98 or more`, `anywhere but US-CA`, `Masters held`."""

from __future__ import annotations

from collections.abc import Sequence

from qualeval.model.qualification_types import QualificationType
from qualeval.model.requirements import QualificationRequirement
from qualeval.values.integer_set import IntegerSet, Interval
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = [
    "amount",
    "conjoined",
    "constraint",
    "demand",
    "place",
    "requirement_words",
    "run_amount",
    "value_words",
]


def conjoined(words: Sequence[str]) -> str:
    """`discover`, `discover and preview`, `discover, preview and accept`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def requirement_words(requirement: QualificationRequirement, name: str) -> str:
    """A requirement as Mechanical Turk writes it, its type by this name: `Worker_Locale In US, CA`."""
    return f"{name} {requirement.comparator} {', '.join(map(str, requirement.values))}".rstrip()


def amount(integers: IntegerSet, kind: QualificationType) -> str:
    """Integers as an amount, read within the universe of their type: `98 or more` is 98..100 of a rate."""
    runs = list(integers.intervals())
    return run_amount(runs[0], kind) if len(runs) == 1 else str(integers)


def run_amount(run: Interval, kind: QualificationType) -> str:
    """One run of integers as an amount: `98 or more`, `2 or less`, `2..5`, `7`. An open end is the universe's."""
    low, high = run
    if low == high:
        return str(low)
    if low is not None and high == kind.highest:
        return f"{low} or more"
    if high is not None and low == kind.lowest:
        return f"{high} or less"
    return f"{low}..{high}"


def constraint(kind: QualificationType, admitted: ValueSet, name: str) -> str:
    """What a type must be, tersely: `Worker_Locale in US, CA`, `Masters held`, `3BLOCK lacked`."""
    if admitted == kind.held and kind.can_be_lacked:
        return f"{name} held"
    if admitted == kind.lacked:
        return f"{name} lacked"
    if isinstance(admitted.held, LocaleSet):
        return f"{name} {admitted.held if admitted.held.default else f'in {admitted.held}'}"
    return f"{name} in {admitted}" if "," in str(admitted) else f"{name} {admitted}"


def demand(kind: QualificationType, admitted: ValueSet, name: str) -> str:
    """What a worker must do or be, as the end of a sentence: `be in US, CA`, `have 3ABC of 2..5`, `not hold 3BLOCK`."""
    if isinstance(admitted.held, LocaleSet):
        return f"be {place(admitted.held)}"
    if admitted == kind.lacked:
        return f"not hold {name}"
    if admitted == kind.held:
        return f"hold {name}"
    verb = "hold" if kind.can_be_lacked else "have"
    words = value_words(admitted.held, kind)
    return f"{verb} {name} {f'with {words}' if words.startswith('any') else f'of {amount(admitted.held, kind)}'}"


def value_words(admitted: IntegerSet, kind: QualificationType) -> str:
    """Integers as what a value is to be: `the value 7`, `a value of 98 or more`, `any value but 3`."""
    missing = (kind.held - ValueSet(admitted)).held
    assert isinstance(missing, IntegerSet)
    if not admitted.is_one_run and all(low == high for low, high in missing.intervals()):
        return f"any value but {missing}"
    if admitted.single is not None:
        return f"the value {admitted.single}"
    words = amount(admitted, kind)
    return f"a value of {words}" if " or " in words else f"a value in {words}"


def place(places: LocaleSet) -> str:
    """Where somebody is to be: `in CA or US`, `anywhere but US-CA`."""
    words = str(places).replace(", ", " or ")
    return words if places.default or places.is_empty else f"in {words}"
