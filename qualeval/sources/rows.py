"""What Mechanical Turk's lists say, row by row, as frozen values: scores, blocks, types, HITs and assignments.

A row is read from a dict as boto3 gives it, and from nothing else. Keys that say nothing here are left alone, for the
service may add some. This module does not know boto3, nor how pages are asked for, so a store can keep rows too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar

from attrs import field, frozen

from qualeval.errors import InvalidInput, Problem
from qualeval.model.facts import Basis, Fact
from qualeval.model.hits import HIT
from qualeval.model.words import Word
from qualeval.sources.hits import parse_hit
from qualeval.sources.structure import Name, Shape, is_object, read_object
from qualeval.sources.workers import Status, said_states
from qualeval.values.locale import Locale

__all__ = ["Assignment", "Block", "ListedHIT", "Page", "Row", "Score", "ScoreStatus", "TypeInfo"]


class Row(Protocol):
    """A row of a list. Two rows with one `key` are about the same thing: the later one is what is so now."""

    @property
    def key(self) -> str:
        """What tells the rows of one list apart."""


R_co = TypeVar("R_co", bound=Row, covariant=True)


@frozen
class Page(Generic[R_co]):
    """The rows of one page, and the token that leads to the next one; None on the last."""

    rows: tuple[R_co, ...]
    next_token: str | None = None


class ScoreStatus(Word):
    """What a qualification of a worker is: the API's QualificationStatus."""

    GRANTED = "Granted"
    REVOKED = "Revoked"


_SCORE = Shape(
    "a qualification",
    {
        "QualificationTypeId": Name,
        "WorkerId": Name,
        "IntegerValue": int,
        "LocaleValue": Locale,
        "Status": ScoreStatus,
        "GrantTime": datetime,
    },
    required=("QualificationTypeId", "WorkerId"),
    is_open=True,
)
_BLOCK = Shape("a block", {"WorkerId": Name, "Reason": str}, required=("WorkerId",), is_open=True)
_TYPE = Shape(
    "a qualification type",
    {
        "QualificationTypeId": Name,
        "Name": str,
        "Description": str,
        "Keywords": str,
        "CreationTime": datetime,
        "QualificationTypeStatus": str,
        "IsRequestable": bool,
        "AutoGranted": bool,
        "AutoGrantedValue": int,
    },
    required=("QualificationTypeId",),
    is_open=True,
)
_HIT = Shape("a HIT", {"HITId": Name}, required=("HITId",), is_open=True)
_ASSIGNMENT = Shape(
    "an assignment",
    {
        "AssignmentId": Name,
        "WorkerId": Name,
        "HITId": Name,
        "AssignmentStatus": str,
        "AcceptTime": datetime,
        "SubmitTime": datetime,
    },
    required=("AssignmentId", "WorkerId"),
    is_open=True,
)


def _read(tree: object, shape: Shape) -> Mapping[str, Any]:
    """The values of an object, times in UTC; InvalidInput with all that is wrong."""
    reading = read_object(tree, shape)
    if reading.problems:
        raise InvalidInput(reading.problems)
    return {
        key: value.astimezone(UTC) if isinstance(value, datetime) else value for key, value in reading.values.items()
    }


@frozen
class Score:
    """A worker's qualification: granted, with a value or with none that is told, or revoked."""

    type_id: str
    worker_id: str
    status: ScoreStatus = ScoreStatus.GRANTED
    value: int | Locale | None = None
    granted_at: datetime | None = None

    @classmethod
    def of(cls, tree: object, status: ScoreStatus = ScoreStatus.GRANTED) -> Score:
        """The row of a `Qualification`, which has `status` where it does not say another.

        Raises:
            InvalidInput: it is none, or has two values.
        """
        read = _read(tree, _SCORE)
        values = [read[key] for key in ("IntegerValue", "LocaleValue") if key in read]
        if len(values) > 1:
            raise InvalidInput(Problem("got IntegerValue and LocaleValue, expected one of them"))
        value = values[0] if values else None
        said = read.get("Status", status)
        return cls(read["QualificationTypeId"], read["WorkerId"], said, value, read.get("GrantTime"))

    @property
    def key(self) -> str:
        """The worker: a list is of one type."""
        return self.worker_id

    def fact(self, learned_at: datetime | None = None, source: str | None = None) -> Fact:
        """What it says of the worker: the value, that there is one, or that it is lacked since it was revoked.

        Raises:
            InvalidInput: the value is none of the type: a locale of a type that has integers.
        """
        name = "LocaleValue" if isinstance(self.value, Locale) else "IntegerValue"
        given = () if self.value is None else ((name, self.value),)
        states, problems = said_states(self.type_id, given, Status(self.status))
        if states is None:
            raise InvalidInput(problems)
        is_revoked = self.status is ScoreStatus.REVOKED
        return Fact(states, is_revoked, self.granted_at, learned_at, source, Basis.LEARNED)


@frozen
class Block:
    """A worker whom the requester blocked, and why."""

    worker_id: str
    reason: str = ""

    @classmethod
    def of(cls, tree: object) -> Block:
        """The row of a `WorkerBlock`."""
        read = _read(tree, _BLOCK)
        return cls(read["WorkerId"], read.get("Reason", ""))

    @property
    def key(self) -> str:
        """The worker."""
        return self.worker_id


@frozen
class TypeInfo:
    """A qualification type as its owner described it. `auto_granted_value` is what whoever asks for it gets, if any."""

    type_id: str
    name: str | None = None
    description: str | None = None
    keywords: str | None = None
    created_at: datetime | None = None
    is_active: bool = True
    is_requestable: bool | None = None
    auto_granted_value: int | None = None

    @classmethod
    def of(cls, tree: object) -> TypeInfo:
        """The row of a `QualificationType`."""
        read = _read(tree, _TYPE)
        return cls(
            read["QualificationTypeId"],
            read.get("Name"),
            read.get("Description"),
            read.get("Keywords"),
            read.get("CreationTime"),
            read.get("QualificationTypeStatus", "Active") == "Active",
            read.get("IsRequestable"),
            # 1 where nobody says (service model, QualificationType, D)
            read.get("AutoGrantedValue", 1) if read.get("AutoGranted") else None,
        )

    @property
    def key(self) -> str:
        """The type."""
        return self.type_id


@frozen
class ListedHIT:
    """A HIT as a list has it: `answer` is the dict of boto3's, for those who keep it."""

    hit_id: str
    answer: Mapping[str, Any] = field(hash=False, repr=False)

    @classmethod
    def of(cls, tree: object) -> ListedHIT:
        """The row of a `HIT`, whose requirements nobody has read yet."""
        read = _read(tree, _HIT)
        return cls(read["HITId"], {str(key): value for key, value in tree.items()} if is_object(tree) else {})

    @property
    def key(self) -> str:
        """The HIT."""
        return self.hit_id

    def hit(self) -> HIT:
        """The HIT. InvalidInput where it cannot be read, with all that is wrong."""
        return parse_hit(self.answer, source=f"HIT {self.hit_id}")


@frozen
class Assignment:
    """A worker's assignment of a HIT that was submitted: the list has no others.

    `status` is the API's AssignmentStatus: Submitted, Approved or Rejected.
    """

    assignment_id: str
    worker_id: str
    hit_id: str | None = None
    status: str | None = None
    accepted_at: datetime | None = None
    submitted_at: datetime | None = None

    @classmethod
    def of(cls, tree: object) -> Assignment:
        """The row of an `Assignment`."""
        read = _read(tree, _ASSIGNMENT)
        keys = ("HITId", "AssignmentStatus", "AcceptTime", "SubmitTime")
        return cls(read["AssignmentId"], read["WorkerId"], *map(read.get, keys))

    @property
    def key(self) -> str:
        """The assignment."""
        return self.assignment_id
