"""The tables of the store, as steps from one version to the next. `user_version` counts the steps that were made.

A step is never changed once it is published: what follows is another step.
"""

from __future__ import annotations

__all__ = ["APPLICATION_ID", "MIGRATIONS"]

APPLICATION_ID = 0x7175616C
"""What tells a store from another SQLite file: "qual"."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    -- A list of the service's: which reading is the current one, where it goes on, and when the last one began that
    -- came to its end. Rows carry the run that saw them last, so that those which are no more can be told.
    CREATE TABLE list (
        name TEXT PRIMARY KEY,
        run INTEGER NOT NULL,
        begun_at REAL,
        part TEXT,
        token TEXT,
        finished_at REAL
    ) WITHOUT ROWID;

    CREATE TABLE hit (hit_id TEXT PRIMARY KEY, answer TEXT NOT NULL, learned_at REAL NOT NULL, run INTEGER)
        WITHOUT ROWID;

    CREATE TABLE type (
        type_id TEXT PRIMARY KEY,
        name TEXT,
        description TEXT,
        is_active INTEGER NOT NULL,
        learned_at REAL NOT NULL,
        run INTEGER NOT NULL
    ) WITHOUT ROWID;

    -- `value` is an integer, the text of a locale, or NULL where no value was told.
    CREATE TABLE score (
        worker_id TEXT NOT NULL,
        type_id TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('Granted', 'Revoked')),
        value,
        granted_at REAL,
        learned_at REAL NOT NULL,
        run INTEGER NOT NULL,
        PRIMARY KEY (worker_id, type_id)
    ) WITHOUT ROWID;
    CREATE INDEX score_of_type ON score (type_id);

    CREATE TABLE block (
        worker_id TEXT PRIMARY KEY,
        reason TEXT NOT NULL,
        learned_at REAL NOT NULL,
        run INTEGER NOT NULL
    ) WITHOUT ROWID;

    -- What is known from elsewhere than the service, in the grammar of facts.
    CREATE TABLE fact (
        worker_id TEXT NOT NULL,
        type_id TEXT NOT NULL,
        states TEXT NOT NULL,
        basis TEXT NOT NULL,
        learned_at REAL,
        source TEXT,
        PRIMARY KEY (worker_id, type_id)
    ) WITHOUT ROWID;
    """,
)
