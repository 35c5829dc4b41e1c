"""Values go to other processes, and come back equal: what a pool of workers or a cache sends is what it gets."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given

from qualeval.model.actions import Action
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import TypeNames
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.model.workers import WorkerProfile, worker
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.compiler import compile_hit, compile_requirements
from tests.strategies import requirement_lists, workers

NAMES = TypeNames({"study_1_done": "3ABC"})
REQUIREMENT = QualificationRequirement("3ABC", Comparator.EXISTS)
THERE_AND_BACK = (lambda value: pickle.loads(pickle.dumps(value)), copy.copy, copy.deepcopy)


@pytest.mark.parametrize("again", THERE_AND_BACK, ids=["pickle", "copy", "deepcopy"])
@pytest.mark.parametrize(
    "value",
    [
        NAMES,
        HIT((REQUIREMENT,), hit_id="3HIT", is_fetched=True, other={"Reward": "0.10"}),
        worker("A1", {"Worker_Locale": "US-WA", "3ABC": "1,3"}, complete=["3BLOCK"], blocked=True),
        compile_hit(HIT((REQUIREMENT,), hit_id="3HIT"), names=NAMES),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_comes_back_equal(value: Any, again: Any) -> None:
    """A value that is pickled or copied is equal to itself, and shows itself alike."""
    returned = again(value)

    assert returned == value
    assert repr(returned) == repr(value)
    assert hash(returned) == hash(value)


def test_a_policy_comes_back_whole() -> None:
    """Two equal policies may call their types differently and speak of different HITs: these come back too."""
    hit = HIT((REQUIREMENT,), hit_id="3HIT")
    returned = pickle.loads(pickle.dumps(compile_hit(hit, names=NAMES)))

    assert (returned.requirements, returned.names, returned.hit) == ((REQUIREMENT,), NAMES, hit)


@given(requirement_lists(max_size=4), workers())
def test_what_comes_back_judges_alike(listed: list[QualificationRequirement], profile: WorkerProfile) -> None:
    """A policy and a profile decide there as here, whether or not they have decided before."""
    policy = compile_requirements(listed)
    unused = pickle.dumps((policy, profile))
    expected = policy.decide(profile).to_dict()
    used = pickle.dumps((policy, profile))

    for there in (unused, used):
        other_policy, other_profile = _loaded(there)

        assert other_policy.decide(other_profile).to_dict() == expected
        assert other_policy.permits(other_profile, Action.ACCEPT) == policy.permits(profile, Action.ACCEPT)


def _loaded(there: bytes) -> tuple[AccessPolicy, WorkerProfile]:
    policy, profile = pickle.loads(there)
    return policy, profile
