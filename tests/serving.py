"""Serves an explorer of a small pool in a process of its own: `python -m tests.serving`. `served` runs it for tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import qualeval as qe
from qualeval.web.serving import serve
from qualeval.web.shields import Limits
from tests.explorers import HIT, explorer

__all__ = ["HOSTILE", "served"]

ROOT = Path(__file__).parent.parent

HOSTILE = "<img src=x onerror=window.hacked=1><script>window.hacked=1</script>"
"""What nobody's browser may run."""


@contextmanager
def served(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a server that runs, and its process."""
    command = [sys.executable, "-m", "tests.serving", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.terminate()


def main(*arguments: str) -> None:
    """Serves; `hostile` with a title that is a script, `masked` without ids, `hasty` with limits of a second."""
    hit = HIT.replace(title=HOSTILE) if "hostile" in arguments else HIT
    limits = Limits(body=1_000_000, receiving=1.0, answering=5.0) if "hasty" in arguments else Limits()
    found = explorer(hit=hit, masked="masked" in arguments)
    serve(found, limits=limits, is_ready=lambda url: print(url, flush=True))  # noqa: T201


if __name__ == "__main__":
    qe.linting  # noqa: B018  # loaded before anybody asks
    main(*sys.argv[1:])
