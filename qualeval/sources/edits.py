"""Changes of single values, keys and entries of a file, which leave every other character of it as it is.

An edit names its place by a path from the root of a document. What it does to the tree says `applied`; what it does to
the text is made of splices: new characters in the place of old ones. Comments, indentation, line ends, a byte order
mark, the spelling of numbers and the order of keys are not touched, because nothing is written anew but what changes.

Nothing leaves this module unchecked: the new text is read again, and its trees must be the old ones with the same
edits applied to them. A change for which that does not hold is refused, like one that cannot be made in one place.

This module does not know why a change is made, nor what Mechanical Turk makes of it.
"""

from __future__ import annotations

import errno
import io
import json
import os
import re
import stat
from bisect import bisect_left
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from attrs import Factory, define, evolve, field, frozen

from qualeval.errors import InputNotFound, InvalidInput, Path, Problem, QualevalError, show
from qualeval.sources.documents import Document, read_documents
from qualeval.sources.json_trees import json_nodes
from qualeval.sources.nodes import Node
from qualeval.sources.removals import Splice, is_explicit, removals
from qualeval.sources.replacing import replace_file
from qualeval.sources.scalars import Scalar, json_scalar, yaml_key, yaml_value
from qualeval.sources.texts import reason_of, source_name
from qualeval.sources.yaml_trees import yaml_nodes

__all__ = [
    "Change",
    "Edit",
    "Edited",
    "Refusal",
    "Remove",
    "RenameKey",
    "Scalar",
    "SetValue",
    "applied",
    "edited",
    "overwrite",
    "rewrite",
]

_ANCHOR = re.compile(r"(?:!\S++\s++)?&")


def _with_its_type(value: Scalar) -> tuple[type, Scalar]:
    return type(value), value


@frozen
class SetValue:
    """Another scalar in the place of the one at `path`."""

    path: Path
    value: Scalar = field(eq=_with_its_type)


@frozen
class RenameKey:
    """Another name for the key whose value is at `path`; it stays where it is among the keys."""

    path: Path
    name: str


@frozen
class Remove:
    """No more entry at `path`: no key with its value, or no item; those behind an item move up."""

    path: Path


Edit: TypeAlias = SetValue | RenameKey | Remove


class Change(Protocol):
    """Edits of one document that are made together or not at all, such as a linter's fix: any object with these two.

    All paths are those of the tree that was read, whatever the other edits do.
    """

    @property
    def document(self) -> int:
        """Which of the documents of the file, from 0."""

    @property
    def edits(self) -> Sequence[Edit]:
        """What is to be done in it."""


C = TypeVar("C", bound=Change)


@frozen
class Refusal(Generic[C]):
    """A change that was not made, and why."""

    change: C
    reason: str


@frozen
class Edited(Generic[C]):
    """What a file holds after the changes: its bytes, and the documents that are read from them.

    Every change that was asked for is either among those `made` or among those `refused`.
    """

    content: bytes = field(repr=False)
    documents: tuple[Document, ...]
    made: tuple[C, ...]
    refused: tuple[Refusal[C], ...]


def applied(tree: object, edits: Iterable[Edit]) -> object:
    """The tree as the edits make it, all of which can be made; what they do not reach is not copied."""
    below: dict[str | int, list[Edit]] = {}
    for edit in edits:
        below.setdefault(edit.path[0], []).append(evolve(edit, path=edit.path[1:]))
    if below and isinstance(tree, dict):
        return dict(entry for key, value in tree.items() for entry in _entry(key, value, below.get(key, [])))
    if below and isinstance(tree, list):
        return [item for key, value in enumerate(tree) for _, item in _entry(key, value, below.get(key, []))]
    return tree


def _entry(key: str | int, value: object, edits: Sequence[Edit]) -> list[tuple[str | int, object]]:
    """What becomes of one entry; an edit with an empty path is about the entry itself."""
    inner = [edit for edit in edits if edit.path]
    value = applied(value, inner) if inner else value
    for edit in edits:
        match edit:
            case Remove(()):
                return []
            case RenameKey((), name):
                key = name
            case SetValue((), new):
                value = new
    return [(key, value)]


def edited(content: bytes, documents: Sequence[Document], changes: Iterable[C]) -> Edited[C]:
    """The content of a file with the changes made that can be made.

    `documents` are those that were read from `content`. Of changes that do not go together, such as two values for one
    place, the first is made; what is asked for twice is made once.

    Raises:
        InvalidInput: the content is not the text of the documents.
        ValueError: the edits of one change contradict each other.
    """
    changes = list(changes)
    original = _opened(content, documents, changes)
    made: list[C] = []
    refused: list[Refusal[C]] = []
    for change in changes:
        if reason := original.sheets[change.document].take(change.edits):
            refused.append(Refusal(change, reason))
        else:
            made.append(change)
    outcome = original.after(made)
    if outcome is None:
        made, unsafe = _sifted(original, made)
        refused += [Refusal(change, "the rest of the file would then be read differently") for change in unsafe]
        outcome = original.after(made)
    if outcome is None:
        raise _another_text(documents)
    return Edited(*outcome, tuple(made), tuple(refused))


def _sifted(original: _Original, changes: Sequence[C]) -> tuple[list[C], list[C]]:
    """Those that can be made together, and those with which the new text would not be the one meant."""
    good: list[C] = []
    bad: list[C] = []
    groups = [changes]
    while groups:
        group = groups.pop()
        if original.after([*good, *group]) is not None:
            good += group
        elif len(group) <= 1:
            bad += group
        else:
            half = len(group) // 2
            groups += [group[half:], group[:half]]
    return good, bad


@define
class _Ledger:
    """Edits of one document that go together: at a path there is one of a kind, and nothing in what is removed."""

    held: dict[tuple[type, Path], Edit] = Factory(dict)
    _trunks: set[Path] = Factory(set)

    def admits(self, edit: Edit) -> bool:
        """Whether it goes together with those that are held, or is one of them."""
        if (type(edit), edit.path) in self.held:
            return self.held[type(edit), edit.path] == edit
        is_in_way = isinstance(edit, Remove) and edit.path in self._trunks
        return not is_in_way and all((Remove, trunk) not in self.held for trunk in _trunks(edit.path))

    def take(self, edit: Edit) -> None:
        self.held[type(edit), edit.path] = edit
        self._trunks.update(_trunks(edit.path))


def _trunks(path: Path) -> list[Path]:
    return [path[:size] for size in range(1, len(path) + 1)]


def _ledger(edits: Iterable[Edit]) -> _Ledger:
    """The edits of one change. Raises ValueError if they contradict each other."""
    ledger = _Ledger()
    for edit in edits:
        if not ledger.admits(edit):
            raise ValueError(f"{edit} contradicts another edit of the same change")
        ledger.take(edit)
    return ledger


@define
class _Sheet:
    """One document, whose text begins at `begin` in that of the file, and the edits that are to be made in it."""

    document: Document
    begin: int
    root: Node
    is_ascii: bool
    _ledger: _Ledger = Factory(_Ledger)

    def take(self, edits: Sequence[Edit]) -> str:
        """Take the edits of a change, or say why they cannot be made."""
        own = _ledger(edits)
        for edit in edits:
            if reason := self._obstacle(edit):
                return reason
        if not all(map(self._ledger.admits, edits)):
            return "another change is made in the same place"
        held = ChainMap(own.held, self._ledger.held)
        for edit in edits:
            if isinstance(edit, RenameKey) and self._is_taken(edit, held):
                return f"there is a key {show(edit.name)} already"
        for edit in edits:
            self._ledger.take(edit)
        return ""

    def _way(self, path: Path) -> list[Node]:
        """The nodes from the root to the value at `path`, as far as there are any."""
        nodes: list[Node | None] = [self.root]
        for step in path:
            nodes.append(nodes[-1].part(step) if nodes[-1] else None)
        return [node for node in nodes if node]

    def _obstacle(self, edit: Edit) -> str:
        """Why an edit cannot be made, whatever the others are; empty if it can."""
        *above, node = self._way(edit.path)
        if len(above) < len(edit.path) or not above:
            return "there is no such entry"
        shared = "an anchor or alias shares it with other places"
        if any(map(self._is_shared, above[1:])):
            return shared
        match edit:
            case SetValue() if self._is_shared(node):
                return shared
            case SetValue() if node.parts is not None or self.document.text[node.start : node.start + 1] in ("{", "["):
                return "an object or a list is there, not a single value"
            case RenameKey() if node.key is None:
                return "an item of a list has no key"
            case RenameKey() if node.key is not None and self._is_anchored(node.key):
                return shared
            case Remove() if self._holds_anchor(node):
                return "an anchor in it may be used elsewhere"
            case Remove() if is_explicit(self.document.text, above[-1], _place(above[-1], edit.path[-1])):
                return "its key is written with a question mark"
        return ""

    def _is_taken(self, edit: RenameKey, held: Mapping[tuple[type, Path], Edit]) -> bool:
        """Whether another key of the same object has the name, or will have."""
        parent = edit.path[:-1]
        for key in self._way(parent)[-1].parts or ():
            path = (*parent, str(key))
            rename = held.get((RenameKey, path))
            name = rename.name if isinstance(rename, RenameKey) else key
            if name == edit.name and path != edit.path and (Remove, path) not in held:
                return True
        return False

    def _is_anchored(self, span: tuple[int, int]) -> bool:
        return _ANCHOR.match(self.document.text, *span) is not None

    def _is_shared(self, node: Node) -> bool:
        return node.alias is not None or self._is_anchored((node.start, node.end))

    def _holds_anchor(self, node: Node) -> bool:
        """Whether there is an anchor on the entry or anywhere in it. An alias may go."""
        if node.key is not None and self._is_anchored(node.key):
            return True
        parts = node.parts.values() if isinstance(node.parts, dict) else node.parts or ()
        return node.alias is None and (self._is_shared(node) or any(map(self._holds_anchor, parts)))

    def splices(self, edits: Iterable[Edit]) -> Iterator[Splice]:
        """What the edits make of the text of the file."""
        gone: dict[Path, list[int]] = {}
        for edit in edits:
            *above, node = self._way(edit.path)
            in_flow = not above[-1].is_block
            match edit:
                case SetValue(path, value) if not self._holds(path, value):
                    yield from self._moved(self._value(node, value, in_flow))
                case RenameKey(path, name) if node.key is not None and name != path[-1]:
                    yield from self._moved(self._key(node.key, name, in_flow))
                case Remove(path):
                    gone.setdefault(path[:-1], []).append(_place(above[-1], path[-1]))
        for path, places in gone.items():
            yield from self._moved(removals(self.document.text, self._way(path)[-1], places))

    def _holds(self, path: Path, value: Scalar) -> bool:
        """Whether the value is there already. Its spelling is left alone then."""
        tree: Any = self.document.tree
        for step in path:
            tree = tree[step]
        return _with_its_type(tree) == _with_its_type(value)

    def _value(self, node: Node, value: Scalar, in_flow: bool) -> list[Splice]:
        if self.document.format == "yaml":
            return yaml_value(self.document.text, node, value, in_flow)
        return [Splice(node.start, node.end, json_scalar(value, self.is_ascii))]

    def _key(self, span: tuple[int, int], name: str, in_flow: bool) -> list[Splice]:
        if self.document.format == "yaml":
            return yaml_key(self.document.text, span, name, in_flow)
        return [Splice(*span, json_scalar(name, self.is_ascii))]

    def _moved(self, splices: Iterable[Splice]) -> list[Splice]:
        return [evolve(each, start=each.start + self.begin, end=each.end + self.begin) for each in splices]


def _place(node: Node, key: str | int) -> int:
    """Which entry of its object or list a key or index leads to."""
    return key if isinstance(key, int) else list(node.parts or ()).index(key)


@frozen
class _Original:
    """A file as it is, with its mark and its line ends, and the sheets of the documents that are to be changed."""

    text: str
    documents: Sequence[Document]
    sheets: Mapping[int, _Sheet]

    def after(self, changes: Iterable[Change]) -> tuple[bytes, tuple[Document, ...]] | None:
        """The content and the documents with the changes made. None if the content does not say what it should."""
        edits: dict[int, dict[Edit, None]] = {}
        for change in changes:
            edits.setdefault(change.document, {}).update(dict.fromkeys(change.edits))
        splices = [splice for index in edits for splice in self.sheets[index].splices(edits[index])]
        content = _spliced(self.text, splices).encode("utf-8")
        try:
            documents = read_documents(io.BytesIO(content))
        except QualevalError:
            return None
        meant = [applied(each.tree, edits.get(index, ())) for index, each in enumerate(self.documents)]
        # As JSON, for `==` takes True for 1, and an object for one whose keys have another order.
        if [json.dumps(each.tree) for each in documents] != [json.dumps(tree) for tree in meant]:
            return None
        return content, tuple(evolve(each, name=self.documents[0].name) for each in documents)


def _opened(content: bytes, documents: Sequence[Document], changes: Iterable[Change]) -> _Original:
    """Raises InvalidInput if the documents are not those of the content."""
    wanted: dict[int, list[Path]] = {}
    for change in changes:
        wanted.setdefault(change.document, []).extend(edit.path for edit in change.edits)
    try:
        raw = content.decode("utf-8")
        begins = _begins(raw, documents)
        roots = {index: _root(documents[index], paths) for index, paths in wanted.items()}
    except (ValueError, LookupError):
        raise _another_text(documents) from None
    sheets = {index: _Sheet(documents[index], begins[index], roots[index], raw.isascii()) for index in roots}
    return _Original(raw, documents, sheets)


def _another_text(documents: Sequence[Document]) -> InvalidInput:
    return InvalidInput(Problem("not the text that was read before", help="read it again"), documents[0].name)


def _begins(raw: str, documents: Sequence[Document]) -> list[int]:
    """Where the text of each document begins in that of the file. LookupError if it does not stand there."""
    text = raw.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    begins = [lines[document.start_line - 1] for document in documents]
    if not all(each.text and text.startswith(each.text, at) for each, at in zip(documents, begins, strict=True)):
        raise LookupError("another text")
    return begins


def _root(document: Document, paths: Sequence[Path]) -> Node:
    return yaml_nodes(document.text) if document.format == "yaml" else json_nodes(document.text, paths)


def _spliced(raw: str, splices: Iterable[Splice]) -> str:
    """The text with the splices made, whose offsets leave out a byte order mark, and count every line end as one."""
    mark = len(raw) - len(raw.removeprefix("\ufeff"))
    ends = [match.start() - mark - count for count, match in enumerate(re.finditer("\r\n", raw))]
    pieces: list[str] = []
    done = 0
    for splice in sorted(splices):
        start, end = (at + mark + bisect_left(ends, at) for at in (splice.start, splice.end))
        pieces += [raw[done:start], splice.text]
        done = max(done, end)
    return "".join([*pieces, raw[done:]])


# --- files


def rewrite(path: str | os.PathLike[str], documents: Sequence[Document], changes: Iterable[C]) -> Edited[C]:
    """Make the changes in a file, as `edited` does, and write it if anything is new.

    Another program sees the old file or the new one, whole; permissions stay, and of a link the file that it leads to
    is written. A file that may not be written to is left alone.

    Raises:
        InputNotFound: the file cannot be read or written.
        InvalidInput: the file is not the one any more that was read.
        ValueError: the edits of one change contradict each other.
    """
    name, target = source_name(path), os.path.realpath(path)
    try:
        with open(target, "rb") as file:
            content = file.read()
    except OSError as error:
        raise InputNotFound(f"cannot read {name}: {reason_of(error)}") from None
    result = edited(content, documents, changes)
    try:
        if result.content != content:
            overwrite(target, result.content)
    except OSError as error:
        raise InputNotFound(f"cannot write {name}: {reason_of(error)}") from None
    return result


def overwrite(target: str | os.PathLike[str], content: bytes) -> None:
    """Put a new file in the place of `target`, as `rewrite` does. OSError where it may not be written to."""
    target = os.path.realpath(target)
    if not os.path.isfile(target):
        raise OSError("not a regular file")
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    replace_file(target, content, partial(_keep_permissions, target))


def _keep_permissions(old: str, new: str) -> None:
    known = os.stat(old)
    if hasattr(os, "chown"):
        with suppress(OSError):  # only root gives files away; whoever may write to the old one owns the new one then
            os.chown(new, known.st_uid, known.st_gid)
    os.chmod(new, stat.S_IMODE(known.st_mode))
