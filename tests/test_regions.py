"""Regions, one type's states by what a worker could do: against every worker of small universes, then by example."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from qualeval.errors import InvalidInput, QualevalError, WrongType
from qualeval.model.actions import Access, ActionsGuarded
from qualeval.model.grammar import read_fact
from qualeval.model.qualification_types import (
    ADULT,
    LOCALE,
    MASTERS,
    NUMBER_HITS_APPROVED,
    PERCENT_APPROVED,
    TypeNames,
    qualification_type,
)
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.model.workers import WorkerProfile, worker
from qualeval.policy.compiler import compile_requirements
from qualeval.policy.regions import Region, break_points
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.value_set import ValueSet
from tests.brute import UNIVERSES, Requirements, Universe, cases, every_universe, holds_state, lists, some_facts
from tests.strategies import TYPES, requirement_lists, workers

ACCEPT, PREVIEW, DISCOVER = ActionsGuarded


def need(type_id: str, comparator: str, *values: int | str, **fields: Any) -> QualificationRequirement:
    """A requirement, its values in short: integers, or locales as text."""
    locales = [Locale.parse(value) for value in values if isinstance(value, str)]
    integers = [value for value in values if not isinstance(value, str)]
    return QualificationRequirement(type_id, Comparator(comparator), integers, locales, **fields)


# Laws.


def check_regions(universe: Universe, listed: Requirements, facts: dict[str, str], type_id: str) -> None:
    """Each state is in one region, which says what every worker in it whom the other facts leave could do."""
    policy = compile_requirements(listed)
    profile = worker("A1", facts)
    regions = policy.regions(profile, type_id)
    levels = [(each.access, each.possible) for each in regions]

    assert levels == sorted(set(levels))
    assert not any(each.states.is_empty for each in regions)
    others = universe.consistent({each: text for each, text in facts.items() if each != type_id})
    reaching = {access: universe.reaching(listed, access) & others for access in Access}
    for state in universe.states(type_id):
        (region,) = (each for each in regions if holds_state(each.states, state))
        crowd = universe.in_state(type_id, state)
        found = [access for access, reached in reaching.items() if reached & crowd]

        assert (region.access, region.possible) == (min(found), max(found))


@every_universe
@cases(2_000)
def test_every_state_is_in_the_region_that_says_what_it_allows(universe: Universe, seed: int, count: int) -> None:
    """One region a state, with other facts partly unknown: its access is the least found, its possible the greatest."""
    random = Random(seed)
    for listed in lists(universe, seed, count):
        check_regions(universe, listed, some_facts(random, universe.types), random.choice(universe.types))


@given(requirement_lists(), workers(), st.sampled_from(TYPES))
def test_a_region_is_what_decide_says_of_a_worker_in_it(
    listed: Requirements, profile: WorkerProfile, type_id: str
) -> None:
    """A worker who is in a region, or in one state of it, has its access and its possible access."""
    policy = compile_requirements(listed)
    regions = policy.regions(profile, type_id)
    everywhere = regions[0].states
    for region in regions:
        decision = policy.decide(profile.with_facts({type_id: region.states}))
        sample = region.states.held.sample()
        at_one = region.states if sample is None else read_fact(type_id, sample).states

        assert (decision.access, decision.possible) == (region.access, region.possible)
        assert policy.decide(profile.with_facts({type_id: at_one})).access == region.access
        assert policy.decide(profile.with_facts({type_id: at_one})).possible == region.possible
        assert region is regions[0] or everywhere.is_disjoint(region.states)
        everywhere |= region.states
    assert everywhere == qualification_type(type_id).universe


@given(requirement_lists(), workers(), st.sampled_from(TYPES))
def test_break_points_are_the_same_partition_in_order(
    listed: Requirements, profile: WorkerProfile, type_id: str
) -> None:
    """The runs of a region make it up; lacking comes first, then values from the lowest; no two neighbours are alike.

    `--set` reads each, save lacking beside values.
    """
    regions = compile_requirements(listed).regions(profile, type_id)
    runs = break_points(regions)

    for region in regions:
        parts = [each for each in runs if (each.access, each.possible) == (region.access, region.possible)]
        together = parts[0].states
        for each in parts[1:]:
            assert together.is_disjoint(each.states)
            together |= each.states
        assert together == region.states
    of_integers = [each for each in runs if isinstance(each.states.held, IntegerSet)]
    lows = [_low(each) for each in of_integers]
    assert lows == sorted(lows)
    assert all(one.outcome != other.outcome for one, other in pairwise(runs))
    assert all(_can_be_set(type_id, each) for each in of_integers)


def _low(run: Region) -> float:
    """Where a run begins, lacking before everything."""
    held = run.states.held
    assert isinstance(held, IntegerSet)
    assert held.is_one_run or (held.is_empty and run.states.lacking)
    if run.states.lacking:
        assert held.is_empty or held.low is None
        return -2e300
    return -1e300 if held.low is None else held.low


def _can_be_set(type_id: str, run: Region) -> bool:
    if run.words == "any value":  # of a type that cannot be lacked there is no word for that but `unknown`
        return run.states == read_fact(type_id, "unknown").states
    if run.states.lacking and not run.states.held.is_empty:
        run = evolve(run, states=ValueSet(run.states.held))
        assert f"lacks,{run.words}" == str(evolve(run, states=run.states | run.kind.lacked).words)
    return read_fact(type_id, run.words).states == run.states


# By example.


def words(listed: Requirements, profile: WorkerProfile, type_id: str, **names: Any) -> list[str]:
    """The break points as they are printed."""
    return [str(each) for each in break_points(compile_requirements(listed, **names).regions(profile, type_id))]


RATES = [
    need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 95, actions_guarded=PREVIEW),
    need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 98),
]


@pytest.mark.parametrize(
    ("listed", "type_id", "expected"),
    [
        (RATES, PERCENT_APPROVED, ["..94 discover", "95..97 preview", "98.. accept"]),
        (RATES, "3ABC", ["lacks,holds discover, possibly accept"]),
        ([], PERCENT_APPROVED, ["any value accept"]),
        ([need("3ABC", "In", 1, 2, 7)], "3ABC", [
            "lacks,..0 preview", "1..2 accept", "3..6 preview", "7 accept", "8.. preview"
        ]),
        ([need("3ABC", "DoesNotExist")], "3ABC", ["lacks accept", "holds preview"]),
        ([need("3ABC", "GreaterThan", 79)], "3ABC", ["lacks,..79 preview", "80.. accept"]),
        ([need("3ABC", "LessThan", 80)], "3ABC", ["lacks preview", "..79 accept", "80.. preview"]),
        ([need(NUMBER_HITS_APPROVED, "GreaterThan", 0)], NUMBER_HITS_APPROVED, ["0 preview", "1.. accept"]),
        ([need(ADULT, "EqualTo", 1, actions_guarded=DISCOVER)], ADULT, ["0 none", "1 accept"]),
        ([need(MASTERS, "Exists")], MASTERS, ["lacks preview", "holds accept"]),
        ([need(PERCENT_APPROVED, "NotEqualTo", 100)], PERCENT_APPROVED, ["..99 accept", "100 preview"]),
    ],
)  # fmt: skip
def test_break_points_read_like_this(listed: Requirements, type_id: str, expected: list[str]) -> None:
    """Runs of values, open where they reach as far as the type does, each with what a worker in it could do."""
    assert words(listed, worker("A1"), type_id) == expected


def test_a_region_of_several_runs_lists_them() -> None:
    """Lacking first, then the runs, the outer ones open."""
    regions = compile_requirements([need("3ABC", "In", 1, 2, 7)]).regions(worker("A1"), "3ABC")

    assert [str(each) for each in regions] == ["lacks,..0,3..6,8.. preview", "1..2,7 accept"]


def test_regions_of_places_have_no_order_but_that_of_access() -> None:
    """Places come region by region, the least access first."""
    listed = [need(LOCALE, "In", "US", "CA", actions_guarded=DISCOVER), need(LOCALE, "NotEqualTo", "US-CA")]

    assert words(listed, worker("A1"), LOCALE) == [
        "anywhere but CA, US none",
        "US-CA preview",
        "CA, US (but not US-CA) accept",
    ]


def test_other_facts_bound_what_a_type_can_do() -> None:
    """What is denied by another fact is denied everywhere; what is unknown stays possible."""
    listed = [*RATES, need("3ABC", "Exists")]

    assert words(listed, worker("A1", {"3ABC": "lacks"}), PERCENT_APPROVED) == [
        "..94 discover", "95.. preview"
    ]  # fmt: skip
    assert [str(each) for each in compile_requirements(listed).regions(worker("A1", {"3ABC": "lacks"}), "3ABC")] == [
        "lacks discover, possibly preview",
        "holds discover, possibly accept",
    ]
    assert words(listed, worker("A1"), PERCENT_APPROVED) == [
        "..94 discover", "95..97 preview", "98.. preview, possibly accept"
    ]  # fmt: skip


def test_the_fact_that_a_profile_has_of_the_type_does_not_matter() -> None:
    """All states of the type are looked at, whatever is known of it; of a complete profile others are lacked."""
    policy = compile_requirements([*RATES, need("3ABC", "DoesNotExist")])

    assert policy.regions(worker("A1", {PERCENT_APPROVED: 97}, complete=True), PERCENT_APPROVED) == policy.regions(
        worker("A2", {"3ABC": "lacks"}), PERCENT_APPROVED
    )


def test_a_type_may_be_called_by_its_name() -> None:
    """By a name of the system, by one's own, or by its id: the regions are the same."""
    names = TypeNames({"study_1_done": "3STUDY1DONE"})
    policy = compile_requirements([*RATES, need("3STUDY1DONE", "DoesNotExist")], names=names)
    nobody = WorkerProfile()

    assert policy.regions(nobody, "Worker_PercentAssignmentsApproved") == policy.regions(nobody, PERCENT_APPROVED)
    assert policy.regions(nobody, "study_1_done") == policy.regions(nobody, "3STUDY1DONE")


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    """A misspelt name of a type is an error that says which one is meant."""
    policy = compile_requirements(RATES, names=TypeNames({"study_1_done": "3STUDY1DONE"}))

    with pytest.raises(InvalidInput, match="did you mean `Worker_PercentAssignmentsApproved`"):
        policy.regions(worker("A1"), "PercentAssignmentApproved")
    with pytest.raises(InvalidInput, match="did you mean `study_1_done`"):
        policy.regions(worker("A1"), "study_1_don")


@pytest.mark.parametrize("listed", [[], RATES, [need("3ABC", "Exists")]])
def test_what_is_no_profile_is_refused(listed: Requirements) -> None:
    """Regions are of a worker: anything else is refused with the way to make one, whatever the policy asks."""
    anything: Any = {"3ABC": 80}
    with pytest.raises(WrongType, match=r"a WorkerProfile, got dict; qualeval\.parse_worker makes one") as caught:
        compile_requirements(listed).regions(anything, PERCENT_APPROVED)

    assert isinstance(caught.value, QualevalError)


def test_the_universes_are_of_every_kind_of_type() -> None:
    """The laws above are tried with places, with rates, with what can be lacked, and with facts that leave several."""
    types = {type_id for universe in UNIVERSES for type_id in universe.types}
    random = Random(0)
    texts = {some_facts(random, [LOCALE])[LOCALE] for _ in range(100)}

    assert types == set(TYPES)
    assert {"US", "US-WA", "unknown"} <= texts
