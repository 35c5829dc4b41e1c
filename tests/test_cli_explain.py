"""`qualeval explain`: who is let in, in plain words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qualeval as qe
from qualeval.model.requirements import QualificationRequirement
from tests.cli import LOCALE, PERCENT, put, refusal, requirement, run
from tests.strategies import requirements, wire


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_answer(examples: Path) -> None:
    """A list for every action of what it takes, then the requirements as they are written."""
    found = run("explain", str(examples / "hit.json"))

    assert (found.status, found.err) == (0, "")
    assert found.out.splitlines() == [
        "HIT 3EXAMPLEHIT0000000000000000001 “Mark the birds in 20 photographs”",
        "",
        "To discover it, a worker must",
        "  - be in CA or US",
        "To preview it, a worker must",
        "  - be in CA or US",
        "  - have NumberHITsApproved of 101 or more",
        "To accept it, a worker must",
        "  - be in CA or US",
        "  - have NumberHITsApproved of 101 or more",
        "  - have PercentAssignmentsApproved of 98 or more",
        "  - not hold 3STUDY1DONE",
        "",
        "Requirements",
        "  0  Worker_Locale In US, CA                                    guards DiscoverPreviewAndAccept",
        "  1  Worker_NumberHITsApproved GreaterThan 100                  guards PreviewAndAccept",
        "  2  Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 98  guards Accept",
        "  3  3STUDY1DONE DoesNotExist                                   guards Accept",
    ]


def test_json(examples: Path) -> None:
    """JSON has the same: what each action takes, and the requirements with what they admit."""
    found = run("explain", str(examples / "hit.json"), "--format", "json")

    assert found.status == 0
    assert list(found.json) == ["hit_id", "title", "actions", "requirements"]
    assert found.json["actions"]["discover"] == {"satisfiable": True, "must": ["be in CA or US"]}
    assert found.json["requirements"][0] == {
        "index": 0,
        "qualification_type_id": LOCALE,
        "name": "Worker_Locale",
        "comparator": "In",
        "values": ["US", "CA"],
        "guards": "DiscoverPreviewAndAccept",
        "admits": "CA, US",
    }
    assert found.json["requirements"][1]["values"] == [100]


def test_hit_that_everybody_may_take() -> None:
    """A HIT without requirements, id and title is open to everybody, and is not named."""
    assert run("explain", put("hit.json", {"QualificationRequirements": []})).out.splitlines() == [
        f"Every worker may {action} it." for action in ("discover", "preview", "accept")
    ]


def test_hit_that_nobody_can_take() -> None:
    """Requirements that contradict each other are said to, from the action on that they make impossible."""
    put("hit.json", [requirement(PERCENT, "GreaterThan", 98), requirement(PERCENT, "LessThan", 95)])
    found = run("explain", "hit.json")

    assert found.status == 0
    assert found.out.splitlines()[:3] == [
        "Every worker may discover it.",
        "Every worker may preview it.",
        "Nobody can accept it: the requirements 0 and 1 on PercentAssignmentsApproved contradict each other.",
    ]
    accept = run("explain", "hit.json", "--format", "json").json["actions"]["accept"]
    assert accept == {"satisfiable": False, "must": []}


def test_action_that_takes_nothing_more() -> None:
    """An action that takes no more than the one before it is not spelt out again."""
    put("hit.json", [requirement("3A", "Exists", ActionsGuarded="DiscoverPreviewAndAccept")])

    assert run("explain", "hit.json").out.splitlines()[:4] == [
        "To discover it, a worker must",
        "  - hold 3A",
        "To preview it, a worker needs nothing more.",
        "To accept it, a worker needs nothing more.",
    ]


def test_standard_input() -> None:
    """HIT may be `-`."""
    found = run("explain", "-", stdin=json.dumps({"HIT": {"HITId": "3A", "QualificationRequirements": []}}))

    assert (found.status, found.out.splitlines()[0]) == (0, "HIT 3A")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hit.jsno", "no file hit.jsno; did you mean hit.json?"),
        ("worker.json", "this is a worker profile, expected a HIT"),
        (".", ". is a directory; name a file in it"),
    ],
)
def test_what_is_no_hit(name: str, said: str) -> None:
    """What is no HIT is refused."""
    put("hit.json", {"QualificationRequirements": []})
    put("worker.json", {"WorkerId": "A1"})

    assert said in refusal("explain", name)


@given(st.lists(requirements(), max_size=4))
@settings(max_examples=100)
def test_words_and_json_say_the_same(asked: list[QualificationRequirement]) -> None:
    """Of every HIT, each action's demands stand in the text as in JSON, and anybody can do what some worker can."""
    put("hit.json", {"QualificationRequirements": [wire(each) for each in asked]})
    text, tree = run("explain", "hit.json"), run("explain", "hit.json", "--format", "json").json
    policy = qe.compile_requirements(asked)

    for action in qe.Action:
        said = tree["actions"][str(action)]
        assert said["satisfiable"] is (policy.describe(action) is not None)
        assert all(f"  - {demand}" in text.out for demand in said["must"])
        assert (f"Nobody can {action} it" in text.out) is not said["satisfiable"]
    assert len(tree["requirements"]) == len(asked)
