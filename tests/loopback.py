"""A Mechanical Turk endpoint on the loopback: it speaks the requester protocol over real HTTP, and fails on demand.

    with Loopback({"3XYZ": {"HITId": "3XYZ", ...}}) as service:
        service.fail(throttled, times=2)
        client = boto3.client("mturk", endpoint_url=service.url, ...)

A request must be one that AWS would read: POST, the target header, the content type, a Version 4 signature. The
signature's presence and form are checked, not its arithmetic: there is no secret here to check it with. An operation is
a row of `OPERATIONS`; a fault turns the reply that would have been given into the one that is.
"""

from __future__ import annotations

import itertools
import json
import re
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from attrs import evolve, frozen

__all__ = [
    "OPERATIONS",
    "Fault",
    "Loopback",
    "Reply",
    "Request",
    "closed_port",
    "cut",
    "error",
    "html",
    "hung_up",
    "refusal",
    "service_fault",
    "short",
    "slow",
    "text",
    "throttled",
]

TARGET_PREFIX = "MTurkRequesterServiceV20170117"
CONTENT_TYPE = "application/x-amz-json-1.1"
SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/,\s]+/\d{8}/[^/]+/mturk-requester/aws4_request, ?"
    r"SignedHeaders=[a-z0-9;-]+, ?Signature=[0-9a-f]{64}"
)

JSON = dict[str, Any]


@frozen
class Request:
    """What a client sent: the operation and its parameters, the headers in lower case, when it came (monotonic)."""

    operation: str
    parameters: JSON
    headers: Mapping[str, str]
    at: float


@frozen
class Reply:
    """What the client gets. `missing` bytes are announced and never sent; one that `hangs_up` is not sent at all."""

    status: int
    body: bytes
    content_type: str = CONTENT_TYPE
    missing: int = 0
    delay: float = 0.0
    hangs_up: bool = False


Fault = Callable[[Reply], Reply]


def epoch(value: object) -> float:
    """A time as the wire writes it: seconds since 1970."""
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} does not go over the wire")


def answer(value: object) -> Reply:
    """A JSON answer of the service."""
    return Reply(200, json.dumps(value, default=epoch).encode())


def error(name: str, message: str, turk_code: str | None = None, status: int = 400) -> Reply:
    """An error as AWS writes it; `turk_code` is given by RequestError and ServiceFault alone."""
    body = {"__type": name, "Message": message} | ({"TurkErrorCode": turk_code} if turk_code else {})
    return evolve(answer(body), status=status)


def get_hit(hits: Mapping[str, JSON], parameters: JSON) -> Reply:
    """GetHIT: the HIT, or RequestError in the words of the service."""
    hit_id = parameters.get("HITId")
    if not isinstance(hit_id, str) or not re.fullmatch(r"[A-Z0-9]{1,64}", hit_id):
        return error("ValidationException", f"1 validation error detected: Value '{hit_id}' at 'hITId' is refused")
    if hit_id not in hits:
        message = f"Hit {hit_id} does not exist. ({int(time.time() * 1000)} s)"
        return error("RequestError", message, "AWS.MechanicalTurk.HITDoesNotExist")
    return answer({"HIT": hits[hit_id]})


OPERATIONS: Mapping[str, Callable[[Mapping[str, JSON], JSON], Reply]] = {"GetHIT": get_hit}


def throttled(_: Reply) -> Reply:
    """The rate limit was met."""
    return error("ThrottlingException", "Rate exceeded")


def service_fault(_: Reply) -> Reply:
    """The service itself failed."""
    message = "Amazon Mechanical Turk is temporarily unable to process your request. Try your call again."
    return error("ServiceFault", message, "AWS.ServiceUnavailable", status=500)


def cut(reply: Reply) -> Reply:
    """Half of the body, announced as the whole."""
    return evolve(reply, body=reply.body[: len(reply.body) // 2])


def short(reply: Reply) -> Reply:
    """Half of the body, announced as more: the connection ends within the answer."""
    half = cut(reply)
    return evolve(half, missing=len(reply.body) - len(half.body))


def html(_: Reply) -> Reply:
    """A page in place of an answer, as a proxy or a portal gives it, and with its status of success."""
    return Reply(200, b"<!DOCTYPE html>\n<html><body>Welcome</body></html>\n", "text/html")


def hung_up(reply: Reply) -> Reply:
    """The connection is closed without an answer."""
    return evolve(reply, hangs_up=True)


def slow(seconds: float) -> Fault:
    """The right answer, late."""
    return lambda reply: evolve(reply, delay=seconds)


def refusal(name: str, message: str, turk_code: str | None = None, status: int = 400) -> Fault:
    """An error of the caller's choice in place of the answer."""
    return lambda _: error(name, message, turk_code, status)


def text(body: str, status: int = 200, content_type: str = CONTENT_TYPE) -> Fault:
    """A body of the caller's choice in place of the answer."""
    return lambda _: Reply(status, body.encode(), content_type)


def closed_port() -> int:
    """A port of the loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Loopback:
    """The endpoint: a server on an ephemeral port for as long as the `with` lasts.

    `hits` (by id, times as datetimes or epoch numbers) may be changed while it runs; `requests` holds what came.
    """

    def __init__(self, hits: Mapping[str, JSON] | None = None) -> None:
        self.hits: dict[str, JSON] = dict(hits or {})
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._faults: deque[Iterator[Fault]] = deque()
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The address to give as `endpoint_url`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def fail(self, *faults: Fault, times: int | None = 1) -> None:
        """Queue faults for the requests to come: each `times` times in its turn, or for ever (None)."""
        with self._lock:
            self._faults.extend(
                itertools.repeat(fault) if times is None else itertools.repeat(fault, times) for fault in faults
            )

    def reply_to(self, request: Request, method: str) -> Reply:
        """The reply to a request, after the fault whose turn it is; every request is recorded, refused ones too."""
        with self._lock:
            self.requests.append(request)
            fault = self._next_fault()
        reply = _refused(request, method) or OPERATIONS[request.operation](self.hits, request.parameters)
        return fault(reply) if fault else reply

    def _next_fault(self) -> Fault | None:
        while self._faults:
            fault = next(self._faults[0], None)
            if fault is not None:
                return fault
            self._faults.popleft()
        return None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _refused(request: Request, method: str) -> Reply | None:
    """The refusal of a request that AWS would not read, or None."""
    signature = request.headers.get("authorization", "")
    if not signature:
        return error("MissingAuthenticationTokenException", "Missing Authentication Token")
    if not SIGNATURE.fullmatch(signature) or "x-amz-date" not in request.headers:
        return error("IncompleteSignatureException", f"Authorization header is incomplete. Authorization={signature}")
    if method != "POST" or request.operation not in OPERATIONS:
        return error("UnknownOperationException", "The operation is not known", status=404)
    if request.headers.get("content-type") != CONTENT_TYPE:
        return error("SerializationException", "The content type is not understood")
    return None


class _Server(ThreadingHTTPServer):
    """The server of one endpoint; its threads do not outlive the process."""

    daemon_threads = True

    def __init__(self, service: Loopback) -> None:
        self.service = service
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    """HTTP around `Loopback.reply_to`: one request read, one reply written, or not written as the reply says."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        self._send(self.server.service.reply_to(self._request(), self.command))

    do_GET = do_POST  # noqa: N815 - the name is http.server's

    def _request(self) -> Request:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        prefix, _, operation = headers.get("x-amz-target", "").rpartition(".")
        named = operation if prefix == TARGET_PREFIX else ""
        return Request(named, json.loads(body or b"{}"), headers, time.monotonic())

    def _send(self, reply: Reply) -> None:
        ends = self.server.service.closing
        ends.wait(reply.delay)
        self.close_connection = reply.hangs_up or reply.missing > 0
        if reply.hangs_up or ends.is_set():
            return
        try:
            self._write(reply)
        except ConnectionError:
            # The client gave up waiting, which is what a slow reply is for.
            self.close_connection = True

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body) + reply.missing))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: what came is in `requests`."""
