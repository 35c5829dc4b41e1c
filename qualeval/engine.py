"""The engine: from a HIT id and a worker, or her id, to a decision.

It fetches a HIT once, compiles each distinct list of requirements once, and decides. It may be shared between threads.
It does not know where HITs and workers come from: anything with `get_hit`, and anything with `get_worker`, serves.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from attrs import define, field, frozen

from qualeval.errors import HITNotFound, InvalidInput, WrongType, nearest
from qualeval.model.actions import Action
from qualeval.model.facts import PlainFact
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames, checked_names
from qualeval.model.requirements import QualificationRequirement
from qualeval.model.workers import WorkerProfile, named_facts
from qualeval.policy.access_policy import AccessPolicy, required
from qualeval.policy.compiler import compile_requirements
from qualeval.policy.decision import Decision
from qualeval.sources.folders import HITFolder
from qualeval.sources.hits import parse_hit

__all__ = ["Engine", "HITSource", "WorkerSource"]


@runtime_checkable
class HITSource(Protocol):
    """Where HITs come from: `MTurk`, a `HITFolder`, or anything else that can get one by its id."""

    def get_hit(self, hit_id: str) -> HIT:
        """The HIT of this id; HITNotFound where there is none, ServiceError where the service failed."""


@runtime_checkable
class WorkerSource(Protocol):
    """Where workers come from: `MTurk`, or anything else that can tell something of one by her id."""

    def get_worker(self, worker_id: str, types: Collection[str], hit_id: str | None = None) -> WorkerProfile:
        """What is known of a worker towards these types (ids), and whether she has an assignment of this HIT.

        Of a worker who is not known nothing is known: that is a profile without facts, and no error.
        """


@runtime_checkable
class _BotoClient(Protocol):
    """A boto3 client: it has a `get_hit` too, which takes other arguments and gives another answer."""

    meta: Any
    can_paginate: Any


@frozen
class _Mapped:
    """HITs from a dict by id: parsed ones, or dicts as the API gives them."""

    hits: Mapping[str, HIT | Mapping[str, Any]]
    names: TypeNames

    def get_hit(self, hit_id: str) -> HIT:
        if hit_id not in self.hits:
            meant = nearest(hit_id, self.hits)
            raise HITNotFound(hit_id, f"no HIT `{hit_id}`" + (f"; did you mean `{meant}`?" if meant else ""))
        found = self.hits[hit_id]
        return found if isinstance(found, HIT) else parse_hit(found, source=f"HIT {hit_id}", names=self.names)


def _source(
    hits: HITSource | Mapping[str, HIT | Mapping[str, Any]] | str | os.PathLike[str], names: TypeNames
) -> HITSource:
    match hits:
        case type() | _BotoClient():
            raise WrongType(f"got {hits!r}, expected a HIT source; wrap a boto3 client: qualeval.MTurk(client)")
        case HITSource():
            return hits
        case Mapping():
            return _Mapped(hits, names)
        case str() | os.PathLike():
            return HITFolder(hits, names)
    raise WrongType(f"got {type(hits).__name__}, expected a HIT source, a dict of HITs by id, or a folder of HITs")


@frozen
class _MappedWorkers:
    """Profiles from a dict by worker id. Of whom it does not have, nothing is known."""

    workers: Mapping[str, WorkerProfile]

    def get_worker(self, worker_id: str, types: Collection[str], hit_id: str | None = None) -> WorkerProfile:
        return self.workers.get(worker_id) or WorkerProfile(worker_id)


def _worker_source(workers: WorkerSource | Mapping[str, WorkerProfile] | None) -> WorkerSource | None:
    match workers:
        case None:
            return None
        case type() | _BotoClient():
            raise WrongType(f"got {workers!r}, expected a worker source; wrap a boto3 client: qualeval.MTurk(client)")
        case WorkerSource():
            return workers
        case Mapping():
            return _MappedWorkers(workers)
    raise WrongType(f"got {type(workers).__name__}, expected a worker source, or a dict of profiles by worker id")


def _seconds(age: timedelta | float | None) -> float | None:
    seconds = age.total_seconds() if isinstance(age, timedelta) else age
    if seconds is not None and not seconds >= 0:
        raise InvalidInput(f"max_age must be zero or more seconds, got {age}")
    return seconds


@frozen
class _Known:
    """A HIT as it was fetched, its policy, and the types that this names."""

    hit: HIT
    policy: AccessPolicy
    types: tuple[str, ...]
    fetched_at: float


@define
class _Entry:
    """What is known of a HIT. The lock lets one thread fetch it while the others who want it wait."""

    lock: threading.Lock = field(factory=threading.Lock)
    known: _Known | None = None


class Engine:
    """Decides about workers by HIT id, and by worker id where it has a source of those.

    `hits` is a HIT source (`MTurk(client)`), a dict of HITs by id, or a folder of saved HITs. A HIT is fetched when it
    is first asked for, and again once it is older than `max_age` (seconds or a timedelta; None keeps it). Identical
    lists of requirements share one policy; policies that are merely equal keep their own indexes and reasons. `names`
    is how types are called, in the dict or folder and in the answers. `clock` gives seconds that only grow.

    `workers` is a worker source (`MTurk(client)`), or a dict of profiles by worker id. It is asked every time, for
    nobody says when a qualification is granted or revoked. `assume` are facts, written as for `qualeval.worker`, that
    are taken to hold of every worker of whom nothing else is known; a decision names those that it rests on.

    Whatever the sources raise comes through (HITNotFound, ServiceError, InvalidInput), and is not remembered.
    """

    def __init__(
        self,
        hits: HITSource | Mapping[str, HIT | Mapping[str, Any]] | str | os.PathLike[str],
        workers: WorkerSource | Mapping[str, WorkerProfile] | None = None,
        *,
        assume: Mapping[str, PlainFact] | None = None,
        max_age: timedelta | float | None = None,
        names: TypeNames = SYSTEM_ONLY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = _source(hits, checked_names(names))
        self._workers = _worker_source(workers)
        self._assumed = named_facts(assume or {}, names)
        self._max_age = _seconds(max_age)
        self._names = names
        self._clock = clock
        self._entries: dict[str, _Entry] = {}
        self._policies: dict[tuple[QualificationRequirement, ...], AccessPolicy] = {}
        self._lock = threading.Lock()

    def hit(self, hit_id: str) -> HIT:
        """The HIT of this id, fetched if it is not here or too old."""
        return self._known(hit_id).hit

    def policy(self, hit_id: str) -> AccessPolicy:
        """The policy of this HIT: one and the same for all HITs with the same list of requirements."""
        return self._known(hit_id).policy

    def _known(self, hit_id: str) -> _Known:
        entry = self._entries.get(hit_id)
        if entry is None:
            with self._lock:
                entry = self._entries.setdefault(hit_id, _Entry())
        known = entry.known
        if known is None or self._is_stale(known):
            with entry.lock:
                known = entry.known  # another thread may have been here
                if known is None or self._is_stale(known):
                    known = entry.known = self._fetched(hit_id)
        return known

    def _fetched(self, hit_id: str) -> _Known:
        asked_at = self._clock()
        found: object = self._source.get_hit(hit_id)
        if not isinstance(found, HIT):
            raise WrongType(f"the HIT source gave a {type(found).__name__} for `{hit_id}`, expected a HIT")
        policy = self._policy_of(found.requirements)
        return _Known(found, policy, tuple(policy.ladders), asked_at)

    def _is_stale(self, known: _Known) -> bool:
        return self._max_age is not None and self._clock() - known.fetched_at >= self._max_age

    def _policy_of(self, requirements: tuple[QualificationRequirement, ...]) -> AccessPolicy:
        with self._lock:
            policy = self._policies.get(requirements)
            if policy is None:
                policy = self._policies[requirements] = compile_requirements(requirements, names=self._names)
            return policy

    def _worker(self, known: _Known, worker: WorkerProfile | str) -> WorkerProfile:
        found: object = worker
        if isinstance(worker, str):
            if self._workers is None:
                got = f"got the worker id `{worker}`, and there is no worker source"
                raise WrongType(f"{got}; give a WorkerProfile, or Engine(hits, workers=MTurk(client))")
            found = self._workers.get_worker(worker, known.types, known.hit.hit_id)
        if not isinstance(found, WorkerProfile):
            raise WrongType(f"got a {type(found).__name__} for a worker, expected a WorkerProfile")
        return found.assuming(self._assumed) if self._assumed else found

    def decide(self, hit_id: str, worker: WorkerProfile | str, *, now: datetime | None = None) -> Decision:
        """How far the worker may go with this HIT, for certain and possibly, and why.

        With a worker source her id is enough: what the source knows towards the types that the HIT names is asked
        for.
        """
        known = self._known(hit_id)
        return known.policy.decide(self._worker(known, worker), hit=known.hit, now=now)

    def permits(self, hit_id: str, worker: WorkerProfile | str, action: Action = Action.ACCEPT) -> bool:
        """Whether the worker may do this for certain. False where it is not known."""
        known = self._known(hit_id)
        return known.policy.permits(self._worker(known, worker), action)

    def require(self, hit_id: str, worker: WorkerProfile | str, action: Action = Action.ACCEPT) -> Decision:
        """The decision, if the worker may do this for certain; else Denied or Undetermined, which carry it."""
        return required(self.decide(hit_id, worker), Action(action))
