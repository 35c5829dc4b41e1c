"""Where in a text: from the offset of a character to the line and column that an editor shows, and bounds on a report.

Lines and columns count from one. A line ends at a newline alone, so that the numbers are those of an editor whatever a
format calls a line break. This module does not know what is written in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qualeval.errors import Path, Problem

__all__ = ["MAX_DEPTH", "MAX_PROBLEMS", "Trie", "longest_known", "position", "positions", "problem_at", "trie"]

MAX_DEPTH = 100
"""How many objects and lists may stand inside each other, the outermost included."""

MAX_PROBLEMS = 50
"""After so many problems of one input the search for more is given up: nobody reads the fifty-first."""

Trie = dict[str | int, "Trie"]


def position(text: str, offset: int) -> tuple[int, int]:
    """The line and column of the character at `offset`."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def positions(text: str, offsets: Iterable[int]) -> dict[int, tuple[int, int]]:
    """The same for many offsets, in one pass over the text."""
    found: dict[int, tuple[int, int]] = {}
    line, seen = 1, 0
    for offset in sorted(set(offsets)):
        line += text.count("\n", seen, offset)
        seen = offset
        found[offset] = line, offset - text.rfind("\n", 0, offset)
    return found


def problem_at(text: str, offset: int, message: str, path: Path = (), help: str = "") -> Problem:
    """A problem with the character at `offset`."""
    line, column = position(text, offset)
    return Problem(message, path, help, line, column)


def trie(paths: Iterable[Path]) -> Trie:
    """The paths as a tree of their parts, so that a walk over a text knows what it may skip."""
    root: Trie = {}
    for path in paths:
        node = root
        for part in path:
            node = node.setdefault(part, {})
    return root


def longest_known(paths: Sequence[Path], offsets: dict[Path, int]) -> dict[Path, int]:
    """For every path the offset of its value, or of the nearest ancestor that there is. LookupError without a root."""
    if () not in offsets:
        raise LookupError("no root")
    known: dict[Path, int] = {}
    for path in paths:
        size = len(path)
        while path[:size] not in offsets:
            size -= 1
        known[path] = offsets[path[:size]]
    return known
