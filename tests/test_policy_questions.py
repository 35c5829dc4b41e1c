"""Questions about all workers that a policy answers: first against every worker of small universes, then by example."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given

from qualeval.errors import InvalidInput, QualevalError, WrongType
from qualeval.model.actions import Access, Action, ActionsGuarded
from qualeval.model.qualification_types import (
    ADULT,
    LOCALE,
    MASTERS,
    NUMBER_HITS_APPROVED,
    PERCENT_APPROVED,
    TypeNames,
)
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.model.workers import WorkerProfile, worker
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.compiler import compile_requirements
from qualeval.values.locale import Locale, country_codes, subdivision_codes
from tests import reference
from tests.brute import (
    UNIVERSES,
    Requirements,
    Universe,
    cases,
    every_universe,
    is_definite_example,
    judged,
    level,
    lists,
    pairs,
    wires,
)
from tests.strategies import requirement_lists


def need(type_id: str, comparator: str, *values: int | str, **fields: Any) -> QualificationRequirement:
    """A requirement, its values in short: integers, or locales as text."""
    locales = [Locale.parse(value) for value in values if isinstance(value, str)]
    integers = [value for value in values if not isinstance(value, str)]
    return QualificationRequirement(type_id, Comparator(comparator), integers, locales, **fields)


def policy_of(*listed: QualificationRequirement) -> AccessPolicy:
    """The policy of these requirements."""
    return compile_requirements(listed)


ACCEPT, PREVIEW, DISCOVER = ActionsGuarded
RATE = need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 98)


# The oracle itself.


@every_universe
def test_the_crowds_are_what_the_reference_says_of_each_worker(universe: Universe) -> None:
    """The bits of a crowd with some access are the workers whom the reference gives it, one by one."""
    for listed in lists(universe, seed=0, count=15):
        crowds = {access: universe.reaching(listed, access) for access in Access}
        for place, world in enumerate(universe.worlds):
            expected = reference.access(wires(listed), world)

            assert [crowd >> place & 1 for crowd in crowds.values()] == [access == expected for access in Access]


@every_universe
def test_the_pairs_are_of_every_kind(universe: Universe) -> None:
    """Among the pairs there are many that imply each other, exclude each other, are equal, and do none of that."""
    found = set()
    for one, other in pairs(universe, seed=0, count=400):
        mine, theirs = universe.may(one, Action.ACCEPT), universe.may(other, Action.ACCEPT)
        found.add((not mine, not mine & ~theirs, not theirs & ~mine, not mine & theirs))

    assert {(False, a, b, False) for a, b in itertools.product([True, False], repeat=2)} <= found
    assert {(False, False, False, True), (True, True, False, True), (True, True, True, True)} <= found


# Laws, over every worker there can be.


def check_relations(universe: Universe, one: Requirements, other: Requirements) -> None:
    """Satisfiable, implies, disjoint and equal are what trying every worker says."""
    mine, theirs = compile_requirements(one), compile_requirements(other)
    for action in Action:
        here, there = universe.may(one, action), universe.may(other, action)

        assert mine.is_satisfiable(action) == (here != 0)
        assert mine.implies(other=theirs, action=action) == (here & ~there == 0)
        assert theirs.implies(mine, action) == (there & ~here == 0)
        assert mine.is_disjoint(theirs, action) == theirs.is_disjoint(mine, action) == (here & there == 0)
    alike = all(universe.may(one, action) == universe.may(other, action) for action in Action)
    assert (mine == theirs) == alike
    assert not alike or hash(mine) == hash(theirs)


@every_universe
@cases(4_000)
def test_relations_are_what_every_worker_says(universe: Universe, seed: int, count: int) -> None:
    """Over all workers: satisfiable, implies, is_disjoint, `==`."""
    for one, other in pairs(universe, seed, count):
        check_relations(universe, one, other)


def check_counterexample(universe: Universe, one: Requirements, other: Requirements) -> None:
    """There is a counterexample exactly if a worker may here and not there, and that is what it is."""
    mine, theirs = compile_requirements(one), compile_requirements(other)
    for action in Action:
        shown = mine.counterexample(theirs, action)

        assert (shown is not None) == (universe.may(one, action) & ~universe.may(other, action) != 0)
        if shown is None:
            continue
        assert is_definite_example(shown)
        assert {bounds[0] >= action.level for bounds in judged(shown, mine, one)} == {True}
        assert {bounds[1] < action.level for bounds in judged(shown, theirs, other)} == {True}
        assert shown == compile_requirements(one).counterexample(compile_requirements(other), action)


@every_universe
@cases(1_200)
def test_a_counterexample_may_here_and_not_there(universe: Universe, seed: int, count: int) -> None:
    """Decided again by the engine and by the reference, it refutes the implication; and it is always the same."""
    for one, other in pairs(universe, seed, count):
        check_counterexample(universe, one, other)


def check_examples(universe: Universe, listed: Requirements) -> None:
    """Of each access there is an example exactly if some worker has it, and it has that access for certain."""
    policy = compile_requirements(listed)
    for access in Access:
        shown = policy.example(access)

        assert (shown is not None) == (universe.reaching(listed, access) != 0)
        if shown is None:
            continue
        assert judged(shown, policy, listed) == {(access, access)}
        assert is_definite_example(shown)
        assert set(shown.facts) == {each.qualification_type_id for each in listed}
        assert shown == compile_requirements(listed).example(access)
        if access is not Access.ACCEPT:
            assert _stopping(shown, listed, access) == max(1, _impassable(universe, listed, access))


def _stopping(shown: WorkerProfile, listed: Requirements, access: Access) -> int:
    """How many types keep a worker from the next action."""
    types = {each.qualification_type_id for each in listed}
    by_type = [[each for each in listed if each.qualification_type_id == type_id] for type_id in types]
    return sum(judged(shown, compile_requirements(each), each) == {(access, access)} for each in by_type)


def _impassable(universe: Universe, listed: Requirements, access: Access) -> int:
    """How many types let nobody do the next action."""
    types = {each.qualification_type_id for each in listed}
    by_type = [[each for each in listed if each.qualification_type_id == type_id] for type_id in types]
    return sum(not universe.may(each, list(Action)[access]) for each in by_type)


@every_universe
@cases(800)
def test_an_example_has_exactly_the_access(universe: Universe, seed: int, count: int) -> None:
    """It exists if anybody has this access; it is complete, definite, always the same, and misses one type alone.

    Where several types let nobody do the next action, it cannot but miss these: it meets the others.
    """
    for listed in lists(universe, seed, count):
        check_examples(universe, listed)


@given(requirement_lists(), requirement_lists())
def test_implication_is_an_order_of_policies(one: Requirements, other: Requirements) -> None:
    """Over all types: implying each other for every action is equality, and a policy excludes itself only if empty."""
    mine, theirs = compile_requirements(one), compile_requirements(other)
    both = compile_requirements([*one, *other])
    for action in Action:
        assert mine.implies(mine, action)
        assert both.implies(mine, action)
        assert both.implies(theirs, action)
        assert mine.implies(theirs, action) == (both.boxes[action] == mine.boxes[action])
        assert mine.is_disjoint(theirs, action) == (not both.is_satisfiable(action))
        assert mine.is_disjoint(mine, action) == (not mine.is_satisfiable(action))
        assert mine.implies(theirs, action) == (mine.counterexample(theirs, action) is None)
    each_way = all(a.implies(b, action) for a, b in [(mine, theirs), (theirs, mine)] for action in Action)
    assert each_way == (mine == theirs)


# By example.


def facts_of(shown: WorkerProfile | None) -> object:
    """The facts of an example as they are written, by name."""
    return None if shown is None else shown.to_dict()["Facts"]


HIT_OF_THE_README = [
    need(LOCALE, "In", "US", "CA", actions_guarded=DISCOVER),
    need(NUMBER_HITS_APPROVED, "GreaterThan", 100, actions_guarded=PREVIEW),
    RATE,
    need("3STUDY1DONE", "DoesNotExist"),
]
GOOD = {
    "Worker_Locale": "US-CA",
    "Worker_NumberHITsApproved": 101,
    "Worker_PercentAssignmentsApproved": 98,
    "3STUDY1DONE": "lacks",
}


@pytest.mark.parametrize(
    ("access", "facts"),
    [
        (Access.ACCEPT, GOOD),
        (Access.PREVIEW, GOOD | {"Worker_PercentAssignmentsApproved": 97}),
        (Access.DISCOVER, GOOD | {"Worker_NumberHITsApproved": 100}),
        (Access.NONE, GOOD | {"Worker_Locale": "GB"}),
    ],
)
def test_examples_look_natural(access: Access, facts: dict[str, object]) -> None:
    """A real state, values at the threshold, and one type that is missed: by a hair."""
    assert facts_of(compile_requirements(HIT_OF_THE_README).example(access)) == facts


@pytest.mark.parametrize(
    ("requirement", "met", "unmet"),
    [
        (need(PERCENT_APPROVED, "GreaterThan", 97), 98, 97),
        (need(PERCENT_APPROVED, "LessThan", 95), 94, 95),
        (need(PERCENT_APPROVED, "NotIn", 0, 100), 1, 100),
        (need(PERCENT_APPROVED, "NotEqualTo", 50), 51, 50),
        (need(NUMBER_HITS_APPROVED, "LessThanOrEqualTo", 100), 100, 101),
        (need(NUMBER_HITS_APPROVED, "NotEqualTo", 7), 8, 7),
        (need(ADULT, "EqualTo", 1), 1, 0),
        (need("3ABC", "Exists"), 1, "lacks"),
        (need("3ABC", "DoesNotExist"), "lacks", 1),
        (need("3ABC", "GreaterThan", 80), 81, 80),
        (need("3ABC", "LessThan", -5), -6, -5),
        (need("3ABC", "NotEqualTo", 3), 4, 3),
        (need("3ABC", "In", 4, 8), 4, 9),
        (need(MASTERS, "Exists"), "holds", "lacks"),
        (need(MASTERS, "DoesNotExist"), "lacks", "holds"),
        (need(MASTERS, "EqualTo", 5), 5, 6),
        (need(LOCALE, "EqualTo", "US"), "US-CA", "CA"),
        (need(LOCALE, "NotEqualTo", "US"), "CA", "US-CA"),
        (need(LOCALE, "In", "US-CA", "US-TX"), "US-CA", "US-NY"),
        (need(LOCALE, "EqualTo", "JP"), "JP", "US-CA"),
        (need(LOCALE, "In", "US-GU", "US-AK"), "US-AK", "US-CA"),
    ],
    ids=str,
)
def test_an_example_is_at_the_threshold_on_either_side(
    requirement: QualificationRequirement, met: object, unmet: object
) -> None:
    """Whoever just may, and whoever just may not."""
    policy = policy_of(requirement)

    assert [*_facts(policy.example(Access.ACCEPT))] == [met]
    assert [*_facts(policy.example(Access.PREVIEW))] == [unmet]


def _facts(shown: WorkerProfile | None) -> Iterable[object]:
    assert shown is not None
    return list(shown.to_dict()["Facts"].values())


@pytest.mark.parametrize(
    ("type_id", "fact"),
    [
        (LOCALE, "US-CA"),
        (PERCENT_APPROVED, 100),
        (NUMBER_HITS_APPROVED, 1000),
        (ADULT, 0),
        (MASTERS, "lacks"),
        ("3ABC", "lacks"),
    ],
)
def test_where_any_state_will_do_it_is_a_typical_one(type_id: str, fact: int | str) -> None:
    """Of a type that an example may be anything of, it has what most workers have."""
    nobody = [need("3NEVER", "Exists"), need("3NEVER", "DoesNotExist")]
    anything = [need(type_id, "EqualTo", "US" if type_id == LOCALE else 1)]
    shown = policy_of().counterexample(policy_of(*nobody, *anything))

    assert shown is not None
    assert shown.worker_id == "A1EXAMPLEWORKER"
    assert shown.fact(type_id) == worker(None, {type_id: fact}).fact(type_id)


def test_an_example_that_nobody_could_be_is_none() -> None:
    """Where every worker may discover, nobody has access NONE; where nobody may accept, nobody has ACCEPT."""
    policy = policy_of(RATE, need(PERCENT_APPROVED, "LessThan", 95))

    assert policy.example(Access.NONE) is None
    assert policy.example(Access.ACCEPT) is None
    assert facts_of(policy.example(Access.PREVIEW)) == {"Worker_PercentAssignmentsApproved": 100}


def test_an_example_misses_what_everybody_misses_and_meets_the_rest() -> None:
    """Where one type lets nobody accept, that is why the example may not: the others are met."""
    policy = policy_of(need("3ABC", "Exists"), RATE, need(PERCENT_APPROVED, "LessThan", 95))

    assert facts_of(policy.example(Access.PREVIEW)) == {"3ABC": 1, "Worker_PercentAssignmentsApproved": 100}


def test_an_example_is_refused_by_one_type_though_nobody_can_pass_another_either() -> None:
    """Where two types let nobody discover, the second is no matter: any state of it will do."""
    policy = policy_of(
        *(need("3ABC", "EqualTo", each, actions_guarded=DISCOVER) for each in (1, 2)),
        *(need(PERCENT_APPROVED, "EqualTo", each, actions_guarded=DISCOVER) for each in (98, 99)),
    )
    shown = policy.example(Access.NONE)

    assert facts_of(shown) == {"3ABC": "lacks", "Worker_PercentAssignmentsApproved": 100}
    assert shown is not None
    assert policy.access(shown) is policy.decide(shown).possible is Access.NONE


def test_a_policy_of_nothing_lets_everybody_accept() -> None:
    """Its one example is a profile without facts; every policy implies it, and it implies what is always met."""
    everybody, rate = policy_of(), policy_of(RATE)

    assert [everybody.example(access) for access in Access] == [
        None, None, None, WorkerProfile("A1EXAMPLEWORKER", complete=True)
    ]  # fmt: skip
    assert rate.implies(everybody)
    assert not everybody.implies(rate)
    assert everybody.implies(policy_of(need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 0)))
    assert everybody == policy_of(need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 0))


def test_what_nobody_may_do_implies_everything_and_excludes_everything() -> None:
    """An empty policy is the same whichever type emptied it."""
    nobody = policy_of(RATE, need(PERCENT_APPROVED, "LessThan", 95))
    other = policy_of(need("3ABC", "Exists"), need("3ABC", "DoesNotExist"))

    assert not nobody.is_satisfiable()
    assert nobody.implies(policy_of(RATE))
    assert nobody.is_disjoint(policy_of())
    assert nobody.is_disjoint(nobody)
    assert nobody == other
    assert nobody.is_satisfiable(Action.PREVIEW)


def test_an_action_that_is_not_named_is_accept() -> None:
    """Where nothing else is said, each question is about accepting; text will do for an action."""
    strict, lax = policy_of(RATE), policy_of(need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 90))

    assert strict.implies(lax)
    assert not lax.implies(strict)
    assert lax.implies(strict, Action("preview"))
    assert lax.counterexample(strict) is not None
    assert lax.counterexample(strict, Action.PREVIEW) is None
    assert policy_of(need("3ABC", "In", 1)).is_disjoint(policy_of(need("3ABC", "In", 2)))
    assert not policy_of(need("3ABC", "In", 1)).is_disjoint(policy_of(need("3ABC", "In", 2)), Action.PREVIEW)


def test_a_world_without_a_country_still_has_workers() -> None:
    """With every country that ISO 3166 has excluded by name, a place that it does not have yet is left."""
    world = [Locale(code) for code in sorted(country_codes())]
    policy = policy_of(QualificationRequirement(LOCALE, Comparator.NOT_IN, (), world), RATE)
    shown = policy.example(Access.ACCEPT)

    assert policy.is_satisfiable()
    assert shown is not None
    assert policy.decide(shown).is_definite
    assert policy.access(shown) is Access.ACCEPT
    assert facts_of(policy.example(Access.PREVIEW)) == {
        "Worker_Locale": "US-CA",
        "Worker_PercentAssignmentsApproved": 98,
    }


def test_naming_every_state_is_not_naming_the_country() -> None:
    """The unlisted places of a country are left: the example is in one, and says so."""
    places = [Locale("US", code) for code in sorted(subdivision_codes("US"))]
    states = QualificationRequirement(LOCALE, Comparator.IN, (), places)
    country = need(LOCALE, "EqualTo", "US")

    assert policy_of(states).implies(policy_of(country))
    assert not policy_of(country).implies(policy_of(states))
    assert facts_of(policy_of(country).counterexample(policy_of(states))) == {"Worker_Locale": "US-ZZ"}


def test_integers_beyond_any_float_are_exact() -> None:
    """Values that no float holds are told apart by implication, and a threshold among them is a whole number."""
    huge = 10**60
    above = policy_of(need("3ABC", "GreaterThan", huge))
    at_least = policy_of(need("3ABC", "GreaterThanOrEqualTo", huge))

    assert above.implies(at_least)
    assert not at_least.implies(above)
    assert above == policy_of(need("3ABC", "GreaterThanOrEqualTo", huge + 1))
    assert facts_of(at_least.counterexample(above)) == {"3ABC": huge}


def test_a_counterexample_misses_one_type_alone_where_it_can() -> None:
    """It is seen at once why it may not there: what the two policies both ask is met."""
    here = policy_of(need("3ABC", "GreaterThan", 10), need(PERCENT_APPROVED, "GreaterThan", 90))
    there = policy_of(need("3ABC", "GreaterThan", 20), RATE)

    assert facts_of(here.counterexample(there)) == {"3ABC": 11, "Worker_PercentAssignmentsApproved": 98}


def test_a_counterexample_lies_here_where_the_two_have_nothing_in_common() -> None:
    """Where two types are each missed by everybody, the worker is one who may here."""
    here = policy_of(need("3ABC", "GreaterThan", 10), need(PERCENT_APPROVED, "GreaterThan", 90))
    there = policy_of(need("3ABC", "LessThan", 5), need(PERCENT_APPROVED, "LessThan", 50))

    assert facts_of(here.counterexample(there)) == {"3ABC": 11, "Worker_PercentAssignmentsApproved": 91}


def test_policies_are_found_by_what_they_mean() -> None:
    """In a dict a policy is found by an equal one, however it was written; others rarely hash like it."""
    policies = [policy_of(need(PERCENT_APPROVED, "GreaterThan", each)) for each in range(101)]
    again = policy_of(need(PERCENT_APPROVED, "GreaterThan", 97), need(PERCENT_APPROVED, "GreaterThan", 90))

    assert {each: place for place, each in enumerate(policies)}[again] == 97
    assert len(set(map(hash, policies))) > 90


def test_a_policy_equals_no_other_thing() -> None:
    """A requirement, a text or nothing is no policy, and comparing with it is no error."""
    for other in (RATE, "everybody", None):
        assert policy_of(RATE) != other


def test_a_place_that_is_several_is_judged_though_another_fact_is_missing() -> None:
    """What is not named is learned on the way, whatever is known of the place."""
    policy = policy_of(need("3ABC", "Exists"), need(LOCALE, "In", "US", "CA"))

    assert policy.access(worker("A1", {LOCALE: "US,CA"})) is Access.PREVIEW
    assert policy.access(worker("A1", {LOCALE: "US,CA"}).with_facts({"3ABC": 1})) is Access.ACCEPT
    assert policy.access(worker("A1", {LOCALE: "US,FR"}).with_facts({"3ABC": 1})) is Access.PREVIEW


def test_names_of_types_do_not_matter_to_the_questions() -> None:
    """What a type is called is for the reader alone."""
    named = compile_requirements([need("3ABC", "Exists")], names=TypeNames({"qualified": "3ABC"}))
    plain = policy_of(need("3ABC", "Exists"))

    assert named == plain
    assert named.implies(plain)
    assert named.example(Access.ACCEPT) == plain.example(Access.ACCEPT)


@pytest.mark.parametrize(
    "ask",
    [AccessPolicy.implies, AccessPolicy.is_disjoint, AccessPolicy.counterexample],
    ids=lambda ask: getattr(ask, "__name__", ""),
)
def test_a_question_needs_another_policy(ask: Callable[[AccessPolicy, Any], object]) -> None:
    """What is no policy is refused with the way to make one; both a TypeError and ours."""
    with pytest.raises(WrongType) as caught:
        ask(policy_of(RATE), [RATE])

    assert str(caught.value) == "expected an AccessPolicy, got list; qualeval.compile_hit makes one of a HIT"
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, QualevalError)


def test_an_unknown_action_is_refused_with_the_nearest() -> None:
    """A misspelt action is an error of ours, for every question that takes one."""
    policy: Any = policy_of(RATE)
    for ask in (policy.is_satisfiable, lambda action: policy.implies(policy, action)):
        with pytest.raises(InvalidInput, match="did you mean `preview`"):
            ask("previwe")


@pytest.mark.parametrize(
    ("access", "mend"),
    [("previwe", "did you mean `preview`"), (4, "known are `none`, `discover`"), (None, "known are")],
)
def test_an_access_that_is_none_is_refused(access: Any, mend: str) -> None:
    """A word that is no access is an error of ours, a ValueError, with the nearest; the right word will do."""
    with pytest.raises(InvalidInput, match=f"^unknown access .*; {mend}") as caught:
        policy_of(RATE).example(access)

    assert isinstance(caught.value, ValueError)
    assert [Access(word) for word in ("none", "discover", "preview", "accept")] == list(Access)  # type: ignore[arg-type]


def test_random_lists_are_the_same_every_time() -> None:
    """A seed of the brute-force tests always makes the same cases."""
    universe = UNIVERSES[-1]

    assert list(pairs(universe, 7, 50)) == list(pairs(universe, 7, 50))
    assert list(lists(universe, 7, 50)) != list(lists(universe, 8, 50))
    assert {level(each) for listed in lists(universe, 7, 50) for each in listed} == {0, 1, 2}
