"""How far one worker may go with each HIT of a catalog: an answer whose rows are made as they are read.

This module does not know policies, nor how verdicts come about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, overload

from attrs import evolve, field, frozen

from qualeval.bulk.index import VERDICTS, Verdicts
from qualeval.bulk.packages import np, npt
from qualeval.errors import HITNotFound, nearest, show
from qualeval.model.actions import Access, Action

__all__ = ["Match", "Matches"]


@frozen
class Match:
    """A HIT, how far the worker may go with it for certain, and how far at most once all is known."""

    hit_id: str
    access: Access
    possible: Access


_Levels = frozenset[tuple[Access, Access]]
"""Pairs of access and possible."""

_CERTAIN: _Levels = frozenset(each for each in VERDICTS.values() if each[0] > Access.NONE)


@frozen(eq=False, repr=False)
class Matches(Sequence[Match]):
    """Some HITs of a catalog and how far one worker may go with each, the best first: by access, then by possible.

    As `Catalog.match` gives it, of those HITs that the worker may discover at least, for certain. `permitted` and
    `unknown` are of other ones, whatever was chosen before; `of` tells of any HIT. Rows are made as they are read.
    """

    _verdicts: Verdicts = field(alias="verdicts")
    """By policy."""
    _holders: Sequence[tuple[str, ...]] = field(alias="holders")
    """By policy, the ids of the HITs that have it."""
    _places: Mapping[str, int] = field(alias="places")
    """By HIT id, which policy it has."""
    _levels: _Levels = field(default=_CERTAIN, alias="levels")

    def permitted(self, action: Action = Action.ACCEPT) -> Matches:
        """The HITs with which the worker may do this for certain."""
        level = Action(action).level
        return self._having(frozenset(each for each in VERDICTS.values() if each[0] >= level))

    def unknown(self, action: Action = Action.ACCEPT) -> Matches:
        """The HITs with which the worker might do this, and it is not known: she may once what is missing is known."""
        level = Action(action).level
        return self._having(frozenset(each for each in VERDICTS.values() if each[0] < level <= each[1]))

    def _having(self, levels: _Levels) -> Matches:
        return evolve(self, levels=levels)

    def of(self, hit_id: str) -> Match:
        """How far the worker may go with one HIT of the catalog, whether she may or not.

        Raises:
            HITNotFound: the catalog has no such HIT.
        """
        if hit_id not in self._places:
            raise not_there(hit_id, self._places)
        return Match(hit_id, *VERDICTS[int(self._verdicts[self._places[hit_id]])])

    @cached_property
    def _groups(self) -> list[tuple[tuple[Access, Access], npt.NDArray[np.intp]]]:
        """The chosen pairs of levels that occur, the best first, each with the policies that have it."""
        chosen = [(byte, levels) for byte, levels in VERDICTS.items() if levels in self._levels]
        listed = [(levels, np.flatnonzero(self._verdicts == byte)) for byte, levels in chosen]
        return [(levels, policies) for levels, policies in listed if self._count(policies)]

    def _count(self, policies: npt.NDArray[np.intp]) -> int:
        """How many HITs have one of these policies."""
        return sum(len(self._holders[each]) for each in policies.tolist())

    @cached_property
    def _length(self) -> int:
        return sum(self._count(policies) for _, policies in self._groups)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Match]:
        for levels, policies in self._groups:
            for hit_id in chain.from_iterable(map(self._holders.__getitem__, policies.tolist())):
                yield Match(hit_id, *levels)

    @overload
    def __getitem__(self, place: int) -> Match: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Match]: ...
    def __getitem__(self, place: int | slice) -> Match | Sequence[Match]:
        return self._rows[place]

    @cached_property
    def _rows(self) -> Sequence[Match]:
        return tuple(self)

    def __repr__(self) -> str:
        counts = ", ".join(f"{self._count(policies)} {_said(levels)}" for levels, policies in self._groups)
        return f"<Matches {counts or 'none'}>"


def _said(levels: tuple[Access, Access]) -> str:
    access, possible = levels
    return str(access) if access == possible else f"{access} (possibly {possible})"


def not_there(hit_id: Any, known: Mapping[str, int]) -> HITNotFound:
    """The error that a catalog has no such HIT."""
    near = nearest(str(hit_id), known) if len(known) < 1000 else None
    mend = f"did you mean {show(near)}?" if near else f"it has {len(known)} HITs"
    return HITNotFound(str(hit_id), f"no HIT {show(hit_id)} in the catalog; {mend}")
