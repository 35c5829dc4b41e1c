"""The values of a text, each with the place where it is written: from where to where, its key's, and its parts.

What a node is for: to get from a path to an offset, and to change one value and leave the rest as it is. This module
does not know how a format is read.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define

from qualeval.errors import Path
from qualeval.sources.places import Trie, longest_known, trie

__all__ = ["Node", "offsets"]


@define
class Node:
    """A value, the offset at which it begins, the nodes of its parts, and the offset at which it ends.

    `size` counts the values in it, itself included, and `height` the levels of objects and lists. `key` is from where
    to where its key is written. `is_block` says of an object or a list that indentation holds it together, not
    brackets. An alias has the start, the value and the parts of what it stands for; `alias` is where itself begins.
    """

    value: object
    start: int
    parts: dict[str, Node] | list[Node] | None = None
    size: int = 1
    height: int = 0
    end: int = 0
    key: tuple[int, int] | None = None
    is_block: bool = False
    alias: int | None = None

    @property
    def begin(self) -> int:
        """Where the entry begins that it is in its object or list: with its key, if it has one."""
        if self.key is not None:
            return self.key[0]
        return self.start if self.alias is None else self.alias

    def part(self, key: str | int) -> Node | None:
        """The part that a step of a path leads to, or None."""
        if isinstance(self.parts, dict):
            return self.parts.get(key) if isinstance(key, str) else None
        if self.parts is not None and isinstance(key, int) and 0 <= key < len(self.parts):
            return self.parts[key]
        return None


def offsets(root: Node, paths: Sequence[Path]) -> dict[Path, int]:
    """The offsets at which the values of `paths` (or of their nearest ancestors) begin."""
    found: dict[Path, int] = {}
    _visit(root, trie(paths), (), found)
    return longest_known(paths, found)


def _visit(node: Node, wanted: Trie, path: Path, found: dict[Path, int]) -> None:
    found[path] = node.start
    for key, below in wanted.items():
        if (part := node.part(key)) is not None:
            _visit(part, below, (*path, key), found)
