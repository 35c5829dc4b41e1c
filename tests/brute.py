"""Small universes in which every worker can be enumerated: the oracle of the questions about all workers.

A crowd is an integer with a bit for each worker of the universe, so that trying every worker is an operation on bits.
Who meets a requirement is decided state by state, by `tests/reference.py` alone.

**Why so few workers stand for all.** A requirement compares a state with values that it names, and it names values of
the pools alone. Two integers with no pool value at or between them compare alike with each of these, so every pool
value, the integers beside it and the far ends stand for all integers: those are `reference.universe`. Two places of one
country that no requirement names are alike, and so are two countries that none names: beside the places of the pool,
each country with no subdivision, an unlisted one and a listed one, and a country apart, stand for the rest. Lacking is
one state. A requirement looks at one type, so the states of several types combine freely.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from random import Random
from typing import Any

import pytest
from attrs import evolve, frozen

from qualeval.model.actions import Access, Action, ActionsGuarded
from qualeval.model.facts import fact_text
from qualeval.model.qualification_types import (
    ADULT,
    LOCALE,
    MASTERS,
    NUMBER_HITS_APPROVED,
    PERCENT_APPROVED,
    qualification_type,
)
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.model.workers import WorkerProfile
from qualeval.policy.access_policy import AccessPolicy
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.value_set import ValueSet
from tests import reference
from tests.strategies import wire

__all__ = [
    "UNIVERSES",
    "Crowd",
    "Requirements",
    "Universe",
    "cases",
    "changed",
    "every_universe",
    "holds_state",
    "is_definite_example",
    "judged",
    "level",
    "lists",
    "pairs",
    "some_facts",
    "wires",
]

Crowd = int
"""Some of the workers of a universe, a bit each."""

Requirements = list[QualificationRequirement]
World = dict[str, reference.State]
"""One worker: by type the state that she is in."""

PLACES = (("US", None), ("US", "WA"), ("US", "CA"), ("CA", None), ("CA", "ON"), ("GB", None))
POOLS: Mapping[str, Sequence[int]] = {
    "3ABC": (0, 2, 3),
    "3BLOCK": (1,),
    PERCENT_APPROVED: (0, 95, 98, 100, 101),
    NUMBER_HITS_APPROVED: (-1, 0, 100),
    ADULT: (0, 1, 2),
    MASTERS: (1,),
}
"""The integers that requirements name, some of them foolish."""


@frozen
class Universe:
    """All workers there can be towards a few types."""

    types: tuple[str, ...]

    @cached_property
    def worlds(self) -> list[World]:
        """Every worker, in the order of the bits."""
        states = [_states(type_id) for type_id in self.types]
        return [dict(zip(self.types, each, strict=True)) for each in itertools.product(*states)]

    @cached_property
    def everybody(self) -> Crowd:
        """All workers."""
        return (1 << len(self.worlds)) - 1

    @cached_property
    def _in_state(self) -> Mapping[tuple[str, reference.State], Crowd]:
        crowds: dict[tuple[str, reference.State], Crowd] = {}
        for place, world in enumerate(self.worlds):
            for key in world.items():
                crowds[key] = crowds.get(key, 0) | 1 << place
        return crowds

    def states(self, type_id: str) -> Sequence[reference.State]:
        """All states of one of the types."""
        return _states(type_id)

    def in_state(self, type_id: str, state: reference.State) -> Crowd:
        """The workers in one state."""
        return self._in_state[type_id, state]

    def meeting(self, requirement: QualificationRequirement) -> Crowd:
        """The workers who meet a requirement."""
        return _meeting(self, requirement)

    def may(self, listed: Sequence[QualificationRequirement], action: Action) -> Crowd:
        """The workers who may do this: those who meet all that guards it."""
        crowd = self.everybody
        for each in listed:
            if level(each) < action.level:
                crowd &= self.meeting(each)
        return crowd

    def reaching(self, listed: Sequence[QualificationRequirement], access: Access) -> Crowd:
        """The workers with exactly this access."""
        reach = [self.everybody, *(self.may(listed, action) for action in Action), 0]
        return reach[access] & ~reach[access + 1]

    def consistent(self, facts: Mapping[str, str]) -> Crowd:
        """The workers who could be one of whom this much is known, in the grammar of `--set`."""
        crowd = self.everybody
        for type_id, text in facts.items():
            crowd &= self.anyone_in(type_id, [each for each in _states(type_id) if reference.could_be(each, text)])
        return crowd

    def anyone_in(self, type_id: str, states: Sequence[reference.State]) -> Crowd:
        """The workers in any of these states."""
        crowd = 0
        for each in states:
            crowd |= self.in_state(type_id, each)
        return crowd


@cache
def _states(type_id: str) -> Sequence[reference.State]:
    return reference.universe(type_id, POOLS.get(type_id, ()), PLACES if type_id == LOCALE else ())


@cache
def _meeting(universe: Universe, requirement: QualificationRequirement) -> Crowd:
    type_id, written = requirement.qualification_type_id, wire(requirement)
    return universe.anyone_in(type_id, [each for each in _states(type_id) if reference.meets(written, each)])


@cache
def level(requirement: QualificationRequirement) -> int:
    """How far a worker may go who does not meet a requirement, as the reference says of one who lacks what must exist.

    It guards the actions above that.
    """
    written = {**wire(requirement), "Comparator": "Exists"}
    return reference.access([written], {requirement.qualification_type_id: None})


UNIVERSES = (
    Universe(("3ABC",)),
    Universe((LOCALE,)),
    Universe(("3ABC", "3BLOCK")),
    Universe(("3ABC", PERCENT_APPROVED, LOCALE)),
    Universe((ADULT, NUMBER_HITS_APPROVED, MASTERS)),
)
"""From one type with few states to three with a thousand combinations."""

every_universe = pytest.mark.parametrize("universe", UNIVERSES, ids=lambda each: f"{len(each.worlds)} workers")


def cases(count: int) -> pytest.MarkDecorator:
    """Runs a law on so many cases: a twentieth of them in the quick tier, forty times as many in the soak."""
    soak = [pytest.param(seed, 10 * count, marks=pytest.mark.soak, id=f"soak {seed}") for seed in range(100, 104)]
    ordinary = [pytest.param(1, count // 20, id="few"), pytest.param(2, count, marks=pytest.mark.slow, id="many")]
    return pytest.mark.parametrize(("seed", "count"), [*ordinary, *soak])


# Random requirements. A seed always gives the same ones, the shortest lists first, so that the first to fail is short.


def _requirement(random: Random, types: Sequence[str]) -> QualificationRequirement:
    type_id = random.choice(types)
    comparator = random.choice([each for each in Comparator if not (type_id == LOCALE and each.is_ordering)])
    pool = [Locale(*each) for each in PLACES] if type_id == LOCALE else POOLS[type_id]
    most = 4 if comparator.takes_list else 1
    values = random.choices(pool, k=random.randint(1, most)) if comparator.takes_values else []
    fields: dict[str, Any] = {"locale_values" if type_id == LOCALE else "integer_values": values}
    return QualificationRequirement(type_id, comparator, **fields, **_guard(random))


def _guard(random: Random) -> dict[str, Any]:
    guard = random.choice((None, *ActionsGuarded))
    return {"actions_guarded": guard, "required_to_preview": random.choice((None, None, False, True))}


def lists(universe: Universe, seed: int, count: int, most: int = 6) -> Iterator[Requirements]:
    """This many lists of at most so many requirements, mostly on few of the types, so that several fall on one."""
    random = Random(f"{seed} {universe.types}")
    for number in range(count):
        types = random.sample(universe.types, k=random.randint(1, len(universe.types)))
        longest = 1 + number * most // count
        yield [_requirement(random, types) for _ in range(random.randint(0, longest))]


def pairs(universe: Universe, seed: int, count: int) -> Iterator[tuple[Requirements, Requirements]]:
    """This many pairs of lists: as often a list with a change of it as two that have nothing to do with each other."""
    random = Random(f"{seed} pairs")
    others = lists(universe, seed + 1_000_000, count, most=5)
    for one, other in zip(lists(universe, seed, count, most=5), others, strict=True):
        yield one, changed(random, one, universe) if random.random() < 0.5 else other


def changed(random: Random, listed: Requirements, universe: Universe) -> Requirements:
    """The list in another order, with one requirement more, less, in place of another, or with another guard."""
    result = random.sample(listed, k=len(listed))
    do = random.choice(("add", "remove", "replace", "guard", "nothing"))
    if result and do in ("remove", "replace"):
        result.pop()
    if do in ("add", "replace"):
        result.append(_requirement(random, universe.types))
    if result and do == "guard":
        result.append(evolve(result.pop(), **_guard(random)))
    return result


def some_facts(random: Random, types: Sequence[str]) -> dict[str, str]:
    """A profile's facts on these types in text, many of them several states at once."""
    return {type_id: random.choice(_texts(type_id)) for type_id in types}


@cache
def _texts(type_id: str) -> Sequence[str]:
    words = ["unknown", "holds", *(["lacks"] if qualification_type(type_id).can_be_lacked else [])]
    if type_id == LOCALE:
        return [*words, "US", "US-WA", "US-ZZ", "CA", "CA-ON,US", "FR", "US-CA,US-WA", "FR-ZZ"]
    values = [each for each in _states(type_id) if isinstance(each, int) and abs(each) < reference.FAR - 1]
    ranges = [f"{low}..{high}" for low, high in itertools.combinations(values, 2)]
    return [*words, *map(str, values), *ranges, *map("{}..".format, values), *map("..{}".format, values)]


# What the engine hands out, read back in the reference's terms.


def wires(listed: Sequence[QualificationRequirement]) -> list[Mapping[str, Any]]:
    """Requirements as the reference reads them."""
    return [wire(each) for each in listed]


def holds_state(states: ValueSet, state: reference.State) -> bool:
    """Whether a state is in a value set; the one place where a place with no subdivision named can be asked for."""
    if isinstance(state, tuple):
        assert not isinstance(states.held, IntegerSet)
        return state[1] in states.held.places(state[0])
    return state in states


def judged(profile: WorkerProfile, policy: AccessPolicy, listed: Requirements) -> set[tuple[int, int]]:
    """What is said of a worker's access: by the engine at once, and by the reference in every state she could be in.

    Each answer is the least and the greatest access. All agree, and are definite, if it is one pair of the same number.
    """
    decision = policy.decide(profile)
    types = list(dict.fromkeys(each.qualification_type_id for each in listed))
    states = [_left(type_id, _text(profile, type_id)) for type_id in types]
    worlds = itertools.product(*states)
    found = {reference.access(wires(listed), dict(zip(types, each, strict=True))) for each in worlds}
    return {(decision.access, decision.possible), (min(found), max(found))}


def _text(profile: WorkerProfile, type_id: str) -> str:
    return fact_text(profile.fact(type_id).states, qualification_type(type_id)).replace(", ", ",")


@cache
def _left(type_id: str, text: str) -> Sequence[reference.State]:
    """The states that a fact in text leaves; a value or place of no pool is one more that is looked at."""
    integers = [*POOLS.get(type_id, ()), *(int(part) for part in text.split(",") if part.lstrip("-").isdigit())]
    country, _, code = text.partition("-")
    places = [*PLACES, (country, code or None)] if type_id == LOCALE and text.isupper() else PLACES
    states = reference.universe(type_id, integers, places)
    left = [each for each in states if reference.could_be(each, text)]
    assert left, f"no state of {type_id} is {text}"
    return left


def is_definite_example(profile: WorkerProfile) -> bool:
    """Whether a profile is complete and each fact is one state, or the region of one locale, or Masters held."""
    facts = profile.facts.items()
    return profile.complete is True and all(_is_definite(type_id, fact.states) for type_id, fact in facts)


def _is_definite(type_id: str, states: ValueSet) -> bool:
    masters_held = type_id == MASTERS and states == qualification_type(MASTERS).held
    return states.is_one_state or isinstance(states.single, Locale) or masters_held
