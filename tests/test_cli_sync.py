"""`qualeval sync` and `--store`: what the service said is kept, and answers without it."""

from __future__ import annotations

import json
import stat
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import qualeval as qe
from qualeval.testing.endpoint import Endpoint
from tests.cli import Ran, refusal, run
from tests.test_cli_serve import serving

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLEOFTESTS00", "AWS_SECRET_ACCESS_KEY": "secret-of-the-tests"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, and keys for whoever asks."""
    monkeypatch.chdir(tmp_path)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A marketplace with a screening, three workers and two HITs."""
    with Endpoint() as opened:
        market = opened.marketplace
        market.add_type("3SCREEN", "Screening")
        market.grant("A1GOOD", "3SCREEN", 80)
        market.grant("A2LOST", "3SCREEN", 90)
        market.revoke("A2LOST", "3SCREEN")
        market.block("A3BLOCKED", "spam")
        asked = [{"QualificationTypeId": "3SCREEN", "Comparator": "GreaterThan", "IntegerValues": [70]}]
        market.add_hit({"HITId": "3BIRDS", "Title": "Birds", "QualificationRequirements": asked})
        market.add_hit({"HITId": "3PLANTS", "QualificationRequirements": []})
        yield opened


def synced(endpoint: Endpoint, *arguments: str) -> Ran:
    """A sync of the store `q.db` with the endpoint."""
    return run("sync", *arguments, "--store", "q.db", "--endpoint-url", endpoint.url)


def test_sync(endpoint: Endpoint) -> None:
    """It says what the store has and how many calls were made; nobody else can read the file."""
    found = synced(endpoint)

    assert (found.status, found.err) == (0, "")
    assert found.rows == ["q.db: 2 HITs, 1 type, 2 scores, 1 block", "5 calls, 6 rows read"]
    assert stat.S_IMODE(Path("q.db").stat().st_mode) == 0o600


def test_the_explorer_knows_every_type_of_the_store(endpoint: Endpoint, folder: Path) -> None:
    """A card on a type that the HIT does not name is judged by what the store has of it."""
    synced(endpoint)
    endpoint.close()
    asked = {"QualificationTypeId": "3SCREEN", "Comparator": "GreaterThan", "IntegerValues": [70]}
    question = {"before": [], "cards": [{"on": True, "requirement": asked}], "action": "accept"}
    with serving("3PLANTS", "--store", str(folder / "q.db")) as (url, _):
        body = json.dumps(question).encode()
        request = urllib.request.Request(f"{url}api/answer", body, {"Origin": url.rstrip("/")})
        with urllib.request.urlopen(request, timeout=20) as answer:
            rung = json.load(answer)["ladder"][2]

    assert (rung["permitted"], rung["denied"], rung["unknown"]) == (1, 2, 0)


def test_an_empty_cell_is_the_weakest_word(endpoint: Endpoint) -> None:
    """That an empty cell means lacking does not stand against the store, which knows that she holds it."""
    synced(endpoint)
    endpoint.close()
    Path("pool.csv").write_text("WorkerId,3SCREEN\nA1GOOD,\nA9NOBODY,\nA3BLOCKED,75\n", encoding="utf-8")
    asked = [{"QualificationTypeId": "3SCREEN", "Comparator": "DoesNotExist"}]
    Path("hit.json").write_text(json.dumps(asked), encoding="utf-8")
    found = run("check", "hit.json", "pool.csv", "--store", "q.db", "--nulls", "lacks", "--format", "json")
    outcomes = [json.loads(line)["actions"]["accept"] for line in found.rows]

    assert outcomes == ["denied", "permitted", "denied"]


def test_a_store_is_a_pool(endpoint: Endpoint) -> None:
    """Its workers are screened, counted and written without a file of them: each as `check` judges her."""
    synced(endpoint)
    endpoint.close()
    screened = run("screen", "3BIRDS", "--store", "q.db", "-o", "out.csv")
    counted = run("audience", "3BIRDS", "--store", "q.db", "--format", "json")
    ids = ["A1GOOD", "A2LOST", "A3BLOCKED"]
    judged = [run("check", "3BIRDS", each, "--store", "q.db", "--format", "json").json for each in ids]

    assert screened.status == 1
    lines = [line.split(",") for line in Path("out.csv").read_text("utf-8").splitlines()]
    assert lines[0] == ["WorkerId", "3SCREEN", "access", "possible"]
    assert [(line[0], str(qe.Access(int(line[2])))) for line in lines[1:]] == [
        (worker_id, decision["access"]) for worker_id, decision in zip(ids, judged, strict=True)
    ]
    assert (counted.status, counted.json["pool"]) == (0, 3)
    assert counted.json["permitted"] == sum(each["actions"]["accept"] == "permitted" for each in judged) == 1
    assert "leave them out" in refusal("screen", "3BIRDS", "--store", "q.db", "--nulls", "lacks")
    for command in ("screen", "audience"):
        assert "Missing argument 'POOL'" in refusal(command, "3BIRDS")


def test_the_whole_job_without_a_network(endpoint: Endpoint) -> None:
    """From two ids to a decision, by the store alone, for each command that takes ids."""
    synced(endpoint)
    endpoint.close()

    assert run("check", "3BIRDS", "A1GOOD", "--store", "q.db").status == 0
    assert run("check", "3BIRDS", "A2LOST", "--store", "q.db").status == 1
    assert run("check", "3BIRDS", "A9NOBODY", "--store", "q.db").status == 1
    assert "the requester blocked the worker" in run("check", "3PLANTS", "A3BLOCKED", "--store", "q.db").out
    assert "Screening GreaterThan 70" in run("explain", "3BIRDS", "--store", "q.db").out
    assert run("what-if", "3BIRDS", "A1GOOD", "--value", "0=85", "--store", "q.db").status == 1
    assert run("compare", "3BIRDS", "3PLANTS", "--store", "q.db").status == 1
    assert "A1GOOD may accept" in run("match", "A1GOOD", "--store", "q.db").out
    assert "3SCREEN" in run("example", "3BIRDS", "--store", "q.db").out
    assert run("check", "3BIRDS", "A9NOBODY", "--set", "Screening=75", "--store", "q.db").status == 0
    assert "has no HIT `3BIRD`; did you mean `3BIRDS`?" in refusal("check", "3BIRD", "A1GOOD", "--store", "q.db")


def test_old_facts_are_not_known(endpoint: Endpoint) -> None:
    """With --max-age what was learned too long ago leaves the answer open."""
    synced(endpoint)

    assert run("check", "3BIRDS", "A1GOOD", "--store", "q.db", "--max-age", "1d").status == 0
    assert run("check", "3BIRDS", "A1GOOD", "--store", "q.db", "--max-age", "0s").status == 3


def test_again(endpoint: Endpoint) -> None:
    """What is fresh is not asked for again, and the plan says so before."""
    synced(endpoint)
    plan = run("sync", "--store", "q.db", "--dry-run", "--max-age", "1h", "--format", "json").json
    found = synced(endpoint, "--max-age", "1h")

    assert (plan["calls"], plan["total"]) == ({}, 0)
    assert found.rows[-1] == "0 calls, 0 rows read; 4 lists still fresh"
    assert len(endpoint.requests) == 5


def test_dry_run(endpoint: Endpoint) -> None:
    """It asks nobody, makes no file, and says that the HITs are not known yet."""
    first = synced(endpoint, "--dry-run")
    there = Path("q.db").exists()
    synced(endpoint)
    second = synced(endpoint, "--dry-run")

    assert first.rows[0] == "3 calls at least"
    assert first.rows[-1].startswith("The store knows no HIT yet: two more for each type of yours")
    assert not there
    assert second.rows == [
        "5 calls at least",
        "ListHITs 1",
        "ListQualificationTypes 1",
        "ListWorkerBlocks 1",
        "ListWorkersWithQualificationType 2",
    ]
    assert len(endpoint.requests) == 5


def test_json(endpoint: Endpoint) -> None:
    """The report as an object."""
    found = synced(endpoint, "3BIRDS", "--format", "json").json

    assert found["counts"] == {"hits": 1, "types": 1, "scores": 2, "blocks": 1, "facts": 0}
    assert (found["calls"], found["failed"]) == (5, [])
    assert set(found["read"]) == {"3BIRDS", "types", "blocks", "scores/3SCREEN"}


def test_failures(endpoint: Endpoint) -> None:
    """What the service refuses is told without any key, the rest is kept, and the status is 4."""
    endpoint.faults.refuse("AccessDeniedException", "no", "ListWorkerBlocks", times=None)
    found = synced(endpoint, "3BIRDS", "3NOPE")

    assert found.status == 4
    assert "the service has no HIT `3NOPE`" in found.err
    assert "do not permit ListWorkerBlocks" in found.err
    assert not any(key in found.err + found.out for key in KEYS.values())
    assert run("check", "3BIRDS", "A1GOOD", "--store", "q.db").status == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sync"], "Missing option '--store'"),
        (["sync", "hit.json", "--store", "q.db"], "`hit.json` is no HIT id"),
        (["sync", "--store", "no/such/q.db"], "cannot make the store no/such/q.db: no such file or directory"),
        (["check", "3A", "A1", "--store", "nope.db"], "no store nope.db; `qualeval sync --store nope.db` makes one"),
        (["check", "3A", "A1", "--store", "q.db", "--max-age", "a week"], "`a week` is no age; write 90s, 30m, 12h or"),
    ],
)
def test_what_is_refused(arguments: list[str], said: str) -> None:
    """Bad arguments are refused, with what was expected."""
    assert said in refusal(*arguments)


def test_in_a_program(endpoint: Endpoint) -> None:
    """The same in Python: a store is a source of HITs and of workers."""
    synced(endpoint)
    store = qe.Store("q.db")
    engine = qe.Engine(store, workers=store)

    assert engine.permits("3BIRDS", "A1GOOD")
    assert engine.decide("3BIRDS", "A2LOST").learned_at is not None
