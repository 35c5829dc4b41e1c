"""Compiling: what is a policy of what, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from qualeval.errors import QualevalError, WrongType
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import TypeNames
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.policy.compiler import compile_hit, compile_requirements
from tests.strategies import requirement_lists

NAMES = TypeNames({"study_1_done": "3ABC"})


@given(requirement_lists(max_size=4))
def test_the_policy_of_a_hit_is_that_of_its_requirements(listed: list[QualificationRequirement]) -> None:
    """Requirements are kept in order, names and the HIT beside them; an iterator will do."""
    hit = HIT(listed, hit_id="3HIT")
    of_hit, of_list = compile_hit(hit, names=NAMES), compile_requirements(iter(listed), names=NAMES)

    assert of_hit == of_list
    assert of_hit.requirements == of_list.requirements == tuple(listed)
    assert of_hit.names is of_list.names is NAMES
    assert (of_hit.hit, of_list.hit) == (hit, None)


@pytest.mark.parametrize(
    ("compiled", "what", "message"),
    [
        (
            compile_hit,
            {"HITId": "3HIT"},
            "expected a HIT, got dict; qualeval.load_hit reads a file, qualeval.parse_hit a dict",
        ),
        (
            compile_requirements,
            [QualificationRequirement("3ABC", Comparator.EXISTS), {"QualificationTypeId": "3ABC"}],
            "expected a QualificationRequirement, got dict; qualeval.parse_hit reads a list of dicts",
        ),
    ],
)
def test_what_is_of_another_type_is_refused(compiled: Any, what: Any, message: str) -> None:
    """A dict is not compiled, since nothing has checked it: the message says what reads it."""
    with pytest.raises(WrongType) as caught:
        compiled(what)

    assert str(caught.value) == message
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, QualevalError)
