"""Text to plain trees: what is read, what is refused and in which words, and the way back to line and column."""

from __future__ import annotations

import io
import json
import os
import string
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from unittest import mock

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from qualeval.errors import InputNotFound, InvalidInput, Problem, QualevalError
from qualeval.sources import yaml_trees
from qualeval.sources.documents import Document, doubtful_documents, read_document, read_documents

LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]

leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(leaves, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(), v, max_size=4))
trees = st.lists(values, max_size=5) | st.dictionaries(st.text(), values, max_size=5)

# `x` in front: PyYAML leaves `1e5` unquoted, which JSON reads as a number.
plain_texts = st.text(string.printable + "é😀\x85\u2028", max_size=30).map("x".__add__)
yaml_leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | plain_texts
yaml_values = st.recursive(
    yaml_leaves, lambda v: st.lists(v, max_size=4) | st.dictionaries(plain_texts, v, max_size=4), max_leaves=12
)
yaml_trees_ = st.lists(yaml_values, max_size=4) | st.dictionaries(plain_texts, yaml_values, max_size=4)


def read(text: str | bytes) -> list[Document]:
    return read_documents(io.StringIO(text) if isinstance(text, str) else io.BytesIO(text))


def tree_of(text: str | bytes) -> object:
    (document,) = read(text)
    return document.tree


def refusal(text: str | bytes) -> str:
    """The message without the name of the stream."""
    with pytest.raises(InvalidInput) as caught:
        read(text)
    message = str(caught.value)
    message.encode()
    return message.removeprefix("<stream>: ")


def paths_in(tree: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], object]]:
    yield path, tree
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from paths_in(value, (*path, key))
    if isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from paths_in(value, (*path, index))


def text_from(text: str, place: tuple[int, int] | None) -> str:
    assert place is not None
    line, column = place
    return "\n".join([text.split("\n")[line - 1][column - 1 :], *text.split("\n")[line:]])


# --- what is read


@given(trees, st.sampled_from([None, 0, 1, "\t"]), st.booleans())
def test_json_is_read_as_the_standard_library_reads_it(tree: object, indent: int | str | None, ascii: bool) -> None:
    """JSON gives the tree that json.loads gives."""
    text = json.dumps(tree, indent=indent, ensure_ascii=ascii)

    assert json.loads(text) == tree_of(text) == tree_of(text.encode())


@given(st.lists(trees, min_size=1, max_size=4), st.sampled_from(["\n", "\n\n", "\r\n", "\n \t\n"]))
def test_json_lines_are_one_document_a_line(several: list[object], between: str) -> None:
    """One value a line, blank lines skipped, and each document knows its line."""
    text = between.join(json.dumps(tree, ensure_ascii=False) for tree in several)

    documents = read(text)

    assert several == [document.tree for document in documents]
    step = between.count("\n")
    assert [1 + step * n for n in range(len(several))] == [document.start_line for document in documents]
    assert {"json"} == {document.format for document in documents}


@given(yaml_trees_, st.sampled_from([None, False, True]), st.sampled_from(LOADERS))
@settings(deadline=None)
def test_yaml_is_read_as_it_was_written(tree: object, flow: bool | None, loader: type) -> None:
    """A tree that PyYAML wrote in any style is the same tree again, with the C parser and with the Python one."""
    text = yaml.safe_dump(tree, default_flow_style=flow)

    with mock.patch.object(yaml_trees, "_LOADER", loader):
        (document,) = yaml_trees.parse_yaml(text)

    assert tree == document.root.value


@pytest.mark.parametrize("loader", LOADERS)
def test_yaml_scalars_mean_what_they_mean_in_json(loader: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only true, false, null, nothing and JSON's numbers are special; Norway and leading zeros stay text."""
    monkeypatch.setattr(yaml_trees, "_LOADER", loader)
    texts = ["NO", "00000000000000000071", "2018-01-01", "0x1F", "1_000", ".5", "5.", "+1", "yes", "~", "True", "NULL"]
    texts += [".inf", ".nan", "1:30", "0o7", "\u0661", "12e", "on", "off", "y", "=", "US-WA"]
    special = {"true": True, "false": False, "null": None, "": None, "-0": 0, "98": 98, "1.5": 1.5, "-2e3": -2000.0}
    expected = [*texts, *special.values()]

    actual = tree_of("".join(f"- {scalar}\n" for scalar in [*texts, *special]))

    assert isinstance(actual, list)
    assert expected == actual
    assert [type(value) for value in expected] == [type(value) for value in actual]


@pytest.mark.parametrize("scalar", ['"98"', "'98'", "!!str 98", "|-\n  98", ">-\n  98"])
def test_quotes_make_a_text(scalar: str) -> None:
    """Quoted and block scalars, and what is tagged !!str, are text."""
    assert tree_of(f"a: {scalar}\n") == {"a": "98"}


def test_yaml_keys_are_the_text_that_is_written() -> None:
    """A key is never a number, a boolean or null."""
    assert tree_of("40: 1\nNO: 2\nnull: 3\n1.0: 4\n'true': 5\n") == {"40": 1, "NO": 2, "null": 3, "1.0": 4, "true": 5}


def test_anchors_are_read() -> None:
    """A modest alias stands for its value, also for one that was named on a key."""
    assert tree_of("&k a: &us [US]\nb: *us\nc: *k\n") == {"a": ["US"], "b": ["US"], "c": "a"}


@pytest.mark.parametrize("loader", LOADERS)
def test_yaml_of_several_documents(loader: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `---` begins a document that knows its line; empty ones are skipped as blank lines are."""
    monkeypatch.setattr(yaml_trees, "_LOADER", loader)
    text = "# one\na: 1\n---\nb:\n  - 2\n...\n%YAML 1.1\n---\nc: 3\n---\n"

    documents = read(text)

    assert [document.tree for document in documents] == [{"a": 1}, {"b": [2]}, {"c": 3}]
    assert [d.locate(p) for d, p in zip(documents, [("a",), ("b", 0), ("c",)], strict=True)] == [(2, 4), (5, 5), (9, 4)]


@pytest.mark.parametrize("text", ["{a: 1}", "{'a': 1}", '{"a": 1,}', '{\n  "a": 1, # why\n}', "{a: 1} # why"])
def test_flow_style_is_yaml(text: str) -> None:
    """What begins as JSON and is not, but is YAML, is read as YAML."""
    (document,) = read(text)

    assert (document.tree, document.format) == ({"a": 1}, "yaml")


@pytest.mark.parametrize("content", ['{"a": "é"}', "a: é\n"])
def test_a_byte_order_mark_is_skipped(content: str) -> None:
    """UTF-8 with its mark is UTF-8, from bytes and from text."""
    assert {"a": "é"} == tree_of(content.encode("utf-8-sig")) == tree_of("\ufeff" + content)


def test_the_file_name_does_not_matter(tmp_path: Path) -> None:
    """JSON in a .yaml file and YAML in a .json file are read by content; a path may be a str or a Path."""
    (tmp_path / "hit.yaml").write_text('{"a": [1]}')
    (tmp_path / "hit.json").write_text("a:\n- 1\n")

    first, second = read_document(tmp_path / "hit.yaml"), read_document(str(tmp_path / "hit.json"))

    assert {"a": [1]} == first.tree == second.tree
    assert [first.format, second.format] == ["json", "yaml"]
    assert str(tmp_path / "hit.yaml") == first.name


def test_streams_have_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input is `<stdin>`, an open file is its path, anything else is `<stream>`."""
    path = tmp_path / "a.json"
    path.write_text("[1]")
    with path.open() as text_file, path.open("rb") as binary_file:
        names = [read_document(text_file).name, read_document(binary_file).name, read_document(io.StringIO("[]")).name]
    monkeypatch.setattr(sys, "stdin", io.StringIO("[1]"))
    names.append(read_document(sys.stdin).name)

    assert [str(path), str(path), "<stream>", "<stdin>"] == names


def test_standard_input_is_read_as_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code page of a console does not garble what is piped in."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO('["é"]'.encode()), encoding="cp1252"))

    assert read_document(sys.stdin).tree == ["é"]


def test_a_stream_is_read_to_its_end() -> None:
    """A stream that gives a little at a time is read whole."""

    class Trickle(io.StringIO):
        def read(self, size: int | None = -1, /) -> str:
            return super().read(min(size or 3, 3))

    assert read_document(Trickle("[1, 2, 3, 4]")).tree == [1, 2, 3, 4]


def test_nesting_is_read_to_a_hundred() -> None:
    """A hundred levels are read, as JSON and as YAML; one more is one too many."""
    deep = "[" * 100 + "]" * 100

    assert deep == json.dumps(tree_of(deep)) == json.dumps(tree_of("# c\n" + deep))
    assert refusal(f"[{deep}]") == "line 1, column 101: objects and lists nested more than 100 deep; flatten it"
    assert refusal(f"# c\n[{deep}]") == "line 2, column 101: objects and lists nested more than 100 deep; flatten it"


# --- where things are


@given(trees, st.sampled_from([None, 0, 2]))
def test_every_path_of_json_is_located(tree: object, indent: int | None) -> None:
    """At the place that `locate` names stands the value of the path."""
    document = read_document(io.StringIO(json.dumps(tree, indent=indent)))

    for path, value in paths_in(tree):
        found, _ = json.JSONDecoder().raw_decode(text_from(document.text, document.locate(path)))

        assert value == found


@given(st.sampled_from(LOADERS), st.data())
def test_every_path_of_yaml_is_located(loader: type, data: st.DataObject) -> None:
    """The same in block and in flow style: every number is unique, and stands at its place."""
    counter = iter(range(10**6, 10**7))
    leaves = st.builds(lambda: next(counter))
    shapes = st.recursive(leaves, lambda v: st.lists(v, max_size=3) | st.dictionaries(plain_texts, v, max_size=3))
    tree = data.draw(st.lists(shapes, min_size=1, max_size=3))
    text = yaml.safe_dump(tree, default_flow_style=data.draw(st.sampled_from([None, False, True])))

    with mock.patch.object(yaml_trees, "_LOADER", loader):
        document = Document(tree, "x", text, format="yaml")
        places = {path: document.locate(path) for path, value in paths_in(tree) if isinstance(value, int)}

    for path, place in places.items():
        value: object = tree
        for part in path:
            value = value[part]  # type: ignore[index]
        assert text_from(text, place).startswith(str(value))


@pytest.mark.parametrize("text", ['{\n "a": [1, {"b": 2}]\n}', "a: [1, {b: 2}]\n", "a:\n- 1\n- {b: 2}\n"])
def test_a_path_that_is_not_there_is_located_at_its_nearest_ancestor(text: str) -> None:
    """What is missing is missing from something, and that has a place."""
    document = read_document(io.StringIO(text))

    assert document.locate(("a", 1)) == document.locate(("a", 1, "c", 0, "d"))
    assert (
        document.locate(("a",))
        == document.locate(("a", 7))
        == document.locate(("a", "b"))
        == document.locate(("a", -1))
    )
    assert document.locate(()) == document.locate(("A",)) == document.locate((0,))


def test_a_path_through_an_alias_leads_to_where_the_value_is_written() -> None:
    """The mend is to be made there."""
    document = read_document(io.StringIO("a: &x {k: 1}\nb: *x\n"))

    assert document.locate(("b", "k")) == (1, 11)


def test_lines_count_from_the_start_of_the_file() -> None:
    """A problem of the second line of JSON Lines is in line 2, whatever ends the lines."""
    documents = read('\ufeff{"a": 1}\r\n\r\n{"a": [1, 2]}\r\n')

    assert documents[1].locate(("a", 1)) == (3, 11)


def test_a_tree_without_its_text_has_no_places() -> None:
    """A document that was made by hand answers None, and leaves an error's problems as they are."""
    document = Document({"a": 1}, "<dict>", "")

    assert document.locate(("a",)) is None
    assert str(document.located(InvalidInput(Problem("wrong", ("a",))))) == "<dict>: a: wrong"
    assert Document({"a": 1}, "x", "", format="yaml").locate(("a",)) is None


def test_errors_are_located() -> None:
    """Every problem gets its line and column, keeps them if it has them, and the error gets the name of the input."""
    document = Document({}, "hit.json", '{"a": 1,\n "b": [true]}', start_line=5)
    known = Problem("known", ("a",), line=1, column=1)

    located = document.located(InvalidInput([Problem("wrong", ("b", 0), "mend it"), known]))

    assert [Problem("wrong", ("b", 0), "mend it", 6, 8), known] == list(located.problems)
    assert located.source == "hit.json"


# --- what is refused: JSON


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1 "b": 2}', '1, column 9: not JSON: a comma is missing before `"b"`; put one there'),
        ('{"a": 1\n "b": 2}', '2, column 2: not JSON: a comma is missing before `"b"`; put one there'),
        ('[{"a": 1}\n{"b": 2}]', "2, column 1: not JSON: a comma is missing before `{`; put one there"),
        ('[1,\n,] "', "2, column 1: not JSON: expected a value, got `,`"),
        ('{"a" 1}', "1, column 6: not JSON: expected a colon after the key, got `1`"),
        ("{,}", "1, column 2: not JSON: expected a key in double quotes, got `,`"),
        ("[True, {]", "1, column 2: not JSON: expected a value, got `True`; write `true`"),
        ("['a', {]", "1, column 2: not JSON: a text in single quotes; use double quotes"),
        ('{"a": [1, ], {', "1, column 9: not JSON: a comma before the closing bracket; remove it"),
        ("[1] // why", "1, column 5: not JSON: a comment, which JSON does not have; remove it"),
        ('{"a": 1]', "1, column 8: not JSON: expected a comma or the closing bracket, got `]`"),
        ('{"a": 1}}', "1, column 9: not JSON: `}` follows the end of the value; remove it"),
        (
            '{"a":\n1}\n{"b":\n2}',
            "3, column 1: not JSON: `{` follows the end of the value; "
            "write several values one on each line, or as a list",
        ),
        (
            '{"a": [1\n\n',
            "1, column 9: not JSON: the text ends before its last bracket is closed; is the file complete?",
        ),
        ("{", "1, column 2: not JSON: the text ends before its last bracket is closed; is the file complete?"),
        (
            '{"a": "x',
            "1, column 7: not JSON: the text in quotes that begins here is not closed; close it with a double quote",
        ),
        (
            '{"a": "x\n "b": 1}',
            "1, column 9: not JSON: the line ends inside a text in quotes; "
            "close the quotes, or write the line break as `\\n`",
        ),
        ('["C:\\q"]', "1, column 5: not JSON: no such escape in a text; write a backslash as `\\\\`"),
        ('["\\u12"]', "1, column 4: not JSON: no such escape in a text; write a backslash as `\\\\`"),
        (
            '["\x07"]',
            "1, column 3: not JSON: a text holds the control character U+0007; write it as an escape such as `\\t`",
        ),
    ],
)
def test_broken_json_is_reported_in_words(text: str, expected: str) -> None:
    """The place is where the mend is to be made, and the words say what to type."""
    assert f"line {expected}" == refusal(text)


def test_a_broken_line_is_reported_as_a_line_of_json_lines() -> None:
    """In JSON Lines every line that is broken is named, whether or not the first one is."""
    end = "not JSON Lines: the text ends before its last bracket is closed; in JSON Lines, a value stands on one line"
    broken = '{"a": 1}\n\n{"b": 2\n{"c": 3}\n{"d" 4}\n'

    expected = f"2 problems\n  line 3, column 8: {end}\n  line 5, column 6: not JSON Lines: expected a colon"

    assert f"{expected} after the key, got `4`" == refusal(broken)
    assert f"line 1, column 8: {end}" == refusal('{"a": 1\n{"b": 2}\n{"c": 3}\n')
    assert refusal('{"a": 1}\noops\n') == "line 2, column 1: not JSON Lines: expected a value, got `oops`"


def test_json_lines_are_refused_for_what_json_is_refused_for() -> None:
    """All lines are looked at, also for what is more than grammar."""
    expected = [
        "3 problems",
        "  line 2, column 9: a: the key `a` is written a second time; keep one of the two",
        "  line 3, column 7: a: `NaN` is not a JSON number; leave it out, or write null",
        "  line 4, column 1: expected an object or a list, got `5`",
    ]

    assert "\n".join(expected) == refusal('{"a": 1}\n{"a":1, "a":2}\n{"a": NaN}\n5\n')


@pytest.mark.parametrize("before", ["", "# YAML\n"])
def test_duplicate_keys_are_refused_all_at_once(before: str) -> None:
    """Each is named with its path and the place where it is written again, in JSON and in YAML."""
    line = 1 + before.count("\n")
    expected = [
        "2 problems",
        f"  line {line}, column 32: b.c[1].d: the key `d` is written a second time; keep one of the two",
        f"  line {line + 1}, column 1: a: the key `a` is written a second time; keep one of the two",
    ]

    assert "\n".join(expected) == refusal(before + '{"a": 1, "b": {"c": [1,{"d": 1,"d": {}}]},\n"a": 2}')


def test_keys_are_compared_as_they_are_read() -> None:
    """An escape does not hide that a key is the same; a key of another object is another key."""
    assert (
        refusal('{"a": 1, "\\u0061": 2}')
        == "line 1, column 10: a: the key `a` is written a second time; keep one of the two"
    )
    assert tree_of('[{"a": 1}, {"a": 1}]') == [{"a": 1}, {"a": 1}]


def test_numbers_that_cannot_be_held_are_refused() -> None:
    """NaN and infinities are not JSON, and neither an int nor a float is made of what is too large."""
    expected = [
        "5 problems",
        "  line 1, column 2: [0]: `NaN` is not a JSON number; leave it out, or write null",
        "  line 1, column 7: [1]: `Infinity` is not a JSON number; leave it out, or write null",
        "  line 1, column 23: [2].x: `-Infinity` is not a JSON number; leave it out, or write null",
        "  line 1, column 35: [3]: this number is too large for a float; is a text meant? put it in quotes",
        "  line 1, column 43: [4]: an integer of 5,000 digits, more than 4,300; is a text meant? put it in quotes",
    ]

    assert "\n".join(expected) == refusal('[NaN, Infinity, {"x": -Infinity}, -1e999, -' + "1" * 5000 + "]")
    assert "\n".join(["2 problems", "  line 1, column 4: a:" + expected[4].split(":", 2)[2]]) in refusal(
        "a: -1e999\nb: " + "1" * 5000
    )


def test_large_numbers_that_can_be_held_are_read() -> None:
    """An integer is exact whatever its size, and a float underflows as floats do."""
    assert tree_of("[1" + "0" * 4000 + ", 1e308, 1e-999]") == [10**4000, 1e308, 0.0]


def test_half_surrogate_pairs_are_refused() -> None:
    """No output could print them, so they end here; whole pairs and escaped backslashes are text."""
    expected = [
        "3 problems",
        "  line 1, column 2: [0]: `\\ud800` is half of a surrogate pair, no character; write both halves",
        "  line 1, column 13: [1]: `\\udc00` is half of a surrogate pair, no character; write both halves",
        "  line 1, column 23: [1].\\udc00: `NaN` is not a JSON number; leave it out, or write null",
    ]

    assert "\n".join(expected) == refusal('["\\ud800", {"\\udc00": NaN}]')
    assert tree_of('["\\\\ud800", "\\ud83d\\ude00", {"\\uD83D\\uDE00": 1}]') == ["\\ud800", "😀", {"😀": 1}]


@pytest.mark.parametrize("loader", LOADERS)
def test_half_surrogate_pairs_are_refused_in_yaml(loader: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever of PyYAML's parsers is installed, and in keys as well."""
    monkeypatch.setattr(yaml_trees, "_LOADER", loader)

    assert "write the character itself" in refusal('a: "\\ud800"')
    assert "write the character itself" in refusal('"\\udfff": 1')


# --- what is refused: YAML


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b: c", "1, column 5: $: a colon where no key can stand; put quotes around a text with `: ` in it"),
        ("a:\n\t- b", "2, column 1: $: a tab where spaces are expected; indent with spaces"),
        ("a: @b", "1, column 4: $: a value cannot begin with `@`; put it in quotes"),
        ('a: "b', "1, column 4: $: a text in quotes is not closed; close it"),
        ("a: [1\nb: 2", "2, column 2: $: a comma or the closing bracket is missing; close the bracket opened above"),
        ("- a\nb: 1", "2, column 1: $: this does not belong to the list above it; check the indentation"),
        (
            "b:\n  - 1\n - 2",
            "3, column 2: $: this does not belong to the keys above it; check the indentation and the quotes",
        ),
        ("a: *", "1, column 5: $: a name must follow `*`; put quotes around a text that begins with it"),
        ("a: &", "1, column 5: $: a name must follow `&`; put quotes around a text that begins with it"),
        ("a: |x", "1, column 5: $: `|` and `>` begin a text of many lines; put quotes around a text with them"),
        ("a: }", "1, column 4: $: a value is missing here; put quotes around a text of brackets and commas"),
        ("a: - b", "1, column 4: $: a list item (`- `) where none can stand; begin the list on a line of its own"),
        ("a: !x!y z", "1, column 4: $: tags (`!`) are not read; put quotes around a text that begins with `!`"),
        ("a: \x07", "1, column 4: $: the unprintable character U+0007; is this a text file, and saved as UTF-8?"),
        (
            "a: 1\n\ufeffb: 2",
            "2, column 1: $: the unprintable character U+FEFF; is this a text file, and saved as UTF-8?",
        ),
        ('"a" "b"', "1, column 5: $: a second value where the first has ended; put `---` on a line between documents"),
    ],
)
def test_broken_yaml_is_reported_in_words(
    loader: type, text: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same words whichever of PyYAML's parsers is installed."""
    monkeypatch.setattr(yaml_trees, "_LOADER", loader)

    assert "line " + expected.replace("$", "neither JSON nor YAML") == refusal(text)


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &a {x: 1}\nb:\n  <<: *a", "3, column 3: b.<<: merge keys (`<<`) are not read; write the merged keys out"),
        ("a:\n- *b", "2, column 3: a[0]: no anchor above is called `b`; a text that begins with `*` needs quotes"),
        ("a: &a [*a]", "1, column 8: a[0]: the value of the anchor `a` holds itself; write the value out"),
        ("? [1]\n: 2", "1, column 3: a key must be a text, not an object, a list or an alias; write the key itself"),
        (
            "a: &a x\n*a : 2",
            "2, column 1: a key must be a text, not an object, a list or an alias; write the key itself",
        ),
    ],
)
def test_yaml_that_json_cannot_say_is_refused(
    loader: type, text: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What YAML has beyond trees is refused by name."""
    monkeypatch.setattr(yaml_trees, "_LOADER", loader)

    assert f"line {expected}" == refusal(text)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("a: !!python/object/apply:os.system [ls]", "!!python/object/apply:os.system"),
        ("a: !!int '1'", "!!int"),
        ("a: !local x", "!local"),
        ("a: !!set {x}", "!!set"),
        ("!!int a: 1", "!!int"),
        ("--- !!map\na: 1", "!!map"),
    ],
)
def test_tags_are_refused(text: str, tag: str) -> None:
    """On scalars, lists, objects, keys and roots: nothing is made of a value but what it is in JSON."""
    message = refusal(text)

    assert f"tags are not read, got `{tag}`; remove it; quotes make a text" in message


def test_a_quoted_merge_key_is_a_key() -> None:
    """Only the bare `<<` means anything in YAML."""
    assert tree_of("'<<': 1") == {"<<": 1}


@pytest.mark.parametrize("loader", LOADERS)
def test_an_alias_bomb_does_not_explode(loader: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Aliases that would multiply a few lines into a billion values are refused, and at once."""
    monkeypatch.setattr(yaml_trees, "_LOADER", loader)
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{c}: &{c} [{', '.join(['*' + b] * 9)}]" for b, c in zip("abcdefgh", "bcdefghi", strict=True)]
    began = time.process_time()

    message = refusal("\n".join(lines))

    assert "the aliases stand for more than 100,000 values; write the values out" in message
    assert time.process_time() - began < 5


@pytest.mark.parametrize("loader", LOADERS)
def test_aliases_do_not_hide_depth(loader: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an alias stands for counts where it stands."""
    monkeypatch.setattr(yaml_trees, "_LOADER", loader)
    deep = "a: &a " + "[" * 60 + "]" * 60 + "\nb: " + "[" * 60 + "*a" + "]" * 60

    assert refusal(deep) == "line 2, column 64: objects and lists nested more than 100 deep; flatten it"


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("opening", ["[", '{"a":', "- ", "? ", "a: [", "{? ", "[\n", "# c\n[[", "{a: "])
def test_nesting_without_end_is_refused(loader: type, opening: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred thousand levels end neither in a RecursionError nor in the death of the process."""
    monkeypatch.setattr(yaml_trees, "_LOADER", loader)

    message = refusal(opening * 100_000)

    assert "nested more than 100 deep" in message or "not JSON" in message


# --- what is refused: anything


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "empty; expected an object or a list"),
        (b"\xef\xbb\xbf", "empty; expected an object or a list"),
        (" \n\t\r\n", "nothing but blanks; expected an object or a list"),
        ("# a\n\n# b", "nothing but comments and blanks; expected an object or a list"),
        ("---\n...\n", "nothing but comments and blanks; expected an object or a list"),
        ("null", "line 1, column 1: expected an object or a list, got `null`"),
        ("\n  true", "line 2, column 3: expected an object or a list, got `true`"),
        ("42", "line 1, column 1: expected an object or a list, got `42`"),
        ('"x"', "line 1, column 1: expected an object or a list, got the text `x`"),
        ("NO", "line 1, column 1: expected an object or a list, got the text `NO`"),
        (
            "read me\n" * 99,
            f"line 1, column 1: expected an object or a list, got the text `{('read me ' * 8)[:57]}...`",
        ),
        (b"\xff\xfe{\0}\0", "encoded as UTF-16, expected UTF-8; save it as UTF-8"),
        (b"\xfe\xff\0{\0}", "encoded as UTF-16, expected UTF-8; save it as UTF-8"),
        (b"\xff\xfe\0\0{\0\0\0", "encoded as UTF-32, expected UTF-8; save it as UTF-8"),
        (
            '{\n"é": "'.encode() + b'\xe9"}',
            "line 2, column 7: not UTF-8: the byte 0xe9 at offset 9; save it as UTF-8",
        ),
        ('["\udce9"]', "line 1, column 3: not UTF-8: the byte 0xe9; save it as UTF-8"),
        ("a: \ud800", "line 1, column 4: not UTF-8: the half pair U+D800; save it as UTF-8"),
    ],
)
def test_what_is_no_document_is_refused(content: str | bytes, expected: str) -> None:
    """The message says what was got and what to do."""
    assert expected == refusal(content)


def test_scalar_documents_are_all_refused() -> None:
    """Every document of a YAML stream must be an object or a list."""
    expected = [
        "2 problems",
        "  line 1, column 1: expected an object or a list, got the text `x`",
        "  line 5, column 1: expected an object or a list, got `5`",
    ]

    assert "\n".join(expected) == refusal("x\n---\na: 1\n---\n5\n")


def test_one_document_is_not_several() -> None:
    """Where one is expected the second is pointed at."""
    with pytest.raises(InvalidInput) as caught:
        read_document(io.StringIO('{"a": 1}\n\n{"b": 2}\n'))

    assert str(caught.value) == "<stream>: line 3, column 1: one value expected, found 2; the second begins here"


def test_a_flood_of_problems_is_cut() -> None:
    """Fifty are shown, and the last says that there may be more."""
    with pytest.raises(InvalidInput) as caught:
        read('{"a": 1}\n' + "garbage\n" * 1000)

    assert len(caught.value.problems) == 50
    assert str(caught.value).endswith("got `garbage`; more problems may follow")


@pytest.mark.parametrize("piece", ["a", '{"x', "garbage\n", "[1,\n", "1", '"', "\0"])
def test_large_garbage_fails_fast(piece: str) -> None:
    """Fifty megabytes of anything are refused in seconds and in few words."""
    text = piece * (50_000_000 // len(piece))
    began = time.process_time()

    message = refusal(text)

    assert len(message) < 200
    assert time.process_time() - began < 20


def test_yaml_is_refused_where_it_would_take_minutes() -> None:
    """More than 4 MiB of YAML are refused, with the way out; so much JSON is read."""
    message = refusal("- abcdefg\n" * 500_000)

    assert message == "not JSON, and YAML is read up to 4 MiB only; save it as JSON, or split it"
    assert len(tree_of(json.dumps(["abcdefg"] * 600_000))) == 600_000  # type: ignore[arg-type]


def test_input_without_end_is_refused() -> None:
    """A device or a pipe that never ends does not fill the memory."""

    class Endless(io.RawIOBase):
        def read(self, size: int = -1, /) -> bytes:
            return b" " * 2**24

    with pytest.raises(InvalidInput, match="larger than 256 MiB; split it into several files"):
        read_documents(Endless())  # type: ignore[arg-type]


# --- files that are not there


def not_found(source: str | Path | IO[str]) -> str:
    with pytest.raises(InputNotFound) as caught:
        read_documents(source)
    str(caught.value).encode()
    return str(caught.value)


def test_a_missing_file_names_the_one_that_was_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest name in the same folder, in the form in which the path was given."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hits").mkdir()
    (tmp_path / "hit.json").touch()
    (tmp_path / "hits" / "hit.json").touch()

    assert not_found("hit.jsno") == "no file hit.jsno; did you mean hit.json?"
    assert not_found("hits/HIT.JSON") == "no file hits/HIT.JSON; did you mean hits/hit.json?"
    assert not_found("other") == "no file other"
    assert not_found("hist/hit.json") == "no file hist/hit.json; there is no folder hist"
    assert not_found("hit.json/x") == "no file hit.json/x; there is no folder hit.json"
    assert not_found("") == "no file `''`"


def test_a_directory_is_not_a_file(tmp_path: Path) -> None:
    """A folder is refused with the way out."""
    assert f"{tmp_path} is a directory; name a file in it" == not_found(tmp_path)


def test_a_file_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason of the operating system is given, and it is a FileNotFoundError as well."""

    def refuse(*_: object) -> IO[bytes]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("qualeval.sources.texts.open", refuse, raising=False)

    assert not_found("hit.json") == "cannot read hit.json: permission denied"


def test_names_that_cannot_be_paths() -> None:
    """A name that no file can have, and a text in the place of a path, are answered in words."""
    assert not_found("a\0b") == "cannot read a\\x00b: embedded null byte"
    assert not_found("x" * 5000).startswith("cannot read xxx")
    assert len(not_found("x" * 5000)) < 300
    assert not_found("a\udce9") == "no file a\\udce9"
    expected = 'no file `{"a": 1}`; a string is taken as a path, so put text into an io.StringIO'
    assert expected == not_found('{"a": 1}')


def test_what_is_no_source_is_refused() -> None:
    """A tree or bytes in the place of a path are answered in words."""
    with pytest.raises(InvalidInput, match="<stream>: expected a path or an open file, got dict"):
        read_documents({"a": 1})  # type: ignore[arg-type]


def test_a_stream_that_cannot_be_read(tmp_path: Path) -> None:
    """A closed stream and one that is open for writing are InputNotFound; one of another encoding says so."""
    closed = io.StringIO("[]")
    closed.close()
    with (tmp_path / "out.json").open("w") as writing:
        assert f"cannot read {tmp_path / 'out.json'}: not readable" == not_found(writing)

    assert not_found(closed) == "cannot read <stream>: i/o operation on closed file"
    with pytest.raises(InvalidInput, match="not UTF-8: the byte 0xe9; save it as UTF-8"):
        read_documents(io.TextIOWrapper(io.BytesIO(b'["\xe9"]'), encoding="utf-8"))


# --- nothing else escapes


def read_or_refused(content: str | bytes) -> tuple[list[Document], str]:
    """The documents, or the message."""
    try:
        return read(content), ""
    except QualevalError as error:
        return [], str(error)


def only_our_errors(content: str | bytes) -> None:
    documents, message = read_or_refused(content)

    assert bool(documents) != bool(message)
    assert len(message.encode()) < 20_000
    for document in documents:
        assert document.locate(()) is not None
        assert json.dumps(document.tree, allow_nan=False, ensure_ascii=False).encode()
        assert isinstance(document.tree, (dict, list))


syntax = st.lists(
    st.sampled_from(
        [*"{}[]:,-?&*!|>'\"%@`#~ \n\t\r", "- ", ": ", "\n  ", "---\n", "...\n", "a", "1", "1e9", "true", "NaN"]
    )
    | st.sampled_from(
        ['"a"', '"a":', "\\", "\\ud800", "<<", "&a ", "*a", "!!str ", "é", "😀", "\x85", "\u2028", "\ufeff", "\0"]
    ),
    max_size=25,
).map("".join)


@given(st.text())
def test_any_text(text: str) -> None:
    """Whatever is in a text, it is read or refused by us."""
    only_our_errors(text)


@given(st.binary())
def test_any_bytes(content: bytes) -> None:
    """Whatever is in a file, it is read or refused by us."""
    only_our_errors(content)


@given(syntax)
@settings(max_examples=400)
def test_any_syntax(text: str) -> None:
    """The same for texts of what JSON and YAML are made of."""
    only_our_errors(text)


@given(syntax)
@settings(max_examples=400)
def test_both_parsers_read_the_same(text: str) -> None:
    """Where PyYAML's two parsers both take a text, it is the same tree with the same places."""
    results = []
    for loader in LOADERS:
        with mock.patch.object(yaml_trees, "_LOADER", loader):
            try:
                documents = yaml_trees.parse_yaml(text)
                results.append([document.root.value for document in documents])
            except InvalidInput:
                continue

    assert all(results[0] == result for result in results)


@given(trees, st.data())
def test_a_damaged_document(tree: object, data: st.DataObject) -> None:
    """A document with a piece cut out is read or refused by us."""
    text = json.dumps(tree, indent=data.draw(st.sampled_from([None, 1])))
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, len(text)))

    only_our_errors(text[:begin] + text[end:])


def test_files_are_closed(tmp_path: Path) -> None:
    """No descriptor is left open, whether the file is read or refused."""
    (tmp_path / "good.json").write_text("[]")
    (tmp_path / "bad.json").write_text("[")
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0

    read_document(tmp_path / "good.json")
    with pytest.raises(InvalidInput):
        read_document(tmp_path / "bad.json")

    assert before == (len(os.listdir("/proc/self/fd")) if before else 0)


# --- what is to be refused though it can be read


@pytest.mark.parametrize(
    ("text", "trees"),
    [
        ('{"a": 1, "a": 2}', [{"a": 2}]),
        ('{"a": 1, "a": 2}\n{"b": 1}\n', [{"a": 2}, {"b": 1}]),
        ("a: 1\na: 2\n", [{"a": 2}]),
        ("b: &b {x: 1, y: 1}\nc: {<<: *b, x: 2}", [{"b": {"x": 1, "y": 1}, "c": {"x": 2, "y": 1}}]),
        ("b: &b {x: 1, y: 1}\nc: {x: 2, <<: *b}", [{"b": {"x": 1, "y": 1}, "c": {"x": 2, "y": 1}}]),
        ("<<: [{x: 1}, {x: 2, y: 3}]", [{"x": 1, "y": 3}]),
        ("<<: {x: 1}\n<<: {y: 2}\nz: &z {<<: {a: 1}}\nw: {<<: *z}", [{"x": 1, "y": 2, "z": {"a": 1}, "w": {"a": 1}}]),
        ("<<: 5\na: 1", [{"a": 1}]),
        ("a: 1\n---\nb: {c: 1, c: 2}\n---\nd: 1", [{"a": 1}, {"b": {"c": 2}}, {"d": 1}]),
    ],
)
def test_doubtful_documents(text: str, trees: list[object]) -> None:
    """The last of a key's values counts, and what is merged where nothing else is said; the strict reader refuses."""
    documents = doubtful_documents(text, "text")

    assert [document.tree for document in documents] == trees
    with pytest.raises(InvalidInput) as caught:
        read(text)
    assert [each for document in documents for each in document.problems] == list(caught.value.problems)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": NaN}', '{"a": 1, "a": "\\ud800"}', '{"a": 1, "a": 2}\n{"a": NaN}\n',
        "a: 1\na: !!int 2", "a: 1\na: 2\n---\n5",
    ],
)  # fmt: skip
def test_what_leaves_a_doubt_of_the_tree_is_not_read(text: str) -> None:
    """Beside other problems a key that is written twice is one of them, and there is no document."""
    with pytest.raises(InvalidInput) as caught:
        doubtful_documents(text, "text")

    assert len(caught.value.problems) == 2


def test_each_document_has_its_own_problems() -> None:
    """Those of the ones before are not repeated."""
    documents = doubtful_documents("a: 1\na: 2\n---\nb: 1\n---\nc: 1\nc: 2\n", "text")

    assert [[each.line for each in document.problems] for document in documents] == [[2], [], [7]]
