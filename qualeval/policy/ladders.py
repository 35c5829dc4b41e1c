"""One qualification type's share of a policy: what it admits to discover, to preview and to accept.

A policy is a box: it admits a worker exactly if each type admits the worker's state. So types are judged one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import reduce
from operator import and_

from attrs import field, frozen

from qualeval.model.actions import Access, Action
from qualeval.model.qualification_types import QualificationType
from qualeval.policy.comparators import Predicate
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = ["Relation", "TypeLadder", "ladders", "relation"]


class Relation(Enum):
    """How a fact lies to an admitted set: certainly in it, certainly out of it, or possibly either."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    ACROSS = "across"


_INSIDE, _OUTSIDE = Relation.INSIDE, Relation.OUTSIDE  # plain names: see `reasons`


def relation(states: ValueSet, admitted: ValueSet) -> Relation:
    """How the states still possible lie to `admitted`.

    Defined by `is_subset` and `is_disjoint`. Facts are mostly one value or the region of one locale, and for those
    membership says the same much faster: one state lies inside or outside, never across.
    """
    single = states.single
    held = admitted.held
    if isinstance(single, int) and isinstance(held, IntegerSet):
        return _INSIDE if single in held else _OUTSIDE
    if isinstance(single, Locale) and isinstance(held, LocaleSet):
        if held.misses_region(single):
            return _OUTSIDE
        return _INSIDE if held.contains_region(single) else Relation.ACROSS
    if states.is_one_state:
        return _INSIDE if admitted.lacking else _OUTSIDE
    if states.is_disjoint(admitted):
        return Relation.OUTSIDE
    return Relation.INSIDE if states.is_subset(admitted) else Relation.ACROSS


_ACTIONS = tuple(Action)
_TIGHTEST_FIRST = tuple(reversed(Action))


@frozen
class TypeLadder:
    """What a policy asks of one type: its predicates in the HIT's order, and the admitted set for every action.

    The sets shrink from discover to accept, since the requirements of a looser level hold for the tighter ones too.
    """

    type_id: str
    kind: QualificationType
    predicates: tuple[Predicate, ...]
    admitted: Mapping[Action, ValueSet] = field(hash=False)

    def certain(self, states: ValueSet) -> Access:
        """The highest level that admits every state still possible."""
        return self._highest(states, frozenset({Relation.INSIDE}))

    def possible(self, states: ValueSet) -> Access:
        """The highest level that admits at least one state still possible."""
        return self._highest(states, frozenset({Relation.INSIDE, Relation.ACROSS}))

    def _highest(self, states: ValueSet, enough: frozenset[Relation]) -> Access:
        reached = Access.NONE
        for action in Action:
            if relation(states, self.admitted[action]) not in enough:
                break
            reached = action.level
        return reached

    def admitted_before(self, action: Action) -> ValueSet:
        """The admitted set of the next looser action; the universe where there is none."""
        looser = {Action.PREVIEW: Action.DISCOVER, Action.ACCEPT: Action.PREVIEW}.get(action)
        return self.kind.universe if looser is None else self.admitted[looser]

    def exactly(self, access: Access) -> ValueSet:
        """The states that reach this level and no further."""
        reached = self.kind.universe if access is Access.NONE else self.admitted[_ACTIONS[access - 1]]
        return reached if access is Access.ACCEPT else reached - self.admitted[_ACTIONS[access]]

    def target(self, action: Action, states: ValueSet) -> ValueSet:
        """What a worker in one of `states` would have to come to: the admitted set of the tightest action in reach.

        Of `action` and those after it. The set of `action` itself where none is in reach.
        """
        for tighter in _TIGHTEST_FIRST:
            if tighter is action:
                break
            admitted = self.admitted[tighter]
            if not admitted.is_empty and self.kind.can_reach(states, admitted):
                return admitted
        return self.admitted[action]

    def contradiction(self, action: Action, one: Predicate | None = None) -> tuple[int, ...]:
        """The indexes of a smallest set of requirements that leaves no state, with `one` in it if it can be.

        Asked where those that guard the action leave none.
        """
        others = [each for each in self.guarding(action) if each is not one]
        first = [one] if one and not intersection(self.kind, others).is_empty else []
        return tuple(sorted(each.index for each in self._needed(first, others)))

    def _needed(self, needed: list[Predicate], candidates: list[Predicate]) -> list[Predicate]:
        """`needed` and a smallest part of the candidates that, with it, leaves no state.

        The candidate after which nothing is left cannot be spared; what else is needed came before it.
        """
        left = intersection(self.kind, needed)
        if not left.is_empty:
            for place, each in enumerate(candidates):
                left &= each.admitted
                if left.is_empty:
                    return self._needed([*needed, each], candidates[:place])
        return needed

    def guarding(self, action: Action) -> tuple[Predicate, ...]:
        """The predicates that guard `action`."""
        return tuple(each for each in self.predicates if each.guard.guards(action))


def ladders(predicates: Iterable[Predicate]) -> Mapping[str, TypeLadder]:
    """The predicates by type, in the order in which types are first named."""
    by_type: dict[str, list[Predicate]] = {}
    for each in predicates:
        by_type.setdefault(each.kind.type_id, []).append(each)
    return {type_id: _ladder(tuple(each)) for type_id, each in by_type.items()}


def _ladder(predicates: tuple[Predicate, ...]) -> TypeLadder:
    kind = predicates[0].kind
    admitted = {
        action: intersection(kind, [each for each in predicates if each.guard.guards(action)]) for action in Action
    }
    return TypeLadder(kind.type_id, kind, predicates, admitted)


def intersection(kind: QualificationType, predicates: Iterable[Predicate]) -> ValueSet:
    """The states that all of these admit; the universe where there are none."""
    return reduce(and_, (each.admitted for each in predicates), kind.universe)
