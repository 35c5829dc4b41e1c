"""What screening does with frames beside the answers: kinds, plans, odd columns, and what it refuses."""

from __future__ import annotations

import decimal
import json
import shutil
import subprocess
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import qualeval as qe
from qualeval.bulk.screening import screen
from tests.frames import ENGINES, NO_JAVA, Engine, Table, every_engine, every_lazy_engine, without_spark

G, R = qe.Comparator, qe.QualificationRequirement
IN_US = R(qe.LOCALE, G.IN, locale_values=(qe.Locale("US"), qe.Locale("CA", "ON")))
RATE = R(qe.PERCENT_APPROVED, G.GREATER_THAN_OR_EQUAL_TO, (98,))
LACKED = R("3ABC", G.DOES_NOT_EXIST)
POLICY = qe.compile_requirements([IN_US, RATE, LACKED])
RATES = qe.compile_requirements([RATE])
SCORES = qe.compile_requirements([R("3ABC", G.GREATER_THAN, (2**40,))])

TABLE: Table = {
    "WorkerId": ("text", ["A1", "A2", "A2", "A4"]),
    "Worker_Locale": ("text", ["US", "CA-ON", None, "FR"]),
    "Worker_PercentAssignmentsApproved": ("int", [98, 97, None, 100]),
    "3ABC": ("int", [None, 1, None, None]),
}
ACCESS, POSSIBLE = [2, 2, 2, 2], [3, 2, 3, 2]


def relation_of(query: str) -> duckdb.DuckDBPyRelation:
    """What DuckDB would find."""
    found = duckdb.sql(query)
    assert found is not None
    return found


def answers(engine: Engine, frame: Any, *names: str) -> list[tuple[Any, ...]]:
    """Some columns of a frame."""
    return [tuple(row[name] for name in names) for row in engine.rows(frame)]


# --- the frame that comes back


@every_engine
def test_the_same_kind_of_frame_comes_back(engine: Engine) -> None:
    """With all its columns and rows as they were, two more, and ids that are there twice."""
    frame = engine.make(TABLE)
    found = screen(frame, POLICY)

    assert type(found) is type(frame)
    assert answers(engine, found, "WorkerId") == [(each,) for each in TABLE["WorkerId"][1]]
    assert answers(engine, found, "access", "possible") == list(zip(ACCESS, POSSIBLE, strict=True))
    added = ["access", "possible", "invalid"] if engine.is_lazy else ["access", "possible"]
    assert nw.from_native(found).collect_schema().names() == [*TABLE, *added]


@every_engine
def test_answers_are_small_integers(engine: Engine) -> None:
    """Eight bits are enough for four levels, in every kind of frame."""
    schema = nw.from_native(screen(engine.make(TABLE), POLICY)).collect_schema()

    assert {schema["access"], schema["possible"]} == {nw.Int8}


@every_engine
def test_empty_cells_can_mean_lacking(engine: Engine) -> None:
    """Of a type that can be lacked."""
    found = screen(engine.make(TABLE), POLICY, nulls={"3ABC": "lacks"})

    assert answers(engine, found, "access", "possible") == [(3, 3), (2, 2), (2, 3), (2, 2)]


@every_engine
def test_frames_without_rows(engine: Engine) -> None:
    """Nothing in, nothing out."""
    if engine.name == "pandas":
        pytest.skip("NumPy's columns of nothing have no type")
    empty: Table = {name: (kind, []) for name, (kind, _) in TABLE.items()}

    assert engine.rows(screen(engine.make(empty), POLICY)) == []


@every_engine
def test_types_without_a_column_are_unknown(engine: Engine) -> None:
    """A frame that speaks of no type, and a HIT that asks for none."""
    frame = engine.make({"WorkerId": TABLE["WorkerId"]})

    assert answers(engine, screen(frame, POLICY), "access", "possible") == [(2, 3)] * 4
    assert answers(engine, screen(frame, qe.compile_requirements([])), "access", "possible") == [(3, 3)] * 4


@every_engine
def test_invalid_cells_are_flagged(engine: Engine) -> None:
    """With `flag`, and always where a frame cannot be looked into: access and possible are 0 there."""
    table: Table = {
        "Worker_Locale": ("text", ["US", "XX", "US-XX", "US", "CA"]),
        "Worker_PercentAssignmentsApproved": ("float", [98.0, 99.0, 100.0, 97.5, 101.0]),
    }
    found = screen(engine.make(table), qe.compile_requirements([RATE, IN_US]), invalid="flag", reasons=True)

    rows = answers(engine, found, "access", "possible", "unmet", "invalid")
    assert rows == [(3, 3, None, False), *[(0, 0, None, True)] * 4]


@every_engine
def test_trusted_cells_are_not_looked_at(engine: Engine) -> None:
    """The answers are the same where all cells are plain, and no column says that they are."""
    found = screen(engine.make(TABLE), POLICY, invalid="trust")

    assert answers(engine, found, "access", "possible") == list(zip(ACCESS, POSSIBLE, strict=True))
    assert "invalid" not in engine.rows(found)[0]


@every_engine
def test_integers_at_the_ends_of_what_a_column_can_hold(engine: Engine) -> None:
    """Sixty-three bits, and requirements that no such column can ever meet or miss."""
    table: Table = {"3ABC": ("int", [2**63 - 1, -(2**63) + 1, 0, None])}
    for bound, expected in ((2**63 - 2, [3, 2, 2, 2]), (2**80, [2, 2, 2, 2]), (-(2**80), [3, 3, 3, 2])):
        policy = qe.compile_requirements([R("3ABC", G.GREATER_THAN, (bound,))])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", qe.DoubtfulColumn)
            if engine.name == "pandas":  # its integers beside empty cells are floats
                table = {"3ABC": ("int", [2**63 - 1, -(2**63) + 1, 0])}
            found = answers(engine, screen(engine.make(table), policy), "access")

        assert [each for (each,) in found] == expected[: len(found)]


# --- lazy frames


class _Watched(pl.LazyFrame):
    def collect(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("a lazy frame was collected")


def test_polars_lazy_frames_are_not_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers are expressions of the plan."""
    frame = pl.LazyFrame({"3ABC": [1, None]})
    monkeypatch.setattr(pl.LazyFrame, "collect", _Watched.collect)

    found = screen(frame, POLICY, reasons=True)

    assert isinstance(found, pl.LazyFrame)
    assert "access" in found.explain()


def test_duckdb_relations_are_not_executed() -> None:
    """A relation over a table that would fail when it is read is screened all the same."""
    relation = duckdb.connect().sql("""select error('read')::bigint as "3ABC" """)

    found = screen(relation, POLICY)

    with pytest.raises(duckdb.Error, match="read"):
        found.fetchall()


@pytest.mark.slow
def test_sparks_plan_has_no_python_and_nothing_is_collected() -> None:
    """All is Spark's own expressions: no Python runs on the workers, and no job on the driver."""
    (engine,) = [each for each in ENGINES if each.name == "spark"]
    frame = engine.make(TABLE)
    tracker = frame.sparkSession.sparkContext.statusTracker()
    before = tracker.getJobIdsForGroup()
    found = screen(frame, POLICY, reasons=True)

    assert tracker.getJobIdsForGroup() == before
    plan = found._jdf.queryExecution().toString()
    assert "access" in plan
    assert not [word for word in ("Python", "ArrowEval", "BatchEval", "UDF") if word in plan]


@pytest.mark.slow
def test_spark_connect(root: Path) -> None:
    """A session whose driver is elsewhere: the same answers, a frame of the same kind, and no Python in the plan."""
    if shutil.which("java") is None:
        pytest.skip(NO_JAVA)
    pytest.importorskip("grpc")
    done = subprocess.run(
        [sys.executable, "-m", "tests.connect_once"], cwd=root, capture_output=True, text=True, check=False
    )

    assert done.stdout, done.stderr
    assert json.loads(done.stdout) == [
        "pyspark.sql.connect.dataframe",
        False,
        [[3, 3, None, False], [0, 0, 0, False], [0, 2, 3, False], [0, 0, None, True]],
    ]


@every_lazy_engine
def test_a_lazy_frame_always_says_what_is_invalid(engine: Engine) -> None:
    """Nobody has looked into it, so whoever computes it must be told."""
    found = screen(engine.make({"Worker_PercentAssignmentsApproved": ("int", [101, 100])}), RATES)

    assert answers(engine, found, "access", "invalid") == [(0, True), (3, False)]


# --- columns of odd kinds


def test_categorical_texts() -> None:
    """Categories and enums are texts; so are the dictionaries of Arrow."""
    cells = ["US", "FR", None, "US"]
    policy = qe.compile_requirements([IN_US])
    frame = pl.DataFrame({"Worker_Locale": pl.Series(cells, dtype=pl.Categorical)})
    enum = pl.DataFrame({"Worker_Locale": pl.Series(cells, dtype=pl.Enum(["US", "FR"]))})
    pandas = pd.DataFrame({"Worker_Locale": pd.Categorical(cells)})
    arrow = pa.table({"Worker_Locale": pa.chunked_array([cells[:1], cells[1:]]).dictionary_encode()})

    for each in (frame, enum):
        assert screen(each, policy)["access"].to_list() == [3, 2, 2, 3]
    assert screen(frame.lazy(), policy).collect()["access"].to_list() == [3, 2, 2, 3]
    assert screen(pandas, policy)["access"].to_list() == [3, 2, 2, 3]
    assert screen(arrow, policy)["access"].to_pylist() == [3, 2, 2, 3]


def test_integers_larger_than_those_of_a_machine() -> None:
    """As Python's objects, as texts, as 128 bits; a column of unsigned ones meets what it always meets."""
    cells = [2**100, -(2**100), 2**40 + 1, None]
    expected = [3, 2, 3, 2]
    texts = [None if each is None else str(each) for each in cells]

    assert screen(pd.DataFrame({"3ABC": pd.Series(cells, dtype=object)}), SCORES)["access"].to_list() == expected
    assert screen(pl.DataFrame({"3ABC": texts}), SCORES)["access"].to_list() == expected
    wide = pl.DataFrame({"3ABC": pl.Series(cells, dtype=pl.Int128)})
    assert screen(wide, SCORES)["access"].to_list() == expected
    unsigned = pl.DataFrame({"3ABC": pl.Series([2**64 - 1, 0], dtype=pl.UInt64)})
    assert screen(unsigned, SCORES)["access"].to_list() == [3, 2]
    relation = relation_of(f"""select x::hugeint as "3ABC" from (values ({2**100}), ({-(2**100)}), (1)) t(x)""")
    assert [row[1] for row in screen(relation, SCORES).fetchall()] == [3, 2, 2]


def test_a_text_too_long_for_a_lazy_frame_is_flagged() -> None:
    """Not read as another number: access is 0, and the column says why."""
    found = screen(pl.LazyFrame({"3ABC": ["9" * 19, "9" * 18]}), SCORES).collect()

    assert found.select("access", "invalid").rows() == [(0, True), (3, False)]


def test_floats_beyond_what_they_can_count_are_no_integers() -> None:
    """Above 2^53 a float does not say which integer it is."""
    with pytest.raises(qe.InvalidInput, match="3ABC: got"):
        screen(pl.DataFrame({"3ABC": [2.0**60]}), SCORES)
    found = screen(pl.LazyFrame({"3ABC": [2.0**60, float("inf"), 2.0**50]}), SCORES).collect()

    assert found["invalid"].to_list() == [True, True, False]


def test_decimals_of_whole_numbers_are_integers() -> None:
    """As databases hand them out; another one is an error."""
    cells = [decimal.Decimal("98.00"), decimal.Decimal("97.50")]
    frame = pl.DataFrame({"Worker_PercentAssignmentsApproved": cells})

    assert screen(frame[:1], RATES)["access"].to_list() == [3]
    with pytest.raises(qe.InvalidInput, match=r"got `97\.50`, expected an integer, in row 1"):
        screen(frame, RATES)


def test_columns_of_nothing() -> None:
    """Columns that have only nulls have a type of their own in Polars, Arrow and DuckDB."""
    nulls = {"3ABC": [None, None], "Worker_PercentAssignmentsApproved_min": [None, None]}
    policy = qe.compile_requirements([LACKED, RATE])
    with pytest.warns(qe.DoubtfulColumn) as told:
        assert screen(pl.DataFrame(nulls), policy)["possible"].to_list() == [3, 3]
    assert [str(each.message) for each in told] == [
        f"the column `{name}` is empty: all its cells are null" for name in nulls
    ]
    assert {each.filename for each in told} == {__file__}
    with pytest.warns(qe.DoubtfulColumn):
        assert screen(pa.table(nulls), policy, nulls="lacks")["access"].to_pylist() == [2, 2]
    assert screen(pl.LazyFrame(nulls), policy).collect()["possible"].to_list() == [3, 3]
    relation = relation_of("""select null as "3ABC", null as "Worker_PercentAssignmentsApproved_min" """)
    assert screen(relation, policy).fetchall()[0][2:4] == (2, 3)


def test_pandas_keeps_its_index_and_its_other_columns() -> None:
    """Also an index with labels that are there twice, and columns whose names are no texts."""
    frame = pd.DataFrame({"3ABC": [1, None, 3], 7: ["x", "y", "z"]}, index=["b", "a", "a"])
    found = screen(frame, POLICY)

    assert list(found.index) == ["b", "a", "a"]
    assert list(found.columns) == ["3ABC", 7, "access", "possible"]
    assert found["possible"].to_list() == [2, 3, 2]


# --- what is refused


def refused(frame: Any, policy: qe.AccessPolicy = POLICY, **settings: Any) -> list[str]:
    """All that is wrong."""
    with pytest.raises(qe.InvalidInput) as caught:
        screen(frame, policy, **settings)
    return [str(each) for each in caught.value.problems]


def test_cells_that_are_no_fact_are_told_with_their_rows() -> None:
    """Each once, with how many rows there are and the first of them; all columns at once."""
    frame = pl.DataFrame(
        {
            "Worker_Locale": ["US", "UK", "UK", "US"],
            "Worker_PercentAssignmentsApproved": [101, 98, 101, 98],
            "3ABC": ["lacks", "many", "1..x", "3..1"],
        }
    )

    assert refused(frame) == [
        "Worker_Locale: unknown country `UK`, in 2 rows (1, 2); did you mean `GB`?",
        "Worker_PercentAssignmentsApproved: got 101, expected values within 0..100, in 2 rows (0, 2)",
        "3ABC: got `many`, in row 1; expected `98`, `95..100`, `95..`, `..94`, `1,3,8`, `lacks`, `holds` or `unknown`",
        "3ABC: got `1..x`, in row 2; expected `98`, `95..100`, `95..`, `..94`, `1,3,8`, `lacks`, `holds` or `unknown`",
        "3ABC: got the inverted range 3..1, in row 3; write 1..3",
    ]


def test_ranges_that_are_none() -> None:
    """Inverted, or with an end that cannot be."""
    frame = pl.DataFrame(
        {
            "Worker_PercentAssignmentsApproved_min": [90, 99, None],
            "Worker_PercentAssignmentsApproved_max": [101, 98, 98],
        }
    )

    assert [each.partition(": ")[2] for each in refused(frame, RATES)] == [
        "got 90..101, expected values within 0..100, in row 0",
        "got the inverted range 99..98, in row 1; write 98..99",
    ]


def test_subdivisions_beside_the_wrong_country() -> None:
    """A subdivision alone, one of another country, and one that is said twice."""
    frame = pl.DataFrame(
        {
            "Worker_Locale": [None, "CA", "US-WA", "US"],
            "Worker_Locale_Subdivision": ["WA", "US-WA", "WA", "US-WA"],
        }
    )
    policy = qe.compile_requirements([IN_US])

    assert len(refused(frame, policy)) == 3
    found = screen(frame, policy, invalid="flag")
    assert found["invalid"].to_list() == screen(frame.lazy(), policy).collect()["invalid"].to_list()
    assert found["invalid"].to_list() == [True, True, True, False]


def test_a_great_many_invalid_cells_are_counted() -> None:
    """Twenty are told, and how many more there are."""
    found = refused(pl.DataFrame({"Worker_PercentAssignmentsApproved": range(101, 1101)}), RATES)

    assert len(found) == 21
    assert found[-1] == "Worker_PercentAssignmentsApproved: 980 more cells are no fact"


@every_engine
def test_all_that_is_wrong_with_columns_is_one_error(engine: Engine) -> None:
    """Kinds that say nothing, names that are nearly right, and columns that are called as the answers are."""
    table: Table = {
        "access": ("int", [1]),
        "invalid": ("int", [1]),
        "Worker_Locale": ("int", [1]),
        "Worker_PercentAssignmentApproved": ("int", [1]),
        "3ABC": ("bool", [True]),
    }
    found = refused(engine.make(table), invalid="flag", nulls={"Worker_Adult": "lacks"})

    assert len(found) == 6
    for words in ("column `access` already", "column `invalid` already", "expected texts", "did you mean", "integers"):
        assert any(words in each for each in found)


@every_lazy_engine
def test_a_column_is_not_taken_for_an_answer(engine: Engine) -> None:
    """DuckDB and Spark take `Access` for `access`: their own column would come back as the answer."""
    frame = engine.make({"Worker_PercentAssignmentsApproved": ("int", [97]), "Access": ("int", [3])})

    if engine.name == "polars lazy":
        assert engine.rows(screen(frame, RATES))[0]["access"] == 2
        return
    assert refused(frame, RATES) == ["there is a column `Access` already; rename it, or drop it"]
    with pytest.raises(qe.InvalidInput, match="column `Access` already"):
        qe.bulk.Catalog({"H": RATES}).eligible(frame, "H")


THOUSANDS: Mapping[str, Any] = {"n": qe.bulk.Column(qe.NUMBER_HITS_APPROVED, scale=1000)}


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt8, pl.Int16, pl.Int32, pl.Int64, pl.UInt64, pl.Int128])
@pytest.mark.parametrize("is_lazy", [False, True])
def test_integers_are_scaled_whatever_their_width(dtype: Any, is_lazy: bool) -> None:
    """70 thousands are 70,000, also in a column of 8 bits, which would make 112 of them."""
    few = qe.compile_requirements([R(qe.NUMBER_HITS_APPROVED, G.LESS_THAN, (65_000,))])
    frame = pl.DataFrame({"n": pl.Series([64, 70, 65, None], dtype=dtype)})
    found = screen(frame.lazy() if is_lazy else frame, few, columns=THOUSANDS).lazy().collect()

    assert found.select("access", "possible").rows() == [(3, 3), (2, 2), (2, 2), (2, 3)]
    counts = qe.bulk.Catalog({"H": few}).count(frame, columns=THOUSANDS)
    assert counts.select("accept", "possible_accept").rows() == [(1, 2)]


@pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt64, pl.Int128])
@without_spark
def test_integers_too_large_to_be_scaled_are_flagged(engine: Engine, dtype: Any) -> None:
    """They would come round to some other number."""
    few = qe.compile_requirements([R(qe.NUMBER_HITS_APPROVED, G.LESS_THAN, (65_000,))])
    cells = [2**63 // 1000 + 1, 2**63 - 1, 1]
    frame = engine.make({"n": ("int", cells)})
    if engine.name.startswith("polars"):
        frame = frame.cast({"n": dtype})

    rows = engine.rows(screen(frame, few, columns=THOUSANDS, invalid="flag"))

    assert [(row["access"], row["invalid"]) for row in rows] == [(0, True), (0, True), (3, False)]


def test_rates_in_floats_of_32_bits_are_scaled() -> None:
    """A hundredth has no exact one."""
    frame = pl.DataFrame({"n": pl.Series([each / 100 for each in range(101)], dtype=pl.Float32)})
    columns = {"n": qe.bulk.Column(qe.PERCENT_APPROVED, scale=100)}

    assert screen(frame, RATES, columns=columns)["access"].to_list().count(3) == 3
    assert refused(pl.DataFrame({"n": pl.Series([0.975, 0.9799], dtype=pl.Float32)}), RATES, columns=columns)


def test_rates_that_never_exceed_one_are_questioned() -> None:
    """Fractions are an error whose mend says how they are read; a column of zeros and ones is doubted."""
    frame = pl.DataFrame({"Worker_PercentAssignmentsApproved": [0.97, 0.99]})
    columns: Mapping[str, Any] = {"Worker_PercentAssignmentsApproved": qe.bulk.Column(qe.PERCENT_APPROVED, scale=100)}

    (first, _) = refused(frame, RATES)
    assert "got `0.97`, expected an integer, in row 0; where they are fractions of one, say columns=" in first
    assert screen(frame, RATES, columns=columns)["access"].to_list() == [2, 3]
    with pytest.warns(qe.DoubtfulColumn, match=r"never exceed 1; where they are fractions"):
        screen(pl.DataFrame({"Worker_PercentAssignmentsApproved": [1, 0]}), RATES)


def test_what_is_no_mapping() -> None:
    """Of the meaning of empty cells, and of cells of the frame's own words."""
    frame = pl.DataFrame({"n": [98]})
    with pytest.raises(qe.WrongType, match="nulls: expected a word or a mapping of types to words, got NoneType"):
        screen(frame, RATES, nulls=None)  # type: ignore[arg-type]
    (found,) = refused(frame, RATES, columns={"n": {"Type": qe.PERCENT_APPROVED, "Cells": [-9]}})
    assert found == "n.Cells: expected an object of cells and facts, got list"


def test_what_is_no_frame_no_policy_and_no_word() -> None:
    """Errors of ours that say what would do."""
    with pytest.raises(qe.WrongType, match=r"frame: expected pandas', Polars'.*got list"):
        screen([1], POLICY)
    with pytest.raises(qe.WrongType, match=r"policy: expected an AccessPolicy, got list; qualeval\.compile_hit"):
        screen(pl.DataFrame(), [])  # type: ignore[arg-type]
    with pytest.raises(qe.InvalidInput, match=r"unknown way to treat invalid cells `flags`; did you mean `flag`\?"):
        screen(pl.DataFrame(), POLICY, invalid="flags")


def test_cells_that_nobody_gave_a_meaning() -> None:
    """Of a column with codes of its own, one that is none of them and no plain value."""
    columns = {"done": qe.bulk.Column("3ABC", cells={True: "holds"})}

    (told,) = refused(pl.DataFrame({"done": [True, False]}), columns=columns)
    assert told == "done: got `false`, which is no fact, in row 1; say in `columns` what this cell means, too"


def test_frames_of_narwhals_and_columns_of_one_name() -> None:
    """The first come back as they are; of the second nobody could say which is meant."""
    found = screen(nw.from_native(pl.DataFrame({"3ABC": [1]})), POLICY)
    twice = pd.DataFrame([[1, 2]], columns=["3ABC", "3ABC"])

    assert isinstance(found, nw.DataFrame)
    assert refused(twice) == ["several columns have one name; rename or drop all but one"]


@pytest.mark.parametrize(
    ("package", "name", "extra"),
    [("narwhals", "screen", "frames"), ("polars", "screen_file", "frames"), ("sqlglot", "sql", "sql")],
)
def test_a_missing_package_is_told_with_its_mend(root: Path, package: str, name: str, extra: str) -> None:
    """Where it is first needed, and not before."""
    program = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "import qualeval as qe; qe.bulk.Column\n"
        f"try: qe.bulk.{name}\n"
        "except qe.MissingPackage as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)

    assert done.stdout.endswith(f" needs {package}; pip install 'qualeval[{extra}]'\n")
