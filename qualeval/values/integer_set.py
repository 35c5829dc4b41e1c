"""Sets of integers, finite or not, exact and canonical.

A set is an *inversion list*: the sorted points at which membership flips, and whether the far negative end is inside.
Two sets are equal exactly if they have the same members.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, pairwise
from operator import and_, itemgetter, or_, xor

from attrs import frozen

__all__ = ["IntegerSet", "Interval"]

Interval = tuple[int | None, int | None]
"""Both ends belong to it; None is an open end."""


@frozen
class IntegerSet:
    """A set of integers.

    Made by `empty`, `everything`, `only`, `between`, `at_least`, `at_most`; combined by `&`, `|`, `-`, `~`.

    >>> IntegerSet.at_least(95) & ~IntegerSet.only(97)
    <IntegerSet 95..96, 98..>
    """

    points: tuple[int, ...] = ()
    starts_inside: bool = False

    @classmethod
    def empty(cls) -> IntegerSet:
        """The set of no integer."""
        return cls()

    @classmethod
    def everything(cls) -> IntegerSet:
        """The set of all integers."""
        return cls((), True)

    @classmethod
    def at_least(cls, low: int) -> IntegerSet:
        """`low` and all above it."""
        return cls((low,))

    @classmethod
    def at_most(cls, high: int) -> IntegerSet:
        """`high` and all below it."""
        return cls((high + 1,), True)

    @classmethod
    def between(cls, low: int | None, high: int | None) -> IntegerSet:
        """All from `low` to `high`, both included; None leaves that end open. Empty where `low` exceeds `high`."""
        if low is None:
            return cls.everything() if high is None else cls.at_most(high)
        if high is None:
            return cls.at_least(low)
        return cls((low, high + 1)) if low <= high else cls()

    @classmethod
    def only(cls, *members: int) -> IntegerSet:
        """Just these integers."""
        points: list[int] = []
        for member in sorted(set(members)):
            if points and points[-1] == member:
                points[-1] = member + 1
            else:
                points += (member, member + 1)
        return cls(tuple(points))

    @classmethod
    def union(cls, sets: Iterable[IntegerSet]) -> IntegerSet:
        """The integers in at least one of `sets`: one sweep over all points, so many sets are no trouble."""
        listed = list(sets)
        depth = sum(each.starts_inside for each in listed)
        starts_inside = depth > 0
        points: list[int] = []
        steps = sorted(
            (point, -1 if place % 2 != each.starts_inside else 1)
            for each in listed
            for place, point in enumerate(each.points)
        )
        for point, group in groupby(steps, key=itemgetter(0)):
            before, depth = depth, depth + sum(step for _, step in group)
            if (before > 0) != (depth > 0):
                points.append(point)
        return cls(tuple(points), starts_inside)

    def __contains__(self, member: int) -> bool:
        return bool((bisect_right(self.points, member) & 1) ^ self.starts_inside)

    def __and__(self, other: IntegerSet) -> IntegerSet:
        return self._combined(other, and_)

    def __or__(self, other: IntegerSet) -> IntegerSet:
        return self._combined(other, or_)

    def __xor__(self, other: IntegerSet) -> IntegerSet:
        return self._combined(other, xor)

    def __sub__(self, other: IntegerSet) -> IntegerSet:
        return self & ~other

    def __invert__(self) -> IntegerSet:
        return IntegerSet(self.points, not self.starts_inside)

    def _combined(self, other: IntegerSet, rule: Callable[[bool, bool], bool]) -> IntegerSet:
        """Membership of the result can flip only where one of the two flips."""
        inside = starts_inside = rule(self.starts_inside, other.starts_inside)
        points = []
        for point in sorted({*self.points, *other.points}):
            if rule(point in self, point in other) != inside:
                inside = not inside
                points.append(point)
        return IntegerSet(tuple(points), starts_inside)

    @property
    def is_empty(self) -> bool:
        """Whether no integer belongs to it."""
        return not self.points and not self.starts_inside

    def is_subset(self, other: IntegerSet) -> bool:
        """Whether every member belongs to `other` too.

        A member that does not would lie in a run of this set and in a gap of the other one. Of the two the one that
        begins later begins within the other; where neither begins, both reach down without end.
        """
        points, theirs = self.points, other.points
        inside, theirs_inside = self.starts_inside, other.starts_inside
        is_subset = theirs_inside or not inside
        for run in points[inside::2]:
            is_subset &= bisect_right(theirs, run) & 1 != theirs_inside
        for gap in theirs[not theirs_inside :: 2]:
            is_subset &= bisect_right(points, gap) & 1 == inside
        return is_subset

    def is_disjoint(self, other: IntegerSet) -> bool:
        """Whether no integer belongs to both."""
        return self.is_subset(~other)

    def intervals(self) -> Iterator[Interval]:
        """The maximal runs of members, in order."""
        edges: list[int | None] = [*([None] if self.starts_inside else []), *self.points, None]
        # Every other pair is a run; the open end at last is of a pair that is none where the last run is closed.
        for low, after in list(pairwise(edges))[::2]:
            yield low, None if after is None else after - 1

    @property
    def is_one_run(self) -> bool:
        """Whether its members are all integers between two of them, or beyond one: a single interval."""
        return len(self.points) + self.starts_inside in (1, 2)

    @property
    def single(self) -> int | None:
        """The only member; None where there are more, or none."""
        points = self.points
        return points[0] if len(points) == 2 and points[1] == points[0] + 1 and not self.starts_inside else None

    @property
    def low(self) -> int | None:
        """The least member; None where there is none."""
        return None if self.starts_inside or not self.points else self.points[0]

    @property
    def high(self) -> int | None:
        """The greatest member; None where there is none."""
        bounded = self.points and (len(self.points) & 1) == self.starts_inside
        return self.points[-1] - 1 if bounded else None

    def runs_around(self, outsider: int) -> tuple[Interval | None, Interval | None]:
        """The last run of members below an integer that is no member, and the first above it; None where there is none.

        The integer lies in a gap, so the points on its two sides are the end of one run and the start of another.
        """
        points = self.points
        place = bisect_right(points, outsider)
        below = above = None
        if place > 0:
            below = (points[place - 2] if place > 1 else None, points[place - 1] - 1)
        if place < len(points):
            above = (points[place], points[place + 1] - 1 if place + 1 < len(points) else None)
        return below, above

    def sample(self) -> int | None:
        """One member, always the same: the least one at or above zero, else the greatest; None where there is none."""
        if 0 in self:
            return 0
        below, above = self.runs_around(0)
        return above[0] if above else below[1] if below else None

    def __str__(self) -> str:
        return ", ".join(_interval_text(*interval) for interval in self.intervals()) or "none"

    def __repr__(self) -> str:
        return f"<IntegerSet {self}>"


def _interval_text(low: int | None, high: int | None) -> str:
    if low is not None and low == high:
        return str(low)
    return f"{'' if low is None else low}..{'' if high is None else high}"
