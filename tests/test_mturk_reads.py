"""Reading scores, blocks, types, HITs and assignments with boto3 from the endpoint, faults included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import qualeval as qe
from qualeval.model.facts import Basis
from qualeval.sources.mturk import READINGS, MTurk
from qualeval.sources.rows import Block, Page, Score, ScoreStatus, TypeInfo
from qualeval.testing.endpoint import Endpoint
from tests.endpoint_requests import boto3_client, skip_waits

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SCORE = "3SCORE"
WORKERS = [f"A{number:03}" for number in range(1, 251)]


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries are made as ever, without the waits between them."""
    skip_waits(monkeypatch)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint at noon, with 250 workers who hold one type, one of whom lost it, and three who are blocked."""
    with Endpoint() as running:
        market = running.marketplace
        market.set_clock(NOON)
        market.add_type(SCORE, "A score")
        market.grant_all(SCORE, {each: number for number, each in enumerate(WORKERS)})
        market.revoke("A007", SCORE)
        for each in WORKERS[:3]:
            market.block(each, "spam")
        yield running


@pytest.fixture
def source(endpoint: Endpoint) -> MTurk:
    return MTurk(boto3_client(endpoint, attempts=6))


def rows(pages: Iterator[Page[Any]]) -> list[Any]:
    return [row for page in pages for row in page.rows]


def operations(endpoint: Endpoint) -> list[str]:
    return [request.operation for request in endpoint.requests]


# --- one score


def test_score_that_is_held(source: MTurk) -> None:
    """The value and the time of the grant."""
    found = source.score(SCORE, "A005")

    assert found == Score(SCORE, "A005", ScoreStatus.GRANTED, 4, NOON)
    assert found.fact(NOON, "here") == qe.Fact(
        qe.worker("A005", {SCORE: 4}).fact(SCORE).states, False, NOON, NOON, "here", Basis.LEARNED
    )


def test_score_that_was_revoked(source: MTurk) -> None:
    """The service's refusal says so; the worker lacks it."""
    found = source.score(SCORE, "A007")

    assert found == Score(SCORE, "A007", ScoreStatus.REVOKED)
    assert found.fact().is_revoked
    assert found.fact().states == qe.worker("A007", {SCORE: "lacks"}).fact(SCORE).states


def test_score_that_there_is_none(source: MTurk) -> None:
    """None: of a worker without it, and of a type of the system, of which that says nothing."""
    assert source.score(SCORE, "A999") is None
    assert source.score(qe.PERCENT_APPROVED, "A001") is None


def test_score_without_a_value(endpoint: Endpoint, source: MTurk) -> None:
    """It is held, and no more is known."""
    endpoint.faults.answer(f'{{"Qualification": {{"QualificationTypeId": "{SCORE}", "WorkerId": "A1"}}}}')
    found = source.score(SCORE, "A1")

    assert found is not None
    assert found.fact().states == qe.worker("A1", {SCORE: "holds"}).fact(SCORE).states


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{}", "is not Mechanical Turk"),
        ("<html>", "is not Mechanical Turk"),
        ('{"Qualification": {"WorkerId": "A1"}}', "`QualificationTypeId` is missing"),
        ('{"Qualification": {"QualificationTypeId": "3SCORE", "WorkerId": "A2"}}', "answered about `A2`"),
        ('{"Qualification": {"QualificationTypeId": "3OTHER", "WorkerId": "A1"}}', "answered about `3OTHER`"),
        (
            '{"Qualification": {"QualificationTypeId": "3SCORE", "WorkerId": "A1", "LocaleValue": {"Country": "US"}}}',
            "`3SCORE` has an integer, got a locale",
        ),
    ],
)
def test_score_that_cannot_be_read(endpoint: Endpoint, source: MTurk, body: str, said: str) -> None:
    """After a few attempts it is a failure of the service that says what was wrong; never a guess."""
    endpoint.faults.answer(body, "GetQualificationScore", times=None)

    with pytest.raises(qe.ServiceError, match=said) as caught:
        source.score(SCORE, "A1")
    assert caught.value.operation == "GetQualificationScore"
    assert operations(endpoint) == ["GetQualificationScore"] * READINGS


def test_cut_answer_is_asked_for_again(endpoint: Endpoint, source: MTurk) -> None:
    """A body that was cut once is no failure."""
    endpoint.faults.cut("GetQualificationScore", times=READINGS - 1)

    assert source.score(SCORE, "A005") == Score(SCORE, "A005", ScoreStatus.GRANTED, 4, NOON)


def test_cut_refusal_is_asked_for_again(endpoint: Endpoint, source: MTurk) -> None:
    """A refusal that was cut has lost its name; whole, it says that there is no score."""
    endpoint.faults.cut("GetQualificationScore", times=READINGS - 1)

    assert source.score(SCORE, "A999") is None


def test_refusal_that_stays_cut(endpoint: Endpoint, source: MTurk) -> None:
    """It is a failure of the service, and says nothing of the worker."""
    endpoint.faults.cut("GetQualificationScore", times=None)

    with pytest.raises(qe.ServiceError, match="does not answer as Mechanical Turk does"):
        source.score(SCORE, "A999")


@pytest.mark.parametrize("ids", [("", "A1"), (SCORE, ""), (SCORE, None)])
def test_ids_that_are_none(endpoint: Endpoint, source: MTurk, ids: tuple[Any, Any]) -> None:
    """They are invalid input, on one line, and nothing is sent."""
    with pytest.raises(qe.InvalidInput, match="boto3 refuses the request GetQualificationScore") as caught:
        source.score(*ids)
    assert "\n" not in str(caught.value)
    assert operations(endpoint) == []


# --- lists


def test_lists_are_whole(endpoint: Endpoint, source: MTurk) -> None:
    """All rows come in their order, a hundred a page."""
    held = [each for each in WORKERS if each != "A007"]

    assert [score.worker_id for score in rows(source.scores(SCORE))] == held
    assert operations(endpoint) == ["ListWorkersWithQualificationType"] * 3
    assert [(each.worker_id, each.status) for each in rows(source.scores(SCORE, ScoreStatus.REVOKED))] == [
        ("A007", ScoreStatus.REVOKED)
    ]
    assert rows(source.blocks()) == [Block(each, "spam") for each in WORKERS[:3]]
    assert rows(source.types()) == [
        TypeInfo(SCORE, "A score", "A score", None, NOON, True, True)
    ]  # fmt: skip
    assert {qe.LOCALE, SCORE} < {each.type_id for each in rows(source.types(is_owned=False))}


def test_row_without_a_status(endpoint: Endpoint, source: MTurk) -> None:
    """It has the status that was asked for: in the list of those who lost the type nobody holds it."""
    row = f'{{"QualificationTypeId": "{SCORE}", "WorkerId": "A1", "IntegerValue": 90}}'
    endpoint.faults.answer(f'{{"NumResults": 1, "Qualifications": [{row}]}}', times=2)

    for status in ScoreStatus:
        assert [each.status for each in rows(source.scores(SCORE, status))] == [status]


def test_empty_lists(source: MTurk) -> None:
    """A list without rows is one empty page."""
    assert list(source.hits()) == [Page(())]


def test_hits(endpoint: Endpoint, source: MTurk) -> None:
    """HITs are as boto3 gives them, and can be read."""
    hit_id = endpoint.marketplace.add_hit({"HITId": "3HIT", "Title": "Birds", "QualificationRequirements": []})
    (found,) = rows(source.hits())

    assert found.hit_id == hit_id == "3HIT"
    assert found.answer == source.get_hit_answer("3HIT")["HIT"]
    assert found.hit() == source.get_hit("3HIT")


def test_list_that_is_gone_on_with(source: MTurk) -> None:
    """From the token of a page the rest comes."""
    first = next(source.scores(SCORE))
    rest = rows(source.scores(SCORE, start=first.next_token))

    assert len(first.rows) == 100
    assert [each.worker_id for each in (*first.rows, *rest)] == [each for each in WORKERS if each != "A007"]


def test_faults_leave_no_trace(endpoint: Endpoint, source: MTurk) -> None:
    """Throttling, failures, cut bodies, a token that comes again and rows that come twice change nothing of a list."""
    before = rows(source.scores(SCORE))
    for disturb in ("throttle", "fail", "cut", "break_off", "hang_up", "repeat_token"):
        getattr(endpoint.faults, disturb)("ListWorkersWithQualificationType")
    endpoint.faults.duplicate_rows("ListWorkersWithQualificationType")

    assert rows(source.scores(SCORE)) == before


def test_token_that_always_leads_back(endpoint: Endpoint, source: MTurk) -> None:
    """It ends in a failure of the service after a few requests."""
    endpoint.faults.repeat_token("ListWorkerBlocks", times=None)

    with pytest.raises(qe.ServiceError, match="the list of ListWorkerBlocks has no end: a page leads back") as caught:
        rows(source.blocks())
    assert caught.value.operation == "ListWorkerBlocks"
    assert len(operations(endpoint)) < 10


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"NumResults": 5}',
        '{"NumResults": 1, "WorkerBlocks": {}}',
        '{"NumResults": 1, "WorkerBlocks": [{"Reason": "x"}]}',
    ],
)
def test_page_that_cannot_be_read(endpoint: Endpoint, source: MTurk, body: str) -> None:
    """An answer that does not say that it has no rows is not the end of a list."""
    endpoint.faults.answer(body, "ListWorkerBlocks", times=None)

    with pytest.raises(qe.ServiceError, match="the answer to ListWorkerBlocks cannot be read"):
        rows(source.blocks())


def test_refusals_name_their_operation(endpoint: Endpoint, source: MTurk) -> None:
    """What is not permitted is told with the right that is missing."""
    endpoint.faults.refuse("AccessDeniedException", "no", "ListWorkerBlocks")

    with pytest.raises(qe.ServiceError, match=r"do not permit ListWorkerBlocks.*mechanicalturk:ListWorkerBlocks"):
        rows(source.blocks())


def test_client_that_gives_hits_alone() -> None:
    """A client without the operation is told as such."""

    class Saved:
        def get_hit(self, *, HITId: str) -> dict[str, Any]:  # noqa: N803
            return {}

    with pytest.raises(qe.WrongType, match="the client has no list_worker_blocks"):
        rows(MTurk(Saved()).blocks())
