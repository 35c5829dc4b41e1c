"""The upload form of the requester site's workers file: who is to be given which qualification.

Nothing is sent: a person uploads the file (Manage > Workers > Upload CSV), and the site asks once more. The site knows
types by their display names, and takes scores of 0 to 100 (docs/evidence.md). Spreadsheets take a cell that begins with
`=`, `+`, `-` or `@` for a formula: no cell written here can, since worker ids begin with a letter, and headers too.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import IO

from qualeval.errors import InvalidInput, Problem, show
from qualeval.model.actions import ActionsGuarded
from qualeval.model.columns import WORKER_ID
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.sources.tables import Cells, Rows, Table, Told, column_of, open_table, worker_id
from qualeval.sources.texts import Source

__all__ = ["exclusion", "read_worker_ids", "write_upload"]

_WORKER_ID = re.compile(r"A[A-Z0-9]{1,63}", re.ASCII)


def read_worker_ids(source: Source | Table, *, on_error: str = "stop", told: Told = None) -> Rows[str]:
    """The worker ids of a table (a batch's results, a workers file, a pool), a row each; see `read_pool`."""
    table = open_table(source)
    place = column_of(table, WORKER_ID)
    ids = Cells(table.header[place], lambda cell: _checked(worker_id(cell)))
    return Rows(table, lambda row: ids[row[place]], on_error, told)


def write_upload(stream: IO[str], worker_ids: Iterable[str], type_name: str, *, score: int = 1) -> int:
    """Writes the upload that gives each of these workers, once, a type of this display name; how many they are.

    `stream` is a file opened with `newline=""`.

    Raises:
        InvalidInput: an id that is none, a name that cannot be a column's, a score outside 0..100.
    """
    if not type_name.strip() or not type_name.isprintable():
        raise InvalidInput(Problem(f"got {show(type_name)}, expected the display name of a qualification type"))
    if not 0 <= score <= 100:
        raise InvalidInput(Problem(f"got the score {score}, expected one of 0..100, as the requester site does"))
    ids = dict.fromkeys(map(_checked, worker_ids))
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(("Worker ID", f"UPDATE-{type_name}"))
    writer.writerows((each, score) for each in ids)
    return len(ids)


def _checked(text: str) -> str:
    """A worker id, by the pattern of the service model. InvalidInput for anything else, a formula among it."""
    if _WORKER_ID.fullmatch(text):
        return text
    raise InvalidInput(Problem(f"got {show(text)}, expected a worker id: an A, and then capital letters and digits"))


def exclusion(type_id: str) -> QualificationRequirement:
    """The requirement that keeps those who hold a type from a HIT: they will not see it."""
    return QualificationRequirement(
        type_id, Comparator.DOES_NOT_EXIST, actions_guarded=ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT
    )
