"""Strategies for HITs and for the policies that they come to.

A HIT draws few types, and values that lie near each other, so that its requirements meet, touch and miss. Where it is
to be satisfiable, the state of one worker is drawn first, and every requirement is one that this worker meets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import cache, partial

from hypothesis import strategies as st

from qualeval.model.actions import ActionsGuarded
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import QualificationType
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.compiler import compile_hit
from qualeval.testing.strategies.arguments import check_range, flag, types_of
from qualeval.testing.strategies.facts import times
from qualeval.testing.strategies.places import locales, places_in
from qualeval.testing.strategies.qualification_types import (
    Value,
    integer_ends,
    qualification_types,
    values_of,
    values_with,
)
from qualeval.testing.strategies.requirements import (
    GUARD_FIELDS,
    Asking,
    GuardFields,
    built,
    comparisons,
    most_values,
    takes,
)
from qualeval.values.locale import UNLISTED, Locale, country_codes

__all__ = ["MAX_REQUIREMENTS", "hits", "policies"]

MAX_REQUIREMENTS = 10
"""So many a HIT takes: API reference, CreateHIT (grade D)."""

Listed = tuple[QualificationRequirement, ...]

_STATUSES = ("Assignable", "Unassignable", "Reviewable", "Reviewing", "Disposed")
_TITLES = ("Mark the birds", "Transcribe a receipt", "Was fühlen Sie?")
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def hits(
    min_requirements: int = 0,
    max_requirements: int = MAX_REQUIREMENTS,
    *,
    types: Iterable[QualificationType | str] | None = None,
    fetched: bool | None = None,
    satisfiable: bool = False,
) -> st.SearchStrategy[HIT]:
    """HITs that Mechanical Turk's rules allow, each with so many requirements, ten at most.

    `types` (ids or names) are those that may be asked for. `fetched` are as the service gives them, with both guard
    fields in every requirement; the others are requests, which have one of the two or none; None is either.
    With `satisfiable` somebody may accept each; else it can be that nobody may.

    Shrinks to a request without requirements, or to the fewest and simplest.
    """
    check_range(
        min_requirements, max_requirements, ("min_requirements", "max_requirements"), least=0, most=MAX_REQUIREMENTS
    )
    kinds = qualification_types() if types is None else st.sampled_from(types_of(types))
    asked = partial(_lists, kinds, (min_requirements, max_requirements), flag(satisfiable, "satisfiable"))
    requests, read = _requests(asked(_fields(_one_or_none))), _read(asked(_fields(_both)))
    if fetched is None:
        return requests | read
    return read if flag(fetched, "fetched") else requests


def policies(
    min_requirements: int = 0,
    max_requirements: int = MAX_REQUIREMENTS,
    *,
    types: Iterable[QualificationType | str] | None = None,
    satisfiable: bool = False,
) -> st.SearchStrategy[AccessPolicy]:
    """The policies of `hits` with these arguments. Shrinks to the policy that lets everybody do everything."""
    asked = hits(min_requirements, max_requirements, types=types, fetched=False, satisfiable=satisfiable)
    return asked.map(compile_hit)


# --- what stands beside the requirements


def _requests(listed: st.SearchStrategy[Listed]) -> st.SearchStrategy[HIT]:
    said = st.fixed_dictionaries(
        {"Description": st.just("A minute of work"), "Reward": st.just("0.05")},
        optional={
            "AssignmentDurationInSeconds": st.integers(30, 3600),
            "LifetimeInSeconds": st.integers(30, 86_400),
            "MaxAssignments": st.integers(1, 100),
            "Keywords": st.just("birds, pictures"),
        },
    )
    return st.builds(HIT, listed, title=st.none() | st.sampled_from(_TITLES), other=said)


def _read(listed: st.SearchStrategy[Listed]) -> st.SearchStrategy[HIT]:
    """HITs as the service gives them: with an id, a status, times and a count."""
    said = st.fixed_dictionaries(
        {"HITTypeId": _ids(), "Reward": st.just("0.05"), "MaxAssignments": st.integers(1, 100)},
        optional={"HITGroupId": _ids(), "HITReviewStatus": st.just("NotReviewed")},
    )
    lifetime = st.integers(30, 31_536_000).map(lambda seconds: timedelta(seconds=seconds))
    return st.builds(
        lambda created, lifetime, **fields: HIT(
            created_at=created, expires_at=created + lifetime, is_fetched=True, **fields
        ),
        times(),
        lifetime,
        requirements=listed,
        hit_id=_ids(),
        title=st.sampled_from(_TITLES),
        status=st.sampled_from(_STATUSES),
        assignments_available=st.integers(0, 100),
        other=said,
    )


@cache
def _ids() -> st.SearchStrategy[str]:
    return st.text(_CAPITALS, max_size=20).map("3HIT{}".format)


def _one_or_none(fields: GuardFields) -> bool:
    return None in fields


def _both(fields: GuardFields) -> bool:
    return None not in fields


def _fields(allowed: Callable[[GuardFields], bool]) -> st.SearchStrategy[GuardFields]:
    return st.sampled_from([each for guard in ActionsGuarded for each in GUARD_FIELDS[guard] if allowed(each)])


# --- the requirements


@st.composite
def _lists(
    draw: st.DrawFn,
    kinds: st.SearchStrategy[QualificationType],
    sizes: tuple[int, int],
    is_satisfiable: bool,
    fields: st.SearchStrategy[GuardFields],
) -> Listed:
    """Requirements on few types, so that several fall on one."""
    if sizes[1] == 0:
        return ()
    few = list(dict.fromkeys(draw(st.lists(kinds, min_size=1, max_size=sizes[1]))))
    asking = {kind: draw(_met_by_one(kind) if is_satisfiable else _near_another(kind)) for kind in few}
    each = st.sampled_from(few).flatmap(lambda kind: built(kind, asking[kind], fields))
    return tuple(draw(st.lists(each, min_size=sizes[0], max_size=sizes[1])))


@cache
def _near_another(kind: QualificationType) -> st.SearchStrategy[st.SearchStrategy[Asking]]:
    """What to ask of a type, its values lying near a few that are drawn first."""
    values = partial(values_with, kind, for_requirements=True)
    few = st.lists(values_of(kind, for_requirements=True), min_size=1, max_size=3)
    return few.map(lambda named: comparisons(kind, values(named)))


@cache
def _met_by_one(kind: QualificationType) -> st.SearchStrategy[st.SearchStrategy[Asking]]:
    """What to ask of a type, all of it met by the worker in one state that is drawn first."""
    held = _states(kind).map(partial(_met_by, kind))
    return st.just(st.just((Comparator.DOES_NOT_EXIST, ()))) | held if kind.can_be_lacked else held


def _states(kind: QualificationType) -> st.SearchStrategy[Value]:
    return locales().map(_one_place) if kind.is_locale else values_of(kind)


def _one_place(locale: Locale) -> Locale:
    """A place that is in no subdivision, of a country alone."""
    return Locale(locale.country, locale.subdivision or UNLISTED)


def _met_by(kind: QualificationType, state: Value) -> st.SearchStrategy[Asking]:
    """What a worker meets who holds this value."""
    options: list[st.SearchStrategy[Asking]] = []
    if takes(kind, Comparator.EXISTS):
        options.append(st.just((Comparator.EXISTS, ())))
    if takes(kind, Comparator.EQUAL_TO):
        options += _lists_with(kind, _values_that_are(state))
        options += _lists_without(kind, _values_that_are_not(kind, state))
    if isinstance(state, int) and takes(kind, Comparator.LESS_THAN):
        options += _bounds(kind, state)
    return st.one_of(options)


def _values_that_are(state: Value) -> st.SearchStrategy[Value]:
    """The values that a requirement names and this is one of: itself, or a region around it."""
    if isinstance(state, Locale):
        return st.sampled_from([each for each in _nameable() if _covers(each, state)])
    return st.just(state)


def _values_that_are_not(kind: QualificationType, state: Value) -> st.SearchStrategy[Value]:
    if isinstance(state, Locale):
        return st.sampled_from([each for each in _nameable() if not _covers(each, state)])
    low, high = integer_ends(kind)
    sides = [st.integers(*side) for side in ((low, state - 1), (state + 1, high)) if side[0] <= side[1]]
    return st.one_of(sides)


@cache
def _nameable() -> tuple[Locale, ...]:
    """Every place that a requirement may name."""
    return tuple(each for code in ("US", *sorted(country_codes() - {"US"})) for each in places_in(code, True))


def _covers(region: Locale, place: Locale) -> bool:
    return region.country == place.country and region.subdivision in (None, place.subdivision)


def _lists_with(kind: QualificationType, inside: st.SearchStrategy[Value]) -> Iterator[st.SearchStrategy[Asking]]:
    """EqualTo and In: one value, and it anywhere in a list."""
    others = st.lists(values_of(kind, for_requirements=True), max_size=(most_values(kind) - 1) // 2)
    yield inside.map(lambda value: (Comparator.EQUAL_TO, [value]))
    yield st.tuples(others, inside, others).map(lambda three: (Comparator.IN, [*three[0], three[1], *three[2]]))


def _lists_without(kind: QualificationType, outside: st.SearchStrategy[Value]) -> Iterator[st.SearchStrategy[Asking]]:
    yield outside.map(lambda value: (Comparator.NOT_EQUAL_TO, [value]))
    yield st.lists(outside, min_size=1, max_size=most_values(kind)).map(lambda found: (Comparator.NOT_IN, found))


def _bounds(kind: QualificationType, state: int) -> Iterator[st.SearchStrategy[Asking]]:
    low, high = integer_ends(kind)
    for comparator, least, greatest, nearest in (
        (Comparator.GREATER_THAN_OR_EQUAL_TO, low, state, state),
        (Comparator.GREATER_THAN, low, state - 1, state - 1),
        (Comparator.LESS_THAN_OR_EQUAL_TO, state, high, state),
        (Comparator.LESS_THAN, state + 1, high, state + 1),
    ):
        if least <= greatest:
            values = st.just(nearest) | st.integers(least, greatest)
            yield values.map(partial(_asked, comparator))


def _asked(comparator: Comparator, value: Value) -> Asking:
    return comparator, [value]
