"""The engine with a source of workers: a decision from two ids, and assumptions in the open."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from attrs import define, field

import qualeval as qe
from qualeval.engine import WorkerSource
from qualeval.testing.endpoint import Endpoint
from tests.endpoint_requests import boto3_client, typed

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HIT_ID, OWN = "3HIT", "3OWN"
REQUIREMENTS = [
    typed(OWN, "GreaterThanOrEqualTo", 80, ActionsGuarded="PreviewAndAccept"),
    typed(qe.NUMBER_HITS_APPROVED, "GreaterThan", 100),
]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A HIT asks for an own type and for experience. A1 has 90, A2 50, A3 lost it; A4 is blocked and has worked."""
    with Endpoint() as running:
        market = running.marketplace
        market.add_hit({"HITId": HIT_ID, "MaxAssignments": 9, "QualificationRequirements": REQUIREMENTS})
        market.grant_all(OWN, {"A1": 90, "A2": 50, "A3": 90, "A4": 90})
        market.revoke("A3", OWN)
        market.block("A4", "spam")
        market.add_assignment("A4", HIT_ID)
        yield running


@pytest.fixture
def service(endpoint: Endpoint) -> qe.MTurk:
    return qe.MTurk(boto3_client(endpoint))


def answers(engine: qe.Engine, worker_id: str) -> list[str]:
    decision = engine.decide(HIT_ID, worker_id)
    return [str(decision.access), str(decision.possible)]


def test_the_whole_job_from_two_ids(service: qe.MTurk) -> None:
    """What the service tells decides as far as it goes; what it tells nobody stays open."""
    engine = qe.Engine(service, workers=service)

    assert {each: answers(engine, each) for each in ("A1", "A2", "A3", "A9")} == {
        "A1": ["preview", "accept"],
        "A2": ["discover", "discover"],
        "A3": ["discover", "discover"],
        "A9": ["discover", "discover"],
    }
    assert engine.permits(HIT_ID, "A1", qe.Action.PREVIEW)
    assert not engine.permits(HIT_ID, "A1")
    with pytest.raises(qe.Undetermined):
        engine.require(HIT_ID, "A1")
    with pytest.raises(qe.Denied):
        engine.require(HIT_ID, "A2")


def test_workers_are_asked_about_every_time(endpoint: Endpoint, service: qe.MTurk) -> None:
    """A qualification that was granted since counts at once."""
    engine = qe.Engine(service, workers=service)
    before = answers(engine, "A9")
    endpoint.marketplace.grant("A9", OWN, 100)

    assert before == ["discover", "discover"]
    assert answers(engine, "A9") == ["preview", "accept"]


def test_availability(service: qe.MTurk) -> None:
    """Who is blocked, and who has an assignment already, is told beside the decision."""
    engine = qe.Engine(service, workers=service)
    decisions = [engine.decide(HIT_ID, each) for each in ("A1", "A4")]

    assert [[str(each.code) for each in decision.availability.obstacles] for decision in decisions] == [
        [],
        ["worker_blocked", "worker_assigned"],
    ]
    assert [decision.outcome(qe.Action.PREVIEW) for decision in decisions] == [qe.Outcome.PERMITTED] * 2


def test_assumptions(service: qe.MTurk) -> None:
    """What nobody tells can be assumed, for ids and for profiles; it is named, and what is known stands."""
    engine = qe.Engine(service, workers=service, assume={"Worker_NumberHITsApproved": "101..", OWN: 100})
    found, refused = engine.decide(HIT_ID, "A1"), engine.decide(HIT_ID, "A2")
    profile = engine.decide(HIT_ID, qe.worker("A5", {OWN: 80}))

    assert found.permits()
    assert found.assumptions.keys() == {qe.NUMBER_HITS_APPROVED}
    assert engine.permits(HIT_ID, "A1")
    assert refused.possible is qe.Access.DISCOVER
    assert profile.permits()
    assert profile.assumptions.keys() == {qe.NUMBER_HITS_APPROVED}


def test_assumptions_are_checked_at_once() -> None:
    """An assumption that is no fact is refused before anything is asked."""
    with pytest.raises(qe.InvalidInput, match=r"expected values within 0\.\.100"):
        qe.Engine({}, assume={"Worker_PercentAssignmentsApproved": 101})


def test_dict_of_profiles(service: qe.MTurk) -> None:
    """A dict is a worker source; of whom it does not have, nothing is known."""
    engine = qe.Engine(service, workers={"A1": qe.worker("A1", {OWN: 1})})

    assert answers(engine, "A1") == ["discover", "discover"]
    assert answers(engine, "A2") == ["discover", "accept"]
    assert engine.decide(HIT_ID, "A2").worker == qe.worker("A2")


@define
class Asked:
    """A worker source that remembers what it was asked."""

    calls: list[tuple[str, list[str], str | None]] = field(factory=list)

    def get_worker(self, worker_id: str, types: Collection[str], hit_id: str | None = None) -> qe.WorkerProfile:
        self.calls.append((worker_id, list(types), hit_id))
        return qe.worker(worker_id)


def test_what_a_source_is_asked(service: qe.MTurk) -> None:
    """The worker, the types that the HIT names, and the HIT; nothing for a profile, nor for an empty HIT's types."""
    source: WorkerSource = Asked()
    hits = {HIT_ID: service.get_hit(HIT_ID), "3EMPTY": qe.HIT((), hit_id="3EMPTY")}
    engine = qe.Engine(hits, source)
    engine.decide(HIT_ID, "A1")
    engine.decide("3EMPTY", "A1")
    engine.decide(HIT_ID, qe.worker("A1"))

    assert isinstance(source, Asked)
    assert source.calls == [("A1", [OWN, qe.NUMBER_HITS_APPROVED], HIT_ID), ("A1", [], "3EMPTY")]


def test_failures_of_the_source_come_through(endpoint: Endpoint, service: qe.MTurk) -> None:
    """A worker of whom only a part was learned is an error, and never a decision on half of the facts."""
    engine = qe.Engine(service, workers=service)
    endpoint.faults.refuse("AccessDeniedException", "no", "GetQualificationScore")

    with pytest.raises(qe.PartlyLearned, match="not all about the worker `A1`"):
        engine.decide(HIT_ID, "A1")


@pytest.mark.parametrize(
    ("workers", "said"),
    [
        (boto3.client, "expected a worker source"),
        (3, "got int, expected a worker source, or a dict"),
        (qe.MTurk, "expected a worker source"),
    ],
)
def test_sources_that_are_none(workers: Any, said: str) -> None:
    """They are refused when the engine is made."""
    with pytest.raises(qe.WrongType, match=said):
        qe.Engine({}, workers)


def test_boto3_client_is_no_source(endpoint: Endpoint) -> None:
    """It is refused with the word that wraps it."""
    with pytest.raises(qe.WrongType, match=r"wrap a boto3 client: qualeval\.MTurk"):
        qe.Engine({}, boto3_client(endpoint))


def test_id_without_a_source() -> None:
    """It is refused, and says what to give."""
    engine = qe.Engine({HIT_ID: qe.HIT((), hit_id=HIT_ID)})

    with pytest.raises(qe.WrongType, match=r"got the worker id `A1`.*workers=MTurk"):
        engine.decide(HIT_ID, "A1")


def test_profile_that_is_none() -> None:
    """What is no profile is refused, from a caller and from a source."""
    worker: Any = {"WorkerId": "A1"}
    engine = qe.Engine({HIT_ID: qe.HIT((), hit_id=HIT_ID)}, workers={"A1": worker})

    for given in (worker, "A1"):
        with pytest.raises(qe.WrongType, match="got a dict for a worker, expected a WorkerProfile"):
            engine.decide(HIT_ID, given)
