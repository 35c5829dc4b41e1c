"""Which places a list of places could take in, or no longer exclude, and whom that would reach.

Only those facts can lie otherwise than before that have something of the place, so a place costs a look at those alone.
This module does not know workers: it is told how many share each fact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from weakref import WeakKeyDictionary

from attrs import frozen

from qualeval.bulk.audiences import Band, Place, places_of
from qualeval.bulk.coded import Weights
from qualeval.bulk.distinct_facts import Lie, LocaleFacts
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.policy.ladders import Relation, relation
from qualeval.values.locale import UNLISTED, Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = ["has_places", "places_beside"]

_MOST = 30
"""So many places a list can have: API reference, QualificationRequirement (grade D)."""


def has_places(requirement: QualificationRequirement) -> bool:
    """Whether a requirement names places."""
    return bool(requirement.locale_values)


def places_beside(
    index: int,
    requirement: QualificationRequirement,
    facts: LocaleFacts,
    others: ValueSet,
    weights: Weights,
) -> Iterator[Place]:
    """The places that a list could take in, or no longer exclude; `others` is what the others on the type admit."""
    before, openings = _kept_openings(requirement, facts, others)
    certain, possible = weights.certain, weights.possible
    inside, meets = int(certain[before.inside].sum()), int(possible[before.meets].sum())
    excludes = _excludes(requirement)
    for each in openings:
        then = Band(inside + int(certain[each.inside].sum()), meets + int(possible[each.meets].sum()))
        yield Place(index, each.locale, excludes, then, each.values)


def _excludes(requirement: QualificationRequirement) -> bool:
    return requirement.comparator in (Comparator.NOT_IN, Comparator.NOT_EQUAL_TO)


@frozen(eq=False)
class _Opening:
    """A place that a list could take in, or no longer exclude, with the list then.

    `inside` and `meets` are the facts that come to lie inside by it, and those that come to be met at all.
    """

    locale: Locale
    values: str | None
    inside: list[int]
    meets: list[int]


_Openings = tuple[Lie, tuple[_Opening, ...]]
"""How facts lie before a place is taken in, and what each place opens: neither depends on how many share a fact."""

_MEMORY: WeakKeyDictionary[LocaleFacts, dict[tuple[QualificationRequirement, ValueSet], _Openings]] = (
    WeakKeyDictionary()
)
_KEPT = 64
"""So many lists are remembered of a pool: another requirement moves, and this one is asked about again and again."""


def _kept_openings(requirement: QualificationRequirement, facts: LocaleFacts, others: ValueSet) -> _Openings:
    known = _MEMORY.setdefault(facts, {})
    found = known.get((requirement, others))
    if found is None:
        if len(known) >= _KEPT:
            known.clear()
        found = known[requirement, others] = _openings(requirement, facts, others)
    return found


def _openings(requirement: QualificationRequirement, facts: LocaleFacts, others: ValueSet) -> _Openings:
    excludes, listed = _excludes(requirement), requirement.locale_values
    region = LocaleSet.only(*listed)
    before = ValueSet(~region if excludes else region) & others
    by_country = _ByCountry.of(facts)
    found = []
    for locale in dict.fromkeys(listed) if excludes else _candidates(by_country, region, len(listed)):
        rest = LocaleSet.only(*(each for each in listed if each != locale))
        now = ValueSet(~rest if excludes else region | LocaleSet.only(locale)) & others
        found.append(_Opening(locale, places_of(requirement, locale), *by_country.opened(locale, before, now)))
    return facts.lie(before), tuple(found)


def _candidates(by_country: _ByCountry, region: LocaleSet, length: int) -> list[Locale]:
    """The places of the pool that a requirement can name, and that are not on the list already."""
    if length >= _MOST:
        return []
    named = (Locale(country, code) for country, codes in by_country.named.items() for code in (None, *sorted(codes)))
    return [each for each in named if not region.contains_region(each)]


@frozen(eq=False)
class _ByCountry:
    """Facts about places by the countries of which they have something.

    `everywhere` are those that have something of countries that they do not name; `named` has by country the
    subdivisions that any fact names and a requirement can.
    """

    states: tuple[ValueSet, ...]
    facts: Mapping[str, list[int]]
    everywhere: list[int]
    named: Mapping[str, set[str]]

    @classmethod
    def of(cls, facts: LocaleFacts) -> _ByCountry:
        """The facts of a pool."""
        by_country: dict[str, list[int]] = {}
        named: dict[str, set[str]] = {}
        everywhere = []
        for place, held in enumerate(facts.held):
            if held.default:
                everywhere.append(place)
            for country, part in held.exceptions.items():
                by_country.setdefault(country, []).append(place)
                named.setdefault(country, set()).update(filter(_can_be_named, part.codes))
        return cls(facts.states, by_country, everywhere, named)

    def opened(self, locale: Locale, before: ValueSet, now: ValueSet) -> tuple[list[int], list[int]]:
        """Which facts come to lie inside, and which to be met, where a place is taken in."""
        inside, meets = [], []
        for place in dict.fromkeys([*self.facts.get(locale.country, ()), *self.everywhere]):
            was, then = (relation(self.states[place], each) for each in (before, now))
            if was is not then:
                inside += [place] if then is Relation.INSIDE else []
                meets += [place] if was is Relation.OUTSIDE else []
        return inside, meets


def _can_be_named(code: str) -> bool:
    return len(code) == 2 and code != UNLISTED
