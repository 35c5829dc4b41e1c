"""Changes of a HIT, for questions of the form *what if*: another value, another guard, one requirement less.

Indexes are places in the HIT that is changed. The text of a value is the same everywhere: `97`, `1,3,8`, `US,CA`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import evolve

from qualeval.errors import InvalidInput, Problem, nearest, show
from qualeval.model.actions import ActionsGuarded
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import qualification_type
from qualeval.model.requirements import QualificationRequirement
from qualeval.values.locale import Locale

__all__ = ["change_hit", "read_guard", "with_values"]

_INTEGER = re.compile(r"-?\d{1,1000}", re.ASCII)


def change_hit(
    hit: HIT,
    *,
    values: Mapping[int, str] | None = None,
    guards: Mapping[int, ActionsGuarded] | None = None,
    without: Iterable[int] = (),
) -> HIT:
    """A HIT with other values and guards at these indexes, and without these requirements.

    Raises:
        InvalidInput: an index that the HIT does not have, a value that does not fit its requirement; all at once.
    """
    values, guards, without = values or {}, guards or {}, set(without)
    requirements = list(hit.requirements)
    problems = [_no_such(index, hit) for index in sorted({*values, *guards, *without}) if not _has(hit, index)]
    for index, text in values.items():
        if _has(hit, index):
            try:
                requirements[index] = with_values(requirements[index], text)
            except InvalidInput as error:
                problems += error.within("QualificationRequirements", index).problems
    for index, guard in guards.items():
        if _has(hit, index):
            requirements[index] = evolve(requirements[index], actions_guarded=guard, required_to_preview=None)
    if problems:
        raise InvalidInput(problems)
    return hit.replace(requirements=tuple(each for index, each in enumerate(requirements) if index not in without))


def _has(hit: HIT, index: int) -> bool:
    return 0 <= index < len(hit.requirements)


def _no_such(index: int, hit: HIT) -> Problem:
    count = len(hit.requirements)
    there = f"the HIT has requirements 0 to {count - 1}" if count else "the HIT has no requirements"
    return Problem(f"no requirement {index}", help=there)


def with_values(requirement: QualificationRequirement, text: str) -> QualificationRequirement:
    """The requirement with the values that `text` lists in place of its own: integers, or locales of Worker_Locale."""
    parts = [part.strip() for part in text.split(",")]
    if qualification_type(requirement.qualification_type_id).is_locale:
        return evolve(requirement, locale_values=tuple(Locale.parse(part) for part in parts))
    problems = [
        Problem(f"got {show(part)}, expected an integer", ("IntegerValues",))
        for part in parts
        if not _INTEGER.fullmatch(part)
    ]
    if problems:
        raise InvalidInput(problems)
    return evolve(requirement, integer_values=tuple(int(part) for part in parts))


def read_guard(text: str) -> ActionsGuarded:
    """The guard of this name; InvalidInput with the nearest one otherwise."""
    if text in list(ActionsGuarded):
        return ActionsGuarded(text)
    meant = nearest(text, ActionsGuarded)
    mend = f"did you mean `{meant}`?" if meant else f"expected one of {', '.join(ActionsGuarded)}"
    raise InvalidInput(Problem(f"unknown guard {show(text)}", help=mend))
