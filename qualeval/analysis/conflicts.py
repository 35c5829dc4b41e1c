"""The smallest conflicts: every minimal set of requirements on one type that leaves no state of it.

A state is excluded by some of the requirements. A set of requirements leaves no state exactly if it meets, for every
state, those that exclude it: the smallest conflicts are the minimal hitting sets of these. There are at most 252 among
ten requirements (no one contains another), which is all that a HIT can have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from qualeval.model.actions import Action
from qualeval.policy.ladders import TypeLadder

__all__ = ["MAX_CONFLICTS", "smallest_conflicts"]

MAX_CONFLICTS = 1_000
"""More are not looked for: only a list that is no HIT has them."""

_MAX_LOOKS = 5_000_000
"""At a set, on the way to conflicts: a second or so. Of ten requirements there are 1,024 choices, and 252 sets."""


def smallest_conflicts(ladder: TypeLadder) -> list[tuple[int, ...]]:
    """The indexes of the requirements of every smallest conflict, the shortest first."""
    found = list(islice(_hitting_sets(_minimal(ladder.exclusions)), MAX_CONFLICTS))
    conflicts = map(ladder.indexes, found) if found else [ladder.contradiction(Action.ACCEPT)]
    return sorted(conflicts, key=lambda conflict: (len(conflict), conflict))


def _minimal(sets: Iterable[int]) -> list[int]:
    """Those that contain no other one."""
    kept: list[int] = []
    for each in sorted(sets, key=int.bit_count):
        if not any(other & ~each == 0 for other in kept):
            kept.append(each)
    return kept


def _hitting_sets(sets: list[int]) -> Iterator[int]:
    """The minimal sets of bits that share one at least with each of `sets`; none if one of these is empty.

    A branch for every bit of a set that is not hit yet, leaving out those of the branches before it; it is given up
    once a chosen bit is needed no more, which stays so.
    """
    todo, looks = [(0, -1)], 0
    while todo:
        chosen, allowed = todo.pop()
        missed = next((each for each in sets if not each & chosen), None)
        if missed is None:
            yield chosen
            continue
        for bit in _bits(missed & allowed):
            looks += len(sets)
            if looks > _MAX_LOOKS:
                return
            allowed &= ~bit
            if _all_needed(chosen | bit, sets):
                todo.append((chosen | bit, allowed))


def _bits(mask: int) -> Iterator[int]:
    while mask:
        yield (bit := mask & -mask)
        mask ^= bit


def _all_needed(chosen: int, sets: list[int]) -> bool:
    """Whether each chosen bit is the only one that hits some set."""
    alone = 0
    for each in sets:
        hits = each & chosen
        if hits & (hits - 1) == 0:
            alone |= hits
    return alone == chosen
