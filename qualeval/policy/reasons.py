"""Reasons: for every requirement, whether a worker meets it, why not, and what would help.

Law: an action is denied exactly if a requirement that guards it is unmet, and unknown exactly if none is unmet and one
is unknown.
"""

from __future__ import annotations

from attrs import frozen

from qualeval.model.actions import Action, ActionsGuarded
from qualeval.model.facts import Fact
from qualeval.model.requirements import QualificationRequirement
from qualeval.model.words import Word
from qualeval.policy.comparators import Predicate
from qualeval.policy.evidence import Rule, rules_in_play
from qualeval.policy.ladders import Relation, TypeLadder, relation
from qualeval.policy.remedies import Remedy, change, contradiction, remedy
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = ["Reason", "ReasonCode", "State", "reasons"]


class State(Word):
    """Whether a worker meets one requirement, from what is known."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class ReasonCode(Word):
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
    type that, with this one, leave no state possible.
    """

    predicate: Predicate
    observed: Fact
    state: State
    conflicts_with: tuple[int, ...]
    ladder: TypeLadder

    @property
    def index(self) -> int:
        """The place of the requirement in the HIT, from zero."""
        return self.predicate.index

    @property
    def name(self) -> str:
        """What the type is called: its name, or its id where it has none."""
        return self.predicate.name

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
    def code(self) -> ReasonCode | None:
        """Why it is not met; None where it is."""
        if self.state is State.MET:
            return None
        if self.conflicts_with:
            return ReasonCode.CONFLICT
        find = _unmet_code if self.state is State.UNMET else _unknown_code
        return find(self.predicate, self.observed.states)

    @property
    def target(self) -> ValueSet:
        """What the remedy aims at: the intersection on the type, at the tightest level that is in reach.

        So following a remedy never runs into the next refusal. It is empty where the requirements on the type that
        guard the same action contradict each other already.
        """
        return self.ladder.target(self.predicate.action, self.observed.states)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of grade C or I that this rests on."""
        return tuple(rules_in_play(self.predicate, self.observed))

    @property
    def remedy(self) -> Remedy | None:
        """The nearest change that would meet it; None where it is met."""
        if self.state is _MET:
            return None
        predicate, target = self.predicate, self.target
        if target.is_empty:
            return contradiction(predicate.kind, predicate.short_name, self.ladder.contradiction(predicate.action))
        find = change if self.state is _UNMET else remedy
        return find(predicate.kind, predicate.short_name, self.observed.states, target)

    def __repr__(self) -> str:
        return f"<Reason {self.index}: {self.predicate.name} {self.state}{f' ({self.code})' if self.code else ''}>"


def reasons(ladder: TypeLadder, fact: Fact) -> list[Reason]:
    """The reasons of all requirements on one type, in the HIT's order."""
    found = []
    conflicts: dict[Action, tuple[int, ...]] = {}
    for each in ladder.predicates:
        lies = relation(fact.states, each.admitted)
        if lies is not _ACROSS:
            found.append(Reason(each, fact, _MET if lies is _INSIDE else _UNMET, (), ladder))
            continue
        if each.action not in conflicts:
            conflicts[each.action] = _conflict(ladder, fact.states, each.action)
        others = tuple(index for index in conflicts[each.action] if index != each.index)
        found.append(Reason(each, fact, _UNMET if others else State.UNKNOWN, others, ladder))
    return found


# Plain names, since looking up a member of an enum costs Python 3.11 as much as the comparison with it.
_MET, _UNMET = State.MET, State.UNMET
_INSIDE, _ACROSS = Relation.INSIDE, Relation.ACROSS


def _conflict(ladder: TypeLadder, states: ValueSet, action: Action) -> tuple[int, ...]:
    """The requirements guarding an action that are missed together though none is missed alone; else none.

    They are those that are not met. Whoever is one of them is not alone: what it leaves, only the others can take away.
    """
    if not states.is_disjoint(ladder.admitted[action]):
        return ()
    relations = {each.index: relation(states, each.admitted) for each in ladder.guarding(action)}
    if Relation.OUTSIDE in relations.values():
        return ()
    return tuple(index for index, lies in relations.items() if lies is _ACROSS)


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
