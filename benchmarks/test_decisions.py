"""`policy.decide`, what is taken from decisions, and what comes before them, beside `policy.access`."""

from __future__ import annotations

import pytest

import qualeval as qe
from benchmarks.contenders import ONE_UNMET, PERMITTED, REQUIREMENTS
from benchmarks.measuring import Beside, Round, first_calls, repeated
from benchmarks.report import AS_LONG, Goal, at_most

POLICY = qe.compile_requirements(REQUIREMENTS)


def _unmet(worker: qe.WorkerProfile) -> object:
    return POLICY.decide(worker).unmet


def _remedies(worker: qe.WorkerProfile) -> list[qe.Remedy | None]:
    return [reason.remedy for reason in POLICY.decide(worker).unmet]


def _reasons(worker: qe.WorkerProfile) -> object:
    return POLICY.decide(worker).reasons


def _dict(worker: qe.WorkerProfile) -> object:
    return POLICY.decide(worker).to_dict()


TAKEN: dict[str, tuple[Round, Goal]] = {
    "decide, permitted worker": (repeated(POLICY.decide, PERMITTED.profile()), at_most(5)),
    "remedies, one unmet": (repeated(_remedies, ONE_UNMET.profile()), at_most(30)),
    "remedies, a new profile": (first_calls(_remedies, ONE_UNMET.profile), AS_LONG),
    "unmet, permitted worker": (repeated(_unmet, PERMITTED.profile()), AS_LONG),
    "reasons, permitted": (repeated(_reasons, PERMITTED.profile()), AS_LONG),
    "to_dict, one unmet": (repeated(_dict, ONE_UNMET.profile()), AS_LONG),
}
"""What is taken of a new decision each time, so that none of its reasons is there already."""


@pytest.mark.parametrize("what", TAKEN)
def test_decide(beside: Beside, what: str) -> None:
    """A decision, and one with what a caller takes from it."""
    measured, goal = TAKEN[what]
    beside(what, measured, against="access, permitted", other=_access(), goal=goal)


def test_remedies_are_words() -> None:
    """What the remedies row takes is there to be read."""
    (remedy,) = _remedies(ONE_UNMET.profile())

    assert remedy is not None
    assert remedy.words == "raise PercentAssignmentsApproved from 97 to 98 or more"


def test_compile(beside: Beside) -> None:
    """From requirements to a policy, whose fast path is not made before it is first asked."""
    beside(
        "compile",
        repeated(qe.compile_requirements, REQUIREMENTS),
        against="access, permitted",
        other=_access(),
        goal=AS_LONG,
    )


def test_compile_and_ask(beside: Beside) -> None:
    """The whole price of a new policy, with its fast path."""
    worker = PERMITTED.profile()
    beside(
        "compile + first access",
        repeated(lambda requirements: qe.compile_requirements(requirements).access(worker), REQUIREMENTS),
        against="access, permitted",
        other=_access(),
        goal=AS_LONG,
    )


def test_engine(beside: Beside) -> None:
    """A decision by HIT id, from a dict of HITs. The HIT and its policy are there after the first call."""
    worker = PERMITTED.profile()
    engine = qe.Engine({"3HIT": qe.HIT(REQUIREMENTS, hit_id="3HIT")})

    assert engine.decide("3HIT", worker).access is qe.Access.ACCEPT
    beside(
        "engine.decide, permitted",
        repeated(lambda hit_id: engine.decide(hit_id, worker), "3HIT"),
        against="access, permitted",
        other=_access(),
        goal=AS_LONG,
    )


def _access() -> Round:
    return repeated(POLICY.access, PERMITTED.profile())
