"""The schema of case files: it is the published one, and says no to nothing that the reader takes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import qualeval as qe
from qualeval.sources.documents import read_document
from qualeval.testing.cases import cases_schema, load_cases, run_cases
from tests.cli import requirement
from tests.test_cases import EXPECTATIONS, HIT, case, file_of, written

VALIDATOR = Draft202012Validator(cases_schema())


def is_taken(tree: object) -> bool:
    """Whether the reader takes a file, whose cases can then be run."""
    try:
        found = load_cases(io.StringIO(json.dumps(tree)))
    except qe.InvalidInput:
        return False
    return bool(run_cases(found))


def errors_of(tree: object) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(tree)]


def test_the_published_schema_is_the_one_of_this_version(root: Path) -> None:
    """`qualeval test --schema > docs/cases.schema.json` renews it."""
    published = json.loads((root / "docs" / "cases.schema.json").read_text("utf-8"))

    assert published == cases_schema()
    Draft202012Validator.check_schema(published)


def test_the_example_is_valid(examples: Path) -> None:
    """The example names the schema to editors, and is valid."""
    path = examples / "cases.yaml"

    assert errors_of(read_document(path).tree) == []
    first = path.read_text("utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("$schema=")[2]).resolve() == examples.parent / "docs" / "cases.schema.json"


VALID = [
    file_of(case()),
    file_of(case(hit="hit.json", worker="A1"), hit="3ABC", worker="w.json", workers="pool.jsonl", **{"$schema": "x"}),
    file_of(case(hit={"HIT": {"HITId": "3A", "QualificationRequirements": HIT}}, workers=None)),
    file_of(case(hit={"HITs": [{"HITId": "3A"}]}, value={"0": 97, "1": "1,3", "2": [1, "3"]}, guard={"0": "Accept"})),
    file_of(case(hit=[{"HITId": "3A"}], without=[0, 7], expect={"deciding": [0, "Masters"], "accept": "denied"})),
    file_of(case(worker={"WorkerId": "A1", "Complete": ["3A"], "Facts": {"Worker_Locale": ["US", "CA"]}})),
    file_of(
        case(
            worker={
                "Complete": True,
                "Blocked": False,
                "Qualifications": [
                    {"QualificationTypeId": "3A", "IntegerRange": [1, None], "GrantTime": 1523555071.0},
                    {"Qualification": {"QualificationTypeId": "3B", "Status": "Lacks"}},
                    {"QualificationTypeId": "Worker_Locale", "LocaleValues": [{"Country": "US", "Subdivision": "CA"}]},
                ],
            }
        )
    ),
    file_of(case(worker={"Qualification": {"QualificationTypeId": "3B", "IntegerValue": 1}})),
]


@pytest.mark.parametrize("tree", VALID)
def test_forms_that_are_read_are_valid(tree: object) -> None:
    """Every form of HIT, worker, change and expectation."""
    assert is_taken(tree)
    assert errors_of(tree) == []


@given(written(EXPECTATIONS))
def test_any_case_that_is_read_is_valid(tree: dict[str, Any]) -> None:
    """Cases of any requirements and workers."""
    assert is_taken(file_of(tree))
    assert errors_of(file_of(tree)) == []


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values in a tree, its own left out."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield (*path, key)
        yield from places(value, (*path, key))


TEXTS = ["x", "", "\0", "A" * 300, "x/" * 5000, "Accept", "accept"]
ODD = st.sampled_from([*TEXTS, 5, -1, 10**2000, 1.5, True, None, [], {}, ["x"], [0], {"x": 1}])


@given(st.sampled_from(VALID), ODD, st.data())
def test_a_broken_file_that_is_invalid_is_refused(tree: Any, odd: object, data: st.DataObject) -> None:
    """Whatever stands in the place of a value: what the schema refuses, the reader refuses too."""
    tree = deepcopy(tree)
    *above, last = data.draw(st.sampled_from([*places(tree)]))
    inner = tree
    for step in above:
        inner = inner[step]
    inner[last] = odd

    assert not (errors_of(tree) and is_taken(tree))


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"cases": []},
        file_of(case(), test=1),
        file_of(case(name=None)),
        file_of(case(expect={})),
        file_of(case(expect={"acces": "none"})),
        file_of(case(expect={"access": "permitted"})),
        file_of(case(expect={"accept": "accept"})),
        file_of(case(expect={"deciding": [-1]})),
        file_of(case(fact={})),
        file_of(case(facts={"3A": {}})),
        file_of(case(facts={"3A": 1.5})),
        file_of(case(value={"a": 1})),
        file_of(case(guard={"1": "Preview"})),
        file_of(case(without=["1"])),
        file_of(case(hit=5)),
        file_of(case(hit=[{"QualificationTypeId": "3A", "Comparator": "Equals"}])),
        file_of(case(hit={"QualificationRequirements": [requirement("3A", "Exists", ActionGuarded="Accept")]})),
        file_of(case(hit={"Title": "no requirements"})),
        file_of(case(worker={"WorkerID": "A"})),
        file_of(case(worker={"Qualifications": [{"QualificationTypeId": "3A", "Status": "granted"}]})),
    ],
)
def test_an_editor_sees_slips(tree: object) -> None:
    """Misspelt keys and words, wrong types, an expectation that is empty: the schema says so, as the reader does."""
    assert errors_of(tree) != []
    assert not is_taken(tree)
