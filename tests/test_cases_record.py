"""Recording: today's answers are written into case files, and all else stays as it was."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import qualeval as qe
from qualeval.sources.documents import read_document
from qualeval.testing.cases import Recorded, Status, drafted_cases, load_cases, record_cases, run_cases
from tests.cli import PERCENT, requirement
from tests.strategies import cases, wire

HIT = json.dumps([requirement(PERCENT, "GreaterThan", 97), requirement("3BLOCK", "DoesNotExist")])


def recorded(path: Path) -> list[Recorded]:
    return record_cases(path, run_cases(load_cases(path, unfinished=True)))


def after(text: str, tmp_path: Path) -> str:
    """What becomes of a case file."""
    (tmp_path / "hit.json").write_text(HIT)
    path = tmp_path / "cases.yaml"
    path.write_bytes(text.encode())
    recorded(path)
    return path.read_bytes().decode()


# --- the laws


EXPECTED = st.fixed_dictionaries(
    {},
    optional={
        "access": st.sampled_from([str(each) for each in qe.Access]),
        "accept": st.sampled_from([str(each) for each in qe.Outcome]),
        "deciding": st.just([]),
    },
)


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """Case files with and without expectations."""
    found = []
    for name in draw(st.lists(st.text(min_size=1).filter(str.strip), unique=True, min_size=1, max_size=3)):
        listed, (facts, complete) = draw(cases())
        worker = {"WorkerId": "A1", "Complete": complete, "Facts": dict(facts)}
        one = {"name": name, "hit": [wire(each) for each in listed] or {"HITId": "3A"}, "worker": worker}
        expect = draw(EXPECTED)
        found.append({**one, "expect": expect} if expect else one)
    return {"cases": found}


def laid_out(tree: Any, form: str) -> str:
    """The file in several layouts."""
    if form.startswith("json"):
        return json.dumps(tree, indent=2 if form == "json" else None, ensure_ascii=False)
    tree = json.loads(json.dumps(tree))  # what is one object twice would become an alias
    return yaml.safe_dump(tree, sort_keys=False, default_flow_style=form == "yaml flow", allow_unicode=True)


@settings(max_examples=60)
@given(files(), st.sampled_from(["json", "json line", "yaml", "yaml flow"]))
def test_what_was_recorded_passes_and_nothing_else_has_changed(tree: dict[str, Any], form: str) -> None:
    """Every case passes then, its expectations have the keys that they had, and the rest of the file is the same."""
    text = laid_out(tree, form)
    try:
        if read_document(io.StringIO(text)).tree != tree:
            return  # PyYAML reads back what it wrote as YAML 1.1 has it, we do not
    except qe.InvalidInput:
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cases"
        path.write_text(text, encoding="utf-8")
        recorded(path)
        found = run_cases(load_cases(path))
        new: Any = read_document(path).tree
        again = recorded(path)

    assert [each.message for each in found] == [""] * len(found)
    assert {each.status for each in found} == {Status.PASSED}
    for old, one in zip(tree["cases"], new["cases"], strict=True):
        assert {key: value for key, value in one.items() if key != "expect"} == {
            key: value for key, value in old.items() if key != "expect"
        }
        assert [*one["expect"]] == [*old.get("expect", {"access": 0, "possible": 0, "deciding": 0})]
    assert again == []


# --- the text


BLOCK = """\
hit: hit.json  # ours
cases:
  # the first
  - name: a  # so
    facts: {}  # nothing

  - name: b
    facts: {}"""
BLOCK_RECORDED = """\
hit: hit.json  # ours
cases:
  # the first
  - name: a  # so
    facts: {}  # nothing
    expect: {access: preview, possible: accept, deciding: [Worker_PercentAssignmentsApproved, "3BLOCK"]}

  - name: b
    facts: {}
    expect: {access: preview, possible: accept, deciding: [Worker_PercentAssignmentsApproved, "3BLOCK"]}"""
OLD = """\
hit: hit.json
cases:
- name: a
  expect:
    'access': 'accept'  # why
    # and
    deciding:  # those
    - 0
    possible: accept
  facts: {3BLOCK: 1}
"""
OLD_RECORDED = """\
hit: hit.json
cases:
- name: a
  expect:
    'access': 'preview'  # why
    # and
    deciding: [1]  # those
    possible: preview
  facts: {3BLOCK: 1}
"""
FLOW = """\
hit: hit.json
cases: [{name: a, facts: {3BLOCK: 1}}, {name: b, facts: {3BLOCK: 1}, expect: {accept: unknown}}]
"""
FLOW_RECORDED = """\
hit: hit.json
cases: [{name: a, facts: {3BLOCK: 1}, expect: {access: preview, possible: preview, deciding: ["3BLOCK"]}}, \
{name: b, facts: {3BLOCK: 1}, expect: {accept: denied}}]
"""
JSON = """\
{
  "hit": "hit.json",
  "cases": [
    {
      "name": "a",
      "facts": {"3BLOCK": 1}
    }
  ]
}
"""
JSON_RECORDED = """\
{
  "hit": "hit.json",
  "cases": [
    {
      "name": "a",
      "facts": {"3BLOCK": 1},
      "expect": {"access": "preview", "possible": "preview", "deciding": ["3BLOCK"]}
    }
  ]
}
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    ("text", "expected"), [(BLOCK, BLOCK_RECORDED), (OLD, OLD_RECORDED), (FLOW, FLOW_RECORDED), (JSON, JSON_RECORDED)]
)
def test_layout_and_comments_stay(text: str, expected: str, mark: str, ends: str, tmp_path: Path) -> None:
    """A new expectation is a line at the end of its case; of an old one the values change that are not so any more."""
    found = after(mark + text.replace("\n", ends), tmp_path)

    assert found == mark + expected.replace("\n", ends)


def test_requirements_are_recorded_as_they_were_named(tmp_path: Path) -> None:
    """By number where a number stood; by the name of the type otherwise, unless two are on it."""
    text = "hit: hit.json\ncases:\n- {name: a, facts: {3BLOCK: 1}, expect: {deciding: [%s]}}\n"
    hit = [requirement("3X", "GreaterThan", 5), requirement("3X", "Exists")]
    two = json.dumps({"cases": [{"name": "a", "facts": {"3X": 1}, "hit": hit, "expect": {"deciding": []}}]})

    assert "deciding: [1]" in after(text % "0", tmp_path)
    assert 'deciding: ["3BLOCK"]' in after(text % PERCENT, tmp_path)
    assert '"deciding": [0]' in after(two, tmp_path)


def test_a_requirement_that_is_gone_is_no_obstacle(tmp_path: Path) -> None:
    """Where `deciding` names one that the HIT does not have any more, it is renewed, and what holds is left alone."""
    one = "{name: a, facts: {3BLOCK: 1}, expect: {access: preview, %s: denied, deciding: [3GONE]}}"
    text = f"hit: hit.json\ncases:\n- {one}\n"
    found = after(text % "accept", tmp_path)
    other = after(text % "preview", tmp_path)

    assert found == (text % "accept").replace("3GONE", '"3BLOCK"')
    assert other == (text % "preview").replace("3GONE", '"3BLOCK"').replace("denied", "permitted")


def test_what_was_recorded_is_told(tmp_path: Path) -> None:
    """What a case expected before, and what it does now."""
    (tmp_path / "hit.json").write_text(HIT)
    path = tmp_path / "cases.yaml"
    one = "- {name: a, facts: {3BLOCK: 1}, expect: {access: accept, possible: preview}}\n"
    path.write_text(f"hit: hit.json\ncases:\n{one}")
    (found,) = recorded(path)

    assert (found.case.name, found.before, found.after) == ("a", {"access": "accept"}, {"access": "preview"})


def test_a_file_that_is_right_is_not_written(tmp_path: Path) -> None:
    """Its time stays, and so its builders are not stirred."""
    (tmp_path / "hit.json").write_text(HIT)
    path = tmp_path / "cases.yaml"
    path.write_text("hit: hit.json\ncases:\n- {name: a, facts: {3BLOCK: 1}, expect: {access: preview}}\n")
    os.utime(path, (1, 1))

    assert recorded(path) == []
    assert path.stat().st_mtime == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("cases:\n- {name: a, hit: nope.json, facts: {}}\n", "`a` has no answer to record: no file"),
        ("hit: hit.json\r\ncases:\n- {name: a, facts: {}}\n", "by hand"),
        (
            "hit: hit.json\ncases:\n- &a {name: a, facts: {3BLOCK: 1}, expect: &x {access: accept}}\n"
            "- {name: b, facts: {3BLOCK: lacks, Worker_PercentAssignmentsApproved: 99}, expect: *x}\n",
            "write `expect` into `a` by hand",
        ),
    ],
)
def test_what_cannot_be_recorded_is_refused(text: str, reason: str, tmp_path: Path) -> None:
    """A case without an answer, mixed line ends, an expectation that two cases share: the file stays as it is."""
    with pytest.raises(qe.InvalidInput, match=reason):
        after(text, tmp_path)

    assert (tmp_path / "cases.yaml").read_bytes() == text.encode()


def test_a_file_that_has_changed_is_refused(tmp_path: Path) -> None:
    """Answers are not written into the cases of another file."""
    path = tmp_path / "cases.yaml"
    path.write_text("cases:\n- {name: a, hit: {HITId: 3A}, facts: {}}\n")
    found = run_cases(load_cases(path, unfinished=True))
    path.write_text("cases:\n- {name: b, hit: {HITId: 3A}, facts: {}}\n")

    with pytest.raises(qe.InvalidInput, match="the file has changed since it was read"):
        record_cases(path, found)
    path.unlink()
    with pytest.raises(qe.InputNotFound, match="cannot read"):
        record_cases(path, found)


def test_verdicts_of_the_service_are_not_replaced(root: Path) -> None:
    """An answer of the worker site says what Mechanical Turk said, and not what we do."""
    path = root / "tests" / "worker_site.json"

    with pytest.raises(qe.InvalidInput, match="verdicts are not replaced"):
        record_cases(path, run_cases(load_cases(path)))


# --- new files


def test_a_draft_has_a_case_a_worker(tmp_path: Path) -> None:
    """It names the files as seen from its folder, and can be recorded."""
    (tmp_path / "hit.json").write_text(HIT)
    (tmp_path / "workers.jsonl").write_text('{"WorkerId": "A1"}\n{"WorkerId": "worker: two"}\n')
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "cases.yaml"
    text = drafted_cases(path.parent, str(tmp_path / "hit.json"), str(tmp_path / "workers.jsonl"))
    path.write_text(text)

    assert text.splitlines()[:2] == ['hit: "../hit.json"', 'workers: "../workers.jsonl"']
    assert [each.case.name for each in recorded(path)] == ["A1", "worker: two"]
    assert [each.status for each in run_cases(load_cases(path))] == [Status.PASSED] * 2


def test_a_draft_of_one_worker(tmp_path: Path) -> None:
    """One worker needs no id; several need one each. A HIT's id stays one."""
    one, several = tmp_path / "one.json", tmp_path / "several.json"
    one.write_text('{"Facts": {"Masters": "holds"}}')
    several.write_text('[{"WorkerId": "A1", "Facts": {}}, {"WorkerId": "A1", "Facts": {"Masters": "holds"}}]')

    assert drafted_cases(tmp_path, "3HIT", str(one)) == (
        "hit: \"3HIT\"\ncases:\n  - name: \"the worker\"\n    worker: one.json\n"
    )
    with pytest.raises(qe.InvalidInput, match="give each a WorkerId of its own"):
        drafted_cases(tmp_path, "3HIT", str(several))
