"""The audience along one integer of a requirement, and by how much workers miss it: sums over different facts.

With the other requirements as they are, a fact lies inside for the thresholds of some stretch, and meets what is
admitted for those of another. So every fact is a step up or down at the ends of its stretches, and all thresholds are
judged in one pass. This module does not know workers: it is told how many share each fact.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen

from qualeval.bulk.audiences import NEAREST, Curve, NearMiss
from qualeval.bulk.coded import Weights
from qualeval.bulk.distinct_facts import Counts, Flags, IntegerFacts, Integers, Runs
from qualeval.bulk.packages import np
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.values.integer_set import IntegerSet
from qualeval.values.value_set import ValueSet

__all__ = ["curve", "has_curve", "near_misses"]

_RISING = {Comparator.LESS_THAN_OR_EQUAL_TO: 0, Comparator.LESS_THAN: 1}
"""By how much a value must stay below the threshold: the higher that is, the more get in."""
_FALLING = {Comparator.GREATER_THAN_OR_EQUAL_TO: 0, Comparator.GREATER_THAN: 1}
_SINGLE = (Comparator.EQUAL_TO, Comparator.NOT_EQUAL_TO)


def has_curve(requirement: QualificationRequirement) -> bool:
    """Whether a requirement compares with one integer."""
    return bool(requirement.integer_values) and requirement.comparator in (*_RISING, *_FALLING, *_SINGLE)


@frozen(eq=False)
class _Steps:
    """Where counts go up and down: how many there are far below, and by how much they change at some integers."""

    base: tuple[int, int]
    points: Sequence[Integers] = field(default=())
    certain: Sequence[Counts] = field(default=())
    possible: Sequence[Counts] = field(default=())

    @classmethod
    def of(cls, certain: tuple[int, Integers, Counts], possible: tuple[int, Integers, Counts]) -> _Steps:
        """The steps of the one count and of the other: the base, the points, and the changes there."""
        base, nothing = (certain[0], possible[0]), (np.zeros_like(certain[2]), np.zeros_like(possible[2]))
        return cls(base, (certain[1], possible[1]), (certain[2], nothing[1]), (nothing[0], possible[2]))

    def summed(self, more: Integers) -> tuple[Integers, Counts, Counts]:
        """The integers at which something changes, `more` among them, and the counts of each piece."""
        points = np.concatenate([*self.points, more])
        starts, places = np.unique(points, return_inverse=True)
        counts = []
        for base, changes in zip(self.base, (self.certain, self.possible), strict=True):
            steps = np.zeros(len(starts) + 1, np.int64)
            steps[0] = base
            np.add.at(steps, places[: len(points) - len(more)] + 1, np.concatenate(changes))
            counts.append(np.cumsum(steps))
        return starts, counts[0], counts[1]


def curve(
    index: int, requirement: QualificationRequirement, facts: IntegerFacts, others: ValueSet, weights: Weights
) -> Curve:
    """The curve of a requirement with one integer; `others` is what the others on its type admit together."""
    assert isinstance(others.held, IntegerSet)
    stretches = _Stretches.of(facts, others.held, weights)
    value = requirement.integer_values[0]
    if requirement.comparator in _SINGLE:
        is_equal = requirement.comparator is Comparator.EQUAL_TO
        counted = stretches.at_values(others.held) if is_equal else stretches.beside_values()
    elif requirement.comparator in _RISING:
        counted = stretches.below(_RISING[requirement.comparator])
    else:
        counted = stretches.above(_FALLING[requirement.comparator])
    return _canonical(index, value, *counted)


def _canonical(index: int, value: int, starts: Integers, certain: Counts, possible: Counts) -> Curve:
    """The curve without the pieces that are as the ones before them."""
    kept = (np.diff(certain) != 0) | (np.diff(possible) != 0)
    every = np.append(True, kept)
    return Curve(
        index, value, tuple(starts[kept].tolist()), tuple(certain[every].tolist()), tuple(possible[every].tolist())
    )


@frozen(eq=False)
class _Stretches:
    """The facts that the other requirements let in, as runs, and what of each the others admit.

    A fact that may be lacking is let in by no threshold for certain. `insiders` are those that the others let in for
    certain; `met` those of which they admit something, from `lowest` to `highest`.
    """

    facts: IntegerFacts
    runs: Runs
    insiders: Flags
    met: Flags
    weights: Weights

    @classmethod
    def of(cls, facts: IntegerFacts, held: IntegerSet, weights: Weights) -> _Stretches:
        """How the facts lie to what the other requirements admit of held values."""
        runs = facts.runs_within(held)
        facts = runs.facts
        insiders = facts.of_all(runs.are_inside) & ~facts.lacking & (weights.certain > 0)
        return cls(facts, runs, insiders, facts.of_any(runs.are_met) & (weights.possible > 0), weights)

    def _least(self, values: Integers, of: Flags) -> Integers:
        """Of every fact the value of its first run, of some of the runs."""
        found = np.full(len(self.facts), self.facts.high_end, self.facts.first.dtype)
        found[self.facts.owners[of][::-1]] = values[of][::-1]
        return found

    def _greatest(self, values: Integers, of: Flags) -> Integers:
        """Of every fact the value of its last run."""
        found = np.full(len(self.facts), self.facts.low_end, self.facts.first.dtype)
        found[self.facts.owners[of]] = values[of]
        return found

    def _all(self) -> Flags:
        return np.ones(len(self.facts.owners), np.bool_)

    def above(self, beyond: int) -> tuple[Integers, Counts, Counts]:
        """A threshold that values must reach: a fact is let in by those up to its least value, and perhaps further."""
        least = self._least(self.facts.first, self._all())
        greatest = self._greatest(self.runs.highest, self.runs.are_met)
        certain = self.insiders & (least != self.facts.low_end)
        return _Steps.of(
            _falling(least, certain, self.weights.certain, self.facts.high_end, beyond),
            _falling(greatest, self.met, self.weights.possible, self.facts.high_end, beyond),
        ).summed(self._nothing())

    def below(self, beyond: int) -> tuple[Integers, Counts, Counts]:
        """A threshold that values must not pass."""
        greatest = self._greatest(self.facts.last, self._all())
        least = self._least(self.runs.lowest, self.runs.are_met)
        certain = self.insiders & (greatest != self.facts.high_end)
        return _Steps.of(
            _rising(greatest, certain, self.weights.certain, self.facts.low_end, beyond),
            _rising(least, self.met, self.weights.possible, self.facts.low_end, beyond),
        ).summed(self._nothing())

    def at_values(self, held: IntegerSet) -> tuple[Integers, Counts, Counts]:
        """A value that must be had: by whom that is certain it is the only one."""
        singles = self.insiders & self._are_single(self.facts.first, self.facts.last, self._all())
        starts, certain, possible = _Steps.of(
            self._coverage(singles, self.weights.certain), self._coverage(self.met, self.weights.possible)
        ).summed(self.runs.points)
        inside = np.array([held.starts_inside, *(start in held for start in starts.tolist())], np.bool_)
        return starts, certain * inside, possible * inside

    def beside_values(self) -> tuple[Integers, Counts, Counts]:
        """A value that must not be had: it keeps those out who perhaps have it, for certain those with no other."""
        had, certain = self._coverage(self.insiders, self.weights.certain), self.weights.certain[self.insiders].sum()
        least = self._least(self.runs.lowest, self.runs.are_met)
        alone = self.met & self._are_single(self.runs.lowest, self.runs.highest, self.runs.are_met)
        one, weights = least[alone], self.weights.possible[alone]
        return _Steps.of(
            (int(certain) - had[0], had[1], -had[2]),
            (
                int(self.weights.possible[self.met].sum()),
                np.concatenate([one, one + 1]),
                np.concatenate([-weights, weights]),
            ),
        ).summed(self._nothing())

    def _are_single(self, lowest: Integers, highest: Integers, of: Flags) -> Flags:
        """Of every fact whether it is one integer, as far as it goes from here to there."""
        single: Flags = self._least(lowest, of) == self._greatest(highest, of)
        return single

    def _coverage(self, of: Flags, weights: Counts) -> tuple[int, Integers, Counts]:
        """By how many of some facts each integer is possible."""
        chosen = of[self.facts.owners]
        first, last, counts = self.facts.first[chosen], self.facts.last[chosen], weights[self.facts.owners[chosen]]
        starts, ends = first != self.facts.low_end, last != self.facts.high_end
        points = np.concatenate([first[starts], last[ends] + 1])
        return int(counts[~starts].sum()), points, np.concatenate([counts[starts], -counts[ends]])

    def _nothing(self) -> Integers:
        return self.facts.first[:0]


def _falling(
    last: Integers, chosen: Flags, weights: Counts, high_end: object, beyond: int
) -> tuple[int, Integers, Counts]:
    """Those who are in for every threshold up to `last`, where that is not without end."""
    ends = chosen & (last != high_end)
    return int(weights[chosen].sum()), last[ends] - beyond + 1, -weights[ends]


def _rising(
    first: Integers, chosen: Flags, weights: Counts, low_end: object, beyond: int
) -> tuple[int, Integers, Counts]:
    """Those who are in for every threshold from `first` on."""
    starts = chosen & (first != low_end)
    return int(weights[chosen & ~starts].sum()), first[starts] + beyond, weights[starts]


def near_misses(admitted: IntegerSet, facts: IntegerFacts, workers: Counts) -> tuple[NearMiss, ...]:
    """By how much those miss a set who have nothing of it: how far the farthest value still possible lies from it.

    Told are the nearest distances. Whoever may lack the type, or has values without end on a side where the set has
    nothing, misses it by no number.
    """
    if admitted.is_empty:
        return ()
    runs = facts.runs_within(admitted)
    facts = runs.facts
    counted = facts.of_any(np.ones(len(facts.owners), np.bool_)) & ~facts.lacking & (workers > 0)
    away = _distances(runs, counted[facts.owners])
    farthest = np.full(len(facts), -1, facts.first.dtype)
    np.maximum.at(farthest, facts.owners[counted[facts.owners]], away)
    counted &= farthest < facts.high_end
    distances, places = np.unique(farthest[counted], return_inverse=True)
    totals = np.zeros(len(distances), np.int64)
    np.add.at(totals, places, workers[counted])
    return tuple(map(NearMiss, distances[:NEAREST].tolist(), totals[:NEAREST].tolist()))


def _distances(runs: Runs, chosen: Flags) -> Integers:
    """Of runs that lie in gaps of the set, how far their farthest integer is from it; without end, the high end."""
    facts, points = runs.facts, runs.points
    first, last, gap = facts.first[chosen], facts.last[chosen], runs.before_first[chosen]
    ends = np.array([facts.high_end], points.dtype)
    has_below, has_above = gap > 0, gap < len(points)
    below = np.append(points, ends)[gap - 1] - 1
    above = np.append(points, ends)[gap]
    found = np.full(len(first), facts.high_end, facts.first.dtype)
    up = has_above & ~has_below & (first != facts.low_end)
    found[up] = above[up] - first[up]
    down = has_below & ~has_above & (last != facts.high_end)
    found[down] = last[down] - below[down]
    both = has_below & has_above
    middle = np.clip((above[both] + below[both]) // 2, first[both], last[both])
    found[both] = np.minimum(middle - below[both], above[both] - middle)
    return found
