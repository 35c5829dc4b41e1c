"""Parts of a set of states, drawn from the set itself: one state of it, or any part that is not empty.

It does not know policies, nor what a part is wanted for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, reduce
from operator import or_

from hypothesis import strategies as st

from qualeval.model.qualification_types import QualificationType
from qualeval.policy.examples import example_states
from qualeval.testing.strategies.places import FAMILIAR, places_in
from qualeval.testing.strategies.qualification_types import Value, as_states, named_values, values_near
from qualeval.values.integer_set import IntegerSet, Interval
from qualeval.values.locale import Locale, country_codes
from qualeval.values.locale_set import LocaleSet, Places
from qualeval.values.value_set import ValueSet

__all__ = ["parts_of", "single_states"]

_WHOLE, _NOTHING = Places(cofinite=True), Places()


def single_states(
    kind: QualificationType, states: ValueSet, named: Iterable[Value] = (), first: ValueSet | None = None
) -> st.SearchStrategy[ValueSet]:
    """Single states of a set that is not empty, each as the set of itself.

    Those at its edges, and those that are named or lie beside such a one, are drawn often. A whole country within the
    set counts as one state. Shrinks to `first`, a part of the set; else to a natural state.
    """
    held = states.held
    options = [st.just(example_states(kind, states) if first is None else first)]
    if states.lacking:
        options.append(st.just(kind.lacked))
    if near := values_near([*named_values(states), *named, *(FAMILIAR if kind.is_locale else ())], states):
        options.append(st.sampled_from(near).map(_only))
    options += _single_integers(held) if isinstance(held, IntegerSet) else _single_places(held)
    return st.one_of(options)


def parts_of(kind: QualificationType, states: ValueSet) -> st.SearchStrategy[ValueSet]:
    """Parts of a set that is not empty, none of them empty: single states, several, ranges, all of it.

    Shrinks to a natural state.
    """
    single = single_states(kind, states)
    options = [single, st.lists(single, min_size=2, max_size=4).map(lambda found: reduce(or_, found))]
    options.append(st.just(states))
    if isinstance(states.held, IntegerSet) and not states.held.is_empty:
        options.append(st.sampled_from(list(states.held.intervals())).flatmap(_ranges))
    return st.one_of(options)


def _only(value: Value) -> ValueSet:
    return as_states([value])


# --- integers


def _single_integers(held: IntegerSet) -> Iterator[st.SearchStrategy[ValueSet]]:
    if runs := list(held.intervals()):
        yield st.sampled_from(runs).flatmap(lambda run: st.integers(*run)).map(_only)


def _ranges(run: Interval) -> st.SearchStrategy[ValueSet]:
    """Ranges within a run, open only where it is."""
    low, high = run
    inside = st.integers(low, high)
    both = st.tuples(inside, inside).map(lambda ends: IntegerSet.between(min(ends), max(ends)))
    above = inside.map(lambda end: IntegerSet.between(end, high))
    below = inside.map(lambda end: IntegerSet.between(low, end))
    return st.one_of(both, above, below).map(ValueSet)


# --- places


def _single_places(held: LocaleSet) -> Iterator[st.SearchStrategy[ValueSet]]:
    if parts := [(country, part) for country, part in held.exceptions.items() if not part.is_empty]:
        yield st.sampled_from(parts).flatmap(lambda part: st.sampled_from(_within(*part)))
    if held.default:
        yield _elsewhere(frozenset(held.exceptions))


@cache
def _within(country: str, part: Places) -> tuple[ValueSet, ...]:
    """Every region within a part of a country; the part itself where no locale names anything of it."""
    if not part.cofinite:
        return tuple(_only(Locale(country, code)) for code in sorted(part.codes))
    rest = LocaleSet(((country, part),))
    return tuple(_only(each) for each in places_in(country) if rest.contains_region(each)) or (ValueSet(rest),)


def _elsewhere(named: frozenset[str]) -> st.SearchStrategy[ValueSet]:
    """Regions in the countries that are not named; all that is left of the world where all are."""
    if unnamed := [code for code in ("US", *sorted(country_codes() - {"US"})) if code not in named]:
        return st.sampled_from(unnamed).flatmap(lambda country: st.sampled_from(_within(country, _WHOLE)))
    return st.just(ValueSet(LocaleSet(tuple((country, _NOTHING) for country in named), True)))
