"""Learning about workers from the service: which calls are made, and what they come to.

A requester can read scores of the own types, the own blocks, and who submitted an assignment of an own HIT; of the
types of the system and of other requesters nobody tells anything, and DoesNotExist is said of those too. So a type is
asked about only if it is in the list of the requester's own. Then held is held, revoked and absent are lacked, and
what could not be learned stays unknown.

A type is asked about worker by worker, or listed: who holds it, and who lost it. How long a list is shows only in
reading it, so it is read for as long as it can pay, see `LISTING`.

This module does not know boto3, nor how workers are judged.
"""

from __future__ import annotations

import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import UTC, datetime
from typing import Protocol

from attrs import define, field, frozen

from qualeval.errors import InvalidInput, NoSuchHIT, Problem, ServiceError, WrongType, show
from qualeval.model.facts import Basis, Fact
from qualeval.model.qualification_types import qualification_type
from qualeval.model.workers import WorkerProfile
from qualeval.sources.pages import IN_FLIGHT
from qualeval.sources.rows import Assignment, Block, Page, Score, ScoreStatus, TypeInfo

__all__ = ["FEW", "GIVING_UP", "LISTING", "Learning", "OwnTypes", "ReadsFacts", "now"]

FEW = 3
"""So many workers are asked about one by one: a list takes two pages at least, of those who hold a type and lost it."""

LISTING = 2
"""How far a list is read: of W workers, until the pages read and a call for each who was not found exceed 2 W.

Then those who were not found are asked about. So it never takes more than twice the calls of asking about each, nor
more than twice the pages of the list; and a list that ends before takes its pages alone. No rule that does not know
the length of a list can promise less than twice the better way: when it stops reading, there may have been one page
more, or thousands (it is the ski rental problem).
"""

GIVING_UP = 3
"""After so many failures about one type with nothing learned between them, the rest about it is not tried."""


class ReadsFacts(Protocol):
    """The reads that are needed. `MTurk` has them."""

    def score(self, type_id: str, worker_id: str) -> Score | None:
        """The worker's qualification; None where there is none."""

    def scores(self, type_id: str, status: ScoreStatus = ...) -> Iterator[Page[Score]]:
        """Who holds a type, or lost it."""

    def blocks(self) -> Iterator[Page[Block]]:
        """Whom the requester blocked."""

    def types(self) -> Iterator[Page[TypeInfo]]:
        """The requester's own types."""

    def assignments(self, hit_id: str) -> Iterator[Page[Assignment]]:
        """The submitted assignments of a HIT."""


@define(eq=False)
class OwnTypes:
    """Which types are the requester's own. The list is read once, and again for an id of which it said nothing yet."""

    _rows: tuple[TypeInfo, ...] | None = None
    _own: frozenset[str] = frozenset()
    _others: frozenset[str] = frozenset()
    _lock: threading.Lock = field(factory=threading.Lock)

    def among(self, types: Iterable[str], source: ReadsFacts) -> list[str]:
        """Those of these types that are the requester's own, each once, in their order. Raises ServiceError."""
        asked = [each for each in dict.fromkeys(types) if qualification_type(each).owner == "requester"]
        with self._lock:
            if not self._own.union(self._others).issuperset(asked):
                self._read(source)
                self._others = (self._others | frozenset(asked)) - self._own
            return [each for each in asked if each in self._own]

    def listed(self, source: ReadsFacts) -> tuple[TypeInfo, ...]:
        """All of them, as they are described. Raises ServiceError."""
        with self._lock:
            return self._read(source) if self._rows is None else self._rows

    def _read(self, source: ReadsFacts) -> tuple[TypeInfo, ...]:
        rows = self._rows = tuple(row for page in source.types() for row in page.rows)
        self._own = frozenset(row.type_id for row in rows)
        return rows


_SCORE, _LISTED = "GetQualificationScore", "ListWorkersWithQualificationType"


def now() -> datetime:
    """The time of the machine, aware of its zone."""
    return datetime.now(UTC)


def _each_once(ids: Iterable[str]) -> tuple[str, ...]:
    if isinstance(ids, str):  # a text is iterable too: `3ABC` would be the types `3`, `A`, `B` and `C`
        raise WrongType(f"expected a list of ids, got the text {show(ids)}; give [{ids!r}]")
    return tuple(dict.fromkeys(ids))


_WORKER_ID = re.compile(r"A[A-Z0-9]{1,63}", re.ASCII)


def _worker_ids(ids: Iterable[str]) -> tuple[str, ...]:
    """These ids, if the service can know them: in a list, one that is mistyped would come to lack everything."""
    found = _each_once(ids)
    asked: tuple[object, ...] = found
    if wrong := [each for each in asked if not (isinstance(each, str) and _WORKER_ID.fullmatch(each))]:
        mend = "it begins with A and goes on with capital letters and digits, 64 in all at most"
        raise InvalidInput([Problem(f"{show(each)} is no worker id", help=mend) for each in wrong])
    return found


Steps = Iterator[Sequence["_Task"]]
"""Each step makes one call, keeps what it told, and gives the tasks that follow from it."""


@frozen
class _Task:
    """A chain of calls that depend on each other. `place` is its place among all; the first part is its subject's."""

    place: tuple[int, ...]
    steps: Steps

    def step(self) -> Sequence[_Task] | None:
        """Make the next call; None where there was none left."""
        return next(self.steps, None)


def _begun(task: _Task) -> Future[Sequence[_Task] | None]:
    """The step of a task, in a thread for which nobody waits who does not want to: not even the end of the process."""
    future: Future[Sequence[_Task] | None] = Future()

    def run() -> None:
        try:
            future.set_result(task.step())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name="qualeval", daemon=True).start()
    return future


@define(eq=False)
class Learning:
    """What is learned about some workers, as it comes.

    `steps()` makes the calls; whoever stops before its end (Ctrl-C) finds in `workers` what was learned until then.
    `types` are those that a HIT names, by id; `hit_id` is the HIT of which it matters who has an assignment already.
    `clock` gives the time, aware of its zone.

    Raises:
        InvalidInput: ids that are no worker ids (pattern and length are the service model's), all at once.
    """

    source: ReadsFacts
    worker_ids: Sequence[str] = field(converter=_worker_ids)
    types: Sequence[str] = field(converter=_each_once)
    hit_id: str | None = None
    own: OwnTypes = field(factory=OwnTypes, kw_only=True)
    clock: Callable[[], datetime] = field(default=now, kw_only=True)
    calls: int = field(default=0, init=False)
    left: int = field(default=0, init=False)
    _facts: dict[tuple[str, str], Fact] = field(factory=dict, init=False)
    _blocked: dict[str, bool] = field(factory=dict, init=False)
    _assigned: set[str] = field(factory=set, init=False)
    _failed: list[tuple[tuple[int, ...], ServiceError]] = field(factory=list, init=False)

    @property
    def workers(self) -> list[WorkerProfile]:
        """What is known by now of each worker, in the order in which they were named."""
        return [self._profile(each) for each in self.worker_ids]

    @property
    def failures(self) -> list[ServiceError]:
        """The calls that failed by now, each type's together. Of what they were for nothing is known."""
        return [error for _, error in sorted(self._failed, key=lambda each: each[0])]

    def _profile(self, worker_id: str) -> WorkerProfile:
        known = ((each, self._facts.get((worker_id, each))) for each in self.types)
        facts = {type_id: fact for type_id, fact in known if fact is not None}
        assigned = [self.hit_id] if self.hit_id is not None and worker_id in self._assigned else []
        return WorkerProfile(worker_id, facts, blocked=self._blocked.get(worker_id), assigned=assigned)

    def run(self) -> Learning:
        """Make all calls. Raises ServiceError where not even the requester's own types could be listed."""
        for _ in self.steps():
            pass
        return self

    def steps(self) -> Iterator[None]:
        """Make the calls, a few at a time; after each, `calls` says how many were made, and `left` how many are due.

        Raises ServiceError where not even the requester's own types could be listed: then nothing was learned.
        """
        if not self.worker_ids:
            return
        due, running, in_a_row = deque(self._tasks()), dict[Future[Sequence[_Task] | None], _Task](), Counter[int]()
        while due or running:
            while due and len(running) < IN_FLIGHT:
                task = due.popleft()
                if in_a_row[task.place[0]] < GIVING_UP:
                    running[_begun(task)] = task
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                task = running.pop(done)
                due.extend(self._after(task, done, in_a_row))
                self.left = len(due) + len(running)
                yield

    def _after(
        self, task: _Task, done: Future[Sequence[_Task] | None], in_a_row: Counter[int]
    ) -> Sequence[_Task]:  # fmt: skip
        """What is to be done after a step."""
        try:
            following = done.result()
        except ServiceError as error:
            self.calls += 1
            self._failed.append((task.place, error))
            in_a_row[task.place[0]] += 1
            return ()
        if following is None:
            return ()
        self.calls += 1
        in_a_row[task.place[0]] = 0
        return (task, *following)

    # --- the tasks

    def _tasks(self) -> Iterator[_Task]:
        own = self.own.among(self.types, self.source)
        yield _Task((0,), self._learn_blocks())
        if self.hit_id is not None:
            yield _Task((1,), self._learn_assignments(self.hit_id))
        for place, type_id in enumerate(own, 2):
            if len(self.worker_ids) <= FEW:
                yield from self._asking(place, type_id, self.worker_ids)
            else:
                yield _Task((place,), self._list(place, type_id))

    def _learn_blocks(self) -> Steps:
        wanted = frozenset(self.worker_ids)
        for page in self.source.blocks():
            self._blocked |= {row.worker_id: True for row in page.rows if row.worker_id in wanted}
            yield ()
        self._blocked = dict.fromkeys(self.worker_ids, False) | self._blocked

    def _learn_assignments(self, hit_id: str) -> Steps:
        try:
            for page in self.source.assignments(hit_id):
                self._assigned |= {row.worker_id for row in page.rows}
                yield ()
        except NoSuchHIT:
            # The HIT is from elsewhere, and no assignment of it is known here.
            yield ()

    def _asking(self, place: int, type_id: str, worker_ids: Iterable[str]) -> list[_Task]:
        return [_Task((place, number), self._ask(type_id, each)) for number, each in enumerate(worker_ids)]

    def _ask(self, type_id: str, worker_id: str) -> Steps:
        asked_at = self.clock()
        score = self.source.score(type_id, worker_id)
        self._facts[worker_id, type_id] = _fact(type_id, score, asked_at, _SCORE)
        yield ()

    def _list(self, place: int, type_id: str) -> Steps:
        """Read who holds the type and who lost it, to the end or for as long as that can pay."""
        asked_at, still_open = self.clock(), dict.fromkeys(self.worker_ids)
        for read, (status, page) in enumerate(self._pages_of(type_id), 1):
            for row in page.rows:
                if row.worker_id in still_open:
                    del still_open[row.worker_id]
                    self._facts[row.worker_id, type_id] = _fact(type_id, row, asked_at, _LISTED)
            is_last = status is ScoreStatus.REVOKED and page.next_token is None
            if is_last or not still_open:
                break
            if read + 1 + len(still_open) > LISTING * len(self.worker_ids):
                yield self._asking(place, type_id, still_open)
                return
            yield ()
        self._facts |= {(each, type_id): _fact(type_id, None, asked_at, _LISTED) for each in still_open}
        yield ()

    def _pages_of(self, type_id: str) -> Iterator[tuple[ScoreStatus, Page[Score]]]:
        """Who holds the type, and then who lost it."""
        for status in ScoreStatus:
            for page in self.source.scores(type_id, status):
                yield status, page


def _fact(type_id: str, score: Score | None, asked_at: datetime, source: str) -> Fact:
    """What an answer about an own type says. Times are those before the call: what it tells is no older."""
    if score is not None:
        return score.fact(asked_at, source)
    return Fact(qualification_type(type_id).lacked, learned_at=asked_at, source=source, basis=Basis.LEARNED)
