"""The short grammar in which people write facts: `98`, `95..100`, `1,3,8`, `US-WA`, `lacks`.

It is one for files, for `--set` and for Python. What is outside it is refused, and where the likely meaning can be told
the refusal says how to write it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import or_

from attrs import evolve

from qualeval.errors import InvalidInput, Problem, nearest, show
from qualeval.model.facts import Fact, FactWord, PlainFact, expected, outside_problem, within
from qualeval.model.qualification_types import QualificationType, qualification_type
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import Held, ValueSet

__all__ = ["integer_range", "is_integer", "read_fact"]

_INTEGER = re.compile(r"-?(?:0|[1-9]\d*)", re.ASCII)
_RANGE = re.compile(rf"({_INTEGER.pattern})?\.\.({_INTEGER.pattern})?", re.ASCII)

_MEANT = tuple(
    (re.compile(pattern, re.ASCII | re.IGNORECASE), meant)
    for pattern, meant in (
        (r"(\d+)(?:\.0+)?\s*%?", r"\1"),
        (r"(?:>=|=>|≥)\s*(\d+)|(\d+)\s*\+|(\d+) or more", r"\1\2\3.."),
        (r"(?:<=|=<|≤)\s*(\d+)|(\d+) or less", r"..\1\2"),
        (r"(\d+)\s*(?:-|to|\.\.\.)\s*(\d+)", r"\1..\2"),
        (r"yes|true|held|has|granted", "holds"),
        (r"no|false|none|revoked", "lacks"),
        (r"\?|n/?a|null", "unknown"),
    )
)
"""What people write elsewhere, and how it is written here."""


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
            return evolve(plain, states=within(kind, plain.states))
        case ValueSet():
            return Fact(within(kind, plain))
        case IntegerSet() | LocaleSet():
            return Fact(within(kind, ValueSet(plain)))
        case FactWord():
            return Fact(_word(kind, plain))
        case str():
            return Fact(_text(kind, plain.strip()))
        case _:
            return Fact(within(kind, ValueSet(_held(kind, plain))))


_cached = lru_cache(2**14, typed=True)(_read)
"""Many workers have the same facts, and facts never change."""


def _held(kind: QualificationType, plain: object) -> Held:
    match plain:
        case bool() | float() | bytes() | dict() | None:
            raise InvalidInput(Problem(f"got {type(plain).__name__} {show(plain)}", help=f"expected {expected(kind)}"))
        case int():
            return IntegerSet.only(plain)
        case Locale():
            return LocaleSet.only(plain)
        case range() if plain.step == 1:
            return IntegerSet.between(plain.start, plain.stop - 1)
        case Iterable():
            return _held_list(kind, list(plain))
    raise InvalidInput(Problem(f"got {type(plain).__name__} {show(plain)}", help=f"expected {expected(kind)}"))


def _held_list(kind: QualificationType, members: list[object]) -> Held:
    parts = [_text_of_values(kind, member) if isinstance(member, str) else _held(kind, member) for member in members]
    if not parts:
        raise InvalidInput(Problem("got an empty list", help=f"expected {expected(kind)}"))
    if len({type(part) for part in parts}) > 1:
        raise InvalidInput(Problem("got integers and locales in one list", help=f"expected {expected(kind)}"))
    return _union(parts)


def _union(parts: list[Held]) -> Held:
    """One sweep: joining thousands of values one by one would take as many sweeps."""
    integers = [part for part in parts if isinstance(part, IntegerSet)]
    locales = [part for part in parts if isinstance(part, LocaleSet)]
    return IntegerSet.union(integers) if integers else reduce(or_, locales)


def _text_of_values(kind: QualificationType, text: str) -> Held:
    """The values that an item of a list names. Of a word only a part is values: `lacks` would be lost."""
    if text.strip().casefold() in list(FactWord):
        raise InvalidInput(_word_among_values(text.strip()))
    return _text(kind, text.strip()).held


def _word_among_values(text: str) -> Problem:
    return Problem(f"got {show(text)} in a list of values", help="a word stands alone, without the list")


def _word(kind: QualificationType, word: FactWord) -> ValueSet:
    match word:
        case FactWord.LACKS:
            return within(kind, ValueSet(kind.universe.held.empty(), lacking=True))
        case FactWord.HOLDS:
            return kind.held
        case FactWord.UNKNOWN:
            return kind.universe


def _text(kind: QualificationType, text: str) -> ValueSet:
    """Text in the grammar of `--set`."""
    if text.casefold() in list(FactWord):
        return _word(kind, FactWord(text.casefold()))
    if not text:
        raise InvalidInput(Problem("got an empty fact", help=f"expected {expected(kind)}"))
    if kind.is_locale:
        return ValueSet(LocaleSet.only(*_locales(text)))
    held = IntegerSet.union(_integers(kind, part.strip()) for part in text.split(","))
    return within(kind, ValueSet(held))


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
        raise InvalidInput(Problem(f"got {show(text)}", help=_mend(kind, text)))
    low, high = (None if end is None else _integer(end) for end in ends.groups())
    return integer_range(kind, low, high)


def _mend(kind: QualificationType, text: str) -> str:
    guesses = (found.expand(template) for pattern, template in _MEANT if (found := pattern.fullmatch(text)))
    meant = next((guess for guess in guesses if guess != text), "")
    if meant and (kind.can_be_lacked or meant not in (FactWord.HOLDS, FactWord.LACKS)):
        return f"write `{meant}`"
    if re.fullmatch(r"0\d+", text, re.ASCII):
        return "write an integer without leading zeros, and without commas between its digits"
    meant_word = nearest(text, FactWord)
    return f"did you mean `{meant_word}`?" if meant_word else f"expected {expected(kind)}"


def is_integer(text: str) -> bool:
    """Whether a text is one integer of the grammar: without leading zeros, and of a thousand digits at most."""
    return _INTEGER.fullmatch(text) is not None and len(text) <= 1000


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
    assert isinstance(universe, IntegerSet), "a range is asked for where the type has integers"
    outside = [end for end in (low, high) if end is not None and end not in universe]
    if outside:
        raise InvalidInput(outside_problem(kind, ValueSet(held)))
    return held & universe
