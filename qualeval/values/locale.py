"""Locales: a country of ISO 3166-1, or one subdivision of it by ISO 3166-2.

A locale names a *region*: `US` is all of the United States, `US-WA` the part of it that is Washington. The subdivision
`ZZ` stands for a place in the country that no list names. This module does not know sets of locales.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pycountry
from attrs import frozen

from qualeval.errors import InvalidInput, Problem, show

__all__ = [
    "UNLISTED",
    "Locale",
    "country_codes",
    "locale_problems",
    "place_name",
    "subdivision_codes",
    "withdrawn_country_codes",
]

UNLISTED = "ZZ"
"""The subdivision code of a place that is in no list (`ZZ` is one of ISO 3166's user-assigned codes)."""

_NICKNAMES = {"UK": "GB", "ENGLAND": "GB", "AMERICA": "US", "U.S.": "US", "U.S.A.": "US", "EL": "GR"}
_GUESSES = {
    "EN": ("GB",),  # a language, of more countries than one
    "CONGO": ("CG", "CD"),
    "GUINEA": ("GN", "GW", "GQ"),
    "KOREA": ("KR", "KP"),
    "SAMOA": ("WS", "AS"),
    "SAINT MARTIN": ("MF", "SX"),
    "VIRGIN ISLANDS": ("VI", "VG"),
}
"""What is said of more countries than one, so that nobody but its author knows which is meant."""


@frozen(order=True)
class Locale:
    """A country, or a country and one of its subdivisions.

    Codes are checked against ISO 3166: `Locale("US")`, `Locale("US", "WA")`. Countries that the standard has withdrawn
    (AN, CS, ...) are accepted, and so is the subdivision `ZZ` of any country.

    Raises:
        InvalidInput: a code that ISO 3166 does not have, with the nearest right one.

    >>> str(Locale("US", "WA"))
    'US-WA'
    """

    country: str
    subdivision: str | None = None

    def __attrs_post_init__(self) -> None:
        problems = locale_problems(self.country, self.subdivision)
        if problems:
            raise InvalidInput(problems)

    @classmethod
    def parse(cls, text: str) -> Locale:
        """The locale that `US` or `US-WA` names; InvalidInput otherwise."""
        country, dash, subdivision = text.partition("-")
        return cls(country, subdivision if dash else None)

    def __str__(self) -> str:
        return self.country if self.subdivision is None else f"{self.country}-{self.subdivision}"

    def __repr__(self) -> str:
        return f"<Locale {self}>"


def locale_problems(country: str, subdivision: str | None) -> list[Problem]:
    """What ISO 3166 has against these two codes; an empty list if nothing."""
    if country not in country_codes():
        return [_unknown_country(country)]
    if subdivision is None or subdivision == UNLISTED or subdivision in subdivision_codes(country):
        return []
    return [_unknown_subdivision(country, subdivision)]


@cache
def country_codes() -> frozenset[str]:
    """The two-letter codes of all countries, those of today and those that the standard has withdrawn."""
    return _todays_codes() | withdrawn_country_codes()


@cache
def withdrawn_country_codes() -> frozenset[str]:
    """The codes that the standard has withdrawn, and that no country of today has."""
    return frozenset(country.alpha_2 for country in pycountry.historic_countries) - _todays_codes()


@cache
def _todays_codes() -> frozenset[str]:
    return frozenset(country.alpha_2 for country in pycountry.countries)


@cache
def subdivision_codes(country: str) -> frozenset[str]:
    """The subdivision codes of a country without the country: `WA`, not `US-WA`. Empty where it has none."""
    return frozenset(_subdivisions().get(country, ()))


def place_name(locale: Locale) -> str:
    """What a locale is called in English: `Canada`, `Washington, United States`."""
    country = _country_names()[locale.country]
    if locale.subdivision is None:
        return country
    named = _subdivisions().get(locale.country, {}).get(locale.subdivision, "a place in no list")
    return f"{named}, {country}"


@cache
def _country_names() -> dict[str, str]:
    """By code, how a country is commonly called."""
    withdrawn = {each.alpha_2: str(each.name) for each in pycountry.historic_countries}
    return withdrawn | {each.alpha_2: str(getattr(each, "common_name", each.name)) for each in pycountry.countries}


@cache
def _subdivisions() -> dict[str, dict[str, str]]:
    """By country, the codes of its subdivisions and their names.

    Read from pycountry's file: to make its objects of all five thousand takes several times as long, and every run of
    the command would wait for that.
    """
    text = Path(pycountry.subdivisions.filename).read_text("utf-8")
    found: dict[str, dict[str, str]] = {}
    for each in json.loads(text)[pycountry.subdivisions.root_key]:
        country, _, code = each["code"].partition("-")
        found.setdefault(country, {})[code] = each["name"]
    return found


def _unknown_country(text: str) -> Problem:
    upper = text.strip().upper()
    meant = upper if upper in country_codes() else None
    if meant is None and (part := _subdivision_meant(upper)):
        help = f"did you mean Country `{part.country}` and Subdivision `{part.subdivision}` (as text, `{part}`)?"
    elif guesses := () if meant else _GUESSES.get(upper, ()):
        help = f"did you mean {_either(guesses)}?"
    elif meant := meant or _NICKNAMES.get(upper) or _country_named(text.strip()):
        help = f"did you mean `{meant}`?"
    else:
        help = "expected a two-letter code of ISO 3166-1, such as `US`"
    return Problem(f"unknown country {show(text)}", ("Country",), help, code="unknown-country", meant=meant)


def _either(codes: Iterable[str]) -> str:
    return " or ".join(f"`{code}`" for code in codes)


def _subdivision_meant(text: str) -> Locale | None:
    """The subdivision that stands where a country should: `US-WA`, `US_WA`; of the United States `WA`, `Washington`."""
    country, _, code = text.replace("_", "-").replace("/", "-").partition("-")
    if country in country_codes() and code in subdivision_codes(country):
        return Locale(country, code)
    named = {_squeezed(name): code for code, name in _subdivisions()["US"].items()}
    state = text if text in subdivision_codes("US") else named.get(_squeezed(text))
    return Locale("US", state) if state else None


def _squeezed(name: str) -> str:
    return "".join(name.casefold().split())


def _country_named(text: str) -> str | None:
    """The code of a country given by its three letters or its name."""
    wanted = text.casefold()
    for country in pycountry.countries:
        names = (getattr(country, key, "") for key in ("alpha_3", "name", "common_name", "official_name"))
        if wanted in (name.casefold() for name in names if name):
            return str(country.alpha_2)
    return None


def _unknown_subdivision(country: str, text: str) -> Problem:
    message, place = f"unknown subdivision {show(text)} of {country}", ("Subdivision",)
    upper = text.strip().upper()
    bare = upper.removeprefix(f"{country}-")
    named = [code for code, name in _subdivisions().get(country, {}).items() if _squeezed(name) == _squeezed(text)]
    near = [bare] if bare in subdivision_codes(country) else named
    meant = near[0] if len(near) == 1 else None
    help = f"did you mean {_either(near)}?" if near else (
        f"expected a code of ISO 3166-2 without its country, such as `WA` of US, or `{UNLISTED}` in a worker profile"
    )  # fmt: skip
    code = "subdivision-with-country" if bare != upper else "unknown-subdivision"
    return Problem(message, place, help, code=code, meant=meant)
