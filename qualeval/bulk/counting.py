"""How many workers many policies let discover, preview and accept: a plan, made once, and its run over many workers.

What policies admit to one action is a box: predicates, one a type. Equal predicates are one and equal boxes are one.
Workers come in parts, of which every thread takes the next one when it is done, so that no more are at hand than there
are threads. This module does not know HITs, nor where workers come from.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from threading import Lock
from typing import TypeAlias, TypeVar

from attrs import frozen

from qualeval.bulk.bitmaps import Cells, Painter, TypePredicates, words_for
from qualeval.bulk.conjunctions import Bitmaps, Conjunctions, Scratch
from qualeval.bulk.packages import np, npt
from qualeval.model.actions import Action
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.relations import Box
from qualeval.values.value_set import ValueSet

__all__ = ["EVERYBODY", "CountingPlan", "Counts", "Workers"]

T = TypeVar("T")

Counts: TypeAlias = npt.NDArray[np.int64]

_WORDS, _DESK = 256, 1 << 19
"""How many words a bitmap has at most: a block is of 16,384 workers. All bitmaps together have no more than that."""

EVERYBODY, _NOBODY = -2, -1
"""Places behind those of the conjunctions."""


@frozen
class Workers:
    """Some workers: how many, and what their cells say by type. Of a type that is not there nothing is known."""

    size: int
    cells: Mapping[str, Cells]


@frozen(eq=False)
class CountingPlan:
    """What is to be counted for some policies.

    `types` have all predicates, which are numbered through; a box is one of the `conjunctions` of them. `boxes` are the
    places of each policy's boxes, by action.
    """

    types: tuple[TypePredicates, ...]
    conjunctions: Sequence[Sequence[int]]
    boxes: npt.NDArray[np.intp]

    @classmethod
    def of(cls, policies: Iterable[AccessPolicy]) -> CountingPlan:
        """The plan of these policies, in this order."""
        predicates: dict[tuple[str, ValueSet], int] = {}
        conjunctions: dict[frozenset[int], int] = {}
        places = [
            [_place(policy.boxes[action], predicates, conjunctions) for action in Action] for policy in policies
        ]
        by_type: dict[str, list[ValueSet]] = {}
        for type_id, admitted in predicates:
            by_type.setdefault(type_id, []).append(admitted)
        types = tuple(TypePredicates(type_id, tuple(sets)) for type_id, sets in by_type.items())
        ordered = [predicates[each.type_id, admitted] for each in types for admitted in each.sets]
        numbers = {number: place for place, number in enumerate(ordered)}
        renumbered = [[numbers[each] for each in conjunction] for conjunction in conjunctions]
        return cls(types, renumbered, np.array(places, np.intp).reshape(-1, len(Action)))

    def count(self, parts: Iterable[T], read: Callable[[T], Workers]) -> Counts:
        """By policy how many workers may certainly, and then how many may possibly, discover, preview and accept.

        `read` makes the cells of a part; it is called in several threads.
        """
        source, lock = iter(parts), Lock()

        def counted(desk: _Desk) -> Counts:
            found = self._nothing()
            while (part := _next(source, lock)) is not None:
                found += self._count_part(read(part), desk)
            return found

        with ThreadPoolExecutor(threads := _threads()) as pool:
            tasks = [pool.submit(counted, self._desk()) for _ in range(threads)]
            found = sum((each.result() for each in tasks), self._nothing())
        return self.by_policy(found)

    def by_policy(self, found: Counts) -> Counts:
        """By policy the counts, certain and possible, of what is counted for all conjunctions, everybody and nobody."""
        return np.concatenate([each[self.boxes] for each in found], axis=1)

    @cached_property
    def _trie(self) -> Conjunctions:
        return Conjunctions.of(self.conjunctions)

    def _nothing(self) -> Counts:
        """A count of nobody: of each conjunction, of everybody and of nobody, certain and possible."""
        return np.zeros((2, len(self.conjunctions) + 2), np.int64)

    def _count_part(self, part: Workers, desk: _Desk) -> Counts:
        painters = [each.painter(part.cells.get(each.type_id)) for each in self.types]
        found = self._nothing()
        found[:, EVERYBODY] = part.size
        most = 64 * desk.certain.shape[1]
        for start in range(0, part.size, most):
            block = slice(start, min(start + most, part.size))
            found[:, :EVERYBODY] += self._count_block(painters, block, desk)
        return found

    def _desk(self) -> _Desk:
        """Of many predicates the bitmaps are short, so that all stay near; counts are added sixteen words at a time."""
        predicates = sum(len(each.sets) for each in self.types)
        words = max(16, min(_WORDS, _DESK // max(1, predicates) // 16 * 16))
        certain, possible = np.zeros((2, predicates, words), np.uint64)
        return _Desk(certain, possible, self._trie.scratch(words))

    def _count_block(self, painters: Sequence[Painter], block: slice, desk: _Desk) -> Sequence[Counts]:
        """The counts of a block, certain and possible: the same where all is definite."""
        start, words = 0, words_for(block.stop - block.start)
        desk.certain[:, words:] = desk.possible[:, words:] = 0
        is_definite = all(each.is_definite for each in painters)
        for each, asked in zip(painters, self.types, strict=True):
            rows = slice(start, start + len(asked.sets))
            certain, possible = desk.certain[rows, :words], desk.possible[rows, :words]
            each.paint(block, certain, possible)
            if each.is_definite and not is_definite:
                possible[:] = certain
            start += len(asked.sets)
        certainly = self._trie.count(desk.certain, desk.scratch)
        return certainly, certainly if is_definite else self._trie.count(desk.possible, desk.scratch)


@frozen(eq=False)
class _Desk:
    """Where one thread works: the bitmaps of all predicates, for certain and possibly."""

    certain: Bitmaps
    possible: Bitmaps
    scratch: Scratch


def _next(source: Iterator[T], lock: Lock) -> T | None:
    with lock:
        return next(source, None)


def _threads() -> int:
    """As many as there are processors for us."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _place(
    box: Box, predicates: dict[tuple[str, ValueSet], int], conjunctions: dict[frozenset[int], int]
) -> int:  # fmt: skip
    """Where the count of a box will be; new predicates and conjunctions are entered."""
    if not box:
        return _NOBODY if box is None else EVERYBODY
    asked = frozenset(predicates.setdefault(each, len(predicates)) for each in box.items())
    return conjunctions.setdefault(asked, len(conjunctions))
