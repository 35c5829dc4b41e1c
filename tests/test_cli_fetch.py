"""Asking the service: `qualeval fetch`, and HIT ids for the other commands, over real HTTP from the loopback.

boto3 is the real one, with keys that are none. Only the waits between its attempts are left out.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.retries.bucket import TokenBucket
from botocore.retries.standard import ExponentialBackoff

import qualeval as qe
from qualeval.testing.endpoint import Endpoint
from tests.cli import LOCALE, PERCENT, Ran, put, refusal, run, spawn
from tests.endpoint_requests import closed_port

ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SESSION_TOKEN = "IQoJb3JpZ2luX2VjEXAMPLETOKEN"
CREATED = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
HIT: dict[str, Any] = {
    "HITId": "3XYZ",
    "HITTypeId": "3TYPE",
    "HITGroupId": "3GROUP",
    "Title": "Label ten pictures",
    "Description": "鳥",
    "HITStatus": "Assignable",
    "HITReviewStatus": "NotReviewed",
    "CreationTime": CREATED,
    "Expiration": datetime(2099, 1, 1, tzinfo=UTC),
    "MaxAssignments": 3,
    "NumberOfAssignmentsPending": 0,
    "NumberOfAssignmentsAvailable": 3,
    "NumberOfAssignmentsCompleted": 0,
    "AutoApprovalDelayInSeconds": 3600,
    "AssignmentDurationInSeconds": 600,
    "Reward": "0.50",
    "QualificationRequirements": [
        {
            "QualificationTypeId": LOCALE,
            "Comparator": "In",
            "LocaleValues": [{"Country": "US", "Subdivision": "WA"}, {"Country": "CA"}],
            "RequiredToPreview": False,
            "ActionsGuarded": "Accept",
        },
        {
            "QualificationTypeId": PERCENT,
            "Comparator": "GreaterThan",
            "IntegerValues": [97],
            "RequiredToPreview": True,
            "ActionsGuarded": "PreviewAndAccept",
        },
    ],
}
WORKER = {"WorkerId": "A1", "Facts": {"Worker_Locale": "US-WA", "Worker_PercentAssignmentsApproved": 97}}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a worker; AWS settings of this test alone, no metadata service, no proxy."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.upper().endswith("_PROXY")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_SESSION_TOKEN", SESSION_TOKEN)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.chdir(tmp_path)
    put("worker.json", WORKER)
    return tmp_path


@pytest.fixture
def service() -> Iterator[Endpoint]:
    """A Mechanical Turk that has one HIT."""
    with Endpoint([HIT]) as running:
        yield running


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """The command's clients wait neither long nor between attempts, and are closed; how they were made is given."""
    made: list[dict[str, Any]] = []
    connect = qe.MTurk.connect
    with contextlib.ExitStack() as clients:

        def connect_hastily(**settings: Any) -> qe.MTurk:
            made.append(settings)
            source = connect(**settings, timeout=0.5, max_attempts=3)
            clients.callback(source.client.close)  # type: ignore[attr-defined]
            return source

        monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0.0)
        monkeypatch.setattr(TokenBucket, "acquire", lambda self, amount=1, block=True: True)
        monkeypatch.setattr(qe.MTurk, "connect", connect_hastily)
        yield made


def fails(found: Ran) -> str:
    """The one line on stderr of a command that the service failed: status 4, no answer, nothing that is secret."""
    assert (found.status, found.out) == (4, "")
    assert found.err.startswith("qualeval: ")
    assert found.err.count("\n") == 1
    assert found.err.endswith("\n")
    assert len(found.err) < 600
    assert not [secret for secret in (ACCESS_KEY, SECRET_KEY, SESSION_TOKEN, "Signature=") if secret in found.err]
    return found.err


# What is fetched


def test_answer_is_printed_as_json(service: Endpoint) -> None:
    """The answer of GetHIT is printed as it came, its times in ISO 8601."""
    found = run("fetch", "3XYZ", "--endpoint-url", service.url)

    assert (found.status, found.err) == (0, "")
    assert found.json["HIT"] | {"CreationTime": 0, "Expiration": 0} == HIT | {"CreationTime": 0, "Expiration": 0}
    assert datetime.fromisoformat(found.json["HIT"]["CreationTime"]) == CREATED
    assert "鳥" in found.out


def test_answer_is_written_to_a_file(service: Endpoint) -> None:
    """With `-o` the same goes into the file, in UTF-8, and nothing is printed; with `-o -` it is printed."""
    printed = run("fetch", "3XYZ", "--endpoint-url", service.url)
    written = run("fetch", "3XYZ", "--endpoint-url", service.url, "-o", "hit.json")

    assert (written.status, written.out, written.err) == (0, "", "")
    assert Path("hit.json").read_text("utf-8") == printed.out
    assert run("fetch", "3XYZ", "--endpoint-url", service.url, "-o", "-").out == printed.out
    assert not Path("-").exists()


@pytest.mark.parametrize("form", [(), ("--as-request",)])
def test_file_that_was_fetched_can_be_judged(service: Endpoint, form: tuple[str, ...]) -> None:
    """A file that was fetched gives the decision that the id gives."""
    there = ("--endpoint-url", service.url)
    run("fetch", "3XYZ", *there, *form, "-o", "hit.json")
    by_id = run("check", "3XYZ", "worker.json", *there, "--format", "json")
    by_file = run("check", "hit.json", "worker.json", "--format", "json")
    beside = {"hit_id": None, "availability": None}

    assert by_id.status == by_file.status == 1
    assert by_id.json | beside == by_file.json | beside
    if not form:
        assert by_id.json == by_file.json


def test_as_request(service: Endpoint) -> None:
    """`--as-request` gives a request: without what only an answer has, and without RequiredToPreview."""
    found = run("fetch", "3XYZ", "--endpoint-url", service.url, "--as-request")
    guards = [each["ActionsGuarded"] for each in found.json["QualificationRequirements"]]

    assert found.status == 0
    assert "RequiredToPreview" not in found.out
    assert guards == ["Accept", "PreviewAndAccept"]
    assert {"HITId", "HITStatus", "CreationTime", "HITTypeId"}.isdisjoint(found.json)
    assert found.json["Reward"] == "0.50"


def test_hit_that_cannot_be_read_is_fetched_all_the_same(service: Endpoint) -> None:
    """A HIT with a requirement that is malformed is printed by `fetch`, and refused by `check`, by its id."""
    hit = {"HITId": "3BAD", "QualificationRequirements": [{"QualificationTypeId": "3A", "Comparator": "X"}]}
    service.faults.answer(json.dumps({"HIT": hit}), times=None)
    there = ("--endpoint-url", service.url)

    assert run("fetch", "3BAD", *there).json["HIT"] == hit
    assert "GetHIT `3BAD`: requirement 0: Comparator: unknown comparator `X`" in refusal("check", "3BAD", "A1", *there)
    assert "unknown comparator `X`" in refusal("fetch", "3BAD", "--as-request", *there)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["check", "3XYZ", "worker.json"], 1),
        (["check", "3XYZ", "A1"], 3),
        (["what-if", "3XYZ", "worker.json", "--value", "1=90"], 0),
        (["explain", "3XYZ"], 0),
    ],
)
def test_commands_fetch_by_id(service: Endpoint, command: list[str], expected: int) -> None:
    """Every command that takes a HIT takes its id, and asks for it once."""
    found = run(*command, "--endpoint-url", service.url)

    assert (found.status, found.err) == (expected, "")
    assert [request.operation for request in service.requests].count("GetHIT") == 1


def test_worker_may_be_standard_input(service: Endpoint) -> None:
    """A HIT that is fetched leaves standard input for the worker."""
    found = run("check", "3XYZ", "-", "--endpoint-url", service.url, stdin=json.dumps(WORKER))

    assert found.status == 1


def test_options_reach_the_connection(service: Endpoint, hasty: list[dict[str, Any]], tmp_path: Path) -> None:
    """Profile, region, endpoint and sandbox are handed on; what is not given is production in us-east-1."""
    (tmp_path / "credentials").write_text("[mine]\naws_access_key_id=AKIAMINE\naws_secret_access_key=x\n")
    run("fetch", "3XYZ", "--endpoint-url", service.url, "--profile", "mine", "--region", "eu-west-1")
    run("fetch", "3XYZ", "--profile", "nobody", "--sandbox")

    assert hasty == [
        {"profile": "mine", "region": "eu-west-1", "endpoint_url": service.url, "sandbox": False},
        {"profile": "nobody", "region": "us-east-1", "endpoint_url": None, "sandbox": True},
    ]
    assert "Credential=AKIAMINE/" in service.requests[0].headers["authorization"]


# What fails


CANNOT_BE_READ = "the answer to GetHIT cannot be read"
FAULTS = {
    "throttle=always": "the service throttled GetHIT, and boto3 gave up after 3 attempts",
    "fail=always": "the service failed at GetHIT, and boto3 gave up after 3 attempts",
    "cut=always": f"{CANNOT_BE_READ}: it was cut, or `{{url}}` is not Mechanical Turk; try again",
    "break-off=always": CANNOT_BE_READ,
    "answer=always,body=<!DOCTYPE html><html></html>": CANNOT_BE_READ,
    "answer=always,body=": CANNOT_BE_READ,
    'answer=always,body={"HIT": null}': CANNOT_BE_READ,
    'answer=always,body={"HIT": {"HITId": "3B"}}': "asked for HIT `3XYZ`, the service answered about HIT `3B`",
    "hang-up=always": "`{url}` closed the connection without an answer; try again later",
    "slow=always,seconds=30": "`{url}` did not answer in time; try again later",
    "answer=always,status=404,body=<html>no</html>": "`{url}` does not answer as Mechanical Turk does",
    "refuse=always,error=AccessDeniedException,message=x": "the AWS credentials do not permit GetHIT",
    "refuse=always,error=ExpiredTokenException,message=expired": "the AWS session has expired (expired)",
    "refuse=always,error=IncompleteSignatureException,"
    f"message=Authorization=AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/x": "the service does not accept the signature",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_service_that_fails(service: Endpoint, fault: str) -> None:
    """Every failure of the service is status 4 and one clear line, of `fetch` and of `check`; nothing is answered."""
    service.ask_for_faults(fault)
    words = fails(run("fetch", "3XYZ", "--endpoint-url", service.url, "-o", "hit.json"))

    assert FAULTS[fault].replace("{url}", service.url) in words
    assert not Path("hit.json").exists()
    if not fault.startswith("slow"):
        assert fails(run("check", "3XYZ", "worker.json", "--endpoint-url", service.url, "--format", "json")) == words


def test_hit_that_does_not_exist(service: Endpoint) -> None:
    """A HIT that the service does not have is named, and where else it may be."""
    words = fails(run("check", "3NONE", "worker.json", "--endpoint-url", service.url))

    assert words.startswith("qualeval: the service has no HIT `3NONE` (Hit 3NONE does not exist.")
    assert "only there (--sandbox)" in words


@pytest.mark.parametrize("fault", ["throttle", "fail", "hang-up"])
def test_failure_that_passes(service: Endpoint, fault: str) -> None:
    """What fails once or twice is tried again, and nothing is said of it."""
    service.ask_for_faults(fault)
    found = run("explain", "3XYZ", "--endpoint-url", service.url)

    assert (found.status, found.err) == (0, "")
    assert len(service.requests) == 2


def test_connection_refused() -> None:
    """Where nobody listens the address is named, and what serves in Mechanical Turk's place; a login is not shown."""
    port = closed_port()
    words = fails(run("explain", "3XYZ", "--endpoint-url", f"http://me:hush@127.0.0.1:{port}"))

    assert f"cannot connect to `http://127.0.0.1:{port}`" in words
    assert "saved HIT files" in words
    assert "hush" not in words


def test_no_credentials(service: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials it is said what to set; nothing is sent."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    words = fails(run("check", "3XYZ", "A1", "--endpoint-url", service.url))

    assert "no AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in words
    assert service.requests == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--profile", "nobody"], "there is no AWS profile `nobody`"),
        (["--endpoint-url", "nope"], "`nope` is no endpoint address"),
        (["--endpoint-url", "http://127.0.0.1", "--sandbox"], "give either sandbox or endpoint_url"),
        (["--region", "us east"], "`us east` is no AWS region"),
        (["--region", ""], "the region is empty"),
    ],
)
def test_settings_that_cannot_be(options: list[str], said: str) -> None:
    """Settings that cannot be are the caller's mistake, and no failure of the service."""
    assert said in refusal("fetch", "3XYZ", *options)
    assert said in refusal("check", "3XYZ", "A1", *options)


def test_file_of_a_hit_needs_no_service() -> None:
    """Where HIT is a file, the AWS options are not looked at."""
    put("hit.json", {"QualificationRequirements": []})

    assert run("check", "hit.json", "A1", "--profile", "nobody", "--sandbox").status == 0


@pytest.mark.parametrize("name", ["hit.json", "3abc", "-", "", "3\x1b[31m"])
def test_fetch_of_what_is_no_id(service: Endpoint, name: str) -> None:
    """A file, or whatever else is no id, is refused before anybody is asked."""
    words = refusal("fetch", "--endpoint-url", service.url, "--", name)

    assert "is no HIT id; to read a HIT from a file, use explain" in words
    assert service.requests == []


# Where it is written


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere/hit.json", "nowhere/hit.json: No such file or directory"),
        ("worker.json/hit.json", "worker.json/hit.json: Not a directory"),
        (".", "Invalid value for '-o' / '--output': File '.' is a directory"),
    ],
)
def test_file_that_cannot_be_written(service: Endpoint, path: str, said: str) -> None:
    """A file that cannot be written is named, with the reason."""
    assert said in refusal("fetch", "3XYZ", "--endpoint-url", service.url, "-o", path)


def test_disk_that_is_full(service: Endpoint) -> None:
    """A disk that is full is said to be."""
    words = refusal("fetch", "3XYZ", "--endpoint-url", service.url, "-o", "/dev/full")

    assert "No space left on device" in words


def test_text_that_is_no_text(service: Endpoint) -> None:
    """Half a surrogate pair in an answer is written as JSON's escape, and can be read no further than that."""
    service.faults.answer(r'{"HIT": {"HITId": "3XYZ", "Title": "\ud800 \u009b31m 鳥"}}', times=2)
    found = run("fetch", "3XYZ", "--endpoint-url", service.url)

    assert found.status == 0
    assert r"\ud800 \u009b31m 鳥" in found.out
    assert run("fetch", "3XYZ", "--endpoint-url", service.url, "-o", "hit.json").status == 0
    assert "is half of a surrogate pair" in refusal("check", "hit.json", "A1")


def test_process(service: Endpoint) -> None:
    """A process of its own fetches, too, with the keys of the environment."""
    found = spawn("check", "3XYZ", "worker.json", "--endpoint-url", service.url)

    assert (found.status, found.err) == (1, "")
    assert "HIT 3XYZ “Label ten pictures”" in found.out
