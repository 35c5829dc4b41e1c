"""JSON text to plain trees, more strictly than the standard library reads it, and back from a path to its offset.

Refused beyond the grammar: keys written twice, NaN and infinities, numbers too large to hold, half surrogate pairs
(which no output could print), and nesting deeper than `MAX_DEPTH`. The fast parser only notices that there is something
to refuse; a slow second pass over the text then says what and where, so that a sound file pays for none of it.

This module does not know files, nor that there are other formats.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Sequence
from typing import Any

from attrs import define, field

from qualeval.errors import InvalidInput, Path, Problem, show
from qualeval.sources.nodes import Node, offsets
from qualeval.sources.places import MAX_DEPTH, MAX_PROBLEMS, Trie, position, problem_at, trie

__all__ = ["NotJSON", "find_json", "json_nodes", "number_problem", "parse_json", "read_json"]

_BLANKS = re.compile(r"[ \t\n\r]*+")
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{},:]|[^\s\[\]{},:"]++', re.DOTALL)
_WORD = re.compile(r'[\w.+-]++|"[^"\\\n]*+"?|\S', re.ASCII)
# Escapes are consumed from left to right, so that the `\\` of `"\\ud800"` is not half of a `\u`.
_ESCAPE = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F])|\\.", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONSTANTS = ("NaN", "Infinity", "-Infinity")
_DECODER = json.JSONDecoder()


class NotJSON(InvalidInput):
    """The text breaks the grammar of JSON, so that it may be something else; any other InvalidInput is about JSON."""


def parse_json(text: str, format: str = "JSON") -> object:
    """The tree that `text` denotes. Raises NotJSON, in which the text is called `not {format}`, and InvalidInput."""
    tree, problems = read_json(text, format)
    if problems:
        raise InvalidInput(problems)
    return tree


def read_json(text: str, format: str = "JSON") -> tuple[object, tuple[Problem, ...]]:
    """The tree, and what is to be refused in it though it can be read: keys written twice, of which the last counts.

    Raises as `parse_json` does where no tree can be had.
    """
    try:
        tree, is_doubtful = _decode(text)
    except RecursionError:
        raise InvalidInput(_too_deep(text)) from None
    except json.JSONDecodeError as error:
        raise NotJSON(_syntax_problem(error, format)) from None
    inspector = _Inspector(text)
    problems = inspector.problems() if is_doubtful or _has_half_pair(text) else []
    if _is_deep(text, tree):
        problems.append(_too_deep(text))
    if len(problems) > inspector.twice or len(problems) >= MAX_PROBLEMS:
        raise InvalidInput(problems)
    return tree, tuple(problems)


def number_problem(token: str) -> str | None:
    """Why the JSON number `token` cannot be held as an int or a float, or None."""
    if set(token) & set(".eE"):
        return "this number is too large for a float" if math.isinf(float(token)) else None
    digits, limit = len(token.lstrip("-")), sys.get_int_max_str_digits() or 4300
    return f"an integer of {digits:,} digits, more than {limit:,}" if digits > limit else None


def find_json(text: str, paths: Sequence[Path]) -> dict[Path, int]:
    """The offsets at which the values of `paths` (or of their nearest ancestors) begin, in a text that was parsed."""
    return offsets(json_nodes(text, paths), paths)


def json_nodes(text: str, paths: Sequence[Path]) -> Node:
    """The root of a text that was parsed. What no path leads into has no parts; the values are those of the tree."""
    return _node(text, _after_blanks(text, 0), trie(paths))


def _decode(text: str) -> tuple[object, bool]:
    """The tree as the standard library reads it, and whether a hook saw something in it that is to be refused."""
    doubts: list[str] = []

    def keyed(pairs: list[tuple[str, object]]) -> dict[str, object]:
        tree = dict(pairs)
        if len(tree) != len(pairs):
            doubts.append("duplicate keys")
        return tree

    def real(token: str) -> float:
        if math.isinf(value := float(token)):
            doubts.append(token)
        return value

    def integer(token: str) -> int:
        doubts.append(token)
        return 0 if number_problem(token) else int(token)

    hooks = {"object_pairs_hook": keyed, "parse_constant": doubts.append, "parse_float": real}
    try:
        return json.loads(text, **hooks), bool(doubts)  # type: ignore[arg-type]
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer of too many digits; the text after it has yet to be read
        return json.loads(text, **hooks, parse_int=integer), True  # type: ignore[arg-type]


def _has_half_pair(text: str) -> bool:
    """Whether an escape denotes half of a surrogate pair."""
    return ("\\ud" in text or "\\uD" in text) and any(match[1] for match in _ESCAPE.finditer(text))


def _is_deep(text: str, tree: object) -> bool:
    """Whether the tree is nested too deeply. Few brackets cannot be, and spare most texts the walk."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    layer = [tree]
    for _ in range(MAX_DEPTH):
        layer = [
            child
            for node in layer
            if isinstance(node, (dict, list))
            for child in (node.values() if isinstance(node, dict) else node)
        ]
    return any(isinstance(node, (dict, list)) for node in layer)


def _after_blanks(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return blanks.end() if blanks else at


def _node(text: str, at: int, wanted: Trie, key: tuple[int, int] | None = None) -> Node:
    """The node of the value at `at`, opened as far as it is wanted."""
    if not wanted or text[at] not in "{[":
        return Node(None, at, end=_DECODER.raw_decode(text, at)[1], key=key)
    start, span, parts = at, None, dict[Any, Node]()
    at = _after_blanks(text, at + 1)
    while text[at] not in "}]":
        step: str | int = len(parts)
        if text[start] == "{":
            step, end = _DECODER.raw_decode(text, at)
            span, at = (at, end), _after_blanks(text, _after_blanks(text, end) + 1)
        part = parts[step] = _node(text, at, wanted.get(step, {}), span)
        at = _after_blanks(text, part.end)
        at = _after_blanks(text, at + 1) if text[at] == "," else at
    return Node(None, start, parts if text[start] == "{" else list(parts.values()), end=at + 1, key=key)


@define
class _Level:
    """An object or list that is open: the key or index that has been reached, and the keys seen so far."""

    is_object: bool
    awaits_key: bool
    key: str | int = 0
    keys: set[str] = field(factory=set)


@define
class _Inspector:
    """The second pass over a text that the parser took: what in it is to be refused, and how many keys stand twice."""

    text: str
    found: list[Problem] = field(factory=list)
    twice: int = 0
    levels: list[_Level] = field(factory=list)

    def problems(self) -> list[Problem]:
        """All that is to be refused, in the order of the text, up to MAX_PROBLEMS."""
        for match in _TOKEN.finditer(self.text):
            self._take(match[0], match.start())
            if len(self.found) >= MAX_PROBLEMS:
                break
        return self.found

    def _take(self, token: str, at: int) -> None:
        level = self.levels[-1] if self.levels else None
        match token[0]:
            case "{":
                self.levels.append(_Level(is_object=True, awaits_key=True))
            case "[":
                self.levels.append(_Level(is_object=False, awaits_key=False))
            case "}" | "]":
                del self.levels[-1:]
            case "," if level is not None:
                level.awaits_key = level.is_object
                level.key = level.key + 1 if isinstance(level.key, int) else level.key
            case '"' if level is not None and level.awaits_key:
                self._key(level, token, at)
            case '"':
                self._text(token, at)
            case _:
                self._number(token, at)

    def _key(self, level: _Level, token: str, at: int) -> None:
        # A path must be printable, whatever the key holds.
        key = json.loads(token).encode("utf-8", "backslashreplace").decode()
        self._text(token, at)
        level.awaits_key, level.key = False, key
        if key in level.keys:
            self._refuse(at, f"the key {show(key)} is written a second time", "keep one of the two")
            self.twice += 1
        level.keys.add(key)

    def _text(self, token: str, at: int) -> None:
        half = _SURROGATE.search(json.loads(token)) if "\\u" in token else None
        if half:
            self._refuse(at, f"`\\u{ord(half[0]):04x}` is half of a surrogate pair, no character", "write both halves")

    def _number(self, token: str, at: int) -> None:
        if token in _CONSTANTS:
            self._refuse(at, f"`{token}` is not a JSON number", "leave it out, or write null")
        elif token[0] in "-0123456789" and (message := number_problem(token)):
            self._refuse(at, message, "is a text meant? put it in quotes")

    def _refuse(self, at: int, message: str, help: str) -> None:
        path = tuple(level.key for level in self.levels if not level.awaits_key)
        self.found.append(problem_at(self.text, at, message, path, help))


def _too_deep(text: str) -> Problem:
    """The problem with the first bracket that opens a level too many. The text need not be sound after it."""
    depth = at = 0
    for match in _TOKEN.finditer(text):
        depth += (match[0] in ("{", "[")) - (match[0] in ("}", "]"))
        if depth > MAX_DEPTH:
            at = match.start()
            break
    return problem_at(text, at, f"objects and lists nested more than {MAX_DEPTH} deep", help="flatten it")


_TRAILING_COMMA = "a comma before the closing bracket"


def _syntax_problem(error: json.JSONDecodeError, format: str) -> Problem:
    """The parser's complaint in words that say what to type."""
    at = _after_blanks(error.doc, error.pos)
    message, help = _in_a_string(error, at) or _between_values(error, at, format)
    if message == _TRAILING_COMMA:
        at = error.doc.rindex(",", 0, at + 1)  # Python 3.13 points at the comma already, the others at the bracket
    # The last line of most files ends with a newline: an end that comes too early is shown before that, not after.
    shown = at if at < len(error.doc) else len(error.doc.rstrip())
    line, column = position(error.doc, error.pos if error.msg.startswith("Invalid control") else shown)
    return Problem(f"not {format}: {message}", (), help, line, column)


def _in_a_string(error: json.JSONDecodeError, at: int) -> tuple[str, str] | None:
    """The complaint and the mend for what is wrong inside quotes."""
    character = error.doc[error.pos : error.pos + 1]
    match error.msg.split()[:2]:
        case ["Unterminated", "string"]:
            return "the text in quotes that begins here is not closed", "close it with a double quote"
        case ["Invalid", "control"] if character in "\n\r":
            return "the line ends inside a text in quotes", "close the quotes, or write the line break as `\\n`"
        case ["Invalid", "control"]:
            return f"a text holds the control character U+{ord(character):04X}", "write it as an escape such as `\\t`"
        case ["Invalid", r"\escape"] | ["Invalid", r"\escape:"] | ["Invalid", r"\uXXXX"]:
            return "no such escape in a text", "write a backslash as `\\\\`"
    return None


def _between_values(error: json.JSONDecodeError, at: int, format: str) -> tuple[str, str]:
    """The complaint and the mend for what is wrong outside quotes, judged by what stands there more than by `msg`."""
    text, msg = error.doc, error.msg
    word = _WORD.match(text, at)
    ahead = text[at : at + 1]
    behind = text[max(0, error.pos - 1000) : error.pos].rstrip()[-1:]
    if ahead == "":
        help = "in JSON Lines, a value stands on one line" if format == "JSON Lines" else "is the file complete?"
        return "the text ends before its last bracket is closed", help
    got = show(word[0] if word else ahead)
    if msg.startswith("Illegal trailing comma") or (ahead in "]}" and behind == ","):
        return _TRAILING_COMMA, "remove it"
    if ahead == "'":
        return "a text in single quotes", "use double quotes"
    if ahead == "#" or text.startswith(("//", "/*"), at):
        return "a comment, which JSON does not have", "remove it"
    if msg.startswith("Extra data"):
        help = "remove it" if ahead in "]}," else "write several values one on each line, or as a list"
        return f"{got} follows the end of the value", help
    return _missing(msg, ahead, got)


def _missing(msg: str, ahead: str, got: str) -> tuple[str, str]:
    """The complaint and the mend where something else should stand."""
    constants = {"`True`": "true", "`False`": "false", "`None`": "null", "`undefined`": "null"}
    if msg.startswith("Expecting ','") and (ahead in '"{[-' or ahead.isalnum()):
        return f"a comma is missing before {got}", "put one there"
    if msg.startswith("Expecting ','"):
        return f"expected a comma or the closing bracket, got {got}", ""
    if msg.startswith("Expecting ':'"):
        return f"expected a colon after the key, got {got}", ""
    if msg.startswith("Expecting property name"):
        return f"expected a key in double quotes, got {got}", ""
    return f"expected a value, got {got}", f"write `{constants[got]}`" if got in constants else ""
