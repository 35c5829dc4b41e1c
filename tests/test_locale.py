"""Locales: what ISO 3166 has, what MTurk has besides, and the hint for each mistake that people make."""

from __future__ import annotations

import pycountry
import pytest

from qualeval.errors import InvalidInput, show
from qualeval.values.locale import UNLISTED, Locale, country_codes, locale_problems, subdivision_codes


def problem_of(country: str, subdivision: str | None = None) -> tuple[str, str, str]:
    """Place, message and help of the one problem of a locale."""
    with pytest.raises(InvalidInput) as caught:
        Locale(country, subdivision)
    (problem,) = caught.value.problems
    return problem.place, problem.message, problem.help


@pytest.mark.parametrize("text", ["US", "US-WA", "CA-ON", "GB-ENG", "AN", "CS", "US-ZZ", "AN-ZZ", "US-PR"])
def test_text_and_locale_are_inverse(text: str) -> None:
    """What `parse` reads, `str` writes: today's countries, withdrawn ones, and places in no list."""
    assert str(Locale.parse(text)) == text


def test_repr_shows_the_text() -> None:
    """A locale shows itself as people write it."""
    assert repr(Locale("US", "WA")) == "<Locale US-WA>"


def test_every_code_of_the_standard_is_accepted() -> None:
    """All countries of pycountry, and all subdivisions of the US, make locales."""
    assert {"US", "GB", "AN", "CS", "BL", "BQ"} <= country_codes()
    assert {"WA", "DC", "PR", "GU"} <= subdivision_codes("US")
    assert not [code for code in country_codes() if locale_problems(code, UNLISTED)]
    assert not [code for code in subdivision_codes("US") if locale_problems("US", code)]


@pytest.mark.parametrize(
    ("country", "meant"),
    [
        ("UK", "GB"),
        ("uk", "GB"),
        ("England", "GB"),
        ("EL", "GR"),
        ("EN", "GB"),
        ("USA", "US"),
        ("U.S.", "US"),
        ("us", "US"),
        (" US", "US"),
        ("United States", "US"),
        ("united states of america", "US"),
        ("GBR", "GB"),
        ("Bolivia", "BO"),
    ],
)
def test_an_unknown_country_comes_with_the_right_one(country: str, meant: str) -> None:
    """Nicknames, three letters, lower case, blanks and names all lead to the code."""
    place, message, advice = problem_of(country)

    assert place == "Country"
    assert message == f"unknown country {show(country)}"
    assert advice == f"did you mean `{meant}`?"


@pytest.mark.parametrize("country", ["US-WA", "us-wa", " US-WA ", "US_WA", "us/wa", "WA", "wa", "washington"])
def test_a_subdivision_in_the_country_is_split(country: str) -> None:
    """`US-WA` as a country is two fields, with other signs too; a state of the US needs no country."""
    assert problem_of(country)[2] == "did you mean Country `US` and Subdivision `WA` (as text, `US-WA`)?"


def test_a_subdivision_of_any_country_is_split() -> None:
    """Where the country is said, it may be any."""
    assert problem_of("gb-eng")[2] == "did you mean Country `GB` and Subdivision `ENG` (as text, `GB-ENG`)?"


@pytest.mark.parametrize("country", ["", "XX", "XXXX", "Atlantis", "UK-ENG", "US-XX", "--"])
def test_a_country_that_nothing_resembles_is_told_the_form(country: str) -> None:
    """Where no country is meant, the message says what a country looks like."""
    assert problem_of(country)[2] == "expected a two-letter code of ISO 3166-1, such as `US`"


@pytest.mark.parametrize(
    ("country", "subdivision", "meant"),
    [
        ("US", "wa", "WA"),
        ("US", "US-WA", "WA"),
        ("US", "Washington", "WA"),
        ("US", " new york ", "NY"),
        ("US", "NewYork", "NY"),
        ("CA", "Ontario", "ON"),
    ],
)
def test_an_unknown_subdivision_comes_with_the_right_one(country: str, subdivision: str, meant: str) -> None:
    """Lower case, the country's prefix and names lead to the code."""
    place, message, advice = problem_of(country, subdivision)

    assert place == "Subdivision"
    assert message == f"unknown subdivision {show(subdivision)} of {country}"
    assert advice == f"did you mean `{meant}`?"


@pytest.mark.parametrize(("country", "subdivision"), [("US", "XX"), ("US", ""), ("US", "ON"), ("AN", "WA")])
def test_a_subdivision_of_another_country_is_unknown(country: str, subdivision: str) -> None:
    """A code belongs to its country; an empty one is none."""
    assert "expected a code of ISO 3166-2 without its country" in problem_of(country, subdivision)[2]


@pytest.mark.parametrize(
    ("country", "subdivision", "code", "meant"),
    [
        ("UK", None, "unknown-country", "GB"),
        ("us", None, "unknown-country", "US"),
        ("Bolivia", None, "unknown-country", "BO"),
        ("US-WA", None, "unknown-country", None),
        ("EN", None, "unknown-country", None),
        ("Atlantis", None, "unknown-country", None),
        ("US", "Washington", "unknown-subdivision", "WA"),
        ("US", "US-WA", "subdivision-with-country", "WA"),
        ("US", "us-xx", "subdivision-with-country", None),
        ("US", "XX", "unknown-subdivision", None),
    ],
)
def test_a_problem_is_known_by_its_code(country: str, subdivision: str | None, code: str, meant: str | None) -> None:
    """A program reads what is wrong, and the one word to write instead where there is one."""
    (problem,) = locale_problems(country, subdivision)

    assert (problem.code, problem.meant) == (code, meant)


def test_an_unknown_country_is_the_only_problem() -> None:
    """Of a subdivision nothing can be said while its country is not known."""
    assert [problem.place for problem in locale_problems("UK", "WA")] == ["Country"]


def test_locales_sort_by_country_then_subdivision() -> None:
    """Locales have an order, so that answers can be stable."""
    listed = [Locale("US", "CA"), Locale("CA", "ON"), Locale("US", "AK")]

    assert [str(locale) for locale in sorted(listed)] == ["CA-ON", "US-AK", "US-CA"]


def test_subdivisions_are_those_of_pycountry() -> None:
    """What is read from pycountry's file is what its own objects say, for every country."""
    expected: dict[str, set[str]] = {}
    for subdivision in pycountry.subdivisions:
        expected.setdefault(subdivision.country_code, set()).add(subdivision.code.partition("-")[2])

    assert {country: subdivision_codes(country) for country in expected} == expected
