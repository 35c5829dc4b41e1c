"""Fixes are applied to files: round after round, until there is nothing left that has one right answer.

Two fixes of one file that do not go together are made one after the other; what is refused is said, with the reason.
What would be done is seen by doing it to a copy.
This module does not know how a text is changed, nor how findings are made.
"""

from __future__ import annotations

import difflib
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence

from attrs import evolve, field, frozen

from qualeval.errors import InputNotFound
from qualeval.linting.baseline import Result
from qualeval.linting.findings import Finding, Fix
from qualeval.sources.documents import read_documents
from qualeval.sources.edits import rewrite
from qualeval.sources.texts import read_text, reason_of

__all__ = ["MAX_ROUNDS", "Mended", "mend", "mend_a_copy"]

MAX_ROUNDS = 10
"""After so many rounds a file is left as it is: one fix undoes what another does."""


@frozen
class Mended:
    """What became of the fixes of one file, in words, and what was found in it after them.

    `diff` is, where they were only tried, what they would change: a unified diff.
    """

    path: str
    done: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    left: tuple[Result, ...] = ()
    diff: str = field(default="", repr=False)


def mend(path: str, found: Sequence[Result], find_again: Callable[[], Sequence[Result]]) -> Mended:
    """Applies the fixes of the findings that are new to a file; `find_again` looks into it after every round.

    Raises:
        InvalidInput: another program changes the file meanwhile.
    """
    done: list[str] = []
    refused: list[str] = []
    for _ in range(MAX_ROUNDS):
        wanted = _fixes(found)
        if not wanted:
            return Mended(path, tuple(done), left=tuple(found))
        try:
            result = rewrite(path, read_documents(path), list(wanted))
        except InputNotFound as error:
            return Mended(path, tuple(done), (str(error),), tuple(found))
        done += (_words(wanted[fix], fix) for fix in result.made)
        refused = [f"{_words(wanted[each.change], each.change)}: {each.reason}" for each in result.refused]
        if not result.made:
            break
        found = find_again()
    return Mended(path, tuple(done), tuple(refused), tuple(found))


def mend_a_copy(path: str, found: Sequence[Result], find_in: Callable[[str], Sequence[Result]]) -> Mended:
    """What `mend` would do to a file, which stays as it is; `find_in` looks into a text."""
    with tempfile.TemporaryDirectory(prefix="qualeval-") as folder:
        draft = os.path.join(folder, "draft")
        try:
            shutil.copyfile(path, draft)
        except OSError as error:
            return Mended(path, (), (f"cannot read {path}: {reason_of(error)}",), tuple(found))
        tried = mend(draft, found, lambda: find_in(read_text(draft)))
        return evolve(tried, path=path, diff="".join(_difference(path, draft)))


def _difference(path: str, draft: str) -> Iterator[str]:
    before, after = _lines(path), _lines(draft)
    for line in difflib.unified_diff(before, after, path, path):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(path: str) -> list[str]:
    """The lines of a file, with their ends: split at newlines alone, as other tools do."""
    with open(path, "rb") as file:
        return io.StringIO(file.read().decode("utf-8", "replace"), newline="\n").readlines()


def _fixes(found: Sequence[Result]) -> dict[Fix, Finding]:
    """The fixes of what is new, each once, with the first finding that it mends."""
    fixes: dict[Fix, Finding] = {}
    for result in found:
        if result.finding.fix is not None and not result.is_known:
            fixes.setdefault(result.finding.fix, result.finding)
    return fixes


def _words(finding: Finding, fix: Fix) -> str:
    place = f"{finding.place}: " if finding.place else ""
    return f"{place}{fix.words} ({finding.rule})"
