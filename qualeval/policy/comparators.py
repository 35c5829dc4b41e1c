"""What each comparator means: the table of ten, and the value set that a requirement denotes.

This is the only place that gives comparators a meaning. Everything else is set algebra.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from attrs import frozen

from qualeval.model.actions import Action, ActionsGuarded
from qualeval.model.qualification_types import QualificationType, TypeNames, qualification_type
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import Held, ValueSet

__all__ = ["COMPARATORS", "Predicate", "admitted_set", "predicate"]

HeldRule = Callable[[QualificationRequirement, Held], Held]


def _listed(requirement: QualificationRequirement, everything: Held) -> Held:
    if isinstance(everything, LocaleSet):
        return LocaleSet.only(*requirement.locale_values)
    return IntegerSet.only(*requirement.integer_values)


def _all_but_listed(requirement: QualificationRequirement, everything: Held) -> Held:
    return ~_listed(requirement, everything)


def _ray(make: Callable[[int], IntegerSet]) -> HeldRule:
    return lambda requirement, everything: make(requirement.integer_values[0])


@frozen
class Meaning:
    """A row of the table: the held values that meet a requirement, and whether lacking does.

    `held` takes the requirement and all held values of its type's kind.
    """

    held: HeldRule
    lacking: bool = False


COMPARATORS: Mapping[Comparator, Meaning] = MappingProxyType(
    {
        Comparator.LESS_THAN: Meaning(_ray(lambda bound: IntegerSet.at_most(bound - 1))),
        Comparator.LESS_THAN_OR_EQUAL_TO: Meaning(_ray(IntegerSet.at_most)),
        Comparator.GREATER_THAN: Meaning(_ray(lambda bound: IntegerSet.at_least(bound + 1))),
        Comparator.GREATER_THAN_OR_EQUAL_TO: Meaning(_ray(IntegerSet.at_least)),
        Comparator.EQUAL_TO: Meaning(_listed),
        Comparator.IN: Meaning(_listed),
        Comparator.NOT_EQUAL_TO: Meaning(_all_but_listed),
        Comparator.NOT_IN: Meaning(_all_but_listed),
        Comparator.EXISTS: Meaning(lambda requirement, everything: everything),
        Comparator.DOES_NOT_EXIST: Meaning(lambda requirement, everything: everything.empty(), lacking=True),
    }
)
"""Source: "Selecting eligible workers" of the developer guide (grade D); `evidence` has what is known less well."""


@lru_cache(2**14)
def admitted_set(requirement: QualificationRequirement) -> ValueSet:
    """The states that meet a requirement, within the universe of its type. Many HITs ask the same: it is made once."""
    universe = qualification_type(requirement.qualification_type_id).universe
    meaning = COMPARATORS[requirement.comparator]
    return ValueSet(meaning.held(requirement, type(universe.held).everything()), meaning.lacking) & universe


@frozen
class Predicate:
    """A requirement with its place in the HIT and its meaning: the states that it admits, and what it guards.

    `action` is the loosest action that it guards.
    """

    index: int
    requirement: QualificationRequirement
    admitted: ValueSet
    guard: ActionsGuarded
    action: Action
    kind: QualificationType
    name: str
    short_name: str


def predicate(index: int, requirement: QualificationRequirement, names: TypeNames) -> Predicate:
    """The meaning of the requirement at this place; `names` are for those who read about it."""
    type_id = requirement.qualification_type_id
    return Predicate(
        index,
        requirement,
        admitted_set(requirement),
        requirement.guard,
        requirement.guard.loosest,
        qualification_type(type_id),
        names.name_of(type_id),
        names.short_name_of(type_id),
    )
