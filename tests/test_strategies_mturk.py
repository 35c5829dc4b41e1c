"""The strategies for what Mechanical Turk's clients read and write: each tree is read, and says what it was made of."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.linting import Severity
from qualeval.testing import strategies
from qualeval.testing.strategies.facts import writable_facts
from qualeval.testing.strategies.mturk import written_hit, written_worker
from qualeval.testing.strategies.workers import profiles
from tests.drawing import simplest, unmet, unreached

POLICY = qe.compile_hit(
    qe.parse_hit(
        [
            {"QualificationTypeId": qe.PERCENT_APPROVED, "Comparator": "GreaterThan", "IntegerValues": [95]},
            {"QualificationTypeId": "3ABC", "Comparator": "Exists"},
        ]
    )
)


# --- HITs


@pytest.mark.slow
@given(strategies.hits())
def test_what_is_written_of_a_hit_is_read_again(hit: qe.HIT) -> None:
    """With all that a HIT has, its guard fields as they are."""
    assert qe.parse_hit(written_hit(hit, str)) == hit


@pytest.mark.slow
@given(strategies.mturk_hits(1, 4, types=["3ABC", "Worker_Locale"], satisfiable=True))
def test_a_written_hit_is_as_it_was_asked_for(tree: Any) -> None:
    """In any form: so many requirements, on these types, that somebody meets; and the linter finds no error."""
    for hit in qe.parse_hits(tree):
        assert 1 <= len(hit.requirements) <= 4
        assert {each.qualification_type_id for each in hit.requirements} <= {"3ABC", qe.LOCALE}
        assert qe.compile_hit(hit).is_satisfiable()
    assert [each.rule for each in qe.lint(tree) if each.severity is Severity.ERROR] == []


@pytest.mark.slow
@given(strategies.mturk_hits(json=True))
def test_a_written_hit_can_be_kept_in_a_file(tree: Any) -> None:
    """With `json` the tree is one of JSON's values."""
    assert qe.parse_hits(json.loads(json.dumps(tree))) == qe.parse_hits(tree)


def form_of(tree: Any) -> str:
    """Which form a tree has, by its keys."""
    if isinstance(tree, list):
        return "requirements"
    marks = {"HIT": "get_hit", "HITs": "list_hits", "HITId": "bare"}
    return next((form for key, form in marks.items() if key in tree), "request")


@pytest.mark.parametrize("form", ["request", "bare", "get_hit", "list_hits", "requirements"])
def test_a_form_is_had_by_its_name(form: str) -> None:
    """Alone, and among all."""
    assert form_of(simplest(strategies.mturk_hits(forms=[form]))) == form
    assert unreached(strategies.mturk_hits(), [form], lambda tree: [form_of(tree)]) == []


def test_times_are_written_in_all_forms() -> None:
    """As datetimes, numbers and texts, in UTC and elsewhere, with and without the T."""
    left = unmet(
        strategies.mturk_hits(forms=["bare"]),
        datetime=lambda tree: isinstance(tree["CreationTime"], datetime),
        integer=lambda tree: isinstance(tree["CreationTime"], int),
        number=lambda tree: isinstance(tree["CreationTime"], float),
        zulu=lambda tree: str(tree["CreationTime"]).endswith("Z"),
        elsewhere=lambda tree: isinstance(tree["CreationTime"], str) and tree["CreationTime"].endswith("-08:00"),
        saved=lambda tree: isinstance(tree["CreationTime"], str) and " " in tree["CreationTime"],
    )

    assert left == []


def test_answers_hold_one_hit_or_several() -> None:
    """And say whether there are more."""
    left = unmet(
        strategies.mturk_hits(forms=["list_hits"]),
        one=lambda tree: len(tree["HITs"]) == 1,
        several=lambda tree: len(tree["HITs"]) == 3,
        more=lambda tree: "NextToken" in tree,
    )

    assert left == []


def test_written_hits_shrink_to_a_request_without_requirements() -> None:
    """Or to the simplest of the form that is asked for."""
    assert simplest(strategies.mturk_hits())["QualificationRequirements"] == []
    assert simplest(strategies.mturk_hits(forms=["requirements"])) == [
        {"QualificationTypeId": "3ABC", "Comparator": "Exists"}
    ]


# --- workers


@given(profiles(None, writable_facts))
def test_what_is_written_of_a_worker_is_read_again(worker: qe.WorkerProfile) -> None:
    """In MTurk's own entries: every fact, revoked or granted at some time, and what is said of completeness."""
    tree = written_worker(worker, str)

    assert qe.parse_worker(tree) == worker
    assert qe.parse_worker(tree).facts == worker.facts


@given(strategies.mturk_workers(json=True))
def test_a_written_worker_can_be_kept_in_a_file(tree: Any) -> None:
    """Each form is read, from a file too."""
    assert qe.parse_workers(json.loads(json.dumps(tree))) == qe.parse_workers(tree)
    assert len(qe.parse_workers(tree)) >= 1


@given(strategies.mturk_workers(POLICY))
def test_a_written_worker_speaks_of_the_policy(tree: Any) -> None:
    """Whatever the form is, no other type is named."""
    for worker in qe.parse_workers(tree):
        assert set(worker.facts) <= set(POLICY.ladders)


def worker_form_of(tree: Any) -> str:
    """Which form a tree has, by its keys."""
    marks = {"Facts": "facts", "Qualification": "get_qualification_score", "NumResults": "list_workers"}
    return next((form for key, form in marks.items() if key in tree), "profile")


@pytest.mark.parametrize("form", ["facts", "profile", "get_qualification_score", "list_workers"])
def test_a_form_of_workers_is_had_by_its_name(form: str) -> None:
    """Alone, and among all."""
    assert worker_form_of(simplest(strategies.mturk_workers(forms=[form]))) == form
    assert unreached(strategies.mturk_workers(), [form], lambda tree: [worker_form_of(tree)]) == []


@pytest.mark.slow
def test_every_key_of_an_entry_is_written() -> None:
    """All that an entry can say is said by some."""
    keys = ("IntegerValue", "IntegerRange", "IntegerValues", "LocaleValue", "LocaleValues", "GrantTime", "Status")
    words = ("Granted", "Revoked", "Lacks", "Unknown")

    def said(tree: Any) -> list[str]:
        return [word for entry in tree["Qualifications"] for word in (*entry, entry["Status"])]

    assert unreached(strategies.mturk_workers(forms=["profile"]), (*keys, *words), said) == []


def test_listings_are_of_one_worker_or_several() -> None:
    """Each is told of once."""
    listed = strategies.mturk_workers(forms=["list_workers"])

    assert unreached(listed, [1, 2, 3], lambda tree: [len(qe.parse_workers(tree))]) == []


def test_written_workers_shrink_to_one_who_says_nothing() -> None:
    """A profile without facts."""
    assert simplest(strategies.mturk_workers())["Facts"] == {}


def test_types_without_an_owner_are_no_part_of_an_answer() -> None:
    """Of a policy that asks the system's types alone, answers are about another type: nobody can read the system's."""
    rate = qe.compile_requirements(POLICY.requirements[:1])
    found = simplest(strategies.mturk_workers(rate, forms=["get_qualification_score"]))

    assert found["Qualification"]["QualificationTypeId"] == "3ABC"


@pytest.mark.slow
@given(st.data(), strategies.hits(1))
def test_a_hit_and_a_worker_as_they_are_written_are_judged(data: st.DataObject, hit: qe.HIT) -> None:
    """Read again, the two give the decision that they gave before."""
    policy = qe.compile_hit(hit)
    worker = data.draw(profiles(policy, writable_facts))
    again = qe.compile_hit(qe.parse_hit(written_hit(hit, str)))

    assert again.access(qe.parse_worker(written_worker(worker, str))) is policy.access(worker)
