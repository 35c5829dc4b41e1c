"""Example workers: profiles of which everything that matters is known, with states that look natural.

A value is at the threshold, a locale a real one, and the same question always gets the same worker. This module does
not know policies: it is given what each type is to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from qualeval.model.actions import Access, Action
from qualeval.model.facts import Fact
from qualeval.model.qualification_types import (
    ADULT,
    MASTERS,
    MASTERS_SANDBOX,
    NUMBER_HITS_APPROVED,
    PERCENT_APPROVED,
    QualificationType,
    qualification_type,
)
from qualeval.model.workers import WorkerProfile
from qualeval.policy.ladders import TypeLadder
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = ["EXAMPLE_ID", "example_of", "example_states", "example_worker"]

EXAMPLE_ID = "A1EXAMPLEWORKER"

_FAMILIAR = "US-CA,US-TX,US-NY,US-FL,US-WA,US-PA,US-IL,US-OH,CA,GB,IN,DE,FR,AU,BR,IT,ES,MX,PH"
"""The places that are tried first, roughly by how many workers are there."""


@cache
def _familiar() -> tuple[Locale, ...]:
    return tuple(map(Locale.parse, _FAMILIAR.split(",")))


_TYPICAL: Mapping[str, int] = MappingProxyType({PERCENT_APPROVED: 100, NUMBER_HITS_APPROVED: 1000, ADULT: 0})
"""A value where any will do; of other types 1."""

_WITHOUT_VALUE = frozenset({MASTERS, MASTERS_SANDBOX})


def example_worker(ladders: Mapping[str, TypeLadder], access: Access) -> WorkerProfile | None:
    """A worker who may go just as far as `access`; None where there is none.

    It misses the next action by one type alone: the first that nobody can pass, else the first that can be missed. Of
    the others it has what the tightest action asks.
    """
    if access is Access.ACCEPT:
        missed: dict[str, ValueSet] = {}
    elif (found := _missed(ladders, access)) is None:
        return None
    else:
        missed = dict([found])
    wanted = {type_id: missed.get(type_id, _tightest(each, access)) for type_id, each in ladders.items()}
    return None if any(states.is_empty for states in wanted.values()) else example_of(wanted)


def _missed(ladders: Mapping[str, TypeLadder], access: Access) -> tuple[str, ValueSet] | None:
    """The first type of which some state reaches `access` and no further, and those states.

    Types of which no state reaches further come first: they are missed whatever else is.
    """
    following = tuple(Action)[access]
    for type_id, ladder in sorted(ladders.items(), key=lambda each: not each[1].admitted[following].is_empty):
        if not (states := ladder.exactly(access)).is_empty:
            return type_id, states
    return None


def _tightest(ladder: TypeLadder, access: Access) -> ValueSet:
    """What the tightest action that can be done asks, `access` at least; empty where not even that can be reached."""
    found = ladder.kind.universe
    for action in Action:
        admitted = ladder.admitted[action]
        if action.level <= access or not admitted.is_empty:
            found = admitted
    return found


def example_of(wanted: Mapping[str, ValueSet]) -> WorkerProfile:
    """A worker in one of the states that are wanted of each type, by its id; they are not empty."""
    facts = {type_id: Fact(example_states(qualification_type(type_id), states)) for type_id, states in wanted.items()}
    return WorkerProfile(EXAMPLE_ID, facts, complete=True)


def example_states(kind: QualificationType, states: ValueSet) -> ValueSet:
    """One natural state of those in `states`, which is not empty.

    Where all held values will do, lacking is more natural if it will do too, and Masters, which has no value, is held.
    Where no locale names a place that is left (all countries are excluded by name), it is the set as it is.
    """
    held = states.held
    if states.lacking and (held.is_empty or held == kind.universe.held):
        return kind.lacked
    if isinstance(held, LocaleSet):
        place = held.sample(_familiar())
        return ValueSet(held if place is None else LocaleSet.only(place))
    if kind.type_id in _WITHOUT_VALUE and held == kind.universe.held:
        return kind.held
    return ValueSet(IntegerSet.only(_at_the_threshold(kind, held)))


def _at_the_threshold(kind: QualificationType, held: IntegerSet) -> int:
    """The least value if there is a smaller one in the universe, else the greatest if there is a greater one."""
    low, high = held.low, held.high
    if low is not None and low != kind.lowest:
        return low
    if high is not None and high != kind.highest:
        return high
    *_, (last_low, _) = held.intervals()
    if last_low is not None and last_low != kind.lowest:
        return last_low
    return _TYPICAL.get(kind.type_id, 1)

