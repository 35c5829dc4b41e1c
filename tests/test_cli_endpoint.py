"""`qualeval endpoint` as a process: what it prints, what it takes, and how it ends."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from qualeval.testing.fault_texts import KINDS
from tests.cli import ROOT, put, refusal, run

WAIT = 30


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextlib.contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command as a process, and the address that it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "qualeval", "endpoint", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().rstrip("\n")
        finally:
            process.kill()


@contextlib.contextmanager
def client(url: str) -> Iterator[Any]:
    """A client of boto3's for an address."""
    session = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none")
    made: Any = session.client(
        "mturk",
        region_name="us-east-1",
        endpoint_url=url,
        config=Config(retries={"mode": "standard", "total_max_attempts": 1}, proxies={}),
    )
    with contextlib.closing(made):
        yield made


@pytest.mark.parametrize(
    ("number", "status", "said"), [(signal.SIGINT, 130, "\ninterrupted\n"), (signal.SIGTERM, 0, "")]
)
def test_it_serves_until_a_signal(number: int, status: int, said: str) -> None:
    """One line with the address, once it accepts connections; Ctrl-C is status 130, SIGTERM 0; the port is free."""
    with started("--port", "0") as (process, url), client(url) as mturk:
        assert re.fullmatch(r"http://127\.0\.0\.1:[1-9][0-9]*", url)
        assert mturk.list_hits()["NumResults"] == 0
        process.send_signal(number)
        out, err = process.communicate(timeout=WAIT)

        assert (process.returncode, out, err) == (status, "", said)
        with started("--port", url.rpartition(":")[2]) as (_, again):
            assert again == url


def test_it_has_hits_faults_and_a_log(folder: Path, examples: Path) -> None:
    """HITs of a file and of a folder are there, faults come, and with -v there is a line a request on stderr."""
    saved = folder / "saved"
    saved.mkdir()
    put("saved/a.json", {"HIT": {"HITId": "3A"}})
    put("saved/b.yaml", "HITs:\n  - {HITId: 3B}\n  - {HITId: 3C}\n")
    hit = str(examples / "hit.json")
    given = ("--hits", hit, "--hits", "saved", "--fault", "throttle,operation=ListWorkerBlocks", "-v")
    with started("--port", "0", *given) as (process, url), client(url) as mturk:
        listed = [each["HITId"] for each in mturk.list_hits()["HITs"]]
        with pytest.raises(mturk.exceptions.ClientError, match="Rate exceeded"):
            mturk.list_worker_blocks()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=WAIT)

    assert listed == ["3EXAMPLEHIT0000000000000000001", "3A", "3B", "3C"]
    assert [line.rpartition(" ms")[0].rpartition(" ")[0] for line in err.splitlines()] == [
        "`ListHITs` 200",
        "`ListWorkerBlocks` 400 ThrottlingException",
    ]


def test_it_can_be_the_sandbox() -> None:
    """With `--environment sandbox` it has the sandbox's Masters, and says nothing of requests where nobody asks."""
    with started("--port", "0", "--environment", "sandbox") as (process, url), client(url) as mturk:
        found = mturk.list_qualification_types(MustBeRequestable=False, MaxResults=100)["QualificationTypes"]
        process.send_signal(signal.SIGTERM)

        assert "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6" in {each["QualificationTypeId"] for each in found}
        assert process.communicate(timeout=WAIT)[1] == ""


@pytest.mark.parametrize("host", ["::1", "localhost"])
def test_other_addresses_of_the_loopback(host: str) -> None:
    """An address of IPv6 is printed as a URL has it."""
    with started("--port", "0", "--host", host) as (process, url):
        if not url:
            pytest.skip(f"this machine has no {host}: {process.communicate()[1]}")
        with client(url) as mturk:
            assert url.startswith("http://[::1]:" if host == "::1" else "http://127.0.0.1:")
            assert mturk.list_hits()["NumResults"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "`0.0.0.0` is no address of the loopback; use 127.0.0.1, ::1 or localhost: whoever"),
        (["--host", "example.com"], "`example.com` is no address of the loopback"),
        (["--port", "65536"], "`65536` is no port; expected 1 to 65535, or 0 for a free one"),
        (["--port", "http"], "'http' is not a valid integer"),
        (["--fault", "throtle", "--fault", "slow"], "2 problems"),
        (["--hits", "nowhere.json"], "nowhere.json"),
        (["--hits", "worker.json"], "this is a worker profile, expected a HIT"),
        (["--hits", "hit.json", "--hits", "hit.json"], "there is a HIT `3A` already"),
    ],
)
def test_what_is_refused(arguments: list[str], said: str) -> None:
    """What it cannot be is said with the mend, before it listens."""
    put("worker.json", {"WorkerId": "A1"})
    put("hit.json", {"HITId": "3A"})

    assert said in refusal("endpoint", *arguments)


def test_port_that_is_taken() -> None:
    """A port on which another listens is named."""
    with started("--port", "0") as (_, url):
        port = url.rpartition(":")[2]

        assert f"cannot listen on `127.0.0.1`, port {port}: Address already" in refusal("endpoint", "--port", port)


def test_help_names_every_fault() -> None:
    """The names that `--fault` takes are in the help."""
    shown = " ".join(run("endpoint", "--help").out.split())

    assert f"What is to go wrong: {', '.join(KINDS)}." in shown
