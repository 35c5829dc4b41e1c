"""A store of what the service said: HITs, qualification types, scores and blocks, and when each was learned.

It is one SQLite file, which its owner alone can read, and holds no credentials. A list that was read to its end says of
those who are not on it, too: whoever is neither among the granted nor among the revoked of a type lacked it when the
reading began. So the store answers for every worker, and without a network.

This module does not know who asks the service, nor how workers are judged.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

from attrs import frozen

from qualeval.errors import HITNotFound, InputNotFound, InvalidInput, nearest, show
from qualeval.model.facts import Fact
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.model.workers import WorkerProfile
from qualeval.sources.database import connected, damaged, make_for_owner, migrate, telling, told
from qualeval.sources.hits import parse_hit
from qualeval.sources.own_names import named_too
from qualeval.sources.rows import ScoreStatus, TypeInfo
from qualeval.sources.stored_workers import SAID, Question, time_of
from qualeval.sources.structure import is_list, is_object

__all__ = ["BLOCKS", "HITS", "TYPES", "Reading", "Store", "scores_list"]

HITS, TYPES, BLOCKS = "hits", "types", "blocks"
"""The lists of the service that are about the requester as a whole."""

AT_ONCE = 100
"""So many workers are read in one state of the store, where many are asked about."""


def scores_list(type_id: str) -> str:
    """What the list of a type's scores is called."""
    return f"scores/{type_id}"


@frozen
class Reading:
    """How far a list has been read.

    `begun_at` is when the reading began that is under way, `part` and `token` where it goes on; None where none is, and
    a token of None is the first page. `finished_at` is when the last one began that came to its end. `run` counts them.
    """

    run: int = 0
    begun_at: datetime | None = None
    part: str | None = None
    token: str | None = None
    finished_at: datetime | None = None


class Store:
    """A store that is there already: a source of HITs and of workers. It may be shared between threads.

    `names` are names for types of the caller's own. What was learned before `known_since` (aware of its zone) is not
    known any more; None forgets nothing.

    Raises:
        InputNotFound: there is no such file, or it cannot be opened.
        InvalidInput: it is no store, or one of a later version of qualeval.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, names: TypeNames = SYSTEM_ONLY, known_since: datetime | None = None
    ) -> None:
        self.path = os.fspath(path)
        self._own = names
        self._known_since = known_since
        self._local = threading.local()
        if not os.path.exists(self.path):
            raise InputNotFound(f"no store {self.path}; `qualeval sync --store {self.path}` makes one")
        with telling(self.path):
            migrate(self._connection, self.path)

    @classmethod
    def create(cls, path: str | os.PathLike[str], *, names: TypeNames = SYSTEM_ONLY) -> Store:
        """The store of this path, made if it is not there. Raises InputNotFound where it cannot be made."""
        make_for_owner(os.fspath(path))
        with telling(os.fspath(path)), closing(connected(os.fspath(path))) as connection:
            migrate(connection, os.fspath(path), is_new=True)
        return cls(path, names=names)

    @property
    def _connection(self) -> sqlite3.Connection:
        """This thread's connection: SQLite's are for one thread each."""
        try:
            connection: sqlite3.Connection = self._local.connection
        except AttributeError:
            connection = self._local.connection = connected(self.path)
        return connection

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise told(error, self.path) from None

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Within it, what is read is of one state of the store."""
        self._rows("BEGIN")
        try:
            yield
        finally:
            self._rows("COMMIT")

    def close(self) -> None:
        """Closes this thread's connection; whoever asks again opens another."""
        if hasattr(self._local, "connection"):
            self._connection.close()
            del self._local.connection

    # --- HITs, types and lists

    def get_hit(self, hit_id: str) -> HIT:
        """The HIT of this id, as the service gave it. HITNotFound where the store has none.

        Of a HIT that was learned too long ago it is not known whether it can still be taken.
        """
        answer, at = self._hit_row(hit_id)
        hit = parse_hit(self._answer(hit_id, answer), source=f"HIT {hit_id} of {self.path}", names=self.names)
        is_stale = self._known_since is not None and self._time(at) < self._known_since
        return hit.replace(status=None, assignments_available=None) if is_stale else hit

    def get_hit_answer(self, hit_id: str) -> dict[str, object]:
        """What GetHIT answered, `{"HIT": {...}}`. HITNotFound where the store has no such HIT."""
        return {"HIT": self._answer(hit_id, self._hit_row(hit_id)[0])}

    def _hit_row(self, hit_id: str) -> tuple[str, float]:
        """The answer, and when it was learned."""
        rows: list[tuple[str, float]] = self._rows("SELECT answer, learned_at FROM hit WHERE hit_id = ?", (hit_id,))
        if not rows:
            meant = nearest(hit_id, self.hit_ids())
            fetch = f"`qualeval sync {hit_id} --store {self.path}` fetches it"
            mend = f"did you mean {show(meant)}?" if meant else fetch
            raise HITNotFound(hit_id, f"the store {self.path} has no HIT {show(hit_id)}; {mend}")
        return rows[0]

    def _answer(self, hit_id: str, text: str) -> Any:
        """What the service said of a HIT."""
        try:
            return json.loads(text)
        except (TypeError, ValueError, RecursionError) as error:
            raise damaged(self.path, f"HIT {show(hit_id)}: {error}") from None

    def _time(self, seconds: float) -> datetime:
        try:
            return time_of(seconds)
        except InvalidInput as error:
            raise damaged(self.path, str(error)) from None

    def _time_or_none(self, seconds: float | None) -> datetime | None:
        return None if seconds is None else self._time(seconds)

    def hit_ids(self) -> list[str]:
        """The ids of all HITs, sorted."""
        return [hit_id for (hit_id,) in self._rows("SELECT hit_id FROM hit ORDER BY hit_id")]

    def types_named(self, hit_id: str) -> set[str]:
        """The qualification types that a HIT names, also one that could not be read; none of a HIT that is not here."""
        rows = self._rows("SELECT answer FROM hit WHERE hit_id = ?", (hit_id,))
        answers = [self._answer(hit_id, text) for (text,) in rows]
        listed = [each.get("QualificationRequirements") for each in answers if is_object(each)]
        asked = [each for one in listed if is_list(one) for each in one]
        named = (each.get("QualificationTypeId") for each in asked if is_object(each))
        return {each for each in named if isinstance(each, str)}

    def hit_times(self) -> dict[str, datetime]:
        """When each HIT was learned."""
        return {hit_id: self._time(at) for hit_id, at in self._rows("SELECT hit_id, learned_at FROM hit")}

    @property
    def types(self) -> list[TypeInfo]:
        """The requester's own qualification types, as the service described them, in the order of their ids."""
        rows = self._rows("SELECT type_id, name, description, is_active FROM type ORDER BY type_id")
        return [
            TypeInfo(type_id, name, description, is_active=bool(is_active))
            for type_id, name, description, is_active in rows
        ]

    @property
    def names(self) -> TypeNames:
        """How types are called: the caller's names, and those of the service that can stand for one type alone."""
        return named_too(self._own, self.types)

    @property
    def endpoint(self) -> str | None:
        """The address of the service that it is a store of; None where nothing was learned yet."""
        rows = self._rows("SELECT value FROM about WHERE key = 'endpoint'")
        return str(rows[0][0]) if rows else None

    def reading(self, name: str) -> Reading:
        """How far a list has been read."""
        rows = self._rows("SELECT run, begun_at, part, token, finished_at FROM list WHERE name = ?", (name,))
        if not rows:
            return Reading()
        ((run, begun_at, part, token, finished_at),) = rows
        return Reading(run, self._time_or_none(begun_at), part, token, self._time_or_none(finished_at))

    def counts(self) -> dict[str, int]:
        """How many rows of each kind there are: `hits`, `types`, `scores`, `blocks`, `facts`."""
        return {f"{table}s": self._count(table) for table in ("hit", "type", "score", "block", "fact")}

    def _count(self, table: str, condition: str = "", values: Sequence[object] = ()) -> int:
        ((count,),) = self._rows(f"SELECT count(*) FROM {table} {condition}", values)
        return int(count)

    def count_of_scores(self, type_id: str, status: ScoreStatus) -> int:
        """How many workers have this status of a type."""
        return self._count("score", "WHERE type_id = ? AND status = ?", (type_id, str(status)))

    # --- workers

    def worker_ids(self) -> Iterator[str]:
        """The ids of all workers of whom anything is known, sorted."""
        tables = (f"SELECT worker_id FROM {table}" for table in ("score", "fact", "block"))
        return (worker_id for (worker_id,) in self._rows(f"{' UNION '.join(tables)} ORDER BY 1"))

    def get_worker(
        self, worker_id: str, types: Collection[str] | None = None, hit_id: str | None = None
    ) -> WorkerProfile:  # fmt: skip
        """What is known of a worker towards these types; None is all.

        Of a type whose list was read to its end, and on which she is not, that she lacked it then. Of the rest, and of
        a worker of whom the store has nothing, nothing is known. What the service said goes before what others said.
        `hit_id` is of no account here.
        """
        question = Question.about(types)
        rows = self._rows(question.statement, (worker_id, *question.values))
        return self._profile(question, worker_id, rows, self._known_since)

    def get_workers(
        self, worker_ids: Iterable[str], types: Collection[str] | None = None
    ) -> Iterator[WorkerProfile]:  # fmt: skip
        """The same of many workers, in their order: quicker than one by one, and without keeping them."""
        question, ids = Question.about(types), iter(worker_ids)
        while some := list(islice(ids, AT_ONCE)):
            with self._reading():
                found = [self._rows(question.statement, (each, *question.values)) for each in some]
            for each, rows in zip(some, found, strict=True):
                yield self._profile(question, each, rows, self._known_since)

    def said(self, worker_id: str) -> dict[str, Fact]:
        """What others than the service said of a worker, however old."""
        rows = self._rows(SAID, (worker_id,))
        return dict(self._profile(Question.about(()), worker_id, rows, None).facts)

    def _profile(
        self, question: Question, worker_id: str, rows: list[Any], since: datetime | None
    ) -> WorkerProfile:  # fmt: skip
        try:
            return question.profile(worker_id, rows, since)
        except InvalidInput as error:
            raise damaged(self.path, f"worker {show(worker_id)}: {error}") from None

    def __repr__(self) -> str:
        return f"<Store {self.path}>"
