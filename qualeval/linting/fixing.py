"""Fixes are applied to files: round after round, until there is nothing left that has one right answer.

Two fixes of one file that do not go together are made one after the other; what is refused is said, with the reason.
This module does not know how a text is changed, nor how findings are made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen

from qualeval.errors import InputNotFound
from qualeval.linting.baseline import Result
from qualeval.linting.findings import Finding, Fix
from qualeval.sources.documents import read_documents
from qualeval.sources.edits import rewrite

__all__ = ["MAX_ROUNDS", "Mended", "mend"]

MAX_ROUNDS = 10
"""After so many rounds a file is left as it is: one fix undoes what another does."""


@frozen
class Mended:
    """What became of the fixes of one file, in words, and what was found in it after them."""

    path: str
    done: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    left: tuple[Result, ...] = ()


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
