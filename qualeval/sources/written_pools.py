"""Worker profiles as a pool: a table with a row a worker and a column a qualification type, as `read_pool` reads it.

This module does not know where profiles come from.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import IO

from qualeval.errors import InvalidInput, Problem, show
from qualeval.model.columns import WORKER_ID
from qualeval.model.facts import UNKNOWN
from qualeval.model.workers import WorkerProfile
from qualeval.sources.written_profiles import fact_words

__all__ = ["write_pool"]


def write_pool(stream: IO[str], workers: Iterable[WorkerProfile], types: Sequence[str]) -> int:
    """Writes what is known of each worker about these types (by id); how many workers they are.

    Each cell is a fact in the grammar of `qualeval.worker`, and `unknown` where nothing is known, so that no empty cell
    is left to mean something. `stream` is a file opened with `newline=""`. When and how facts were learned is not said.

    Raises:
        InvalidInput: a fact that the grammar has no words for.
    """
    writer = csv.writer(stream)
    writer.writerow((WORKER_ID, *types))
    count = 0
    for worker in workers:
        writer.writerow((worker.worker_id, *(_cell(worker, type_id) for type_id in types)))
        count += 1
    return count


def _cell(worker: WorkerProfile, type_id: str) -> str:
    states = worker.fact(type_id).states
    words = fact_words(type_id, states)
    if words is None:
        found = f"{show(worker.worker_id or 'unnamed')}: no words for the fact {states} about {type_id}"
        raise InvalidInput(Problem(found, help=f"say {UNKNOWN}, or what the grammar has"))
    return words
