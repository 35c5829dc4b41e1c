"""Locale sets: the laws of a Boolean algebra, and agreement with plain sets over a small universe of states."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qualeval.values.locale import UNLISTED, Locale, country_codes, subdivision_codes
from qualeval.values.locale_set import LocaleSet, Places
from tests.strategies import PLACES, locale_sets, locales

State = tuple[str, str | None]
"""A country, and the subdivision that is named; None where none is."""

UNIVERSE: frozenset[State] = frozenset(
    itertools.product(("US", "CA", "GB", "AN", "FR"), (None, "WA", "CA", "ON", "ZZ", "TX"))
)
"""What the pool names, and beside it a country and a subdivision of each country that it does not name."""

EMPTY, EVERYTHING = LocaleSet.empty(), LocaleSet.everything()
US, WA, ZZ = Locale("US"), Locale("US", "WA"), Locale("US", UNLISTED)


def region(locale: Locale) -> frozenset[State]:
    """The states of a locale's region."""
    return frozenset(
        state for state in UNIVERSE if state[0] == locale.country and locale.subdivision in (None, state[1])
    )


def members(places: LocaleSet) -> frozenset[State]:
    """The states of the universe that belong to a set."""
    return frozenset((country, code) for country, code in UNIVERSE if code in places.places(country))


@given(st.lists(locales()))
def test_only_is_the_union_of_the_regions(listed: list[Locale]) -> None:
    """A locale stands for its region: a country for all its states, a subdivision for one."""
    assert members(LocaleSet.only(*listed)) == frozenset().union(*map(region, listed))


def test_everything_is_what_nothing_leaves() -> None:
    """The two ends of the algebra: every place belongs to one, no place to the other."""
    assert members(LocaleSet.everything()) == UNIVERSE
    assert members(LocaleSet.empty()) == frozenset()
    assert LocaleSet.everything() == ~LocaleSet.empty()


@given(locale_sets(), locale_sets())
def test_operators_agree_with_frozenset(one: LocaleSet, other: LocaleSet) -> None:
    """`&`, `|`, `-`, `^` and `~` do to the states what the operators of frozenset do."""
    ours, theirs = members(one), members(other)

    assert members(one & other) == ours & theirs
    assert members(one | other) == ours | theirs
    assert members(one - other) == ours - theirs
    assert members(one ^ other) == ours ^ theirs
    assert members(~one) == UNIVERSE - ours


@given(locale_sets(), locale_sets(), locale_sets())
def test_lattice_laws(a: LocaleSet, b: LocaleSet, c: LocaleSet) -> None:
    """The operators are commutative, associative, absorbing and distributive."""
    assert a & b == b & a
    assert a | b == b | a
    assert (a & b) & c == a & (b & c)
    assert (a | b) | c == a | (b | c)
    assert a & (a | b) == a == a | (a & b)
    assert a & (b | c) == (a & b) | (a & c)
    assert a | (b & c) == (a | b) & (a | c)


@given(locale_sets(), locale_sets())
def test_complement_laws(a: LocaleSet, b: LocaleSet) -> None:
    """A complement is the rest of all places, and De Morgan's laws hold."""
    assert ~~a == a
    assert a & ~a == EMPTY
    assert a | ~a == EVERYTHING
    assert ~(a & b) == ~a | ~b
    assert ~(a | b) == ~a & ~b
    assert a ^ b == (a - b) | (b - a)


@given(locale_sets(), locale_sets())
def test_equality_is_sameness_of_states(one: LocaleSet, other: LocaleSet) -> None:
    """Two sets are equal exactly if they have the same states, and equal sets hash alike."""
    again = (one - other) | (one & other)

    assert (one == other) == (members(one) == members(other))
    assert again == one
    assert hash(again) == hash(one)


@given(locale_sets(), locale_sets())
@example(LocaleSet.only(WA), LocaleSet.only(WA))
@example(LocaleSet.only(WA), LocaleSet.only(WA, ZZ))
@example(~LocaleSet.only(US), ~LocaleSet.only(WA))
@example(~LocaleSet.only(WA), ~LocaleSet.only(US))
def test_relations_are_what_the_states_say(one: LocaleSet, other: LocaleSet) -> None:
    """Emptiness, inclusion and disjointness are those of the states."""
    ours, theirs = members(one), members(other)

    assert one.is_empty == (not ours)
    assert one.is_subset(other) == (ours <= theirs)
    assert one.is_disjoint(other) == ours.isdisjoint(theirs)


@given(locale_sets(), locales())
@example(LocaleSet.only(WA), US)
@example(~LocaleSet.only(WA), US)
def test_regions_lie_inside_outside_or_across(places: LocaleSet, locale: Locale) -> None:
    """`contains_region` and `misses_region` are inclusion and disjointness of the locale's states."""
    assert places.contains_region(locale) == (region(locale) <= members(places))
    assert places.misses_region(locale) == region(locale).isdisjoint(members(places))


@given(locale_sets())
@example(LocaleSet.only(WA, ZZ))
@example(LocaleSet.only(US) - LocaleSet.only(WA))
@example(~(LocaleSet.only(US) - LocaleSet.only(WA)))
@example(~LocaleSet.only(WA))
def test_single_is_the_locale_whose_region_it_is(places: LocaleSet) -> None:
    """A set is `single` exactly if one locale of the pool names just that set."""
    named = [locale for locale in PLACES if LocaleSet.only(locale) == places]

    assert len(named) <= 1
    assert places.single == (named[0] if named else None)


@given(locale_sets())
@example(LocaleSet.only(Locale("AN")) - LocaleSet.only(Locale("AN", UNLISTED)))
@example(~LocaleSet.only(Locale("US"), Locale("AF")))
def test_a_sample_lies_inside(places: LocaleSet) -> None:
    """A sample is a locale whose whole region belongs to the set; there is none where no locale's region does."""
    sample = places.sample()
    exists = places.default or any(map(places.contains_region, _every_locale_named_by(places)))

    assert (sample is not None) == exists
    assert sample is None or places.contains_region(sample)


def _every_locale_named_by(places: LocaleSet) -> list[Locale]:
    return [
        Locale(country, code)
        for country in places.exceptions
        for code in (None, UNLISTED, *sorted(subdivision_codes(country)))
    ]


def test_a_sample_is_a_place_that_people_know() -> None:
    """A country that the set names comes before one that it does not, a real subdivision before the unlisted one."""
    assert LocaleSet.only(US, Locale("CA")).sample() == Locale("CA")
    assert (LocaleSet.only(US) - LocaleSet.only(Locale("US", "AK"))).sample() == Locale("US", "AL")
    assert (~LocaleSet.only(Locale("GB"))).sample() == US
    assert (~LocaleSet.only(US)).sample() == Locale("AD")
    assert LocaleSet.only(WA, ZZ).sample() == WA


@given(locale_sets(), st.lists(locales()))
@example(LocaleSet.only(US), [Locale("CA"), WA, US])
@example(LocaleSet.only(WA), [US])
def test_a_preferred_place_is_taken_where_it_can_be(places: LocaleSet, preferred: list[Locale]) -> None:
    """The first of them whose whole region belongs to the set; where none does, they are as if not named."""
    inside = [locale for locale in preferred if region(locale) <= members(places)]

    assert places.sample(iter(preferred)) == (inside[0] if inside else places.sample())


def test_a_country_with_every_listed_subdivision_gone_leaves_the_unlisted() -> None:
    """What is left of a country without its listed subdivisions is still somewhere: `ZZ`."""
    listed = [Locale("US", code) for code in subdivision_codes("US")]

    assert (LocaleSet.only(US) - LocaleSet.only(*listed)).sample() == ZZ


def test_all_fifty_states_are_not_the_whole_of_us() -> None:
    """A worker in the US whose state is not named is in none of the states."""
    listed = LocaleSet.only(*(Locale("US", code) for code in subdivision_codes("US")))

    assert listed.is_subset(LocaleSet.only(US))
    assert not LocaleSet.only(US).is_subset(listed)
    assert not listed.contains_region(US)


def test_all_countries_are_not_everywhere() -> None:
    """The standard may still add a country: naming all of today's leaves something."""
    everywhere = LocaleSet.only(*map(Locale, country_codes()))

    assert everywhere != EVERYTHING
    assert (~everywhere).sample() is None
    assert not (~everywhere).is_empty


@given(locale_sets())
def test_locales_are_a_finite_list_of_regions_or_none(places: LocaleSet) -> None:
    """`locales` lists regions that make up the set; it is None exactly where a cofinite part needs more than a list."""
    listed = places.locales()
    cut = any(part.cofinite and not part.is_whole for part in places.exceptions.values())

    assert (listed is None) == (places.default or cut)
    assert listed is None or LocaleSet.only(*listed) == places


def test_texts_are_readable_mathematics() -> None:
    """Regions are joined by commas; what is missing from a country, or from everywhere, is named."""
    assert repr(LocaleSet.only(US, Locale("CA"))) == "<LocaleSet CA, US>"
    assert str(LocaleSet.only(WA, Locale("US", "CA"))) == "US-CA, US-WA"
    assert str(LocaleSet.only(US) - LocaleSet.only(WA)) == "US (but not US-WA)"
    assert str(~LocaleSet.only(US)) == "anywhere but US"
    assert str(EVERYTHING) == "anywhere"
    assert str(EMPTY) == "nowhere"


@pytest.mark.parametrize(("cofinite", "inside"), [(False, False), (True, True)])
def test_the_place_with_no_subdivision_named_is_in_every_cofinite_part(cofinite: bool, inside: bool) -> None:
    """A worker whose state is not named is in the US without Washington, and not in Washington."""
    part = Places(frozenset({"WA"}), cofinite)

    assert (None in part) is inside
    assert ("WA" in part) is not inside
