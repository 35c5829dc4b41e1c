"""A requirement as it was written, as far as it makes sense: what the rules about single values look at.

The strict reader takes a requirement as a whole or not at all; here each field stands for itself, and is None or left
out where it is of the wrong type or unknown, which the reader tells of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from attrs import frozen

from qualeval.errors import InvalidInput
from qualeval.model.actions import ActionsGuarded, effective_guard
from qualeval.model.qualification_types import LOCALE, TypeNames
from qualeval.model.requirements import Comparator
from qualeval.sources.hit_readings import key_meant
from qualeval.sources.structure import is_list, is_object

__all__ = ["Written"]

T = TypeVar("T")

_COMPARATORS = {str(each): each for each in Comparator}
_GUARDS = {str(each): each for each in ActionsGuarded}


@frozen
class Written:
    """One requirement: its place in the HIT, what was written, and how types are called."""

    index: int
    raw: Mapping[object, object]
    names: TypeNames

    @cached_property
    def type_id(self) -> str | None:
        """The id of its type, by id or name."""
        said = self.raw.get("QualificationTypeId")
        try:
            return self.names.id_of(said) if isinstance(said, str) else None
        except InvalidInput:
            return None

    @property
    def name(self) -> str:
        """What its type is called; `it` where that is not known."""
        return self.names.name_of(self.type_id) if self.type_id else "it"

    @property
    def comparator(self) -> Comparator | None:
        """Its comparator."""
        return _word(self.raw.get("Comparator"), _COMPARATORS)

    @property
    def asks_whether_there_is_a_locale(self) -> bool:
        """Whether it compares Worker_Locale, which every worker has, with Exists or DoesNotExist."""
        return self.type_id == LOCALE and self.comparator in (Comparator.EXISTS, Comparator.DOES_NOT_EXIST)

    @property
    def said(self) -> str:
        """Comparator and values, as a message quotes them."""
        values = [str(value) for _, value in self.integers] or ["-".join(filter(None, each)) for _, each in self.places]
        return " ".join(filter(None, [str(self.comparator or ""), ", ".join(values)]))

    @property
    def actions_guarded(self) -> ActionsGuarded | None:
        """The newer field that says what it guards."""
        return _word(self.raw.get("ActionsGuarded"), _GUARDS)

    @property
    def required_to_preview(self) -> bool | None:
        """The older field that says what it guards."""
        said = self.raw.get("RequiredToPreview")
        return said if isinstance(said, bool) else None

    @cached_property
    def is_guard_unread(self) -> bool:
        """Whether something that is said of what it guards cannot be read: a value, or what a misspelt key has."""
        read = {"ActionsGuarded": self.actions_guarded, "RequiredToPreview": self.required_to_preview}
        is_value_unread = any(key in self.raw and value is None for key, value in read.items())
        return is_value_unread or any(key_meant(key) in read for key in self.raw)

    @property
    def guard(self) -> ActionsGuarded | None:
        """What it guards; None where something that says so cannot be read."""
        return None if self.is_guard_unread else effective_guard(self.actions_guarded, self.required_to_preview)

    @cached_property
    def integers(self) -> tuple[tuple[int, int], ...]:
        """The integers among its IntegerValues, each with its place in the list."""
        listed = self.raw.get("IntegerValues")
        pairs = enumerate(listed) if is_list(listed) else ()
        return tuple((place, each) for place, each in pairs if isinstance(each, int) and not isinstance(each, bool))

    @cached_property
    def places(self) -> tuple[tuple[int, tuple[str, str | None]], ...]:
        """Country and subdivision of the locales among its LocaleValues, each with its place in the list."""
        return tuple(self._places())

    def _places(self) -> Iterator[tuple[int, tuple[str, str | None]]]:
        listed = self.raw.get("LocaleValues")
        for place, each in enumerate(listed if is_list(listed) else ()):
            country = each.get("Country") if is_object(each) else None
            subdivision = each.get("Subdivision") if is_object(each) else None
            if isinstance(country, str) and isinstance(subdivision, (str, type(None))):
                yield place, (country, subdivision)

    def count(self, key: str) -> int:
        """How many values are listed under a key, of whatever type."""
        listed = self.raw.get(key)
        return len(listed) if is_list(listed) else 0


def _word(said: object, words: Mapping[str, T]) -> T | None:
    return words.get(said) if isinstance(said, str) else None
