"""Qualification types: ids, universes, and the names that people use for them."""

from __future__ import annotations

import pytest

from qualeval.errors import InvalidInput
from qualeval.model.qualification_types import (
    ADULT,
    LOCALE,
    MASTERS,
    MASTERS_SANDBOX,
    NUMBER_HITS_APPROVED,
    PERCENT_APPROVED,
    SYSTEM_NAMES,
    TypeNames,
    qualification_type,
    type_id_problem,
)


@pytest.mark.parametrize(
    ("type_id", "values", "can_be_lacked"),
    [
        (PERCENT_APPROVED, "0..100", False),
        (NUMBER_HITS_APPROVED, "0..", False),
        (ADULT, "0..1", False),
        (LOCALE, "anywhere", False),
        (MASTERS, "..", True),
        (MASTERS_SANDBOX, "..", True),
        ("3ABC", "..", True),
        ("2NDP2L92HECWY8NS8H3CK0CP5L9GHO", "..", True),
    ],
)
def test_universes(type_id: str, values: str, can_be_lacked: bool) -> None:
    """System types have their ranges and cannot be lacked; Masters and every other type can, with any integer."""
    kind = qualification_type(type_id)

    assert str(kind.universe.held) == values
    assert kind.can_be_lacked is can_be_lacked
    assert kind.held | kind.lacked == kind.universe
    assert kind.held.is_disjoint(kind.lacked)
    assert kind.lacked.is_empty is not can_be_lacked
    assert kind.is_locale is (type_id == LOCALE)


def test_ids_are_those_of_the_reference() -> None:
    """The ids are the API reference's own."""
    assert dict(SYSTEM_NAMES) == {
        "Worker_Locale": "00000000000000000071",
        "Worker_NumberHITsApproved": "00000000000000000040",
        "Worker_PercentAssignmentsApproved": "000000000000000000L0",
        "Worker_Adult": "00000000000000000060",
        "Masters": "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH",
        "Masters_Sandbox": "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6",
    }


@pytest.mark.parametrize("type_id", ["3ABC", "A", "0" * 64, *SYSTEM_NAMES.values()])
def test_ids_that_the_service_model_allows(type_id: str) -> None:
    """Capital letters and digits, 64 at most."""
    assert type_id_problem(type_id) is None


@pytest.mark.parametrize("type_id", ["", "3abc", "3ABC ", "3ABC\n", "0" * 65, "Ä", "٣", "Worker_Locale", "3-ABC"])
def test_ids_that_it_does_not(type_id: str) -> None:
    """Anything else is told what an id looks like."""
    problem = type_id_problem(type_id)

    assert problem is not None
    assert "expected a type id of capital letters and digits, 64 at most" in problem.message


def test_a_name_in_place_of_an_id_comes_with_the_right_name() -> None:
    """A misspelt system name is met with the one that was meant."""
    problem = type_id_problem("worker_locale")

    assert problem is not None
    assert problem.help == f"the id of Worker_Locale is {LOCALE}"


@pytest.mark.parametrize(("text", "type_id"), [*SYSTEM_NAMES.items(), ("study", "3ABC"), ("3XYZ", "3XYZ")])
def test_names_and_ids_lead_to_ids(text: str, type_id: str) -> None:
    """A system name, an own one and an id are all understood."""
    assert TypeNames({"study": "3ABC"}).id_of(text) == type_id


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("worker_locale", "did you mean `Worker_Locale`?"),
        ("MASTERS", "did you mean `Masters`?"),
        ("STUDY", "did you mean `study`?"),
        ("studdy", "did you mean `study`?"),
        ("qwertz-q", "names of your own go into [tool.qualeval.types]"),
    ],
)
def test_a_misspelt_name_is_never_an_id(text: str, advice: str) -> None:
    """`MASTERS` would pass as an id; it is taken for the misspelt name that it is."""
    with pytest.raises(InvalidInput) as caught:
        TypeNames({"study": "3ABC"}).id_of(text)

    assert str(caught.value) == f"unknown qualification type `{text}`; {advice}"


def test_own_names_come_before_the_systems() -> None:
    """An own name for a system type is what answers show; other ids stand for themselves."""
    names = TypeNames({"study": "3ABC", "rate": PERCENT_APPROVED})

    assert names.name_of("3ABC") == "study"
    assert names.name_of(PERCENT_APPROVED) == "rate"
    assert names.name_of("3XYZ") == "3XYZ"
    assert names.short_name_of(NUMBER_HITS_APPROVED) == "NumberHITsApproved"


def test_own_names_are_checked_all_at_once() -> None:
    """A system name for another type, and an id that is none, are both told, each at its name."""
    with pytest.raises(InvalidInput) as caught:
        TypeNames({"Masters": "3ABC", "study": "3abc"})

    assert [problem.place for problem in caught.value.problems] == ["Masters", "study"]
    assert caught.value.problems[0].message == "`Masters` is the name of a system type already"
