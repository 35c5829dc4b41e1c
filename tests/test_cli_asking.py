"""A decision from two ids on the command line, what is assumed, and availability that counts."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import qualeval as qe
from qualeval.testing.endpoint import Endpoint
from tests.cli import ROOT, Ran, put, refusal, requirement, run
from tests.endpoint_requests import skip_waits

OWN, HIT_ID = "3OWN", "3HIT"
SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjEXAMPLETOKEN",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty working directory, and AWS settings of this test alone."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.upper().endswith("_PROXY")]:
        monkeypatch.delenv(name)
    paths = {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials")}
    for name, value in {**SECRETS, **paths, "AWS_EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    skip_waits(monkeypatch)


@pytest.fixture
def service() -> Iterator[Endpoint]:
    """A HIT that asks for an own type and for experience. A1 has 90, A2 50; A3 has 90, is blocked and has worked."""
    with Endpoint() as running:
        market = running.marketplace
        requirements = [requirement(OWN, "GreaterThan", 80), requirement(qe.NUMBER_HITS_APPROVED, "GreaterThan", 100)]
        market.add_hit({"HITId": HIT_ID, "MaxAssignments": 9, "QualificationRequirements": requirements})
        market.grant_all(OWN, {"A1": 90, "A2": 50, "A3": 90})
        market.block("A3", "spam")
        market.add_assignment("A3", HIT_ID)
        yield running


def asked(service: Endpoint, *arguments: str, command: str = "check") -> Ran:
    """The command about the HIT; nothing that is secret is ever said."""
    found = run(command, HIT_ID, *arguments, "--endpoint-url", service.url)

    assert not [secret for secret in SECRETS.values() if secret in found.out + found.err]
    return found


def operations(service: Endpoint) -> list[str]:
    return sorted({request.operation for request in service.requests})


# --- two ids


@pytest.mark.parametrize(
    ("worker", "status", "observed"), [("A1", 3, "90"), ("A2", 1, "50"), ("A9", 1, "lacks"), ("A3", 3, "90")]
)
def test_decision_from_two_ids(service: Endpoint, worker: str, status: int, observed: str) -> None:
    """What the service tells of the worker decides; what it tells nobody is unknown."""
    found = asked(service, worker, "--format", "json")
    first, second = found.json["requirements"]

    assert (found.status, found.err) == (status, "")
    assert (first["observed"], first["basis"]) == (observed, "learned")
    assert first["learned_at"] is not None
    assert second["observed"] == "unknown"


def test_what_is_told_beside_the_decision(service: Endpoint) -> None:
    """A block and an assignment stand beside the decision."""
    rows = asked(service, "A3").rows

    assert rows[rows.index("Beside the decision") + 1 :][:2] == [
        "the requester blocked the worker",
        "the worker has an assignment of the HIT already",
    ]


def test_set_in_place_of_asking(service: Endpoint) -> None:
    """A fact of --set stands in place of the service's, and its type is not asked about."""
    found = asked(service, "A2", "--set", f"{OWN}=81", "--set", "Worker_NumberHITsApproved=101")

    assert found.status == 0
    assert operations(service) == ["GetHIT", "ListAssignmentsForHIT", "ListWorkerBlocks"]


def test_hit_of_a_file(service: Endpoint) -> None:
    """Where the HIT is a file, a worker id alone asks nobody."""
    put("hit.json", {"QualificationRequirements": [requirement(OWN, "GreaterThan", 80)]})
    found = run("check", "hit.json", "A1", "--endpoint-url", service.url)

    assert found.status == 3
    assert service.requests == []


def test_what_if_of_two_ids(service: Endpoint) -> None:
    """The worker before the change is the one that the service tells of."""
    found = asked(
        service, "A2", "--value", "0=40", "--assume", "Worker_NumberHITsApproved=101..", command="what-if"
    )  # fmt: skip

    assert found.status == 0
    assert found.rows[1] == "A2, assuming Worker_NumberHITsApproved=101.."
    assert "accept denied permitted" in found.rows


# --- failures


def test_partial_answer(service: Endpoint) -> None:
    """What could be learned is answered with; what failed is told, and the status is that of the service."""
    service.faults.refuse("AccessDeniedException", "no", "ListWorkerBlocks")
    found = asked(service, "A1")

    assert found.status == 4
    assert found.rows[1].startswith("A1 may discover and preview it; accept is unknown")
    assert "qualeval: the AWS credentials do not permit ListWorkerBlocks (no)" in found.err
    assert found.err.endswith("note: the answer rests on what could be learned\n")


def test_nothing_learned(service: Endpoint) -> None:
    """Where nothing can be learned there is no answer."""
    service.faults.fail("ListQualificationTypes", times=None)
    found = asked(service, "A1")

    assert (found.status, found.out) == (4, "")
    assert found.err.startswith("qualeval: the service failed at ListQualificationTypes")


def test_interrupted(service: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C leaves what was learned: the answer is given, and the status says that it was interrupted."""

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(qe.MTurk, "blocks", interrupted)
    found = asked(service, "A1", "--format", "json")

    assert found.status == 130
    assert found.json["worker_id"] == "A1"
    assert found.err == "interrupted; the answer rests on what was learned until then\n"


def test_interrupted_process(service: Endpoint) -> None:
    """Nobody waits for the calls that are under way: the answer is there at once."""
    service.faults.slow(30, "ListWorkerBlocks")
    command = [sys.executable, "-m", "qualeval", "check", HIT_ID, "A1", "--endpoint-url", service.url]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as process:
        while process.poll() is None and not {"GetQualificationScore", "ListWorkerBlocks"} <= {*operations(service)}:
            time.sleep(0.05)
        time.sleep(2)  # the answer about the score has come by then
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)

    assert process.returncode == 130
    assert "observed 90" in out
    assert err == "interrupted; the answer rests on what was learned until then\n"


def test_progress_bar_on_a_terminal_alone(service: Endpoint) -> None:
    """A terminal on stderr shows the calls while they are made; no terminal shows nothing."""
    ours, theirs = pty.openpty()
    service.faults.slow(0.3, "ListWorkerBlocks")
    command = [sys.executable, "-m", "qualeval", "check", HIT_ID, "A1", "--endpoint-url", service.url]
    ended = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 65536):
            shown += chunk
    except OSError:  # Linux's way of saying that the other end is closed
        pass
    os.close(ours)

    assert ended.returncode == 3
    assert b"asking Mechanical Turk" in shown
    assert asked(service, "A1").err == ""


# --- assumptions


def test_assumption_is_shown(service: Endpoint) -> None:
    """A permission that rests on an assumption says so, as text and as JSON; the status is that of a permission."""
    options = ("A1", "--assume", "Worker_NumberHITsApproved=101..")
    text, as_json = asked(service, *options), asked(service, *options, "--format", "json")

    assert text.status == as_json.status == 0
    assert "A1 may discover, preview and accept it, assuming Worker_NumberHITsApproved=101.." in text.rows
    assert as_json.json["assuming"] == {qe.NUMBER_HITS_APPROVED: "101.."}


def test_assumption_that_is_not_needed(service: Endpoint) -> None:
    """What is known stands, and an answer that does not rest on the assumption does not name it."""
    found = asked(service, "A2", "--assume", f"{OWN}=90")

    assert found.status == 1
    assert "assuming" not in found.out


def test_assumptions_of_many_workers() -> None:
    """Each row that rests on an assumption says so, and the last line counts them."""
    put("hit.json", {"QualificationRequirements": [requirement(qe.NUMBER_HITS_APPROVED, "GreaterThan", 100)]})
    known, unknown = {"WorkerId": "A1", "Facts": {"Worker_NumberHITsApproved": 200}}, {"WorkerId": "A2"}
    put("workers.jsonl", "\n".join(map(json.dumps, (known, unknown))))
    found = run("check", "hit.json", "workers.jsonl", "--assume", "Worker_NumberHITsApproved=101..150")

    assert found.rows[1:3] == [
        "A1 permitted accept",
        "A2 permitted accept assuming Worker_NumberHITsApproved=101..150",
    ]
    assert found.rows[-1] == "2 workers, accept: 2 permitted, 0 denied, 0 unknown, of which 1 on assumptions"


def test_assumption_that_can_be_given_back() -> None:
    """The words of an assumption can be typed again."""
    put("hit.json", {"QualificationRequirements": [requirement(qe.LOCALE, "Exists")]})
    put("us.json", [requirement(qe.LOCALE, "In", LocaleValues=[{"Country": "US"}, {"Country": "CA"}])])
    said = run("check", "us.json", "A1", "--assume", "Worker_Locale=US,CA").rows[0].partition("assuming ")[2]

    assert said == "Worker_Locale=CA,US"
    assert run("check", "us.json", "A1", "--assume", said).status == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Worker_PercentAssignmentsApproved=101", "expected values within 0..100"),
        ("98", "--assume `98`: expected TYPE=..., with an equals sign"),
        ("Worker_Local=US", "did you mean `Worker_Locale`?"),
    ],
)
def test_assumption_that_is_none(text: str, said: str) -> None:
    """It is refused as one of --set is."""
    put("hit.json", {"QualificationRequirements": [requirement(OWN, "Exists")]})

    assert said in refusal("check", "hit.json", "A1", "--assume", text)


def test_assumption_that_no_requirement_asks_for() -> None:
    """It is pointed out, for a mistyped id would go unnoticed."""
    put("hit.json", {"QualificationRequirements": [requirement(OWN, "Exists")]})

    assert "no requirement of the HIT is about 3OTHER" in run("check", "hit.json", "A1", "--assume", "3OTHER=1").err


# --- availability


NOBODYS: dict[str, Any] = {"HITId": "3X", "QualificationRequirements": []}
OPEN = {**NOBODYS, "HITStatus": "Assignable", "Expiration": "2099-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("hit", "worker", "status", "said"),
    [
        (OPEN, {}, 0, "A1 may discover, preview and accept it"),
        (
            OPEN,
            {"Blocked": True},
            1,
            "A1 may discover, preview and accept it; with availability accept is denied: the requester blocked the "
            "worker",
        ),
        (
            {**OPEN, "HITStatus": "Disposed"},
            {},
            1,
            "A1 may discover, preview and accept it; with availability accept is denied: the HIT was deleted "
            "(status Disposed)",
        ),
        (
            NOBODYS,
            {},
            3,
            "A1 may discover, preview and accept it; with availability accept is unknown: whether the HIT is "
            "available is not known",
        ),
    ],
)
def test_availability_that_counts(hit: dict[str, Any], worker: dict[str, Any], status: int, said: str) -> None:
    """An obstacle denies, and what is not known is unknown; without the option they are told beside the decision."""
    files = put("hit.json", hit), put("worker.json", {"WorkerId": "A1", **worker})

    assert run("check", *files).status == 0
    found = run("check", *files, "--require-available")
    assert found.status == status
    assert said in found.rows


def test_availability_opens_nothing() -> None:
    """Who is denied stays denied, and who is unknown is denied where an obstacle is known."""
    put("hit.json", {**OPEN, "QualificationRequirements": [requirement("3ABC", "Exists")]})
    put("gone.json", {**OPEN, "HITStatus": "Disposed", "QualificationRequirements": [requirement("3ABC", "Exists")]})
    lacking = put("lacking.json", {"WorkerId": "A1", "Facts": {"3ABC": "lacks"}})

    assert run("check", "hit.json", lacking, "--require-available").status == 1
    assert run("check", "hit.json", "A1", "--require-available").status == 3
    assert run("check", "gone.json", "A1", "--require-available").status == 1


def test_availability_of_many_workers() -> None:
    """Each row has the answer that counts, and why."""
    put("hit.json", OPEN)
    put("workers.json", [{"WorkerId": "A1"}, {"WorkerId": "A2", "Blocked": True}])
    found = run("check", "hit.json", "workers.json", "--require-available")

    assert found.status == 1
    assert found.rows[3:5] == ["A1 permitted accept", "A2 denied accept the requester blocked the worker"]
    assert found.rows[-1] == "2 workers, accept: 1 permitted, 1 denied, 0 unknown"


def test_availability_in_what_if() -> None:
    """It counts for the status after the changes."""
    put("hit.json", {**OPEN, "HITStatus": "Disposed"})

    assert run("what-if", "hit.json", "A1", "--set", "3ABC=1").status == 0
    assert run("what-if", "hit.json", "A1", "--set", "3ABC=1", "--require-available").status == 1
