"""The JSON Schema of case files, for editors: generated from the shapes and words by which the files are read.

Whatever the reader takes the schema takes; what the schema lets through, such as a worker's file that is missing, the
reader may still refuse. The dialect is draft 2020-12. This module does not know how files are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, get_args, get_origin

from qualeval.model.actions import Access, ActionsGuarded
from qualeval.model.qualification_types import SYSTEM_NAMES
from qualeval.model.words import Word
from qualeval.sources.hit_readings import REQUIREMENT_SHAPE, REQUIREMENTS
from qualeval.sources.structure import LOCALE_SHAPE, Complete, Ends, Name, Object, Shape, TypeId
from qualeval.sources.workers import ENTRY_SHAPE, PROFILE_SHAPE
from qualeval.testing.cases.reading import CASE_SHAPE, EXPECTATION_SHAPE, FILE_SHAPE, INDEX_PATTERN
from qualeval.values.locale import Locale

__all__ = ["cases_schema"]

Schema = dict[str, Any]

_NAMED = {"type": "string", "pattern": r"\S"}
"""A path or an id."""

_INDEXED = {"propertyNames": {"pattern": f"^({INDEX_PATTERN})$"}}

_DESCRIPTIONS: Mapping[str, str] = {
    "name": "What the case is called; no two of a file are called the same.",
    "hit": "The HIT: the path of its file (relative to this file), its id, or the HIT itself in any form of the API's.",
    "worker": "The worker: the path of a file with one, the id of one of `workers`, or a profile.",
    "workers": "The workers that cases name by id: the path of their file, or a list of profiles.",
    "facts": "What is known of the worker, in place of what the profile says: `98`, `95..100`, `US-WA`, `lacks`.",
    "value": "Other values of requirements, by their index in the HIT: `2: 97`, `0: US,CA`.",
    "guard": "Other guards of requirements, by their index in the HIT.",
    "without": "Requirements that are left out, by their index in the HIT.",
    "expect": "The answer that is expected; at least one thing of it.",
    "access": "How far the worker may go for certain.",
    "possible": "How far the worker may possibly go, once what is unknown is known.",
    "deciding": "The requirements that keep the worker from accepting, or leave that open: by index, or by the name of "
    "a type. `[]` where accepting is permitted.",
}


def cases_schema() -> Schema:
    """The schema, as JSON's values."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cases of qualeval",
        "description": "A HIT, a worker, and the answer that is expected: what `qualeval test` runs.",
        **_object(FILE_SHAPE, {**_OWN, "cases": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/case"}}}),
        "$defs": {
            "case": {**_object(CASE_SHAPE, _OWN), "description": "One case."},
            "expectation": {**_object(EXPECTATION_SHAPE, _OWN), "minProperties": 1},
            "hit": _hit(),
            "requirements": {"type": "array", "items": {"$ref": "#/$defs/requirement"}},
            "requirement": _object(REQUIREMENT_SHAPE),
            "worker": _object(
                PROFILE_SHAPE, {"Facts": _ref("facts"), "Qualifications": _list_of(_ref("qualification"))}
            ),
            "qualification": {"anyOf": [_object(ENTRY_SHAPE), {"type": "object", "required": ["Qualification"]}]},
            "facts": {
                "type": "object",
                "properties": dict.fromkeys(SYSTEM_NAMES, _ref("fact")),
                "additionalProperties": _ref("fact"),
            },
            "fact": {"anyOf": [{"type": ["integer", "string"]}, _list_of({"type": ["integer", "string"]})]},
            "locale": _object(LOCALE_SHAPE),
            "type": {"type": "string", "anyOf": [{"enum": [*SYSTEM_NAMES]}, {"minLength": 1}]},
        },
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _list_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(shape: Shape, own: Mapping[str, Schema] | None = None) -> Schema:
    """The schema of a shape's objects; `own` are the schemas of keys whose kind says too little."""
    properties = {key: {**_value(key, kind, own or {}), **_described(key, shape)} for key, kind in shape.kinds.items()}
    properties |= {key: {} for key in sorted(shape.ignored)}
    required = {"required": list(shape.required)} if shape.required else {}
    return {"type": "object", "properties": properties, "additionalProperties": shape.is_open, **required}


def _described(key: str, shape: Shape) -> Schema:
    is_ours = shape in (FILE_SHAPE, CASE_SHAPE, EXPECTATION_SHAPE)
    return {"description": _DESCRIPTIONS[key]} if is_ours and key in _DESCRIPTIONS else {}


def _value(key: str, kind: Any, own: Mapping[str, Schema]) -> Schema:
    return own[key] if key in own else _of_kind(kind)


_KINDS: Mapping[object, Schema] = {
    str: {"type": "string"},
    Name: {"type": "string", "pattern": r"\S"},
    TypeId: _ref("type"),
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    datetime: {"type": ["string", "number"]},
    Locale: _ref("locale"),
    Object: {"type": "object"},
    Ends: {"type": "array", "items": {"type": ["integer", "null"]}, "minItems": 2, "maxItems": 2},
    Complete: {"anyOf": [{"type": "boolean"}, _list_of(_ref("type"))]},
    Any: {},
}


def _of_kind(kind: Any) -> Schema:
    """The schema of what the reader takes for a value of this kind."""
    if get_origin(kind) is tuple:
        return _list_of(_of_kind(get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, Word):
        return {"enum": [str(word) for word in kind]}
    return _KINDS[kind]


def _words(words: Sequence[object]) -> Schema:
    return {"enum": [str(word) for word in words]}


def _hit() -> Schema:
    """The forms of a HIT: its path or id, its requirements, itself with or without the wrapper, a list of one."""
    bare = {"type": "object", "properties": {REQUIREMENTS: _ref("requirements")}}
    forms = [{**bare, "required": [key]} for key in (REQUIREMENTS, "HITId")]
    wrapped = {"type": "object", "properties": {"HIT": {"anyOf": forms}}, "required": ["HIT"]}
    listed = {"type": "object", "properties": {"HITs": _list_of({"anyOf": forms})}, "required": ["HITs"]}
    several = _list_of({"anyOf": [*forms, wrapped]})
    return {"anyOf": [_NAMED, _ref("requirements"), *forms, wrapped, listed, several]}


_OWN: Mapping[str, Schema] = {
    "hit": _ref("hit"),
    "worker": {"anyOf": [_NAMED, _ref("worker"), {"type": "object", "required": ["Qualification"]}]},
    "workers": {"anyOf": [_NAMED, {"type": ["array", "object"]}]},
    "facts": _ref("facts"),
    "value": {
        "type": "object",
        **_INDEXED,
        "additionalProperties": {
            "anyOf": [{"type": ["integer", "string"]}, {**_list_of({"type": ["integer", "string"]}), "minItems": 1}]
        },
    },
    "guard": {"type": "object", **_INDEXED, "additionalProperties": _words(list(ActionsGuarded))},
    "without": _list_of({"type": "integer", "minimum": 0}),
    "expect": _ref("expectation"),
    "access": _words(list(Access)),
    "possible": _words(list(Access)),
    "deciding": _list_of({"anyOf": [{"type": "integer", "minimum": 0}, _ref("type")]}),
}
"""The keys whose kind says less than is known of their values."""
