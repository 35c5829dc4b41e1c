"""What the tests of the endpoint send: requests as boto3 makes them, and as no client would."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from attrs import frozen
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.retries.bucket import TokenBucket
from botocore.retries.standard import ExponentialBackoff

from qualeval.testing.endpoint import Endpoint

__all__ = [
    "CONTENT_TYPE",
    "HIT",
    "SIGNATURE",
    "TARGET",
    "TYPE",
    "Answer",
    "Refused",
    "boto3_client",
    "closed_port",
    "post",
    "refused",
    "send",
    "signed",
    "skip_waits",
    "typed",
]

TARGET = "MTurkRequesterServiceV20170117"
CONTENT_TYPE = "application/x-amz-json-1.1"
SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=none/20260501/us-east-1/mturk-requester/aws4_request, "
    f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}"
)
TYPE: dict[str, Any] = {
    "Title": "Mark the birds",
    "Description": "Draw a box around every bird",
    "Reward": "0.50",
    "AssignmentDurationInSeconds": 600,
}
"""What CreateHITType needs."""

HIT: dict[str, Any] = {**TYPE, "LifetimeInSeconds": 3600, "Question": "<HTMLQuestion/>"}
"""What CreateHIT needs."""


def boto3_client(endpoint: Endpoint, attempts: int = 1, **settings: Any) -> Any:
    """boto3's own client, which asks so many times; the endpoint closes it with the others."""
    config = Config(retries={"mode": "standard", "total_max_attempts": attempts}, proxies={}, **settings)
    client = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none").client(
        "mturk", region_name="us-east-1", endpoint_url=endpoint.url, config=config
    )
    endpoint._clients.append(client)
    return client


def closed_port() -> int:
    """A port of the loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def skip_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let boto3 make its attempts as ever, without the waits between them."""
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0.0)
    monkeypatch.setattr(TokenBucket, "acquire", lambda self, amount=1, block=True: True)


@frozen
class Refused:
    """An error of the service as a client sees it."""

    status: int
    code: str
    message: str
    turk_code: str | None


def refused(call: Callable[..., Any], **parameters: Any) -> Refused:
    """The error that a call of boto3 ends in."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response: Any = caught.value.response
    error = response["Error"]
    return Refused(
        response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"], response.get("TurkErrorCode")
    )


@frozen
class Answer:
    """An answer as it came over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The name of the error."""
        return str(self.json["__type"])


def signed(operation: str = "GetHIT", **others: str | None) -> dict[str, str]:
    """The headers of a request; others of one's own (`X_Amz_Target`), or none of this name (None)."""
    headers: dict[str, str | None] = {
        "Authorization": SIGNATURE,
        "X-Amz-Date": "20260501T000000Z",
        "X-Amz-Target": f"{TARGET}.{operation}",
        "Content-Type": CONTENT_TYPE,
    }
    headers |= {name.replace("_", "-"): value for name, value in others.items()}
    return {name: value for name, value in headers.items() if value is not None}


def post(
    endpoint: Endpoint, body: Any, operation: str = "GetHIT", *, method: str = "POST", target: str = "/", **headers: Any
) -> Answer:  # fmt: skip
    """A request that no client made: a body as text, as bytes, or as what becomes JSON."""
    connection = http.client.HTTPConnection(urlsplit(endpoint.url).netloc, timeout=10)
    sent = body if isinstance(body, (str, bytes)) else json.dumps(body)
    try:
        connection.request(method, target, sent, signed(operation, **headers))
        answer = connection.getresponse()
        return Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def send(endpoint: Endpoint, lines: bytes) -> bytes:
    """Bytes on a connection of its own, and all that comes back until it ends."""
    parts = urlsplit(endpoint.url)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=10) as connection:
        connection.sendall(lines)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def typed(type_id: str, comparator: str = "Exists", *integers: int, **others: Any) -> dict[str, Any]:
    """A requirement."""
    values = {"IntegerValues": list(integers)} if integers else {}
    return {"QualificationTypeId": type_id, "Comparator": comparator, **values, **others}
