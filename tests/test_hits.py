"""HITs: what is kept, and the request that a HIT can be sent as."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.validate import ParamValidator
from hypothesis import given

from qualeval.errors import WrongType
from qualeval.model.actions import ActionsGuarded
from qualeval.model.hits import HIT
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.values.locale import Locale
from tests.strategies import requirement_lists, requirements

CREATED = datetime(2026, 5, 1, tzinfo=UTC)
WRITTEN = {"Description": "d", "Reward": "0.10", "AssignmentDurationInSeconds": 600, "MaxAssignments": 3}
REQUEST = HIT(title="t", other={**WRITTEN, "LifetimeInSeconds": 3600, "Question": "<q/>", "UniqueRequestToken": "u"})
FETCHED = HIT(
    hit_id="3XYZ",
    title="t",
    status="Assignable",
    created_at=CREATED,
    expires_at=CREATED + timedelta(days=1),
    assignments_available=2,
    is_fetched=True,
    other={
        **WRITTEN,
        "HITGroupId": "3GRP",
        "HITTypeId": "3TYP",
        "HITReviewStatus": "NotReviewed",
        "NumberOfAssignmentsPending": 0,
        "Question": "<q/>",
        "HITLayoutId": "3LAY",
        "Keywords": "k",
    },
)
SERVICE = boto3.client(
    "mturk",
    region_name="us-east-1",
    aws_access_key_id="none",
    aws_secret_access_key="none",
    config=Config(parameter_validation=True),
)
SHAPE = SERVICE.meta.service_model.operation_model("CreateHIT").input_shape


def complaints(request: dict[str, Any]) -> str:
    """What botocore's own check has against a CreateHIT request; empty if nothing."""
    return str(ParamValidator().validate(request, SHAPE).generate_report())


@given(requirement_lists(max_size=4))
def test_a_request_passes_botocores_own_check(listed: list[QualificationRequirement]) -> None:
    """A request, and a fetched HIT sent again, are both CreateHIT requests that botocore would send."""
    assert complaints(REQUEST.replace(requirements=listed).to_mturk()) == ""
    assert complaints(FETCHED.replace(requirements=listed).to_mturk()) == ""


def test_botocores_check_can_complain() -> None:
    """The check is not one that lets everything through."""
    assert "Missing required parameter" in complaints(HIT().to_mturk())
    assert "Unknown parameter" in complaints({**REQUEST.to_mturk(), "HITId": "3XYZ"})


@given(requirements())
def test_a_request_never_holds_required_to_preview(requirement: QualificationRequirement) -> None:
    """The two guard fields are folded into ActionsGuarded, which is always written."""
    (written,) = HIT([requirement]).to_mturk()["QualificationRequirements"]

    assert "RequiredToPreview" not in written
    assert written["ActionsGuarded"] == requirement.guard
    assert written["QualificationTypeId"] == requirement.qualification_type_id
    assert type(written["Comparator"]) is str


@given(requirements())
def test_a_request_says_what_the_requirement_says(requirement: QualificationRequirement) -> None:
    """What is written, read again field by field, is the requirement with its guard in one field."""
    (written,) = HIT([requirement]).to_mturk()["QualificationRequirements"]
    locales = [Locale(each["Country"], each.get("Subdivision")) for each in written.get("LocaleValues", [])]
    again = QualificationRequirement(
        written["QualificationTypeId"],
        Comparator(written["Comparator"]),
        written.get("IntegerValues", []),
        locales,
        ActionsGuarded(written["ActionsGuarded"]),
    )

    assert [again.values, again.guard] == [requirement.values, requirement.guard]
    assert again.comparator is requirement.comparator


def test_values_that_do_not_apply_are_left_out() -> None:
    """MTurk refuses an empty list of values: there is none."""
    hit = HIT([QualificationRequirement("3ABC", Comparator.EXISTS)])

    assert hit.to_mturk() == {
        "QualificationRequirements": [
            {"QualificationTypeId": "3ABC", "Comparator": "Exists", "ActionsGuarded": "Accept"},
        ]
    }


def test_a_fetched_hit_is_sent_without_what_only_reads_have() -> None:
    """The ids, the counts and the status stay behind, and the lifetime is the time that it was given."""
    assert FETCHED.to_mturk() == {
        "Title": "t",
        **WRITTEN,
        "Keywords": "k",
        "Question": "<q/>",
        "LifetimeInSeconds": 86400,
        "QualificationRequirements": [],
    }


def test_a_layout_is_sent_again_where_there_is_no_question() -> None:
    """A read may return both a question and the layout that it was made from; a request takes one."""
    other = {key: value for key, value in FETCHED.other.items() if key != "Question"}

    assert FETCHED.replace(other=other).to_mturk()["HITLayoutId"] == "3LAY"


def test_a_lifetime_is_never_shorter_than_the_service_takes() -> None:
    """A HIT that was expired early had less than thirty seconds, which CreateHIT refuses."""
    expired = FETCHED.replace(expires_at=CREATED + timedelta(seconds=3))

    assert expired.to_mturk()["LifetimeInSeconds"] == 30


def test_replace_returns_a_new_hit() -> None:
    """A HIT is a value: what is replaced is replaced in another one."""
    requirement = QualificationRequirement("3ABC", Comparator.EXISTS)
    changed = FETCHED.replace(requirements=[requirement])

    assert changed.requirements == (requirement,)
    assert FETCHED.requirements == ()
    assert changed.replace(requirements=()) == FETCHED


def test_a_requirement_that_is_none_is_refused() -> None:
    """A dict among the requirements is not overlooked; the message says what reads dicts."""
    listed: list[Any] = [QualificationRequirement("3ABC", Comparator.EXISTS), {"QualificationTypeId": "3ABC"}]
    with pytest.raises(WrongType) as caught:
        HIT(listed)

    expected = "requirements: expected a QualificationRequirement, got dict; qualeval.parse_hit reads dicts"
    assert str(caught.value) == expected


def test_a_kind_of_requirement_is_one() -> None:
    """A class derived from the requirement's is welcome."""
    kind = type("Kept", (QualificationRequirement,), {})
    kept = kind("3ABC", Comparator.EXISTS)

    assert HIT([kept]).requirements == (kept,)


def test_what_is_not_read_is_kept_and_cannot_be_changed() -> None:
    """Keys that qualeval does not know stay as they came, in a copy of its own."""
    other = {"Description": "d"}
    hit = HIT(other=other)
    other["Description"] = "changed"

    assert hit.to_mturk()["Description"] == "d"
    with pytest.raises(TypeError):
        hit.other["Description"] = "changed"  # type: ignore[index]
