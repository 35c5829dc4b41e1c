"""Changes of a HIT: values, guards and omissions by index, and what cannot be changed."""

from __future__ import annotations

from typing import Any

import pytest

import qualeval as qe

RATE = qe.QualificationRequirement(
    qe.PERCENT_APPROVED, qe.Comparator.GREATER_THAN_OR_EQUAL_TO, (98,), required_to_preview=True
)
PLACES = qe.QualificationRequirement(qe.LOCALE, qe.Comparator.IN, locale_values=(qe.Locale("US"),))
BLOCK = qe.QualificationRequirement("3BLOCK", qe.Comparator.DOES_NOT_EXIST)
HIT = qe.HIT((RATE, PLACES, BLOCK), hit_id="3HIT")


@pytest.mark.parametrize("plain", ["97", " 97 ", 97, [97], ["97"], (97,)])
def test_an_integer_is_written_in_many_ways(plain: Any) -> None:
    """As text, as an integer, or in a list."""
    assert qe.change_hit(HIT, values={0: plain}).requirements[0].integer_values == (97,)


@pytest.mark.parametrize("plain", ["CA,US-WA", ["CA", qe.Locale("US", "WA")], [qe.Locale("CA"), "US-WA"]])
def test_locales_are_written_in_many_ways(plain: Any) -> None:
    """As text with commas, as locales, or mixed in a list."""
    changed = qe.change_hit(HIT, values={1: plain})

    assert changed.requirements[1].locale_values == (qe.Locale("CA"), qe.Locale("US", "WA"))


def test_a_guard_replaces_both_fields() -> None:
    """The old field goes, so that the two cannot contradict each other."""
    changed = qe.change_hit(HIT, guards={0: qe.ActionsGuarded.ACCEPT})

    assert changed.requirements[0].guard is qe.ActionsGuarded.ACCEPT
    assert changed.requirements[0].required_to_preview is None


@pytest.mark.parametrize("without", [1, [1], {1}])
def test_indexes_speak_of_the_hit_before_the_change(without: Any) -> None:
    """Leaving one out does not move the others while they are changed."""
    changed = qe.change_hit(HIT, values={0: 95}, guards={2: qe.ActionsGuarded.PREVIEW_AND_ACCEPT}, without=without)

    assert [each.qualification_type_id for each in changed.requirements] == [qe.PERCENT_APPROVED, "3BLOCK"]
    assert changed.requirements[0].integer_values == (95,)
    assert changed.requirements[1].guard is qe.ActionsGuarded.PREVIEW_AND_ACCEPT
    assert changed.hit_id == "3HIT"


def test_all_that_cannot_be_is_told_at_once() -> None:
    """Indexes that are not there, values that do not fit, and a requirement both changed and left out."""
    with pytest.raises(qe.InvalidInput) as caught:
        qe.change_hit(HIT, values={0: "95,96", 1: "UK", 2: "1", 7: "1"}, without=[0, -1])

    assert [str(problem) for problem in caught.value.problems] == [
        "no requirement -1; the HIT has requirements 0 to 2",
        "no requirement 7; the HIT has requirements 0 to 2",
        "requirement 0 is both changed and left out; say one of the two",
        "requirement 0: IntegerValues: `GreaterThanOrEqualTo` takes exactly one value, got 2; "
        "write one requirement a value",
        "requirement 1: LocaleValues[0].Country: unknown country `UK`; did you mean `GB`?",
        "requirement 2: IntegerValues: `DoesNotExist` takes no values, got 1; leave the values out",
    ]


def test_what_is_not_there_cannot_be_changed() -> None:
    """A value and a guard for a requirement that the HIT does not have are two problems, told at once."""
    with pytest.raises(qe.InvalidInput) as caught:
        qe.change_hit(HIT, values={3: 97}, guards={-1: qe.ActionsGuarded.ACCEPT, 4: qe.ActionsGuarded.ACCEPT})

    assert len(caught.value.problems) == 3
    assert all("requirement" in str(problem) for problem in caught.value.problems)


@pytest.mark.parametrize("plain", ["", "x", "1.0", "097", "1,000", True, 1.5, [None]])
def test_what_is_no_integer_is_refused(plain: Any) -> None:
    """Nothing is made of text that is no integer, nor of a boolean, a float or nothing."""
    with pytest.raises(qe.InvalidInput, match="expected an integer"):
        qe.change_hit(HIT, values={0: plain if plain != 1.5 else [plain]})


@pytest.mark.parametrize(
    ("one", "several"),
    [(qe.Comparator.EQUAL_TO, qe.Comparator.IN), (qe.Comparator.NOT_EQUAL_TO, qe.Comparator.NOT_IN)],
)
def test_several_values_make_a_list_of_one(one: qe.Comparator, several: qe.Comparator) -> None:
    """Whoever gives EqualTo two places means one of them; with one value the comparator stays."""
    hit = qe.HIT((qe.QualificationRequirement(qe.LOCALE, one, locale_values=(qe.Locale("US"),)),))

    assert qe.change_hit(hit, values={0: "US,CA"}).requirements[0].comparator is several
    assert qe.change_hit(hit, values={0: "CA"}).requirements[0].comparator is one
