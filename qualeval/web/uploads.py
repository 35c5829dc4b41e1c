"""Pools that are uploaded: tables and profiles, read in memory, and all of it at once, so that what is wrong is told.

This module does not know what is asked of a pool.
"""

from __future__ import annotations

from io import BytesIO

from qualeval.bulk.files import frame_of
from qualeval.bulk.reach import Reach
from qualeval.errors import InvalidInput, Problem
from qualeval.model.qualification_types import TypeNames
from qualeval.sources.workers import load_workers

__all__ = ["read_pool", "stream_of"]

_PROFILES = (".json", ".jsonl", ".yaml", ".yml")


def stream_of(content: bytes) -> BytesIO:
    """What was uploaded, as a file that was never one."""
    stream = BytesIO(content)
    stream.name = "the file"
    return stream


def read_pool(name: str, content: bytes, names: TypeNames) -> Reach:
    """The pool of a file: a table in CSV or Parquet, or worker profiles.

    Raises:
        InvalidInput: it cannot be read, has no worker, or cells that are no fact; all of it at once.
    """
    are_profiles = name.lower().endswith(_PROFILES)
    pool = load_workers(stream_of(content), names=names) if are_profiles else frame_of(name, content)
    reach = Reach(pool, names=names)
    if not len(reach):
        raise InvalidInput(Problem("expected a worker or several, found none"), name)
    reach.read_all()
    return reach
