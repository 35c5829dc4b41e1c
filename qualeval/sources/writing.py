"""Writing to the store: page by page, so that whoever is killed at any point leaves a store that can be gone on with.

A page and the token of the next one are one transaction. Rows are kept by what they are about, so a page that comes
twice changes nothing; each carries the run of the reading that saw it last, and those which the last reading did not
see are dropped when it comes to its end.

One process writes at a time: it holds the lock beside the file. The operating system frees it when the process ends,
however it ends. This module does not know how pages are had.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from functools import singledispatch
from typing import Any

from attrs import define

from qualeval.errors import InvalidInput, Problem
from qualeval.model.facts import Fact
from qualeval.model.workers import WorkerProfile
from qualeval.sources.database import connected, make_for_owner, telling
from qualeval.sources.rows import Block, ListedHIT, Score, TypeInfo
from qualeval.sources.store import BLOCKS, HITS, TYPES, Reading, Store, scores_list
from qualeval.sources.written_profiles import fact_words
from qualeval.values.locale import Locale

__all__ = ["Writer", "discard_if_empty", "keep_profiles", "writing"]


Join = Callable[[str, Fact, Fact], Fact]
"""Of a type (id), of the fact that is known and the one that is found, what is kept."""


@define
class Writer:
    """The one who writes to a store, as long as the lock is held."""

    store: Store
    connection: sqlite3.Connection

    def belong_to(self, endpoint: str) -> None:
        """Says whose answers these are. InvalidInput where the store has those of another service already."""
        known = self.store.endpoint
        if known is not None and known != endpoint:
            found = f"the store has what {known} said, got {endpoint}"
            raise InvalidInput(Problem(found, help="use a store for each service"), self.store.path)
        self._write([("INSERT OR IGNORE INTO about VALUES ('endpoint', ?)", (endpoint,))])

    def begin(self, name: str, first: str, now: datetime, resume_since: datetime) -> Reading:
        """Goes on with the reading of a list that began after `resume_since`, or begins another at the part `first`."""
        known = self.store.reading(name)
        if known.begun_at is not None and known.begun_at >= resume_since:
            return known
        return self.restart(name, first, now)

    def restart(self, name: str, first: str, now: datetime) -> Reading:
        """Begins to read a list from its first page, whatever was under way."""
        begin = """
            INSERT INTO list (name, run, begun_at, part, token) VALUES (?, 1, ?, ?, NULL)
            ON CONFLICT (name)
            DO UPDATE SET run = run + 1, begun_at = excluded.begun_at, part = excluded.part, token = NULL
        """
        self._write([(begin, (name, now.timestamp(), first))])
        return self.store.reading(name)

    def put_page(
        self, name: str, rows: Iterable[object], following: tuple[str, str | None] | None, asked_at: datetime
    ) -> None:  # fmt: skip
        """Keeps a page of a list, and where its reading goes on: in which part, with which token.

        None says that the list was read to its end: what the reading did not see is no more.
        """
        run = self.store.reading(name).run
        statements = [_put(row, asked_at.timestamp(), run) for row in rows]
        if following is None:
            self._write([*statements, *_finish(name)])
        else:
            self._write([*statements, ("UPDATE list SET part = ?, token = ? WHERE name = ?", (*following, name))])

    def put_hit(self, row: ListedHIT, asked_at: datetime) -> None:
        """Keeps a HIT that was asked for by itself."""
        self._write([_put(row, asked_at.timestamp(), None)])

    def put_profiles(self, profiles: Iterable[WorkerProfile], join: Join = lambda type_id, known, found: found) -> int:
        """Keeps what is known of workers from elsewhere than the service; all of it, or nothing.

        `join` says what is kept where there is a fact already: the one that is found, if nothing else is said. What no
        file can say (see `unsaid`) is left out. Returns how many facts are new or changed. InvalidInput for a profile
        without a WorkerId.
        """
        statements = [each for profile in profiles for each in self._facts(profile, join)]
        self._write(statements)
        return len(statements)

    def _facts(self, profile: WorkerProfile, join: Join) -> Iterator[tuple[str, Sequence[Any]]]:
        """The statements that keep what is new."""
        if profile.worker_id is None:
            raise InvalidInput(Problem("a profile without a WorkerId cannot be kept", help="give it one"))
        known = self.store.said(profile.worker_id)
        for type_id, fact in profile.facts.items():
            kept = join(type_id, known[type_id], fact) if type_id in known else fact
            states = fact_words(type_id, kept.states)
            if states is not None and kept != known.get(type_id):
                learned_at = None if kept.learned_at is None else kept.learned_at.timestamp()
                values = (profile.worker_id, type_id, states, str(kept.basis), learned_at, kept.source)
                yield "INSERT OR REPLACE INTO fact VALUES (?, ?, ?, ?, ?, ?)", values

    def _write(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """All of these, or none."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            for statement, values in statements:
                self.connection.execute(statement, values)
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")


def _finish(name: str) -> Iterator[tuple[str, Sequence[Any]]]:
    """The statements that end the reading of a list."""
    table, condition, values = _table(name)
    yield f"DELETE FROM {table} WHERE {condition} run < (SELECT run FROM list WHERE name = ?)", (*values, name)
    yield (
        "UPDATE list SET finished_at = begun_at, begun_at = NULL, part = NULL, token = NULL WHERE name = ?",
        (name,),
    )
    if name == TYPES:
        yield from ((each, ()) for each in _ORPHANS)


_ORPHANS = (
    "DELETE FROM score WHERE type_id NOT IN (SELECT type_id FROM type)",
    "DELETE FROM list WHERE name LIKE 'scores/%' AND substr(name, 8) NOT IN (SELECT type_id FROM type)",
)
"""What is left of a type that the requester does not have any more."""


@contextmanager
def writing(store: Store, wait: float = 30.0) -> Iterator[Writer]:
    """Lets one write to a store; another one who wants to waits so many seconds.

    Raises:
        InvalidInput: somebody else is still writing then.
    """
    make_for_owner(f"{store.path}-lock")
    inode = os.stat(f"{store.path}-lock").st_ino
    opened = sqlite3.connect(f"{store.path}-lock", timeout=wait, isolation_level=None)
    with telling(store.path), closing(opened) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            found = f"another process has been writing to the store for {wait:g} seconds"
            mend = "wait until it is done, or name another store"
            raise InvalidInput(Problem(found, help=mend), store.path) from None
        if not os.path.exists(f"{store.path}-lock") or os.stat(f"{store.path}-lock").st_ino != inode:
            raise InvalidInput(Problem("the store was removed while this waited for it", help="try again"), store.path)
        with closing(connected(store.path)) as connection:
            yield Writer(store, connection)


def keep_profiles(
    store: Store, profiles: Iterable[WorkerProfile], join: Join = lambda type_id, known, found: found
) -> int:  # fmt: skip
    """Keeps what is known of workers from elsewhere than the service, as `Writer.put_profiles` does."""
    with writing(store) as writer:
        return writer.put_profiles(profiles, join)


def discard_if_empty(store: Store) -> bool:
    """Removes a store that nothing was ever written to, unless somebody else is writing; whether it did."""
    try:
        with writing(store, wait=0):
            if sum(store.counts().values()) or any(store.reading(each).finished_at for each in (HITS, TYPES, BLOCKS)):
                return False
            store.close()
            for each in ("", "-wal", "-shm", "-lock"):
                with suppress(FileNotFoundError):
                    os.remove(f"{store.path}{each}")
    except InvalidInput:
        return False
    return True


# --- rows


def _table(name: str) -> tuple[str, str, tuple[str, ...]]:
    """The table that has the rows of a list, and what tells them from those of others."""
    tables = {HITS: "hit", TYPES: "type", BLOCKS: "block"}
    if name in tables:
        return tables[name], "", ()
    return "score", "type_id = ? AND", (name.removeprefix(scores_list("")),)


@singledispatch
def _put(row: object, at: float, run: int | None) -> tuple[str, Sequence[Any]]:
    """The statement that keeps a row of the service's."""
    raise TypeError(f"no row of a list: {row!r}")


@_put.register
def _(row: ListedHIT, at: float, run: int | None) -> tuple[str, Sequence[Any]]:
    answer = json.dumps(row.answer, default=_plain)
    return "INSERT OR REPLACE INTO hit VALUES (?, ?, ?, ?)", (row.hit_id, answer, at, run)


@_put.register
def _(row: TypeInfo, at: float, run: int | None) -> tuple[str, Sequence[Any]]:
    values = (row.type_id, row.name, row.description, row.is_active, at, run)
    return "INSERT OR REPLACE INTO type VALUES (?, ?, ?, ?, ?, ?)", values


@_put.register
def _(row: Score, at: float, run: int | None) -> tuple[str, Sequence[Any]]:
    value = str(row.value) if isinstance(row.value, Locale) else row.value
    granted_at = None if row.granted_at is None else row.granted_at.timestamp()
    values = (row.worker_id, row.type_id, str(row.status), value, granted_at, at, run)
    return "INSERT OR REPLACE INTO score VALUES (?, ?, ?, ?, ?, ?, ?)", values


@_put.register
def _(row: Block, at: float, run: int | None) -> tuple[str, Sequence[Any]]:
    return "INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?)", (row.worker_id, row.reason, at, run)


def _plain(value: object) -> object:
    """What JSON has no value for, in an answer of boto3's."""
    return value.isoformat() if isinstance(value, datetime) else str(value)
