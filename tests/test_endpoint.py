"""The endpoint as a server: what it reads and refuses, how it fails on demand, what is put into it, and how it ends."""

from __future__ import annotations

import gc
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import botocore.exceptions
import pytest
from botocore.config import Config
from botocore.retries.standard import ExponentialBackoff

import qualeval as qe
from qualeval.errors import InvalidInput, ServiceError, WrongType
from qualeval.testing import endpoint as endpoint_module
from qualeval.testing import service as service_module
from qualeval.testing.endpoint import Endpoint, service_model
from qualeval.testing.faults import Fault, Reply
from qualeval.testing.protocol import MAX_BODY, is_loopback
from tests.endpoint_requests import (
    CONTENT_TYPE,
    HIT,
    SIGNATURE,
    TARGET,
    boto3_client,
    post,
    refused,
    send,
    signed,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint with three HITs."""
    with Endpoint([{"HITId": f"3H{number}"} for number in range(3)]) as running:
        yield running


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries are made as ever, without the waits between them."""
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0.0)


# --- what is no request


@pytest.mark.parametrize(
    ("headers", "status", "name"),
    [
        ({"Authorization": None}, 400, "MissingAuthenticationTokenException"),
        ({"Authorization": ""}, 400, "MissingAuthenticationTokenException"),
        ({"Authorization": "Basic bWU6aHVzaA=="}, 400, "IncompleteSignatureException"),
        ({"Authorization": SIGNATURE.replace("mturk-requester", "s3")}, 400, "IncompleteSignatureException"),
        ({"X_Amz_Date": None}, 400, "IncompleteSignatureException"),
        ({"X_Amz_Target": None}, 404, "UnknownOperationException"),
        ({"X_Amz_Target": "GetHIT"}, 404, "UnknownOperationException"),
        ({"X_Amz_Target": f"{TARGET}.Nope"}, 404, "UnknownOperationException"),
        ({"X_Amz_Target": f"{TARGET}.gethit"}, 404, "UnknownOperationException"),
        ({"X_Amz_Target": f"{TARGET}.__class__"}, 404, "UnknownOperationException"),
        ({"X_Amz_Target": "DynamoDB_20120810.GetHIT"}, 404, "UnknownOperationException"),
        ({"Content_Type": None}, 400, "SerializationException"),
        ({"Content_Type": "application/json"}, 400, "SerializationException"),
        ({"Content_Type": "application/x-amz-json-1.0"}, 400, "SerializationException"),
    ],
)  # fmt: skip
def test_what_aws_would_not_read(endpoint: Endpoint, headers: dict[str, Any], status: int, name: str) -> None:
    """A request without a signature, to no operation or of another content type is refused in AWS's form."""
    found = post(endpoint, {"HITId": "3H0"}, **headers)

    assert (found.status, found.error) == (status, name)
    assert found.headers["content-type"] == CONTENT_TYPE
    assert len(endpoint.requests) == 1


def test_secrets_are_not_quoted(endpoint: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    """A credential that is sent in the wrong form is neither in the answer nor in the log."""
    caplog.set_level("DEBUG")
    found = post(endpoint, {}, Authorization="Bearer SESAME")

    assert b"SESAME" not in found.body
    assert "SESAME" not in caplog.text


@pytest.mark.parametrize("others", [{"Content_Type": f"{CONTENT_TYPE}; charset=utf-8"}, {"X_Amz_Security_Token": "t"}])
def test_what_is_read_all_the_same(endpoint: Endpoint, others: dict[str, Any]) -> None:
    """Parameters of the content type, and headers that nobody needs, do no harm."""
    assert post(endpoint, {"HITId": "3H0"}, **others).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"])
def test_other_methods(endpoint: Endpoint, method: str) -> None:
    """The protocol has POST alone; a preflight of a browser gets no leave either."""
    found = post(endpoint, {"HITId": "3H0"}, method=method)

    assert found.status == 404
    assert found.body == b"" if method == "HEAD" else found.error == "UnknownOperationException"
    assert not [name for name in found.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "target",
    ["//", "/?x", "/3H0", "/../", "/./", "/%2e%2e/", "/#", "http://127.0.0.1/", "//127.0.0.1/", "/etc/passwd", "*"],
)
def test_other_paths(endpoint: Endpoint, target: str) -> None:
    """The one path is `/`, written so."""
    found = post(endpoint, {"HITId": "3H0"}, target=target)

    assert (found.status, found.error) == (404, "UnknownOperationException")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:5000", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "0.0.0.0",
     "", "[::ffff:10.0.0.1]", "localhost:5000:1", "user@localhost", "2130706433"],
)  # fmt: skip
def test_hosts_of_others(endpoint: Endpoint, host: str) -> None:
    """A page whose own name leads here (DNS rebinding) is refused, whatever it sends."""
    found = post(endpoint, {"HITId": "3H0"}, Host=host)

    assert (found.status, found.error) == (403, "AccessDeniedException")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:5000", "127.0.0.1", "127.1.2.3:80", "[::1]:5", "localhost."])
def test_hosts_of_the_loopback(endpoint: Endpoint, host: str) -> None:
    """Names of the loopback are its own, with any port."""
    assert post(endpoint, {"HITId": "3H0"}, Host=host).status == 200


def test_body_that_is_too_large(endpoint: Endpoint) -> None:
    """A body beyond the limit is not kept; the client sees the refusal."""
    largest = b'{"HITId": "3H0"' + b" " * (MAX_BODY - 16) + b"}"

    assert post(endpoint, largest).status == 200
    found = post(endpoint, largest + b" ")
    assert (found.status, found.error) == (413, "RequestEntityTooLargeException")
    assert found.headers["connection"] == "close"
    assert post(endpoint, b"x" * (8 * MAX_BODY)).status == 413
    assert post(endpoint, {"HITId": "3H0"}).status == 200


HEAD = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "localhost", **signed()}.items())
MALFORMED = {
    "no HTTP": b"hello\r\n\r\n",
    "binary": bytes(range(256)) * 4,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    "unknown method": b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "another version": b"POST / HTTP/3.0\r\nHost: localhost\r\n\r\n",
    "a version that is none": b"POST / HTTP/x\r\nHost: localhost\r\n\r\n",
    "too long a line": b"POST /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
    "too long a header": b"POST / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    "too many headers": b"POST / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    "no host": b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "a length that is none": f"POST / HTTP/1.1\r\n{HEAD}Content-Length: many\r\n\r\n".encode(),
    "a negative length": f"POST / HTTP/1.1\r\n{HEAD}Content-Length: -1\r\n\r\n".encode(),
    "a length with a sign": f"POST / HTTP/1.1\r\n{HEAD}Content-Length: +2\r\n\r\n{{}}".encode(),
    "two lengths": f"POST / HTTP/1.1\r\n{HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}} ".encode(),
    "an endless length": f"POST / HTTP/1.1\r\n{HEAD}Content-Length: {'9' * 40}\r\n\r\n".encode(),
    "chunks": f"POST / HTTP/1.1\r\n{HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n".encode(),
    "HTTP 1.0": f"POST / HTTP/1.0\r\n{HEAD}Content-Length: 2\r\n\r\n{{}}".encode(),
    "no body": f"POST / HTTP/1.1\r\n{HEAD}\r\n".encode(),
    "a header of other letters": f"POST / HTTP/1.1\r\n{HEAD}X: é\r\nContent-Length: 2\r\n\r\n{{}}".encode(),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_http(endpoint: Endpoint, caplog: pytest.LogCaptureFixture, case: str) -> None:
    """Whatever comes gets an error in the form of the protocol, no page and no traceback; the next one is served."""
    head, _, body = send(endpoint, MALFORMED[case]).rpartition(b"\r\n\r\n")

    assert int((head.split() or [b"", b"400"])[1]) in range(400, 500) or b"505" in head or b"501" in head
    assert json.loads(body)["__type"]
    assert post(endpoint, {"HITId": "3H0"}).status == 200
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


LEFT = {
    "at once": b"",
    "in the first line": b"POST / HT",
    "in the headers": b"POST / HTTP/1.1\r\nHost: loc",
    "in the body": f"POST / HTTP/1.1\r\n{HEAD}Content-Length: 200\r\n\r\n{{".encode(),
    "in a body that is too large": f"POST / HTTP/1.1\r\n{HEAD}Content-Length: {2 * MAX_BODY}\r\n\r\n{{".encode(),
}


@pytest.mark.parametrize("case", LEFT)
def test_client_that_leaves(endpoint: Endpoint, caplog: pytest.LogCaptureFixture, case: str) -> None:
    """A client that leaves before it has said all does no harm, and nothing is performed."""
    before = endpoint.marketplace.state
    send(endpoint, LEFT[case])

    assert endpoint.marketplace.state is before
    assert post(endpoint, {"HITId": "3H0"}).status == 200
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_client_that_does_not_wait(endpoint: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    """A client that resets the connection instead of reading the answer does no harm."""
    endpoint.faults.slow(0.1)
    parts = urlsplit(endpoint.url)
    connection = socket.create_connection((str(parts.hostname), int(parts.port or 0)))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.sendall(f"POST / HTTP/1.1\r\n{HEAD}Content-Length: 2\r\n\r\n{{}}".encode())
    while not endpoint.requests:
        time.sleep(0.001)
    connection.close()
    time.sleep(0.2)

    assert post(endpoint, {"HITId": "3H0"}).status == 200
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_client_that_asks_before_it_sends(endpoint: Endpoint) -> None:
    """A client that waits for leave to send its body gets it at once, and then the answer."""
    parts = urlsplit(endpoint.url)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=5) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\n{HEAD}Content-Length: 15\r\nExpect: 100-continue\r\n\r\n".encode())
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b'{"HITId":"3H0"}')
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Host: evil.example", "AccessDeniedException"),
        (f"X-Amz-Target: {TARGET}.ListHITs", "UnknownOperationException"),
        ("Authorization: AWS4-HMAC-SHA256 other", "IncompleteSignatureException"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_headers_that_come_twice(endpoint: Endpoint, header: str, name: str, is_first: bool) -> None:
    """Where a header says two things, neither is believed."""
    lines = f"{header}\r\n{HEAD}" if is_first else f"{HEAD}{header}\r\n"
    body = send(endpoint, f"POST / HTTP/1.1\r\n{lines}Content-Length: 15\r\n\r\n{{\"HITId\":\"3H0\"}}".encode())

    assert json.loads(body.rpartition(b"\r\n\r\n")[2])["__type"] == name


def test_requests_on_one_connection(endpoint: Endpoint) -> None:
    """A connection serves many requests, also after one that was refused."""
    connection = http.client.HTTPConnection(urlsplit(endpoint.url).netloc, timeout=5)
    statuses = []
    for body in (b'{"HITId": "3H0"}', b"{", b'{"HITId": "3NONE"}', b'{"HITId": "3H1"}'):
        connection.request("POST", "/", body, signed())
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()

    assert statuses == [200, 400, 400, 200]


def test_text_of_any_letters(endpoint: Endpoint) -> None:
    """Every text comes back as it was sent, half a surrogate pair too."""
    for text in ("鳥 🐦", "\u0000\u001f", "\ud800", '"\\', "</script>"):
        made = post(endpoint, {**HIT, "Title": text}, "CreateHIT")

        assert made.json["HIT"]["Title"] == text
        assert post(endpoint, {"HITId": made.json["HIT"]["HITId"]}).json == made.json


# --- what is seen of requests


def test_requests_are_remembered(endpoint: Endpoint) -> None:
    """What came can be looked at: operation, parameters, headers, and when."""
    boto3_client(endpoint).get_hit(HITId="3H0")
    post(endpoint, "{", "ListHITs")
    first, second = endpoint.requests

    assert (first.operation, first.parameters, first.method, first.target) == ("GetHIT", {"HITId": "3H0"}, "POST", "/")
    assert first.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=none/")
    assert "/us-east-1/mturk-requester/aws4_request" in first.headers["authorization"]
    assert (second.operation, second.parameters, second.body) == ("ListHITs", {}, b"{")
    assert first.at <= second.at <= time.monotonic()


def test_requests_are_logged(endpoint: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    """A line a request, with the operation and what became of it; a name of a terminal's codes is made harmless."""
    caplog.set_level("INFO", "qualeval.endpoint")
    endpoint.faults.hang_up("ListHITs")
    post(endpoint, {"HITId": "3H0"})
    post(endpoint, {"HITId": "3NONE"})
    with pytest.raises(http.client.RemoteDisconnected):
        post(endpoint, {}, "ListHITs")
    post(endpoint, {}, "\x1b[31m")
    lines = [record.getMessage().rpartition(" ms")[0].rpartition(" ")[0] for record in caplog.records]

    assert lines == ["`GetHIT` 200", "`GetHIT` 400 RequestError", "`ListHITs` hung up",
                     "`\\x1b[31m` 404 UnknownOperationException"]  # fmt: skip


# --- faults


@pytest.mark.usefixtures("hasty")
def test_throttled(endpoint: Endpoint) -> None:
    """Throttled twice, the third attempt is answered; the operation was performed once."""
    endpoint.faults.throttle("CreateHIT", times=2)
    client = boto3_client(endpoint, attempts=3)
    client.create_hit(**HIT)

    assert len(endpoint.requests) == 3
    assert len(endpoint.marketplace.state.hits) == 4
    endpoint.faults.throttle(times=None)
    found = refused(client.get_hit, HITId="3H0")
    assert (found.status, found.code, found.message) == (400, "ThrottlingException", "Rate exceeded")
    assert len(endpoint.requests) == 6


@pytest.mark.usefixtures("hasty")
def test_failed(endpoint: Endpoint) -> None:
    """Status 500 keeps the operation from being performed."""
    endpoint.faults.fail("CreateHIT", times=1)
    found = refused(boto3_client(endpoint).create_hit, **HIT)

    assert (found.status, found.code, found.turk_code) == (500, "ServiceFault", "AWS.ServiceUnavailable")
    assert len(endpoint.marketplace.state.hits) == 3
    endpoint.faults.fail(times=1)
    assert boto3_client(endpoint, attempts=2).get_hit(HITId="3H0")["HIT"]


def test_slow(endpoint: Endpoint) -> None:
    """The answer is late; a client that waits has it, one that does not gives up."""
    endpoint.faults.slow(0.2, times=1)
    begun = time.monotonic()
    assert boto3_client(endpoint).get_hit(HITId="3H0")["HIT"]
    assert time.monotonic() - begun >= 0.2
    endpoint.faults.slow(30, "GetHIT", times=None)
    with pytest.raises(botocore.exceptions.ReadTimeoutError):
        boto3_client(endpoint, read_timeout=0.1).get_hit(HITId="3H0")
    assert boto3_client(endpoint).list_hits()["NumResults"] == 3


def test_cut(endpoint: Endpoint) -> None:
    """Half a body, announced as the whole or not, and no answer at all; of the operation nobody knows."""
    client = boto3_client(endpoint)
    endpoint.faults.cut()
    assert "HIT" not in client.create_hit(**HIT)  # botocore takes a cut body for an empty answer
    endpoint.faults.break_off()
    with pytest.raises(http.client.IncompleteRead):
        post(endpoint, HIT, "CreateHIT")
    endpoint.faults.hang_up()
    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        client.create_hit(**HIT)
    assert len(endpoint.marketplace.state.hits) == 6


@pytest.mark.usefixtures("hasty")
def test_request_token_is_for_that(endpoint: Endpoint) -> None:
    """A client that got no answer asks again with the same token, and learns that there is a HIT already."""
    endpoint.faults.hang_up("CreateHIT")
    found = refused(boto3_client(endpoint, attempts=2).create_hit, **HIT, UniqueRequestToken="t")

    assert found.turk_code == "AWS.MechanicalTurk.HitAlreadyExists"
    assert len(endpoint.marketplace.state.hits) == 4


def test_endless_pages(endpoint: Endpoint) -> None:
    """A token that leads to the same page makes pages that never end; boto3's paginator notices."""
    endpoint.faults.repeat_token(times=None)
    client = boto3_client(endpoint)
    first = client.list_hits(MaxResults=2)
    second = client.list_hits(MaxResults=2, NextToken=first["NextToken"])
    third = client.list_hits(MaxResults=2, NextToken=second["NextToken"])

    assert first["HITs"] == second["HITs"] == third["HITs"]
    with pytest.raises(botocore.exceptions.PaginationError, match="same next token was received twice"):
        list(client.get_paginator("list_hits").paginate(PaginationConfig={"PageSize": 2}))


def test_a_page_that_comes_twice(endpoint: Endpoint) -> None:
    """Once is a page that is read twice; after it all goes on."""
    endpoint.faults.repeat_token("ListHITs")
    pages = boto3_client(endpoint).get_paginator("list_hits").paginate(PaginationConfig={"PageSize": 2})

    assert [row["HITId"] for page in pages for row in page["HITs"]] == ["3H0", "3H1", "3H0", "3H1", "3H2"]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (1, [["3H0"], ["3H0", "3H1"], ["3H1", "3H2"]]),
        (2, [["3H0", "3H1"], ["3H1", "3H2"]]),
        (3, [["3H0", "3H1", "3H2"]]),
    ],
)
def test_duplicate_rows(endpoint: Endpoint, size: int, expected: list[list[str]]) -> None:
    """A page begins with the last row of the page before; no row is missing."""
    endpoint.faults.duplicate_rows(times=None)
    pages = boto3_client(endpoint).get_paginator("list_hits").paginate(PaginationConfig={"PageSize": size})

    assert [[row["HITId"] for row in page["HITs"]] for page in pages] == expected


def test_duplicate_row_waits_for_a_page_that_follows(endpoint: Endpoint) -> None:
    """A row that comes twice once: the first page, before which there is none, does not use the fault up."""
    endpoint.faults.duplicate_rows("ListHITs")
    pages = boto3_client(endpoint).get_paginator("list_hits").paginate(PaginationConfig={"PageSize": 1})

    assert [[row["HITId"] for row in page["HITs"]] for page in pages] == [["3H0"], ["3H0", "3H1"], ["3H2"]]


def test_faults_of_pages_are_for_lists(endpoint: Endpoint) -> None:
    """Without an operation they wait for one that lists."""
    endpoint.faults.repeat_token()
    client = boto3_client(endpoint)
    client.get_hit(HITId="3H0")

    assert "NextToken" in client.list_worker_blocks()
    assert "NextToken" not in client.list_worker_blocks()


def test_errors_of_ones_own(endpoint: Endpoint) -> None:
    """An error by name, a body as text, and a fault of one's own making."""
    client = boto3_client(endpoint)
    endpoint.faults.refuse("ExpiredTokenException", "expired", "GetHIT", status=403)
    endpoint.faults.answer("<html>", "GetHIT", status=404, content_type="text/html")
    endpoint.faults.answer(b"\xff", "GetHIT")
    endpoint.faults.add(Fault(change=lambda reply: Reply(200, reply.body.replace(b"3H0", b"3OTHER"))), "GetHIT")
    endpoint.faults.add(Fault(instead=lambda: Reply(200, b'{"HIT": {}}')), "GetHIT")
    first = refused(client.get_hit, HITId="3H0")
    second = refused(client.get_hit, HITId="3H0")

    assert (first.status, first.code, first.message) == (403, "ExpiredTokenException", "expired")
    assert second.status == 404
    assert post(endpoint, {"HITId": "3H0"}).body == b"\xff"
    assert client.get_hit(HITId="3H0")["HIT"]["HITId"] == "3OTHER"
    assert client.get_hit(HITId="3H0")["HIT"] == {}
    assert client.get_hit(HITId="3H0")["HIT"]["HITId"] == "3H0"


def test_faults_of_one_operation_wait_for_it(endpoint: Endpoint) -> None:
    """A fault meets the operations that it is for, one after the other, until all are forgotten."""
    client = boto3_client(endpoint)
    endpoint.faults.throttle("ListHITs", "GetHIT", times=1)
    endpoint.faults.fail("GetHIT", times=2)
    assert client.list_worker_blocks()["NumResults"] == 0
    codes = [refused(client.get_hit, HITId="3H0").code for _ in range(2)]
    assert codes == ["ThrottlingException", "ServiceFault"]
    assert client.list_hits()["NumResults"] == 3
    endpoint.faults.clear()
    assert client.get_hit(HITId="3H0")["HIT"]


def test_fault_changes_refusals_too(endpoint: Endpoint) -> None:
    """A refusal can be cut as an answer can."""
    endpoint.faults.cut()

    with pytest.raises(json.JSONDecodeError):
        _ = post(endpoint, {"HITId": "3NONE"}).json


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda faults: faults.throttle("GetHit"), InvalidInput, "no operation `GetHit`; did you mean `GetHIT`?"),
        (lambda faults: faults.throttle("zzz"), InvalidInput, "known are CreateHIT, "),
        (lambda faults: faults.fail("SendBonus"), InvalidInput, "no operation `SendBonus`"),
        (lambda faults: faults.fail(times=0), InvalidInput, "times: got `0`, expected 1 or more"),
        (lambda faults: faults.fail(times="2"), WrongType, "times: expected an integer or None, got the text `2`"),
        (lambda faults: faults.fail(times=True), WrongType, "times: expected an integer or None, got `true`"),
        (lambda faults: faults.slow(-1), InvalidInput, "seconds: got `-1`, expected a number that can be waited for"),
        (lambda faults: faults.slow(float("nan")), InvalidInput, "expected a number that can be waited for"),
        (lambda faults: faults.slow("1"), WrongType, "seconds: expected a number, got the text `1`"),
        (lambda faults: faults.repeat_token("GetHIT"), InvalidInput, "`GetHIT` has no pages; those that list are List"),
        (lambda faults: faults.duplicate_rows("ListHit"), InvalidInput, "did you mean `ListHITs`?"),
        (lambda faults: faults.fail("x", "y"), InvalidInput, "2 problems"),
    ],
)
def test_faults_that_cannot_be(
    endpoint: Endpoint, call: Callable[[Any], None], kind: type[Exception], words: str
) -> None:  # fmt: skip
    """A fault of no operation, or of no number of times, is refused where it is asked for."""
    with pytest.raises(kind) as caught:
        call(endpoint.faults)

    assert words in str(caught.value)


def test_faults_are_counted_over_threads(endpoint: Endpoint) -> None:
    """Of many requests at once exactly as many meet a fault as was said."""
    endpoint.faults.throttle("GetHIT", times=10)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: post(endpoint, {"HITId": "3H0"}).status, range(40)))

    assert (answers.count(400), answers.count(200)) == (10, 30)


# --- what is put in


def test_saved_hit_is_as_it_was_saved(examples: Path) -> None:
    """What a saved HIT says is returned, and the rest has the service's defaults; the types that it names exist."""
    saved = json.loads((examples / "hit.json").read_text("utf-8"))["HIT"]
    with Endpoint([{"HIT": saved}]) as endpoint:
        client = boto3_client(endpoint)
        found = client.get_hit(HITId=saved["HITId"])["HIT"]

        times = ("CreationTime", "Expiration")
        assert {key: found[key] for key in saved if key not in times} == {
            key: value for key, value in saved.items() if key not in times
        }
        assert [found[key] for key in times] == [datetime.fromisoformat(saved[key]) for key in times]
        assert found["NumberOfAssignmentsAvailable"] == 300
        assert qe.parse_hit({"HIT": found}).requirements == qe.load_hit(examples / "hit.json").requirements
        own = client.list_qualification_types(MustBeRequestable=True)["QualificationTypes"]
        assert [row["QualificationTypeId"] for row in own] == ["3STUDY1DONE"]


def test_hits_in_every_form(endpoint: Endpoint, examples: Path) -> None:
    """HITs that were read, requests and bare requirements are put in; those without an id get one."""
    market = endpoint.marketplace
    market.set_clock(NOON)
    ids = [
        market.add_hit(qe.load_hit(examples / "hit_next.json")),
        market.add_hit({**HIT, "QualificationRequirements": []}),
        market.add_hit({"QualificationRequirements": [], "NumberOfAssignmentsAvailable": 0, "Keywords": None}),
    ]
    hits = [boto3_client(endpoint).get_hit(HITId=hit_id)["HIT"] for hit_id in ids]

    assert len(set(ids)) == 3
    assert [hit["NumberOfAssignmentsAvailable"] for hit in hits] == [300, 1, 0]
    assert [(hit["Expiration"] - NOON).total_seconds() for hit in hits[1:]] == [3600, 7 * 86400]


def test_status_of_a_saved_hit(endpoint: Endpoint) -> None:
    """What a saved HIT says of its state is kept; of one that has expired only what the service would still say."""
    market = endpoint.marketplace
    market.set_clock(NOON)
    said = {"HITStatus": "Unassignable", "NumberOfAssignmentsPending": 2, "NumberOfAssignmentsCompleted": 1,
            "MaxAssignments": 3, "HITReviewStatus": "MarkedForReview"}  # fmt: skip
    market.add_hit({"HITId": "3A", **said})
    market.add_hit({"HITId": "3B", **said, "Expiration": "2026-04-30T00:00:00Z"})
    market.add_hit({"HITId": "3C", "HITStatus": "Reviewing", "Expiration": "2026-04-30T00:00:00Z"})
    now, over, kept = (boto3_client(endpoint).get_hit(HITId=hit_id)["HIT"] for hit_id in ("3A", "3B", "3C"))

    assert {key: now[key] for key in said} == said
    assert now["NumberOfAssignmentsAvailable"] == 0
    assert (over["HITStatus"], over["NumberOfAssignmentsPending"]) == ("Reviewable", 0)
    assert kept["HITStatus"] == "Reviewing"


@pytest.mark.parametrize(
    ("hit", "words"),
    [
        ({"HITId": "3H0"}, "there is a HIT `3H0` already"),
        ({"HITId": "3a"}, "HITId: got `3a`: Member must satisfy regular expression pattern: ^[A-Z0-9]+$"),
        ({"HITId": "3A", "Reward": 0.5}, "Reward: expected text, got the number `0.5`"),
        ({"HITId": "3A", "Reward": "much"}, "Reward: got `much`: Member must satisfy"),
        ({"HITId": "3A", "MaxAssignments": "3"}, "MaxAssignments: expected an integer, got the text `3`"),
        ({"HITId": "3A", "HITStatus": "Done"}, "HITStatus: got `Done`: Member must satisfy enum value set"),
        ({"HITId": "3A", "HITTypeId": {}}, "HITTypeId: expected text, got an object"),
        ({"HITId": "3A", "QualificationRequirements": [{"Comparator": "Equals"}]}, "unknown comparator `Equals`"),
        ({"WorkerId": "A1"}, "this is a worker profile, expected a HIT"),
    ],
)
def test_hits_that_cannot_be_put_in(endpoint: Endpoint, hit: dict[str, Any], words: str) -> None:
    """What cannot be returned as the model has it is refused where it is put in, and nothing is."""
    before = endpoint.marketplace.state

    with pytest.raises(InvalidInput) as caught:
        endpoint.marketplace.add_hit(hit)
    assert words in str(caught.value)
    assert endpoint.marketplace.state is before


def test_workers_that_are_put_in(endpoint: Endpoint) -> None:
    """Types, scores and blocks of a test are what clients see."""
    market, client = endpoint.marketplace, boto3_client(endpoint)
    type_id = market.add_type("3STUDY", "Study", is_active=True)
    market.grant_all(type_id, {f"A{number}": number for number in range(30)})
    market.grant("A1", type_id, 99)
    market.revoke("A2", type_id)
    market.block("A3", "spam")
    market.block("A4")
    market.unblock("A4")
    scores = client.list_workers_with_qualification_type(QualificationTypeId=type_id, MaxResults=100)

    assert client.get_qualification_type(QualificationTypeId="3STUDY")["QualificationType"]["Name"] == "Study"
    assert {row["WorkerId"]: row["IntegerValue"] for row in scores["Qualifications"]} == {
        f"A{number}": number for number in range(30) if number != 2
    } | {"A1": 99}
    assert client.list_worker_blocks()["WorkerBlocks"] == [{"WorkerId": "A3", "Reason": "spam"}]
    assert market.state.grants[type_id]["A2"].is_revoked


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda market: market.grant("bob", "3STUDY"), "got `bob`: Member must satisfy regular expression"),
        (lambda market: market.grant("A1", "3STUDY", "5"), "expected an integer, got the text `5`"),
        (lambda market: market.grant("A1", "3NONE"), "no own qualification type `3NONE`; add it with add_type"),
        (lambda market: market.grant("A1", qe.LOCALE), f"no own qualification type `{qe.LOCALE}`"),
        (lambda market: market.revoke("A1", "3STUDY"), "`A1` has no qualification `3STUDY`"),
        (lambda market: market.block("bob"), "got `bob`"),
        (lambda market: market.add_type(qe.LOCALE), "Worker_Locale is a type of the system"),
        (lambda market: market.add_type("study"), "got `study`"),
        (lambda market: market.add_type(""), "greater than or equal to 1"),
        (lambda market: market.set_clock(datetime(2026, 1, 1)), "expected a datetime that is aware of its zone"),
        (lambda market: market.set_clock(5), "expected a datetime that is aware of its zone"),
    ],
)  # fmt: skip
def test_what_cannot_be_put_in(endpoint: Endpoint, call: Callable[[Any], None], words: str) -> None:
    """Ids and values that the service could not have are refused."""
    endpoint.marketplace.add_type("3STUDY")

    with pytest.raises((InvalidInput, WrongType)) as caught:
        call(endpoint.marketplace)
    assert words in str(caught.value)


def test_clock(endpoint: Endpoint) -> None:
    """The clock runs with the machine's until it is stopped, and again after."""
    market = endpoint.marketplace
    assert abs((datetime.now(UTC) - market.now).total_seconds()) < 5
    market.set_clock(NOON)
    market.advance(90.5)
    assert (market.now - NOON).total_seconds() == 90
    market.set_clock(None)
    assert abs((datetime.now(UTC) - market.now).total_seconds()) < 5


def test_names_of_types(endpoint: Endpoint) -> None:
    """Types that saved HITs name are called as the caller's names call them."""
    names = qe.TypeNames({"study_1": "3STUDY"})
    asks = [{"QualificationTypeId": "study_1", "Comparator": "Exists"}]
    with Endpoint([{"HITId": "3A", "QualificationRequirements": asks}], names=names) as named:
        found = boto3_client(named).get_qualification_type(QualificationTypeId="3STUDY")

    assert found["QualificationType"]["Name"] == "study_1"


def test_state_is_frozen(endpoint: Endpoint) -> None:
    """What was looked at does not change any more, and cannot be changed."""
    before = endpoint.marketplace.state
    endpoint.marketplace.add_hit({"HITId": "3NEW"})

    assert list(before.hits) == ["3H0", "3H1", "3H2"]
    with pytest.raises(TypeError):
        before.hits["3X"] = before.hits["3H0"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        before.serial = 0  # type: ignore[misc]


def test_engine_asks_the_endpoint(endpoint: Endpoint) -> None:
    """qualeval itself decides about a HIT of the endpoint."""
    asks = [{"QualificationTypeId": qe.ADULT, "Comparator": "EqualTo", "IntegerValues": [1]}]
    endpoint.marketplace.add_hit({"HITId": "3ADULT", "QualificationRequirements": asks})
    engine = qe.Engine(qe.MTurk(endpoint.client()))

    assert engine.decide("3ADULT", qe.worker("A1", {qe.ADULT: 1})).access is qe.Access.ACCEPT
    with pytest.raises(qe.NoSuchHIT):
        engine.policy("3NONE")


# --- beginning and end


def test_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the `with` there are no threads and no sockets, with clients, late answers and idle connections open."""
    before = threading.active_count()
    with Endpoint() as endpoint:
        port = int(endpoint.url.rpartition(":")[2])
        endpoint.client().list_hits()
        idle = socket.create_connection(("127.0.0.1", port))
        endpoint.faults.slow(60, times=None)
        late = socket.create_connection(("127.0.0.1", port))
        late.sendall(f"POST / HTTP/1.1\r\n{HEAD}Content-Length: 2\r\n\r\n{{}}".encode())
        while len(endpoint.requests) < 2:
            time.sleep(0.001)
        begun = time.monotonic()

    assert time.monotonic() - begun < 5
    assert threading.active_count() == before
    assert idle.recv(1) == late.recv(1) == b""
    idle.close()
    late.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
    gc.collect()  # a socket that was forgotten would warn now, and warnings are errors


def test_close_twice() -> None:
    """To close again does nothing; an endpoint can be started again, with what it had."""
    endpoint = Endpoint([{"HITId": "3A"}])
    assert repr(endpoint) == "<Endpoint, not running>"
    with pytest.raises(InvalidInput, match="the endpoint does not run; use `with Endpoint"):
        _ = endpoint.url
    with endpoint:
        assert repr(endpoint) == f"<Endpoint {endpoint.url}>"
    endpoint.close()
    with endpoint:
        assert endpoint.client().get_hit(HITId="3A")["HIT"]


def test_start_twice() -> None:
    """To start again does nothing: the endpoint has one port and one thread, and ends with all of it."""
    before = threading.active_count()
    with Endpoint().start() as endpoint:
        url = endpoint.url
        assert endpoint.start().url == url
        assert threading.active_count() == before + 1

    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=1)


def test_reset(endpoint: Endpoint) -> None:
    """After a reset it is as it was made: its HITs, no faults, no requests, the machine's clock, the ids again."""
    client = boto3_client(endpoint)
    url = endpoint.url

    def created() -> str:
        return str(client.create_hit(**HIT)["HIT"]["HITId"])

    first = created()
    endpoint.marketplace.add_type("3STUDY")
    endpoint.marketplace.block("A1")
    endpoint.marketplace.set_clock(NOON)
    endpoint.faults.fail(times=None)
    endpoint.reset()

    assert endpoint.requests == []
    assert [hit["HITId"] for hit in client.list_hits()["HITs"]] == ["3H0", "3H1", "3H2"]
    assert client.list_worker_blocks()["NumResults"] == 0
    assert refused(client.get_qualification_type, QualificationTypeId="3STUDY").code == "RequestError"
    assert abs((datetime.now(UTC) - endpoint.marketplace.now).total_seconds()) < 5
    assert (created(), endpoint.url) == (first, url)


def test_bodies_do_not_pile_up(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of requests with large bodies fewer are remembered; the last one always."""
    monkeypatch.setattr(service_module, "REMEMBERED_BYTES", 100)
    monkeypatch.setattr(service_module, "REMEMBERED", 5)
    for size in (60, 30, 30, 500):
        post(endpoint, b" " * size)
        kept = [len(request.body) for request in endpoint.requests]
        assert sum(kept) <= 100 or kept == [500]
    for _ in range(9):
        post(endpoint, b"")

    assert [len(request.body) for request in endpoint.requests] == [0] * 5


def test_sixteen_endpoints() -> None:
    """Endpoints do not know each other."""
    with ThreadPoolExecutor(4) as pool:

        def one(number: int) -> str:
            with Endpoint([{"HITId": f"3H{number}"}]) as endpoint:
                return str(post(endpoint, {}, "ListHITs").json["HITs"][0]["HITId"])

        assert list(pool.map(one, range(16))) == [f"3H{number}" for number in range(16)]


def test_port_that_is_taken(endpoint: Endpoint) -> None:
    """A port that is in use is named, with the reason."""
    port = int(endpoint.url.rpartition(":")[2])

    taken = rf"cannot listen on `127.0.0.1`, port {port}: Address already in use; port 0 takes a free one"
    with pytest.raises(InvalidInput, match=taken):
        Endpoint(port=port).start()


@pytest.mark.parametrize("host", ["0.0.0.0", "", "10.0.0.1", "example.com", "::", "127.0.0.1.evil.example"])
def test_hosts_beyond_the_loopback(host: str) -> None:
    """An address that others can reach is refused, with the reason."""
    with pytest.raises(InvalidInput, match=r"is no address of the loopback; use 127.0.0.1, ::1 or localhost: whoever"):
        Endpoint(host=host)


@pytest.mark.parametrize("port", [-1, 65_536, 10**30])
def test_ports_that_are_none(port: int) -> None:
    """A port beyond the range is refused where it is given, together with a wrong host."""
    with pytest.raises(InvalidInput, match=f"`{port}` is no port; expected 1 to 65535, or 0 for a free one"):
        Endpoint(port=port)
    with pytest.raises(InvalidInput, match="2 problems"):
        Endpoint(host="10.0.0.1", port=port)


@pytest.mark.parametrize("address", [{"port": "5000"}, {"port": True}, {"port": 5.0}, {"host": None}, {"host": b"::1"}])
def test_addresses_of_another_type(address: dict[str, Any]) -> None:
    """A port as text, and a host that is none, are refused where they are given."""
    with pytest.raises(WrongType, match="host and port: expected text and an integer"):
        Endpoint(**address)


@pytest.mark.parametrize("host", ["localhost", "LocalHost.", "127.0.0.2", "::1"])
def test_hosts_of_the_loopback_are_listened_on(host: str) -> None:
    """Every address of the loopback will do."""
    try:
        with Endpoint([{"HITId": "3A"}], host=host) as endpoint:
            assert endpoint.client().get_hit(HITId="3A")["HIT"]
    except InvalidInput as error:
        pytest.skip(f"this machine has no {host}: {error}")


def test_loopback_names() -> None:
    """Which names are this machine's own."""
    assert all(map(is_loopback, ["localhost", "LocalHost.", "127.0.0.1", "127.255.0.1", "::1"]))
    others = ["", "localhost.example", "0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example", "127.1"]
    assert not any(map(is_loopback, others))


def test_client_is_hermetic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine's AWS configuration, nor a proxy, comes between the client and the endpoint."""
    (tmp_path / "config").write_text("[profile broken\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    with Endpoint([{"HITId": "3A"}]) as endpoint:
        client = endpoint.client(config=Config(read_timeout=3), aws_access_key_id="MINE")

        assert client.get_hit(HITId="3A")["HIT"]
        assert client.meta.config.read_timeout == 3
        assert "Credential=MINE/" in endpoint.requests[0].headers["authorization"]


def test_botocore_without_mturk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A botocore that has dropped Mechanical Turk is named, with what to do."""
    monkeypatch.setattr("botocore.loaders.Loader.BUILTIN_DATA_PATH", str(tmp_path))
    monkeypatch.setattr("botocore.loaders.Loader.CUSTOMER_DATA_PATH", str(tmp_path))

    with pytest.raises(ServiceError, match="this botocore does not know Mechanical Turk any more; install botocore"):
        service_model.__wrapped__()
    assert endpoint_module.service_model() is service_model()
