"""Requirements that are wrong in one way each, as they may stand in a file: for tests of whatever reads or checks them.

The ways are the rules of the linter's catalogue that one requirement can break. This module knows their ids and names;
it does not know the linter, which is to find each of them on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from string import ascii_uppercase
from typing import Any

from attrs import frozen
from hypothesis import strategies as st

from qualeval.model.qualification_types import (
    ADULT,
    LOCALE,
    MASTERS,
    MASTERS_SANDBOX,
    NUMBER_HITS_APPROVED,
    PERCENT_APPROVED,
)
from qualeval.testing.strategies.arguments import among
from qualeval.testing.strategies.places import places_in
from qualeval.testing.strategies.qualification_types import GREATEST, LEAST, own_type_ids
from qualeval.testing.strategies.requirements import MAX_INTEGERS, MAX_LOCALES
from qualeval.values.locale import Locale, country_codes, subdivision_codes, withdrawn_country_codes

__all__ = ["RULES", "BrokenRequirement", "broken_requirements"]

Tree = dict[str, Any]
Trees = st.SearchStrategy[Tree]


@frozen
class BrokenRequirement:
    """A requirement as it was written, and the rule that it breaks: by id (`QE104`) and name.

    `environment` is where the HIT is to live, where that matters: `production`, `sandbox`, or None.
    """

    rule: str
    name: str
    requirement: Tree
    environment: str | None = None


def broken_requirements(rules: Iterable[str] | None = None) -> st.SearchStrategy[BrokenRequirement]:
    """Requirements each of which breaks one rule of the linter, and no other that is an error or a warning.

    Alone in a CreateHIT request, that is: `qualeval.lint([broken.requirement])` finds `broken.rule`, where the
    `environment` is said too. `rules` are the ids or names of those that may be broken; all that one requirement can
    break where it is left out, those that are warnings and information too.

    Shrinks to the breach that is made of the fewest choices.
    """
    chosen = tuple(RULES) if rules is None else among(_by_id_or_name(), rules, "rules", "a rule of one requirement")
    return st.sampled_from(tuple(dict.fromkeys(chosen))).flatmap(_broken)


def _broken(rule: str) -> st.SearchStrategy[BrokenRequirement]:
    name, make = RULES[rule]
    environment = {"QE501": "production", "QE502": "sandbox"}.get(rule)
    return make().map(lambda tree: BrokenRequirement(rule, name, tree, environment))


def _by_id_or_name() -> Mapping[str, str]:
    return {known: rule for rule, (name, _) in RULES.items() for known in (rule, name)}


# --- what is asked, mostly of discovery too, so that nothing else is to be said of it


_ALL = {"ActionsGuarded": "DiscoverPreviewAndAccept"}
_SCORES = st.integers(0, 100)
_HOLDERS = ("EqualTo", "GreaterThan", "GreaterThanOrEqualTo")


def _asks(type_ids: st.SearchStrategy[str] | str, comparators: Iterable[str], **others: Any) -> Trees:
    """Requirements of these parts; a part that is no strategy is as it is."""
    parts = {"QualificationTypeId": type_ids, "Comparator": st.sampled_from(tuple(comparators)), **_ALL, **others}
    said = {key: part if isinstance(part, st.SearchStrategy) else st.just(part) for key, part in parts.items()}
    return st.fixed_dictionaries(said)


def _one(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return values.map(lambda value: [value])


def _several(least: int) -> st.SearchStrategy[list[int]]:
    """Integers, each of them once."""
    return st.builds(lambda first, count: list(range(first, first + count)), _SCORES, st.integers(least, 5))


def _own(comparators: Iterable[str] = _HOLDERS, **others: Any) -> Trees:
    return _asks(own_type_ids(), comparators, **{"IntegerValues": _one(_SCORES), **others})


def _there(places: st.SearchStrategy[Any], comparators: Iterable[str] = ("EqualTo", "NotEqualTo")) -> Trees:
    return _asks(LOCALE, comparators, LocaleValues=_one(places))


def _us() -> st.SearchStrategy[Any]:
    return st.sampled_from(("US", "GB", "IN")).map(lambda code: {"Country": code})


def _written(place: Locale) -> Tree:
    return {"Country": place.country} | ({"Subdivision": place.subdivision} if place.subdivision else {})


def _without(tree: Tree, *keys: str) -> Tree:
    return {key: value for key, value in tree.items() if key not in keys}


# --- how it is written


def _unknown_key() -> Trees:
    names = st.sampled_from(("IntegerValue", "integerValues", "Integer_Values", "IntegersValues"))
    renamed = st.builds(lambda tree, name: {**_without(tree, "IntegerValues"), name: [1]}, _own(), names)
    said = st.sampled_from((("Required", True), ("Note", "ours"), ("ActionGuarded", "Accept"), ("LocaleValue", [])))
    more = st.builds(lambda tree, item: {**tree, item[0]: item[1]}, _own(), said)
    states = st.sampled_from(("State", "subdivision", "Region"))
    return renamed | more | _there(states.map(lambda key: {"Country": "US", key: "WA"}))


def _wrong_type() -> Trees:
    odd = st.one_of(_SCORES.map(str), st.booleans(), _SCORES.map(lambda score: score + 0.5), st.none())
    return st.one_of(
        _own(IntegerValues=_one(odd)),
        _own(IntegerValues=_SCORES | _SCORES.map(str) | st.none()),
        _there(st.sampled_from(("US", "GB", 1))),
        _own(RequiredToPreview=st.sampled_from(("true", 0))).map(lambda tree: _without(tree, "ActionsGuarded")),
    )


def _missing_key() -> Trees:
    return st.builds(_without, _own(), st.sampled_from(("QualificationTypeId", "Comparator"))) | _there(
        st.sampled_from(("CA", "WA")).map(lambda code: {"Subdivision": code})
    )


def _unknown_type_id() -> Trees:
    names = st.text("abcdefgh ", min_size=1, max_size=10).map("my {}".format)
    return _own(QualificationTypeId=names | st.sampled_from(("3-ABC", "3abc", "A" * 65, "")))


def _unknown_comparator() -> Trees:
    near = [change(each) for each in _HOLDERS for change in (" {}".format, "{} ".format, str.lower, str.upper)]
    return _own(("Equals", ">=", "AtLeast", "", *near))


def _comparator_not_for_type() -> Trees:
    orderings = ("LessThan", "LessThanOrEqualTo", "GreaterThan", "GreaterThanOrEqualTo")
    return _there(_us(), orderings)


def _wrong_number() -> Trees:
    return st.one_of(
        _own(("EqualTo", "GreaterThan"), IntegerValues=_several(2)),
        _own(("EqualTo", "In"), IntegerValues=st.just([])),
        _own(("EqualTo", "In")).map(lambda tree: _without(tree, "IntegerValues")),
        _asks(LOCALE, ("EqualTo", "NotEqualTo"), LocaleValues=_us().map(lambda place: [place, {"Country": "CA"}])),
    )


def _values_with_exists() -> Trees:
    return _own(("Exists", "DoesNotExist"), IntegerValues=_several(1))


def _too_many_values() -> Trees:
    integers = st.integers(MAX_INTEGERS + 1, 40).flatmap(lambda count: st.permutations(range(count)))
    codes = st.integers(MAX_LOCALES + 1, 60).map(lambda count: [{"Country": code} for code in _on_mturk()[:count]])
    return _own(("In",), IntegerValues=integers) | _asks(LOCALE, ("In", "NotIn"), LocaleValues=codes)


def _locales_on_integers() -> Trees:
    return _asks(own_type_ids(), ("EqualTo", "In"), LocaleValues=_one(_us()))


def _integers_on_locale() -> Trees:
    return _asks(LOCALE, ("EqualTo", "In", "NotEqualTo"), IntegerValues=_one(_SCORES))


def _duplicates() -> Trees:
    scores = st.permutations(range(10)).flatmap(_one_twice)
    places = st.permutations([{"Country": code} for code in ("US", "CA", "GB", "IN")]).flatmap(_one_twice)
    return _own(("In",), IntegerValues=scores) | _asks(LOCALE, ("In", "NotIn"), LocaleValues=places)


def _one_twice(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    """Some of these values, of which one stands twice."""
    ends = st.tuples(st.integers(1, len(values)), st.integers(0, len(values) - 1))
    return ends.map(lambda ends: [*values[: ends[0]], values[min(ends[1], ends[0] - 1)]])


# --- values and types


def _out_of_range() -> Trees:
    return _own(IntegerValues=_one(st.integers(GREATEST + 1, 2**40) | st.integers(-(2**40), LEAST - 1)))


def _outside_universe() -> Trees:
    """Beside a value that the type has, so that somebody meets it."""
    rates = st.tuples(st.integers(0, 99), st.integers(101, 1000)).map(list)
    counts = st.tuples(st.integers(0, 5000), st.integers(-1000, -1)).map(list)
    return _asks(PERCENT_APPROVED, ("In",), IntegerValues=rates) | _asks(
        NUMBER_HITS_APPROVED, ("In",), IntegerValues=counts
    )


def _by_name() -> Trees:
    return _there(_us()).map(lambda tree: {**tree, "QualificationTypeId": "Worker_Locale"}) | _asks(
        "Worker_NumberHITsApproved", ("GreaterThan", "EqualTo"), IntegerValues=_one(_SCORES)
    )


def _unknown_country() -> Trees:
    return _there(st.sampled_from(("UK", "USA", "us", "XX", "England", "")).map(lambda code: {"Country": code}))


def _not_on_mturk() -> Trees:
    odd = sorted({"BL", "BQ", "CW", "MF"} | (withdrawn_country_codes() - {"AN", "CS"}))
    return _there(st.sampled_from(odd).map(lambda code: {"Country": code}))


@cache
def _on_mturk() -> list[str]:
    return sorted(country_codes() - withdrawn_country_codes() - {"BL", "BQ", "CW", "MF"})


def _unknown_subdivision() -> Trees:
    pairs = [first + second for first in ascii_uppercase for second in ascii_uppercase]
    codes = st.sampled_from([code for code in pairs if code not in subdivision_codes("US")])
    return _there(codes.map(lambda code: {"Country": "US", "Subdivision": code}))


def _subdivision_with_country() -> Trees:
    codes = st.sampled_from(sorted(subdivision_codes("US")))
    return _there(codes.map(lambda code: {"Country": "US", "Subdivision": f"US-{code}"}))


def _subdivision_outside_us() -> Trees:
    countries = st.sampled_from([code for code in _on_mturk() if code != "US" and subdivision_codes(code)])
    places = countries.flatmap(lambda code: st.sampled_from(places_in(code)[1:-1]))
    return _there(places.map(_written))


# --- guards


def _guarded(*guards: Tree) -> Trees:
    return st.builds(lambda tree, guard: _without(tree, *_ALL) | guard, _own(), st.sampled_from(guards))


def _unknown_guard() -> Trees:
    said = ("Preview", "accept", "PreviewAndAcept", "All", "", " Accept")
    return _guarded(*({"ActionsGuarded": each} for each in said))


def _contradiction() -> Trees:
    return _guarded({"ActionsGuarded": "Accept", "RequiredToPreview": True})


def _both_guards() -> Trees:
    all_three = "DiscoverPreviewAndAccept"
    pairs = [("Accept", False), *((each, flag) for each in ("PreviewAndAccept", all_three) for flag in (False, True))]
    return _guarded(*({"ActionsGuarded": guard, "RequiredToPreview": flag} for guard, flag in pairs))


def _deprecated_guard() -> Trees:
    return _guarded({"RequiredToPreview": True}, {"RequiredToPreview": False})


def _visible_in_vain() -> Trees:
    return _guarded({"ActionsGuarded": "Accept"}, {"ActionsGuarded": "PreviewAndAccept"}, {})


# --- meaning


def _unsatisfiable() -> Trees:
    return st.one_of(
        _asks(PERCENT_APPROVED, ("GreaterThan",), IntegerValues=[100]),
        _asks(st.sampled_from((PERCENT_APPROVED, NUMBER_HITS_APPROVED)), ("LessThan",), IntegerValues=[0]),
        _asks(st.sampled_from((PERCENT_APPROVED, NUMBER_HITS_APPROVED)), ("DoesNotExist",)),
    )


def _always_met() -> Trees:
    both = st.sampled_from((NUMBER_HITS_APPROVED, PERCENT_APPROVED))
    return st.one_of(
        _asks(both, ("GreaterThanOrEqualTo",), IntegerValues=[0]),
        _asks(PERCENT_APPROVED, ("LessThanOrEqualTo",), IntegerValues=[100]),
        _asks(both, ("Exists",)),
    )


def _rate_without_count() -> Trees:
    return _asks(PERCENT_APPROVED, ("GreaterThan", "GreaterThanOrEqualTo"), IntegerValues=_one(st.integers(1, 99)))


def _blocklist() -> Trees:
    return _own(("LessThan", "LessThanOrEqualTo", "NotEqualTo", "NotIn"))


def _adult_comparator() -> Trees:
    asked = (("NotEqualTo", 0), ("GreaterThan", 0), ("GreaterThanOrEqualTo", 1), ("In", 1), ("EqualTo", 0))
    return st.one_of([_asks(ADULT, (each,), IntegerValues=[value]) for each, value in asked])


def _adult_guard() -> Trees:
    asked = _asks(ADULT, ("EqualTo",), IntegerValues=[1])
    return asked.map(lambda tree: _without(tree, *_ALL)) | asked.map(lambda tree: {**tree, "ActionsGuarded": "Accept"})


def _masters_of(type_id: str) -> Callable[[], Trees]:
    return lambda: _asks(type_id, ("Exists", "DoesNotExist"))


def _retired() -> Trees:
    ids = ("00000000000000000000", "00000000000000000070", "000000000000000000E0", "000000000000000000S0")
    return _asks(st.sampled_from(ids), (*_HOLDERS, "LessThan"), IntegerValues=_one(_SCORES))


def _masters_with_value() -> Trees:
    return _asks(MASTERS, _HOLDERS, IntegerValues=_one(_SCORES))


RULES: Mapping[str, tuple[str, Callable[[], Trees]]] = {
    "QE007": ("unknown-key", _unknown_key),
    "QE008": ("wrong-type", _wrong_type),
    "QE009": ("missing-key", _missing_key),
    "QE101": ("unknown-type-id", _unknown_type_id),
    "QE102": ("unknown-comparator", _unknown_comparator),
    "QE103": ("comparator-not-for-type", _comparator_not_for_type),
    "QE104": ("wrong-number-of-values", _wrong_number),
    "QE105": ("values-with-exists", _values_with_exists),
    "QE106": ("too-many-values", _too_many_values),
    "QE107": ("locales-on-integer-type", _locales_on_integers),
    "QE108": ("integers-on-locale", _integers_on_locale),
    "QE109": ("duplicate-values", _duplicates),
    "QE110": ("integer-out-of-range", _out_of_range),
    "QE111": ("value-outside-universe", _outside_universe),
    "QE112": ("type-by-name", _by_name),
    "QE201": ("unknown-country", _unknown_country),
    "QE202": ("country-not-on-mturk", _not_on_mturk),
    "QE203": ("unknown-subdivision", _unknown_subdivision),
    "QE204": ("subdivision-with-country", _subdivision_with_country),
    "QE205": ("subdivision-outside-us", _subdivision_outside_us),
    "QE301": ("unknown-guard", _unknown_guard),
    "QE302": ("contradictory-guards", _contradiction),
    "QE303": ("both-guards", _both_guards),
    "QE304": ("deprecated-guard", _deprecated_guard),
    "QE401": ("unsatisfiable", _unsatisfiable),
    "QE402": ("always-met", _always_met),
    "QE405": ("rate-without-count", _rate_without_count),
    "QE406": ("blocklist-by-value", _blocklist),
    "QE407": ("adult-comparator", _adult_comparator),
    "QE408": ("adult-guard", _adult_guard),
    "QE409": ("visible-in-vain", _visible_in_vain),
    "QE501": ("sandbox-masters", _masters_of(MASTERS_SANDBOX)),
    "QE502": ("production-masters", _masters_of(MASTERS)),
    "QE503": ("retired-type", _retired),
    "QE504": ("masters-with-value", _masters_with_value),
}
"""By id, the name of each rule that one requirement can break, and what breaks it."""
