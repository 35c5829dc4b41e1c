"""Learning about workers: never a guess, as few calls as can be, and nothing lost where some of them fail."""

from __future__ import annotations

import math
import pickle
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.model.facts import Basis
from qualeval.sources.learning import FEW, GIVING_UP, LISTING, Learning
from qualeval.sources.mturk import MTurk
from qualeval.sources.pages import IN_FLIGHT
from qualeval.sources.rows import Assignment, Block, Page, Score, ScoreStatus, TypeInfo
from qualeval.testing.endpoint import Endpoint
from tests.endpoint_requests import boto3_client, skip_waits

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
OWN, FOREIGN, HIT_ID = "3OWN", "3FOREIGN", "3HIT"


# --- a service of plain lists, which counts


@define
class Told:
    """A service that tells what it holds, and counts what it is asked for."""

    granted: Sequence[str] = ()
    revoked: Sequence[str] = ()
    size: int = 100
    calls: Counter[str] = field(factory=Counter)
    _lock: threading.Lock = field(factory=threading.Lock)

    def _count(self, name: str) -> None:
        with self._lock:
            self.calls[name] += 1

    def score(self, type_id: str, worker_id: str) -> Score | None:
        self._count("score")
        if worker_id in self.granted:
            return Score(type_id, worker_id, ScoreStatus.GRANTED, 1)
        return Score(type_id, worker_id, ScoreStatus.REVOKED) if worker_id in self.revoked else None

    def scores(self, type_id: str, status: ScoreStatus = ScoreStatus.GRANTED) -> Iterator[Page[Score]]:
        listed = self.granted if status is ScoreStatus.GRANTED else self.revoked
        value = 1 if status is ScoreStatus.GRANTED else None
        for begin in range(0, max(1, len(listed)), self.size):
            self._count("page")
            end = begin + self.size
            rows = tuple(Score(type_id, each, status, value) for each in listed[begin:end])
            yield Page(rows, str(end) if end < len(listed) else None)

    def blocks(self) -> Iterator[Page[Block]]:
        yield Page(())

    def types(self) -> Iterator[Page[TypeInfo]]:
        self._count("types")
        yield Page((TypeInfo(OWN),))

    def assignments(self, hit_id: str) -> Iterator[Page[Assignment]]:
        yield Page(())


ids = st.integers(0, 99).map("A{}".format)


some_ids = st.lists(ids, unique=True)


@given(some_ids, some_ids, st.lists(ids, min_size=1, unique=True), st.integers(1, 9))
def test_both_ways_tell_the_same_in_few_calls(
    granted: list[str], once: list[str], pool: list[str], size: int
) -> None:  # fmt: skip
    """Everybody comes to hold, to have lost or to lack, in no more than twice the calls of the better way."""
    revoked = [each for each in once if each not in granted]
    service = Told(granted, revoked, size)
    workers = Learning(service, pool, [OWN]).run().workers
    pages = sum(math.ceil(max(1, len(each)) / size) for each in (granted, revoked))
    calls = service.calls["score"] + service.calls["page"]

    assert [each.worker_id for each in workers] == pool
    for worker in workers:
        fact = worker.fact(OWN)
        said = 1 if worker.worker_id in granted else "lacks"
        assert fact.states == qe.worker(None, {OWN: said}).fact(OWN).states
        assert fact.is_revoked == (worker.worker_id in revoked)
        assert fact.basis is Basis.LEARNED
    assert calls <= 2 * min(len(pool), pages)
    if len(pool) > FEW and pages + len(pool) <= LISTING * len(pool):
        assert calls <= pages


@pytest.mark.parametrize(
    ("pool", "holders", "expected"),
    [
        (1, 5000, {"score": 1}),
        (FEW, 0, {"score": FEW}),
        (FEW + 1, 0, {"page": 2}),
        (50, 150, {"page": 1}),
        (1000, 5000, {"page": 10}),
    ],
)
def test_calls_that_are_made(pool: int, holders: int, expected: dict[str, int]) -> None:
    """A few workers are asked about, more are looked for in the list, which is read until all are found."""
    service = Told([f"A{number}" for number in range(holders)])
    Learning(service, [f"A{number}" for number in range(pool)], [OWN]).run()

    assert {name: count for name, count in service.calls.items() if name != "types"} == expected


def test_list_that_does_not_pay() -> None:
    """A list that is long and has none of the workers is left, and they are asked about."""
    service = Told([f"B{number}" for number in range(5000)])
    Learning(service, [f"A{number}" for number in range(10)], [OWN]).run()

    assert service.calls == {"types": 1, "page": 10, "score": 10}


# --- against the endpoint


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries are made as ever, without the waits between them."""
    skip_waits(monkeypatch)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A1 holds the type, A2 lost it, A3 never had it; A2 is blocked, A3 submitted an assignment of the HIT."""
    with Endpoint() as running:
        market = running.marketplace
        market.set_clock(NOON)
        market.add_type(OWN)
        market.grant_all(OWN, {"A1": 80, "A2": 90})
        market.revoke("A2", OWN)
        market.block("A2", "spam")
        market.add_hit({"HITId": HIT_ID, "QualificationRequirements": []})
        market.add_assignment("A3", HIT_ID)
        yield running


@pytest.fixture
def source(endpoint: Endpoint) -> MTurk:
    return MTurk(boto3_client(endpoint, attempts=12), clock=lambda: NOW)


def operations(endpoint: Endpoint) -> Counter[str]:
    return Counter(request.operation for request in endpoint.requests)


EVERY_TYPE = [qe.LOCALE, qe.PERCENT_APPROVED, qe.MASTERS, OWN, FOREIGN]


@pytest.mark.parametrize("others", [[], [f"A9{number}" for number in range(FEW)]])
def test_what_can_be_known_is_known(source: MTurk, others: list[str]) -> None:
    """Held is held, revoked and absent are lacked; what is not the requester's own to read stays unknown."""
    a1, a2, a3 = source.learning(["A1", "A2", "A3", *others], EVERY_TYPE, HIT_ID).run().workers[:3]

    assert [str(each.fact(OWN)) for each in (a1, a2, a3)] == ["80", "lacks", "lacks"]
    assert [each.fact(OWN).is_revoked for each in (a1, a2, a3)] == [False, True, False]
    assert all(each.facts.keys() == {OWN} for each in (a1, a2, a3))
    assert {(each.fact(OWN).learned_at, each.fact(OWN).basis) for each in (a1, a2, a3)} == {(NOW, Basis.LEARNED)}
    assert a1.fact(OWN).granted_at == NOON
    assert a1.fact(OWN).source == ("ListWorkersWithQualificationType" if others else "GetQualificationScore")
    assert [each.blocked for each in (a1, a2, a3)] == [False, True, False]
    assert [each.assigned for each in (a1, a2, a3)] == [frozenset(), frozenset(), frozenset({HIT_ID})]


def test_foreign_types_are_not_asked_about(endpoint: Endpoint, source: MTurk) -> None:
    """Nothing is asked about types of the system and of others, and which types are own is asked once."""
    source.get_worker("A1", [qe.LOCALE, qe.MASTERS])
    without = operations(endpoint)
    for worker_id in ("A1", "A2", "A1"):
        source.get_worker(worker_id, EVERY_TYPE)
    asked = [each.parameters["QualificationTypeId"] for each in endpoint.requests if "Score" in each.operation]

    assert without == {"ListWorkerBlocks": 1}
    assert asked == [OWN] * 3
    assert operations(endpoint)["ListQualificationTypes"] == 1


def test_type_that_was_made_later(endpoint: Endpoint, source: MTurk) -> None:
    """A type of which the list of own types said nothing has it read again."""
    source.get_worker("A1", [OWN])
    endpoint.marketplace.add_type("3NEW")

    assert str(source.get_worker("A1", ["3NEW"]).fact("3NEW")) == "lacks"


def test_hit_of_elsewhere(source: MTurk) -> None:
    """A HIT that the service does not have says nothing of assignments, and is no failure."""
    assert source.get_worker("A3", [OWN], "3NONE").assigned == frozenset()


@pytest.mark.parametrize("ids", [["A1", "a1", "A1 ", "B2"], ["", 3]])
def test_ids_that_are_none(endpoint: Endpoint, source: MTurk, ids: list[Any]) -> None:
    """A mistyped id would be in no list, and so lack everything: it is refused, with all the others."""
    with pytest.raises(qe.InvalidInput) as caught:
        source.learning(ids, [OWN])

    assert len(caught.value.problems) == len([each for each in ids if each != "A1"])
    assert operations(endpoint) == {}


@pytest.mark.parametrize("arguments", [("A1", [OWN]), (["A1"], OWN)])
def test_text_that_is_no_list(source: MTurk, arguments: tuple[Any, Any]) -> None:
    """A text in place of a list is a slip, and its letters are no ids."""
    with pytest.raises(qe.WrongType, match="expected a list of ids, got the text"):
        source.learning(*arguments)


def test_no_workers(endpoint: Endpoint, source: MTurk) -> None:
    """Of nobody nothing is asked."""
    assert source.learning([], [OWN], HIT_ID).run().workers == []
    assert operations(endpoint) == {}


def test_progress(source: MTurk) -> None:
    """After each step it can be told how many calls were made, and how many are due."""
    learning = source.learning(["A1", "A2"], [OWN], HIT_ID)
    told = [(learning.calls, learning.left) for _ in learning.steps()]

    assert max(calls for calls, _ in told) == learning.calls == 4
    assert learning.left == 0


def test_a_pool(endpoint: Endpoint, source: MTurk) -> None:
    """A thousand workers and three types take the pages of the lists, however faulty, and the answers are right."""
    pool = [f"A{number:04}" for number in range(1000)]
    for number in range(3):
        endpoint.marketplace.add_type(f"3T{number}")
        endpoint.marketplace.grant_all(f"3T{number}", dict.fromkeys(pool[number::number + 2], number))
    endpoint.faults.duplicate_rows()
    for disturb in ("throttle", "fail", "cut", "repeat_token"):
        getattr(endpoint.faults, disturb)("ListWorkersWithQualificationType")
    found = source.learning(pool, ["3T0", "3T1", "3T2"]).run()

    assert found.failures == []
    for number in range(3):
        held = set(pool[number :: number + 2])
        said = {each.worker_id for each in found.workers if str(each.fact(f"3T{number}")) == str(number)}
        lacking = {each.worker_id for each in found.workers if str(each.fact(f"3T{number}")) == "lacks"}
        assert (said, lacking) == (held, set(pool) - held)
    pages = sum(math.ceil(len(pool[number :: number + 2]) / 100) + 1 for number in range(3))
    assert operations(endpoint)["ListWorkersWithQualificationType"] <= pages + 3 + 4


@pytest.mark.parametrize("seed", range(8))
def test_faults_change_nothing(endpoint: Endpoint, source: MTurk, seed: int) -> None:
    """Whatever goes wrong on the way, and passes, all comes to what the service holds."""
    random = Random(seed)
    pool, types = [f"A{number}" for number in range(random.choice((2, 30, 120)))], ["3T0", "3T1"]
    for type_id in types:
        endpoint.marketplace.add_type(type_id)
        endpoint.marketplace.grant_all(type_id, {f"A{number}": number for number in random.sample(range(400), 250)})
        for number in random.sample(range(400), 40):
            if f"A{number}" in endpoint.marketplace.state.grants[type_id]:
                endpoint.marketplace.revoke(f"A{number}", type_id)
    faults = ["throttle", "fail", "hang_up", "repeat_token"] * 2 + ["cut", "break_off", "cut"]
    for disturb in random.sample(faults, len(faults)):
        getattr(endpoint.faults, disturb)()
    endpoint.faults.duplicate_rows()
    found = source.learning(pool, types, HIT_ID).run()

    grants = endpoint.marketplace.state.grants
    for worker in found.workers:
        for type_id in types:
            grant = grants[type_id].get(str(worker.worker_id))
            is_held = grant is not None and not grant.is_revoked
            assert str(worker.fact(type_id)) == (str(grant.value) if grant and is_held else "lacks")
            assert worker.fact(type_id).is_revoked == (grant is not None and not is_held)
        assert worker.blocked == (worker.worker_id == "A2")
        assert worker.assigned == ({HIT_ID} if worker.worker_id == "A3" else set())
    assert found.failures == []


def test_calls_in_flight(endpoint: Endpoint) -> None:
    """No more than a few calls are made at a time."""
    here, most, lock = 0, 0, threading.Lock()

    def entering(**_: Any) -> None:
        nonlocal here, most
        with lock:
            here += 1
            most = max(most, here)

    def leaving(**_: Any) -> None:
        nonlocal here
        with lock:
            here -= 1

    client = boto3_client(endpoint)
    client.meta.events.register("before-call", entering)
    client.meta.events.register("after-call", leaving)
    types = [endpoint.marketplace.add_type(f"3T{number}") for number in range(12)]
    endpoint.faults.slow(0.02, times=None)
    MTurk(client).learning(["A1", "A2"], types).run()

    assert 1 < most <= IN_FLIGHT


# --- failures


def test_failure_of_one_type(endpoint: Endpoint, source: MTurk) -> None:
    """What the others gave is kept, the error is told, and the type is unknown."""
    endpoint.faults.refuse("AccessDeniedException", "no", "ListWorkersWithQualificationType")
    endpoint.marketplace.add_type("3T")
    pool = ["A1", "A2", "A3", "A4"]
    found = source.learning(pool, [OWN, "3T"], HIT_ID).run()
    (error,) = found.failures
    known = [each.facts.keys() for each in found.workers]

    assert error.operation == "ListWorkersWithQualificationType"
    assert known in ([{"3T"}] * 4, [{OWN}] * 4)
    assert [each.blocked for each in found.workers] == [False, True, False, False]
    assert found.workers[2].assigned == {HIT_ID}


def test_failures_about_one_type_come_to_an_end(endpoint: Endpoint, source: MTurk) -> None:
    """A list that fails is one failure; of workers asked about one by one no more are tried than a few."""
    service = Told([f"B{number}" for number in range(5000)])

    def fail(type_id: str, worker_id: str) -> Score | None:
        raise qe.ServiceError(f"no {worker_id}")

    failing: Any = type("Failing", (Told,), {"score": staticmethod(fail)})(service.granted)
    found = Learning(failing, [f"A{number}" for number in range(50)], [OWN]).run()

    assert GIVING_UP <= len(found.failures) < GIVING_UP + IN_FLIGHT
    assert [each.facts for each in found.workers] == [{}] * 50


def test_one_worker_partly_learned(endpoint: Endpoint, source: MTurk) -> None:
    """It is an error that has what was learned, and says what failed."""
    endpoint.faults.fail("ListWorkerBlocks", times=None)

    said = "not all about the worker `A1` could be learned: the service failed"

    with pytest.raises(qe.PartlyLearned, match=said) as e:
        source.get_worker("A1", EVERY_TYPE, HIT_ID)
    assert str(e.value.worker.fact(OWN)) == "80"
    assert e.value.worker.blocked is None
    assert [each.operation for each in e.value.failures] == [e.value.operation] == ["ListWorkerBlocks"]
    copied = pickle.loads(pickle.dumps(e.value))
    assert (str(copied), copied.worker) == (str(e.value), e.value.worker)


def test_nothing_learned(endpoint: Endpoint, source: MTurk) -> None:
    """Where the own types cannot be listed there is nothing to keep: the failure itself is raised."""
    endpoint.faults.refuse("AccessDeniedException", "no", "ListQualificationTypes", times=None)

    with pytest.raises(qe.ServiceError, match="do not permit ListQualificationTypes") as caught:
        source.get_worker("A1", EVERY_TYPE)
    assert not isinstance(caught.value, qe.PartlyLearned)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, GeneratorExit])
def test_interrupted(source: MTurk, stop: type[BaseException]) -> None:
    """Whoever stops in the middle has what was learned until then."""
    learning = source.learning([f"A{number}" for number in range(1, FEW + 1)], [OWN], HIT_ID)
    steps = learning.steps()
    for _ in steps:
        if any(each.facts for each in learning.workers):
            break
    with pytest.raises(stop):
        steps.throw(stop())  # type: ignore[attr-defined]

    assert any(each.facts for each in learning.workers)
    assert threading.active_count() < 50


def test_interrupt_within_a_call_passes() -> None:
    """Ctrl-C is no failure of the service: it ends the learning."""

    def interrupted(type_id: str, worker_id: str) -> Score | None:
        raise KeyboardInterrupt

    service: Any = type("Interrupted", (Told,), {"score": staticmethod(interrupted)})()
    learning = Learning(service, ["A1"], [OWN])

    with pytest.raises(KeyboardInterrupt):
        learning.run()
    assert learning.failures == []


def test_no_secret_in_any_message(endpoint: Endpoint, source: MTurk) -> None:
    """What the service quotes of the request's signature is told nowhere."""
    words = "Credential=AKIAIOSFODNN7EXAMPLE/20260501/us-east-1, Signature=0123"
    endpoint.faults.refuse("AccessDeniedException", words, "ListWorkerBlocks", "GetQualificationScore", times=None)
    found = source.learning(["A1"], [OWN]).run()
    said = repr([(str(each), vars(each)) for each in found.failures])

    assert len(found.failures) == 2
    assert "AKIA" not in said
    assert "0123" not in said
