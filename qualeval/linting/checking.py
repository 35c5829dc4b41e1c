"""Files and folders to what is wrong with the HITs in them, with what is old told from what is new.

This module does not know where a report goes, nor how it looks.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from attrs import define, evolve, field, frozen

from qualeval.errors import InvalidInput, Problem
from qualeval.linting.baseline import Baseline, Fingerprint, LookedFor, Result, results
from qualeval.linting.catalogue import Severity
from qualeval.linting.configuration import LintSettings, nearer_settings, real_path
from qualeval.linting.files import File, PassedOver, find_files, trees_of
from qualeval.linting.findings import Finding
from qualeval.linting.fixing import Mended, mend, mend_a_copy
from qualeval.linting.formats import as_github, as_json
from qualeval.linting.lint import Linter
from qualeval.linting.sarif import as_sarif
from qualeval.sources.texts import read_text, source_name

__all__ = ["LintReport", "lint_files"]


@frozen
class LintReport:
    """What came of checking files: the names of those that were checked, what does not count, and the findings.

    `empty` are the folders in which nothing counted. `mended` says, where fixes were applied or tried, what became of
    them. `looked_for` are, by the name of each file that was checked, the ids of the rules that were looked for in it.
    `unused` are the configurations with settings that are nearer to a file than the one that holds for all.
    """

    checked: tuple[str, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    empty: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    mended: tuple[Mended, ...] = ()
    looked_for: LookedFor = field(factory=dict, hash=False)
    unused: tuple[Path, ...] = ()

    @property
    def fixable(self) -> list[Finding]:
        """The new findings with a fix that can be made, as far as that is known: those whose fix was refused have none.

        What is still there of a file after its fixes were applied or tried was refused.
        """
        tried = {source_name(each.path) for each in self.mended}
        return [each for each in self.findings if each.fix is not None and each.path not in tried]

    @property
    def new(self) -> list[Result]:
        """The findings that the baseline does not know."""
        return [result for result in self.results if not result.is_known]

    @property
    def findings(self) -> list[Finding]:
        """The same, without their fingerprints."""
        return [result.finding for result in self.new]

    def to_json(self) -> list[dict[str, object]]:
        """The new findings as objects for JSON."""
        return [as_json(result) for result in self.new]

    def to_github(self) -> list[str]:
        """The new findings as workflow commands, with which GitHub marks the lines of a change."""
        return [as_github(finding) for finding in self.findings]

    def to_sarif(self, version: str) -> dict[str, object]:
        """All findings as a SARIF log, those that the baseline knows suppressed; `version` is qualeval's."""
        return as_sarif(self.results, version=version)

    def fails(self, threshold: Severity) -> bool:
        """Whether there is a new finding that is at least as bad as `threshold`."""
        return any(finding.severity.rank <= threshold.rank for finding in self.findings)


def lint_files(
    paths: Sequence[str],
    settings: LintSettings,
    *,
    stream: IO[str] | IO[bytes] | None = None,
    baseline: Baseline | None = None,
    by_content: bool = False,
    fix: bool = False,
    diff: bool = False,
) -> LintReport:
    """Lints files, the HITs of folders, and a stream. Nothing is wrong with nothing: see what was `checked`.

    `by_content` passes over files that are named and hold no HIT; `fix` mends what has one right answer and is not in
    the baseline, in the files themselves, and what is left is reported. With `diff` the files stay as they are, all
    findings are reported, and `mended` says what `fix` would do.

    Raises:
        InputNotFound: a path that is not there, or cannot be read.
        InvalidInput: there are house rules in a configuration that is nearer to a file than the one that was found for
            all of them.
    """
    run = _Run(settings, baseline, fix, diff)
    for entry in find_files(paths, settings, by_content=by_content):
        run.take(entry)
    if stream is not None:
        run.take_stream(stream)
    return run.report(paths)


@define
class _Run:
    """The files are taken one after the other, and none is kept."""

    settings: LintSettings
    baseline: Baseline | None
    fix: bool
    diff: bool
    looked_for: dict[str, frozenset[str]] = field(factory=dict)
    checked: dict[str, str] = field(factory=dict)
    passed_over: list[PassedOver] = field(factory=list)
    results: list[Result] = field(factory=list)
    mended: list[Mended] = field(factory=list)
    linters: dict[tuple[str, ...], Linter] = field(factory=dict)
    folders: set[str] = field(factory=set)
    unused: dict[Path, None] = field(factory=dict)

    def take(self, entry: File | PassedOver) -> None:
        if isinstance(entry, PassedOver):
            self.passed_over.append(entry)
            return
        self.look_for_settings(os.path.dirname(entry.absolute))
        self.look_for_settings(os.path.dirname(os.path.abspath(entry.path)))
        self.checked[entry.absolute] = source_name(entry.path)
        found = self._found(entry)
        is_fixable = any(result.finding.fix and not result.is_known for result in found)
        if is_fixable and self.diff:
            self.mended.append(mend_a_copy(entry.path, found, lambda text: self._found(_holding(entry, text))))
        elif is_fixable and self.fix:
            mended = mend(entry.path, found, lambda: self._found(_holding(entry, None)))
            self.mended.append(mended)
            found = list(mended.left)
        self.results += found

    def take_stream(self, stream: IO[str] | IO[bytes]) -> None:
        name = source_name(stream)
        self.checked[name] = name
        self.look_for_settings(os.path.abspath(""))
        try:
            self.results += self._found(File(name, name, text=read_text(stream)))
        except InvalidInput as error:
            linter = self._linter(self.settings.ignore)
            self.looked_for[name] = linter.selected
            # What it held is not told again, so it cannot be what was known.
            self.results += results(linter.unreadable(error, name), None, {})

    def report(self, paths: Sequence[str]) -> LintReport:
        folders = [path for path in paths if os.path.isdir(path)]
        return LintReport(
            tuple(self.checked.values()),
            tuple(self.passed_over),
            tuple(path for path in folders if not self._has_checked(path)),
            tuple(self.results),
            tuple(self.mended),
            self.looked_for,
            tuple(self.unused),
        )

    def look_for_settings(self, folder: str) -> None:
        """Settings that are nearer to the files of a folder do not hold, which is told; house rules must hold."""
        if self.settings.is_asked_for or folder in self.folders:
            return
        self.folders.add(folder)
        nearer = nearer_settings(folder, self.settings)
        if nearer is None or nearer.path is None:
            return
        if "only" in nearer.lint.entries:
            holding = self.settings.configuration
            others = f"the settings are those of {holding}" if holding else "all files together have no settings"
            message = f"house rules that would not be proved: {others}"
            mend = f"lint {nearer.path.parent} by itself, or name the settings with --config"
            raise InvalidInput(Problem(message, (*nearer.lint.keys, "only"), mend), str(nearer.path))
        self.unused[nearer.path] = None

    def _has_checked(self, folder: str) -> bool:
        start = os.path.join(real_path(folder), "")
        return any(path.startswith(start) for path in self.checked)

    def _found(self, file: File) -> list[Result]:
        linter = self._linter(self.settings.ignored_in(file.relative))
        name = source_name(file.path)
        self.looked_for[name] = linter.selected
        try:
            text = read_text(file.path) if file.text is None else file.text
        except InvalidInput as error:
            written = _digest_of_file(file.path)
            known = self._known_in(name) if written else {}
            return results(linter.unreadable(error, name, written), None, known)
        findings = linter.of_text(text, name)
        trees = file.trees if file.trees is not None or not findings else trees_of(text)
        return results(findings, trees, self._known_in(name))

    def _linter(self, ignored: tuple[str, ...]) -> Linter:
        known = self.linters.get(ignored)
        if known is None:
            each = self.settings
            known = Linter.of(each.names, each.environment, each.only or None, each.select, ignored)
            self.linters[ignored] = known
        return known

    def _known_in(self, path: str) -> Mapping[Fingerprint, int]:
        return self.baseline.known_in(path) if self.baseline else {}


def _holding(file: File, text: str | None) -> File:
    """The file with another text; None is what it holds now."""
    return evolve(file, text=text, trees=None)


def _digest_of_file(path: str) -> str:
    """A digest of the bytes of a file that is no text; empty for a pipe or device, which gives them but once."""
    if not os.path.isfile(path):
        return ""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]
