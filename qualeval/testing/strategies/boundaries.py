"""The workers at the thresholds of a policy: finitely many, so that they are listed before one is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from qualeval.model.actions import Action
from qualeval.model.facts import Fact
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import QualificationType
from qualeval.model.workers import WorkerProfile
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.examples import example_of, example_states
from qualeval.policy.ladders import TypeLadder
from qualeval.testing.strategies.arguments import policy_of
from qualeval.testing.strategies.qualification_types import as_states
from qualeval.values.locale import UNLISTED, Locale, country_codes, subdivision_codes
from qualeval.values.value_set import ValueSet

__all__ = ["boundary_profiles", "boundary_workers"]


def boundary_workers(hit_or_policy: HIT | AccessPolicy) -> st.SearchStrategy[WorkerProfile]:
    """Workers at every threshold of a policy, one below it and one above it, type by type.

    An integer that a requirement names, and its two neighbours; a place that it names, another one in that country and
    one in another country; lacking a type and holding it. Only values that the type can have. The other types are in
    a state that the tightest action admits that anybody can do. Everything that matters is known, so each decision is
    definite. InvalidArgument where there are no requirements.

    Shrinks to the first threshold of the first type.
    """
    policy = policy_of(hit_or_policy, "hit_or_policy")
    if not policy.ladders:
        raise InvalidArgument("hit_or_policy: got no requirements, so there are no thresholds; expected one at least")
    return st.sampled_from(list(boundary_profiles(policy)))


def boundary_profiles(policy: AccessPolicy) -> Iterator[WorkerProfile]:
    """The workers that `boundary_workers` draws, in the order of the policy's types; some of them twice."""
    admitted = _admitted(policy)
    for type_id, ladder in policy.ladders.items():
        base = example_of(admitted)
        for states in dict.fromkeys(_around(ladder)):
            yield WorkerProfile(base.worker_id, {**base.facts, type_id: Fact(states)}, complete=True)


def _admitted(policy: AccessPolicy) -> Mapping[str, ValueSet]:
    """By type what is admitted to the tightest action that anybody can do; of a type that admits nobody, anything."""
    action = next((each for each in reversed(Action) if policy.is_satisfiable(each)), Action.DISCOVER)
    return {
        type_id: each.kind.universe if each.admitted[action].is_empty else each.admitted[action]
        for type_id, each in policy.ladders.items()
    }


def _around(ladder: TypeLadder) -> Iterator[ValueSet]:
    kind, asked = ladder.kind, [each.requirement for each in ladder.predicates]
    if kind.is_locale:
        yield from _places([place for each in asked for place in each.locale_values])
    else:
        yield from _integers(kind, [value for each in asked for value in each.integer_values])
    if kind.can_be_lacked:
        yield kind.lacked


def _integers(kind: QualificationType, named: list[int]) -> Iterator[ValueSet]:
    """A value outside of the type has its nearest end in its place; where none is named, any stands for all."""
    for value in [near for each in named for near in (each, each - 1, each + 1)]:
        low = value if kind.lowest is None else max(kind.lowest, value)
        yield as_states([low if kind.highest is None else min(kind.highest, low)])
    if not named:
        yield example_states(kind, kind.held)


def _places(named: list[Locale]) -> Iterator[ValueSet]:
    """Places that lie inside or outside of whatever is named, never across it; at last one in another country."""
    divided = {place.country for place in named if place.subdivision is not None}
    for place in named:
        yield as_states([place if place.subdivision or place.country not in divided else _undivided(place)])
        if place.subdivision is not None:
            yield as_states([_undivided(place)])
            yield from (as_states([each]) for each in _another_beside(place, named))
    countries = {place.country for place in named}
    left = (Locale(code) for code in ("US", "CA", *sorted(country_codes())) if code not in countries)
    yield from (as_states([each]) for each in islice(left, 1))


def _undivided(place: Locale) -> Locale:
    """A place in the same country that is in none of its subdivisions."""
    return Locale(place.country, UNLISTED)


def _another_beside(place: Locale, named: list[Locale]) -> Iterator[Locale]:
    """The first subdivision of the same country that is not named, if there is one."""
    codes = subdivision_codes(place.country) - {each.subdivision for each in named if each.country == place.country}
    yield from (Locale(place.country, code) for code in sorted(code for code in codes if code)[:1])
