"""Which columns of a frame speak of which type: by their names, or by what the caller says of them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import qualeval as qe
from qualeval.bulk.columns import Column, Columns, Dtype, DtypeKind, TypeColumns, read_columns
from qualeval.model.columns import Empty, Nulls, Part
from qualeval.model.facts import HOLDS, LACKS

INTEGER, TEXT = Dtype(DtypeKind.INTEGER, "Int64"), Dtype(DtypeKind.TEXT, "String")
FLOAT, BOOLEAN = Dtype(DtypeKind.FLOAT, "Float64"), Dtype(DtypeKind.BOOLEAN, "Boolean")
TYPES = (qe.LOCALE, qe.PERCENT_APPROVED, "3ABC")
NAMES = qe.TypeNames({"study_1_done": "3ABC"})


def read(
    schema: Mapping[str, Dtype], columns: Columns | None = None, nulls: Nulls = "unknown"
) -> Mapping[str, TypeColumns]:
    """The columns of these types."""
    return read_columns(schema, TYPES, NAMES, columns, nulls)


def refused(schema: Mapping[str, Dtype], columns: Columns | None = None, nulls: Nulls = "unknown") -> list[str]:
    """All that is wrong."""
    with pytest.raises(qe.InvalidInput) as caught:
        read(schema, columns, nulls)
    return [str(each) for each in caught.value.problems]


def test_columns_are_called_by_id_or_name() -> None:
    """Ids, the system's names and own names; the ends of a range, and a subdivision; the rest says nothing."""
    found = read(
        {
            "WorkerId": TEXT,
            "Worker_Locale": TEXT,
            "Worker_Locale_Subdivision": TEXT,
            "Worker_PercentAssignmentsApproved_min": INTEGER,
            "study_1_done": FLOAT,
            "age": INTEGER,
        }
    )

    assert {type_id: set(each.parts) for type_id, each in found.items()} == {
        qe.LOCALE: {None, Part.SUBDIVISION},
        qe.PERCENT_APPROVED: {Part.MIN},
        "3ABC": {None},
    }
    assert found[qe.LOCALE].names == ("Worker_Locale", "Worker_Locale_Subdivision")


def test_types_without_columns_are_left_out() -> None:
    """What nobody asks is not looked at, whatever its cells are; what no column speaks of stays unknown."""
    found = read({"3OTHER": BOOLEAN, "3ABC": INTEGER})

    assert list(found) == ["3ABC"]


@pytest.mark.parametrize("nulls", ["lacks", {"study_1_done": "lacks", "Worker_Locale": "lacks"}])
def test_empty_cells_mean_lacking_only_where_it_can_be_lacked(nulls: Nulls) -> None:
    """A locale is never lacked, whatever empty cells are said to mean."""
    found = read({"3ABC": INTEGER, "Worker_Locale": TEXT}, nulls=nulls)

    assert {type_id: each.empty for type_id, each in found.items()} == {
        "3ABC": Empty.LACKS,
        qe.LOCALE: Empty.UNKNOWN,
    }


def test_columns_say_what_other_peoples_columns_mean() -> None:
    """A type, a Column, or an object as in a mapping file; then names of types say nothing by themselves."""
    found = read(
        {"c": TEXT, "rate": FLOAT, "done": BOOLEAN, "Worker_Locale": TEXT},
        {
            "c": "Worker_Locale",
            "rate": qe.bulk.Column("Worker_PercentAssignmentsApproved", scale=100),
            "done": {"Type": "study_1_done", "Empty": "lacks", "Cells": {"true": "holds", False: LACKS}},
        },
    )

    assert found[qe.LOCALE].names == ("c",)
    assert found[qe.PERCENT_APPROVED].parts[None].scale == 100
    assert found["3ABC"].empty is Empty.LACKS
    cells = found["3ABC"].parts[None].cells
    assert {cell: str(fact) for cell, fact in cells.items()} == {True: str(HOLDS), False: str(LACKS)}


def test_a_columns_own_word_for_empty_cells_stands_before_a_general_one() -> None:
    """As in a mapping file: one word about all types does not change it, a word about its type does."""
    columns = {"d": {"Type": "3ABC", "Empty": "unknown"}}

    assert read({"d": INTEGER}, columns, "lacks")["3ABC"].empty is Empty.UNKNOWN
    assert read({"d": INTEGER}, columns, {"3ABC": "lacks"})["3ABC"].empty is Empty.LACKS


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Missing and misspelt columns, unknown types and words, cells and kinds that say nothing: one error."""
    found = refused(
        {"rate": TEXT, "done": BOOLEAN, "c": FLOAT, "x": INTEGER},
        {
            "raet": "Worker_PercentAssignmentsApproved",
            "rate": {"Type": "Worker_PercentApproved"},
            "done": "study_1_done",
            "c": "Worker_Locale",
            "x": {"Type": "3ABC", "Part": "Middle", "Scale": 0, "Cells": {"many": 3}, "Empty": "none"},
        },
        {"3NONE": "lacks"},
    )

    assert "columns: there is no column `raet`; did you mean `rate`?" in found
    assert any("rate: unknown qualification type `Worker_PercentApproved`" in each for each in found)
    assert any("done: got Boolean, expected integers or floats or decimals or texts" in each for each in found)
    assert any("c: got Float64, expected texts" in each for each in found)
    assert any("x: unknown part `Middle`" in each for each in found)
    assert any("x.Scale: got `0`, expected a whole number from 1" in each for each in found)
    assert any("x.Cells: got the cell `many` of a column of integers" in each for each in found)
    assert any("x: unknown meaning of an empty cell `none`" in each for each in found)
    assert any("nulls: no column of `3NONE`" in each for each in found)


def test_a_column_called_nearly_like_a_type_is_an_error() -> None:
    """A misspelt name would make a fact unknown in silence."""
    (found,) = refused({"Worker_Local": TEXT})

    assert found.startswith("no type is called like the column `Worker_Local`; did you mean `Worker_Locale`?")


def test_columns_that_contradict_each_other_are_errors() -> None:
    """Two that say the same, a value beside a range, a subdivision alone, a scale of texts."""
    found = refused({"3ABC": INTEGER, "study_1_done": INTEGER, "Worker_Locale_Subdivision": TEXT})
    assert any("say the same of one type, 3ABC" in each for each in found)
    assert any("a subdivision without a column of its country" in each for each in found)
    assert any("a value beside the ends" in each for each in refused({"3ABC": INTEGER, "3ABC_min": INTEGER}))
    assert any("leave out Scale" in each for each in refused({"a": TEXT}, {"a": qe.bulk.Column("3ABC", scale=10)}))


def test_what_is_no_mapping_is_a_type_error() -> None:
    """A list of names cannot say what they mean."""
    with pytest.raises(qe.WrongType, match="columns: expected a mapping, got list"):
        read({"a": TEXT}, ["a"])  # type: ignore[arg-type]
    assert refused({"a": TEXT}, {"a": 3}) == ["a: expected a type, a Column or an object, got int"]  # type: ignore[dict-item]
    assert refused({"a": TEXT}, {"a": {"Typ": "3ABC"}}) == [
        "a: unknown key `Typ`; did you mean `Type`?",
        "a: `Type` is missing; say of which qualification type it is",
    ]


@pytest.mark.parametrize("name", ["3abc", "3ABC_Min", "3Abc_max "])
def test_a_column_that_is_called_like_a_type_that_is_asked_for_but_for_case(name: str) -> None:
    """It would be passed over, and what stands in it with it: so it is an error that names the right one."""
    schema = {name: Dtype(DtypeKind.INTEGER)}

    with pytest.raises(qe.InvalidInput, match="did you mean `3ABC"):
        read_columns(schema, ["3ABC"], qe.TypeNames())
    assert read_columns(schema, ["3OTHER"], qe.TypeNames()) == {}


def test_only_a_locale_has_subdivisions() -> None:
    """A column that is said to have the subdivision of another type is an error."""
    schema = {"part": Dtype(DtypeKind.TEXT)}

    with pytest.raises(qe.InvalidInput, match="only Worker_Locale has subdivisions"):
        read_columns(schema, ["3ABC"], qe.TypeNames(), {"part": Column("3ABC", "Subdivision")})
