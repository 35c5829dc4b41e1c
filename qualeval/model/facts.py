"""Facts: what is known of one worker towards one qualification type, as the set of states still possible.

A fact is a non-empty part of the type's universe: one value is one state, *lacks* is one state, a range or a list is
several, *holds* is every held value, *unknown* is the universe. How people write facts is the grammar's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from attrs import frozen

from qualeval.errors import InvalidInput, Problem
from qualeval.model.qualification_types import QualificationType, qualification_type
from qualeval.model.words import Word
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = [
    "HOLDS",
    "LACKS",
    "UNKNOWN",
    "Basis",
    "Fact",
    "FactWord",
    "PlainFact",
    "check_states",
    "expected",
    "fact_text",
    "outside_problem",
    "within",
]


class FactWord(Word):
    """What can be said of a worker without a value."""

    LACKS = "lacks"
    HOLDS = "holds"
    UNKNOWN = "unknown"


LACKS, HOLDS, UNKNOWN = FactWord.LACKS, FactWord.HOLDS, FactWord.UNKNOWN


class Basis(Word):
    """What a fact rests on, the surest first."""

    STATED = "stated"
    """Somebody says so: a profile, a table, `--set`."""
    LEARNED = "learned"
    """The service said so."""
    INFERRED = "inferred"
    """It follows from what the worker did: who accepted a HIT met its requirements then."""
    ASSUMED = "assumed"
    """Nobody knows; it is taken to be so, and every answer that rests on it says so."""


@frozen
class Fact:
    """The states still possible for one worker towards one type, and where that is known from.

    `states` is what every judgement rests on. `is_revoked` says that the worker had the qualification and lost it
    (which counts as lacking it); `granted_at` is the service's GrantTime; `learned_at` (aware of its zone) and `source`
    say when and from where the fact was learned, None where that is not known; `basis` says what it rests on.
    """

    states: ValueSet
    is_revoked: bool = False
    granted_at: datetime | None = None
    learned_at: datetime | None = None
    source: str | None = None
    basis: Basis = Basis.STATED

    def __str__(self) -> str:
        return str(self.states)


PlainFact = int | str | Locale | range | FactWord | IntegerSet | LocaleSet | ValueSet | Fact | Iterable[Any]
"""What people may write for a fact: see `grammar.read_fact`."""


def within(kind: QualificationType, states: ValueSet) -> ValueSet:
    """`states`, if they are a non-empty part of the universe."""
    if type(states.held) is not type(kind.universe.held):
        got = "integers" if isinstance(states.held, IntegerSet) else "locales"
        raise InvalidInput(Problem(f"got {got}: {states}", help=f"expected {expected(kind)}"))
    if states.is_empty:
        raise InvalidInput(Problem("got an empty range or list", help=f"expected {expected(kind)}"))
    # Most facts are one value, and membership says quickly of one what inclusion says of any set.
    inside = states.is_subset(kind.universe) if states.single is None else states.single in kind.universe
    if not inside:
        raise InvalidInput(outside_problem(kind, states))
    return states


def outside_problem(kind: QualificationType, states: ValueSet) -> Problem:
    """The problem that these states are not all within the universe."""
    if states.lacking and not kind.can_be_lacked:
        return Problem("got `lacks`, but every worker has a value of this type", help="say `unknown`")
    return Problem(f"got {states}, expected values within {kind.universe.held}")


def check_states(type_id: str, states: ValueSet) -> None:
    """InvalidInput unless `states` is a non-empty part of the universe of the type."""
    within(qualification_type(type_id), states)


def fact_text(states: ValueSet, kind: QualificationType) -> str:
    """A fact as people write it: the inverse of the grammar wherever the grammar can say it."""
    if states == kind.universe:
        return str(UNKNOWN)
    if states == kind.held:
        return str(HOLDS)
    return str(states)


def expected(kind: QualificationType) -> str:
    """The ways to write a fact about this type, for messages."""
    if kind.is_locale:
        return "`US`, `US-WA`, `US,CA` or `unknown`"
    values = "`98`, `95..100`, `95..`, `..94`, `1,3,8`"
    return f"{values}, `lacks`, `holds` or `unknown`" if kind.can_be_lacked else f"{values} or `unknown`"
