"""What Hypothesis is told once it is imported: which strategy makes which type. Its entry point leads here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from qualeval.model.facts import Fact
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import QualificationType, TypeNames
from qualeval.model.requirements import QualificationRequirement
from qualeval.model.workers import WorkerProfile
from qualeval.policy.access_policy import AccessPolicy
from qualeval.testing.strategies.facts import facts
from qualeval.testing.strategies.hits import hits, policies
from qualeval.testing.strategies.places import locales
from qualeval.testing.strategies.qualification_types import qualification_types, type_names
from qualeval.testing.strategies.requirements import requirements
from qualeval.testing.strategies.sets import integer_sets, locale_sets, value_sets
from qualeval.testing.strategies.workers import workers
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = ["BY_TYPE", "register"]

BY_TYPE: Mapping[type, Callable[[], st.SearchStrategy[Any]]] = {
    HIT: hits,
    AccessPolicy: policies,
    Fact: lambda: qualification_types().flatmap(facts),
    IntegerSet: integer_sets,
    Locale: locales,
    LocaleSet: locale_sets,
    QualificationRequirement: requirements,
    QualificationType: qualification_types,
    TypeNames: type_names,
    ValueSet: value_sets,
    WorkerProfile: workers,
}
"""The public types that hold what they are given. Enumerations Hypothesis knows by itself."""


def register() -> None:
    """Tells Hypothesis. The strategies are made when they are asked for: while it is imported that is too early."""
    for kind, make in BY_TYPE.items():
        st.register_type_strategy(kind, _on_demand(make))


def _on_demand(make: Callable[[], st.SearchStrategy[Any]]) -> Callable[[type], st.SearchStrategy[Any]]:
    return lambda _: make()
