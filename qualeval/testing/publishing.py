"""What CreateHIT and CreateHITType refuse before they publish: documented limits, and what the linter's catalogue says.

A mistake shows here where it would show on Mechanical Turk, in the service's own words where they are known, also where
those mislead. This module does not know how HITs are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from attrs import frozen

from qualeval.errors import InvalidInput
from qualeval.linting.findings import Finding
from qualeval.linting.lint import lint
from qualeval.linting.subject import Environment
from qualeval.model.requirements import QualificationRequirement
from qualeval.sources.hit_readings import REQUIREMENTS
from qualeval.sources.hits import parse_hit
from qualeval.testing.refusals import Refusal
from qualeval.testing.service_model import JSON
from qualeval.testing.state import settled

__all__ = ["LIMITS", "TYPE_LIMITS", "Limit", "check_limits", "requirements_of"]


@frozen
class Limit:
    """What a parameter may be: from `least` to `most`; of a text that is its length, with `unit`."""

    least: int
    most: int | None
    source: str
    unit: str = ""

    def measure(self, value: object) -> int:
        """The number that is limited."""
        if self.unit == "bytes":
            return len(str(value).encode("utf-8", "surrogatepass"))
        return value if isinstance(value, int) else len(str(value))

    @property
    def words(self) -> str:
        """The limit as the endpoint says it."""
        unit = f" {self.unit}" if self.unit else ""
        if self.most is None:
            return f"It must be {self.least} or more{unit}."
        return f"It must be between {self.least} and {self.most}{unit}."


_REFERENCE = "API reference"
LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "LifetimeInSeconds": Limit(30, 31_536_000, f"{_REFERENCE}, CreateHIT (D)"),
        "AssignmentDurationInSeconds": Limit(1, None, f"{_REFERENCE}, HIT: positive integer (D)"),
        "AutoApprovalDelayInSeconds": Limit(0, None, "a delay (I)"),
        "MaxAssignments": Limit(1, None, f"{_REFERENCE}, HIT: positive integer (D)"),
        "Question": Limit(0, 65_535, "the service model, CreateHIT (D)", "bytes"),
    }
)
"""Of HITs and HIT types, by parameter. In which words the service refuses what is beyond is not known."""

_TYPES = "CreateQualificationType"
TYPE_LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "Description": Limit(0, 2_000, f"{_REFERENCE}, {_TYPES} (D)", "characters"),
        "Keywords": Limit(0, 1_000, f"{_REFERENCE}, {_TYPES} (D)", "characters"),
        "Test": Limit(0, 65_535, f"the service model, {_TYPES} (D)", "bytes"),
        "AnswerKey": Limit(0, 65_535, f"the service model, {_TYPES} (D)", "bytes"),
        "RetryDelayInSeconds": Limit(0, None, f"{_REFERENCE}, {_TYPES}: non-negative (D)"),
    }
)
"""The same of qualification types."""


def check_limits(asked: Mapping[str, Any], limits: Mapping[str, Limit] = LIMITS) -> None:
    """Refuse a request for the first parameter that is beyond its documented limit."""
    for name, limit in limits.items():
        if name not in asked:
            continue
        measured = limit.measure(asked[name])
        if measured < limit.least or (limit.most is not None and measured > limit.most):
            value = f"of {measured} {limit.unit}" if limit.unit else asked[name]
            raise Refusal("invalid-value", value=value, parameter=name, why=limit.words)


def requirements_of(asked: Mapping[str, Any], environment: Environment) -> tuple[QualificationRequirement, ...]:
    """The requirements of a request.

    Raises:
        Refusal: the catalogue says that the service refuses one.
    """
    tree = {REQUIREMENTS: asked.get(REQUIREMENTS, [])}
    refused = [found for found in lint(tree, environment=environment) if found.entry.is_refused]
    if refused:
        raise _refusal(refused[0], tree[REQUIREMENTS])
    try:
        return tuple(map(settled, parse_hit(tree).requirements))
    except InvalidInput as error:  # what the catalogue lets through and the reader does not
        raise Refusal("invalid-request", words=str(error)) from None


def _refusal(found: Finding, requirements: list[JSON]) -> Refusal:
    """The refusal of the requirement that a finding is about, as the service words it where that is known."""
    worded = _WORDED.get(found.entry.name)
    if worded is not None and found.requirement is not None:
        return worded(found, requirements[found.requirement])
    return _ours(found)


def _ours(found: Finding) -> Refusal:
    """A refusal of which the service's words are not known: the linter's."""
    return Refusal("invalid-request", words=f"{found.problem} (rule {found.rule})")


def _wrong_type(found: Finding, requirement: JSON) -> Refusal:
    """A type that there is not: beside locales the service misleads."""
    if requirement.get("LocaleValues") and requirement.get("Comparator") in _EQUALITY:
        return _no_locale(found, requirement)
    return Refusal("no-such-type", type_id=requirement["QualificationTypeId"])


def _no_locale(found: Finding, requirement: JSON) -> Refusal:
    """Locales on a type that is none of locales, or several where one is taken: seen of EqualTo (S), else I."""
    places = requirement.get("LocaleValues") or []
    if not places:
        return _ours(found)
    return Refusal("no-locale-here", value=_listed(places), comparator=requirement["Comparator"])


def _wrong_count(found: Finding, requirement: JSON) -> Refusal:
    """Too many values or too few: of several locales with EqualTo the words are known."""
    return _no_locale(found, requirement) if requirement.get("Comparator") in _EQUALITY else _ours(found)


def _unknown_country(_: Finding, requirement: JSON) -> Refusal:
    """The service lists the countries that it knows (seen in 2017); that list is not kept here."""
    value = _listed(requirement.get("LocaleValues") or [])
    return Refusal("invalid-value", value=value, parameter="LocaleValue", why="It must be a country of ISO 3166-1.")


def _two_guards(_: Finding, __: JSON) -> Refusal:
    return Refusal("invalid-combination", parameters="ActionsGuarded, RequiredToPreview")


def _listed(places: list[JSON]) -> str:
    """Locales as the service quotes them: `US,CA`. How it quotes a subdivision is not known."""
    return ",".join("-".join(filter(None, (each.get("Country"), each.get("Subdivision")))) for each in places)


_EQUALITY = frozenset({"EqualTo", "NotEqualTo"})
_WORDED: Mapping[str, Callable[[Finding, JSON], Refusal]] = MappingProxyType(
    {
        "unknown-type-id": _wrong_type,
        "type-by-name": _wrong_type,
        "sandbox-masters": _wrong_type,
        "locales-on-integer-type": _no_locale,
        "wrong-number-of-values": _wrong_count,
        "unknown-country": _unknown_country,
        "contradictory-guards": _two_guards,
    }
)
"""By the name of the rule: refusals whose words are known, or at least their form. See `refusals.ERRORS`."""
