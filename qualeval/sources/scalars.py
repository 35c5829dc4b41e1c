"""How a new text, number, boolean or null is written in the place of an old one, in the manner of the old one.

This module does not know which values change, nor what they mean.
"""

from __future__ import annotations

import json
import re
from typing import TypeAlias

import yaml

from qualeval.errors import InvalidInput
from qualeval.sources.nodes import Node
from qualeval.sources.removals import Splice, after_colon
from qualeval.sources.yaml_trees import parse_yaml

__all__ = ["Scalar", "json_scalar", "yaml_key", "yaml_value"]

Scalar: TypeAlias = str | bool | int | None

_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*")
_RESOLVER = yaml.resolver.Resolver()


def json_scalar(value: Scalar, is_ascii: bool) -> str:
    """A scalar in JSON; `is_ascii` says that every other character is written as an escape."""
    return json.dumps(value, ensure_ascii=is_ascii)


def yaml_key(text: str, span: tuple[int, int], name: str, in_flow: bool) -> list[Splice]:
    """Another name in the place of a key."""
    probe = "{%s: 0}" if in_flow else "%s: 0"
    return [Splice(*span, _written(name, text[slice(*span)], probe, {name: 0}))]


def yaml_value(text: str, node: Node, value: Scalar, in_flow: bool) -> list[Splice]:
    """Another scalar in the place of the one of `node`, which may be written as nothing at all."""
    probe = "{k: %s}" if in_flow else "k: %s"
    new = _written(value, text[node.start : node.end], probe, {"k": value})
    if node.start == node.end:
        return [_in_the_place_of_nothing(text, node, new)]
    header = _BLOCK_HEADER.match(text, node.start)
    if header is None:
        return [Splice(node.start, node.end, new)]
    line_end = text.find("\n", header.end())  # a comment may stand before it
    rest = [Splice(line_end, node.end)] if 0 <= line_end < node.end else []
    return [Splice(header.start(), header.end(), new), *rest]


def _in_the_place_of_nothing(text: str, node: Node, new: str) -> Splice:
    # The parsers do not agree on where nothing stands.
    at = node.start if node.key is None else after_colon(text, node.key[1])
    if node.key is not None and at is None:  # {a, b}
        return Splice(node.key[1], node.key[1], f": {new}")
    return Splice(at or 0, at or 0, f" {new}")


def _written(value: Scalar, old: str, probe: str, expected: object) -> str:
    """A scalar in YAML: in the quotes of the old one, or without like it where they are not needed, else in double."""
    if not isinstance(value, str):
        return json.dumps(value)
    if old[:1] == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if old[:1] not in ("'", '"') and _is_plain(value, probe, expected):
        return value
    return "".join(char if char.isprintable() else _escape(char) for char in json.dumps(value, ensure_ascii=False))


def _is_plain(value: str, probe: str, expected: object) -> bool:
    """Whether a text needs no quotes: for us, nor for those who take `NO` for false and `0071` for a number."""
    tag: object = _RESOLVER.resolve(yaml.ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
    if tag != "tag:yaml.org,2002:str" or not value.isprintable():
        return False
    try:
        return [document.root.value for document in parse_yaml(probe % value)] == [expected]
    except InvalidInput:
        return False


def _escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
