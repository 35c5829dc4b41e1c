"""Pools that are written: what is read of them is what was written."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.testing.strategies import workers

TYPES = [qe.LOCALE, qe.PERCENT_APPROVED, qe.NUMBER_HITS_APPROVED, "3OWN"]


@given(st.lists(workers(), max_size=4))
def test_a_pool_comes_back(listed: list[qe.WorkerProfile]) -> None:
    """Every fact about the types that are written is read as the same, whatever empty cells are said to mean."""
    named = [qe.WorkerProfile(f"A{place}", each.facts, complete=each.complete) for place, each in enumerate(listed)]
    sayable = [each for each in named if all(_is_sayable(each, type_id) for type_id in TYPES)]
    stream = io.StringIO()

    assert qe.write_pool(stream, sayable, TYPES) == len(sayable)
    for nulls in ("unknown", "lacks"):
        read = list(qe.read_pool(io.StringIO(stream.getvalue()), nulls=nulls)) if sayable else []
        assert [each.worker_id for each in read] == [each.worker_id for each in sayable]
        for one, other in zip(read, sayable, strict=True):
            assert [one.fact(each).states for each in TYPES] == [other.fact(each).states for each in TYPES]


def _is_sayable(worker: qe.WorkerProfile, type_id: str) -> bool:
    try:
        qe.write_pool(io.StringIO(), [worker], [type_id])
    except qe.InvalidInput:
        return False
    return True


def test_what_has_no_words_is_refused() -> None:
    """That a worker is anywhere but in a place is an error that names her, no cell that says less."""
    somewhere = qe.ValueSet(~qe.LocaleSet.only(qe.Locale("US")))
    worker = qe.WorkerProfile("A1", {qe.LOCALE: qe.Fact(somewhere)})

    with pytest.raises(qe.InvalidInput, match="`A1`: no words for the fact"):
        qe.write_pool(io.StringIO(), [worker], [qe.LOCALE])
