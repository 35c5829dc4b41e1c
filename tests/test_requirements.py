"""Requirements: what is well formed, and for everything else a message with its place and its mend."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualeval.errors import InvalidInput, Problem, WrongType
from qualeval.model.actions import ActionsGuarded
from qualeval.model.qualification_types import LOCALE, MASTERS, PERCENT_APPROVED
from qualeval.model.requirements import Comparator, QualificationRequirement, requirement_problems
from qualeval.values.locale import Locale
from tests.strategies import guard_fields, requirements

US, WA, CANADA = Locale("US"), Locale("US", "WA"), Locale("CA")
Fields = dict[str, Any]


def problems_of(type_id: str, comparator: Comparator, **fields: Any) -> list[str]:
    """The problems of a requirement that is refused."""
    with pytest.raises(InvalidInput) as caught:
        QualificationRequirement(type_id, comparator, **fields)
    return [str(problem) for problem in caught.value.problems]


@given(requirements())
def test_a_well_formed_requirement_has_no_problems(requirement: QualificationRequirement) -> None:
    """What exists is well formed, and its values are of the one kind that its type compares with."""
    fields = (requirement.integer_values, requirement.locale_values)

    assert requirement_problems(requirement.qualification_type_id, requirement.comparator, *fields) == []
    assert () in fields
    assert requirement.values == fields[0] + fields[1]
    assert bool(requirement.values) == requirement.comparator.takes_values


@pytest.mark.parametrize(
    ("type_id", "comparator", "fields"),
    [
        (PERCENT_APPROVED, Comparator.GREATER_THAN, {"integer_values": [150]}),
        (LOCALE, Comparator.DOES_NOT_EXIST, {}),
        (LOCALE, Comparator.EXISTS, {}),
        (LOCALE, Comparator.IN, {"locale_values": [US, US, WA]}),
        (LOCALE, Comparator.EQUAL_TO, {"locale_values": [Locale("AN")]}),
        (MASTERS, Comparator.EQUAL_TO, {"integer_values": [1]}),
        ("3ABC", Comparator.IN, {"integer_values": list(range(40))}),
        ("3ABC", Comparator.LESS_THAN, {"integer_values": [-5]}),
    ],
)
def test_a_foolish_requirement_is_well_formed(type_id: str, comparator: Comparator, fields: Fields) -> None:
    """What has a meaning is a requirement; that it is foolish is the linter's to say."""
    requirement = QualificationRequirement(type_id, comparator, **fields)

    assert list(requirement.values) == next(iter(fields.values()), [])


@pytest.mark.parametrize(
    ("type_id", "comparator", "fields", "expected"),
    [
        (
            LOCALE,
            Comparator.EQUAL_TO,
            {"integer_values": [1]},
            ["IntegerValues: Worker_Locale is compared with locales, got integers; use LocaleValues"],
        ),
        (
            "3ABC",
            Comparator.EQUAL_TO,
            {"locale_values": [US]},
            [
                "LocaleValues: `3ABC` is compared with integers, got locales; "
                "use IntegerValues, or the type id of Worker_Locale, 00000000000000000071"
            ],
        ),
        (
            LOCALE,
            Comparator.GREATER_THAN,
            {"locale_values": [US]},
            ["Comparator: `GreaterThan` does not compare locales; use EqualTo, NotEqualTo, In or NotIn"],
        ),
        (
            "3ABC",
            Comparator.EXISTS,
            {"integer_values": [1, 2]},
            ["IntegerValues: `Exists` takes no values, got 2; leave the values out"],
        ),
        (
            LOCALE,
            Comparator.DOES_NOT_EXIST,
            {"locale_values": [US]},
            ["LocaleValues: `DoesNotExist` takes no values, got 1; leave the values out"],
        ),
        (
            "3ABC",
            Comparator.GREATER_THAN,
            {},
            ["IntegerValues: `GreaterThan` needs exactly one value, got none; give IntegerValues"],
        ),
        (LOCALE, Comparator.IN, {}, ["LocaleValues: `In` needs at least one value, got none; give LocaleValues"]),
        (
            "3ABC",
            Comparator.EQUAL_TO,
            {"integer_values": [1, 2]},
            ["IntegerValues: `EqualTo` takes exactly one value, got 2; for a list use `In`"],
        ),
        (
            LOCALE,
            Comparator.NOT_EQUAL_TO,
            {"locale_values": [US, CANADA, WA]},
            ["LocaleValues: `NotEqualTo` takes exactly one value, got 3; for a list use `NotIn`"],
        ),
        (
            "3ABC",
            Comparator.LESS_THAN,
            {"integer_values": [1, 2]},
            ["IntegerValues: `LessThan` takes exactly one value, got 2; write one requirement a value"],
        ),
        (
            LOCALE,
            Comparator.IN,
            {"locale_values": [US, Locale("US", "ZZ")]},
            [
                "LocaleValues[1].Subdivision: `ZZ` is in no list, so a requirement cannot name it; name the country "
                "alone, or a state; only a worker profile may say `ZZ`",
            ],
        ),
        (
            LOCALE,
            Comparator.EQUAL_TO,
            {"locale_values": [Locale("GB", "ENG")]},
            [
                "LocaleValues[0].Subdivision: got `ENG`, expected two characters; "
                "Mechanical Turk has subdivisions for the United States only; name the country alone"
            ],
        ),
        (
            "3abc",
            Comparator.EXISTS,
            {},
            [
                "QualificationTypeId: got `3abc`, expected a type id of capital letters and digits, 64 at most; "
                "names of your own go into [tool.qualeval.types]"
            ],
        ),
        (
            "Masters",
            Comparator.EQUAL_TO,
            {},
            [
                "QualificationTypeId: got `Masters`, expected a type id of capital letters and digits, 64 at most; "
                f"the id of Masters is {MASTERS}",
                "IntegerValues: `EqualTo` needs exactly one value, got none; give IntegerValues",
            ],
        ),
    ],
)
def test_each_mistake_has_its_place_and_its_mend(
    type_id: str, comparator: Comparator, fields: Fields, expected: list[str]
) -> None:
    """All problems of a requirement are told at once, each at the field to mend."""
    assert problems_of(type_id, comparator, **fields) == expected


def test_what_could_not_be_read_is_not_judged() -> None:
    """A field that is None was complained of already: nothing more is said of it."""
    assert requirement_problems(None, None, None, None) == []
    assert requirement_problems("3ABC", Comparator.EQUAL_TO, None, ()) == []
    assert requirement_problems(LOCALE, None, (), (US,)) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"integer_values": "12"}, "IntegerValues: expected a list, got str `12`"),
        ({"integer_values": 12}, "IntegerValues: expected a list, got int `12`"),
        ({"locale_values": {"Country": "US"}}, "LocaleValues: expected a list, got dict"),
        ({"qualification_type_id": 3}, "QualificationTypeId: expected text, got int `3`"),
        ({"required_to_preview": "yes"}, "RequiredToPreview: expected True, False or None, got str `yes`"),
    ],
)
def test_a_field_of_another_type_is_refused(fields: Fields, message: str) -> None:
    """A text is no list of characters, a number no id, and a word no truth: no field is read as what it is not."""
    with pytest.raises(WrongType) as caught:
        QualificationRequirement(**{"qualification_type_id": "3ABC", "comparator": Comparator.EXISTS, **fields})

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(("value", "got"), [(True, "bool `true`"), (98.0, "float `98.0`"), ("98", "str `98`")])
def test_a_value_that_is_no_integer_is_refused(value: Any, got: str) -> None:
    """A boolean, a float and a text are no integers, though Python would compare two of them with one."""
    assert problems_of("3ABC", Comparator.IN, integer_values=[1, value]) == [
        f"IntegerValues[1]: expected an integer, got {got}"
    ]


def test_a_text_is_no_locale() -> None:
    """The message says how a locale is written, and nothing more is said of what is none."""
    assert problems_of(LOCALE, Comparator.IN, locale_values=[US, "US-WA"]) == [
        'LocaleValues[1]: expected a Locale, got str `US-WA`; write qualeval.Locale("US")'
    ]


@given(guard_fields())
def test_the_guard_is_the_newer_field_where_present(fields: Fields) -> None:
    """ActionsGuarded takes precedence over RequiredToPreview, which speaks only where alone."""
    newer, older = fields["actions_guarded"], fields["required_to_preview"]
    requirement = QualificationRequirement("3ABC", Comparator.EXISTS, **fields)

    assert requirement.guard is (newer or (ActionsGuarded.PREVIEW_AND_ACCEPT if older else ActionsGuarded.ACCEPT))
    assert requirement.is_guard_contradictory is (newer is ActionsGuarded.ACCEPT and older is True)


def test_the_ten_comparators() -> None:
    """Ten comparators: four order, two take lists, two take no value."""
    assert len(Comparator) == 10
    assert [each for each in Comparator if each.is_ordering] == list(Comparator)[:4]
    assert [str(each) for each in Comparator if each.takes_list] == ["In", "NotIn"]
    assert [str(each) for each in Comparator if not each.takes_values] == ["Exists", "DoesNotExist"]


# --- misspelt comparators

NEGATIONS = ("not", "un", "without")
NEGATED = {Comparator.NOT_EQUAL_TO, Comparator.DOES_NOT_EXIST, Comparator.NOT_IN}


def refusal(word: str) -> Problem:
    """The problem with a comparator that is none."""
    with pytest.raises(InvalidInput) as caught:
        Comparator(word)
    return caught.value.problems[0]


def suggested(word: str) -> str | None:
    """The comparator that the refusal of a word names."""
    help = refusal(word).help
    return help.removeprefix("did you mean `").removesuffix("`?") if help.startswith("did you mean") else None


@st.composite
def misspelt(draw: st.DrawFn) -> str:
    """Comparators of which letters are left out, doubled or in another case, with and without a negation."""
    head = draw(st.sampled_from(["", *NEGATIONS, "doesNot"]))
    letters = list(head + draw(st.sampled_from([*Comparator, "Contains"])))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(letters) - 1))
        letters[place] = draw(st.sampled_from(["", letters[place] * 2, letters[place].swapcase(), "_", " "]))
    return "".join(letters)


@settings(max_examples=1000)
@given(misspelt() | st.text(max_size=20))
def test_no_suggestion_turns_a_comparator_around(word: str) -> None:
    """Of a word with a negation, in any casing, the suggestion has one; of a word without one, it has none."""
    if word in list(Comparator):
        return
    said = "".join(word.casefold().replace("_", "").split())
    is_negated = any(each in said for each in (*NEGATIONS, "doesnt", "dont"))

    if (near := suggested(word)) is not None:
        assert (Comparator(near) in NEGATED) is (is_negated or said.startswith("no"))


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("NotExists", "DoesNotExist"), ("notexists", "DoesNotExist"), ("DoesntExist", "DoesNotExist"),
        ("NotEquals", "NotEqualTo"), ("NOT_EQUAL", "NotEqualTo"), ("Unequal", "NotEqualTo"), ("IsNotIn", "NotIn"),
        ("Equals", "EqualTo"), ("Equal", "EqualTo"), ("Exist", "Exists"), ("GreaterThen", "GreaterThan"),
        ("GreaterThanOrEquals", "GreaterThanOrEqualTo"), ("LessOrEqual", "LessThanOrEqualTo"),
        ("Contains", None), ("NotContains", None), ("NotLessThan", None), ("MoreThan", None), ("LaterThan", None),
        ("FewerThan", None), ("LessThan=", None), ("!EqualTo", None), ("NtEqualTo", None),
    ],
)  # fmt: skip
def test_suggested_comparator(word: str, near: str | None) -> None:
    """The one that says the same, or none."""
    assert suggested(word) == near


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        (" EqualTo", "EqualTo"), ("equalto", "EqualTo"), ("equal_to", "EqualTo"), ("Equal To", "EqualTo"),
        ("Equals", "EqualTo"), ("EQUALS", "EqualTo"), ("does_not_exist", "DoesNotExist"),
        ("NotEquals", None), ("GreaterThen", None), ("NotExists", None),
    ],
)  # fmt: skip
def test_one_right_comparator(word: str, meant: str | None) -> None:
    """Case, blanks and underscores leave no doubt, nor does the `Equals` of published examples."""
    assert refusal(word).meant == meant
