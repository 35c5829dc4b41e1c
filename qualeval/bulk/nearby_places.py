"""Which places a list of places could take in, or no longer exclude, and whom that would reach.

Only those facts can lie otherwise than before that have something of the place, so a place costs a look at those alone.
This module does not know workers: it is told how many share each fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from qualeval.bulk.audiences import Band, Place, places_of
from qualeval.bulk.coded import Weights
from qualeval.bulk.distinct_facts import LocaleFacts
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
    excludes = requirement.comparator in (Comparator.NOT_IN, Comparator.NOT_EQUAL_TO)
    listed = requirement.locale_values
    region = LocaleSet.only(*listed)
    before = ValueSet(~region if excludes else region) & others
    counted = _Counted.of(facts, weights)
    reached = counted.band(before)
    for locale in dict.fromkeys(listed) if excludes else _candidates(counted, region, len(listed)):
        rest = LocaleSet.only(*(each for each in listed if each != locale))
        now = ValueSet(~rest if excludes else region | LocaleSet.only(locale)) & others
        certain, possible = counted.gain(locale, before, now)
        then = Band(reached.certain + certain, reached.possible + possible)
        yield Place(index, locale, excludes, then, places_of(requirement, locale))


def _candidates(counted: _Counted, region: LocaleSet, length: int) -> list[Locale]:
    """The places of the pool that a requirement can name, and that are not on the list already."""
    if length >= _MOST:
        return []
    named = (Locale(country, code) for country, codes in counted.named.items() for code in (None, *sorted(codes)))
    return [each for each in named if not region.contains_region(each)]


@frozen(eq=False)
class _Counted:
    """Facts about places by the countries of which they have something, and how many workers share each.

    `everywhere` are those that have something of countries that they do not name; `named` has by country the
    subdivisions that any fact names and a requirement can.
    """

    states: tuple[ValueSet, ...]
    weights: Weights
    by_country: Mapping[str, list[int]]
    everywhere: list[int]
    named: Mapping[str, set[str]]

    @classmethod
    def of(cls, facts: LocaleFacts, weights: Weights) -> _Counted:
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
        return cls(facts.states, weights, by_country, everywhere, named)

    def band(self, admitted: ValueSet) -> Band:
        """Whom an admitted set reaches."""
        found = LocaleFacts(self.states).lie(admitted)
        return Band(int(self.weights.certain[found.inside].sum()), int(self.weights.possible[found.meets].sum()))

    def gain(self, locale: Locale, before: ValueSet, now: ValueSet) -> tuple[int, int]:
        """How many more lie inside for certain, and how many more perhaps, than before a place was taken in."""
        certain = possible = 0
        for place in self._having(locale.country):
            was, then = (relation(self.states[place], each) for each in (before, now))
            if was is not then:
                certain += (then is Relation.INSIDE) * int(self.weights.certain[place])
                possible += (was is Relation.OUTSIDE) * int(self.weights.possible[place])
        return certain, possible

    def _having(self, country: str) -> Iterable[int]:
        return dict.fromkeys([*self.by_country.get(country, ()), *self.everywhere])


def _can_be_named(code: str) -> bool:
    return len(code) == 2 and code != UNLISTED
