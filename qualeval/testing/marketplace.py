"""The marketplace of an endpoint: the state of now for many threads, a clock that can be set, and what tests put in.

What is put in is checked against the service's model, so that every answer about it can be given. This module does not
know requests, nor pages.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from attrs import evolve

from qualeval.errors import InvalidInput, Problem, WrongType, show
from qualeval.linting.subject import Environment
from qualeval.linting.value_rules import RETIRED
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.model.requirements import QualificationRequirement
from qualeval.sources.hits import parse_hit
from qualeval.testing.answers import hit_answer
from qualeval.testing.service_model import ServiceModel, Violation
from qualeval.testing.state import (
    APPROVAL_DELAY,
    HITType,
    OfferedType,
    PublishedHIT,
    State,
    WorkerAssignment,
    new_id,
    settled,
    system_types,
)

__all__ = ["LIFETIME", "Marketplace"]

T = TypeVar("T")

_YEAR = 31_536_000

LIFETIME = 7 * 86_400
"""Seconds from now until a HIT expires that a test puts in without saying when."""


class Marketplace:
    """The state of now, for many threads, and the methods that put things into it and set the clock.

    `environment` is which of the two marketplaces it is: each has a Masters type of its own. `names` are names for
    qualification types; the types that HITs put in here ask for are called so. Ids are the same in every run that does
    the same.
    """

    def __init__(
        self, model: ServiceModel, environment: Environment = "production", names: TypeNames = SYSTEM_ONLY
    ) -> None:
        self.model = model
        self.environment: Environment = environment
        self.names = names
        self.system = system_types(environment)
        self._state = State()
        self._lock = threading.RLock()
        self._stopped_at: datetime | None = None

    @property
    def state(self) -> State:
        """All that there is at this moment; the value does not change any more."""
        return self._state

    @property
    def now(self) -> datetime:
        """The time on the clock, in whole seconds: the machine's own, unless the clock was set."""
        return (self._stopped_at or datetime.now(UTC)).replace(microsecond=0)

    def set_clock(self, time: datetime | None) -> None:
        """Stop the clock at a time (aware of its zone); None lets it run with the machine's again."""
        if time is not None and getattr(time, "tzinfo", None) is None:
            raise WrongType(f"expected a datetime that is aware of its zone, or None, got {show(time)}")
        self._stopped_at = None if time is None else time.astimezone(UTC)

    def advance(self, seconds: float) -> None:
        """Stop the clock so many seconds from now."""
        self.set_clock(self.now + timedelta(seconds=seconds))

    def change(self, make: Callable[[State, datetime], tuple[State, T]]) -> T:
        """Let `make` turn the state of now into another, with nobody in between; what it makes besides is returned."""
        with self._lock:
            self._state, made = make(self._state, self.now)
            return made

    def is_offered(self, state: State, type_id: str) -> bool:
        """Whether a requirement may name the type: one of the requester's own, of the system, or retired."""
        return type_id in state.types or type_id in self.system or type_id in RETIRED

    # --- putting in

    def add_hit(self, hit: HIT | Mapping[str, object]) -> str:
        """A HIT: one that was saved, as GetHIT returned it, or a request. Returns its id, a new one where it has none.

        It is kept as it is, without being refused what CreateHIT would refuse; the qualification types that it asks for
        are added. What it does not say has the service's defaults, and it expires in a week where it does not say when.

        Raises:
            InvalidInput: it cannot be read, the service's model does not allow it, or there is a HIT of this id.
        """
        return self.add_hits([hit])[0]

    def add_hits(self, hits: Iterable[HIT | Mapping[str, object]]) -> list[str]:
        """Several of them, or none where one cannot be put in. Returns their ids."""
        read = [hit if isinstance(hit, HIT) else parse_hit(hit, names=self.names) for hit in hits]

        def make(state: State, now: datetime) -> tuple[State, list[str]]:
            ids = []
            for hit in read:
                state, hit_id = self._with_hit(state, hit, now)
                ids.append(hit_id)
            return state, ids

        return self.change(make)

    def _with_hit(self, state: State, read: HIT, now: datetime) -> tuple[State, str]:
        said = {key: value for key, value in read.other.items() if value is not None}
        members = self.model.shapes["HIT"].members
        self._check("HIT", {key: value for key, value in said.items() if key in members})
        state = self._with_types_of(state, read.requirements, now)
        common = _common(read, said)
        state = state.with_hit_type(common, said.get("HITTypeId"))
        published = _published(read, said, now, state.serial + 1)
        published = evolve(published, hit_type_id=said.get("HITTypeId") or state.hit_type_ids[common], hit_type=common)
        if published.hit_id in state.hits:
            raise InvalidInput(Problem(f"there is a HIT {show(published.hit_id)} already"))
        self._check("HIT", hit_answer(published, now))
        return state.with_hit(published), published.hit_id

    def add_type(self, type_id: str | None = None, name: str | None = None, *, is_active: bool = True) -> str:
        """A qualification type of the requester's own, new or in place of the one with this id. Returns its id.

        Raises:
            InvalidInput: the id is none, or one of the system's.
        """
        if type_id is not None:
            self._check("EntityId", type_id)
        if type_id in self.system:
            raise InvalidInput(Problem(f"{self.names.name_of(str(type_id))} is a type of the system"))

        def make(state: State, now: datetime) -> tuple[State, str]:
            made = self._type(state, now, type_id, name, is_active)
            return state.with_type(made), made.type_id

        return self.change(make)

    def grant(self, worker_id: str, type_id: str, value: int = 1) -> None:
        """Give a worker a qualification, or another value of it."""
        self.grant_all(type_id, {worker_id: value})

    def grant_all(self, type_id: str, values: Mapping[str, int]) -> None:
        """Give many workers one qualification, by worker id; faster than one after the other.

        Raises:
            InvalidInput: the requester has no such type (the values of the system's types nobody tells a requester), or
                a worker id or a value is none.
        """
        for worker_id, value in values.items():
            self._check("CustomerId", worker_id)
            self._check("Integer", value)

        def make(state: State, now: datetime) -> tuple[State, None]:
            if type_id not in state.types:
                raise InvalidInput(Problem(f"no own qualification type {show(type_id)}", help="add it with add_type"))
            return state.with_grants(type_id, values, now), None

        self.change(make)

    def revoke(self, worker_id: str, type_id: str) -> None:
        """Revoke a worker's qualification. InvalidInput where the worker has none."""

        def make(state: State, _: datetime) -> tuple[State, None]:
            grant = state.grants.get(type_id, {}).get(worker_id)
            if grant is None:
                raise InvalidInput(Problem(f"{show(worker_id)} has no qualification {show(type_id)}"))
            return state.with_revoked(grant), None

        self.change(make)

    def block(self, worker_id: str, reason: str = "") -> None:
        """Block a worker. InvalidInput where the id is none."""
        self._check("CustomerId", worker_id)
        self.change(lambda state, _: (state.with_block(worker_id, reason), None))

    def unblock(self, worker_id: str) -> None:
        """Let a worker work again."""
        self.change(lambda state, _: (state.without_block(worker_id), None))

    def add_assignment(self, worker_id: str, hit_id: str, status: str = "Submitted") -> str:
        """An assignment that the worker accepted and submitted now: Submitted, Approved or Rejected. Returns its id.

        Raises:
            InvalidInput: an id or the status is none, there is no such HIT, or the worker has one of it already.
        """
        self._check("CustomerId", worker_id)
        self._check("AssignmentStatus", status)

        def make(state: State, now: datetime) -> tuple[State, str]:
            if hit_id not in state.hits:
                raise InvalidInput(Problem(f"no HIT {show(hit_id)}", help="add it with add_hit"))
            if worker_id in state.assignments.get(hit_id, {}):
                raise InvalidInput(Problem(f"{show(worker_id)} has an assignment of {show(hit_id)} already"))
            serial = state.serial + 1
            made = WorkerAssignment(new_id("assignment", serial), worker_id, hit_id, status, now, now, serial)
            return state.with_assignment(made), made.assignment_id

        return self.change(make)

    def _with_types_of(
        self, state: State, requirements: Iterable[QualificationRequirement], now: datetime
    ) -> State:  # fmt: skip
        """The state in which the types that requirements ask for are offered."""
        for requirement in requirements:
            type_id = requirement.qualification_type_id
            if not self.is_offered(state, type_id):
                state = state.with_type(self._type(state, now, type_id, None, True))
        return state

    def _type(
        self, state: State, now: datetime, type_id: str | None, name: str | None, is_active: bool
    ) -> OfferedType:  # fmt: skip
        before = None if type_id is None else state.types.get(type_id)
        serial = before.serial if before else state.serial + 1  # the place in lists
        own = new_id("qualification type", serial) if type_id is None else type_id
        called = name or self.names.name_of(own)
        return OfferedType(own, called, called, now, serial, is_active=is_active)

    def _check(self, shape: str, value: object) -> None:
        """Raise InvalidInput with what the service's model has against a value."""
        if violations := self.model.violations(shape, value):
            raise InvalidInput([_problem(each) for each in violations])


def _problem(found: Violation) -> Problem:
    return Problem(found.words if found.is_form else f"got {show(found.value)}: {found.words}", found.path)


def _common(hit: HIT, said: Mapping[str, Any]) -> HITType:
    """What a HIT has of its type. `said` are its keys that the model of the HIT does not read."""
    return HITType(
        hit.title,
        said.get("Description"),
        said.get("Reward"),
        said.get("AssignmentDurationInSeconds"),
        said.get("Keywords"),
        said.get("AutoApprovalDelayInSeconds", APPROVAL_DELAY),
        tuple(map(settled, hit.requirements)),
    )


def _published(hit: HIT, said: Mapping[str, Any], now: datetime, serial: int) -> PublishedHIT:
    """A HIT as it was read, with the service's defaults for what it does not say; its type is to be filled in."""
    lifetime = said.get("LifetimeInSeconds")
    seconds = min(lifetime, _YEAR) if type(lifetime) is int else LIFETIME
    return PublishedHIT(
        hit.hit_id or new_id("HIT", serial),
        "",
        HITType(),
        (hit.created_at or now).astimezone(UTC),
        (hit.expires_at or now + timedelta(seconds=seconds)).astimezone(UTC),
        serial,
        max_assignments=said.get("MaxAssignments", 1),
        question=said.get("Question"),
        layout_id=said.get("HITLayoutId"),
        annotation=said.get("RequesterAnnotation"),
        group_id=said.get("HITGroupId"),
        status=hit.status or "Assignable",
        review_status=said.get("HITReviewStatus", "NotReviewed"),
        pending=said.get("NumberOfAssignmentsPending", 0),
        completed=said.get("NumberOfAssignmentsCompleted", 0),
        available=hit.assignments_available,
    )
