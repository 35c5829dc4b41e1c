"""Rules about one requirement alone: its values, its places, and what particular types are compared with."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from functools import cache
from types import MappingProxyType

from attrs import frozen

from qualeval.errors import show
from qualeval.linting.findings import Finding
from qualeval.linting.subject import Environment, Subject
from qualeval.linting.written import Written
from qualeval.model.actions import ActionsGuarded
from qualeval.model.qualification_types import (
    ADULT,
    MASTERS,
    MASTERS_SANDBOX,
    SYSTEM_NAMES,
    qualification_type,
)
from qualeval.model.requirements import Comparator
from qualeval.sources.edits import Remove, SetValue
from qualeval.values.locale import locale_problems, withdrawn_country_codes

__all__ = ["RETIRED", "adult", "blocklists", "listed", "masters", "places", "types", "values", "whereabouts"]

MAX_INTEGERS, MAX_LOCALES = 15, 30
"""So many values In and NotIn take: API reference, QualificationRequirement (grade D)."""

_LEAST, _GREATEST = -(2**31), 2**31 - 1

RETIRED: Mapping[str, str] = MappingProxyType(
    {
        "00000000000000000000": "Worker_PercentAssignmentsSubmitted",
        "00000000000000000070": "Worker_PercentAssignmentsAbandoned",
        "000000000000000000E0": "Worker_PercentAssignmentsReturned",
        "000000000000000000S0": "Worker_PercentAssignmentsRejected",
        "2NDP2L92HECWY8NS8H3CK0CP5L9GHO": "Categorization Masters",
        "21VZU98JHSTLZ5BPP4A9NOBJEK3DPG": "Photo Moderation Masters",
        "2F1KVCNHMVHV8E9PBUB2A4J79LU20F": "Categorization Masters of the sandbox",
        "2TGBB6BFMFFOM08IBMAFGGESC1UWJX": "Photo Moderation Masters of the sandbox",
    }
)
"""Types that Mechanical Turk had once (boto 2, AWS's documentation of 2006 and 2008, MTurkR)."""

_BELOW = frozenset({Comparator.LESS_THAN, Comparator.LESS_THAN_OR_EQUAL_TO, Comparator.NOT_EQUAL_TO, Comparator.NOT_IN})
_ASKS_FOR_HOLDERS = frozenset[Comparator | None](Comparator) - _BELOW - {Comparator.DOES_NOT_EXIST}

_NOT_OWN = frozenset({*RETIRED, *SYSTEM_NAMES.values()})


@cache
def _not_on_mturk() -> frozenset[str]:
    """The countries of ISO 3166 that Mechanical Turk's own list does not have."""
    return frozenset({"BL", "BQ", "CW", "MF"}) | (withdrawn_country_codes() - {"AN", "CS"})


@frozen
class _Masters:
    """One environment's type of Masters, the rule that it breaks in the other one and why, and the type meant there."""

    type_id: str
    elsewhere: Environment
    rule: str
    why: str
    meant: str


_MASTERS = (
    _Masters(MASTERS_SANDBOX, "production", "sandbox-masters", "does not exist in production", MASTERS),
    _Masters(MASTERS, "sandbox", "production-masters", "is production's, and the sandbox has its own", MASTERS_SANDBOX),
)


def listed(subject: Subject, written: Written) -> Iterator[Finding]:
    """How many values a list has, and whether one stands in it twice."""
    for key, most in (("IntegerValues", MAX_INTEGERS), ("LocaleValues", MAX_LOCALES)):
        if (count := written.count(key)) > most:
            message = f"got {count} values, expected {most} at most"
            yield subject.found("too-many-values", subject.at(written.index, key, most), message)
    yield from _repeated(subject, written.index, "IntegerValues", written.integers)
    yield from _repeated(subject, written.index, "LocaleValues", written.places)


def _repeated(
    subject: Subject, index: int, key: str, values: tuple[tuple[int, Hashable], ...]
) -> Iterator[Finding]:  # fmt: skip
    seen: set[Hashable] = set()
    for place, value in values:
        if value in seen:
            keys = subject.at(index, key, place)
            shown = "-".join(filter(None, value)) if isinstance(value, tuple) else value
            message, mend = f"{show(shown)} stands twice in the list", "leave one of them out"
            yield subject.found("duplicate-values", keys, message, mend, fix=(Remove(keys),))
        seen.add(value)


def values(subject: Subject, written: Written) -> Iterator[Finding]:
    """Integers that the service, or the type, does not have."""
    kind = qualification_type(written.type_id) if written.type_id else None
    for place, value in written.integers:
        keys = subject.at(written.index, "IntegerValues", place)
        if not _LEAST <= value <= _GREATEST:
            yield subject.found("integer-out-of-range", keys, f"{show(value)} is outside of 32 bits")
        if kind and not kind.is_locale and value not in kind.held:
            mend = f"it lies within {kind.held}"
            yield subject.found("value-outside-universe", keys, f"{written.name} is never {show(value)}", mend)


def places(subject: Subject, written: Written) -> Iterator[Finding]:
    """Places that Mechanical Turk does not know, though ISO 3166 does. Those that it does not have are told already."""
    for place, (country, subdivision) in written.places:
        keys = subject.at(written.index, "LocaleValues", place)
        if country in _not_on_mturk():
            message = f"{show(country)} is not in Mechanical Turk's own list of countries"
            yield subject.found("country-not-on-mturk", (*keys, "Country"), message)
        is_told = bool(locale_problems(country, subdivision)) or subdivision is None or len(subdivision) != 2
        if country != "US" and not is_told:
            message = f"`{country}-{subdivision}` is a subdivision outside the United States"
            mend = f"name the country alone, `{country}`"
            yield subject.found("subdivision-outside-us", (*keys, "Subdivision"), message, mend)


def types(subject: Subject, written: Written) -> Iterator[Finding]:
    """Types that have retired, that live in the other environment, or that are called by name."""
    type_id, raw = written.type_id, written.raw.get("QualificationTypeId")
    if type_id is None:
        return
    keys = subject.at(written.index, "QualificationTypeId")
    if type_id in RETIRED:
        yield subject.found("retired-type", keys, f"{show(type_id)} is {RETIRED[type_id]}, which has retired")
    for each in _MASTERS:
        if type_id == each.type_id and subject.environment == each.elsewhere:
            fix = (SetValue(keys, each.meant),)
            yield subject.found(each.rule, keys, f"{show(type_id)} {each.why}", f"write {each.meant}", fix=fix)
    if raw != type_id:
        message, mend = f"{show(raw)} is a name, and the service takes ids alone", f"write {type_id}"
        fix = (SetValue(keys, type_id),)
        yield subject.found("type-by-name", keys, message, f"{mend}, or send `hit.to_mturk()`", fix=fix, mends=mend)


def whereabouts(subject: Subject, written: Written) -> Iterator[Finding]:
    """Every worker has a locale. (What orders locales is told by the reader already.)"""
    if written.asks_whether_there_is_a_locale:
        message, mend = f"`{written.comparator}` does not compare locales", "use EqualTo, NotEqualTo, In or NotIn"
        yield subject.found("comparator-not-for-type", subject.at(written.index, "Comparator"), message, mend)


def masters(subject: Subject, written: Written) -> Iterator[Finding]:
    """Masters has no value."""
    if written.type_id in (MASTERS, MASTERS_SANDBOX) and written.comparator and written.comparator.takes_values:
        message = f"`{written.said}` compares Masters with a value, and it has none"
        yield subject.found("masters-with-value", subject.at(written.index, "Comparator"), message)


def adult(subject: Subject, written: Written) -> Iterator[Finding]:
    """Adult content needs workers who agreed to it, before they see it."""
    if written.type_id != ADULT:
        return
    asked = [value for _, value in written.integers]
    if written.comparator and (written.comparator is not Comparator.EQUAL_TO or asked not in ([1], [])):
        message = f"Worker_Adult is compared with `{written.said}`, expected `EqualTo 1`"
        yield subject.found("adult-comparator", subject.at(written.index, "Comparator"), message)
    if written.guard is ActionsGuarded.ACCEPT:
        message = "Worker_Adult guards accept alone, so that everybody sees the content in the preview"
        yield subject.found("adult-guard", subject.at(written.index), message)


def blocklists(subject: Subject, written: Written) -> Iterator[Finding]:
    """A requirement on an own type that shuts out everyone who lacks it, and does not look as if holders were meant."""
    type_id = written.type_id
    if written.comparator not in _BELOW or type_id is None or type_id in _NOT_OWN:
        return
    beside = (each.comparator for each in subject.written if each.type_id == type_id)
    if _ASKS_FOR_HOLDERS.isdisjoint(beside):
        message = f"`{written.said}` on {written.name} shuts out everyone who lacks it"
        yield subject.found("blocklist-by-value", subject.at(written.index), message)
