"""Reasons: for every requirement, whether a worker meets it, why not, and what would help.

Law: an action is denied exactly if a requirement that guards it is unmet, and unknown exactly if none is unmet and one
is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from attrs import frozen

from qualeval.model.actions import Action, ActionsGuarded
from qualeval.model.facts import Fact
from qualeval.model.requirements import QualificationRequirement
from qualeval.policy.comparators import Predicate
from qualeval.policy.evidence import Rule, rules_in_play
from qualeval.policy.ladders import Relation, TypeLadder, relation
from qualeval.policy.remedies import Remedy, contradiction, remedy
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = ["Reason", "ReasonCode", "State", "reasons", "shortfalls"]


class State(StrEnum):
    """Whether a worker meets one requirement, from what is known."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class ReasonCode(StrEnum):
    """Why a requirement is unmet or unknown. The codes are stable."""

    LACKED = "lacked"
    """The worker lacks the type, and the requirement asks for a value."""
    HELD = "held"
    """The worker holds the type, and the requirement asks that it be lacked."""
    TOO_LOW = "too_low"
    """Every value still possible is below all that are admitted."""
    TOO_HIGH = "too_high"
    """Every value still possible is above all that are admitted."""
    VALUE_NOT_ADMITTED = "value_not_admitted"
    """The value is not among those admitted, which lie on both sides of it."""
    LOCALE_NOT_ADMITTED = "locale_not_admitted"
    """The worker is elsewhere."""
    NEVER_MET = "never_met"
    """No possible state of the type meets the requirement."""
    CONFLICT = "conflict"
    """The fact leaves room for this requirement, but not for it and the others on the type together."""
    NOTHING_KNOWN = "nothing_known"
    """Nothing is known of the type."""
    VALUE_UNKNOWN = "value_unknown"
    """The worker holds the type, with a value that is not known."""
    SUBDIVISION_UNKNOWN = "subdivision_unknown"
    """The country is known, and the requirement asks for more."""
    SEVERAL_POSSIBLE = "several_possible"
    """Several states are still possible, and only some of them meet the requirement."""


@frozen
class Reason:
    """What one requirement says of one worker.

    `index` is its place in the HIT, `observed` the fact about the worker, `admitted` the states that meet it, `guard`
    what it guards. `code` is None where it is met. `conflicts_with` holds the indexes of the other requirements on the
    type that, with this one, leave no state possible. `target` is what the remedy aims at: the intersection on the type
    at the level that is guarded.
    """

    predicate: Predicate
    observed: Fact
    state: State
    code: ReasonCode | None
    conflicts_with: tuple[int, ...]
    ladder: TypeLadder

    @property
    def index(self) -> int:
        """The place of the requirement in the HIT, from zero."""
        return self.predicate.index

    @property
    def requirement(self) -> QualificationRequirement:
        """The requirement itself."""
        return self.predicate.requirement

    @property
    def admitted(self) -> ValueSet:
        """The states that meet it."""
        return self.predicate.admitted

    @property
    def guard(self) -> ActionsGuarded:
        """What it guards."""
        return self.predicate.guard

    @property
    def target(self) -> ValueSet:
        """The states that meet all requirements on the type which guard the same action."""
        return self.ladder.admitted[self.predicate.action]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of grade C or I that this rests on."""
        return tuple(rules_in_play(self.predicate, self.observed))

    @property
    def remedy(self) -> Remedy | None:
        """The nearest change that would meet it; None where it is met."""
        if self.state is State.MET:
            return None
        kind, name = self.predicate.kind, self.predicate.short_name
        if self.target.is_empty:
            beside = self.ladder.guarding(self.predicate.action)
            return contradiction(kind, name, tuple(each.index for each in beside))
        return remedy(kind, name, self.observed.states, self.target)

    def __repr__(self) -> str:
        return f"<Reason {self.index}: {self.predicate.name} {self.state}{f' ({self.code})' if self.code else ''}>"


def reasons(ladder: TypeLadder, fact: Fact) -> Iterator[Reason]:
    """The reasons of all requirements on one type, in the HIT's order."""
    states = fact.states
    relations = [relation(states, each.admitted) for each in ladder.predicates]
    for each, lies in zip(ladder.predicates, relations, strict=True):
        if lies is Relation.INSIDE:
            yield Reason(each, fact, State.MET, None, (), ladder)
        elif lies is Relation.OUTSIDE:
            yield Reason(each, fact, State.UNMET, _unmet_code(each, states), (), ladder)
        else:
            yield _across(each, fact, ladder, relations)


def shortfalls(ladder: TypeLadder, fact: Fact) -> Iterator[Reason]:
    """The reasons of the requirements on one type that are not met; quickly none where all of them are."""
    if relation(fact.states, ladder.admitted[Action.ACCEPT]) is not Relation.INSIDE:
        yield from (reason for reason in reasons(ladder, fact) if reason.state is not State.MET)


def _across(each: Predicate, fact: Fact, ladder: TypeLadder, relations: list[Relation]) -> Reason:
    """Not met and not missed alone: a conflict where the requirements that guard the same action leave nothing."""
    action = each.action
    beside = [
        (other.index, lies)
        for other, lies in zip(ladder.predicates, relations, strict=True)
        if other is not each and other.guard.guards(action)
    ]
    missed_alone = any(lies is Relation.OUTSIDE for _, lies in beside)
    if not missed_alone and fact.states.is_disjoint(ladder.admitted[action]):
        others = tuple(index for index, lies in beside if lies is not Relation.INSIDE)
        return Reason(each, fact, State.UNMET, ReasonCode.CONFLICT, others, ladder)
    return Reason(each, fact, State.UNKNOWN, _unknown_code(each, fact.states), (), ladder)


def _unmet_code(each: Predicate, states: ValueSet) -> ReasonCode:
    admitted = each.admitted
    if admitted.is_empty:
        return ReasonCode.NEVER_MET
    if admitted.held.is_empty:
        return ReasonCode.HELD
    if states.held.is_empty:
        return ReasonCode.LACKED
    if not isinstance(admitted.held, IntegerSet) or not isinstance(states.held, IntegerSet):
        return ReasonCode.LOCALE_NOT_ADMITTED
    return _side(states.held, admitted.held)


def _side(held: IntegerSet, admitted: IntegerSet) -> ReasonCode:
    if held.high is not None and admitted.low is not None and held.high < admitted.low:
        return ReasonCode.TOO_LOW
    if held.low is not None and admitted.high is not None and held.low > admitted.high:
        return ReasonCode.TOO_HIGH
    return ReasonCode.VALUE_NOT_ADMITTED


def _unknown_code(each: Predicate, states: ValueSet) -> ReasonCode:
    if states == each.kind.universe:
        return ReasonCode.NOTHING_KNOWN
    if states == each.kind.held:
        return ReasonCode.VALUE_UNKNOWN
    if isinstance(states.held, LocaleSet) and states.single is not None:
        return ReasonCode.SUBDIVISION_UNKNOWN
    return ReasonCode.SEVERAL_POSSIBLE
