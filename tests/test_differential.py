"""The engine against the reference: two programs that share no code, on the same requirements and profiles.

The engine judges by sets, the reference by trying states one at a time. Where a law speaks of *the* answer, the
reference gives it. `pytest -m soak` runs the two main tests on a hundred thousand cases each.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from qualeval.model.actions import Action
from qualeval.model.facts import LACKS, Fact, PlainFact
from qualeval.model.grammar import read_fact
from qualeval.model.qualification_types import NUMBER_HITS_APPROVED, PERCENT_APPROVED
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.model.workers import WorkerProfile, worker
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.compiler import compile_requirements
from qualeval.policy.decision import Decision, Outcome
from qualeval.policy.reasons import Reason, ReasonCode, State
from qualeval.policy.remedies import RemedyAction
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.value_set import ValueSet
from tests import reference
from tests.strategies import (
    PLACES,
    TYPES,
    cases,
    fact_texts,
    requirement_lists,
    requirements,
    tries,
    value_set_facts,
    wire,
    workers,
)

Requirements = list[QualificationRequirement]
Wire = Mapping[str, Any]
Profile = tuple[Mapping[str, str], bool | list[str]]
"""Facts in text by type id, and what the profile says of completeness."""
Case = tuple[Requirements, Profile]

SOAK = settings(max_examples=100_000, suppress_health_check=[HealthCheck.too_slow])

VALUES = (-1, 0, 1, 2, 3, 5, 8, 94, 95, 96, 98, 99, 100, 101)
STATES: dict[str, list[reference.State]] = {
    type_id: reference.universe(type_id, VALUES, [(place.country, place.subdivision) for place in PLACES])
    for type_id in TYPES
}
"""All states of each type that requirements and facts of the pools can tell apart."""


@cache
def states_left(type_id: str, fact: str) -> list[reference.State]:
    """The states in which a worker could be of whom this much is known."""
    return [state for state in STATES[type_id] if reference.could_be(state, fact)]


def known(drawn: Profile) -> dict[str, list[reference.State]]:
    """By type the states in which the worker of a profile could be."""
    texts, complete = drawn
    spoken_of = set(TYPES) if complete is True else set(complete or ())
    lackable = spoken_of - set(reference.ENDS) - {reference.LOCALE}
    return {
        type_id: states_left(type_id, texts.get(type_id, "lacks" if type_id in lackable else "unknown"))
        for type_id in TYPES
    }


def levels(written: Sequence[Wire], possible: Mapping[str, list[reference.State]]) -> tuple[int, int]:
    """The least and the greatest access over all worlds; a world picks one state for each type, independently."""
    least = greatest = 3
    for type_id in {each["QualificationTypeId"] for each in written}:
        on_type = [each for each in written if each["QualificationTypeId"] == type_id]
        found = {reference.access(on_type, {type_id: state}) for state in possible[type_id]}
        least, greatest = min(least, *found), min(greatest, max(found))
    return least, greatest


def wires(listed: Requirements) -> list[Wire]:
    """Requirements as the reference reads them."""
    return [wire(each) for each in listed]


def profile_of(drawn: Profile) -> WorkerProfile:
    """The profile as the engine reads it."""
    return worker("A1", drawn[0], complete=drawn[1])


def decided(listed: Requirements, profile: WorkerProfile) -> Decision:
    """The engine's decision."""
    return compile_requirements(listed).decide(profile)


def assert_levels(policy: AccessPolicy, profile: WorkerProfile, access: int, possible: int) -> None:
    """Everything that the engine says of levels says these two."""
    decision = policy.decide(profile)
    outcomes = [
        Outcome.PERMITTED if access >= level else Outcome.UNKNOWN if possible >= level else Outcome.DENIED
        for level in (1, 2, 3)
    ]

    assert (decision.access, decision.possible) == (access, possible)
    assert policy.access(profile) == policy._exact_access(profile) == access
    assert [decision.outcome(action) for action in Action] == outcomes
    assert [decision.permits(action) for action in Action] == [access >= level for level in (1, 2, 3)]
    assert [policy.permits(profile, action) for action in Action] == [access >= level for level in (1, 2, 3)]
    assert decision.is_definite == (access == possible)


def check_levels(case: Case) -> None:
    """Engine and reference agree on a partial profile."""
    listed, drawn = case
    access, possible = levels(wires(listed), known(drawn))

    assert_levels(compile_requirements(listed), profile_of(drawn), access, possible)


@tries(1500)
@given(cases())
def test_access_and_possible_are_the_least_and_the_greatest_over_all_worlds(
    case: Case,
) -> None:
    """What is certain holds in every world that the facts leave, what is possible in one of them."""
    check_levels(case)


@pytest.mark.soak
@SOAK
@given(cases())
def test_access_and_possible_soaked(case: Case) -> None:
    """The same on a hundred thousand cases."""
    check_levels(case)


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, reference.State]:
    """One state a type, such that a fact can say it: a place with its subdivision."""
    named = {
        type_id: [state for state in states if not isinstance(state, tuple) or state in _SAYABLE]
        for type_id, states in STATES.items()
    }
    return {type_id: draw(st.sampled_from(states)) for type_id, states in named.items()}


_SAYABLE = {(country, "ZZ") for country in ("US", "CA", "GB", "AN", "FR")} | {("US", "WA"), ("US", "CA"), ("CA", "ON")}


def plain_fact(state: reference.State) -> PlainFact:
    """A state as a fact."""
    return LACKS if state is None else Locale(*state) if isinstance(state, tuple) else state


@tries(500)
@given(requirement_lists(), worlds())
def test_a_fully_known_worker_has_a_definite_answer(listed: Requirements, world: dict[str, reference.State]) -> None:
    """Of a worker of whom everything is known nothing is unknown, and all requirements are judged at once."""
    access = reference.access(wires(listed), world)
    profile = worker("A1", {type_id: plain_fact(state) for type_id, state in world.items()})

    assert_levels(compile_requirements(listed), profile, access, access)


@tries(60)
@given(st.lists(st.sampled_from(TYPES), min_size=2, max_size=2, unique=True), st.data())
def test_types_may_be_judged_one_by_one(pair: list[str], data: st.DataObject) -> None:
    """Trying every combination of states of two types gives what trying each type alone gives."""
    written = wires(data.draw(requirement_lists(max_size=4, types=tuple(pair))))
    possible = {type_id: states_left(type_id, data.draw(fact_texts(type_id))) for type_id in pair}
    found = {
        reference.access(written, dict(zip(pair, states, strict=True)))
        for states in itertools.product(*possible.values())
    }

    assert levels(written, possible) == (min(found), max(found))


def holds_state(fact: ValueSet, state: reference.State) -> bool:
    """Whether a state is in a value set; the one place where a place with no subdivision named can be asked for."""
    if isinstance(state, tuple):
        assert not isinstance(fact.held, IntegerSet)
        return state[1] in fact.held.places(state[0])
    return state in fact


@tries(500)
@given(st.sampled_from(TYPES), st.data())
def test_facts_that_no_text_can_say_are_judged_too(type_id: str, data: st.DataObject) -> None:
    """Any set of states is a fact: `3 or lacking`, anywhere but one state."""
    listed = data.draw(requirement_lists(max_size=4, types=(type_id,)))
    fact = data.draw(value_set_facts(type_id))
    access, possible = levels(wires(listed), {type_id: [s for s in STATES[type_id] if holds_state(fact, s)]})

    assert_levels(compile_requirements(listed), WorkerProfile("A1", {type_id: Fact(fact)}), access, possible)


def expected_reasons(written: Sequence[Wire], possible: Mapping[str, list[reference.State]]) -> Iterator[object]:
    """By requirement its state and the indexes that it conflicts with, as docs/meaning.md defines them."""
    for index, each in enumerate(written):
        states = possible[each["QualificationTypeId"]]
        beside = [
            place
            for place, other in enumerate(written)
            if other["QualificationTypeId"] == each["QualificationTypeId"] and guard(other) <= guard(each)
        ]
        met = {place: {reference.meets(written[place], state) for state in states} for place in {index, *beside}}
        together = any(all(reference.meets(written[place], state) for place in beside) for state in states)
        missed_alone = {False} in met.values()
        if met[index] != {True, False}:
            yield (State.MET if True in met[index] else State.UNMET), ()
        elif together or missed_alone:
            yield State.UNKNOWN, ()
        else:
            yield State.UNMET, tuple(place for place in beside if place != index and False in met[place])


def guard(requirement: Wire) -> int:
    """How far a worker may go who does not meet a requirement, which the reference says of a worker in no state."""
    return reference.access([{**requirement, "Comparator": "Exists"}], {requirement["QualificationTypeId"]: None})


def check_reasons(case: Case) -> None:
    """Engine and reference agree on what every requirement says, and that explains the outcomes."""
    listed, drawn = case
    written = wires(listed)
    decision = decided(listed, profile_of(drawn))
    reasons = decision.reasons

    assert [each.index for each in reasons] == list(range(len(listed)))
    assert [(each.state, each.conflicts_with) for each in reasons] == list(expected_reasons(written, known(drawn)))
    assert [(each.index, each.code) for each in decision.unmet] == _of(reasons, State.UNMET)
    assert [(each.index, each.code) for each in decision.unknown] == _of(reasons, State.UNKNOWN)
    assert [(each.index, None) for each in decision.met] == _of(reasons, State.MET)
    assert all((each.code is ReasonCode.CONFLICT) == bool(each.conflicts_with) for each in reasons)
    for action in Action:
        unmet, unknown = _guarding(decision.unmet, action), _guarding(decision.unknown, action)
        assert (decision.outcome(action) is Outcome.DENIED) == bool(unmet)
        assert (decision.outcome(action) is Outcome.UNKNOWN) == (bool(unknown) and not unmet)


def _of(reasons: Sequence[Reason], state: State) -> list[object]:
    return [(each.index, each.code) for each in reasons if each.state is state]


def _guarding(reasons: Sequence[Reason], action: Action) -> list[Reason]:
    return [each for each in reasons if each.guard.guards(action)]


@tries(1000)
@given(cases())
def test_reasons_explain_the_outcomes(case: Case) -> None:
    """An action is denied exactly if an unmet requirement guards it, unknown exactly if none is and one is unknown."""
    check_reasons(case)


@pytest.mark.soak
@SOAK
@given(cases())
def test_reasons_soaked(case: Case) -> None:
    """The same on a hundred thousand cases."""
    check_reasons(case)


@given(requirement_lists(), requirements(), st.integers(0, 6), workers())
def test_adding_a_requirement_never_widens(
    listed: Requirements, added: QualificationRequirement, place: int, profile: WorkerProfile
) -> None:
    """One requirement more, anywhere in the list, permits nobody more."""
    before, after = decided(listed, profile), decided([*listed[:place], added, *listed[place:]], profile)

    assert after.access <= before.access
    assert after.possible <= before.possible


@given(requirement_lists(), workers(), st.sampled_from(TYPES), st.data())
def test_learning_a_fact_never_loses_what_is_certain_nor_wins_what_was_denied(
    listed: Requirements, profile: WorkerProfile, type_id: str, data: st.DataObject
) -> None:
    """With fewer states left, access can only rise and what is possible can only fall."""
    narrow = data.draw(value_set_facts(type_id))
    wide = narrow | data.draw(value_set_facts(type_id))
    before = decided(listed, profile.with_facts({type_id: wide}))
    after = decided(listed, profile.with_facts({type_id: narrow}))

    assert before.access <= after.access <= after.possible <= before.possible


@given(requirement_lists().flatmap(lambda listed: st.tuples(st.just(listed), st.permutations(listed))), workers())
def test_order_does_not_matter(drawn: tuple[Requirements, Requirements], profile: WorkerProfile) -> None:
    """A list of requirements in another order is the same policy."""
    one, other = map(compile_requirements, drawn)

    assert one.access(profile) == other.access(profile)
    assert one.decide(profile).possible == other.decide(profile).possible
    assert one == other


FEW_HITS = QualificationRequirement(NUMBER_HITS_APPROVED, Comparator.LESS_THAN, (5,))
CHANGES = frozenset(RemedyAction) - {RemedyAction.LEARN, RemedyAction.NONE}


@tries(800)
@given(cases())
def test_following_a_remedy_leaves_nothing_unmet_beside_it(case: Case) -> None:
    """A worker who did what a remedy says meets all requirements on the type that guard the same or a looser action."""
    listed, drawn = case
    policy, profile = compile_requirements(listed), profile_of(drawn)
    for reason in policy.decide(profile).reasons:
        remedy = reason.remedy
        if remedy is None or remedy.do not in CHANGES:
            continue
        assert remedy.value is not None
        sample = remedy.value.sample()
        changed = profile.with_facts({remedy.type_id: LACKS if sample is None else sample})
        beside = [
            each
            for each in policy.decide(changed).reasons
            if each.requirement.qualification_type_id == remedy.type_id
            and each.guard.loosest.level <= reason.guard.loosest.level
        ]

        assert [each.state for each in beside] == [State.MET] * len(beside)
        assert reason.index in [each.index for each in beside]


@tries(800)
@given(cases())
@example(([FEW_HITS], ({NUMBER_HITS_APPROVED: "8"}, True)))
def test_a_remedy_is_learning_or_a_change_or_none_as_the_states_say(case: Case) -> None:
    """To learn: both outcomes are possible. A change: the fact leaves no good state. None: nothing could help."""
    listed, drawn = case
    written, possible = wires(listed), known(drawn)
    for reason in decided(listed, profile_of(drawn)).reasons:
        type_id = written[reason.index]["QualificationTypeId"]
        least = min(map(_least, possible[type_id])) if type_id == reference.NUMBER else 0
        good, reachable = _aims(written, reason.index, STATES[type_id], least)
        left = [state in good for state in possible[type_id]]

        assert (reason.remedy is None) == (reason.state is State.MET)
        if reason.remedy is None:
            continue
        do = reason.remedy.do
        assert (do is RemedyAction.LEARN) == (True in left and False in left)
        assert (do is RemedyAction.NONE) == (not reachable)
        assert (do in CHANGES) == (bool(reachable) and True not in left)
        assert (do is RemedyAction.GRANT) == (do in CHANGES and possible[type_id] == [None])
        assert (do is RemedyAction.REVOKE) == (do in CHANGES and good == [None])
        assert (do is RemedyAction.RELOCATE) == (do in CHANGES and type_id == reference.LOCALE)


def _meets_all(written: Sequence[Wire], type_id: str, level: int, state: reference.State) -> bool:
    """Whether a state meets all requirements on a type that guard actions up to this level."""
    return all(
        reference.meets(each, state)
        for each in written
        if each["QualificationTypeId"] == type_id and guard(each) <= level
    )


def _aims(
    written: Sequence[Wire], index: int, states: Sequence[reference.State], least: int
) -> tuple[list[reference.State], list[reference.State]]:
    """The states that the remedy of a requirement aims at, and those in reach: at the tightest level that has some."""
    type_id = written[index]["QualificationTypeId"]
    good: list[reference.State] = []
    for level in range(3, guard(written[index]) - 1, -1):
        good = [state for state in states if _meets_all(written, type_id, level, state)]
        reachable = [state for state in good if type_id != reference.NUMBER or _least(state) >= least]
        if reachable:
            return good, reachable
    return good, []


def _least(state: reference.State) -> int:
    assert isinstance(state, int)
    return state


WINDOW = range(-30, 140)


@tries(500)
@given(st.sampled_from([PERCENT_APPROVED, NUMBER_HITS_APPROVED, "3ABC"]), st.data())
def test_raise_and_lower_are_the_nearest_changes(type_id: str, data: st.DataObject) -> None:
    """Of all values that would do, the remedy's are the nearest, upwards where two are as near or values only grow."""
    listed = data.draw(st.lists(requirements((type_id,)), min_size=1, max_size=2))
    held = data.draw(st.sampled_from([state for state in STATES[type_id] if state in WINDOW]))
    assert isinstance(held, int)
    written = wires(listed)
    for reason in decided(listed, worker("A1", {type_id: held})).unmet:
        window = [value for value in WINDOW if _exists(type_id, value)]
        good = [_least(value) for value in _aims(written, reason.index, window, held)[0]]
        up, down = [v for v in good if v > held], [v for v in good if v < held]
        rises = up and (not down or type_id == NUMBER_HITS_APPROVED or up[0] - held <= held - down[-1])
        falls = down and not rises and type_id != NUMBER_HITS_APPROVED
        remedy = reason.remedy
        assert remedy is not None

        assert (remedy.do is RemedyAction.RAISE) == bool(rises)
        assert (remedy.do is RemedyAction.LOWER) == bool(falls)
        if rises or falls:
            nearest = up[0] if rises else down[-1]
            assert remedy.value is not None
            assert nearest in remedy.value
            assert {value for value in WINDOW if value in remedy.value} == _run_of(nearest, good)


def _exists(type_id: str, value: int) -> bool:
    return value >= 0 if type_id == NUMBER_HITS_APPROVED else type_id != PERCENT_APPROVED or 0 <= value <= 100


def _run_of(value: int, good: Sequence[int]) -> set[int]:
    """The integers that can be reached from a good value through good ones."""
    reached = {value}
    for step in (1, -1):
        reached |= set(itertools.takewhile(good.__contains__, itertools.count(value, step)))
    return reached


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Requirements, Requirements]:
    """Two short lists on the same one or two types: independent, or one the other in disguise."""
    types = tuple(draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=2, unique=True)))
    one = draw(requirement_lists(max_size=3, types=types))
    if draw(st.booleans()):
        return one, draw(requirement_lists(max_size=3, types=types))
    return one, draw(st.permutations([*map(disguised, one), *one[:1]]))


def disguised(requirement: QualificationRequirement) -> QualificationRequirement:
    """The same demand in other words, where there are any."""
    words = {
        Comparator.EQUAL_TO: (Comparator.IN, 0),
        Comparator.NOT_EQUAL_TO: (Comparator.NOT_IN, 0),
        Comparator.LESS_THAN: (Comparator.LESS_THAN_OR_EQUAL_TO, -1),
        Comparator.GREATER_THAN: (Comparator.GREATER_THAN_OR_EQUAL_TO, 1),
    }
    comparator, step = words.get(requirement.comparator, (requirement.comparator, 0))
    return QualificationRequirement(
        requirement.qualification_type_id,
        comparator,
        [value + step for value in requirement.integer_values],
        requirement.locale_values,
        requirement.guard,
    )


@tries(250)
@given(pairs())
def test_policies_are_equal_exactly_if_they_treat_everybody_alike(pair: tuple[Requirements, Requirements]) -> None:
    """Equality is sameness of access for every worker there can be, and equal policies hash alike."""
    one, other = map(compile_requirements, pair)
    types = list({each.qualification_type_id for listed in pair for each in listed})
    everybody = [
        dict(zip(types, states, strict=True)) for states in itertools.product(*(STATES[type_id] for type_id in types))
    ]
    mine, theirs = map(wires, pair)
    alike = all(reference.access(mine, world) == reference.access(theirs, world) for world in everybody)

    assert (one == other) == alike
    assert not alike or hash(one) == hash(other)


@given(requirement_lists(), st.lists(workers(), min_size=2, max_size=4))
def test_answers_do_not_depend_on_what_was_asked_before(listed: Requirements, asked: list[WorkerProfile]) -> None:
    """A policy that has judged others, and a worker who was judged by others, answer as if they were new."""
    used = compile_requirements(listed)
    for profile in [*asked, *reversed(asked)]:
        fresh = WorkerProfile(profile.worker_id, profile.facts, profile.complete)

        assert used.access(profile) == compile_requirements(listed).access(fresh) == used._exact_access(profile)


def test_integers_beyond_any_float_are_exact() -> None:
    """Values that no float holds and Python does not print are told apart, on the fast path too."""
    huge = 10**5000
    policy = compile_requirements([QualificationRequirement("3ABC", Comparator.GREATER_THAN, (huge,))])

    assert not policy.permits(worker("A1", {"3ABC": huge}))
    assert policy.permits(worker("A1", {"3ABC": huge + 1}))
    assert policy.permits(WorkerProfile("A1", {"3ABC": read_fact("3ABC", IntegerSet.at_least(huge + 1))}))


@tries(600)
@given(cases())
def test_a_contradiction_names_a_smallest_set(case: Case) -> None:
    """Without any one of the requirements that are said to contradict each other, some state is left."""
    listed, _ = case
    policy = compile_requirements(listed)
    written = wires(listed)
    for type_id, ladder in policy.ladders.items():
        for action in Action:
            if not ladder.admitted[action].is_empty:
                continue
            named = ladder.contradiction(action)

            assert named
            assert not _left(written, type_id, named)
            assert all(_left(written, type_id, [each for each in named if each != index]) for index in named)


def _left(written: Sequence[Wire], type_id: str, indexes: Sequence[int]) -> list[reference.State]:
    return [state for state in STATES[type_id] if all(reference.meets(written[index], state) for index in indexes)]
