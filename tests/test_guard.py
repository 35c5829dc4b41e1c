"""`qualeval.guard`: a boto3 client that refuses to send a bad HIT, and sends a good one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

import qualeval as qe
from qualeval.linting.catalogue import Severity
from qualeval.testing.endpoint import Endpoint

SANDBOX = "https://mturk-requester-sandbox.us-east-1.amazonaws.com"

GOOD = {"QualificationTypeId": "3TEST", "Comparator": "GreaterThan", "IntegerValues": [80]}
BAD = {"QualificationTypeId": qe.LOCALE, "Comparator": "EqualTo", "LocaleValues": [{"Country": "UK"}]}
FOOLISH = {"QualificationTypeId": "3BLOCK", "Comparator": "LessThan", "IntegerValues": [1]}


def client(**options: Any) -> Any:
    return boto3.client(
        "mturk",
        region_name="us-east-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
        **options,
    )


def request(*requirements: Any, **others: Any) -> dict[str, Any]:
    listed = {"QualificationRequirements": list(requirements)} if requirements else {}
    return {
        "Title": "Mark the birds",
        "Description": "Mark the birds in 20 photographs",
        "Reward": "0.50",
        "AssignmentDurationInSeconds": 600,
        **listed,
        **others,
    }


def sends(guarded: Any, *requirements: Any) -> bool:
    """Whether a HIT with these requirements reaches the service, a stub."""
    with Stubber(guarded) as stub:
        stub.add_response("create_hit", {"HIT": {"HITId": "3HIT"}})
        guarded.create_hit(**request(*requirements, LifetimeInSeconds=3600))
        stub.assert_no_pending_responses()
    return True


@pytest.mark.parametrize("requirements", [(), (GOOD,), (FOOLISH,)])
def test_what_is_no_error_is_sent(requirements: tuple[Any, ...]) -> None:
    """A HIT without errors goes out as it would without the guard."""
    assert sends(qe.guard(client()), *requirements)


def test_a_bad_hit_is_not_sent() -> None:
    """The call raises before anything goes out, and the error carries the findings."""
    guarded = qe.guard(client())
    with Stubber(guarded) as stub:
        stub.add_response("create_hit", {"HIT": {"HITId": "3HIT"}})
        with pytest.raises(qe.HITRefused) as refused:
            guarded.create_hit(**request(BAD, LifetimeInSeconds=3600))
        with pytest.raises(AssertionError, match="1 responses remaining"):
            stub.assert_no_pending_responses()

    assert [each.rule for each in refused.value.findings] == ["QE201"]
    expected = "not sent: QE201 requirement 0: LocaleValues[0].Country: unknown country `UK`; did you mean `GB`?"
    assert str(refused.value) == expected
    assert isinstance(refused.value, ValueError)


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Several findings are listed."""
    with pytest.raises(qe.HITRefused, match=r"not sent: 2 findings\n  QE201 .*\n  QE102 "):
        qe.guard(client()).create_hit(**request(BAD, {**GOOD, "Comparator": "Above"}, LifetimeInSeconds=3600))


def test_hit_types_are_guarded_too() -> None:
    """CreateHITType carries requirements as well."""
    with pytest.raises(qe.HITRefused, match="QE201"):
        qe.guard(client()).create_hit_type(**request(BAD))


def test_other_calls_are_left_alone() -> None:
    """Nothing else is looked at."""
    guarded = qe.guard(client())
    with Stubber(guarded) as stub:
        stub.add_response("get_hit", {"HIT": {"HITId": "3HIT"}})

        assert guarded.get_hit(HITId="3HIT")["HIT"]["HITId"] == "3HIT"


def test_fail_on() -> None:
    """With `warning` what is probably not meant is refused too."""
    guarded = qe.guard(client(), fail_on=Severity.WARNING)

    with pytest.raises(qe.HITRefused, match="QE406"):
        guarded.create_hit(**request(FOOLISH, LifetimeInSeconds=3600))


def test_what_the_service_refuses_is_refused_whatever_its_severity() -> None:
    """A type by its name is for information in a file; sent as it is, the service would refuse it."""
    named = {"QualificationTypeId": "Masters", "Comparator": "Exists"}

    with pytest.raises(qe.HITRefused, match="QE112"):
        qe.guard(client()).create_hit(**request(named, LifetimeInSeconds=3600))


@pytest.mark.parametrize(
    ("endpoint", "type_id", "is_sent"),
    [
        (None, qe.MASTERS, True),
        (None, qe.MASTERS_SANDBOX, False),
        (SANDBOX, qe.MASTERS_SANDBOX, True),
        ("http://localhost:5000", qe.MASTERS_SANDBOX, True),
    ],
)
def test_the_environment_is_that_of_the_client(endpoint: str | None, type_id: str, is_sent: bool) -> None:
    """The sandbox's Masters do not exist in production; of another endpoint nothing is known."""
    guarded = qe.guard(client(endpoint_url=endpoint) if endpoint else client())
    masters = {"QualificationTypeId": type_id, "Comparator": "Exists"}
    if is_sent:
        assert sends(guarded, masters)
    else:
        with pytest.raises(qe.HITRefused, match="QE501"):
            sends(guarded, masters)


def test_house_rules_hold_for_what_is_sent() -> None:
    """`only` is proved of every request, also of one without requirements."""
    guarded = qe.guard(client(), only=qe.parse_hit([GOOD]).requirements)

    assert sends(guarded, GOOD)
    for requirements in ((), (FOOLISH,)):
        with pytest.raises(qe.HITRefused, match="QE901"):
            sends(guarded, *requirements)


@pytest.mark.parametrize("only", [[], (), qe.parse_hit({"HITId": "3HIT", "QualificationRequirements": []})])
def test_house_rules_that_are_empty_are_refused(only: Any) -> None:
    """Of no rule everything is proved: a guard with none would pass for one that keeps the house."""
    with pytest.raises(qe.InvalidInput, match="only: expected one at least, found none; leave it out, or give one"):
        qe.guard(client(), only=only)


def test_house_rules_and_names_of_the_wrong_type() -> None:
    """They are refused at once, not when something is sent."""
    wrong: Any = {"study": "3STUDY"}

    with pytest.raises(qe.WrongType, match="names: expected TypeNames, got dict"):
        qe.guard(client(), names=wrong)
    with pytest.raises(qe.WrongType, match="only: expected a"):
        qe.guard(client(), only=[wrong])


def test_a_second_guard_replaces_the_first() -> None:
    """Guarding again changes the rules, and does not pile up."""
    guarded = qe.guard(qe.guard(client()), ignore=["unknown-country"])

    assert sends(guarded, BAD)


def test_only_this_client_is_guarded() -> None:
    """Another client of the same session sends what it likes."""
    session = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none", region_name="us-east-1")
    qe.guard(session.client("mturk"))

    assert sends(session.client("mturk"), BAD)


def test_what_is_no_client_of_mturk() -> None:
    """A guard that hangs on nothing would guard nothing."""
    other = boto3.client("s3", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")

    for wrong in (other, None, boto3.Session()):
        with pytest.raises(qe.WrongType, match="expected a boto3 client for mturk, got"):
            qe.guard(wrong)  # type: ignore[type-var]


# What is really sent


def put_bad(params: dict[str, Any]) -> None:
    params["QualificationRequirements"] = [BAD]


def in_place(params: dict[str, Any], **_: Any) -> None:
    """A handler that changes the parameters that it gets."""
    put_bad(params)


def in_their_place(params: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A handler that gives other parameters."""
    return {**params, "QualificationRequirements": [BAD]}


def in_the_body(params: dict[str, Any], **_: Any) -> None:
    """A handler that changes the request that was built."""
    params["body"] = json.dumps({**json.loads(params["body"]), "QualificationRequirements": [BAD]}).encode()


def in_the_data(request: Any, **_: Any) -> None:
    """A handler that changes the request before it is signed."""
    request.data = json.dumps({**json.loads(request.data), "QualificationRequirements": [BAD]}).encode()


def in_the_prepared(request: Any, **_: Any) -> None:
    """A handler that changes the request when it is ready."""
    request.body = json.dumps({**json.loads(request.body), "QualificationRequirements": [BAD]}).encode()


HANDLERS: list[tuple[str, Callable[..., Any]]] = [
    ("provide-client-params.mturk.CreateHIT", in_place),
    ("provide-client-params.mturk.CreateHIT", in_their_place),
    ("provide-client-params.mturk", in_place),
    ("provide-client-params", in_place),
    ("before-parameter-build.mturk.CreateHIT", in_place),
    ("before-parameter-build.*.*", in_place),
    ("before-call.mturk.CreateHIT", in_the_body),
    ("before-call.mturk", in_the_body),
    ("before-call", in_the_body),
    ("request-created.mturk.CreateHIT", in_the_data),
    ("before-sign.mturk.CreateHIT", in_the_data),
    ("before-send.mturk.CreateHIT", in_the_prepared),
    ("before-send.*.*", in_the_prepared),
    ("before-send", in_the_prepared),
]


@pytest.fixture
def service() -> Iterator[Endpoint]:
    """A service without qualification types, so that it refuses every HIT here, and notes what it is asked."""
    with Endpoint() as opened:
        yield opened


@pytest.mark.parametrize("is_early", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(("event", "handler"), HANDLERS)
def test_what_other_handlers_make_of_it_is_refused(
    service: Endpoint, event: str, handler: Callable[..., Any], is_early: bool
) -> None:
    """Whoever changes the HIT on its way out, and whenever that was registered, nothing bad goes out."""
    open_client = client(endpoint_url=service.url)
    if is_early:
        open_client.meta.events.register(event, handler)
    guarded = qe.guard(open_client)
    if not is_early:
        guarded.meta.events.register(event, handler)

    with pytest.raises(qe.HITRefused, match="QE201 requirement 0"):
        guarded.create_hit(**request(GOOD, LifetimeInSeconds=3600))
    assert list(service.requests) == []


@pytest.mark.parametrize("body", [b"{", b"[]", b"", b"\xff", None, b'{"Title": "a", "Title": "b"}'])
def test_a_body_that_cannot_be_read_is_not_sent(service: Endpoint, body: object) -> None:
    """What the guard cannot read it does not let through."""
    guarded = qe.guard(client(endpoint_url=service.url))
    guarded.meta.events.register("before-call.mturk.CreateHIT", lambda params, **_: params.update(body=body))

    with pytest.raises(qe.HITRefused, match=r"not sent: .*the request.s body"):
        guarded.create_hit(**request(GOOD, LifetimeInSeconds=3600))
    assert list(service.requests) == []


def test_a_good_hit_arrives_once_with_other_handlers(service: Endpoint) -> None:
    """Handlers that do no harm do their work, and the service gets what they made of it."""
    guarded = qe.guard(client(endpoint_url=service.url))
    guarded.meta.events.register(
        "before-parameter-build.mturk.CreateHIT", lambda params, **_: params.update(Title="Mark more birds")
    )

    with pytest.raises(Exception, match="CreateHIT"):  # the service has no such type
        guarded.create_hit(**request(GOOD, LifetimeInSeconds=3600))
    assert [each.parameters["Title"] for each in service.requests] == ["Mark more birds"]


def test_a_second_guard_replaces_all_of_the_first(service: Endpoint) -> None:
    """No station of the first is left."""
    guarded = qe.guard(qe.guard(client(endpoint_url=service.url)), ignore=["unknown-country"])
    guarded.meta.events.register("before-parameter-build.mturk.CreateHIT", in_place)

    with pytest.raises(Exception, match="CreateHIT"):
        guarded.create_hit(**request(GOOD, LifetimeInSeconds=3600))
    assert len(service.requests) == 1


def test_the_last_handler_of_all_breaks_the_signature(service: Endpoint) -> None:
    """What is registered after the guard as the last one before the sending comes after it, and after the signing."""
    guarded = qe.guard(client(endpoint_url=service.url))
    signed: list[bytes] = []

    def loosened(request: Any, **_: Any) -> None:
        signed.append(request.body)
        request.body = request.body.replace(b"[80]", b"[10]")

    guarded.meta.events.register_last("before-send", loosened)

    with pytest.raises(Exception, match="CreateHIT"):
        guarded.create_hit(**request(GOOD, LifetimeInSeconds=3600))
    assert [json.loads(body)["QualificationRequirements"] for body in signed] == [[GOOD]]
    sent = [each.parameters["QualificationRequirements"] for each in service.requests]
    assert sent == [[{**GOOD, "IntegerValues": [10]}]]


def test_requirements_of_a_hit_type_are_proved_where_it_is_made() -> None:
    """What only names a HIT type carries no requirements, so it is sent unproved; the type itself is not."""
    guarded = qe.guard(client(), only=qe.parse_hit([GOOD]))

    with pytest.raises(qe.HITRefused, match="QE901"):
        guarded.create_hit_type(**request(FOOLISH))
    with Stubber(guarded) as stub:
        stub.add_response("create_hit_with_hit_type", {"HIT": {"HITId": "3HIT"}})
        stub.add_response("update_hit_type_of_hit", {})
        guarded.create_hit_with_hit_type(HITTypeId="3TYPE", LifetimeInSeconds=3600)
        guarded.update_hit_type_of_hit(HITId="3HIT", HITTypeId="3TYPE")
        stub.assert_no_pending_responses()


@pytest.mark.parametrize("options", [{"select": "QE2"}, {"ignore": ["house-rule"]}])
def test_house_rules_that_nobody_looks_for_are_refused(options: dict[str, Any]) -> None:
    """A guard that proves nothing would pass for one that does."""
    with pytest.raises(qe.InvalidInput, match=r"only: house rules are given, and QE901, .* is not selected"):
        qe.guard(client(), only=qe.parse_hit([GOOD]), **options)
