"""docs/endpoint.md is true: its tables are the code's, and its commands print what it shows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from qualeval.testing.control import ROUTES
from qualeval.testing.fault_texts import KINDS
from qualeval.testing.operations import OPERATIONS
from qualeval.testing.publishing import LIMITS, TYPE_LIMITS
from qualeval.testing.refusals import ERRORS
from tests.aws_cli import AWS, environment
from tests.test_cli_endpoint import started
from tests.test_readme import blocks

PAGE = Path(__file__).parent.parent / "docs" / "endpoint.md"
TEXT = PAGE.read_text("utf-8")
BLOCKS = [block for block in blocks(PAGE) if block.language in ("sh", "text")]
STARTS = "qualeval endpoint"


def row_of(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def undated(text: str) -> str:
    """A text without the time that the service's messages end with."""
    return re.sub(r"\(\d{13}\)", "(NOW)", text)


def codes(keys: tuple[str, ...]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def in_table(title: str) -> list[str]:
    """The rows of the table in a section of the page, without its head."""
    section = TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| .* \|$", section, re.MULTILINE)[1:]


def test_errors_of_the_page() -> None:
    """The table of errors is the code's."""
    assert in_table("Errors") == [
        row_of(f"{row.name}, {row.status}", row.turk_code.removeprefix("AWS."), row.words, row.source)
        for row in ERRORS.values()
    ]


def test_faults_of_the_page() -> None:
    """The table of faults is the code's."""
    assert in_table("Faults") == [
        row_of(f"`{name}`", kind.words, codes(kind.needs), codes(kind.may)) for name, kind in KINDS.items()
    ]


def test_operations_and_routes_of_the_page() -> None:
    """Every operation and every route has its row, and there is no other."""
    assert [row.split()[1] for row in in_table("Operations")] == list(OPERATIONS)
    assert [row.split("`")[1] for row in in_table("Controlling it while it runs")] == list(ROUTES)


@pytest.mark.parametrize("name", [*LIMITS, *TYPE_LIMITS])
def test_limits_of_the_page(name: str) -> None:
    """Every limit is on the page, with its numbers."""
    (said,) = re.findall(r"^- \*\*Limits\*\*: (.*?)(?=^- |\n\n)", TEXT, re.MULTILINE | re.DOTALL)
    limit = {**LIMITS, **TYPE_LIMITS}[name]

    assert name in said or limit.most is None
    assert limit.most is None or f"{limit.most:,}" in said


@pytest.mark.slow
@pytest.mark.skipif(not AWS or not shutil.which("curl"), reason="needs the AWS CLI (pip install awscli) and curl")
def test_commands_of_the_page(tmp_path: Path) -> None:
    """The commands, run one after the other in one shell, print what stands below them; but for the time."""
    commands = [block for block in BLOCKS if not block.text.startswith(STARTS)]
    lines = [block.text if block.language == "sh" else "printf '%s\\n' -----" for block in commands]
    with started("--port", "0") as (_, url):
        script = "\n".join(["exec 2>&1", *lines]).replace("127.0.0.1:5000", url.removeprefix("http://"))
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=120,
        )
    shown = [block.text for block in commands if block.language == "text"]

    assert [undated(text) for text in ran.stdout.split("-----\n")] == [*map(undated, shown), ""]


@pytest.mark.parametrize("command", [block.text for block in BLOCKS if block.text.startswith(STARTS)])
def test_commands_that_start_it(command: str) -> None:
    """The commands that start an endpoint do."""
    arguments = command.split()[2:]
    arguments[arguments.index("--port") + 1] = "0"
    with started(*arguments) as (_, url):
        assert url.startswith("http://127.0.0.1:")
