"""A policy as expressions: for every action whether a row's facts lie inside what is admitted, and what is no fact.

Of every type and action one three-valued expression says how the fact lies: true inside, false outside, null across.
Kleene's `and` over the types is the answer for the action, from which what is certain and what is possible are both
read. So a HIT costs one comparison a requirement, whatever is asked of it.

This module does not know the language that it writes: see `language`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Generic, TypeVar

from attrs import evolve, field, frozen

from qualeval.bulk.cells import Regions, regions, sorted_cells, words
from qualeval.bulk.columns import DtypeKind, SourceColumn, TypeColumns
from qualeval.bulk.language import Language, Truth
from qualeval.model.actions import Access, Action
from qualeval.model.columns import Empty, Part
from qualeval.model.facts import Fact
from qualeval.model.qualification_types import QualificationType, qualification_type
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.ladders import Relation, TypeLadder, relation
from qualeval.values.integer_set import IntegerSet, Interval
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import Held, ValueSet

__all__ = ["CellReader", "PolicyWriter", "RangeReader", "TypeReader", "reader"]

E = TypeVar("E")

_TRUTHS: Mapping[Relation, Truth] = {Relation.INSIDE: True, Relation.OUTSIDE: False, Relation.ACROSS: None}


# --- integers


def _exact(source: SourceColumn) -> IntegerSet:
    """The integers that a column can hold exactly, as they are scaled."""
    low, high = source.dtype.low, source.dtype.high
    if source.scale == 1 or source.dtype.kind is not DtypeKind.INTEGER:
        return IntegerSet.between(low, high)
    most = source.most_scaled
    ends = (-most if low is None else max(low, -most)), (most if high is None else min(high, most))
    return IntegerSet.between(ends[0] * source.scale, ends[1] * source.scale)


@frozen
class _Shape:
    """A set of integers as few comparisons: single ones, and runs; of those in it, or of those that are not."""

    singles: tuple[int, ...]
    runs: tuple[Interval, ...]
    is_of_outsiders: bool

    @property
    def terms(self) -> int:
        """How many comparisons it takes."""
        return bool(self.singles) + sum((low is not None) + (high is not None) for low, high in self.runs)

    @classmethod
    def of(cls, members: IntegerSet, within: IntegerSet) -> _Shape:
        """The cheaper of the two shapes of a set, of which nothing matters outside of `within`."""
        return min((cls._half(each, within) for each in ((members, False), (~members, True))), key=lambda it: it.terms)

    @classmethod
    def _half(cls, side: tuple[IntegerSet, bool], within: IntegerSet) -> _Shape:
        runs = [_opened(run, within) for run in (side[0] & within).intervals()]
        singles = tuple(low for low, high in runs if low is not None and low == high)
        return cls(singles, tuple((low, high) for low, high in runs if low is None or low != high), side[1])


def _opened(run: Interval, within: IntegerSet) -> Interval:
    """A run without the ends that it shares with all there is: nothing is compared with those."""
    low, high = run
    return None if low == within.low else low, None if high == within.high else high


@frozen
class _Integers(Generic[E]):
    """Tests of one expression that is an integer, within those that it can be."""

    language: Language[E]
    source: SourceColumn
    number: E
    within: IntegerSet

    @classmethod
    def of(cls, language: Language[E], source: SourceColumn, held: Held) -> _Integers[E]:
        """Of a column, the integers that a type can be held with."""
        assert isinstance(held, IntegerSet), "numbers are of types of integers"
        return cls(language, source, language.number(source), held & _exact(source))

    def lies_in(self, members: IntegerSet) -> E | bool:
        """Whether it is one of the members; null where it is null, unless that is the same for all."""
        if (self.within - members).is_empty:
            return True
        if self.within.is_disjoint(members):
            return False
        shape = _Shape.of(members, self.within)
        singles = self.source.as_cells(shape.singles)
        tests = [self.language.is_in(self.number, singles)] if singles else []
        tests += [self.language.all_of(list(self._ends(*run))) for run in shape.runs]
        found = self.language.any_of(tests)
        return self.language.negation(found) if shape.is_of_outsiders else found

    def _ends(self, low: int | None, high: int | None) -> Iterable[E]:
        if low is not None:
            yield self.language.at_least(self.number, low)
        if high is not None:
            yield self.language.at_most(self.number, high)

    def is_beyond(self) -> Iterable[E]:
        """What would be wrong with the number: that it has a fraction, or that it is none of those that it can be."""
        fraction = self.language.is_fraction(self.source)
        if fraction is not None:
            yield fraction
        is_float = self.source.dtype.kind is DtypeKind.FLOAT
        inside = evolve(self, within=IntegerSet.everything() if is_float else _exact(self.source)).lies_in(self.within)
        if not isinstance(inside, bool):
            yield self.language.negation(inside)


# --- the columns of one type


@frozen
class TypeReader(Generic[E]):
    """How the cells of one type's columns are judged."""

    language: Language[E]
    kind: QualificationType
    empty: Empty

    def lies_in(self, admitted: ValueSet) -> E | Truth:
        """Whether the fact lies inside: an expression, or what is so of every row."""
        return _TRUTHS[relation(self.of_empty, admitted)]

    @property
    def is_invalid(self) -> E | None:
        """Whether the cells are no fact, never null; None where they always are one."""
        return None

    @property
    def of_empty(self) -> ValueSet:
        """The states that are left by cells that are empty."""
        return self.kind.lacked if self.empty is Empty.LACKS else self.kind.universe

    def _beside_empty(self, missing: E, admitted: ValueSet, found: E | Truth, *, is_null_there: bool) -> E | Truth:
        """What was found, and of empty cells what they mean."""
        of_empty = _TRUTHS[relation(self.of_empty, admitted)]
        if found is of_empty or (is_null_there and of_empty is None):
            return found
        if isinstance(found, bool) and of_empty is not None:
            return missing if of_empty else self.language.negation(missing)
        return self.language.cases([(missing, self.language.truth(of_empty))], self._as_expression(found))

    def _as_expression(self, found: E | Truth) -> E:
        return self.language.truth(found) if isinstance(found, bool | None) else found

    def _never_null(self, wrongs: Sequence[E]) -> E | None:
        return self.language.or_else(self.language.any_of(wrongs), False) if wrongs else None


@frozen
class CellReader(TypeReader[E]):
    """A type whose fact is in one cell: a plain integer or code, or one of a table of cells.

    `cell` is what stands in `source`, `integers` the integer in it, for types of integers; `wrongs` are reasons why it
    is no fact. `refused` are the cells that are none, where somebody has looked.
    """

    cell: E
    source: SourceColumn
    table: Mapping[Hashable, Fact] = field(hash=False)
    integers: _Integers[E] | None = None
    wrongs: tuple[E, ...] = ()
    refused: tuple[Hashable, ...] | None = None

    @property
    def is_of_texts(self) -> bool:
        """Whether its cells are texts, which may be words, lists and ranges too."""
        return self.source.dtype.kind is DtypeKind.TEXT

    def lies_in(self, admitted: ValueSet) -> E | Truth:
        """Cells of the table first, then what is plain."""
        plainly = self._plainly(admitted)
        found = self._with_table(sorted_cells(self.table, admitted), plainly)
        is_null_there = not isinstance(plainly, bool | None)  # and no case of a table is true of null
        missing = self.language.is_missing(self.cell)
        return self._beside_empty(missing, admitted, found, is_null_there=is_null_there)

    def _is_in(self, cells: Iterable[Hashable]) -> E:
        return self.language.is_in(self.cell, self.source.as_cells(cells))

    def _plainly(self, admitted: ValueSet) -> E | Truth:
        if self.integers is not None:
            assert isinstance(admitted.held, IntegerSet)
            return self.integers.lies_in(admitted.held)
        if self.kind.is_locale and self.is_of_texts:
            assert isinstance(admitted.held, LocaleSet)
            return self._place(admitted.held)
        return None

    def _place(self, admitted: LocaleSet) -> E | Truth:
        named, rest = regions(admitted)
        if not any(each.are_any for each in named.values()):
            return _TRUTHS[rest]
        say = self.language
        # A country that is named has places on the other side, so where any is across, one is there too.
        test = self._is_place(named[Relation.INSIDE if rest is Relation.OUTSIDE else Relation.OUTSIDE])
        found = say.negation(test) if rest is Relation.INSIDE else test
        across = named[Relation.ACROSS]
        if across.are_any:
            found = say.cases([(self._is_place(across), say.truth(None))], found)
        return found

    def _is_place(self, found: Regions) -> E:
        return self.language.is_place(self.cell, found.countries, found.codes)

    def _with_table(self, listed: Mapping[Relation, list[Hashable]], found: E | Truth) -> E | Truth:
        """Those cells whose answer is that of all others already need no look."""
        say = self.language
        same = [each for each, truth in _TRUTHS.items() if isinstance(found, bool | None) and truth is found]
        cases = [
            (self._is_in(cells), say.truth(_TRUTHS[each]))
            for each, cells in listed.items()
            if cells and each not in same
        ]
        return say.cases(cases, self._as_expression(found)) if cases else found

    @property
    def is_unusual(self) -> E | None:
        """Whether there is a cell that is neither plain nor of the table; None where that cannot be."""
        say = self.language
        if self.integers is not None and not self.is_of_texts:
            return None
        known = [self._is_in(self.table)] if self.table else []
        if self.is_of_texts and self.kind.is_locale:
            known.append(say.is_code(self.cell))
        elif self.integers is not None:
            known.append(say.is_plain_integer(self.source))
        strange = [say.negation(say.any_of(known))] if known else []
        return self._never_null([say.all_of([say.negation(say.is_missing(self.cell)), *strange])])

    @property
    def is_invalid(self) -> E | None:
        """Whether a cell is no fact: neither of the table nor plain, or a number that cannot be."""
        say = self.language
        unusual = self.is_unusual if self.refused is None else None
        wrongs = [*self.wrongs, *([] if unusual is None else [unusual])]
        if self.refused:
            wrongs.append(self._is_in(self.refused))
        beyond = [] if self.integers is None else list(self.integers.is_beyond())
        if beyond and self.table:
            beyond = [say.all_of([say.negation(self._is_in(self.table)), say.any_of(beyond)])]
        return self._never_null([*wrongs, *beyond])


@frozen
class RangeReader(TypeReader[E]):
    """A type whose fact is a range in two columns, or has one end in one of them; an empty end is open."""

    ends: tuple[_Integers[E] | None, _Integers[E] | None]

    @property
    def _held(self) -> IntegerSet:
        held = self.kind.universe.held
        assert isinstance(held, IntegerSet), "ranges are of integers"
        return held

    @cached_property
    def _both_missing(self) -> E:
        return self.language.all_of([self.language.is_missing(end.number) for end in self.ends if end])

    def lies_in(self, admitted: ValueSet) -> E | Truth:
        """A range lies inside if a run of the set contains it, and outside if a run of all the others does."""
        assert isinstance(admitted.held, IntegerSet), "ranges are of integers"
        held, say = self._held, self.language
        cases = [
            (self._is_within(runs), say.truth(truth))
            for runs, truth in ((admitted.held & held, True), (held - admitted.held, False))
            if not runs.is_empty
        ]
        found = say.cases(cases, say.truth(None))
        return self._beside_empty(self._both_missing, admitted, found, is_null_there=False)

    def _is_within(self, members: IntegerSet) -> E:
        runs = [list(self._is_between(*_opened(run, self._held))) for run in members.intervals()]
        say = self.language
        return say.any_of([say.all_of(tests) if tests else say.truth(True) for tests in runs])

    def _is_between(self, low: int | None, high: int | None) -> Iterable[E]:
        """An end that is missing is open: it is within no bound."""
        bounds = (low, IntegerSet.at_least), (high, IntegerSet.at_most)
        for end, (bound, side) in zip(self.ends, bounds, strict=True):
            if bound is not None:
                yield self.language.truth(False) if end is None else self._is_on(side(bound), end)

    def _is_on(self, side: IntegerSet, end: _Integers[E]) -> E:
        say = self.language
        found = evolve(end, within=_exact(end.source)).lies_in(side)
        if isinstance(found, bool):
            return say.negation(say.is_missing(end.number)) if found else say.truth(False)
        return say.or_else(found, False)

    @property
    def is_invalid(self) -> E | None:
        """Whether an end is none, or the low one above the high one."""
        say = self.language
        ends = [end for end in self.ends if end]
        wrongs = [wrong for end in ends for wrong in end.is_beyond()]
        texts = [end.source for end in ends if end.source.dtype.kind is DtypeKind.TEXT]
        wrongs += [say.negation(say.is_plain_integer(each)) for each in texts]
        both = [end.number for end in ends]
        return self._never_null([*wrongs, say.exceeds(*both)] if len(both) == 2 else wrongs)


def reader(
    language: Language[E],
    columns: TypeColumns,
    *,
    knows_words: bool = True,
) -> TypeReader[E]:
    """The reader of a type's columns; `knows_words` says that texts may be the words of the grammar too."""
    kind, parts = columns.kind, columns.parts
    if None not in parts:
        return _range_reader(language, columns)
    source = parts[None]
    if source.dtype.kind is DtypeKind.NOTHING:
        return TypeReader(language, kind, columns.empty)
    table = dict(source.cells)
    is_text = source.dtype.kind is DtypeKind.TEXT
    if is_text and knows_words:
        table = {**words(kind), **table}
    subdivision = parts.get(Part.SUBDIVISION)
    if subdivision is not None and subdivision.dtype.kind is not DtypeKind.NOTHING:
        cell, wrongs = language.code(source, subdivision), (language.is_misjoined(source, subdivision),)
        return CellReader(language, kind, columns.empty, cell, source, table, None, wrongs)
    cell = language.number(source) if source.dtype.is_number else language.cell(source)
    integers = None
    if not kind.is_locale and (source.dtype.is_number or (is_text and language.reads_integers)):
        integers = _Integers.of(language, source, kind.universe.held)
    return CellReader(language, kind, columns.empty, cell, source, table, integers)


def _range_reader(language: Language[E], columns: TypeColumns) -> TypeReader[E]:
    """An end whose column is of nothing is no end."""
    ends = [
        None
        if (source := columns.parts.get(part)) is None or source.dtype.kind is DtypeKind.NOTHING
        else _Integers.of(language, source, columns.kind.universe.held)
        for part in (Part.MIN, Part.MAX)
    ]
    low, high = ends
    if low is None and high is None:
        return TypeReader(language, columns.kind, columns.empty)
    return RangeReader(language, columns.kind, columns.empty, (low, high))


# --- the policy


@frozen
class PolicyWriter(Generic[E]):
    """A policy in a language, over the columns that speak of its types; of the others nothing is known."""

    language: Language[E]
    policy: AccessPolicy
    readers: Mapping[str, TypeReader[E]] = field(hash=False)

    def _reader(self, type_id: str) -> TypeReader[E]:
        return self.readers.get(type_id) or TypeReader(self.language, qualification_type(type_id), Empty.UNKNOWN)

    def reaches(self, action: Action) -> E | None:
        """Whether a row passes all that an action asks beyond the one before it; None where it asks nothing."""
        asked = [
            (ladder, ladder.admitted[action])
            for ladder in self.policy.ladders.values()
            if ladder.admitted[action] != ladder.admitted_before(action)
        ]
        truths = [self._reader(ladder.type_id).lies_in(admitted) for ladder, admitted in asked]
        return self._conjunction(truths)

    def _conjunction(self, truths: Iterable[E | Truth]) -> E | None:
        left = [each for each in truths if each is not True]
        if any(each is False for each in left):
            return self.language.truth(False)
        found = [self.language.truth(each) if isinstance(each, bool | None) else each for each in left]
        return self.language.all_of(found) if found else None

    def is_invalid(self) -> Mapping[str, E]:
        """By type whether a row's cells are no fact; types of which that cannot be are left out."""
        found = {type_id: each.is_invalid for type_id, each in self.readers.items() if type_id in self.policy.ladders}
        return {type_id: each for type_id, each in found.items() if each is not None}

    def access(self, reached: Mapping[Action, E], invalid: E | None) -> E:
        """How far a row's worker may go for certain; `reached` are `reaches` of the actions that ask something.

        What is null is not reached: it fails closed.
        """
        say = self.language
        found = say.integer(int(Access.ACCEPT))
        for action in reversed(list(reached)):
            found = say.cases([(reached[action], found)], say.integer(action.level - 1))
        return found if invalid is None else say.cases([(invalid, say.integer(0))], found)

    def possible(self, reached: Mapping[Action, E], invalid: E | None) -> E:
        """How far a row's worker might go, once all is known that is not."""
        say = self.language
        cases = [] if invalid is None else [(invalid, say.integer(0))]
        cases += [(say.negation(truth), say.integer(action.level - 1)) for action, truth in reached.items()]
        return say.cases(cases, say.integer(int(Access.ACCEPT))) if cases else say.integer(int(Access.ACCEPT))

    def first_unmet(self, invalid: E | None) -> E:
        """The index of the first requirement that is unmet, as `decide(worker).unmet` says; null where none is."""
        say = self.language
        cases = [] if invalid is None else [(invalid, say.integer(None))]
        for each in self.policy.predicates:
            ladder = self.policy.ladders[each.kind.type_id]
            unmet = self._is_unmet(ladder, each.index)
            if unmet is not None:
                cases.append((unmet, say.integer(each.index)))
        return say.cases(cases, say.integer(None)) if cases else say.integer(None)

    def _is_unmet(self, ladder: TypeLadder, index: int) -> E | None:
        """Missed for certain; or across, where the action's whole set is missed though none is missed alone."""
        say, lies_in = self.language, self._reader(ladder.type_id).lies_in
        (mine,) = [each for each in ladder.predicates if each.index == index]
        missed = self._missed(lies_in(mine.admitted))
        guarding = ladder.guarding(mine.action)
        together = self._missed(lies_in(ladder.admitted[mine.action]))
        if len(guarding) < 2 or together is None:
            return missed
        alone = [found for each in guarding if (found := self._missed(lies_in(each.admitted))) is not None]
        conflict = say.all_of([together, *map(say.negation, alone), self._is_across(lies_in(mine.admitted))])
        return conflict if missed is None else say.any_of([missed, conflict])

    def _missed(self, truth: E | Truth) -> E | None:
        """Whether it is certainly not so, never null; None where it never is."""
        say = self.language
        if isinstance(truth, bool | None):
            return say.truth(True) if truth is False else None
        return say.or_else(say.negation(truth), False)

    def _is_across(self, truth: E | Truth) -> E:
        say = self.language
        return say.truth(truth is None) if isinstance(truth, bool | None) else say.is_missing(truth)
