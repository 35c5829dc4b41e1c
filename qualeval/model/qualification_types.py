"""Qualification types: their ids, their names, and the states that are possible towards each (its universe).

System types are a registry of data; every other id is a type that can be lacked, or held with any integer.
Source of ids, ranges and of "every worker has a value": the API reference, QualificationRequirement (grade D).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from qualeval.errors import InvalidInput, Problem, WrongType, nearest, show
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = [
    "ADULT",
    "LOCALE",
    "MASTERS",
    "MASTERS_SANDBOX",
    "NUMBER_HITS_APPROVED",
    "PERCENT_APPROVED",
    "SYSTEM_NAMES",
    "SYSTEM_ONLY",
    "QualificationType",
    "TypeNames",
    "checked_names",
    "qualification_type",
    "type_id_problem",
]

LOCALE = "00000000000000000071"
NUMBER_HITS_APPROVED = "00000000000000000040"
PERCENT_APPROVED = "000000000000000000L0"
ADULT = "00000000000000000060"
MASTERS = "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH"
MASTERS_SANDBOX = "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6"

_TYPE_ID = re.compile(r"[A-Z0-9]{1,64}", re.ASCII)


@frozen
class QualificationType:
    """One qualification type.

    `universe` holds every state that a worker can be in towards it; `owner` is who sets the value; `only_grows` says
    that a value never falls.
    """

    type_id: str
    universe: ValueSet
    owner: str = "requester"
    only_grows: bool = False

    @property
    def can_be_lacked(self) -> bool:
        """Whether a worker can be without it."""
        return self.universe.lacking

    @property
    def is_locale(self) -> bool:
        """Whether its values are locales; else they are integers."""
        return isinstance(self.universe.held, LocaleSet)

    @cached_property
    def lowest(self) -> int | None:
        """The least integer that can be held; None where there is none, or the values are locales."""
        return self.universe.held.low if isinstance(self.universe.held, IntegerSet) else None

    @cached_property
    def highest(self) -> int | None:
        """The greatest integer that can be held; None where there is none, or the values are locales."""
        return self.universe.held.high if isinstance(self.universe.held, IntegerSet) else None

    def can_reach(self, states: ValueSet, target: ValueSet) -> bool:
        """Whether a change can lead from one of `states` into `target`: a value that only grows comes no lower."""
        if not self.only_grows or not isinstance(states.held, IntegerSet) or not isinstance(target.held, IntegerSet):
            return True
        low, high = states.held.low, target.held.high
        return low is None or high is None or low <= high

    @cached_property
    def held(self) -> ValueSet:
        """All held values."""
        return ValueSet(self.universe.held)

    @cached_property
    def lacked(self) -> ValueSet:
        """The one state of lacking it; empty where it cannot be lacked."""
        return self.universe - self.held


_ANY_INTEGER = ValueSet(IntegerSet.everything(), lacking=True)

_SYSTEM = {
    one.type_id: one
    for one in (
        QualificationType(LOCALE, ValueSet(LocaleSet.everything()), owner="worker"),
        QualificationType(NUMBER_HITS_APPROVED, ValueSet(IntegerSet.at_least(0)), owner="worker", only_grows=True),
        QualificationType(PERCENT_APPROVED, ValueSet(IntegerSet.between(0, 100)), owner="worker"),
        QualificationType(ADULT, ValueSet(IntegerSet.only(0, 1)), owner="worker"),
        QualificationType(MASTERS, _ANY_INTEGER, owner="Mechanical Turk"),
        QualificationType(MASTERS_SANDBOX, _ANY_INTEGER, owner="Mechanical Turk"),
    )
}

SYSTEM_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "Worker_Locale": LOCALE,
        "Worker_NumberHITsApproved": NUMBER_HITS_APPROVED,
        "Worker_PercentAssignmentsApproved": PERCENT_APPROVED,
        "Worker_Adult": ADULT,
        "Masters": MASTERS,
        "Masters_Sandbox": MASTERS_SANDBOX,
    }
)
"""The ids of the types that Mechanical Turk itself provides, by name."""


@lru_cache(2**16)
def qualification_type(type_id: str) -> QualificationType:
    """The type of this id; any id that is not a system type's is a type that can be lacked and takes any integer."""
    return _SYSTEM.get(type_id) or QualificationType(type_id, _ANY_INTEGER)


def type_id_problem(type_id: str) -> Problem | None:
    """What is wrong with a QualificationTypeId, or None. Pattern and length are the service model's."""
    if _TYPE_ID.fullmatch(type_id):
        return None
    meant = nearest(type_id, SYSTEM_NAMES)
    mend = f"the id of {meant} is {SYSTEM_NAMES[meant]}" if meant else "names of your own go into [tool.qualeval.types]"
    got = f"got {show(type_id)}, expected a type id of capital letters and digits, 64 at most"
    return Problem(got, help=mend, code="unknown-type-id")


def _checked_names(own: Mapping[str, str]) -> Mapping[str, str]:
    system = {name.casefold() for name in SYSTEM_NAMES}
    ids = {*SYSTEM_NAMES.values(), *own.values()}
    problems = [
        Problem(f"`{name}` is the name of a system type already", (name,), "choose another name")
        for name in own
        if name.casefold() in system and own[name] != SYSTEM_NAMES.get(name)
    ]
    problems += [
        Problem(f"`{name}` is the id of a type", (name,), "choose a name that is no id") for name in own if name in ids
    ]
    problems += [problem.under(name) for name, type_id in own.items() if (problem := type_id_problem(type_id))]
    if problems:
        raise InvalidInput(problems)
    return MappingProxyType(dict(own))


@frozen
class TypeNames:
    """Names for qualification types: those of the system, and `own` ones (name to id).

    Raises:
        InvalidInput: a name of a system type with another id, or an id that is none.

    >>> TypeNames({"study_1_done": "3ABC"}).id_of("study_1_done")
    '3ABC'
    """

    own: Mapping[str, str] = field(factory=dict, converter=_checked_names, hash=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return TypeNames, (dict(self.own),)

    @cached_property
    def _ids(self) -> dict[str, str]:
        return {**SYSTEM_NAMES, **self.own}

    @cached_property
    def _names(self) -> dict[str, str]:
        return {type_id: name for name, type_id in self._ids.items()}

    @property
    def known(self) -> Collection[str]:
        """All the names."""
        return self._ids.keys()

    def id_of(self, text: str) -> str:
        """The id that a person means by `text`: a name, or an id itself.

        Raises:
            InvalidInput: it is neither.
            WrongType: it is no text.
        """
        other: object = text
        if not isinstance(other, str):
            raise WrongType(f"expected a qualification type's id or name, got {type(other).__name__}; give it as text")
        known = self._ids
        if text in known:
            return known[text]
        misspelt = text.casefold() in {name.casefold() for name in known}
        if _TYPE_ID.fullmatch(text) and not misspelt:
            return text
        short = {name.removeprefix("Worker_"): name for name in known}
        meant = nearest(text, known) or short.get(nearest(text, short) or "")
        advice = f"did you mean `{meant}`?" if meant else "names of your own go into [tool.qualeval.types]"
        raise InvalidInput(Problem(f"unknown qualification type {show(text)}", help=advice, code="unknown-type-id"))

    def name_of(self, type_id: str) -> str:
        """The name of a type: an own one before the system's; the id itself where it has none."""
        return self._names.get(type_id, type_id)

    def short_name_of(self, type_id: str) -> str:
        """The name as it reads in a sentence: `PercentAssignmentsApproved`."""
        return self.name_of(type_id).removeprefix("Worker_")


SYSTEM_ONLY = TypeNames()
"""The names of the system's types alone."""


def checked_names(names: object) -> TypeNames:
    """These names, if they are such: a plain dict has no way to find a name. Raises WrongType."""
    if not isinstance(names, TypeNames):
        mend = "TypeNames(...) makes them of a dict of ids by name"
        raise WrongType(f"names: expected TypeNames, got {type(names).__name__}; {mend}")
    return names
