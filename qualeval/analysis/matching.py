"""Which HIT of one list is which of another, so that the two versions of each can be compared.

This module does not know what HITs ask, nor where the lists come from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from attrs import frozen

from qualeval.errors import InvalidInput, Problem, show
from qualeval.model.hits import HIT

__all__ = ["HITMatch", "match_hits"]


@frozen
class HITMatch:
    """The two versions of one HIT. One of them is None where it was added or removed, and never both."""

    before: HIT | None
    after: HIT | None


def match_hits(before: Sequence[HIT], after: Sequence[HIT]) -> tuple[HITMatch, ...]:
    """The HITs of two lists, each beside its other version, in the order of the first and then of the second.

    Where each list has one HIT, these two belong together whatever their ids. Where all have ids, the ids decide: those
    of one list alone were removed or added. Where none has one and there are as many of both, places decide.

    Raises:
        InvalidInput: it cannot be told: some have no id, or an id stands twice in a list.
    """
    if len(before) == len(after) == 1:
        return (HITMatch(before[0], after[0]),)
    ids = {hit.hit_id for hit in (*before, *after)}
    if ids == {None} and len(before) == len(after):
        return tuple(map(HITMatch, before, after))
    if None in ids and before and after:
        raise InvalidInput(_untold(before, after))
    return _by_id(before, after)


def _by_id(before: Sequence[HIT], after: Sequence[HIT]) -> tuple[HITMatch, ...]:
    if problems := [*_repeated(before, "before"), *_repeated(after, "after")]:
        raise InvalidInput(problems)
    new, known = {hit.hit_id: hit for hit in after if hit.hit_id is not None}, {hit.hit_id for hit in before}
    kept = [HITMatch(hit, None if hit.hit_id is None else new.get(hit.hit_id)) for hit in before]
    added = [HITMatch(None, hit) for hit in after if hit.hit_id is None or hit.hit_id not in known]
    return (*kept, *added)


def _repeated(hits: Sequence[HIT], when: str) -> list[Problem]:
    counts = Counter(hit.hit_id for hit in hits if hit.hit_id is not None)
    return [
        Problem(f"HIT {show(hit_id)} is there {count} times {when}", help="keep one of them")
        for hit_id, count in counts.items()
        if count > 1
    ]


def _untold(before: Sequence[HIT], after: Sequence[HIT]) -> Problem:
    unnamed = [sum(hit.hit_id is None for hit in hits) for hits in (before, after)]
    found = f"{len(before)} HITs before ({unnamed[0]} without a HITId), {len(after)} after ({unnamed[1]} without)"
    mend = "give each a HITId, or compare them one at a time"
    return Problem(f"which HIT is which cannot be told: {found}", help=mend)
