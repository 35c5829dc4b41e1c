"""Worker profiles: what a profile says of the types it names, and of those it does not."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualeval.errors import InvalidInput, WrongType
from qualeval.model.facts import HOLDS, LACKS, Fact, fact_text
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
from qualeval.model.requirements import QualificationRequirement
from qualeval.model.workers import WorkerProfile, worker
from qualeval.policy.compiler import compile_requirements
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet
from tests.strategies import TYPES, profiles, requirement_lists, workers

NAMES = TypeNames({"study_1_done": "3ABC"})
NEVER_LACKED = (LOCALE, NUMBER_HITS_APPROVED, PERCENT_APPROVED, ADULT)


def known(profile: WorkerProfile, type_id: str) -> str:
    """The fact towards a type, as people write it."""
    return fact_text(profile.fact(type_id).states, qualification_type(type_id))


def problems_of(*args: Any, **kwargs: Any) -> list[str]:
    """The problems of a profile that is refused."""
    with pytest.raises(InvalidInput) as caught:
        worker(*args, **kwargs)
    return [str(problem) for problem in caught.value.problems]


def test_a_profile_from_plain_facts() -> None:
    """Types are named by id or name, facts are written as for `read_fact`."""
    profile = worker("A1", {"Worker_Locale": "US-WA", MASTERS: LACKS, "3ABC": 80})

    assert repr(profile) == "<WorkerProfile A1: Worker_Locale US-WA; Masters lacks; 3ABC 80>"
    assert [known(profile, each) for each in (LOCALE, MASTERS, "3ABC", "3XYZ")] == ["US-WA", "lacks", "80", "unknown"]


def test_an_empty_profile_says_so() -> None:
    """A profile without id and facts is unnamed, and nothing is known."""
    assert repr(worker(None)) == "<WorkerProfile unnamed: nothing known>"


@given(profiles(), st.sampled_from(TYPES))
def test_a_type_that_is_not_named_is_lacked_or_unknown(drawn: Any, type_id: str) -> None:
    """A complete profile lacks what it does not name, save what cannot be lacked; a list speaks of its types alone."""
    texts, complete = drawn
    profile = worker("A1", texts, complete=complete)
    spoken_of = complete if isinstance(complete, bool) else type_id in complete
    unnamed = "lacks" if spoken_of and type_id not in NEVER_LACKED else "unknown"

    assert profile.fact(type_id) == read_fact(type_id, texts.get(type_id, unnamed))
    assert profile.lacks_unnamed(type_id) == (unnamed == "lacks")


def test_completeness_is_listed_by_name_too() -> None:
    """`complete` takes names as facts do."""
    profile = worker("A1", complete=["study_1_done"], names=NAMES)

    assert known(profile, "3ABC") == "lacks"
    assert known(profile, "3XYZ") == "unknown"


def test_one_text_is_no_list_of_types() -> None:
    """`complete="3ABC"` is refused: it would be read as the types `3`, `A`, `B` and `C`."""
    for make in (worker, WorkerProfile):
        with pytest.raises(InvalidInput, match="expected true, false or a list of type ids"):
            make("A1", {}, complete="3ABC")


@pytest.mark.parametrize(
    ("make", "fields", "message"),
    [
        (WorkerProfile, {"complete": 1}, "expected True or False, got int `1`"),
        (worker, {"blocked": "no"}, "expected True or False, got str `no`"),
        (WorkerProfile, {"facts": {"3A": 80}}, "3A: expected a Fact, got int; qualeval.worker takes plain facts"),
        (worker, {"facts": {3: 80}}, "expected type ids or names as text, got int `3`"),
    ],
)
def test_a_part_of_another_type_is_refused(make: Any, fields: Any, message: str) -> None:
    """Nothing is taken for true because it is not empty, nor for a fact because it is a number."""
    with pytest.raises(WrongType) as caught:
        make("A1", **fields)

    assert str(caught.value) == message


@given(workers(), st.sampled_from(TYPES))
def test_with_facts_replaces_facts_on_the_same_type(profile: WorkerProfile, type_id: str) -> None:
    """A new profile has the new fact and the old ones on other types; the old profile stays."""
    before = profile.facts
    changed = profile.with_facts({type_id: "holds"})

    assert changed.fact(type_id) == read_fact(type_id, HOLDS)
    assert all(changed.fact(other) == profile.fact(other) for other in TYPES if other != type_id)
    assert profile.facts == before
    assert (changed.worker_id, changed.complete) == (profile.worker_id, profile.complete)


@given(workers(), st.sampled_from(TYPES))
def test_without_fact_is_as_if_never_said(profile: WorkerProfile, type_id: str) -> None:
    """Without its fact nothing is known of a type, of a complete profile neither; equal profiles hash alike."""
    forgotten = profile.with_facts({type_id: "holds"}).without_fact(type_id)

    assert forgotten.fact(type_id) == read_fact(type_id, "unknown")
    assert forgotten == profile.without_fact(type_id)
    assert hash(forgotten) == hash(profile.without_fact(type_id))


def test_with_facts_and_without_fact_take_names() -> None:
    """Own names and the system's are read wherever a person writes a type."""
    profile = worker("A1").with_facts({"study_1_done": 3, "Masters": "holds"}, names=NAMES)

    assert sorted(profile.facts) == [MASTERS, "3ABC"]
    assert dict(profile.without_fact("Masters", "study_1_done", names=NAMES).facts) == {}


def test_with_facts_refuses_what_is_no_fact() -> None:
    """A change is checked as a profile is."""
    with pytest.raises(InvalidInput, match=r"Worker_PercentAssignmentsApproved: got 101"):
        worker("A1").with_facts({"Worker_PercentAssignmentsApproved": 101})


def test_all_problems_are_told_at_once() -> None:
    """Each problem names the type by the word that was written."""
    assert problems_of("A1", {"Worker_PercentAssignmentsApproved": 101, "3ABC": "", "Master": 1}) == [
        "Worker_PercentAssignmentsApproved: got 101, expected values within 0..100",
        "3ABC: got an empty fact; expected `98`, `95..100`, `95..`, `..94`, `1,3,8`, `lacks`, `holds` or `unknown`",
        "Master: unknown qualification type `Master`; did you mean `Masters`?",
    ]


def test_two_names_of_one_type_are_refused() -> None:
    """One type that is said twice is a problem, even with the same fact."""
    assert problems_of("A1", {"Masters": 1, MASTERS: 1}) == [
        f"{MASTERS}: `{MASTERS}` and another name are one type, {MASTERS}; say it once"
    ]


@pytest.mark.parametrize(
    ("type_id", "states"),
    [
        (PERCENT_APPROVED, ValueSet(IntegerSet.only(101))),
        (PERCENT_APPROVED, ValueSet(IntegerSet.only(5), lacking=True)),
        (LOCALE, ValueSet(IntegerSet.only(5))),
        ("3ABC", ValueSet(LocaleSet.only(Locale("US")))),
        ("3ABC", ValueSet(IntegerSet.empty())),
    ],
)
def test_a_profile_holds_no_impossible_fact(type_id: str, states: ValueSet) -> None:
    """A fact that is empty, or no part of its universe, is refused where the profile is made."""
    with pytest.raises(InvalidInput) as caught:
        WorkerProfile("A1", {type_id: Fact(states)})

    assert [problem.place for problem in caught.value.problems] == [type_id]


def test_a_profile_cannot_be_changed_from_outside() -> None:
    """The facts are a copy that nobody can write to."""
    facts = {"3ABC": read_fact("3ABC", 1)}
    profile = WorkerProfile("A1", facts)
    facts["3ABC"] = read_fact("3ABC", 2)

    assert known(profile, "3ABC") == "1"
    with pytest.raises(TypeError):
        profile.facts["3ABC"] = read_fact("3ABC", 2)  # type: ignore[index]


@given(workers(), requirement_lists(), st.none() | st.booleans())
def test_the_same_facts_of_another_worker(
    profile: WorkerProfile, listed: list[QualificationRequirement], blocked: bool | None
) -> None:
    """What is known of one worker can be said of another: it is as if it had been said of that one alone."""
    policy = compile_requirements(listed)
    policy.access(profile)
    other = profile.of("A2", blocked)
    anew = WorkerProfile("A2", dict(profile.facts), profile.complete, blocked)

    assert other == anew
    assert policy.decide(other).to_dict() == policy.decide(anew).to_dict()
    assert pickle.loads(pickle.dumps(other)) == anew
