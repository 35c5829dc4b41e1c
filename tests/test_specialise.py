"""The fast path by itself: it answers as the exact sets do, and asks them only where a fact is several states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from qualeval.errors import WrongType
from qualeval.model.actions import Access
from qualeval.model.facts import LACKS, UNKNOWN, PlainFact
from qualeval.model.qualification_types import LOCALE, PERCENT_APPROVED
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.model.workers import WorkerProfile, worker
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.compiler import compile_requirements
from qualeval.policy.specialise import specialised
from qualeval.values.locale import Locale
from tests.strategies import requirement_lists, workers

HUGE = 10**30
US = Locale("US")


def never(profile: WorkerProfile) -> Access:
    """Exact sets that are not to be asked."""
    raise AssertionError(f"the exact sets were asked about {profile}")


def fast(policy: AccessPolicy) -> Callable[[WorkerProfile], Access]:
    """The fast path of a policy, without the sets behind it."""
    return specialised(policy.ladders, never).access


def need(comparator: Comparator, *values: int, type_id: str = "3ABC") -> QualificationRequirement:
    """A requirement on integers."""
    return QualificationRequirement(type_id, comparator, values)


@given(requirement_lists(), workers())
def test_one_state_or_nothing_known_needs_no_sets(
    listed: list[QualificationRequirement], profile: WorkerProfile
) -> None:
    """For what is one value, lacked or not known at all, comparisons say what the least of all types' answers is."""
    policy = compile_requirements(listed)
    plain = {
        type_id: fact
        for type_id, fact in profile.facts.items()
        if fact.states.single is not None or fact.states.is_one_state
    }
    known = WorkerProfile("A1", plain, complete=profile.complete)
    exact = [ladder.certain(known.fact(type_id).states) for type_id, ladder in policy.ladders.items()]

    assert fast(policy)(known) is min(exact, default=Access.ACCEPT)
    assert policy.access(profile) is policy.decide(profile).access


@pytest.mark.parametrize(
    ("requirement", "inside", "outside"),
    [
        (need(Comparator.GREATER_THAN, HUGE), [HUGE + 1], [HUGE, 0, LACKS, UNKNOWN]),
        (need(Comparator.LESS_THAN_OR_EQUAL_TO, -HUGE), [-HUGE], [1 - HUGE, LACKS, UNKNOWN]),
        (need(Comparator.EQUAL_TO, HUGE), [HUGE], [HUGE - 1, HUGE + 1, LACKS]),
        (need(Comparator.IN, 1, 2, 7), [1, 2, 7], [0, 3, 6, 8, LACKS, UNKNOWN]),
        (need(Comparator.IN, 1, 7), [1, 7], [0, 4, 8, LACKS, UNKNOWN]),
        (need(Comparator.NOT_IN, 1, 7), [0, 4, 8, HUGE], [1, 7, LACKS, UNKNOWN]),
        (need(Comparator.EXISTS), [0, -1, HUGE], [LACKS, UNKNOWN]),
        (need(Comparator.DOES_NOT_EXIST), [LACKS], [0, UNKNOWN]),
        (need(Comparator.GREATER_THAN, 100, type_id=PERCENT_APPROVED), [], [0, 100, UNKNOWN]),
        (QualificationRequirement(LOCALE, Comparator.EQUAL_TO, locale_values=(US,)), ["US", "US-WA"], ["CA", UNKNOWN]),
    ],
)
def test_each_kind_of_comparison(
    requirement: QualificationRequirement, inside: list[PlainFact], outside: list[PlainFact]
) -> None:
    """Rays, lists, what is missing from a list, holding, lacking, places; integers of any size."""
    access = fast(compile_requirements([requirement]))
    type_id = requirement.qualification_type_id

    assert [access(worker("A1", {type_id: fact})) for fact in inside] == [Access.ACCEPT] * len(inside)
    assert [access(worker("A1", {type_id: fact})) for fact in outside] == [Access.PREVIEW] * len(outside)


def test_what_is_no_profile_is_refused() -> None:
    """The generated code says so in the words of every other question."""
    anything: Any = {"WorkerId": "A1"}
    with pytest.raises(WrongType) as caught:
        fast(compile_requirements([need(Comparator.EXISTS)]))(anything)

    assert str(caught.value) == "expected a WorkerProfile, got dict; qualeval.parse_worker makes one of a dict"


def test_several_states_are_judged_by_the_exact_sets() -> None:
    """A range may be inside of a run: only the sets can tell."""
    policy = compile_requirements([need(Comparator.GREATER_THAN, 2)])

    assert policy.access(worker("A1", {"3ABC": "3..8"})) is Access.ACCEPT
    with pytest.raises(AssertionError, match="the exact sets were asked"):
        fast(policy)(worker("A1", {"3ABC": "3..8"}))
