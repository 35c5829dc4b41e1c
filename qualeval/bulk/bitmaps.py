"""Predicates as bitmaps over a block of workers: a bit for each, whether what is known of the worker lies inside.

What cells say of one type comes as arrays: integers (or the ends of ranges), or codes for a list of different cells.
All predicates of a type are worked out together. Membership of an integer flips at the points of a set, so its bitmap
is the XOR of those of the points, and each point is compared with once, however many sets flip there.

This module does not know frames, nor what is asked of several types together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import Protocol, TypeAlias

from attrs import frozen

from qualeval.bulk.conjunctions import Bitmaps
from qualeval.bulk.packages import np, npt
from qualeval.model.qualification_types import qualification_type
from qualeval.values.integer_set import IntegerSet
from qualeval.values.value_set import ValueSet

__all__ = ["Cells", "Coded", "Mask", "Numbers", "Painter", "TypePredicates", "bitmap", "words_for"]

Mask: TypeAlias = npt.NDArray[np.bool_]
Integers: TypeAlias = npt.NDArray[np.integer]
_Numbers: TypeAlias = npt.NDArray[np.intp]

_EVERY = ~np.uint64(0)
_ROWS = 32
"""How many comparisons are made together: more would not stay in the cache."""


@frozen(eq=False)
class Numbers:
    """What integer cells say of one type: a value, or the two ends of a range.

    `unknown` and `lacks` are where that is all that is known; None is nowhere. What the numbers are there does not
    matter. An open end is the least or the greatest integer of the array's type.
    """

    low: Integers
    high: Integers | None = None
    unknown: Mask | None = None
    lacks: Mask | None = None


@frozen(eq=False)
class Coded:
    """What cells say of one type, as places in a list of different ones.

    `inside` says by set and different cell whether what is known lies inside the set, `meets` whether they meet.
    """

    codes: _Numbers
    inside: Mask
    meets: Mask


Cells: TypeAlias = Numbers | Coded


def words_for(workers: int) -> int:
    """How many words a bitmap of so many workers takes."""
    return -(-workers // 64)


def bitmap(mask: Mask) -> Bitmaps:
    """The bitmap of a mask."""
    found = np.empty((1, words_for(len(mask))), np.uint64)
    _pack(mask[None], found)
    return found


def _pack(masks: Mask, found: Bitmaps) -> None:
    """Fills in the bitmaps of masks."""
    octets = found.view(np.uint8)
    used = -(-masks.shape[1] // 8)
    octets[:, :used] = np.packbits(masks, axis=1)
    octets[:, used:] = 0


class Painter(Protocol):
    """Makes the bitmaps of all predicates of one type, a block of workers after the other."""

    @property
    def is_definite(self) -> bool:
        """Whether what is possible is certain too, for all workers."""

    def paint(self, part: slice, certain: Bitmaps, possible: Bitmaps) -> None:
        """Fills in where each set contains what is known of a worker, and where it has some of it.

        Where all is definite, only `certain` is filled in.
        """


@frozen(eq=False)
class TypePredicates:
    """All that is asked of one type: admitted sets, none of them empty and none of them all of the universe."""

    type_id: str
    sets: tuple[ValueSet, ...]

    def painter(self, cells: Cells | None) -> Painter:
        """What makes bitmaps of the predicates from these cells; None says that nothing is known."""
        if cells is None:
            return _OfNothing()
        if isinstance(cells, Numbers):
            return _OfNumbers.of(self, cells)
        return _OfCodes(cells, bool((cells.inside == cells.meets).all()))

    @cached_property
    def held(self) -> Sequence[IntegerSet]:
        """The integers of each set; those beyond an end of the universe too, where that has fewer points."""
        kind = qualification_type(self.type_id)
        below = IntegerSet.empty() if kind.lowest is None else IntegerSet.at_most(kind.lowest - 1)
        above = IntegerSet.empty() if kind.highest is None else IntegerSet.at_least(kind.highest + 1)
        held = [each.held for each in self.sets if isinstance(each.held, IntegerSet)]
        return [min(each, each | below, each | above, each | below | above, key=_count_of_points) for each in held]

    @cached_property
    def points(self) -> Sequence[int]:
        """Where membership flips in one of the sets."""
        return sorted({point for each in self.held for point in each.points})

    @cached_property
    def flips(self) -> Sequence[tuple[_Numbers, _Numbers]]:
        """The sets that have a first point, and which it is; then those that have a second one; and so on."""
        places = {point: place for place, point in enumerate(self.points)}
        found = []
        for nth in range(max(len(each.points) for each in self.held)):
            flipping = [number for number, each in enumerate(self.held) if len(each.points) > nth]
            points = [places[self.held[number].points[nth]] for number in flipping]
            found.append((np.array(flipping, np.intp), np.array(points, np.intp)))
        return found

    @cached_property
    def reaching_down(self) -> _Numbers:
        """The sets that have integers below all points."""
        return np.array([number for number, each in enumerate(self.held) if each.starts_inside], np.intp)

    @cached_property
    def lacking(self) -> _Numbers:
        """The sets that who lacks the type is in."""
        return np.array([number for number, each in enumerate(self.sets) if each.lacking], np.intp)


def _count_of_points(integers: IntegerSet) -> int:
    return len(integers.points)


class _OfNothing:
    """Nothing is known: nothing is certain, and all is possible."""

    is_definite = False

    def paint(self, part: slice, certain: Bitmaps, possible: Bitmaps) -> None:
        certain[:] = 0
        possible[:] = bitmap(np.ones(part.stop - part.start, bool))


@frozen(eq=False)
class _OfCodes:
    """From a list of different cells."""

    cells: Coded
    is_definite: bool

    def paint(self, part: slice, certain: Bitmaps, possible: Bitmaps) -> None:
        codes = self.cells.codes[part]
        for rows in _chunks(len(certain)):
            _pack(self.cells.inside[rows].take(codes, axis=1), certain[rows])
            if not self.is_definite:
                _pack(self.cells.meets[rows].take(codes, axis=1), possible[rows])


def _chunks(size: int) -> Sequence[slice]:
    return [slice(start, min(start + _ROWS, size)) for start in range(0, size, _ROWS)]


@frozen(eq=False)
class _OfNumbers:
    """From integers, in the smallest type that holds them: to compare them takes so much less."""

    predicates: TypePredicates
    cells: Numbers
    is_definite: bool

    @classmethod
    def of(cls, predicates: TypePredicates, cells: Numbers) -> _OfNumbers:
        low = _narrowed(cells.low) if cells.high is None else cells.low
        known = Numbers(low, cells.high, _somewhere(cells.unknown), _somewhere(cells.lacks))
        return cls(predicates, known, known.unknown is None and known.high is None)

    def paint(self, part: slice, certain: Bitmaps, possible: Bitmaps) -> None:
        words = certain.shape[1]
        reached = self._reached(self.cells.low[part], words)
        self._members(reached, certain)
        if self.cells.high is not None:
            self._across(reached ^ self._reached(self.cells.high[part], words), certain, possible)
        elif not self.is_definite:
            possible[:] = certain
        self._without_value(part, certain, possible)

    def _reached(self, values: Integers, words: int) -> Bitmaps:
        """For each point the workers whose value is not below it."""
        points = self._bounds
        reached = np.empty((len(points), words), np.uint64)
        for rows in _chunks(len(points)):
            _pack(values >= points[rows, None], reached[rows])
        reached[self._reachable :] = 0
        return reached

    @cached_property
    def _bounds(self) -> Integers:
        """The points in the type of the values, those that it has not as the nearest that it has.

        An open end of a range is beyond every point: so no point is the least integer.
        """
        ends = np.iinfo(self.cells.low.dtype)
        least = ends.min + (self.cells.high is not None)
        return np.array([min(max(each, least), ends.max) for each in self.predicates.points], self.cells.low.dtype)

    @cached_property
    def _reachable(self) -> int:
        """How many points are not above all integers of the type."""
        points = self.predicates.points
        return len(points) if self.cells.high is not None else bisect_right(points, np.iinfo(self.cells.low.dtype).max)

    def _members(self, reached: Bitmaps, found: Bitmaps) -> None:
        """The workers whose value is a member of each set: an odd number of flips from what holds far below."""
        found[:] = 0
        found[self.predicates.reaching_down] = _EVERY
        for numbers, points in self.predicates.flips:
            found[numbers] ^= reached[points]

    def _across(self, between: Bitmaps, certain: Bitmaps, possible: Bitmaps) -> None:
        """Where membership flips between the ends of a range, some of it lies inside and some outside."""
        across = np.zeros_like(certain)
        for numbers, points in self.predicates.flips:
            across[numbers] |= between[points]
        np.bitwise_or(certain, across, out=possible)
        np.bitwise_and(certain, ~across, out=certain)

    def _without_value(self, part: slice, certain: Bitmaps, possible: Bitmaps) -> None:
        """Who lacks the type has no value, nor has who is not there; of whom nothing is known, all is possible."""
        size = part.stop - part.start
        without = [each[part] for each in (self.cells.unknown, self.cells.lacks) if each is not None]
        if not without and size % 64 == 0:
            return
        valued = bitmap(~np.logical_or.reduce(without) if without else np.ones(size, bool))
        for found in (certain,) if self.is_definite else (certain, possible):
            np.bitwise_and(found, valued, out=found)
            if self.cells.lacks is not None:
                found[self.predicates.lacking] |= bitmap(self.cells.lacks[part])
        if self.cells.unknown is not None:
            possible |= bitmap(self.cells.unknown[part])


def _somewhere(mask: Mask | None) -> Mask | None:
    return mask if mask is not None and mask.any() else None


def _narrowed(values: Integers) -> Integers:
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    for dtype in (np.int8, np.int16, np.int32):
        ends = np.iinfo(dtype)
        if ends.bits < 8 * values.itemsize and ends.min <= low and high <= ends.max:
            return values.astype(dtype)
    return values
