"""Facts: the grammar in which people write them, its inverse, and what is refused with which words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualeval.errors import InvalidInput
from qualeval.model.facts import HOLDS, LACKS, UNKNOWN, Fact, FactWord, check_states, fact_text
from qualeval.model.grammar import read_fact
from qualeval.model.qualification_types import (
    ADULT,
    LOCALE,
    MASTERS,
    NUMBER_HITS_APPROVED,
    PERCENT_APPROVED,
    qualification_type,
)
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet
from tests.strategies import TYPES, fact_texts, value_set_facts

OWN = "3ABC"
LACKED = ValueSet(IntegerSet.empty(), lacking=True)
US, WA, CANADA = Locale("US"), Locale("US", "WA"), Locale("CA")


def integers(*members: int) -> ValueSet:
    """Just these values, held for certain."""
    return ValueSet(IntegerSet.only(*members))


def between(low: int | None, high: int | None) -> ValueSet:
    """The values from `low` to `high`, held for certain."""
    return ValueSet(IntegerSet.between(low, high))


def places(*locales: Locale) -> ValueSet:
    """These regions."""
    return ValueSet(LocaleSet.only(*locales))


def refusal(type_id: str, plain: Any) -> str:
    """What is said of a fact that is refused."""
    with pytest.raises(InvalidInput) as caught:
        read_fact(type_id, plain)
    return str(caught.value)


def test_a_fact_shows_its_states() -> None:
    """As text a fact is the set of the states still possible."""
    assert str(Fact(integers(1, 3) | LACKED)) == "1, 3, lacks"


@pytest.mark.parametrize(
    ("type_id", "text", "states"),
    [
        (PERCENT_APPROVED, "98", integers(98)),
        (PERCENT_APPROVED, " 98 ", integers(98)),
        (PERCENT_APPROVED, "95..100", between(95, 100)),
        (PERCENT_APPROVED, "95..", between(95, 100)),
        (PERCENT_APPROVED, "..94", between(0, 94)),
        (PERCENT_APPROVED, "95..95", integers(95)),
        (PERCENT_APPROVED, "holds", between(0, 100)),
        (PERCENT_APPROVED, "unknown", between(0, 100)),
        (NUMBER_HITS_APPROVED, "..94", between(0, 94)),
        (NUMBER_HITS_APPROVED, "95..", between(95, None)),
        (ADULT, "0..", integers(0, 1)),
        (OWN, "1,3,8", integers(1, 3, 8)),
        (OWN, "8, 3,1 , 3", integers(1, 3, 8)),
        (OWN, "1..3,8", integers(1, 2, 3, 8)),
        (OWN, "-5", integers(-5)),
        (OWN, "-5..-3", integers(-5, -4, -3)),
        (OWN, "..-3", between(None, -3)),
        (OWN, "lacks", LACKED),
        (OWN, "Lacks", LACKED),
        (OWN, "holds", between(None, None)),
        (OWN, "HOLDS", between(None, None)),
        (OWN, "unknown", between(None, None) | LACKED),
        (MASTERS, "lacks", LACKED),
        (LOCALE, "US", places(US)),
        (LOCALE, "US-WA", places(WA)),
        (LOCALE, "US-ZZ", places(Locale("US", "ZZ"))),
        (LOCALE, "AN", places(Locale("AN"))),
        (LOCALE, "US,CA", places(US, CANADA)),
        (LOCALE, "US-WA, CA", places(WA, CANADA)),
        (LOCALE, "unknown", ValueSet(LocaleSet.everything())),
        (LOCALE, "holds", ValueSet(LocaleSet.everything())),
    ],
)
def test_text_is_read_in_the_grammar(type_id: str, text: str, states: ValueSet) -> None:
    """Every form of `--set` denotes the states that are still possible, cut to the universe of the type."""
    assert read_fact(type_id, text) == Fact(states)


@pytest.mark.parametrize(
    ("type_id", "plain", "states"),
    [
        (PERCENT_APPROVED, 98, integers(98)),
        (PERCENT_APPROVED, range(95, 101), between(95, 100)),
        (OWN, range(0, 10, 5), integers(0, 5)),
        (OWN, [1, 3, 8], integers(1, 3, 8)),
        (OWN, {1, 3}, integers(1, 3)),
        (OWN, (value for value in (1, 3)), integers(1, 3)),
        (OWN, ["1..3", 8], integers(1, 2, 3, 8)),
        (OWN, LACKS, LACKED),
        (OWN, HOLDS, between(None, None)),
        (OWN, UNKNOWN, between(None, None) | LACKED),
        (OWN, IntegerSet.at_least(3), between(3, None)),
        (OWN, integers(3) | LACKED, integers(3) | LACKED),
        (LOCALE, WA, places(WA)),
        (LOCALE, [WA, "CA"], places(WA, CANADA)),
        (LOCALE, LocaleSet.only(US) - LocaleSet.only(WA), ValueSet(LocaleSet.only(US) - LocaleSet.only(WA))),
        (OWN, 10**400, integers(10**400)),
    ],
)
def test_python_values_are_read(type_id: str, plain: Any, states: ValueSet) -> None:
    """Integers, ranges, collections, locales, words and sets denote the states still possible."""
    assert read_fact(type_id, plain).states == states


def test_a_fact_keeps_where_it_is_known_from() -> None:
    """A fact that is given as a fact stays what it is."""
    fact = Fact(LACKED, is_revoked=True, learned_at=datetime(2026, 1, 1, tzinfo=UTC), source="scores.json")

    assert read_fact(OWN, fact) == fact


@pytest.mark.parametrize(
    ("type_id", "plain", "message"),
    [
        (OWN, "9..3", "got the inverted range 9..3; write 3..9"),
        (PERCENT_APPROVED, "101", "got 101, expected values within 0..100"),
        (PERCENT_APPROVED, 101, "got 101, expected values within 0..100"),
        (PERCENT_APPROVED, "95..101", "got 95..101, expected values within 0..100"),
        (PERCENT_APPROVED, "101..", "got 101.., expected values within 0..100"),
        (PERCENT_APPROVED, [98, 101], "got 98, 101, expected values within 0..100"),
        (NUMBER_HITS_APPROVED, -1, "got -1, expected values within 0.."),
        (ADULT, 2, "got 2, expected values within 0..1"),
        (PERCENT_APPROVED, "lacks", "got `lacks`, but every worker has a value of this type; say `unknown`"),
        (LOCALE, LACKS, "got `lacks`, but every worker has a value of this type; say `unknown`"),
        (PERCENT_APPROVED, integers(3) | LACKED, "got `lacks`, but every worker has a value of this type"),
        (OWN, True, "got bool `true`; expected `98`"),
        (OWN, [True], "got bool `true`; expected `98`"),
        (OWN, 98.0, "got float `98.0`; expected `98`"),
        (OWN, None, "got NoneType `null`; expected `98`"),
        (OWN, b"98", "got bytes"),
        (OWN, {"a": 1}, "got dict"),
        (OWN, object, "got type"),
        (OWN, "", "got an empty fact; expected `98`"),
        (OWN, "  ", "got an empty fact"),
        (LOCALE, "", "got an empty fact; expected `US`"),
        (OWN, [], "got an empty list"),
        (OWN, range(0), "got an empty range or list"),
        (OWN, range(5, 3), "got an empty range or list"),
        (OWN, IntegerSet.empty(), "got an empty range or list"),
        (OWN, "lack", "got `lack`; did you mean `lacks`?"),
        (OWN, "hold", "got `hold`; did you mean `holds`?"),
        (OWN, "unkown", "got `unkown`; did you mean `unknown`?"),
        (OWN, "1.5", "got `1.5`; expected `98`"),
        (OWN, "95-100", "got `95-100`; write `95..100`"),
        (OWN, "98%", "got `98%`; write `98`"),
        (OWN, ">=98", "got `>=98`; write `98..`"),
        (OWN, "98 or less", "got `98 or less`; write `..98`"),
        (OWN, "yes", "got `yes`; write `holds`"),
        (OWN, "007", "got `007`; write an integer without leading zeros"),
        (OWN, "1,000", "got `000`; write an integer without leading zeros, and without commas between its digits"),
        (OWN, "..", "got `..`; expected `98`"),
        (OWN, "1,,3", "got `''`; expected `98`"),
        (OWN, "٣", "got `٣`; expected `98`"),
        (OWN, "1_000", "got `1_000`; expected `98`"),
        (OWN, "9" * 5000, "got an integer of 5000 digits; expected a smaller one"),
        (OWN, "1.." + "9" * 5000, "got an integer of 5000 digits"),
        (OWN, WA, "got locales: US-WA; expected `98`"),
        (OWN, [1, WA], "got integers and locales in one list"),
        (OWN, "US", "got `US`; expected `98`"),
        (LOCALE, 5, "got integers: 5; expected `US`"),
        (LOCALE, "us", "unknown country `us`; did you mean `US`?"),
        (LOCALE, "UK", "unknown country `UK`; did you mean `GB`?"),
        (LOCALE, "US-XX", "unknown subdivision `XX` of US"),
        (LOCALE, "US,", "unknown country `''`"),
    ],
)
def test_what_is_no_fact_is_refused(type_id: str, plain: Any, message: str) -> None:
    """Each error names what was got, and what was expected or meant."""
    assert refusal(type_id, plain).startswith(message)


@pytest.mark.parametrize("word", list(FactWord))
def test_a_word_stands_alone(word: FactWord) -> None:
    """A word inside a list is refused and never read in part: `lacks, 3` is not 3."""
    for plain in (f"{word},3", f"3, {word}", [str(word), 3], [3, word]):
        assert refusal(OWN, plain).startswith(f"got `{word}` in a list of values")


def test_all_bad_places_of_a_list_are_told() -> None:
    """A list of locales with two mistakes has two problems."""
    with pytest.raises(InvalidInput) as caught:
        read_fact(LOCALE, "UK,US,USA")

    assert [problem.message for problem in caught.value.problems] == ["unknown country `UK`", "unknown country `USA`"]


@pytest.mark.parametrize("type_id", TYPES)
def test_what_is_read_is_part_of_the_universe(type_id: str) -> None:
    """Every fact is a non-empty part of its universe, and a check agrees."""
    universe = qualification_type(type_id).universe

    @given(fact_texts(type_id))
    def reads(text: str) -> None:
        states = read_fact(type_id, text).states
        check_states(type_id, states)

        assert not states.is_empty
        assert states.is_subset(universe)

    reads()


@pytest.mark.parametrize("type_id", TYPES)
def test_fact_text_is_the_inverse_of_the_grammar(type_id: str) -> None:
    """What was read from text is written so that it is read as the same fact."""

    @given(fact_texts(type_id))
    def inverts(text: str) -> None:
        states = read_fact(type_id, text).states

        assert read_fact(type_id, fact_text(states, qualification_type(type_id))).states == states

    inverts()


@given(st.sampled_from(TYPES).flatmap(lambda type_id: st.tuples(st.just(type_id), value_set_facts(type_id))))
def test_fact_text_never_says_another_fact(drawn: tuple[str, ValueSet]) -> None:
    """Text for a fact that the grammar cannot say is refused when read, never read as something else."""
    type_id, states = drawn
    try:
        again = read_fact(type_id, fact_text(states, qualification_type(type_id))).states
    except InvalidInput:
        again = None
    beyond_grammar = (states.lacking and not states.held.is_empty) or (
        isinstance(states.held, LocaleSet) and states.held.locales() is None
    )

    assert again == states or (again is None and beyond_grammar)


@pytest.mark.parametrize(
    ("type_id", "text"),
    [(OWN, "unknown"), (OWN, "holds"), (OWN, "lacks"), (PERCENT_APPROVED, "95..100"), (LOCALE, "CA, US-WA")],
)
def test_fact_text_says_words_first(type_id: str, text: str) -> None:
    """The universe is `unknown`, all held values are `holds`, the rest is listed."""
    assert fact_text(read_fact(type_id, text).states, qualification_type(type_id)) == text
