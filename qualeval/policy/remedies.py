"""Remedies: the nearest change of the worker, or of what is known, that would meet what a type asks.

A remedy aims at the intersection of the requirements on the type, at the tightest level in reach, so that following it
never trades one refusal for another. Distances are between integers; no locale is nearer than another.
"""

from __future__ import annotations

from operator import and_

from attrs import frozen

from qualeval.model.facts import fact_text
from qualeval.model.qualification_types import QualificationType
from qualeval.model.words import Word
from qualeval.policy.ladders import Relation, relation
from qualeval.policy.wording import amount, conjoined, place, run_amount, value_words
from qualeval.values.integer_set import IntegerSet, Interval
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = ["Remedy", "RemedyAction", "change", "contradiction", "contradiction_words", "remedy"]


class RemedyAction(Word):
    """What there is to do; `NONE` where no change can help."""

    RAISE = "raise"
    LOWER = "lower"
    CHANGE = "change"
    GRANT = "grant"
    REVOKE = "revoke"
    RELOCATE = "relocate"
    LEARN = "learn"
    NONE = "none"


@frozen
class Remedy:
    """One change that would meet a requirement.

    `do` is what to do, to which type, so that it ends in one of the states `value` (None where no change can);
    `by` is who could do it, or could tell: `worker`, `requester` (the owner of the type) or `Mechanical Turk`. `words`
    says it all.
    """

    do: RemedyAction
    type_id: str
    value: ValueSet | None
    by: str | None
    words: str

    def __str__(self) -> str:
        return self.words


def remedy(kind: QualificationType, name: str, states: ValueSet, target: ValueSet) -> Remedy:
    """What would bring a worker in one of `states` into `target`, which is not empty: to learn more, or a change.

    `name` is what the type is called in a sentence.
    """
    if relation(states, target) is Relation.OUTSIDE:
        return change(kind, name, states, target)
    by = "requester" if kind.owner == "requester" else "worker"  # the API tells only the owner of a type
    return Remedy(RemedyAction.LEARN, kind.type_id, target, by, _question(kind, name, states, target))


def change(kind: QualificationType, name: str, states: ValueSet, target: ValueSet) -> Remedy:
    """The nearest change from `states` into `target`, where the two have no state in common."""
    if isinstance(target.held, LocaleSet):
        return Remedy(RemedyAction.RELOCATE, kind.type_id, target, "worker", f"be located {place(target.held)}")
    if target.lacking:
        return Remedy(RemedyAction.REVOKE, kind.type_id, target, kind.owner, f"lose {name}")
    if states.lacking and states.held.is_empty:
        words = f"be granted {name}{_with_value(kind, target)}"
        return Remedy(RemedyAction.GRANT, kind.type_id, target, kind.owner, words)
    return _moved(kind, name, states, target)


_RAISE, _LOWER = RemedyAction.RAISE, RemedyAction.LOWER  # plain names: see `reasons`


def _moved(kind: QualificationType, name: str, states: ValueSet, target: ValueSet) -> Remedy:
    """A change of a held integer into the nearest run of `target`; upwards where both sides are as near."""
    held, wanted = states.held, target.held
    assert isinstance(held, IntegerSet)
    assert isinstance(wanted, IntegerSet)
    low = high = states.single
    if not isinstance(low, int):
        low, high = held.low, held.high
    anchor = high if low is None else low
    if not isinstance(anchor, int) or states.lacking or (low != high and _straddles(held, wanted)):
        words = f"change {name} from {fact_text(states, kind)} to {amount(wanted, kind)}"
        return Remedy(RemedyAction.CHANGE, kind.type_id, target, kind.owner, words)
    below, above = wanted.runs_around(anchor)
    if above is None and kind.only_grows:
        return _impossible(kind, f"{name} never falls, and {held} is too high already")
    do, run = _RAISE, above
    if above is None or (below is not None and not kind.only_grows and not _is_nearer(above, held, below)):
        do, run = _LOWER, below
    assert run is not None, "the target is not empty, so there is a run on one side"
    words = f"{do} {name} from {anchor if low == high else held} to {run_amount(run, kind)}"
    value = target if wanted.is_one_run else ValueSet(IntegerSet.between(*run))
    return Remedy(do, kind.type_id, value, kind.owner, words)


def _is_nearer(above: Interval, held: IntegerSet, below: Interval) -> bool:
    """Whether it is no further up to `above` than down to `below`. The ends that face the held values are closed."""
    low, high, start, end = held.low, held.high, above[0], below[1]
    assert start is not None
    assert end is not None
    return low is None or (high is not None and start - high <= low - end)


def _straddles(held: IntegerSet, target: IntegerSet) -> bool:
    """Whether some of `target` lies between the least and the greatest value still possible."""
    return not target.is_disjoint(IntegerSet.between(held.low, held.high))


def _question(kind: QualificationType, name: str, states: ValueSet, target: ValueSet) -> str:
    if isinstance(target.held, LocaleSet) and isinstance(states.held, LocaleSet):
        return f"learn the worker's {_unknown_part(states.held, target.held)}"
    if target == kind.lacked or (target == kind.held and kind.can_be_lacked):
        return f"learn whether the worker holds {name}"
    assert isinstance(target.held, IntegerSet)
    if states.lacking:
        return f"learn whether the worker holds {name}{_with_value(kind, target)}"
    return f"learn whether {name} is {amount(target.held, kind)}"


def _unknown_part(states: LocaleSet, target: LocaleSet) -> str:
    if states.default:
        return "locale"
    one_country = len(states.exceptions) == 1
    for country, part in states.exceptions.items():
        admitted = part.combined(target.places(country), and_)
        if not admitted.is_empty and admitted != part:
            return "subdivision" if one_country else "locale"
    return "country"


def _with_value(kind: QualificationType, target: ValueSet) -> str:
    if target.held == kind.universe.held or not isinstance(target.held, IntegerSet):
        return ""
    return f" with {value_words(target.held, kind)}"


def contradiction(kind: QualificationType, name: str, indexes: tuple[int, ...]) -> Remedy:
    """There is none: the requirements at `indexes` leave no state of the type."""
    return _impossible(kind, contradiction_words(name, indexes))


def contradiction_words(name: str, indexes: tuple[int, ...]) -> str:
    """That the requirements at `indexes` leave no state of the type."""
    if len(indexes) == 1:
        return f"no possible state of {name} meets requirement {indexes[0]}"
    return f"the requirements {conjoined([*map(str, indexes)])} on {name} contradict each other"


def _impossible(kind: QualificationType, why: str) -> Remedy:
    return Remedy(RemedyAction.NONE, kind.type_id, None, None, f"no change can meet it: {why}")
