"""The strategies for workers: whom they draw of a policy, that they draw all of them, and what they shrink to.

Whether a worker has an access is said by the reference too, which knows nothing of qualeval.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations, product
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

import qualeval as qe
from qualeval.model.requirements import Comparator
from qualeval.policy.decision import Outcome
from qualeval.testing import strategies
from qualeval.testing.strategies.boundaries import boundary_profiles
from qualeval.values.locale import country_codes
from tests import reference
from tests.drawing import simplest, unmet, unreached
from tests.strategies import wire

US = (qe.Locale("US"),)
PREVIEW, ALL = qe.ActionsGuarded.PREVIEW_AND_ACCEPT, qe.ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT


def asks(
    type_id: str, comparator: str, *values: Any, guard: qe.ActionsGuarded | None = None
) -> qe.QualificationRequirement:  # fmt: skip
    """A requirement; its values are integers or locales."""
    places = tuple(each for each in values if isinstance(each, qe.Locale))
    integers = tuple(each for each in values if isinstance(each, int))
    return qe.QualificationRequirement(type_id, Comparator(comparator), integers, places, actions_guarded=guard)


POLICY = qe.compile_requirements(
    [
        asks(qe.ADULT, "EqualTo", 1, guard=ALL),
        asks(qe.PERCENT_APPROVED, "GreaterThanOrEqualTo", 98, guard=PREVIEW),
        asks("3ABC", "In", 1, 2),
        asks(qe.LOCALE, "In", qe.Locale("US", "WA"), qe.Locale("GB")),
    ]
)


def reference_state(states: qe.ValueSet) -> reference.State:
    """One state of a fact, as the reference has it; of a region any."""
    single = states.single
    if isinstance(single, qe.Locale):
        return (single.country, single.subdivision)
    return single if isinstance(single, int) else states.sample() if not states.lacking else None  # type: ignore[return-value]


def reference_access(policy: qe.AccessPolicy, worker: qe.WorkerProfile) -> int:
    """What the reference says of a worker of whom all is known that the policy asks."""
    states = {type_id: reference_state(worker.fact(type_id).states) for type_id in policy.ladders}
    return reference.access([wire(each) for each in policy.requirements], states)


# --- any profiles


@pytest.mark.slow
def test_workers_are_of_every_kind() -> None:
    """With facts and without, complete in every way, blocked or not, with and without a name."""
    left = unmet(
        strategies.workers(),
        silent=lambda worker: not worker.facts,
        several=lambda worker: len(worker.facts) > 3,
        complete=lambda worker: worker.complete is True and worker.facts,
        complete_in_part=lambda worker: worker.complete not in (True, False, frozenset()),
        blocked=lambda worker: worker.blocked is True,
        not_blocked=lambda worker: worker.blocked is False,
        unnamed=lambda worker: worker.worker_id is None,
        named=lambda worker: len(worker.worker_id or "") > 16,
        revoked=lambda worker: any(fact.is_revoked for fact in worker.facts.values()),
    )

    assert left == []


@pytest.mark.slow
def test_workers_of_a_policy_speak_of_its_types_at_its_thresholds() -> None:
    """At, above and below what is named; every outcome is drawn, unknown ones too."""
    drawn, two = strategies.workers(POLICY), qe.compile_requirements(POLICY.requirements[:2])
    places = [qe.Locale("US", "WA"), qe.Locale("US"), qe.Locale("US", "ZZ")]
    outcomes = [(action, outcome) for action in qe.Action for outcome in Outcome]

    def answers(worker: qe.WorkerProfile) -> list[object]:
        return [(each, two.decide(worker).outcome(each)) for each in qe.Action]

    assert unreached(drawn, [97, 98, 99], Value(qe.PERCENT_APPROVED)) == []
    assert unreached(drawn, places, Value(qe.LOCALE)) == []
    assert unreached(strategies.workers(two), outcomes, answers) == []


class Value:
    """The single value that a worker is known to have of a type, as a list."""

    def __init__(self, type_id: str) -> None:
        self.type_id = type_id

    def __call__(self, worker: qe.WorkerProfile) -> list[object]:
        return [worker.fact(self.type_id).states.single]


@pytest.mark.slow
@given(st.data(), strategies.hits())
def test_workers_of_a_hit_name_no_other_type(data: st.DataObject, hit: qe.HIT) -> None:
    """A HIT is as good as its policy."""
    worker = data.draw(strategies.workers(hit))

    assert set(worker.facts) <= set(qe.compile_hit(hit).ladders)


def test_workers_shrink_to_one_who_says_nothing() -> None:
    """Whether a policy is given or not."""
    for drawn in (strategies.workers(), strategies.workers(POLICY)):
        found = simplest(drawn)
        assert (dict(found.facts), found.complete, found.blocked) == ({}, False, None)


# --- with an access


@pytest.mark.slow
@given(st.data(), strategies.policies(), st.sampled_from(qe.Access))
def test_a_worker_has_exactly_the_access_for_certain(
    data: st.DataObject, policy: qe.AccessPolicy, access: qe.Access
) -> None:
    """Of any policy, and the reference agrees; or nobody has this access, and that is said."""
    if policy.example(access) is None:
        with pytest.raises(InvalidArgument, match="nobody has exactly the access"):
            strategies.workers_with_access(policy, access)
        return
    worker = data.draw(strategies.workers_with_access(policy, access))
    decision = policy.decide(worker)

    assert (decision.access, decision.possible) == (access, access)
    assert set(worker.facts) == set(policy.ladders)
    assert reference_access(policy, worker) == access


@pytest.mark.parametrize("access", qe.Access)
def test_workers_with_an_access_shrink_to_the_policys_example(access: qe.Access) -> None:
    """Which misses the next action by one type, at the threshold."""
    assert simplest(strategies.workers_with_access(POLICY, access)) == POLICY.example(access)
    assert simplest(strategies.workers_with_access(qe.HIT(POLICY.requirements), str(access))) == POLICY.example(access)


@pytest.mark.slow
@given(st.data(), strategies.policies(satisfiable=True))
def test_the_simplest_worker_is_the_example_of_any_policy(data: st.DataObject, policy: qe.AccessPolicy) -> None:
    """Where somebody may accept, the example is among those that are drawn."""
    assert policy.example(qe.Access.ACCEPT) is not None
    assert policy.access(data.draw(strategies.workers_with_access(policy, "accept"))) is qe.Access.ACCEPT


SMALL = qe.compile_requirements(
    [
        asks(qe.ADULT, "EqualTo", 1, guard=ALL),
        asks(qe.PERCENT_APPROVED, "LessThan", 3, guard=PREVIEW),
        asks(qe.PERCENT_APPROVED, "NotEqualTo", 1),
        asks("3ABC", "In", 1, 2),
        asks("3ABC", "NotEqualTo", 2, guard=PREVIEW),
    ]
)
WORLD: Mapping[str, tuple[int | None, ...]] = {
    qe.ADULT: (0, 1),
    qe.PERCENT_APPROVED: (0, 1, 2, 3, 100),
    "3ABC": (None, 0, 1, 2, 3),
}


def inhabitants(access: qe.Access) -> Iterator[tuple[int | None, ...]]:
    """The states of the small world that the reference gives this access, in the order of the world's types."""
    listed = [wire(each) for each in SMALL.requirements]
    for states in product(*WORLD.values()):
        if reference.access(listed, dict(zip(WORLD, states, strict=True))) == access:
            yield states


def in_the_world(worker: qe.WorkerProfile) -> list[object]:
    """A worker's states, in the order of the world's types."""
    return [tuple(reference_state(worker.fact(type_id).states) for type_id in WORLD)]


@pytest.mark.slow
@pytest.mark.parametrize("access", qe.Access)
def test_every_worker_of_a_small_world_is_drawn(access: qe.Access) -> None:
    """Whatever types fall short, together or alone, and by whichever state."""
    wanted = list(inhabitants(access))

    assert len(wanted) >= 1
    assert unreached(strategies.workers_with_access(SMALL, access), wanted, in_the_world) == []


@pytest.mark.slow
def test_workers_with_an_access_are_drawn_where_no_locale_names_the_rest() -> None:
    """All countries but the unnamed rest are excluded by name, and then the rest is drawn as it is."""
    policy = qe.compile_requirements([asks(qe.LOCALE, "NotIn", *map(qe.Locale, sorted(country_codes())))])
    inside, outside = (strategies.workers_with_access(policy, each) for each in ("accept", "preview"))

    assert policy.access(simplest(inside)) is qe.Access.ACCEPT
    assert unreached(outside, [qe.Locale("US", "WA")], Value(qe.LOCALE)) == []


@pytest.mark.slow
def test_places_with_an_access_are_of_every_kind() -> None:
    """Inside a state, in the rest of its country, in other countries, in subdivisions of these, unlisted."""
    policy = qe.compile_requirements([asks(qe.LOCALE, "NotIn", qe.Locale("US", "WA"), qe.Locale("GB"))])
    parse = qe.Locale.parse
    admitted = [parse(text) for text in ("US-CA", "US-ZZ", "US-TX", "CA", "DE")]
    refused = [parse(text) for text in ("US-WA", "GB", "GB-ZZ")]

    assert unreached(strategies.workers_with_access(policy, "accept"), admitted, Value(qe.LOCALE)) == []
    assert unreached(strategies.workers_with_access(policy, "preview"), refused, Value(qe.LOCALE)) == []


# --- without an action


@pytest.mark.slow
@given(st.data(), strategies.policies(1), st.sampled_from(qe.Action), st.booleans())
def test_a_worker_without_access_is_not_let_through(
    data: st.DataObject, policy: qe.AccessPolicy, action: qe.Action, certainly: bool
) -> None:
    """For certain, it is denied; else at least not permitted. Where everybody is let through, that is said."""
    if policy.boxes[action] == {}:
        with pytest.raises(InvalidArgument, match=f"everybody may {action}"):
            strategies.workers_without_access(policy, action, certainly=certainly)
        return
    worker = data.draw(strategies.workers_without_access(policy, action, certainly=certainly))

    assert not policy.permits(worker, action)
    assert policy.decide(worker).outcome(action) is Outcome.DENIED or not certainly


@pytest.mark.slow
def test_workers_without_access_are_of_every_kind() -> None:
    """Denied by one type or by several, by values, ranges, lacking; and unknown ones, where these count too."""
    denied, kept = strategies.workers_without_access(POLICY), strategies.workers_without_access(POLICY, certainly=False)
    types = [(type_id, size) for type_id in POLICY.ladders for size in (1, 2)]
    low_rates = qe.worker("A1", {qe.PERCENT_APPROVED: "0..97"}).fact(qe.PERCENT_APPROVED)

    def by(worker: qe.WorkerProfile) -> list[object]:
        unmet = {each.predicate.kind.type_id for each in POLICY.decide(worker).unmet}
        return [(type_id, min(2, len(unmet))) for type_id in unmet]

    assert unreached(denied, types, by) == []
    assert unmet(
        denied,
        lacking=lambda worker: worker.fact("3ABC").states == qe.qualification_type("3ABC").lacked,
        range=lambda worker: worker.fact(qe.PERCENT_APPROVED) == low_rates,
        preview=lambda worker: POLICY.access(worker) is qe.Access.PREVIEW,
    ) == []
    assert unmet(kept, unknown=lambda worker: POLICY.decide(worker).outcome() is Outcome.UNKNOWN) == []


def test_workers_without_access_shrink_to_one_known_type() -> None:
    """The first that keeps anybody out."""
    found = simplest(strategies.workers_without_access(POLICY, "preview"))

    assert list(found.facts) == [qe.ADULT]
    assert found.fact(qe.ADULT).states.single == 0


# --- boundaries


def test_boundary_workers_are_at_every_threshold() -> None:
    """One at it, one below and one above of each integer; inside and outside of each place; lacking."""
    drawn = strategies.boundary_workers(POLICY)
    parse = qe.Locale.parse

    assert unreached(drawn, [97, 98, 99], Value(qe.PERCENT_APPROVED)) == []
    assert unreached(drawn, [0, 1, 2, 3, None], Value("3ABC")) == []
    assert unreached(drawn, [0, 1], Value(qe.ADULT)) == []
    assert unreached(drawn, map(parse, ("US-WA", "US-ZZ", "US-AK", "GB", "CA")), Value(qe.LOCALE)) == []
    assert unreached(drawn, qe.Access, lambda worker: [POLICY.access(worker)]) == []


@pytest.mark.slow
@given(st.data(), strategies.policies(1))
def test_every_boundary_worker_gets_a_definite_answer(data: st.DataObject, policy: qe.AccessPolicy) -> None:
    """Of any policy, and the reference gives the same."""
    worker = data.draw(strategies.boundary_workers(policy))
    decision = policy.decide(worker)

    assert decision.is_definite
    assert reference_access(policy, worker) == decision.access


PAIRS = ("GreaterThan GreaterThanOrEqualTo", "LessThan LessThanOrEqualTo", "EqualTo NotEqualTo", "In NotIn")
MISTAKEN = {one: other for pair in (*PAIRS, "Exists DoesNotExist") for one, other in permutations(pair.split())}
"""By each comparator another one that takes the same values."""


@pytest.mark.slow
@given(st.data(), strategies.policies(1, satisfiable=True))
def test_a_wrong_threshold_is_found_by_a_boundary_worker(data: st.DataObject, policy: qe.AccessPolicy) -> None:
    """One comparator that is off by one changes the answer for one of them, where it changes the policy at all."""
    index = data.draw(st.integers(0, len(policy.requirements) - 1))
    changed = [*policy.requirements]
    changed[index] = evolve(changed[index], comparator=MISTAKEN[changed[index].comparator])
    other = qe.compile_requirements(changed)
    is_found = any(policy.access(worker) != other.access(worker) for worker in boundary_profiles(policy))

    assert is_found is (other != policy)


def test_boundary_workers_shrink_to_the_first_threshold() -> None:
    """Of the first type, all others being as they must be."""
    found = simplest(strategies.boundary_workers(POLICY))

    assert POLICY.access(found) is qe.Access.ACCEPT
    assert found.fact(qe.ADULT).states.single == 1


def test_a_hit_that_nobody_may_accept_has_boundary_workers() -> None:
    """The other types are as the last action asks that anybody can do."""
    policy = qe.compile_requirements([*POLICY.requirements, asks("3ABC", "DoesNotExist")])

    levels = {policy.access(each) for each in boundary_profiles(policy)}

    assert levels == {qe.Access.NONE, qe.Access.DISCOVER, qe.Access.PREVIEW}
