"""Counting whom a HIT reaches: a pool is read once, and then asked again and again.

A policy is an AND of bits, those of each type that it names. What a requirement costs, and what another value of it
would bring, depends on one type alone once the others are given: it is a sum over the facts about that type, of the
workers whom the others let in. What was worked out is kept, so a question about a changed HIT costs what has changed.

This module does not know how pools are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial, reduce
from itertools import accumulate
from operator import and_
from typing import Any

from attrs import frozen

from qualeval.bulk.audiences import Audience, Band, Change, Curve, NearMiss, Place, RequirementReach
from qualeval.bulk.bitmaps import bitmap
from qualeval.bulk.coded import CodedPool, Weights
from qualeval.bulk.columns import Columns
from qualeval.bulk.conjunctions import Bitmaps
from qualeval.bulk.curves import curve, has_curve, near_misses
from qualeval.bulk.distinct_facts import Counts, IntegerFacts, Lie, LocaleFacts
from qualeval.bulk.frame_pools import coded_pool
from qualeval.bulk.nearby_places import has_places, places_beside
from qualeval.bulk.packages import np
from qualeval.bulk.several_places import several_places
from qualeval.errors import WrongType
from qualeval.model.actions import Action
from qualeval.model.columns import Nulls
from qualeval.model.facts import Fact
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames, checked_names
from qualeval.model.workers import WorkerProfile
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.comparators import Predicate
from qualeval.policy.ladders import TypeLadder
from qualeval.values.integer_set import IntegerSet
from qualeval.values.value_set import ValueSet

__all__ = ["Reach", "audience"]


class Reach:
    """A pool of workers, ready to say whom a HIT reaches, and whom a change of it would.

    A pool is a frame of any kind that `screen` takes, a row a worker; `columns` and `nulls` say what its columns and
    its empty cells mean, as there, and `names` how types are called. Or it is the path of a file that `screen_file`
    takes, or worker profiles, such as `read_pool` gives. What is lazy is computed once, those columns alone that speak
    of a type.

    >>> from qualeval.model.workers import WorkerProfile
    >>> from qualeval.policy.compiler import compile_requirements
    >>> Reach([WorkerProfile("A1")]).audience(compile_requirements([])).permitted
    1
    """

    def __init__(
        self,
        pool: Any,
        *,
        columns: Columns | None = None,
        nulls: Nulls = "unknown",
        names: TypeNames = SYSTEM_ONLY,
    ) -> None:
        self._pool = coded_pool(pool, columns, nulls, checked_names(names))

    def __len__(self) -> int:
        """How many workers there are."""
        return self._pool.size

    @property
    def types(self) -> frozenset[str]:
        """The qualification types of which the pool says something."""
        return self._pool.types

    def read_all(self) -> None:
        """Reads what is known of every type now. InvalidInput with all cells that are no fact."""
        self._pool.read_all(sorted(self.types))

    def audience(self, policy: AccessPolicy, action: Action = Action.ACCEPT) -> Audience:
        """How many workers a policy lets do this, and what each requirement has to do with it.

        Raises:
            InvalidInput: columns or cells that are not what they should be, with all that is wrong.
            WrongType: it is no policy.
        """
        return self._counting(policy, action).audience()

    def reached(self, policy: AccessPolicy, action: Action = Action.ACCEPT) -> Band:
        """How many workers a policy lets do this: `audience(policy, action).reached`, without the rest."""
        return self._counting(policy, action).reached

    def several_places(self, policy: AccessPolicy, target: int, action: Action = Action.ACCEPT) -> Change | None:
        """The change of one list of places, by as many places as it takes, after which so many may do this for certain.

        Places are taken in (or no longer excluded) one after the other, the one that brings most first. None where no
        list can reach so many.
        """
        return several_places(lambda each: self.audience(each, action), policy, target)

    def _counting(self, policy: AccessPolicy, action: Action) -> _Counting:
        _check(policy)
        self._pool.read_all(policy.ladders)
        return _Counting(self._pool, policy, Action(action))

    @cached_property
    def worker_ids(self) -> Sequence[str | None]:
        """The ids of the workers, row by row."""
        return self._pool.read_ids()

    def worker(self, row: int, types: Iterable[str]) -> WorkerProfile:
        """What is known of the worker of a row, from 0, about some types. IndexError where there is no such row."""
        if not 0 <= row < len(self):
            raise IndexError(f"there is no row {row} of {len(self)}")
        states = {each: self._pool.coded(each).states_of(row) for each in types}
        return WorkerProfile(self.worker_ids[row], {each: Fact(found) for each, found in states.items()})


@frozen(eq=False)
class _Counting:
    """One question to a pool."""

    pool: CodedPool
    policy: AccessPolicy
    action: Action

    @property
    def reached(self) -> Band:
        """The answer in short."""
        admitted = [(each.type_id, each.admitted[self.action]) for each in self.policy.ladders.values()]
        sides = [self.pool.bits(*each) for each in admitted]
        if not sides:
            return self._everybody
        certain, possible = (reduce(and_, side) for side in zip(*sides, strict=True))
        return Band(_count(certain), _count(possible))

    def audience(self) -> Audience:
        """The answer."""
        funnel = list(self._funnel())
        reached = funnel[-1] if funnel else self._everybody
        shares = [
            self._share(each, left) if self._is_asked(each) else _uninvolved(each, self._everybody, left, reached)
            for each, left in zip(self.policy.predicates, funnel, strict=True)
        ]
        asked = [each for each in self.policy.predicates if self._is_asked(each)]
        curves = [self._curve(each) for each in asked if has_curve(each.requirement)]
        places = [place for each in asked if has_places(each.requirement) for place in self._places(each)]
        places.sort(key=_gain_first)
        return Audience(self.action, self.pool.size, reached, tuple(shares), tuple(curves), tuple(places))

    def _is_asked(self, predicate: Predicate) -> bool:
        return predicate.guard.guards(self.action)

    @property
    def _everybody(self) -> Band:
        return Band(self.pool.size, self.pool.size)

    def _funnel(self) -> Iterator[Band]:
        """Who is left after each requirement. Those on one type are intersected before they are asked."""
        certain = possible = bitmap(np.ones(self.pool.size, np.bool_))
        admitted: dict[str, ValueSet] = {}
        left = self._everybody
        for each in self.policy.predicates:
            if self._is_asked(each):
                type_id = each.kind.type_id
                admitted[type_id] = admitted.get(type_id, each.kind.universe) & each.admitted
                inside, meets = self.pool.bits(type_id, admitted[type_id])
                certain, possible = certain & inside, possible & meets
                left = Band(_count(certain), _count(possible))
            yield left

    def _weights(self, type_id: str) -> Weights:
        """Of each fact about a type, how many with it the other types let in. What admits everybody asks nothing."""
        others = [each for each in self.policy.ladders.values() if each.type_id != type_id]
        admitted = [(each.type_id, each.admitted[self.action], each.kind.universe) for each in others]
        return self.pool.weights(
            type_id, tuple((each, states) for each, states, everything in admitted if states != everything)
        )

    @cached_property
    def _beside(self) -> Mapping[int, ValueSet]:
        """By index, what the other requirements on its type admit together."""
        return {index: states for each in self.policy.ladders.values() for index, states in self._without_each(each)}

    def _without_each(self, ladder: TypeLadder) -> Iterator[tuple[int, ValueSet]]:
        asked = ladder.guarding(self.action)
        sets, everything = [each.admitted for each in asked], ladder.kind.universe
        before = list(accumulate(sets, and_, initial=everything))
        after = list(accumulate(reversed(sets), and_, initial=everything))[::-1]
        yield from ((each.index, before[n] & after[n + 1]) for n, each in enumerate(asked))

    def _share(self, predicate: Predicate, left: Band) -> RequirementReach:
        type_id, index = predicate.kind.type_id, predicate.index
        lie, weights = partial(self.pool.lie, type_id), self._weights(type_id)
        alone = lie(predicate.admitted)
        together = lie(self.policy.ladders[type_id].admitted[self.action])
        without = lie(self._beside[index])
        freed = Lie(without.inside & ~together.meets, without.meets & ~together.meets)
        question = without.inside & together.meets & ~together.inside
        return RequirementReach(
            index,
            predicate.requirement,
            predicate.name,
            True,
            _band(alone, self.pool.weights(type_id, ())),
            left,
            _band(without, weights),
            _band(freed, weights),
            int(weights.certain[question].sum()),
            self._near_misses(predicate, np.where(freed.inside, weights.certain, 0)),
        )

    def _near_misses(self, predicate: Predicate, workers: Counts) -> tuple[NearMiss, ...]:
        facts, held = self.pool.coded(predicate.kind.type_id).facts, predicate.admitted.held
        if not predicate.requirement.integer_values:
            return ()
        assert isinstance(facts, IntegerFacts)
        assert isinstance(held, IntegerSet)
        return near_misses(held, facts, workers)

    def _curve(self, predicate: Predicate) -> Curve:
        type_id, index = predicate.kind.type_id, predicate.index
        facts = self.pool.coded(type_id).facts
        assert isinstance(facts, IntegerFacts)
        return curve(index, predicate.requirement, facts, self._beside[index], self._weights(type_id))

    def _places(self, predicate: Predicate) -> Iterator[Place]:
        type_id, index = predicate.kind.type_id, predicate.index
        facts = self.pool.coded(type_id).facts
        assert isinstance(facts, LocaleFacts)
        return places_beside(index, predicate.requirement, facts, self._beside[index], self._weights(type_id))


def _count(found: Bitmaps) -> int:
    return int(np.bitwise_count(found).sum())


def _band(lie: Lie, weights: Weights) -> Band:
    return Band(int(weights.certain[lie.inside].sum()), int(weights.possible[lie.meets].sum()))


def _uninvolved(predicate: Predicate, everybody: Band, left: Band, reached: Band) -> RequirementReach:
    """What is said of a requirement that does not guard the action."""
    return RequirementReach(
        predicate.index, predicate.requirement, predicate.name, False, everybody, left, reached, Band(0, 0), 0
    )  # fmt: skip


def _gain_first(place: Place) -> tuple[int, int, int, str]:
    return -place.reached.certain, -place.reached.possible, place.index, str(place.locale)


def audience(
    pool: Any,
    policy: AccessPolicy,
    action: Action = Action.ACCEPT,
    *,
    columns: Columns | None = None,
    nulls: Nulls = "unknown",
) -> Audience:
    """How many of a pool a policy lets do this, what each requirement costs, and what a change would bring.

    The pool is a frame, or worker profiles: see `Reach`, which who asks again and again makes of a pool once.
    """
    _check(policy)
    return Reach(pool, columns=columns, nulls=nulls, names=policy.names).audience(policy, action)


def _check(policy: object) -> None:
    if not isinstance(policy, AccessPolicy):
        mend = "qualeval.compile_hit makes one of a HIT"
        raise WrongType(f"policy: expected an AccessPolicy, got {type(policy).__name__}; {mend}")
