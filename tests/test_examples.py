"""The examples run, offline, and say what they are for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import qualeval as qe

EXPECTED = {
    "check_before_assigning.py": [
        "skip    A1EXAMPLEWORKER: A1EXAMPLEWORKER may not accept: "
        "raise PercentAssignmentsApproved from 97 to 98 or more",
        "invite  A2EXAMPLEWORKER",
        "skip    A3EXAMPLEWORKER: A3EXAMPLEWORKER may not accept: lose 3STUDY1DONE",
        "ask     A4EXAMPLEWORKER: whether A4EXAMPLEWORKER may accept is not known: "
        "learn whether NumberHITsApproved is 101 or more; learn whether PercentAssignmentsApproved is 98 or more",
    ],
    "explain_a_denial.py": [
        "You may preview this HIT.",
        "To accept it takes Worker_PercentAssignmentsApproved 98..100; yours is 97.",
        "What would help: raise PercentAssignmentsApproved from 97 to 98 or more.",
    ],
    "what_if_threshold.py": [
        "rate of 100 or more: 0 permitted, 3 denied, 1 unknown",
        "rate of  99 or more: 1 permitted, 2 denied, 1 unknown",
        "rate of  98 or more: 1 permitted, 2 denied, 1 unknown",
        "rate of  97 or more: 2 permitted, 1 denied, 1 unknown",
        "rate of  90 or more: 2 permitted, 1 denied, 1 unknown",
    ],
    "engine_over_a_folder.py": [
        "A survey on commuting: may accept",
        "Correct a transcript: may preview",
        "  be granted Masters",
    ],
}


def run(program: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, str(program), *arguments],
        env={**clean, "PYTHONPATH": str(program.parent.parent), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_example_prints_what_it_is_for(name: str, examples: Path) -> None:
    """Each offline example prints just these lines."""
    found = run(examples / name)

    assert found.stdout.splitlines() == EXPECTED[name]
    assert found.stderr == ""
    assert found.returncode == 0


def test_every_example_is_run(examples: Path) -> None:
    """No example is left out here."""
    assert {each.name for each in examples.glob("*.py")} == {*EXPECTED, "fetch_live.py"}


def test_live_example_says_what_it_needs(examples: Path, tmp_path: Path) -> None:
    """Without an argument, and without credentials, the live example names both, and shows no traceback."""
    nothing = {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}

    for arguments in ([], ["3EXAMPLEHIT0000000000000000001"]):
        found = run(examples / "fetch_live.py", *arguments, **nothing)

        assert found.returncode == 1
        assert "AWS_ACCESS_KEY_ID" in found.stderr
        assert "HIT_ID" in found.stderr
        assert "Traceback" not in found.stderr


def test_example_hit_has_four_requirements_of_mixed_guards(examples: Path) -> None:
    """The example HIT shows all three guards, and its worker may preview but not accept."""
    hit = qe.load_hit(examples / "hit.json")
    policy = qe.compile_hit(hit)

    assert len(hit.requirements) == 4
    assert {each.guard for each in hit.requirements} == set(qe.ActionsGuarded)
    assert policy.access(qe.load_worker(examples / "worker.json")) is qe.Access.PREVIEW
