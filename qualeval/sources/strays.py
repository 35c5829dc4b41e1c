"""Requirements where nobody reads them: under a key that is misspelt or made up, or beside the key that is read.

What is overlooked would let everybody in, so a key is judged by its letters and by what it holds. This module does not
know how HITs and requirements are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from attrs import frozen

from qualeval.errors import Problem, nearest
from qualeval.sources.roots import HIT_, kind_of
from qualeval.sources.structure import is_list, is_object, named_key, step

__all__ = ["PLACES", "REQUIREMENTS", "Stray", "strays"]

REQUIREMENTS = "QualificationRequirements"

PLACES = ("HIT", "HITs", REQUIREMENTS)
"""The keys of a HIT and of its wrapper under which requirements are read."""

_WRAPPERS = {"hit": "HIT", "hits": "HITs"}
_TELLING = frozenset({"comparator", "qualificationrequirements"})
_TELLING_OF_A_TYPE = frozenset({"integervalues", "localevalues", "actionsguarded", "requiredtopreview"})


@frozen
class Stray:
    """A key under which requirements would be overlooked, and the one of PLACES that it was meant to be."""

    key: object
    meant: str

    def problem(self, beside: str | None) -> Problem:
        """The problem with it, `beside` the key of its object that is read, if there is one."""
        found, path = f"unknown key {named_key(self.key)}", step(self.key)
        if beside is None:
            lone = f"{found}, and no {REQUIREMENTS}"
            return Problem(lone, path, f"did you mean `{self.meant}`?", code="misplaced-requirements")
        is_inside = self.meant == REQUIREMENTS != beside
        mend = f"did you mean `{self.meant}`, inside the HIT?" if is_inside else "leave one of them out"
        return Problem(f"{found} beside `{beside}`", path, mend, code="misplaced-requirements")


def strays(tree: Mapping[object, object]) -> list[Stray]:
    """The stray keys of a HIT or of its wrapper."""
    meant = ((key, _meant(key, value)) for key, value in tree.items() if key not in PLACES)
    return [Stray(key, place) for key, place in meant if place]


def _meant(key: object, value: object) -> str | None:
    by_letters = _meant_by_letters(key) if isinstance(key, str) else None
    if by_letters == REQUIREMENTS or (by_letters and (is_object(value) or is_list(value))):
        return by_letters
    return _meant_by_value(value) if _holds_requirements(value) else None


@lru_cache(1024)
def _meant_by_letters(key: str) -> str | None:
    """No other key of the API's looks like one of these. `HIT` is too short for what is merely near, as `HITId` is."""
    return _WRAPPERS.get(key.strip().casefold()) or nearest(key, [REQUIREMENTS])


def _meant_by_value(value: object) -> str:
    if is_list(value):
        return "HITs" if any(kind_of(item) == HIT_ for item in value) else REQUIREMENTS
    return "HIT" if kind_of(value) == HIT_ else REQUIREMENTS


def _holds_requirements(tree: object) -> bool:
    """Whether a requirement, or an object that has some, is anywhere in a tree."""
    todo = [tree]
    seen: dict[int, object] = {}  # a dict of Python's can hold itself
    while todo:
        each = todo.pop()
        if id(each) in seen or not (is_object(each) or is_list(each)):
            continue
        seen[id(each)] = each
        if is_object(each) and _is_telling(each):
            return True
        todo += each.values() if is_object(each) else each
    return False


def _is_telling(tree: Mapping[object, object]) -> bool:
    """Whether an object is a requirement or has some, going by its keys without regard to case and underscores."""
    keys = {key.casefold().replace("_", "") for key in tree if isinstance(key, str)}
    is_of_a_type = "qualificationtypeid" in keys and not keys.isdisjoint(_TELLING_OF_A_TYPE)
    return is_of_a_type or not keys.isdisjoint(_TELLING)
