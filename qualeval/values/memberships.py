"""Which states belong to which of several value sets: every combination that occurs, without walking all states.

Membership of integers can flip only at a point of one of the sets, and that of places only where one of them is named,
so finitely many states stand for all others. A combination is an integer with a bit for each set, the lowest for the
first, and the next one is the last with the bits flipped of the sets that flip there: many sets are no trouble.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = ["memberships"]


def memberships(sets: Sequence[ValueSet]) -> frozenset[int]:
    """For every state the sets that it belongs to, as bits (bit 0 is the first set); each combination once.

    >>> sorted(memberships([ValueSet(IntegerSet.at_least(3)), ValueSet(IntegerSet.at_most(5))]))
    [0, 1, 2, 3]
    """
    lacking = sum(1 << place for place, each in enumerate(sets) if each.lacking)
    integers = [(1 << place, each.held) for place, each in enumerate(sets) if isinstance(each.held, IntegerSet)]
    places = [(1 << place, each.held) for place, each in enumerate(sets) if isinstance(each.held, LocaleSet)]
    return frozenset([lacking, *(_of_integers(integers) if integers else ()), *(_of_places(places) if places else ())])


def _of_integers(sets: Sequence[tuple[int, IntegerSet]]) -> Iterator[int]:
    """From the lowest integers to the highest; each set has its bit."""
    bits, flips = 0, defaultdict[int, int](int)
    for bit, each in sets:
        bits |= bit * each.starts_inside
        for point in each.points:
            flips[point] ^= bit
    yield bits
    for point in sorted(flips):
        bits ^= flips[point]
        yield bits


def _of_places(sets: Sequence[tuple[int, LocaleSet]]) -> Iterator[int]:
    """A country that no set names; of each other country where no subdivision is named, and its named subdivisions."""
    elsewhere, countries = 0, defaultdict[str, int](int)
    subdivisions = defaultdict[tuple[str, str], int](int)
    for bit, each in sets:
        elsewhere |= bit * each.default
        for country, part in each.exceptions.items():
            countries[country] ^= bit * (part.cofinite != each.default)
            for code in part.codes:
                subdivisions[country, code] ^= bit
    yield elsewhere
    yield from (elsewhere ^ flips for flips in countries.values())
    yield from (elsewhere ^ countries[country] ^ flips for (country, _), flips in subdivisions.items())
