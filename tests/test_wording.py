"""Wording: requirements and admitted sets in the words of a list and of a sentence."""

from __future__ import annotations

import pytest

from qualeval.model.actions import ActionsGuarded
from qualeval.model.qualification_types import LOCALE, MASTERS, PERCENT_APPROVED, TypeNames
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.policy.compiler import compile_requirements
from qualeval.policy.wording import conjoined, requirement_words
from qualeval.values.locale import Locale


def need(type_id: str, comparator: Comparator, *values: int) -> QualificationRequirement:
    """A requirement on integers."""
    return QualificationRequirement(type_id, comparator, values)


def place(comparator: Comparator, *texts: str) -> QualificationRequirement:
    """A requirement on places."""
    return QualificationRequirement(LOCALE, comparator, locale_values=map(Locale.parse, texts))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], ""),
        (["discover"], "discover"),
        (["discover", "preview"], "discover and preview"),
        (["discover", "preview", "accept"], "discover, preview and accept"),
    ],
)
def test_words_are_joined_as_in_a_sentence(words: list[str], text: str) -> None:
    """Commas, and the last one by `and`."""
    assert conjoined(words) == text


@pytest.mark.parametrize(
    ("requirement", "text"),
    [
        (need("3ABC", Comparator.IN, 1, 3), "a type In 1, 3"),
        (need("3ABC", Comparator.EXISTS), "a type Exists"),
        (place(Comparator.NOT_IN, "US", "CA-ON"), "a type NotIn US, CA-ON"),
    ],
)
def test_a_requirement_is_written_as_the_service_writes_it(requirement: QualificationRequirement, text: str) -> None:
    """Type, comparator and values, with nothing after a comparator that takes none."""
    assert requirement_words(requirement, "a type") == text


@pytest.mark.parametrize(
    ("requirement", "text"),
    [
        (need("3ABC", Comparator.EXISTS), "3ABC held"),
        (need("3ABC", Comparator.DOES_NOT_EXIST), "3ABC lacked"),
        (need(MASTERS, Comparator.EXISTS), "Masters held"),
        (need("3ABC", Comparator.GREATER_THAN, 2), "3ABC 3.."),
        (need("3ABC", Comparator.EQUAL_TO, 3), "3ABC 3"),
        (need("3ABC", Comparator.IN, 1, 3), "3ABC in 1, 3"),
        (need(PERCENT_APPROVED, Comparator.GREATER_THAN, 97), "Worker_PercentAssignmentsApproved 98..100"),
        (place(Comparator.EQUAL_TO, "US"), "Worker_Locale in US"),
        (place(Comparator.IN, "US-WA", "CA"), "Worker_Locale in CA, US-WA"),
        (place(Comparator.NOT_EQUAL_TO, "US"), "Worker_Locale anywhere but US"),
    ],
)
def test_a_policy_shows_what_it_admits_of_a_type(requirement: QualificationRequirement, text: str) -> None:
    """Held and lacked in a word, values and places as sets."""
    assert repr(compile_requirements([requirement])) == f"<AccessPolicy accept: {text}>"


def test_a_policy_shows_what_each_level_asks_beside_the_looser_ones() -> None:
    """Levels that ask the same as the one before are not repeated, and types are called by their names."""
    names = TypeNames({"study_1_done": "3ABC"})
    guarded = QualificationRequirement(
        "3ABC", Comparator.EXISTS, actions_guarded=ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT
    )
    shown = repr(compile_requirements([guarded, need(PERCENT_APPROVED, Comparator.GREATER_THAN, 97)], names=names))

    assert shown == (
        "<AccessPolicy discover: study_1_done held | "
        "accept: study_1_done held; Worker_PercentAssignmentsApproved 98..100>"
    )
