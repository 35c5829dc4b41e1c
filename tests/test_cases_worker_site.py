"""Answers of the worker site as cases: what is read of them, and which verdicts of Mechanical Turk's check ours."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.model.requirements import QualificationRequirement
from qualeval.testing.cases import CaseResult, Finding, Status, load_cases, run_cases
from tests.cli import LOCALE
from tests.reference import State, access, meets, universe
from tests.strategies import requirement_lists, wire

ANSWER: dict[str, Any] = json.loads((Path(__file__).parent / "worker_site.json").read_text("utf-8"))
ACTIONS = {"Accept": "AcceptHit", "PreviewAndAccept": "PreviewHit", "DiscoverPreviewAndAccept": "DiscoverHit"}


def ran(tree: object) -> list[CaseResult]:
    return run_cases(load_cases(io.StringIO(json.dumps(tree))))


def result_of(project: Mapping[str, Any]) -> CaseResult:
    (result,) = ran(project)
    return result


def problems_of(tree: object) -> list[str]:
    with pytest.raises(qe.InvalidInput) as caught:
        load_cases(io.StringIO(json.dumps(tree)))
    return [f"{problem.place}: {problem.message}" for problem in caught.value.problems]


# --- the site, as the second opinion answers: a model that knows nothing of qualeval


def shown(state: State) -> dict[str, Any]:
    """A worker's value as the site shows it."""
    country, subdivision = state if isinstance(state, tuple) else (None, None)
    place = {"country": country, "subdivision": subdivision}
    return {"integer_value": state if isinstance(state, int) else None, "locale_value": place}


def project(requirements: Sequence[QualificationRequirement], states: Mapping[str, State]) -> dict[str, Any]:
    """What the site would say of a HIT to a worker of whom everything is known, going by `tests.reference`."""
    written = [wire(each) for each in requirements]
    level = access(written, states)
    return {
        "hit_set_id": "3SET",
        "title": "A task",
        "caller_meets_requirements": level == 3,
        "caller_meets_preview_requirements": level >= 2,
        "project_requirements": [
            {
                "qualification_type_id": each.qualification_type_id,
                "comparator": str(each.comparator),
                "qualification_values": [str(value) for value in each.values],
                "worker_action": ACTIONS[str(each.guard)],
                "caller_meets_requirement": meets(tree, states[each.qualification_type_id]),
                "caller_qualification_value": shown(states[each.qualification_type_id]),
            }
            for each, tree in zip(requirements, written, strict=True)
        ],
    }


@st.composite
def projects(draw: st.DrawFn) -> dict[str, Any]:
    """Answers of the model's, about workers who hold Masters with a value, or nothing of it."""
    listed = draw(requirement_lists(max_size=4))
    states: dict[str, State] = {}
    for type_id in {each.qualification_type_id for each in listed}:
        on_it = [each for each in listed if each.qualification_type_id == type_id]
        values = [value for each in on_it for value in each.integer_values]
        places = [(place.country, place.subdivision) for each in on_it for place in each.locale_values]
        known = [(country, code or "ZZ") for country, code in places] or [("FR", "ZZ")]
        states[type_id] = draw(st.sampled_from(known if type_id == LOCALE else universe(type_id, values, [])))
    return project(listed, states)


@given(projects())
def test_what_the_second_opinion_says_never_fails(answer: dict[str, Any]) -> None:
    """The verdicts of a service that follows the documentation are ours."""
    found = result_of(answer)

    assert found.message == ""
    assert found.status is Status.PASSED


@given(projects(), st.data())
def test_another_verdict_on_a_requirement_fails(answer: dict[str, Any], data: st.DataObject) -> None:
    """Wherever the value is shown, the opposite verdict is a failure of this requirement."""
    assume(answer["project_requirements"])
    index = data.draw(st.integers(0, len(answer["project_requirements"]) - 1))
    one = answer["project_requirements"][index]
    value = one["caller_qualification_value"]
    hidden = one["qualification_type_id"] == qe.MASTERS and value["integer_value"] is None
    one["caller_meets_requirement"] = not one["caller_meets_requirement"]
    found = result_of(answer)
    checks = {check.what.split(" (")[0]: check.finding for check in found.checks}

    assert checks[f"requirement {index}"] is (Finding.OPEN if hidden else Finding.FAILS)


@given(projects(), st.sampled_from(["caller_meets_requirements", "caller_meets_preview_requirements"]))
def test_another_verdict_on_an_action_fails(answer: dict[str, Any], key: str) -> None:
    """It fails by our answer or, where values are hidden, by the service's own verdicts on the requirements."""
    answer[key] = not answer[key]
    found = result_of(answer)

    assert found.status is Status.FAILED
    hidden = deepcopy(answer)
    for each in hidden["project_requirements"]:
        del each["caller_qualification_value"]
    assert result_of(hidden).status is Status.FAILED


@given(projects())
def test_what_is_not_shown_contradicts_nothing(answer: dict[str, Any]) -> None:
    """Of hidden values no verdict on a requirement can be wrong, unless no state at all could lead to it."""
    for each in answer["project_requirements"]:
        del each["caller_qualification_value"]
    found = result_of(answer)

    assert found.message == ""


# --- what is read


def containers(one: dict[str, Any]) -> Iterator[object]:
    """The forms in which public tools find a HIT."""
    yield one
    yield [one]
    yield {"results": [one], "num_results": 1, "page_number": 1}
    yield {"bodyData": [one], "tableConfig": []}
    yield {"task_id": "3T", "assignment_id": None, "project": one}
    yield {"tasks": [{"task_id": "3T", "state": "Assigned", "project": one}]}
    queued = {("hit_requirements" if key == "project_requirements" else key): value for key, value in one.items()}
    yield {"tasks": [{"project": queued}]}


def test_every_form_of_an_answer_is_read() -> None:
    """Search, page, preview and queue say the same of a HIT."""
    found = [ran(tree) for tree in containers(ANSWER["results"][0])]

    assert len(found) == 7
    assert {len(results) for results in found} == {1}
    assert {results[0].case.name for results in found} == {"Label faces (3AAA)"}
    assert {results[0].status for results in found} == {Status.PASSED}


def test_the_recorded_answer() -> None:
    """The real record's requirement is judged as Mechanical Turk did; a value of Masters is not shown, so open."""
    path = Path(__file__).parent / "worker_site.json"
    first, second, third = run_cases(load_cases(path))

    assert [check.finding for check in first.checks[:3]] == [Finding.HOLDS, Finding.OPEN, Finding.HOLDS]
    assert first.checks[0].what == "requirement 0 (3V75YMGIEXYVCDJFPSK5TD5CAIB4NZ)"
    assert [each.case.line for each in (first, second)] == [6, 71]
    assert second.decision is not None
    assert [rule.grade for rule in second.decision.rules] == ["I"]
    assert third.status is Status.UNCHECKED
    assert third.message == "nothing could be checked: the worker's values are not shown"


def test_a_doubtful_rule_is_named_where_the_service_refutes_it() -> None:
    """Were NotIn met by those who lack the type, the failure would name the rule that is wrong."""
    one = deepcopy(ANSWER["results"][1])
    one["caller_meets_requirements"] = one["project_requirements"][0]["caller_meets_requirement"] = True
    found = result_of(one)

    assert found.message.splitlines()[:2] == [
        "requirement 0 (3BLOCK): expected met, got unmet",
        "accept: expected permitted, got denied",
    ]
    assert "rests on a worker who lacks the type does not meet NotIn (grade I)" in found.message


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"comparator": "Equals"}, "comparator: unknown comparator `Equals`"),
        ({"worker_action": "acceptHIT"}, "worker_action: unknown action `acceptHIT`"),
        ({"caller_meets_requirement": "true"}, "caller_meets_requirement: expected true or false, got the text `true`"),
        ({"qualification_values": ["x"]}, "qualification_values[0]: expected an integer, got the text `x`"),
        ({"qualification_values": [True]}, "qualification_values[0]: expected an integer, got `true`"),
        ({"qualification_values": ["1", "2"]}, "IntegerValues: `GreaterThan` takes exactly one value, got 2"),
        ({"qualification_type_id": "no id"}, "unknown qualification type `no id`"),
        ({"caller_qualification_value": 5}, "caller_qualification_value: expected an object, got the number `5`"),
        (
            {"caller_qualification_value": {"integer_value": "5"}},
            "caller_qualification_value.integer_value: expected an integer, got the text `5`",
        ),
        (
            {"caller_qualification_value": {"locale_value": {"country": "US"}}},
            "caller_qualification_value: got `US`",
        ),
        (
            {"caller_qualification_value": {"locale_value": {"country": "XX"}}},
            "caller_qualification_value: got `XX`",
        ),
    ],
)
def test_what_is_wrong_with_an_answer(change: dict[str, Any], expected: str) -> None:
    """The form is known from few records, so what does not fit it is told and not guessed at."""
    tree = deepcopy(ANSWER)
    tree["results"][0]["project_requirements"][0].update(change)
    (found,) = problems_of(tree)

    assert found.startswith("results[0].project_requirements[0]")
    assert expected in found


def test_missing_keys_and_empty_answers() -> None:
    """Without requirements or without a HIT there is nothing to check; two values of one type contradict each other."""
    assert problems_of({"caller_meets_requirements": True}) == [": `project_requirements` is missing"]
    assert problems_of({"results": [], "num_results": 0}) == [": an answer of the worker site without a HIT"]
    twice = deepcopy(ANSWER["results"][1])
    other = deepcopy(twice["project_requirements"][0])
    other["caller_qualification_value"] = {"integer_value": 7}
    twice["project_requirements"].append(other)
    (found,) = problems_of(twice)

    assert found.startswith("project_requirements[1].caller_qualification_value: another value of `3BLOCK` than above")


ODD = st.sampled_from(["x", "", "US", 5, -1, 1.5, True, None, [], {}, ["x"], {"x": 1}, 10**2000])


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values in a tree, its own left out."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield (*path, key)
        yield from places(value, (*path, key))


@given(st.sampled_from(list(places(ANSWER))), ODD)
def test_whatever_an_answer_holds_is_read_or_refused(path: tuple[Any, ...], odd: object) -> None:
    """Nothing else comes of it than cases that can be run, or InvalidInput."""
    tree = deepcopy(ANSWER)
    inner = tree
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = odd
    try:
        found = ran(tree)
    except qe.InvalidInput:
        return

    assert found
    assert Status.ERROR not in {each.status for each in found}
