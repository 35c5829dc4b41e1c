"""The audience of a HIT: how many of a pool it reaches, what each requirement costs, and what a change would bring.

What is not known is a band: how many for certain, and how many at most. It is never added to either side.

This module does not know how a pool is read or counted.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from attrs import evolve, field, frozen

from qualeval.errors import WrongType, show
from qualeval.model.actions import Action, ActionsGuarded
from qualeval.model.changes import change_hit
from qualeval.model.hits import HIT
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.policy.wording import requirement_words
from qualeval.values.locale import Locale

__all__ = ["NEAREST", "Audience", "Band", "Change", "Curve", "NearMiss", "Place", "RequirementReach", "places_of"]

NEAREST = 10
"""So many distances of near misses are told."""

_ROUND = frozenset(sign * digit * 10**zeros for sign in (1, -1) for zeros in range(10) for digit in (0, 1, 2, 5))
_ROUND_RATES = frozenset({0, 50, 80, 90, 95, 97, 98, 99, 100})


@frozen
class Band:
    """How many workers for certain, and how many at most, once all is known of them.

    >>> Band(4210, 5000).unknown
    790
    """

    certain: int
    possible: int

    @property
    def unknown(self) -> int:
        """Of how many it is not known."""
        return self.possible - self.certain

    def to_dict(self, pool: int) -> dict[str, int]:
        """As JSON has it: how many of a pool are permitted, denied and unknown."""
        return {"permitted": self.certain, "denied": pool - self.possible, "unknown": self.unknown}

    def __str__(self) -> str:
        return f"{self.certain:,}" if not self.unknown else f"{self.certain:,} to {self.possible:,}"


@frozen
class NearMiss:
    """How many workers miss a requirement by so much."""

    by: int
    workers: int


@frozen
class RequirementReach:
    """What one requirement of a HIT costs. One that does not guard the action keeps nobody out, and costs nothing.

    `alone` is the audience if it were the only requirement; `left` the audience of it and of all before it; `without`
    that of all but it. `only_obstacle` are the workers who are denied because of it alone: without it they would be
    permitted, or at least not be denied. `only_question` are those of whom nothing else is unknown. `near_misses` tell
    of those whom it alone denies by how much they miss it, as far as one move of a value says it: the nearest first.
    """

    index: int
    requirement: QualificationRequirement
    name: str
    guards_action: bool
    alone: Band
    left: Band
    without: Band
    only_obstacle: Band
    only_question: int
    near_misses: tuple[NearMiss, ...] = ()

    @property
    def words(self) -> str:
        """The requirement as Mechanical Turk writes it, its type by name."""
        return requirement_words(self.requirement, self.name)

    def to_dict(self, pool: int) -> dict[str, Any]:
        """As JSON has it."""
        values = [each if isinstance(each, int) else str(each) for each in self.requirement.values]
        return {
            "index": self.index,
            "qualification_type_id": self.requirement.qualification_type_id,
            "name": self.name,
            "comparator": str(self.requirement.comparator),
            "values": values,
            "guards": str(self.requirement.guard),
            "guards_action": self.guards_action,
            "passes": self.alone.certain,
            "may_pass": self.alone.possible,
            "left": self.left.to_dict(pool),
            "without": self.without.to_dict(pool),
            "only_obstacle": self.only_obstacle.certain,
            "may_be_only_obstacle": self.only_obstacle.possible,
            "only_question": self.only_question,
            "near_misses": [{"by": each.by, "workers": each.workers} for each in self.near_misses],
        }


@frozen
class Curve:
    """The audience for every integer that could stand in place of a requirement's one value, all else as it is.

    The integers fall into pieces with one audience each: the first piece reaches down without end, `starts` are where
    the next ones begin, and `certain` and `possible` say how many each piece reaches. `value` is the one in the HIT.

    >>> Curve(0, 98, (96, 100), (8, 5, 0), (9, 6, 0)).at(97)
    Band(certain=5, possible=6)
    """

    index: int
    value: int
    starts: tuple[int, ...]
    certain: tuple[int, ...]
    possible: tuple[int, ...]

    def at(self, value: int) -> Band:
        """The audience with this value."""
        piece = bisect_right(self.starts, value)
        return Band(self.certain[piece], self.possible[piece])

    @property
    def pieces(self) -> Iterator[tuple[int | None, int | None, Band]]:
        """Each piece: its first and its last integer (None where it has no end) and its audience."""
        ends = (*(start - 1 for start in self.starts), None)
        for first, last, *audience in zip((None, *self.starts), ends, self.certain, self.possible, strict=True):
            yield first, last, Band(*audience)

    def nearest(self, piece: int) -> int:
        """The integer of a piece that is nearest to the value of the HIT."""
        value = self.value if piece == 0 else max(self.value, self.starts[piece - 1])
        return value if piece == len(self.starts) else min(value, self.starts[piece] - 1)

    def thresholds(self, most: int = 7) -> list[int]:
        """A few values worth looking at, in order: that of the HIT, and the nearest round ones that differ."""
        ends = self.starts or (self.value,)
        is_rate = min(ends[0], self.value) >= 0 and max(ends[-1], self.value) <= 101
        listed = sorted({*(_ROUND_RATES if is_rate else _ROUND), *_edges(self.starts), self.value})
        found = self._one_a_piece(listed)
        place = found.index(self.value)
        first = max(0, min(place - most // 2, len(found) - most))
        return found[first : first + most]

    def _one_a_piece(self, values: Iterable[int]) -> list[int]:
        """Of the values in each piece one: that of the HIT, else the nearest to it."""
        by_piece: dict[int, int] = {}
        for each in sorted(values, key=lambda value: abs(value - self.value)):
            by_piece.setdefault(bisect_right(self.starts, each), each)
        return sorted(by_piece.values())

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it: three lists side by side, a piece each; the first start is null."""
        unknown = [most - least for least, most in zip(self.certain, self.possible, strict=True)]
        return {
            "index": self.index,
            "value": self.value,
            "starts": [None, *self.starts],
            "permitted": list(self.certain),
            "unknown": unknown,
        }


def _edges(starts: tuple[int, ...]) -> tuple[int, ...]:
    """The values at which few pieces begin or end; of many, round ones say enough."""
    return tuple({*starts, *(each - 1 for each in starts)}) if len(starts) <= 3 else ()


@frozen
class Change:
    """One change of a HIT and whom it would reach: another value, a weaker guard, or a requirement left out.

    `values` and `guard` are in the words of `--value` and `--guard`; a change with neither leaves the requirement out.
    `move` says how far it goes: a threshold by how much, a place is 1, a requirement that is lost goes furthest. No
    `index` is no change.
    """

    index: int | None
    words: str
    reached: Band
    values: str | None = None
    guard: ActionsGuarded | None = None
    move: float = 0

    @property
    def edits(self) -> Mapping[str, Any]:
        """What `qualeval.change_hit` is to be given: `change_hit(hit, **change.edits)`."""
        if self.index is None:
            return {}
        if self.values is not None:
            return {"values": {self.index: self.values}}
        return {"without": [self.index]} if self.guard is None else {"guards": {self.index: self.guard}}

    @property
    def option(self) -> str:
        """The change as the command line takes it: `--value 1=97`. Empty where there is none."""
        if self.index is None:
            return ""
        if self.values is not None:
            return f"--value {self.index}={self.values}"
        return f"--without {self.index}" if self.guard is None else f"--guard {self.index}={self.guard}"

    def renumbered(self, places: Sequence[int]) -> Change:
        """The same for a HIT in which the requirements have these indexes."""
        if self.index is None:
            return self
        words = self.words.replace(f"requirement {self.index}", f"requirement {places[self.index]}", 1)
        return evolve(self, index=places[self.index], words=words)

    def applied(self, hit: HIT) -> HIT:
        """The HIT after it."""
        return change_hit(hit, **self.edits)

    def to_dict(self, pool: int) -> dict[str, Any]:
        """As JSON has it."""
        return {"option": self.option, "words": self.words, **self.reached.to_dict(pool)}


@frozen
class Place:
    """A place of the pool that a requirement's list could take in, or no longer exclude, and whom that would reach.

    `values` is the list then; None where nothing is left of it, so that the requirement is to be left out.
    """

    index: int
    locale: Locale
    is_excluded: bool
    reached: Band
    values: str | None

    def gain(self, reached: Band) -> Band:
        """How many more than `reached`: for certain, and at most, of those too who might have been let in before."""
        certain = self.reached.certain - reached.certain
        return Band(certain, max(certain, self.reached.possible - reached.possible))

    @property
    def change(self) -> Change:
        """The change of the HIT that does it."""
        words = f"exclude {self.locale} no longer" if self.is_excluded else f"take in {self.locale} too"
        return Change(self.index, f"requirement {self.index}: {words}", self.reached, self.values, move=1)

    def to_dict(self, pool: int) -> dict[str, Any]:
        """As JSON has it."""
        where = {"index": self.index, "place": str(self.locale)}
        return {**where, "option": self.change.option, **self.reached.to_dict(pool)}


@frozen
class Audience:
    """How many of a pool may do `action`, and what each requirement, in the HIT's order, has to do with it.

    `reached` is the audience of all requirements, `curves` tell it for other values of those with one integer, and
    `places` for other lists of places, the best gain first.
    """

    action: Action
    pool: int
    reached: Band
    requirements: tuple[RequirementReach, ...] = ()
    curves: tuple[Curve, ...] = field(default=(), repr=False)
    places: tuple[Place, ...] = field(default=(), repr=False)

    @property
    def permitted(self) -> int:
        """How many may do it, for certain."""
        return self.reached.certain

    @property
    def unknown(self) -> int:
        """Of how many it is not known."""
        return self.reached.unknown

    @property
    def denied(self) -> int:
        """How many may not do it, for certain."""
        return self.pool - self.reached.possible

    def renumbered(self, places: Sequence[int] | Mapping[int, int]) -> Audience:
        """The same with other indexes: `places` are those that the requirements have elsewhere, in this order.

        So what is said of a changed HIT, of which a requirement was left out, can be typed for the HIT as it was.
        """
        return evolve(
            self,
            requirements=tuple(evolve(each, index=places[each.index]) for each in self.requirements),
            curves=tuple(evolve(each, index=places[each.index]) for each in self.curves),
            places=tuple(evolve(each, index=places[each.index]) for each in self.places),
        )

    def curve(self, index: int) -> Curve | None:
        """The curve of one requirement; None where it has none."""
        return next((each for each in self.curves if each.index == index), None)

    def best_change(self, target: int) -> Change | None:
        """The single change after which at least so many are permitted for certain, and as few more as can be.

        Another threshold, one place more, or a requirement less (where it guards more than this action: a weaker
        guard). Of those that reach as many, the one that moves least; then the first in the HIT's order. None where no
        single change is enough: `largest_change` tells how far one gets. The change has no edits where none is needed.
        """
        wanted: object = target
        if not isinstance(wanted, int) or isinstance(wanted, bool):
            raise WrongType(f"target: expected an integer, got {type(target).__name__} {show(target)}")
        if self.permitted >= target:
            return Change(None, "no change is needed", self.reached)
        enough = (each for each in self._changes(target) if each.reached.certain >= target)
        return min(enough, key=lambda each: (each.reached.certain, each.move, each.index), default=None)

    @cached_property
    def largest_change(self) -> Change:
        """The single change after which most are permitted for certain, and of those the one that moves least."""
        most = Change(None, "no single change reaches more", self.reached)
        listed = [most, *self._changes(self.pool + 1)]
        return min(listed, key=lambda each: (-each.reached.certain, each.move, each.index or 0))

    def _changes(self, target: int) -> Iterator[Change]:
        """Single changes, of each curve alone the one that comes nearest to the target: from above, else from below."""
        yield from (self._threshold(each, target) for each in self.curves)
        yield from (each.change for each in self.places)
        yield from (_lost(each, self.action) for each in self.requirements if each.guards_action)

    def _threshold(self, curve: Curve, target: int) -> Change:
        def badness(piece: int) -> tuple[bool, int, int]:
            reached = curve.certain[piece]
            return reached < target, abs(reached - target), abs(curve.nearest(piece) - curve.value)

        piece = min(range(len(curve.certain)), key=badness)
        value, said = curve.nearest(piece), next(each for each in self.requirements if each.index == curve.index)
        words = f"requirement {curve.index}: {said.name} {said.requirement.comparator} {value}, not {curve.value}"
        reached = Band(curve.certain[piece], curve.possible[piece])
        return Change(curve.index, words, reached, str(value), move=abs(value - curve.value))

    def to_dict(self) -> dict[str, Any]:
        """As `audience --format json` prints it."""
        return {
            "action": str(self.action),
            "pool": self.pool,
            **self.reached.to_dict(self.pool),
            "requirements": [each.to_dict(self.pool) for each in self.requirements],
            "curves": [each.to_dict() for each in self.curves],
            "places": [each.to_dict(self.pool) for each in self.places],
        }


_WEAKER = {
    Action.DISCOVER: ActionsGuarded.PREVIEW_AND_ACCEPT,
    Action.PREVIEW: ActionsGuarded.ACCEPT,
}
"""The strongest guard that leaves an action alone; there is none that leaves out accept."""


def _lost(said: RequirementReach, action: Action) -> Change:
    """The change after which a requirement no longer guards an action."""
    guard = _WEAKER.get(action)
    words = f"leave out requirement {said.index}, {said.words}" if guard is None else (
        f"requirement {said.index}: guard {guard} alone, not {said.requirement.guard}"
    )  # fmt: skip
    return Change(said.index, words, said.without, guard=guard, move=math.inf)


def places_of(requirement: QualificationRequirement, locale: Locale) -> str | None:
    """The list of a requirement that takes this place in too, or no longer excludes it; None where nothing is left."""
    listed = list(requirement.locale_values)
    if requirement.comparator in (Comparator.NOT_IN, Comparator.NOT_EQUAL_TO):
        return ",".join(str(each) for each in listed if each != locale) or None
    return ",".join(map(str, [*listed, locale]))
