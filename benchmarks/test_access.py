"""`policy.access` beside a hand-written function and beside the peers."""

from __future__ import annotations

import cel
import pytest

import qualeval as qe
from benchmarks.contenders import (
    EXAMPLES,
    PEOPLE,
    PERMITTED,
    REQUIREMENTS,
    STUDY,
    by_hand,
    cel_program,
    engine_rule,
    zen_expression,
)
from benchmarks.measuring import Beside, Round, first_calls, repeated
from benchmarks.report import AS_FAST, AS_LONG, Goal, at_least, at_most

POLICY = qe.compile_requirements(REQUIREMENTS)

CONTENDERS = {
    "by hand": by_hand,
    "zen-engine": zen_expression().evaluate,
    "cel": cel_program().execute,
    "rule-engine": engine_rule().evaluate,
}

GOALS = {"by hand": at_most(2), "zen-engine": at_least(2), "cel": at_least(5), "rule-engine": at_least(30)}


def other(contender: str) -> Round:
    """A round of a contender, on the permitted person's plain values."""
    return repeated(CONTENDERS[contender], PERMITTED.facts())


def test_the_example_is_the_hit_that_is_measured() -> None:
    """The HIT of the examples asks what the requirements written here ask."""
    hit = qe.load_hit(EXAMPLES / "hit.json")

    assert [(each.qualification_type_id, each.comparator, each.values, each.guard) for each in REQUIREMENTS] == [
        (each.qualification_type_id, each.comparator, each.values, each.guard) for each in hit.requirements
    ]
    assert qe.compile_hit(hit) == POLICY


@pytest.mark.parametrize("contender", CONTENDERS)
def test_contenders_agree(contender: str) -> None:
    """Whoever is timed gives everybody the access that qualeval gives."""
    evaluate = CONTENDERS[contender]

    assert list(PEOPLE.values()) == [int(POLICY.access(person.profile())) for person in PEOPLE]
    assert list(PEOPLE.values()) == [evaluate(person.facts()) for person in PEOPLE]


@pytest.mark.parametrize("contender", CONTENDERS)
def test_access(beside: Beside, contender: str) -> None:
    """A profile that has been judged before, as when it is asked about many HITs."""
    worker = PERMITTED.profile()

    assert POLICY.access(worker) is qe.Access.ACCEPT
    beside(
        "access, permitted worker",
        repeated(POLICY.access, worker),
        against=contender,
        other=other(contender),
        goal=GOALS[contender],
    )


@pytest.mark.parametrize("contender", CONTENDERS)
def test_first_access(beside: Beside, contender: str) -> None:
    """Every profile judged once, as when many workers are asked about one HIT; making the profiles is not timed."""
    beside(
        "access, a new profile",
        first_calls(POLICY.access, PERMITTED.profile),
        against=contender,
        other=other(contender),
        goal=Goal(GOALS[contender].is_faster),
    )


def test_access_beside_a_context_made_once(beside: Beside) -> None:
    """CEL's values converted once for all calls, as a profile's are."""
    program, context = cel_program(), cel.Context(PERMITTED.facts())

    assert program.execute(context) == 3
    beside(
        "access, permitted worker",
        repeated(POLICY.access, PERMITTED.profile()),
        against="cel, one Context",
        other=repeated(program.execute, context),
        goal=AS_FAST,
    )


UNSURE = {
    "rate unknown": PERMITTED.profile().with_facts({qe.PERCENT_APPROVED: qe.UNKNOWN}),
    "rate 95..100": PERMITTED.profile().with_facts({qe.PERCENT_APPROVED: "95..100"}),
    "study 1 unknown": PERMITTED.profile().without_fact(STUDY),
}


@pytest.mark.parametrize("what", UNSURE)
def test_access_of_partly_known_workers(beside: Beside, what: str) -> None:
    """A fact that is wholly unknown is one comparison like any other; one of several states needs the exact sets."""
    assert POLICY.access(UNSURE[what]) is qe.Access.PREVIEW
    beside(
        f"access, {what}",
        repeated(POLICY.access, UNSURE[what]),
        against="access, permitted",
        other=repeated(POLICY.access, PERMITTED.profile()),
        goal=AS_LONG,
    )
