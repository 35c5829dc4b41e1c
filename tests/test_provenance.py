"""Where facts come from: assumptions that are shown, facts that grow old, and workers who are assigned already."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.model.facts import Basis
from qualeval.model.qualification_types import NUMBER_HITS_APPROVED, PERCENT_APPROVED, qualification_type
from qualeval.model.workers import WorkerProfile
from tests.strategies import TYPES, fact_texts, requirement_lists, workers

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OLD, NEW = NOW - timedelta(days=2), NOW
HIT = qe.HIT(
    (
        qe.QualificationRequirement(NUMBER_HITS_APPROVED, qe.Comparator.GREATER_THAN, (100,)),
        qe.QualificationRequirement(PERCENT_APPROVED, qe.Comparator.GREATER_THAN_OR_EQUAL_TO, (98,)),
    ),
    hit_id="3HIT",
)
POLICY = qe.compile_hit(HIT)


@st.composite
def assumptions(draw: st.DrawFn) -> dict[str, str]:
    """Assumptions about a few types, in text."""
    return {each: draw(fact_texts(each)) for each in draw(st.lists(st.sampled_from(TYPES), unique=True, max_size=4))}


def learned(worker: WorkerProfile, at: datetime) -> WorkerProfile:
    """The same profile, all of it learned at one time."""
    return evolve(worker, facts={each: evolve(fact, learned_at=at) for each, fact in worker.facts.items()})


# Assumptions


@given(workers(), assumptions())
def test_what_is_known_stands(worker: WorkerProfile, assumed: dict[str, str]) -> None:
    """An assumption narrows what leaves more open, and never contradicts or widens what is known."""
    after = worker.assuming(assumed)

    for type_id in TYPES:
        known, then = worker.fact(type_id), after.fact(type_id)
        assert then.states.is_subset(known.states)
        if then.states == known.states:
            assert then.basis is known.basis
        else:
            assert then.basis is Basis.ASSUMED
            assert then.states == known.states & qe.worker(None, assumed).fact(type_id).states


@given(requirement_lists(), workers(), assumptions())
def test_decisions_say_what_they_assume(
    listed: list[qe.QualificationRequirement], worker: WorkerProfile, assumed: dict[str, str]
) -> None:
    """A decision that is another than without the assumptions names one at least, and names none that is not made."""
    policy = qe.compile_requirements(listed)
    before, after = policy.decide(worker), policy.decide(worker.assuming(assumed))
    is_other = (before.access, before.possible) != (after.access, after.possible)

    assert not (is_other and not after.assumptions)
    assert before.assumptions == {}
    assert after.assumptions.keys() <= set(assumed) & policy.ladders.keys()
    assert set(after.to_dict()["assuming"]) == after.assumptions.keys()


def test_assumption() -> None:
    """What is assumed and matters is named; what is known, and what the HIT does not ask, is not."""
    worker = qe.worker("A1", {PERCENT_APPROVED: 99}).assuming(
        {"Worker_NumberHITsApproved": "101..", PERCENT_APPROVED: 50, "3ABC": 1}
    )
    decision = POLICY.decide(worker)

    assert decision.permits()
    assert {each: str(fact) for each, fact in decision.assumptions.items()} == {NUMBER_HITS_APPROVED: "101.."}
    assert decision.to_dict()["assuming"] == {NUMBER_HITS_APPROVED: "101.."}
    assert [each["basis"] for each in decision.to_dict()["requirements"]] == ["assumed", "stated"]


def test_assumptions_are_checked() -> None:
    """An assumption that is no fact is refused, as everywhere."""
    with pytest.raises(qe.InvalidInput, match=r"expected values within 0\.\.100"):
        qe.worker("A1").assuming({PERCENT_APPROVED: "101"})


# Age


@given(workers(), st.booleans())
def test_old_facts_are_forgotten(worker: WorkerProfile, is_old: bool) -> None:
    """What was learned before is not known any more, save the least value of what only grows; the rest stands."""
    aged = learned(worker, OLD if is_old else NEW).aged(NEW)

    for type_id in TYPES:
        kind, known, then = qualification_type(type_id), worker.fact(type_id), aged.fact(type_id)
        assert known.states.is_subset(then.states)
        if not is_old or type_id not in worker.facts:
            assert then.states == known.states
        elif kind.only_grows:
            assert then.states == qe.worker(None, {type_id: f"{known.states.held.low}.."}).fact(type_id).states  # type: ignore[union-attr]
        else:
            assert then.states == kind.universe
    assert worker.aged(NEW) == worker


def test_decisions_say_how_old_their_facts_are() -> None:
    """The time is that of the oldest fact which the HIT asks about."""
    facts: dict[str, Any] = {NUMBER_HITS_APPROVED: 500, PERCENT_APPROVED: 99, "3ABC": 1}
    worker = qe.worker("A1", facts)
    dated = evolve(worker, facts={**worker.facts, "3ABC": evolve(worker.facts["3ABC"], learned_at=OLD)})
    rate = evolve(dated.facts[PERCENT_APPROVED], learned_at=NEW)
    newer = evolve(dated, facts={**dated.facts, PERCENT_APPROVED: rate})
    told = POLICY.decide(newer).to_dict()

    assert POLICY.decide(worker).learned_at is None
    assert POLICY.decide(dated).learned_at is None
    assert POLICY.decide(newer).learned_at == NEW
    assert POLICY.decide(learned(newer, OLD)).learned_at == OLD
    assert told["learned_at"] == "2026-11-01T00:00:00+00:00"
    assert [each["learned_at"] for each in told["requirements"]] == [None, told["learned_at"]]


# Assignments


def test_assigned_workers() -> None:
    """A worker with an assignment of the HIT is not available to it, whatever she may do; to others she is."""
    worker = qe.worker("A1", {NUMBER_HITS_APPROVED: 500, PERCENT_APPROVED: 99}, assigned=["3HIT"])
    decision = POLICY.decide(worker, hit=HIT)

    assert decision.permits()
    assert decision.availability.is_available is False
    assert [(str(each.code), each.words) for each in decision.availability.obstacles] == [
        ("worker_assigned", "the worker has an assignment of the HIT already")
    ]
    assert POLICY.decide(worker, hit=HIT.replace(hit_id="3OTHER")).availability.obstacles == ()
    assert pickle.loads(pickle.dumps(worker)) == worker


def test_assigned_is_a_list() -> None:
    """A text is no list of HIT ids."""
    with pytest.raises(qe.InvalidInput, match="assigned: got `3HIT`; expected a list of HIT ids"):
        qe.worker("A1", assigned="3HIT")
