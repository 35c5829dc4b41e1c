"""`analyze`, and implication beside z3 on the same question, of HITs with ten requirements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import z3

import qualeval as qe
from benchmarks.measuring import Beside, Round, first_calls, repeated
from benchmarks.report import AS_FAST, AS_LONG, Goal, at_least, within
from qualeval import ActionsGuarded, Comparator, QualificationRequirement
from tests.test_against_z3 import may, worlds


def _need(type_id: str, comparator: Comparator, *values: int, **fields: Any) -> QualificationRequirement:
    return QualificationRequirement(type_id, comparator, values, **fields)


TEN = (
    _need(
        qe.LOCALE,
        Comparator.EQUAL_TO,
        locale_values=[qe.Locale("US")],
        actions_guarded=ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT,
    ),
    _need(qe.LOCALE, Comparator.NOT_IN, locale_values=[qe.Locale("US", "CA"), qe.Locale("US", "NY")]),
    _need(qe.PERCENT_APPROVED, Comparator.GREATER_THAN, 94, actions_guarded=ActionsGuarded.PREVIEW_AND_ACCEPT),
    _need(qe.PERCENT_APPROVED, Comparator.GREATER_THAN_OR_EQUAL_TO, 98),
    _need(qe.NUMBER_HITS_APPROVED, Comparator.GREATER_THAN, 100),
    _need(qe.NUMBER_HITS_APPROVED, Comparator.LESS_THAN, 5_000),
    _need("3STUDY1DONE", Comparator.DOES_NOT_EXIST),
    _need("3SCORE", Comparator.GREATER_THAN, 80),
    _need("3SCORE", Comparator.NOT_EQUAL_TO, 90),
    _need(qe.MASTERS, Comparator.EXISTS),
)
"""Two on a type mostly; all comparators' kinds."""

LAX = (*TEN[:3], _need(qe.PERCENT_APPROVED, Comparator.GREATER_THAN_OR_EQUAL_TO, 97), *TEN[4:])
"""The same with a lower rate: implied by the ten, and does not imply them."""

OTHER = (
    _need(qe.LOCALE, Comparator.IN, locale_values=[qe.Locale("US"), qe.Locale("CA"), qe.Locale("GB")]),
    _need(qe.LOCALE, Comparator.NOT_EQUAL_TO, locale_values=[qe.Locale("CA", "ON")]),
    _need(qe.PERCENT_APPROVED, Comparator.GREATER_THAN, 90),
    _need(qe.PERCENT_APPROVED, Comparator.NOT_EQUAL_TO, 93),
    _need(qe.NUMBER_HITS_APPROVED, Comparator.GREATER_THAN_OR_EQUAL_TO, 50),
    _need(qe.NUMBER_HITS_APPROVED, Comparator.NOT_EQUAL_TO, 60),
    _need("3STUDY1DONE", Comparator.DOES_NOT_EXIST),
    _need("3SCORE", Comparator.GREATER_THAN, 50),
    _need("3SCORE", Comparator.NOT_IN, 55, 66),
    _need(qe.MASTERS, Comparator.EXISTS),
)
"""Implied by the ten too, with another demand on nearly every type."""

CLEAN = qe.HIT(TEN)
FOOLISH = qe.HIT([*TEN[:6], TEN[3], _need("3SCORE", Comparator.IN, 1, 2), *TEN[7:9]])
"""One duplicate, and two conflicts."""

Requirements = tuple[QualificationRequirement, ...]
QUESTIONS: dict[str, tuple[Requirements, Requirements, bool]] = {
    "near": (TEN, LAX, True),
    "other": (TEN, OTHER, True),
    "refuted": (LAX, TEN, False),
}
"""Does the one imply the other, for accepting?"""


def _refutation(one: Requirements, other: Requirements) -> list[Any]:
    """What z3 is asked: is there a worker who may by the one and not by the other?"""
    return [worlds(), may(one, qe.Action.ACCEPT), z3.Not(may(other, qe.Action.ACCEPT))]


def _solver(formulas: list[Any]) -> z3.Solver:
    solver = z3.Solver()
    solver.add(formulas)
    return solver


def _solved_anew(formulas: list[Any]) -> bool:
    return bool(_solver(formulas).check() == z3.unsat)


def _checked(solver: z3.Solver) -> bool:
    return bool(solver.check() == z3.unsat)


def _pushed(formulas: list[Any], solver: z3.Solver) -> bool:
    solver.push()
    solver.add(formulas)
    answer = solver.check()
    solver.pop()
    return bool(answer == z3.unsat)


def _implies(what: str) -> Round:
    one, other, _ = QUESTIONS[what]
    policies = qe.compile_requirements(one), qe.compile_requirements(other)
    return repeated(lambda pair: pair[0].implies(pair[1]), policies)


def _compiled_and_asked(pair: tuple[Requirements, Requirements]) -> bool:
    one, other = map(qe.compile_requirements, pair)
    return one.implies(other)


@pytest.mark.parametrize("what", QUESTIONS)
def test_z3_agrees(what: str) -> None:
    """However it is asked, z3 gives the answer that qualeval gives."""
    one, other, expected = QUESTIONS[what]
    formulas = _refutation(one, other)

    assert _compiled_and_asked((one, other)) is expected
    assert _solved_anew(formulas) is expected
    assert _checked(_solver(formulas)) is expected
    assert _pushed(formulas, z3.Solver()) is expected


def _ways(what: str) -> dict[str, tuple[Round, Goal]]:
    """The ways to ask z3, of formulas that are there already: the first is what `z3.prove` does."""
    formulas = _refutation(*QUESTIONS[what][:2])
    kept = z3.Solver()
    return {
        "a new solver": (repeated(_solved_anew, formulas), at_least(200)),
        "check alone": (first_calls(_checked, lambda: _solver(formulas)), AS_FAST),
        "push and pop": (repeated(lambda given: _pushed(given, kept), formulas), AS_FAST),
    }


@pytest.mark.parametrize("way", ["a new solver", "check alone", "push and pop"])
@pytest.mark.parametrize("what", QUESTIONS)
def test_implies(beside: Beside, what: str, way: str) -> None:
    """Policies and formulas are made beforehand, once; what is timed is the answer."""
    other, goal = _ways(what)[way]
    beside(f"implies, ten and ten, {what}", _implies(what), against=f"z3, {way}", other=other, goal=goal, rounds=200)


@pytest.mark.parametrize("what", QUESTIONS)
def test_implies_from_the_requirements(beside: Beside, what: str) -> None:
    """The whole way from requirements to the answer, on both sides."""
    one, other, _ = QUESTIONS[what]
    beside(
        f"compile both, implies, {what}",
        repeated(_compiled_and_asked, (one, other)),
        against="z3, with formulas",
        other=repeated(lambda pair: _solved_anew(_refutation(*pair)), (one, other)),
        goal=AS_FAST,
        rounds=200,
    )


def _words(hit: qe.HIT) -> list[object]:
    return [finding.to_dict() for finding in qe.analyze(hit).findings]


ANALYSES: dict[str, tuple[Callable[[qe.HIT], object], qe.HIT, Goal]] = {
    "analyze, ten requirements": (qe.analyze, CLEAN, within(1_000_000)),
    "analyze, ten, foolish": (qe.analyze, FOOLISH, within(1_000_000)),
    "the same, as words": (_words, FOOLISH, AS_LONG),
}


def test_the_foolish_hit_has_findings() -> None:
    """What is timed is not nothing; and in the other HIT one requirement is superfluous."""
    kinds = [str(finding.kind) for finding in qe.analyze(FOOLISH).findings]

    assert kinds == ["unsatisfiable", "redundant", "duplicate", "conflict"]
    assert [finding.requirements for finding in qe.analyze(CLEAN).findings] == []


@pytest.mark.parametrize("what", ANALYSES)
def test_analyze(beside: Beside, what: str) -> None:
    """The analysis of a HIT, its policy included, beside making the policy alone."""
    function, hit, goal = ANALYSES[what]
    beside(what, repeated(function, hit), against="compile, the same", other=repeated(qe.compile_hit, hit), goal=goal)
