"""Strategies for Hypothesis: HITs, requirements and workers for the property tests of programs that use qualeval.

    from hypothesis import given
    from qualeval.testing.strategies import workers_with_access

    @given(workers_with_access(POLICY, "preview"))
    def test_a_worker_who_may_only_preview_is_not_invited(worker): ...

Each is satisfied by construction: nothing is drawn and thrown away. An argument that will not do, and a question to
which nobody is the answer, is refused with Hypothesis's InvalidArgument when the strategy is made. Once qualeval is
installed Hypothesis knows the types by itself: `st.from_type(qualeval.HIT)`.

This room knows what is well formed and whom a policy admits. It does not know files, the linter, nor the service.
"""

from __future__ import annotations

from qualeval.errors import MissingPackage

# Before all else: Hypothesis loads `registration` as it is imported, and that needs the modules below as a whole.
try:
    import hypothesis  # noqa: F401
except ImportError as error:
    raise MissingPackage("qualeval.testing.strategies", "hypothesis", extra="hypothesis") from error

from qualeval.testing.strategies.boundaries import boundary_workers
from qualeval.testing.strategies.broken import BrokenRequirement, broken_requirements
from qualeval.testing.strategies.facts import facts
from qualeval.testing.strategies.hits import hits, policies
from qualeval.testing.strategies.mturk import mturk_hits, mturk_workers
from qualeval.testing.strategies.places import locales
from qualeval.testing.strategies.qualification_types import qualification_types, type_names
from qualeval.testing.strategies.requirements import requirements
from qualeval.testing.strategies.sets import integer_sets, locale_sets, value_sets
from qualeval.testing.strategies.workers import workers, workers_with_access, workers_without_access

__all__ = [
    "BrokenRequirement",
    "boundary_workers",
    "broken_requirements",
    "facts",
    "hits",
    "integer_sets",
    "locale_sets",
    "locales",
    "mturk_hits",
    "mturk_workers",
    "policies",
    "qualification_types",
    "requirements",
    "type_names",
    "value_sets",
    "workers",
    "workers_with_access",
    "workers_without_access",
]
