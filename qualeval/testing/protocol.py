"""The requester protocol: how a request is read, what is no request, and how answers and errors are written.

    POST / HTTP/1.1
    X-Amz-Target: MTurkRequesterServiceV20170117.GetHIT
    Content-Type: application/x-amz-json-1.1
    Authorization: AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...

Of the signature presence and form are checked, not its arithmetic: there is no secret here to check it with. This
module does not know sockets, nor what operations do.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any, NoReturn

from attrs import field, frozen

from qualeval.errors import show
from qualeval.testing.faults import Reply
from qualeval.testing.refusals import Refusal, refuse_violations
from qualeval.testing.service_model import JSON, ServiceModel

__all__ = ["MAX_BODY", "Protocol", "Request", "check_host", "error_reply", "is_loopback", "parsed", "reply_of"]

MAX_BODY = 2**20
"""How many bytes of a body are read; a Question has 65,535 at most."""

_SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/,\s]+/\d{8}/[^/,\s]+/mturk-requester/aws4_request, ?"
    r"SignedHeaders=[a-z0-9;-]+, ?Signature=[0-9a-f]{64}",
    re.ASCII,
)
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:\[\]]+)(?::[0-9]{1,5})?", re.ASCII)


@frozen
class Request:
    """What a client sent: method and target as they stand in the request line, headers in lower case, the body.

    Of a header that came several times the values are joined by commas. `at` is when it came, by the monotonic clock.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    at: float

    @property
    def operation(self) -> str:
        """The operation as the target header names it: what follows the last dot."""
        return self.headers.get("x-amz-target", "").rpartition(".")[2]

    @cached_property
    def parameters(self) -> JSON:
        """The parameters as they were sent; empty where the body is no JSON object."""
        try:
            parameters = _json(self.body)
        except (ValueError, RecursionError):
            return {}
        return parameters if isinstance(parameters, dict) else {}


@frozen
class Protocol:
    """The protocol as an endpoint speaks it: the service's model, and the operations that it has."""

    model: ServiceModel
    operations: Collection[str]

    def check(self, request: Request) -> None:
        """Refuse what is no request of the protocol, in the order in which AWS would see it (I)."""
        _check_signature(request)
        self._check_operation(request)
        if request.headers.get("content-type", "").partition(";")[0].strip() != self.model.content_type:
            raise Refusal("serialization", words=f"the Content-Type must be {self.model.content_type}")

    def _check_operation(self, request: Request) -> None:
        if request.method != "POST" or request.target != "/":
            shown = f"{show(request.method)} {show(request.target)}"
            raise Refusal("unknown-operation", words=f"expected `POST` `/`, got {shown}")
        prefix, _, operation = request.headers.get("x-amz-target", "").rpartition(".")
        if prefix != self.model.target_prefix or operation not in self.model.operations:
            expected = f"expected {self.model.target_prefix} and an operation"
            raise Refusal("unknown-operation", words=f"X-Amz-Target: {expected}, got {show(f'{prefix}.{operation}')}")
        if operation not in self.operations:
            raise Refusal("operation-not-here", operation=operation, known=", ".join(self.operations))

    def parameters(self, request: Request) -> Mapping[str, Any]:
        """The parameters of a request, which the model allows. Refuses all others."""
        sent = parsed(request.body or b"{}")
        shape = self.model.operations[request.operation].request
        parameters: Mapping[str, Any] = self.model.without_nulls(shape, sent)
        refuse_violations(self.model.violations(shape, parameters))
        return parameters


def check_host(request: Request) -> None:
    """Refuse a page of a foreign site that has its name lead here (DNS rebinding): the Host header gives it away."""
    host = request.headers.get("host", "")
    named = _HOST.fullmatch(host)
    if named is None or not is_loopback(named[1].strip("[]")):
        raise Refusal("wrong-host", host=show(host)[1:-1])


def is_loopback(host: str) -> bool:
    """Whether a name or an address is this machine's own, and nobody else's."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def _check_signature(request: Request) -> None:
    signature = request.headers.get("authorization", "")
    if not signature:
        raise Refusal("unauthenticated")
    if not _SIGNATURE.fullmatch(signature):
        # AWS quotes the header; it may hold secrets, and a log would keep them.
        raise Refusal("incomplete-signature", words="expected AWS4-HMAC-SHA256 Credential, SignedHeaders, Signature")
    if "x-amz-date" not in request.headers:
        raise Refusal("incomplete-signature", words="X-Amz-Date is missing")


def parsed(body: bytes) -> object:
    """What a body says in JSON, or its refusal."""
    try:
        return _json(body)
    except (ValueError, RecursionError) as error:
        raise Refusal("serialization", words=f"the body is not JSON: {_short(error)}") from None


def _json(body: bytes) -> object:
    """JSON, read strictly: UTF-8, no NaN, and no key twice."""
    return json.loads(body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_once)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _once(pairs: list[tuple[str, object]]) -> JSON:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _short(error: BaseException) -> str:
    return str(error)[:200]


def reply_of(answer: object, status: int = 200) -> Reply:
    """An answer on the wire."""
    return Reply(status, json.dumps(answer, allow_nan=False).encode())


def error_reply(name: str, message: str, turk_code: str = "", status: int = 400) -> Reply:
    """An error on the wire, as `NRGI/resourcecontracts.org` #1384 logged one (S)."""
    code = {"TurkErrorCode": turk_code} if turk_code else {}
    return reply_of({"__type": name, "Message": message, **code}, status)
