"""HIT files as pytest's test items: one a HIT, which fails with what the linter has against it.

This module does not know the rules.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from qualeval.errors import InvalidInput, QualevalError
from qualeval.linting.baseline import Baseline, read_baseline
from qualeval.linting.catalogue import Severity
from qualeval.linting.checking import lint_files
from qualeval.linting.configuration import LintSettings, find_lint_settings
from qualeval.linting.findings import Finding
from qualeval.model.qualification_types import TypeNames
from qualeval.sources.documents import read_documents
from qualeval.sources.hit_readings import HITReading, hit_readings
from qualeval.testing.hit_engine import hit_files

__all__ = ["HITFile", "HITFindings", "HITItem", "start"]

_SETTINGS = pytest.StashKey["_Settings"]()


@frozen
class _Settings:
    """Which files hold HITs, behind which closed folders, and how they are linted.

    `baseline` is what is known of them already, `fail_on` how bad a finding must be.
    """

    files: frozenset[Path]
    closed: frozenset[Path]
    lint: LintSettings
    baseline: Baseline | None
    fail_on: Severity


def start(config: pytest.Config) -> None:
    """Has the files of `qualeval_hits` collected, those outside of the folders that pytest looks into too."""
    files = hit_files(config)
    try:
        lint = find_lint_settings(config.rootpath)
        baseline = read_baseline(lint.baseline) if lint.baseline else None
        closed = frozenset(filter(None, (_closed(path, config) for path in files)))
        settings = _Settings(frozenset(files), closed, lint, baseline, _fail_on(config))
    except QualevalError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[_SETTINGS] = settings
    config.addinivalue_line("markers", "qualeval: a HIT, checked by qualeval's linter")
    if config.args_source is not config.ArgsSource.ARGS:
        config.args += [str(path) for path in files if not _is_below_any(path, config)]


def _fail_on(config: pytest.Config) -> Severity:
    try:
        return Severity(config.getini("qualeval_fail_on"))
    except InvalidInput as error:
        raise InvalidInput(error.problems, "qualeval_fail_on") from None


def _is_below_any(path: Path, config: pytest.Config) -> bool:
    """Whether a file is in a folder that pytest was given."""
    return any(path.is_relative_to(config.invocation_params.dir / each) for each in config.args)


def _closed(path: Path, config: pytest.Config) -> Path | None:
    """The outermost folder on the way to a file that pytest does not enter by itself: a hidden one, `build`, ..."""
    patterns, root = config.getini("norecursedirs"), config.rootpath
    folders = [each for each in reversed(path.parents) if each != root and each.is_relative_to(root)]
    return next((each for each in folders if any(Path(each.name).match(pattern) for pattern in patterns)), None)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Opens the closed folders on the way to the files of HITs, for these alone."""
    closed = config.stash[_SETTINGS].closed
    if not any(collection_path.is_relative_to(folder) for folder in closed):
        return None
    return not any(path.is_relative_to(collection_path) for path in config.stash[_SETTINGS].files)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The collector of a file that holds HITs."""
    settings = parent.config.stash[_SETTINGS]
    return HITFile.from_parent(parent, path=file_path) if file_path in settings.files else None


class HITFile(pytest.File):
    """A file of HITs."""

    def collect(self) -> Iterable[HITItem]:
        """An item for each HIT, and one for the file where something is wrong with it that concerns none of them."""
        settings = self.config.stash[_SETTINGS]
        names: dict[str, int] = {}
        try:
            found = list(_by_hit(self.path, settings))
        except QualevalError as error:
            raise self.CollectError(str(error)) from None
        for label, findings in found:
            names[label] = names.get(label, 0) + 1
            name = label if names[label] == 1 else f"{label} ({names[label]})"
            bad = [each for each in findings if each.severity.rank <= settings.fail_on.rank]
            item = HITItem.from_parent(self, name=name, findings=bad)
            item.add_marker("qualeval")
            yield item


class HITFindings(Exception):
    """What the linter has against a HIT."""


class HITItem(pytest.Item):
    """One HIT. It fails if the linter found anything that is bad enough."""

    def __init__(self, *, findings: Sequence[Finding], **others: Any) -> None:
        super().__init__(**others)
        self.findings = findings

    def runtest(self) -> None:
        """Fails with the findings, if there are any."""
        if self.findings:
            raise HITFindings("\n".join(map(str, self.findings)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The findings, each with its place and its mend; of another failure what pytest makes of it."""
        if not isinstance(excinfo.value, HITFindings):
            return super().repr_failure(excinfo, style)
        return "\n".join(line for each in self.findings for line in (str(each), f"    {each.entry.why}"))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is: the line of the first finding."""
        line = self.findings[0].line if self.findings else None
        return self.path, None if line is None else line - 1, f"HIT {self.name}"


# --- which finding is about which HIT


def _by_hit(path: Path, settings: _Settings) -> Iterator[tuple[str, list[Finding]]]:
    """What each HIT of a file is called, and what was found in it; and what concerns none, or that there is no HIT."""
    report = lint_files([os.path.relpath(path)], settings.lint, baseline=settings.baseline)
    left = report.findings
    readings = _readings(path, settings.lint.names)
    for document, reading in readings:
        own = [each for each in left if each.document == document and _is_below(each.keys, reading.path)]
        left = [each for each in left if each not in own]
        yield _label(reading, document), own
    if left or not readings:
        yield "file", left


def _readings(path: Path, names: TypeNames) -> list[tuple[int, HITReading]]:
    """The HITs of a file as far as they can be told, each with the index of its document."""
    try:
        documents = read_documents(path)
    except InvalidInput:
        return []
    found = [(index, each) for index, document in enumerate(documents) for each in hit_readings(document.tree, names)]
    return [(index, each) for index, each in found if each.raw_requirements or each.fields or not each.problems]


def _is_below(keys: tuple[str | int, ...], start: tuple[str | int, ...]) -> bool:
    return keys[: len(start)] == start


def _label(reading: HITReading, document: int) -> str:
    """What a HIT is called among the items: its id, its title, or its place."""
    named = reading.fields.get("HITId") or reading.fields.get("Title")
    place = [part for part in reading.path if isinstance(part, int)]
    return str(named or f"HIT {place[0] if place else document}")
