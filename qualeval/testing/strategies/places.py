"""Strategies for locales."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from hypothesis import strategies as st

from qualeval.testing.strategies.arguments import countries_of, flag
from qualeval.values.locale import UNLISTED, Locale, country_codes, subdivision_codes

__all__ = ["FAMILIAR", "locales", "places_in"]

FAMILIAR = tuple(map(Locale.parse, ("US", "US-CA", "US-WA", "US-ZZ", "CA", "GB", "IN", "CA-ON", "DE", "AN")))
"""Places that are drawn more often than the others, so that requirements and workers meet."""


def locales(
    countries: Iterable[str] | None = None, *, for_requirements: bool = False
) -> st.SearchStrategy[Locale]:  # fmt: skip
    """Countries and subdivisions: any that a profile may name, the unlisted subdivision `ZZ` too.

    `countries` are the codes of those that may be drawn. With `for_requirements` it is those that a requirement may
    name: whole countries, and the subdivisions of the United States.

    Shrinks to a whole country: to the first of `countries`, else to `US`.
    """
    strict = flag(for_requirements, "for_requirements")
    codes = _all_countries() if countries is None else countries_of(countries)
    familiar = [each for each in FAMILIAR if each.country in codes and each in places_in(each.country, strict)]
    anywhere = st.sampled_from(codes).flatmap(lambda code: st.sampled_from(places_in(code, strict)))
    first = st.just(Locale(codes[0]))
    return st.one_of(first, st.sampled_from(familiar), anywhere) if familiar else st.one_of(first, anywhere)


@cache
def _all_countries() -> tuple[str, ...]:
    return tuple(dict.fromkeys(["US", *sorted(country_codes())]))


@cache
def places_in(country: str, for_requirements: bool = False) -> tuple[Locale, ...]:
    """The country, then its subdivisions, and last the unlisted one: those that may be named."""
    if for_requirements and country != "US":
        return (Locale(country),)
    codes = sorted(subdivision_codes(country)) + ([] if for_requirements else [UNLISTED])
    return (Locale(country), *(Locale(country, code) for code in codes))
