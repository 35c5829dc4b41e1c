"""Sets of the states that a worker can be in towards one qualification type: held values, and lacking.

This is the one predicate of qualeval: a requirement, an intersection of requirements, and what is known of a worker
are all value sets. Whether a type can be lacked, and which integers it can have, is known elsewhere.
"""

from __future__ import annotations

from functools import cached_property

from attrs import frozen

from qualeval.errors import IncompatibleSets
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet

__all__ = ["Held", "ValueSet"]

Held = IntegerSet | LocaleSet
"""The held values of a value set: all of one kind."""


@frozen(cache_hash=True)
class ValueSet:
    """A set of states: the held values that belong to it, and whether lacking does.

    Combined by `&`, `|`, `-`, `~`; equal exactly if they have the same states. Integers and locales do not mix:
    combining them raises IncompatibleSets.

    >>> ValueSet(IntegerSet.at_least(3)) | ValueSet(IntegerSet.empty(), lacking=True)
    <ValueSet 3.., lacks>
    """

    held: Held
    lacking: bool = False

    def __contains__(self, state: int | Locale | None) -> bool:
        """Whether a state belongs to it: an integer, a locale (its whole region), or None for lacking."""
        held = self.held
        if state is None:
            return self.lacking
        if isinstance(held, IntegerSet):
            return not isinstance(state, Locale) and state in held
        return isinstance(state, Locale) and held.contains_region(state)

    def __and__(self, other: ValueSet) -> ValueSet:
        mine, theirs = _paired(self, other)
        return ValueSet(mine & theirs, self.lacking and other.lacking)  # type: ignore[operator]

    def __or__(self, other: ValueSet) -> ValueSet:
        mine, theirs = _paired(self, other)
        return ValueSet(mine | theirs, self.lacking or other.lacking)  # type: ignore[operator]

    def __sub__(self, other: ValueSet) -> ValueSet:
        return self & ~other

    def __invert__(self) -> ValueSet:
        return ValueSet(~self.held, not self.lacking)

    @property
    def is_empty(self) -> bool:
        """Whether no state belongs to it."""
        return not self.lacking and self.held.is_empty

    def is_subset(self, other: ValueSet) -> bool:
        """Whether every state of it belongs to `other` too."""
        mine, theirs = _paired(self, other)
        return mine.is_subset(theirs) and (other.lacking or not self.lacking)  # type: ignore[arg-type]

    def is_disjoint(self, other: ValueSet) -> bool:
        """Whether no state belongs to both."""
        mine, theirs = _paired(self, other)
        return not (self.lacking and other.lacking) and mine.is_disjoint(theirs)  # type: ignore[arg-type]

    @property
    def is_one_state(self) -> bool:
        """Whether it is one state: one held integer, or lacking alone. (No locale is one state: it is a region.)"""
        if self.lacking:
            return self.held.is_empty
        return isinstance(self.held, IntegerSet) and self.held.single is not None

    @cached_property
    def single(self) -> int | Locale | None:
        """The one value it is about, held for certain: an integer, or a locale (its whole region). Else None."""
        return None if self.lacking else self.held.single

    def sample(self) -> int | Locale | None:
        """One state of a set that is not empty, always the same; a held value before lacking, which is None."""
        return self.held.sample()

    def __str__(self) -> str:
        words = [] if self.held.is_empty else [_any(self.held) or str(self.held)]
        return ", ".join([*words, "lacks"] if self.lacking else words) or "none"

    def __repr__(self) -> str:
        return f"<ValueSet {self}>"


def _any(held: Held) -> str:
    return "holds" if (~held).is_empty else ""


def _paired(one: ValueSet, other: ValueSet) -> tuple[Held, Held]:
    if type(one.held) is not type(other.held):
        raise IncompatibleSets(f"integers and locales cannot be combined: got {one} and {other}")
    return one.held, other.held
