"""What columns of a table say of qualification types, and the facts that their cells come to.

A type has one column with a fact in it, in the grammar of `--set`, or two: a country and its subdivision, or the two
ends of a range. What an empty cell means is the caller's to say. Reading rows fast is what this module is made for:
each distinct cell is read once, and a row is a look-up a column.

This module does not know how tables are opened, nor who chose the columns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from attrs import define, field, frozen

from qualeval.errors import InvalidInput, Problem, show
from qualeval.model.columns import Empty, Part, column_problems
from qualeval.model.facts import Fact
from qualeval.model.grammar import integer_range, is_integer, read_fact
from qualeval.model.qualification_types import QualificationType, qualification_type
from qualeval.model.workers import WorkerProfile
from qualeval.sources.tables import KEPT, Cells, Table, worker_id
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = ["Column", "ProfileReader"]

_WHOLE = re.compile(r"(-?\d+)\.0+", re.ASCII)


@frozen
class Column:
    """A column of a table, and what it says: of which type, which part of the fact, and what its empty cells mean.

    `cells` are words of the table's own, and the fact that each stands for. `is_empty_said` says that what empty cells
    mean is the column's own word, which general words do not change.
    """

    name: str
    place: int
    type_id: str
    part: Part | None = None
    empty: Empty = Empty.UNKNOWN
    cells: Mapping[str, Fact] = field(factory=dict, hash=False)
    is_empty_said: bool = False

    @property
    def meaning_of_empty(self) -> Empty:
        """What an empty cell is read as: what cannot be lacked is not known."""
        return self.empty if qualification_type(self.type_id).can_be_lacked else Empty.UNKNOWN


def _column_problems(columns: Iterable[Column]) -> list[Problem]:
    """What is wrong with the columns beside each other: two that say the same, a subdivision without its country."""
    return [
        problem
        for type_id, group in _by_type(columns).items()
        for problem in column_problems(type_id, [(each.name, each.part) for each in group])
    ]


def _by_type(columns: Iterable[Column]) -> dict[str, list[Column]]:
    grouped: dict[str, list[Column]] = {}
    for each in columns:
        grouped.setdefault(each.type_id, []).append(each)
    return grouped


# --- the cells of a type


class _Facts(NamedTuple):
    """What the cells of one type's columns say: `key` takes them from a row.

    `empty` is what empty ones stand for; None is not known.
    """

    type_id: str
    key: itemgetter[Any]
    cells: Cells[Fact | None]
    empty: Fact | None


def _facts(type_id: str, group: Iterable[Column], mark: Callable[[Fact], Fact]) -> _Facts:
    columns = sorted(group, key=lambda each: _ORDER.index(each.part))
    kind, first = qualification_type(type_id), columns[0]
    empty = mark(Fact(kind.lacked)) if any(each.meaning_of_empty is Empty.LACKS for each in columns) else None
    read: Callable[..., Fact] = partial(_place, kind) if kind.is_locale else partial(_range, kind)
    if len(columns) == 1:
        read = partial(_one_cell, kind, first.cells) if first.part is None else partial(_one_end, kind, first.part)

    def marked(cell: str | tuple[str, str]) -> Fact | None:
        parts = [each.strip() for each in ((cell,) if isinstance(cell, str) else cell)]
        return mark(read(*parts)) if any(parts) else empty

    cells: Cells[Fact | None] = Cells(" and ".join(each.name for each in columns), marked)
    return _Facts(type_id, itemgetter(*(each.place for each in columns)), cells, empty)


_ORDER = (None, Part.SUBDIVISION, Part.MIN, Part.MAX)


def _one_cell(kind: QualificationType, words: Mapping[str, Fact], cell: str) -> Fact:
    """A fact in one cell. A float of a whole number is that number: so programs write integers beside empty cells."""
    if cell in words:
        return words[cell]
    whole = None if kind.is_locale else _WHOLE.fullmatch(cell)
    return read_fact(kind.type_id, whole[1] if whole else cell)


def _place(kind: QualificationType, country: str, subdivision: str) -> Fact:
    if not subdivision:
        return read_fact(kind.type_id, country)
    found = f"got the country {show(country)} and the subdivision {show(subdivision)}"
    if not country:
        raise InvalidInput(Problem(found, help="give the country too"))
    if len(country) != 2:
        raise InvalidInput(Problem(found, help="say it once, or give a country of two letters"))
    return Fact(ValueSet(LocaleSet.only(Locale(country, subdivision.removeprefix(f"{country}-")))))


def _range(kind: QualificationType, low: str, high: str) -> Fact:
    return Fact(ValueSet(integer_range(kind, _end(low), _end(high))))


def _one_end(kind: QualificationType, part: Part, cell: str) -> Fact:
    return _range(kind, cell, "") if part is Part.MIN else _range(kind, "", cell)


def _end(cell: str) -> int | None:
    whole = _WHOLE.fullmatch(cell)
    text = whole[1] if whole else cell
    if text and not is_integer(text):
        raise InvalidInput(Problem(f"got {show(cell)}, expected an integer, or an empty cell for an open end"))
    return int(text) if text else None


# --- rows to profiles


_Known = tuple[WorkerProfile, tuple[str, ...]]
"""What the cells of a row say of somebody, and the types of which they are empty."""


@define(eq=False)
class ProfileReader:
    """Rows to worker profiles. `empty` counts, by type, the empty cells of the rows that were read.

    Rows whose cells say the same are read once, and differ by their workers alone.
    """

    id_column: str
    id_place: int
    facts: Sequence[_Facts]
    key: Callable[[Sequence[str]], Any]
    known: dict[object, _Known] = field(factory=dict, init=False)
    empty: Counter[str] = field(factory=Counter, init=False)

    @classmethod
    def of(cls, table: Table, id_place: int, columns: Iterable[Column], mark: Callable[[Fact], Fact]) -> ProfileReader:
        """The reader of these columns; `mark` says of a fact where it is from. InvalidInput if they do not agree."""
        columns = list(columns)
        if problems := _column_problems(columns):
            raise InvalidInput(problems, table.name)
        places = [each.place for each in columns]
        facts = [_facts(type_id, group, mark) for type_id, group in _by_type(columns).items()]
        return cls(table.header[id_place], id_place, facts, itemgetter(*places) if places else lambda _: ())

    def __call__(self, row: Sequence[str], blocked: bool | None = None) -> WorkerProfile:
        """The worker of a row. InvalidInput with all that is wrong with it."""
        try:
            who = worker_id(row[self.id_place])
            cells = self.key(row)
            known, missing = self.known.get(cells) or self._read(cells, row)
        except InvalidInput:
            raise InvalidInput(list(self._problems(row))) from None
        for type_id in missing:
            self.empty[type_id] += 1
        return known.of(who, blocked)

    def _read(self, cells: object, row: Sequence[str]) -> _Known:
        found: dict[str, Fact] = {}
        missing: list[str] = []
        for type_id, key, facts, empty in self.facts:
            fact = facts[key(row)]
            if fact is empty:
                missing.append(type_id)
            if fact is not None:
                found[type_id] = fact
        known = WorkerProfile(None, found), tuple(missing)
        if len(self.known) < KEPT:
            self.known[cells] = known
        return known

    def _problems(self, row: Sequence[str]) -> Iterator[Problem]:
        try:
            worker_id(row[self.id_place])
        except InvalidInput as error:
            yield from error.within(self.id_column).problems
        for _, key, cells, _ in self.facts:
            try:
                cells[key(row)]
            except InvalidInput as error:
                yield from error.problems
