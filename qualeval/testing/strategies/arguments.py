"""The checks of arguments: what will not do is refused with Hypothesis's InvalidArgument, and the mend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from hypothesis.errors import InvalidArgument

from qualeval.errors import InvalidInput, nearest, show
from qualeval.model.actions import Access, Action
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, QualificationType, qualification_type
from qualeval.model.words import Word
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.compiler import compile_hit
from qualeval.values.locale import country_codes

__all__ = [
    "access_of",
    "action_of",
    "among",
    "check_range",
    "countries_of",
    "flag",
    "policy_of",
    "refused",
    "type_of",
    "types_of",
    "words_of",
]

W = TypeVar("W", bound=Word)
T = TypeVar("T")


def refused(name: str, value: object, expected: str, mend: str = "") -> InvalidArgument:
    """The error that an argument will not do."""
    kind = "" if value is None or isinstance(value, bool) else f"{type(value).__name__} "
    return InvalidArgument(f"{name}: got {kind}{show(value)}, expected {expected}" + (f"; {mend}" if mend else ""))


def policy_of(hit_or_policy: object, name: str) -> AccessPolicy:
    """The policy that is meant by a HIT or a policy."""
    if isinstance(hit_or_policy, AccessPolicy):
        return hit_or_policy
    if isinstance(hit_or_policy, HIT):
        return compile_hit(hit_or_policy)
    mend = "qualeval.parse_hit reads dicts, qualeval.compile_requirements makes a policy of requirements"
    raise refused(name, hit_or_policy, "a HIT or an AccessPolicy", mend)


def access_of(value: object) -> Access:
    """The access that is meant: one of the four, or its name."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise refused("access", value, "an Access")
    try:
        return Access(value)  # type: ignore[arg-type]
    except ValueError as error:
        raise InvalidArgument(f"access: {error}") from None


def action_of(value: object) -> Action:
    """The action that is meant: one of the three, or its name."""
    if not isinstance(value, str):
        raise refused("action", value, "an Action")
    try:
        return Action(value)
    except InvalidInput as error:
        raise InvalidArgument(f"action: {error}") from None


def type_of(value: object, name: str = "type") -> QualificationType:
    """The qualification type that is meant by itself, its id or its name."""
    if isinstance(value, QualificationType):
        return value
    if not isinstance(value, str):
        raise refused(name, value, "the id or name of a qualification type")
    try:
        return qualification_type(SYSTEM_ONLY.id_of(value))
    except InvalidInput as error:
        raise InvalidArgument(f"{name}: {error}") from None


def types_of(values: object, name: str = "types") -> tuple[QualificationType, ...]:
    """The qualification types of a collection, each once."""
    return tuple(dict.fromkeys(type_of(each, name) for each in _collection(values, name, "qualification types")))


def words_of(kind: type[W], values: object, name: str) -> tuple[W, ...]:
    """The words of a collection, each once, in the order in which they are declared."""
    found = set()
    for each in _collection(values, name, f"members of {kind.__name__}"):
        if not isinstance(each, str):
            raise refused(name, each, f"a {kind.__name__}")
        try:
            found.add(kind(each))
        except InvalidInput as error:
            raise InvalidArgument(f"{name}: {error}") from None
    return tuple(each for each in kind if each in found)


def countries_of(values: object) -> tuple[str, ...]:
    """The country codes of a collection, each once."""
    codes = country_codes()
    for each in (found := _collection(values, "countries", "country codes")):
        if not isinstance(each, str) or each not in codes:
            raise refused("countries", each, "a two-letter code of ISO 3166-1, such as `US`")
    return tuple(dict.fromkeys(map(str, found)))


def among(known: Mapping[str, T], values: object, name: str, noun: str) -> tuple[T, ...]:
    """What the names of a collection stand for, each once."""
    found: dict[str, T] = {}
    for each in _collection(values, name, f"names of {noun}"):
        if not isinstance(each, str) or each not in known:
            near = nearest(each, known) if isinstance(each, str) else None
            mend = f"did you mean `{near}`?" if near else f"known are {', '.join(f'`{key}`' for key in known)}"
            raise refused(name, each, noun, mend)
        found[each] = known[each]
    return tuple(found.values())


def _collection(values: object, name: str, noun: str) -> list[object]:
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise refused(name, values, f"a collection of {noun}", "put it into a list" if isinstance(values, str) else "")
    if not (found := list(values)):
        raise InvalidArgument(f"{name}: got an empty collection, expected {noun}; leave it out for all of them")
    return found


def check_range(low: object, high: object, names: tuple[str, str], least: int, most: int | None) -> None:
    """InvalidArgument unless both are integers with `least` <= low <= high <= `most`."""
    within = f"an integer of at least {least}" if most is None else f"an integer from {least} to {most}"
    for name, value in zip(names, (low, high), strict=True):
        if type(value) is not int or value < least or (most is not None and value > most):
            raise refused(name, value, within)
    if isinstance(low, int) and isinstance(high, int) and low > high:
        raise InvalidArgument(f"got {names[0]} {show(low)} above {names[1]} {show(high)}; exchange them")


def flag(value: object, name: str) -> bool:
    """A boolean, as it is."""
    if isinstance(value, bool):
        return value
    raise refused(name, value, "True or False")
