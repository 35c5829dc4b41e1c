"""The explorer over HTTP: a page, its scripts, and answers as JSON.

This module does not know what is asked and answered.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from qualeval.errors import InvalidInput, Problem, QualevalError
from qualeval.web.explorer import Explorer
from qualeval.web.shields import Limits, Shield, refusal

__all__ = ["LOGGER", "application"]

LOGGER = logging.getLogger("qualeval.web")
"""Has the bugs that a request met."""

_STATIC = Path(__file__).parent / "static"
_AT_ONCE = 2
"""So many questions are answered at the same time; the others wait their turn."""

_QUESTION = 2**20
"""No question that a page asks of its cards has so many bytes."""

Work = Callable[[], Any]


def application(explorer: Explorer, hosts: Collection[str], limits: Limits) -> Starlette:
    """The application of an explorer, which answers to these names of the server alone."""
    desk = _Desk(explorer)
    return Starlette(
        routes=[
            Route("/", _page),
            Route("/api/start", desk.start),
            Route("/api/workers", desk.workers),
            Route("/api/answer", desk.answer, methods=["POST"]),
            Route("/api/request", desk.request, methods=["POST"]),
            Route("/api/hit", desk.hit, methods=["POST"]),
            Route("/api/fetch", desk.fetch, methods=["POST"]),
            Route("/api/pool", desk.pool, methods=["POST"]),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[
            Middleware(Shield, hosts=hosts, limits=limits),
            Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
        ],
        exception_handlers={404: _not_found, 405: _not_found, Exception: _bug},
    )


async def _page(_: Request) -> Response:
    return FileResponse(_STATIC / "index.html", headers={"Cache-Control": "no-cache"})


async def _not_found(request: Request, error: Exception) -> Response:
    return refusal(getattr(error, "status_code", 404), "there is nothing here")


async def _bug(request: Request, error: Exception) -> Response:
    LOGGER.error("a request to %s met a bug of qualeval's", request.url.path, exc_info=error)
    return refusal(500, "this is a bug in qualeval; what the terminal says of it helps to mend it")


class _Desk:
    """Takes what is asked to the explorer, a few questions at a time, and off the thread that serves."""

    def __init__(self, explorer: Explorer) -> None:
        self._explorer = explorer
        self._threads = ThreadPoolExecutor(_AT_ONCE, "qualeval")  # what nobody waits for any more keeps its turn

    async def start(self, _: Request) -> Response:
        """What a page begins with."""
        return await self._answered(self._explorer.start)

    async def workers(self, request: Request) -> Response:
        """Workers to pick from."""
        return await self._answered(partial(self._explorer.workers, request.query_params.get("text", "")))

    async def answer(self, request: Request) -> Response:
        """What follows from what stands on the cards."""
        content = await request.body()
        if len(content) > _QUESTION:
            return refusal(413, f"a question larger than {_QUESTION // 2**20} MiB; put fewer values on the cards")
        return await self._answered(lambda: self._explorer.answer(_tree(content)))

    async def request(self, request: Request) -> Response:
        """The HIT on the cards, to be sent."""
        content = await request.body()
        return await self._answered(lambda: self._explorer.request(_tree(content)))

    async def hit(self, request: Request) -> Response:
        """A HIT that was uploaded."""
        return await self._answered(partial(self._explorer.open_hit, await request.body()))

    async def fetch(self, request: Request) -> Response:
        """A HIT of the service's."""
        content = await request.body()
        return await self._answered(lambda: self._explorer.fetch_hit(_tree(content)))

    async def pool(self, request: Request) -> Response:
        """A pool that was uploaded."""
        name = request.query_params.get("name", "pool.csv")
        return await self._answered(partial(self._explorer.open_pool, name, await request.body()))

    async def _answered(self, work: Work) -> Response:
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except QualevalError as error:
            return refusal(422, str(error))
        return JSONResponse(found)


def _tree(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise InvalidInput(Problem("expected JSON", help="ask with what the page sends")) from None
