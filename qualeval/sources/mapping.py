"""Mapping files: what the columns of somebody else's table say of workers.

    WorkerId: participant
    Columns:
      country: Worker_Locale
      state: {Type: Worker_Locale, Part: Subdivision}
      rate: Worker_PercentAssignmentsApproved
      took_part: {Type: 3STUDY1DONE, Empty: lacks, Cells: {"yes": holds, "no": lacks}}

JSON or YAML, as all files. This module does not know tables' rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from qualeval.errors import InvalidInput, Path, Problem, nearest, show
from qualeval.model.columns import Empty, Part
from qualeval.model.facts import Fact
from qualeval.model.grammar import read_fact
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames, checked_names
from qualeval.sources.columns import Column
from qualeval.sources.documents import Source, read_document
from qualeval.sources.structure import Name, Object, Shape, TypeId, described, is_object, read_object, step
from qualeval.sources.tables import Table

__all__ = ["TableMapping", "load_mapping"]

_FILE = Shape("a mapping", {"WorkerId": Name, "Columns": Object}, required=("WorkerId", "Columns"))
_COLUMN = Shape(
    "a column", {"Type": TypeId, "Part": Part, "Empty": Empty, "Cells": Object}, required=("Type",)
)  # fmt: skip


@frozen
class TableMapping:
    """Which columns of a table say what: the one with the worker ids, and those of types. All others say nothing."""

    worker_id: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What the columns are called, that of the worker ids first."""
        return (self.worker_id, *(each.name for each in self.columns))

    def columns_of(self, table: Table) -> list[Column]:
        """The columns with their places in a table. InvalidInput with all that the table has not, or has twice."""
        problems: list[Problem] = []
        found: list[Column] = []
        for each in self.columns:
            places = [place for place, name in enumerate(table.header) if name == each.name]
            if len(places) == 1:
                found.append(evolve(each, place=places[0]))
                continue
            meant = nearest(each.name, table.header)
            said = f"is there {len(places)} times" if places else "is missing"
            mend = "keep one" if places else f"did you mean {show(meant)}?" if meant else "correct the mapping"
            problems.append(Problem(f"the column {show(each.name)} of the mapping {said}", help=mend))
        if problems:
            raise InvalidInput(problems, table.name)
        return found


def load_mapping(source: Source, *, names: TypeNames = SYSTEM_ONLY) -> TableMapping:
    """The mapping of a JSON or YAML file: `WorkerId` names the column of worker ids, `Columns` what others say.

    A column is a type (id or name), or an object: `Type`; `Part` (`Subdivision`, `Min`, `Max`); `Empty`, what an empty
    cell means (`unknown`, `lacks`); `Cells`, words of the table's own and the facts that they stand for.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: it is no mapping; all problems at once, with lines and columns.
    """
    checked_names(names)
    document = read_document(source)
    try:
        return _mapping(document.tree, names)
    except InvalidInput as error:
        raise document.located(error) from None


def _mapping(tree: object, names: TypeNames) -> TableMapping:
    reading = read_object(tree, _FILE)
    problems = list(reading.problems)
    columns: list[Column] = []
    for name, said in reading.values.get("Columns", {}).items():
        try:
            columns.append(_column(str(name), said, names))
        except InvalidInput as error:
            problems += error.within("Columns", *step(name)).problems
    if problems:
        raise InvalidInput(problems)
    return TableMapping(reading.values["WorkerId"], tuple(columns))


def _column(name: str, said: object, names: TypeNames) -> Column:
    if isinstance(said, str):
        return Column(name, -1, names.id_of(said))
    if not is_object(said):
        raise InvalidInput(Problem(f"expected a type or an object, got {described(said)}"))
    reading = read_object(said, _COLUMN)
    values, problems = reading.values, list(reading.problems)
    type_id: str | None = None
    cells: dict[str, Fact] = {}
    try:
        type_id = names.id_of(values["Type"]) if "Type" in values else None
    except InvalidInput as error:
        problems += error.within("Type").problems
    if type_id is not None:
        cells = _cells(type_id, values.get("Cells", {}), problems)
    if type_id is None or problems:
        raise InvalidInput(problems)
    empty = values.get("Empty")
    return Column(name, -1, type_id, values.get("Part"), empty or Empty.UNKNOWN, cells, is_empty_said=empty is not None)


def _cells(type_id: str, said: Mapping[str, Any], problems: list[Problem]) -> dict[str, Fact]:
    """The facts by cell; what is wrong with them is added to `problems`."""
    cells: dict[str, Fact] = {}
    for cell, plain in said.items():
        path: Path = ("Cells", *step(cell))
        if isinstance(plain, bool) or not isinstance(plain, (str, int)):
            problems.append(Problem(f"expected a fact as text, got {described(plain)}", path))
            continue
        try:
            cells[str(cell).strip()] = read_fact(type_id, plain)
        except InvalidInput as error:
            problems += error.within(*path).problems
    return cells
