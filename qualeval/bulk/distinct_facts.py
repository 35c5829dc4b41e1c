"""The different facts that a pool has about one type, and how each lies to a set of states: arrays, a place a fact.

A pool of a million workers has few different facts, so whatever is asked of a fact is asked once for all who share it.
This module does not know workers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Protocol, TypeAlias

from attrs import field, frozen

from qualeval.bulk.packages import np, npt
from qualeval.policy.ladders import Relation, relation
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = [
    "SAFE",
    "Counts",
    "DistinctFacts",
    "Flags",
    "IntegerFacts",
    "Integers",
    "Lie",
    "LocaleFacts",
    "Runs",
    "distinct_facts",
]

Counts: TypeAlias = npt.NDArray[np.int64]
"""How many workers share each fact."""
Flags: TypeAlias = npt.NDArray[np.bool_]
Integers: TypeAlias = npt.NDArray[Any]
"""int64, or Python's integers where those are too small."""

SAFE = 2**62
"""Integers this far from zero and farther are counted as Python's: nothing overflows, and open ends lie beyond."""


@frozen(eq=False)
class Lie:
    """Of every fact whether it lies inside a set, and whether it meets it at all."""

    inside: Flags
    meets: Flags


class DistinctFacts(Protocol):
    """Different facts about one type."""

    def lie(self, admitted: ValueSet) -> Lie:
        """How each lies to a set of states."""

    def states_of(self, place: int) -> ValueSet:
        """One of them."""

    def __len__(self) -> int: ...


def distinct_facts(states: Sequence[ValueSet], *, are_locales: bool) -> DistinctFacts:
    """These facts, in this order."""
    return LocaleFacts(tuple(states)) if are_locales else IntegerFacts.of(states)


@frozen(eq=False)
class LocaleFacts:
    """Facts about places. They are few, so sets judge of them one by one."""

    states: tuple[ValueSet, ...]

    def __len__(self) -> int:
        return len(self.states)

    def states_of(self, place: int) -> ValueSet:
        """One of them."""
        return self.states[place]

    def lie(self, admitted: ValueSet) -> Lie:
        """How each lies to a set of places."""
        found = [relation(each, admitted) for each in self.states]
        return Lie(
            np.array([each is Relation.INSIDE for each in found], np.bool_),
            np.array([each is not Relation.OUTSIDE for each in found], np.bool_),
        )

    @cached_property
    def held(self) -> tuple[LocaleSet, ...]:
        """The places of each."""
        return tuple(each.held for each in self.states if isinstance(each.held, LocaleSet))


@frozen(eq=False)
class IntegerFacts:
    """Facts about integers, as runs: the n-th run is of the fact `owners[n]`, from `first[n]` to `last[n]`.

    The runs of a fact stand side by side and ascend; `lacking` says of each fact whether lacking belongs to it. Runs
    without an end have the array's own ends, `low_end` and `high_end`, which are no integers of anybody's.
    """

    owners: npt.NDArray[np.intp]
    first: Integers
    last: Integers
    lacking: Flags
    low_end: Any = field(default=-(2**63), kw_only=True)
    high_end: Any = field(default=2**63 - 1, kw_only=True)

    @classmethod
    def of(cls, states: Iterable[ValueSet]) -> IntegerFacts:
        """These facts, in this order."""
        listed = list(states)
        held = [each.held for each in listed if isinstance(each.held, IntegerSet)]
        runs = [(owner, *run) for owner, each in enumerate(held) for run in each.intervals()]
        is_wide = any(not -SAFE < end < SAFE for _, *ends in runs for end in ends if end is not None)
        kind, low, high = (object, -np.inf, np.inf) if is_wide else (np.int64, -(2**63), 2**63 - 1)
        return cls(
            np.array([owner for owner, _, _ in runs], np.intp),
            np.array([low if each is None else each for _, each, _ in runs], kind),
            np.array([high if each is None else each for _, _, each in runs], kind),
            np.array([each.lacking for each in listed], np.bool_),
            low_end=low,
            high_end=high,
        )

    def __len__(self) -> int:
        return len(self.lacking)

    def states_of(self, place: int) -> ValueSet:
        """One of them."""
        runs = np.flatnonzero(self.owners == place)
        held = IntegerSet.union(IntegerSet.between(self._end(self.first[n]), self._end(self.last[n])) for n in runs)
        return ValueSet(held, bool(self.lacking[place]))

    def _end(self, value: Any) -> int | None:
        return None if value in (self.low_end, self.high_end) else int(value)

    def safe_for(self, *sets: IntegerSet) -> IntegerFacts:
        """The same facts, in arrays that can be compared with these sets."""
        is_wide = any(not -SAFE < point < SAFE for each in sets for point in each.points)
        return self._wide if is_wide and self.first.dtype != object else self

    @cached_property
    def _wide(self) -> IntegerFacts:
        first, last = self.first.astype(object), self.last.astype(object)
        first[self.first == self.low_end] = -np.inf
        last[self.last == self.high_end] = np.inf
        return IntegerFacts(self.owners, first, last, self.lacking, low_end=-np.inf, high_end=np.inf)

    def lie(self, admitted: ValueSet) -> Lie:
        """How each lies to a set of states."""
        assert isinstance(admitted.held, IntegerSet)
        runs = self.runs_within(admitted.held)
        inside, meets = self.of_all(runs.are_inside), self.of_any(runs.are_met)
        if not admitted.lacking:
            return Lie(inside & ~self.lacking, meets)
        return Lie(inside, meets | self.lacking)

    def runs_within(self, held: IntegerSet) -> Runs:
        """How the runs lie to a set of integers."""
        facts = self.safe_for(held)
        points = np.array([*held.points, facts.high_end], facts.first.dtype)[:-1]
        before_first = np.searchsorted(points, facts.first, "right")
        before_last = np.searchsorted(points, facts.last, "right")
        starts_inside = (before_first & 1).astype(np.bool_) ^ held.starts_inside
        return Runs(facts, points, before_first, before_last, starts_inside)

    def of_all(self, runs: Flags) -> Flags:
        """Of every fact whether all of its runs are flagged; it may have none."""
        return ~self.of_any(~runs)

    def of_any(self, runs: Flags) -> Flags:
        """Of every fact whether one of its runs is flagged."""
        found = np.zeros(len(self), np.bool_)
        found[self.owners[runs]] = True
        return found


@frozen(eq=False)
class Runs:
    """How the runs of facts lie to a set: how many of its points are at or below their ends, and where they start."""

    facts: IntegerFacts
    points: Integers
    before_first: npt.NDArray[np.intp]
    before_last: npt.NDArray[np.intp]
    starts_inside: Flags

    @property
    def are_inside(self) -> Flags:
        """Of every run whether all of it belongs to the set."""
        inside: Flags = self.starts_inside & (self.before_first == self.before_last)
        return inside

    @property
    def are_met(self) -> Flags:
        """Of every run whether something of it belongs to the set."""
        met: Flags = self.starts_inside | (self.before_first != self.before_last)
        return met

    @property
    def lowest(self) -> Integers:
        """Of every run that is met the lowest member that belongs to the set."""
        padded = np.append(self.points, np.array([self.facts.high_end], self.points.dtype))
        return np.where(self.starts_inside, self.facts.first, padded[self.before_first])

    @property
    def highest(self) -> Integers:
        """Of every run that is met the highest member that belongs to the set."""
        ends_inside = self.starts_inside ^ ((self.before_last - self.before_first) & 1).astype(np.bool_)
        padded = np.append(self.points, np.array([self.facts.high_end], self.points.dtype))
        return np.where(ends_inside, self.facts.last, padded[self.before_last - 1] - 1)
