"""Which of many policies admit one worker: what is known of a type is looked up once, for all that is asked of it.

What policies ask of one type are ladders. Membership in their sets flips at few places, so the states of a type are a
short line, and a fact is some runs of it: mostly one state. A *verdict* is a byte: three bits for what is certain
(discover, preview, accept, from 8 upwards), three for what is possible, and each higher level has those below it. So
the verdict of a policy is the AND of those of its ladders, and verdicts are ordered by access, then by possible.

This module does not know HITs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, chain, pairwise
from typing import TypeAlias

from attrs import frozen

from qualeval.bulk.packages import np, npt
from qualeval.model.actions import Access
from qualeval.model.qualification_types import QualificationType, qualification_type
from qualeval.model.workers import WorkerProfile
from qualeval.policy.access_policy import AccessPolicy
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale_set import LocaleSet, Places
from qualeval.values.value_set import ValueSet

__all__ = ["VERDICTS", "PolicyIndex", "Verdicts", "verdict"]

Verdicts: TypeAlias = npt.NDArray[np.uint8]
"""A verdict for each of several ladders or policies."""

_LEVELS = (0, 1, 3, 7)
_CERTAIN, _POSSIBLE, _EVERYTHING = 0o70, 0o07, 0o77


def verdict(access: Access, possible: Access) -> int:
    """The verdict of these two levels."""
    return _LEVELS[access] << 3 | _LEVELS[possible]


VERDICTS: Mapping[int, tuple[Access, Access]] = {
    verdict(access, possible): (access, possible)
    for access in reversed(Access)
    for possible in reversed(Access)
    if access <= possible
}
"""Access and possible by verdict, the best first."""

_Run: TypeAlias = tuple[int, int]
"""The first and the last of some states of a line."""

_Rungs: TypeAlias = tuple[ValueSet, ...]
"""What a ladder admits to discover, to preview and to accept: all of it that counts here."""

_Changes: TypeAlias = Mapping[int, int]
"""The verdict of a ladder on the first state, and wherever it is another than on the state before."""


@frozen
class _IntegerLine:
    """The states of a type with integers: lacking it is the first, then come the integers from point to point."""

    points: tuple[int, ...]

    @classmethod
    def of(cls, ladders: Iterable[_Rungs]) -> _IntegerLine:
        held = (each.held for each in chain.from_iterable(ladders))
        return cls(tuple(sorted({point for each in held if isinstance(each, IntegerSet) for point in each.points})))

    @property
    def size(self) -> int:
        return len(self.points) + 2

    def runs(self, states: ValueSet) -> Iterator[_Run]:
        """Where the states still possible are."""
        points, held = self.points, states.held
        assert isinstance(held, IntegerSet)
        if states.lacking:
            yield 0, 0
        for low, high in held.intervals():
            first = 1 if low is None else 1 + bisect_right(points, low)
            yield first, len(points) + 1 if high is None else 1 + bisect_right(points, high)

    def changes(self, ladder: _Rungs) -> _Changes:
        """The verdicts along the line."""
        sets = [each.held for each in ladder if isinstance(each.held, IntegerSet)]
        lacking, lowest = (each.lacking for each in ladder), (each.starts_inside for each in sets)
        found = {0: _of_one_state(lacking), 1: _of_one_state(lowest)}
        for point in sorted({point for each in sets for point in each.points}):
            found[1 + bisect_right(self.points, point)] = _of_one_state(point in each for each in sets)
        return found


@frozen
class _LocaleLine:
    """The places that differ: the rest of the world is the first, then come countries: the rest of one, its parts.

    `countries` has the first and the last state of each, `parts` the state of each subdivision that is named.
    """

    countries: Mapping[str, _Run]
    parts: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, ladders: Iterable[_Rungs]) -> _LocaleLine:
        named: dict[str, set[str]] = {}
        for each in chain.from_iterable(ladders):
            assert isinstance(each.held, LocaleSet)
            for country, places in each.held.exceptions.items():
                named.setdefault(country, set()).update(places.codes)
        ends = list(accumulate((1 + len(codes) for codes in named.values()), initial=0))
        countries = {country: (before + 1, last) for country, (before, last) in zip(named, pairwise(ends), strict=True)}
        parts = {c: {code: countries[c][0] + 1 + n for n, code in enumerate(sorted(named[c]))} for c in named}
        return cls(countries, parts)

    @property
    def size(self) -> int:
        return 1 + sum(1 + last - first for first, last in self.countries.values())

    def runs(self, states: ValueSet) -> Iterator[_Run]:
        """Where the states still possible are: a country that no set names is in the rest of the world."""
        held = states.held
        assert isinstance(held, LocaleSet)
        if held.default or not held.exceptions.keys() <= self.countries.keys():
            yield 0, 0
        for country in self.countries if held.default else held.exceptions.keys() & self.countries.keys():
            yield from self._runs_within(country, held.places(country))

    def _runs_within(self, country: str, places: Places) -> Iterator[_Run]:
        (first, last), parts = self.countries[country], self.parts[country]
        if places.is_whole:
            yield first, last
            return
        if places.cofinite or not places.codes <= parts.keys():
            yield first, first
        yield from ((state, state) for code, state in parts.items() if code in places)

    def changes(self, ladder: _Rungs) -> _Changes:
        """The verdicts along the line: behind a country that is named comes one that is not, unless it is named too."""
        sets = [each.held for each in ladder if isinstance(each.held, LocaleSet)]
        elsewhere = _of_one_state(each.default for each in sets)
        found = {0: elsewhere}
        for country, (_, last) in self.countries.items():
            if any(country in each.exceptions for each in sets):
                found |= self._changes_within(country, [each.places(country) for each in sets])
                found[last + 1] = elsewhere
        return {state: byte for state, byte in found.items() if state < self.size}

    def _changes_within(self, country: str, places: Sequence[Places]) -> dict[int, int]:
        rest = _of_one_state(each.cofinite for each in places)
        found = {self.countries[country][0]: rest}
        for code, state in self.parts[country].items():
            found[state] = _of_one_state(code in each for each in places)
        return found


def _of_one_state(admitted: Iterable[bool]) -> int:
    """The verdict on one state, from whether each action admits it: what is so is certain and possible."""
    return _LEVELS[sum(admitted)] * (1 << 3 | 1)


_KEPT = 1 << 22
"""How many bytes of verdicts are kept for one type: those of all ladders on every state, or on every hundredth."""


@frozen(eq=False)
class _TypeIndex:
    """The verdicts of all ladders of one type, on any fact.

    `kept` are those on every `stride`-th state of the line. The others follow from them by what changes from state to
    state: at `starts[state]` begin the changes there, of the ladders `changed` to the verdicts `verdicts`.
    """

    line: _IntegerLine | _LocaleLine
    stride: int
    kept: Verdicts
    starts: Sequence[int]
    changed: npt.NDArray[np.intp]
    verdicts: Verdicts

    @classmethod
    def of(cls, kind: QualificationType, ladders: Sequence[_Rungs]) -> _TypeIndex:
        """The index of these ladders, in this order."""
        line = _LocaleLine.of(ladders) if kind.is_locale else _IntegerLine.of(ladders)
        listed = [
            (state, place, byte) for place, each in enumerate(ladders) for state, byte in line.changes(each).items()
        ]
        states, changed, verdicts = np.array(sorted(listed), np.int64).T
        starts = np.searchsorted(states, np.arange(line.size + 1))
        stride = -(-line.size * len(ladders) // _KEPT)
        kept = np.empty((-(-line.size // stride), len(ladders)), np.uint8)
        row = np.zeros(len(ladders), np.uint8)
        for state in range(line.size):
            row[changed[starts[state] : starts[state + 1]]] = verdicts[starts[state] : starts[state + 1]]
            if state % stride == 0:
                kept[state // stride] = row
        return cls(line, stride, kept, starts.tolist(), changed.astype(np.intp), verdicts.astype(np.uint8))

    def on(self, states: ValueSet) -> Verdicts:
        """The verdicts on a fact: certain is what is so on all of its states, possible what is so on one of them."""
        runs = list(self.line.runs(states))
        if len(runs) == 1 and runs[0][0] == runs[0][1]:
            return self._on_one(runs[0][0])
        found = [self._on_run(*each) for each in runs]
        certain = np.bitwise_and.reduce([every for every, _ in found])
        possible = np.bitwise_or.reduce([some for _, some in found])
        verdicts: Verdicts = certain & _CERTAIN | possible & _POSSIBLE
        return verdicts

    def _on_one(self, state: int) -> Verdicts:
        nearest = state // self.stride
        kept: Verdicts = self.kept[nearest]
        if nearest * self.stride == state:
            return kept
        changes = slice(self.starts[nearest * self.stride + 1], self.starts[state + 1])
        row = kept.copy()
        row[self.changed[changes]] = self.verdicts[changes]  # of a ladder that changes twice the last one holds
        return row

    def _on_run(self, first: int, last: int) -> tuple[Verdicts, Verdicts]:
        """What all states of a run agree on, and what one of them has: every verdict there begins as a change."""
        every, some = self._on_one(first).copy(), self._on_one(first).copy()
        changes = slice(self.starts[first + 1], self.starts[last + 1])
        np.bitwise_and.at(every, self.changed[changes], self.verdicts[changes])
        np.bitwise_or.at(some, self.changed[changes], self.verdicts[changes])
        return every, some


@frozen(eq=False)
class PolicyIndex:
    """Several policies, of which one worker's verdicts are asked together.

    >>> from qualeval.policy.compiler import compile_requirements
    >>> PolicyIndex((compile_requirements([]),)).verdicts(WorkerProfile("A1")).tolist()
    [63]
    """

    policies: tuple[AccessPolicy, ...]

    def verdicts(self, worker: WorkerProfile) -> Verdicts:
        """The verdict of every policy, in their order."""
        found, (order, columns) = np.full(len(self.policies), _EVERYTHING, np.uint8), self._columns
        of_ladders = self._of_ladders(worker)
        for column in columns:
            those = found[: len(column)]
            np.bitwise_and(those, of_ladders.take(column), out=those)
        return found.take(order)

    def _of_ladders(self, worker: WorkerProfile) -> Verdicts:
        types = self._types
        found = (self._lacked if worker.complete is True else self._unknown).copy()
        if isinstance(worker.complete, frozenset):
            for type_id in worker.complete & types.keys():
                found[types[type_id][0]] = self._lacked[types[type_id][0]]
        for type_id, fact in worker.facts.items():
            if type_id in types:
                place, index = types[type_id]
                found[place] = index.on(fact.states)
        return found

    @cached_property
    def _asked(self) -> tuple[Mapping[str, Mapping[_Rungs, int]], Sequence[Sequence[tuple[str, int]]]]:
        """By type the number of every different ladder, and for every policy the numbers of its own."""
        numbers: dict[str, dict[_Rungs, int]] = {}
        asked = []
        for policy in self.policies:
            own = []
            for type_id, rungs in _rungs(policy):
                known = numbers.setdefault(type_id, {})
                own.append((type_id, known.setdefault(rungs, len(known))))
            asked.append(own)
        return numbers, asked

    @cached_property
    def _types(self) -> Mapping[str, tuple[slice, _TypeIndex]]:
        """By type, where its ladders stand among those of all types, and their index."""
        numbers, _ = self._asked
        ends = accumulate((len(each) for each in numbers.values()), initial=0)
        return {
            type_id: (slice(start, start + len(rungs)), _TypeIndex.of(qualification_type(type_id), list(rungs)))
            for (type_id, rungs), start in zip(numbers.items(), ends, strict=False)
        }

    @cached_property
    def _columns(self) -> tuple[npt.NDArray[np.intp], Sequence[npt.NDArray[np.intp]]]:
        """Where each policy stands once those with more ladders are first, and the n-th ladder of each that has one."""
        starts = {type_id: place.start for type_id, (place, _) in self._types.items()}
        asked = [[starts[type_id] + number for type_id, number in own] for own in self._asked[1]]
        counts = np.array([len(each) for each in asked], np.intp)
        by_count = np.argsort(-counts, kind="stable")
        order = np.empty_like(by_count)
        order[by_count] = np.arange(len(by_count))
        ordered = [asked[place] for place in by_count]
        most = len(ordered[0]) if ordered else 0
        return order, [np.array([each[n] for each in ordered[: (counts > n).sum()]], np.intp) for n in range(most)]

    @cached_property
    def _unknown(self) -> Verdicts:
        """Of every ladder the verdict where nothing is known of its type."""
        return self._each(lambda kind: kind.universe)

    @cached_property
    def _lacked(self) -> Verdicts:
        """Of every ladder the verdict where its type is lacked, if it can be."""
        return self._each(lambda kind: kind.lacked if kind.can_be_lacked else kind.universe)

    def _each(self, fact: Callable[[QualificationType], ValueSet]) -> Verdicts:
        rows = [index.on(fact(qualification_type(type_id))) for type_id, (_, index) in self._types.items()]
        return np.concatenate([np.empty(0, np.uint8), *rows])


def _rungs(policy: AccessPolicy) -> Iterator[tuple[str, _Rungs]]:
    """By type, what a policy asks, where it asks anything: what admits all of its universe is passed over."""
    for type_id, ladder in policy.ladders.items():
        rungs = tuple(ladder.admitted.values())
        if rungs[-1] != ladder.kind.universe:
            yield type_id, rungs
