"""One qualification type's share of a policy: what it admits to discover, to preview and to accept.

A policy is a box: it admits a worker exactly if each type admits the worker's state. So types are judged one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cached_property
from itertools import zip_longest

from attrs import field, frozen

from qualeval.model.actions import Access, Action
from qualeval.model.qualification_types import QualificationType
from qualeval.policy.comparators import Predicate
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.memberships import memberships
from qualeval.values.value_set import ValueSet

__all__ = ["Relation", "TypeLadder", "intersection", "ladders", "relation", "smallest_hitting"]


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
_TIGHTER = {action: tuple(each for each in reversed(Action) if each.level > action.level) for action in Action}
"""The actions after each, the tightest first."""


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
        for tighter in _TIGHTER[action]:
            admitted = self.admitted[tighter]
            if not admitted.is_empty and self.kind.can_reach(states, admitted):
                return admitted
        return self.admitted[action]

    @cached_property
    def exclusions(self) -> frozenset[int]:
        """For every state the predicates that do not admit it, as bits (bit 0 is the first); each combination once."""
        everything = (1 << len(self.predicates)) - 1
        found = memberships([*(each.admitted for each in self.predicates), self.kind.universe])
        return frozenset(everything & ~bits for bits in found if bits > everything)

    @cached_property
    def _bits(self) -> Mapping[int, int]:
        return {each.index: 1 << place for place, each in enumerate(self.predicates)}

    def bits(self, predicates: Iterable[Predicate]) -> int:
        """Some of the predicates as bits, as `exclusions` has them."""
        return sum(self._bits[each.index] for each in predicates)

    def indexes(self, bits: int) -> tuple[int, ...]:
        """The indexes of the requirements that these bits are."""
        return tuple(each.index for place, each in enumerate(self.predicates) if bits >> place & 1)

    @cached_property
    def guarding_bits(self) -> Mapping[Action, int]:
        """For every action the predicates that guard it, as bits."""
        return {action: self.bits(self.guarding(action)) for action in Action}

    @cached_property
    def _alike(self) -> Mapping[object, int]:
        found: dict[object, int] = {}
        for place, each in enumerate(self.predicates):
            said = each.admitted, each.guard
            found[said] = found.get(said, 0) | 1 << place
        return found

    def alike(self, predicate: Predicate) -> int:
        """The predicates that say the same as one of them, itself included, as bits: the same states and guard."""
        return self._alike[predicate.admitted, predicate.guard]

    def contradiction(self, action: Action) -> tuple[int, ...]:
        """The indexes of a smallest set of requirements that leaves no state to do this, where none is left.

        A requirement without which some state would be left is in every such set.
        """
        return self._contradictions[action]

    @cached_property
    def _contradictions(self) -> Mapping[Action, tuple[int, ...]]:
        return {
            action: self.indexes(smallest_hitting(each & guarding for each in self.exclusions))
            for action, guarding in self.guarding_bits.items()
            if self.admitted[action].is_empty
        }

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
    admitted: dict[Action, ValueSet] = {}
    states = kind.universe
    for action in Action:  # a requirement guards the first of its actions and those after it
        if guarding := [each for each in predicates if each.action is action]:
            asked = intersection(kind, guarding)
            states = asked if states is kind.universe else asked & states
        admitted[action] = states
    return TypeLadder(kind.type_id, kind, predicates, admitted)


def intersection(kind: QualificationType, predicates: Iterable[Predicate]) -> ValueSet:
    """The states that all of these admit; the universe where there are none.

    Two by two, so that of many no set meets more than a few others once it has grown.
    """
    sets = [each.admitted for each in predicates]
    while len(sets) > 1:
        sets = [one & other for one, other in zip_longest(sets[::2], sets[1::2], fillvalue=kind.universe)]
    return sets[0] if sets else kind.universe


def smallest_hitting(sets: Iterable[int]) -> int:
    """Bits of which each set has one at least, none of them to spare, the lower ones where there is a choice.

    Of the set whose lowest bit is the highest, that bit is taken. It is not to spare: those taken before do not hit
    this set, and those taken after are lower than all of its bits. A set of no bits is passed over.
    """
    taken, left = 0, [each for each in sets if each]
    while left:
        bit = max(each & -each for each in left)
        taken |= bit
        left = [each for each in left if not each & bit]
    return taken
