"""Several places at once: which a list takes in, or no longer excludes, one after the other, to reach so many.

This module does not know how an audience is counted.
"""

from __future__ import annotations

from collections.abc import Callable

from qualeval.bulk.audiences import Audience, Change, Place
from qualeval.model.hits import HIT
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.compiler import compile_requirements
from qualeval.policy.wording import conjoined

__all__ = ["several_places"]

Counting = Callable[[AccessPolicy], Audience]


def several_places(count: Counting, policy: AccessPolicy, target: int) -> Change | None:
    """The change of one list of places after which at least so many are permitted for certain; None where none does.

    Each step takes the place that brings most, and the last one the place that is enough and brings least. Of the lists
    of a HIT the one that needs the fewest places is changed.
    """
    found = count(policy)
    none_needed = found.best_change(target)
    if none_needed is not None and none_needed.index is None:
        return none_needed
    indexes = dict.fromkeys(sorted(each.index for each in found.places))
    changes = [change for index in indexes if (change := _changed(count, policy, index, target)) is not None]
    return min(changes, key=lambda each: (each.move, each.reached.certain), default=None)


def _changed(count: Counting, policy: AccessPolicy, index: int, target: int) -> Change | None:
    """The change of one requirement's list."""
    hit, taken = HIT(policy.requirements), list[Place]()
    while not taken or taken[-1].reached.certain < target:
        found = count(compile_requirements(hit.requirements, names=policy.names))
        place = _next([each for each in found.places if each.index == index], found.permitted, target)
        if place is None:
            return None
        taken.append(place)
        hit = place.change.applied(hit)
    return Change(index, _words(index, taken), taken[-1].reached, taken[-1].values, move=len(taken))


def _next(places: list[Place], permitted: int, target: int) -> Place | None:
    """The place to take, of those with which something is left of the list."""
    gaining = [each for each in places if each.values is not None and each.reached.certain > permitted]
    enough = [each for each in gaining if each.reached.certain >= target]
    return min(enough, key=lambda each: each.reached.certain) if enough else next(iter(gaining), None)


def _words(index: int, taken: list[Place]) -> str:
    listed = conjoined([str(each.locale) for each in taken])
    words = f"exclude {listed} no longer" if taken[0].is_excluded else f"take in {listed} too"
    return f"requirement {index}: {words}"
