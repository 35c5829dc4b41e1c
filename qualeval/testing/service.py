"""From a request to a reply: read, met by the fault whose turn it is, performed, checked, and logged.

An answer that the service's model does not allow is a bug here, and fails loudly: HTTP status 500, and a line of the
logger `qualeval.endpoint`. This module does not know sockets.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque

from qualeval.errors import show
from qualeval.testing.control import Control, is_control
from qualeval.testing.faults import Fault, Faults, Reply
from qualeval.testing.marketplace import Marketplace
from qualeval.testing.operations import OPERATIONS, perform
from qualeval.testing.pages import Listing, Pages
from qualeval.testing.protocol import Protocol, Request, check_host, error_reply, reply_of
from qualeval.testing.refusals import Refusal
from qualeval.testing.service_model import JSON

__all__ = ["LOGGER", "REMEMBERED", "REMEMBERED_BYTES", "Service"]

LOGGER = logging.getLogger("qualeval.endpoint")
"""A line a request (INFO), and what is a bug of the endpoint (ERROR)."""

REMEMBERED = 10_000
"""So many requests are kept for those who look at them; older ones are forgotten."""

REMEMBERED_BYTES = 2**26
"""So many bytes their bodies have together, save that the last request is always kept."""


class _Bug(Exception):
    """An answer that the service's model does not allow."""


class Service:
    """One Mechanical Turk, as far as an endpoint has it."""

    def __init__(self, marketplace: Marketplace) -> None:
        self.marketplace = marketplace
        self.faults = Faults(OPERATIONS, error_reply)
        self._protocol = Protocol(marketplace.model, OPERATIONS)
        self._pages = Pages()
        self._begun_with = marketplace.state
        self._requests: deque[Request] = deque()
        self._kept_bytes = 0
        self._lock = threading.Lock()
        self._control = Control(marketplace, self.faults, lambda: self.requests, self.reset)

    @property
    def requests(self) -> list[Request]:
        """What came, in order, also what was refused."""
        with self._lock:
            return list(self._requests)

    def reset(self) -> None:
        """Have the state of the beginning again, no faults to come, no requests, and the machine's clock."""
        self.faults.clear()
        self.marketplace.set_clock(None)
        self.marketplace.change(lambda *_: (self._begun_with, None))
        with self._lock:
            self._requests.clear()
            self._kept_bytes = 0

    def _remember(self, request: Request) -> None:
        with self._lock:
            self._requests.append(request)
            self._kept_bytes += len(request.body)
            while len(self._requests) > 1 and (
                len(self._requests) > REMEMBERED or self._kept_bytes > REMEMBERED_BYTES
            ):  # fmt: skip
                self._kept_bytes -= len(self._requests.popleft().body)

    def reply_to(self, request: Request) -> Reply:
        """The reply to a request; whatever comes, there is one."""
        if not is_control(request):
            self._remember(request)
        begun = time.perf_counter()
        try:
            reply = self._reply_to(request)
        except Refusal as refusal:
            reply = self.refused(refusal)
        except Exception as error:
            LOGGER.exception("a bug: %s of %s", type(error).__name__, show(request.operation))
            reply = self.refused(Refusal("bug", words=f"{type(error).__name__}: {error}"))
        taken = (time.perf_counter() - begun) * 1000
        called = request.target if is_control(request) else request.operation
        LOGGER.info("%s %s %.1f ms", show(called), _outcome(reply), taken)
        return reply

    def refused(self, refusal: Refusal) -> Reply:
        """The reply that refuses a request."""
        row = refusal.error
        stamp = f" ({int(self.marketplace.now.timestamp() * 1000)})" if row.is_stamped else ""
        return error_reply(row.name, refusal.message + stamp, row.turk_code, row.status)

    def _reply_to(self, request: Request) -> Reply:
        check_host(request)
        if is_control(request):
            return self._control.reply_to(request)
        self._protocol.check(request)
        fault = self.faults.take(request.operation, follows="NextToken" in request.parameters) or Fault()
        if fault.instead is not None:
            return fault.instead()
        try:
            reply = reply_of(self._answer(request, fault))
        except Refusal as refusal:
            reply = self.refused(refusal)
        return fault.change(reply) if fault.change is not None else reply

    def _answer(self, request: Request, fault: Fault) -> JSON:
        """The answer of an operation, which the model allows."""
        parameters = self._protocol.parameters(request)
        answer = perform(request.operation, parameters, self.marketplace)
        if isinstance(answer, Listing):
            answer = self._pages.page(answer, request.operation, parameters, fault.page)
        model = self.marketplace.model
        violations = model.violations(model.operations[request.operation].answer, answer)
        if violations:
            raise _Bug(f"the answer to {request.operation} violates the model: {'; '.join(map(str, violations))}")
        return answer


def _outcome(reply: Reply) -> str:
    """What became of a request, for the log: the status, and the name of an error."""
    if reply.hangs_up:
        return "hung up"
    name = reply.body[:200].partition(b'"__type": "')[2].partition(b'"')[0].decode("ascii", "replace")
    return f"{reply.status} {name}".strip()
