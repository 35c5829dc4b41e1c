"""From the service to the store: which lists are to be read, and reading them page by page.

What is read: the HITs (those that are named, else all of the requester's), the requester's own qualification types, of
those that the HITs name the scores (granted and revoked), and the blocks. A list that was read lately is not read
again; one whose reading was cut off is gone on with. Types of the system and of other requesters are not the
requester's to read, so nobody asks for them.

Pages of several lists are asked for at the same time, and written by one thread. This module does not know boto3.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from attrs import Factory, define, frozen

from qualeval.errors import QualevalError
from qualeval.sources.learning import now
from qualeval.sources.pages import IN_FLIGHT, PAGE
from qualeval.sources.rows import Block, ListedHIT, Page, Score, ScoreStatus, TypeInfo
from qualeval.sources.store import BLOCKS, HITS, TYPES, Reading, Store, scores_list
from qualeval.sources.writing import Writer, writing

__all__ = ["Progress", "Requester", "SyncPlan", "SyncReport", "named_types", "plan_sync", "sync"]

RESUME_WITHIN = timedelta(hours=1)
"""A reading that was cut off longer ago is begun anew: its token may have expired (I), and its beginning is old."""


class Requester(Protocol):
    """The service as the requester sees it: `MTurk` is one. Pages of a list begin where `start` leads to."""

    @property
    def endpoint(self) -> str | None:
        """The address of the service."""

    def get_hit_answer(self, hit_id: str) -> dict[str, object]:
        """The answer of GetHIT."""

    def hits(self, *, start: str | None = None) -> Iterator[Page[ListedHIT]]:
        """All HITs of the requester."""

    def types(self, is_owned: bool = True, *, start: str | None = None) -> Iterator[Page[TypeInfo]]:
        """The requester's own qualification types."""

    def scores(
        self, type_id: str, status: ScoreStatus, *, start: str | None = None
    ) -> Iterator[Page[Score]]:  # fmt: skip
        """The workers who have this status of a type."""

    def blocks(self, *, start: str | None = None) -> Iterator[Page[Block]]:
        """The workers whom the requester blocked."""


Progress = Callable[[str, int], None]
"""What is told of each page: the list, and how many rows it had."""


Part = Callable[[str | None], Iterator[Page[Any]]]
"""The pages of a part of a list, from a token on."""


@frozen
class _List:
    """A list to be read, its parts one after the other."""

    name: str
    parts: Mapping[str, Part]

    @property
    def first(self) -> str:
        """The part that is read first."""
        return next(iter(self.parts))

    def following(self, part: str, token: str | None) -> tuple[str, str | None] | None:
        """Where the reading goes on after a page; None after the last."""
        if token is not None:
            return part, token
        names = list(self.parts)
        rest = names[names.index(part) + 1 :]
        return (rest[0], None) if rest else None


@frozen
class SyncPlan:
    """What a sync would do. `calls` is how many calls at least, by operation; what is not known yet counts as one page.

    `fresh` are the lists and HITs that were read lately enough.
    """

    calls: dict[str, int]
    fresh: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """All calls."""
        return sum(self.calls.values())


@define
class SyncReport:
    """What came of a sync: what was read to its end, what was fresh, and what failed, each with its error."""

    read: list[str] = Factory(list)
    fresh: list[str] = Factory(list)
    failed: list[tuple[str, QualevalError]] = Factory(list)
    calls: int = 0
    rows: int = 0


def sync(
    store: Store,
    requester: Requester,
    hit_ids: Sequence[str] = (),
    *,
    max_age: timedelta | None = None,
    clock: Callable[[], datetime] = now,
    progress: Progress = lambda name, rows: None,
    wait: float = 30.0,
) -> SyncReport:
    """Brings a store up to date for these HITs, or for all of the requester's.

    What was read within `max_age` is not read again; None reads all. `progress` is told of each page, `wait` is how
    many seconds another sync of the same store may take. A list that cannot be read does not keep the others from it.

    Raises:
        InvalidInput: the store is of another service, or another sync is writing to it.
    """
    with writing(store, wait) as writer:
        if requester.endpoint is not None:
            writer.belong_to(requester.endpoint)
        run = _Sync(store, requester, writer, max_age, clock, progress)
        run.read_hits(hit_ids)
        run.read_lists([_types_of(requester), _blocks_of(requester)])
        run.read_lists([_scores_of(requester, type_id) for type_id in named_types(store, hit_ids or None)])
        return run.report


def named_types(store: Store, hit_ids: Sequence[str] | None = None) -> list[str]:
    """The requester's own types that these HITs of a store name (None: all of its HITs), sorted."""
    listed = store.hit_ids() if hit_ids is None else hit_ids
    asked = {type_id for hit_id in listed for type_id in store.types_named(hit_id)}
    return sorted(asked & {each.type_id for each in store.types})


def _is_since(at: datetime | None, since: datetime | None) -> bool:
    """Whether something was read lately enough not to be read again; `since` is None where nothing is."""
    return since is not None and at is not None and at >= since


def _hits_of(requester: Requester) -> _List:
    return _List(HITS, {"all": lambda token: requester.hits(start=token)})


def _types_of(requester: Requester) -> _List:
    return _List(TYPES, {"own": lambda token: requester.types(start=token)})


def _blocks_of(requester: Requester) -> _List:
    return _List(BLOCKS, {"all": lambda token: requester.blocks(start=token)})


def _scores_of(requester: Requester, type_id: str) -> _List:
    """Granted first: who is revoked while they are read is on the second list, whose word counts."""

    def part(status: ScoreStatus) -> Part:
        return lambda token: requester.scores(type_id, status, start=token)

    return _List(scores_list(type_id), {str(status): part(status) for status in ScoreStatus})


@define
class _Sync:
    """One sync. One thread writes; others ask."""

    store: Store
    requester: Requester
    writer: Writer
    max_age: timedelta | None
    clock: Callable[[], datetime]
    progress: Progress
    report: SyncReport = Factory(SyncReport)

    def read_hits(self, hit_ids: Sequence[str]) -> None:
        """Reads the HITs that are named, or the list of all."""
        if not hit_ids:
            self.read_lists([_hits_of(self.requester)])
            return
        times = self.store.hit_times()
        wanted = [each for each in dict.fromkeys(hit_ids) if not self._is_fresh(each, times.get(each))]
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            for hit_id, found in zip(wanted, pool.map(self._hit, wanted), strict=True):
                self._take_hit(hit_id, found)

    def _is_fresh(self, name: str, at: datetime | None) -> bool:
        since = None if self.max_age is None else self.clock() - self.max_age
        is_fresh = _is_since(at, since)
        if is_fresh:
            self.report.fresh.append(name)
        return is_fresh

    def _hit(self, hit_id: str) -> tuple[datetime, ListedHIT] | QualevalError:
        asked_at = self.clock()
        try:
            answer: Any = self.requester.get_hit_answer(hit_id)["HIT"]
            return asked_at, ListedHIT(hit_id, answer)
        except QualevalError as error:
            return error

    def _take_hit(self, hit_id: str, found: tuple[datetime, ListedHIT] | QualevalError) -> None:
        self.report.calls += 1
        if isinstance(found, QualevalError):
            self.report.failed.append((hit_id, found))
            return
        asked_at, row = found
        self.writer.put_hit(row, asked_at)
        self.report.read.append(hit_id)
        self.report.rows += 1
        self.progress(HITS, 1)

    # --- lists

    def read_lists(self, lists: Sequence[_List]) -> None:
        """Reads those lists that are not fresh, several at the same time."""
        wanted = [each for each in lists if not self._is_fresh(each.name, self.store.reading(each.name).finished_at)]
        pump = _Pump(self.clock)
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            left = {each.name: each for each in wanted}
            for each in wanted:
                asked_at = self.clock()
                reading = self.writer.begin(each.name, each.first, asked_at, asked_at - RESUME_WITHIN)
                pool.submit(pump.run, each, reading)
            try:
                while left:
                    self._take(pump.pages.get(), left, pool, pump)
            finally:
                pump.stop()

    def _take(self, event: _Event, left: dict[str, _List], pool: ThreadPoolExecutor, pump: _Pump) -> None:
        each, part, outcome, asked_at = event.of, event.part, event.outcome, event.asked_at
        if event.is_stale:
            reading = self.writer.restart(each.name, each.first, self.clock())
            pool.submit(pump.run, each, reading)
        elif isinstance(outcome, QualevalError):
            self.report.failed.append((each.name, outcome))
            del left[each.name]
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            following = each.following(part, outcome.next_token)
            self.writer.put_page(each.name, outcome.rows, following, asked_at)
            self.report.calls += 1
            self.report.rows += len(outcome.rows)
            self.progress(each.name, len(outcome.rows))
            if following is None:
                self.report.read.append(each.name)
                del left[each.name]


@frozen
class _Event:
    """A page of a list and when it was asked for, or what kept it from coming; `is_stale` says that a token is none."""

    of: _List
    part: str
    outcome: Page[Any] | BaseException
    asked_at: datetime
    is_stale: bool = False


@define
class _Pump:
    """Asks for the pages of lists, in threads of its own, and hands them on in their order."""

    clock: Callable[[], datetime]
    pages: queue.Queue[_Event] = Factory(lambda: queue.Queue(4 * IN_FLIGHT))
    stopped: threading.Event = Factory(threading.Event)

    def stop(self) -> None:
        """Lets the threads end after the page that they are at, and makes room for what they still hand on."""
        self.stopped.set()
        with suppress(queue.Empty):
            while True:
                self.pages.get_nowait()

    def run(self, each: _List, reading: Reading) -> None:
        """Asks for the pages of one list, from where its reading goes on."""
        names = list(each.parts)
        part = reading.part or each.first
        token, is_resumed = reading.token, reading.token is not None
        for name in names[names.index(part) :]:
            asked_at = self.clock()
            try:
                for page in each.parts[name](token):
                    self.pages.put(_Event(each, name, page, asked_at))
                    if self.stopped.is_set():
                        return
                    is_resumed, asked_at = False, self.clock()
            except BaseException as error:  # the one who writes raises it
                is_stale = is_resumed and isinstance(error, QualevalError)
                self.pages.put(_Event(each, name, error, asked_at, is_stale))
                return
            token = None


# --- what a sync would do


def plan_sync(
    store: Store, hit_ids: Sequence[str] = (), *, max_age: timedelta | None = None, now: datetime | None = None
) -> SyncPlan:
    """How many calls a sync would make, at least: by what the store knows of the length of the lists."""
    since = None if max_age is None else (now or datetime.now(UTC)) - max_age
    counts = store.counts()
    plan = _Planning(store, since)
    if hit_ids:
        times = store.hit_times()
        for hit_id in dict.fromkeys(hit_ids):
            plan.add("GetHIT", hit_id, times.get(hit_id), 1)
    else:
        plan.add_list("ListHITs", HITS, counts["hits"])
    plan.add_list("ListQualificationTypes", TYPES, counts["types"])
    plan.add_list("ListWorkerBlocks", BLOCKS, counts["blocks"])
    for type_id in named_types(store, hit_ids or None):
        pages = sum(_pages(store.count_of_scores(type_id, status)) for status in ScoreStatus)
        name = scores_list(type_id)
        plan.add("ListWorkersWithQualificationType", name, store.reading(name).finished_at, pages)
    return SyncPlan(plan.calls, tuple(plan.fresh))


def _pages(rows: int) -> int:
    return max(1, -(-rows // PAGE))


@define
class _Planning:
    store: Store
    since: datetime | None
    calls: dict[str, int] = Factory(dict)
    fresh: list[str] = Factory(list)

    def add_list(self, operation: str, name: str, rows: int) -> None:
        self.add(operation, name, self.store.reading(name).finished_at, _pages(rows))

    def add(self, operation: str, name: str, at: datetime | None, calls: int) -> None:
        if _is_since(at, self.since):
            self.fresh.append(name)
        else:
            self.calls[operation] = self.calls.get(operation, 0) + calls
