"""The trial: HITs and profiles at random, and the same answer from the engine, the reference, the sets and z3.

Four ways to one answer. The *engine* takes its fast path. The *reference* (tests/reference.py) tries every worker who
could be meant, one by one. The *set analysis* says what is known of the worker as requirements, and asks whether these
imply the HIT's, or contradict them. *z3* is asked about formulas that are written from the documented table.

`pytest -m soak` runs a million pairs, and twenty thousand through z3; docs/verification.md records it.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from random import Random

import pytest
import z3

from qualeval.model.actions import Access, Action, ActionsGuarded
from qualeval.model.qualification_types import LOCALE
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.model.workers import worker
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.compiler import compile_requirements
from qualeval.policy.decision import Outcome
from qualeval.policy.reasons import State
from qualeval.values.locale import Locale
from tests import test_against_z3 as solving
from tests.brute import UNIVERSES, Requirements, Universe, lists, some_facts

Levels = tuple[int, int]
"""The access that is certain and the access that is possible, from 0 for none to 3 for accept."""
Facts = Mapping[str, str]

SEEDS = range(100, 108)
PAIRS, PAIRS_FOR_Z3 = 26_000, 500
"""So many for each seed and universe: 8 * 5 * 26,000 are 1,040,000, and 8 * 5 * 500 are 20,000."""


def pairs(universe: Universe, seed: int, count: int) -> Iterator[tuple[Requirements, Facts]]:
    """So many HITs, each with a profile that speaks of most types, always the same for a seed."""
    random = Random(f"{seed} trial {universe.types}")
    for listed in lists(universe, seed, count):
        silent = random.choice((*universe.types, None, None))
        yield listed, some_facts(random, [each for each in universe.types if each != silent])


# The four answers


def by_the_engine(policy: AccessPolicy, facts: Facts) -> Levels:
    """The engine's answer, and that all that it says of it agrees."""
    profile = worker("A1", facts)
    decision = policy.decide(profile)
    access, possible = policy.access(profile), decision.possible

    assert decision.access == access
    for action in Action:
        against = {each.state for each in decision.reasons if each.guard.guards(action)} - {State.MET}
        outcome = decision.outcome(action)
        assert policy.permits(profile, action) == (outcome is Outcome.PERMITTED) == (not against)
        assert (outcome is Outcome.DENIED) == (State.UNMET in against)
    return access, possible


def by_the_reference(universe: Universe, listed: Requirements, facts: Facts) -> Levels:
    """The least and the greatest access of all whom the profile could mean, each judged alone."""
    meant = universe.consistent(facts)
    crowds = [universe.may(listed, action) for action in Action]
    return sum(not meant & ~crowd for crowd in crowds), sum(bool(meant & crowd) for crowd in crowds)


def by_sets(policy: AccessPolicy, facts: Facts) -> Levels:
    """What implication and disjointness say of a policy that admits those alone whom the profile could mean."""
    meant = compile_requirements([each for type_id, text in facts.items() for each in said(type_id, text)])
    certain = sum(meant.implies(policy, action) for action in Action)
    return certain, sum(not meant.is_disjoint(policy, action) for action in Action)


@cache
def said(type_id: str, text: str) -> Requirements:
    """A fact as requirements that guard everything."""
    if text in _WORDS:
        return [_asked(type_id, each) for each in _WORDS[text]]
    if type_id == LOCALE:
        return [_asked(type_id, Comparator.IN, locale_values=[Locale.parse(each) for each in text.split(",")])]
    low, dots, high = text.partition("..")
    if not dots:
        return [_asked(type_id, Comparator.EQUAL_TO, integer_values=[int(text)])]
    ends = (Comparator.GREATER_THAN_OR_EQUAL_TO, low), (Comparator.LESS_THAN_OR_EQUAL_TO, high)
    return [_asked(type_id, comparator, integer_values=[int(end)]) for comparator, end in ends if end]


def is_sayable(facts: Facts) -> bool:
    """Whether requirements can say it: an unlisted subdivision is what a profile alone may name."""
    return not any("ZZ" in text for text in facts.values())


_WORDS = {"unknown": (), "holds": (Comparator.EXISTS,), "lacks": (Comparator.DOES_NOT_EXIST,)}


def _asked(type_id: str, comparator: Comparator, **values: list[int] | list[Locale]) -> QualificationRequirement:
    return QualificationRequirement(
        type_id,
        comparator,
        **values,  # type: ignore[arg-type]
        actions_guarded=ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT,
    )


def by_z3(solver: solving.Solver, listed: Requirements, facts: Facts) -> Levels:
    """What z3 says of the formulas: certain is what nobody whom the profile could mean falls short of."""
    meant = z3.And([solving.meets(each) for type_id, text in facts.items() for each in said(type_id, text)])
    formulas = [solving.may(listed, action) for action in Action]
    certain = sum(not solver.is_possible(z3.And(meant, z3.Not(each))) for each in formulas)
    return certain, sum(solver.is_possible(z3.And(meant, each)) for each in formulas)


# Laws


def check(universe: Universe, seed: int, count: int) -> Counter[Levels]:
    """That the engine, the reference and the sets agree on so many pairs; how often each answer was given."""
    seen: Counter[Levels] = Counter()
    for listed, facts in pairs(universe, seed, count):
        policy = compile_requirements(listed)
        found = by_the_engine(policy, facts)
        assert found == by_the_reference(universe, listed, facts), (listed, facts)
        if is_sayable(facts):
            assert found == by_sets(policy, facts), (listed, facts)
        seen[found] += 1
    return seen


def check_with_z3(universe: Universe, seed: int, count: int) -> None:
    """That z3 agrees on so many pairs too."""
    solver = solving.Solver()
    sayable = (each for each in pairs(universe, seed, 2 * count) if is_sayable(each[1]))
    asked = list(itertools.islice(sayable, count))
    for listed, facts in asked:
        found = by_the_engine(compile_requirements(listed), facts)
        assert found == by_z3(solver, listed, facts), (listed, facts)
    assert len(asked) == count


def test_one_answer() -> None:
    """Engine, reference and sets agree; every pair of levels that there can be is seen."""
    seen: Counter[Levels] = Counter()
    for universe in UNIVERSES:
        seen += check(universe, seed=1, count=1_500)

    assert seen.keys() == {(least, most) for least in Access for most in Access if least <= most}


def test_z3_gives_it_too() -> None:
    """So does z3."""
    for universe in UNIVERSES:
        check_with_z3(universe, seed=2, count=60)


@pytest.mark.soak
@pytest.mark.parametrize("universe", UNIVERSES, ids=lambda each: f"{len(each.worlds)} workers")
@pytest.mark.parametrize("seed", SEEDS)
def test_one_answer_soaked(seed: int, universe: Universe) -> None:
    """The same over a million pairs."""
    assert check(universe, seed, PAIRS).total() == PAIRS


@pytest.mark.soak
@pytest.mark.parametrize("universe", UNIVERSES, ids=lambda each: f"{len(each.worlds)} workers")
@pytest.mark.parametrize("seed", SEEDS)
def test_z3_gives_it_too_soaked(seed: int, universe: Universe) -> None:
    """The same over twenty thousand."""
    check_with_z3(universe, seed, PAIRS_FOR_Z3)
