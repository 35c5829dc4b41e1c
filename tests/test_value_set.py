"""Value sets: held values and lacking are one algebra, and integers never meet locales in it."""

from __future__ import annotations

from collections.abc import Callable
from operator import and_, or_, sub

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualeval.errors import IncompatibleSets, QualevalError
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet
from tests.strategies import integer_sets, locale_sets, value_sets

Three = tuple[ValueSet, ValueSet, ValueSet]

NOBODY = (ValueSet(IntegerSet.empty()), ValueSet(LocaleSet.empty()))
LACKING = ValueSet(IntegerSet.empty(), lacking=True)


def nothing_like(states: ValueSet) -> ValueSet:
    """The empty value set of the same kind."""
    return ValueSet(states.held.empty())


@given(value_sets())
def test_lattice_laws(three: Three) -> None:
    """The operators are commutative, associative, absorbing and distributive."""
    a, b, c = three

    assert a & b == b & a
    assert a | b == b | a
    assert (a & b) & c == a & (b & c)
    assert (a | b) | c == a | (b | c)
    assert a & (a | b) == a == a | (a & b)
    assert a & (b | c) == (a & b) | (a & c)
    assert a | (b & c) == (a | b) & (a | c)


@given(value_sets())
def test_complement_laws(three: Three) -> None:
    """A complement is the rest of all states, lacking among them, and De Morgan's laws hold."""
    a, b, _ = three

    assert ~~a == a
    assert a & ~a == nothing_like(a)
    assert a | ~a == ~nothing_like(a)
    assert ~(a & b) == ~a | ~b
    assert ~(a | b) == ~a & ~b
    assert a - b == a & ~b


@given(value_sets())
def test_relations_are_defined_by_the_algebra(three: Three) -> None:
    """Inclusion and disjointness are emptiness of a difference and of an intersection; equality is mutual inclusion."""
    a, b, _ = three

    assert a.is_empty == (a == nothing_like(a))
    assert a.is_subset(b) == (a | b == b)
    assert a.is_disjoint(b) == (a & b == nothing_like(a))
    assert (a == b) == (a.is_subset(b) and b.is_subset(a))


@given(value_sets(), st.sampled_from([-5, 0, 3, 11, None, Locale("US"), Locale("US", "WA"), Locale("FR")]))
def test_membership_is_inclusion_of_one_state(three: Three, state: int | Locale | None) -> None:
    """A state belongs to an intersection exactly if it does to both; a state of the other kind belongs to nothing."""
    a, b, _ = three
    of_the_other_kind = state is not None and isinstance(state, Locale) != isinstance(a.held, LocaleSet)

    assert (state in a & b) == (state in a and state in b)
    assert (state in a) == (not of_the_other_kind and _only(state, a).is_subset(a))


def _only(state: int | Locale | None, like: ValueSet) -> ValueSet:
    if state is None:
        return ValueSet(like.held.empty(), lacking=True)
    return ValueSet(LocaleSet.only(state) if isinstance(state, Locale) else IntegerSet.only(state))


@given(st.builds(ValueSet, integer_sets() | locale_sets(), st.booleans()))
def test_a_sample_is_a_state_of_the_set(states: ValueSet) -> None:
    """A sample belongs to the set, a held value before lacking; the one exception is a set without a nameable place."""
    sample = states.sample()

    assert sample == states.held.sample()
    assert sample is None or sample in states
    assert sample is not None or states.lacking or states.is_empty or isinstance(states.held, LocaleSet)


@given(integer_sets(), st.booleans())
def test_one_state_is_one_integer_or_lacking_alone(held: IntegerSet, lacking: bool) -> None:
    """`is_one_state` counts the states; `single` is the one value that is held for certain."""
    states = ValueSet(held, lacking)
    is_one = held.single is not None

    assert states.is_one_state == ((held.is_empty and lacking) or (is_one and not lacking))
    assert states.single == (None if lacking else held.single)


@pytest.mark.parametrize("lacking", [False, True])
def test_a_region_is_not_one_state(lacking: bool) -> None:
    """Even one subdivision is a region, of which `single` speaks and `is_one_state` does not."""
    states = ValueSet(LocaleSet.only(Locale("US", "WA")), lacking)

    assert not states.is_one_state
    assert states.single == (None if lacking else Locale("US", "WA"))


@pytest.mark.parametrize("operator", [and_, or_, sub, ValueSet.is_subset, ValueSet.is_disjoint])
def test_integers_and_locales_do_not_mix(operator: Callable[[ValueSet, ValueSet], object]) -> None:
    """Combining the two kinds is an error, also where both sides are empty; it is a TypeError and ours."""
    with pytest.raises(IncompatibleSets, match="integers and locales cannot be combined") as caught:
        operator(*NOBODY)

    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, QualevalError)


def test_the_empty_sets_of_the_two_kinds_differ() -> None:
    """An empty set of integers is not an empty set of places."""
    integers, places = NOBODY

    assert integers != places
    assert integers.is_empty
    assert places.is_empty


def test_texts_say_lacks_and_holds() -> None:
    """Held values are listed, all of them are `holds`, and lacking is said last."""
    assert repr(ValueSet(IntegerSet.at_least(3)) | LACKING) == "<ValueSet 3.., lacks>"
    assert str(ValueSet(IntegerSet.everything())) == "holds"
    assert str(~NOBODY[0]) == "holds, lacks"
    assert str(LACKING) == "lacks"
    assert str(NOBODY[0]) == "none"
    assert str(ValueSet(LocaleSet.only(Locale("US")))) == "US"
