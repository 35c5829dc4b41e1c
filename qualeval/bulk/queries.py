"""A policy as SQL, for where the panel lives in a warehouse: a query that adds `access` and `possible` to a table.

It is built as SQLGlot's syntax tree and never by pasting text, so a name or a word with a quote in it does no harm.
Columns of types of integers must have numbers, those of a locale texts; of what nobody can look into, words and lists
in texts are not read. A subdivision that ISO 3166 does not have is noticed where a requirement names a part of its
country; elsewhere it does not matter which it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from qualeval.bulk.cells import codes_of
from qualeval.bulk.columns import (
    Column,
    Columns,
    Dtype,
    DtypeKind,
    SourceColumn,
    column_of,
    read_columns,
)
from qualeval.bulk.expressions import PolicyWriter, reader
from qualeval.bulk.language import Case, Truth
from qualeval.errors import InvalidInput, MissingPackage, Problem, WrongType, show
from qualeval.model.actions import Action
from qualeval.model.columns import Nulls, type_and_part
from qualeval.model.grammar import is_integer
from qualeval.model.qualification_types import LOCALE, TypeNames
from qualeval.model.words import Word
from qualeval.policy.access_policy import AccessPolicy
from qualeval.values.locale import country_codes
from qualeval.values.locale_set import LocaleSet

try:
    from sqlglot import exp
except ImportError as error:
    raise MissingPackage("qualeval.bulk.queries", str(error.name), extra="sql") from error

__all__ = ["Dialect", "sql"]

E = exp.Expr


class Dialect(Word):
    """A dialect of SQL."""

    BIGQUERY = "bigquery"
    DUCKDB = "duckdb"
    POSTGRES = "postgres"
    SNOWFLAKE = "snowflake"
    SPARK = "spark"
    SQLITE = "sqlite"


class Checking(Word):
    """What becomes of cells that are no fact: a column says so, or nobody looks."""

    FLAG = "flag"
    TRUST = "trust"

    @classmethod
    def _noun(cls) -> str:
        return "way to treat invalid cells"


def sql(
    policy: AccessPolicy,
    columns: Columns | Iterable[str],
    dialect: str,
    *,
    table: str = "workers",
    nulls: Nulls = "unknown",
    invalid: str = "flag",
    reasons: bool = False,
) -> str:
    """A query over `table`: its rows with `access` and `possible`, 0 to 3, as `screen` adds them to a frame.

    `columns` says what the table's columns mean, as for `screen`, or names those that are called like types. With
    `invalid="flag"` there is a column `invalid`, and access and possible are 0 where it is true; with "trust" nobody
    looks. `reasons` adds `unmet`, the index of the first requirement that is unmet. The table must have no columns that
    are called so, of which nobody here can tell those that `columns` does not name.

    Raises:
        InvalidInput: an unknown dialect or word, columns that contradict each other; with all that is wrong.
    """
    given: object = policy
    if not isinstance(given, AccessPolicy):
        mend = "qualeval.compile_hit makes one of a HIT"
        raise WrongType(f"policy: expected an AccessPolicy, got {type(given).__name__}; {mend}")
    spoken, is_trusted = Dialect(dialect), Checking(invalid) is Checking.TRUST
    schema = _Schema.of(columns, policy.names)
    _refuse_taken(schema)
    asked = read_columns(schema, policy.ladders, policy.names, schema.said, nulls)
    language = SQLLanguage(is_trusted, _divided(policy), has_loose_types=spoken is Dialect.SQLITE)
    readers = {type_id: reader(language, each, knows_words=False) for type_id, each in asked.items()}
    writer: PolicyWriter[E] = PolicyWriter(language, policy, readers)
    added = _answers(writer, is_trusted=is_trusted, with_unmet=reasons)
    query = exp.select("*").from_(exp.to_table(table, dialect=str(spoken)))
    for name, expression in added.items():
        query = query.select(exp.alias_(expression, name))
    return query.sql(dialect=str(spoken), pretty=True)


def _refuse_taken(called: Iterable[str]) -> None:
    """InvalidInput for columns that are called as the answers are: whoever reads those would read these."""
    taken = [each for each in called if each.casefold() in ("access", "possible", "unmet", "invalid")]
    if taken:
        mend = "rename it in a view"
        raise InvalidInput([Problem(f"the table has a column {show(each)} already", help=mend) for each in taken])


def _divided(policy: AccessPolicy) -> tuple[str, ...]:
    """The countries of which a requirement names a part."""
    ladder = policy.ladders.get(LOCALE)
    sets = [each.admitted.held for each in ladder.predicates] if ladder else []
    parts = [item for each in sets if isinstance(each, LocaleSet) for item in each.exceptions.items()]
    return tuple(sorted({country for country, part in parts if not (part.is_whole or part.is_empty)}))


def _answers(writer: PolicyWriter[E], *, is_trusted: bool, with_unmet: bool) -> Mapping[str, E]:
    steps = {action: step for action in Action if (step := writer.reaches(action)) is not None}
    wrongs = [] if is_trusted else list(writer.is_invalid().values())
    wrong = writer.language.any_of(wrongs) if wrongs else None
    found = {"access": writer.access(steps, wrong), "possible": writer.possible(steps, wrong)}
    if with_unmet:
        found["unmet"] = writer.first_unmet(wrong)
    if not is_trusted:
        found["invalid"] = exp.false() if wrong is None else wrong
    return found


# --- what the columns of a table have

_NUMBER = Dtype(DtypeKind.INTEGER, "numbers", -(2**63), 2**63 - 1)
_TEXT, _BOOLEAN = Dtype(DtypeKind.TEXT, "texts"), Dtype(DtypeKind.BOOLEAN, "booleans")


@frozen(eq=False)
class _Schema(Mapping[str, Dtype]):
    """What a table's columns have, told by what they are said to mean: nobody can ask the table."""

    names: TypeNames
    called: tuple[str, ...]
    said: Columns | None

    @classmethod
    def of(cls, columns: Columns | Iterable[str], names: TypeNames) -> _Schema:
        """Of columns that are said to mean something, or are called like types."""
        if isinstance(columns, str):
            raise WrongType("columns: expected a mapping or a list of names, got str")
        called = tuple(columns)
        return cls(names, called, columns if isinstance(columns, Mapping) else None)

    def __getitem__(self, name: str) -> Dtype:
        if name not in self.called:
            raise KeyError(name)
        if self.said is None:
            found = type_and_part(name, self.names)
            return _TEXT if found is not None and found[0] == LOCALE else _NUMBER
        return _dtype(column_of(self.said[name], name), self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.called)

    def __len__(self) -> int:
        return len(self.called)


def _dtype(column: Column, names: TypeNames) -> Dtype:
    """Words of a column's own say what it has: in files they are texts, also where they are numbers or truths."""
    cells = [str(cell).casefold() for cell in column.cells]
    if cells and all(cell in ("true", "false") for cell in cells):
        return _BOOLEAN
    if cells:
        return _NUMBER if all(map(is_integer, cells)) else _TEXT
    try:
        return _TEXT if names.id_of(column.type) == LOCALE else _NUMBER
    except InvalidInput:
        return _NUMBER  # what is wrong with the type is told elsewhere


# --- the language


_FEW = 4
"""So many patterns are looked for one after the other."""


@frozen
class SQLLanguage:
    """Expressions of SQL. Where cells `are_clean` nobody looks for blanks around texts, and for empty ones.

    Of the countries that are `divided` every code is known, since it matters. In a language that `has_loose_types`, as
    SQLite, a column of numbers may have texts, which it compares as such: `20` is more than `101`.
    """

    are_clean: bool = False
    divided: tuple[str, ...] = ()
    has_loose_types: bool = False

    @property
    def reads_integers(self) -> bool:
        """Not in the same way everywhere."""
        return False

    def truth(self, value: Truth) -> E:
        """A truth, or null."""
        return exp.cast(exp.null(), "BOOLEAN") if value is None else exp.Boolean(this=value)

    def integer(self, value: int | None) -> E:
        """A small number, or null."""
        return exp.cast(exp.null(), "INT") if value is None else _literal(value)

    def cell(self, source: SourceColumn) -> E:
        """What stands in a cell."""
        column = exp.column(source.name, quoted=True)
        if source.dtype.kind is not DtypeKind.TEXT or self.are_clean:
            return column
        return exp.func("NULLIF", exp.func("TRIM", column), exp.Literal.string(""))

    def number(self, source: SourceColumn) -> E:
        """The number in a cell."""
        column = exp.column(source.name, quoted=True)
        if source.scale == 1:
            return column
        return exp.func("ROUND", exp.Mul(this=column, expression=_literal(source.scale)))

    def is_fraction(self, source: SourceColumn) -> E:
        """Whether a number is no integer: nobody knows what numbers a table has."""
        found = self._has_fraction(source)
        if not self.has_loose_types:
            return found
        is_text = exp.func("TYPEOF", exp.column(source.name, quoted=True)).isin(*_texts(["text", "blob"]))
        return exp.or_(is_text, found)

    def _has_fraction(self, source: SourceColumn) -> E:
        number = self.number(source)
        if source.scale == 1:
            return exp.NEQ(this=number, expression=exp.cast(number.copy(), "BIGINT"))
        scaled = exp.Mul(this=exp.column(source.name, quoted=True), expression=_literal(source.scale))
        beside = exp.func("ABS", exp.Sub(this=scaled, expression=number))
        return exp.GT(this=beside, expression=exp.Literal.number("0.000001"))

    def is_plain_integer(self, source: SourceColumn) -> E:
        """Nobody asks: texts are not read as integers."""
        raise NotImplementedError

    def code(self, country: SourceColumn, subdivision: SourceColumn) -> E:
        """The code of both."""
        place, part = self.cell(country), self.cell(subdivision)
        with_dash = exp.DPipe(this=place.copy(), expression=exp.Literal.string("-"))
        joined = exp.DPipe(this=with_dash, expression=part.copy())
        cases = [(self.is_missing(part), place), (_has_dash(part), part.copy())]
        return self.cases(cases, joined)

    def is_misjoined(self, country: SourceColumn, subdivision: SourceColumn) -> E:
        """Whether they do not belong together."""
        place, part = self.cell(country), self.cell(subdivision)
        is_of_other = exp.and_(_has_dash(part), exp.NEQ(this=_first(part, 2), expression=place.copy()))
        is_no_country = exp.NEQ(this=exp.Length(this=place.copy()), expression=_literal(2))
        return exp.and_(
            exp.not_(self.is_missing(part)), exp.or_(self.is_missing(place), is_of_other, is_no_country)
        )

    def is_code(self, cell: E) -> E:
        """Whether a text is the code of a country, or has the form of a place in one; see the module."""
        is_country = _first(cell, 2).isin(*_texts(sorted(country_codes() - set(self.divided))))
        is_short = exp.EQ(this=exp.Length(this=cell.copy()), expression=_literal(2))
        found = exp.and_(is_country, exp.or_(is_short, self._is_of_a_place(cell)))
        known = [code for each in self.divided for code in codes_of(each)]
        return exp.or_(found, cell.copy().isin(*_texts(known))) if known else found

    def _is_of_a_place(self, cell: E) -> E:
        """Whether it has the form `XX-Y`, of three letters or digits behind the dash at most; a list has not."""
        is_long = exp.Like(this=cell.copy(), expression=exp.Literal.string("__-_%"))
        is_list = exp.Like(this=cell.copy(), expression=exp.Literal.string("%,%"))
        is_too_long = exp.GT(this=exp.Length(this=cell.copy()), expression=_literal(6))
        return exp.and_(is_long, exp.not_(exp.or_(is_list, is_too_long)))

    def is_place(self, cell: E, countries: Collection[str], codes: Collection[str]) -> E:
        """Whether it is one of these codes, or begins with one of these countries and a dash."""
        found = [self.is_in(cell, [*countries, *codes])]
        beginnings = [f"{each}-" for each in countries]
        if len(beginnings) > _FEW:
            found.append(_first(cell, 3).isin(*_texts(beginnings)))
        else:
            patterns = _texts(f"{each}%" for each in beginnings)
            found += [exp.Like(this=cell.copy(), expression=each) for each in patterns]
        return self.any_of(found)

    def is_in(self, cell: E, values: Collection[object]) -> E:
        """Whether it is one of these."""
        listed = [_value(each) for each in values]
        if len(listed) == 1:
            return _compared(exp.EQ, cell, listed[0])
        return cell.copy().isin(*listed)

    def at_least(self, number: E, bound: int) -> E:
        """Whether it is the bound or more."""
        return _compared(exp.GTE, number, _literal(bound))

    def at_most(self, number: E, bound: int) -> E:
        """Whether it is the bound or less."""
        return _compared(exp.LTE, number, _literal(bound))

    def exceeds(self, number: E, other: E) -> E:
        """Whether it is more."""
        return _compared(exp.GT, number, other)

    def is_missing(self, cell: E) -> E:
        """Whether it is null."""
        return _compared(exp.Is, cell, exp.null())

    def or_else(self, truth: E, otherwise: bool) -> E:
        """The truth, and where it is null the other one."""
        return exp.func("COALESCE", truth.copy(), self.truth(otherwise))

    def negation(self, truth: E) -> E:
        """Not so."""
        return exp.not_(truth.copy())

    def all_of(self, truths: Sequence[E]) -> E:
        """Kleene's `and`, which is SQL's."""
        return exp.and_(*truths)

    def any_of(self, truths: Sequence[E]) -> E:
        """Kleene's `or`, which is SQL's."""
        return exp.or_(*truths)

    def cases(self, cases: Sequence[Case[E]], otherwise: E) -> E:
        """The value of the first case that is true."""
        found = exp.Case()
        for when, then in cases:
            found = found.when(when.copy(), then.copy())
        return found.else_(otherwise.copy())


def _compared(kind: type[exp.Binary], left: E, right: E) -> E:
    """A tree knows no precedence, but what is written of it does."""
    return kind(this=_operand(left), expression=_operand(right))


def _operand(side: E) -> E:
    return exp.paren(side) if isinstance(side, exp.Binary | exp.Predicate | exp.Unary) else side.copy()


def _literal(value: int) -> E:
    return exp.Literal.number(value)


def _value(value: object) -> E:
    match value:
        case bool():
            return exp.Boolean(this=value)
        case int():
            return _literal(value)
    return exp.Literal.string(str(value))


def _texts(texts: Iterable[str]) -> list[E]:
    return [exp.Literal.string(each) for each in texts]


def _first(cell: E, length: int) -> E:
    return exp.Substring(this=cell.copy(), start=_literal(1), length=_literal(length))


def _has_dash(cell: E) -> E:
    return exp.Like(this=cell.copy(), expression=exp.Literal.string("%-%"))
