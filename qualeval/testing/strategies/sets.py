"""Strategies for sets of integers, of places and of states."""

from __future__ import annotations

from functools import reduce
from operator import xor

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from qualeval.errors import show
from qualeval.testing.strategies.arguments import refused
from qualeval.testing.strategies.places import locales
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = ["integer_sets", "locale_sets", "value_sets"]


def integer_sets(min_value: int | None = None, max_value: int | None = None) -> st.SearchStrategy[IntegerSet]:
    """Sets of integers, finite or not, whose runs begin and end within `min_value` to `max_value` or are open.

    Shrinks to the empty set.
    """
    for name, value in (("min_value", min_value), ("max_value", max_value)):
        if value is not None and type(value) is not int:
            raise refused(name, value, "an integer or None")
    if min_value is not None and max_value is not None and min_value > max_value:
        raise InvalidArgument(f"got min_value {show(min_value)} above max_value {show(max_value)}; exchange them")
    ends = st.none() | st.integers(min_value, max_value)
    runs = st.builds(IntegerSet.between, ends, ends)
    return st.lists(runs, max_size=4).map(lambda parts: reduce(xor, parts, IntegerSet.empty()))


def locale_sets(places: st.SearchStrategy[Locale] | None = None) -> st.SearchStrategy[LocaleSet]:
    """Sets of places that name some of `places`, or all but some.

    Shrinks to the empty set.
    """
    if places is not None and not isinstance(places, st.SearchStrategy):
        raise refused("places", places, "a strategy of locales", "qualeval.testing.strategies.locales makes one")
    parts = st.builds(LocaleSet.only, locales() if places is None else places) | st.just(LocaleSet.everything())
    return st.lists(parts, max_size=5).map(lambda found: reduce(xor, found, LocaleSet.empty()))


def value_sets() -> st.SearchStrategy[ValueSet]:
    """Sets of states of either kind, with lacking or without it.

    Shrinks to the empty set of integers.
    """
    return st.builds(ValueSet, integer_sets(), st.booleans()) | st.builds(ValueSet, locale_sets(), st.booleans())
