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

__all__ = ["HITFile", "HITFindings", "HITItem", "read_settings"]

_SETTINGS = pytest.StashKey["_Settings"]()


@frozen
class _Settings:
    """How HITs are linted: `baseline` is what is known of them already, `fail_on` how bad a finding must be."""

    lint: LintSettings
    baseline: Baseline | None
    fail_on: Severity


def read_settings(config: pytest.Config) -> None:
    """Reads how HITs are linted. InvalidInput or InputNotFound where a setting is wrong."""
    lint = find_lint_settings(config.rootpath)
    baseline = read_baseline(lint.baseline) if lint.baseline else None
    config.stash[_SETTINGS] = _Settings(lint, baseline, _fail_on(config))


def _fail_on(config: pytest.Config) -> Severity:
    try:
        return Severity(config.getini("qualeval_fail_on"))
    except InvalidInput as error:
        raise InvalidInput(error.problems, "qualeval_fail_on") from None


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
