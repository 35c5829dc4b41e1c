"""`lint` of a folder of 10,000 HIT files beside `json.load` of the same files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import frozen

from benchmarks.contenders import EXAMPLES
from benchmarks.measuring import Beside, Round
from benchmarks.report import at_most
from qualeval.linting.checking import lint_files
from qualeval.linting.configuration import LintSettings

FILES = 10_000


@frozen
class Folder:
    """HITs, one a file. A tenth of them has a finding of severity error; all have one for information."""

    path: Path

    @classmethod
    def filled(cls, path: Path) -> Folder:
        """The example HIT again and again, each with an id and thresholds of its own."""
        text = (EXAMPLES / "hit.json").read_text("utf-8")
        for number in range(FILES):
            named = text.replace("3EXAMPLEHIT0000000000000000001", f"3HIT{number:020d}")
            own = named.replace("[98]", f"[{number % 99}]")
            own = own.replace('"Country": "US"', '"Country": "UK"') if number % 10 == 0 else own
            (path / f"{number:05d}.json").write_text(own, "utf-8")
        return cls(path)

    def lint(self) -> int:
        """How many findings there are in all files."""
        return len(lint_files([str(self.path)], LintSettings(folder=self.path)).findings)

    def load(self) -> int:
        """How many files there are, each read by json.load."""
        loaded = 0
        for number in range(FILES):
            with open(f"{self.path}/{number:05d}.json", encoding="utf-8") as file:
                loaded += isinstance(json.load(file), dict)
        return loaded


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Made once: it takes longer than a measurement."""
    return Folder.filled(tmp_path_factory.mktemp("hits"))


def times(function: Callable[[], int]) -> Round:
    """A round of calls of a function, which does the same again."""
    return lambda calls: lambda: [function() for _ in range(calls)]


def test_lint(beside: Beside, folder: Folder) -> None:
    """Every file is looked at, and a finding a file is told at least."""
    assert folder.load() == FILES
    assert folder.lint() >= FILES
    beside(
        "lint, 10,000 files",
        times(folder.lint),
        against="json.load of them",
        other=times(folder.load),
        goal=at_most(60),
        rounds=3,
    )
