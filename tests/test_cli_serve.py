"""`qualeval serve`: what it begins with, what it prints, what it refuses, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import qualeval as qe
from tests.cli import refusal

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The command, from when it has printed its address."""
    command = [sys.executable, "-m", "qualeval", "serve", "--port", "0", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def start_of(url: str) -> Any:
    with urllib.request.urlopen(f"{url}api/start", timeout=20) as answer:
        return json.load(answer)


def test_it_begins_with_examples() -> None:
    """Without arguments there is a HIT and a pool; the address answers once it is printed, and Ctrl-C ends it."""
    with serving() as (url, process):
        said = start_of(url)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)

    hit = qe.load_hit(EXAMPLES / "hit.json")
    assert url.startswith("http://127.0.0.1:")
    assert said["hit"]["request"] == hit.to_mturk()
    assert said["pool"]["name"] == "an example pool"
    assert said["pool"]["size"] == len((EXAMPLES / "pool.csv").read_text("utf-8").splitlines()) - 1
    assert "Traceback" not in errors


def test_a_hit_and_a_pool_of_ones_own(tmp_path: Path) -> None:
    """Files are shown by their names; SIGTERM ends it; masks hold."""
    pool = tmp_path / "mine.csv"
    pool.write_text("WorkerId,Worker_Locale\nA1SECRET,US\nA2,CA\n", encoding="utf-8")
    with serving(str(EXAMPLES / "hit.json"), str(pool), "--mask-workers") as (url, process):
        said = start_of(url)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) in {0, -signal.SIGTERM}

    assert said["pool"] == {"name": "mine.csv", "size": 2}
    assert said["masked"] is True
    assert "SECRET" not in json.dumps(said)


def test_what_it_refuses(tmp_path: Path) -> None:
    """A pool with a wrong cell, an address that is none, and a port that is taken: each told before it serves."""
    pool = tmp_path / "mine.csv"
    pool.write_text("WorkerId,Worker_Locale\nA1,UK\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        assert "unknown country `UK`" in refusal("serve", str(EXAMPLES / "hit.json"), str(pool))
        assert "host: expected an address, got `example.org`" in refusal("serve", "--host", "example.org")
        mend = "Address already in use; choose another; port 0 takes a free one"
        assert f"cannot listen on 127.0.0.1, port {port}: {mend}" in refusal("serve", "--port", port)


@pytest.mark.parametrize("name", ["hit.json", "pool.csv"])
def test_the_examples_come_with_the_package(name: str) -> None:
    """They are put into the wheel where the command looks for them."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")

    assert f'"examples/{name}" = "qualeval/web/example/{name}"' in text
    assert (EXAMPLES / name).is_file()
