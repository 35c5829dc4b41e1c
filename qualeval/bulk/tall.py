"""Tall tables, with a row a worker and a type, made wide: a row a worker and a column a type, as screening takes them.

Cells become texts in the grammar of `--set`, so that a row without a value can say that the type is held, and so that
two rows that say different things of one worker become a cell that is no fact, which screening then refuses or flags.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from qualeval.bulk.lending import Lent
from qualeval.bulk.packages import nw
from qualeval.bulk.screening import opened
from qualeval.errors import InvalidInput, Problem, nearest, show
from qualeval.model.facts import HOLDS
from qualeval.policy.access_policy import AccessPolicy

__all__ = ["widen"]

Frame = TypeVar("Frame")


def widen(
    frame: Frame,
    policy: AccessPolicy,
    *,
    worker: str = "WorkerId",
    type: str = "QualificationTypeId",
    value: str = "Value",
) -> Frame:
    """A row a worker, and a column of texts for each type of the policy, of a frame with a row a worker and a type.

    `worker`, `type` and `value` are what its columns are called. Types are ids or names, those that the policy does not
    name are left out; a value is an integer, or text in the grammar of `--set`, and an empty one says that the type is
    held. Of a type without a row a worker's cell is empty. Lazy frames stay lazy.

    Raises:
        InvalidInput: a column is missing; or, where one can look into the frame, a row names no type, or one of the
            policy's but for case.
    """
    found = opened(frame)
    names = found.collect_schema().names()
    missing = [_missing(each, names) for each in (worker, type, value) if each not in names]
    if missing:
        raise InvalidInput(missing)
    if isinstance(found, nw.LazyFrame):
        return _wide(found, policy, worker, type, value).to_native()  # type: ignore[no-any-return]
    lent = Lent(found)
    doubtful = list(_doubtful(lent.table((type,))[type].unique().to_list(), policy))
    if doubtful:
        raise InvalidInput(doubtful)
    tall = nw.from_native(lent.table((worker, type, value)).lazy())
    wide = _wide(tall, policy, worker, type, value).to_native().collect().sort(worker)
    columns = {each.name: each.to_list() for each in wide.get_columns()}
    schema = nw.from_native(wide).schema
    return nw.from_dict(columns, schema, backend=_backend(found)).to_native()  # type: ignore[no-any-return]


def _doubtful(types: Iterable[object], policy: AccessPolicy) -> Iterator[Problem]:
    """Types that would be passed over, though something is meant by them."""
    asked = [name for type_id in policy.ladders for name in (type_id, *_names_of(type_id, policy))]
    known = {each.casefold(): each for each in asked}
    for each in types:
        text = "" if each is None else str(each).strip()
        if not text:
            yield Problem("a row names no type", help="name one, or leave the row out")
        elif text not in asked and (meant := known.get(text.casefold())) is not None:
            yield Problem(f"no type is called {show(text)}", help=f"did you mean {show(meant)}?")


def _backend(frame: nw.DataFrame[Any]) -> Any:
    return frame.implementation


def _missing(name: str, names: list[str]) -> Problem:
    meant = nearest(name, names)
    mend = f"did you mean {show(meant)}?" if meant else f"the frame has {', '.join(map(show, names))}"
    return Problem(f"there is no column {show(name)}", help=mend)


def _wide(frame: nw.LazyFrame[Any], policy: AccessPolicy, worker: str, type: str, value: str) -> nw.LazyFrame[Any]:
    """The least and the greatest text of each type are one, or contradict each other."""
    schema = frame.collect_schema()
    cell = nw.col(value).fill_nan(None) if schema[value].is_float() else nw.col(value)
    text, asked = _bare(cell).fill_null(str(HOLDS)), _bare(nw.col(type))
    called = {type_id: [type_id, *_names_of(type_id, policy)] for type_id in policy.ladders}
    cells = {type_id: nw.when(asked.is_in(names)).then(text) for type_id, names in called.items()}
    ends = [
        getattr(nw.col(type_id), end)().alias(f"{end} {type_id}") for type_id in cells for end in ("min", "max")
    ]
    groups = frame.select(nw.col(worker), **cells).group_by(worker).agg(*ends)
    return groups.select(worker, **{type_id: _one(f"min {type_id}", f"max {type_id}") for type_id in cells})


def _bare(cell: nw.Expr) -> nw.Expr:
    """A cell as a text without the blanks around it; null where nothing is left, as in other tables."""
    text = cell.cast(nw.String).str.strip_chars()
    return nw.when(text != "").then(text)


def _names_of(type_id: str, policy: AccessPolicy) -> list[str]:
    return [name for name in policy.names.known if policy.names.id_of(name) == type_id]


def _one(least: str, most: str) -> nw.Expr:
    both = nw.concat_str([nw.col(least), nw.lit(" and "), nw.col(most)])
    return nw.when(nw.col(least) == nw.col(most)).then(nw.col(least)).otherwise(both)
