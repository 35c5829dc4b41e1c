"""Facts: what is known of one worker towards one qualification type, as the set of states still possible.

A fact is a non-empty part of the type's universe: one value is one state, *lacks* is one state, a range or a list is
several, *holds* is every held value, *unknown* is the universe. The short grammar in which people write facts
(`98`, `95..100`, `1,3,8`, `US-WA`, `lacks`) is read here, for files, for `--set` and for Python alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from attrs import evolve, frozen

from qualeval.errors import InvalidInput, Problem, nearest, show
from qualeval.model.qualification_types import QualificationType, qualification_type
from qualeval.model.words import Word
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import Held, ValueSet

__all__ = [
    "HOLDS",
    "LACKS",
    "UNKNOWN",
    "Fact",
    "FactWord",
    "PlainFact",
    "check_states",
    "fact_text",
    "integer_range",
    "read_fact",
]


class FactWord(Word):
    """What can be said of a worker without a value."""

    LACKS = "lacks"
    HOLDS = "holds"
    UNKNOWN = "unknown"


LACKS, HOLDS, UNKNOWN = FactWord.LACKS, FactWord.HOLDS, FactWord.UNKNOWN


@frozen
class Fact:
    """The states still possible for one worker towards one type, and where that is known from.

    `states` is what every judgement rests on. `is_revoked` says that the worker had the qualification and lost it
    (which counts as lacking it); `granted_at` is the service's GrantTime; `learned_at` and `source` say when and
    from where the fact was learned. None is not known.
    """

    states: ValueSet
    is_revoked: bool = False
    granted_at: datetime | None = None
    learned_at: datetime | None = None
    source: str | None = None

    def __str__(self) -> str:
        return str(self.states)


PlainFact = int | str | Locale | range | FactWord | IntegerSet | LocaleSet | ValueSet | Fact | Iterable[Any]
"""What people may write for a fact: see `read_fact`."""

_RANGE = re.compile(r"(-?\d+)?\.\.(-?\d+)?", re.ASCII)
_INTEGER = re.compile(r"-?\d+", re.ASCII)
_GRAMMAR = "`98`, `95..100`, `95..`, `..94`, `1,3,8`, `lacks`, `holds` or `unknown`"
_LOCALE_GRAMMAR = "`US`, `US-WA`, `US,CA` or `unknown`"


def read_fact(type_id: str, plain: PlainFact) -> Fact:
    """A fact from what people write.

    `plain` is an integer, a `Locale`, `LACKS`, `HOLDS` or `UNKNOWN`, a `range`, a collection of integers or of
    locales, a set from `qualeval.values`, a `Fact`, or text in the grammar of `--set`: `98`, `95..100`, `95..`,
    `..94`, `1,3,8`, `US`, `US-WA`, `lacks`, `holds`, `unknown`.

    Raises:
        InvalidInput: a value outside the universe of the type, an empty or inverted range, *lacks* of a type that
            cannot be lacked, the wrong kind of value, text outside the grammar.
    """
    if isinstance(plain, str) or type(plain) is int:
        return _cached(type_id, plain)
    return _read(type_id, plain)


def _read(type_id: str, plain: PlainFact) -> Fact:
    kind = qualification_type(type_id)
    match plain:
        case Fact():
            return evolve(plain, states=_within(kind, plain.states))
        case ValueSet():
            return Fact(_within(kind, plain))
        case IntegerSet() | LocaleSet():
            return Fact(_within(kind, ValueSet(plain)))
        case FactWord():
            return Fact(_word(kind, plain))
        case str():
            return Fact(_text(kind, plain.strip()))
        case _:
            return Fact(_within(kind, ValueSet(_held(kind, plain))))


_cached = lru_cache(2**14, typed=True)(_read)
"""Many workers have the same facts, and facts never change."""


def _held(kind: QualificationType, plain: object) -> Held:
    match plain:
        case bool() | float() | bytes() | dict() | None:
            raise InvalidInput(Problem(f"got {type(plain).__name__} {show(plain)}", help=f"expected {_expected(kind)}"))
        case int():
            return IntegerSet.only(plain)
        case Locale():
            return LocaleSet.only(plain)
        case range() if plain.step == 1:
            return IntegerSet.between(plain.start, plain.stop - 1)
        case Iterable():
            return _held_list(kind, list(plain))
    raise InvalidInput(Problem(f"got {type(plain).__name__} {show(plain)}", help=f"expected {_expected(kind)}"))


def _held_list(kind: QualificationType, members: list[object]) -> Held:
    parts = [_text_of_values(kind, member) if isinstance(member, str) else _held(kind, member) for member in members]
    if not parts:
        raise InvalidInput(Problem("got an empty list", help=f"expected {_expected(kind)}"))
    if len({type(part) for part in parts}) > 1:
        raise InvalidInput(Problem("got integers and locales in one list", help=f"expected {_expected(kind)}"))
    return reduce(or_, parts)


def _text_of_values(kind: QualificationType, text: str) -> Held:
    """The values that an item of a list names. Of a word only a part is values: `lacks` would be lost."""
    if text.strip().casefold() in list(FactWord):
        raise InvalidInput(_word_among_values(text.strip()))
    return _text(kind, text.strip()).held


def _word_among_values(text: str) -> Problem:
    return Problem(f"got {show(text)} in a list of values", help="a word stands alone, without the list")


def _within(kind: QualificationType, states: ValueSet) -> ValueSet:
    """`states`, if they are a non-empty part of the universe."""
    if type(states.held) is not type(kind.universe.held):
        got = "integers" if isinstance(states.held, IntegerSet) else "locales"
        raise InvalidInput(Problem(f"got {got}: {states}", help=f"expected {_expected(kind)}"))
    if states.is_empty:
        raise InvalidInput(Problem("got an empty range or list", help=f"expected {_expected(kind)}"))
    # Most facts are one value, and membership says quickly of one what inclusion says of any set.
    inside = states.is_subset(kind.universe) if states.single is None else states.single in kind.universe
    if not inside:
        raise InvalidInput(_outside(kind, states))
    return states


def _outside(kind: QualificationType, states: ValueSet) -> Problem:
    if states.lacking and not kind.can_be_lacked:
        return Problem("got `lacks`, but every worker has a value of this type", help="say `unknown`")
    return Problem(f"got {states}, expected values within {kind.universe.held}")


def check_states(type_id: str, states: ValueSet) -> None:
    """InvalidInput unless `states` is a non-empty part of the universe of the type."""
    _within(qualification_type(type_id), states)


def _word(kind: QualificationType, word: FactWord) -> ValueSet:
    match word:
        case FactWord.LACKS:
            return _within(kind, ValueSet(kind.universe.held.empty(), lacking=True))
        case FactWord.HOLDS:
            return kind.held
        case FactWord.UNKNOWN:
            return kind.universe


def _text(kind: QualificationType, text: str) -> ValueSet:
    """Text in the grammar of `--set`."""
    if text.casefold() in list(FactWord):
        return _word(kind, FactWord(text.casefold()))
    if not text:
        raise InvalidInput(Problem("got an empty fact", help=f"expected {_expected(kind)}"))
    if kind.is_locale:
        return ValueSet(LocaleSet.only(*_locales(text)))
    held = [_integers(kind, part.strip()) for part in text.split(",")]
    return _within(kind, ValueSet(reduce(or_, held)))


def _locales(text: str) -> Iterable[Locale]:
    problems: list[Problem] = []
    for part in text.split(","):
        try:
            yield Locale.parse(part.strip())
        except InvalidInput as error:
            problems += [Problem(problem.message, help=problem.help) for problem in error.problems]
    if problems:
        raise InvalidInput(problems)


def _integers(kind: QualificationType, text: str) -> IntegerSet:
    if _INTEGER.fullmatch(text):
        return IntegerSet.only(_integer(text))
    if text.casefold() in list(FactWord):
        raise InvalidInput(_word_among_values(text))
    ends = _RANGE.fullmatch(text)
    if ends is None or text == "..":
        meant = nearest(text, FactWord)
        raise InvalidInput(
            Problem(f"got {show(text)}", help=f"did you mean `{meant}`?" if meant else f"expected {_expected(kind)}")
        )
    low, high = (None if end is None else _integer(end) for end in ends.groups())
    return integer_range(kind, low, high)


def _integer(text: str) -> int:
    """Python refuses to read integers of more than some thousand digits; so do we, in our own words."""
    if len(text) > 1000:
        raise InvalidInput(Problem(f"got an integer of {len(text)} digits", help="expected a smaller one"))
    return int(text)


def integer_range(kind: QualificationType, low: int | None, high: int | None) -> IntegerSet:
    """The integers from `low` to `high`; an open end (None) is cut to the universe.

    InvalidInput for a range that is inverted, or wholly outside the universe, or has an end outside it.
    """
    if low is not None and high is not None and low > high:
        raise InvalidInput(Problem(f"got the inverted range {low}..{high}", help=f"write {high}..{low}"))
    held = IntegerSet.between(low, high)
    universe = kind.universe.held
    if not isinstance(universe, IntegerSet):
        return held
    outside = [end for end in (low, high) if end is not None and end not in universe]
    if outside:
        raise InvalidInput(_outside(kind, ValueSet(held)))
    return held & universe


def fact_text(states: ValueSet, kind: QualificationType) -> str:
    """A fact as people write it: the inverse of the grammar wherever the grammar can say it."""
    if states == kind.universe:
        return str(UNKNOWN)
    if states == kind.held:
        return str(HOLDS)
    return str(states)


def _expected(kind: QualificationType) -> str:
    return _LOCALE_GRAMMAR if kind.is_locale else _GRAMMAR
