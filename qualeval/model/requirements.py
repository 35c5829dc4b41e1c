"""Qualification requirements as Mechanical Turk writes them: a type, a comparator, values, and what is guarded.

A requirement that exists is well formed: the values fit the type and their number fits the comparator. It can still be
foolish (a rate above 100); that is the linter's to say. What a requirement *means* is the compiler's to say.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from attrs import field, frozen
from attrs.converters import optional

from qualeval.errors import InvalidInput, Problem, WrongType, nearest, show
from qualeval.model.actions import ActionsGuarded, are_contradictory, effective_guard
from qualeval.model.qualification_types import LOCALE, qualification_type, type_id_problem
from qualeval.model.words import Word
from qualeval.values.locale import UNLISTED, Locale

__all__ = ["Comparator", "QualificationRequirement", "requirement_problems"]


class Comparator(Word):
    """The ten comparators of the API."""

    LESS_THAN = "LessThan"
    LESS_THAN_OR_EQUAL_TO = "LessThanOrEqualTo"
    GREATER_THAN = "GreaterThan"
    GREATER_THAN_OR_EQUAL_TO = "GreaterThanOrEqualTo"
    EQUAL_TO = "EqualTo"
    NOT_EQUAL_TO = "NotEqualTo"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"
    IN = "In"
    NOT_IN = "NotIn"

    @property
    def takes_list(self) -> bool:
        """Whether it compares with one or more values."""
        return self in (Comparator.IN, Comparator.NOT_IN)

    @property
    def takes_values(self) -> bool:
        """Whether it compares with values at all."""
        return self not in (Comparator.EXISTS, Comparator.DOES_NOT_EXIST)

    @property
    def is_ordering(self) -> bool:
        """Whether it asks for more or less, which locales do not have."""
        return self in _ORDERINGS

    @classmethod
    def _meant(cls, text: str) -> str | None:
        """`Equals` stands in published examples."""
        return "EqualTo" if text.strip().casefold() == "equals" else super()._meant(text)

    @classmethod
    def _nearest(cls, text: str) -> str | None:
        """What is near by its letters can say the opposite: `NotExists` is nearer to Exists than to DoesNotExist.

        So negation is set aside. A word that has one stands for one that has one, or for none; and so the others.
        """
        word = _BLANKS.sub("", text.casefold())
        if not word.isalpha():
            return None  # `LessThan=`
        core, negations = _NEGATION.subn("", word)
        close = difflib.get_close_matches(core, _CORES[negations > 0], n=1, cutoff=0.75)
        if not close or close[0][0] != core[0] or (not negations and nearest(word, cls) in _CORES[True].values()):
            return None
        return _CORES[negations > 0][close[0]]


_BLANKS = re.compile(r"[\s_-]+")
_NEGATION = re.compile("(?:does|do|is|are)(?:not|nt)|not|without|un|^non?")

_CORES: Mapping[bool, Mapping[str, str]] = MappingProxyType(
    {
        True: {"equalto": "NotEqualTo", "exist": "DoesNotExist", "in": "NotIn"},
        False: {each.casefold(): str(each) for each in Comparator if "Not" not in each},
    }
)
"""The comparators with a negation, and those without one, by what is left of them without it."""

_ORDERINGS = frozenset(
    {
        Comparator.LESS_THAN,
        Comparator.LESS_THAN_OR_EQUAL_TO,
        Comparator.GREATER_THAN,
        Comparator.GREATER_THAN_OR_EQUAL_TO,
    }
)


def _integers(values: Iterable[int]) -> tuple[int, ...]:
    return tuple(_listed(values, "IntegerValues"))


def _locales(values: Iterable[Locale]) -> tuple[Locale, ...]:
    return tuple(_listed(values, "LocaleValues"))


def _listed(values: Any, place: str) -> Iterable[Any]:
    if isinstance(values, Iterable) and not isinstance(values, (str, bytes, Mapping)):
        return values
    raise WrongType(f"{place}: expected a list, got {type(values).__name__} {show(values)}")


def _text(value: str) -> str:
    if isinstance(value, str):
        return value
    raise WrongType(f"QualificationTypeId: expected text, got {type(value).__name__} {show(value)}")


def _true_or_false(value: bool | None) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise WrongType(f"RequiredToPreview: expected True, False or None, got {type(value).__name__} {show(value)}")


@frozen
class QualificationRequirement:
    """One entry of a HIT's `QualificationRequirements`, its fields named as in the API.

    Raises:
        InvalidInput: values of the wrong kind or number, a comparator that the type does not have, an id that is
            none, with all problems at once.

    >>> QualificationRequirement("000000000000000000L0", Comparator.GREATER_THAN_OR_EQUAL_TO, (98,)).guard
    <ActionsGuarded.ACCEPT: 'Accept'>
    """

    qualification_type_id: str = field(converter=_text)
    comparator: Comparator = field(converter=Comparator)
    integer_values: tuple[int, ...] = field(default=(), converter=_integers)
    locale_values: tuple[Locale, ...] = field(default=(), converter=_locales)
    actions_guarded: ActionsGuarded | None = field(default=None, converter=optional(ActionsGuarded))
    required_to_preview: bool | None = field(default=None, converter=_true_or_false)

    def __attrs_post_init__(self) -> None:
        problems = requirement_problems(
            self.qualification_type_id, self.comparator, self.integer_values, self.locale_values
        )
        if problems:
            raise InvalidInput(problems)

    @property
    def values(self) -> tuple[int, ...] | tuple[Locale, ...]:
        """The values it compares with, of whichever kind; empty for Exists and DoesNotExist."""
        return self.locale_values or self.integer_values

    @property
    def guard(self) -> ActionsGuarded:
        """What it guards, by the rule of `effective_guard`."""
        return effective_guard(self.actions_guarded, self.required_to_preview)

    @property
    def is_guard_contradictory(self) -> bool:
        """Whether its two guard fields disagree."""
        return are_contradictory(self.actions_guarded, self.required_to_preview)


def requirement_problems(
    type_id: str | None,
    comparator: Comparator | None,
    integers: tuple[int, ...] | None,
    locales: tuple[Locale, ...] | None,
) -> list[Problem]:
    """What keeps these fields from being a requirement. None is a field that could not be read: it is not judged."""
    problems = []
    if type_id is not None and (problem := type_id_problem(type_id)):
        problems.append(problem.under("QualificationTypeId"))
    problems += _type_problems(integers or (), locales or ())
    if type_id is not None and integers is not None and locales is not None:
        problems += _kind_problems(type_id, comparator, integers, locales)
    if comparator is not None and integers is not None and locales is not None:
        problems += _count_problems(type_id, comparator, integers, locales)
    problems += _unlisted_problems(locales or ())
    return problems


def _type_problems(integers: tuple[object, ...], locales: tuple[object, ...]) -> Iterator[Problem]:
    """What a caller without a type checker may have put in: a boolean, a float, a text."""
    for index, value in enumerate(integers):
        if type(value) is not int:
            got = f"expected an integer, got {type(value).__name__} {show(value)}"
            yield Problem(got, ("IntegerValues", index), code="wrong-type")
    for index, value in enumerate(locales):
        if not isinstance(value, Locale):
            mend = 'write qualeval.Locale("US")'
            got = f"expected a Locale, got {type(value).__name__} {show(value)}"
            yield Problem(got, ("LocaleValues", index), mend, code="wrong-type")


def _kind_problems(
    type_id: str, comparator: Comparator | None, integers: tuple[int, ...], locales: tuple[Locale, ...]
) -> Iterator[Problem]:
    """Sources: IntegerValues never with Worker_Locale, LocaleValues only with it, no orderings of locales (grade D)."""
    is_locale = qualification_type(type_id).is_locale
    if is_locale and integers:
        got = "Worker_Locale is compared with locales, got integers"
        yield Problem(got, ("IntegerValues",), "use LocaleValues", code="integers-on-locale")
    if not is_locale and locales:
        mend = f"use IntegerValues, or the type id of Worker_Locale, {LOCALE}"
        got = f"`{type_id}` is compared with integers, got locales"
        yield Problem(got, ("LocaleValues",), mend, code="locales-on-integer-type")
    if is_locale and comparator is not None and comparator.is_ordering:
        mend = "use EqualTo, NotEqualTo, In or NotIn"
        got = f"`{comparator}` does not compare locales"
        yield Problem(got, ("Comparator",), mend, code="comparator-not-for-type")


def _count_problems(
    type_id: str | None, comparator: Comparator, integers: tuple[int, ...], locales: tuple[Locale, ...]
) -> Iterator[Problem]:
    """Source: the API reference on the values that each comparator takes (grade D)."""
    is_locale = bool(locales) or type_id == LOCALE
    place = ("LocaleValues" if is_locale and not integers else "IntegerValues",)
    count = len(integers) + len(locales)
    if not comparator.takes_values and count:
        got = f"`{comparator}` takes no values, got {count}"
        yield Problem(got, place, "leave the values out", code="values-with-exists")
    elif comparator.takes_values and not count:
        expected = "at least one value" if comparator.takes_list else "exactly one value"
        got = f"`{comparator}` needs {expected}, got none"
        yield Problem(got, place, f"give {place[0]}", code="wrong-number-of-values")
    elif comparator.takes_values and not comparator.takes_list and (longest := max(integers, locales, key=len))[1:]:
        place = ("LocaleValues" if longest is locales else "IntegerValues",)
        several = {Comparator.EQUAL_TO: "In", Comparator.NOT_EQUAL_TO: "NotIn"}.get(comparator)
        mend = f"for a list use `{several}`" if several else "write one requirement a value"
        got = f"`{comparator}` takes exactly one value, got {len(longest)}"
        yield Problem(got, place, mend, code="wrong-number-of-values")


def _unlisted_problems(locales: tuple[object, ...]) -> Iterator[Problem]:
    for index, locale in enumerate(locales):
        place = ("LocaleValues", index, "Subdivision")
        if not isinstance(locale, Locale):
            continue
        if locale.subdivision == UNLISTED:
            got = f"`{UNLISTED}` is in no list, so a requirement cannot name it"
            mend = f"name the country alone, or a state; only a worker profile may say `{UNLISTED}`"
            yield Problem(got, place, mend, code="unknown-subdivision")
        elif locale.subdivision is not None and len(locale.subdivision) != 2:
            yield Problem(
                f"got `{locale.subdivision}`, expected two characters",
                place,
                "Mechanical Turk has subdivisions for the United States only; name the country alone",
                code="subdivision-outside-us",
            )
