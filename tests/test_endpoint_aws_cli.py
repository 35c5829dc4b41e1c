"""The AWS CLI as a client of the endpoint: another program than boto3, with a model and a parser of its own.

It is of the test extra (the pip package `awscli`, which brings its own botocore); where there is none, these tests are
skipped. QUALEVAL_AWS may name another one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from qualeval.testing.endpoint import Endpoint
from qualeval.testing.operations import OPERATIONS
from tests.aws_cli import AWS, Ended, aws
from tests.endpoint_requests import HIT, TYPE, typed

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not AWS, reason="needs the AWS CLI: pip install awscli")]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint with nothing in it."""
    with Endpoint() as running:
        yield running


def sent(endpoint: Endpoint, command: str, **parameters: object) -> Ended:
    """What came of a command whose parameters are given as JSON."""
    return aws(endpoint.url, command, "--cli-input-json", json.dumps(parameters))


def test_every_operation(endpoint: Endpoint) -> None:
    """Types, scores, HIT types, HITs and blocks are made, read, listed and taken back, by every operation."""
    made = sent(endpoint, "create-qualification-type", Name="n", Description="d", QualificationTypeStatus="Active")
    type_id = made.json["QualificationType"]["QualificationTypeId"]
    of = {"QualificationTypeId": type_id, "WorkerId": "A1"}
    assert sent(endpoint, "get-qualification-type", QualificationTypeId=type_id).json == made.json
    listed = sent(endpoint, "list-qualification-types", MustBeRequestable=True).json["QualificationTypes"]
    assert listed == [made.json["QualificationType"]]
    assert sent(endpoint, "associate-qualification-with-worker", **of, IntegerValue=80).status == 0
    assert sent(endpoint, "get-qualification-score", **of).json["Qualification"]["IntegerValue"] == 80
    held = sent(endpoint, "list-workers-with-qualification-type", QualificationTypeId=type_id).json["Qualifications"]
    assert [each["WorkerId"] for each in held] == ["A1"]
    assert sent(endpoint, "disassociate-qualification-from-worker", **of).status == 0
    asks = [typed(type_id, "GreaterThan", 5)]
    hit_type = sent(endpoint, "create-hit-type", **TYPE, QualificationRequirements=asks).json["HITTypeId"]
    hit = sent(endpoint, "create-hit", **HIT, QualificationRequirements=asks).json["HIT"]
    common = {"HITTypeId": hit_type, "LifetimeInSeconds": 60, "Question": "<x/>"}
    other = sent(endpoint, "create-hit-with-hit-type", **common).json["HIT"]
    assert hit["HITTypeId"] == other["HITTypeId"] == hit_type
    assert sent(endpoint, "get-hit", HITId=hit["HITId"]).json == {"HIT": hit}
    assert sent(endpoint, "list-hits").json["HITs"] == [hit, other]
    endpoint.marketplace.add_assignment("A1", hit["HITId"])
    done = sent(endpoint, "list-assignments-for-hit", HITId=hit["HITId"]).json["Assignments"]
    assert [each["WorkerId"] for each in done] == ["A1"]
    assert sent(endpoint, "create-worker-block", WorkerId="A1", Reason="r").status == 0
    assert sent(endpoint, "list-worker-blocks").json["WorkerBlocks"] == [{"WorkerId": "A1", "Reason": "r"}]
    assert sent(endpoint, "delete-worker-block", WorkerId="A1").status == 0
    assert {request.operation for request in endpoint.requests} == set(OPERATIONS)


def test_errors(endpoint: Endpoint) -> None:
    """Errors are read as the service's: by name and words, with status 255 or 254."""
    cases = {
        "(RequestError) when calling the GetHIT operation: Hit 3A does not exist. (": ("get-hit", {"HITId": "3A"}),
        "(ValidationException) when calling the GetHIT operation: 1 validation error detected: Value '3a' at 'hITId'": (
            "get-hit",
            {"HITId": "3a"},
        ),
        "(ParameterValidationError) when calling the CreateHIT operation: The value": (
            "create-hit",
            {**HIT, "LifetimeInSeconds": 1},
        ),
    }
    for words, (command, parameters) in cases.items():
        found = sent(endpoint, command, **parameters)

        assert found.status in (254, 255)
        assert words in found.err


def test_pages(endpoint: Endpoint) -> None:
    """The AWS CLI follows the tokens to the end, and notices one that leads nowhere."""
    for number in range(5):
        endpoint.marketplace.block(f"A{number}")
    listed = aws(endpoint.url, "list-worker-blocks", "--page-size", "2", "--query", "WorkerBlocks[].WorkerId")
    assert listed.json == [f"A{number}" for number in range(5)]
    assert len(endpoint.requests) == 3
    endpoint.ask_for_faults("repeat-token=always")
    endless = aws(endpoint.url, "list-worker-blocks", "--page-size", "2")
    assert endless.status != 0
    assert "same next token" in endless.err


def test_faults(endpoint: Endpoint) -> None:
    """Throttled it asks again, as often as it may; an answer that ends too soon is an error, and nothing is printed."""
    endpoint.ask_for_faults("throttle", "throttle", "break-off=always")
    throttled = aws(endpoint.url, "list-hits", AWS_MAX_ATTEMPTS="2", AWS_RETRY_MODE="standard")
    assert "(ThrottlingException) when calling the ListHITs operation (reached max retries: 1): Rate" in throttled.err
    assert len(endpoint.requests) == 2
    broken = aws(endpoint.url, "list-hits")
    assert (broken.status != 0, broken.out) == (True, "")
