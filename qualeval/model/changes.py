"""Changes of a HIT, for questions of the form *what if*: another value, another guard, one requirement less.

Indexes are places in the HIT that is changed. Values are written as text, `97`, `1,3,8`, `US,CA`, or as what they are.
Several values make `In` of EqualTo, and `NotIn` of NotEqualTo.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve

from qualeval.errors import InvalidInput, Problem, show
from qualeval.model.actions import ActionsGuarded
from qualeval.model.grammar import is_integer
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import qualification_type
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.values.locale import Locale

__all__ = ["PlainValues", "change_hit", "with_values"]

PlainValues = str | int | Locale | Iterable[int | str | Locale]
"""The values of a requirement as people write them."""

_OF_SEVERAL = {Comparator.EQUAL_TO: Comparator.IN, Comparator.NOT_EQUAL_TO: Comparator.NOT_IN}
"""What the comparators that take one value are with several: whoever lists more of them can mean nothing else."""


def change_hit(
    hit: HIT,
    *,
    values: Mapping[int, PlainValues] | None = None,
    guards: Mapping[int, ActionsGuarded | str] | None = None,
    without: int | Iterable[int] = (),
) -> HIT:
    """A HIT with other values and guards at these indexes, and without these requirements.

    `values` are written as text (`"97"`, `"US,CA"`), or are integers, locales, or a list of them.

    Raises:
        InvalidInput: an index that the HIT does not have, a value that does not fit its requirement, a requirement
            that is both changed and left out; all at once.
    """
    values, guards = values or {}, guards or {}
    without = {without} if isinstance(without, int) else set(without)
    requirements = list(hit.requirements)
    problems = [_no_such(index, hit) for index in sorted({*values, *guards, *without}) if not _has(hit, index)]
    problems += [
        Problem(f"requirement {index} is both changed and left out", help="say one of the two")
        for index in sorted(without & {*values, *guards})
    ]
    for index, plain in values.items():
        if _has(hit, index):
            try:
                requirements[index] = with_values(requirements[index], plain)
            except InvalidInput as error:
                problems += error.within("QualificationRequirements", index).problems
    for index, guard in guards.items():
        if _has(hit, index):
            try:
                requirements[index] = evolve(requirements[index], actions_guarded=guard, required_to_preview=None)
            except InvalidInput as error:
                problems += error.within("QualificationRequirements", index, "ActionsGuarded").problems
    if problems:
        raise InvalidInput(problems)
    return hit.replace(requirements=tuple(each for index, each in enumerate(requirements) if index not in without))


def _has(hit: HIT, index: int) -> bool:
    return 0 <= index < len(hit.requirements)


def _no_such(index: int, hit: HIT) -> Problem:
    count = len(hit.requirements)
    there = f"the HIT has requirements 0 to {count - 1}" if count else "the HIT has no requirements"
    return Problem(f"no requirement {index}", help=there)


def with_values(requirement: QualificationRequirement, plain: PlainValues) -> QualificationRequirement:
    """The requirement with these values in place of its own: integers, or locales of Worker_Locale."""
    parts: list[Any] = [plain] if isinstance(plain, (int, Locale)) else _split(plain)
    comparator = _OF_SEVERAL.get(requirement.comparator) if len(parts) > 1 else None
    return evolve(requirement, **_values(requirement, parts), comparator=comparator or requirement.comparator)


def _values(requirement: QualificationRequirement, parts: list[Any]) -> dict[str, Any]:
    """The values as the fields of the requirement, integers or locales."""
    if qualification_type(requirement.qualification_type_id).is_locale:
        return {"locale_values": _locales(parts)}
    problems = [
        Problem(f"got {show(part)}, expected an integer", ("IntegerValues",))
        for part in parts
        if isinstance(part, str) and not is_integer(part.strip())
    ]
    if problems:
        raise InvalidInput(problems)
    return {"integer_values": [int(part) if isinstance(part, str) else part for part in parts]}


def _split(plain: str | Iterable[int | str | Locale]) -> list[Any]:
    return plain.split(",") if isinstance(plain, str) else list(plain)


def _locales(parts: list[Any]) -> list[Locale]:
    problems: list[Problem] = []
    read: list[Locale] = []
    for index, part in enumerate(parts):
        try:
            read.append(Locale.parse(part.strip()) if isinstance(part, str) else part)
        except InvalidInput as error:
            problems += error.within("LocaleValues", index).problems
    if problems:
        raise InvalidInput(problems)
    return read
