"""The engine: fetch once, compile once, decide; from any source, in any number of threads."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import boto3
import pytest
from attrs import define, field

import qualeval as qe
import qualeval.engine
from tests.brute import UNIVERSES, lists, some_facts

US = qe.QualificationRequirement(qe.LOCALE, qe.Comparator.EQUAL_TO, locale_values=(qe.Locale("US"),))
RATE = qe.QualificationRequirement(qe.PERCENT_APPROVED, qe.Comparator.GREATER_THAN_OR_EQUAL_TO, (98,))
SAME_RATE = qe.QualificationRequirement(qe.PERCENT_APPROVED, qe.Comparator.GREATER_THAN, (97,))


@define
class Counting:
    """A HIT source that counts what it is asked for, and may be slow."""

    hits: dict[str, qe.HIT]
    delay: float = 0.0
    asked: list[str] = field(factory=list)

    def get_hit(self, hit_id: str) -> qe.HIT:
        self.asked.append(hit_id)
        time.sleep(self.delay)
        if hit_id not in self.hits:
            raise qe.HITNotFound(hit_id, f"no HIT `{hit_id}`")
        return self.hits[hit_id]


def hit(hit_id: str, *requirements: qe.QualificationRequirement) -> qe.HIT:
    return qe.HIT(requirements, hit_id=hit_id)


@pytest.fixture
def source() -> Counting:
    return Counting({"A": hit("A", US, RATE), "B": hit("B", US, RATE), "C": hit("C", US, SAME_RATE)})


def test_hit_is_fetched_once(source: Counting) -> None:
    """A HIT is asked for the first time only, whatever is decided about it."""
    engine = qe.Engine(source)

    for worker in (qe.worker("A1"), qe.worker("A2", {"Worker_Locale": "US"})):
        engine.decide("A", worker)
        engine.permits("A", worker)

    assert source.asked == ["A"]


@pytest.mark.parametrize("max_age", [10, timedelta(seconds=10)])
def test_old_hit_is_fetched_again(source: Counting, max_age: float | timedelta) -> None:
    """A HIT older than `max_age` is asked for again; a younger one is not."""
    now = 0.0
    engine = qe.Engine(source, max_age=max_age, clock=lambda: now)

    engine.hit("A")
    now = 9.9
    engine.hit("A")
    young = list(source.asked)
    now = 10.0
    engine.hit("A")

    assert young == ["A"]
    assert source.asked == ["A", "A"]


def test_a_changed_hit_gets_another_policy(source: Counting) -> None:
    """After `max_age` the policy is that of the HIT as it is now."""
    engine = qe.Engine(source, max_age=0)
    before = engine.policy("A")

    source.hits["A"] = hit("A", US)

    assert engine.policy("A") != before
    assert engine.policy("A") == qe.compile_requirements([US])


@pytest.mark.parametrize("age", [-1, timedelta(seconds=-1), float("nan")])
def test_age_is_not_negative(age: float | timedelta) -> None:
    """An age below zero, or none at all, is refused at once."""
    with pytest.raises(qe.InvalidInput, match="zero or more seconds"):
        qe.Engine({}, max_age=age)


def test_identical_requirements_share_a_policy(source: Counting) -> None:
    """HITs with the same list of requirements have one policy; an equal one keeps its own."""
    engine = qe.Engine(source)

    assert engine.policy("A") is engine.policy("B")
    assert engine.policy("A") == engine.policy("C")
    assert engine.policy("A") is not engine.policy("C")


def test_merely_equal_policies_keep_their_reasons(source: Counting) -> None:
    """A policy that is equal to another still answers with its own requirements."""
    worker = qe.worker("A1", {"Worker_Locale": "US", "Worker_PercentAssignmentsApproved": 90})
    engine = qe.Engine(source)

    (a,), (c,) = engine.decide("A", worker).unmet, engine.decide("C", worker).unmet

    assert a.requirement == RATE
    assert c.requirement == SAME_RATE


def test_decision_names_its_own_hit(source: Counting) -> None:
    """Though A and B share a policy, each decision speaks of the HIT that was asked about."""
    engine = qe.Engine(source)

    assert [engine.decide(each, qe.worker("W")).to_dict()["hit_id"] for each in "ABA"] == ["A", "B", "A"]


def test_engine_answers_as_the_policy_does(source: Counting) -> None:
    """decide, permits and require are those of the HIT's policy."""
    engine = qe.Engine(source)
    good = qe.worker("G", {"Worker_Locale": "US", "Worker_PercentAssignmentsApproved": 99})
    bad = good.with_facts({qe.PERCENT_APPROVED: 97})

    assert engine.permits("A", good)
    assert engine.require("A", good).access is qe.Access.ACCEPT
    assert not engine.permits("A", bad)
    with pytest.raises(qe.Denied, match="G may not accept: raise PercentAssignmentsApproved from 97 to 98 or more"):
        engine.require("A", bad)
    with pytest.raises(qe.Undetermined, match="learn the worker's locale"):
        engine.require("A", qe.worker("U"))
    assert engine.permits("A", qe.worker("U"), qe.Action.PREVIEW)


def test_failure_is_not_remembered(source: Counting) -> None:
    """A HIT that could not be fetched is asked for again the next time."""
    engine = qe.Engine(source)
    with pytest.raises(qe.HITNotFound):
        engine.hit("D")

    source.hits["D"] = hit("D", US)

    assert engine.hit("D").hit_id == "D"


def test_dict_is_a_source() -> None:
    """A dict of HITs by id serves, parsed or as boto3 gives them; an unknown id names the nearest."""
    raw: dict[str, Any] = {"HIT": {"HITId": "3RAW", "QualificationRequirements": []}}
    engine = qe.Engine({"3RAW": raw, "3HIT": hit("3HIT", US)})

    assert engine.hit("3RAW").requirements == ()
    assert engine.hit("3HIT").requirements == (US,)
    with pytest.raises(qe.HITNotFound, match="did you mean `3RAW`"):
        engine.hit("3RAV")


def test_folder_is_a_source(examples: Path) -> None:
    """The path of a folder of saved HITs serves."""
    engine = qe.Engine(examples / "hits")

    assert engine.hit("3SURVEYHIT00000000000000000001").title == "A survey on commuting"


def test_anything_else_is_refused() -> None:
    """What has no get_hit is refused when the engine is made."""
    with pytest.raises(qe.WrongType, match="got int, expected a HIT source"):
        qe.Engine(7)  # type: ignore[arg-type]


def test_threads_share_one_fetch_and_one_compilation() -> None:
    """Sixteen threads that want three slow HITs fetch each once, and all get the same answers."""
    source = Counting({each: hit(each, US, RATE) for each in "ABC"}, delay=0.05)
    engine = qe.Engine(source)
    start = threading.Barrier(16)
    worker = qe.worker("W", {"Worker_Locale": "US", "Worker_PercentAssignmentsApproved": 97})

    def ask(number: int) -> tuple[qe.Access, int]:
        start.wait()
        hit_id = "ABC"[number % 3]
        return engine.decide(hit_id, worker).access, id(engine.policy(hit_id))

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(ask, range(16)))

    assert sorted(source.asked) == ["A", "B", "C"]
    assert answers == {(qe.Access.PREVIEW, id(engine.policy("A")))}


def test_sixteen_threads_are_as_good_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen threads over forty slow HITs fetch and compile nothing twice, and no answer differs from one alone."""
    universe = UNIVERSES[3]
    listed = dict(zip(map(str, range(40)), lists(universe, seed=7, count=40), strict=True))
    source = Counting({name: qe.HIT(tuple(each), hit_id=name) for name, each in listed.items()}, delay=0.01)
    compiled: list[tuple[qe.QualificationRequirement, ...]] = []

    def compile_slowly(requirements: tuple[qe.QualificationRequirement, ...], **others: Any) -> qe.AccessPolicy:
        compiled.append(requirements)
        time.sleep(0.005)
        return qe.compile_requirements(requirements, **others)

    monkeypatch.setattr(qualeval.engine, "compile_requirements", compile_slowly)
    engine = qe.Engine(source)
    profiles = [qe.worker("A", some_facts(Random(number), universe.types)) for number in range(16)]
    start = threading.Barrier(16)

    def ask(number: int) -> dict[str, tuple[qe.Access, qe.Access]]:
        order = Random(number).sample(list(listed), k=len(listed))
        start.wait()
        decisions = {name: engine.decide(name, profiles[number]) for name in order}
        return {name: (each.access, each.possible) for name, each in decisions.items()}

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(16)))

    for profile, answer in zip(profiles, answers, strict=True):
        alone = {name: qe.compile_requirements(each).decide(profile) for name, each in listed.items()}
        assert answer == {name: (each.access, each.possible) for name, each in alone.items()}
    assert sorted(source.asked) == sorted(listed)
    assert len(compiled) == len(set(compiled)) == len({source.hits[name].requirements for name in listed})


def test_slow_hit_does_not_hold_up_another() -> None:
    """While one HIT is being fetched, others can be decided."""
    slow, release = threading.Event(), threading.Event()

    class Gate:
        def get_hit(self, hit_id: str) -> qe.HIT:
            if hit_id == "SLOW":
                slow.set()
                release.wait(10)
            return hit(hit_id)

    engine = qe.Engine(Gate())
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(engine.hit, "SLOW")
        slow.wait(10)
        answered = engine.hit("FAST").hit_id
        release.set()

        assert answered == "FAST"
        assert waiting.result(10).hit_id == "SLOW"


def test_own_names_serve_in_a_dict_and_in_answers() -> None:
    """Names for types are read in the HITs of a dict and written in its decisions."""
    raw: dict[str, Any] = {
        "HITId": "3RAW",
        "QualificationRequirements": [{"QualificationTypeId": "study_1_done", "Comparator": "DoesNotExist"}],
    }
    engine = qe.Engine({"3RAW": raw}, names=qe.TypeNames({"study_1_done": "3STUDY1DONE"}))

    (reason,) = engine.decide("3RAW", qe.worker("W", {"3STUDY1DONE": 1})).unmet

    assert reason.name == "study_1_done"
    assert str(reason.remedy) == "lose study_1_done"


def test_a_boto3_client_is_not_mistaken_for_a_source() -> None:
    """A bare client has a get_hit too; the refusal says how to wrap it. A class is no source either."""
    client = boto3.client("mturk", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")

    for slip in (client, qe.MTurk):
        with pytest.raises(qe.WrongType, match=r"qualeval\.MTurk\(client\)"):
            qe.Engine(slip)  # type: ignore[arg-type]


def test_what_a_source_gives_is_looked_at() -> None:
    """A source that gives something else than a HIT is told so, and not believed."""

    class Careless:
        def get_hit(self, hit_id: str) -> Any:
            return {"HITId": hit_id}

    with pytest.raises(qe.WrongType, match="gave a dict for `3HIT`, expected a HIT"):
        qe.Engine(Careless()).hit("3HIT")
