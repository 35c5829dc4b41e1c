"""HITs: the qualification requirements, and the little else that a judgement reports beside itself.

Everything of a HIT that qualeval does not read is kept as it came, so that it can be sent again. This module does not
know files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from attrs import evolve, field, frozen
from attrs import fields as attrs_fields

from qualeval.errors import WrongType
from qualeval.model.requirements import QualificationRequirement

__all__ = ["HIT"]


def _frozen(mapping: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(mapping))


def _listed(requirements: Iterable[QualificationRequirement]) -> tuple[QualificationRequirement, ...]:
    listed = tuple(requirements)
    others: list[object] = [each for each in listed if type(each) is not QualificationRequirement]
    for each in others:
        if not isinstance(each, QualificationRequirement):
            mend = "qualeval.parse_hit reads dicts"
            raise WrongType(f"requirements: expected a QualificationRequirement, got {type(each).__name__}; {mend}")
    return listed


@frozen
class HIT:
    """A HIT, or the request to make one.

    `requirements` are its QualificationRequirements in order. `is_fetched` says that the service gave it (reads carry
    defaults that nobody wrote). `status` is HITStatus, `assignments_available` NumberOfAssignmentsAvailable; times are
    aware of their zone; None is not said. `other` holds every other key as it came.
    """

    requirements: tuple[QualificationRequirement, ...] = field(default=(), converter=_listed)
    hit_id: str | None = None
    title: str | None = None
    status: str | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    assignments_available: int | None = None
    is_fetched: bool = False
    other: Mapping[str, Any] = field(factory=dict, converter=_frozen, hash=False, repr=False)

    def replace(self, **changes: Any) -> HIT:
        """A HIT with these fields in place of its own: `hit.replace(requirements=hit.requirements[:1])`."""
        return evolve(self, **changes)

    def __reduce__(self) -> tuple[Any, ...]:
        fields = [getattr(self, each.name) for each in attrs_fields(HIT)]
        return HIT, (*fields[:-1], dict(self.other))

    def to_mturk(self) -> dict[str, Any]:
        """A CreateHIT request of this HIT, for `client.create_hit(**request)`.

        RequiredToPreview is folded into ActionsGuarded (reads return both, and sending both was refused). What only a
        read has is left out; the lifetime of a fetched HIT is the time from its creation to its expiration.
        """
        kept = {key: value for key, value in self.other.items() if not self.is_fetched or key in _SENT_AGAIN}
        if "Question" in kept and self.is_fetched:
            kept.pop("HITLayoutId", None)
        if self.is_fetched and self.created_at and self.expires_at:
            kept["LifetimeInSeconds"] = _lifetime(self.created_at, self.expires_at)
        titled = {} if self.title is None else {"Title": self.title}
        return {**titled, **kept, "QualificationRequirements": [_requirement(each) for each in self.requirements]}


def _lifetime(created_at: datetime, expires_at: datetime) -> int:
    """Seconds, within what CreateHIT takes: 30 seconds to a year (the API reference, grade D)."""
    return min(max(30, round((expires_at - created_at).total_seconds())), 31_536_000)


_SENT_AGAIN = frozenset(
    {
        "MaxAssignments",
        "AutoApprovalDelayInSeconds",
        "AssignmentDurationInSeconds",
        "Reward",
        "Keywords",
        "Description",
        "Question",
        "RequesterAnnotation",
        "HITLayoutId",
    }
)
"""The keys of the service model's HIT shape that CreateHITRequest has too."""


def _requirement(requirement: QualificationRequirement) -> dict[str, Any]:
    written: dict[str, Any] = {
        "QualificationTypeId": requirement.qualification_type_id,
        "Comparator": str(requirement.comparator),
        "ActionsGuarded": str(requirement.guard),
    }
    if requirement.integer_values:
        written["IntegerValues"] = list(requirement.integer_values)
    if requirement.locale_values:
        written["LocaleValues"] = [
            {"Country": locale.country} | ({"Subdivision": locale.subdivision} if locale.subdivision else {})
            for locale in requirement.locale_values
        ]
    return written
