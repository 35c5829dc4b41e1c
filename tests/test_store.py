"""The store: what was learned from the service is there, all of it and nothing else, however a sync was cut off."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

import qualeval as qe
from qualeval.model.facts import Basis
from qualeval.sources.rows import ScoreStatus
from qualeval.sources.schema import APPLICATION_ID, MIGRATIONS
from qualeval.sources.store import BLOCKS, TYPES, Store, scores_list
from qualeval.sources.syncing import SyncReport, plan_sync, sync
from qualeval.sources.writing import writing
from qualeval.testing.endpoint import Endpoint
from tests.sync_once import KEYS, requester

PAGE = 100
NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A marketplace with three types of ours, two of which HITs name, and a few workers."""
    with Endpoint() as opened:
        fill(opened, types=3, workers=250, seed=1)
        yield opened


def fill(endpoint: Endpoint, types: int, workers: int, seed: int) -> None:
    """Types, scores, revocations, blocks, and a HIT for every two types."""
    random, market = Random(seed), endpoint.marketplace
    names = [market.add_type(f"3TYPE{number}", f"Type {number}") for number in range(types)]
    people = [f"A{number}WORKER" for number in range(workers)]
    for name in names:
        market.grant_all(name, {each: random.randint(-5, 100) for each in people if random.random() < 0.6})
        for each in random.sample(people, workers // 10):
            if each in held(endpoint, name):
                market.revoke(each, name)
    for each in random.sample(people, workers // 20):
        market.block(each, "spam")
    for start in range(0, types - 1, 2):
        asked = [{"QualificationTypeId": each, "Comparator": "Exists"} for each in names[start : start + 2]]
        rate = {"QualificationTypeId": qe.PERCENT_APPROVED, "Comparator": "GreaterThan", "IntegerValues": [0]}
        market.add_hit({"HITId": f"3HIT{start}", "QualificationRequirements": [*asked, rate]})


def held(endpoint: Endpoint, type_id: str) -> dict[str, int]:
    """Who holds a type, with the value, as the marketplace itself has it."""
    grants = endpoint.marketplace.state.grants.get(type_id, {})
    return {worker: each.value for worker, each in grants.items() if not each.is_revoked}


def people(endpoint: Endpoint) -> list[str]:
    """Everybody who has, or had, anything; and a few of whom nobody has heard."""
    grants = endpoint.marketplace.state.grants.values()
    return sorted({worker for each in grants for worker in each} | {f"A{number}NOBODY" for number in range(10)})


def truth(endpoint: Endpoint, types: list[str]) -> dict[tuple[str, str], str]:
    """What is so of every worker and type, in the grammar of facts."""
    holders = {type_id: held(endpoint, type_id) for type_id in types}
    return {
        (worker, type_id): str(holders[type_id].get(worker, "lacks"))
        for worker in people(endpoint)
        for type_id in types
    }


def told(store: Store, keys: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The same as the store has it."""
    workers = list(dict.fromkeys(worker for worker, _ in keys))
    known = dict(zip(workers, store.get_workers(workers), strict=True))
    return {(worker, type_id): str(known[worker].fact(type_id).states) for worker, type_id in keys}


def blocked(endpoint: Endpoint) -> set[str]:
    """Whom the marketplace has blocked."""
    return set(endpoint.marketplace.state.blocks)


def agrees(store: Store, endpoint: Endpoint) -> bool:
    """Whether the store has what the marketplace has, and nothing else."""
    named = sorted({each for hit_id in store.hit_ids() for each in store.types_named(hit_id)} - {qe.PERCENT_APPROVED})
    expected = truth(endpoint, named)
    rows = sum(store.count_of_scores(each, ScoreStatus.GRANTED) for each in named)
    everybody = {*people(endpoint), *blocked(endpoint)}

    assert told(store, list(expected)) == expected
    assert rows == sum(len(held(endpoint, each)) for each in named)
    assert {each.worker_id for each in store.get_workers(everybody) if each.blocked} == blocked(endpoint)
    assert store.hit_ids() == sorted(endpoint.marketplace.state.hits)
    return True


def clean(report: SyncReport) -> SyncReport:
    """A report in which nothing failed."""
    assert report.failed == []
    return report


# What a sync learns


def test_everything_is_there(tmp_path: Path, endpoint: Endpoint) -> None:
    """HITs, types, scores, revocations and blocks; of types that no HIT names no score is asked for."""
    store = Store.create(tmp_path / "q.db")
    report = clean(sync(store, requester(endpoint.url)))

    assert agrees(store, endpoint)
    assert [each.type_id for each in store.types] == ["3TYPE0", "3TYPE1", "3TYPE2"]
    assert store.reading(scores_list("3TYPE2")).finished_at is None
    assert store.get_worker("A1WORKER").fact("3TYPE2").states == qe.worker(None).fact("3TYPE2").states
    assert {TYPES, BLOCKS, scores_list("3TYPE0")} <= set(report.read)
    assert store.endpoint == endpoint.url


def test_facts_say_when_and_from_where(tmp_path: Path, endpoint: Endpoint) -> None:
    """A fact has the time of its page and of its grant; who is on no list lacked the type when the reading began."""
    store = Store.create(tmp_path / "q.db")
    clean(sync(store, requester(endpoint.url), clock=lambda: NOW))
    granted = next(iter(held(endpoint, "3TYPE0")))
    fact, absent = store.get_worker(granted).fact("3TYPE0"), store.get_worker("A999NOBODY").fact("3TYPE0")

    assert (fact.basis, fact.learned_at, fact.source) == (Basis.LEARNED, NOW, "Mechanical Turk")
    assert fact.granted_at is not None
    assert (absent.basis, absent.learned_at, str(absent.states)) == (Basis.LEARNED, NOW, "lacks")
    assert qe.Engine(store, workers=store).decide("3HIT0", granted).learned_at == NOW


def test_revoked_workers_lack_it(tmp_path: Path, endpoint: Endpoint) -> None:
    """A revoked qualification is lacked, and known to be revoked."""
    endpoint.marketplace.grant("A1REVOKED", "3TYPE0", 5)
    endpoint.marketplace.revoke("A1REVOKED", "3TYPE0")
    store = Store.create(tmp_path / "q.db")
    clean(sync(store, requester(endpoint.url)))
    fact = store.get_worker("A1REVOKED").fact("3TYPE0")

    assert (str(fact.states), fact.is_revoked) == ("lacks", True)


def test_changes_are_followed(tmp_path: Path, endpoint: Endpoint) -> None:
    """What was granted, revoked, blocked, unblocked and added since is there after the next sync."""
    store, client, market = Store.create(tmp_path / "q.db"), requester(endpoint.url), endpoint.marketplace
    clean(sync(store, client))
    before = store.get_worker("A1WORKER")
    gone = next(iter(held(endpoint, "3TYPE0")))
    market.revoke(gone, "3TYPE0")
    market.grant("A399WORKER", "3TYPE1", 7)
    market.unblock(next(iter(blocked(endpoint))))
    market.block("A1WORKER", "again")
    market.add_hit({"HITId": "3LATER", "QualificationRequirements": []})
    clean(sync(store, client))

    assert agrees(store, endpoint)
    assert before.blocked is not True
    assert store.get_worker("A1WORKER").blocked


def test_named_hits_alone(tmp_path: Path) -> None:
    """With ids only these HITs are asked for, and the scores of the types that they name."""
    store = Store.create(tmp_path / "q.db")
    with Endpoint() as endpoint:
        fill(endpoint, types=5, workers=20, seed=2)
        report = clean(sync(store, requester(endpoint.url), ["3HIT2"]))

    assert store.hit_ids() == ["3HIT2"]
    assert {each for each in report.read if each.startswith("scores/")} == {"scores/3TYPE2", "scores/3TYPE3"}


def test_a_hit_that_is_not_there_keeps_nothing_else_from_it(tmp_path: Path, endpoint: Endpoint) -> None:
    """A HIT that the service does not have is told, and the others are learned."""
    store = Store.create(tmp_path / "q.db")
    report = sync(store, requester(endpoint.url), ["3HIT0", "3NOPE"])

    assert [name for name, _ in report.failed] == ["3NOPE"]
    assert isinstance(report.failed[0][1], qe.HITNotFound)
    assert store.hit_ids() == ["3HIT0"]
    assert store.reading(scores_list("3TYPE0")).finished_at is not None


def test_types_that_are_gone(tmp_path: Path, endpoint: Endpoint) -> None:
    """Of a type that the requester has not any more nothing is known: its list is not the requester's to read."""
    store = Store.create(tmp_path / "q.db")
    clean(sync(store, requester(endpoint.url)))
    with writing(store) as writer:
        writer.restart(TYPES, "own", NOW)
        writer.put_page(TYPES, [each for each in store.types if each.type_id != "3TYPE0"], None, NOW)

    assert "3TYPE0" not in [each.type_id for each in store.types]
    assert store.get_worker("A1WORKER").fact("3TYPE0").states == qe.worker(None).fact("3TYPE0").states


# How many calls


def least_calls(endpoint: Endpoint, types: list[str]) -> int:
    """How many pages there are."""
    market = endpoint.marketplace.state
    counts = [
        sum(grant.is_revoked == is_revoked for grant in market.grants[type_id].values())
        for type_id in types
        for is_revoked in (False, True)
    ]
    lists = [len(market.hits), sum(each.is_ours for each in market.types.values()), len(market.blocks), *counts]
    return sum(max(1, -(-count // PAGE)) for count in lists)


def test_no_call_too_many(tmp_path: Path, endpoint: Endpoint) -> None:
    """Each page is asked for once, and the plan of the next sync says how many that will be."""
    store = Store.create(tmp_path / "q.db")
    report = clean(sync(store, requester(endpoint.url)))
    least = least_calls(endpoint, ["3TYPE0", "3TYPE1"])

    assert (report.calls, len(endpoint.requests)) == (least, least)
    assert plan_sync(store).total == least
    assert clean(sync(store, requester(endpoint.url))).calls == least


def test_what_is_fresh_is_not_asked_for(tmp_path: Path, endpoint: Endpoint) -> None:
    """With an age only what is older is read again; a plan says so too."""
    store, client = Store.create(tmp_path / "q.db"), requester(endpoint.url)
    clean(sync(store, client, ["3HIT0"], clock=lambda: NOW))
    made = len(endpoint.requests)
    later = NOW + timedelta(hours=1)
    report = clean(sync(store, client, ["3HIT0"], max_age=timedelta(hours=2), clock=lambda: later))

    assert (report.calls, len(endpoint.requests)) == (0, made)
    assert {"3HIT0", TYPES, BLOCKS, "scores/3TYPE0", "scores/3TYPE1"} == set(report.fresh)
    assert plan_sync(store, ["3HIT0"], max_age=timedelta(hours=2), now=later).total == 0
    assert plan_sync(store, ["3HIT0"], max_age=timedelta(minutes=30), now=later).total == made


def test_first_plan(tmp_path: Path) -> None:
    """Of a store that knows nothing a plan counts a page for each list."""
    store = Store.create(tmp_path / "q.db")

    assert plan_sync(store).calls == {"ListHITs": 1, "ListQualificationTypes": 1, "ListWorkerBlocks": 1}
    assert plan_sync(store, ["3A", "3B", "3A"]).calls["GetHIT"] == 2


# Faults and kills

FAULTS = ("throttle", "fail", "cut", "break_off", "hang_up", "repeat_token", "duplicate_rows")


@pytest.mark.parametrize("seed", range(3))
def test_faults_change_nothing(tmp_path: Path, endpoint: Endpoint, seed: int) -> None:
    """Throttling, failures, cut bodies, repeated tokens and rows that come twice: the store ends with the truth."""
    random = Random(seed)
    lists = ("ListWorkersWithQualificationType", "ListWorkerBlocks", "ListQualificationTypes")
    for _ in range(8):
        getattr(endpoint.faults, random.choice(FAULTS))(random.choice(lists))
    store = Store.create(tmp_path / "q.db")
    report = sync(store, requester(endpoint.url))
    while report.failed:
        report = sync(store, requester(endpoint.url))

    assert agrees(store, endpoint)


def test_a_list_that_fails_keeps_no_other_from_it(tmp_path: Path, endpoint: Endpoint) -> None:
    """What cannot be read is told; the rest is there, and the next sync goes on."""
    endpoint.faults.refuse("AccessDeniedException", "no", "ListWorkerBlocks", times=None)
    store = Store.create(tmp_path / "q.db")
    report = sync(store, requester(endpoint.url))

    assert [name for name, _ in report.failed] == [BLOCKS]
    assert store.get_worker("A1WORKER").blocked is None
    assert str(store.get_worker("A999NOBODY").fact("3TYPE0").states) == "lacks"
    endpoint.faults.clear()
    clean(sync(store, requester(endpoint.url)))
    assert agrees(store, endpoint)


def killed_sync(endpoint: Endpoint, path: Path, calls: int) -> None:
    """A sync that gets SIGKILL after it made so many calls, unless it has come to its end."""
    before = len(endpoint.requests)
    program = [sys.executable, "-m", "tests.sync_once", endpoint.url, str(path)]
    process = subprocess.Popen(program, cwd=Path(__file__).parent.parent, stderr=subprocess.DEVNULL)
    while process.poll() is None and len(endpoint.requests) - before < calls:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()


def gone_on(store: Store, endpoint: Endpoint, max_age: timedelta | None) -> None:
    """The store after syncs that nobody kills, as many as faults make needed."""
    while sync(store, requester(endpoint.url), max_age=max_age).failed:
        pass


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(each, marks=pytest.mark.soak) for each in range(2, 50))])
def test_killed_at_any_point(tmp_path: Path, seed: int) -> None:
    """Killed at its first sync, and at another after much has changed: the next sync that lives has the truth.

    With odd seeds there are faults. Without, no more calls are made than there are pages, save those that were on their
    way to the one who was killed.
    """
    random, is_soak, path = Random(seed), seed > 1, tmp_path / "q.db"
    with Endpoint() as endpoint:
        types, workers = (12, 5000) if is_soak else (5, 400)
        fill(endpoint, types=types, workers=workers, seed=seed)
        least = least_calls(endpoint, [f"3TYPE{number}" for number in range(types - types % 2)])
        for _ in range(6 * (seed % 2)):
            getattr(endpoint.faults, random.choice(FAULTS))("ListWorkersWithQualificationType")
        killed_sync(endpoint, path, random.randint(0, least))
        gone_on(Store.create(path), endpoint, timedelta(hours=1))
        made = len(endpoint.requests)
        print(f"seed {seed}: {made} calls, {least} at least")  # noqa: T201 - the soak is read by people

        assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert agrees(Store(path), endpoint)
        assert seed % 2 or least <= made <= least + LOST

        change(endpoint, random, types, workers)
        killed_sync(endpoint, path, random.randint(0, least))
        gone_on(Store(path), endpoint, None)
        assert agrees(Store(path), endpoint)


LOST = 30
"""Pages that are asked for at one time, wait to be written, and are just being written, where a sync is killed."""


def change(endpoint: Endpoint, random: Random, types: int, workers: int) -> None:
    """Grants, revocations, blocks, another type and another HIT."""
    market = endpoint.marketplace
    for number in range(types):
        type_id = f"3TYPE{number}"
        some = random.sample(range(workers), workers // 20)
        market.grant_all(type_id, {f"A{each}WORKER": random.randint(0, 9) for each in some})
        for each in random.sample(sorted(held(endpoint, type_id)), workers // 20):
            market.revoke(each, type_id)
    for each in sorted(blocked(endpoint))[::2]:
        market.unblock(each)
    market.block("A7WORKER", "spam")
    market.grant("A8WORKER", market.add_type("3TYPENEW"), 7)
    asked = {"QualificationTypeId": "3TYPENEW", "Comparator": "Exists"}
    market.add_hit({"HITId": "3NEW", "QualificationRequirements": [asked]})


def test_a_reading_goes_on_where_it_was_cut_off(tmp_path: Path, endpoint: Endpoint) -> None:
    """The next sync asks for the pages that are missing, and for no other of that list."""
    store, client = Store.create(tmp_path / "q.db"), requester(endpoint.url)
    clean(sync(store, client))
    first = next(client.scores("3TYPE0", ScoreStatus.GRANTED))
    with writing(store) as writer:
        now = datetime.now(UTC)
        writer.restart(scores_list("3TYPE0"), "Granted", now)
        writer.put_page(scores_list("3TYPE0"), first.rows, ("Granted", first.next_token), now)
    made = len(endpoint.requests)
    report = clean(sync(store, client, max_age=timedelta(hours=1)))
    pages = -(-len(held(endpoint, "3TYPE0")) // PAGE)

    assert first.next_token is not None
    assert report.read == []  # the reading before came to its end within the hour
    with writing(store) as writer:
        writer.begin(scores_list("3TYPE0"), "Granted", now, now - timedelta(hours=1))
    report = clean(sync(store, client))
    asked = [each for each in endpoint.requests[made:] if each.parameters.get("QualificationTypeId") == "3TYPE0"]
    assert len(asked) == pages - 1 + 1
    assert agrees(store, endpoint)


def test_a_token_that_is_none_any_more(tmp_path: Path, endpoint: Endpoint) -> None:
    """Where the service refuses the token, the list is read from its beginning."""
    store = Store.create(tmp_path / "q.db")
    with writing(store) as writer:
        writer.restart(BLOCKS, "all", datetime.now(UTC))
        writer.put_page(BLOCKS, [], ("all", "no token"), datetime.now(UTC))
    clean(sync(store, requester(endpoint.url)))

    assert agrees(store, endpoint)


def test_two_syncs_at_once(tmp_path: Path, endpoint: Endpoint) -> None:
    """One waits for the other; one that will not wait says who is writing. The store has the truth."""
    endpoint.faults.slow(0.02, times=None)
    path = tmp_path / "q.db"
    Store.create(path)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(sync, Store(path), requester(endpoint.url)) for _ in range(2)]
        assert [clean(each.result()).calls for each in both] == 2 * [least_calls(endpoint, ["3TYPE0", "3TYPE1"])]
    with writing(Store(path)), pytest.raises(qe.InvalidInput, match="another process has been writing to the store"):
        sync(Store(path), requester(endpoint.url), wait=0.1)

    assert agrees(Store(path), endpoint)


@pytest.mark.slow
def test_two_processes_at_once(tmp_path: Path) -> None:
    """Each comes to its end, one after the other, whoever else is killed meanwhile; a third one reads all the time."""
    with Endpoint() as endpoint:
        fill(endpoint, types=5, workers=400, seed=7)
        endpoint.faults.slow(0.01, times=None)
        path = tmp_path / "q.db"
        program = [sys.executable, "-m", "tests.sync_once", endpoint.url, str(path)]
        running = [subprocess.Popen(program, cwd=Path(__file__).parent.parent) for _ in range(3)]
        time.sleep(3)
        running[0].kill()
        reading = Store.create(path)
        while any(each.poll() is None for each in running):
            assert reading.get_worker("A1WORKER").worker_id == "A1WORKER"
            time.sleep(0.05)

        assert [each.returncode for each in running[1:]] == [0, 0]
        assert agrees(reading, endpoint)


def test_another_service(tmp_path: Path, endpoint: Endpoint) -> None:
    """A store is of one service: production and the sandbox are not mixed."""
    store = Store.create(tmp_path / "q.db")
    clean(sync(store, requester(endpoint.url)))
    with Endpoint() as other, pytest.raises(qe.InvalidInput, match="use a store for each service"):
        sync(store, requester(other.url))


# Other facts


def test_facts_from_elsewhere(tmp_path: Path, endpoint: Endpoint) -> None:
    """What others said is there, where the service says nothing, or said it too long ago."""
    store = Store.create(tmp_path / "q.db")
    clean(sync(store, requester(endpoint.url), clock=lambda: NOW))
    said = qe.worker("A1WORKER", {qe.LOCALE: "US-WA", "3TYPE0": 55, "3OTHER": "10..20"})
    with writing(store) as writer:
        assert writer.put_profiles([said]) == 3
    known, later = store.get_worker("A1WORKER"), Store(store.path, known_since=NOW + timedelta(days=1))

    assert str(known.fact(qe.LOCALE).states) == "US-WA"
    assert str(known.fact("3OTHER").states) == "10..20"
    assert known.fact("3TYPE0").basis is Basis.LEARNED
    assert str(later.get_worker("A1WORKER").fact("3TYPE0").states) == "55"
    assert later.get_worker("A2WORKER").fact("3TYPE0").states == qe.worker(None).fact("3TYPE0").states
    with writing(store) as writer, pytest.raises(qe.InvalidInput, match="without a WorkerId"):
        writer.put_profiles([qe.worker(None, {qe.LOCALE: "US"})])


def test_old_availability_is_not_known(tmp_path: Path, endpoint: Endpoint) -> None:
    """Whether an old HIT can still be taken is not known, nor whether somebody is blocked whose list is old."""
    store = Store.create(tmp_path / "q.db")
    clean(sync(store, requester(endpoint.url), clock=lambda: NOW))
    person = next(iter(blocked(endpoint)))
    later = Store(store.path, known_since=NOW + timedelta(days=1))

    assert store.get_worker(person).blocked is True
    assert later.get_worker(person).blocked is None
    assert (store.get_hit("3HIT0").status, later.get_hit("3HIT0").status) == ("Assignable", None)
    assert later.get_hit("3HIT0").requirements == store.get_hit("3HIT0").requirements


def test_names_of_types(tmp_path: Path, endpoint: Endpoint) -> None:
    """Names of the service's can be used for types, unless two have one, or the caller calls it otherwise."""
    endpoint.marketplace.add_type("3TWIN0", "Twin")
    endpoint.marketplace.add_type("3TWIN1", "Twins")
    store = Store.create(tmp_path / "q.db", names=qe.TypeNames({"mine": "3TYPE1"}))
    clean(sync(store, requester(endpoint.url)))

    assert store.names.id_of("Type 0") == "3TYPE0"
    assert (store.names.name_of("3TYPE1"), store.names.id_of("mine")) == ("mine", "3TYPE1")
    shown = str(qe.Engine(store, names=store.names).policy("3HIT0"))
    assert shown.startswith("<AccessPolicy accept: Type 0 held; mine")


# The file


def test_only_the_owner_may_read_it(tmp_path: Path, endpoint: Endpoint) -> None:
    """The file and what SQLite lays beside it can be read by their owner alone, whatever the mask is."""
    mask = os.umask(0)
    try:
        store = Store.create(tmp_path / "q.db")
        clean(sync(store, requester(endpoint.url)))
    finally:
        os.umask(mask)

    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("q.db", "q.db-wal", "q.db-shm", "q.db-lock"), 0o600)


def test_no_credentials(tmp_path: Path, endpoint: Endpoint) -> None:
    """Neither key is anywhere in the files."""
    clean(sync(Store.create(tmp_path / "q.db"), requester(endpoint.url)))
    written = b"".join(each.read_bytes() for each in tmp_path.iterdir())

    assert b"3TYPE0" in written
    assert not any(key.encode() in written for key in KEYS)


SECRETS = ("Credential={}/20260501/us-east-1, Signature=0123456789abcdef", "the security token {} is invalid")


@pytest.mark.parametrize("words", SECRETS)
@pytest.mark.parametrize("name", ["UnrecognizedClientException", "IncompleteSignature", "AccessDeniedException"])
def test_no_credentials_in_words(
    tmp_path: Path, endpoint: Endpoint, caplog: pytest.LogCaptureFixture, words: str, name: str
) -> None:  # fmt: skip
    """Nor in an error, whatever the service quotes, nor in what we log, nor does boto3's own log have the secret."""
    quoted = words.format(KEYS[0])
    endpoint.faults.refuse(name, quoted, "ListWorkerBlocks", "ListQualificationTypes", times=None)
    with caplog.at_level(logging.DEBUG):
        report = sync(Store.create(tmp_path / "q.db"), requester(endpoint.url))
    errors = [error for _, error in report.failed]
    said = repr([(str(each), vars(each), traceback.format_exception(each)) for each in errors])
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("qualeval.sources")]
    written = b"".join(each.read_bytes() for each in tmp_path.iterdir()).decode("latin-1")

    assert len(errors) == 2
    assert "Signature" in caplog.text  # boto3 did log what it signed
    for text in (said, "".join(ours), written):
        assert [secret for secret in (*KEYS, "0123456789abcdef") if secret in text] == []
    assert KEYS[1] not in caplog.text


def test_files_that_are_no_store(tmp_path: Path) -> None:
    """Other files are refused and left as they are."""
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE mine (a)")
    connection.commit()
    (tmp_path / "empty.db").touch()
    (tmp_path / "text").write_text("no database at all, and long enough to be sure of that\n" * 50)
    later = Store.create(tmp_path / "later.db")
    later._connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")

    refused = {
        "other.db": "another program's SQLite file",
        "text": "this is no store",
        "empty.db": "the file is empty, and no store yet; sync makes one of it",
        "later.db": "upgrade",
    }
    for name, said in refused.items():
        before = (tmp_path / name).read_bytes()
        with pytest.raises(qe.InvalidInput, match=said):
            Store(tmp_path / name)
        assert (tmp_path / name).read_bytes() == before
    with pytest.raises(qe.InputNotFound, match=r"no store nope\.db; `qualeval sync --store nope.db` makes one"):
        Store("nope.db")
    with pytest.raises(qe.InputNotFound, match="cannot make the store"):
        Store.create(tmp_path / "no" / "folder.db")


def test_version(tmp_path: Path) -> None:
    """A new store has the newest version, and says whose it is."""
    store = Store.create(tmp_path / "q.db")

    assert store._connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert store._connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store.counts() == {"hits": 0, "types": 0, "scores": 0, "blocks": 0, "facts": 0}


def test_hits_that_are_not_there(tmp_path: Path, endpoint: Endpoint) -> None:
    """A HIT that the store does not have is named, with the nearest one and the command that fetches it."""
    store = Store.create(tmp_path / "q.db")
    clean(sync(store, requester(endpoint.url)))

    with pytest.raises(qe.HITNotFound, match="did you mean `3HIT0`"):
        store.get_hit("3HITO")
    with pytest.raises(qe.HITNotFound, match="`qualeval sync 3XYZ12345 --store "):
        store.get_hit("3XYZ12345")


def test_threads(tmp_path: Path, endpoint: Endpoint) -> None:
    """One store serves many threads, also while it is written."""
    store, client = Store.create(tmp_path / "q.db"), requester(endpoint.url)
    clean(sync(store, client))
    expected = truth(endpoint, ["3TYPE0", "3TYPE1"])
    with ThreadPoolExecutor(8) as pool:
        syncing = pool.submit(sync, store, client)
        found = list(pool.map(lambda _: told(store, list(expected)) == expected, range(7)))
        clean(syncing.result())

    assert all(found)
