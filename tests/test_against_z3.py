"""The engine against z3: what a solver says of formulas that are written from the documented table of comparators.

Nothing here uses qualeval's sets. Integers are unbounded, towards every type there is a truth value for lacking, and
places are pairs of numbers, a country and a subdivision, of which nothing is known but whether they are the same.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

import pytest
import z3
from attrs import evolve

from qualeval.analysis.analyze import FindingKind, analyze
from qualeval.model.actions import Action, ActionsGuarded
from qualeval.model.qualification_types import ADULT, LOCALE, NUMBER_HITS_APPROVED, PERCENT_APPROVED
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.policy.compiler import compile_requirements
from qualeval.values.locale import Locale
from tests import reference
from tests.brute import Requirements
from tests.strategies import wire

Formula = Any
"""z3 has no types of its own."""

TYPES = ("3ABC", "3BLOCK", PERCENT_APPROVED, NUMBER_HITS_APPROVED, ADULT, LOCALE)
PLACES = ("US", "US-WA", "US-CA", "US-TX", "CA", "CA-ON", "GB", "FR", "AN")
ANCHORS = (0, 50, 100, 10**9, 10**40, -(10**40), 2**63, -(2**31))
"""Values are drawn around these, so that huge ones are neighbours too."""


# The documented table, as formulas.


def lacks(type_id: str) -> Formula:
    """That a worker lacks a type."""
    return z3.Bool(f"lacks {type_id}")


def value(type_id: str) -> Formula:
    """The integer that she holds, if she does."""
    return z3.Int(f"value {type_id}")


COUNTRY, SUBDIVISION = z3.Ints("country subdivision")
"""Where she is. Subdivision 0 is that none is named."""

NUMBERS: dict[str, int] = {}


def number(code: str) -> int:
    """The number that stands for a country or a subdivision: each its own, from one."""
    return NUMBERS.setdefault(code, len(NUMBERS) + 1)


def there(locale: Locale) -> Formula:
    """That she is in the region of a locale."""
    country = number(locale.country) == COUNTRY
    return country if locale.subdivision is None else z3.And(country, number(str(locale)) == SUBDIVISION)


def listed_values(requirement: QualificationRequirement) -> Formula:
    """That what she holds is among the values of a requirement."""
    integers = [value(requirement.qualification_type_id) == each for each in requirement.integer_values]
    return z3.Or([*integers, *map(there, requirement.locale_values)])


TABLE: Mapping[str, Any] = {
    "LessThan": lambda held, it: held < it.integer_values[0],
    "LessThanOrEqualTo": lambda held, it: held <= it.integer_values[0],
    "GreaterThan": lambda held, it: held > it.integer_values[0],
    "GreaterThanOrEqualTo": lambda held, it: held >= it.integer_values[0],
    "EqualTo": lambda held, it: listed_values(it),
    "In": lambda held, it: listed_values(it),
    "NotEqualTo": lambda held, it: z3.Not(listed_values(it)),
    "NotIn": lambda held, it: z3.Not(listed_values(it)),
    "Exists": lambda held, it: z3.BoolVal(True),
}
"""What is to be true of the value held. Lacking meets DoesNotExist and nothing else."""


def meets(requirement: QualificationRequirement) -> Formula:
    """That she meets a requirement."""
    type_id = requirement.qualification_type_id
    if requirement.comparator == "DoesNotExist":
        return lacks(type_id)
    return z3.And(z3.Not(lacks(type_id)), TABLE[requirement.comparator](value(type_id), requirement))


GUARDED: Mapping[str, Sequence[Action]] = {
    "DiscoverPreviewAndAccept": list(Action),
    "PreviewAndAccept": list(Action)[1:],
    "Accept": [Action.ACCEPT],
}


def guards(requirement: QualificationRequirement, action: Action) -> bool:
    """Whether a requirement guards an action: `ActionsGuarded` first, then the older field, then Accept."""
    older = "PreviewAndAccept" if requirement.required_to_preview else "Accept"
    return action in GUARDED[str(requirement.actions_guarded or older)]


def may(listed: Sequence[QualificationRequirement], action: Action) -> Formula:
    """That she meets all that guards an action."""
    return z3.And([meets(each) for each in listed if guards(each, action)])


def worlds() -> Formula:
    """What is so of every worker: some types cannot be lacked, and some have bounds."""
    bounds = {NUMBER_HITS_APPROVED: (0, None), PERCENT_APPROVED: (0, 100), ADULT: (0, 1), LOCALE: (None, None)}
    facts = [z3.Not(lacks(type_id)) for type_id in bounds]
    facts += [value(type_id) >= low for type_id, (low, _) in bounds.items() if low is not None]
    facts += [value(type_id) <= high for type_id, (_, high) in bounds.items() if high is not None]
    return z3.And(facts)


class Solver:
    """One solver, asked again and again about all workers."""

    def __init__(self) -> None:
        self.solver = z3.Solver()
        self.solver.add(worlds())

    def is_possible(self, formula: Formula) -> bool:
        """Whether it is true of some worker. That z3 cannot tell is no answer."""
        self.solver.push()
        self.solver.add(formula)
        answer = self.solver.check()
        self.solver.pop()

        assert answer in (z3.sat, z3.unsat), f"z3 cannot tell: {self.solver.reason_unknown()}"
        return bool(answer == z3.sat)


# Random requirements on any of the types.


def requirement(random: Random, types: Sequence[str]) -> QualificationRequirement:
    """One requirement; its values are near each other, however large."""
    type_id = random.choice(types)
    comparator = random.choice([each for each in Comparator if not (type_id == LOCALE and each.is_ordering)])
    count = random.randint(1, 4) if comparator.takes_list else int(comparator.takes_values)
    if type_id == LOCALE:
        values: dict[str, Any] = {"locale_values": map(Locale.parse, random.choices(PLACES, k=count))}
    else:
        anchor = random.choice((50, 100) if type_id == PERCENT_APPROVED else (0,) if type_id == ADULT else ANCHORS)
        values = {"integer_values": [anchor + random.randint(-2, 2) for _ in range(count)]}
    return QualificationRequirement(type_id, comparator, **values, **guard(random))


def guard(random: Random) -> dict[str, Any]:
    """What it guards, in either field."""
    return {
        "actions_guarded": random.choice((None, *ActionsGuarded)),
        "required_to_preview": random.choice((None, False, True)),
    }


def some(random: Random) -> Requirements:
    """A few requirements on few types."""
    types = random.sample(TYPES, k=random.randint(1, 3))
    return [requirement(random, types) for _ in range(random.randint(1, 6))]


def near(random: Random, listed: Requirements) -> Requirements:
    """The requirements with a small change, so that one list often implies the other; or other ones."""
    if random.random() < 0.3:
        return some(random)
    result = random.sample(listed, k=len(listed))
    last = result.pop()
    more = [requirement(random, [last.qualification_type_id]) for _ in range(random.randint(0, 1))]
    moved = evolve(last, integer_values=[each + random.randint(-1, 1) for each in last.integer_values])
    return [*result, random.choice([last, moved, moved, evolve(last, **guard(random))]), *more]


def pairs(seed: int, count: int) -> Iterator[tuple[Requirements, Requirements, Action]]:
    """This many pairs, with an action to ask about."""
    random = Random(seed)
    for _ in range(count):
        one = some(random)
        yield one, near(random, one), random.choice(list(Action))


# Laws.


def check_relations(solver: Solver, one: Requirements, other: Requirements, action: Action) -> tuple[bool, ...]:
    """The engine's answers about two lists, each of which z3 gives too."""
    mine, theirs = compile_requirements(one), compile_requirements(other)
    here, there = may(one, action), may(other, action)
    different = z3.Or([z3.Xor(may(one, each), may(other, each)) for each in Action])
    answers = (
        mine.is_satisfiable(action),
        mine.implies(theirs, action),
        theirs.implies(mine, action),
        mine.is_disjoint(theirs, action),
        mine == theirs,
    )

    assert answers == (
        solver.is_possible(here),
        not solver.is_possible(z3.And(here, z3.Not(there))),
        not solver.is_possible(z3.And(there, z3.Not(here))),
        not solver.is_possible(z3.And(here, there)),
        not solver.is_possible(different),
    )
    return answers


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_relations_are_what_z3_says(seed: int) -> None:
    """Satisfiability, implication both ways, disjointness and equivalence; and each answer is given many times."""
    solver = Solver()
    answers = [check_relations(solver, *pair) for pair in pairs(seed, count=1_250)]

    for column in zip(*answers, strict=True):
        assert {column.count(True) > 100, column.count(False) > 100} == {True}


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 120))
def test_relations_soaked(seed: int) -> None:
    """The same on a hundred thousand pairs."""
    solver = Solver()
    for pair in pairs(seed, count=5_000):
        check_relations(solver, *pair)


def check_example(solver: Solver, one: Requirements, other: Requirements, action: Action) -> bool:
    """A counterexample is a worker of whom the formulas are true, and there is one exactly if z3 finds one."""
    shown = compile_requirements(one).counterexample(compile_requirements(other), action)
    difference = z3.And(may(one, action), z3.Not(may(other, action)))

    assert (shown is not None) == solver.is_possible(difference)
    if shown is None:
        return False
    facts = map(known, shown.facts, shown.to_dict()["Facts"].values())
    assert not solver.is_possible(z3.And(*facts, z3.Not(difference)))
    return True


def known(type_id: str, fact: int | str) -> Formula:
    """What a profile says of a worker, as it is written."""
    if fact in ("lacks", "holds"):
        return lacks(type_id) if fact == "lacks" else z3.Not(lacks(type_id))
    if isinstance(fact, int):
        return z3.And(z3.Not(lacks(type_id)), value(type_id) == fact)
    place = Locale.parse(fact)
    return z3.And(z3.Not(lacks(type_id)), there(place))


@pytest.mark.slow
def test_counterexamples_are_models() -> None:
    """What is known of the worker who is shown leaves z3 no other answer."""
    solver = Solver()
    found = [check_example(solver, *pair) for pair in pairs(seed=7, count=600)]

    assert found.count(True) > 150


def check_findings(solver: Solver, listed: Requirements) -> set[FindingKind]:
    """What is superfluous or contradictory by the analysis, is so by z3: over unbounded integers, whatever is named."""
    found = analyze(compile_requirements(listed)).findings
    for finding in found:
        about = [listed[index] for index in finding.requirements]
        match finding.kind:
            case FindingKind.UNSATISFIABLE:
                assert not solver.is_possible(may(listed, finding.action))
            case FindingKind.CONFLICT:
                assert not solver.is_possible(z3.And([meets(each) for each in about]))
                for fewer in itertools.combinations(about, len(about) - 1):
                    assert solver.is_possible(z3.And([meets(each) for each in fewer]))
            case FindingKind.ALWAYS_MET:
                assert not solver.is_possible(z3.Not(meets(about[0])))
            case FindingKind.DUPLICATE | FindingKind.REDUNDANT:
                others = [meets(listed[index]) for index in finding.because_of]
                assert not solver.is_possible(z3.And(*others, z3.Not(meets(about[0]))))
    told = {finding.requirements for finding in found}
    if all(solver.is_possible(may(listed, action)) for action in Action):
        for index, each in enumerate(listed):
            others = [*listed[:index], *listed[index + 1 :]]
            changes = [z3.And(may(others, action), z3.Not(may(listed, action))) for action in Action]
            assert (index,) in told or solver.is_possible(z3.Or(changes)), each
    return {finding.kind for finding in found}


@pytest.mark.slow
def test_findings_are_what_z3_says() -> None:
    """Each finding is proved, and of a satisfiable list each requirement without a finding is needed."""
    solver = Solver()
    random = Random(8)
    kinds = Counter(kind for _ in range(600) for kind in check_findings(solver, some(random)))

    assert min(kinds[kind] for kind in FindingKind) > 5


def test_the_formulas_say_what_the_reference_says() -> None:
    """Of a worker in one state, the two oracles agree, so that neither is a slip."""
    solver = Solver()
    random = Random(9)
    for _ in range(400):
        (each,) = [requirement(random, TYPES)]
        type_id = each.qualification_type_id
        state = random.choice(reference.universe(type_id, each.integer_values, [("US", "WA"), ("CA", None)]))

        assert solver.is_possible(z3.And(in_state(type_id, state), meets(each))) == reference.meets(wire(each), state)
        assert solver.is_possible(in_state(type_id, state))


def in_state(type_id: str, state: reference.State) -> Formula:
    """That she is in one state."""
    if state is None:
        return lacks(type_id)
    if isinstance(state, int):
        return z3.And(z3.Not(lacks(type_id)), value(type_id) == state)
    country, code = state
    subdivision = 0 if code is None else number(f"{country}-{code}")
    return z3.And(z3.Not(lacks(type_id)), number(country) == COUNTRY, subdivision == SUBDIVISION)


def test_a_solver_that_cannot_tell_is_a_failure() -> None:
    """An unknown answer is no pass."""
    solver = Solver()
    x, y, z = z3.Ints("x y z")
    solver.solver.set("timeout", 1)

    with pytest.raises(AssertionError, match="z3 cannot tell"):
        solver.is_possible(z3.And(x**3 + y**3 + z**3 == 114, x > 10**9))
