"""Strategies for qualification requirements, as Mechanical Turk's own rules have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from qualeval.model.actions import ActionsGuarded
from qualeval.model.qualification_types import (
    MASTERS,
    MASTERS_SANDBOX,
    SYSTEM_NAMES,
    SYSTEM_ONLY,
    QualificationType,
    qualification_type,
)
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.testing.strategies.arguments import types_of, words_of
from qualeval.testing.strategies.qualification_types import Value, kinds_among, values_of

__all__ = [
    "GUARD_FIELDS",
    "MAX_INTEGERS",
    "MAX_LOCALES",
    "Asking",
    "GuardFields",
    "built",
    "comparisons",
    "most_values",
    "requirements",
    "takes",
]

MAX_INTEGERS, MAX_LOCALES = 15, 30
"""So many values In and NotIn take: API reference, QualificationRequirement (grade D)."""

_SIMPLEST_FIRST = (
    Comparator.EXISTS,
    Comparator.DOES_NOT_EXIST,
    Comparator.EQUAL_TO,
    Comparator.NOT_EQUAL_TO,
    Comparator.GREATER_THAN_OR_EQUAL_TO,
    Comparator.GREATER_THAN,
    Comparator.LESS_THAN_OR_EQUAL_TO,
    Comparator.LESS_THAN,
    Comparator.IN,
    Comparator.NOT_IN,
)

Asking = tuple[Comparator, Sequence[Value]]
"""A comparator, and what is compared with."""

GuardFields = tuple[ActionsGuarded | None, bool | None]
"""ActionsGuarded and RequiredToPreview; None is a field that is not there."""

GUARD_FIELDS: Mapping[ActionsGuarded, Sequence[GuardFields]] = {
    ActionsGuarded.ACCEPT: (
        (None, None),
        (ActionsGuarded.ACCEPT, None),
        (None, False),
        (ActionsGuarded.ACCEPT, False),
    ),
    ActionsGuarded.PREVIEW_AND_ACCEPT: (
        (ActionsGuarded.PREVIEW_AND_ACCEPT, None),
        (None, True),
        (ActionsGuarded.PREVIEW_AND_ACCEPT, True),
        (ActionsGuarded.PREVIEW_AND_ACCEPT, False),
    ),
    ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT: (
        (ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT, None),
        (ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT, True),
        (ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT, False),
    ),
}
"""The ways to say what is guarded, without a contradiction; the simplest first."""


def takes(kind: QualificationType, comparator: Comparator) -> bool:
    """Whether the API's rules let this type be compared so.

    Locales are equal or not, and every worker has one; Masters has no value (grade D, save for DoesNotExist).
    """
    if kind.is_locale:
        return comparator.takes_values and not comparator.is_ordering
    return not (kind.type_id in (MASTERS, MASTERS_SANDBOX) and comparator.takes_values)


def requirements(
    types: Iterable[QualificationType | str] | None = None,
    comparators: Iterable[Comparator | str] | None = None,
    guards: Iterable[ActionsGuarded | str] | None = None,
) -> st.SearchStrategy[QualificationRequirement]:
    """Requirements that Mechanical Turk's rules allow, each of them with the values that its comparator takes.

    `types` (ids or names), `comparators` and `guards` are those that may be drawn; all where they are left out. The
    guard is said in any way that does not contradict itself. A requirement can be foolish: `LessThan 0`.

    Shrinks to `Exists` of an own type, or to the first type and the simplest comparator, that guards accept.
    """
    allowed = _SIMPLEST_FIRST if comparators is None else _in_order(words_of(Comparator, comparators, "comparators"))
    guarded = tuple(ActionsGuarded) if guards is None else words_of(ActionsGuarded, guards, "guards")
    fields = st.sampled_from([each for guard in guarded for each in GUARD_FIELDS[guard]])
    kinds = st.sampled_from(_taking(types_of(types), allowed)) if types is not None else _any_kind(allowed)
    return kinds.flatmap(lambda kind: built(kind, _asking(kind, allowed), fields))


def _in_order(comparators: Iterable[Comparator]) -> tuple[Comparator, ...]:
    return tuple(sorted(comparators, key=_SIMPLEST_FIRST.index))


def _taking(kinds: Sequence[QualificationType], comparators: Sequence[Comparator]) -> Sequence[QualificationType]:
    """The types, each of which takes one of the comparators at least."""
    for kind in kinds:
        if not any(takes(kind, each) for each in comparators):
            got = ", ".join(f"`{each}`" for each in comparators)
            own = ", ".join(f"`{each}`" for each in _SIMPLEST_FIRST if takes(kind, each))
            name = SYSTEM_ONLY.name_of(kind.type_id)
            raise InvalidArgument(f"comparators: got {got}, and {name} takes {own} alone; leave the type out")
    return kinds


@cache
def _any_kind(comparators: Sequence[Comparator]) -> st.SearchStrategy[QualificationType]:
    """Types that take one of the comparators; requesters' own take all."""
    system = [each for each in SYSTEM_NAMES.values() if any(takes(qualification_type(each), c) for c in comparators)]
    return kinds_among(["3ABC", *system])


def built(
    kind: QualificationType, asking: st.SearchStrategy[Asking], fields: st.SearchStrategy[GuardFields]
) -> st.SearchStrategy[QualificationRequirement]:  # fmt: skip
    """Requirements on one type; a value that stands twice in a list stands once."""
    field = "locale_values" if kind.is_locale else "integer_values"

    def made(asked: Asking, guard: GuardFields) -> QualificationRequirement:
        values: dict[str, Any] = {field: tuple(dict.fromkeys(asked[1]))}
        return QualificationRequirement(
            kind.type_id, asked[0], **values, actions_guarded=guard[0], required_to_preview=guard[1]
        )

    return st.builds(made, asking, fields)


def _asking(kind: QualificationType, comparators: Sequence[Comparator]) -> st.SearchStrategy[Asking]:
    return comparisons(kind, values_of(kind, for_requirements=True), comparators)


def comparisons(
    kind: QualificationType, values: st.SearchStrategy[Value], comparators: Sequence[Comparator] = _SIMPLEST_FIRST
) -> st.SearchStrategy[Asking]:  # fmt: skip
    """What a requirement on a type may ask."""
    taken = st.sampled_from([each for each in comparators if takes(kind, each)])
    return taken.flatmap(lambda comparator: st.tuples(st.just(comparator), _listed(kind, comparator, values)))


def _listed(
    kind: QualificationType, comparator: Comparator, values: st.SearchStrategy[Value]
) -> st.SearchStrategy[list[Value]]:  # fmt: skip
    if not comparator.takes_values:
        return st.just([])
    return st.lists(values, min_size=1, max_size=most_values(kind) if comparator.takes_list else 1)


def most_values(kind: QualificationType) -> int:
    """How many values In and NotIn take."""
    return MAX_LOCALES if kind.is_locale else MAX_INTEGERS
