"""The control routes of an endpoint, for those whose tests are not in Python: faults, saved HITs, the clock, a reset.

A page of a foreign site must not come through a browser to them: what changes something has the Content-Type
`application/json`, for which a browser asks leave first, and gets none. This module does not know sockets.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from attrs import frozen

from qualeval.errors import QualevalError, show
from qualeval.sources.hits import parse_hits
from qualeval.sources.structure import described
from qualeval.testing.fault_texts import ask_for
from qualeval.testing.faults import Faults, Reply
from qualeval.testing.marketplace import Marketplace
from qualeval.testing.protocol import Request, parsed
from qualeval.testing.refusals import Refusal

__all__ = ["ROUTES", "Control", "is_control"]

_JSON = "application/json"
_LONGEST = 100 * 31_536_000
"""Seconds that the clock may be set forward at once: a hundred years."""


def is_control(request: Request) -> bool:
    """Whether a request is for these routes; Mechanical Turk has but one path."""
    return request.target.startswith("/_")


@frozen
class Control:
    """What can be told to a running endpoint. `requests` are those that came, `reset` makes all as it was."""

    marketplace: Marketplace
    faults: Faults
    requests: Callable[[], list[Request]]
    reset: Callable[[], None]

    def reply_to(self, request: Request) -> Reply:
        """The reply to a request of these routes. Raises Refusal for what cannot be done."""
        route = ROUTES.get(f"{request.method} {request.target}")
        if route is None:
            got = show(f"{request.method} {request.target}")
            raise Refusal("no-such-route", words=f"no route {got}; known are {', '.join(ROUTES)}")
        try:
            answer = route(self, _body(request) if request.method != "GET" else None)
        except QualevalError as error:
            raise Refusal("bad-http", words=str(error)) from None
        return Reply(200, f"{json.dumps(answer)}\n".encode(), _JSON)


def _body(request: Request) -> Any:
    if request.headers.get("content-type", "").partition(";")[0].strip() != _JSON:
        raise Refusal("bad-http", words=f"the Content-Type must be {_JSON}")
    return parsed(request.body or b"null")


def _ask_for_faults(control: Control, body: Any) -> object:
    texts = body if isinstance(body, list) else [body]
    if wrong := [each for each in texts if not isinstance(each, str)]:
        got = described(wrong[0])
        raise Refusal("bad-http", words=f'expected faults as a list of texts, `["throttle=3"]`, got {got}')
    ask_for(control.faults, texts)
    return {}


def _forget_faults(control: Control, _: Any) -> object:
    control.faults.clear()
    return {}


def _add_hits(control: Control, body: Any) -> object:
    return {"HITIds": control.marketplace.add_hits(parse_hits(body, names=control.marketplace.names))}


def _advance(control: Control, body: Any) -> object:
    if isinstance(body, bool) or not isinstance(body, int) or not 0 <= body <= _LONGEST:
        raise Refusal("bad-http", words=f"expected seconds to set the clock forward by, got {described(body)}")
    control.marketplace.advance(body)
    return {"Now": int(control.marketplace.now.timestamp())}


def _reset(control: Control, _: Any) -> object:
    control.reset()
    return {}


def _requests(control: Control, _: Any) -> object:
    return [{"Operation": each.operation, "Parameters": each.parameters} for each in control.requests()]


ROUTES: Mapping[str, Callable[[Control, Any], object]] = MappingProxyType(
    {
        "POST /_faults": _ask_for_faults,
        "DELETE /_faults": _forget_faults,
        "POST /_hits": _add_hits,
        "POST /_clock": _advance,
        "POST /_reset": _reset,
        "GET /_requests": _requests,
    }
)
"""By method and path."""
