"""An explorer of a small pool, for tests."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import qualeval as qe
from qualeval.bulk.reach import Reach
from qualeval.web.explorer import Explorer, Pool

__all__ = ["HIT", "explorer", "workers"]

HIT = qe.load_hit(Path(__file__).parent.parent / "examples" / "hit.json")
PLACES = ["US-CA", "US-WA", "US", "CA", "IN", "GB", "unknown"]


def workers(size: int, seed: int = 1) -> list[qe.WorkerProfile]:
    """Workers of whom some things are not known."""
    chance = random.Random(seed)
    return [_worker(chance, number) for number in range(size)]


def _worker(chance: random.Random, number: int) -> qe.WorkerProfile:
    facts: dict[str, Any] = {
        qe.LOCALE: chance.choice(PLACES),
        qe.NUMBER_HITS_APPROVED: chance.choice([0, 50, 100, 101, 5000, "1000..", "unknown"]),
        qe.PERCENT_APPROVED: chance.choice([80, 95, 96, 97, 98, 99, 100, "95..100", "unknown"]),
        "3STUDY1DONE": chance.choice(["lacks", "lacks", "lacks", "holds", "unknown"]),
    }
    return qe.worker(f"A{number:05}", facts)


def explorer(size: int = 300, *, hit: qe.HIT = HIT, masked: bool = False) -> Explorer:
    """An explorer of so many workers."""
    names = qe.TypeNames({"study_1": "3STUDY1DONE"})
    pool = Pool("the pool", Reach(workers(size)))
    return Explorer(hit, pool, names=names, masked=masked)
