"""`qualeval check` as a whole process, beside the start of Python with the two packages it cannot do without."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.contenders import EXAMPLES
from benchmarks.measuring import Beside, Round
from benchmarks.report import at_most

ROOT = EXAMPLES.parent

SCRIPT = Path(sysconfig.get_path("scripts"), "qualeval")
COMMAND = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-m", "qualeval"]
CHECK = [*COMMAND, "check", "examples/hit.json", "examples/worker.json"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""As after an installation, in which pip compiles what it installs: the first run leaves the compiled modules."""
IMPORTS = [sys.executable, "-c", "import attrs, pycountry"]


def process(command: Sequence[str], status: int) -> Round:
    """A round of whole processes, each of which must end with this status."""

    def prepared(calls: int) -> Callable[[], object]:
        return lambda: [_run(command, status) for _ in range(calls)]

    return prepared


def _run(command: Sequence[str], status: int) -> str:
    ended = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert status == ended.returncode, ended.stderr
    return ended.stdout


def test_check(beside: Beside) -> None:
    """The example's worker has a rate of 97 of the 98 needed: she may preview, and the status is 1."""
    assert "98" in _run(CHECK, 1)
    beside(
        "qualeval check, process",
        process(CHECK, 1),
        against="the two imports",
        other=process(IMPORTS, 0),
        goal=at_most(3),
        rounds=25,
    )
