"""Small Hypothesis strategies that the tests share, each satisfied by construction.

Where those of `qualeval.testing.strategies` are for whoever uses qualeval, these draw values from small pools, so that
sets meet, touch and miss each other often and the reference can walk all states, and requirements that the model takes
though Mechanical Turk does not. A strategy that others draw from is made once: making it costs more than a draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from qualeval.model.actions import ActionsGuarded
from qualeval.model.grammar import read_fact
from qualeval.model.qualification_types import (
    ADULT,
    LOCALE,
    MASTERS,
    NUMBER_HITS_APPROVED,
    PERCENT_APPROVED,
    qualification_type,
)
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.model.workers import WorkerProfile
from qualeval.testing import strategies
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import UNLISTED, Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = [
    "PLACES",
    "TYPES",
    "cases",
    "complete",
    "fact_texts",
    "guard_fields",
    "integer_sets",
    "locale_sets",
    "locales",
    "profiles",
    "requirement_lists",
    "requirements",
    "tries",
    "value_set_facts",
    "value_sets",
    "wire",
    "workers",
]

TYPES = (LOCALE, PERCENT_APPROVED, NUMBER_HITS_APPROVED, ADULT, MASTERS, "3ABC", "3BLOCK")
PLACES = tuple(Locale.parse(text) for text in ("US", "US-WA", "US-CA", "US-ZZ", "CA", "CA-ON", "GB", "AN"))

_NAMED_PLACES = tuple(place for place in PLACES if place.subdivision != UNLISTED)
_BOUNDS: Mapping[str, Sequence[int]] = {
    PERCENT_APPROVED: (-1, 0, 1, 94, 95, 96, 98, 99, 100, 101),
    ADULT: (-1, 0, 1, 2),
}
_SMALL = (-1, 0, 1, 2, 3, 5, 8)


def integer_sets(low: int = -4, high: int = 10) -> st.SearchStrategy[IntegerSet]:
    """Integer sets whose membership flips only from `low` to `high` + 1; they shrink to the empty set."""
    return strategies.integer_sets(low, high)


def locales() -> st.SearchStrategy[Locale]:
    """The locales of the pool, those that a profile alone may name among them."""
    return st.sampled_from(PLACES)


def locale_sets() -> st.SearchStrategy[LocaleSet]:
    """Locale sets that name places of the pool; they shrink to the empty set."""
    return strategies.locale_sets(locales())


def value_sets() -> st.SearchStrategy[tuple[ValueSet, ValueSet, ValueSet]]:
    """Three value sets of one kind."""

    def three(held: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[ValueSet, ValueSet, ValueSet]]:
        one = st.builds(ValueSet, held, st.booleans())
        return st.tuples(one, one, one)

    return three(integer_sets()) | three(locale_sets())


@cache
def guard_fields() -> st.SearchStrategy[dict[str, Any]]:
    """Every combination of the two fields that say what a requirement guards; they shrink to neither."""
    return st.fixed_dictionaries(
        {
            "actions_guarded": st.sampled_from((None, *ActionsGuarded)),
            "required_to_preview": st.sampled_from((None, False, True)),
        }
    )


@cache
def _comparators(type_id: str) -> st.SearchStrategy[Comparator]:
    return st.sampled_from([each for each in Comparator if not (type_id == LOCALE and each.is_ordering)])


@cache
def _values(type_id: str, most: int) -> st.SearchStrategy[list[Any]]:
    pool = _NAMED_PLACES if type_id == LOCALE else _BOUNDS.get(type_id, _SMALL)
    return st.lists(st.sampled_from(pool), min_size=1, max_size=most)


@cache
@st.composite
def requirements(draw: st.DrawFn, types: tuple[str, ...] = TYPES) -> QualificationRequirement:
    """Well-formed requirements over all comparators, some of them foolish (a rate above 100)."""
    type_id = draw(st.sampled_from(types))
    comparator = draw(_comparators(type_id))
    values = draw(_values(type_id, 4 if comparator.takes_list else 1)) if comparator.takes_values else []
    fields: dict[str, Any] = {"locale_values" if type_id == LOCALE else "integer_values": values}
    return QualificationRequirement(type_id, comparator, **fields, **draw(guard_fields()))


@cache
def requirement_lists(
    max_size: int = 6, types: tuple[str, ...] = TYPES
) -> st.SearchStrategy[list[QualificationRequirement]]:
    """Lists of requirements on few of the types, so that several fall on one."""
    few = st.lists(st.sampled_from(types), min_size=1, max_size=3, unique=True).map(tuple)
    return few.flatmap(lambda found: _lists_on(found, max_size))


@cache
def _lists_on(types: tuple[str, ...], max_size: int) -> st.SearchStrategy[list[QualificationRequirement]]:
    return st.lists(requirements(types), max_size=max_size)


def wire(requirement: QualificationRequirement) -> dict[str, Any]:
    """A requirement as the API writes it, with just the guard fields that it has."""
    written: dict[str, Any] = {
        "QualificationTypeId": requirement.qualification_type_id,
        "Comparator": str(requirement.comparator),
        "IntegerValues": list(requirement.integer_values),
        "LocaleValues": [_place(each) for each in requirement.locale_values],
        "ActionsGuarded": requirement.actions_guarded and str(requirement.actions_guarded),
        "RequiredToPreview": requirement.required_to_preview,
    }
    return {key: value for key, value in written.items() if value not in (None, [])}


def _place(locale: Locale) -> dict[str, str]:
    return {"Country": locale.country} | ({"Subdivision": locale.subdivision} if locale.subdivision else {})


@cache
def fact_texts(type_id: str) -> st.SearchStrategy[str]:
    """Facts towards a type, of every kind, in the grammar of `--set`; they shrink to `unknown`."""
    kind = qualification_type(type_id)
    words = ["unknown", "holds", "lacks"] if kind.can_be_lacked else ["unknown", "holds"]
    if kind.is_locale:
        regions = st.lists(locales().map(str), min_size=1, max_size=4)
        return st.sampled_from(words) | regions.map(",".join)
    values = st.sampled_from([each for each in _BOUNDS.get(type_id, _SMALL) if each in kind.universe])
    ranges = st.tuples(values, values).map(lambda ends: f"{min(ends)}..{max(ends)}")
    rays = values.map("{}..".format) | values.map("..{}".format)
    parts = st.lists(values.map(str) | ranges, min_size=1, max_size=3).map(",".join)
    return st.sampled_from(words) | values.map(str) | ranges | rays | parts


@cache
def complete() -> st.SearchStrategy[bool | list[str]]:
    """What a profile says of the types that it does not name."""
    return st.booleans() | st.lists(st.sampled_from(TYPES), max_size=3)


@cache
@st.composite
def profiles(draw: st.DrawFn, types: tuple[str, ...] = TYPES) -> tuple[Mapping[str, str], bool | list[str]]:
    """Facts in text on most of the types, and what is said of completeness."""
    silent = draw(st.lists(st.sampled_from(types), max_size=2)) if types else []
    return {each: draw(fact_texts(each)) for each in types if each not in silent}, draw(complete())


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[QualificationRequirement], tuple[Mapping[str, str], bool | list[str]]]:
    """Requirements, and a profile that speaks of most of their types."""
    listed = draw(requirement_lists())
    return listed, draw(profiles(tuple(dict.fromkeys(each.qualification_type_id for each in listed))))


@cache
@st.composite
def value_set_facts(draw: st.DrawFn, type_id: str) -> ValueSet:
    """Facts that are any non-empty part of the universe of a type, beyond what text can say."""
    certain, more = (read_fact(type_id, draw(fact_texts(type_id))).states for _ in range(2))
    return certain | draw(st.sampled_from([certain, more, qualification_type(type_id).universe - more]))


def workers() -> st.SearchStrategy[WorkerProfile]:
    """Profiles of every kind."""
    return profiles().map(
        lambda drawn: WorkerProfile("A1", {each: read_fact(each, text) for each, text in drawn[0].items()}, drawn[1])
    )


def tries(count: int) -> settings:
    """Settings for so many examples where a law has a hundred by default: a profile with fewer has fewer here too."""
    return settings(max_examples=max(1, count * settings().max_examples // 100))
