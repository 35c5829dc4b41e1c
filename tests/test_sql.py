"""Policies as SQL: run on DuckDB and SQLite against `decide`, and read by the parsers of all dialects."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import sqlglot
from sqlglot import exp

import qualeval as qe
from qualeval.bulk.queries import Dialect, sql
from tests.brute import cases
from tests.cli import run
from tests.frames import Table
from tests.scenarios import Scenario, Texts, scenarios

ARROW = {"int": pa.int64(), "float": pa.float64(), "text": pa.string(), "bool": pa.bool_()}
POLICY = qe.compile_hit(qe.load_hit("examples/hit.json"))
CALLED = ("Worker_Locale", "Worker_NumberHITsApproved", "Worker_PercentAssignmentsApproved", "3STUDY1DONE")

Answers = list[tuple[Any, ...]]


def of_duckdb(table: Table, query: str) -> Answers:
    """What DuckDB answers: the last columns of every row."""
    connection = duckdb.connect(config={"threads": 1})
    columns = {name: pa.array(each, ARROW[kind]) for name, (kind, each) in table.items()}
    connection.register("workers", pa.table(columns))
    found = connection.sql(query)
    assert found is not None
    return [tuple(row[len(table) :]) for row in found.fetchall()]


def of_sqlite(table: Table, query: str) -> Answers:
    """What SQLite answers, whose truths are integers."""
    connection = sqlite3.connect(":memory:")
    names = ", ".join(f'"{name}"' for name in table)
    connection.execute(f"CREATE TABLE workers ({names})")
    marks = ", ".join("?" * len(table))
    rows = zip(*(cells for _, cells in table.values()), strict=True)
    connection.executemany(f"INSERT INTO workers VALUES ({marks})", [[_sqlite(cell) for cell in row] for row in rows])
    return [tuple(row[len(table) :]) for row in connection.execute(query)]


def _sqlite(cell: Any) -> Any:
    return int(cell) if isinstance(cell, bool) else cell


def expected(each: Scenario) -> Answers:
    """What is decided, and that no cell is wrong."""
    decisions = each.decisions()
    return [(int(d.access), int(d.possible), d.unmet[0].index if d.unmet else None, False) for d in decisions]


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
@cases(60)
def test_queries_say_what_decide_says(dialect: str, seed: int, count: int) -> None:
    """Random policies over columns of every form that a table can have."""
    answered = {"duckdb": of_duckdb, "sqlite": of_sqlite}[dialect]
    for each in scenarios(seed, count, 15, texts=Texts.PLAIN):
        if not each.table:
            continue
        query = sql(each.policy, each.columns, dialect, nulls=each.nulls or "unknown", reasons=True)

        assert answered(each.table, query) == expected(each), (each.policy.requirements, each.columns, each.nulls)


@pytest.mark.parametrize("dialect", list(Dialect))
def test_every_dialect_reads_its_query(dialect: str) -> None:
    """SQLGlot's reader of the dialect finds the same tree that was written, whatever the policy."""
    for each in scenarios(5, 12, 1, texts=Texts.PLAIN):
        query = sql(each.policy, each.columns, dialect, nulls=each.nulls or "unknown", reasons=True)
        tree = sqlglot.parse_one(query, read=dialect)

        assert tree.sql(dialect=dialect, pretty=True) == query
        assert [one.alias for one in tree.expressions[1:]] == ["access", "possible", "unmet", "invalid"]
        assert {one.name for one in tree.find_all(exp.Column)} <= {*each.columns}


def test_wrong_cells_are_flagged() -> None:
    """Access and possible are 0 there: a rate of 101, a fraction, a country that is none, a lone subdivision."""
    table: Table = {
        "land": ("text", ["US", "UK", "usa", None, " US ", "US"]),
        "state": ("text", [None, None, None, "WA", "WA", "CA-ON"]),
        "rate": ("float", [98.0, 99.0, 99.0, 99.0, 101.0, 97.5]),
    }
    policy = qe.compile_requirements(POLICY.requirements[:3])
    columns = {
        "land": "Worker_Locale",
        "state": {"Type": "Worker_Locale", "Part": "Subdivision"},
        "rate": "Worker_PercentAssignmentsApproved",
    }
    for dialect, answered in (("duckdb", of_duckdb), ("sqlite", of_sqlite)):
        found = answered(table, sql(policy, columns, dialect))
        assert found == [(1, 3, False), *[(0, 0, True)] * 5]


ANYWHERE_BUT = qe.QualificationRequirement(
    qe.LOCALE, qe.Comparator.NOT_EQUAL_TO, locale_values=(qe.Locale("US", "WA"),)
)


@pytest.mark.parametrize("answered", [of_duckdb, of_sqlite])
@pytest.mark.parametrize("cell", ["US-WA,US-CA", "US-wa", "US-Utah", "US-W", "CA-ON,US-WA", "US-WA\n", "CA-Ontario"])
def test_what_is_no_code_of_a_place_is_flagged(answered: Callable[..., Answers], cell: str) -> None:
    """It would be in its country, and in no state that is excluded: so it would be let in."""
    query = sql(qe.compile_requirements([ANYWHERE_BUT]), ["Worker_Locale"], _DIALECTS[answered])

    assert answered({"Worker_Locale": ("text", [cell])}, query) == [(0, 0, True)]
    assert answered({"Worker_Locale": ("text", ["US-CA", "US-ZZ", "CA-ON", "FR"])}, query) == [(3, 3, False)] * 4


_DIALECTS = {of_duckdb: "duckdb", of_sqlite: "sqlite"}


def test_texts_among_the_numbers_of_sqlite_are_flagged() -> None:
    """It compares a text with a number as a text, or takes it for more than every number."""
    policy = qe.compile_requirements(
        [qe.QualificationRequirement(qe.NUMBER_HITS_APPROVED, qe.Comparator.GREATER_THAN, (100,))]
    )
    query = sql(policy, ["Worker_NumberHITsApproved"], "sqlite")

    assert of_sqlite({"Worker_NumberHITsApproved": ("text", ["20", 20, 101, None])}, query) == [
        (0, 0, True), (2, 2, False), (3, 3, False), (2, 3, False)
    ]  # fmt: skip


def test_trusted_tables_are_not_looked_at() -> None:
    """The query is as short as one by hand."""
    query = sql(POLICY, CALLED, "duckdb", invalid="trust", nulls={"3STUDY1DONE": "lacks"})

    assert "invalid" not in query
    assert query.count("Worker_PercentAssignmentsApproved") == 2
    table: Table = {
        "Worker_Locale": ("text", ["US-WA", "FR", None]),
        "Worker_NumberHITsApproved": ("int", [512, 90, 4000]),
        "Worker_PercentAssignmentsApproved": ("int", [98, 99, None]),
        "3STUDY1DONE": ("int", [None, None, 1]),
    }
    assert of_duckdb(table, query) == [(3, 3), (0, 0), (0, 2)]


def test_names_and_words_with_quotes_do_no_harm() -> None:
    """They are parts of a tree, and are written as the dialect quotes them."""
    name, word = 'a"b`c', "it's\\"
    policy = qe.compile_requirements([qe.exclusion("3ABC")])
    columns = {name: {"Type": "3ABC", "Cells": {word: "lacks", "x'); --": "holds"}}}
    table: Table = {name: ("text", [word, "x'); --", None])}

    for dialect in Dialect:
        query = sql(policy, columns, dialect)
        assert {each.name for each in sqlglot.parse_one(query, read=dialect).find_all(exp.Column)} == {name}
    assert [row[0] for row in of_duckdb(table, sql(policy, columns, "duckdb"))] == [3, 0, 0]


def test_the_table_is_named_as_the_dialect_names_it() -> None:
    """With its project and its schema."""
    query = sql(POLICY, CALLED, "bigquery", table="my-project.panel.workers")

    (table,) = sqlglot.parse_one(query, read="bigquery").find_all(exp.Table)
    assert (table.catalog, table.db, table.name) == ("my-project", "panel", "workers")


def refused(columns: Any, dialect: str = "duckdb", **settings: Any) -> Sequence[str]:
    """All that is wrong."""
    with pytest.raises(qe.InvalidInput) as caught:
        sql(POLICY, columns, dialect, **settings)
    return [str(each) for each in caught.value.problems]


def test_what_is_refused() -> None:
    """Unknown dialects and words, and columns that do not agree; what is no policy and no columns."""
    assert refused(CALLED, "postgresql") == ["unknown dialect `postgresql`; did you mean `postgres`?"]
    assert "way to treat invalid cells" in refused(CALLED, invalid="error")[0]
    assert len(refused({"a": "Worker_Local", "b": {"Type": "Worker_Locale", "Part": "Min"}})) == 2
    with pytest.raises(qe.WrongType, match="policy: expected an AccessPolicy"):
        sql([], CALLED, "duckdb")  # type: ignore[arg-type]
    with pytest.raises(qe.WrongType, match="columns: expected a mapping or a list of names, got str"):
        sql(POLICY, "Worker_Locale", "duckdb")



def test_columns_that_are_called_as_the_answers_are() -> None:
    """Whoever reads `access` would read the table's own."""
    meaning = {"Access": "Worker_PercentAssignmentsApproved", "invalid": "3STUDY1DONE"}

    assert refused(meaning, "duckdb") == [
        "the table has a column `Access` already; rename it in a view",
        "the table has a column `invalid` already; rename it in a view",
    ]


def test_the_command_prints_the_query(tmp_path: Path) -> None:
    """For the columns of a file, a note where the HIT asks for what no column says, and wrong columns at once."""
    meaning = tmp_path / "map.toml"
    meaning.write_text('land = "Worker_Locale"\nrate = "Worker_PercentAssignmentsApproved"\n')
    found = run("sql", "examples/hit.json", "--columns", str(meaning), "--dialect", "snowflake", "--invalid", "trust")
    columns = {"land": "Worker_Locale", "rate": "Worker_PercentAssignmentsApproved"}

    assert found.status == 0
    assert found.out == sql(POLICY, columns, "snowflake", invalid="trust") + "\n"
    assert found.err == (
        "note: no column speaks of Worker_NumberHITsApproved, 3STUDY1DONE: nothing is known of that\n"
    )
    meaning.write_text('land = "Worker_Local"\n')
    wrong = run("sql", "examples/hit.json", "--columns", str(meaning), "--dialect", "duckdb")
    assert (wrong.status, "did you mean `Worker_Locale`?" in wrong.err) == (2, True)
