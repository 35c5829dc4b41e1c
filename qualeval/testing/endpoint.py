"""A Mechanical Turk on the loopback: a real HTTP server that speaks the requester protocol, for tests and experiments.

    with Endpoint() as endpoint:
        endpoint.marketplace.grant("A1WORKER", endpoint.marketplace.add_type("3STUDY"), 80)
        endpoint.faults.throttle("GetQualificationScore", times=2)
        client = endpoint.client()

This module knows sockets and botocore: the model of the service, and clients. It does not know what operations do.
"""

from __future__ import annotations

import os
import re
import socket
import socketserver
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self

from botocore.config import Config
from botocore.exceptions import DataNotFoundError
from botocore.session import Session

from qualeval.errors import InvalidInput, Problem, ServiceError, WrongType, show
from qualeval.linting.subject import Environment
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.testing.fault_texts import ask_for
from qualeval.testing.faults import Faults, Reply
from qualeval.testing.marketplace import Marketplace
from qualeval.testing.protocol import MAX_BODY, Request, is_loopback
from qualeval.testing.refusals import Refusal
from qualeval.testing.service import LOGGER, Service
from qualeval.testing.service_model import ServiceModel

__all__ = ["Endpoint", "service_model"]

_IDLE = 60.0
"""Seconds after which a connection is closed on which nothing comes."""

_HERMETIC = {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)}
"""Settings of botocore's that would let a machine's own AWS configuration meddle with a test."""


def _session() -> Session:
    return Session(session_vars=_HERMETIC)


@cache
def service_model() -> ServiceModel:
    """Mechanical Turk's model, as botocore has it. Raises ServiceError where it has none."""
    try:
        loader = _session().get_component("data_loader")
        return ServiceModel.of(loader.load_service_model("mturk", "service-2"))
    except DataNotFoundError:
        mend = "install botocore-a-la-carte-mturk, or point AWS_DATA_PATH at a folder with its service-2.json"
        raise ServiceError("this botocore does not know Mechanical Turk any more", help=mend) from None


class Endpoint:
    """A Mechanical Turk of one's own, for as long as the `with` lasts, or from `start` to `close`.

    It listens on the loopback alone, on a free port unless `port` says which. `hits` are put in (see
    `Marketplace.add_hit`), `environment` is which marketplace it is, `names` are names for qualification types.

    Raises:
        InvalidInput: a host that is not of the loopback, an address that cannot be had, a HIT that cannot be read.
        ServiceError: botocore does not know Mechanical Turk.
        WrongType: a host that is no text, a port that is no integer.
    """

    def __init__(
        self,
        hits: Iterable[HIT | Mapping[str, object]] = (),
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        environment: Environment = "production",
        names: TypeNames = SYSTEM_ONLY,
    ) -> None:
        self._address = _address(host, port)
        self.marketplace = Marketplace(service_model(), environment, names)
        self.marketplace.add_hits(hits)
        self._service = Service(self.marketplace)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._clients: list[Any] = []

    @property
    def faults(self) -> Faults:
        """What is to go wrong: `endpoint.faults.throttle("GetHIT", times=2)`."""
        return self._service.faults

    def ask_for_faults(self, *texts: str) -> None:
        """What is to go wrong, as texts: `throttle=3`, `slow,seconds=2,operation=GetHIT`.

        Raises:
            InvalidInput: a text that is none; then no fault is asked for.
        """
        ask_for(self.faults, texts)

    @property
    def requests(self) -> list[Request]:
        """The last requests (10,000 at most), in order, also those that were refused."""
        return self._service.requests

    @property
    def url(self) -> str:
        """The address to give as `endpoint_url`. InvalidInput where it does not run."""
        if self._server is None:
            raise InvalidInput(Problem("the endpoint does not run", help="use `with Endpoint() as endpoint`"))
        host, port = self._server.server_address[:2]
        named = f"[{host!s}]" if ":" in str(host) else str(host)
        return f"http://{named}:{port}"

    def client(self, **settings: Any) -> Any:
        """A client of botocore's (what `boto3.client("mturk")` returns) for this endpoint, closed with it.

        It has keys that are none, no proxy, and nothing of the machine's AWS configuration. `settings` are those of
        `create_client`, for example `config=Config(retries={"total_max_attempts": 1})`.
        """
        config = Config(proxies={}).merge(settings.pop("config", Config()))
        keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none", "region_name": "us-east-1"}
        made = _session().create_client("mturk", endpoint_url=self.url, config=config, **(keys | settings))
        self._clients.append(made)
        return made

    def reset(self) -> None:
        """Forget what happened: the HITs that it was made with, no faults to come, no requests, the machine's clock.

        It goes on listening, and its clients stay as they are.
        """
        self._service.reset()

    def start(self) -> Self:
        """Listen, and answer from now on in threads of its own. Does nothing where it runs."""
        if self._server is not None:
            return self
        try:
            self._server = _Server(self._address, self._service)
        except OSError as error:
            host, port = self._address
            reason = error.strerror or error
            mend = "port 0 takes a free one" if port else ""
            raise InvalidInput(Problem(f"cannot listen on {show(host)}, port {port}: {reason}", help=mend)) from None
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, kwargs={"poll_interval": 0.02}, name="endpoint", daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        """Close clients, connections and the port, and wait for the threads; nothing is left. May be called again."""
        while self._clients:
            self._clients.pop().close()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Endpoint {self.url}>" if self._server else "<Endpoint, not running>"


def _address(host: str, port: int) -> tuple[str, int]:
    """The address to listen on, which is of the loopback."""
    if type(host) is not str or type(port) is not int:
        got = f"{show(host)} and {show(port)}"
        raise WrongType(f"host and port: expected text and an integer, got {got}")
    problems = []
    if not is_loopback(host):
        mend = "use 127.0.0.1, ::1 or localhost: whoever reaches the endpoint can do everything there"
        problems.append(Problem(f"{show(host)} is no address of the loopback", help=mend))
    if port not in range(2**16):
        problems.append(Problem(f"{show(port)} is no port", help="expected 1 to 65535, or 0 for a free one"))
    if problems:
        raise InvalidInput(problems)
    # A name is not left to the resolver, which may lead elsewhere.
    return "127.0.0.1" if host.lower().rstrip(".") == "localhost" else host, port


class _Server(socketserver.ThreadingTCPServer):
    """The server of one endpoint: a thread a connection, all of which it ends.

    Not of `http.server`: that asks the resolver for the machine's name before it listens.
    """

    allow_reuse_address = os.name == "posix"  # elsewhere it would let two listen on one port
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], service: Service) -> None:
        self.service = service
        self.closing = threading.Event()
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._connections: dict[threading.Thread, socket.socket] = {}
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        # Only the thread of `serve_forever` comes here, so what it knows of connections needs no lock.
        self._connections = {each: open for each, open in self._connections.items() if each.is_alive()}
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        thread.start()
        self._connections[thread] = request

    def server_close(self) -> None:
        """End what is still open, late replies too, and wait for the threads. `serve_forever` must have ended."""
        self.closing.set()
        super().server_close()
        for connection in self._connections.values():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._connections:
            thread.join()
        self._connections.clear()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that ends while it is served is the client's business; all else is a bug."""
        LOGGER.exception("a bug: a connection could not be served")


_PASSED_OVER = 64 * MAX_BODY
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)


class _Handler(BaseHTTPRequestHandler):
    """HTTP around `Service.reply_to`: one request read, one reply written, or not written as the reply says."""

    protocol_version = "HTTP/1.1"
    server_version = "qualeval"
    sys_version = ""
    timeout = _IDLE
    wbufsize = -1  # head and body in one piece: in two, the second would wait for the client's acknowledgement
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        """Serve one connection; one that ends or falls silent is left."""
        with suppress(ConnectionError, TimeoutError):
            super().handle()

    def finish(self) -> None:
        with suppress(ConnectionError, TimeoutError):
            super().finish()

    def do_POST(self) -> None:
        service = self.server.service
        try:
            body = self._body()
        except Refusal as refusal:
            self.close_connection = True
            self._send(service.refused(refusal))
            return
        if body is None:  # the client left before it had said all
            self.close_connection = True
            return
        self._send(service.reply_to(self._request(body)))

    # Every method gets an answer of the protocol; the names are http.server's.
    do_GET = do_HEAD = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = do_TRACE = do_CONNECT = do_POST  # noqa: N815

    def _request(self, body: bytes) -> Request:
        target = self.requestline.split()[1]  # `path` is not as it was sent: of several slashes one is left
        headers = {name.lower(): ", ".join(self.headers.get_all(name, ())) for name in self.headers}
        return Request(self.command, target, headers, body, time.monotonic())

    def handle_expect_100(self) -> bool:
        """Say at once that the body may come: what is kept back here, the client would wait for."""
        proceeds = super().handle_expect_100()
        self.wfile.flush()
        return proceeds

    def _body(self) -> bytes | None:
        """The body, None where it ends too soon. Refuses one that is too large, or whose length is not said."""
        if "Transfer-Encoding" in self.headers:
            raise Refusal("bad-http", words="the body must have a Content-Length, and no Transfer-Encoding")
        lengths = self.headers.get_all("Content-Length") or ["0"]
        if len(lengths) > 1 or not _LENGTH.fullmatch(lengths[0].strip()):
            raise Refusal("bad-http", words="the Content-Length must be one number")
        if (size := int(lengths[0])) > MAX_BODY:
            self._pass_over(size)
            raise Refusal("too-large", size=size, most=MAX_BODY)
        body = self.rfile.read(size)
        return body if len(body) == size else None

    def _pass_over(self, size: int) -> None:
        """Read a body that is too large and forget it: a client that is still sending would not see the refusal."""
        left = min(size, _PASSED_OVER)
        while left > 0 and (read := len(self.rfile.read(min(left, MAX_BODY)))):
            left -= read

    def _send(self, reply: Reply) -> None:
        ends = self.server.closing
        ends.wait(reply.delay)
        if reply.hangs_up or reply.missing:
            self.close_connection = True
        if not reply.hangs_up and not ends.is_set():
            self._write(reply)

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("x-amzn-RequestId", os.urandom(16).hex())
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body) + reply.missing))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What `http.server` itself cannot read, answered as all else: malformed lines, too long ones, odd methods."""
        self.close_connection = True
        words = message or self.responses.get(code, ("the request cannot be read", ""))[0]
        reply = self.server.service.refused(Refusal("bad-http", words=words))
        self._write(Reply(int(code), reply.body))

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: `Service` logs what it answers."""
