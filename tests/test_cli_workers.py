"""One way to name workers, for every command: ids, files, tables; and what a store or the service adds to them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given

import qualeval as qe
from qualeval.model.workers import WorkerProfile
from qualeval.sources.rows import Block, ListedHIT, Score, TypeInfo
from qualeval.sources.store import BLOCKS, TYPES, scores_list
from qualeval.sources.writing import writing
from qualeval.testing.endpoint import Endpoint
from tests.cli import LOCALE, NUMBER, Ran, put, refusal, requirement, run
from tests.strategies import TYPES as SOME_TYPES
from tests.strategies import workers
from tests.test_cli_sync import KEYS
from tests.test_cli_tables import verdicts
from tests.test_workers_csv import ASSIGNMENT, RESULTS, ROW, text

LEARNED, LATER = datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 26, 9, tzinfo=UTC)
ASKED = [requirement("3SCREEN", "GreaterThan", 70), requirement("3OTHER", "DoesNotExist")]
HIT = {"HITId": "3BIRDS", "Title": "Birds", "QualificationRequirements": ASKED}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store in which A1 has 80 of `Screening` and A2 none, in a folder with files of both."""
    monkeypatch.chdir(tmp_path)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    store = qe.Store.create("q.db")
    with writing(store) as writer:
        writer.put_hit(ListedHIT("3BIRDS", HIT), LEARNED)
        lists: dict[str, list[object]] = {
            TYPES: [TypeInfo("3SCREEN", "Screening"), TypeInfo("3DONE", "Study 1 done")],
            scores_list("3SCREEN"): [Score("3SCREEN", "A1", value=80)],
            scores_list("3OTHER"): [],
            BLOCKS: [Block("A1")],
        }
        for name, rows in lists.items():
            at = LATER if name == scores_list("3OTHER") else LEARNED
            writer.restart(name, "all", at)
            writer.put_page(name, rows, None, at)
    put("hit.json", HIT)
    put("many.json", [{"WorkerId": "A1", "Facts": {"3OTHER": 1}}, {"WorkerId": "A2"}, {"Facts": {"3SCREEN": 99}}])
    put("many.jsonl", '{"WorkerId": "A1"}\n{"WorkerId": "A2"}\n')
    put("pool.csv", "WorkerId,3SCREEN,3OTHER\nA1,,lacks\nA2,75,\nA3,70,\n")
    put("ids.csv", "WorkerId\nA1\nA2\n")
    put("batch.csv", text(*({**ASSIGNMENT, "WorkerId": each} for each in ("A1", "A2", "A1")), header=RESULTS))


STORE = ("--store", "q.db")


@given(workers(), workers())
def test_what_is_filled_in(mine: WorkerProfile, other: WorkerProfile) -> None:
    """What one profile says stands; where it says nothing, the other one does."""
    filled = mine.filled(other)

    for type_id in SOME_TYPES:
        own = mine.fact(type_id)
        is_open = own.states == qe.qualification_type(type_id).universe
        known = other.facts.get(type_id, own) if is_open else own
        assert filled.fact(type_id).states == known.states
    assert filled.worker_id == mine.worker_id
    assert filled.blocked is (other.blocked if mine.blocked is None else mine.blocked)
    assert filled.assigned == mine.assigned | other.assigned


# Files of workers beside a store


@pytest.mark.parametrize("hit", ["hit.json", "3BIRDS"])
@pytest.mark.parametrize(
    ("file", "answers"),
    [
        ("many.json", ["A1 denied", "A2 denied"]),
        ("many.jsonl", ["A1 permitted", "A2 denied"]),
        ("pool.csv", ["A1 permitted", "A2 permitted", "A3 denied"]),
        ("ids.csv", ["A1 permitted", "A2 denied"]),
        ("batch.csv", ["A1 permitted", "A2 denied"]),
        ("A1", ["A1 may discover, preview and accept it"]),
    ],
)
def test_the_store_is_asked_about_the_workers_of_a_file(hit: str, file: str, answers: list[str]) -> None:
    """What the file says stands, and the store fills in the rest, be the HIT a file or an id."""
    found = run("check", hit, file, *STORE)

    assert (verdicts(found) if "." in file else [row for row in found.rows if row.startswith("A")]) == answers


def test_the_results_of_a_batch_say_who_there_is_alone() -> None:
    """What is said of qualifications in a table does not fit them."""
    assert "the results of a batch say nothing of qualifications" in refusal(
        "check", "hit.json", "batch.csv", *STORE, "--nulls", "lacks"
    )
    assert "and --store or --ask tells what else is known" in refusal("check", "hit.json", "batch.csv")


def test_a_worker_without_an_id_stays_as_the_file_says() -> None:
    """Nobody can be asked about her."""
    found = run("check", "hit.json", "many.json", *STORE, "--format", "json")

    assert [json.loads(line)["actions"]["accept"] for line in found.out.splitlines()] == ["denied", "denied", "unknown"]


def test_blocks_are_looked_up_too() -> None:
    """A block that the store knows of stands beside the decision."""
    assert "the requester blocked the worker" in run("check", "hit.json", "ids.csv", *STORE).out
    assert "the requester blocked the worker" not in run("check", "hit.json", "ids.csv").out


def test_what_if_and_prove_read_workers_as_check_does() -> None:
    """Tables, ids and files, with what the store knows; `prove` takes facts and assumptions for all of them."""
    put("one.csv", "WorkerId,3OTHER\nA1,lacks\n")

    assert run("what-if", "hit.json", "one.csv", *STORE, "--value", "0=85").status == 1
    assert run("what-if", "hit.json", "A1", *STORE, "--value", "0=75").status == 0
    assert run("prove", "hit.json", "--admits", "A1", *STORE).rows[1].startswith("accept: proved")
    assert run("prove", "hit.json", "--admits", "ids.csv", *STORE).status == 1
    assert run("prove", "hit.json", "--admits", "A1", "--excludes", "A2", *STORE, "--set", "3SCREEN=71").status == 1
    assumed = ("--assume", "3SCREEN=71..", "--assume", "3OTHER=lacks")
    assert run("prove", "hit.json", "--admits", "ids.csv", *assumed).status == 0
    assert run("prove", "hit.json", "--excludes", "pool.csv", "--nulls", "lacks").status == 1
    assert "pool.csv: expected one worker, found several: `A1`, `A2`, ...; `check` answers for many" in refusal(
        "what-if", "hit.json", "pool.csv", "--value", "0=1"
    )
    assert "--assume: give --admits or --excludes too" in refusal(
        "prove", "hit.json", "--only", "hit.json", "--assume", "3OTHER=lacks"
    )


def test_workers_file_by_the_names_of_the_store() -> None:
    """`CURRENT-<name>` is known by what the store says that the type is called."""
    put("workers.csv", text(ROW))
    put("hit.json", [requirement("3DONE", "DoesNotExist")])
    missing = refusal("check", "hit.json", "workers.csv")
    put("qualeval.toml", '[types]\n"Good, or great" = "3TAG"\n')
    found = run("check", "hit.json", "workers.csv", *STORE)

    assert "the id of the type `Study 1 done` is not known" in missing
    assert (found.status, verdicts(found)) == (1, ["A1WORKER denied"])


# The service in place of a store


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """The same, at the service."""
    with Endpoint() as opened:
        opened.marketplace.add_type("3SCREEN", "Screening")
        opened.marketplace.add_type("3DONE", "Study 1 done")
        opened.marketplace.grant("A1", "3SCREEN", 80)
        opened.marketplace.add_hit({"HITId": "3BIRDS", "QualificationRequirements": ASKED[:1]})
        yield opened


def test_ask(endpoint: Endpoint) -> None:
    """With --ask the service tells about the workers of a file; without it is asked for the HIT alone."""
    put("short.csv", "WorkerId,3SCREEN\nA1,\nA2,75\nA3,\n")
    service = ("--endpoint-url", endpoint.url)
    silent = run("check", "3BIRDS", "short.csv", *service)
    calls = len(endpoint.requests)
    asked = run("check", "3BIRDS", "short.csv", *service, "--ask")
    from_file = run("check", "hit.json", "batch.csv", *service, "--ask")

    assert verdicts(silent) == ["A1 unknown", "A2 permitted", "A3 unknown"]
    assert calls == 1
    assert verdicts(asked) == ["A1 permitted", "A2 permitted", "A3 denied"]
    assert verdicts(from_file) == ["A1 unknown", "A2 denied"]
    assert "facts learned 20" in asked.out


def test_own_names(endpoint: Endpoint) -> None:
    """With --own-names the service says how types are called, in one list for this and for learning."""
    put("workers.csv", text(ROW))
    put("qualeval.toml", '[types]\n"Good, or great" = "3TAG"\n')
    service = ("--endpoint-url", endpoint.url)
    named = run("check", "3BIRDS", "A1", *service, "--own-names", "--set", "Study 1 done=lacks")
    lists = [each.operation for each in endpoint.requests].count("ListQualificationTypes")
    unnamed = run("check", "3BIRDS", "A1", *service)

    assert "met Screening GreaterThan 70" in "\n".join(named.rows)
    assert "met 3SCREEN GreaterThan 70" in "\n".join(unnamed.rows)
    assert lists == 1
    assert run("check", "hit.json", "workers.csv", *service, "--own-names").status == 3


# How old facts are


def test_answers_say_how_old_their_facts_are() -> None:
    """One date, or the first and the last, of the facts that the answer rests on; nothing where nobody says."""
    put("one.csv", "WorkerId,3OTHER\nA1,lacks\n")

    assert run("check", "3BIRDS", "A1", *STORE).rows[-1] == "facts learned 2026-11-24 to 2026-11-26"
    assert run("check", "3BIRDS", "one.csv", *STORE).rows[-1] == "facts learned 2026-11-24"
    assert run("check", "3BIRDS", "ids.csv", *STORE).rows[-1] == "facts learned 2026-11-24 to 2026-11-26"
    assert run("prove", "3BIRDS", "--admits", "A1", *STORE).rows[-1] == "facts learned 2026-11-24 to 2026-11-26"
    assert "facts learned 2026-11-24 to 2026-11-26" in run("what-if", "3BIRDS", "A1", *STORE, "--value", "0=75").rows
    assert "learned" not in run("check", "hit.json", "pool.csv").out


def test_max_age_of_a_file() -> None:
    """What a file says with a time grows old too; what it says without one stands."""
    old = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    dated = {"QualificationTypeId": "3SCREEN", "IntegerValue": 80, "LearnedAt": old}
    put("dated.json", {"WorkerId": "A1", "Qualifications": [dated], "Facts": {}})
    put("one.json", [requirement("3SCREEN", "GreaterThan", 70)])

    assert run("check", "one.json", "dated.json").status == 0
    assert run("check", "one.json", "dated.json", "--max-age", "60d").status == 0
    assert run("check", "one.json", "dated.json", "--max-age", "7d").status == 3
    assert run("check", "one.json", "pool.csv", "--max-age", "7d").status == 1


# Words and refusals


def test_example_is_written_for_whoever_reads_it() -> None:
    """A name that the store alone knows is an id in the file, which can be read without the store."""
    found = run("example", "3BIRDS", *STORE)
    put("worker.json", found.out)

    assert found.json["Facts"]["3SCREEN"] == 71
    assert "raise Screening from 70 to 71" in run("example", "3BIRDS", *STORE, "--access", "preview").err
    assert run("check", "hit.json", "worker.json").status == 0


def test_fetch_from_the_store() -> None:
    """What the service said of a HIT, and the request that it would be, without a network."""
    assert run("fetch", "3BIRDS", *STORE).json == {"HIT": HIT}
    sent = run("fetch", "3BIRDS", *STORE, "--as-request").json["QualificationRequirements"]
    assert [each["QualificationTypeId"] for each in sent] == ["3SCREEN", "3OTHER"]
    assert "has no HIT `3BIRD`; did you mean `3BIRDS`?" in refusal("fetch", "3BIRD", *STORE)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--sandbox",), "a store answers in place of the service; give --store or --sandbox"),
        (("--profile", "x"), "give --store or --profile"),
        (("--endpoint-url", "http://127.0.0.1:1"), "give --store or --endpoint-url"),
        (("--ask", "--own-names"), "give --store or --own-names and --ask"),
    ],
)
def test_a_store_and_the_service(arguments: tuple[str, ...], said: str) -> None:
    """One of them answers."""
    assert said in refusal("check", "3BIRDS", "A1", *STORE, *arguments)


def test_max_age_of_nothing() -> None:
    """Where nothing was learned before, an age is refused."""
    assert "--max-age is for what was learned before: give --store, or a file of workers" in refusal(
        "check", "hit.json", "A1", "--max-age", "1d"
    )
    assert "No such option" in refusal("explain", "hit.json", "--max-age", "1d")


# Sync


def test_what_is_wrong_everywhere_is_told_once() -> None:
    """Without a connection one error is told, and no empty store is left behind; a store that was there stays."""
    service = ("--endpoint-url", "http://127.0.0.1:9")
    found = run("sync", "--store", "new.db", *service)
    plenty = run("sync", "3A", "3B", "3C", "--store", "new.db", *service)
    qe.Store.create("there.db")
    there = run("sync", "--store", "there.db", *service)

    assert found.status == plenty.status == there.status == 4
    assert found.err.count("cannot connect to") == plenty.err.count("cannot connect to") == 1
    assert "note: nothing was read, so there is no new.db" in found.err
    assert "nothing was read" not in there.err
    assert list(Path().glob("new.db*")) == []
    assert Path("there.db").exists()


def test_no_credentials_are_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same without keys."""
    for name in KEYS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    found = run("sync", "--store", "new.db")

    assert found.err.count("no AWS credentials were found") == 1
    assert not Path("new.db").exists()


# What is learned from accepted work, and exclusion


FACTS = "SELECT worker_id, type_id, states, basis, learned_at FROM fact ORDER BY 1, 2"


def kept() -> list[tuple[object, ...]]:
    """The facts from elsewhere, as they are in the file."""
    return sqlite3.connect("q.db").execute(FACTS).fetchall()


def test_learn_into_the_store() -> None:
    """Facts are kept with their time and basis; the same results again change nothing; `check` finds them."""
    us = requirement(LOCALE, "EqualTo", LocaleValues=[{"Country": "US"}])
    put("done.json", {"HITId": "3HIT", "QualificationRequirements": [us, requirement(NUMBER, "GreaterThan", 100)]})
    first = run("learn", "done.json", "--from", "batch.csv", *STORE)
    before = kept()
    again = run("learn", "done.json", "--from", "batch.csv", *STORE)

    assert (first.status, first.out, again.status) == (0, "", 0)
    assert first.err.splitlines()[-1] == "4 facts in q.db are new or changed"
    assert again.err.splitlines()[-1] == "0 facts in q.db are new or changed"
    assert kept() == before
    at = datetime(2019, 7, 10, 18, 22, 33, tzinfo=UTC).timestamp()
    assert before[:2] == [("A1", NUMBER, "101..", "inferred", at), ("A1", LOCALE, "US", "inferred", at)]
    put("us.json", [us])
    found = run("check", "us.json", "A1", *STORE, "--format", "json").json["requirements"][0]
    assert (found["observed"], found["basis"]) == ("US", "inferred")
    assert run("check", "us.json", "A1", *STORE, "--max-age", "90d").status == 3
    assert run("check", "done.json", "A1", *STORE, "--max-age", "90d", "--set", "Worker_Locale=US").status == 0


def test_learn_by_the_hits_of_the_store() -> None:
    """HIT ids are looked up there, and without any all of its HITs count. That a type was lacked is a fact to keep."""
    row = {**ASSIGNMENT, "HITId": "3BIRDS"}
    put("batch.csv", text(row, header=RESULTS))
    named = run("learn", "3BIRDS", "--from", "batch.csv", *STORE)
    every = run("learn", "--from", "batch.csv", *STORE)

    assert named.err.splitlines()[1:] == ["  3SCREEN 71 or more (1 worker)", "2 facts in q.db are new or changed"]
    assert every.err.splitlines()[-1] == "0 facts in q.db are new or changed"
    assert "give HITS, or a store that has them (--store)" in refusal("learn", "--from", "batch.csv")
    assert "no store none.db" in refusal("learn", "--from", "batch.csv", "--store", "none.db")


def test_a_new_store_for_what_is_learned() -> None:
    """A store is made where the HITs are files."""
    put("done.json", {"HITId": "3HIT", "QualificationRequirements": [requirement(NUMBER, "GreaterThan", 100)]})

    assert run("learn", "done.json", "--from", "batch.csv", "--store", "new.db").status == 0
    assert [str(each.fact(NUMBER)) for each in qe.Store("new.db").get_workers(["A1", "A2"])] == ["101..", "101.."]


def upload(*arguments: str) -> Ran:
    """An upload for those of the batch."""
    Path("upload.csv").unlink(missing_ok=True)
    return run("exclude", "--who", "batch.csv", "--type", "Study 1 done", "-o", "upload.csv", *arguments)


def test_exclude_by_the_names_of_the_store_or_of_the_service(endpoint: Endpoint) -> None:
    """The id of a display name is known by the store, or the service says it, unless two types are called so."""
    stored, asked = upload(*STORE), upload("--endpoint-url", endpoint.url, "--own-names")
    endpoint.marketplace.add_type("3TWIN", "Study 1 done")
    twin = upload("--endpoint-url", endpoint.url, "--own-names")

    assert [each.json[0]["QualificationTypeId"] for each in (stored, asked)] == ["3DONE", "3DONE"]
    assert "the id of the type `Study 1 done` is not known; give --type-id, --store or" in twin.err
    assert "`Study 1 done` is known to be 3DONE" in upload(*STORE, "--type-id", "3X").err


def test_display_names_that_look_like_ids(endpoint: Endpoint) -> None:
    """`STUDY` may be what a type is called on the requester site, though it cannot be a name here."""
    endpoint.marketplace.add_type("3LIKE", "STUDY")
    put("workers.csv", text(ROW).replace("Study 1 done", "STUDY").replace("Good, or great", "Screening"))
    put("like.json", [requirement("3LIKE", "DoesNotExist")])

    assert run("check", "like.json", "workers.csv", "--endpoint-url", endpoint.url, "--own-names").status == 1
