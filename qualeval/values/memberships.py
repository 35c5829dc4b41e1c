"""Which states belong to which of several value sets: every combination that occurs, without walking all states.

Membership of integers can flip only at a point of one of the sets, and that of places only where one of them is named,
so finitely many states stand for all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import Held, ValueSet

__all__ = ["memberships"]

Member = Callable[[Held], bool]


def memberships(sets: Sequence[ValueSet]) -> frozenset[int]:
    """For every state the sets that it belongs to, as bits (bit 0 is the first set); each combination once.

    >>> sorted(memberships([ValueSet(IntegerSet.at_least(3)), ValueSet(IntegerSet.at_most(5))]))
    [0, 1, 2, 3]
    """
    found = {_bits([each.lacking for each in sets])}
    for is_member in _members([each.held for each in sets]):
        found.add(_bits([is_member(each.held) for each in sets]))
    return frozenset(found)


def _bits(flags: Sequence[bool]) -> int:
    return sum(1 << place for place, flag in enumerate(flags) if flag)


def _members(held: Sequence[Held]) -> Iterator[Member]:
    """One question a state that stands for others: whether it belongs to a set."""
    integers = [each for each in held if isinstance(each, IntegerSet)]
    places = [each for each in held if isinstance(each, LocaleSet)]
    if integers:
        points = {point for each in integers for point in each.points}
        yield from (_integer(value) for value in [min(points, default=1) - 1, *points])
    if places:
        named = {(country, code) for each in places for country, part in each.exceptions.items() for code in part.codes}
        yield from (_place(country, code) for country, code in named)
        yield from (_place(country, None) for country in {country for each in places for country in each.exceptions})
        yield _elsewhere


def _integer(value: int) -> Member:
    return lambda held: isinstance(held, IntegerSet) and value in held


def _place(country: str, code: str | None) -> Member:
    return lambda held: isinstance(held, LocaleSet) and code in held.places(country)


def _elsewhere(held: Held) -> bool:
    """Whether a country that no set names belongs to it."""
    return isinstance(held, LocaleSet) and held.default
