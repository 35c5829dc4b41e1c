"""Which HIT of one list is which of another, so that the two versions of each can be compared.

This module does not know what HITs ask, nor where the lists come from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence

from attrs import Factory, define, frozen

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

    Where each list has one HIT, these two belong together whatever their ids. Else ids decide, and then a title that no
    other one of its list has: a HIT that is made again has another id. What is then left of one list alone was removed
    or added, and so was what has an id. As many HITs without ids as are left of both belong together in their order.

    Raises:
        InvalidInput: it cannot be told: not as many are left without ids, or an id stands twice in a list.
    """
    if len(before) == len(after) == 1:
        return (HITMatch(before[0], after[0]),)
    if problems := [*_repeated(before, "before"), *_repeated(after, "after")]:
        raise InvalidInput(problems)
    matching = _Matching(before, after)
    matching.pair_by(lambda hit: hit.hit_id)
    matching.pair_by(lambda hit: hit.title)
    matching.pair_the_rest()
    return matching.matches()


@define
class _Matching:
    """Which place of the first list is which of the second, as far as it is known."""

    before: Sequence[HIT]
    after: Sequence[HIT]
    pairs: dict[int, int] = Factory(dict)

    def left(self) -> tuple[list[int], list[int]]:
        """The places in each list that belong to none of the other."""
        taken = set(self.pairs.values())
        old = [place for place in range(len(self.before)) if place not in self.pairs]
        return old, [place for place in range(len(self.after)) if place not in taken]

    def pair_by(self, key: Callable[[HIT], Hashable | None]) -> None:
        """Pairs what is left and alone of its list with a key."""
        old, new = self.left()
        places = _unique((key(self.after[place]), place) for place in new)
        for name, place in _unique((key(self.before[place]), place) for place in old).items():
            other = places.get(name)
            if other is not None:
                self.pairs[place] = other

    def pair_the_rest(self) -> None:
        """Pairs what is left without ids in its order. InvalidInput where there are not as many of both."""
        old, new = self.left()
        ids = {*(self.before[place].hit_id for place in old), *(self.after[place].hit_id for place in new)}
        if None not in ids or not (old and new):
            return
        if ids == {None} and len(old) == len(new):
            self.pairs |= zip(old, new, strict=True)
        else:
            raise InvalidInput(_untold(self.before, self.after))

    def matches(self) -> tuple[HITMatch, ...]:
        """Every HIT of both lists in its match."""
        found = [
            HITMatch(hit, self.after[self.pairs[place]] if place in self.pairs else None)
            for place, hit in enumerate(self.before)
        ]
        return (*found, *(HITMatch(None, self.after[place]) for place in self.left()[1]))


def _unique(pairs: Iterable[tuple[Hashable | None, int]]) -> dict[Hashable, int]:
    """The places of the keys that stand once."""
    listed = [(key, place) for key, place in pairs if key is not None]
    counts = Counter(key for key, _ in listed)
    return {key: place for key, place in listed if counts[key] == 1}


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
    mend = "give each a HITId or a title of its own, or compare them one at a time"
    return Problem(f"which HIT is which cannot be told: {found}", help=mend)
