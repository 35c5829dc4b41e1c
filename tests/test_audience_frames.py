"""Audiences of frames: what profiles of the same rows would say, whatever the frame is made of."""

from __future__ import annotations

import warnings
from typing import Any

import polars as pl
import pytest

import qualeval as qe
from qualeval.bulk.reach import Reach, audience
from tests.frames import Engine, every_engine, without_spark
from tests.scenarios import Texts, scenarios

_COUNTS = {"spark": 8}
"""How many policies; the others 80."""

RATE = qe.QualificationRequirement(qe.PERCENT_APPROVED, qe.Comparator.GREATER_THAN_OR_EQUAL_TO, (98,))
NUMBER = qe.QualificationRequirement(qe.NUMBER_HITS_APPROVED, qe.Comparator.GREATER_THAN, (100,))
US = qe.QualificationRequirement(qe.LOCALE, qe.Comparator.IN, locale_values=(qe.Locale("US"),))
POLICY = qe.compile_requirements([US, NUMBER, RATE])


@every_engine
def test_a_frame_is_its_rows(engine: Engine) -> None:
    """For random policies and columns of every form, all numbers are those of the profiles that the rows are."""
    for each in scenarios(5, _COUNTS.get(engine.name, 80), 30, texts=Texts.WORDS if engine.is_lazy else Texts.ALL):
        frame = engine.make(each.table or {"note": ("text", ["-"] * 30)})
        profiles = Reach([qe.worker(None, facts) for facts in each.facts])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", qe.DoubtfulColumn)
            reach = Reach(frame, columns=each.columns, nulls=each.nulls or "unknown")
            for action in qe.Action:
                found = reach.audience(each.policy, action)
                assert (found, len(reach)) == (profiles.audience(each.policy, action), 30), each.columns


@without_spark
def test_an_empty_frame_is_an_audience_of_nobody(engine: Engine) -> None:
    """Columns and no rows."""
    frame = engine.make({"Worker_Locale": ("text", []), "Worker_PercentAssignmentsApproved": ("int", [])})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", qe.DoubtfulColumn)
        found = audience(frame, POLICY)

    assert (found.pool, found.permitted, found.denied, found.unknown) == (0, 0, 0, 0)


@pytest.mark.parametrize("values", [[1, 2**40, None, -(2**40)], [2**62, 5, None], [2**63, 5, None], [None, None]])
@pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt64, pl.Float64])
def test_integers_far_apart_and_large(values: list[int | None], dtype: Any) -> None:
    """What spans too much for its own codes, or is too large for a machine's word, is counted all the same."""
    asked = qe.QualificationRequirement("3ABC", qe.Comparator.GREATER_THAN, (4,))
    ends = {pl.Int64: (-(2**63), 2**63 - 1), pl.UInt64: (0, 2**64 - 1), pl.Float64: (-(2**53), 2**53)}[dtype]
    held = [each if each is None or ends[0] <= each <= ends[1] else 7 for each in values]
    frame = pl.DataFrame({"3ABC": pl.Series(held, dtype=dtype)})
    profiles = [qe.worker(None, {} if each is None else {"3ABC": each}) for each in held]
    policy = qe.compile_requirements([asked])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", qe.DoubtfulColumn)
        assert audience(frame, policy) == audience(profiles, policy)


def test_a_range_has_its_columns() -> None:
    """`_min` and `_max` by name, an open end being as far as the type goes."""
    frame = pl.DataFrame(
        {
            "Worker_Locale": ["US"] * 4,
            "Worker_NumberHITsApproved_min": [101, 90, None, None],
            "Worker_NumberHITsApproved_max": [None, 200, 100, None],
            "Worker_PercentAssignmentsApproved": [98, 99, 99, 99],
        }
    )
    found = audience(frame, POLICY)

    assert (found.permitted, found.unknown, found.denied) == (1, 2, 1)
    assert [each.left.certain for each in found.requirements] == [4, 1, 1]


def test_all_that_is_wrong_with_a_frame_is_told_at_once() -> None:
    """Cells of two types, each with its row and column."""
    frame = pl.DataFrame({"Worker_Locale": ["US", "USA"], "Worker_PercentAssignmentsApproved": [98, 104]})
    with pytest.raises(qe.InvalidInput) as caught:
        audience(frame, POLICY)

    assert [each.path for each in caught.value.problems] == [("Worker_Locale",), ("Worker_PercentAssignmentsApproved",)]


def test_columns_are_looked_at_before_anything_is_asked() -> None:
    """A column that is called nearly like a type is told when the pool is read."""
    with pytest.raises(qe.InvalidInput, match="no type is called like the column `Worker_Local`"):
        Reach(pl.DataFrame({"Worker_Local": ["US"]}))


@pytest.mark.parametrize("pool", [3.5, 5, {"Worker_Locale": "US"}, [{"Worker_Locale": "US"}]])
def test_what_is_no_pool_is_refused(pool: Any) -> None:
    """A frame or profiles: not a number, a dict or rows."""
    with pytest.raises(qe.WrongType, match="expected"):
        Reach(pool)


def test_names_of_ones_own() -> None:
    """Columns may be called as the policy calls its types."""
    names = qe.TypeNames({"done": "3DONE"})
    asked = qe.QualificationRequirement("3DONE", qe.Comparator.DOES_NOT_EXIST)
    found = audience(
        pl.DataFrame({"done": [1, None, None]}), qe.compile_requirements([asked], names=names), nulls={"done": "lacks"}
    )

    assert (found.permitted, found.denied, found.requirements[0].name) == (2, 1, "done")
