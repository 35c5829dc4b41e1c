"""What stands before the explorer: who may ask, how much, for how long, and what a browser may do with the answer.

The explorer listens on the loopback, but pages of other sites run on the same machine. A name that an attacker lets
point at it (DNS rebinding) is seen by the Host header, a foreign page's request by its Origin or Sec-Fetch-Site.

This module does not know what is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from attrs import frozen
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HEADERS", "Limits", "Shield", "refusal"]

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Sent with every answer: the page runs its own scripts alone, and talks to nobody but this server."""

_SAFE = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""


@frozen
class Limits:
    """What one request may cost: the bytes of its body, and the seconds until its body is there and it is answered."""

    body: int = 64 * 1024 * 1024
    receiving: float = 30.0
    answering: float = 60.0


class _Refused(Exception):
    """A request that is not heard to its end."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def refusal(status: int, message: str) -> JSONResponse:
    """An answer that says why not."""
    return JSONResponse({"error": message}, status)


class Shield:
    """An ASGI application that lets through to another one what is allowed.

    `hosts` are the names by which the server may be called, without a port.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], limits: Limits) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            self._look_at(scope)
            async with asyncio.timeout(self._limits.answering):
                await self._app(scope, self._limited(receive), answer)
        except _Refused as refused:
            await self._refuse(scope, receive, answer, refused.status, str(refused))
        except TimeoutError:
            mend = "ask for less: fewer requirements, or a smaller pool"
            await self._refuse(scope, receive, answer, 503, f"the answer took too long; {mend}")

    async def _refuse(self, scope: Scope, receive: Receive, answer: _Answer, status: int, message: str) -> None:
        if not answer.has_begun:
            response = refusal(status, message)
            response.headers["Connection"] = "close"
            await response(scope, receive, answer)

    def _look_at(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or _name_of(host) not in self._hosts:
            raise _Refused(421, "this address is not the explorer's; open the one that `qualeval serve` printed")
        origin = headers.get("origin")
        if origin is not None and origin != f"{scope['scheme']}://{host}":
            raise _Refused(403, "another page asked; only the explorer's own may")
        if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"} and not _is_opened(headers):
            raise _Refused(403, "another page asked; only the explorer's own may")
        if scope["method"] not in _SAFE and origin is None and headers.get("sec-fetch-site") != "same-origin":
            raise _Refused(403, "say where the request is from: it has no Origin")
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            raise _Refused(400, "Content-Length is no number")
        if int(length) > self._limits.body:
            raise _Refused(413, self._too_large)

    @property
    def _too_large(self) -> str:
        return f"larger than {self._limits.body // 2**20} MiB"

    def _limited(self, receive: Receive) -> Receive:
        """A body that does not take longer than it may, nor grow larger."""
        loop = asyncio.get_running_loop()
        left, until = self._limits.body, loop.time() + self._limits.receiving
        is_there = False

        async def limited() -> Message:
            nonlocal left, is_there
            if is_there:
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise _Refused(408, "the body took too long to come") from None
            left -= len(message.get("body", b""))
            is_there = not message.get("more_body", False)
            if left < 0:
                raise _Refused(413, self._too_large)
            return message

        return limited


class _Answer:
    """What sends the answer, with the headers that each has."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        """Sends one part of it."""
        if message["type"] == "http.response.start":
            self.has_begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)


def _name_of(host: str) -> str:
    """The name in a Host header, without the port; IPv6 addresses keep their brackets."""
    name, _, port = host.rpartition(":")
    has_port = name and port.isdigit() and port.isascii() and not name.endswith(":")
    return (name if has_port else host).casefold()


def _is_opened(headers: Headers) -> bool:
    """Whether a person opens the page, by a link on another one for example: a navigation, which cannot read it."""
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
