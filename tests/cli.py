"""Running the command: in this process, fast, or as a process of its own where that matters."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from qualeval.cli import cli, status

__all__ = ["LOCALE", "NUMBER", "PERCENT", "Ran", "put", "refusal", "requirement", "run", "spawn"]

ROOT = Path(__file__).parent.parent
LOCALE, NUMBER, PERCENT = (f"000000000000000000{end}" for end in ("71", "40", "L0"))


@frozen
class Ran:
    """What came of a command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on stdout."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[str]:
        """The lines on stdout, each with single blanks."""
        return [" ".join(line.split()) for line in self.out.splitlines()]


def run(*arguments: str, stdin: str | bytes = "") -> Ran:
    """The command in this process, its streams in memory. No terminal, and no colour."""
    given = io.TextIOWrapper(io.BytesIO(stdin if isinstance(stdin, bytes) else stdin.encode()), encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    with _stdin(given), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        ended = status.run(lambda: cli.main(args=list(arguments), prog_name="qualeval", standalone_mode=False))
    return Ran(int(ended), out.getvalue(), err.getvalue())


@contextlib.contextmanager
def _stdin(stream: io.TextIOWrapper) -> Iterator[None]:
    before, sys.stdin = sys.stdin, stream
    try:
        yield
    finally:
        sys.stdin = before


def spawn(
    *arguments: str, stdin: str = "", shell: str = "", timeout: float = 60, environment: Mapping[str, str] | None = None
) -> Ran:  # fmt: skip
    """The command as a process. `shell` is a line of sh that runs it as `"$@"`; the folder is this process's own."""
    command = [sys.executable, "-m", "qualeval", *arguments]
    ended = subprocess.run(
        ["sh", "-c", shell, "sh", *command] if shell else command,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
    return Ran(ended.returncode, ended.stdout, ended.stderr)


def refusal(*arguments: str, stdin: str | bytes = "") -> str:
    """What is said on stderr of a command that is refused: with status 2, no answer, and no traceback."""
    found = run(*arguments, stdin=stdin)

    assert (found.status, found.out) == (2, "")
    assert found.err.strip()
    assert "Traceback" not in found.err
    return found.err


def put(name: str, content: object) -> str:
    """Writes a file into the working directory: text and bytes as they are, all else as JSON. Gives back the name."""
    match content:
        case str():
            Path(name).write_text(content, encoding="utf-8")
        case bytes():
            Path(name).write_bytes(content)
        case _:
            Path(name).write_text(json.dumps(content), encoding="utf-8")
    return name


def requirement(type_id: str = PERCENT, comparator: str = "GreaterThan", *values: int, **others: Any) -> dict[str, Any]:
    """A requirement as the API writes it; `others` are more keys, or others of its own."""
    listed = {"IntegerValues": list(values)} if values else {}
    return {"QualificationTypeId": type_id, "Comparator": comparator, **listed, **others}
