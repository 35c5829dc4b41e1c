"""Many conjunctions of few predicates, counted over a block of workers.

A predicate is a bitmap: a bit a worker. Conjunctions that begin alike share what they have in common: together they
are a trie, whose nodes are worked out depth by depth, so many at a time as stay in the cache. This module does not know
what a predicate says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import TypeAlias

from attrs import field, frozen

from qualeval.bulk.packages import np, npt

__all__ = ["Bitmaps", "Conjunctions", "Scratch"]

Bitmaps: TypeAlias = npt.NDArray[np.uint64]
"""A row a bitmap, of a multiple of sixteen words; bits beyond the last worker are 0."""

_ROWS = 256
"""How many nodes of the trie are worked out together: with 256 words each they take half a megabyte."""


@frozen(eq=False)
class _Step:
    """Nodes of one depth, in rows that follow each other: each the AND of a predicate and of the row of its parent."""

    rows: slice
    predicates: npt.NDArray[np.intp]
    parents: npt.NDArray[np.intp] | None


@frozen(eq=False)
class _Batch:
    """Nodes that are worked out together; `nodes` are their places among those of all batches."""

    nodes: slice
    steps: tuple[_Step, ...]


@frozen(eq=False)
class Scratch:
    """Where one thread works: it is written to again and again."""

    rows: Bitmaps
    parents: Bitmaps
    counts: npt.NDArray[np.uint8]


@frozen(eq=False)
class Conjunctions:
    """Conjunctions of numbered predicates, each of one at least."""

    _batches: tuple[_Batch, ...]
    _nodes: npt.NDArray[np.intp]
    """The last node of each conjunction."""

    @classmethod
    def of(cls, conjunctions: Sequence[Iterable[int]]) -> Conjunctions:
        """The plan of these conjunctions. What most of them ask comes first, so that it is shared most."""
        listed = [frozenset(each) for each in conjunctions]
        asked = Counter(chain.from_iterable(listed))
        rank = {predicate: place for place, (predicate, _) in enumerate(asked.most_common())}
        sequences = [sorted(each, key=rank.__getitem__) for each in listed]
        order = sorted(range(len(listed)), key=lambda place: [rank[each] for each in sequences[place]])
        nodes = np.zeros(len(listed), np.intp)
        batches: list[_Batch] = []
        begun = 0
        for trie in _tries(sequences, order):
            batch, rows = trie.batch(begun)
            batches.append(batch)
            for place, node in trie.ends.items():
                nodes[place] = begun + rows[node]
            begun = batch.nodes.stop
        return cls(tuple(batches), nodes)

    def scratch(self, words: int) -> Scratch:
        """What a thread needs to count over bitmaps of so many words."""
        shape = max((each.nodes.stop - each.nodes.start for each in self._batches), default=0), words
        return Scratch(np.empty(shape, np.uint64), np.empty(shape, np.uint64), np.empty(shape, np.uint8))

    def count(self, bitmaps: Bitmaps, scratch: Scratch) -> npt.NDArray[np.int64]:
        """Of how many workers each conjunction holds; the rows of `bitmaps` are the predicates."""
        counted = np.zeros(self._batches[-1].nodes.stop if self._batches else 0, np.int64)
        for batch in self._batches:
            _worked_out(batch, bitmaps, scratch)
            size = batch.nodes.stop - batch.nodes.start
            counted[batch.nodes] = _ones(scratch.rows[:size], scratch.counts[:size])
        return counted[self._nodes]


def _ones(rows: Bitmaps, counts: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """How many bits of each row are 1.

    No word has more than 64, so two counts fit an octet, and sixteen such a quarter of a word: they are added eight and
    four at a time. NumPy's own sum would widen each octet first, which takes as long as all the rest.
    """
    half = rows.shape[1] // 2
    np.bitwise_count(rows, out=counts)
    octets = (counts[:, :half] + counts[:, half:]).view(np.uint64)
    quarters = (octets & _EVEN) + (octets >> np.uint64(8) & _EVEN)
    found: npt.NDArray[np.uint64] = quarters.sum(axis=1) * _FIRST_OF_FOUR >> np.uint64(48)
    return found


_EVEN, _FIRST_OF_FOUR = np.uint64(0x00FF_00FF_00FF_00FF), np.uint64(0x0001_0001_0001_0001)


def _worked_out(batch: _Batch, bitmaps: Bitmaps, scratch: Scratch) -> None:
    for step in batch.steps:
        rows = scratch.rows[step.rows]
        bitmaps.take(step.predicates, axis=0, out=rows, mode="clip")  # without `clip` it takes a copy first
        if step.parents is not None:
            parents = scratch.parents[: len(rows)]
            scratch.rows.take(step.parents, axis=0, out=parents, mode="clip")
            np.bitwise_and(rows, parents, out=rows)


@frozen(eq=False)
class _Trie:
    """Some conjunctions that follow each other; a node is known by the predicates that lead to it."""

    depths: dict[tuple[int, ...], int] = field(factory=dict)
    ends: dict[int, tuple[int, ...]] = field(factory=dict)

    def add(self, place: int, sequence: Sequence[int]) -> None:
        """Puts a conjunction in, with all that leads to it."""
        for depth in range(1, len(sequence) + 1):
            self.depths.setdefault(tuple(sequence[:depth]), depth)
        self.ends[place] = tuple(sequence)

    def batch(self, begun: int) -> tuple[_Batch, dict[tuple[int, ...], int]]:
        """The nodes depth by depth, and the row of each."""
        nodes = sorted(self.depths, key=self.depths.__getitem__)
        rows = {node: row for row, node in enumerate(nodes)}
        steps = tuple(_step(rows, list(group)) for _, group in groupby(nodes, key=len))
        return _Batch(slice(begun, begun + len(nodes)), steps), rows


def _step(rows: dict[tuple[int, ...], int], nodes: Sequence[tuple[int, ...]]) -> _Step:
    first = rows[nodes[0]]
    predicates = np.array([node[-1] for node in nodes], np.intp)
    parents = np.array([rows[node[:-1]] for node in nodes], np.intp) if len(nodes[0]) > 1 else None
    return _Step(slice(first, first + len(nodes)), predicates, parents)


def _tries(sequences: Sequence[Sequence[int]], order: Iterable[int]) -> Iterator[_Trie]:
    """Tries of no more nodes than there are rows, but for a conjunction that needs more alone."""
    trie = _Trie()
    for place in order:
        if trie.depths and len(trie.depths) + len(sequences[place]) > _ROWS:
            yield trie
            trie = _Trie()
        trie.add(place, sequences[place])
    if trie.depths:
        yield trie
