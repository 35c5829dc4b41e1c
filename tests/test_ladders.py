"""Ladders: which requirements on a type exclude which states, and what a fact's relation to a set is."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given

from qualeval.model.actions import Access, Action, ActionsGuarded
from qualeval.model.qualification_types import PERCENT_APPROVED
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.policy.compiler import compile_requirements
from qualeval.policy.ladders import Relation, TypeLadder, relation
from qualeval.values.integer_set import IntegerSet
from qualeval.values.value_set import ValueSet
from tests.strategies import value_sets

ACCEPT, PREVIEW, DISCOVER = ActionsGuarded


def need(comparator: Comparator, *values: int, type_id: str = "3ABC", guard: ActionsGuarded = ACCEPT) -> (
    QualificationRequirement
):  # fmt: skip
    """A requirement on integers."""
    return QualificationRequirement(type_id, comparator, values, actions_guarded=guard)


def ladder_of(*listed: QualificationRequirement) -> TypeLadder:
    """What these requirements ask of their one type."""
    (ladder,) = compile_requirements(listed).ladders.values()
    return ladder


@given(value_sets())
@example((ValueSet(IntegerSet.only(3)), ValueSet(IntegerSet.only(3, 5)), ValueSet(IntegerSet.empty())))
@example((ValueSet(IntegerSet.empty(), lacking=True), ValueSet(IntegerSet.only(3)), ValueSet(IntegerSet.empty())))
def test_a_relation_is_inclusion_or_disjointness(three: tuple[ValueSet, ValueSet, ValueSet]) -> None:
    """The short ways for one value say what `is_subset` and `is_disjoint` do."""
    states, admitted, _ = three
    assume(not states.is_empty)
    lies = relation(states, admitted)

    assert (lies is Relation.INSIDE) == states.is_subset(admitted)
    assert (lies is Relation.OUTSIDE) == states.is_disjoint(admitted)


def test_exclusions_are_told_in_bits() -> None:
    """Below 3 the first excludes, above 5 the second, between them both, and lacking too."""
    assert ladder_of(need(Comparator.GREATER_THAN, 5), need(Comparator.LESS_THAN, 3)).exclusions == {0b01, 0b10, 0b11}
    assert ladder_of(need(Comparator.EXISTS)).exclusions == {0, 1}


def test_alike_are_those_that_admit_and_guard_the_same() -> None:
    """However they are written; what guards something else says something else."""
    ladder = ladder_of(
        need(Comparator.GREATER_THAN, 5),
        need(Comparator.EXISTS),
        need(Comparator.GREATER_THAN_OR_EQUAL_TO, 6),
        need(Comparator.GREATER_THAN, 5, guard=PREVIEW),
        need(Comparator.GREATER_THAN, 5),
    )

    assert [ladder.alike(each) for each in ladder.predicates] == [0b10101, 0b00010, 0b10101, 0b01000, 0b10101]


def test_states_outside_the_universe_are_excluded_by_nobody() -> None:
    """A rate is 0 to 100: that above 100 both bounds would miss it is no exclusion."""
    rates = [need(Comparator.LESS_THAN, each, type_id=PERCENT_APPROVED) for each in (101, 50)]

    assert ladder_of(*rates).exclusions == {0b00, 0b10}


@pytest.mark.parametrize(
    ("access", "states"),
    [
        (Access.NONE, ValueSet(IntegerSet.at_most(0), lacking=True)),
        (Access.DISCOVER, ValueSet(IntegerSet.between(1, 5))),
        (Access.PREVIEW, ValueSet(IntegerSet.empty())),
        (Access.ACCEPT, ValueSet(IntegerSet.at_least(6))),
    ],
)
def test_every_state_is_on_one_step(access: Access, states: ValueSet) -> None:
    """`exactly` parts the states by how far they reach; the sets shrink from one action to the next."""
    ladder = ladder_of(
        need(Comparator.GREATER_THAN, 0, guard=DISCOVER), need(Comparator.GREATER_THAN, 5, guard=PREVIEW)
    )

    assert ladder.exactly(access) == states
    assert [ladder.admitted_before(each) for each in Action] == [
        ladder.kind.universe, ladder.admitted[Action.DISCOVER], ladder.admitted[Action.PREVIEW]
    ]  # fmt: skip
