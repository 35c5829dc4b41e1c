"""The workers file of the requester site (Manage > Workers > Download CSV): own qualifications, blocks, own statistics.

The columns are those of docs/evidence.md, "The workers file". It calls types by their display names, so their ids have
to be known from elsewhere. All its figures are this requester's own: they are kept apart, and never taken for the
marketplace-wide values that the system's qualifications compare.

This module does not know the service, nor what is asked of the workers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Any

from attrs import define, evolve, frozen

from qualeval.errors import InvalidInput, Problem, nearest, show
from qualeval.model.columns import Empty
from qualeval.model.facts import Basis, Fact
from qualeval.model.grammar import is_integer
from qualeval.model.qualification_types import (
    NUMBER_HITS_APPROVED,
    PERCENT_APPROVED,
    SYSTEM_ONLY,
    TypeNames,
    checked_names,
)
from qualeval.model.workers import WorkerProfile
from qualeval.sources.columns import Column, ProfileReader
from qualeval.sources.tables import Cells, Rows, Table, Told, column_of, open_table
from qualeval.sources.texts import Source
from qualeval.values.integer_set import IntegerSet
from qualeval.values.value_set import ValueSet

__all__ = ["ListedWorker", "OwnRecord", "OwnStatistics", "WorkersCSV", "is_workers_csv", "read_workers_csv"]

_KEY = "Worker ID"
_CURRENT = "CURRENT-"
_BLOCKED = {"": None, "Never Blocked": False, "Blocked": True, "Unblocked": False}
_BLOCK_STATUS = "CURRENT BlockStatus"
_STATISTICS = tuple(
    (
        f"Number of HITs approved or rejected - {time}",
        f"Number of HITs approved - {time}",
        f"Your {time} approval rate",
    )
    for time in ("Lifetime", "Last 30 days", "Last 7 days")
)
_RATE = re.compile(r"\d{1,3}(?:\.\d{1,4})?%?", re.ASCII)


@frozen
class OwnRecord:
    """What a requester has seen of a worker in some time, on own HITs alone; None where the file does not say.

    `decided` are the HITs approved or rejected, `approved` the HITs approved, `approval_rate` is in percent.
    """

    decided: int | None = None
    approved: int | None = None
    approval_rate: float | None = None


@frozen
class OwnStatistics:
    """What a requester has seen of a worker, by time.

    Mechanical Turk's own qualifications compare other figures: those of all requesters together.
    """

    lifetime: OwnRecord
    last_30_days: OwnRecord
    last_7_days: OwnRecord

    def as_system_facts(self, source: str | None = None) -> dict[str, Fact]:
        """The figures taken for the marketplace-wide ones, which they are not: each such fact has the basis ASSUMED.

        The count is a lower end, since other requesters can only have added to it. A rate between two whole numbers
        leaves both open.
        """
        facts: dict[str, Fact] = {}
        approved, rate = self.lifetime.approved, self.lifetime.approval_rate
        if approved is not None:
            facts[NUMBER_HITS_APPROVED] = _assumed(IntegerSet.at_least(approved), source)
        if rate is not None:
            facts[PERCENT_APPROVED] = _assumed(IntegerSet.between(int(rate), int(rate) + (rate > int(rate))), source)
        return facts


def _assumed(values: IntegerSet, source: str | None) -> Fact:
    return Fact(ValueSet(values), basis=Basis.ASSUMED, source=source)


@frozen
class ListedWorker:
    """A row of the workers file: the profile, what this requester has seen, and why the worker was blocked."""

    worker: WorkerProfile
    statistics: OwnStatistics
    block_reason: str | None = None


@define(eq=False)
class WorkersCSV:
    """The workers of a workers file, one after the other; they can be gone through once.

    `rows` tells how many there were, how many of them were read, and what is wrong with the others. `types` are the
    types that the file tells of, by display name.
    """

    rows: Rows[ListedWorker]
    types: Mapping[str, str]

    def __iter__(self) -> Iterator[ListedWorker]:
        return iter(self.rows)

    def profiles(self, *, trust_own_statistics: bool = False) -> Iterator[WorkerProfile]:
        """The profiles alone; where own statistics are trusted, with them as facts that are assumed."""
        for each in self.rows:
            if trust_own_statistics:
                assumed = each.statistics.as_system_facts(self.rows.name)
                yield evolve(each.worker, facts={**each.worker.facts, **assumed})
            else:
                yield each.worker


def is_workers_csv(header: Sequence[str]) -> bool:
    """Whether these are the columns of a workers file."""
    return _KEY in header and (_BLOCK_STATUS in header or _STATISTICS[0][0] in header)


def read_workers_csv(
    source: Source | Table,
    *,
    names: TypeNames = SYSTEM_ONLY,
    types: Mapping[str, str] | None = None,
    learned_at: datetime | None = None,
    on_error: str = "stop",
    told: Told = None,
) -> WorkersCSV:
    """The workers of the requester site's own download (a path, or an open stream), read row by row.

    `CURRENT-<name>` becomes a fact about the type of this display name, by `types` (names to ids, as
    ListQualificationTypes tells them) or by `names`; an empty cell is lacking it. BlockStatus becomes `blocked`. Facts
    have the basis LEARNED; `learned_at` is when the file was downloaded, by default when it was last written.
    `on_error` and `told` are as for `read_pool`.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: it is no such table, or its names for types are not known, with all of them.
    """
    checked_names(names)
    table = open_table(source, _KEY)
    own = _own_types(table, {**names.own, **(types or {})})
    known = Fact(ValueSet(IntegerSet.everything()), learned_at=learned_at or table.written_at, source=table.name)
    mark = partial(_learned, known)
    columns = [Column(f"{_CURRENT}{name}", place, type_id, empty=Empty.LACKS) for name, place, type_id in own]
    reader = ProfileReader.of(table, column_of(table, _KEY), columns, mark)
    return WorkersCSV(
        Rows(table, _RowReader.of(table, reader), on_error, told), {name: type_id for name, _, type_id in own}
    )


def _learned(like: Fact, fact: Fact) -> Fact:
    return evolve(fact, basis=Basis.LEARNED, learned_at=like.learned_at, source=like.source)


def _own_types(table: Table, known: Mapping[str, str]) -> list[tuple[str, int, str]]:
    """The types that the file tells of: display name, place, id. InvalidInput with all names that are not known."""
    problems: list[Problem] = []
    found: list[tuple[str, int, str]] = []
    for place, column in enumerate(table.header):
        if not column.startswith(_CURRENT):
            continue
        name = column.removeprefix(_CURRENT)
        if name in known:
            found.append((name, place, known[name]))
        else:
            meant = nearest(name, known)
            near = f"did you mean {show(meant)}? " if meant else ""
            mend = f'{near}give its id in [tool.qualeval.types]: "{name}" = "3..."'
            problems.append(Problem(f"the id of the type {show(name)} is not known", (column,), mend))
    if problems:
        raise InvalidInput(problems, table.name)
    return found


# --- rows


@define(eq=False)
class _RowReader:
    """Rows to listed workers."""

    profile: ProfileReader
    blocked: tuple[int | None, Cells[bool | None]]
    times: Sequence[_Time]
    reason: int | None

    @classmethod
    def of(cls, table: Table, profile: ProfileReader) -> _RowReader:
        places = {name: place for place, name in enumerate(table.header)}
        blocked = places.get(_BLOCK_STATUS), Cells(_BLOCK_STATUS, _is_blocked)
        times = [_Time.of(each, places) for each in _STATISTICS]
        return cls(profile, blocked, times, places.get("BlockReason"))

    def __call__(self, row: Sequence[str]) -> ListedWorker:
        try:
            place, blocks = self.blocked
            worker = self.profile(row, None if place is None else blocks[row[place]])
            records = [each.records[each.key(row)] for each in self.times]
        except InvalidInput:
            raise InvalidInput(list(self._problems(row))) from None
        reason = None if self.reason is None else row[self.reason] or None
        return ListedWorker(worker, OwnStatistics(*records), reason)

    def _problems(self, row: Sequence[str]) -> Iterator[Problem]:
        place, blocks = self.blocked
        reads: list[Callable[[], object]] = [lambda: self.profile(row)]
        reads += [] if place is None else [lambda: blocks[row[place]]]
        for time in self.times:
            cells = zip(time.figures, time.key(row), strict=False)
            reads += [partial(figure.__getitem__, cell) for figure, cell in cells]
        for read in reads:
            try:
                read()
            except InvalidInput as error:
                yield from error.problems


@define(eq=False)
class _Time:
    """The figures of one time: `key` takes their cells from a row, and `records` are what these say.

    A file that has not all three columns says nothing of the time.
    """

    key: Callable[[Sequence[str]], tuple[str, ...]]
    figures: Sequence[Cells[Any]]
    records: Cells[OwnRecord]

    @classmethod
    def of(cls, names: Sequence[str], places: Mapping[str, int]) -> _Time:
        folded = {name.casefold(): place for name, place in places.items()}
        found = [folded[each.casefold()] for each in names if each.casefold() in folded]
        if len(found) < len(names):
            return cls(lambda _: (), (), Cells(None, lambda _: OwnRecord()))
        decided, approved, rate = (Cells(name, read) for name, read in zip(names, _READS, strict=True))
        records = Cells(None, lambda cells: OwnRecord(decided[cells[0]], approved[cells[1]], rate[cells[2]]))
        return cls(itemgetter(*found), (decided, approved, rate), records)


def _count(cell: str) -> int | None:
    text = cell.strip()
    if not text:
        return None
    if not is_integer(text) or text.startswith("-"):
        raise InvalidInput(Problem(f"got {show(cell)}, expected a count, or nothing"))
    return int(text)


def _rate(cell: str) -> float | None:
    text = cell.strip()
    if not text:
        return None
    found = _RATE.fullmatch(text)
    if found is None or float(text.removesuffix("%")) > 100:
        raise InvalidInput(Problem(f"got {show(cell)}, expected a rate such as `97.50%`, or nothing"))
    return float(text.removesuffix("%"))


_READS: tuple[Callable[[str], Any], ...] = (_count, _count, _rate)


def _is_blocked(cell: str) -> bool | None:
    if cell in _BLOCKED:
        return _BLOCKED[cell]
    known = ", ".join(map(show, filter(None, _BLOCKED)))
    raise InvalidInput(Problem(f"got {show(cell)}, expected a block status", help=f"known are {known}"))
