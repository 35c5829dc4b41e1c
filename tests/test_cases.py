"""Case files: what they say, what comes of them, and what is wrong with those that are refused."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.testing.cases import CaseResult, Status, as_json, as_junit, load_cases, run_cases
from tests.cli import LOCALE, NUMBER, PERCENT, requirement
from tests.strategies import cases, wire

HIT = [
    requirement(LOCALE, "In", LocaleValues=[{"Country": "US"}], ActionsGuarded="DiscoverPreviewAndAccept"),
    requirement(NUMBER, "GreaterThan", 100, ActionsGuarded="PreviewAndAccept"),
    requirement(PERCENT, "GreaterThan", 97),
    requirement("3BLOCK", "DoesNotExist"),
]
GOOD = {"Worker_Locale": "US-WA", "Worker_NumberHITsApproved": 512, PERCENT: 99, "3BLOCK": "lacks"}


def case(**said: Any) -> dict[str, Any]:
    """A case in which the good worker may accept, but for what is said; what is None is left out."""
    whole = {"name": "one", "hit": HIT, "facts": GOOD, "expect": {"access": "accept"}, **said}
    return {key: value for key, value in whole.items() if value is not None}


def file_of(*found: Mapping[str, Any], **said: Any) -> dict[str, Any]:
    return {**said, "cases": list(found)}


def ran(tree: object, **settings: Any) -> list[CaseResult]:
    return run_cases(load_cases(io.StringIO(json.dumps(tree)), **settings))


def result_of(**said: Any) -> CaseResult:
    (result,) = ran(file_of(case(**said)))
    return result


def problems_of(tree: object) -> list[str]:
    """What is wrong with a file, without the places."""
    text = tree if isinstance(tree, str) else json.dumps(tree)
    with pytest.raises(qe.InvalidInput) as caught:
        load_cases(io.StringIO(text))
    assert all(problem.line and problem.column for problem in caught.value.problems)
    return [re.sub(r"^line \d+, column \d+: ", "", str(problem)) for problem in caught.value.problems]


# --- the laws


OUTCOMES = st.sampled_from([str(each) for each in qe.Outcome])
LEVELS = st.sampled_from([str(each) for each in qe.Access])


@st.composite
def written(draw: st.DrawFn, expect: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """A case of any requirements and worker."""
    listed, (facts, complete) = draw(cases())
    worker = {"WorkerId": "A1", "Complete": complete, "Facts": dict(facts)}
    hit = {"QualificationRequirements": [wire(each) for each in listed]}
    return {"name": "one", "hit": hit, "worker": worker, "expect": draw(expect)}


EXPECTATIONS = st.fixed_dictionaries(
    {},
    optional={
        "access": LEVELS,
        "possible": LEVELS,
        **{str(action): OUTCOMES for action in qe.Action},
        "deciding": st.lists(st.integers(0, 2), unique=True, max_size=2),
    },
).filter(bool)


def answered(tree: Mapping[str, Any]) -> dict[str, Any]:
    """What `decide` says of a case, in the words of expectations."""
    decision = qe.compile_hit(qe.parse_hit(tree["hit"])).decide(qe.parse_worker(tree["worker"]))
    said = decision.to_dict()
    state = {"denied": "unmet", "unknown": "unknown", "permitted": None}[said["actions"]["accept"]]
    deciding = [each["index"] for each in said["requirements"] if each["state"] == state]
    return {"access": said["access"], "possible": said["possible"], **said["actions"], "deciding": deciding}


@given(written(EXPECTATIONS))
def test_a_case_passes_exactly_if_all_that_it_expects_is_so(tree: dict[str, Any]) -> None:
    """Expectations are compared with the decision, each by itself; one about a requirement that is not there errs."""
    (result,) = ran(file_of(tree))
    answer, expected = answered(tree), tree["expect"]
    is_there = all(index < len(tree["hit"]["QualificationRequirements"]) for index in expected.get("deciding", ()))
    holds = {key: sorted(value) if key == "deciding" else value for key, value in expected.items()}

    if not is_there:
        assert result.status is Status.ERROR
        return
    assert (result.status is Status.PASSED) == all(answer[key] == value for key, value in holds.items())
    assert {check.what for check in result.checks if check.finding is qe.testing.cases.Finding.FAILS} == {
        key for key, value in holds.items() if answer[key] != value
    }


@given(written(st.just({})))
def test_the_answer_itself_passes(tree: dict[str, Any]) -> None:
    """Whoever expects what is, in full, is not disappointed; and any one other access is."""
    answer = answered(tree)
    passed = ran(file_of({**tree, "expect": answer}))
    others = [str(level) for level in qe.Access if str(level) != answer["access"]]
    failed = ran(file_of(*({**tree, "name": each, "expect": {"access": each}} for each in others)))

    assert [each.message for each in passed] == [""]
    assert [each.status for each in failed] == [Status.FAILED] * 3


# --- what is judged


@pytest.mark.parametrize(
    ("said", "access"),
    [
        ({}, "accept"),
        ({"facts": {**GOOD, PERCENT: 97}}, "preview"),
        ({"facts": {**GOOD, PERCENT: 97}, "value": {"2": 96}}, "accept"),
        ({"facts": {**GOOD, PERCENT: 97}, "value": {"2": "96"}}, "accept"),
        ({"facts": {**GOOD, "Worker_Locale": "GB"}, "value": {"0": "US,GB"}}, "accept"),
        ({"facts": {**GOOD, PERCENT: 97}, "without": [2]}, "accept"),
        ({"facts": {**GOOD, PERCENT: 97}, "guard": {"2": "PreviewAndAccept"}}, "discover"),
        ({"facts": {}}, "none"),
        ({"facts": None, "worker": {"WorkerId": "A1", "Facts": GOOD}}, "accept"),
        ({"facts": {"3BLOCK": 1}, "worker": {"WorkerId": "A1", "Facts": GOOD}}, "preview"),
        ({"hit": {"HIT": {"QualificationRequirements": HIT}}}, "accept"),
        ({"hit": {"HITs": [{"QualificationRequirements": HIT}]}}, "accept"),
        ({"hit": {"QualificationRequirements": []}, "facts": {}}, "accept"),
    ],
)
def test_what_a_case_says_of_hit_and_worker_counts(said: dict[str, Any], access: str) -> None:
    """Facts stand above the profile; value, guard and without change the HIT."""
    found = result_of(**said, expect={"access": access})

    assert found.message == ""


def test_requirements_are_counted_before_any_is_left_out() -> None:
    """`deciding` speaks of places in the HIT that the case names, as `value` does, and so do the reasons shown."""
    facts = {**GOOD, PERCENT: 97, "3BLOCK": 1}
    passed = result_of(facts=facts, without=[0, 2], expect={"deciding": [3]})
    failed = result_of(facts=facts, without=[0, 1], expect={"deciding": [3]})
    gone = result_of(facts=facts, without=[2], expect={"deciding": [2]})

    assert passed.status is Status.PASSED
    assert failed.message.splitlines() == [
        "deciding: expected 3 (3BLOCK), got 2 (Worker_PercentAssignmentsApproved), 3 (3BLOCK)",
        "discover permitted, preview permitted, accept denied",
        "  requirement 2  unmet  Worker_PercentAssignmentsApproved GreaterThan 97  guards Accept  observed 97  "
        "raise PercentAssignmentsApproved from 97 to 98 or more",
        "  requirement 3  unmet  3BLOCK DoesNotExist                               guards Accept  observed 1   "
        "lose 3BLOCK",
    ]
    assert gone.message == "expect.deciding: no requirement 2; the HIT has 0, 1, 3"


def test_requirements_are_named_by_type_where_that_says_which() -> None:
    """A type's name, an own one too, stands for the one requirement on it; on a type with two it is refused."""
    names = qe.TypeNames({"blocked": "3BLOCK"})
    tree = file_of(case(facts={**GOOD, "3BLOCK": 1}, expect={"deciding": ["blocked"]}))
    (named,) = run_cases(load_cases(io.StringIO(json.dumps(tree)), names=names), names=names)
    twice = result_of(hit=[*HIT, requirement("3BLOCK", "Exists")], expect={"deciding": ["3BLOCK"]})
    absent = result_of(expect={"deciding": ["Masters", 9]})

    assert named.status is Status.PASSED
    assert "requirements 3, 4 are about `3BLOCK`; name them by these numbers" in twice.message
    assert len(getattr(absent.error, "problems", ())) == 2


def test_a_failure_shows_what_it_rests_on() -> None:
    """A decision that rests on less than documentation says so, where the case fails."""
    found = result_of(hit=[requirement("3BLOCK", "NotIn", 1)])

    assert found.message.splitlines()[-1]== "rests on a worker who lacks the type does not meet NotIn (grade I)"


def test_defaults_hold_for_cases_that_say_nothing_else() -> None:
    """The file's HIT, worker and workers."""
    workers = [{"WorkerId": "A1", "Facts": GOOD}, {"WorkerId": "a-2", "Facts": {}}]
    none = {"access": "none"}
    found = ran(
        file_of(
            case(name="both", hit=None, facts=None),
            case(name="own HIT", hit=[requirement("3X", "Exists")], facts=None, expect={"access": "preview"}),
            case(name="one of them", hit=None, facts=None, worker="A1"),
            case(name="another", hit=None, facts=None, worker="a-2", expect=none),
            case(name="nobody", hit=None, facts=None, worker="A12"),
            hit=HIT,
            worker=workers[0],
            workers=workers,
        )
    )

    assert [each.message for each in found[:-1]] == ["", "", "", ""]
    assert found[-1].status is Status.ERROR
    assert "did you mean `A1`?" in found[-1].message


# --- files


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    """A case file may be run from anywhere; each file that it names is read, and one that is not there is its error."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "hit.json").write_text(json.dumps(HIT))
    (tmp_path / "worker.json").write_text(json.dumps({"WorkerId": "A1", "Facts": GOOD}))
    (tmp_path / "pool.jsonl").write_text('{"WorkerId": "A1", "Facts": {}}\n{"WorkerId": "A2"}\n')
    path = tmp_path / "inner" / "cases.json"
    said = {"hit": None, "facts": None}
    path.write_text(
        json.dumps(
            file_of(
                case(name="0", worker="../worker.json", **said),
                case(name="1", worker="A2", expect={"possible": "accept"}, **said),
                case(name="2", worker="../worker.jsno", **said),
                case(name="3", worker="../pool.jsonl", **said),
                case(name="4", **{**said, "hit": "nope.json", "worker": "A1"}),
                case(name="5", **{**said, "hit": "3NOPE", "worker": "A1"}),
                hit="hit.json",
                workers="../pool.jsonl",
            )
        )
    )
    found = run_cases(load_cases(path))

    assert [each.status for each in found] == [Status.PASSED] * 2 + [Status.ERROR] * 4
    assert [each.case.where for each in found] == [f"{path}:1"] * 6
    messages = [each.message for each in found[2:]]
    assert "no worker of this id among the 2 `workers`" in messages[0]
    assert "expected one worker, found 2" in messages[1]
    assert "nope.json" in messages[2]
    assert "no source of HITs to look `3NOPE` up in" in messages[3]


def test_ids_are_looked_up_in_a_source_of_hits() -> None:
    """A dict, a folder, anything that an engine takes."""
    loaded = load_cases(io.StringIO(json.dumps(file_of(case(hit="3ABC"), case(name="two", hit="3ABD")))))
    found = run_cases(loaded, hits={"3ABC": {"QualificationRequirements": HIT}})

    assert [each.status for each in found] == [Status.PASSED, Status.ERROR]
    assert isinstance(found[1].error, qe.HITNotFound)


def test_yaml_says_the_same_as_json(tmp_path: Path) -> None:
    """Keys that are numbers, and values that YAML 1.1 would take for something else, are what they look like."""
    path = tmp_path / "cases.yaml"
    path.write_text(
        "cases:\n"
        "  - name: NO\n"
        "    hit:\n"
        "      - {QualificationTypeId: 00000000000000000071, Comparator: In, LocaleValues: [{Country: US}]}\n"
        "    value: {0: NO}\n"
        "    facts: {Worker_Locale: NO}\n"
        "    expect: {access: accept, deciding: []}\n"
    )
    (found,) = run_cases(load_cases(path))

    assert (found.case.name, found.case.line, found.message) == ("NO", 2, "")


# --- what is refused


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"cases": []}, ["cases: expected a list of cases, got an empty one; write a case"]),
        ({"hit": HIT}, ["`cases` is missing"]),
        ([], ["expected a case file, an object with `cases`, got a list; write `cases:` above the list"]),
        ({"cases": {}}, ["cases: expected a list, got an object"]),
        ({"cases": [5]}, ["cases[0]: expected a case, an object, got the number `5`"]),
        (file_of(case(), tests=[]), ["tests: unknown key `tests` in a case file"]),
        (file_of(case(name=None)), ["cases[0]: `name` is missing"]),
        (file_of(case(name=" ")), ["cases[0].name: expected text, got blanks"]),
        (file_of(case(), case()), ["cases[1].name: case 0 is called `one` too; give each case a name of its own"]),
        (file_of(case(hit=None)), ["cases[0]: `hit` is missing, here and for the whole file"]),
        (file_of(case(facts=None)), ["cases[0]: nothing is said of the worker; give `worker` or `facts`"]),
        (file_of(case(expect=None)), ["cases[0]: `expect` is missing; a case that expects nothing cannot fail"]),
        (file_of(case(expect={})), ["cases[0].expect: expects nothing, and cannot fail; say one of `access`"]),
        (file_of(case(expect="accept")), ["cases[0].expect: expected an expectation, an object"]),
        (file_of(case(expect={"acces": "none"})), ["cases[0].expect.acces: unknown key `acces`"]),
        (file_of(case(expect={"access": "acept"})), ["cases[0].expect.access: unknown access `acept`; did you mean"]),
        (file_of(case(expect={"accept": "yes"})), ["cases[0].expect.accept: unknown outcome `yes`; known are"]),
        (file_of(case(expect={"accept": "denid"})), ["expect.accept: unknown outcome `denid`; did you mean `denied`?"]),
        (file_of(case(expect={"accept": True})), ["cases[0].expect.accept: expected text, got `true`"]),
        (file_of(case(expect={"deciding": 2})), ["cases[0].expect.deciding: expected a list, got the number `2`"]),
        (
            file_of(case(expect={"deciding": [-1, True, "No Name"]})),
            [
                "cases[0].expect.deciding[0]: got `-1`, expected the index of a requirement, from 0",
                "cases[0].expect.deciding[1]: expected a requirement, by its index or by the name of its type, got",
                "cases[0].expect.deciding[2]: unknown qualification type `No Name`",
            ],
        ),
        (file_of(case(value={"a": 1})), ["cases[0].value.a: expected the index of a requirement, from 0, as the key"]),
        (file_of(case(value={"01": 1})), ["cases[0].value.01: expected the index of a requirement"]),
        (file_of(case(value={"1": []})), ["cases[0].value.1: expected a value, or a list of values, got an empty"]),
        (file_of(case(value={"1": True})), ["cases[0].value.1: expected a value, or a list of values, got `true`"]),
        (file_of(case(guard={"1": "acept"})), ["cases[0].guard.1: unknown guard `acept`; did you mean `Accept`?"]),
        (file_of(case(guard={"1": 1})), ["cases[0].guard.1: expected a guard, got the number `1`"]),
        (file_of(case(without=1)), ["cases[0].without: expected a list, got the number `1`; write `[1]`"]),
        (file_of(case(without=[-1])), ["cases[0].without[0]: got `-1`, expected the index of a requirement, from 0"]),
        (file_of(case(facts={"3A": "x"})), ["cases[0].facts.3A: got `x`; expected"]),
        (file_of(case(facts={"No Name": 1})), ["cases[0].facts.No Name: unknown qualification type `No Name`"]),
        (
            file_of(case(facts={"Worker_Locale": "US", LOCALE: "GB"})),
            ["cases[0].facts: `Worker_Locale` is said a second time"],
        ),
        (file_of(case(hit=5)), ["cases[0].hit: expected a HIT, or the path of its file or its id as text, got"]),
        (file_of(case(hit="")), ["cases[0].hit: got an empty text; give the path of a file of a HIT"]),
        (file_of(case(hit=[])), ["cases[0].hit: expected one HIT, found none"]),
        (file_of(case(hit={"HITs": [{"HITId": "3A"}, {"HITId": "3B"}]})), ["cases[0].hit: expected one HIT, found 2"]),
        (
            file_of(case(hit={"HIT": {"QualificationRequirements": [requirement("3A", "Equals")]}})),
            ["cases[0].hit.HIT.QualificationRequirements[0].Comparator: unknown comparator `Equals`"],
        ),
        (file_of(case(worker=5)), ["cases[0].worker: expected a worker profile, or the path of its file or an id"]),
        (file_of(case(worker={"WorkerID": "A"})), ["cases[0].worker.WorkerID: unknown key `WorkerID`"]),
        (file_of(case(), workers="3NOFILE"), ["workers: no file `3NOFILE`; give a file of workers"]),
        (file_of(case(), workers=[{"Fact": {}}]), ["Fact: unknown key `Fact`"]),
    ],
)
def test_what_is_wrong_with_a_file(tree: object, expected: list[str]) -> None:
    """Every slip has a place, what was got, and the mend; nothing is passed over."""
    found = problems_of(tree)

    assert len(found) == len(expected), found
    assert [problem for problem, start in zip(found, expected, strict=True) if start not in problem] == []


@pytest.mark.parametrize("tree", [{"HIT": {"HITId": "3A"}}, {"QualificationRequirements": HIT}, {"HITId": "3A"}])
def test_a_hit_in_place_of_a_case_file_is_told_as_one(tree: object) -> None:
    """Who gives a HIT reads that it is one and how cases are made of it, not that its keys are unknown."""
    (problem,) = problems_of(tree)

    assert problem.startswith("expected a case file, an object with `cases`, got a HIT; `qualeval test --record")


def test_all_problems_are_told_in_the_order_of_the_lines() -> None:
    """One file, many slips, one run."""
    text = "hit: 5\ncases:\n- name: a\n  facts: {}\n  expect: {acces: none}\n- name: a\n  guard: {0: A}\n"
    with pytest.raises(qe.InvalidInput) as caught:
        load_cases(io.StringIO(text))

    lines = [problem.line for problem in caught.value.problems]
    assert lines == sorted(lines, key=lambda line: line or 0)
    assert set(lines) == {1, 5, 6, 7}


def test_an_unfinished_case_may_lack_what_it_expects() -> None:
    """It is one whose answer is to be recorded; it is no passed case."""
    loaded = load_cases(io.StringIO(json.dumps(file_of(case(expect=None)))), unfinished=True)

    assert loaded[0].expected is None
    assert run_cases(loaded)[0].status is Status.UNCHECKED


# --- formats
ATTRIBUTES: Mapping[str, set[str]] = {
    "testsuites": {"name", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "testcase": {"name", "classname"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
}
CHILDREN = {"testsuites": {"testsuite"}, "testsuite": {"testcase"}, "testcase": {"failure", "error", "skipped"}}
"""What the schema of Jenkins's JUnit plugin and those of others have in common."""


def check_junit(element: ET.Element) -> None:
    """The structure that readers of JUnit's XML agree on, and that its numbers add up."""
    assert set(element.attrib) == ATTRIBUTES[element.tag]
    assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
    if element.tag == "testcase":
        assert len(element) <= 1
    if element.tag.startswith("testsuite"):
        tags = {"failures": "failure", "errors": "error", "skipped": "skipped", "tests": "testcase"}
        for attribute in element.attrib.keys() & tags.keys():
            assert int(element.attrib[attribute]) == len(list(element.iter(tags[attribute])))
    for child in element:
        check_junit(child)


@cache
def some_results() -> list[CaseResult]:
    """One and more of every status, from two files."""
    worker = json.loads((Path(__file__).parent / "worker_site.json").read_text("utf-8"))
    ours = file_of(
        case(),
        case(name="a failure", expect={"access": "none"}),
        case(name="no worker", worker="nope.json"),
        case(name="no HIT", hit="3NOPE"),
    )
    return [
        evolve(each, case=evolve(each.case, source=source))
        for source, tree in (("cases.yaml", ours), ("site.json", worker))
        for each in ran(tree)
    ]


@given(st.text(), st.text())
def test_junit_has_the_structure_that_its_readers_expect(name: str, source: str) -> None:
    """A suite a file, a case a test with at most one outcome; whatever characters a name has, it can be read."""
    sources = [source + each.case.source for each in some_results()]
    named = zip(some_results(), sources, strict=True)
    found = [evolve(each, case=evolve(each.case, name=name, source=where)) for each, where in named]
    root = ET.fromstring(as_junit(found))

    check_junit(root)
    assert root.attrib == {"name": "qualeval", "tests": "7", "failures": "1", "errors": "2"}
    assert [suite.attrib["tests"] for suite in root] == ["4", "3"]


def test_junit_tells_why_a_case_failed() -> None:
    """The first line is the message; the text has the place and the reasons."""
    root = ET.fromstring(as_junit(some_results()))
    failure, error = root.find(".//failure"), root.find(".//error")

    assert failure is not None
    assert error is not None
    assert failure.attrib["message"] == "access: expected none, got accept"
    assert (failure.text or "").splitlines()[0] == "cases.yaml:1"
    assert "  requirement 0  met  Worker_Locale In US " in (failure.text or "")
    assert error.attrib["type"] == "InputNotFound"


def test_json_has_every_check_and_the_decision() -> None:
    """Keys for programs; what could not be decided has no decision."""
    found = as_json(some_results())

    assert found["summary"] == {"passed": 3, "failed": 1, "error": 2, "unchecked": 1}
    listed: Any = found["cases"]
    assert listed[1]["checks"] == [{"what": "access", "expected": "none", "got": "accept", "finding": "fails"}]
    assert listed[1]["decision"]["access"] == "accept"
    assert (listed[2]["decision"], listed[2]["status"]) == (None, "error")
    assert json.loads(json.dumps(found)) == found
