"""Faults on demand: what an endpoint does wrong, to which operations, and how often.

A fault that comes *instead* of an answer keeps the operation from being performed (a throttled CreateHIT creates
nothing); one that *changes* the answer comes after it (a CreateHIT whose answer is cut has created a HIT). This module
does not know how requests are read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from typing import TypeAlias

from attrs import define, evolve, frozen

from qualeval.errors import InvalidInput, Problem, WrongType, nearest, show
from qualeval.sources.structure import described
from qualeval.testing.pages import Disturbance
from qualeval.testing.refusals import ERRORS

__all__ = ["Fault", "Faults", "Reply"]


@frozen
class Reply:
    """What a client gets. `missing` bytes are announced and never sent, `delay` is in seconds.

    A reply that `hangs_up` is not sent at all: the connection is closed.
    """

    status: int
    body: bytes
    content_type: str = "application/x-amz-json-1.1"
    missing: int = 0
    delay: float = 0.0
    hangs_up: bool = False


@frozen
class Fault:
    """One thing that goes wrong: a reply in place of the right one, a change of the right one, or of its page.

    A fault of pages is for operations that list, and waits for a request that it can disturb.
    """

    instead: Callable[[], Reply] | None = None
    change: Callable[[Reply], Reply] | None = None
    page: Disturbance | None = None


@define(eq=False)
class _Queued:
    """A fault, the operations that it is for (none: all), and how often it is still to come (None: for ever)."""

    fault: Fault
    operations: frozenset[str]
    left: int | None

    def is_for(self, operation: str, follows: bool) -> bool:
        if self.fault.page is Disturbance.DUPLICATE_ROW and not follows:
            return False  # a first page has no page before
        return not self.operations or operation in self.operations


Refuse: TypeAlias = Callable[[str, str, str, int], Reply]
"""Makes the reply of an error: of its name, its message, its TurkErrorCode and the HTTP status."""


def _cut(reply: Reply) -> Reply:
    return evolve(reply, body=reply.body[: len(reply.body) // 2])


def _broken_off(reply: Reply) -> Reply:
    half = _cut(reply)
    return evolve(half, missing=len(reply.body) - len(half.body))


class Faults:
    """The faults of one endpoint that are still to come, in the order in which they were asked for.

    Every method takes the names of the operations that it is for, all where none is named, and `times`: how many of
    their requests it meets, all to come where it is None. Where several are for one operation, they come one after the
    other.

    Raises:
        InvalidInput: an operation that there is not, or a number that is none.
    """

    def __init__(self, operations: Collection[str], refuse: Refuse) -> None:
        self._known = operations
        self._lists = tuple(name for name in operations if name.startswith("List"))
        self._refuse = refuse
        self._queue: list[_Queued] = []
        self._lock = threading.Lock()

    def throttle(self, *operations: str, times: int | None = 1) -> None:
        """ThrottlingException, `Rate exceeded`; the operation is not performed."""
        row = ERRORS["throttled"]
        self.refuse(row.name, row.words, *operations, times=times)

    def fail(self, *operations: str, times: int | None = 1) -> None:
        """HTTP status 500, a ServiceFault; the operation is not performed."""
        row = ERRORS["service-fault"]
        self.refuse(row.name, row.words, *operations, turk_code=row.turk_code, status=row.status, times=times)

    def refuse(
        self, name: str, words: str, *operations: str, turk_code: str = "", status: int = 400, times: int | None = 1
    ) -> None:  # fmt: skip
        """An error of your choice: its name (`AccessDeniedException`) and words; the operation is not performed."""
        self.add(Fault(instead=lambda: self._refuse(name, words, turk_code, status)), *operations, times=times)

    def answer(
        self, body: str | bytes, *operations: str, status: int = 200, content_type: str = "", times: int | None = 1
    ) -> None:  # fmt: skip
        """A body of your choice, as a proxy gives it (`<html>`), or a broken service; nothing is performed."""
        written = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        made = Reply(status, written, content_type) if content_type else Reply(status, written)
        self.add(Fault(instead=lambda: made), *operations, times=times)

    def slow(self, seconds: float, *operations: str, times: int | None = 1) -> None:
        """The right answer, so many seconds late."""
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise WrongType(f"seconds: expected a number, got {described(seconds)}")
        if not 0 <= seconds < threading.TIMEOUT_MAX:
            raise InvalidInput(Problem(f"seconds: got {show(seconds)}, expected a number that can be waited for"))
        self.add(Fault(change=lambda reply: evolve(reply, delay=seconds)), *operations, times=times)

    def cut(self, *operations: str, times: int | None = 1) -> None:
        """Half of the body, announced as the whole; the operation is performed."""
        self.add(Fault(change=_cut), *operations, times=times)

    def break_off(self, *operations: str, times: int | None = 1) -> None:
        """Half of the body, and then the connection ends; the operation is performed."""
        self.add(Fault(change=_broken_off), *operations, times=times)

    def hang_up(self, *operations: str, times: int | None = 1) -> None:
        """The connection is closed without an answer; the operation is performed."""
        self.add(Fault(change=lambda reply: evolve(reply, hangs_up=True)), *operations, times=times)

    def repeat_token(self, *operations: str, times: int | None = 1) -> None:
        """Of a list: the page's NextToken leads to the same page again; with `times=None` the pages never end."""
        self.add(Fault(page=Disturbance.REPEATED_TOKEN), *operations, times=times)

    def duplicate_rows(self, *operations: str, times: int | None = 1) -> None:
        """Of a list: a page that follows another begins with the last row of that one."""
        self.add(Fault(page=Disturbance.DUPLICATE_ROW), *operations, times=times)

    def add(self, fault: Fault, *operations: str, times: int | None = 1) -> None:
        """A fault of your own making."""
        possible = self._known if fault.page is None else self._lists
        if unknown := [name for name in operations if name not in possible]:
            raise InvalidInput([_no_such(name, possible, self._known) for name in unknown])
        if times is not None and type(times) is not int:
            raise WrongType(f"times: expected an integer or None, got {described(times)}")
        if times is not None and times < 1:
            raise InvalidInput(Problem(f"times: got {show(times)}, expected 1 or more, or None for ever"))
        of = operations if fault.page is None else operations or self._lists
        with self._lock:
            self._queue.append(_Queued(fault, frozenset(of), times))

    def sibling(self) -> Faults:
        """Others of the same operations, of which none is to come."""
        return Faults(self._known, self._refuse)

    def take_over(self, others: Faults) -> None:
        """Let all that is to come of others come here, after what is to come already."""
        with self._lock:
            self._queue += others._queue

    def clear(self) -> None:
        """Forget all that is still to come."""
        with self._lock:
            self._queue.clear()

    def take(self, operation: str, *, follows: bool = False) -> Fault | None:
        """The fault that meets a request of this operation, which counts; None where all is well.

        `follows` says that the request asks for a page that follows another.
        """
        with self._lock:
            queued = next((each for each in self._queue if each.is_for(operation, follows)), None)
            if queued is None:
                return None
            if queued.left is not None:
                queued.left -= 1
                if not queued.left:
                    self._queue.remove(queued)
            return queued.fault


def _no_such(name: str, possible: Collection[str], known: Collection[str]) -> Problem:
    """What is said of an operation that a fault cannot be for."""
    if name in known:
        return Problem(f"{show(name)} has no pages", help=f"those that list are {', '.join(possible)}")
    meant = nearest(name, possible)
    mend = f"did you mean `{meant}`?" if meant else f"known are {', '.join(possible)}"
    return Problem(f"no operation {show(name)}", help=mend)
