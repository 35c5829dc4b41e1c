"""Workers of a store: read from rows as they are asked for, they are known exactly as profiles made at once are."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.model.facts import Basis
from qualeval.model.grammar import read_fact
from qualeval.model.qualification_types import qualification_type
from qualeval.model.workers import WorkerProfile
from qualeval.sources.rows import Block, ListedHIT, Score, ScoreStatus
from qualeval.sources.store import BLOCKS, Store, scores_list
from qualeval.sources.stored_workers import Question, Row
from qualeval.sources.writing import writing
from tests.strategies import TYPES, fact_texts, requirement_lists

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OLD = NOW - timedelta(days=2)
OWN = [each for each in TYPES if qualification_type(each).owner == "requester"]


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """What a store may have of a worker: what others said, lists that were read, scores, and the blocks."""
    times = st.sampled_from([OLD.timestamp(), NOW.timestamp()])
    found: list[Row] = []
    for type_id in TYPES:
        if draw(st.booleans()):
            found.append((type_id, "inferred", draw(fact_texts(type_id)), draw(times | st.none()), "a batch"))
        if type_id in OWN and draw(st.booleans()):
            value, status = draw(st.integers(-5, 100) | st.none()), draw(st.sampled_from(["Granted", "Revoked"]))
            nowhere = (type_id, None, None, draw(times | st.none()), None)
            found.append(draw(st.just(nowhere) | st.just((type_id, status, value, draw(times), draw(times)))))
    if draw(st.booleans()):
        found.append(("", None, draw(st.sampled_from([0, 1])), draw(times | st.none()), None))
    return found


def at(seconds: float | None) -> datetime | None:
    """A time of a row."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def plainly(found: list[Row], since: datetime | None) -> WorkerProfile:
    """The model: all facts made, the service's word before that of others where it is not too old, then aged."""
    said: dict[str, qe.Fact] = {}
    learned: dict[str, qe.Fact] = {}
    blocked = None
    for type_id, what, value, learned_at, more in found:
        if type_id == "":
            is_known = learned_at is not None and (since is None or at(learned_at) == NOW)
            blocked = bool(value) if is_known else None
        elif what is None and learned_at is None:
            continue
        elif what == "inferred":
            fact = read_fact(type_id, str(value))
            said[type_id] = evolve(fact, learned_at=at(learned_at), source=str(more), basis=Basis.INFERRED)
        elif what is None:
            lacked = qualification_type(type_id).lacked
            learned[type_id] = qe.Fact(lacked, learned_at=at(learned_at), source="Mechanical Turk", basis=Basis.LEARNED)
        else:
            row = Score(type_id, "A1", ScoreStatus(what), value, at(float(more or 0)))  # type: ignore[arg-type]
            learned[type_id] = row.fact(at(learned_at), "Mechanical Turk")
    old = {each for each, fact in learned.items() if since and fact.learned_at and fact.learned_at < since}
    facts = said | {each: fact for each, fact in learned.items() if each not in said or each not in old}
    profile = WorkerProfile("A1", facts, blocked=blocked)
    return profile if since is None else profile.aged(since)


@given(rows(), st.none() | st.just(NOW), requirement_lists())
def test_rows_are_known_as_facts_are(
    found: list[Row], since: datetime | None, requirements: list[qe.QualificationRequirement]
) -> None:  # fmt: skip
    """A profile of rows is equal to the one of their facts, and is judged as that is, also after a copy."""
    lazily, expected = Question.about(TYPES).profile("A1", found, since), plainly(found, since)
    policy = qe.compile_requirements(requirements)

    assert policy.access(lazily) is policy.access(expected)
    assert lazily == expected
    assert expected == lazily
    assert dict(lazily.facts) == dict(expected.facts)
    assert lazily.to_dict() == expected.to_dict()
    assert policy.decide(lazily).to_dict() == policy.decide(expected).to_dict()
    assert pickle.loads(pickle.dumps(lazily)) == expected
    assert lazily.with_facts({"3NEW": 1}) == expected.with_facts({"3NEW": 1})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with a HIT, two types of ours of which one list was read to its end, blocks, and facts from elsewhere."""
    opened = Store.create(tmp_path / "q.db")
    random = Random(1)
    asked = [{"QualificationTypeId": each, "Comparator": "Exists"} for each in ("3ONE", "3TWO")]
    hit = {"HITId": "3HIT", "QualificationRequirements": [*asked, {
        "QualificationTypeId": qe.LOCALE, "Comparator": "EqualTo", "LocaleValues": [{"Country": "US"}]}]}  # fmt: skip
    with writing(opened) as writer:
        writer.put_hit(ListedHIT("3HIT", hit), NOW)
        for type_id, following in (("3ONE", None), ("3TWO", ("Granted", "more"))):
            held = [Score(type_id, each, value=7) for each in people() if random.random() < 0.5]
            writer.restart(scores_list(type_id), "Granted", NOW)
            writer.put_page(scores_list(type_id), held, following, NOW)
        writer.restart(BLOCKS, "all", NOW)
        writer.put_page(BLOCKS, [Block(each) for each in people()[::7]], None, NOW)
        writer.put_profiles(qe.worker(each, {qe.LOCALE: "US", "3OTHER": 5}) for each in people()[::3])
    yield opened
    opened.close()


def people() -> list[str]:
    """Worker ids."""
    return [f"A{number}WORKER" for number in range(2500)]


def test_a_list_that_was_not_read_to_its_end(store: Store) -> None:
    """Of who is not on it nothing is known; of who is not on one that was, that she lacks the type."""
    nobody = store.get_worker("A9NOBODY", ["3ONE", "3TWO"])

    assert str(nobody.fact("3ONE")) == "lacks"
    assert nobody.fact("3TWO").states == qe.worker(None).fact("3TWO").states


def test_blocks_that_were_not_read_to_their_end(tmp_path: Path) -> None:
    """Who is on the list by now is blocked, also where it was not read on; of the others nothing is known."""
    store = Store.create(tmp_path / "half.db")
    with writing(store) as writer:
        writer.begin(BLOCKS, "all", NOW, NOW)
        writer.put_page(BLOCKS, [Block("A1", "spam")], ("all", "token"), NOW)

    assert [store.get_worker(each).blocked for each in ("A1", "A2")] == [True, None]
    assert Store(store.path, known_since=NOW + timedelta(1)).get_worker("A1").blocked is None


def test_many_workers_are_known_as_each_is(store: Store) -> None:
    """Read together, in their order, also twice, also who is not there; and towards all types."""
    asked = [*people(), "A9NOBODY", "A1WORKER"]
    types = ["3ONE", "3TWO", qe.LOCALE]

    assert list(store.get_workers(asked, types)) == [store.get_worker(each, types) for each in asked]
    assert list(store.get_workers(asked[:9])) == [store.get_worker(each) for each in asked[:9]]
    assert list(store.get_workers([])) == []


def test_many_types(store: Store) -> None:
    """More types than SQLite would look up one by one are no other question."""
    types = ["3ONE", "3TWO", *(f"3MANY{number}" for number in range(600))]

    for worker_id in people()[:20]:
        known, few = store.get_worker(worker_id, types), store.get_worker(worker_id, ["3ONE", "3TWO"])
        assert [known.fact(each) for each in ("3ONE", "3TWO")] == [few.fact(each) for each in ("3ONE", "3TWO")]
        assert known.fact("3MANY7").states == qe.worker(None).fact("3MANY7").states


def test_what_is_written_is_seen(store: Store) -> None:
    """A decision is by the store as it is now, whoever has written to it."""
    engine = qe.Engine(store, workers=store)
    assert not engine.permits("3HIT", "A9NEW")
    with writing(Store(store.path)) as writer:
        scores = [Score(each, "A9NEW", value=1) for each in ("3ONE", "3TWO")]
        for each in scores:
            writer.put_page(scores_list(each.type_id), [each], ("Granted", "more"), NOW)
        writer.put_profiles([qe.worker("A9NEW", {qe.LOCALE: "US-WA"})])

    assert engine.permits("3HIT", "A9NEW")


# Stores that are damaged

def judge_all(path: str, since: datetime | None = None) -> None:
    """Decides about everybody by a store."""
    opened = Store(path, known_since=since)
    engine = qe.Engine(opened, workers=opened)
    for worker_id in people():
        engine.decide("3HIT", worker_id).to_dict()


DAMAGE = {
    "fact": "UPDATE fact SET states = 'UK' WHERE length(type_id) = 20",
    "basis": "UPDATE fact SET basis = 'guessed'",
    "score": "UPDATE score SET value = 'nowhere'",
    "fraction": "UPDATE score SET value = 1.5",
    "bytes": "UPDATE score SET value = x'00'",
    "time": "UPDATE score SET learned_at = 'now'",
    "HIT": "UPDATE hit SET answer = '{\"HITId\": '",
    "no JSON": "UPDATE hit SET answer = x'00'",
    "table": "DROP TABLE fact",
    "lists": "DROP TABLE list",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_row_that_is_none(store: Store, damage: str) -> None:
    """What no qualeval writes is told as damage of this store, and nothing is judged by it."""
    connection = sqlite3.connect(store.path)
    connection.execute("PRAGMA ignore_check_constraints = 1")
    connection.execute(DAMAGE[damage])
    connection.commit()
    connection.close()

    with pytest.raises(qe.InvalidInput, match=r"q\.db: the store is damaged: .*; move it away, and sync makes another"):
        judge_all(store.path, OLD)


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9])
def test_a_file_that_was_cut(store: Store, tmp_path: Path, keep: float) -> None:
    """A part of a store is told as damage or as no store; nothing is judged by it."""
    store.close()
    whole = Path(store.path).read_bytes()
    cut = tmp_path / "cut.db"
    cut.write_bytes(whole[: int(len(whole) * keep)])

    with pytest.raises(qe.InvalidInput, match=r"cut\.db: (the store is damaged|this is no store)"):
        judge_all(str(cut))
