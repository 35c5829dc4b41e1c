"""Pools that are uploaded: tables and profiles, read in memory, and all of it at once, so that what is wrong is told.

This module does not know what is asked of a pool.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from qualeval.bulk.files import frame_of
from qualeval.bulk.reach import Reach
from qualeval.errors import InvalidInput, Problem
from qualeval.model.qualification_types import TypeNames
from qualeval.model.workers import WorkerProfile
from qualeval.sources import pool as pools
from qualeval.sources.results_csv import is_results_csv
from qualeval.sources.tables import open_table
from qualeval.sources.workers import load_workers
from qualeval.sources.workers_csv import is_workers_csv, read_workers_csv

__all__ = ["read_pool", "stream_of"]

_PROFILES = (".json", ".jsonl", ".yaml", ".yml")
_TABLES = (".csv", ".tsv")
_MOST = 10_000_000
"""More workers than that are not kept in memory."""

_LARGE = 1 << 19
"""Tables of so many bytes are read as frames: row by row they would take seconds."""


def stream_of(content: bytes) -> BytesIO:
    """What was uploaded, as a file that was never one."""
    stream = BytesIO(content)
    stream.name = "the file"
    return stream


def read_pool(name: str, content: bytes, names: TypeNames) -> Reach:
    """The pool of a file: a table in CSV or Parquet, the requester site's workers file, or worker profiles.

    Raises:
        InvalidInput: it cannot be read, has no worker, or cells that are no fact; all of it at once.
    """
    reach = Reach(_workers_of(name.lower(), content, names), names=names)
    if not len(reach):
        raise InvalidInput(Problem("expected a worker or several, found none"), name)
    reach.read_all()
    return reach


def _workers_of(name: str, content: bytes, names: TypeNames) -> Any:
    """Profiles, or a frame."""
    if name.endswith(_PROFILES):
        return load_workers(stream_of(content), names=names)
    rows = _rows_of(content, names) if name.endswith(_TABLES) else None
    return _frame_of(name, content) if rows is None else list(rows)


def _frame_of(name: str, content: bytes) -> Any:
    """A frame. InvalidInput where it has more workers than are kept: a small Parquet file may hold any number."""
    frame = frame_of(name, content, _MOST + 1)
    if len(frame) > _MOST:
        mend = "`qualeval screen` reads files of any size"
        raise InvalidInput(Problem(f"expected {_MOST:,} workers at most, found more", help=mend), name)
    return frame


def _rows_of(content: bytes, names: TypeNames) -> Iterable[WorkerProfile] | None:
    """The workers of a table, row by row; None where it is large, and none that a frame cannot read."""
    table = open_table(stream_of(content))
    if is_workers_csv(table.header):
        return read_workers_csv(table, names=names).profiles()
    if is_results_csv(table.header):
        mend = "`qualeval learn` makes facts of it"
        raise InvalidInput(Problem("the results of a batch say nothing of qualifications", help=mend), table.name)
    return None if len(content) >= _LARGE else pools.read_pool(table, names=names)
