"""Fuzzes the wire: `python -m tests.fuzzing.fuzz_wire CORPUS -max_total_time=3600` (needs atheris).

From the one side: whatever bytes answer GetHIT, a HIT comes of them or an error of qualeval's. From the other: whatever
request the endpoint is sent, it replies with JSON, and never with a bug of its own.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["qualeval"]):
    import qualeval as qe
    from qualeval.testing.endpoint import service_model
    from qualeval.testing.marketplace import Marketplace
    from qualeval.testing.operations import OPERATIONS
    from qualeval.testing.protocol import Request
    from qualeval.testing.service import Service

from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.session import Session

STATUSES = (200, 400, 500, 503, 302, 418)
ANSWER: Mapping[str, Any] = {"HIT": {"HITId": "3A", "CreationTime": 1523555071.0, "QualificationRequirements": []}}
HEADERS = {
    "host": "localhost",
    "authorization": "AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/mturk-requester/aws4_request, "
    f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}",
    "x-amz-date": "20260101T000000Z",
    "content-type": "application/x-amz-json-1.1",
}
REQUESTS: Mapping[str, Mapping[str, Any]] = {
    "GetHIT": {"HITId": "3A"},
    "CreateHIT": {
        "Title": "x", "Description": "x", "Reward": "0.50", "AssignmentDurationInSeconds": 60,
        "LifetimeInSeconds": 60, "Question": "<x/>",
        "QualificationRequirements": [{"QualificationTypeId": "3A", "Comparator": "Exists"}],
    },
    "ListWorkersWithQualificationType": {"QualificationTypeId": "3A", "MaxResults": 5, "NextToken": "x"},
    "AssociateQualificationWithWorker": {"QualificationTypeId": "3A", "WorkerId": "A1", "IntegerValue": 1},
}  # fmt: skip


class Wire:
    """A client whose requests never leave this process: an answer lies ready."""

    def __init__(self) -> None:
        config = Config(retries={"total_max_attempts": 1}, parameter_validation=True)
        session: Any = Session()
        session.set_credentials("A", "B")
        self.client: Any = session.create_client("mturk", region_name="us-east-1", config=config)
        self.client.meta.events.register("before-send.mturk.GetHIT", self._answer)
        self.status, self.body = 200, b""

    def _answer(self, request: Any, **_: object) -> AWSResponse:
        headers: Any = {"content-type": "application/x-amz-json-1.1"}
        return AWSResponse(request.url, self.status, headers, _Raw(self.body))


class _Raw:
    """A body as urllib3 gives it."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, *_: object, **__: object) -> list[bytes]:
        """All of it at once."""
        return [self.body]


WIRE = Wire()
NAMES = sorted(OPERATIONS)


def fuzz_answer(status: int, body: bytes) -> None:
    """One answer to GetHIT."""
    WIRE.status, WIRE.body = STATUSES[status % len(STATUSES)], body
    try:
        qe.MTurk(WIRE.client).get_hit("3A")
    except qe.QualevalError as error:
        if not all(line.isprintable() for line in str(error).split("\n")):
            raise AssertionError(repr(str(error))) from error


def fuzz_request(operation: int, body: bytes) -> None:
    """One request to an endpoint with a HIT and a qualification type in it, sent twice."""
    marketplace = Marketplace(service_model())
    marketplace.add_hit(ANSWER)
    marketplace.add_type("3A")
    service = Service(marketplace)
    target = f"MTurkRequesterServiceV20170117.{NAMES[operation % len(NAMES)]}"
    for _ in range(2):
        reply = service.reply_to(Request("POST", "/", {**HEADERS, "x-amz-target": target}, body, 0.0))
        if reply.status >= 500 or not isinstance(json.loads(reply.body), dict):
            raise AssertionError(reply)


def fuzz_one(content: bytes) -> None:
    """The first byte says which side, the second what status or operation."""
    if len(content) < 2:
        return
    fuzz = fuzz_answer if content[0] % 2 else fuzz_request
    fuzz(content[1], content[2:])


def sow(folder: Path) -> None:
    """Writes an input of each kind into an empty folder, to begin with."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        return
    (folder / "answer").write_bytes(b"\1\0" + json.dumps(ANSWER).encode())
    refusal = {"__type": "RequestError", "Message": "x", "TurkErrorCode": "AWS.MechanicalTurk.HITDoesNotExist"}
    (folder / "refusal").write_bytes(b"\1\1" + json.dumps(refusal).encode())
    for name, parameters in REQUESTS.items():
        (folder / name).write_bytes(bytes([0, NAMES.index(name)]) + json.dumps(parameters).encode())


if __name__ == "__main__":
    logging.getLogger("qualeval.endpoint").setLevel(logging.CRITICAL)
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if folders:
        sow(Path(folders[0]))
    atheris.Setup(sys.argv, fuzz_one)
    atheris.Fuzz()
