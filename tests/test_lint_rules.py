"""The rules of the linter: each is broken by its example, not by the neighbour, and says so in good words."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import qualeval as qe
from qualeval.linting.catalogue import BY_ID, BY_NAME, CATALOGUE, Severity
from qualeval.linting.examples import EXAMPLES
from qualeval.linting.findings import Finding
from qualeval.linting.lint import rules_named
from qualeval.model.qualification_types import TypeNames
from qualeval.values.locale import country_codes

PACKAGE = Path(qe.__file__).parent
IDS = [rule.id for rule in CATALOGUE]


def found_in(rule: str, tree: object) -> list[Finding]:
    """The findings in one half of a rule's example, as a file."""
    example = EXAMPLES[rule]
    text = tree if isinstance(tree, str) else json.dumps(tree)
    only = qe.parse_hit(list(example.only)).requirements if example.only else ()
    return qe.lint(io.StringIO(text), environment=example.environment, only=only or None)


def test_every_rule_has_an_example() -> None:
    """No rule goes without a failing input and a passing neighbour, and no example without a rule."""
    assert list(EXAMPLES) == IDS


def test_what_is_refused_is_an_error() -> None:
    """Errors are what the service refuses, what nobody can take, and what the house forbids; names are read."""
    errors = {rule.id for rule in CATALOGUE if rule.severity is Severity.ERROR}
    refused = {rule.id for rule in CATALOGUE if rule.is_refused}

    assert refused - errors == {"QE112"}
    assert errors - refused == {"QE401", "QE901"}


def test_ids_and_names_are_one_to_one() -> None:
    """An id or a name stands for one rule."""
    assert len(BY_ID) == len(BY_NAME) == len(CATALOGUE)
    assert sorted(IDS) == IDS


@pytest.mark.parametrize("rule", IDS)
def test_example_breaks_its_rule_and_nothing_else(rule: str) -> None:
    """The failing input has this one finding, save for information and for what follows from it."""
    found = found_in(rule, EXAMPLES[rule].bad)

    assert [each.rule for each in found if each.rule == rule] == [rule]
    assert {each.rule for each in found if each.severity is not Severity.INFO} - {rule} <= FOLLOWS.get(rule, set())


@pytest.mark.parametrize("rule", IDS)
def test_neighbour_keeps_every_rule(rule: str) -> None:
    """The passing input is clean, save for information; of its own rule there is nothing in it."""
    found = found_in(rule, EXAMPLES[rule].good)

    assert [each.rule for each in found if each.rule == rule] == []
    assert [str(each) for each in found if each.severity is not Severity.INFO] == []


FOLLOWS: Mapping[str, set[str]] = {"QE111": {"QE402"}}
"""What else is wrong with a failing input, since it follows."""

MESSAGES: Mapping[str, str] = {
    "QE001": "not JSON: expected a value, got `,`",
    "QE002": (
        "this is a worker profile, expected a HIT; give the HIT here, and the worker where a worker is "
        "expected"
    ),
    "QE003": (
        "QualificationRequirements: the HIT has no requirements; if that is meant, ignore this; else list"
        " the requirements"
    ),
    "QE004": (
        "HITTypeId: a request that names a HITTypeId has no requirements of its own: those of the HIT "
        "type count; give the CreateHITType request, or the HIT as GetHIT returns it"
    ),
    "QE005": (
        "QualificationRequirement: unknown key `QualificationRequirement`, and no "
        "QualificationRequirements; did you mean `QualificationRequirements`?"
    ),
    "QE006": (
        "requirement 10: got 11 requirements, expected 10 at most; join requirements on one type, or move"
        " a choice into a qualification of your own"
    ),
    "QE007": (
        "requirement 0: IntegerValue: unknown key `IntegerValue` in a requirement; did you mean "
        "`IntegerValues`?"
    ),
    "QE008": "requirement 0: IntegerValues[0]: expected an integer, got the text `1`; write `1` without quotes",
    "QE009": "requirement 0: `Comparator` is missing; add the key",
    "QE010": (
        "HITTypeId: a request that names a HITTypeId has no requirements of its own: those of the HIT "
        "type count; give the CreateHITType request, or the HIT as GetHIT returns it"
    ),
    "QE101": (
        "requirement 0: QualificationTypeId: unknown qualification type `Italian`; names of your own go "
        "into [tool.qualeval.types]"
    ),
    "QE102": "requirement 0: Comparator: unknown comparator ` EqualTo`; did you mean `EqualTo`?",
    "QE103": (
        "requirement 0: Comparator: `GreaterThan` does not compare locales; use EqualTo, NotEqualTo, In "
        "or NotIn"
    ),
    "QE104": "requirement 0: LocaleValues: `EqualTo` takes exactly one value, got 2; for a list use `In`",
    "QE105": "requirement 0: IntegerValues: `Exists` takes no values, got 1; leave the values out",
    "QE106": (
        "requirement 0: IntegerValues[15]: got 16 values, expected 15 at most; use a range (two "
        "requirements), whole countries, or a qualification of your own"
    ),
    "QE107": (
        "requirement 0: LocaleValues: `3SCORE` is compared with integers, got locales; use IntegerValues,"
        " or the type id of Worker_Locale, 00000000000000000071"
    ),
    "QE108": (
        "requirement 0: IntegerValues: Worker_Locale is compared with locales, got integers; use "
        "LocaleValues"
    ),
    "QE109": "requirement 0: LocaleValues[2]: `US` stands twice in the list; leave one of them out",
    "QE110": (
        "requirement 0: IntegerValues[0]: `2147483648` is outside of 32 bits; write a value between "
        "-2147483648 and 2147483647"
    ),
    "QE111": (
        "requirement 0: IntegerValues[0]: Worker_PercentAssignmentsApproved is never `101`; it lies "
        "within 0..100"
    ),
    "QE112": (
        "requirement 0: QualificationTypeId: `Worker_Locale` is a name, and the service takes ids alone; "
        "write 00000000000000000071, or send `hit.to_mturk()`"
    ),
    "QE201": "requirement 0: LocaleValues[0].Country: unknown country `UK`; did you mean `GB`?",
    "QE202": (
        "requirement 0: LocaleValues[1].Country: `CW` is not in Mechanical Turk's own list of countries; "
        "try it in the sandbox, or name the country that those workers register with"
    ),
    "QE203": (
        "requirement 0: LocaleValues[0].Subdivision: unknown subdivision `XX` of US; expected a code of "
        "ISO 3166-2 without its country, such as `WA` of US, or `ZZ` in a worker profile"
    ),
    "QE204": (
        "requirement 0: LocaleValues[0].Subdivision: unknown subdivision `US-WA` of US; did you mean "
        "`WA`?"
    ),
    "QE205": (
        "requirement 0: LocaleValues[0].Subdivision: `CA-ON` is a subdivision outside the United States; "
        "name the country alone, `CA`"
    ),
    "QE301": "requirement 0: ActionsGuarded: unknown guard `Preview`; did you mean `PreviewAndAccept`?",
    "QE302": (
        "requirement 0: RequiredToPreview: `RequiredToPreview: true` contradicts `ActionsGuarded: "
        "Accept`; leave RequiredToPreview out, and say in ActionsGuarded what is meant"
    ),
    "QE303": (
        "requirement 0: RequiredToPreview: `RequiredToPreview: false` beside `ActionsGuarded: Accept`; "
        "leave RequiredToPreview out"
    ),
    "QE304": (
        "requirement 0: RequiredToPreview: `RequiredToPreview: true` is deprecated; write "
        "`ActionsGuarded: PreviewAndAccept`"
    ),
    "QE401": (
        "requirement 1: nobody can accept it: the requirements 0 and 1 on 3SCORE contradict each other; "
        "change or drop one of them"
    ),
    "QE402": (
        "requirement 0: every worker meets it, whatever their NumberHITsApproved; drop it, or correct its"
        " value"
    ),
    "QE403": "requirement 1: it repeats requirement 0; drop it",
    "QE404": (
        "requirement 0: it changes nothing: requirement 1 implies it; drop it, or correct its value or "
        "guard"
    ),
    "QE405": (
        "requirement 0: a worker who has submitted fewer than 100 assignments has the rate 100: novices "
        "are let in; add Worker_NumberHITsApproved GreaterThan 100"
    ),
    "QE406": (
        "requirement 0: `LessThan 1` on 3BLOCK shuts out everyone who lacks it; use DoesNotExist; if "
        "holders with a low value are meant, add GreaterThanOrEqualTo 0"
    ),
    "QE407": (
        "requirement 0: Comparator: Worker_Adult is compared with `NotEqualTo 0`, expected `EqualTo 1`; "
        "write Worker_Adult EqualTo 1"
    ),
    "QE408": (
        "requirement 0: Worker_Adult guards accept alone, so that everybody sees the content in the "
        "preview; guard PreviewAndAccept or DiscoverPreviewAndAccept"
    ),
    "QE409": (
        "QualificationRequirements: requirement 0 does not guard discovery: who cannot meet it sees it "
        "all the same; if that is not meant, guard DiscoverPreviewAndAccept"
    ),
    "QE501": (
        "requirement 0: QualificationTypeId: `2ARFPLSP75KLA8M8DH1HTEQVJT3SY6` does not exist in "
        "production; write 2F1QJWKUDD8XADTFD2Q0G6UTO95ALH"
    ),
    "QE502": (
        "requirement 0: QualificationTypeId: `2F1QJWKUDD8XADTFD2Q0G6UTO95ALH` is production's, and the "
        "sandbox has its own; write 2ARFPLSP75KLA8M8DH1HTEQVJT3SY6"
    ),
    "QE503": (
        "requirement 0: QualificationTypeId: `000000000000000000S0` is Worker_PercentAssignmentsRejected,"
        " which has retired; leave it out; of the rates, Worker_PercentAssignmentsApproved is left"
    ),
    "QE504": (
        "requirement 0: Comparator: `EqualTo 1` compares Masters with a value, and it has none; write "
        "Masters Exists"
    ),
    "QE901": (
        "QualificationRequirements: workers may accept it who do not meet `Worker_Locale EqualTo US`, "
        "such as one with Worker_Locale in CA; add the requirement that is named"
    ),
}
"""What is said of every failing input."""


@pytest.mark.parametrize("rule", IDS)
def test_message(rule: str) -> None:
    """The message names the place, what was got, what was expected, and the mend."""
    (found,) = [each for each in found_in(rule, EXAMPLES[rule].bad) if each.rule == rule]

    assert MESSAGES[rule] == str(found.problem)


def test_every_code_of_the_reader_is_a_rule() -> None:
    """The strict reader's problems with HITs have codes, and each is the name of a rule."""
    sources = [*PACKAGE.glob("sources/*.py"), *PACKAGE.glob("model/*.py"), *PACKAGE.glob("values/*.py")]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    codes = set(re.findall(r'code(?: =|=)"([a-z-]+)"', text)) | {"unknown-comparator", "unknown-guard", "wrong-type"}

    assert len(codes) > 15
    assert codes <= BY_NAME.keys()


# --- beyond the examples


def rules(tree: object, **options: Any) -> list[str]:
    """The ids of the findings that are not for information."""
    return [each.rule for each in qe.lint(tree, **options) if each.severity is not Severity.INFO]  # type: ignore[arg-type]


def asks(type_id: str, comparator: str, **others: Any) -> list[dict[str, Any]]:
    """A list of one requirement."""
    return [{"QualificationTypeId": type_id, "Comparator": comparator, **others}]


def placed(*codes: Any, comparator: str = "In") -> list[dict[str, Any]]:
    """A requirement on Worker_Locale."""
    return asks(qe.LOCALE, comparator, LocaleValues=[{"Country": code} for code in codes])


@pytest.mark.parametrize(
    ("code", "meant"), [("UK", "GB"), ("USA", "US"), ("us", "US"), (" US", "US"), ("England", "GB"), ("Germany", "DE")]
)
def test_country_that_was_meant(code: str, meant: str) -> None:
    """Codes copied from published examples are told with the right one, which is also the fix."""
    (found,) = qe.lint(placed(code), select=["unknown-country"])

    assert found.help == f"did you mean `{meant}`?"
    assert found.fix is not None
    assert [getattr(edit, "value", None) for edit in found.fix.edits] == [meant]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Congo", ["CG", "CD"]), ("congo ", ["CG", "CD"]), ("Korea", ["KR", "KP"]), ("Guinea", ["GN", "GW", "GQ"]),
        ("Samoa", ["WS", "AS"]), ("Virgin Islands", ["VI", "VG"]), ("Saint Martin", ["MF", "SX"]), ("EN", ["GB"]),
    ],
)  # fmt: skip
def test_names_of_several_countries_are_not_fixed(name: str, codes: list[str]) -> None:
    """Another country would let in and shut out other workers, so its author has to say which is meant."""
    (found,) = qe.lint(placed(name), select=["unknown-country"])

    assert found.help == f"did you mean {' or '.join(f'`{code}`' for code in codes)}?"
    assert found.fix is None
    assert set(codes) <= country_codes()


def test_names_of_several_subdivisions_are_not_fixed() -> None:
    """Maputo is a city and a province; Sofala is one thing."""

    def of(name: str) -> Finding:
        listed = asks(qe.LOCALE, "In", LocaleValues=[{"Country": "MZ", "Subdivision": name}])
        (found,) = qe.lint(listed, select=["unknown-subdivision"])
        return found

    assert (of("Maputo").help, of("Maputo").fix) == ("did you mean `L` or `MPM`?", None)
    assert of("Sofala").help == "did you mean `S`?"
    assert of("Sofala").fix is not None


@pytest.mark.parametrize("comparator", ["Equals", " EqualTo", "EqualTo ", "equalto", "==", "GreaterThen"])
def test_comparators_that_people_copy(comparator: str) -> None:
    """A misspelt comparator is one finding, with the nearest right one."""
    (found,) = qe.lint(asks("3SCORE", comparator, IntegerValues=[1]), select=["QE1"])

    assert found.rule == "QE102"
    assert "did you mean" in found.help


@pytest.mark.parametrize(
    ("key", "right"),
    [("LocaleValue", "LocaleValues"), ("IntegerValue", "IntegerValues"), ("ActionGuarded", "ActionsGuarded")],
)
def test_keys_that_mturk_does_not_have(key: str, right: str) -> None:
    """Keys of older interfaces are named with the right one; nothing else is said of the values under them."""
    (found,) = qe.lint(asks("3SCORE", "Exists", **{key: [1]}), select=["QE007", "QE104"])

    assert f"did you mean `{right}`?" == found.help


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("NotRequiredToPreview", True), ("RequiredToAccept", True), ("RequiredToDiscover", True),
        ("requiredToAccept", True), ("ActionsNotGuarded", "Accept"), ("ActionsUnguarded", "Accept"),
        ("Values", [1]), ("values", [1]), ("Value", 1),
    ],
)  # fmt: skip
def test_keys_that_say_another_thing(key: str, value: object) -> None:
    """A key that is near by its letters alone is not suggested: it could say the opposite, or another type's values."""
    (found,) = qe.lint(asks("3SCORE", "Exists", **{key: value}), select=["QE007"])

    assert found.help.startswith("known are `QualificationTypeId`, ")
    assert found.fix is None


@pytest.mark.parametrize(
    ("key", "right"),
    [
        ("QualificationType", "QualificationTypeId"), ("qualification_type_ID", "QualificationTypeId"),
        ("Locales", "LocaleValues"), ("Integers", "IntegerValues"), ("localevalue", "LocaleValues"),
        ("Guarded", "ActionsGuarded"), ("ActionGuard", "ActionsGuarded"), ("requiredToPreviev", "RequiredToPreview"),
    ],
)  # fmt: skip
def test_keys_that_say_the_same(key: str, right: str) -> None:
    """A part of a key's words that no other key has, and slips of the pen."""
    found = qe.lint(asks("3SCORE", "Exists", **{key: [1]}), select=["QE007"])

    assert f"did you mean `{right}`?" in [each.help for each in found]


@pytest.mark.parametrize("comparator", ["Exists", "DoesNotExist", "GreaterThan", "LessThanOrEqualTo"])
def test_comparators_of_locales(comparator: str) -> None:
    """Worker_Locale takes EqualTo, NotEqualTo, In and NotIn alone, also where the meaning would be plain."""
    found = qe.lint(asks(qe.LOCALE, comparator), select=["comparator-not-for-type"])

    assert [each.message for each in found] == [f"`{comparator}` does not compare locales"]


def test_every_locale_of_a_list_is_looked_at() -> None:
    """One that the reader refuses hides none of the others."""
    tree = placed("UK", "CW", "SU", "AN", "US", "US")

    assert sorted(rules(tree)) == ["QE109", "QE201", "QE202", "QE202"]


def test_a_locale_that_stands_in_no_list_is_looked_at() -> None:
    """That the list is missing hides nothing in it, and what has one right answer is mended."""
    found = qe.lint(asks(qe.LOCALE, "EqualTo", LocaleValues={"Country": "UK"}), select=["QE0", "QE1", "QE2"])

    assert [(each.rule, each.place) for each in found] == [
        ("QE008", "requirement 0: LocaleValues"), ("QE201", "requirement 0: LocaleValues.Country"),
    ]  # fmt: skip
    assert found[1].fix is not None


def test_reads_may_say_required_to_preview() -> None:
    """A fetched HIT returns both guard fields, and that is no mistake."""
    both = asks("3SCORE", "Exists", ActionsGuarded="Accept", RequiredToPreview=False)

    assert rules({"QualificationRequirements": both}) == ["QE303"]
    assert rules({"HITId": "3HIT", "QualificationRequirements": both}) == []
    assert rules({"HIT": {"QualificationRequirements": both}}) == []


def test_guards_of_a_fetched_hit_may_still_contradict_each_other() -> None:
    """True beside Accept is a finding wherever it stands, in a request the only one."""
    both = asks("3SCORE", "Exists", ActionsGuarded="Accept", RequiredToPreview=True)

    assert ["QE302"] == rules({"HITId": "3HIT", "QualificationRequirements": both}) == rules(both)


@pytest.mark.parametrize("comparator", ["LessThan", "LessThanOrEqualTo", "NotEqualTo", "NotIn"])
def test_blocklists(comparator: str) -> None:
    """Whatever is met by holders alone shuts out everyone who is not on the list, unless holders are asked for."""
    tree = asks("3BLOCK", comparator, IntegerValues=[1])
    from_zero = asks("3BLOCK", "GreaterThanOrEqualTo", IntegerValues=[0])

    assert rules(tree) == ["QE406"]
    assert "QE406" not in rules([*tree, *from_zero])
    assert "QE406" not in rules(asks(qe.NUMBER_HITS_APPROVED, comparator, IntegerValues=[1]))


@pytest.mark.parametrize(("count", "is_told"), [(0, True), (50, True), (99, False), (100, False), (1000, False)])
def test_novices(count: int, is_told: bool) -> None:
    """A hundred approved HITs are enough for a rate of the worker's own; fewer are not."""
    rate = asks(qe.PERCENT_APPROVED, "GreaterThan", IntegerValues=[95])
    enough = asks(qe.NUMBER_HITS_APPROVED, "GreaterThan", IntegerValues=[count])

    assert is_told == ("QE405" in rules([*rate, *enough]))


def test_low_rates_do_not_admit_novices() -> None:
    """Whoever is asked for a rate below 90 is no novice, whose rate is 100."""
    assert rules(asks(qe.PERCENT_APPROVED, "LessThan", IntegerValues=[90])) == []


def test_masters_of_the_wrong_environment() -> None:
    """Without an environment either is right."""
    for type_id in (qe.MASTERS, qe.MASTERS_SANDBOX):
        assert rules(asks(type_id, "Exists")) == []
    assert rules(asks(qe.MASTERS_SANDBOX, "Exists"), environment="production") == ["QE501"]
    assert rules(asks(qe.MASTERS_SANDBOX, "Exists"), environment="sandbox") == []


def test_own_names_that_look_like_ids_are_names() -> None:
    """The service knows no `STUDY1`, though it could be an id."""
    (found,) = qe.lint(asks("STUDY1", "Exists"), names=TypeNames({"STUDY1": "3ABC"}), select=["type-by-name"])

    assert found.message == "`STUDY1` is a name, and the service takes ids alone"
    assert found.fix is not None
    assert [getattr(edit, "value", None) for edit in found.fix.edits] == ["3ABC"]


@pytest.mark.parametrize("key", ["ActionGuarded", "actionsguarded", "ActionsGuard", "RequireToPreview"])
@pytest.mark.parametrize("guard", [{}, {"ActionsGuarded": "Accept"}])
@pytest.mark.parametrize("older", [{}, {"RequiredToPreview": True}, {"RequiredToPreview": False}])
def test_nothing_is_advised_of_guards_while_one_is_misspelt(key: str, guard: Any, older: Any) -> None:
    """To remove or rename the other field would change what is guarded, and what guards adult content is not known."""
    tree = asks(qe.ADULT, "EqualTo", IntegerValues=[1], **{key: "PreviewAndAccept"}, **guard, **older)

    assert rules(tree) == ["QE007"]


@pytest.mark.parametrize("value", [None, "Preview", 3])
def test_nothing_is_advised_of_guards_while_one_has_no_sense(value: Any) -> None:
    """The same where a field has a value that says nothing."""
    tree = asks(qe.ADULT, "EqualTo", IntegerValues=[1], ActionsGuarded=value, RequiredToPreview=True)

    assert set(rules(tree)) <= {"QE008", "QE301"}


def test_misspelt_keys_are_mended_where_one_right_key_is_left() -> None:
    """A singular stands for the plural if it holds a list; not beside the right key, nor beside another wrong one."""
    singular = {"IntegerValue": [1]}

    assert fixed(asks("3SCORE", "EqualTo", **singular)) == ["IntegerValues"]
    assert fixed(asks(qe.LOCALE, "EqualTo", LocaleValue=[{"Country": "US"}])) == ["LocaleValues"]
    assert fixed(asks("3SCORE", "EqualTo", integer_values=[1])) == ["IntegerValues"]
    assert fixed(asks("3SCORE", "EqualTo", IntegerValue=1)) == []
    assert fixed(asks("3SCORE", "EqualTo", IntegerValues=[1], **singular)) == []
    assert fixed(asks("3SCORE", "EqualTo", integervalues=[2], **singular)) == []
    assert fixed(asks("3SCORE", "Exists", ActionGuarded="Accept")) == []


def fixed(tree: object) -> list[str]:
    """The names that the fixes of unknown keys give."""
    fixes = [each.fix for each in qe.lint(tree, select=["unknown-key"]) if each.fix]  # type: ignore[arg-type]
    return [getattr(edit, "name", "") for fix in fixes for edit in fix.edits]


@pytest.mark.parametrize("code", ["EN", "en"])
def test_a_language_is_no_country(code: str) -> None:
    """`EN` may be GB, and nobody writes it there for the author."""
    (found,) = qe.lint(placed(code), select=["unknown-country"])

    assert (found.help, found.fix) == ("did you mean `GB`?", None)


def test_hit_types_beside_requirements_are_refused() -> None:
    """The client knows no operation that takes both; an empty list says nothing."""
    assert rules({"HITTypeId": "3TYPE", "QualificationRequirements": asks("3SCORE", "Exists")}) == ["QE004"]
    assert [each.rule for each in qe.lint({"HITTypeId": "3TYPE", "QualificationRequirements": []})] == ["QE010"]


def test_what_asks_whether_there_is_a_locale_is_told_once() -> None:
    """That it says nothing, or nobody meets it, follows."""
    assert rules(asks(qe.LOCALE, "Exists") * 2) == ["QE103", "QE103"]
    assert rules(asks(qe.LOCALE, "DoesNotExist")) == ["QE103"]


def test_one_value_of_each_kind_is_no_list() -> None:
    """`In` would not take both either."""
    both: dict[str, Any] = {"IntegerValues": [1], "LocaleValues": [{"Country": "US"}]}

    assert rules(asks("3SCORE", "EqualTo", **both)) == ["QE107"]
    assert rules(asks(qe.LOCALE, "EqualTo", **both)) == ["QE108"]
    assert rules(asks("3SCORE", "EqualTo", **{**both, "IntegerValues": [1, 2]})) == ["QE104", "QE107"]


def test_many_conflicts_on_one_type_hide_no_other_finding() -> None:
    """Ten are told a type, and what else there is."""
    above = [each for n in range(4) for each in asks("3A", "GreaterThan", IntegerValues=[90 + n])]
    below = [each for n in range(4) for each in asks("3A", "LessThan", IntegerValues=[10 + n])]
    other = asks("3B", "Exists") + asks("3B", "DoesNotExist")
    always = asks(qe.NUMBER_HITS_APPROVED, "GreaterThanOrEqualTo", IntegerValues=[0])
    found = qe.lint([*above, *below, *other, *always], select=["QE401", "QE402"])

    assert sum("on 3A contradict" in each.message for each in found) == 10
    assert sum("on 3B contradict" in each.message for each in found) == 1
    assert [each.requirement for each in found if each.rule == "QE402"] == [10]


def test_unknown_environment_is_refused() -> None:
    """A misspelt environment would check nothing."""
    with pytest.raises(qe.InvalidInput, match="unknown environment `prod`; expected `production` or `sandbox`"):
        qe.lint([], environment="prod")  # type: ignore[arg-type]


def test_conflicts_are_told_once_each_with_their_places() -> None:
    """Places are those in the HIT, also where a requirement between them cannot be read."""
    over = asks(qe.PERCENT_APPROVED, "GreaterThan", IntegerValues=[98])
    under = asks(qe.PERCENT_APPROVED, "LessThan", IntegerValues=[95])
    found = [each for each in qe.lint([*over, {"nonsense": 1}, *under]) if each.rule == "QE401"]

    assert [each.requirement for each in found] == [2]
    assert "the requirements 0 and 2 on PercentAssignmentsApproved contradict each other" in found[0].message


def test_of_duplicates_only_the_later_one_is_told() -> None:
    """Whoever follows all advice at once does not remove both."""
    tree = asks("3DONE", "DoesNotExist") * 3
    found = qe.lint(tree, select=["QE4"], ignore=["QE409"])

    assert [(each.rule, each.requirement) for each in found] == [("QE403", 1), ("QE403", 2)]


def test_lint_knows_where_it_stands_in_json_lines_and_yaml() -> None:
    """Line and column are those of the file, whichever document a finding is in."""
    lines = "\n".join(json.dumps({"HITId": f"3HIT{n}", "QualificationRequirements": placed("UK")}) for n in range(2))
    yaml = "- QualificationTypeId: 3SCORE\n  Comparator: Exist\n"

    assert [each.line for each in qe.lint(io.StringIO(lines), select=["QE2"])] == [1, 2]
    assert [(each.line, each.column) for each in qe.lint(io.StringIO(yaml), select=["QE102"])] == [(2, 15)]


_COMMENT = "not JSON: a comment, which JSON does not have"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"QualificationTypeId": "3A", "Comparator": "Exist"},]', "not JSON: a comma before the closing bracket"),
        ('# all\n[{"QualificationTypeId": "3A", "Comparator": "Exist"}]', _COMMENT),
        ("- QualificationTypeId: 3A\n  Comparator: Exist\n", "not JSON: expected a value, got `-`"),
    ],
)
def test_what_is_called_json_is_json(text: str, message: str, tmp_path: Path) -> None:
    """YAML in it is linted, and told: other programs go by the name. Elsewhere the content alone counts."""
    for name, is_told in (("hit.json", True), ("hit.JSONL", True), ("hit.yaml", False), ("hit", False)):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        found = qe.lint(path, select=["QE0", "QE1"])

        assert [each.message for each in found if each.rule == "QE001"] == [message] * is_told
        assert "QE102" in {each.rule for each in found}
    assert [each.rule for each in qe.lint(io.StringIO(text), select=["QE0", "QE1"])] == ["QE102"]


def test_json_lines_are_called_jsonl(tmp_path: Path) -> None:
    """A `*.json` of several values other programs refuse; as `*.jsonl` or anything else they are right."""
    for name, told in (("hits.json", ["QE001"]), ("hits.jsonl", []), ("hits.ndjson", [])):
        path = tmp_path / name
        path.write_text('{"HITId": "3A"}\n{"HITId": "3B"}\n', "utf-8")

        assert [each.rule for each in qe.lint(path)] == told
    (found,) = qe.lint(tmp_path / "hits.json")
    assert (found.line, found.message) == (2, "not JSON: `{` follows the end of the value")


def test_selecting_rules() -> None:
    """Rules are named by id, by the beginning of an id, or by name; a name that is none is refused with the nearest."""
    tree = placed("UK", "UK")

    assert {"QE201"} == {each.rule for each in qe.lint(tree, select=["QE2"])}
    assert {"QE201"} == {each.rule for each in qe.lint(tree, select=["unknown-country"])}
    assert "QE201" not in {each.rule for each in qe.lint(tree, ignore=["QE201"])}
    assert rules_named(["QE40"]) == {"QE401", "QE402", "QE403", "QE404", "QE405", "QE406", "QE407", "QE408", "QE409"}
    with pytest.raises(qe.InvalidInput, match="no rule `unknown-contry`; did you mean `unknown-country`"):
        qe.lint(tree, select=["unknown-contry"])


def test_house_rules_are_proved() -> None:
    """A HIT that implies the house's requirement keeps it, however it is written."""
    only = qe.parse_hit(placed("US", comparator="EqualTo")).requirements

    assert rules(placed("US", "CA"), only=only) == ["QE901"]
    assert rules(placed("US", comparator="EqualTo"), only=only) == []
    california = asks(qe.LOCALE, "EqualTo", LocaleValues=[{"Country": "US", "Subdivision": "CA"}])
    assert rules(california, only=only) == []


US_ONLY = {"QualificationTypeId": qe.LOCALE, "Comparator": "EqualTo", "LocaleValues": [{"Country": "US"}]}


@pytest.mark.parametrize(
    ("tree", "why"),
    [
        ([{**US_ONLY, "Comparator": "Equals"}], "requirement 0 could not be read"),
        ([{}, asks("3A", "Exists")[0], 5], "requirements could not be read"),
        ([US_ONLY] * 1001, "requirements could not be read"),
        ({"QualificationRequirements": US_ONLY}, "requirements could not be read"),
        ({"QualificationRequirements": [US_ONLY] * 1001}, "requirements could not be read"),
        ({"HITTypeId": "3TYPE", "MaxAssignments": 5}, "its requirements are those of its HIT type"),
        ({"HITTypeId": "3TYPE", "QualificationRequirements": [{}]}, "its requirements are those of its HIT type"),
        ({"WorkerId": "A1", "Facts": {}}, "it is no HIT"),
        ({"Title": "Birds", "QualificationRequirement": [US_ONLY]}, "requirements stand where nobody reads them"),
        ({"HITId": "3HIT"}, "nothing is said of its requirements"),
    ],
)
def test_house_rules_that_cannot_be_proved(tree: Any, why: str) -> None:
    """Where some requirement is not known, it is not said that workers may accept."""
    found = qe.lint(tree, only=qe.parse_hit([US_ONLY]), select=["house-rule"])

    words = "it cannot be proved that all who may accept it meet `Worker_Locale EqualTo US`"
    assert [each.message for each in found] == [f"{words}: {why}"]
    assert "add the requirement" not in found[0].help


def test_a_request_without_requirements_keeps_no_house_rule() -> None:
    """All of them are known: there are none."""
    found = qe.lint({"Title": "Birds", "Reward": "0.50"}, only=qe.parse_hit([US_ONLY]), select=["house-rule"])

    assert [each.message.startswith("workers may accept it") for each in found] == [True]


HOUSE = qe.parse_hit([US_ONLY])
UNPROVED = "it cannot be proved that all who may accept it meet `Worker_Locale EqualTo US`"


def house_in(text: str, **options: Any) -> list[str]:
    """What is said of the house's rules of a text."""
    return [each.message for each in qe.lint(io.StringIO(text), only=HOUSE, **options) if each.rule == "QE901"]


def test_an_empty_list_keeps_no_house_rule() -> None:
    """A list of no requirements keeps out nobody, as `{}` does; an answer without HITs lets nobody accept anything."""
    empties: tuple[list[Any] | tuple[Any, ...], ...] = ([], ())
    for empty in empties:
        found = qe.lint(empty, only=HOUSE)

        assert [each.rule for each in found] == ["QE003", "QE901"]
        assert found[1].message.startswith("workers may accept it who do not meet `Worker_Locale EqualTo US`")
    assert len(house_in("[]")) == len(house_in("# none\n[]")) == 1
    assert [each.rule for each in qe.lint({"HITs": []}, only=HOUSE)] == ["QE003"]


DOUBTFUL = {
    "requirements twice": f'{{"QualificationRequirements": [], "QualificationRequirements": [{json.dumps(US_ONLY)}]}}',
    "a comparator twice": f'[{json.dumps(US_ONLY)[:-1]}, "Comparator": "EqualTo"}}]',
    "a title twice": f'{{"Title": "x", "Title": "y", "QualificationRequirements": [{json.dumps(US_ONLY)}]}}',
    "a merge": f"base: &base {{Title: x}}\n<<: *base\nQualificationRequirements: [{json.dumps(US_ONLY)}]\n",
}


@pytest.mark.parametrize("case", DOUBTFUL)
@pytest.mark.parametrize("options", [{}, {"select": "QE9"}, {"ignore": "QE001"}])
def test_of_a_doubtful_text_no_house_rule_is_proved(case: str, options: dict[str, Any]) -> None:
    """Each reader makes something else of it, so what one reading proves is not proved; whatever else is selected."""
    doubt = "each reader makes something else of a key that stands twice or is merged"

    assert house_in(DOUBTFUL[case], **options) == [f"{UNPROVED}: {doubt}"]


def test_a_doubtful_document_leaves_the_others_proved() -> None:
    """Of JSON Lines it is the line that is doubted."""
    sound = f'{{"QualificationRequirements": [{json.dumps(US_ONLY)}]}}'
    found = qe.lint(io.StringIO(f"{sound}\n{DOUBTFUL['a title twice']}\n"), only=HOUSE)

    assert [each.line for each in found if each.rule == "QE901"] == [2]


@pytest.mark.parametrize("content", [b"", b"{", b"5", b"[\xff]", b"\xff\xfe[\0]\0"])
def test_what_cannot_be_read_keeps_no_house_rule(content: bytes, tmp_path: Path) -> None:
    """It is never clean, and it is told why the house's rules cannot be proved, also where QE001 is ignored."""
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    words = "it cannot be proved that all who may accept it meet the house rules: the file cannot be read"

    every: tuple[dict[str, Any], ...] = ({}, {"select": "QE9"}, {"ignore": "QE001"})
    for options in every:
        found = qe.lint(path, only=HOUSE, **options)
        assert [each.message for each in found if each.rule == "QE901"] == [words]
        assert all(each.path == str(path) for each in found)


def test_what_cannot_be_read_is_told_whatever_is_selected() -> None:
    """So that a broken file never passes for a clean one; only who ignores the rule is not told."""
    for text in ("{", '{"HITId": "3A", "HITId": "3B"}'):
        assert [each.rule for each in qe.lint(io.StringIO(text), select="QE4")] == ["QE001"]
        assert qe.lint(io.StringIO(text), select="QE4", ignore="QE001") == []
        assert qe.lint(io.StringIO(text), select="QE4", ignore="QE0") == []


@pytest.mark.parametrize("options", [{"select": "QE4"}, {"ignore": "QE901"}, {"select": "QE9", "ignore": "house-rule"}])
def test_house_rules_that_nobody_looks_for_are_refused(options: dict[str, Any]) -> None:
    """Nothing would be proved, and what is not told would pass for kept."""
    with pytest.raises(qe.InvalidInput, match=r"only: house rules are given, and QE901, .*; select QE901 too"):
        qe.lint([US_ONLY], only=HOUSE, **options)


def test_house_rules_that_the_known_requirements_prove() -> None:
    """Another one that cannot be read could keep out more workers alone."""
    assert qe.lint([US_ONLY, {}], only=qe.parse_hit([US_ONLY]), select=["house-rule"]) == []


def test_hits_that_were_read_are_looked_at_as_requests() -> None:
    """What `load_hit` gives can be checked too."""
    hit = qe.parse_hit(placed("US", "CW"))

    assert [each.rule for each in qe.lint(hit) if each.severity is not Severity.INFO] == ["QE202"]


def test_guards_of_hits_that_were_read() -> None:
    """They are those that were written, and a fetched HIT may say both."""
    both = asks("3SCORE", "Exists", ActionsGuarded="Accept", RequiredToPreview=False)
    contradiction = asks("3SCORE", "Exists", ActionsGuarded="Accept", RequiredToPreview=True)

    assert rules(qe.parse_hit({"QualificationRequirements": both})) == ["QE303"]
    assert rules(qe.parse_hit({"HITId": "3HIT", "QualificationRequirements": both})) == []
    assert rules(qe.parse_hit({"HITId": "3HIT", "QualificationRequirements": contradiction})) == ["QE302"]


@pytest.mark.parametrize("tree", [[], {"HITs": []}])
def test_an_empty_list_is_told(tree: Any) -> None:
    """It may be a list of HITs in which none is, and then nothing was checked."""
    assert [each.rule for each in qe.lint(tree)] == ["QE003"]


def test_a_request_needs_no_requirements() -> None:
    """CreateHIT takes a request that does not speak of them, so that it is told and is no error."""
    request = {"Title": "Mark the birds", "Description": "In 20 photographs", "Reward": "0.50"}

    assert [each.rule for each in qe.lint(request)] == ["QE003"]
    assert [each.rule for each in qe.lint({**request, "QualificationRequirement": []})] == ["QE005"]


def test_one_rule_may_be_named_by_itself() -> None:
    """A text is no list of letters."""
    assert {each.rule for each in qe.lint(placed("UK", "UK"), select="QE2,QE109")} == {"QE109", "QE201"}


def test_house_rules_are_requirements() -> None:
    """A HIT stands for its own; a dict would keep no rule."""
    house = qe.parse_hit(placed("US"))

    assert rules(placed("GB"), only=house) == ["QE901"]
    with pytest.raises(qe.WrongType, match="only: expected a QualificationRequirement, got dict"):
        qe.lint(placed("GB"), only=placed("US"))  # type: ignore[arg-type]


def test_missing_file_is_an_error_of_the_caller() -> None:
    """What is not there cannot be clean."""
    with pytest.raises(qe.InputNotFound, match=r"no file nothing\.json"):
        qe.lint("nothing.json")
