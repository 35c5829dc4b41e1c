"""The results file of a batch (Manage > Results > Download CSV): a row an assignment.

Of all its columns those are read that say who took part in what, and when. That whoever has an assignment accepted its
HIT, be it submitted, approved or rejected by now, needs no judgement; what else follows is not this module's to know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone

from attrs import define, frozen

from qualeval.errors import InvalidInput, Problem, show
from qualeval.model.columns import WORKER_ID
from qualeval.model.words import Word
from qualeval.sources.tables import Cells, Rows, Table, Told, column_of, open_table, worker_id
from qualeval.sources.texts import Source

__all__ = ["AssignmentResult", "AssignmentStatus", "ResultsCSV", "is_results_csv", "read_results_csv"]

_ZONES = {"UTC": 0, "GMT": 0, "PST": -8, "PDT": -7, "MST": -7, "MDT": -6, "CST": -6, "CDT": -5, "EST": -5, "EDT": -4}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIME = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{2}):(\d{2}):(\d{2}) ([A-Z]{3}) (\d{4})", re.ASCII)


class AssignmentStatus(Word):
    """What has become of an assignment that was submitted."""

    SUBMITTED = "Submitted"
    APPROVED = "Approved"
    REJECTED = "Rejected"

    @classmethod
    def _noun(cls) -> str:
        return "assignment status"

    @classmethod
    def _nearest(cls, text: str) -> str | None:
        """`Returned` is near to `Rejected` by its letters alone."""
        return None


@frozen
class AssignmentResult:
    """An assignment: who accepted which HIT, and when. None is not said by the file."""

    worker_id: str
    hit_id: str | None = None
    assignment_id: str | None = None
    status: AssignmentStatus | None = None
    accepted_at: datetime | None = None


@define(eq=False)
class ResultsCSV:
    """The assignments of a results file, one after the other; they can be gone through once.

    `rows` tells how many there were, how many of them were read, and what is wrong with the others.
    """

    rows: Rows[AssignmentResult]

    def __iter__(self) -> Iterator[AssignmentResult]:
        return iter(self.rows)


def is_results_csv(header: Sequence[str]) -> bool:
    """Whether these are the columns of a results file."""
    return {"HITId", "AssignmentId"} <= set(header)


def read_results_csv(
    source: Source | Table, *, needed: Sequence[str] = ("HITId",), on_error: str = "stop", told: Told = None
) -> ResultsCSV:
    """The assignments of a batch's results (a path, or an open stream), read row by row.

    `needed` are the columns beside WorkerId that there must be, with something in every row. Times are as the site
    writes them (`Wed Jul 10 11:22:33 PDT 2019`) or ISO 8601; one without a zone is taken as UTC. `on_error` and `told`
    are as for `read_pool`.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: it is no table, or a column is missing.
    """
    table = open_table(source)
    for each in needed:
        column_of(table, each)
    return ResultsCSV(Rows(table, _RowReader.of(table, needed), on_error, told))


@define(eq=False)
class _RowReader:
    """Rows to assignments. Each column is read by a function of its cell; None where there is no such column."""

    columns: Sequence[tuple[str, int, Cells[object]] | None]

    @classmethod
    def of(cls, table: Table, needed: Sequence[str]) -> _RowReader:
        places = {name: place for place, name in enumerate(table.header)}
        places[WORKER_ID] = column_of(table, WORKER_ID)

        def column(name: str) -> tuple[str, int, Cells[object]] | None:
            read = _READ.get(name, _text)
            required = name in needed
            cells: Cells[object] = Cells(name, lambda cell: _read(cell, read, required))
            return (name, places[name], cells) if name in places else None

        return cls([column(name) for name in _COLUMNS])

    def __call__(self, row: Sequence[str]) -> AssignmentResult:
        problems: list[Problem] = []
        values: list[object] = []
        for column in self.columns:
            try:
                values.append(None if column is None else column[2][row[column[1]]])
            except InvalidInput as error:
                problems += error.problems
        if problems:
            raise InvalidInput(problems)
        return AssignmentResult(*values)  # type: ignore[arg-type]


def _read(cell: str, read: object, is_needed: bool) -> object:
    text = cell.strip()
    if text or read is worker_id:
        return read(text)  # type: ignore[operator]
    if is_needed:
        raise InvalidInput(Problem("got an empty cell"))
    return None


def _text(text: str) -> str:
    return text


def _time(text: str) -> datetime:
    """A time as the site writes it, or of ISO 8601."""
    found = _TIME.fullmatch(text)
    try:
        if found and found[1] in _MONTHS and found[6] in _ZONES:
            zone = timezone(timedelta(hours=_ZONES[found[6]]))
            day, hour, minute, second, year = (int(found[place]) for place in (2, 3, 4, 5, 7))
            month = _MONTHS.index(found[1]) + 1
            return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
        time = datetime.fromisoformat(text)
    except ValueError:
        mend = "write `Wed Jul 10 11:22:33 PDT 2019` or `2019-07-10T18:22:33Z`"
        raise InvalidInput(Problem(f"got {show(text)}, expected a time", help=mend)) from None
    return time if time.utcoffset() is not None else time.replace(tzinfo=UTC)


_COLUMNS = (WORKER_ID, "HITId", "AssignmentId", "AssignmentStatus", "AcceptTime")
_READ = {WORKER_ID: worker_id, "AssignmentStatus": AssignmentStatus, "AcceptTime": _time}
