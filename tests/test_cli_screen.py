"""`qualeval screen`: files of workers in and out, counts, and exit statuses."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

import qualeval as qe
from qualeval.bulk.files import frame_of
from tests import brute
from tests.cli import LOCALE, PERCENT, requirement, run

HIT = {
    "QualificationRequirements": [
        requirement(LOCALE, "In", LocaleValues=[{"Country": "US"}], ActionsGuarded="PreviewAndAccept"),
        requirement(PERCENT, "GreaterThanOrEqualTo", IntegerValues=[98]),
        requirement("3ABC", "DoesNotExist"),
    ]
}
ROWS: Sequence[Mapping[str, Any]] = [
    {"WorkerId": "A1", "Worker_Locale": "US", "Worker_PercentAssignmentsApproved": 99, "3ABC": None, "note": "007"},
    {"WorkerId": "A2", "Worker_Locale": "US-WA", "Worker_PercentAssignmentsApproved": 97, "3ABC": 1, "note": "x"},
    {"WorkerId": "A3", "Worker_Locale": None, "Worker_PercentAssignmentsApproved": None, "3ABC": None, "note": None},
]
ANSWERS = [(2, 3), (2, 2), (1, 3)]
ENDS = (".csv", ".parquet", ".jsonl", ".ndjson", ".tsv")


@pytest.fixture
def hit(tmp_path: Path) -> str:
    """A HIT with a requirement of each kind."""
    (tmp_path / "hit.json").write_text(json.dumps(HIT))
    return str(tmp_path / "hit.json")


def pool(folder: Path, end: str, rows: Sequence[Mapping[str, Any]] = ROWS) -> str:
    """The workers in a file of this kind."""
    path = folder / f"pool{end}"
    frame = pl.DataFrame(rows)
    if end == ".parquet":
        frame.write_parquet(path)
    elif end in (".csv", ".tsv"):
        frame.write_csv(path, separator="\t" if end == ".tsv" else ",")
    else:
        frame.write_ndjson(path)
    return str(path)


def read(path: Path) -> list[dict[str, object]]:
    """The rows of a file."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path).to_dicts()
    if path.suffix in (".csv", ".tsv"):
        return pl.read_csv(path, schema_overrides={"note": pl.String}).to_dicts()
    return pl.read_ndjson(path).to_dicts()


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("into", ENDS)
def test_files_in_and_out_by_name(hit: str, tmp_path: Path, end: str, into: str) -> None:
    """The same rows with two columns more; the counts are on stderr, and stdout is empty."""
    target = tmp_path / f"out{into}"
    found = run("screen", hit, pool(tmp_path, end), "-o", str(target))

    assert (found.status, found.out) == (1, "")
    assert found.err == "3 workers, accept: 0 permitted, 1 denied, 2 unknown\n"
    rows = read(target)
    assert [(row["access"], row["possible"]) for row in rows] == ANSWERS
    assert [row["note"] for row in rows] == ["007", "x", None]
    assert list(tmp_path.glob(".*")) == []


def test_counts_are_the_answer_where_nothing_is_written(hit: str, tmp_path: Path) -> None:
    """As text, and as JSON for every action."""
    path = pool(tmp_path, ".csv")
    told = run("screen", hit, path, "--nulls", "3ABC=lacks", "--action", "preview")
    counts = run("screen", hit, path, "--nulls", "3ABC=lacks", "--format", "json").json

    assert (told.status, told.out) == (3, "3 workers, preview: 2 permitted, 0 denied, 1 unknown\n")
    assert counts == {
        "hit_id": None,
        "workers": 3,
        "invalid": 0,
        "actions": {
            "discover": {"permitted": 3, "denied": 0, "unknown": 0},
            "preview": {"permitted": 2, "denied": 0, "unknown": 1},
            "accept": {"permitted": 1, "denied": 1, "unknown": 1},
        },
    }


def test_status_is_zero_where_all_may(hit: str, tmp_path: Path) -> None:
    """Of nobody too: a pool without rows has nobody who is denied."""
    assert run("screen", hit, pool(tmp_path, ".csv"), "--action", "discover").status == 0


def test_only_those_who_may_are_written(hit: str, tmp_path: Path) -> None:
    """For certain, and the counts are of all."""
    target = tmp_path / "out.csv"
    settings = ("--nulls", "lacks", "--only", "accept", "--reasons")
    found = run("screen", hit, pool(tmp_path, ".csv"), "-o", str(target), *settings)

    assert found.err == "3 workers, accept: 1 permitted, 1 denied, 1 unknown\n"
    assert [row["WorkerId"] for row in read(target)] == ["A1"]
    assert list(read(target)[0])[-3:] == ["access", "possible", "unmet"]


def test_several_hits_give_the_counts_of_each(tmp_path: Path) -> None:
    """A line a HIT, by its id; there is no output that could hold the answers of all."""
    path = tmp_path / "hits.json"
    hits = [{"HITId": "3ONE", **HIT}, {"HITId": "3TWO", "QualificationRequirements": []}]
    path.write_text(json.dumps({"HITs": hits}))
    workers = pool(tmp_path, ".parquet")
    found = run("screen", str(path), workers)
    as_json = run("screen", str(path), workers, "--format", "json")

    assert found.status == 1
    assert found.out.splitlines() == [
        "HIT 3ONE: 3 workers, accept: 0 permitted, 1 denied, 2 unknown",
        "HIT 3TWO: 3 workers, accept: 3 permitted, 0 denied, 0 unknown",
    ]
    assert [json.loads(line)["hit_id"] for line in as_json.out.splitlines()] == ["3ONE", "3TWO"]
    assert run("screen", str(path), workers, "-o", str(tmp_path / "o.csv")).status == 2


@pytest.mark.parametrize(("end", "row"), [(".csv", 3), (".jsonl", 2), (".parquet", 1)])
def test_cells_that_are_no_fact_are_told_by_their_row(hit: str, tmp_path: Path, end: str, row: int) -> None:
    """As spreadsheets count, by lines, or from zero; nothing is written. `flag` writes them with access 0."""
    wrong = [ROWS[0], {**ROWS[1], "Worker_PercentAssignmentsApproved": 101}]
    path, target = pool(tmp_path, end, wrong), tmp_path / "out.csv"
    found = run("screen", hit, path, "-o", str(target))

    assert found.status == 2
    assert f"Worker_PercentAssignmentsApproved: got 101, expected values within 0..100, in row {row}" in found.err
    assert not target.exists()
    flagged = run("screen", hit, path, "-o", str(target), "--invalid", "flag")
    assert flagged.err.endswith("; 1 with cells that are no fact\n")
    assert [(each["access"], each["invalid"]) for each in read(target)] == [(2, False), (0, True)]


def test_columns_of_somebody_else(hit: str, tmp_path: Path) -> None:
    """A TOML file, or a mapping file as `check` takes it."""
    path = tmp_path / "theirs.csv"
    path.write_text("who;land;rate;done\nx;US;0.99;no\ny;FR;1;yes\n")
    meaning = tmp_path / "map.toml"
    meaning.write_text(
        'land = "Worker_Locale"\n[rate]\nType = "Worker_PercentAssignmentsApproved"\nPart = "Min"\n'
        '[done]\nType = "3ABC"\nCells = { yes = "holds", no = "lacks" }\n'
    )
    mapping = tmp_path / "map.yaml"
    mapping.write_text("WorkerId: who\nColumns:\n  land: Worker_Locale\n  done: {Type: 3ABC, Cells: {'no': lacks}}\n")

    found = run("screen", hit, str(path), "--columns", str(mapping))
    assert found.status == 2
    assert "done: got `yes`, in row 3; write `holds`" in found.err
    assert "rate" in run("screen", hit, str(path), "--columns", str(meaning)).err
    meaning.write_text(meaning.read_text().replace("[rate]", "[rating]"))
    assert "there is no column `rating`; did you mean `rate`?" in run(
        "screen", hit, str(path), "--columns", str(meaning)
    ).err
    meaning.write_text("land = ")
    assert "this is no TOML" in run("screen", hit, str(path), "--columns", str(meaning)).err
    assert run("screen", hit, str(path), "--columns", str(tmp_path / "none.toml")).status == 2


def test_what_is_refused(hit: str, tmp_path: Path) -> None:
    """A name without a kind, no such file, an output that is there, a file that is none."""
    path = pool(tmp_path, ".csv")
    for arguments, words in (
        ((hit, "pool.xlsx"), "does not say what kind of file it is"),
        ((hit, str(tmp_path / "none.csv")), "no file"),
        ((hit, path, "-o", path), "already; choose another name"),
        ((hit, path, "-o", str(tmp_path / "out.txt")), "does not say what kind of file it is"),
        ((hit, path, "--only", "accept"), "give --output"),
        ((hit, pool(tmp_path, ".csv", [{**ROWS[0], "access": 1}])), "there is a column `access` already"),
    ):
        found = run("screen", *arguments)
        assert (found.status, words in found.err) == (2, True), found.err
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 no")
    found = run("screen", hit, str(tmp_path / "broken.parquet"))
    assert found.status == 2
    assert "broken.parquet: cannot be read: " in found.err


def test_rows_have_as_many_cells_as_the_header(hit: str, tmp_path: Path) -> None:
    """A cell would stand in another's column, and what is not there would be an empty cell, which may mean lacking."""
    path, large = tmp_path / "pool.csv", tmp_path / "large.csv"
    header = "WorkerId,name,Worker_PercentAssignmentsApproved,Worker_PercentAssignmentsApproved,3ABC"
    path.write_text(f'{header}\nA1,"Li, Bo",98,98,\nA2,Smith, 98,50,50,1\n\nA3\n')
    large.write_text("WorkerId,Worker_PercentAssignmentsApproved\n" + "A1,98,\n" * 50)

    found = run("screen", hit, str(path), "--nulls", "lacks")
    assert found.status == 2
    assert [line.strip() for line in found.err.splitlines()[1:]] == [
        "the column `Worker_PercentAssignmentsApproved` is there 2 times; keep one",
        "row 3: got 6 cells, expected 5, as the header has; a cell with the delimiter in it needs quotes",
        "row 4: got 0 cells, expected 5, as the header has; remove the empty line",
        "row 5: got 1 cells, expected 5, as the header has; a cell with the delimiter in it needs quotes",
    ]
    assert run("screen", hit, str(large)).err.count("row ") == 20
    path.write_text('WorkerId,3ABC\n"A1,1\nA2,\n')
    assert "cannot be read: unexpected end of data" in run("screen", hit, str(path)).err
    path.write_text("Worker_PercentAssignmentsApproved\n98\n\n97\n")
    assert run("screen", hit, str(path)).out.startswith("3 workers")
    with pytest.raises(qe.InvalidInput, match="row 2: got 1 cells"):
        frame_of("pool.csv", b"WorkerId,3ABC\nA1\n")


@brute.cases(40)
def test_csv_files_say_what_the_reader_of_rows_says(tmp_path: Path, seed: int, count: int) -> None:
    """The same file, read row by row into profiles and decided one by one, and screened as a whole."""
    random = Random(seed)
    universe = brute.Universe((qe.LOCALE, qe.PERCENT_APPROVED, "3ABC"))
    for listed in brute.lists(universe, seed, count):
        path, target = tmp_path / "pool.csv", tmp_path / "out.csv"
        types = ["Worker_Locale", "Worker_PercentAssignmentsApproved", "3ABC"]
        with open(path, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["WorkerId", *types])
            for number in range(20):
                facts = brute.some_facts(random, universe.types).values()
                writer.writerow([f"A{number}", *(random.choice((fact, fact, "")) for fact in facts)])
        policy = qe.compile_requirements(listed)
        nulls = random.choice(("unknown", "lacks"))
        expected = [policy.decide(each) for each in qe.read_pool(io.StringIO(path.read_text()), nulls=nulls)]
        target.unlink(missing_ok=True)
        qe.bulk.screen_file(path, policy, target, nulls=nulls, reasons=True)

        rows = pl.read_csv(target, schema_overrides={"unmet": pl.Int64}, infer_schema_length=None).to_dicts()
        assert [(row["access"], row["possible"], row["unmet"]) for row in rows] == [
            (each.access, each.possible, each.unmet[0].index if each.unmet else None) for each in expected
        ]
