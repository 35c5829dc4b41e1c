"""`qualeval match`: which HITs are listed, in which order, what is said beside them, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from tests.cli import PERCENT, put, refusal, requirement, run
from tests.strategies import profiles, requirement_lists, tries, wire

Tree = dict[str, Any]


def hit(hit_id: str, rate: int, *, type_id: str = PERCENT, **others: Any) -> Tree:
    """A HIT for those with this value at least."""
    asked = requirement(type_id, "GreaterThanOrEqualTo", rate)
    return {"HITId": hit_id, "QualificationRequirements": [asked], **others}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a folder of HITs of which the worker may take two, may not take one, and one is open."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hits" / "more").mkdir(parents=True)
    put("worker.json", {"WorkerId": "A1", "Facts": {"Worker_PercentAssignmentsApproved": 97}})
    put("hits/birds.json", hit("3BIRDS", 95, Title="Mark the birds", HITStatus="Disposed"))
    put("hits/two.json", [hit("3HARD", 99), hit("3OPEN", 3, type_id="3ABC", Title="A test")])
    put("hits/more/request.json", {"Title": "A survey", "QualificationRequirements": []})
    put("hits/notes.json", {"nothing": "of a HIT"})
    return tmp_path


def test_the_hits_of_a_folder() -> None:
    """Those that the worker may take, by id or file, with their titles and what stands beside the decision."""
    found = run("match", "worker.json", "hits")

    assert (found.status, found.err) == (0, "")
    assert found.rows == [
        "A1 may accept 2 of 4 HITs; of 1 more it is not known",
        "",
        "HIT may possibly title",
        "3BIRDS accept accept Mark the birds; the HIT was deleted (status Disposed)",
        "hits/more/request.json accept accept A survey",
    ]


def test_possible_lists_what_is_not_known() -> None:
    """Behind the others."""
    found = run("match", "worker.json", "hits", "--possible")

    assert found.rows[-1] == "3OPEN preview accept A test"
    assert len(found.rows) == 6


def test_json() -> None:
    """One object a line."""
    found = run("match", "worker.json", "hits", "--possible", "--format", "json")

    assert [json.loads(line) for line in found.out.splitlines()] == [
        {"hit_id": "3BIRDS", "title": "Mark the birds", "access": "accept", "possible": "accept"},
        {"hit_id": "hits/more/request.json", "title": "A survey", "access": "accept", "possible": "accept"},
        {"hit_id": "3OPEN", "title": "A test", "access": "preview", "possible": "accept"},
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["hits/birds.json"], 0, "A1 may accept 1 of 1 HIT"),
        (["hits/two.json"], 3, "A1 may accept none of 2 HITs; of 1 it is not known"),
        (["hits/two.json", "--set", "3ABC=2"], 1, "A1 may accept none of 2 HITs"),
        (["hits/two.json", "--set", "3ABC=3"], 0, "A1 may accept 1 of 2 HITs"),
        (["hits/two.json", "--assume", "3ABC=3.."], 0, "A1 may accept 1 of 2 HITs"),
        (["hits/two.json", "--action", "preview"], 0, "A1 may preview 2 of 2 HITs"),
        (["hits/birds.json", "hits/two.json"], 0, "A1 may accept 1 of 3 HITs; of 1 more it is not known"),
    ],
)
def test_status(arguments: list[str], status: int, said: str) -> None:
    """0 where there is a HIT to take, else 3 where there might be, else 1."""
    found = run("match", "worker.json", *arguments)

    assert (found.status, found.rows[0]) == (status, said)


def test_broken_files_of_a_folder() -> None:
    """They are told, the others are answered, and the status says that it was not all."""
    put("hits/broken.json", {"HITId": "3BROKEN", "QualificationRequirements": [{"Comparator": "Exists"}]})
    found = run("match", "worker.json", "hits")

    assert found.status == 2
    assert "hits/broken.json: line 1, column 52: requirement 0: `QualificationTypeId` is missing" in found.err
    assert found.rows[0] == "A1 may accept 2 of 4 HITs; of 1 more it is not known"


def test_what_is_refused() -> None:
    """HITs that cannot be told apart, none at all, two streams, and no HITS where there is no store."""
    put("again.json", hit("3BIRDS", 1))
    Path("empty").mkdir()

    assert "HIT `3BIRDS` is in hits/birds.json and again.json; name it once" in refusal(
        "match", "worker.json", "hits/birds.json", "again.json"
    )
    assert "found no HIT" in refusal("match", "worker.json", "empty")
    assert "WORKER and HITS are both `-`" in refusal("match", "-", "-")
    assert "Missing argument 'HITS...'; without it a store is needed" in refusal("match", "worker.json")


@tries(30)
@given(st.lists(requirement_lists(3), min_size=1, max_size=5), profiles(), st.sampled_from(list(qe.Action)))
def test_match_is_a_check_of_each(listed: list[list[Any]], profile: tuple[Any, Any], action: qe.Action) -> None:
    """What is listed is what `check` permits, HIT by HIT."""
    facts, complete = profile
    put("drawn.json", {"WorkerId": "A1", "Facts": facts, "Complete": complete})
    hits = [{"QualificationRequirements": list(map(wire, each))} for each in listed]
    names = [put(f"hit{place}.json", each) for place, each in enumerate(hits)]
    found = run("match", "drawn.json", *names, "--action", str(action), "--format", "json")
    statuses = {name: run("check", name, "drawn.json", "--action", str(action)).status for name in names}

    listed_names = [json.loads(line)["hit_id"] for line in found.out.splitlines()]
    assert sorted(listed_names) == [name for name in names if statuses[name] == 0]
    assert found.status == min(statuses.values(), key=[0, 3, 1].index)
