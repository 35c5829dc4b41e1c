"""The README is true: its commands print what it shows, its code runs, its files load."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from attrs import frozen

import qualeval as qe
from qualeval.linting.configuration import find_lint_settings

ROOT = Path(__file__).parent.parent


@frozen
class Block:
    """A fenced block of the README: its language, its text, and the block after it."""

    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    found = re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
    return [Block(*each) for each in found]


BLOCKS = blocks(ROOT / "README.md")
LINT = blocks(ROOT / "docs" / "lint.md")
SHOWN = [
    (block.text, after.text)
    for page in (BLOCKS, blocks(ROOT / "docs" / "facts.md"))
    for block, after in pairwise(page)
    if block.language == "sh" and after.language == "text"
]


def of(language: str, page: Iterable[Block] = BLOCKS) -> list[str]:
    return [block.text for block in page if block.language == language]


def run(command: str) -> subprocess.CompletedProcess[str]:
    """The command with this interpreter's qualeval, as a pipe sees it."""
    words = shlex.split(command)
    environment = {**os.environ, "COLUMNS": "40", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "qualeval", *words[1:]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(("command", "expected"), SHOWN, ids=[str(number) for number in range(len(SHOWN))])
def test_shown_output_is_what_the_command_prints(command: str, expected: str) -> None:
    """Each command that is followed by an output prints just that, and nothing on stderr."""
    found = run(re.split(r"&& \S*(?=qualeval )", command)[-1])

    assert found.stdout == expected
    assert found.stderr == ""


def test_main_job_ends_with_status_one() -> None:
    """The first command's worker may not accept, and the status says so."""
    first = of("sh")[0]

    assert run(first.split("&& .venv/bin/")[-1]).returncode == 1


def test_first_two_commands_are_one_line_each() -> None:
    """The first block installs and judges, the second installs the test extra and runs the suite."""
    first, second = of("sh")[:2]

    assert first.count("\n") == second.count("\n") == 1
    assert "pip install --quiet . &&" in first
    assert "'.[test]'" in second
    assert "pytest" in second


@pytest.mark.parametrize("code", of("python"))
def test_code_runs(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python of the README runs as it stands, and its last line's refusal or permission is what it says."""
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)

    assert names["decision"].worker.worker_id == "A1"  # type: ignore[attr-defined]


PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCS = [block.text for page in PAGES for block in blocks(page) if block.language == "python"]


@pytest.mark.parametrize("code", DOCS)
def test_code_of_the_docs_runs(code: str) -> None:
    """The Python of the docs runs as it stands, and its assertions hold."""
    assert "assert" in code

    exec(compile(code, "docs", "exec"), {})


@pytest.mark.parametrize("text", of("json"))
def test_profile_loads(text: str) -> None:
    """The worker profile that is shown is one."""
    profile = qe.load_worker(io.StringIO(text))

    assert profile.worker_id == "A1"
    assert set(profile.facts) >= {"3TEST", qe.LOCALE, qe.MASTERS}
    assert json.loads(text)["WorkerId"] == "A1"


def test_names_in_configuration_are_found(tmp_path: Path) -> None:
    """The table that is shown gives the name it shows."""
    (table,) = (text for text in of("toml") if "qualeval.types" in text)
    (tmp_path / "pyproject.toml").write_text(table)

    assert qe.find_type_names(tmp_path).name_of("3STUDY1DONE") == "study_1_done"


def test_lint_settings_are_read(tmp_path: Path) -> None:
    """The settings that docs/lint.md shows are those of a project."""
    (table,) = of("toml", LINT)
    (tmp_path / "pyproject.toml").write_text(table)
    settings = find_lint_settings(tmp_path)

    assert settings.ignore == ("QE409",)
    assert [str(each.comparator) for each in settings.only] == ["In"]


@pytest.mark.parametrize("text", [*of("yaml"), *of("yaml", LINT)])
def test_yaml_is_yaml(text: str) -> None:
    """The configuration of other tools that is shown can be read, and calls what there is; cases are the example's."""
    if "cases:" not in text:
        assert "qualeval" in str(yaml.safe_load(text))
        return
    load = qe.testing.cases.load_cases
    shown, example = load(io.StringIO(text)), load(ROOT / "examples" / "cases.yaml")
    known = {case.name: case.expected for case in example}

    assert {case.name: case.expected for case in shown}.items() <= known.items()


def test_links_lead_somewhere() -> None:
    """Every relative link of the README, the docs and CONTRIBUTING is a file."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    broken = [
        (page.name, link)
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if not (page.parent / link).exists()
    ]

    assert broken == []
