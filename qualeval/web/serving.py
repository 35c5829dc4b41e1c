"""The explorer's server: an address of this machine, on which it listens until it is stopped.

This module does not know what is served.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from qualeval.errors import InvalidInput, MissingPackage, Problem, show

try:
    import starlette  # noqa: F401  # without which the application cannot be imported
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
except ImportError as error:
    raise MissingPackage("qualeval.web", str(error.name), extra="web") from error

from qualeval.web.app import application
from qualeval.web.explorer import Explorer
from qualeval.web.shields import Limits

__all__ = ["is_of_this_machine_alone", "serve"]

_OF_THE_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_CONNECTIONS = 512
"""More at once are told to come again later."""


def serve(
    explorer: Explorer,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    limits: Limits = Limits(),  # noqa: B008
    is_ready: Callable[[str], None] = lambda url: None,
) -> None:
    """Serves the explorer until the process is interrupted or told to end; `is_ready` is called with its address.

    Raises:
        InvalidInput: an address that this machine does not have, or that is in use.
    """
    named = f"[{host}]" if ":" in host else host
    hosts = {named.casefold(), *(_OF_THE_LOOPBACK if is_of_this_machine_alone(host) else ())}
    listening = _listening(host, port)
    config = uvicorn.Config(
        application(explorer, hosts, limits),
        http=partial(_Connection, limits.receiving),  # type: ignore[arg-type]  # it is called, no more
        log_level="error",
        access_log=False,
        server_header=False,
        lifespan="off",
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=3,
    )
    _Server(config, lambda: is_ready(f"http://{named}:{listening.getsockname()[1]}/")).run(sockets=[listening])


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, is_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._is_ready = is_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens, and says so."""
        await super().startup(sockets)
        if not self.should_exit:
            self._is_ready()


class _Connection(H11Protocol):
    """A connection that is closed where the head of a request takes longer to come than it may, or none comes."""

    def __init__(self, receiving: float, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._receiving = receiving
        self._waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Waits for a request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Waits no longer where this was the end of a head, and goes on waiting where it was a part of one."""
        super().data_received(data)
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._stop()
        elif self._waiting is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits for nothing any more."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self._receiving, self.transport.close)

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


def is_of_this_machine_alone(host: str) -> bool:
    """Whether it is an address of the loopback. InvalidInput where it is no address of one machine."""
    return host == "localhost" or _address(host).is_loopback


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise InvalidInput(Problem(f"host: expected an address, got {show(host)}", help="as in 127.0.0.1")) from None
    if address.is_unspecified:
        mend = "name one address of this machine, by which browsers will call it"
        raise InvalidInput(Problem(f"host: {host} is every address", help=mend))
    return address


def _listening(host: str, port: int) -> socket.socket:
    """A socket that is said to be TCP's: of another kind asyncio does not know that answers are not to be held back."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(1024)
    except (OSError, OverflowError) as error:
        found.close()
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        mend = "choose another; port 0 takes a free one"
        raise InvalidInput(Problem(f"cannot listen on {host}, port {port}: {reason}", help=mend)) from None
    return found
