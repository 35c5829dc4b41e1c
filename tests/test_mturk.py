"""Fetching HITs over real HTTP from the loopback, and what is said of every way in which that fails."""

from __future__ import annotations

import builtins
import contextlib
import copy
import json
import pickle
import shutil
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import boto3.exceptions
import botocore.exceptions
import botocore.parsers
import pytest
from botocore.config import Config
from botocore.loaders import Loader
from botocore.retries.bucket import TokenBucket
from botocore.retries.standard import ExponentialBackoff

from qualeval.errors import HITNotFound, InvalidInput, NoSuchHIT, QualevalError, ServiceError, WrongType
from qualeval.sources.failures import CODES, FAILURES, without_secrets
from qualeval.sources.mturk import SANDBOX, GetsHIT, MTurk
from qualeval.testing.endpoint import Endpoint
from qualeval.testing.faults import Fault, Faults, Reply
from qualeval.testing.protocol import error_reply
from tests.endpoint_requests import closed_port

ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SESSION_TOKEN = "IQoJb3JpZ2luX2VjEXAMPLETOKEN//"

HIT_ID = "3XYZ"
CREATED = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
REQUIREMENT = {
    "QualificationTypeId": "00000000000000000071",
    "Comparator": "In",
    "LocaleValues": [{"Country": "US", "Subdivision": "WA"}, {"Country": "CA"}],
    "RequiredToPreview": False,
    "ActionsGuarded": "Accept",
}
HIT_ON_THE_WIRE = {
    "HITId": HIT_ID,
    "HITTypeId": "3TYPE",
    "HITGroupId": "3GROUP",
    "Title": "Label ten pictures",
    "HITStatus": "Assignable",
    "HITReviewStatus": "NotReviewed",
    "CreationTime": CREATED,
    "Expiration": datetime(2099, 1, 1, tzinfo=UTC),
    "Reward": "0.50",
    "AutoApprovalDelayInSeconds": 3600,
    "MaxAssignments": 3,
    "NumberOfAssignmentsPending": 1,
    "NumberOfAssignmentsAvailable": 2,
    "NumberOfAssignmentsCompleted": 0,
    "QualificationRequirements": [REQUIREMENT],
}

Connect = Callable[..., MTurk]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """AWS settings of this test alone: dummy keys, no files, no metadata service, no proxy."""
    for name in ("PROFILE", "DEFAULT_PROFILE", "DATA_PATH", "ENDPOINT_URL", "ENDPOINT_URL_MTURK", "CA_BUNDLE"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries are made as ever, without the waits between them."""
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0.0)
    monkeypatch.setattr(TokenBucket, "acquire", lambda self, amount=1, block=True: True)


@pytest.fixture
def service() -> Iterator[Endpoint]:
    """A Mechanical Turk that has one HIT."""
    with Endpoint([HIT_ON_THE_WIRE]) as running:
        yield running


@pytest.fixture
def connect(service: Endpoint) -> Iterator[Connect]:
    """`MTurk.connect` to the endpoint, closed afterwards."""
    made: list[MTurk] = []

    def connect_to(**settings: Any) -> MTurk:
        address = {} if settings.get("sandbox") else {"endpoint_url": service.url}
        made.append(MTurk.connect(**(address | {"max_attempts": 2, "timeout": 5.0} | settings)))
        return made[-1]

    yield connect_to
    for source in made:
        source.client.close()  # type: ignore[attr-defined]


def failure(source: MTurk, hit_id: str = HIT_ID) -> ServiceError:
    """The ServiceError that fetching raises."""
    with pytest.raises(ServiceError) as caught:
        source.get_hit_answer(hit_id)
    return caught.value


def everything_said(raised: BaseException) -> str:
    """All that may be printed, logged or stored of an error, but for the lines of these tests themselves."""
    printed = traceback.format_exception(raised.with_traceback(None))
    return "\n".join([str(raised), repr(raised), str(vars(raised)), *printed])


# What is fetched


def test_answer_of_the_service(connect: Connect) -> None:
    """The answer of GetHIT is given as boto3 gives it, without the metadata of the response."""
    answer = connect().get_hit_answer(HIT_ID)

    assert answer == {"HIT": HIT_ON_THE_WIRE}


def test_hit_is_parsed(connect: Connect) -> None:
    """`get_hit` gives the HIT itself."""
    hit = connect().get_hit(HIT_ID)

    assert hit.hit_id == HIT_ID
    assert hit.title == "Label ten pictures"
    assert len(hit.requirements) == 1
    assert hit.requirements[0].qualification_type_id == "00000000000000000071"


def test_hit_that_cannot_be_parsed(service: Endpoint, connect: Connect) -> None:
    """A requirement that is malformed is InvalidInput, which names the HIT that was fetched."""
    hit = {"HITId": "3BAD", "QualificationRequirements": [REQUIREMENT | {"Comparator": "Equals"}]}
    service.faults.answer(json.dumps({"HIT": hit}))

    with pytest.raises(InvalidInput, match=r"3BAD.*Comparator"):
        connect().get_hit("3BAD")


def test_request_is_signed(service: Endpoint, connect: Connect) -> None:
    """What is sent is a signed GetHIT request, once."""
    connect().get_hit_answer(HIT_ID)

    (request,) = service.requests
    assert (request.operation, request.parameters) == ("GetHIT", {"HITId": HIT_ID})
    assert request.headers["authorization"].startswith(f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/")
    assert "/us-east-1/mturk-requester/aws4_request" in request.headers["authorization"]


def test_own_client_is_used_as_it_is(service: Endpoint) -> None:
    """A client of the caller's own keeps its own retries."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 1})
    client: Any = boto3.Session().client("mturk", region_name="us-east-1", endpoint_url=service.url, config=config)
    source = MTurk(client)
    service.faults.throttle()

    with contextlib.closing(client):
        raised = failure(source)

    assert raised.code == "ThrottlingException"
    assert len(service.requests) == 1
    assert source.client is client


def test_anything_with_get_hit_is_a_client() -> None:
    """A client need only answer `get_hit`."""

    class Saved:
        def get_hit(self, *, HITId: str) -> Mapping[str, Any]:  # noqa: N803
            return {"HIT": {"HITId": HITId}}

    client: GetsHIT = Saved()

    assert MTurk(client).get_hit_answer("3A") == {"HIT": {"HITId": "3A"}}
    assert repr(MTurk(client)) == "<MTurk Saved>"


def test_errors_of_ours_pass() -> None:
    """What a client of the caller's own raises in our terms is left as it is, also where it is a ValueError."""

    class Picky:
        def get_hit(self, *, HITId: str) -> Mapping[str, Any]:  # noqa: N803
            raise InvalidInput(f"not {HITId}")

    with pytest.raises(InvalidInput, match=r"^not 3A$"):
        MTurk(Picky()).get_hit_answer("3A")


def test_one_source_serves_many_threads(service: Endpoint, connect: Connect) -> None:
    """Many threads fetch from one source, each its own HIT."""
    ids = [f"3H{number}" for number in range(40)]
    service.marketplace.add_hits({"HITId": hit_id} for hit_id in ids)
    source = connect()

    with ThreadPoolExecutor(8) as pool:
        hits = list(pool.map(source.get_hit, ids))

    assert [hit.hit_id for hit in hits] == ids


# The settings


def test_settings_of_connect(connect: Connect, service: Endpoint) -> None:
    """Adaptive retries, the attempts and the time limits are those that were asked for."""
    source = connect(timeout=3.5, max_attempts=4)
    config = source.client.meta.config  # type: ignore[attr-defined]

    assert config.retries == {"mode": "adaptive", "total_max_attempts": 4}
    assert (config.connect_timeout, config.read_timeout) == (3.5, 3.5)
    assert source.endpoint == service.url
    assert repr(source) == f"<MTurk {service.url}>"


@pytest.mark.parametrize(
    ("settings", "endpoint"),
    [({}, "https://mturk-requester.us-east-1.amazonaws.com"), ({"sandbox": True}, SANDBOX)],
    ids=["production", "sandbox"],
)
def test_endpoints_of_aws(settings: dict[str, Any], endpoint: str) -> None:
    """Without an address it is production, with `sandbox` the sandbox; nothing is sent by connecting."""
    source = MTurk.connect(**settings)

    assert source.endpoint == endpoint


def test_profile_is_used(service: Endpoint, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of the named profile sign the request."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    (tmp_path / "credentials").write_text("[mine]\naws_access_key_id=AKIAMINE\naws_secret_access_key=x\n")

    connect(profile="mine").get_hit_answer(HIT_ID)

    assert "Credential=AKIAMINE/" in service.requests[0].headers["authorization"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"sandbox": True, "endpoint_url": "http://127.0.0.1"}, "give either sandbox or endpoint_url"),
        ({"endpoint_url": "nope"}, "`nope` is no endpoint address"),
        ({"endpoint_url": ""}, "`''` is no endpoint address"),
        ({"endpoint_url": "ftp://host"}, "`ftp://host` is no endpoint address"),
        ({"endpoint_url": "http://host:99999"}, "`http://host:99999` is no endpoint address"),
        ({"endpoint_url": "http://ho st"}, "boto3 does not accept the settings"),
        ({"region": ""}, "the region is empty"),
        ({"region": "us east"}, "`us east` is no AWS region"),
        ({"region": None}, "the region is empty"),
        ({"timeout": 0}, "the timeout is `0`"),
        ({"timeout": float("nan")}, "the timeout is `nan`"),
        ({"max_attempts": 0}, "max_attempts is `0`"),
        ({"profile": "nobody"}, "there is no AWS profile `nobody`"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, Any], said: str) -> None:
    """A setting that cannot be is refused by connecting, with what is wrong."""
    with pytest.raises(InvalidInput) as caught:
        MTurk.connect(**settings)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"timeout": "x"}, "timeout: expected a number of seconds, got the text `x`"),
        ({"timeout": None}, "timeout: expected a number of seconds, got `null`"),
        ({"timeout": True}, "timeout: expected a number of seconds, got `true`"),
        ({"max_attempts": "3"}, "max_attempts: expected an integer, got the text `3`"),
        ({"max_attempts": 2.5}, "max_attempts: expected an integer, got the number `2.5`"),
        ({"region": 5}, "region: expected text, got the number `5`"),
        ({"region": ["us-east-1"]}, "region: expected text, got a list"),
        ({"endpoint_url": 5}, "endpoint_url: expected text, got the number `5`"),
        ({"endpoint_url": b"http://host"}, "endpoint_url: expected text, got a value of the Python type bytes"),
        ({"profile": 5}, "profile: expected text, got the number `5`"),
        ({"sandbox": "yes"}, "sandbox: expected True or False, got the text `yes`"),
        ({"region": 5, "profile": []}, "profile: expected text, got a list; region: expected text, got the number `5`"),
    ],
)  # fmt: skip
def test_settings_of_another_type(settings: dict[str, Any], said: str) -> None:
    """A setting of the wrong Python type is refused in our own words, with all others of which that is so."""
    with pytest.raises(WrongType) as caught:
        MTurk.connect(**settings)

    assert said == str(caught.value)


def test_all_wrong_settings_are_named_at_once() -> None:
    """Every wrong setting is a problem of its own, and a password in an address is not shown."""
    with pytest.raises(InvalidInput) as caught:
        MTurk.connect(region="", endpoint_url="ftp://me:pass/word@host", sandbox=True, timeout=-1, max_attempts=0)

    assert len(caught.value.problems) == 5
    assert "`ftp://host` is no endpoint address" in str(caught.value)
    assert "word" not in everything_said(caught.value)


# What the service refuses


def test_hit_that_does_not_exist(connect: Connect) -> None:
    """A HIT that the service denies having is not found, and a failure of the service; its words are kept."""
    raised = failure(connect(), "3NONE")

    assert isinstance(raised, NoSuchHIT)
    assert isinstance(raised, HITNotFound)
    assert isinstance(raised, LookupError)
    assert raised.hit_id == "3NONE"
    assert raised.operation == "GetHIT"
    assert raised.code == "AWS.MechanicalTurk.HITDoesNotExist"
    assert str(raised.service_message).startswith("Hit 3NONE does not exist. (")
    assert str(raised).startswith("the service has no HIT `3NONE` (Hit 3NONE does not exist. (")
    assert "--sandbox" in raised.help


def test_errors_survive_copying(connect: Connect) -> None:
    """An error that went through pickle, as from a worker process, has all its fields still."""
    raised = failure(connect(), "3NONE")

    for other in (pickle.loads(pickle.dumps(raised)), copy.copy(raised)):
        assert type(other) is NoSuchHIT
        assert str(other) == str(raised)
        assert vars(other) == vars(raised)


@pytest.mark.parametrize(
    ("name", "words", "turk_code", "said", "mend"),
    [
        (
            "RequestError",
            "To use the MTurk API, you will need an AWS Account.",
            "AWS.AccountNotLinked",
            "the AWS account is not linked to a Mechanical Turk requester account",
            "https://requester.mturk.com/developer",
        ),
        (
            "AccessDeniedException",
            "User: arn:aws:iam::1:user/x is not authorized to perform: mechanicalturk:GetHIT",
            None,
            "the AWS credentials do not permit GetHIT",
            "mechanicalturk:GetHIT",
        ),
        (
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            None,
            "the service does not know the AWS access key",
            "AWS_ACCESS_KEY_ID",
        ),
        (
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided.",
            None,
            "the service does not accept the signature",
            "secret key",
        ),
        (
            "ExpiredTokenException",
            "The security token included in the request is expired",
            None,
            "the AWS session has expired",
            "aws sso login",
        ),
        (
            "com.amazonaws.mturk#RequestError",
            "This HIT is not yours.",
            "AWS.MechanicalTurk.Surprise",
            "the service refused GetHIT (`AWS.MechanicalTurk.Surprise`): This HIT is not yours",
            "",
        ),
        ("ValidationException", "", None, "no reason given", ""),
    ],
)
def test_refusals(
    service: Endpoint, connect: Connect, *, name: str, words: str, turk_code: str | None, said: str, mend: str
) -> None:  # fmt: skip
    """A refusal keeps the service's code and words, and says what mends it."""
    service.faults.refuse(name, words, turk_code=turk_code or "")

    raised = failure(connect())

    assert (raised.operation, raised.code, raised.service_message) == ("GetHIT", turk_code or name, words)
    assert said in raised.message
    assert words.rstrip(".") in raised.message
    assert mend in raised.help
    assert len(service.requests) == 1


@pytest.mark.usefixtures("hasty")
def test_throttled_then_fine(service: Endpoint, connect: Connect) -> None:
    """A request that is throttled is sent again until it is answered."""
    service.faults.throttle(times=3)

    answer = connect(max_attempts=4).get_hit_answer(HIT_ID)

    assert answer == {"HIT": HIT_ON_THE_WIRE}
    assert len(service.requests) == 4


@pytest.mark.slow
def test_throttling_slows_the_client_down(service: Endpoint, connect: Connect) -> None:
    """After throttling, the adaptive client waits before it sends again."""
    service.faults.throttle(times=2)

    connect(max_attempts=3).get_hit_answer(HIT_ID)

    times = [request.at for request in service.requests]
    assert len(times) == 3
    assert times[-1] - times[0] > 1.0


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(("attempts", "tries"), [(1, "1 attempt "), (3, "3 attempts ")])
def test_throttled_for_ever(service: Endpoint, connect: Connect, attempts: int, tries: str) -> None:
    """The attempts have an end: then it is said how many they were, and to try later."""
    service.faults.throttle(times=None)

    raised = failure(connect(max_attempts=attempts))

    assert raised.code == "ThrottlingException"
    assert raised.service_message == "Rate exceeded"
    assert f"gave up after {tries}" in raised.message
    assert raised.help.startswith("try again later")
    assert len(service.requests) == attempts


@pytest.mark.usefixtures("hasty")
def test_service_fault(service: Endpoint, connect: Connect) -> None:
    """A fault of the service is tried again; where it lasts, its words are kept."""
    service.faults.fail(times=None)

    raised = failure(connect())

    assert raised.code == "AWS.ServiceUnavailable"
    assert "temporarily unable to process your request" in str(raised.service_message)
    assert "the service failed at GetHIT, and boto3 gave up after 2 attempts" in raised.message
    assert "saved HIT files" in raised.help


@pytest.mark.usefixtures("hasty")
def test_service_fault_that_passes(service: Endpoint, connect: Connect) -> None:
    """One fault is forgotten."""
    service.faults.fail()
    service.faults.hang_up()

    answer = connect(max_attempts=3).get_hit_answer(HIT_ID)

    assert answer == {"HIT": HIT_ON_THE_WIRE}


# What is no answer

NO_ANSWERS: dict[str, Callable[[Faults], None]] = {
    "cut JSON": lambda faults: faults.cut(times=None),
    "body shorter than announced": lambda faults: faults.break_off(times=None),
    "HTML": lambda faults: faults.answer("<!DOCTYPE html>\n<html></html>\n", content_type="text/html", times=None),
    "not UTF-8": lambda faults: faults.answer(b'\xff\xfe{"HIT"', times=None),
} | {
    body or "nothing": partial(Faults.answer, body=body, times=None)
    for body in (
        "", "{}", "[]", "3", "null", '"x"', '{"HIT": null}', '{"HIT": {}}', '{"HIT": 3}', '{"HIT": []}',
        '{"HIT": {"CreationTime": "x"}}', '{"HIT": {"CreationTime": 1e30}}', '{"HIT": {"CreationTime": [1]}}',
        '{"HIT": {"QualificationRequirements": 3}}', '{"HIT": {"QualificationRequirements": [3]}}',
        '{"HIT": {"QualificationRequirements": {"a": 1}}}', "[" * 100_000,
    )
}  # fmt: skip


@pytest.mark.parametrize("ask_for", NO_ANSWERS.values(), ids=[name[:50] for name in NO_ANSWERS])
def test_body_that_is_no_answer(service: Endpoint, connect: Connect, ask_for: Callable[[Faults], None]) -> None:
    """A body that is cut or is something else is an error, never a HIT without requirements."""
    ask_for(service.faults)

    raised = failure(connect())

    assert raised.code is None
    assert raised.message == (
        f"the answer to GetHIT cannot be read: it was cut, or `{service.url}` is not Mechanical Turk"
    )
    assert "check the address of the endpoint" in raised.help


@pytest.mark.parametrize("status", [302, 404, 405])
def test_endpoint_that_is_something_else(service: Endpoint, connect: Connect, status: int) -> None:
    """A web server that knows nothing of Mechanical Turk is called that, and its page is not quoted."""
    service.faults.answer("<html>no such page</html>", status=status, content_type="text/html")

    raised = failure(connect())

    assert raised.code == str(status)
    assert raised.message == f"`{service.url}` does not answer as Mechanical Turk does (HTTP status `{status}`)"
    assert "proxy" in raised.help


@pytest.mark.usefixtures("hasty")
def test_gateway_that_fails(service: Endpoint, connect: Connect) -> None:
    """A gateway's page with a status of 502 is a failure of the service."""
    service.faults.answer("<html>bad gateway</html>", status=502, content_type="text/html", times=None)

    raised = failure(connect())

    assert raised.code == "502"
    assert raised.message == "the service failed at GetHIT, and boto3 gave up after 2 attempts (Bad Gateway)"


def test_answer_about_another_hit(service: Endpoint, connect: Connect) -> None:
    """An answer about another HIT than the one that was asked for is not taken for it."""
    service.faults.answer('{"HIT": {"HITId": "3OTHER"}}')

    raised = failure(connect())

    assert raised.message == "asked for HIT `3XYZ`, the service answered about HIT `3OTHER`"


@pytest.mark.parametrize("body", ['{"HIT": {"Title": "x"}}', '{"HIT": {"QualificationRequirements": []}}'])
def test_answer_about_no_hit_in_particular(service: Endpoint, connect: Connect, body: str) -> None:
    """A HIT without an id is foreign as well: a failure of what answered, not of what was asked."""
    service.faults.answer(body, times=2)
    source = connect()

    raised = failure(source)

    assert raised.message == "asked for HIT `3XYZ`, the service answered about a HIT without HITId"
    with pytest.raises(ServiceError):
        source.get_hit(HIT_ID)


# The way to the service


@pytest.mark.usefixtures("hasty")
def test_connection_closed(service: Endpoint, connect: Connect) -> None:
    """A connection that is closed without an answer is tried again, then named."""
    service.faults.hang_up(times=None)

    raised = failure(connect())

    assert raised.message == f"`{service.url}` closed the connection without an answer"
    assert len(service.requests) == 2


@pytest.mark.usefixtures("hasty")
def test_connection_refused(connect: Connect) -> None:
    """Where nobody listens, the address is named, without a login, and what serves in Mechanical Turk's place."""
    port = closed_port()

    raised = failure(connect(endpoint_url=f"http://me:pass@127.0.0.1:{port}/"))

    assert raised.message == f"cannot connect to `http://127.0.0.1:{port}`"
    assert raised.operation == "GetHIT"
    assert raised.code is None
    assert "30 September 2026" in raised.help
    assert "saved HIT files and other endpoints (--endpoint-url) serve as well" in raised.help
    assert "me:pass" not in everything_said(raised)


@pytest.mark.usefixtures("hasty")
def test_time_limit(service: Endpoint, connect: Connect) -> None:
    """A service that does not answer in time is given up."""
    service.faults.slow(30, times=None)

    raised = failure(connect(timeout=0.1))

    assert raised.message == f"`{service.url}` did not answer in time"
    assert len(service.requests) == 2


@pytest.mark.usefixtures("hasty")
def test_late_answer_is_tried_again(service: Endpoint, connect: Connect) -> None:
    """An answer that is late once does no harm."""
    service.faults.slow(30)

    answer = connect(timeout=0.3).get_hit_answer(HIT_ID)

    assert answer == {"HIT": HIT_ON_THE_WIRE}


@pytest.mark.usefixtures("hasty")
def test_no_secure_connection(service: Endpoint, connect: Connect) -> None:
    """TLS with a server that does not speak it is named."""
    address = service.url.replace("http:", "https:")

    raised = failure(connect(endpoint_url=address))

    assert raised.message == f"there is no secure connection to `{address}`"


@pytest.mark.usefixtures("hasty")
def test_proxy_that_is_down(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that is down is named, without its login."""
    port = closed_port()
    monkeypatch.setenv("HTTP_PROXY", f"http://me:pass@127.0.0.1:{port}")
    monkeypatch.setenv("NO_PROXY", "")

    raised = failure(connect(endpoint_url="http://turk.invalid"))

    assert raised.message == f"cannot connect to the proxy `http://127.0.0.1:{port}`"
    assert "me:pass" not in everything_said(raised)


def test_interrupt_passes(connect: Connect) -> None:
    """Control-C during a request is not taken for a failure of the service."""
    source = connect()
    events = source.client.meta.events  # type: ignore[attr-defined]

    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    events.register("before-call.mturk.GetHIT", interrupt)

    with pytest.raises(KeyboardInterrupt):
        source.get_hit_answer(HIT_ID)


# The request


@pytest.mark.parametrize("hit_id", ["", 3, None])
def test_id_that_is_none(service: Endpoint, connect: Connect, hit_id: Any) -> None:
    """An id that boto3 itself refuses is invalid input, on one line, and nothing is sent."""
    with pytest.raises(InvalidInput) as caught:
        connect().get_hit_answer(hit_id)

    assert "is no HIT id; a HIT id is written with 1 to 64 capital letters and digits" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert service.requests == []


def test_id_that_the_service_refuses(connect: Connect) -> None:
    """An id that only the service refuses is its refusal."""
    raised = failure(connect(), "nö\n")

    assert raised.code == "ValidationException"
    assert "\n" not in str(raised)


# Credentials and configuration

SSO = "sso_region=us-east-1\nsso_account_id=1\nsso_role_name=r\nsso_start_url=https://x.invalid/start\n"


@pytest.mark.parametrize(
    ("config", "said", "mend"),
    [
        ("", "no AWS credentials were found", "AWS_ACCESS_KEY_ID"),
        ("aws_access_key_id=AKIAX\n", "has no `aws_secret_access_key`", "AWS_SECRET_ACCESS_KEY"),
        ("credential_process=sh -c 'echo hush >&2; exit 1'\n", "`custom-process` did not give", "run it by hand"),
        ("credential_process=echo hush\n", "is not JSON", "credential_process"),
        ("credential_process=/no/such/program\n", "No such file or directory: '/no/such/program'", "~/.aws/config"),
        (SSO, "the AWS sign-in is missing or has expired", "aws sso login"),
        ("role_arn=arn:aws:iam::1:role/x\nsource_profile=nobody\n", '"nobody" referenced', "~/.aws/config"),
        ("]\n[[[\n", "cannot be read", "check its sections"),
    ],
    ids=["none", "half", "process-fails", "process-no-json", "no-process", "sso", "no-source-profile", "broken"],
)
def test_credentials_that_cannot_be_had(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, config: str, said: str, mend: str
) -> None:  # fmt: skip
    """Where there are no credentials, or none can be had, it is said why and what to do; no text of a process."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    if config:
        (tmp_path / "config").write_text(f"[default]\n{config}")

    with pytest.raises(ServiceError) as caught:
        connect().get_hit_answer(HIT_ID)

    assert said in caught.value.message
    assert mend in caught.value.help
    assert "\n" not in str(caught.value)
    assert "hush" not in everything_said(caught.value)


def test_half_of_the_keys(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """An access key without its secret is named as what is missing, and is not shown."""
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(ServiceError) as caught:
        connect().get_hit_answer(HIT_ID)

    assert "has no `AWS_SECRET_ACCESS_KEY`" in str(caught.value)
    assert ACCESS_KEY not in everything_said(caught.value)


def test_profile_of_the_environment_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that only AWS_PROFILE names is missed as well."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    with pytest.raises(InvalidInput, match="there is no AWS profile `nobody`; `aws configure list-profiles`"):
        MTurk.connect()


# Secrets


def echoed(service: Endpoint, name: str, words: str) -> Fault:
    """An error that quotes a header of the request that it answers, as AWS does."""

    def reply() -> Reply:
        headers = service.requests[-1].headers
        quoted = words.format(authorization=headers["authorization"], token=headers["x-amz-security-token"])
        return error_reply(name, quoted)

    return Fault(instead=reply)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("IncompleteSignatureException", "Authorization header is incomplete. Authorization={authorization}"),
        ("IncompleteSignatureException", "'{authorization}' not a valid key=value pair (missing equal-sign)"),
        (
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for"
            " this request should have been\n'POST\n/\n\nhost:x\nx-amz-security-token:{token}\n\nhost'",
        ),
        ("SurpriseException", "got X-Amz-Security-Token: {token} and Authorization: {authorization}"),
        ("SurpriseException", '{{"X-Amz-Security-Token": "{token}", "Authorization": "{authorization}"}}'),
        ("InvalidClientTokenId", f"The AWS access key id {ACCESS_KEY} is not known"),
    ],
)
def test_secrets_that_the_service_quotes(
    service: Endpoint, connect: Connect, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:  # fmt: skip
    """No key, token or signature that an error of AWS quotes gets into ours, its fields or its traceback."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", SESSION_TOKEN)
    service.faults.add(echoed(service, name, words))

    raised = failure(connect())

    signature = service.requests[0].headers["authorization"].rpartition("Signature=")[2]
    said = everything_said(raised)
    assert raised.code == name
    assert "[hidden]" in str(raised.service_message)
    assert not [secret for secret in (ACCESS_KEY, SECRET_KEY, SESSION_TOKEN, signature) if secret in said]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("name", ["AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID"])
def test_secrets_with_a_line_break(connect: Connect, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A key or token with a line break, which the HTTP client refuses and quotes, is not shown."""
    monkeypatch.setenv(name, "SESAME\nSESAME")

    raised = failure(connect())

    assert raised.message == "the request cannot be sent"
    assert "line break" in raised.help
    assert "SESAME" not in everything_said(raised)
    assert SECRET_KEY not in everything_said(raised)


def test_words_without_secrets_are_kept() -> None:
    """What holds no secret is left as it is."""
    words = "User: arn:aws:iam::1:user/x: Credential should be scoped to a valid region. (1657421793250 s)"

    assert without_secrets(words) == words


# A boto3 without Mechanical Turk


@pytest.fixture
def bare_boto3(service: Endpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """botocore without any service's model, once the endpoint has its own; the folder of its real ones is returned."""
    real = Path(Loader.BUILTIN_DATA_PATH)
    bare = tmp_path / "bare"
    bare.mkdir()
    for each in real.iterdir():
        if each.is_file():
            shutil.copy(each, bare)
    monkeypatch.setattr(Loader, "BUILTIN_DATA_PATH", str(bare))
    monkeypatch.setattr(Loader, "CUSTOMER_DATA_PATH", str(tmp_path / "none"))
    return real


@pytest.mark.usefixtures("bare_boto3")
def test_boto3_without_mturk(connect: Connect) -> None:
    """Where boto3 has dropped Mechanical Turk, it is said how to bring its model along."""
    with pytest.raises(ServiceError) as caught:
        connect()

    assert caught.value.message == "this boto3 does not know Mechanical Turk any more"
    assert "botocore-a-la-carte-mturk" in caught.value.help
    assert "AWS_DATA_PATH" in caught.value.help
    assert "mturk/2017-01-17/service-2.json" in caught.value.help


def test_model_that_was_brought_along(
    bare_boto3: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # fmt: skip
    """The mend mends: with the one file of the model in AWS_DATA_PATH, HITs are fetched again."""
    model = tmp_path / "models" / "mturk" / "2017-01-17"
    model.mkdir(parents=True)
    loaded = Loader(extra_search_paths=[str(bare_boto3)]).load_service_model("mturk", "service-2")
    (model / "service-2.json").write_text(json.dumps(loaded))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path / "models"))

    answer = connect().get_hit_answer(HIT_ID)

    assert answer == {"HIT": HIT_ON_THE_WIRE}


@pytest.mark.usefixtures("bare_boto3")
@pytest.mark.parametrize("model", ["{}", "{"])
def test_model_that_is_broken(connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, model: str) -> None:
    """A model that is none is named as that."""
    folder = tmp_path / "models" / "mturk" / "2017-01-17"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text(model)
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path / "models"))

    with pytest.raises(ServiceError, match="AWS_DATA_PATH"):
        connect()


# The tables

NEWER_BOTOCORE = {"LoginError"}


def test_failures_are_names_of_exceptions() -> None:
    """Every row speaks of an exception that exists, in botocore, boto3, json or Python."""
    places = (botocore.exceptions, botocore.parsers, boto3.exceptions, json, builtins)
    unknown = {name for name in FAILURES if not any(hasattr(place, name) for place in places)}

    assert unknown <= NEWER_BOTOCORE


def test_every_exception_of_botocore_is_spoken_of() -> None:
    """No exception of botocore's is without a row of its own, or of a class that it derives from."""
    kinds = [kind for kind in vars(botocore.exceptions).values() if isinstance(kind, type)]
    errors = [kind for kind in kinds if issubclass(kind, botocore.exceptions.BotoCoreError)]

    assert len(errors) > 50
    assert all(any(base.__name__ in FAILURES for base in kind.__mro__) for kind in errors)


@pytest.mark.parametrize("said", [*CODES.values(), *FAILURES.values()], ids=[*CODES, *FAILURES])
def test_style_of_messages(said: Any) -> None:
    """Messages begin in lower case or with a field or a name, end without a period, and have one line."""
    for line in (said.message, said.help):
        assert "\n" not in line
        assert not line.endswith(".")
        assert line[:1] == line[:1].lower() or line.startswith("AWS")
    assert issubclass(said.kind, QualevalError)
