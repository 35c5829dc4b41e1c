"""The model of the service, as a check: what of a request or an answer the model does not allow.

The check is AWS's own, as far as it is known: botocore looks at types and required members alone, the service also at
lengths, patterns, enumerations and ranges. This module knows the form of a model (`service-2.json` of botocore), and
neither Mechanical Turk nor where a model is found.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeAlias

from attrs import field, frozen

from qualeval.errors import nearest, show
from qualeval.sources.structure import described

__all__ = ["JSON", "Operation", "ServiceModel", "Violation"]

JSON: TypeAlias = dict[str, Any]
"""An object of JSON."""

_Path: TypeAlias = tuple[str | int, ...]

_SHOWN = 300
"""So many characters of a value are quoted."""


@frozen
class Violation:
    """One thing that the model does not allow.

    `path` leads to it, `words` say what was expected: for a value of another JSON type, or one under a key that the
    model does not have (`is_form`), they are ours; else they are AWS's (grade C: the form of other services).
    """

    path: _Path
    words: str
    value: object = None
    is_form: bool = False

    @property
    def place(self) -> str:
        """The path as AWS writes it: `qualificationRequirements.1.member.comparator`, counted from one."""
        return ".".join(f"{part + 1}.member" if isinstance(part, int) else _lowered(part) for part in self.path)

    def __str__(self) -> str:
        if self.is_form:
            return f"{self.words} at '{self.place}'" if self.path else self.words
        shown = "null" if self.value is None else f"'{_short(self.value)}'"
        return f"Value {shown} at '{self.place}' failed to satisfy constraint: {self.words}"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _lowered(name: str) -> str:
    return name[:1].lower() + name[1:]


@frozen
class _Shape:
    """One shape of the model. `members` are those of a structure, `member` is that of a list."""

    kind: str
    members: Mapping[str, str] = field(factory=dict)
    required: tuple[str, ...] = ()
    member: str = ""
    least: int | None = None
    most: int | None = None
    pattern: str = ""
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> _Shape:
        """The shape that a model writes so."""
        return cls(
            written["type"],
            {name: member["shape"] for name, member in written.get("members", {}).items()},
            tuple(written.get("required", ())),
            written.get("member", {}).get("shape", ""),
            written.get("min"),
            written.get("max"),
            written.get("pattern", ""),
            tuple(written.get("enum", ())),
        )

    @cached_property
    def fits(self) -> re.Pattern[str] | None:
        """What a text must match, as a whole: `$` of Python's would let a newline follow."""
        return re.compile(self.pattern, re.ASCII) if self.pattern else None


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_time(value: object) -> bool:
    return _is_integer(value) or (isinstance(value, float) and math.isfinite(value))


_KINDS: Mapping[str, tuple[str, Callable[[object], bool]]] = MappingProxyType(
    {
        "structure": ("an object", lambda value: isinstance(value, dict)),
        "list": ("a list", lambda value: isinstance(value, list)),
        "string": ("text", lambda value: isinstance(value, str)),
        "boolean": ("true or false", lambda value: isinstance(value, bool)),
        "integer": ("an integer", _is_integer),
        "long": ("an integer", _is_integer),
        "timestamp": ("a number of seconds since 1970", _is_time),
    }
)
"""The kinds of shapes that Mechanical Turk's model has: in words, and whether a value is one.

How wide an integer may be is not checked: of the service that is known nowhere (rule QE110 of the linter).
"""


@frozen
class Operation:
    """One operation of the model: its name, and the shapes of its request and of its answer."""

    name: str
    request: str
    answer: str


@frozen
class ServiceModel:
    """A service: its operations by name, its shapes, and what its operations are called in the target header."""

    operations: Mapping[str, Operation]
    shapes: Mapping[str, _Shape] = field(repr=False)
    target_prefix: str
    content_type: str

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> ServiceModel:
        """The model that the JSON of botocore's `service-2.json` describes."""
        operations = {
            name: Operation(name, each["input"]["shape"], each["output"]["shape"])
            for name, each in written["operations"].items()
        }
        shapes = {name: _Shape.of(each) for name, each in written["shapes"].items()}
        metadata = written["metadata"]
        content_type = f"application/x-amz-json-{metadata['jsonVersion']}"
        return cls(MappingProxyType(operations), MappingProxyType(shapes), metadata["targetPrefix"], content_type)

    def violations(self, shape: str, value: object) -> list[Violation]:
        """What of a value of this shape the model does not allow, in the order in which it stands there."""
        return list(self._violations(self.shapes[shape], value, ()))

    def without_nulls(self, shape: str, value: object) -> Any:
        """The same value without the members of structures that are null: to AWS they are absent (Smithy, AWS JSON)."""
        found = self.shapes[shape]
        if found.kind == "structure" and isinstance(value, dict):
            kept = {key: each for key, each in value.items() if each is not None}
            members = found.members
            return {
                key: self.without_nulls(members[key], each) if key in members else each for key, each in kept.items()
            }
        if found.kind == "list" and isinstance(value, list):
            return [self.without_nulls(found.member, each) for each in value]
        return value

    def _violations(self, shape: _Shape, value: object, path: _Path) -> Iterator[Violation]:
        expected, fits = _KINDS[shape.kind]
        if not fits(value):
            yield Violation(path, f"expected {expected}, got {described(value)}", value, is_form=True)
            return
        if isinstance(value, dict):
            yield from self._of_members(shape, value, path)
        elif isinstance(value, list):
            for index, each in enumerate(value):
                yield from self._violations(self.shapes[shape.member], each, (*path, index))
        yield from _constraints(shape, value, path)

    def _of_members(self, shape: _Shape, value: JSON, path: _Path) -> Iterator[Violation]:
        for name in shape.required:
            if name not in value:
                yield Violation((*path, name), "Member must not be null")
        for name, each in value.items():
            if name in shape.members:
                yield from self._violations(self.shapes[shape.members[name]], each, (*path, name))
            else:
                meant = nearest(name, shape.members)
                mend = f"; did you mean `{meant}`?" if meant else ""
                yield Violation(path, f"unknown key {show(name)}{mend}", each, is_form=True)


def _constraints(shape: _Shape, value: object, path: _Path) -> Iterator[Violation]:
    """Lengths, ranges, patterns and enumerations, in the words of AWS."""
    size = len(value) if isinstance(value, (str, list)) else value
    noun = "length" if isinstance(value, (str, list)) else "value"
    if shape.least is not None and isinstance(size, int) and size < shape.least:
        yield Violation(path, f"Member must have {noun} greater than or equal to {shape.least}", value)
    if shape.most is not None and isinstance(size, int) and size > shape.most:
        yield Violation(path, f"Member must have {noun} less than or equal to {shape.most}", value)
    if shape.fits is not None and isinstance(value, str) and not shape.fits.fullmatch(value):
        yield Violation(path, f"Member must satisfy regular expression pattern: {shape.pattern}", value)
    if shape.words and value not in shape.words:
        yield Violation(path, f"Member must satisfy enum value set: [{', '.join(shape.words)}]", value)
