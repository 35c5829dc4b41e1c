"""From requirements to a policy."""

from __future__ import annotations

from collections.abc import Iterable

from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.model.requirements import QualificationRequirement
from qualeval.policy.access_policy import AccessPolicy

__all__ = ["compile_hit", "compile_requirements"]


def compile_requirements(
    requirements: Iterable[QualificationRequirement], *, names: TypeNames = SYSTEM_ONLY
) -> AccessPolicy:
    """The policy of these requirements, in this order. `names` is how types are called in its answers.

    >>> from qualeval.model.requirements import Comparator
    >>> compile_requirements([QualificationRequirement("3BLOCK", Comparator.DOES_NOT_EXIST)])
    <AccessPolicy accept: 3BLOCK lacked>
    """
    return AccessPolicy(tuple(requirements), names)


def compile_hit(hit: HIT, *, names: TypeNames = SYSTEM_ONLY) -> AccessPolicy:
    """The policy of a HIT; its decisions report the HIT's id and availability."""
    return AccessPolicy(hit.requirements, names, hit)
