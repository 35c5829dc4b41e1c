"""The same counts as aggregates of a lazy frame: where it is computed elsewhere, nothing comes back but the counts.

Predicates are columns, three-valued: true inside, false outside, null across. Kleene's `and` of them is true of whom a
conjunction certainly holds, and false of whom it certainly does not. This module does not know how frames come about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain
from operator import and_
from typing import Any

from qualeval.bulk.columns import TypeColumns
from qualeval.bulk.counting import EVERYBODY, CountingPlan, Counts
from qualeval.bulk.expressions import TypeReader, reader
from qualeval.bulk.frames import FrameLanguage
from qualeval.bulk.language import Truth
from qualeval.bulk.packages import np, nw, pl
from qualeval.errors import InvalidInput, Problem

__all__ = ["counted_there"]

_TOGETHER = 200
"""How many conjunctions are counted in one pass over a frame: a plan of many thousands takes long to make."""


def counted_there(
    frame: nw.LazyFrame[Any], plan: CountingPlan, columns: Mapping[str, TypeColumns], *, looks: bool
) -> Counts:  # fmt: skip
    """The counts of a frame; InvalidInput where there are cells that are no fact, where it `looks`."""
    language = FrameLanguage(are_clean=not looks)
    readers = {type_id: reader(language, each, knows_words=looks) for type_id, each in columns.items()}
    truths = list(_truths(language, plan, readers))
    tests = [(type_id, each.is_invalid) for type_id, each in readers.items()] if looks else []
    prepared = language.prepared(frame)
    size = _size(prepared, [(columns[type_id], test) for type_id, test in tests if test is not None])
    found = np.zeros((2, len(plan.conjunctions) + 2), np.int64)
    found[:, EVERYBODY] = size
    for start in range(0, len(plan.conjunctions), _TOGETHER):
        part = plan.conjunctions[start : start + _TOGETHER]
        certain, denied = _counts(prepared, part, truths)
        found[:, start : start + len(part)] = certain, size - denied
    return plan.by_policy(found)


def _truths(
    language: FrameLanguage, plan: CountingPlan, readers: Mapping[str, TypeReader[nw.Expr]]
) -> Iterator[nw.Expr]:  # fmt: skip
    """Whether rows lie inside each predicate, in the order of the plan; of types without a column nothing is known."""
    for predicates in plan.types:
        found = readers.get(predicates.type_id)
        for admitted in predicates.sets:
            truth: nw.Expr | Truth = None if found is None else found.lies_in(admitted)
            yield truth if isinstance(truth, nw.Expr) else language.truth(truth)


def _size(frame: nw.LazyFrame[Any], tests: Sequence[tuple[TypeColumns, nw.Expr]]) -> int:
    """How many rows there are. InvalidInput where there are cells that are no fact."""
    wrong = {f"wrong_{place}": _how_many(test) for place, (_, test) in enumerate(tests)}
    size, *counts = _row(frame.select(nw.len(), **wrong))
    problems = [
        Problem(f"{count:,} rows have a cell that is no fact", (" and ".join(columns.names),), _MEND)
        for (columns, _), count in zip(tests, counts, strict=True)
        if count
    ]
    if problems:
        raise InvalidInput(problems)
    return size


_MEND = "`screen` says in its column `invalid` which"


def _counts(
    frame: nw.LazyFrame[Any], conjunctions: Sequence[Sequence[int]], truths: Sequence[nw.Expr]
) -> tuple[Counts, Counts]:  # fmt: skip
    """Of how many rows each conjunction holds for certain, and of how many it certainly does not."""
    used = {each: f"__qualeval_{each}" for each in sorted({*chain.from_iterable(conjunctions)})}
    frame = frame.with_columns(**{name: truths[each] for each, name in used.items()})
    held = [reduce(and_, (nw.col(used[each]) for each in conjunction)) for conjunction in conjunctions]
    certain = {f"certain_{place}": _how_many(each) for place, each in enumerate(held)}
    denied = {f"denied_{place}": _how_many(~each) for place, each in enumerate(held)}
    row = np.array(_row(frame.select(**certain, **denied)), np.int64)
    return row[: len(held)], row[len(held) :]


def _how_many(truth: nw.Expr) -> nw.Expr:
    return nw.when(truth).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64)).sum()


def _row(frame: nw.LazyFrame[Any]) -> Sequence[int]:
    """The one row of a frame; of no rows the sum may be null."""
    found: pl.DataFrame = frame.collect("polars").to_native()
    return [int(each or 0) for each in found.row(0)]
