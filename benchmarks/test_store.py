"""A decision from the store, by two ids, beside `policy.decide` of a profile that is there already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from random import Random

import pytest

import qualeval as qe
from benchmarks.contenders import REQUIREMENTS, STUDY
from benchmarks.measuring import Beside, Round, repeated
from benchmarks.report import AS_LONG, at_most
from qualeval.sources.rows import Block, ListedHIT, Score, TypeInfo
from qualeval.sources.store import BLOCKS, TYPES, Store, scores_list
from qualeval.sources.stored_workers import Question
from qualeval.sources.writing import Writer, writing

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OWN = [STUDY, *(f"3SCORE{number}" for number in range(11))]
WORKERS = [f"A{number:013X}" for number in range(20_000)]
HIT = {"HITId": "3HIT", **qe.HIT(REQUIREMENTS).to_mturk()}


def _put(writer: Writer, name: str, rows: Iterable[object]) -> None:
    writer.restart(name, "all", NOW)
    writer.put_page(name, rows, None, NOW)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """12 types of ours, each of which half of 20,000 workers hold, and of each worker three facts from elsewhere."""
    random, made = Random(1), Store.create(tmp_path_factory.mktemp("store") / "q.db")
    with writing(made) as writer:
        writer.put_hit(ListedHIT("3HIT", HIT), NOW)
        _put(writer, TYPES, [TypeInfo(each) for each in OWN])
        for type_id in OWN:
            held = [each for each in WORKERS if type_id != STUDY and random.random() < 0.5]
            _put(writer, scores_list(type_id), [Score(type_id, each, value=random.randint(0, 100)) for each in held])
        _put(writer, BLOCKS, [Block(each) for each in WORKERS[::50]])
        writer.put_profiles(
            qe.worker(each, {qe.LOCALE: "US-WA", qe.NUMBER_HITS_APPROVED: 500, qe.PERCENT_APPROVED: 99})
            for each in WORKERS
        )
    return made


def in_turn(function: Callable[[str], object], ids: Iterator[str]) -> Round:
    """A round of calls, each of the next worker."""

    def prepared(calls: int) -> Callable[[], object]:
        some = list(islice(ids, calls))
        return lambda: [function(each) for each in some]

    return prepared


@pytest.mark.parametrize("what", ["a worker not read before", "one worker again and again"])
@pytest.mark.parametrize("against", ["policy.decide, one profile", "policy.decide, each profile"])
def test_decision_by_two_ids(beside: Beside, store: Store, what: str, against: str) -> None:
    """From two ids; nothing that was read of a worker is kept, so cold and warm are one."""
    engine = qe.Engine(store, workers=store)
    policy, random = engine.policy("3HIT"), Random(2)
    loaded = {each: qe.WorkerProfile(each, dict(store.get_worker(each).facts)) for each in WORKERS}
    one, any_order = loaded[WORKERS[0]], random.sample(WORKERS, len(WORKERS))

    assert all(engine.permits("3HIT", each) and policy.permits(loaded[each]) for each in WORKERS)
    several = in_turn(lambda each: policy.decide(loaded[each]), cycle(any_order))
    beside(
        f"store, {what}",
        in_turn(lambda each: engine.decide("3HIT", each), cycle(any_order if "not" in what else WORKERS[:1])),
        against=against,
        other=several if "each" in against else repeated(policy.decide, one),
        goal=at_most(20),
    )


def test_sqlite_alone(beside: Beside, store: Store) -> None:
    """What the shortest statement costs: to say whether the store has changed."""
    connection, one = store._connection, store.get_worker(WORKERS[0])
    beside(
        "store, SQLite's shortest word",
        repeated(lambda query: connection.execute(query).fetchone(), "PRAGMA data_version"),
        against="policy.decide, one profile",
        other=repeated(qe.Engine(store).policy("3HIT").decide, one),
        goal=AS_LONG,
    )


def test_statement_alone(beside: Beside, store: Store) -> None:
    """What SQLite and Python's way to it take of a decision: the one statement, and its rows as tuples."""
    connection, one = store._connection, store.get_worker(WORKERS[0])
    policy = qe.Engine(store).policy("3HIT")
    question, any_order = Question.about(policy.ladders), Random(2).sample(WORKERS, len(WORKERS))
    beside(
        "store, its statement alone",
        in_turn(
            lambda each: connection.execute(question.statement, (each, *question.values)).fetchall(), cycle(any_order)
        ),
        against="policy.decide, one profile",
        other=repeated(policy.decide, one),
        goal=AS_LONG,
    )


def _decided(policy: qe.AccessPolicy, workers: Iterable[qe.WorkerProfile]) -> None:
    for each in workers:
        policy.decide(each)


def test_many_workers(beside: Beside, store: Store) -> None:
    """Fifty workers read together, in one state of the store: a round of them is as short as the others are."""
    policy = qe.Engine(store).policy("3HIT")
    types, ids = list(policy.ladders), Random(3).sample(WORKERS, 50)
    loaded = list(store.get_workers(ids, types))
    beside(
        "store, 50 workers together",
        repeated(lambda some: _decided(policy, store.get_workers(some, types)), ids),
        against="policy.decide of the 50",
        other=repeated(lambda some: _decided(policy, some), loaded),
        goal=at_most(20),
    )
