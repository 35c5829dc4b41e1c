"""Strategies for facts: what is known of one worker towards one qualification type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from qualeval.model.facts import Fact
from qualeval.model.qualification_types import QualificationType
from qualeval.testing.strategies.arguments import type_of
from qualeval.testing.strategies.qualification_types import Value, as_states, named_values, values_with
from qualeval.values.integer_set import IntegerSet
from qualeval.values.value_set import ValueSet

__all__ = ["facts", "facts_near", "times", "writable_facts"]

_DAWN = datetime(2018, 1, 1, tzinfo=UTC)


def facts(type: QualificationType | str) -> st.SearchStrategy[Fact]:
    """Facts towards a type (the type, its id or its name): a value, a list, a range, lacked, revoked, held, unknown.

    Any part of the universe can be drawn that holds something. When and from where a fact was learned is not said.

    Shrinks to the unknown.
    """
    return facts_near(type_of(type), ())


def facts_near(kind: QualificationType, sets: Iterable[ValueSet]) -> st.SearchStrategy[Fact]:
    """Facts that often name a value which these sets name, or one beside it. Shrinks to the unknown."""
    return _facts(kind, _named(sets), beyond_files=True)


def writable_facts(kind: QualificationType, sets: Iterable[ValueSet]) -> st.SearchStrategy[Fact]:
    """The same, of those that a profile file can say."""
    return _facts(kind, _named(sets), beyond_files=False)


def _named(sets: Iterable[ValueSet]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(value for each in sets for value in named_values(each)))


@cache
def _facts(kind: QualificationType, named: tuple[Value, ...], beyond_files: bool) -> st.SearchStrategy[Fact]:
    values = values_with(kind, named)
    options = [st.just(Fact(kind.universe)), st.just(Fact(kind.held))]
    options.append(st.builds(Fact, values.map(lambda value: as_states([value])), granted_at=st.none() | times()))
    if kind.can_be_lacked:
        options.append(st.just(Fact(kind.lacked)))
        options.append(st.builds(Fact, st.just(kind.lacked), is_revoked=st.just(True), granted_at=st.none() | times()))
    options += [states.map(Fact) for states in _several(kind, values)]
    if beyond_files:
        options.append(_mixtures(kind, values).map(Fact))
    return st.one_of(options)


def _several(kind: QualificationType, values: st.SearchStrategy[Value]) -> Iterator[st.SearchStrategy[ValueSet]]:
    """Several of the held values: lists, and of integers ranges that may be open."""
    yield st.lists(values, min_size=2, max_size=4).map(as_states)
    if not kind.is_locale:
        ends = st.tuples(values, values).map(sorted)
        yield ends.map(lambda found: _range(kind, *found))
        yield values.map(lambda low: _range(kind, low, None))
        yield values.map(lambda high: _range(kind, None, high))


def _range(kind: QualificationType, low: Any, high: Any) -> ValueSet:
    return ValueSet(IntegerSet.between(low, high)) & kind.universe


def _mixtures(kind: QualificationType, values: st.SearchStrategy[Value]) -> st.SearchStrategy[ValueSet]:
    """Any part that holds one of the values for sure, and much or little of the rest, lacking perhaps."""
    several = st.one_of(*_several(kind, values))
    more = several | several.map(lambda states: kind.universe - states) | st.just(kind.lacked)
    return st.tuples(several, more).map(lambda two: two[0] | two[1])


@cache
def times() -> st.SearchStrategy[datetime]:
    """Whole seconds of some years, in UTC. Shrinks to the beginning of 2018."""
    return st.integers(0, 10**9).map(lambda seconds: _DAWN + timedelta(seconds=seconds))
