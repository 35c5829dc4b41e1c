"""Assertions for test suites: they pass where the claim holds, and fail with the decision or a counterexample."""

from __future__ import annotations

import pytest
from hypothesis import given

import qualeval as qe
from qualeval.testing.assertions import assert_denies, assert_equivalent, assert_only, assert_permits
from tests.cli import LOCALE, PERCENT, requirement
from tests.strategies import requirement_lists, workers

HIT = qe.parse_hit(
    [
        requirement(LOCALE, "In", LocaleValues=[{"Country": "US"}], ActionsGuarded="DiscoverPreviewAndAccept"),
        requirement(PERCENT, "GreaterThan", 97, ActionsGuarded="Accept"),
    ]
)
GOOD = qe.worker("A1", {qe.LOCALE: "US-WA", qe.PERCENT_APPROVED: 98})
BAD = qe.worker("A2", {qe.LOCALE: "US-WA", qe.PERCENT_APPROVED: 97})
UNSURE = qe.worker("A3", {qe.LOCALE: "US-WA"})


def failure(assertion: object, *arguments: object) -> list[str]:
    """The lines with which an assertion fails."""
    assert callable(assertion)
    with pytest.raises(AssertionError) as raised:
        assertion(*arguments)
    return str(raised.value).splitlines()


def test_permits() -> None:
    """Who may do it for certain is permitted, and the decision is given back."""
    assert assert_permits(HIT, GOOD).access is qe.Access.ACCEPT
    assert assert_permits(qe.compile_hit(HIT), BAD, qe.Action.PREVIEW).access is qe.Access.PREVIEW


def test_denies() -> None:
    """Who may certainly not do it is denied."""
    assert assert_denies(HIT, BAD).possible is qe.Access.PREVIEW


@pytest.mark.parametrize("assertion", [assert_permits, assert_denies])
def test_unknown_is_neither(assertion: object) -> None:
    """What depends on a missing fact is neither permitted nor denied, and the message says what to learn."""
    lines = failure(assertion, HIT, UNSURE)

    assert lines[0].endswith("it is unknown")
    assert lines[-1].endswith("learn whether PercentAssignmentsApproved is 98 or more")


def test_failure_shows_the_decision() -> None:
    """The failure shows the worker, the answer for each action, and every requirement with the remedy."""
    assert failure(assert_permits, HIT, BAD) == [
        "expected accept to be permitted, it is denied",
        "of A2 with Worker_Locale=US-WA, Worker_PercentAssignmentsApproved=97:",
        "discover permitted, preview permitted, accept denied",
        "  requirement 0  met    Worker_Locale In US                               guards DiscoverPreviewAndAccept  "
        "observed US-WA",
        "  requirement 1  unmet  Worker_PercentAssignmentsApproved GreaterThan 97  guards Accept                    "
        "observed 97     raise PercentAssignmentsApproved from 97 to 98 or more",
    ]


@given(requirement_lists(), workers())
def test_one_of_three(requirements: list[qe.QualificationRequirement], worker: qe.WorkerProfile) -> None:
    """Each assertion passes for its own outcome and for no other, whatever the HIT and the worker."""
    hit = qe.HIT(tuple(requirements))
    for action in qe.Action:
        outcome = qe.compile_hit(hit).decide(worker).outcome(action)
        for assertion, expected in ((assert_permits, qe.Outcome.PERMITTED), (assert_denies, qe.Outcome.DENIED)):
            if outcome is expected:
                assert assertion(hit, worker, action).outcome(action) is expected
            else:
                assert f"it is {outcome}" in failure(assertion, hit, worker, action)[0]


def test_equivalent() -> None:
    """What means the same is equivalent, however it is written."""
    other = HIT.replace(requirements=[*reversed(HIT.requirements), HIT.requirements[1]])

    assert assert_equivalent(HIT, other).is_equivalent


def test_failure_shows_who_gains_and_loses() -> None:
    """The failure shows for each action who gains or loses, and the decision that refuses one of them."""
    looser = qe.parse_hit([requirement(LOCALE, "In", LocaleValues=[{"Country": "US"}, {"Country": "CA"}])])
    lines = failure(assert_equivalent, HIT, looser)

    assert lines[0] == "expected the same access for every worker"
    assert lines[1] == "discover is gained by workers with Worker_Locale anywhere but US"
    shown = [line for line in lines if line.startswith("for example ")]
    assert len(shown) == sum(each.gained is not None for each in qe.compare(HIT, looser).actions.values())
    assert all(line.endswith("was denied:") for line in shown)
    assert any(line.startswith("  requirement 0  unmet") for line in lines)


def test_only() -> None:
    """Everybody who may accept meets what the HIT asks, and what is looser."""
    asked = qe.parse_hit([requirement(PERCENT, "GreaterThan", 90)])

    assert [proof.verdict for proof in assert_only(HIT, qe.Action.ACCEPT, asked)] == [qe.Verdict.PROVED]


def test_failure_shows_the_counterexample() -> None:
    """The failure shows the requirement that is not met by all, and a worker who may and does not meet it."""
    asked = [*HIT.requirements, *qe.parse_hit([requirement(qe.MASTERS, "Exists")]).requirements]
    lines = failure(assert_only, HIT, qe.Action.PREVIEW, asked)

    assert lines[:2] == [
        "expected everybody who may preview it to meet 3 requirements",
        "requirement 1 is not met by all: Worker_PercentAssignmentsApproved GreaterThan 97",
    ]
    assert lines[2].startswith("counterexample: A1EXAMPLEWORKER with Worker_Locale=US-CA, Worker_Percent")
    assert lines[3] == "discover permitted, preview permitted, accept denied"
    assert "requirement 2 is not met by all: Masters Exists" in lines


def test_no_requirements_prove_nothing() -> None:
    """An empty list of requirements is refused, for it would be met by everybody."""
    with pytest.raises(qe.InvalidInput, match="only: expected one at least, found none"):
        assert_only(HIT, qe.Action.ACCEPT, [])


@pytest.mark.parametrize("assertion", [assert_permits, assert_denies])
def test_other_things(assertion: object) -> None:
    """A dict is neither a HIT nor a worker: it is refused, and not called a failure."""
    assert callable(assertion)
    with pytest.raises(qe.WrongType, match="expected a HIT or an AccessPolicy, got dict"):
        assertion({}, GOOD)
    with pytest.raises(qe.WrongType, match="expected a WorkerProfile, got dict"):
        assertion(HIT, {})
    with pytest.raises(qe.InvalidInput, match="unknown action `assign`"):
        assertion(HIT, GOOD, "assign")
