"""Plain trees to typed values: texts, numbers, times, locales, lists and objects, read strictly. The room of cattrs.

Nothing is made of anything else: no number of a text, no integer of a boolean or a float, no list of a single value.
Where the one that was meant can be told, the refusal names it. Every refusal is an InvalidInput whose paths begin at
the value that was read.

It knows words, type ids and locales of the model, and two kinds of value that profiles alone have (`Ends`, `Complete`).
This module does not know which keys HITs and workers have, nor files.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any, NewType, TypeGuard, TypeVar, get_args, get_origin

from attrs import define, evolve, field, frozen
from cattrs import Converter, IterableValidationError
from cattrs.cols import homogenous_tuple_structure_factory

from qualeval.errors import InvalidInput, Path, Problem, nearest, same_letters, show
from qualeval.model.qualification_types import SYSTEM_NAMES, TypeNames
from qualeval.model.words import Word
from qualeval.values.locale import Locale, locale_problems

__all__ = [
    "LOCALE_SHAPE",
    "WRONG_TYPE",
    "Complete",
    "Ends",
    "Name",
    "Object",
    "Reading",
    "Shape",
    "TypeId",
    "described",
    "is_list",
    "is_object",
    "named_key",
    "read_each",
    "read_object",
    "step",
]

T = TypeVar("T")

TypeId = NewType("TypeId", str)
"""A qualification type as a person writes it: its id, or a name."""

Name = NewType("Name", str)
"""Text that is not blank."""

Ends = NewType("Ends", tuple[int | None, int | None])
"""The two ends of a range, both included; None is an open one."""

Object = NewType("Object", Mapping[str, Any])
"""An object of whatever keys."""

Complete = bool | tuple[TypeId, ...]
"""What a profile says of its completeness."""

WRONG_TYPE = "wrong-type"
"""The code of the problem that a value is of another JSON type than is expected."""

_MAX_BITS = 3_322  # an integer of a thousand digits, as in the grammar of facts
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_RANGE = re.compile(r"(-?[0-9]{1,18})?\.\.(-?[0-9]{1,18})?", re.ASCII)
_SYMBOLS = {"=": "EqualTo", "==": "EqualTo", "!=": "NotEqualTo", "<>": "NotEqualTo", "<": "LessThan"}
_SYMBOLS |= {"<=": "LessThanOrEqualTo", ">": "GreaterThan", ">=": "GreaterThanOrEqualTo"}


def is_object(tree: object) -> TypeGuard[Mapping[object, object]]:
    """Whether a tree is an object; its keys are text wherever it came from a file."""
    return isinstance(tree, Mapping)


def is_list(tree: object) -> TypeGuard[list[object] | tuple[object, ...]]:
    """Whether a tree is a list."""
    return isinstance(tree, (list, tuple))


def described(value: object) -> str:
    """A value as a message says what it got: "the text `US`", "the number `5`", "a list"."""
    match value:
        case None | bool():
            return show(value)
        case str():
            return f"the text {show(value)}"
        case int() if value.bit_length() > _MAX_BITS:
            return "a number of more than a thousand digits"
        case int() | float():
            return f"the number {show(value)}"
        case Mapping():
            return "an object"
        case list() | tuple():
            return "a list"
    return f"a value of the Python type {type(value).__name__}"


def step(key: object) -> Path:
    """The step of a path that leads to the value of a key; no step where the key cannot be shown."""
    return (key,) if isinstance(key, str) and key.isprintable() and 0 < len(key) <= 60 else ()


def named_key(key: object) -> str:
    """A key as a message quotes it."""
    is_short = isinstance(key, (str, float, type(None))) or (isinstance(key, int) and key.bit_length() <= _MAX_BITS)
    return show(key) if is_short else described(key)


def read_each(items: Iterable[tuple[Path, object]], read: Callable[[object], T]) -> list[T]:
    """What `read` makes of every item; or InvalidInput with the problems of all items, each under the item's path."""
    made: list[T] = []
    problems: list[Problem] = []
    for path, item in items:
        try:
            made.append(read(item))
        except InvalidInput as error:
            problems += (problem.under(*path) for problem in error.problems)
    if problems:
        raise InvalidInput(problems)
    return made


# --- what was probably meant


@frozen
class _Kind:
    """How messages speak of one kind of value: what was expected, and a mend where no better one is known."""

    expected: str
    help: str = ""


_KINDS: Mapping[object, _Kind] = {
    str: _Kind("text"),
    Name: _Kind("text"),
    TypeId: _Kind("the id of a qualification type, as text"),
    int: _Kind("an integer"),
    bool: _Kind("true or false"),
    datetime: _Kind("a time", "write `2018-04-12T17:44:31Z`, or the seconds since 1970"),
    Locale: _Kind("an object", 'write an object such as `{"Country": "US"}`'),
    Ends: _Kind("a list of two ends", "write `[95, 100]`, with null for an open end"),
    Complete: _Kind("true, false or a list of qualification types"),
}

_LIST = _Kind("a list", "put it into a list, `[...]`")


def _wrong(kind: object, value: object) -> InvalidInput:
    words = _KINDS.get(kind, _LIST)
    mend = _mend(value, kind)
    got = f"expected {words.expected}, got {described(value)}"
    return InvalidInput(Problem(got, help=mend or words.help, code=WRONG_TYPE))


def _mend(value: object, kind: object) -> str:
    meant = _meant(value, kind)
    text = "" if meant is None else json.dumps(meant, ensure_ascii=False)
    if not 0 < len(text) <= 100 or not text.isprintable():
        return ""
    bare = isinstance(value, str) and isinstance(meant, (int, bool))
    return f"write `{text}`" + (" without quotes" if bare else "")


def _meant(value: object, kind: object) -> object:
    """The JSON value of this kind that was probably meant by a value that is not of it, or None."""
    match value:
        case None | bool():
            return None
        case str():
            return _meant_by_text(value.strip(), kind)
        case int() if kind in (str, Name):
            return str(value) if value.bit_length() <= _MAX_BITS else None
        case int() if kind is TypeId:
            return _padded(value)
        case float() if kind is int and value.is_integer():
            return int(value)
        case 0 | 1 if kind in (bool, Complete):
            return value == 1
    return _meant_in_list(value, kind)


def _meant_by_text(text: str, kind: object) -> object:
    if kind is int and _INTEGER.fullmatch(text):
        return int(text)
    if kind in (bool, Complete) and text.casefold() in ("true", "false"):
        return text.casefold() == "true"
    if kind is Ends and (ends := _RANGE.fullmatch(text)):
        return [None if end is None else int(end) for end in ends.groups()]
    if kind is Locale:
        return _meant_locale(text)
    return _meant_in_list(text, kind)


def _meant_locale(text: str) -> object:
    try:
        locale = Locale.parse(text.upper().replace("/", "-"))
    except InvalidInput:
        return None
    return {"Country": locale.country} | ({"Subdivision": locale.subdivision} if locale.subdivision else {})


def _meant_in_list(value: object, kind: object) -> object:
    """The list of one value that was meant by the value alone."""
    if is_list(value) or not (kind == Complete or get_origin(kind) is tuple):
        return None
    item = TypeId if kind == Complete else get_args(kind)[0]
    if item is Any:
        return None
    try:
        _READER.structure(value, item)
    except InvalidInput:
        meant = _meant(value, item)
        return None if meant is None else [meant]
    return [dict(value)] if is_object(value) else [value]


def _padded(value: int) -> str | None:
    """The id that an integer stands for: YAML and spreadsheets drop the zeros of those of the system."""
    if value < 0 or value.bit_length() > _MAX_BITS:
        return None
    padded = str(value).zfill(20)
    return padded if padded in SYSTEM_NAMES.values() else str(value)


# --- the leaves, as cattrs calls them


def _text(value: object, _: object) -> str:
    if isinstance(value, str):
        return value
    raise _wrong(str, value)


def _name(value: object, _: object) -> str:
    if not isinstance(value, str):
        raise _wrong(Name, value)
    if not value.strip():
        raise InvalidInput(Problem(f"expected text, got {'blanks' if value else 'an empty text'}", code=WRONG_TYPE))
    return value


def _type_id(value: object, _: object) -> str:
    if isinstance(value, str):
        return value
    raise _wrong(TypeId, value)


def _integer(value: object, _: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(int, value)
    if value.bit_length() > _MAX_BITS:
        raise InvalidInput(Problem(f"got {described(value)}", help="expected a smaller one", code=WRONG_TYPE))
    return value


def _boolean(value: object, _: object) -> bool:
    if isinstance(value, bool):
        return value
    raise _wrong(bool, value)


def _word(value: object, kind: type[Word]) -> Word:
    if not isinstance(value, str):
        known = f"known are {', '.join(f'`{each}`' for each in kind)}"
        raise InvalidInput(Problem(f"expected text, got {described(value)}", help=known, code=WRONG_TYPE))
    try:
        return kind(value)
    except InvalidInput as error:
        symbol = _SYMBOLS.get(value.strip())
        if symbol not in list(kind):
            raise
        raise InvalidInput(evolve(error.problems[0], help=f"did you mean `{symbol}`?", meant=symbol)) from None


def _time(value: object, _: object) -> datetime:
    """A time in any of the forms that MTurk's clients write; one without a zone is taken as UTC."""
    match value:
        case datetime():
            return value if value.utcoffset() is not None else value.replace(tzinfo=UTC)
        case bool():
            raise _wrong(datetime, value)
        case int() | float():
            return _time_since_1970(value)
        case str():
            return _time_from_text(value)
    raise _wrong(datetime, value)


def _time_since_1970(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    is_milliseconds = 1e11 < abs(seconds) < 1e15
    mend = "give seconds; these look like milliseconds" if is_milliseconds else "give the seconds since 1970"
    raise InvalidInput(Problem(f"expected a time, got {described(seconds)}", help=mend, code=WRONG_TYPE))


def _time_from_text(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
        return time if time.utcoffset() is not None else time.replace(tzinfo=UTC)
    except ValueError:
        raise _wrong(datetime, text) from None


@lru_cache(4096)
def _checked_locale(country: str, subdivision: str | None) -> Locale:
    return Locale(country, subdivision)


def _locale(value: object, _: object) -> Locale:
    if not is_object(value):
        raise _wrong(Locale, value)
    reading = read_object(value, LOCALE_SHAPE)
    country, subdivision = reading.values.get("Country"), reading.values.get("Subdivision")
    if not reading.problems:
        return _checked_locale(country, subdivision)
    found = [] if country is None else locale_problems(country, subdivision)
    raise InvalidInput([*reading.problems, *found])


def _any_object(value: object, _: object) -> Mapping[object, object]:
    if is_object(value):
        return value
    raise InvalidInput(Problem(f"expected an object, got {described(value)}"))


def _ends(value: object, _: object) -> tuple[int | None, ...]:
    if not is_list(value):
        raise _wrong(Ends, value)
    if len(value) != 2:
        help = _KINDS[Ends].help
        raise InvalidInput(Problem(f"expected two ends, got a list of {len(value)}", help=help))
    ends: tuple[int | None, ...] = _READER.structure(value, tuple[int | None, ...])
    return ends


def _complete(value: object, _: object) -> bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    if not is_list(value):
        raise _wrong(Complete, value)
    types: tuple[str, ...] = _READER.structure(value, tuple[TypeId, ...])
    return types


def _is_list_kind(kind: Any) -> bool:
    origin: object = get_origin(kind)
    return origin is tuple


def _list_hook(kind: Any, reader: Converter) -> Callable[[object, object], tuple[Any, ...]]:
    """cattrs makes a tuple of anything that can be iterated, of a text its letters; this takes lists alone."""
    read_items = homogenous_tuple_structure_factory(kind, reader)

    def read(value: object, _: object) -> tuple[Any, ...]:
        if not is_list(value):
            raise InvalidInput([*_wrong(kind, value).problems, *_inside(value, get_args(kind)[0])])
        items: tuple[Any, ...] = read_items(value, kind)
        return items

    return read


def _inside(value: object, kind: Any) -> list[Problem]:
    """What is wrong further down in a value that should stand in a list: a country that there is not."""
    try:
        _READER.structure(value, kind)
    except (InvalidInput, IterableValidationError) as error:
        return [problem for problem in _problems(error) if problem.path]
    return []


def _reader() -> Converter:
    reader = Converter(detailed_validation=True)
    reader.register_structure_hook_factory(_is_list_kind, lambda kind: _list_hook(kind, reader))
    for kind, hook in _HOOKS.items():
        reader.register_structure_hook(kind, hook)
    return reader


_HOOKS: Mapping[Any, Callable[[object, Any], object]] = {
    str: _text,
    Name: _name,
    TypeId: _type_id,
    int: _integer,
    bool: _boolean,
    datetime: _time,
    Word: _word,  # cattrs finds it before the hook of str, which every such word is too
    Locale: _locale,
    Object: _any_object,
    Ends: _ends,
    Complete: _complete,
}
_READER = _reader()


def _problems(error: Exception) -> list[Problem]:
    """What cattrs raised, as problems with paths. An error that is none of ours is a bug, and comes through."""
    if isinstance(error, InvalidInput):
        return list(error.problems)
    if not isinstance(error, IterableValidationError):
        raise error
    noted, others = error.group_exceptions()
    found = [problem.under(note.index) for inner, note in noted for problem in _problems(inner)]
    return found + [problem for inner in others for problem in _problems(inner)]


# --- objects


@frozen
class Shape:
    """One kind of object: how messages call it, its keys and what their values are.

    `ignored` keys may be there and say nothing. Any other key is a problem, unless the shape `is_open`.
    """

    noun: str
    kinds: Mapping[str, Any] = field(hash=False)
    required: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    is_open: bool = False

    @cached_property
    def hooks(self) -> Mapping[str, Callable[[object, Any], Any]]:
        """What reads the value of each key."""
        return {key: _READER.get_structure_hook(kind) for key, kind in self.kinds.items()}

    def meant(self, key: object) -> str | None:
        """The key that an unknown one is nearest to; None where none is near, or the key is known."""
        return _nearest_key(key, self) if isinstance(key, str) and key not in self.kinds else None

    def suggested(self, key: object) -> str | None:
        """The key that an unknown one can be replaced by: that which it is nearest to, if that says no other thing."""
        return _suggested_key(key, self) if isinstance(key, str) else None


@lru_cache(1024)
def _nearest_key(key: str, shape: Shape) -> str | None:
    return nearest(key, shape.kinds)


@lru_cache(1024)
def _suggested_key(key: str, shape: Shape) -> str | None:
    """What is near by its letters can say something else: `RequiredToAccept` is near to RequiredToPreview.

    So what is not very near must have its words from the other, and from no other one, as `Values` does; and a negation
    is never dropped.
    """
    near = _nearest_key(key, shape)
    if near is None or len(_NEGATION.findall(key.casefold())) > len(_NEGATION.findall(near.casefold())):
        return None
    if difflib.SequenceMatcher(None, key.casefold(), near.casefold()).ratio() >= 0.85:
        return near
    return near if [each for each in shape.kinds if _has_words_of(each, key)] == [near] else None


_NEGATION = re.compile("not|non|un|never|without")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W_a-zA-Z]+")


def _has_words_of(known: str, key: str) -> bool:
    """Whether every word of a key is nearly one of a known one."""
    words = [word.casefold() for word in _WORDS.findall(known)]
    return all(difflib.get_close_matches(word.casefold(), words, cutoff=0.7) for word in _WORDS.findall(key))


@define
class Reading:
    """What was read of one object: the values that could be, and the problems of the others.

    `unread` holds the keys about which something is said that could not be read, those meant by a misspelt key too.
    """

    tree: Mapping[object, object]
    shape: Shape
    values: dict[str, Any] = field(factory=dict)
    problems: list[Problem] = field(factory=list)
    unread: set[str] = field(factory=set)

    def type_id(self, names: TypeNames) -> str | None:
        """The id that the value of QualificationTypeId names; None, and a problem, where it names none."""
        name = self.values.get("QualificationTypeId")
        try:
            return None if name is None else names.id_of(name)
        except InvalidInput as error:
            self.problems += (problem.under("QualificationTypeId") for problem in error.problems)
            return None

    def items(self, key: str, stand_in: T) -> tuple[T, ...] | None:
        """The items of a list, `()` where it is absent, None where there is no telling them.

        An item that could not be read is replaced by `stand_in`, so that all can still be counted.
        """
        if key not in self.unread:
            read: tuple[T, ...] = self.values.get(key, ())
            return read
        listed = self.tree.get(key)
        if not is_list(listed):
            return None
        wrong = {problem.path[1] for problem in self.problems if problem.path[:1] == (key,) and len(problem.path) > 1}
        item_kind = get_args(self.shape.kinds[key])[0]
        return tuple(
            stand_in if index in wrong else _READER.structure(item, item_kind) for index, item in enumerate(listed)
        )


def read_object(tree: object, shape: Shape) -> Reading:
    """The values of an object and what is wrong with it. Raises InvalidInput if the tree is no object."""
    if not is_object(tree):
        raise InvalidInput(Problem(f"expected {shape.noun}, an object, got {described(tree)}", code=WRONG_TYPE))
    reading = Reading(tree, shape)
    hooks, kinds = shape.hooks, shape.kinds
    for key, value in tree.items():
        if not isinstance(key, str) or key not in hooks:
            _take_other(reading, key)
            continue
        try:
            if value is None:
                raise InvalidInput(_null(key, shape))
            reading.values[key] = hooks[key](value, kinds[key])
        except (InvalidInput, IterableValidationError) as error:
            reading.problems += (problem.under(key) for problem in _problems(error))
            reading.unread.add(key)
    for key in shape.required:
        if key not in tree and key not in reading.unread:
            reading.problems.append(Problem(f"`{key}` is missing", code="missing-key"))
    return reading


def _null(key: str, shape: Shape) -> Problem:
    mend = "give a value" if key in shape.required else "leave the key out"
    return Problem("got `null`", help=mend, code=WRONG_TYPE)


def _take_other(reading: Reading, key: object) -> None:
    shape = reading.shape
    if shape.is_open or key in shape.ignored:
        return
    meant = shape.meant(key)
    if meant:
        reading.unread.add(meant)
    near = shape.suggested(key)
    mend = f"did you mean `{near}`?" if near else f"known are {', '.join(f'`{known}`' for known in shape.kinds)}"
    got = f"unknown key {named_key(key)} in {shape.noun}"
    reading.problems.append(Problem(got, step(key), mend, code="unknown-key", meant=_right_key(reading, key)))


def _right_key(reading: Reading, key: object) -> str | None:
    """The one key that an unknown one stands for, where nothing else in the object does: `IntegerValue` of a list."""
    shape, tree = reading.shape, reading.tree
    if not isinstance(key, str):
        return None
    plural = same_letters(f"{key}s", shape.kinds) if is_list(tree[key]) else None
    right = same_letters(key, shape.kinds) or (plural if plural and _is_list_kind(shape.kinds[plural]) else None)
    if right is None or right in tree or any(shape.meant(other) == right for other in tree if other != key):
        return None
    return right


LOCALE_SHAPE = Shape("a locale", {"Country": str, "Subdivision": str}, required=("Country",))
