"""For every rule a small input that breaks it and a neighbour that does not, for whoever reads about it.

An input is a tree as it stands in a file, or text where the rule is about text. Beside what is shown nothing is wrong
with either, save for findings that are for information.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attrs import frozen

from qualeval.linting.subject import Environment
from qualeval.model.qualification_types import (
    ADULT,
    LOCALE,
    MASTERS,
    MASTERS_SANDBOX,
    NUMBER_HITS_APPROVED,
    PERCENT_APPROVED,
)

__all__ = ["EXAMPLES", "Example"]

Tree = dict[str, Any]


@frozen
class Example:
    """What breaks a rule, and what does not. `environment` and `only` are what has to be said for it."""

    bad: object
    good: object
    environment: Environment | None = None
    only: tuple[Tree, ...] = ()


def _asks(type_id: str, comparator: str, *values: object, **others: object) -> Tree:
    """A requirement; values are integers, `US`, `US-WA`, or what they are."""
    places = [_place(each) for each in values if not isinstance(each, int)]
    integers = [each for each in values if isinstance(each, int)]
    listed = {"IntegerValues": integers} if integers else {"LocaleValues": places} if places else {}
    return {"QualificationTypeId": type_id, "Comparator": comparator, **listed, **others}


def _place(value: object) -> object:
    if not isinstance(value, str):
        return value
    country, _, subdivision = value.partition("-")
    return {"Country": country} | ({"Subdivision": subdivision} if subdivision else {})


def _hit(*requirements: Tree) -> Tree:
    return {"Title": "Mark the birds", "QualificationRequirements": list(requirements)}


def _one(bad: Tree, good: Tree, *both: Tree, environment: Environment | None = None) -> Example:
    """An example of one requirement, and what stands beside it in both."""
    return Example(_hit(bad, *both), _hit(good, *both), environment)


_US = _asks(LOCALE, "EqualTo", "US")
_EXPERIENCED = _asks(NUMBER_HITS_APPROVED, "GreaterThan", 100)
_GOOD_RATE = _asks(PERCENT_APPROVED, "GreaterThanOrEqualTo", 98)
_SCORE = _asks("3SCORE", "GreaterThanOrEqualTo", 80)
_NOT_DONE = _asks("3DONE", "DoesNotExist")
_ALL, _PREVIEW = "DiscoverPreviewAndAccept", "PreviewAndAccept"

EXAMPLES: Mapping[str, Example] = MappingProxyType(
    {
        "QE001": Example('{"QualificationRequirements": [,]}', '{"QualificationRequirements": []}'),
        "QE002": Example({"WorkerId": "A1", "Facts": {}}, _hit(_US)),
        "QE003": Example(_hit(), _hit(_US)),
        "QE004": Example({"HITTypeId": "3TYPE", **_hit(_US)}, _hit(_US)),
        "QE005": Example({"Title": "Mark the birds", "QualificationRequirement": [_US]}, _hit(_US)),
        "QE006": Example(
            _hit(*(_asks(f"3TEST{number}", "Exists") for number in range(11))),
            _hit(*(_asks(f"3TEST{number}", "Exists") for number in range(10))),
        ),
        "QE007": _one({**_asks("3SCORE", "EqualTo"), "IntegerValue": [1]}, _asks("3SCORE", "EqualTo", 1)),
        "QE008": _one(
            {**_asks("3SCORE", "EqualTo"), "IntegerValues": ["1"]},
            {**_asks("3SCORE", "EqualTo"), "IntegerValues": [1]},
        ),
        "QE009": _one({"QualificationTypeId": "3SCORE", "IntegerValues": [1]}, _asks("3SCORE", "EqualTo", 1)),
        "QE010": Example({"HITTypeId": "3TYPE", "MaxAssignments": 5}, {"HITTypeId": "3TYPE", "HITId": "3HIT"}),
        "QE101": _one(_asks("Italian", "Exists"), _asks("3ITALIAN", "Exists")),
        "QE102": _one(_asks(LOCALE, " EqualTo", "US"), _US),
        "QE103": _one(_asks(LOCALE, "GreaterThan", "US"), _US),
        "QE104": _one(_asks(LOCALE, "EqualTo", "US", "CA"), _asks(LOCALE, "In", "US", "CA")),
        "QE105": _one(_asks("3SCORE", "Exists", 1), _asks("3SCORE", "Exists")),
        "QE106": _one(_asks("3SCORE", "In", *range(16)), _asks("3SCORE", "In", *range(15))),
        "QE107": _one(_asks("3SCORE", "EqualTo", "US"), _asks("3SCORE", "EqualTo", 1)),
        "QE108": _one(_asks(LOCALE, "EqualTo", 1), _US),
        "QE109": _one(_asks(LOCALE, "In", "US", "CA", "US"), _asks(LOCALE, "In", "US", "CA")),
        "QE110": _one(_asks("3SCORE", "GreaterThan", 2**31), _asks("3SCORE", "GreaterThan", 2**31 - 1)),
        "QE111": _one(
            _asks(PERCENT_APPROVED, "NotEqualTo", 101), _asks(PERCENT_APPROVED, "NotEqualTo", 100), _EXPERIENCED
        ),
        "QE112": _one(_asks("Worker_Locale", "EqualTo", "US"), _US),
        "QE201": _one(_asks(LOCALE, "EqualTo", "UK"), _asks(LOCALE, "EqualTo", "GB")),
        "QE202": _one(_asks(LOCALE, "In", "US", "CW"), _asks(LOCALE, "In", "US", "AN")),
        "QE203": _one(_asks(LOCALE, "EqualTo", "US-XX"), _asks(LOCALE, "EqualTo", "US-WA")),
        "QE204": _one(
            _asks(LOCALE, "EqualTo", {"Country": "US", "Subdivision": "US-WA"}), _asks(LOCALE, "EqualTo", "US-WA")
        ),
        "QE205": _one(_asks(LOCALE, "EqualTo", "CA-ON"), _asks(LOCALE, "EqualTo", "US-WA")),
        "QE301": _one({**_US, "ActionsGuarded": "Preview"}, {**_US, "ActionsGuarded": _PREVIEW}),
        "QE302": Example(
            {"HIT": {"HITId": "3HIT", **_hit({**_US, "ActionsGuarded": "Accept", "RequiredToPreview": True})}},
            {"HIT": {"HITId": "3HIT", **_hit({**_US, "ActionsGuarded": "Accept", "RequiredToPreview": False})}},
        ),
        "QE303": _one(
            {**_US, "ActionsGuarded": "Accept", "RequiredToPreview": False}, {**_US, "ActionsGuarded": "Accept"}
        ),
        "QE304": _one({**_US, "RequiredToPreview": True}, {**_US, "ActionsGuarded": _PREVIEW}),
        "QE401": _one(
            _asks("3SCORE", "LessThan", 80), _asks("3SCORE", "LessThan", 90), _SCORE
        ),
        "QE402": _one(
            _asks(NUMBER_HITS_APPROVED, "GreaterThanOrEqualTo", 0), _asks(NUMBER_HITS_APPROVED, "GreaterThan", 0)
        ),
        "QE403": Example(_hit(_NOT_DONE, _NOT_DONE), _hit(_NOT_DONE, _asks("3DONE2", "DoesNotExist"))),
        "QE404": _one(_asks("3SCORE", "GreaterThan", 50), _asks("3SCORE", "LessThan", 90), _SCORE),
        "QE405": Example(_hit(_GOOD_RATE), _hit(_GOOD_RATE, _EXPERIENCED)),
        "QE406": _one(_asks("3BLOCK", "LessThan", 1), _asks("3BLOCK", "DoesNotExist")),
        "QE407": _one(
            _asks(ADULT, "NotEqualTo", 0, ActionsGuarded=_PREVIEW), _asks(ADULT, "EqualTo", 1, ActionsGuarded=_PREVIEW)
        ),
        "QE408": _one(_asks(ADULT, "EqualTo", 1), _asks(ADULT, "EqualTo", 1, ActionsGuarded=_ALL)),
        "QE409": _one(_SCORE, {**_SCORE, "ActionsGuarded": _ALL}),
        "QE501": _one(_asks(MASTERS_SANDBOX, "Exists"), _asks(MASTERS, "Exists"), environment="production"),
        "QE502": _one(_asks(MASTERS, "Exists"), _asks(MASTERS_SANDBOX, "Exists"), environment="sandbox"),
        "QE503": _one(_asks("000000000000000000S0", "LessThan", 5), _SCORE),
        "QE504": _one(_asks(MASTERS, "EqualTo", 1), _asks(MASTERS, "Exists")),
        "QE901": Example(_hit(_SCORE), _hit(_SCORE, _US), only=(_US,)),
    }
)  # fmt: skip
"""By the id of the rule."""
