"""One type's states by what a worker could do in them, all else fixed: where the break points lie."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

from attrs import evolve, frozen

from qualeval.model.actions import Access
from qualeval.model.qualification_types import QualificationType, qualification_type
from qualeval.policy.ladders import TypeLadder
from qualeval.values.integer_set import IntegerSet
from qualeval.values.value_set import ValueSet

__all__ = ["Region", "break_points", "regions_of"]


@frozen
class Region:
    """The states of one type in which a worker has this access; all other facts are as they are.

    `possible` is above `access` where other facts are not known.
    """

    kind: QualificationType
    states: ValueSet
    access: Access
    possible: Access

    @property
    def words(self) -> str:
        """The states as `--set` writes them, open where they reach as far as the type does: `..94`, `98..`, `lacks`.

        Where lacking stands beside values, the words for both: `lacks,..79`.
        """
        return _words(self.kind, self.states)

    @property
    def outcome(self) -> str:
        """The access in words: `preview`, `none, possibly accept`."""
        return f"{self.access}" if self.access == self.possible else f"{self.access}, possibly {self.possible}"

    def __str__(self) -> str:
        return f"{self.words} {self.outcome}"


def regions_of(type_id: str, ladder: TypeLadder | None, certain: Access, possible: Access) -> tuple[Region, ...]:
    """The regions of a type, from the least access to the greatest.

    `ladder` is what a policy asks of the type, if it asks anything; `certain` and `possible` is what all the other
    types allow. No state is both certain and uncertain of one type, so the least of the two levels is the answer.
    """
    kind = qualification_type(type_id)
    if ladder is None:
        return (Region(kind, kind.universe, certain, possible),)
    parts: dict[tuple[Access, Access], ValueSet] = {}
    for level in Access:
        states = ladder.exactly(level)
        if not states.is_empty:
            key = min(level, certain), min(level, possible)
            parts[key] = parts[key] | states if key in parts else states
    return tuple(Region(kind, states, *key) for key, states in parts.items())


def break_points(regions: Iterable[Region]) -> tuple[Region, ...]:
    """The regions cut into runs of integers, lacking first and then from the lowest on, as long as nothing changes.

    Those of locales have no order: they come as they are.
    """
    joined: list[Region] = []
    for each in _runs(regions):
        if joined and (joined[-1].access, joined[-1].possible) == (each.access, each.possible):
            joined[-1] = evolve(each, states=joined[-1].states | each.states)
        else:
            joined.append(each)
    return tuple(joined)


def _runs(regions: Iterable[Region]) -> list[Region]:
    """Lacking, and the runs of integers, in their order."""
    runs: list[tuple[tuple[int, int], Region]] = []
    for each in regions:
        if not isinstance(each.states.held, IntegerSet):
            runs.append(((0, 0), each))
            continue
        if each.states.lacking:
            runs.append(((-2, 0), evolve(each, states=each.kind.lacked)))
        for low, high in each.states.held.intervals():
            run = evolve(each, states=ValueSet(IntegerSet.between(low, high)))
            runs.append(((-1, 0) if low is None else (0, low), run))
    return [region for _, region in sorted(runs, key=itemgetter(0))]


def _words(kind: QualificationType, states: ValueSet) -> str:
    held = states.held
    if not isinstance(held, IntegerSet):
        return str(held)
    if held == kind.universe.held:
        runs = ["holds" if kind.can_be_lacked else "any value"]
    else:
        runs = [_run(kind, low, high) for low, high in held.intervals()]
    return ",".join(["lacks", *runs] if states.lacking else runs)


def _run(kind: QualificationType, low: int | None, high: int | None) -> str:
    if low is not None and low == high:
        return str(low)
    return f"{'' if low in (None, kind.lowest) else low}..{'' if high in (None, kind.highest) else high}"
