"""A frame of workers, screened for one HIT: how far each may go, for certain and possibly.

Frames of any kind go in, and the same kind comes out. What is lazy stays lazy: its expressions are added to the plan.
Of other frames the columns that the policy asks for are lent to Polars, whatever the frame is made of, so that there is
one meaning; and what stands in them is looked at, so that what is no fact is told with its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from attrs import evolve, frozen

from qualeval.bulk.columns import Columns, Dtype, DtypeKind, TypeColumns, read_columns
from qualeval.bulk.expressions import PolicyWriter, TypeReader, reader
from qualeval.bulk.frames import FrameLanguage, dtype_of
from qualeval.bulk.lending import Lent, looked_into, refuse_invalid, warn_of_doubtful, with_answers
from qualeval.bulk.packages import nw, pl
from qualeval.errors import InvalidInput, Problem, WrongType, show
from qualeval.model.actions import Action
from qualeval.model.columns import Nulls
from qualeval.model.words import Word
from qualeval.policy.access_policy import AccessPolicy

__all__ = ["ACCESS", "INVALID", "POSSIBLE", "UNMET", "WRONG", "Invalid", "Question", "lazy_dtype", "opened", "screen"]

Frame = TypeVar("Frame")

ACCESS, POSSIBLE, UNMET, INVALID = "access", "possible", "unmet", "invalid"
"""The columns that are added."""


class Invalid(Word):
    """What becomes of cells that are no fact."""

    ERROR = "error"
    """An error, on frames that can be looked into; on lazy ones as `flag`."""
    FLAG = "flag"
    """A column says so, and access is 0."""
    TRUST = "trust"
    """Nobody looks: the caller says that there are none."""

    @classmethod
    def _noun(cls) -> str:
        return "way to treat invalid cells"


def screen(
    frame: Frame,
    policy: AccessPolicy,
    *,
    columns: Columns | None = None,
    nulls: Nulls = "unknown",
    invalid: str = "error",
    reasons: bool = False,
) -> Frame:
    """The frame with two columns more, `access` and `possible` (0 to 3, never null): exactly what `decide` answers.

    `frame` is pandas', Polars' (eager or lazy), PyArrow's, a DuckDB relation or Spark's. A row is a worker. Its columns
    are those of a pool: a type is called by id or name, `<type>_min` and `<type>_max` are a range,
    `Worker_Locale_Subdivision` stands beside the country. A type without a column is unknown. `columns` says what other
    columns mean instead, by name: a type, or a `Column`. `nulls` is what an empty cell means, `unknown` or `lacks`, of
    all types or by type; NaN is empty.

    With `reasons` the column `unmet` has the index of the first requirement that is unmet, null where none is. Cells
    that are no fact are an error; with `invalid="flag"`, and always on lazy frames, a column `invalid` says so, and
    access and possible are 0. `invalid="trust"` looks at no cell: the frame is known to hold plain values alone.

    Raises:
        InvalidInput: columns or cells that are not what they should be, with all that is wrong.
        WrongType: it is no frame that is known, or no policy.
    """
    given: object = policy
    if not isinstance(given, AccessPolicy):
        mend = "qualeval.compile_hit makes one of a HIT"
        raise WrongType(f"policy: expected an AccessPolicy, got {type(given).__name__}; {mend}")
    question = Question(policy, columns, nulls, Invalid(invalid), reasons)
    found = opened(frame)
    answer = question.of_lazy(found) if isinstance(found, nw.LazyFrame) else question.of_eager(found)
    is_narwhals = isinstance(frame, nw.DataFrame | nw.LazyFrame)
    return cast(Frame, answer if is_narwhals else answer.to_native())


def opened(frame: object) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    """A frame of any kind as narwhals has it. WrongType where it is none that is known."""
    try:
        return nw.from_native(frame)
    except nw.exceptions.DuplicateError:
        raise InvalidInput(Problem("several columns have one name", help="rename or drop all but one")) from None
    except TypeError:
        known = "pandas', Polars', PyArrow's, a DuckDB relation or Spark's"
        raise WrongType(f"frame: expected {known}, got {type(frame).__name__}") from None


@frozen
class Question:
    """What is asked of a frame."""

    policy: AccessPolicy
    columns: Columns | None
    nulls: Nulls
    invalid: Invalid
    reasons: bool

    def of_lazy(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """The same frame with its answers still to be computed."""
        schema = frame.collect_schema()
        added = self.added(self.invalid is not Invalid.TRUST)
        kinds = {name: lazy_dtype(frame, name, dtype) for name, dtype in schema.items()}
        asked = self.read(kinds, added, folds_case=not frame.implementation.is_polars())
        language = evolve(self.language(are_looked_into=False), joins_long_lists=frame.implementation.is_duckdb())
        knows_words = not language.are_clean
        readers = {type_id: reader(language, each, knows_words=knows_words) for type_id, each in asked.items()}
        answered: nw.LazyFrame[Any] = self.answered(language.prepared(frame), readers)
        return answered.select(*schema, *added)

    def of_eager(self, frame: nw.DataFrame[Any]) -> nw.DataFrame[Any]:
        """The same frame with its answers."""
        added = self.added(self.invalid is Invalid.FLAG)
        lent = Lent(frame)
        asked = self.read(lent, added)
        table = lent.table(name for each in asked.values() for name in each.names)
        language = self.language(are_looked_into=True)
        readers = {type_id: reader(language, each, knows_words=False) for type_id, each in asked.items()}
        prepared = language.prepared(nw.from_native(table.lazy()))
        if self.invalid is not Invalid.TRUST:
            prepared = prepared.collect().lazy()
            readers = dict(looked_into(prepared, readers))
        answers = self.answered(prepared, readers).to_native().collect()
        if self.invalid is Invalid.ERROR:
            wrong = {type_id: answers[WRONG + type_id] for type_id in asked if WRONG + type_id in answers.columns}
            refuse_invalid(table, asked, wrong)
        if self.invalid is not Invalid.TRUST:
            warn_of_doubtful(table, asked.values())
        return with_answers(frame, answers.select(added))

    def language(self, *, are_looked_into: bool) -> FrameLanguage:
        """The language of one frame's expressions."""
        is_trusted = self.invalid is Invalid.TRUST
        return FrameLanguage(are_clean=is_trusted, are_looked_into=are_looked_into and not is_trusted)

    def added(self, with_invalid: bool) -> list[str]:
        """The columns that are added."""
        return [ACCESS, POSSIBLE, *([UNMET] if self.reasons else []), *([INVALID] if with_invalid else [])]

    def read(
        self, schema: Mapping[str, Dtype], added: Sequence[str], *, folds_case: bool = False
    ) -> Mapping[str, TypeColumns]:  # fmt: skip
        """The columns; InvalidInput with all that is wrong with them, those too that are called as what is added.

        An engine that `folds_case`, as those of SQL do, takes `Access` for `access`, and would answer with it.
        """
        names = [name for name in schema if (name.casefold() if folds_case else name) in added]
        problems = [Problem(f"there is a column {show(name)} already", help="rename it, or drop it") for name in names]
        try:
            found = read_columns(schema, self.policy.ladders, self.policy.names, self.columns, self.nulls)
        except InvalidInput as error:
            raise InvalidInput([*problems, *error.problems]) from None
        if problems:
            raise InvalidInput(problems)
        return found

    def answered(self, frame: Any, readers: Mapping[str, TypeReader[nw.Expr]]) -> Any:
        """The lazy frame with the answers, and with columns between that nobody is shown.

        What the answers share is a column first, so that it is computed once, whatever an engine makes of the plan.
        """
        writer = PolicyWriter(FrameLanguage(), self.policy, readers)
        steps = {action: step for action in Action if (step := writer.reaches(action)) is not None}
        wrong = {} if self.invalid is Invalid.TRUST else writer.is_invalid()
        shared = {_REACHES + action: step for action, step in steps.items()}
        shared |= {WRONG + type_id: each for type_id, each in wrong.items()}
        frame = frame.with_columns(**shared) if shared else frame
        reached = {action: nw.col(_REACHES + action) for action in steps}
        is_invalid = writer.language.any_of([nw.col(WRONG + each) for each in wrong]) if wrong else None
        answers = {ACCESS: writer.access(reached, is_invalid), POSSIBLE: writer.possible(reached, is_invalid)}
        if self.reasons:
            answers[UNMET] = writer.first_unmet(is_invalid)
        if self.invalid is not Invalid.TRUST:
            answers[INVALID] = nw.lit(False) if is_invalid is None else is_invalid
        return frame.with_columns(**answers)


_REACHES, WRONG = "__qualeval_reaches_", "__qualeval_wrong_"
"""How the columns between begin: before an action, and before the id of a type."""


def lazy_dtype(frame: nw.LazyFrame[Any], name: str, dtype: nw.dtypes.DType) -> Dtype:
    """What a lazy column has. Narwhals has no word for a column of nulls alone."""
    native = frame.to_native() if dtype == nw.Unknown else None
    if native is None:
        return dtype_of(dtype)
    types = native.collect_schema() if isinstance(native, pl.LazyFrame) else _types(native)
    is_null = str(types[name]).strip('"').upper() in ("NULL", "VOID")
    return Dtype(DtypeKind.NOTHING) if is_null else Dtype(DtypeKind.OTHER, str(types[name]))


def _types(native: Any) -> Mapping[str, object]:
    """What DuckDB or Spark call the types of the columns."""
    if hasattr(native, "dtypes") and hasattr(native, "types"):
        return dict(zip(native.columns, native.types, strict=True))
    return dict(native.dtypes)
