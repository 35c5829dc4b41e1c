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
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from attrs import define, evolve, field, frozen

from qualeval.errors import HITNotFound, InputNotFound, InvalidInput, Problem, nearest, show
from qualeval.model.facts import Basis, Fact
from qualeval.model.grammar import read_fact
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_NAMES, SYSTEM_ONLY, TypeNames, qualification_type, type_id_problem
from qualeval.model.workers import WorkerProfile
from qualeval.sources.hits import parse_hit
from qualeval.sources.rows import Score, ScoreStatus, TypeInfo
from qualeval.sources.schema import APPLICATION_ID, MIGRATIONS
from qualeval.sources.structure import is_object
from qualeval.sources.texts import reason_of
from qualeval.values.locale import Locale

__all__ = ["BLOCKS", "HITS", "TYPES", "Reading", "Store", "connected", "make_for_owner", "scores_list", "time_of"]

HITS, TYPES, BLOCKS = "hits", "types", "blocks"
"""The lists of the service that are about the requester as a whole."""

SOURCE = "Mechanical Turk"
"""Where facts from the service say that they are from."""

REMEMBERED = 50_000
"""So many profiles are kept in memory, until the store changes."""


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


@define
class _Memory:
    """What was read of the store in one of its states: `version` counts those that SQLite tells apart."""

    version: int
    finished: Mapping[str, datetime]
    names: TypeNames
    blocks_at: datetime | None
    blocked: frozenset[str]
    profiles: dict[tuple[str, frozenset[str] | None], WorkerProfile] = field(factory=dict)


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
        _migrate(self._connection, self.path)

    @classmethod
    def create(cls, path: str | os.PathLike[str], *, names: TypeNames = SYSTEM_ONLY) -> Store:
        """The store of this path, made if it is not there. Raises InputNotFound where it cannot be made."""
        make_for_owner(os.fspath(path))
        return cls(path, names=names)

    @property
    def _connection(self) -> sqlite3.Connection:
        """This thread's connection: SQLite's are for one thread each."""
        if not hasattr(self._local, "connection"):
            self._local.connection = connected(self.path)
        connection: sqlite3.Connection = self._local.connection
        return connection

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
        query = "SELECT answer, learned_at FROM hit WHERE hit_id = ?"
        row = self._connection.execute(query, (hit_id,)).fetchone()
        if row is None:
            meant = nearest(hit_id, self.hit_ids())
            fetch = f"`qualeval sync {hit_id} --store {self.path}` fetches it"
            mend = f"did you mean {show(meant)}?" if meant else fetch
            raise HITNotFound(hit_id, f"the store {self.path} has no HIT {show(hit_id)}; {mend}")
        hit = parse_hit(json.loads(row[0]), source=f"HIT {hit_id} of {self.path}", names=self.names)
        return hit.replace(status=None, assignments_available=None) if self._is_stale(time_of(row[1])) else hit

    def _is_stale(self, at: datetime) -> bool:
        return self._known_since is not None and at < self._known_since

    def hit_ids(self) -> list[str]:
        """The ids of all HITs, sorted."""
        return [row[0] for row in self._connection.execute("SELECT hit_id FROM hit ORDER BY hit_id")]

    def types_named(self, hit_id: str) -> set[str]:
        """The qualification types that a HIT names, also one that could not be read; none of a HIT that is not here."""
        row = self._connection.execute("SELECT answer FROM hit WHERE hit_id = ?", (hit_id,)).fetchone()
        asked = [] if row is None else json.loads(row[0]).get("QualificationRequirements") or []
        named = (each.get("QualificationTypeId") for each in asked if is_object(each))
        return {each for each in named if isinstance(each, str)}

    def hit_times(self) -> dict[str, datetime]:
        """When each HIT was learned."""
        rows = self._connection.execute("SELECT hit_id, learned_at FROM hit")
        return {hit_id: time_of(at) for hit_id, at in rows}

    @property
    def types(self) -> list[TypeInfo]:
        """The requester's own qualification types, as the service described them, in the order of their ids."""
        rows = self._connection.execute("SELECT type_id, name, description, is_active FROM type ORDER BY type_id")
        return [
            TypeInfo(type_id, name, description, is_active=bool(is_active))
            for type_id, name, description, is_active in rows
        ]

    @property
    def names(self) -> TypeNames:
        """How types are called: the caller's names, and those of the service that can stand for one type alone."""
        return self._memory().names

    @property
    def endpoint(self) -> str | None:
        """The address of the service that it is a store of; None where nothing was learned yet."""
        row = self._connection.execute("SELECT value FROM about WHERE key = 'endpoint'").fetchone()
        return None if row is None else str(row[0])

    def reading(self, name: str) -> Reading:
        """How far a list has been read."""
        query = "SELECT run, begun_at, part, token, finished_at FROM list WHERE name = ?"
        row = self._connection.execute(query, (name,)).fetchone()
        if row is None:
            return Reading()
        run, begun_at, part, token, finished_at = row
        return Reading(run, _time_or_none(begun_at), part, token, _time_or_none(finished_at))

    def counts(self) -> dict[str, int]:
        """How many rows of each kind there are: `hits`, `types`, `scores`, `blocks`, `facts`."""
        return {f"{table}s": self._count(table) for table in ("hit", "type", "score", "block", "fact")}

    def _count(self, table: str) -> int:
        count: int = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return count

    def count_of_scores(self, type_id: str, status: ScoreStatus) -> int:
        """How many workers have this status of a type."""
        query = "SELECT count(*) FROM score WHERE type_id = ? AND status = ?"
        count: int = self._connection.execute(query, (type_id, str(status))).fetchone()[0]
        return count

    # --- workers

    def worker_ids(self) -> Iterator[str]:
        """The ids of all workers of whom anything is known, sorted."""
        tables = (f"SELECT worker_id FROM {table}" for table in ("score", "fact", "block"))
        return (row[0] for row in self._connection.execute(f"{' UNION '.join(tables)} ORDER BY 1"))

    def get_worker(
        self, worker_id: str, types: Collection[str] | None = None, hit_id: str | None = None
    ) -> WorkerProfile:  # fmt: skip
        """What is known of a worker.

        Of a type whose list was read to its end, and on which she is not, that she lacked it then; `types` are those
        that this is asked of, None all of them. Of the rest, and of a worker of whom the store has nothing, nothing is
        known. What the service said goes before what others said. `hit_id` is of no account here.
        """
        memory = self._memory()
        key = worker_id, None if types is None else frozenset(types)
        known = memory.profiles.get(key)
        if known is None:
            if len(memory.profiles) >= REMEMBERED:
                memory.profiles.clear()
            known = memory.profiles[key] = self._read_worker(memory, worker_id, types)
        return known

    def _read_worker(self, memory: _Memory, worker_id: str, types: Collection[str] | None) -> WorkerProfile:
        said: dict[str, Fact] = {}
        learned: dict[str, Fact] = {}
        for type_id, status, value, granted_at, learned_at, basis, source in self._connection.execute(
            _FACTS, (worker_id, worker_id)
        ):
            if basis is None:
                learned[type_id] = _scored(type_id, status, value, granted_at, learned_at)
            else:
                said[type_id] = _stated(type_id, value, learned_at, basis, source)
        finished = memory.finished
        for type_id in finished if types is None else finished.keys() & types:
            learned.setdefault(type_id, _absent(type_id, finished[type_id]))
        facts = learned | {type_id: fact for type_id, fact in said.items() if self._is_old(learned.get(type_id))}
        blocked = None
        if memory.blocks_at is not None and not self._is_stale(memory.blocks_at):
            blocked = worker_id in memory.blocked
        profile = WorkerProfile(worker_id, facts, blocked=blocked)
        return profile if self._known_since is None else profile.aged(self._known_since)

    def _is_old(self, learned: Fact | None) -> bool:
        """Whether the service's word does not count, so that the word of others does."""
        if learned is None or learned.learned_at is None:
            return learned is None
        return self._is_stale(learned.learned_at)

    def _memory(self) -> _Memory:
        """What is in memory of the store as it is now."""
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        known: _Memory | None = getattr(self._local, "memory", None)
        if known is None or known.version != version:
            known = self._local.memory = self._remembered(version)
        return known

    def _remembered(self, version: int) -> _Memory:
        finished = {
            name: time_of(at)
            for name, at in self._connection.execute("SELECT name, finished_at FROM list WHERE finished_at IS NOT NULL")
        }
        prefix = scores_list("")
        scores = {name.removeprefix(prefix): at for name, at in finished.items() if name.startswith(prefix)}
        blocked = frozenset(row[0] for row in self._connection.execute("SELECT worker_id FROM block"))
        names = TypeNames({**_usable_names(self.types, self._own), **self._own.own})
        return _Memory(version, scores, names, finished.get(BLOCKS), blocked)

    def __repr__(self) -> str:
        return f"<Store {self.path}>"


_FACTS = """
    SELECT type_id, NULL, states, NULL, learned_at, basis, source FROM fact WHERE worker_id = ?
    UNION ALL
    SELECT type_id, status, value, granted_at, learned_at, NULL, NULL FROM score WHERE worker_id = ?
"""


# --- the file


def make_for_owner(path: str) -> None:
    """Makes an empty file that its owner alone can read, if there is none; so can what SQLite lays beside it."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise InputNotFound(f"cannot make the store {path}: {reason_of(error)}") from None


def connected(path: str, wait: float = 10.0) -> sqlite3.Connection:
    """A connection to a store, in which transactions are begun by hand; `wait` is in seconds, for those of others."""
    try:
        connection = sqlite3.connect(path, timeout=wait, isolation_level=None)
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.OperationalError as error:
        raise InputNotFound(f"cannot open the store {path}: {error}") from None
    except sqlite3.DatabaseError as error:
        raise InvalidInput(Problem(f"this is no store: {error}", help="name another file"), path) from None
    return connection


def _migrate(connection: sqlite3.Connection, path: str) -> None:
    """Brings the file to the newest version. Another program's file is left alone."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    is_empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if application != APPLICATION_ID and not is_empty:
        raise InvalidInput(Problem("this is another program's SQLite file", help="name another file"), path)
    if version > len(MIGRATIONS):
        found = f"the store has version {version}, expected {len(MIGRATIONS)} at most"
        raise InvalidInput(Problem(found, help="a later qualeval made it: upgrade"), path)
    if version < len(MIGRATIONS):
        _make_steps(connection)


def _make_steps(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]  # another process may have been here
        for step in MIGRATIONS[version:]:
            for statement in filter(str.strip, step.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


# --- rows to facts


def time_of(seconds: float) -> datetime:
    """A time as the store has it: seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def _time_or_none(seconds: float | None) -> datetime | None:
    return None if seconds is None else time_of(seconds)


@lru_cache(4096)
def _score_fact(type_id: str, status: str, value: int | str | None) -> Fact:
    """What a score says, without its times."""
    held = Locale.parse(value) if isinstance(value, str) else value
    return Score(type_id, "", ScoreStatus(status), held).fact(source=SOURCE)


def _scored(
    type_id: str, status: str, value: int | str | None, granted_at: float | None, learned_at: float
) -> Fact:  # fmt: skip
    fact = _score_fact(type_id, status, value)
    return Fact(
        fact.states, fact.is_revoked, _time_or_none(granted_at), time_of(learned_at), SOURCE, Basis.LEARNED
    )  # fmt: skip


def _stated(type_id: str, states: str, learned_at: float | None, basis: str, source: str | None) -> Fact:
    fact = read_fact(type_id, states)
    return evolve(fact, learned_at=_time_or_none(learned_at), basis=Basis(basis), source=source)


@lru_cache(4096)
def _absent(type_id: str, at: datetime) -> Fact:
    """What it says that a worker is not on the list of a type."""
    return Fact(qualification_type(type_id).lacked, learned_at=at, source=SOURCE, basis=Basis.LEARNED)


def _usable_names(types: Iterable[TypeInfo], own: TypeNames) -> dict[str, str]:
    """Names of the service's that can be names here: of one type alone, and neither an id nor a name already."""
    by_name: dict[str, list[str]] = {}
    for each in types:
        if each.name:
            by_name.setdefault(each.name, []).append(each.type_id)
    taken = {name.casefold() for name in (*SYSTEM_NAMES, *own.own)}
    named = set(own.own.values())
    return {
        name: ids[0]
        for name, ids in by_name.items()
        if len(ids) == 1 and ids[0] not in named and name.casefold() not in taken and type_id_problem(name) is not None
    }
