"""`qualeval audience`: whom a HIT reaches, on the command line."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import qualeval as qe
from qualeval.cli import cli
from tests.cli import LOCALE, NUMBER, PERCENT, put, refusal, requirement, run

POOL = """\
WorkerId,Worker_Locale,Worker_NumberHITsApproved,Worker_PercentAssignmentsApproved
A1,US,500,99
A2,US,500,97
A3,CA,50,99
A4,GB,5000,100
A5,US,,99
A6,IN,5000,80
"""

HIT = [
    {"QualificationTypeId": LOCALE, "Comparator": "In", "LocaleValues": [{"Country": "US"}, {"Country": "CA"}]},
    requirement(NUMBER, "GreaterThan", 100),
    requirement(PERCENT, "GreaterThanOrEqualTo", 98, ActionsGuarded="PreviewAndAccept"),
]


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A HIT and a pool in the working directory."""
    monkeypatch.chdir(tmp_path)
    put("hit.json", HIT)
    put("pool.csv", POOL)


def audience(*more: str) -> Any:
    return run("audience", "hit.json", "pool.csv", "--format", "json", *more).json


def test_text() -> None:
    """The counts, the funnel with bars whose light end is what is not known, the obstacles and the next places."""
    rows = run("audience", "hit.json", "pool.csv").rows

    assert rows[0:4] == ["Of 6 workers, who may accept it", "permitted 1 16.7%", "unknown 1 16.7%", "denied 4 66.7%"]
    assert "all workers 6 ████████████████████████" in rows
    assert "1 Worker_NumberHITsApproved GreaterThan 100 2 to 3 ████████░░░░" in rows
    assert "2 Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 98 1 to 2 ████░░░░" in rows
    assert "1 Worker_NumberHITsApproved GreaterThan 100 4 to 5 1 1 3" in rows
    assert "1 Worker_NumberHITsApproved GreaterThan 100 1 by 51" in rows
    assert "Requirement 2, Worker_PercentAssignmentsApproved, with other values" in rows
    assert "GreaterThanOrEqualTo 98 1 to 2 ████░░░░ as asked" in rows
    assert "0 GB +1 2 to 3 --value 0=US,CA,GB" in rows


def test_json_is_what_the_library_says() -> None:
    """The same object as `to_dict`, with the HIT's id."""
    policy = qe.compile_hit(qe.load_hit("hit.json"))
    found = qe.bulk.audience(qe.read_pool("pool.csv"), policy)

    assert audience() == {"hit_id": None, **json.loads(json.dumps(found.to_dict()))}


def test_a_change_is_compared_with_the_hit_as_it_is() -> None:
    """How many more and fewer it lets in; text and JSON."""
    changed = audience("--value", "2=97")
    assert (changed["permitted"], changed["before"]) == (2, {"permitted": 1, "denied": 4, "unknown": 1})

    rows = run("audience", "hit.json", "pool.csv", "--value", "2=97").rows
    assert rows[1:4] == [
        "permitted 2 33.3% +1 by the change",
        "unknown 1 16.7% +0 by the change",
        "denied 3 50.0% -1 by the change",
    ]


def test_what_is_advised_can_be_typed() -> None:
    """Indexes are those of the HIT as it is, so an advice can stand beside the changes that it was given for."""
    changes = "--without", "0", "--target", "4"
    found = audience(*changes)

    assert [each["index"] for each in found["requirements"]] == [1, 2]
    assert (found["permitted"], found["best_change"]["option"]) == (2, "--value 2=80")
    again = audience("--without", "0", *found["best_change"]["option"].split())
    assert {key: again[key] for key in ("permitted", "denied", "unknown")} == {
        key: found["best_change"][key] for key in ("permitted", "denied", "unknown")
    }
    assert again["permitted"] == 4


@pytest.mark.parametrize("target", range(1, 7))
def test_every_advice_does_what_it_says(target: int) -> None:
    """Typed and counted again it reaches as many as was said."""
    found = audience("--target", str(target))
    advice = found["best_change"] or found["largest_change"]
    again = audience(*advice["option"].split())

    assert again["permitted"] == advice["permitted"]
    assert (again["permitted"] >= target) == (found["best_change"] is not None)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ((), 0),
        (("--target", "1"), 0),
        (("--target", "2"), 3),
        (("--target", "3"), 1),
        (("--value", "2=101"), 1),
        (("--value", "1=4999", "--value", "0=US"), 3),
        (("--target", "3", "--action", "preview"), 0),
        (("--target", "3", "--value", "0=US,CA,GB"), 3),
    ],
)
def test_status(arguments: tuple[str, ...], status: int) -> None:
    """0 where so many are reached for certain, 3 where they might be, else 1; without a target it is one."""
    assert run("audience", "hit.json", "pool.csv", *arguments).status == status


def test_another_action_is_guarded_by_fewer() -> None:
    """What does not guard it is listed with that said."""
    rows = run("audience", "hit.json", "pool.csv", "--action", "preview").rows

    assert "Of 6 workers, who may preview it" in rows
    assert "0 Worker_Locale In US, CA does not guard preview" in rows


def test_target_in_text() -> None:
    """The best change, or that there is none and what the most would be, or that none is needed."""
    assert run("audience", "hit.json", "pool.csv", "--target", "2").rows[-2:] == [
        "To reach 2",
        "--value 0=US,CA,GB reaches 2 to 3 requirement 0: take in GB too",
    ]
    assert run("audience", "hit.json", "pool.csv", "--target", "6").rows[-2] == (
        "no single change is enough; most are reached by"
    )
    assert run("audience", "hit.json", "pool.csv", "--target", "1").rows[-1] == "no change is needed"


def test_several_places_are_told_where_that_is_asked_for() -> None:
    """Beside the single change, in the indexes of the HIT as it is; or that they are not enough."""
    changes = "--without", "1", "--target", "4"
    found = audience(*changes, "--several-places")["several_places"]
    assert found["option"] == "--value 0=US,CA,GB"
    assert found["permitted"] == audience("--without", "1", *found["option"].split())["permitted"] >= 3
    assert "several_places" not in audience(*changes)

    rows = run("audience", "hit.json", "pool.csv", "--target", "6", "--several-places").rows
    assert rows[-1] == "several places of one list are not enough"
    assert audience("--target", "6", "--several-places")["several_places"] is None


def test_a_parquet_file_is_a_pool() -> None:
    """With the same answer as the table of the same rows; a mapping says what its columns mean."""
    frame = pl.read_csv("pool.csv")
    frame.write_parquet("pool.parquet")
    expected = audience()
    assert run("audience", "hit.json", "pool.parquet", "--format", "json").json == expected

    frame.rename({"Worker_Locale": "country", "Worker_NumberHITsApproved": "n"}).write_parquet("other.parquet")
    columns = {"country": "Worker_Locale", "n": NUMBER, "Worker_PercentAssignmentsApproved": PERCENT}
    put("mapping.json", {"WorkerId": "WorkerId", "Columns": columns})
    found = run("audience", "hit.json", "other.parquet", "--format", "json", "--mapping", "mapping.json")
    assert found.json == expected


def test_a_large_table_is_read_as_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same answer, and with a note; what needs its rows is read row by row all the same."""
    expected = audience()
    monkeypatch.setattr(sys.modules["qualeval.cli.reaching"], "_LARGE", 1)
    found = run("audience", "hit.json", "pool.csv", "--format", "json")

    assert found.json == expected
    assert found.err == "note: pool.csv: it is large, and read as a frame; empty cells mean unknown\n"
    assert "empty cells read as unknown" in run("audience", "hit.json", "pool.csv", "--on-error", "skip").err


def test_profiles_are_a_pool() -> None:
    """A file of profiles, as `check` takes it."""
    facts = {"Worker_Locale": "US", "Worker_NumberHITsApproved": 500, "Worker_PercentAssignmentsApproved": 99}
    put("workers.json", [{"WorkerId": "A1", "Facts": facts}])

    assert run("audience", "hit.json", "workers.json", "--format", "json").json["permitted"] == 1


def test_what_was_read_as_what_is_told() -> None:
    """Empty cells, on stderr, as `check` tells it."""
    found = run("audience", "hit.json", "pool.csv")

    assert found.err == "note: pool.csv: empty cells read as unknown: Worker_NumberHITsApproved 1\n"


def test_html_is_written_beside_the_answer() -> None:
    """One file, which is written anew; it speaks of the changed HIT."""
    for changes in ((), ("--without", "1")):
        assert run("audience", "hit.json", "pool.csv", "--html", "report.html", *changes).status == 0
        page = Path("report.html").read_text("utf-8")
        assert page.startswith("<!DOCTYPE html>")
        assert ("1 · Worker_NumberHITsApproved" in page) == (not changes)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hit.json", "pool.csv", "--html", "pool.csv"), "expected a name that ends in .html"),
        (("-", "-"), "HIT and POOL are both `-`"),
        (("hit.json", "pool.csv", "--target", "0"), "--target"),
        (("hit.json", "pool.csv", "--several-places"), "say with --target how many you wish to reach"),
        (("hit.json", "pool.csv", "--without", "7"), "no requirement 7; the HIT has requirements 0 to 2"),
        (("hit.json", "pool.parquet", "--on-error", "skip"), "is read as a frame, of which --on-error"),
        (("hit.json", "none.parquet"), "no file none.parquet"),
        (("hit.json", "none.csv"), "no file none.csv"),
    ],
)
def test_what_cannot_be_is_refused(arguments: tuple[str, ...], said: str) -> None:
    """With status 2 and the mend, before anything is written."""
    assert said in refusal("audience", *arguments)
    assert Path("pool.csv").read_text("utf-8") == POOL


def test_a_pool_of_nobody_is_an_error() -> None:
    """As for `check`: an empty table is a slip."""
    pl.read_csv("pool.csv").clear().write_parquet("empty.parquet")

    assert "expected a worker or several, found none" in refusal("audience", "hit.json", "empty.parquet")


def test_bars_where_the_output_has_no_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain characters stand for them."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", out)
    cli.main(["audience", "hit.json", "pool.csv"], prog_name="qualeval", standalone_mode=False)
    out.seek(0)

    assert "########----" in out.read()
