"""Edits of files: what changes, what stays as it is to the last character, and what is refused."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from attrs import define, evolve, field, frozen
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qualeval.errors import InputNotFound, InvalidInput
from qualeval.sources import yaml_trees
from qualeval.sources.documents import Document, read_documents
from qualeval.sources.edits import Edit, Remove, RenameKey, Scalar, SetValue, applied, edited, rewrite

Steps = tuple[str | int, ...]

LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]
ELSEWHERE = "the rest of the file would then be read differently"


@frozen
class Fix:
    """A change as a caller may have it."""

    edits: tuple[Edit, ...]
    document: int = 0


def read(content: bytes) -> list[Document]:
    return read_documents(io.BytesIO(content))


def trees_of(content: bytes) -> list[Any]:
    return [document.tree for document in read(content)]


def edit(content: str | bytes, *edits: Edit, document: int = 0) -> str:
    """The content after one change, which must not be refused."""
    content = content.encode() if isinstance(content, str) else content
    result = edited(content, read(content), [Fix(edits, document)])

    assert [refusal.reason for refusal in result.refused] == []
    return result.content.decode()


def refusal_of(content: str, *edits: Edit) -> str:
    """The reason for which one change was refused, so that the content stayed as it was."""
    result = edited(content.encode(), read(content.encode()), [Fix(edits)])

    assert result.content == content.encode()
    (refusal,) = result.refused
    return refusal.reason


# --- the model: a tree of cells, each of which can be changed by itself


@define(eq=False)
class Cell:
    """A value, which is a scalar or the kind and the cells of a container, under its key."""

    key: str | int
    value: Any
    is_gone: bool = False


def cells_of(tree: Any, path: Steps, cells: dict[Steps, Cell]) -> Any:
    """The tree as cells, which are entered under their paths."""
    if not isinstance(tree, (dict, list)):
        return tree
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    inner = [Cell(key, cells_of(value, (*path, key), cells)) for key, value in pairs]
    cells.update({(*path, cell.key): cell for cell in inner})
    return type(tree), inner


def tree_from(value: Any) -> Any:
    match value:
        case (kind, inner):
            left = [(cell.key, tree_from(cell.value)) for cell in inner if not cell.is_gone]
            return dict(left) if kind is dict else [item for _, item in left]
    return value


def changed(tree: Any, edits: Sequence[Edit]) -> Any:
    """What the edits mean: each is made in a cell that no other edit moves."""
    cells: dict[Steps, Cell] = {}
    root = cells_of(tree, (), cells)
    for each in edits:
        match each:
            case SetValue(path, value):
                cells[path].value = value
            case RenameKey(path, name):
                cells[path].key = name
            case Remove(path):
                cells[path].is_gone = True
    return tree_from(root)


def at(tree: Any, path: Steps) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def exactly(tree: Any) -> str:
    """What differs where types or the order of keys differ."""
    return json.dumps(tree)


def paths_in(tree: Any, path: Steps = ()) -> Iterator[Steps]:
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in pairs:
        yield (*path, key)
        yield from paths_in(value, (*path, key))


@st.composite
def edits_of(draw: st.DrawFn, tree: Any, names: st.SearchStrategy[str], values: st.SearchStrategy[Any]) -> list[Edit]:
    """Edits that can all be made together, of a tree that has entries."""
    every = list(paths_in(tree))
    removed: list[Steps] = []
    chosen: list[Edit] = []
    for path in draw(st.lists(st.sampled_from(every), max_size=5, unique=True)):
        is_under = any(path[: len(above)] == above or above[: len(path)] == path for above in removed)
        touched = any(each.path[: len(path)] == path for each in chosen)
        parent = at(tree, path[:-1])
        kinds = draw(st.sets(st.sampled_from(["remove", "rename", "set"]), min_size=1))
        if is_under:
            continue
        if "remove" in kinds and not touched:
            removed.append(path)
            chosen.append(Remove(path))
            continue
        if "set" in kinds and not isinstance(at(tree, path), (dict, list)):
            chosen.append(SetValue(path, draw(values)))
        if "rename" in kinds and isinstance(parent, dict):
            taken = {*parent, *(each.name for each in chosen if isinstance(each, RenameKey))}
            chosen.append(RenameKey(path, draw(names.filter(lambda name: name not in taken))))  # noqa: B023
    return chosen


# --- laws of JSON

words = st.sampled_from(["UK", "GB", "WA", "US-WA", "true", "NO", "98", "", "a b", "é", "#1", "x: y", "[", "日", "😀"])
texts = words | st.text(max_size=4)
numbers = st.integers() | st.sampled_from([0, 1, 98])
scalars = st.none() | st.booleans() | numbers | texts
layouts = st.fixed_dictionaries(
    {
        "indent": st.sampled_from([None, 0, 2, 4, "\t"]),
        "separators": st.sampled_from([None, (",", ":"), (" , ", " : "), (",", ": ")]),
        "ensure_ascii": st.booleans(),
    }
)


def containers(leaves: st.SearchStrategy[Any], keys: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Objects and lists with at least one entry."""
    inner = st.recursive(
        leaves, lambda each: st.lists(each, max_size=3) | st.dictionaries(keys, each, max_size=3), max_leaves=8
    )
    return st.lists(inner, min_size=1, max_size=4) | st.dictionaries(keys, inner, min_size=1, max_size=4)


@given(st.data())
def test_applied_means_what_the_model_means(data: st.DataObject) -> None:
    """Every edit is made at its path in the tree as it was, whatever the others do."""
    tree = data.draw(containers(scalars, texts))
    before = exactly(tree)
    edits = data.draw(edits_of(tree, texts, scalars))

    assert exactly(changed(tree, edits)) == exactly(applied(tree, edits))
    assert before == exactly(tree)


@given(layouts, st.sampled_from(["", "\n", "\r\n", "\n\n"]), st.sampled_from(["\n", "\r\n", "\r"]), st.data())
def test_json_is_edited_as_if_it_had_been_written_so(
    layout: dict[str, Any], end: str, line_end: str, data: st.DataObject
) -> None:
    """A file that json.dumps laid out becomes, to the last byte, what json.dumps makes of the edited tree."""
    mark = data.draw(st.sampled_from(["", "\ufeff"])) if not layout["ensure_ascii"] else ""
    tree = {"é": data.draw(containers(scalars, texts))}  # so that a file that is not all ASCII stays such a file
    edits = [evolve(each, path=("é", *each.path)) for each in data.draw(edits_of(tree["é"], texts, scalars))]

    def content(tree: object) -> bytes:
        return (mark + (json.dumps(tree, **layout) + end).replace("\n", line_end)).encode()

    assert content(changed(tree, edits)) == edit(content(tree), *edits).encode()


spelt_numbers = st.sampled_from(["0", "-0", "98", "98.0", "9.8e1", "98E0", "1e2", "0.10", "-2.50", "1e-7"])
spelt_texts = st.sampled_from(
    ['""', '"UK"', '"\\u0055K"', '"\\u00e9"', '"é"', '"a\\/b"', '"\\ud83d\\ude00"', '"😀"', '"[,]"', '"\\\\"', '"{\\""']
)
blanks = st.sampled_from(["", "", " ", "\n", "  ", "\t", "\n    ", "\r\n  ", "\r", " \n\n"])


@st.composite
def spelt_json(draw: st.DrawFn, depth: int = 3) -> str:
    """JSON as people and programs write it: numbers and texts in many spellings, blanks of any kind anywhere."""

    def gap() -> str:
        return draw(blanks)

    def value(depth: int) -> str:
        kind = draw(st.sampled_from(["scalar", "list", "object"] if depth else ["scalar"]))
        if kind == "scalar":
            return draw(spelt_numbers | spelt_texts | st.sampled_from(["true", "false", "null"]))
        return container(kind, depth - 1)

    def container(kind: str, depth: int, least: int = 0) -> str:
        count = draw(st.integers(least, 3))
        keys = draw(st.lists(spelt_texts, min_size=count, max_size=count, unique_by=json.loads))
        heads = [f"{key}{gap()}:{gap()}" for key in keys] if kind == "object" else [""] * count
        inner = ",".join(f"{gap()}{head}{value(depth)}{gap()}" for head in heads) or gap()
        return f"{{{inner}}}" if kind == "object" else f"[{inner}]"

    return gap() + container(draw(st.sampled_from(["list", "object"])), depth, 1) + gap()


@given(spelt_json(), st.booleans(), st.data())
def test_json_of_any_layout_is_edited(text: str, has_mark: bool, data: st.DataObject) -> None:
    """What is read from the new text is the old tree with the edits made, and nothing is refused."""
    content = (("\ufeff" if has_mark else "") + text).encode()
    (tree,) = trees_of(content)
    edits = data.draw(edits_of(tree, texts, scalars))

    assert exactly(changed(tree, edits)) == exactly(trees_of(edit(content, *edits).encode())[0])


def extent(text: str, document: Document, path: Steps) -> tuple[int, int]:
    """From where to where a value is written in a text of JSON with newlines alone; found without the module's help."""
    line, column = document.locate(path) or (0, 0)
    start = sum(len(each) for each in text.splitlines(keepends=True)[: line - 1]) + column - 1
    return start, json.JSONDecoder().raw_decode(text, start)[1]


@given(spelt_json(), scalars, st.data())
def test_a_value_of_json_is_all_that_changes(text: str, value: Scalar, data: st.DataObject) -> None:
    """Before and after the value that is set, every character stays; the value is what json.dumps makes of it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    (document,) = read(text.encode())
    paths = [path for path in paths_in(document.tree) if not isinstance(at(document.tree, path), (dict, list))]
    assume(paths)
    path = data.draw(st.sampled_from(paths))
    start, end = extent(text, document, path)

    spelt = json.dumps(value, ensure_ascii=text.isascii())
    if exactly(value) == exactly(at(document.tree, path)):
        spelt = text[start:end]

    assert text[:start] + spelt + text[end:] == edit(text, SetValue(path, value))


@given(spelt_json(), texts, st.data())
def test_a_key_of_json_is_all_that_changes(text: str, name: str, data: st.DataObject) -> None:
    """Before and after the key that is renamed, every character stays; the key is what json.dumps makes of it."""
    (document,) = read(text.encode())
    paths = [path for path in paths_in(document.tree) if isinstance(path[-1], str)]
    assume(paths)
    path = data.draw(st.sampled_from(paths))
    assume(name not in at(document.tree, path[:-1]))

    new = edit(text, RenameKey(path, name))

    spelt = json.dumps(name, ensure_ascii=text.isascii())
    starts = [start for start in range(len(new)) if new.startswith(spelt, start)]
    around = [(new[:start], new[start + len(spelt) :]) for start in starts]
    assert any(
        text.startswith(before)
        and text.endswith(after)
        and len(before) + len(after) < len(text)
        and json.loads(text[len(before) : len(text) - len(after)]) == path[-1]
        for before, after in around
    )


@given(spelt_json(), st.data())
def test_json_only_loses_characters_where_an_entry_is_removed(text: str, data: st.DataObject) -> None:
    """Removal writes nothing: what is left stands in the old order, and all other tokens are spelt as they were."""
    (tree,) = trees_of(text.encode())
    path = data.draw(st.sampled_from(list(paths_in(tree))))

    new = edit(text, Remove(path))

    rest = iter(text)
    assert all(character in rest for character in new)
    assert json.loads(new) == changed(tree, [Remove(path)])
    kept = [token for token in TOKEN.findall(text) if token not in ",[]{}"]
    left = iter(kept)
    assert all(token in left for token in TOKEN.findall(new) if token not in ",[]{}")


TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,:\[\]{}"]+|[,\[\]{}]')


@given(st.lists(spelt_json(), min_size=2, max_size=4), st.data())
def test_json_lines_are_edited_line_by_line(texts_: list[str], data: st.DataObject) -> None:
    """The line of a document changes, and the others, the blank ones and the line ends stay."""
    lines = [" ".join(text.split()) for text in texts_]
    ends = [data.draw(st.sampled_from(["\n", "\r\n", "\n\n", "\r\n \n"])) for _ in lines]
    ends[-1] = data.draw(st.sampled_from(["", "\n", "\r\n"]))
    content = "".join(line + end for line, end in zip(lines, ends, strict=True))
    index = data.draw(st.integers(0, len(lines) - 1))
    tree = json.loads(lines[index])
    edits = data.draw(edits_of(tree, texts, scalars))

    new = edit(content, *edits, document=index)

    before, after = (
        "".join(line + end for line, end in zip(lines[part], ends[part], strict=True))
        for part in (slice(0, index), slice(index + 1, None))
    )
    line = new.removeprefix(before).removesuffix(ends[index] + after)
    assert before + line + ends[index] + after == new
    assert exactly(changed(tree, edits)) == exactly(json.loads(line))


# --- laws of YAML

plain_words = st.sampled_from(["UK", "GB", "US-WA", "a b", "x1", "Accept", "it's", "a#b", "http://x"])
odd_words = st.sampled_from(["NO", "true", "null", "98", "", "x: y", "# c", "- a", "[b", "'q'", '"', "0071", "a\nb"])
yaml_words = plain_words | odd_words | st.text(max_size=3)
# In the quotes of YAML, `\\ud83d\\ude00` is two halves and no character.
basic_words = plain_words | odd_words | st.text(st.characters(max_codepoint=0xD7FF), max_size=3)
yaml_scalars = st.none() | st.booleans() | st.integers(-9, 999) | yaml_words
safe_scalars = st.none() | st.booleans() | st.integers(0, 999) | st.sampled_from(["UK", "GB", "Accept", "a b"])
safe_keys = st.sampled_from(["a", "b", "Country", "x1", "k k"])


@given(containers(safe_scalars, safe_keys), st.booleans(), st.data())
def test_yaml_is_edited_as_if_it_had_been_written_so(tree: Any, flow: bool, data: st.DataObject) -> None:
    """A file that PyYAML laid out becomes, to the last byte, what PyYAML makes of the edited tree."""
    edits = data.draw(edits_of(tree, safe_keys, safe_scalars))

    def text(tree: object) -> str:
        return "# not JSON\n" + yaml.safe_dump(tree, default_flow_style=flow, sort_keys=False, width=10**6)

    assert text(changed(tree, edits)) == edit(text(tree), *edits)


@define
class Layout:
    """Writes a tree in YAML, each part in a style that is drawn, among comments that know what they speak of.

    `owners` has for every comment the path of the entry with which it goes.
    """

    draw: st.DrawFn
    lines: list[str] = field(factory=list)
    owners: dict[str, Steps] = field(factory=dict)

    def one_of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def comment(self, owner: Steps) -> str:
        text = f"# c{len(self.owners)}."
        self.owners[text] = owner
        return text

    def line(self, text: str, owner: Steps) -> None:
        """A line, perhaps with a comment at its end."""
        self.lines.append(text + self.one_of("", "", f"{self.one_of(' ', '   ')}{self.comment(owner)}", " "))

    def between(self, indent: int, owner: Steps) -> None:
        """Perhaps a blank line, or a comment on a line of its own."""
        self.lines.extend(self.one_of([], [], [""], [" " * indent + self.comment(owner)]))

    def quoted(self, text: str) -> str:
        single = "'" + text.replace("'", "''") + "'"
        return str(self.one_of(json.dumps(text), single)) if text.isprintable() else json.dumps(text)

    def block(self, tree: Any, path: Steps, indent: int, head: str | None = None) -> None:
        """The entries of a container below each other, the first perhaps behind the dash of its parent."""
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            if head is None:
                self.between(indent, path)
            lead = (" " * indent if head is None else head) + ("-" if isinstance(key, int) else f"{self.key(key)}:")
            self.entry(value, (*path, key), lead, indent)
            head = None

    def key(self, key: str) -> str:
        return str(self.one_of(key, self.quoted(key)))

    def entry(self, value: Any, path: Steps, lead: str, indent: int) -> None:
        style = self.one_of("block", "block", "flow", "lines")
        match value:
            case dict() | list() if value and style == "block":
                self.nested(value, path, lead, indent)
            case dict() | list() if value and style == "lines":
                self.bracketed(value, path, lead, indent)
            case str() if value.isprintable() and value.strip() == value != "" and style == "lines":
                self.line(f"{lead} {self.one_of('|', '>-', '|-')}", path)
                deeper = max(indent, len(lead) - len(lead.lstrip(" -"))) + self.one_of(1, 2)
                self.lines.extend([" " * deeper + value, *self.one_of([], [""])])
            case None if style == "lines":
                self.line(lead, path)
            case _:
                self.line(f"{lead} {self.flow(value)}", path)

    def nested(self, value: Any, path: Steps, lead: str, indent: int) -> None:
        """A container in block style: behind the dash, or below."""
        is_item, is_list = isinstance(path[-1], int), isinstance(value, list)
        if is_item and self.one_of(False, True):
            head = lead + self.one_of(" ", "   ")
            self.block(value, path, len(head), head)
            return
        self.line(lead, path)
        deeper = indent + self.one_of(1, 2, 4) if is_item or not is_list else indent + self.one_of(0, 2)
        self.block(value, path, deeper)
        if deeper > indent:
            self.between(deeper, path)

    def bracketed(self, value: Any, path: Steps, lead: str, indent: int) -> None:
        """A container in brackets, with every entry on a line."""
        self.line(f"{lead} {'[' if isinstance(value, list) else '{'}", path)
        for count, (key, part) in enumerate(value.items() if isinstance(value, dict) else enumerate(value), 1):
            self.between(indent + 2, path)
            comma = "," if count < len(value) else self.one_of("", ",")
            text = " " * (indent + 2) + (f"{self.key(key)}: " if isinstance(key, str) else "") + self.flow(part) + comma
            self.line(text, (*path, key))
        self.between(indent + 2, path)
        self.line(" " * (indent + 1) + ("]" if isinstance(value, list) else "}"), path)

    def flow(self, value: Any) -> str:
        comma, edge = self.one_of(",", ", ", " , "), self.one_of("", " ")
        match value:
            case dict():
                pairs = comma.join(f"{self.key(key)}: {self.flow(part)}" for key, part in value.items())
                return f"{{{edge}{pairs}{edge}}}"
            case list():
                return f"[{edge}{comma.join(map(self.flow, value))}{edge}]"
            case str() if value not in PLAIN or self.one_of(False, True):
                return self.quoted(value)
            case str():
                return value
        return json.dumps(value)


PLAIN = ("UK", "GB", "US-WA", "a b", "x1", "Accept")
yaml_keys = st.sampled_from(["a", "b", "c", "Country", "x1"])


@st.composite
def laid_out_yaml(draw: st.DrawFn) -> tuple[str, dict[str, Steps]]:
    """A text, and for each comment in it the path of the entry that it goes with."""
    tree = draw(containers(st.none() | st.booleans() | st.integers(-9, 999) | basic_words, yaml_keys))
    layout = Layout(draw)
    layout.block(tree, (), 0)
    layout.between(0, ())
    text = "\n".join(layout.lines)
    return text + draw(st.sampled_from(["\n", ""])), {each: layout.owners[each] for each in COMMENT.findall(text)}


COMMENT = re.compile(r"# c\d+\.")


@given(laid_out_yaml(), st.sampled_from(LOADERS), st.sampled_from(["\n", "\r\n"]), st.data())
@settings(max_examples=200)
def test_yaml_of_any_layout_is_edited(
    laid_out: tuple[str, dict[str, Steps]], loader: type, line_end: str, data: st.DataObject
) -> None:
    """The tree is the edited one, and the comments that stay are those of the entries that stay, in their order."""
    text, owners = laid_out
    (tree,) = trees_of(text.encode())
    edits = data.draw(edits_of(tree, yaml_keys, yaml_scalars))
    with mock.patch.object(yaml_trees, "_LOADER", loader):
        new = edit(text.replace("\n", line_end), *edits)

        assert exactly(changed(tree, edits)) == exactly(trees_of(new.encode())[0])
    gone = [each.path for each in edits if isinstance(each, Remove)]
    stay = [each for each, owner in owners.items() if not any(owner[: len(path)] == path for path in gone)]
    assert stay == COMMENT.findall(new)
    assert new.count("\n") == new.count(line_end)
    assert new.count("\r") in (0, new.count("\n"))


def scalar_nodes(text: str) -> dict[Steps, tuple[yaml.Node | None, yaml.Node]]:
    """The key and the value of every path to a scalar, as PyYAML places them."""
    found: dict[Steps, tuple[yaml.Node | None, yaml.Node]] = {}

    def visit(node: yaml.Node, path: Steps, key: yaml.Node | None) -> None:
        match node:
            case yaml.MappingNode():
                for name, value in node.value:
                    visit(value, (*path, name.value), name)
            case yaml.SequenceNode():
                for index, value in enumerate(node.value):
                    visit(value, (*path, index), None)
            case _:
                found[path] = key, node

    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert root is not None
    visit(root, (), None)
    return found


@given(laid_out_yaml(), yaml_words, st.data())
def test_a_value_or_key_of_yaml_is_all_that_changes(
    laid_out: tuple[str, dict[str, Steps]], word: str, data: st.DataObject
) -> None:
    """Before and after what is set or renamed, every character stays, and a text keeps the quotes that it had."""
    text, _ = laid_out
    nodes = scalar_nodes(text)
    assume(nodes)
    path = data.draw(st.sampled_from(sorted(nodes, key=str)))
    key, node = nodes[path]
    change: Edit = SetValue(path, word)
    if key is not None and data.draw(st.booleans()):
        assume(word not in at(trees_of(text.encode())[0], path[:-1]))
        node, change = key, RenameKey(path, word)
    assert isinstance(node, yaml.ScalarNode)
    start, end, style = node.start_mark.index, node.end_mark.index, node.style
    assume(start < end and style not in ("|", ">") and word != node.value)

    new = edit(text, change)

    before, after = text[:start], text[end:]
    assert (before, after) == (new[: len(before)], new[len(new) - len(after) :])
    spelt = new[len(before) : len(new) - len(after)]
    if style == "'" and word.isprintable():
        assert spelt == "'" + word.replace("'", "''") + "'"
    elif style is not None:
        assert spelt[0] == spelt[-1] == '"'


def common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines the two have in common, in the same order."""
    best = [0] * (len(new) + 1)
    for line in old:
        row = [0]
        for index, other in enumerate(new):
            row.append(best[index] + 1 if line == other else max(row[index], best[index + 1]))
        best = row
    return best[-1]


@given(laid_out_yaml(), st.data())
def test_lines_of_yaml_stay_where_an_entry_is_removed(
    laid_out: tuple[str, dict[str, Steps]], data: st.DataObject
) -> None:
    """At most one line is written anew: the one that loses a comma or a part, that closes up, or that says `{}`."""
    text, _ = laid_out
    path = data.draw(st.sampled_from(list(paths_in(trees_of(text.encode())[0]))))
    old = text.split("\n")

    new = edit(text, Remove(path)).split("\n")

    assert len(new) <= len(old)
    assert len(new) - common(old, new) <= 1


@given(st.lists(laid_out_yaml(), min_size=2, max_size=3), st.data())
@settings(max_examples=50)
def test_documents_of_yaml_are_edited_one_by_one(
    laid_out: list[tuple[str, dict[str, Steps]]], data: st.DataObject
) -> None:
    """What stands in another document stays, also where it comes after."""
    several = [data.draw(st.sampled_from(["", "---\n", "--- # here\n"])) + laid_out[0][0].rstrip("\n") + "\n"]
    heads = st.sampled_from(["---\n", "...\n---\n", "--- # here\n", "...\n%YAML 1.1\n---\n"])
    several += [data.draw(heads) + text.rstrip("\n") + "\n" for text, _ in laid_out[1:]]
    index = data.draw(st.integers(0, len(several) - 1))
    trees = trees_of("".join(several).encode())
    edits = data.draw(edits_of(trees[index], yaml_keys, yaml_scalars))

    new = edit("".join(several), *edits, document=index)

    assert new.startswith("".join(several[:index]))
    assert new.endswith("".join(several[index + 1 :]))
    trees[index] = changed(trees[index], edits)
    assert exactly(trees) == exactly(trees_of(new.encode()))


syntax = st.lists(
    st.sampled_from([*"{}[]:,-?|>'\"#! \n\t\x85\u2028", "- ", ": ", "\n  ", "? ", "---\n", "a", "c: ", "1", "true"])
    | st.sampled_from(["é", '"a"', '"b": ', "&a ", "*a", "!!str ", "# c\n", "\n- ", "\n\n", "{a: ", "|+\n  ", "\r\n"]),
    min_size=3,
    max_size=25,
).map("".join)


@given(syntax, st.data())
@settings(max_examples=300)
def test_an_edit_of_any_syntax_is_made_or_refused(text: str, data: st.DataObject) -> None:
    """Whatever can be read, an edit of it gives the edited tree or a reason; nothing else escapes."""
    try:
        documents = read(text.encode())
    except InvalidInput:
        return
    assume(not re.search("[\x85\u2028]---", text))  # a line for YAML, not for us: the document has no text of its own
    index = data.draw(st.integers(0, len(documents) - 1))
    trees = [document.tree for document in documents]
    paths = list(paths_in(trees[index]))
    assume(paths)
    edits = data.draw(edits_of(trees[index], yaml_keys, yaml_scalars))

    result = edited(text.encode(), documents, [Fix((each,), index) for each in edits])

    trees[index] = changed(trees[index], [each for fix in result.made for each in fix.edits])
    assert exactly(trees) == exactly(trees_of(result.content))
    assert len(edits) == len(result.made) + len(result.refused)


# --- what edits look like

HIT_JSON = """{
  "Title": "Mark the birds",
  "Reward": "2.50",
  "MaxAssignments": 3e2,
  "QualificationRequirements": [
    {
      "QualificationTypeId": "00000000000000000071",
      "Comparator": "In",
      "LocaleValues": [{ "Country": "UK" }, { "Country": "US", "Subdivision": "US-WA" }],
      "RequiredToPreview": true
    },
    { "RequiredToPreview": false, "QualificationTypeId": "3STUDY1DONE", "Comparator": "DoesNotExist" }
  ]
}
"""

HIT_YAML = """# The birds, second round
Title: Mark the birds
Reward: '2.50'
QualificationRequirements:
# Where workers are
- QualificationTypeId: '00000000000000000071'
  Comparator: In
  LocaleValues:
  - {Country: UK}           # our own
  - Country: US
    # since May
    Subdivision: "US-WA"    # Seattle
  RequiredToPreview: true   # nobody else needs to see it
# Not twice
- RequiredToPreview: false
  QualificationTypeId: 3STUDY1DONE
  Comparator: DoesNotExist
"""

FIRST = ("QualificationRequirements", 0)
SECOND = ("QualificationRequirements", 1)
MENDS = (
    SetValue((*FIRST, "LocaleValues", 0, "Country"), "GB"),
    SetValue((*FIRST, "LocaleValues", 1, "Subdivision"), "WA"),
    RenameKey((*FIRST, "RequiredToPreview"), "ActionsGuarded"),
    SetValue((*FIRST, "RequiredToPreview"), "PreviewAndAccept"),
    Remove((*SECOND, "RequiredToPreview")),
)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_request_in_json_is_mended(line_end: str, mark: str) -> None:
    """Values are set, a guard is said in the newer way, an entry goes, and the number keeps its odd spelling."""
    expected = (
        HIT_JSON.replace('"UK"', '"GB"')
        .replace('"US-WA"', '"WA"')
        .replace('"RequiredToPreview": true', '"ActionsGuarded": "PreviewAndAccept"')
        .replace('"RequiredToPreview": false, ', "")
    )

    assert (mark + expected).replace("\n", line_end) == edit((mark + HIT_JSON).replace("\n", line_end), *MENDS)


def test_a_request_in_yaml_is_mended() -> None:
    """The same, and every comment is where it was."""
    expected = (
        HIT_YAML.replace("UK", "GB")
        .replace('"US-WA"', '"WA"')
        .replace("RequiredToPreview: true", "ActionsGuarded: PreviewAndAccept")
        .replace("- RequiredToPreview: false\n  Q", "- Q")
    )

    assert expected == edit(HIT_YAML, *MENDS)


def test_mixed_line_ends_stay_mixed() -> None:
    """An entry that goes takes the end of its own line along, whatever the others end with."""
    text = '\ufeff{\r\n  "a": 1,\n  "b": 2,\r  "c": 3,\r\n  "d": "é"\n\r\n}'

    assert text.replace('  "b": 2,\r', "").replace("3", "4") == edit(text, Remove(("b",)), SetValue(("c",), 4))


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ('{"a": 1, "b": 2, "c": 3}', ("a",), '{"b": 2, "c": 3}'),
        ('{"a": 1, "b": 2, "c": 3}', ("b",), '{"a": 1, "c": 3}'),
        ('{"a": 1, "b": 2, "c": 3}', ("c",), '{"a": 1, "b": 2}'),
        ('{ "a": 1 }', ("a",), "{}"),
        ('{\n  "a": 1,\n  "b": 2\n}', ("a",), '{\n  "b": 2\n}'),
        ('{\n  "a": 1,\n  "b": 2\n}', ("b",), '{\n  "a": 1\n}'),
        ('{\n  "a": {\n    "b": 2\n  }\n}', ("a", "b"), '{\n  "a": {}\n}'),
        ('{ "a": 1\n, "b": 2\n, "c": 3\n}', ("a",), '{ "b": 2\n, "c": 3\n}'),
        ('{ "a": 1\n, "b": 2\n, "c": 3\n}', ("b",), '{ "a": 1\n, "c": 3\n}'),
        ('{ "a": 1\n, "b": 2\n, "c": 3\n}', ("c",), '{ "a": 1\n, "b": 2\n}'),
        ("[1, 2,\n 3, 4]", (1,), "[1,\n 3, 4]"),
        ("[1, 2,\n 3, 4]", (2,), "[1, 2,\n 4]"),
        ("[1, 2,\n 3, 4]", (3,), "[1, 2,\n 3]"),
        ("[\n  1,\n\n  2\n]", (1,), "[\n  1\n\n]"),
    ],
)
def test_an_entry_of_json_goes_with_its_comma(text: str, path: Steps, expected: str) -> None:
    """First, in the middle, last and alone, in a line, on lines of their own and with the comma in front."""
    assert expected == edit(text, Remove(path))


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("a: 1 # one\n# two\nb: 2\n", ("a",), "# two\nb: 2\n"),
        ("a: 1 # one\n# two\nb: 2\n", ("b",), "a: 1 # one\n# two\n"),
        ("a: 1\nb: 2", ("b",), "a: 1"),
        ("a: why?\n# really?\nb: 2\n", ("b",), "a: why?\n# really?\n"),
        ("a: |\n  1\nb: 2", ("b",), "a: |\n  1\n"),
        ("a: |-\n  1\n\n  2\n\nb: 3\n", ("a",), "\nb: 3\n"),
        ("# top\na: 1 # one\n# end\n", ("a",), "# top\n{}\n# end\n"),
        ("a:\n  b: 1\nc: 2\n", ("a", "b"), "a: {}\nc: 2\n"),
        ("a: # why\n# one\n- 1\nc: 2\n", ("a", 0), "a: [] # why\n# one\nc: 2\n"),
        ("- a: 1\n  b: 2\n", (0, "a"), "- b: 2\n"),
        ("- a: 1 # one\n  # two\n  b: 2\n", (0, "a"), "- # two\n  b: 2\n"),
        ("- a: 1\n- b: 2\n", (0, "a"), "- {}\n- b: 2\n"),
        ("-\n  # one\n  a: 1\n", (0, "a"), "-\n  # one\n  {}\n"),
        ("- - 1\n  - 2\n", (0, 0), "- - 2\n"),
        ("- - 1\n", (0, 0), "- []\n"),
        ("- a:\n    - 1\n    # more\n# next\n- b\n", (0,), "# next\n- b\n"),
        ("? a\n: b: 1\n  c: 2\n", ("a", "b"), "? a\n: c: 2\n"),
        ("x: [a, b, c,]\n", ("x", 2), "x: [a, b,]\n"),
        ("x: [a, y: 1, c]\n", ("x", 1, "y"), "x: [a, {}, c]\n"),
        ("x: [a, {y: 1}, c]\n", ("x", 1), "x: [a, c]\n"),
        ("x: {\n  a: 1, # one\n  b: 2 # two\n}\n", ("x", "b"), "x: {\n  a: 1 # one\n}\n"),
        ("x: {\n  a: 1,# one\n  b: 2 }\n", ("x", "b"), "x: {\n  a: 1 # one\n   }\n"),
        ("x: {\n  a: 1, # one\n  # two\n  b: 2\n}\n", ("x", "a"), "x: {\n  # two\n  b: 2\n}\n"),
        ("x: [ # why\n  a\n]\n", ("x", 0), "x: [ # why\n]\n"),
        ("x: [a, # one\n  b]\n", ("x", 0), "x: [ # one\n  b]\n"),
    ],
)
def test_an_entry_of_yaml_goes_with_its_lines(text: str, path: Steps, expected: str) -> None:
    """With the comment at its end, not with those above and below; what would be nothing becomes `{}` or `[]`."""
    assert expected == edit(text, Remove(path))


def test_neighbours_go_together() -> None:
    """Several entries of one object or list may go at once, in any order."""
    assert edit("[0, 1, 2, 3, 4]", Remove((4,)), Remove((1,)), Remove((3,))) == "[0, 2]"
    assert edit("- a: 1\n  b: 2\n  c: 3\n", Remove((0, "b")), Remove((0, "a"))) == "- c: 3\n"
    assert edit("a:\n- 1\n# mid\n- 2\n", Remove(("a", 0)), Remove(("a", 1))) == "a: []\n# mid\n"
    assert edit("# y\n[a, # one\n b, c]", Remove((0,)), Remove((1,)), Remove((2,))) == "# y\n[ # one\n ]"


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("a: UK", "GB", "a: GB"),
        ("a: 'UK'", "it's", "a: 'it''s'"),
        ('a: "UK"', 'say "é"', 'a: "say \\"é\\""'),
        ("a: 'UK'", "x\ty", 'a: "x\\ty"'),
        ("a: 'UK'", 98, "a: 98"),
        ("a: UK # why", None, "a: null # why"),
        ("a: true", "PreviewAndAccept", "a: PreviewAndAccept"),
        ("a: UK", "NO", 'a: "NO"'),
        ("a: UK", "true", 'a: "true"'),
        ("a: UK", "0071", 'a: "0071"'),
        ("a: UK", "~", 'a: "~"'),
        ("a: UK", "", 'a: ""'),
        ("a: UK", "x: y", 'a: "x: y"'),
        ("a: UK", "x #y", 'a: "x #y"'),
        ("a: UK", "x, y", "a: x, y"),
        ("a: [UK]", "x, y", 'a: ["x, y"]'),
        ("a: UK", "\u2028\U0001f600\x7f", 'a: "\\u2028\U0001f600\\u007f"'),
        ("a:", "GB", "a: GB"),
        ("a:   # why", "GB", "a: GB   # why"),
        ("a: [{b: , c: 1}]", "GB", "a: [{b: GB , c: 1}]"),
        ("a: [{b, c: 1}]", "GB", "a: [{b: GB, c: 1}]"),
        ("a:\n-\n- 1", "GB", "a:\n- GB\n- 1"),
        ("a: |  # why\n  one\n  two\nb: 1", "GB", "a: GB  # why\nb: 1"),
        ("a: one\n  two # why", "GB", "a: GB # why"),
        ("a: !!str 98", "GB", "a: GB"),
    ],
)
def test_a_value_of_yaml_is_written_as_the_old_one_was(old: str, value: Scalar, new: str) -> None:
    """Quotes stay what they are; without, a text has none unless somebody would read it as something else."""
    (tree,) = trees_of(old.encode())
    path = next(path for path in paths_in(tree) if not isinstance(at(tree, path), (dict, list)))

    assert new == edit(old, SetValue(path, value))


@pytest.mark.parametrize(
    ("old", "name", "new"),
    [
        ("a: 1", "b", "b: 1"),
        ("'a': 1", "b", "'b': 1"),
        ("a: 1", "on", '"on": 1'),
        ("a: 1", "x: y", '"x: y": 1'),
        ("a: 1", "x, y", "x, y: 1"),
        ("{a: 1, }", "x, y", '{"x, y": 1, }'),
        ("? a\n: 1", "b", "? b\n: 1"),
        ("{a, b: 2}", "c", "{c, b: 2}"),
        ('{"a":1, }', "c", '{"c":1, }'),
        ("a: &x 1\nb: *x", "c", "c: &x 1\nb: *x"),
        ("&x a: 1\nb: *x", "c", None),
    ],
)
def test_a_key_of_yaml_is_written_as_the_old_one_was(old: str, name: str, new: str | None) -> None:
    """A key is written like a text; only one with an anchor cannot change alone."""
    if new is None:
        assert refusal_of(old, RenameKey(("a",), name)) == "an anchor or alias shares it with other places"
    else:
        assert new == edit(old, RenameKey(("a",), name))


def test_json_stays_ascii_if_it_was() -> None:
    """Escapes are written into a file of ASCII alone, characters into any other."""
    assert edit('{"a": "UK"}', SetValue(("a",), "é"), RenameKey(("a",), "ü")) == '{"\\u00fc": "\\u00e9"}'
    assert edit('{"a": "à"}', SetValue(("a",), "é")) == '{"a": "é"}'


def test_what_is_there_already_is_not_written_again() -> None:
    """A value that is the same keeps its spelling; an integer is no float, and no boolean."""
    text = '{"\\u0061": "\\u0041", "b": -0}'

    assert text == edit(text, SetValue(("a",), "A"), RenameKey(("a",), "a"), SetValue(("b",), 0))
    assert edit('{"a": 1.0, "b": true}', SetValue(("a",), 1), SetValue(("b",), 1)) == '{"a": 1, "b": 1}'


# --- what is refused


@pytest.mark.parametrize(
    ("text", "change", "reason"),
    [
        ('{"a": [1]}', SetValue(("b",), 1), "there is no such entry"),
        ('{"a": [1]}', Remove(("a", 1)), "there is no such entry"),
        ('{"a": [1]}', Remove(("a", -1)), "there is no such entry"),
        ('{"a": [1]}', RenameKey(("a", "b"), "c"), "there is no such entry"),
        ('{"a": [1]}', Remove(()), "there is no such entry"),
        ('{"a": [1]}', SetValue(("a",), 1), "an object or a list is there, not a single value"),
        ("a:\n- 1", SetValue(("a",), 1), "an object or a list is there, not a single value"),
        ('{"a": [1]}', RenameKey(("a", 0), "c"), "an item of a list has no key"),
        ('{"a": 1, "b": 2}', RenameKey(("a",), "b"), "there is a key `b` already"),
        ("a: &x UK\nb: *x", SetValue(("a",), "GB"), "an anchor or alias shares it with other places"),
        ("a: &x UK\nb: *x", SetValue(("b",), "GB"), "an anchor or alias shares it with other places"),
        ("a: !!str &x UK\nb: *x", SetValue(("a",), "GB"), "an anchor or alias shares it with other places"),
        ("a: &x [1]\nb: *x", SetValue(("a", 0), 2), "an anchor or alias shares it with other places"),
        ("a: &x [1]\nb: *x", Remove(("b", 0)), "an anchor or alias shares it with other places"),
        ("a: &x [1]\nb: *x", Remove(("a",)), "an anchor in it may be used elsewhere"),
        ("a: {c: [&x 1]}\nb: *x", Remove(("a",)), "an anchor in it may be used elsewhere"),
        ("&x a: 1\nb: *x", Remove(("a",)), "an anchor in it may be used elsewhere"),
        ("? a\n: 1", Remove(("a",)), "its key is written with a question mark"),
        ("? # why?\n  a\n: 1", Remove(("a",)), "its key is written with a question mark"),
        ("x: {b: 1, ? a : 1}", Remove(("x", "a")), "its key is written with a question mark"),
        ("a: |+\n  x\nb: 1\n\nc: 2", Remove(("b",)), ELSEWHERE),
    ],
)
def test_an_edit_that_cannot_be_made_in_one_place_is_refused(text: str, change: Edit, reason: str) -> None:
    """The file stays as it is, and the reason is given."""
    assert reason == refusal_of(text, change)


def test_an_alias_may_go_and_so_may_what_stands_beside_anchors() -> None:
    """Only what is shared cannot change in one place."""
    text = "a: &x {k: UK}\nb: *x\nc: [*x, 1]\n"

    assert edit(text, Remove(("b",)), Remove(("c", 0)), RenameKey(("a",), "d")) == "d: &x {k: UK}\nc: [1]\n"
    assert edit(text, RenameKey(("b",), "e"), SetValue(("c", 1), 2)) == "a: &x {k: UK}\ne: *x\nc: [*x, 2]\n"


def test_a_change_is_made_as_a_whole_or_not_at_all() -> None:
    """If one edit of a change is refused, none is made; other changes are."""
    content = b'{"a": true, "b": 1, "c": 2}'
    half = Fix((SetValue(("a",), "x"), RenameKey(("a",), "b")))
    good = Fix((Remove(("c",)),))

    result = edited(content, read(content), [half, good])

    assert result.content == b'{"a": true, "b": 1}'
    assert (good,) == result.made
    assert [(half, "there is a key `b` already")] == [(each.change, each.reason) for each in result.refused]


def test_a_name_is_free_once_its_key_is_gone() -> None:
    """Whether a name is taken is asked of the object as the change leaves it."""
    assert edit('{"a": 1, "b": 2}', RenameKey(("a",), "b"), Remove(("b",))) == '{"b": 1}'
    assert edit('{"a": 1, "b": 2}', RenameKey(("a",), "b"), RenameKey(("b",), "a")) == '{"b": 1, "a": 2}'
    both = RenameKey(("a",), "c"), RenameKey(("b",), "c")
    assert refusal_of('{"a": 1, "b": 2}', *both) == "there is a key `c` already"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (SetValue(("a",), 2), SetValue(("a",), 3)),
        (SetValue(("a",), 1), SetValue(("a",), True)),
        (RenameKey(("a",), "x"), RenameKey(("a",), "y")),
        (Remove(("a",)), SetValue(("a",), 3)),
        (RenameKey(("a",), "x"), Remove(("a",))),
        (Remove(("b",)), SetValue(("b", 0), 3)),
        (Remove(("b", 0)), Remove(("b",))),
    ],
)
def test_edits_that_contradict_each_other(first: Edit, second: Edit) -> None:
    """In one change they are a mistake of the caller; of two changes the first is made, whichever it is."""
    content = b'{"a": 0, "b": [1, 2]}'

    with pytest.raises(ValueError, match="contradicts another edit of the same change"):
        edited(content, read(content), [Fix((first, second))])
    for one, other in [(first, second), (second, first)]:
        result = edited(content, read(content), [Fix((one,)), Fix((other,))])

        assert edit(content, one).encode() == result.content
        assert [refusal.reason for refusal in result.refused] == ["another change is made in the same place"]


def test_what_is_asked_for_twice_is_made_once() -> None:
    """Two changes may have an edit in common, and one may name it twice."""
    content = b"[1, 2, 3]"
    several = [Fix((Remove((0,)), Remove((0,)))), Fix((Remove((0,)), SetValue((1,), 5)))]

    result = edited(content, read(content), several)

    assert (result.content, result.made, result.refused) == (b"[5, 3]", tuple(several), ())


def test_the_new_documents_are_handed_out() -> None:
    """They are those of the new content under the old name, so that they can be looked at again."""
    content = b'{"a": 1}\n{"a": 2}\n'
    documents = [evolve(document, name="hits.jsonl") for document in read(content)]

    result = edited(content, documents, [Fix((SetValue(("a",), 3),), 1)])

    assert [document.tree for document in result.documents] == [{"a": 1}, {"a": 3}]
    assert {"hits.jsonl"} == {document.name for document in result.documents}


def test_nothing_is_handed_out_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a value written wrongly, or so that nobody can read it, its change would be refused and the others made."""
    wrong = {"GB": '"XX"', "WA": '"'}
    monkeypatch.setattr("qualeval.sources.edits.json_scalar", lambda value, _: wrong.get(value) or json.dumps(value))
    content = b'{"a": 1, "b": 2, "c": 3, "d": 4}'
    values: list[Scalar] = [8, "GB", "WA", 9]
    changes = [Fix((SetValue((key,), value),)) for key, value in zip("abcd", values, strict=True)]

    result = edited(content, read(content), changes)

    assert result.content == b'{"a": 8, "b": 2, "c": 3, "d": 9}'
    assert result.made == (changes[0], changes[3])
    assert [refusal.reason for refusal in result.refused] == [ELSEWHERE, ELSEWHERE]


def test_a_document_without_a_line_of_its_own_is_refused() -> None:
    """Where YAML ends a line and an editor does not, what is read cannot be found again."""
    content = "a: 1\u2028---\nb: 2\n".encode()

    with pytest.raises(InvalidInput, match="not the text that was read before"):
        edited(content, read(content), [Fix((SetValue(("b",), 3),), 1)])


@pytest.mark.parametrize("content", [b"a: 2\n", b"\na: 1\n", b"", b"\xff", b"- 1\n", b"a: 1\n---\nb: 2\n", b"a: 1\n ]"])
@pytest.mark.parametrize("changes", [[], [Fix((SetValue(("a",), 3),))]])
def test_another_text_than_was_read_is_refused(content: bytes, changes: list[Fix]) -> None:
    """The places of one text are not those of another."""
    with pytest.raises(InvalidInput, match="not the text that was read before; read it again"):
        edited(content, read(b"a: 1\n"), changes)


# --- files


def test_a_file_is_rewritten(tmp_path: Path) -> None:
    """The file is another one with the same name and permissions, and nothing else is left in the folder."""
    path = tmp_path / "hit.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": "UK"}\r\n')
    path.chmod(0o640)

    result = rewrite(path, read_documents(path), [Fix((SetValue(("a",), "GB"),))])

    assert path.read_bytes() == b'\xef\xbb\xbf{"a": "GB"}\r\n' == result.content
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [path] == list(tmp_path.iterdir())
    assert str(path) == result.documents[0].name


def test_a_file_is_left_alone_if_nothing_changes(tmp_path: Path) -> None:
    """Neither what is there already nor what is refused makes a new file."""
    path = tmp_path / "hit.json"
    path.write_text('{"a": "\\u0041"}')
    before = path.stat()

    rewrite(path, read_documents(path), [Fix((SetValue(("a",), "A"),)), Fix((Remove(("b",)),))])

    assert (before.st_ino, before.st_mtime_ns) == (path.stat().st_ino, path.stat().st_mtime_ns)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file that it leads to is written, in that file's folder."""
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "hit.yaml", tmp_path / "hit.yaml"
    target.write_text("a: UK # why\n")
    link.symlink_to(target)

    rewrite(str(link), read_documents(link), [Fix((SetValue(("a",), "GB"),))])

    assert link.is_symlink()
    assert target.read_text() == "a: GB # why\n"


def test_a_file_that_may_not_be_written_to_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That a folder allows another file in its place is no permission."""
    path = tmp_path / "hit.json"
    path.write_text("[1]")
    monkeypatch.setattr(os, "access", lambda *_: False)

    with pytest.raises(InputNotFound) as caught:
        rewrite(path, read_documents(path), [Fix((SetValue((0,), 2),))])

    assert f"cannot write {path}: permission denied" == str(caught.value)
    assert path.read_text() == "[1]"


def test_a_file_stays_whole_if_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk costs neither the old file nor leaves half a new one."""
    path = tmp_path / "hit.json"
    path.write_text("[1]")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(InputNotFound, match="no space left on device"):
        rewrite(path, read_documents(path), [Fix((SetValue((0,), 2),))])

    assert [path] == list(tmp_path.iterdir())
    assert path.read_text() == "[1]"


def test_a_file_that_has_changed_or_gone_is_not_written(tmp_path: Path) -> None:
    """What another program wrote in the meantime is not lost."""
    path = tmp_path / "hit.json"
    path.write_text("[1]")
    documents = read_documents(path)
    path.write_text("[7]")

    with pytest.raises(InvalidInput, match=r"hit.json: not the text that was read before"):
        rewrite(path, documents, [Fix((SetValue((0,), 2),))])
    assert path.read_text() == "[7]"
    path.unlink()
    with pytest.raises(InputNotFound, match=r"cannot read .*: no such file or directory"):
        rewrite(path, documents, [Fix((SetValue((0,), 2),))])


def test_large_files_are_edited_in_seconds(tmp_path: Path) -> None:
    """Thousands of changes in thousands of documents, and of one document, take no more than a few passes."""
    lines = b'{"a": [1, 2]}\n' * 5_000
    everywhere = [Fix((Remove(("a", 0)),), index) for index in range(5_000)]
    one = json.dumps([{"a": index} for index in range(5_000)], indent=1).encode()
    inside = [Fix((RenameKey((index, "a"), "b"), SetValue((index, "a"), "x"))) for index in range(5_000)]
    began = time.process_time()

    assert edited(lines, read(lines), everywhere).content == b'{"a": [2]}\n' * 5_000
    assert edited(one, read(one), inside).content == json.dumps([{"b": "x"}] * 5_000, indent=1).encode()
    assert time.process_time() - began < 10
