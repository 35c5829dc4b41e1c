"""The state of a marketplace: HITs, HIT types, qualification types, workers' qualifications and blocks.

A `State` is one frozen value; whatever happens makes another. This module does not know the wire, nor what is allowed.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeVar

from attrs import evolve, field, frozen

from qualeval.linting.subject import Environment
from qualeval.model.actions import ActionsGuarded
from qualeval.model.qualification_types import MASTERS, MASTERS_SANDBOX, SYSTEM_NAMES
from qualeval.model.requirements import QualificationRequirement

__all__ = [
    "APPROVAL_DELAY",
    "Grant",
    "HITType",
    "OfferedType",
    "PublishedHIT",
    "State",
    "WorkerAssignment",
    "WorkerBlock",
    "new_id",
    "settled",
    "system_types",
]

K = TypeVar("K")
V = TypeVar("V")

APPROVAL_DELAY = 2_592_000
"""Seconds until an assignment is approved, where nobody said: 30 days (psiTurk's recordings, grade S)."""


def new_id(*parts: object) -> str:
    """An id of MTurk's form, 30 capital letters and digits; the same for the same parts, so that runs can be repeated.

    >>> new_id("HIT", 1)
    '3GYHBYWR4WJJHJXZOA6JDY2N6MDTUU'
    """
    digest = hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).digest()
    return f"3{base64.b32encode(digest).decode()[:29]}"


def _frozen(mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
    return mapping if isinstance(mapping, MappingProxyType) else MappingProxyType(dict(mapping))


def put(mapping: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    """The mapping with one entry more, or another; entries keep their order."""
    return MappingProxyType({**mapping, key: value})


def settled(requirement: QualificationRequirement) -> QualificationRequirement:
    """A requirement as it is kept, with both guard fields: Accept and false where neither was said.

    Source: psiTurk's recordings (grade S). That RequiredToPreview is true where the guard is a wider one is inferred
    (I), and so is that HIT types are equal whose requirements mean the same.
    """
    preview, is_wider = requirement.required_to_preview, requirement.guard is not ActionsGuarded.ACCEPT
    return evolve(
        requirement, actions_guarded=requirement.guard, required_to_preview=is_wider if preview is None else preview
    )


@frozen
class HITType:
    """What the HITs of one type have in common. None is not said, which of a saved HIT is possible."""

    title: str | None = None
    description: str | None = None
    reward: str | None = None
    assignment_duration: int | None = None
    keywords: str | None = None
    approval_delay: int = APPROVAL_DELAY
    requirements: tuple[QualificationRequirement, ...] = ()


@frozen
class PublishedHIT:
    """A HIT as the service keeps it.

    `status` is its HITStatus while it has not expired, `available` the NumberOfAssignmentsAvailable; None is all that
    are neither pending, submitted nor completed. `serial` is its place in the order of creation.
    """

    hit_id: str
    hit_type_id: str
    hit_type: HITType
    created_at: datetime
    expires_at: datetime
    serial: int
    max_assignments: int = 1
    question: str | None = None
    layout_id: str | None = None
    annotation: str | None = None
    group_id: str | None = None
    status: str = "Assignable"
    review_status: str = "NotReviewed"
    pending: int = 0
    submitted: int = 0
    completed: int = 0
    available: int | None = None

    def is_expired(self, now: datetime) -> bool:
        """Whether its lifetime is over."""
        return self.expires_at <= now

    def at(self, now: datetime) -> PublishedHIT:
        """The HIT as it is at a time: what has expired is Reviewable, and nothing of it is available or pending.

        Source: developer guide, Retrieving HIT status (grade D).
        """
        if self.is_expired(now):
            status = "Reviewable" if self.status in ("Assignable", "Unassignable") else self.status
            return evolve(self, status=status, available=0, pending=0)
        left = max(0, self.max_assignments - self.pending - self.submitted - self.completed)
        return self if self.available is not None else evolve(self, available=left)


@frozen
class OfferedType:
    """A qualification type. `is_ours` says that the requester made it; the others are the system's."""

    type_id: str
    name: str
    description: str
    created_at: datetime
    serial: int
    is_ours: bool = True
    is_active: bool = True
    keywords: str | None = None
    test: str | None = None
    test_duration: int | None = None
    answer_key: str | None = None
    retry_delay: int | None = None
    auto_granted_value: int | None = None

    def mentions(self, query: str) -> bool:
        """Whether a search finds it: by its name, description or keywords, in whatever case (I: no rule is written)."""
        return any(query.casefold() in (text or "").casefold() for text in (self.name, self.description, self.keywords))


@frozen
class Grant:
    """A worker's qualification. One that is revoked is kept, as the service keeps it."""

    worker_id: str
    type_id: str
    value: int
    granted_at: datetime
    serial: int
    is_revoked: bool = False


@frozen
class WorkerBlock:
    """A worker whom the requester blocked, and why."""

    worker_id: str
    reason: str
    serial: int


@frozen
class WorkerAssignment:
    """An assignment of a HIT that a worker submitted; `status` is its AssignmentStatus."""

    assignment_id: str
    worker_id: str
    hit_id: str
    status: str
    accepted_at: datetime
    submitted_at: datetime
    serial: int


@frozen
class State:
    """All that a marketplace holds at one moment. Mappings are in the order of creation.

    `hit_type_ids` is the inverse of `hit_types`: equal HIT types have one id. `grants` are by type and then by worker,
    `assignments` by HIT and then by worker. `tokens` are the UniqueRequestTokens that were used: when, and for which
    HIT.
    """

    hits: Mapping[str, PublishedHIT] = field(factory=dict, converter=_frozen)
    hit_types: Mapping[str, HITType] = field(factory=dict, converter=_frozen)
    hit_type_ids: Mapping[HITType, str] = field(factory=dict, converter=_frozen)
    types: Mapping[str, OfferedType] = field(factory=dict, converter=_frozen)
    grants: Mapping[str, Mapping[str, Grant]] = field(factory=dict, converter=_frozen)
    blocks: Mapping[str, WorkerBlock] = field(factory=dict, converter=_frozen)
    assignments: Mapping[str, Mapping[str, WorkerAssignment]] = field(factory=dict, converter=_frozen)
    tokens: Mapping[str, tuple[datetime, str]] = field(factory=dict, converter=_frozen)
    serial: int = 0

    def with_hit_type(self, hit_type: HITType, type_id: str | None = None) -> State:
        """The state in which this HIT type has an id: `type_id`, which a saved HIT keeps, or its own, or a new one."""
        hit_type_id = type_id or self.hit_type_ids.get(hit_type) or new_id("HIT type", hit_type)
        if self.hit_types.get(hit_type_id) == hit_type:
            return self
        return evolve(
            self,
            hit_types=put(self.hit_types, hit_type_id, hit_type),
            hit_type_ids=MappingProxyType({hit_type: hit_type_id, **self.hit_type_ids}),
        )

    def with_hit(self, hit: PublishedHIT) -> State:
        """The state with this HIT, whose serial is the next one."""
        return evolve(self, hits=put(self.hits, hit.hit_id, hit), serial=hit.serial)

    def with_token(self, token: str, used_at: datetime, hit_id: str) -> State:
        """The state in which a UniqueRequestToken has made a HIT."""
        return evolve(self, tokens=put(self.tokens, token, (used_at, hit_id)))

    def with_type(self, offered: OfferedType) -> State:
        """The state with this qualification type, new or in place of the one with its id."""
        return evolve(self, types=put(self.types, offered.type_id, offered), serial=max(self.serial, offered.serial))

    def with_grants(self, type_id: str, values: Mapping[str, int], now: datetime) -> State:
        """The state in which these workers hold the type with these values; who held it keeps the place in lists."""
        held, serial = dict(self.grants.get(type_id, {})), self.serial
        for worker_id, value in values.items():
            serial += worker_id not in held
            place = held[worker_id].serial if worker_id in held else serial
            held[worker_id] = Grant(worker_id, type_id, value, now, place)
        return evolve(self, grants=put(self.grants, type_id, MappingProxyType(held)), serial=serial)

    def with_revoked(self, grant: Grant) -> State:
        """The state in which this qualification is revoked."""
        held = put(self.grants[grant.type_id], grant.worker_id, evolve(grant, is_revoked=True))
        return evolve(self, grants=put(self.grants, grant.type_id, held))

    def with_block(self, worker_id: str, reason: str) -> State:
        """The state in which the worker is blocked; who was so keeps the place in lists."""
        before = self.blocks.get(worker_id)
        block = WorkerBlock(worker_id, reason, before.serial if before else self.serial + 1)
        return evolve(self, blocks=put(self.blocks, worker_id, block), serial=max(self.serial, block.serial))

    def without_block(self, worker_id: str) -> State:
        """The state in which the worker is not blocked."""
        left = {key: block for key, block in self.blocks.items() if key != worker_id}
        return evolve(self, blocks=MappingProxyType(left))


    def with_assignment(self, made: WorkerAssignment) -> State:
        """The state with this assignment, whose serial is the next one; its HIT has one assignment less to give."""
        hit, is_open = self.hits[made.hit_id], made.status == "Submitted"
        hit = evolve(
            hit,
            submitted=hit.submitted + is_open,
            completed=hit.completed + (not is_open),
            available=None if hit.available is None else max(0, hit.available - 1),
        )
        of_hit = put(self.assignments.get(made.hit_id, {}), made.worker_id, made)
        return evolve(
            self,
            hits=put(self.hits, hit.hit_id, hit),
            assignments=put(self.assignments, hit.hit_id, of_hit),
            serial=made.serial,
        )


_SINCE = datetime(2005, 11, 2, tzinfo=UTC)


def system_types(environment: Environment) -> Mapping[str, OfferedType]:
    """The qualification types of the system in one of the two environments, by id. Their descriptions are ours."""
    absent = MASTERS if environment == "sandbox" else MASTERS_SANDBOX
    named = {type_id: name for name, type_id in SYSTEM_NAMES.items() if type_id != absent}
    return MappingProxyType(
        {
            type_id: OfferedType(
                type_id, name, f"{name}: a qualification of the system", _SINCE, serial - len(named), is_ours=False
            )
            for serial, (type_id, name) in enumerate(named.items())
        }
    )
