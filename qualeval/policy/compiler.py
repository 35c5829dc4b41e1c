"""From requirements to a policy."""

from __future__ import annotations

from collections.abc import Iterable

from qualeval.errors import WrongType
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
    listed = tuple(requirements)
    for each in listed:
        _check(each, QualificationRequirement, "qualeval.parse_hit reads a list of dicts")
    return AccessPolicy(listed, names)


def compile_hit(hit: HIT, *, names: TypeNames = SYSTEM_ONLY) -> AccessPolicy:
    """The policy of a HIT; its decisions report the HIT's id and availability."""
    _check(hit, HIT, "qualeval.load_hit reads a file, qualeval.parse_hit a dict")
    return AccessPolicy(hit.requirements, names, hit)


def _check(value: object, kind: type, mend: str) -> None:
    if not isinstance(value, kind):
        raise WrongType(f"expected a {kind.__name__}, got {type(value).__name__}; {mend}")
