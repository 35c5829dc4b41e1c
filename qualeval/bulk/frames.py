"""The language of data frames: narwhals' expressions, which Polars, DuckDB and Spark have in one meaning.

Texts that are integers are read as such where they have at most 18 digits, so that no engine's integers overflow.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from attrs import field, frozen

from qualeval.bulk.cells import all_codes, codes_of
from qualeval.bulk.columns import Dtype, DtypeKind, SourceColumn
from qualeval.bulk.language import Case, Truth
from qualeval.bulk.packages import nw

__all__ = ["FrameLanguage", "dtype_of"]

_FEW = 4
"""So many beginnings are looked for one after the other."""

_MADE = "__qualeval_"
_PLAIN = r"^-?(0|[1-9][0-9]{0,17})(\.0+)?$"
_MOST = 10**18 - 1
_TOLERANCE = 1e-6
"""How far a scaled number may lie beside an integer: 0.57 times 100 is 56.99999999999999."""

_NARROW_TOLERANCE = 1e-5
"""The same of floats of 32 bits, which have seven digits."""

_BITS = {"Int8": 8, "Int16": 16, "Int32": 32, "Int64": 64, "Int128": 128}
_FLOAT_BITS = {"Float16": 11, "Float32": 24, "Float64": 53}


def dtype_of(dtype: nw.dtypes.DType) -> Dtype:
    """What cells of one of narwhals' types are."""
    name = str(dtype)
    base = name.partition("(")[0]
    if base in _BITS:
        half = 1 << _BITS[base] - 1
        return Dtype(DtypeKind.INTEGER, name, -half, half - 1)
    if base.removeprefix("U") in _BITS:
        return Dtype(DtypeKind.INTEGER, name, 0, (1 << _BITS[base.removeprefix("U")]) - 1)
    if base in _FLOAT_BITS:
        most = 1 << _FLOAT_BITS[base]
        return Dtype(DtypeKind.FLOAT, name, -most, most)
    kind = _KINDS.get(base, DtypeKind.OTHER)
    return Dtype(kind, name, -_MOST, _MOST) if kind is DtypeKind.TEXT else Dtype(kind, name)


_KINDS = {
    "Decimal": DtypeKind.DECIMAL,
    "String": DtypeKind.TEXT,
    "Categorical": DtypeKind.TEXT,
    "Enum": DtypeKind.TEXT,
    "Boolean": DtypeKind.BOOLEAN,
}


@frozen
class FrameLanguage:
    """Expressions over frames. Where cells `are_clean` nobody looks for blanks around texts, and for empty ones.

    Where they `are_looked_into` one by one, if they are not plain, that is looked for then. An engine that
    `joins_long_lists`, as DuckDB does, finds a beginning faster than one of many codes.

    What is made of a cell before it is compared becomes a column of its own, which is computed once: `prepared` adds
    those that the expressions speak of.
    """

    are_clean: bool = False
    are_looked_into: bool = False
    joins_long_lists: bool = False
    made: tuple[dict[str, nw.Expr], dict[str, nw.Expr]] = field(factory=lambda: ({}, {}), init=False)

    @property
    def reads_integers(self) -> bool:
        """They can."""
        return True

    def prepared(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """The frame with the columns that readers made so far speak of."""
        for columns in self.made:
            frame = frame.with_columns(**columns) if columns else frame
        return frame

    def _made(self, name: str, expression: nw.Expr, *, of_made: bool = False) -> nw.Expr:
        """A column of its own, made of columns of the frame, or of such as were made of these."""
        self.made[of_made][f"{_MADE}{name}"] = expression
        return nw.col(f"{_MADE}{name}")

    def truth(self, value: Truth) -> nw.Expr:
        """A truth, or null."""
        return nw.lit(value, nw.Boolean)

    def integer(self, value: int | None) -> nw.Expr:
        """A small number, or null."""
        return nw.lit(value, nw.Int8 if value in range(4) else nw.Int32)

    def cell(self, source: SourceColumn) -> nw.Expr:
        """What stands in a cell."""
        column = nw.col(source.name)
        if source.dtype.kind is not DtypeKind.TEXT:
            return column
        text = column if source.dtype.name == "String" else column.cast(nw.String)
        is_as_it_stands = self.are_clean or (self.are_looked_into and not source.is_part)
        return text if is_as_it_stands else self._bare(source, text)

    def _bare(self, source: SourceColumn, text: nw.Expr) -> nw.Expr:
        bare = text.str.strip_chars()
        return self._made(f"cell_{source.name}", nw.when(bare != "").then(bare))

    def number(self, source: SourceColumn) -> nw.Expr:
        """The integer in a cell."""
        column = nw.col(source.name)
        match source.dtype.kind:
            case DtypeKind.TEXT:
                cell = self.cell(source)
                plain = nw.when(cell.str.contains(_PLAIN)).then(cell)
                whole = plain.str.replace_all(r"\.0+$", "").cast(nw.Int64)
                return self._made(f"number_{source.name}", whole, of_made=True)
            case DtypeKind.FLOAT:
                column = column.fill_nan(None)
            case DtypeKind.INTEGER if source.scale != 1:
                return self._made(f"number_{source.name}", self._wide(source, column) * source.scale)
        if source.scale != 1:
            column = self._scaled(source, column).round()
        is_made = source.scale != 1 or source.dtype.kind is DtypeKind.FLOAT
        return self._made(f"number_{source.name}", column) if is_made else column

    def _wide(self, source: SourceColumn, column: nw.Expr) -> nw.Expr:
        """Integers in 64 bits; null where they could not be scaled in these."""
        if source.can_overflow:
            most = source.most_scaled
            is_small = column <= most
            has_negative = source.dtype.low is None or source.dtype.low < 0
            column = nw.when(is_small & (column >= -most) if has_negative else is_small).then(column)
        return column.cast(nw.Int64)

    def _scaled(self, source: SourceColumn, column: nw.Expr) -> nw.Expr:
        """Numbers times the scale. Floats of 32 bits are scaled in 64, lest the product be rounded too."""
        is_narrow = source.dtype.name == "Float32"
        return (column.cast(nw.Float64) if is_narrow else column) * source.scale

    def is_fraction(self, source: SourceColumn) -> nw.Expr | None:
        """Whether a number is no integer, or is too large to be scaled; NaN is no number."""
        if source.dtype.kind is DtypeKind.INTEGER and source.can_overflow:
            return (~nw.col(source.name).is_null()) & self.number(source).is_null()
        if source.dtype.kind not in (DtypeKind.FLOAT, DtypeKind.DECIMAL):
            return None
        number = self.number(source)
        if source.scale == 1:
            return number != number.floor()
        beside = (self._scaled(source, nw.col(source.name)) - number).abs()
        return beside > (_NARROW_TOLERANCE if source.dtype.name == "Float32" else _TOLERANCE)

    def is_plain_integer(self, source: SourceColumn) -> nw.Expr:
        """Whether a text is one integer."""
        return self.cell(source).str.contains(_PLAIN)

    def code(self, country: SourceColumn, subdivision: SourceColumn) -> nw.Expr:
        """The code of both."""
        place, part = self._joinable(country), self._joinable(subdivision)
        joined = nw.concat_str([place, nw.lit("-"), part])
        with_country = nw.when(part.str.contains("-", literal=True)).then(part).otherwise(joined)
        code = nw.when(part.is_null()).then(place).otherwise(with_country)
        return self._made(f"code_{country.name}", code, of_made=True)

    def _joinable(self, source: SourceColumn) -> nw.Expr:
        """What stands in a cell, without blanks: of what is joined nobody could tell them any more."""
        text = nw.col(source.name).cast(nw.String)
        return text if self.are_clean else self._bare(source, text)

    def is_misjoined(self, country: SourceColumn, subdivision: SourceColumn) -> nw.Expr:
        """Whether they do not belong together."""
        place, part = self._joinable(country), self._joinable(subdivision)
        is_own = ~part.str.contains("-", literal=True) | (part.str.slice(0, 2) == place)
        return (~part.is_null()) & (place.is_null() | ~is_own | (place.str.len_chars() != 2))

    def is_code(self, cell: nw.Expr) -> nw.Expr:
        """Whether it is a code."""
        return cell.is_in(sorted(all_codes()))

    def is_place(self, cell: nw.Expr, countries: Collection[str], codes: Collection[str]) -> nw.Expr:
        """Whether it is one of these: of whole countries all codes, since a look into a table is fast."""
        if self.joins_long_lists and len(countries) <= _FEW:
            beginnings = [cell.str.starts_with(f"{each}-") for each in countries]
            return self.any_of([self.is_in(cell, [*countries, *codes]), *beginnings])
        return cell.is_in([*(code for each in countries for code in codes_of(each)), *codes])

    def is_in(self, cell: nw.Expr, values: Collection[object]) -> nw.Expr:
        """Whether it is one of these."""
        if len(values) <= (_FEW if self.joins_long_lists else 1):
            return self.any_of([cell == nw.lit(each) for each in values])  # type: ignore[arg-type]
        return cell.is_in(list(values))

    def at_least(self, number: nw.Expr, bound: int) -> nw.Expr:
        """Whether it is the bound or more."""
        return number >= bound

    def at_most(self, number: nw.Expr, bound: int) -> nw.Expr:
        """Whether it is the bound or less."""
        return number <= bound

    def exceeds(self, number: nw.Expr, other: nw.Expr) -> nw.Expr:
        """Whether it is more."""
        return number > other

    def is_missing(self, cell: nw.Expr) -> nw.Expr:
        """Whether it is null."""
        return cell.is_null()

    def or_else(self, truth: nw.Expr, otherwise: bool) -> nw.Expr:
        """The truth, and where it is null the other one."""
        return truth.fill_null(otherwise)

    def negation(self, truth: nw.Expr) -> nw.Expr:
        """Not so."""
        return ~truth

    def all_of(self, truths: Sequence[nw.Expr]) -> nw.Expr:
        """Kleene's `and`."""
        return reduce(and_, truths)

    def any_of(self, truths: Sequence[nw.Expr]) -> nw.Expr:
        """Kleene's `or`."""
        return reduce(or_, truths)

    def cases(self, cases: Sequence[Case[nw.Expr]], otherwise: nw.Expr) -> nw.Expr:
        """Nested from the last."""
        for when, then in reversed(cases):
            otherwise = nw.when(when).then(then).otherwise(otherwise)
        return otherwise
