"""The audience of a policy, the slow way: every number is a loop of `decide` over the workers, row by row.

Nothing is shared and nothing is clever: a changed HIT is compiled and judged anew, a curve is tried at every integer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import qualeval as qe
from qualeval.bulk.audiences import NEAREST, Audience, Band, Curve, NearMiss, Place, RequirementReach, places_of
from qualeval.values.locale_set import LocaleSet

__all__ = ["naive_audience", "naive_curves", "reached"]

Requirements = Sequence[qe.QualificationRequirement]
Workers = Sequence[qe.WorkerProfile]

_THRESHOLDS = (
    qe.Comparator.LESS_THAN,
    qe.Comparator.LESS_THAN_OR_EQUAL_TO,
    qe.Comparator.GREATER_THAN,
    qe.Comparator.GREATER_THAN_OR_EQUAL_TO,
    qe.Comparator.EQUAL_TO,
    qe.Comparator.NOT_EQUAL_TO,
)
FAR = 10**40


def naive_audience(workers: Workers, policy: qe.AccessPolicy, action: qe.Action = qe.Action.ACCEPT) -> Audience:
    """The audience of a policy, as `Reach` is to count it."""
    listed = policy.requirements
    guarding = [index for index, each in enumerate(listed) if each.guard.guards(action)]
    shares = [_share(workers, policy, index, action) for index in range(len(listed))]
    curves = naive_curves(workers, policy, action)
    named = [index for index in guarding if listed[index].locale_values]
    places = [each for index in named for each in _places(workers, listed, index, action)]
    places.sort(key=lambda each: (-each.reached.certain, -each.reached.possible, each.index, str(each.locale)))
    return Audience(action, len(workers), reached(workers, listed, action), tuple(shares), curves, tuple(places))


def naive_curves(workers: Workers, policy: qe.AccessPolicy, action: qe.Action = qe.Action.ACCEPT) -> tuple[Curve, ...]:
    """The curves of all requirements with one integer."""
    listed = policy.requirements
    asked = [n for n, each in enumerate(listed) if each.guard.guards(action) and _has_threshold(each)]
    return tuple(_curve(workers, listed, index, action) for index in asked)


def outcomes(workers: Workers, requirements: Requirements, action: qe.Action) -> list[qe.Outcome]:
    policy = qe.compile_requirements(requirements)
    return [policy.decide(each).outcome(action) for each in workers]


def reached(workers: Workers, requirements: Requirements, action: qe.Action) -> Band:
    """How many are permitted, and how many are not denied."""
    counts = Counter(outcomes(workers, requirements, action))
    return Band(counts[qe.Outcome.PERMITTED], len(workers) - counts[qe.Outcome.DENIED])


def _share(workers: Workers, policy: qe.AccessPolicy, index: int, action: qe.Action) -> RequirementReach:
    listed, mine = policy.requirements, policy.requirements[index]
    others = [each for place, each in enumerate(listed) if place != index]
    before = outcomes(workers, listed, action)
    after = outcomes(workers, others, action)
    freed = [now for was, now in zip(before, after, strict=True) if was is qe.Outcome.DENIED]
    kept_out = [
        worker
        for worker, was, now in zip(workers, before, after, strict=True)
        if was is qe.Outcome.DENIED and now is qe.Outcome.PERMITTED
    ]
    return RequirementReach(
        index,
        mine,
        policy.names.name_of(mine.qualification_type_id),
        mine.guard.guards(action),
        reached(workers, [mine], action),
        reached(workers, listed[: index + 1], action),
        reached(workers, others, action),
        Band(freed.count(qe.Outcome.PERMITTED), len(freed) - freed.count(qe.Outcome.DENIED)),
        list(zip(before, after, strict=True)).count((qe.Outcome.UNKNOWN, qe.Outcome.PERMITTED)),
        tuple(_near_misses(kept_out, mine)),
    )


def _near_misses(workers: Workers, requirement: qe.QualificationRequirement) -> Iterator[NearMiss]:
    """By how much those workers miss it whose values are all known to some end: the farthest of them counts."""
    if not requirement.integer_values:
        return
    found: Counter[int] = Counter()
    for worker in workers:
        states = worker.fact(requirement.qualification_type_id).states
        assert isinstance(states.held, qe.IntegerSet)
        if not states.lacking and states.held.low is not None and states.held.high is not None:
            held = [each for each in range(states.held.low, states.held.high + 1) if each in states.held]
            missed = [_distance(each, requirement) for each in held]
            if all(each is not None for each in missed):
                found[max(each for each in missed if each is not None)] += 1
    yield from (NearMiss(*each) for each in sorted(found.items())[:NEAREST])


def _distance(value: int, requirement: qe.QualificationRequirement) -> int | None:
    """How far the nearest value is that meets the requirement, of those that a worker can have; the world is small."""
    policy = qe.compile_requirements([requirement])
    type_id = requirement.qualification_type_id

    def meets(other: int) -> bool:
        try:
            return policy.permits(qe.worker("A1", {type_id: other}))
        except qe.InvalidInput:
            return False

    return next((move for move in range(300) if meets(value - move) or meets(value + move)), None)


def _has_threshold(requirement: qe.QualificationRequirement) -> bool:
    return requirement.comparator in _THRESHOLDS and len(requirement.integer_values) == 1


def _curve(workers: Workers, listed: Requirements, index: int, action: qe.Action) -> Curve:
    """Tried at every integer near one that anybody names, and far out on both sides."""
    mine = listed[index]
    named = {point for each in listed for point in each.integer_values}
    facts = [each.fact(mine.qualification_type_id).states.held for each in workers]
    named |= {point for held in facts if isinstance(held, qe.IntegerSet) for point in held.points}
    tried = sorted({point + move for point in named for move in (-2, -1, 0, 1, 2)} | {-FAR, FAR})
    bands = [reached(workers, [*listed[:index], _with(mine, t), *listed[index + 1 :]], action) for t in tried]
    starts = [t for t, (was, now) in zip(tried[1:], pairwise(bands), strict=True) if now != was]
    kept = [bands[0], *(now for was, now in pairwise(bands) if now != was)]
    return Curve(
        index,
        mine.integer_values[0],
        tuple(starts),
        tuple(each.certain for each in kept),
        tuple(each.possible for each in kept),
    )


def _with(requirement: qe.QualificationRequirement, value: int) -> qe.QualificationRequirement:
    return qe.change_hit(qe.HIT((requirement,)), values={0: value}).requirements[0]


def _places(workers: Workers, listed: Requirements, index: int, action: qe.Action) -> Iterator[Place]:
    mine = listed[index]
    excludes = mine.comparator in (qe.Comparator.NOT_IN, qe.Comparator.NOT_EQUAL_TO)
    region = LocaleSet.only(*mine.locale_values)
    named = mine.locale_values if excludes else _named(workers)
    for locale in dict.fromkeys(named):
        if excludes or not region.contains_region(locale):
            values = places_of(mine, locale)
            changed = [] if values is None else [_listing(mine, values)]
            band = reached(workers, [*listed[:index], *changed, *listed[index + 1 :]], action)
            yield Place(index, locale, excludes, band, values)


def _listing(requirement: qe.QualificationRequirement, values: str) -> qe.QualificationRequirement:
    return qe.change_hit(qe.HIT((requirement,)), values={0: values}).requirements[0]


def _named(workers: Workers) -> Iterable[qe.Locale]:
    """The countries and the subdivisions that any worker's fact names, as far as a requirement can name them."""
    for worker in workers:
        held = worker.fact(qe.LOCALE).states.held
        assert isinstance(held, LocaleSet)
        for country, places in held.exceptions.items():
            yield qe.Locale(country)
            yield from (qe.Locale(country, code) for code in places.codes if len(code) == 2 and code != "ZZ")


