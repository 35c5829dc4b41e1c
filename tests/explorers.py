"""An explorer of a small pool, for tests: its numbers are those of `Reach`, its workers are kept as profiles."""

from __future__ import annotations

import random
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from attrs import field, frozen

import qualeval as qe
from qualeval.bulk.audiences import Audience, Band
from qualeval.bulk.reach import Reach
from qualeval.web.explorer import Explorer, Pool

__all__ = ["HIT", "Workers", "explorer", "pool_of"]

HIT = qe.load_hit(Path(__file__).parent.parent / "examples" / "hit.json")
PLACES = ["US-CA", "US-WA", "US", "CA", "IN", "GB", "unknown"]


@frozen
class Workers:
    """Workers of whom profiles are at hand."""

    profiles: Sequence[qe.WorkerProfile]
    _reach: Reach = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_reach", Reach(self.profiles))

    def __len__(self) -> int:
        return len(self.profiles)

    def audience(self, policy: qe.AccessPolicy, action: qe.Action) -> Audience:
        return self._reach.audience(policy, action)

    def reached(self, policy: qe.AccessPolicy, action: qe.Action) -> Band:
        return self._reach.audience(policy, action).reached

    def worker(self, row: int) -> qe.WorkerProfile:
        return self.profiles[row]

    def find(self, text: str, most: int) -> Sequence[tuple[int, str]]:
        ids = [each.worker_id or "" for each in self.profiles]
        return [(row, each) for row, each in enumerate(ids) if each.startswith(text)][:most]


def pool_of(size: int, seed: int = 1) -> Workers:
    """Workers of whom some things are not known."""
    chance = random.Random(seed)
    return Workers([_worker(chance, number) for number in range(size)])


def _worker(chance: random.Random, number: int) -> qe.WorkerProfile:
    facts: dict[str, qe.PlainFact] = {
        qe.LOCALE: chance.choice(PLACES),
        qe.NUMBER_HITS_APPROVED: chance.choice([0, 50, 100, 101, 5000, "1000..", "unknown"]),
        qe.PERCENT_APPROVED: chance.choice([80, 95, 96, 97, 98, 99, 100, "95..100", "unknown"]),
        "3STUDY1DONE": chance.choice(["lacks", "lacks", "lacks", "holds", "unknown"]),
    }
    return qe.worker(f"A{number:05}", facts)


def read_pool(name: str, content: bytes) -> Workers:
    """A pool of CSV."""
    if not name.endswith(".csv"):
        raise qe.InvalidInput(qe.Problem("expected a CSV file"), name)
    return Workers(list(qe.read_pool(StringIO(content.decode()))))


def explorer(size: int = 300, *, hit: qe.HIT = HIT, masked: bool = False) -> Explorer:
    """An explorer of so many workers."""
    names = qe.TypeNames({"study_1": "3STUDY1DONE"})
    return Explorer(hit, Pool("the pool", pool_of(size)), names=names, read_pool=read_pool, masked=masked)
