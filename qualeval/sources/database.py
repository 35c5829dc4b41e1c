"""The file of a store: one of SQLite's, made for its owner alone, brought to the newest version, and never guessed at.

What SQLite raises ends here, told in our words: a file that is none of ours, one that is damaged, one that somebody
else is using. This module does not know what the tables say.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from qualeval.errors import InputNotFound, InvalidInput, Problem, QualevalError
from qualeval.sources.schema import APPLICATION_ID, MIGRATIONS
from qualeval.sources.texts import reason_of

__all__ = ["connected", "damaged", "make_for_owner", "migrate", "telling", "told"]

_UNREACHABLE = frozenset({
    sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_AUTH, sqlite3.SQLITE_NOMEM,
})  # fmt: skip
_IN_USE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def told(error: sqlite3.Error, path: str) -> QualevalError:
    """What SQLite says of a store, in our words."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of it are details
    if code in _IN_USE:
        return InvalidInput(Problem("another process is using the store", help="try again"), path)
    if code in _UNREACHABLE:
        return InputNotFound(f"cannot open the store {path}: {error}")
    if code == sqlite3.SQLITE_NOTADB:
        return InvalidInput(Problem(f"this is no store: {error}", help="name another file"), path)
    return damaged(path, str(error))


def damaged(path: str, why: str) -> InvalidInput:
    """The error that a store has what none has."""
    return InvalidInput(Problem(f"the store is damaged: {why}", help="move it away, and sync makes another"), path)


@contextmanager
def telling(path: str) -> Iterator[None]:
    """Within it, what SQLite raises is told in our words."""
    try:
        yield
    except sqlite3.Error as error:
        raise told(error, path) from None


def make_for_owner(path: str) -> bool:
    """Makes an empty file that its owner alone can read, if there is none; so can what SQLite lays beside it.

    Returns whether it was made.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    except OSError as error:
        raise InputNotFound(f"cannot make the store {path}: {reason_of(error)}") from None
    return True


def connected(path: str, wait: float = 10.0) -> sqlite3.Connection:
    """A connection to a store, in which transactions are begun by hand; `wait` is in seconds, for those of others."""
    with telling(path):
        connection = sqlite3.connect(path, timeout=wait, isolation_level=None)
        connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def migrate(connection: sqlite3.Connection, path: str, *, is_new: bool = False) -> None:
    """Brings the file to the newest version. Another program's file is left alone, and so is an empty one.

    `is_new` says that an empty file is to become a store.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    is_empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if application != APPLICATION_ID and not is_empty:
        raise InvalidInput(Problem("this is another program's SQLite file", help="name another file"), path)
    if is_empty and not is_new:
        raise InvalidInput(Problem("the file is empty, and no store yet", help="sync makes one of it"), path)
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
