"""Random policies, each with columns of random forms that speak of its types, and what each row's profile is.

The facts of a row are said beside its cells, in the grammar of `--set`: what a cell means is written down twice, once
for the frame and once for `decide`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum
from functools import partial
from random import Random
from typing import Any, NamedTuple

from attrs import field, frozen

import qualeval as qe
from qualeval.model.qualification_types import qualification_type
from tests import brute
from tests.frames import Table

__all__ = ["Scenario", "Texts", "scenarios", "together"]

_TYPES = (qe.LOCALE, qe.PERCENT_APPROVED, qe.NUMBER_HITS_APPROVED, qe.ADULT, qe.MASTERS, "3ABC", "3BLOCK")
_PLACES = ("US", "US-WA", "US-CA", "US-ZZ", "US-TX", "CA", "CA-ON", "GB", "FR", "FR-ZZ", "AN")


class Texts(IntEnum):
    """What may stand in texts: plain values alone, words of the grammar too, or lists and ranges as well."""

    PLAIN = 0
    WORDS = 1
    ALL = 2


@frozen
class Scenario:
    """A policy, a table, what its columns and empty cells mean, and the facts of each row by type."""

    policy: qe.AccessPolicy
    table: Table
    columns: Mapping[str, Any]
    nulls: Mapping[str, str]
    facts: Sequence[Mapping[str, str]] = field(repr=False)

    def decisions(self) -> list[qe.Decision]:
        """What is decided row by row."""
        return [self.policy.decide(qe.worker(None, facts)) for facts in self.facts]


def together(found: Sequence[Scenario]) -> Table:
    """One table with the columns of all."""
    return {name: column for each in found for name, column in each.table.items()}


def scenarios(seed: int, count: int, rows: int, *, texts: Texts) -> Iterator[Scenario]:
    """This many, with such texts."""
    random = Random(f"screen {seed}")
    universe = brute.Universe(_TYPES)
    for number, listed in enumerate(brute.lists(universe, seed, count)):
        types = list(dict.fromkeys(each.qualification_type_id for each in listed))
        yield _scenario(random, listed, types, f"s{number}_", rows, texts=texts)


class Cells(NamedTuple):
    """The cells of a row in a type's columns, and the fact that they are; None where they are empty."""

    cells: tuple[Any, ...]
    fact: str | None


@frozen
class Form:
    """A way to say a type in columns: of what kinds they are, what is said of them, and how a row is drawn."""

    kinds: tuple[str, ...]
    meanings: tuple[Mapping[str, Any], ...]
    draw: Callable[[], Cells]


def _scenario(
    random: Random, listed: brute.Requirements, types: Sequence[str], prefix: str, rows: int, *, texts: Texts
) -> Scenario:  # fmt: skip
    table: dict[str, tuple[str, Sequence[Any]]] = {}
    columns: dict[str, Any] = {}
    nulls: dict[str, str] = {}
    facts: list[dict[str, str]] = [{} for _ in range(rows)]
    for type_id in types:
        if random.random() < 0.1:
            continue  # a type without a column is unknown
        integer_forms = _INTEGER_FORMS if texts else _NUMBER_FORMS
        make = random.choice(_PLACE_FORMS if type_id == qe.LOCALE else integer_forms)
        form = make(random, type_id, texts)
        drawn = [form.draw() for _ in range(rows)]
        for place, (kind, meaning) in enumerate(zip(form.kinds, form.meanings, strict=True)):
            name = f"{prefix}{type_id}_{place}"
            table[name] = kind, [each.cells[place] for each in drawn]
            columns[name] = {"Type": type_id, **meaning}
        if random.random() < 0.3:
            nulls[type_id] = "lacks"
        lacks = type_id in nulls and qualification_type(type_id).can_be_lacked
        for said, each in zip(facts, drawn, strict=True):
            said[type_id] = ("lacks" if lacks else "unknown") if each.fact is None else each.fact
    return Scenario(qe.compile_requirements(listed), table, columns, nulls, facts)


# --- integers


def _value(random: Random, type_id: str) -> int:
    return random.choice([each for each in brute._states(type_id) if isinstance(each, int)])


def _one_column(kind: str, random: Random, make: Callable[[], tuple[Any, str | None]], **meaning: Any) -> Form:
    def draw() -> Cells:
        cell, fact = (None, None) if random.random() < 0.15 else make()
        return Cells((cell,), fact)

    return Form((kind,), (meaning,), draw)


def _integers(random: Random, type_id: str, texts: Texts) -> Form:
    def make() -> tuple[Any, str]:
        value = _value(random, type_id)
        return value, str(value)

    return _one_column("int", random, make)


def _floats(random: Random, type_id: str, texts: Texts) -> Form:
    def make() -> tuple[Any, str | None]:
        value = _value(random, type_id)
        return (float("nan"), None) if random.random() < 0.1 else (float(value), str(value))

    return _one_column("float", random, make)


def _scaled(random: Random, type_id: str, texts: Texts) -> Form:
    def make() -> tuple[Any, str]:
        value = random.choice(_small(type_id))
        return value / 100, str(value)

    return _one_column("float", random, make, Scale=100)


def _small(type_id: str) -> Sequence[int]:
    return [each for each in brute._states(type_id) if isinstance(each, int) and abs(each) < 1000]


def _texts(random: Random, type_id: str, texts: Texts) -> Form:
    words = ["unknown", "holds", *(["lacks"] if qualification_type(type_id).can_be_lacked else [])]

    def make() -> tuple[Any, str | None]:
        match random.randrange(5):
            case 0:
                word = random.choice(words)
                return random.choice((word, word.capitalize(), f" {word} ")), word
            case 1:
                return random.choice(("", "  ")), None
            case 2 if texts is Texts.ALL:
                fact = random.choice(brute._texts(type_id))
                return fact, fact
        value = _value(random, type_id)
        return random.choice((str(value), f" {value}", f"{value}.0")), str(value)

    return _one_column("text", random, make)


def _coded(random: Random, type_id: str, texts: Texts) -> Form:
    facts = brute._texts(type_id)
    codes = {word: random.choice(facts) for word in ("yes", "no", "gone", "7-9")}

    def make() -> tuple[Any, str]:
        if not texts or random.random() < 0.6:
            return random.choice(list(codes.items()))
        value = _value(random, type_id)
        return str(value), str(value)

    return _one_column("text", random, make, Cells=codes)


def _booleans(random: Random, type_id: str, texts: Texts) -> Form:
    codes = {truth: random.choice(brute._texts(type_id)) for truth in (True, False)}
    return _one_column("bool", random, lambda: random.choice(list(codes.items())), Cells=codes)


def _numbered(random: Random, type_id: str, texts: Texts) -> Form:
    codes = {number: random.choice(brute._texts(type_id)) for number in (-99, -98, 4242)}

    def make() -> tuple[Any, str]:
        value = _value(random, type_id)
        return random.choice(list(codes.items())) if random.random() < 0.4 else (value, codes.get(value, str(value)))

    return _one_column("int", random, make, Cells=codes)


def _written(random: Random, end: int) -> str:
    return random.choice((f"{end}", f" {end} ", f"{end}.0"))


def _range(random: Random, type_id: str, texts: Texts) -> Form:
    kind = random.choice(("int", "float", "text")) if texts else "int"
    makers: dict[str, Callable[[int], Any]] = {"int": int, "float": float, "text": partial(_written, random)}
    make = makers[kind]
    missing = (None, "", " ") if kind == "text" else (None,)
    parts = random.choice((("Min", "Max"), ("Min", "Max"), ("Min",), ("Max",)))

    def draw() -> Cells:
        ends = sorted(_value(random, type_id) for _ in range(2))
        said = {part: end for part, end in zip(("Min", "Max"), ends, strict=True) if random.random() < 0.8}
        cells = tuple(make(said[part]) if part in said else random.choice(missing) for part in parts)
        low, high = (str(said[part]) if part in said and part in parts else "" for part in ("Min", "Max"))
        return Cells(cells, f"{low}..{high}" if low or high else None)

    return Form((kind,) * len(parts), tuple({"Part": part} for part in parts), draw)


_NUMBER_FORMS = (_integers, _scaled, _coded, _booleans, _numbered, _range, _range)
_INTEGER_FORMS = (_integers, _floats, _scaled, _texts, _coded, _booleans, _numbered, _range, _range)


# --- places


def _codes(random: Random, type_id: str, texts: Texts) -> Form:
    def make() -> tuple[Any, str | None]:
        match random.randrange(8):
            case 0 if texts:
                word = random.choice(("unknown", "holds"))
                return random.choice((word, word.upper())), word
            case 1:
                return "", None
            case 2 if texts is Texts.ALL:
                fact = random.choice(("US,CA", "US-WA,US-CA", "CA-ON,US", "FR,GB"))
                return fact, fact
        place = random.choice(_PLACES)
        return random.choice((place, f" {place} ")), place

    return _one_column("text", random, make)


def _divided(random: Random, type_id: str, texts: Texts) -> Form:
    def draw() -> Cells:
        if random.random() < 0.1:
            return Cells((random.choice((None, "")), None), None)
        place = random.choice(_PLACES)
        country, _, code = place.partition("-")
        if random.random() < 0.2:
            return Cells((place, random.choice((None, ""))), place)
        return Cells((country, random.choice((code, place)) if code else None), place)

    return Form(("text", "text"), ({}, {"Part": "Subdivision"}), draw)


def _named(random: Random, type_id: str, texts: Texts) -> Form:
    codes = {word: random.choice(brute._texts(type_id)) for word in ("usa", "elsewhere", "FR")}

    def make() -> tuple[Any, str]:
        place = random.choice(_PLACES)
        return random.choice(list(codes.items())) if random.random() < 0.5 else (place, codes.get(place, place))

    return _one_column("text", random, make, Cells=codes)


def _counted(random: Random, type_id: str, texts: Texts) -> Form:
    codes = {number: random.choice(brute._texts(type_id)) for number in range(3)}
    return _one_column("int", random, lambda: random.choice(list(codes.items())), Cells=codes)


_PLACE_FORMS = (_codes, _codes, _divided, _divided, _named, _counted)
