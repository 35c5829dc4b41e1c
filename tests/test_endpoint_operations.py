"""The operations of the endpoint, through boto3: what was made can be read, lists are complete, life cycles close."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError

import qualeval as qe
from qualeval.testing.endpoint import Endpoint
from qualeval.testing.operations import OPERATIONS
from qualeval.testing.refusals import ERRORS
from tests.endpoint_requests import HIT, TYPE, boto3_client, post, refused, typed

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint at noon."""
    with Endpoint() as running:
        running.marketplace.set_clock(NOON)
        yield running


@pytest.fixture
def client(endpoint: Endpoint) -> Any:
    return boto3_client(endpoint)


def all_pages(call: Callable[..., Any], key: str, **parameters: Any) -> list[Any]:
    """The rows of all pages, which hold no more than was asked for, and say how many they are."""
    rows: list[Any] = []
    while True:
        page = call(**parameters)
        assert page["NumResults"] == len(page[key]) <= parameters.get("MaxResults", 10)
        rows += page[key]
        if "NextToken" not in page:
            return rows
        parameters = {**parameters, "NextToken": page["NextToken"]}


# --- HITs


def test_hit_that_was_created_can_be_read(endpoint: Endpoint, client: Any) -> None:
    """GetHIT returns what CreateHIT returned: what was sent, and the service's defaults."""
    endpoint.marketplace.add_type("3SCORE")
    created = client.create_hit(**HIT, QualificationRequirements=[typed("3SCORE", "GreaterThan", 80)])["HIT"]

    assert client.get_hit(HITId=created["HITId"])["HIT"] == created
    expected = {
        **{key: value for key, value in HIT.items() if key != "LifetimeInSeconds"},
        "HITId": created["HITId"],
        "HITTypeId": created["HITTypeId"],
        "HITGroupId": created["HITGroupId"],
        "CreationTime": NOON,
        "Expiration": NOON + timedelta(hours=1),
        "HITStatus": "Assignable",
        "HITReviewStatus": "NotReviewed",
        "MaxAssignments": 1,
        "AutoApprovalDelayInSeconds": 2_592_000,
        "NumberOfAssignmentsPending": 0,
        "NumberOfAssignmentsAvailable": 1,
        "NumberOfAssignmentsCompleted": 0,
        "QualificationRequirements": [
            typed("3SCORE", "GreaterThan", 80, RequiredToPreview=False, ActionsGuarded="Accept")
        ],
    }
    assert created == expected


def test_all_parameters_of_a_hit_are_kept(client: Any) -> None:
    """What is sent and has a place in a HIT is returned."""
    others = {"MaxAssignments": 7, "AutoApprovalDelayInSeconds": 60, "Keywords": "birds, boxes", "HITLayoutId": "3LAY",
              "RequesterAnnotation": "a note"}  # fmt: skip
    policies = {"HITReviewPolicy": {"PolicyName": "x", "Parameters": [{"Key": "k", "Values": ["v"]}]},
                "HITLayoutParameters": [{"Name": "n", "Value": "v"}]}  # fmt: skip
    created = client.create_hit(**HIT, **others, **policies)["HIT"]

    assert {key: created[key] for key in others} == others
    assert created["NumberOfAssignmentsAvailable"] == 7


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({}, ("Accept", False)),
        ({"ActionsGuarded": "Accept"}, ("Accept", False)),
        ({"ActionsGuarded": "PreviewAndAccept"}, ("PreviewAndAccept", True)),
        ({"ActionsGuarded": "DiscoverPreviewAndAccept"}, ("DiscoverPreviewAndAccept", True)),
        ({"RequiredToPreview": True}, ("PreviewAndAccept", True)),
        ({"RequiredToPreview": False}, ("Accept", False)),
        ({"ActionsGuarded": "PreviewAndAccept", "RequiredToPreview": False}, ("PreviewAndAccept", False)),
    ],
)
def test_reads_carry_both_guards(client: Any, sent: dict[str, Any], read: tuple[str, bool]) -> None:
    """A requirement that is read has both guard fields, which say the same as what was sent."""
    created = client.create_hit(**HIT, QualificationRequirements=[typed(qe.ADULT, "EqualTo", 1, **sent)])["HIT"]
    (found,) = created["QualificationRequirements"]

    assert (found["ActionsGuarded"], found["RequiredToPreview"]) == read


def test_locales_are_read_as_they_were_sent(client: Any) -> None:
    """Countries and states come back, and there is no key for what does not apply."""
    places = [{"Country": "US", "Subdivision": "WA"}, {"Country": "CA"}]
    created = client.create_hit(**HIT, QualificationRequirements=[typed(qe.LOCALE, "In", LocaleValues=places)])["HIT"]
    (found,) = created["QualificationRequirements"]

    assert found["LocaleValues"] == places
    assert "IntegerValues" not in found


def test_hit_that_does_not_exist(client: Any) -> None:
    """It is a RequestError in the words of the service."""
    found = refused(client.get_hit, HITId="3NONE")

    assert (found.status, found.code) == (400, "RequestError")
    assert found.turk_code == "AWS.MechanicalTurk.HITDoesNotExist"
    assert found.message == f"Hit 3NONE does not exist. ({int(NOON.timestamp() * 1000)})"


def test_hit_that_has_expired(endpoint: Endpoint, client: Any) -> None:
    """After its lifetime a HIT is Reviewable, and no assignment is available."""
    hit_id = client.create_hit(**HIT, MaxAssignments=3)["HIT"]["HITId"]
    endpoint.marketplace.advance(3599)
    before = client.get_hit(HITId=hit_id)["HIT"]
    endpoint.marketplace.advance(1)
    after = client.get_hit(HITId=hit_id)["HIT"]

    assert (before["HITStatus"], before["NumberOfAssignmentsAvailable"]) == ("Assignable", 3)
    assert (after["HITStatus"], after["NumberOfAssignmentsAvailable"]) == ("Reviewable", 0)


@pytest.mark.parametrize("missing", ["Question"])
def test_hit_needs_a_question_or_a_layout(client: Any, missing: str) -> None:
    """A HIT without a question is refused; with a layout it is not."""
    without = {key: value for key, value in HIT.items() if key != missing}

    assert "Either a Question parameter or a HITLayoutId" in refused(client.create_hit, **without).message
    assert client.create_hit(**without, HITLayoutId="3LAYOUT")["HIT"]["HITLayoutId"] == "3LAYOUT"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("LifetimeInSeconds", (29, 31_536_001, -1, 10**30)),
        ("AssignmentDurationInSeconds", (0, -5)),
        ("MaxAssignments", (0, -1)),
        ("AutoApprovalDelayInSeconds", (-1,)),
        ("Question", ("ö" * 32_768,)),
    ],
)
def test_limits_of_hits(endpoint: Endpoint, client: Any, name: str, values: tuple[Any, ...]) -> None:
    """What is beyond a documented limit is refused, with the parameter and the limit, and nothing is made."""
    for value in values:
        found = refused(client.create_hit, **{**HIT, name: value})

        assert found.code == "ParameterValidationError"
        assert f"is not valid for the parameter {name}. It must be" in found.message
    assert endpoint.marketplace.state.hits == {}


def test_limits_are_inclusive(endpoint: Endpoint, client: Any) -> None:
    """The last values that are allowed are taken."""
    for lifetime in (30, 31_536_000):
        client.create_hit(**{**HIT, "LifetimeInSeconds": lifetime, "Question": "x" * 65_535})

    assert len(endpoint.marketplace.state.hits) == 2


# --- HIT types


def test_identical_hit_types_are_one(client: Any) -> None:
    """The same values give the same id, defaults written or not; other values another."""
    first = client.create_hit_type(**TYPE)["HITTypeId"]

    assert client.create_hit_type(**TYPE)["HITTypeId"] == first
    assert client.create_hit_type(**TYPE, AutoApprovalDelayInSeconds=2_592_000)["HITTypeId"] == first
    assert client.create_hit(**HIT)["HIT"]["HITTypeId"] == first
    others: list[dict[str, Any]] = [
        {"Title": "x"},
        {"Reward": "0.51"},
        {"Keywords": "a"},
        {"AssignmentDurationInSeconds": 601},
        {"QualificationRequirements": [typed(qe.MASTERS)]},
    ]
    ids = {client.create_hit_type(**{**TYPE, **other})["HITTypeId"] for other in others}
    assert len(ids | {first}) == len(others) + 1


def test_hits_of_a_type_take_all_from_it(client: Any) -> None:
    """Title, reward and requirements come from the type; HITs of one type are one group."""
    requirements = [typed(qe.MASTERS, ActionsGuarded="PreviewAndAccept")]
    hit_type_id = client.create_hit_type(**TYPE, Keywords="k", QualificationRequirements=requirements)["HITTypeId"]
    common = {"HITTypeId": hit_type_id, "LifetimeInSeconds": 60, "Question": "<x/>"}
    first, second = (client.create_hit_with_hit_type(**common)["HIT"] for _ in range(2))

    assert first["HITId"] != second["HITId"]
    assert (first["HITTypeId"], first["HITGroupId"]) == (second["HITTypeId"], second["HITGroupId"])
    assert {key: first[key] for key in TYPE} == TYPE
    (found,) = first["QualificationRequirements"]
    assert (found["QualificationTypeId"], found["ActionsGuarded"]) == (qe.MASTERS, "PreviewAndAccept")


def test_hit_type_that_does_not_exist(endpoint: Endpoint, client: Any) -> None:
    """A HIT of a type that there is not is refused."""
    found = refused(client.create_hit_with_hit_type, HITTypeId="3NONE", LifetimeInSeconds=60, Question="<x/>")

    assert (found.code, found.status) == ("RequestError", 400)
    assert endpoint.marketplace.state.hits == {}


def test_type_and_group_of_a_saved_hit_are_kept(endpoint: Endpoint, client: Any) -> None:
    """A HIT that was put in keeps its ids, and its type can be used."""
    endpoint.marketplace.add_hit({"HITId": "3SAVED", "HITTypeId": "3TYPE", "HITGroupId": "3GROUP", **TYPE})
    saved = client.get_hit(HITId="3SAVED")["HIT"]
    other = client.create_hit_with_hit_type(HITTypeId="3TYPE", LifetimeInSeconds=60, Question="<x/>")["HIT"]

    assert (saved["HITTypeId"], saved["HITGroupId"]) == ("3TYPE", "3GROUP")
    assert (other["HITTypeId"], other["Title"]) == ("3TYPE", TYPE["Title"])


# --- UniqueRequestToken


@pytest.mark.parametrize("with_type", [False, True])
def test_request_token_makes_one_hit(endpoint: Endpoint, client: Any, with_type: bool) -> None:
    """The same token makes no second HIT for a day: the error names the first one."""
    hit_type_id = client.create_hit_type(**TYPE)["HITTypeId"]
    common: dict[str, Any] = {"UniqueRequestToken": "once", "LifetimeInSeconds": 60, "Question": "<x/>"}
    call = client.create_hit_with_hit_type if with_type else client.create_hit
    request = {**common, "HITTypeId": hit_type_id} if with_type else {**HIT, **common}
    hit_id = call(**request)["HIT"]["HITId"]
    endpoint.marketplace.advance(86_399)
    found = refused(call, **request)

    assert found.turk_code == "AWS.MechanicalTurk.HitAlreadyExists"
    assert f'The HIT with ID "{hit_id}" already exists.' in found.message
    assert len(endpoint.marketplace.state.hits) == 1
    endpoint.marketplace.advance(1)
    assert call(**request)["HIT"]["HITId"] != hit_id


def test_request_without_token_makes_another_hit(client: Any) -> None:
    """Without a token, and with another one, every call makes a HIT."""
    ids = [client.create_hit(**HIT)["HIT"]["HITId"] for _ in range(2)]
    ids += [client.create_hit(**HIT, UniqueRequestToken=token)["HIT"]["HITId"] for token in ("a", "b")]

    assert len(set(ids)) == 4


# --- pages


@pytest.mark.parametrize("size", [1, 3, 10, 100])
@pytest.mark.parametrize("count", [0, 1, 3, 10, 11, 23])
def test_pages_of_hits_are_all_hits(endpoint: Endpoint, client: Any, size: int, count: int) -> None:
    """The pages of ListHITs concatenate to all HITs, each once, in the order in which they were made."""
    ids = [endpoint.marketplace.add_hit({"HITId": f"3H{number}", **TYPE}) for number in range(count)]
    rows = all_pages(client.list_hits, "HITs", MaxResults=size)

    assert [row["HITId"] for row in rows] == ids
    assert rows == [client.get_hit(HITId=hit_id)["HIT"] for hit_id in ids]


def test_page_holds_ten_where_nobody_says(endpoint: Endpoint, client: Any) -> None:
    """The default of MaxResults is ten, its limit a hundred."""
    for number in range(101):
        endpoint.marketplace.add_hit({"HITId": f"3H{number}"})

    assert client.list_hits()["NumResults"] == 10
    assert client.list_hits(MaxResults=100)["NumResults"] == 100
    assert refused(client.list_hits, MaxResults=101).code == "ValidationException"


def test_paginator_of_boto3(endpoint: Endpoint, client: Any) -> None:
    """boto3's paginators follow the tokens."""
    ids = [endpoint.marketplace.add_hit({"HITId": f"3H{number}"}) for number in range(25)]
    pages = list(client.get_paginator("list_hits").paginate(PaginationConfig={"PageSize": 10}))

    assert [row["HITId"] for page in pages for row in page["HITs"]] == ids
    assert [page["NumResults"] for page in pages] == [10, 10, 5]


def test_pages_of_a_list_that_changes(endpoint: Endpoint, client: Any) -> None:
    """What is there all the time is listed once, whatever comes and goes meanwhile."""
    stays = [f"ASTAYS{number}" for number in range(8)]
    for worker_id in ("AGOES1", *stays[:4], "AGOES2", *stays[4:]):
        client.create_worker_block(WorkerId=worker_id, Reason="r")
    first = client.list_worker_blocks(MaxResults=3)
    for worker_id in ("AGOES1", "AGOES2"):
        client.delete_worker_block(WorkerId=worker_id)
    client.create_worker_block(WorkerId="ACOMES", Reason="r")
    rest = all_pages(client.list_worker_blocks, "WorkerBlocks", MaxResults=3, NextToken=first["NextToken"])
    listed = [row["WorkerId"] for row in (*first["WorkerBlocks"], *rest)]

    assert [worker_id for worker_id in listed if worker_id in stays] == stays
    assert listed[-1] == "ACOMES"


@pytest.mark.parametrize("token", ["x", "AAAA", "\u00e9", "=" * 255, "0" * 100])
def test_token_that_is_none(client: Any, token: str) -> None:
    """A token that the endpoint did not give is an error."""
    found = refused(client.list_hits, NextToken=token)

    assert found.code == "ParameterValidationError"
    assert f'The value "{token}" is not valid for the parameter NextToken.' in found.message


def test_token_of_something_else(endpoint: Endpoint, client: Any) -> None:
    """A token of another operation, of another filter, of another endpoint, or one that was changed, is an error."""
    for number in range(3):
        endpoint.marketplace.add_hit({"HITId": f"3H{number}"})
        endpoint.marketplace.block(f"A{number}")
    token = client.list_hits(MaxResults=1)["NextToken"]
    types = client.list_qualification_types(MustBeRequestable=False, MaxResults=1)["NextToken"]

    assert client.list_hits(MaxResults=2, NextToken=token)["NumResults"] == 2
    assert client.list_qualification_types(MustBeRequestable=False, NextToken=types)["NumResults"] == 4
    refused(client.list_worker_blocks, NextToken=token)
    refused(client.list_qualification_types, MustBeRequestable=True, NextToken=types)
    refused(client.list_hits, NextToken=token[:-1])
    refused(client.list_hits, NextToken=f"!{token}")
    with Endpoint([{"HITId": "3H0"}, {"HITId": "3H1"}]) as other:
        refused(boto3_client(other).list_hits, NextToken=token)


# --- assignments


def test_assignments_are_listed(endpoint: Endpoint, client: Any) -> None:
    """Those of the HIT, in pages, each with its worker and its times; of some statuses where they are asked for."""
    hit_id = client.create_hit(**HIT, MaxAssignments=30)["HIT"]["HITId"]
    other = client.create_hit(**HIT)["HIT"]["HITId"]
    statuses = ["Submitted", "Approved", "Rejected"]
    made = {
        endpoint.marketplace.add_assignment(f"A{number}", hit_id, statuses[number % 3]): f"A{number}"
        for number in range(25)
    }
    found = all_pages(client.list_assignments_for_hit, "Assignments", HITId=hit_id)
    some = all_pages(
        client.list_assignments_for_hit, "Assignments", HITId=hit_id, MaxResults=3,
        AssignmentStatuses=["Approved", "Rejected"],
    )  # fmt: skip

    assert {each["AssignmentId"]: each["WorkerId"] for each in found} == made
    assert found[0] == {
        "AssignmentId": next(iter(made)),
        "WorkerId": "A0",
        "HITId": hit_id,
        "AssignmentStatus": "Submitted",
        "AcceptTime": NOON,
        "SubmitTime": NOON,
    }
    assert some == [each for each in found if each["AssignmentStatus"] != "Submitted"]
    assert all_pages(client.list_assignments_for_hit, "Assignments", HITId=other) == []


def test_assignments_count(endpoint: Endpoint, client: Any) -> None:
    """What was submitted is not available any more, and completed once it is approved or rejected."""
    hit_id = client.create_hit(**HIT, MaxAssignments=4)["HIT"]["HITId"]
    for worker_id, status in (("A1", "Submitted"), ("A2", "Approved"), ("A3", "Rejected")):
        endpoint.marketplace.add_assignment(worker_id, hit_id, status)
    hit = client.get_hit(HITId=hit_id)["HIT"]

    assert [hit[f"NumberOfAssignments{each}"] for each in ("Pending", "Available", "Completed")] == [0, 1, 2]


def test_assignments_of_a_saved_hit_count(endpoint: Endpoint, client: Any) -> None:
    """A HIT that said how many are available has one less with each."""
    saved = {"HITId": "3HIT", "NumberOfAssignmentsAvailable": 1, "QualificationRequirements": []}
    endpoint.marketplace.add_hit(saved)
    endpoint.marketplace.add_assignment("A1", "3HIT")

    assert client.get_hit(HITId="3HIT")["HIT"]["NumberOfAssignmentsAvailable"] == 0


def test_assignments_of_a_hit_that_does_not_exist(client: Any) -> None:
    """They are refused as the HIT itself is."""
    found = refused(client.list_assignments_for_hit, HITId="3NONE")

    assert found.turk_code == "AWS.MechanicalTurk.HITDoesNotExist"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("", "3HIT"), "got `''`"),
        (("A2", "3NONE"), "no HIT `3NONE`; add it with add_hit"),
        (("A2", "3HIT", "Accepted"), "got `Accepted`"),
        (("A1", "3HIT"), "`A1` has an assignment of `3HIT` already"),
    ],
)
def test_assignments_that_cannot_be(endpoint: Endpoint, arguments: tuple[str, ...], said: str) -> None:
    """They are refused, and nothing changes."""
    endpoint.marketplace.add_hit({"HITId": "3HIT", "QualificationRequirements": []})
    endpoint.marketplace.add_assignment("A1", "3HIT")
    before = endpoint.marketplace.state

    with pytest.raises(qe.InvalidInput, match=said):
        endpoint.marketplace.add_assignment(*arguments)
    assert endpoint.marketplace.state is before


# --- qualification types


def created_type(client: Any, name: str = "Study 1", **others: Any) -> str:
    """The id of a qualification type that was created."""
    request = {"Name": name, "Description": "Done with it", "QualificationTypeStatus": "Active", **others}
    return str(client.create_qualification_type(**request)["QualificationType"]["QualificationTypeId"])


def test_type_that_was_created_can_be_read(client: Any) -> None:
    """GetQualificationType returns what CreateQualificationType returned."""
    request = {"Name": "Birds", "Description": "Knows birds", "QualificationTypeStatus": "Inactive", "Keywords": "a, b",
               "RetryDelayInSeconds": 9, "Test": "<QuestionForm/>", "TestDurationInSeconds": 60,
               "AnswerKey": "<AnswerKey/>"}  # fmt: skip
    created = client.create_qualification_type(**request)["QualificationType"]

    assert client.get_qualification_type(QualificationTypeId=created["QualificationTypeId"])["QualificationType"] == (
        created
    )
    beside = {"QualificationTypeId": created["QualificationTypeId"], "CreationTime": NOON, "IsRequestable": True,
              "AutoGranted": False}  # fmt: skip
    assert created == {**request, **beside}


def test_type_that_is_granted_by_itself(client: Any) -> None:
    """AutoGranted has the value 1 where none is given."""
    common = {"Description": "d", "QualificationTypeStatus": "Active", "AutoGranted": True}
    one = client.create_qualification_type(Name="a", **common)["QualificationType"]
    five = client.create_qualification_type(Name="b", **common, AutoGrantedValue=5)["QualificationType"]

    assert [(each["AutoGranted"], each["AutoGrantedValue"]) for each in (one, five)] == [(True, 1), (True, 5)]


@pytest.mark.parametrize(
    ("others", "code", "words"),
    [
        ({"AutoGranted": True, "Test": "x", "TestDurationInSeconds": 9}, "InvalidParameterCombinationError",
         "AutoGranted, Test"),
        ({"Test": "x"}, "ParameterValidationError", "TestDurationInSeconds must be specified if Test is"),
        ({"AnswerKey": "x"}, "ParameterValidationError", "Test must be specified if AnswerKey is"),
        ({"Description": "x" * 2001}, "ParameterValidationError", "parameter Description"),
        ({"Keywords": "x" * 1001}, "ParameterValidationError", "parameter Keywords"),
        ({"RetryDelayInSeconds": -1}, "ParameterValidationError", "parameter RetryDelayInSeconds"),
        ({"QualificationTypeStatus": "active"}, "ValidationException", "enum value set: [Active, Inactive]"),
    ],
)  # fmt: skip
def test_types_that_are_refused(
    endpoint: Endpoint, client: Any, others: dict[str, Any], code: str, words: str
) -> None:  # fmt: skip
    """What must go together, and what must not; nothing is made."""
    request = {"Name": "n", "Description": "d", "QualificationTypeStatus": "Active", **others}
    found = refused(client.create_qualification_type, **request)

    assert (found.code, endpoint.marketplace.state.types) == (code, {})
    assert words in found.message


def test_name_of_a_type_is_taken(client: Any) -> None:
    """A name can be had once, and the error is the service's."""
    created_type(client)
    request = {"Name": "Study 1", "Description": "other", "QualificationTypeStatus": "Active"}
    found = refused(client.create_qualification_type, **request)

    assert found.turk_code == "AWS.MechanicalTurk.QualificationTypeAlreadyExists"
    assert found.message.startswith("You have already created a QualificationType with this name. ")


def test_type_that_does_not_exist(client: Any) -> None:
    """It is named in brackets, as the service does."""
    found = refused(client.get_qualification_type, QualificationTypeId="3NONE")

    assert found.message.startswith("QualificationType [3NONE] does not exist. (")


@pytest.mark.parametrize("environment", ["production", "sandbox"])
def test_types_of_the_system(environment: Any) -> None:
    """They are listed and can be read, but not where one's own or requestable ones are asked for; Masters is one."""
    with Endpoint(environment=environment) as endpoint:
        client = boto3_client(endpoint)
        own = created_type(client)
        listed = all_pages(client.list_qualification_types, "QualificationTypes", MustBeRequestable=False)
        named = {row["Name"]: row for row in listed}
        masters = {"production": qe.MASTERS, "sandbox": qe.MASTERS_SANDBOX}[environment]

        assert named["Worker_Locale"]["QualificationTypeId"] == qe.LOCALE
        assert {row["QualificationTypeId"] for row in listed} & {qe.MASTERS, qe.MASTERS_SANDBOX} == {masters}
        assert not named["Worker_Locale"]["IsRequestable"]
        adult = client.get_qualification_type(QualificationTypeId=qe.ADULT)["QualificationType"]
        assert adult["Name"] == "Worker_Adult"
        for others in ({"MustBeRequestable": True}, {"MustBeRequestable": False, "MustBeOwnedByCaller": True}):
            (row,) = all_pages(client.list_qualification_types, "QualificationTypes", **others)
            assert row["QualificationTypeId"] == own


def test_types_are_searched(client: Any) -> None:
    """A query finds what is in the name, the description or the keywords, in whatever case."""
    ids = [created_type(client, "Birds"), created_type(client, "x", Description="of BIRDS"),
           created_type(client, "y", Keywords="a, birdsong"), created_type(client, "z")]  # fmt: skip
    found = all_pages(
        client.list_qualification_types, "QualificationTypes", MustBeRequestable=True, Query="bird", MaxResults=2
    )

    assert [row["QualificationTypeId"] for row in found] == ids[:3]


# --- qualifications


def test_life_of_a_qualification(endpoint: Endpoint, client: Any) -> None:
    """Given, read, changed, revoked, and given again; the list of workers follows."""
    type_id = created_type(client)
    of = {"QualificationTypeId": type_id, "WorkerId": "A1"}

    def workers(status: str) -> list[Any]:
        return all_pages(
            client.list_workers_with_qualification_type, "Qualifications", QualificationTypeId=type_id, Status=status
        )

    assert refused(client.get_qualification_score, **of).turk_code == "AWS.MechanicalTurk.QualificationDoesNotExist"
    client.associate_qualification_with_worker(**of, IntegerValue=80)
    granted = {**of, "IntegerValue": 80, "Status": "Granted", "GrantTime": NOON}
    assert client.get_qualification_score(**of)["Qualification"] == granted
    assert (workers("Granted"), workers("Revoked")) == ([granted], [])
    client.associate_qualification_with_worker(**of, IntegerValue=0, SendNotification=False)
    assert client.get_qualification_score(**of)["Qualification"]["IntegerValue"] == 0
    client.disassociate_qualification_from_worker(**of, Reason="r")
    found = refused(client.get_qualification_score, **of)
    assert found.message.startswith("This operation can be called with a status of: Granted (")
    assert found.turk_code == "AWS.MechanicalTurk.InvalidQualificationState"
    assert (workers("Granted"), [row["Status"] for row in workers("Revoked")]) == ([], ["Revoked"])
    endpoint.marketplace.advance(60)
    client.associate_qualification_with_worker(**of)
    again = client.get_qualification_score(**of)["Qualification"]
    assert (again["IntegerValue"], again["GrantTime"]) == (1, NOON + timedelta(minutes=1))
    assert workers("Revoked") == []


def test_disassociation_of_what_is_not_held(client: Any) -> None:
    """Of a worker who never had it, or has it no more, it is refused."""
    of = {"QualificationTypeId": created_type(client), "WorkerId": "A1"}
    never = refused(client.disassociate_qualification_from_worker, **of)
    client.associate_qualification_with_worker(**of)
    client.disassociate_qualification_from_worker(**of)
    twice = refused(client.disassociate_qualification_from_worker, **of)

    assert never.turk_code == "AWS.MechanicalTurk.QualificationDoesNotExist"
    assert twice.turk_code == "AWS.MechanicalTurk.InvalidQualificationState"


def test_workers_who_hold_it_are_listed_where_nobody_says(client: Any) -> None:
    """Without Status those who hold it are listed, all of them, each once."""
    type_id = created_type(client)
    for number in range(12):
        of = {"QualificationTypeId": type_id, "WorkerId": f"A{number}"}
        client.associate_qualification_with_worker(**of, IntegerValue=number)
        if number % 3 == 0:
            client.disassociate_qualification_from_worker(**of)
    rows = all_pages(
        client.list_workers_with_qualification_type, "Qualifications", QualificationTypeId=type_id, MaxResults=3
    )

    assert [row["WorkerId"] for row in rows] == [f"A{number}" for number in range(12) if number % 3]


@pytest.mark.parametrize("type_id", [qe.LOCALE, qe.MASTERS, qe.PERCENT_APPROVED])
def test_scores_of_the_system_are_not_for_requesters(client: Any, type_id: str) -> None:
    """No worker's locale, rate or Masters can be read, given, taken or listed."""
    of = {"QualificationTypeId": type_id, "WorkerId": "A1"}

    assert refused(client.get_qualification_score, **of).turk_code == "AWS.MechanicalTurk.QualificationDoesNotExist"
    for call in (client.associate_qualification_with_worker, client.disassociate_qualification_from_worker):
        assert refused(call, **of).turk_code == "AWS.MechanicalTurk.PermissionDeniedException"
    found = refused(client.list_workers_with_qualification_type, QualificationTypeId=type_id)
    assert found.turk_code == "AWS.MechanicalTurk.PermissionDeniedException"


def test_type_of_nobody(client: Any) -> None:
    """A type that there is not can be given to nobody."""
    of = {"QualificationTypeId": "3NONE", "WorkerId": "A1"}

    for call in (client.associate_qualification_with_worker, client.disassociate_qualification_from_worker):
        assert refused(call, **of).turk_code == "AWS.MechanicalTurk.QualificationTypeDoesNotExist"
    assert refused(client.get_qualification_score, **of).turk_code == "AWS.MechanicalTurk.QualificationDoesNotExist"


# --- blocks


def test_life_of_a_block(endpoint: Endpoint, client: Any) -> None:
    """Blocked, listed, given another reason, and let in again; to let in who is not blocked succeeds."""

    def blocks() -> list[Any]:
        return all_pages(client.list_worker_blocks, "WorkerBlocks")

    client.delete_worker_block(WorkerId="A1")
    client.create_worker_block(WorkerId="A1", Reason="spam")
    client.create_worker_block(WorkerId="A2", Reason="")
    client.create_worker_block(WorkerId="A1", Reason="more spam")
    assert blocks() == [{"WorkerId": "A1", "Reason": "more spam"}, {"WorkerId": "A2", "Reason": ""}]
    client.delete_worker_block(WorkerId="A1", Reason="sorry")
    assert [row["WorkerId"] for row in blocks()] == ["A2"]
    client.create_worker_block(WorkerId="A1", Reason="again")
    assert [row["WorkerId"] for row in blocks()] == ["A2", "A1"]
    assert list(endpoint.marketplace.state.blocks) == ["A2", "A1"]


# --- the model, both ways


@pytest.mark.parametrize(
    ("call", "parameters", "words"),
    [
        ("get_hit", {"HITId": "3a"}, "Value '3a' at 'hITId' failed to satisfy constraint: Member must satisfy regular"
         " expression pattern: ^[A-Z0-9]+$"),
        ("get_hit", {"HITId": "3A\n"}, "regular expression pattern"),
        ("get_hit", {"HITId": "3" * 65}, "Member must have length less than or equal to 64"),
        ("create_worker_block", {"WorkerId": "B1", "Reason": "r"}, "pattern: ^A[A-Z0-9]+$"),
        ("create_hit_type", {**TYPE, "Reward": "1.234"}, "at 'reward'"),
        ("create_hit_type", {**TYPE, "Reward": "$1"}, "at 'reward'"),
        ("create_hit", {**HIT, "UniqueRequestToken": "x" * 65}, "at 'uniqueRequestToken'"),
        ("create_hit", {**HIT, "QualificationRequirements": [typed("3A", "Equals")]}, "Value 'Equals' at"
         " 'qualificationRequirements.1.member.comparator'"),
    ],
)  # fmt: skip
def test_what_botocore_lets_through_is_refused(client: Any, call: str, parameters: Any, words: str) -> None:
    """Patterns, lengths and enumerations, which botocore does not check, are refused in AWS's words."""
    found = refused(getattr(client, call), **parameters)

    assert (found.status, found.code) == (400, "ValidationException")
    assert words in found.message
    assert found.message.startswith("1 validation error detected: Value ")


def test_all_violations_are_told(endpoint: Endpoint) -> None:
    """Missing members and all that is wrong are in one message, counted."""
    found = post(endpoint, {"Reward": "x", "MaxAssignments": 1}, "CreateHIT")

    assert found.error == "ValidationException"
    assert found.json["Message"].startswith("5 validation errors detected: Value null at 'lifetimeInSeconds' failed")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"HITId": 3}, "expected text, got the number `3` at 'hITId'"),
        ({"HITId": ["3A"]}, "expected text, got a list at 'hITId'"),
        ({"HITID": "3A"}, "unknown key `HITID`; did you mean `HITId`?"),
        ([], "expected an object, got a list"),
        ("null", "expected an object, got `null`"),
        ('{"HITId": "3A", "HITId": "3B"}', "a key stands twice"),
        ('{"HITId": NaN}', "NaN is no JSON"),
        ('{"HITId":', "the body is not JSON"),
        (b"\xff\xfe", "the body is not JSON"),
        ("[" * 100_000, "the body is not JSON"),
        ('{"HITId": %s}' % ("9" * 5000), "the body is not JSON"),
    ],
)  # fmt: skip
def test_form_of_requests(endpoint: Endpoint, body: Any, words: str) -> None:
    """What is not JSON, of another type, or under a key that the model does not have, is refused with its place."""
    found = post(endpoint, body)

    assert (found.status, found.error) == (400, "SerializationException")
    assert words in found.json["Message"]


def test_booleans_are_no_integers(endpoint: Endpoint, client: Any) -> None:
    """botocore takes True for an integer; AWS would not."""
    with pytest.raises(ParamValidationError):
        client.create_hit(**{**HIT, "LifetimeInSeconds": "60"})
    found = refused(client.create_hit, **{**HIT, "MaxAssignments": True})

    assert found.code == "SerializationException"


def test_null_is_absent(endpoint: Endpoint) -> None:
    """A member that is null is none, and so a required one is missing."""
    made = post(endpoint, {**HIT, "Keywords": None, "QualificationRequirements": None}, "CreateHIT")
    requirement = {**typed(qe.MASTERS), "IntegerValues": None}
    inside = post(endpoint, {**HIT, "QualificationRequirements": [requirement]}, "CreateHIT")

    assert (made.status, inside.status) == (200, 200)
    assert "Keywords" not in made.json["HIT"]
    assert "Value null at 'hITId'" in post(endpoint, {"HITId": None}).json["Message"]
    assert post(endpoint, {"HITId": None, "x": None}).error == "ValidationException"


def test_wire_writes_times_as_numbers(endpoint: Endpoint) -> None:
    """On the wire a time is seconds since 1970, and the reward a text."""
    hit = post(endpoint, HIT, "CreateHIT").json["HIT"]

    assert (hit["CreationTime"], hit["Expiration"]) == (NOON.timestamp(), NOON.timestamp() + 3600)
    assert hit["Reward"] == "0.50"


def test_answer_that_violates_the_model_is_loud(
    endpoint: Endpoint, client: Any, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    """An answer that the model does not allow is status 500 and an error in the log: it is a bug of the endpoint."""
    client.create_worker_block(WorkerId="A1", Reason="r")
    endpoint.marketplace.change(lambda state, _: (state.with_block("no id", "r"), None))
    found = refused(client.list_worker_blocks)

    assert (found.status, found.code) == (500, "InternalFailure")
    assert "the answer to ListWorkerBlocks violates the model" in found.message
    assert "workerBlocks.2.member.workerId" in caplog.text
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_bug_is_loud(
    endpoint: Endpoint, client: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """An operation that raises is status 500 and a traceback in the log, and the endpoint goes on."""
    monkeypatch.setattr(endpoint.marketplace, "change", lambda make: 1 // 0)
    found = refused(client.list_hits)
    monkeypatch.undo()

    assert (found.status, found.code) == (500, "InternalFailure")
    assert "ZeroDivisionError" in found.message
    assert "Traceback" in caplog.text
    assert client.list_hits()["NumResults"] == 0


# --- all of them


def test_operations_are_those_of_the_issue() -> None:
    """Sixteen operations, all of the service's model."""
    model = Endpoint().marketplace.model

    assert len(OPERATIONS) == 16
    assert set(OPERATIONS) < set(model.operations)


@pytest.mark.parametrize("operation", sorted(set(Endpoint().marketplace.model.operations) - set(OPERATIONS)))
def test_operations_that_are_not_here_say_so(endpoint: Endpoint, operation: str) -> None:
    """What the service has and the endpoint has not is told apart from what does not exist."""
    found = post(endpoint, {}, operation)

    assert (found.status, found.error) == (501, "NotImplementedException")
    assert f"`{operation}` is an operation of Mechanical Turk that this endpoint does not have" in found.json["Message"]


def test_every_source_of_words_has_a_grade() -> None:
    """Whoever reads the table of errors sees how well each is known."""
    assert [name for name, row in ERRORS.items() if not any(f"({grade})" in row.source for grade in "DSCI")] == []


def test_sixteen_threads_make_hits(endpoint: Endpoint) -> None:
    """From sixteen threads every HIT is made once, every token makes one, and every grant and block is kept."""
    client = boto3_client(endpoint, max_pool_connections=16)
    type_id = created_type(client)

    def work(number: int) -> str:
        client.associate_qualification_with_worker(
            QualificationTypeId=type_id, WorkerId=f"A{number}", IntegerValue=number
        )
        client.create_worker_block(WorkerId=f"A{number}", Reason="r")
        token = {"UniqueRequestToken": f"t{number // 2}"}
        try:
            return str(client.create_hit(**{**HIT, "Title": f"title {number % 5}"}, **token)["HIT"]["HITId"])
        except client.exceptions.RequestError:
            return ""

    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(work, range(64)))
    rows = all_pages(client.list_hits, "HITs", MaxResults=7)

    assert Counter(ids)[""] == 32
    assert sorted(row["HITId"] for row in rows) == sorted(filter(None, ids))
    assert len(endpoint.marketplace.state.hit_types) <= 5
    held = all_pages(client.list_workers_with_qualification_type, "Qualifications", QualificationTypeId=type_id)
    assert {row["WorkerId"]: row["IntegerValue"] for row in held} == {f"A{number}": number for number in range(64)}
    assert len(all_pages(client.list_worker_blocks, "WorkerBlocks")) == 64


def test_same_calls_give_the_same_ids() -> None:
    """Ids are the same in every run that does the same."""
    runs = []
    for _ in range(2):
        with Endpoint() as endpoint:
            endpoint.marketplace.set_clock(NOON)
            client = boto3_client(endpoint)
            runs.append([created_type(client), client.create_hit(**HIT)["HIT"]])

    assert runs[0] == runs[1]
