"""What the public results have in common: they pickle, copy and compare, become JSON, and refuse to guess."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import qualeval as qe
from qualeval.linting import LintReport, LintSettings, lint_files
from tests.cli import LOCALE, PERCENT, put, requirement

US = requirement(LOCALE, "EqualTo", LocaleValues=[{"Country": "US"}])
HIT = qe.parse_hit({"HITId": "3HIT", "QualificationRequirements": [US, US, requirement(PERCENT, "GreaterThan", 97)]})
OTHER = qe.parse_hit([requirement(PERCENT, "GreaterThan", 95)])
TORN = qe.parse_hit([requirement("3A", "GreaterThan", 9), requirement("3A", "LessThan", 5)])
NAMES = qe.TypeNames({"study": "3STUDY"})
WORKER = qe.worker("A1", {"Worker_Locale": "US", PERCENT: "95..100"})
POLICY = qe.compile_hit(HIT)


def report(folder: Path) -> LintReport:
    """A report on a file with findings."""
    put(str(folder / "hit.json"), {"HITId": "3HIT", "QualificationRequirements": [US, US]})
    return lint_files([str(folder)], LintSettings(folder=folder))


RESULTS: dict[str, Callable[[Path], object]] = {
    "Analysis": lambda _: qe.analyze(HIT),
    "Analysis of a conflict": lambda _: qe.analyze(TORN),
    "PolicyFinding": lambda _: qe.analyze(HIT).findings[0],
    "Comparison": lambda _: qe.compare(HIT, OTHER),
    "ActionComparison": lambda _: qe.compare(HIT, OTHER)[qe.Action.ACCEPT],
    "Proof of only": lambda _: qe.prove(OTHER, only=HIT)[0],
    "Proof of admits": lambda _: qe.prove(HIT, admits=[WORKER])[0],
    "Finding": lambda _: qe.lint(HIT)[0],
    "Finding with a fix": lambda _: qe.lint([{**US, "RequiredToPreview": True}])[0],
    "LintReport": report,
    "AccessPolicy": lambda _: POLICY,
    "Region": lambda _: POLICY.regions(WORKER, PERCENT)[0],
    "TypeNames": lambda _: NAMES,
}


@pytest.mark.parametrize("what", RESULTS)
def test_results_pickle_copy_and_compare(what: str, tmp_path: Path) -> None:
    """What comes back from another process, or from a copy, is the same and has the same hash."""
    result: Any = RESULTS[what](tmp_path)

    for again in (pickle.loads(pickle.dumps(result)), copy.copy(result), copy.deepcopy(result)):
        assert again == result
        assert hash(again) == hash(result)
        assert type(again) is type(result)
        if hasattr(result, "to_dict"):
            assert again.to_dict() == result.to_dict()
            assert json.loads(json.dumps(result.to_dict())) == result.to_dict()


def test_a_decision_pickles() -> None:
    """A decision is compared by what it says: two are never the same object."""
    decision = POLICY.decide(WORKER)

    assert pickle.loads(pickle.dumps(decision)).to_dict() == decision.to_dict()


def test_other_results_are_not_equal() -> None:
    """Comparing is not blind: what says something else differs."""
    other = qe.worker("A2", {"Worker_Locale": "US"})

    assert qe.compare(HIT, OTHER) != qe.compare(OTHER, HIT)
    assert qe.prove(HIT, admits=[WORKER]) != qe.prove(HIT, admits=[other])
    assert qe.prove(HIT, admits=[WORKER]) == qe.prove(HIT, admits=[WORKER])


def test_an_action_of_a_comparison_and_an_analysis_are_no_bools() -> None:
    """Nor are these: what somebody gains or loses, and the findings, are asked for by name."""
    for each in (qe.compare(HIT, OTHER)[qe.Action.ACCEPT], qe.analyze(HIT)):
        with pytest.raises(qe.AmbiguousTruth, match="no bool; "):
            bool(each)


@pytest.mark.parametrize("what", ["Comparison", "Proof of only", "Proof of admits"])
def test_what_has_several_answers_is_no_bool(what: str, tmp_path: Path) -> None:
    """`if qe.compare(...)` would always be true: it is an error that says what to ask."""
    with pytest.raises(qe.AmbiguousTruth, match="no bool; "):
        bool(RESULTS[what](tmp_path))


def test_an_analysis_as_json() -> None:
    """The HIT, and each finding as the command line has it."""
    analysis = qe.analyze(HIT)

    assert analysis.to_dict() == {"hit_id": "3HIT", "findings": [each.to_dict() for each in analysis.findings]}
    assert qe.analyze(POLICY).to_dict() == analysis.to_dict()
    assert qe.analyze(qe.compile_requirements([])).to_dict() == {"hit_id": None, "findings": []}


def test_a_finding_as_json() -> None:
    """The stable keys; without a file there is no path."""
    (finding,) = qe.lint([{**US, "LocaleValues": [{"Country": "UK"}]}], select="QE201")

    assert finding.to_dict() == {
        "rule": "QE201",
        "name": "unknown-country",
        "severity": "error",
        "message": "unknown country `UK`",
        "help": "did you mean `GB`?",
        "path": None,
        "line": None,
        "column": None,
        "place": "requirement 0: LocaleValues[0].Country",
        "hit": None,
        "requirement": 0,
        "fixable": True,
    }


# Names for types


PLAIN: Any = {"study": "3STUDY"}
TAKING_NAMES: dict[str, Callable[[], object]] = {
    "compile_hit": lambda: qe.compile_hit(HIT, names=PLAIN),
    "lint": lambda: qe.lint([US], names=PLAIN),
    "compile_requirements": lambda: qe.compile_requirements([], names=PLAIN),
    "analyze": lambda: qe.analyze(HIT, names=PLAIN),
    "analyze a policy": lambda: qe.analyze(POLICY, names=PLAIN),
    "compare": lambda: qe.compare(HIT, POLICY, names=PLAIN),
    "compare policies": lambda: qe.compare(POLICY, POLICY, names=PLAIN),
    "prove": lambda: qe.prove(POLICY, only=HIT, names=PLAIN),
    "worker": lambda: qe.worker("A1", names=PLAIN),
    "worker with facts": lambda: WORKER.with_facts({}, names=PLAIN),
    "worker without a fact": lambda: WORKER.without_fact(LOCALE, names=PLAIN),
    "parse_hit": lambda: qe.parse_hit([US], names=PLAIN),
    "parse_hits": lambda: qe.parse_hits([], names=PLAIN),
    "parse_worker": lambda: qe.parse_worker({"WorkerId": "A1"}, names=PLAIN),
    "Engine": lambda: qe.Engine({"3HIT": HIT}, names=PLAIN),
    "HITFolder": lambda: qe.HITFolder(".", PLAIN),
    "to_dict of a proof": lambda: qe.prove(OTHER, only=HIT)[0].to_dict(PLAIN),
    "to_dict of a worker": lambda: WORKER.to_dict(PLAIN),
}


@pytest.mark.parametrize("what", TAKING_NAMES)
def test_a_plain_dict_is_no_names(what: str) -> None:
    """A dict of names would fail far from the call, or be disregarded; the error says what to write."""
    with pytest.raises(qe.WrongType, match=r"^names: expected TypeNames, got dict; TypeNames\(\.\.\.\) makes them"):
        TAKING_NAMES[what]()


@pytest.mark.parametrize("only", [[], (), qe.parse_hit({"HITId": "3HIT", "QualificationRequirements": []})])
def test_house_rules_that_are_empty_are_refused(only: Any) -> None:
    """Of no rule everything is proved: it would pass for a house that is kept."""
    with pytest.raises(qe.InvalidInput, match="only: expected one at least, found none; leave it out, or give one"):
        qe.lint([US], only=only)


@pytest.mark.parametrize("type_id", [3, None, b"3A", ("3A",), ["3A"]])
def test_a_type_is_text(type_id: Any) -> None:
    """The regions of something that is no type's id or name."""
    with pytest.raises(qe.WrongType, match="expected a qualification type's id or name, got"):
        POLICY.regions(WORKER, type_id)
