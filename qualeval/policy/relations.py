"""How the boxes of two policies lie to each other: inclusion, disjointness, and a worker who shows that it fails.

A box is one value set a type, so each question is answered type by type. This module does not know requirements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qualeval.model.qualification_types import qualification_type
from qualeval.values.value_set import ValueSet

__all__ = ["Box", "are_disjoint", "is_included", "missing", "outside"]

Box = Mapping[str, ValueSet] | None
"""The types that are constrained and what they admit; None is the box that admits nobody, whichever type emptied it."""


def is_included(one: Box, other: Box) -> bool:
    """Whether everybody in `one` is in `other`.

    Of a box that is not empty every type can be chosen freely, so each type of `other` must contain that of `one`.
    Mostly the two ask the same of a type: that they are equal is seen sooner than that one lies in the other.
    """
    if one is None or other is None:
        return one is None
    for type_id, admitted in other.items():
        mine = _side(one, type_id)
        if not (mine == admitted or mine.is_subset(admitted)):
            return False
    return True


def are_disjoint(one: Box, other: Box) -> bool:
    """Whether nobody is in both: an empty box is, and so are two that share no state of one type."""
    if one is None or other is None:
        return True
    return any(one[type_id].is_disjoint(admitted) for type_id, admitted in other.items() if type_id in one)


def missing(one: Box, other: Box) -> Mapping[str, ValueSet]:
    """By type, the states that `one` admits and `other` does not; types without any are left out.

    Somebody in `one` is outside of `other` exactly if one of these types has such a state. If `other` is empty, that is
    everybody, and no type says why.
    """
    if one is None or other is None:
        return {}
    left = {type_id: _side(one, type_id) - admitted for type_id, admitted in other.items()}
    return {type_id: states for type_id, states in left.items() if not states.is_empty}


def outside(one: Mapping[str, ValueSet], other: Box, type_ids: Iterable[str]) -> Mapping[str, ValueSet]:
    """By type, states of somebody in `one` and not in `other`, where there is anybody.

    One type alone, the first that can, is missed, so that it is seen why; the others lie in both where they can.
    """
    missed = dict(list(missing(one, other).items())[:1])
    both = {type_id: _side(one, type_id) & _side(other or {}, type_id) for type_id in type_ids}
    return {type_id: _side(one, type_id) if states.is_empty else states for type_id, states in both.items()} | missed


def _side(box: Mapping[str, ValueSet], type_id: str) -> ValueSet:
    """What a box admits of one type."""
    return box.get(type_id) or qualification_type(type_id).universe
