"""Small random worlds in which requirements matter: most facts are known, and lie near what is asked for.

What Hypothesis draws is wild, and mostly nobody is kept out, or everybody. Here the same seed is the same world.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from attrs import frozen

import qualeval as qe
from qualeval.model.qualification_types import qualification_type

__all__ = ["World", "worlds"]

_PLACES = ("US", "US-WA", "US-CA", "CA", "CA-ON", "GB", "IN")
_VALUES = {qe.PERCENT_APPROVED: range(94, 101), qe.NUMBER_HITS_APPROVED: range(9), "3ABC": range(-2, 6)}
_GUARDS = (*qe.ActionsGuarded, None)


@frozen
class World:
    """Some workers, and a HIT."""

    workers: list[qe.WorkerProfile]
    hit: qe.HIT
    policy: qe.AccessPolicy


def worlds(seed: int, count: int, workers: int = 20) -> Iterator[World]:
    """So many, of so many workers."""
    random = Random(f"audience {seed}")
    for _ in range(count):
        types = random.sample([qe.LOCALE, *_VALUES], random.randint(2, 3))
        asked = tuple(_requirement(random, random.choice(types)) for _ in range(random.randint(1, 5)))
        hit = qe.HIT(asked)
        pool = [qe.worker(f"A{n}", {each: _fact(random, each) for each in types}) for n in range(workers)]
        yield World(pool, hit, qe.compile_hit(hit))


def _requirement(random: Random, type_id: str) -> qe.QualificationRequirement:
    """Mostly what lets many in, so that several together do not keep everybody out."""
    guard = random.choice(_GUARDS)
    if type_id == qe.LOCALE:
        name = random.choice(("In", "In", "NotIn", "NotIn", "EqualTo", "NotEqualTo"))
        size = {"In": 3, "NotIn": 2}.get(name, 1)
        places = [qe.Locale.parse(each) for each in random.sample(_PLACES, random.randint(1, size))]
        return qe.QualificationRequirement(type_id, qe.Comparator(name), locale_values=places, actions_guarded=guard)
    comparators = [*qe.Comparator] if random.random() < 0.3 else [qe.Comparator.GREATER_THAN_OR_EQUAL_TO]
    comparator, values = random.choice(comparators), _VALUES[type_id]
    size = 0 if not comparator.takes_values else random.randint(1, 3) if comparator.takes_list else 1
    listed = [random.choice(values[: len(values) // 2 + 1]) for _ in range(size)]
    return qe.QualificationRequirement(type_id, comparator, listed, actions_guarded=guard)


def _fact(random: Random, type_id: str) -> str:
    if type_id == qe.LOCALE:
        place = random.choice(_PLACES)
        return random.choices((place, "unknown", f"{place},FR", "US-ZZ"), (16, 1, 2, 1))[0]
    low, high = sorted(random.choices(_VALUES[type_id], k=2))
    words = ["unknown", "holds", *(["lacks"] * 2 if qualification_type(type_id).can_be_lacked else [])]
    return random.choices((str(high), f"{low}..{high}", f"{low}..", random.choice(words)), (14, 2, 1, 2))[0]
