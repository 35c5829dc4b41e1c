"""What the questions of this folder are asked of: a HIT, or a policy that is compiled already."""

from __future__ import annotations

from qualeval.errors import WrongType
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import TypeNames, checked_names
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.compiler import compile_hit

__all__ = ["policy_of"]


def policy_of(hit: object, names: TypeNames) -> AccessPolicy:
    """The policy of a HIT; a policy is its own."""
    match hit:
        case AccessPolicy():
            checked_names(names)
            return hit
        case HIT():
            return compile_hit(hit, names=names)
    mend = "qualeval.parse_hit reads dicts"
    raise WrongType(f"expected a HIT or an AccessPolicy, got {type(hit).__name__}; {mend}")
