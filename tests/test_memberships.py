"""Memberships: the combinations of sets that a state can be in, as trying one state after another finds them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.memberships import memberships
from qualeval.values.value_set import ValueSet
from tests import reference
from tests.brute import holds_state
from tests.strategies import PLACES, integer_sets, locale_sets

INTEGERS: Sequence[reference.State] = (None, *range(-6, 13))
"""Membership in `integer_sets` flips from -4 to 11 only, so these integers stand for all."""

PLACES_TRIED: Sequence[reference.State] = (
    None,
    *itertools.product(["US", "CA", "GB", "AN", "FR"], [None, "ZZ", "WA", "CA", "ON", "TX"]),
)
"""`locale_sets` name places of the pool: these are all of its combinations, and places beside."""


def expected(sets: Sequence[ValueSet], states: Sequence[reference.State]) -> set[int]:
    """The bits of each state, one state at a time."""
    return {sum(1 << place for place, each in enumerate(sets) if holds_state(each, state)) for state in states}


@given(st.lists(st.builds(ValueSet, integer_sets(), st.booleans()), min_size=1, max_size=5))
def test_of_integers_every_combination_is_found_and_no_other(sets: list[ValueSet]) -> None:
    """What trying every integer and lacking finds, is found."""
    assert memberships(sets) == expected(sets, INTEGERS)


@given(st.lists(st.builds(ValueSet, locale_sets(), st.booleans()), min_size=1, max_size=5))
def test_of_places_every_combination_is_found_and_no_other(sets: list[ValueSet]) -> None:
    """What trying every place and lacking finds, is found."""
    assert memberships(sets) == expected(sets, PLACES_TRIED)


@given(st.lists(st.builds(ValueSet, integer_sets(), st.booleans()), max_size=4))
def test_more_sets_refine_the_combinations(sets: list[ValueSet]) -> None:
    """Without its last set, each combination is one of the others; a set beside itself adds nothing."""
    found = memberships(sets)
    last = 1 << max(0, len(sets) - 1)

    assert {bits & (last - 1) for bits in found} == memberships(sets[:-1])
    assert len(memberships([*sets, *sets])) == len(found)


def test_of_no_set_there_is_one_combination() -> None:
    """Every state belongs to none of no sets."""
    assert memberships([]) == {0}


def test_the_pool_is_what_the_places_tried_come_from() -> None:
    """No place that `locale_sets` names is missing among those that are tried."""
    assert {(each.country, each.subdivision) for each in PLACES} <= set(PLACES_TRIED)


def test_integers_far_apart_are_told_apart() -> None:
    """Points need no walk from one to the next."""
    far = ValueSet(IntegerSet.only(-(10**40), 10**40))

    assert memberships([far, ValueSet(IntegerSet.at_least(0))]) == {0b00, 0b01, 0b10, 0b11}


def test_many_sets_of_many_values_are_no_trouble() -> None:
    """A thousand sets of a hundred values each take a second or so, not minutes."""
    sets = [ValueSet(~IntegerSet.only(*range(place, 100_000, 1_000))) for place in range(1_000)]
    places = [ValueSet(LocaleSet.only(Locale("US"), Locale(country))) for country in ("CA", "GB", "FR", "DE")] * 250
    began = time.process_time()

    # A value misses one set, or none from -1 down and from 100,000 up; lacking is in none.
    everything = (1 << 1_000) - 1
    assert memberships(sets) == {0, everything, *(everything ^ 1 << place for place in range(1_000))}
    assert len(memberships(places)) == 6
    assert time.process_time() - began < 10
