"""Files and streams to documents: plain trees of what JSON can say, each with the way back to line and column.

What a file holds is told by its content, never by its name: one JSON value, JSON Lines (one value a line), or YAML (one
document or several between `---`). What looks like JSON and is broken is complained of as JSON, unless it is YAML.

This module does not know Mechanical Turk. It promises of a tree that its root is an object or a list, that nothing is
nested deeper than 100, that every text in it can be printed, and that no key was written twice or merged: save of
`doubtful_documents`, which tell of it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from attrs import evolve, field, frozen

from qualeval.errors import InvalidInput, Path, Problem, show
from qualeval.sources.json_trees import NotJSON, find_json, parse_json, read_json
from qualeval.sources.places import MAX_PROBLEMS, positions, problem_at
from qualeval.sources.texts import Source, read_text, source_name
from qualeval.sources.yaml_trees import NotYAML, find_yaml, read_yaml

__all__ = ["Document", "Source", "documents_of", "doubtful_documents", "read_document", "read_documents"]

MAX_YAML = 4 * 2**20
"""How many characters of YAML are read at most; more would take minutes with PyYAML's slower parser."""

_EXPECTED = "expected an object or a list"
_START = re.compile(r"\s*+")


@frozen
class Document:
    """One value that was read: its `tree` (dict, list, str, int, float, bool, None), and the text that it came from.

    `name` is what messages call the input. `text` is this document's own part of it, which begins at `start_line`.
    `problems` are what is to be refused in it though it can be read; `not_json` says of YAML and of JSON Lines what
    keeps the whole from being JSON.
    """

    tree: object
    name: str
    text: str = field(repr=False)
    start_line: int = 1
    format: Literal["json", "yaml"] = "json"
    problems: tuple[Problem, ...] = ()
    not_json: tuple[Problem, ...] = field(default=(), repr=False)

    def locate(self, path: Path) -> tuple[int, int] | None:
        """The line and column, from one, at which the value at `path` begins, or its nearest ancestor that there is.

        The text is read again for it, so ask only when something is wrong. None if the text is not the tree's.
        """
        return self.positions([path]).get(path)

    def located(self, error: InvalidInput) -> InvalidInput:
        """The same problems, each with its line and column, of an input that has this document's name."""
        places = self.positions([problem.path for problem in error.problems if problem.line is None])
        problems = [
            evolve(problem, line=places[problem.path][0], column=places[problem.path][1])
            if problem.line is None and problem.path in places
            else problem
            for problem in error.problems
        ]
        return InvalidInput(problems, self.name)

    def positions(self, paths: Sequence[Path]) -> dict[Path, tuple[int, int]]:
        """The same as `locate`, of many paths in one pass; those of a text that is not the tree's are left out."""
        find = find_json if self.format == "json" else find_yaml
        try:
            offsets = find(self.text, paths)
        except (ValueError, LookupError):  # the text is not that of the tree
            return {}
        places = positions(self.text, offsets.values())
        return {path: (places[at][0] + self.start_line - 1, places[at][1]) for path, at in offsets.items()}


def read_document(source: Source) -> Document:
    """The one document of `source`. Raises InputNotFound, and InvalidInput for problems or several documents."""
    documents = read_documents(source)
    if len(documents) > 1:
        found = f"one value expected, found {len(documents):,}; the second begins here"
        raise InvalidInput(Problem(found, line=documents[1].start_line, column=1), documents[0].name)
    return documents[0]


def read_documents(source: Source) -> list[Document]:
    """All documents of `source`, at least one: a JSON value, JSON Lines, YAML. Raises InputNotFound, InvalidInput."""
    name = source_name(source)
    try:
        return documents_of(read_text(source), name)
    except InvalidInput as error:
        raise InvalidInput(error.problems, name) from None


def documents_of(text: str, name: str) -> list[Document]:
    """All documents of a text that was read; `name` is what messages call it. Raises InvalidInput."""
    documents = doubtful_documents(text, name)
    if problems := [problem for document in documents for problem in document.problems]:
        raise InvalidInput(_capped(problems), name)
    return documents


def doubtful_documents(text: str, name: str) -> list[Document]:
    """The same, also of documents that are to be refused though they can be read, with their `problems`."""
    try:
        return _documents(text, name)
    except InvalidInput as error:
        raise InvalidInput(_capped(error.problems), name) from None


def _capped(problems: Sequence[Problem]) -> list[Problem]:
    if len(problems) < MAX_PROBLEMS:
        return list(problems)
    *shown, last = problems[:MAX_PROBLEMS]
    return [*shown, evolve(last, help="; ".join(filter(None, [last.help, "more problems may follow"])))]


def _documents(text: str, name: str) -> list[Document]:
    start = _start(text)
    if start == len(text):
        raise InvalidInput(Problem(f"nothing but blanks; {_EXPECTED}" if text else f"empty; {_EXPECTED}"))
    try:
        tree, problems = read_json(text)
        return [Document(_rooted(tree, text, start), name, text, problems=problems)]
    except NotJSON as error:
        broken = error
    if text[start] in "{[":
        return _almost_json(text, name, broken)
    if len(text) > MAX_YAML:
        message = f"not JSON, and YAML is read up to {MAX_YAML // 2**20} MiB only"
        raise InvalidInput(Problem(message, help="save it as JSON, or split it"))
    try:
        return _yaml(text, name, broken)
    except NotYAML as error:
        neither = [evolve(p, message=p.message.replace("not YAML", "neither JSON nor YAML", 1)) for p in error.problems]
        raise InvalidInput(neither) from None


def _almost_json(text: str, name: str, broken: NotJSON) -> list[Document]:
    """The documents of a text that begins as JSON does and is not one value. What is reported is the broken JSON."""
    try:
        if documents := _json_lines(text, name):
            return [evolve(document, not_json=broken.problems) for document in documents]
    except NotJSON as error:
        broken = error
    if len(text) > MAX_YAML:
        raise broken
    try:
        return _yaml(text, name, broken)
    except NotYAML:
        raise broken from None


def _json_lines(text: str, name: str) -> list[Document]:
    """The documents of JSON Lines; empty if the text is something else. Raises NotJSON if some line is not JSON."""
    if not _is_meant_as_lines([line for _, line in itertools.islice(_filled_lines(text), 20)]):
        return []
    documents: list[Document] = []
    problems: list[Problem] = []
    kind: type[InvalidInput] | None = None
    for number, line in _filled_lines(text):
        try:
            tree, doubts = read_json(line, "JSON Lines")
            doubts = tuple(evolve(problem, line=number) for problem in doubts)
            problems.extend(doubts)
            documents.append(Document(_rooted(tree, line, _start(line)), name, line, number, problems=doubts))
        except InvalidInput as error:
            kind = NotJSON if isinstance(error, NotJSON) else kind or InvalidInput
            problems.extend(evolve(problem, line=number) for problem in error.problems)
        if len(problems) >= MAX_PROBLEMS:
            raise (kind or InvalidInput)(problems)
    if kind:
        raise kind(problems)
    return documents


def _filled_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    # Not splitlines: a string may hold U+2028 and its like as they are.
    number, begin = 1, 0
    while begin < len(text):
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        line = text[begin:end]
        if line and not line.isspace():
            yield number, line
        number, begin = number + 1, end + 1


def _is_meant_as_lines(first_lines: Sequence[str]) -> bool:
    """Whether the first line is an object or a list on its own, or most are. Those of a laid-out value are not."""
    whole = [_is_whole(line) for line in first_lines]
    return len(whole) > 1 and (whole[0] or sum(whole) > len(whole) / 2)


def _is_whole(line: str) -> bool:
    try:
        return isinstance(parse_json(line), (dict, list))
    except NotJSON:
        return False
    except InvalidInput:
        return True


def _yaml(text: str, name: str, broken: NotJSON) -> list[Document]:
    documents: list[Document] = []
    problems: list[Problem] = []
    found = read_yaml(text)
    for each in found:
        problems.extend(each.problems)
        try:
            tree = _rooted(each.root.value, text, each.root.start)
        except InvalidInput as error:
            problems.extend(error.problems)
            continue
        line, part = text.count("\n", 0, each.begin) + 1, text[each.begin : each.end]
        documents.append(Document(tree, name, part, line, "yaml", each.problems, broken.problems))
    if not found:
        problems.append(Problem(f"nothing but comments and blanks; {_EXPECTED}"))
    if len(documents) < len(found) or not found:
        raise InvalidInput(problems)
    return documents


def _rooted(tree: object, text: str, start: int) -> object:
    if isinstance(tree, (dict, list)):
        return tree
    kind = "the text " if isinstance(tree, str) else ""
    got = show(tree[:100] if isinstance(tree, str) else tree)
    raise InvalidInput(problem_at(text, start, f"{_EXPECTED}, got {kind}{got}"))


def _start(text: str) -> int:
    """Where the first character stands that is not blank."""
    blanks = _START.match(text)
    return blanks.end() if blanks else 0
