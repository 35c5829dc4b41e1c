"""Availability: what stands in the way beside permission. Reported with a decision, never mixed into it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from attrs import frozen

from qualeval.model.hits import HIT
from qualeval.model.words import Word
from qualeval.model.workers import WorkerProfile

__all__ = ["Availability", "Obstacle", "ObstacleCode", "availability"]


class ObstacleCode(Word):
    """What stands in the way of a worker who is permitted. The codes are stable."""

    EXPIRED = "expired"
    DISPOSED = "disposed"
    UNASSIGNABLE = "unassignable"
    OUT_OF_ASSIGNMENTS = "out_of_assignments"
    WORKER_BLOCKED = "worker_blocked"
    WORKER_ASSIGNED = "worker_assigned"


@frozen
class Obstacle:
    """One thing in the way, in code and in words."""

    code: ObstacleCode
    words: str


@frozen
class Availability:
    """What is known of availability.

    `is_available` is False where an obstacle is known, True where the HIT is known to be assignable and not to have
    expired, None where that is not known (a request has neither status nor expiration).
    """

    is_available: bool | None
    obstacles: tuple[Obstacle, ...]


_UNASSIGNABLE = frozenset({"Unassignable", "Reviewable", "Reviewing"})


def availability(hit: HIT | None, worker: WorkerProfile, now: datetime | None = None) -> Availability:
    """Availability of a HIT to a worker at a time (aware of its zone; the clock's where None)."""
    found = tuple(_obstacles(hit, worker, now or datetime.now(UTC)))
    if found:
        return Availability(False, found)
    known = hit is not None and hit.status == "Assignable" and hit.expires_at is not None
    return Availability(True if known else None, ())


def _obstacles(hit: HIT | None, worker: WorkerProfile, now: datetime) -> Iterator[Obstacle]:
    if worker.blocked:
        yield Obstacle(ObstacleCode.WORKER_BLOCKED, "the requester blocked the worker")
    if hit is None:
        return
    if hit.hit_id in worker.assigned:
        yield Obstacle(ObstacleCode.WORKER_ASSIGNED, "the worker has an assignment of the HIT already")
    if hit.status == "Disposed":
        yield Obstacle(ObstacleCode.DISPOSED, "the HIT was deleted (status Disposed)")
    if hit.expires_at is not None and hit.expires_at <= now:
        yield Obstacle(ObstacleCode.EXPIRED, f"the HIT expired at {hit.expires_at.isoformat()}")
    if hit.status in _UNASSIGNABLE:
        yield Obstacle(ObstacleCode.UNASSIGNABLE, f"the HIT cannot be assigned (status {hit.status})")
    if hit.assignments_available == 0:
        yield Obstacle(ObstacleCode.OUT_OF_ASSIGNMENTS, "no assignment of the HIT is left")
