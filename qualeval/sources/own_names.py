"""What the requester's qualification types are called: display names as the service has them, and as names here.

A display name is no id: two types may have one, and it may look like the id of a third. This module does not know where
the types are listed.
"""

from __future__ import annotations

from collections.abc import Iterable

from qualeval.model.qualification_types import SYSTEM_NAMES, TypeNames, type_id_problem
from qualeval.sources.rows import TypeInfo

__all__ = ["display_names", "named_too"]


def display_names(types: Iterable[TypeInfo]) -> dict[str, str]:
    """The ids of types by their display names, those alone that are one type's."""
    by_name: dict[str, list[str]] = {}
    for each in types:
        if each.name:
            by_name.setdefault(each.name, []).append(each.type_id)
    return {name: ids[0] for name, ids in by_name.items() if len(ids) == 1}


def named_too(own: TypeNames, types: Iterable[TypeInfo]) -> TypeNames:
    """These names, and display names that can be some: of a type that has none yet, and neither an id nor taken."""
    taken = {name.casefold() for name in (*SYSTEM_NAMES, *own.own)}
    named = set(own.own.values())
    found = {
        name: type_id
        for name, type_id in display_names(types).items()
        if type_id not in named and name.casefold() not in taken and type_id_problem(name) is not None
    }
    return TypeNames({**found, **own.own})
