"""Tall tables made wide, and screened: what `decide` says of each worker's rows together."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import polars as pl
import pytest

import qualeval as qe
from qualeval.bulk.tall import widen
from tests.frames import Engine, Table, every_engine

RATE = qe.QualificationRequirement(qe.PERCENT_APPROVED, qe.Comparator.GREATER_THAN_OR_EQUAL_TO, (98,))
HELD = qe.QualificationRequirement("3ABC", qe.Comparator.EXISTS)
POLICY = qe.compile_requirements([RATE, HELD], names=qe.TypeNames({"abc": "3ABC"}))
ROWS = [
    ("A1", "Worker_PercentAssignmentsApproved", 99),
    ("A1", "3ABC", None),
    ("A2", qe.PERCENT_APPROVED, 98),
    ("A2", "3OTHER", 7),
    ("A3", "abc", 80),
    ("A3", "Worker_PercentAssignmentsApproved", 97),
    ("A4", "Worker_PercentAssignmentsApproved", 97),
    ("A4", "Worker_PercentAssignmentsApproved", 99),
    ("A5", "Worker_PercentAssignmentsApproved", 99),
    ("A5", "Worker_PercentAssignmentsApproved", 99),
    ("A5", "3ABC", 1),
]
TABLE: Table = {
    "WorkerId": ("text", [each[0] for each in ROWS]),
    "QualificationTypeId": ("text", [each[1] for each in ROWS]),
    "Value": ("int", [each[2] for each in ROWS]),
}


def answers(engine: Engine, frame: Any) -> dict[str, tuple[Any, ...]]:
    """The answers by worker, in whatever order they come."""
    return {
        row["WorkerId"]: (row["access"], row["possible"], row["invalid"]) for row in engine.rows(frame)
    }


@every_engine
def test_a_row_a_worker(engine: Engine) -> None:
    """A value, a type that is held, no row at all, and two rows that contradict each other."""
    wide = widen(engine.make(TABLE), POLICY)
    schema = nw.from_native(wide).collect_schema()
    found = answers(engine, qe.bulk.screen(wide, POLICY, invalid="flag", nulls={"3ABC": "lacks"}))

    assert schema.names() == ["WorkerId", qe.PERCENT_APPROVED, "3ABC"]
    assert found == {
        "A1": (3, 3, False),
        "A2": (2, 2, False),
        "A3": (2, 2, False),
        "A4": (0, 0, True),
        "A5": (3, 3, False),
    }


def test_rows_that_contradict_each_other_are_told() -> None:
    """As a cell that is no fact."""
    wide = widen(pl.DataFrame({name: cells for name, (_, cells) in TABLE.items()}), POLICY)

    with pytest.raises(qe.InvalidInput, match="got `97 and 99`, in row 3"):
        qe.bulk.screen(wide, POLICY)


def test_columns_of_other_names() -> None:
    """They are given; a missing one is told with the nearest that is there."""
    frame = pl.DataFrame({"who": ["A1"], "type": ["3ABC"], "value": ["lacks"]})

    assert widen(frame, POLICY, worker="who", type="type", value="value")["3ABC"].to_list() == ["lacks"]
    with pytest.raises(qe.InvalidInput, match="there is no column `WorkerId`"):
        widen(frame, POLICY, type="type", value="value")


@every_engine
def test_blanks_are_no_part_of_a_cell(engine: Engine) -> None:
    """Whoever holds a type does not lack it, where blanks stand around the type, or are all of the value."""
    types, values = ["3ABC ", " 3ABC", "3ABC", "3OTHER"], [" 5 ", "", " ", "1"]
    table: Table = {
        "WorkerId": ("text", ["A1", "A2", "A3", "A4"]),
        "QualificationTypeId": ("text", types),
        "Value": ("text", values),
    }
    policy = qe.compile_requirements([qe.exclusion("3ABC")])
    found = answers(engine, qe.bulk.screen(widen(engine.make(table), policy), policy, invalid="flag", nulls="lacks"))

    assert found == {"A1": (0, 0, False), "A2": (0, 0, False), "A3": (0, 0, False), "A4": (3, 3, False)}


def test_a_value_that_is_no_number_is_empty() -> None:
    """As in other frames: the type is held."""
    frame = pl.DataFrame({"WorkerId": ["A1"], "QualificationTypeId": ["3ABC"], "Value": [float("nan")]})

    assert widen(frame, POLICY)["3ABC"].to_list() == ["holds"]


@pytest.mark.parametrize(("types", "said"), [(["3abc"], "did you mean `3ABC`"), ([None], "a row names no type")])
def test_rows_by_which_something_is_meant_are_not_passed_over(types: list[str | None], said: str) -> None:
    """A type that is asked for but for case, and none at all, are errors: with them a holder would count as lacking."""
    frame = pl.DataFrame({"WorkerId": ["A1"], "QualificationTypeId": pl.Series(types, dtype=pl.String), "Value": ["1"]})

    with pytest.raises(qe.InvalidInput, match=said):
        widen(frame, POLICY, value="Value")
