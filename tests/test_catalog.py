"""Catalogs over frames of every kind: as many may take each HIT, and the same ones, as `decide` says row by row."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from random import Random
from typing import Any

import narwhals as nw
import polars as pl
import pytest

import qualeval as qe
from qualeval.bulk import aggregates, census, parts
from qualeval.bulk.aggregates import counted_there
from qualeval.bulk.catalog import Catalog
from qualeval.bulk.census import Census
from qualeval.bulk.screening import Invalid, lazy_dtype
from qualeval.model.requirements import Comparator, QualificationRequirement
from tests.frames import ENGINES, Engine, Table, every_engine
from tests.scenarios import Scenario, Texts, scenarios

COUNTS = ["discover", "preview", "accept", "possible_discover", "possible_preview", "possible_accept"]
RATE, STUDY = "Worker_PercentAssignmentsApproved", "3STUDY"


@pytest.fixture(autouse=True)
def quiet() -> Any:
    """Random columns may well be empty."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", qe.DoubtfulColumn)
        yield


def policies(each: Scenario, others: list[Scenario], random: Random) -> Mapping[str, qe.AccessPolicy]:
    """The policy of a scenario, parts of it, and policies about other types too."""
    asked = each.policy.requirements
    some = [qe.compile_requirements(random.sample(asked, random.randint(0, len(asked)))) for _ in range(4)]
    more = [qe.compile_requirements((*asked, *random.choice(others).policy.requirements)) for _ in range(2)]
    listed = [each.policy, *some, *more, random.choice(others).policy]
    return {f"3HIT{place}": policy for place, policy in enumerate(listed)}


def looped(asked: Mapping[str, qe.AccessPolicy], each: Scenario) -> list[list[Any]]:
    """The rows of the answer, from a loop over the workers."""
    workers = [qe.worker(None, facts) for facts in each.facts]
    rows: list[list[Any]] = []
    for hit_id, policy in asked.items():
        decisions = [policy.decide(worker) for worker in workers]
        rows.append([hit_id, *(sum(one.access.permits(action) for one in decisions) for action in qe.Action)])
        rows[-1] += [sum(one.possible.permits(action) for one in decisions) for action in qe.Action]
    return rows


@every_engine
def test_counts_are_those_of_a_loop(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random policies and columns of every form; parts whose size does not divide the rows."""
    monkeypatch.setattr(parts, "PART", 23)
    random = Random("catalog")
    count = {"spark": 1, "duckdb": 20}.get(engine.name, 40)
    drawn = list(scenarios(7, count, 61, texts=Texts.WORDS if engine.is_lazy else Texts.ALL))
    for each in drawn:
        asked = policies(each, drawn, random)
        frame = engine.make({**each.table, "place": ("int", list(range(61)))})
        found = Catalog(asked).count(frame, columns=each.columns, nulls=each.nulls or "unknown")

        assert type(found) is type(frame)
        rows = engine.rows(found)
        assert [list(row) for row in rows[:1]] == [["hit_id", *COUNTS]]
        assert [[*row.values()] for row in rows] == looped(asked, each)


@pytest.mark.parametrize("name", ["polars lazy", "duckdb"])
def test_counts_that_are_aggregates(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a frame is computed elsewhere it is counted there; every engine that is lazy can."""
    monkeypatch.setattr(aggregates, "_TOGETHER", 3)
    (engine,) = (each for each in ENGINES if each.name == name)
    random = Random("aggregates")
    drawn = list(scenarios(13, 12, 20, texts=Texts.WORDS))
    for each in drawn:
        asked = policies(each, drawn, random)
        lazy = nw.from_native(engine.make({**each.table, "place": ("int", list(range(20)))}))
        asking = Census(Catalog(asked)._plan, each.columns, each.nulls or "unknown", Invalid.ERROR, qe.TypeNames())
        schema = {name: lazy_dtype(lazy, name, dtype) for name, dtype in lazy.collect_schema().items()}
        counted = counted_there(lazy, asking.plan, asking.columns_of(schema), looks=True)
        by_policy = dict(zip(dict.fromkeys(asked.values()), counted.tolist(), strict=True))

        assert [[hit_id, *by_policy[policy]] for hit_id, policy in asked.items()] == looped(asked, each)


@pytest.mark.slow
def test_spark_does_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a Spark frame one row of counts comes back from each pass, and no Python runs in the plan."""
    plans, row = [], aggregates._row

    def watched(frame: nw.LazyFrame[Any]) -> Any:
        native = frame.to_native()
        plans.append(native._jdf.queryExecution().executedPlan().toString())
        assert native.count() == 1
        return row(frame)

    monkeypatch.setattr(aggregates, "_row", watched)
    engine = ENGINES[-1]
    table: Table = {RATE: ("int", [97, 99, None]), STUDY: ("int", [None, 1, 0])}
    rows = engine.rows(CATALOG.count(engine.make(table), nulls={STUDY: "lacks"}))

    assert [row["accept"] for row in rows] == [1, 1, 3]
    assert [row["possible_accept"] for row in rows] == [2, 1, 3]
    assert len(plans) == 2
    assert not any("Python" in plan or "UDF" in plan for plan in plans)


@pytest.mark.slow
def test_cells_of_spark_that_are_no_fact() -> None:
    """They are counted, and told by column."""
    frame = ENGINES[-1].make({RATE: ("int", [97, 101, 102])})
    mend = "`screen` says in its column `invalid` which"
    with pytest.raises(qe.InvalidInput, match=f"{RATE}: 2 rows have a cell that is no fact; {mend}"):
        CATALOG.count(frame)


@every_engine
def test_the_eligible_are_those_of_a_loop(engine: Engine) -> None:
    """Their rows as they are, in a frame of the same kind."""
    count = {"spark": 1, "duckdb": 8}.get(engine.name, 12)
    for each in scenarios(11, count, 20, texts=Texts.WORDS if engine.is_lazy else Texts.ALL):
        numbers = ("int", list(range(len(each.facts))))
        frame = engine.make({**each.table, "place": numbers})
        catalog = Catalog({"3HIT": each.policy})
        for action in qe.Action:
            columns = each.columns or {}
            found = catalog.eligible(frame, "3HIT", action, columns=columns, nulls=each.nulls or "unknown")
            expected = [place for place, one in enumerate(each.decisions()) if one.permits(action)]

            assert type(found) is type(frame)
            rows = engine.rows(found)
            assert sorted(row["place"] for row in rows) == expected
            assert all(list(row) == [*each.table, "place"] for row in rows)


def at_least(type_id: str, value: int) -> qe.HIT:
    """A HIT for those with this value at least."""
    return qe.HIT((QualificationRequirement(type_id, Comparator.GREATER_THAN_OR_EQUAL_TO, (value,)),))


CATALOG = Catalog({"3RATE": at_least(qe.PERCENT_APPROVED, 98), "3STUDY": at_least(STUDY, 1), "3OPEN": qe.HIT()})


def accept_counts(table: Table, **settings: Any) -> list[tuple[int, int]]:
    """How many may accept each HIT of the catalog, and how many might, in a frame of Polars'."""
    (polars,) = (engine for engine in ENGINES if engine.name == "polars")
    found: pl.DataFrame = CATALOG.count(polars.make(table), **settings)
    return found.select("accept", "possible_accept").rows()


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({RATE: ("int", []), STUDY: ("int", [])}, [(0, 0), (0, 0), (0, 0)]),
        ({RATE: ("int", [99]), STUDY: ("int", [0])}, [(1, 1), (0, 0), (1, 1)]),
        ({RATE: ("int", [None, None]), STUDY: ("int", [None, None])}, [(0, 2), (0, 2), (2, 2)]),
        ({RATE: ("int", [99, 99, 97]), STUDY: ("int", [1, 1, None])}, [(2, 2), (2, 3), (3, 3)]),
        ({"name": ("text", ["a", "b"])}, [(0, 2), (0, 2), (2, 2)]),
    ],
)
def test_small_frames(table: Table, expected: list[tuple[int, int]]) -> None:
    """No row, one row, all null, the same row twice, no column that speaks of a type."""
    assert accept_counts(table) == expected


def test_empty_cells() -> None:
    """They mean what the caller says."""
    table: Table = {STUDY: ("int", [1, None, None])}

    assert accept_counts(table)[1] == (1, 3)
    assert accept_counts(table, nulls="lacks")[1] == (1, 1)
    assert accept_counts(table, nulls={STUDY: "lacks"})[1] == (1, 1)


def test_columns_of_other_names() -> None:
    """Also for `eligible`."""
    frame = pl.DataFrame({"rate": [0.97, 0.99], "name": ["a", "b"]})
    columns = {"rate": qe.bulk.Column(RATE, scale=100)}

    assert CATALOG.count(frame, columns=columns)["accept"].to_list() == [1, 0, 2]
    assert CATALOG.eligible(frame, "3RATE", columns=columns).rows() == [(0.99, "b")]


def test_names_of_types() -> None:
    """A catalog is told what types are called."""
    names = qe.TypeNames({"study": STUDY})
    catalog = Catalog({"3STUDY": at_least(STUDY, 1)}, names=names)
    frame = pl.DataFrame({"study": [0, 1, 2]})

    for each in (catalog, catalog.adding({"3OPEN": qe.HIT()}).without(["3OPEN"])):
        assert each.count(frame).rows() == [("3STUDY", 3, 3, 2, 3, 3, 2)]
        assert each.eligible(frame, "3STUDY").rows() == [(1,), (2,)]


def test_rows_are_in_the_order_of_the_hits() -> None:
    """One for each, also where policies are equal, and none for what was removed."""
    catalog = CATALOG.adding({"3AGAIN": at_least(qe.PERCENT_APPROVED, 98)}).without(["3STUDY"])
    found = catalog.count(pl.DataFrame({RATE: [97, 98]}))

    assert found.select("hit_id", "accept").rows() == [("3RATE", 1), ("3OPEN", 2), ("3AGAIN", 1)]
    assert Catalog().count(pl.DataFrame({RATE: [97]})).rows() == []


@pytest.mark.parametrize("make", [pl.DataFrame, pl.LazyFrame])
def test_cells_that_are_no_fact(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them are told, of a lazy frame those of the first part that has any; or nobody looks."""
    monkeypatch.setattr(parts, "PART", 4)
    frame = make({RATE: [99, 98, 97, 99, 101, 99], STUDY: ["1", "2", "lacks", "3", "many", "0..1"]})
    with pytest.raises(qe.InvalidInput) as caught:
        CATALOG.count(frame)

    assert [each.message.partition(",")[0] for each in caught.value.problems] == ["got 101", "got `many`"]
    ready = make({RATE: [99, 98]})
    assert nw.from_native(CATALOG.count(ready, invalid="trust")).lazy().collect()["accept"].to_list() == [2, 0, 2]


def test_what_is_refused() -> None:
    """No frame, a HIT that is not there, rows that would be flagged."""
    frame = pl.DataFrame({RATE: [99]})
    with pytest.raises(qe.WrongType, match=r"frame: expected pandas', .* got dict"):
        CATALOG.count({RATE: [99]})
    with pytest.raises(qe.HITNotFound, match="no HIT `3RAT` in the catalog; did you mean `3RATE`"):
        CATALOG.eligible(frame, "3RAT")
    with pytest.raises(qe.InvalidInput, match="invalid: a count has no rows to flag; expected `error` or `trust`"):
        CATALOG.count(frame, invalid="flag")


def test_a_lazy_frame_is_read_in_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Of a file no more is held than parts."""
    monkeypatch.setattr(parts, "PART", 1000)
    path = tmp_path / "pool.parquet"
    pl.DataFrame({RATE: [place % 101 for place in range(10_100)]}).write_parquet(path, row_group_size=500)
    sizes = []
    read = parts.PartReader.__call__

    def watched(self: Any, table: pl.DataFrame) -> Any:
        sizes.append(len(table))
        return read(self, table)

    monkeypatch.setattr(parts.PartReader, "__call__", watched)
    found = CATALOG.count(pl.scan_parquet(path)).collect()

    assert found["accept"].to_list() == [300, 0, 10_100]
    assert sum(sizes) == 10_100
    assert max(sizes) <= 1000


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (pl.scan_parquet, True),
        (lambda path: pl.scan_parquet(path).with_columns(more=1), True),
        (lambda path: pl.scan_parquet(path).filter(pl.col(RATE) < 50), False),
        (lambda path: pl.scan_parquet(path).filter(pl.col(RATE) < 50).head(5000), False),
        (lambda path: pl.read_parquet(path).lazy(), False),
    ],
)
def test_parquet_files_are_sliced(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, plan: Any, expected: bool) -> None:
    """A file alone is, since batches are read ahead without end; a plan that does more is not, and counts the same."""
    monkeypatch.setattr(census, "PART", 100)
    path = tmp_path / "pool.parquet"
    pl.DataFrame({RATE: [place % 101 for place in range(10_100)]}).write_parquet(path, row_group_size=500)
    seen = []
    sliced = census._sliced

    def watched(frame: pl.LazyFrame) -> Any:
        seen.append(frame)
        return sliced(frame)

    monkeypatch.setattr(census, "_sliced", watched)
    frame = plan(path)

    assert CATALOG.count(frame).collect()["accept"].to_list() == CATALOG.count(frame.collect())["accept"].to_list()
    assert bool(seen) is expected
