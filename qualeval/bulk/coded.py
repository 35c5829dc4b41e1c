"""A pool of workers coded by what is known of them: the different facts about each type, and who has which.

How a fact lies to an admitted set is worked out once for all who share it, and spread over the workers as bits. What
was worked out is kept. This module does not know policies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, reduce
from operator import and_
from typing import Any

from attrs import field, frozen

from qualeval.bulk.bitmaps import bitmap
from qualeval.bulk.conjunctions import Bitmaps
from qualeval.bulk.distinct_facts import Counts, DistinctFacts, Flags, Lie, distinct_facts
from qualeval.bulk.packages import np, npt
from qualeval.errors import InvalidInput, Problem
from qualeval.model.qualification_types import qualification_type
from qualeval.model.workers import WorkerProfile
from qualeval.values.value_set import ValueSet

__all__ = ["Asked", "CodedPool", "TypeCodes", "Weights", "coded_profiles"]

_KEPT = 512
"""So many sets of bits, and so many sums, are kept: of a million workers a set has 125 kB."""

Asked = tuple[tuple[str, ValueSet], ...]
"""Types, and what of each is admitted."""


@frozen(eq=False)
class TypeCodes:
    """What a pool knows of one type: the different facts, and for every worker the place of hers among them."""

    facts: DistinctFacts
    codes: npt.NDArray[Any]

    def spread(self, flags: Flags) -> Bitmaps:
        """What is so of each fact, as a bitmap of all workers."""
        return bitmap(flags.take(self.codes))

    def states_of(self, worker: int) -> ValueSet:
        """What is known of one worker."""
        return self.facts.states_of(int(self.codes[worker]))

    def counted(self, workers: Flags | None = None) -> Counts:
        """How many of these workers share each fact; of all of them, where none are given."""
        codes = self.codes if workers is None else np.compress(workers, self.codes)  # much faster than an index
        return np.bincount(codes, minlength=len(self.facts))


@frozen(eq=False)
class Weights:
    """How many workers with each fact about a type the other types let in: for certain, and perhaps."""

    certain: Counts
    possible: Counts


@frozen(eq=False)
class CodedPool:
    """So many workers; `read` gives what is known of them about a type, and is asked once a type.

    `read_ids` gives their ids, `types` are those of which something is said.
    """

    size: int
    read: Callable[[str], TypeCodes]
    read_ids: Callable[[], Sequence[str | None]]
    types: frozenset[str]
    coded: Callable[[str], TypeCodes] = field(init=False, repr=False)
    lie: Callable[[str, ValueSet], Lie] = field(init=False, repr=False)
    """How every fact about a type lies to a set."""
    bits: Callable[[str, ValueSet], tuple[Bitmaps, Bitmaps]] = field(init=False, repr=False)
    """The workers whose fact about a type lies inside a set, and those whose fact meets it."""
    weights: Callable[[str, Asked], Weights] = field(init=False, repr=False)
    """How many share each fact about a type, of those whom these others let in."""

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "coded", lru_cache(None)(self.read))
        object.__setattr__(self, "lie", lru_cache(_KEPT)(self._lie))
        object.__setattr__(self, "bits", lru_cache(_KEPT)(self._bits))
        object.__setattr__(self, "weights", lru_cache(_KEPT)(self._weights))

    def read_all(self, types: Iterable[str]) -> None:
        """Reads what is known of some types. InvalidInput with all that is wrong with what was not read before."""
        problems: list[Problem] = []
        for each in types:
            try:
                self.coded(each)
            except InvalidInput as error:
                problems += error.problems
        if problems:
            raise InvalidInput(problems)

    def _lie(self, type_id: str, admitted: ValueSet) -> Lie:
        return self.coded(type_id).facts.lie(admitted)

    def _bits(self, type_id: str, admitted: ValueSet) -> tuple[Bitmaps, Bitmaps]:
        coded, lie = self.coded(type_id), self.lie(type_id, admitted)
        return coded.spread(lie.inside), coded.spread(lie.meets)

    def _weights(self, type_id: str, others: Asked) -> Weights:
        coded = self.coded(type_id)
        if not others:
            return Weights(*[coded.counted()] * 2)
        certain, possible = (reduce(and_, side) for side in zip(*(self.bits(*each) for each in others), strict=True))
        counts = coded.counted(_unpacked(certain, self.size))
        is_definite = np.array_equal(certain, possible)
        return Weights(counts, counts if is_definite else coded.counted(_unpacked(possible, self.size)))


def _unpacked(found: Bitmaps, size: int) -> Flags:
    """The bits of so many workers as flags."""
    return np.unpackbits(found.view(np.uint8)[0], count=size).view(np.bool_)


def coded_profiles(workers: Iterable[WorkerProfile]) -> CodedPool:
    """A pool of worker profiles."""
    listed = tuple(workers)

    def read(type_id: str) -> TypeCodes:
        known: dict[ValueSet, int] = {}
        codes = [known.setdefault(each.fact(type_id).states, len(known)) for each in listed]
        facts = distinct_facts(list(known), are_locales=qualification_type(type_id).is_locale)
        return TypeCodes(facts, np.array(codes, np.int32))

    types = frozenset(type_id for each in listed for type_id in each.facts)
    return CodedPool(len(listed), read, lambda: [each.worker_id for each in listed], types)
