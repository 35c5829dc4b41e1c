"""YAML text to plain trees whose scalars mean what they mean in JSON, and back from a path to its offset.

Only `true`, `false`, `null`, nothing at all and JSON's numbers are special; any other plain scalar is the text that is
written (`NO`, `0071`, `2018-01-01`, `~`), and so is every key. Tags, merge keys and keys that are no text are refused.

The tree is built from PyYAML's events. Its composer recurses (in C, where deep nesting ends the process), shares
aliases without bound, and makes dates and Norwegians' booleans of texts; the events do none of this.

This module does not know files, nor what is in a tree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml
from attrs import define, evolve, field, frozen

from qualeval.errors import InvalidInput, Path, Problem, show
from qualeval.sources.json_trees import number_problem
from qualeval.sources.nodes import Node, offsets
from qualeval.sources.places import MAX_DEPTH, MAX_PROBLEMS, problem_at

__all__ = ["MAX_ALIASED", "NotYAML", "YAMLDocument", "find_yaml", "parse_yaml", "read_yaml", "yaml_nodes"]

MAX_ALIASED = 100_000
"""How many values all aliases of a document may stand for together, an alias to a tree counting as the whole tree."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_CONSTANTS: dict[str, object] = {"true": True, "false": False, "null": None, "": None}
# A pattern that takes long to compile, so only where YAML is read.
_CONTROL = "[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_SURROGATE = re.compile("[\ud800-\udfff]")
_IS_TEXT = "is this a text file, and saved as UTF-8?"
_STANDARD_TAG = "tag:yaml.org,2002:"


class NotYAML(InvalidInput):
    """The text breaks the grammar of YAML; any other InvalidInput is about YAML that is not read here."""


@frozen
class YAMLDocument:
    """One document of a text: its root, and where it begins and ends in the text (whole lines).

    `problems` are what is to be refused in it though it can be read.
    """

    root: Node
    begin: int
    end: int
    problems: tuple[Problem, ...] = ()


def parse_yaml(text: str) -> list[YAMLDocument]:
    """The documents of `text` that are not empty. Raises NotYAML and InvalidInput.

    What an alias stands for is one object in every place, as PyYAML has it: read the trees, do not change them.
    """
    documents = read_yaml(text)
    if problems := [problem for document in documents for problem in document.problems]:
        raise InvalidInput(problems)
    return documents


def read_yaml(text: str) -> list[YAMLDocument]:
    """The documents, also those that are to be refused though they can be read.

    Of a key that is written twice the last value counts, and what is merged stands in its place as YAML 1.1 has it.
    Raises as `parse_yaml` does where no tree can be had.
    """
    builder = _Builder(text)
    try:
        _check_characters(text)
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        raise NotYAML(_syntax_problem(text, error)) from None
    if len(builder.problems) > builder.readable:
        raise InvalidInput(builder.problems)
    return builder.documents


def _check_characters(text: str) -> None:
    # PyYAML's own complaint counts bytes or characters, as the parser that is installed has it, and what becomes of a
    # byte order mark inside the text (two files put together) depends on the parser too.
    if found := re.search(_CONTROL, text):
        message = f"not YAML: the unprintable character U+{ord(found[0]):04X}"
        raise NotYAML(problem_at(text, found.start(), message, help=_IS_TEXT))


def find_yaml(text: str, paths: Sequence[Path]) -> dict[Path, int]:
    """The offsets at which the values of `paths` (or of their nearest ancestors) begin, in the text of one document.

    A path through an alias leads to where the value is written.
    """
    return offsets(yaml_nodes(text), paths)


def yaml_nodes(text: str) -> Node:
    """The root of the text of one document. LookupError without one."""
    return read_yaml(text)[0].root


def _at(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _end(event: yaml.Event) -> int:
    return event.end_mark.index if event.end_mark else 0


@define
class _Open:
    """An object or list whose end has not come: its node, its anchor, and the key whose value is awaited.

    `merged` are the values of its merge keys, the next value being one if it `is_merging`.
    """

    node: Node
    anchor: str | None
    key: str | None = None
    key_span: tuple[int, int] | None = None
    is_merging: bool = False
    merged: list[Node] = field(factory=list)

    @property
    def awaits_key(self) -> bool:
        return isinstance(self.node.parts, dict) and self.key is None

    def add(self, part: Node) -> None:
        match self.node:
            case Node(value=dict()) if self.is_merging:
                self.merged.append(part)
            case Node(value=dict() as value, parts=dict() as parts) if self.key is not None:
                value[self.key], parts[self.key] = part.value, part
            case Node(value=list() as value, parts=list() as parts):
                value.append(part.value)
                parts.append(part)
        part.key = self.key_span
        self.key, self.is_merging = None, False
        self.node.size += part.size
        self.node.height = max(self.node.height, 1 + part.height)
        if self.node.is_block:
            self.node.end = part.end  # its own end mark stands behind the comments and blank lines that follow

    def merge(self) -> None:
        """Take over what merged objects say, where neither this one nor an earlier one of them says anything."""
        for each in self.merged:
            for source in each.parts if isinstance(each.parts, list) else [each]:
                match self.node, source:
                    case Node(value=dict() as value, parts=dict() as parts), Node(parts=dict() as others):
                        value.update({key: part.value for key, part in others.items() if key not in value})
                        parts.update({key: part for key, part in others.items() if key not in parts})


@define
class _Builder:
    """Takes the events of a text one by one; holds the documents and problems that they amount to.

    So many of the problems are `readable`: they leave no doubt what the tree is.
    """

    text: str
    documents: list[YAMLDocument] = field(factory=list)
    problems: list[Problem] = field(factory=list)
    readable: int = 0
    _open: list[_Open] = field(factory=list)
    # None stands for an anchor whose value is still being read.
    _anchors: dict[str, Node | None] = field(factory=dict)
    _aliased: int = 0
    _begin: int = 0
    _told: int = 0

    def take(self, event: yaml.Event) -> None:
        """Raises InvalidInput where going on would be useless or endless."""
        match event:
            case yaml.DocumentStartEvent():
                self._start_document(event)
            case yaml.ScalarEvent() if self._open and self._open[-1].awaits_key:
                self._key(event)
            case yaml.ScalarEvent():
                node = self._scalar(event)
                node.end = self._end_of(event)
                self._add(self._anchored(event.anchor, node), event)
            case yaml.CollectionStartEvent():
                self._start(event)
            case yaml.CollectionEndEvent():
                ended = self._open.pop()
                ended.merge()
                ended.node.end = ended.node.end if ended.node.is_block else _end(event)
                self._add(self._anchored(ended.anchor, ended.node), event)
            case yaml.AliasEvent():
                self._alias(event)
        if len(self.problems) >= MAX_PROBLEMS:
            raise InvalidInput(self.problems)

    def _start_document(self, event: yaml.Event) -> None:
        # Comments above the first document are its own; a later one begins with the line of its `---` or directives.
        at = _at(event)
        self._begin = self.text.rfind("\n", 0, at) + 1 if self.documents else 0
        self._anchors, self._aliased, self._told = {}, 0, len(self.problems)

    def _anchored(self, anchor: str | None, node: Node) -> Node:
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        is_list = isinstance(event, yaml.SequenceStartEvent)
        at = _at(event)
        if event.tag is not None:
            self._refuse_tag(event)
        node = Node([], at, [], height=1) if is_list else Node({}, at, {}, height=1)
        node.is_block = not event.flow_style
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._open.append(_Open(node, event.anchor))
        if len(self._open) > MAX_DEPTH:
            self._too_deep(at)

    def _add(self, node: Node, event: yaml.Event) -> None:
        if not self._open:
            self._end_document(node, event)
        elif self._open[-1].awaits_key:
            at = _at(event) if isinstance(event, yaml.AliasEvent) else node.start
            self._refuse(at, "a key must be a text, not an object, a list or an alias", "write the key itself")
            self._open[-1].key = "?"
        else:
            self._open[-1].add(node)

    def _end_document(self, root: Node, event: yaml.Event) -> None:
        is_empty = isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.value == ""
        if is_empty:
            return
        if self.documents:
            last = self.documents.pop()
            self.documents.append(evolve(last, end=self._begin))
        problems = tuple(self.problems[self._told :])
        self.documents.append(YAMLDocument(root, self._begin, len(self.text), problems))

    def _key(self, event: yaml.ScalarEvent) -> None:
        at, key, parent = _at(event), event.value, self._open[-1]
        self._anchored(event.anchor, Node(key, at))
        self._check_text(event)
        parent.key, parent.key_span = key, (at, _end(event))
        if event.tag is not None and event.tag != _STANDARD_TAG + "str":
            self._refuse_tag(event)
        elif key == "<<" and event.implicit[0]:
            self._refuse(at, "merge keys (`<<`) are not read", "write the merged keys out")
            self.readable += 1
            parent.is_merging = True
        elif isinstance(parent.node.parts, dict) and key in parent.node.parts:
            self._refuse(at, f"the key {show(key)} is written a second time", "keep one of the two")
            self.readable += 1

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        text, at = event.value, _at(event)
        self._check_text(event)
        if event.tag is not None and event.tag != _STANDARD_TAG + "str":
            self._refuse_tag(event)
        if event.tag is not None or not event.implicit[0]:
            return Node(text, at)
        if text in _CONSTANTS:
            return Node(_CONSTANTS[text], at)
        number = _NUMBER.fullmatch(text)
        if number is None:
            return Node(text, at)
        if message := number_problem(text):
            self._refuse(at, message, "is a text meant? put it in quotes")
            return Node(0, at)
        return Node(float(text) if number[1] or number[2] else int(text), at)

    def _end_of(self, event: yaml.ScalarEvent) -> int:
        end = _end(event)
        if event.style in ("|", ">"):  # the blank lines that follow are in it for the parsers
            end = _at(event) + len(self.text[_at(event) : end].rstrip(" \n"))
        return end

    def _check_text(self, event: yaml.ScalarEvent) -> None:
        # The C parser refuses these itself; the Python one hands them on.
        if event.style == '"' and (half := _SURROGATE.search(event.value)):
            message = f"`\\u{ord(half[0]):04x}` is half of a surrogate pair, no character"
            self.problems.append(problem_at(self.text, _at(event), message, help="write the character itself"))

    def _alias(self, event: yaml.AliasEvent) -> None:
        at, name = _at(event), event.anchor or ""
        node = self._anchors.get(name)
        if name not in self._anchors:
            self._refuse(at, f"no anchor above is called {show(name)}", "a text that begins with `*` needs quotes")
        elif node is None:
            self._refuse(at, f"the value of the anchor {show(name)} holds itself", "write the value out")
        node = node or Node(None, at)
        self._aliased += node.size
        if self._aliased > MAX_ALIASED:
            self._refuse(at, f"the aliases stand for more than {MAX_ALIASED:,} values", "write the values out")
            raise InvalidInput(self.problems)
        if len(self._open) + node.height > MAX_DEPTH:
            self._too_deep(at)
        self._add(evolve(node, alias=at, end=_end(event)), event)

    def _refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        name = (event.tag or "").replace(_STANDARD_TAG, "!!")
        help = "remove it; quotes make a text, and a number or true without quotes is what it is in JSON"
        self._refuse(_at(event), f"tags are not read, got {show(name)}", help)

    def _too_deep(self, at: int) -> None:
        message = f"objects and lists nested more than {MAX_DEPTH} deep"
        self.problems.append(problem_at(self.text, at, message, help="flatten it"))
        raise InvalidInput(self.problems)

    def _refuse(self, at: int, message: str, help: str) -> None:
        path: list[str | int] = []
        for level in self._open:
            if isinstance(level.node.parts, list):
                path.append(len(level.node.parts))
            elif level.key is not None:
                path.append(level.key)
        self.problems.append(problem_at(self.text, at, message, tuple(path), help))


@frozen
class _Words:
    """What a complaint of PyYAML's means to the person who wrote the text. `sign` is a piece of the complaint."""

    sign: str
    message: str
    help: str


# The first that matches counts. The C parser and the Python one word some of them differently.
_WORDS = (
    _Words("mapping values are not", "a colon where no key can stand", "put quotes around a text with `: ` in it"),
    _Words("quoted scalar found unexpected end", "a text in quotes is not closed", "close it"),
    _Words("character escape code", "an escape stands for no character", "write the character itself"),
    _Words("escape", "no such escape in a text in double quotes", "write a backslash as `\\\\`"),
    _Words("',' or ", "a comma or the closing bracket is missing", "close the bracket opened above"),
    _Words("scanning an alias", "a name must follow `*`", "put quotes around a text that begins with it"),
    _Words("scanning an anchor", "a name must follow `&`", "put quotes around a text that begins with it"),
    _Words("scanning a block scalar", "`|` and `>` begin a text of many lines", "put quotes around a text with them"),
    _Words("could not find expected ':'", "a key without a colon", "write `key: value`"),
    _Words("block mapping", "this does not belong to the keys above it", "check the indentation and the quotes"),
    _Words("block collection", "this does not belong to the list above it", "check the indentation"),
    _Words("entries are not allowed", "a list item (`- `) where none can stand", "begin the list on a line of its own"),
    _Words("<document start>", "a second value where the first has ended", "put `---` on a line between documents"),
    _Words("node content", "a value is missing here", "put quotes around a text of brackets and commas"),
    _Words("tag", "tags (`!`) are not read", "put quotes around a text that begins with `!`"),
)


def _syntax_problem(text: str, error: yaml.YAMLError) -> Problem:
    """PyYAML's complaint in plain words, with its place."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return Problem("not YAML: some character is not allowed", help=_IS_TEXT)
    complaint = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    at = min(mark.index if mark else 0, len(text))
    if "cannot start any token" in complaint:
        return _bad_start(text, at)
    if "unexpected end of stream" in complaint and error.context_mark:
        at = error.context_mark.index
    for words in _WORDS:
        if words.sign in complaint:
            return problem_at(text, at, f"not YAML: {words.message}", help=words.help)
    return problem_at(text, at, f"not YAML: {(error.problem or 'it cannot be read')[:200]}")


def _bad_start(text: str, at: int) -> Problem:
    if text[at : at + 1] == "\t":
        return problem_at(text, at, "not YAML: a tab where spaces are expected", help="indent with spaces")
    got = show(text[at : at + 1])
    return problem_at(text, at, f"not YAML: a value cannot begin with {got}", help="put it in quotes")
