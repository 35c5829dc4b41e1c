"""Strategies for qualification types, and for the values that requirements and facts name of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from hypothesis import strategies as st

from qualeval.model.qualification_types import SYSTEM_NAMES, QualificationType, TypeNames, qualification_type
from qualeval.testing.strategies.places import locales, places_in
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = [
    "GREATEST",
    "LEAST",
    "Value",
    "as_states",
    "integer_ends",
    "kinds_among",
    "named_values",
    "own_type_ids",
    "qualification_types",
    "type_names",
    "values_near",
    "values_of",
    "values_with",
]

Value = int | Locale

LEAST, GREATEST = -(2**31), 2**31 - 1
"""Integers of 32 bits: what the linter takes for sure to be an integer of the service."""

_OWN = ("3ABC", "3BLOCK", "3SCORE", "3DONE")
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@cache
def qualification_types() -> st.SearchStrategy[QualificationType]:
    """Qualification types: those of the system, and requesters' own.

    Shrinks to an own one, `3ABC`.
    """
    return kinds_among([*_OWN[:1], *SYSTEM_NAMES.values(), *_OWN[1:]])


def kinds_among(type_ids: Sequence[str]) -> st.SearchStrategy[QualificationType]:
    """Types of these ids, and requesters' own."""
    return st.one_of(st.sampled_from(type_ids), own_type_ids()).map(qualification_type)


@cache
def own_type_ids() -> st.SearchStrategy[str]:
    """Ids that begin as those of requesters' own types do, and as none of the system's does."""
    return st.sampled_from(_OWN) | st.text(_CAPITALS, max_size=30).map("3{}".format)


def type_names() -> st.SearchStrategy[TypeNames]:
    """Names for requesters' own qualification types. Shrinks to none."""
    named = st.dictionaries(st.sampled_from(["study_1", "blocked", "typing test"]), st.sampled_from(_OWN))
    return st.builds(TypeNames, named)


@cache
def values_of(kind: QualificationType, *, for_requirements: bool = False) -> st.SearchStrategy[Value]:
    """Single values of a type, mostly small ones. Shrinks to 0, or to `US`."""
    if kind.is_locale:
        return locales(for_requirements=for_requirements)
    low, high = integer_ends(kind)
    return st.integers(max(low, 0), min(high, 100)) | st.integers(low, high)


def integer_ends(kind: QualificationType) -> tuple[int, int]:
    """The least and the greatest integer that is drawn of a type."""
    return LEAST if kind.lowest is None else kind.lowest, GREATEST if kind.highest is None else kind.highest


def named_values(states: ValueSet) -> Iterator[Value]:
    """The values that a set names: the ends of its runs of integers, its countries and subdivisions."""
    if isinstance(states.held, IntegerSet):
        yield from states.held.points
    else:
        for country, part in states.held.exceptions.items():
            yield Locale(country)
            yield from (Locale(country, code) for code in sorted(part.codes))


def values_with(
    kind: QualificationType, named: Iterable[Value], *, for_requirements: bool = False
) -> st.SearchStrategy[Value]:  # fmt: skip
    """Single values of a type, often one that is named, or lies beside such a one. Shrinks as `values_of` does."""
    anything = values_of(kind, for_requirements=for_requirements)
    near = values_near(named, kind.held, for_requirements=for_requirements)
    return anything | st.sampled_from(near) if near else anything


def values_near(named: Iterable[Value], states: ValueSet, *, for_requirements: bool = False) -> list[Value]:
    """Those of a set that are named, or lie beside such a one; each once."""
    near = (each for value in named for each in _beside(value, for_requirements))
    return [each for each in dict.fromkeys(near) if each in states]


def _beside(value: Value, for_requirements: bool) -> Iterable[Value]:
    if isinstance(value, int):
        return (value - 1, value, value + 1)
    return (value, Locale(value.country), places_in(value.country, for_requirements)[-1])


def as_states(values: Iterable[Value]) -> ValueSet:
    """The held values that these are: integers, or the regions of locales; at least one, all of one kind."""
    listed = list(values)
    places = [each for each in listed if isinstance(each, Locale)]
    integers = [each for each in listed if isinstance(each, int)]
    return ValueSet(LocaleSet.only(*places) if places else IntegerSet.only(*integers))
