"""What a change of a HIT changes: for every action, who gains it and who loses it. Exact, over all workers.

Compared are workers of whom everything is known. Whoever gains an action meets what is asked now, and on one type at
least did not meet what was asked before: those states are told type by type.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NoReturn

from attrs import field, frozen

from qualeval.analysis.policies import policy_of
from qualeval.errors import AmbiguousTruth
from qualeval.model.actions import Action
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames, qualification_type
from qualeval.model.workers import WorkerProfile
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.relations import missing
from qualeval.policy.wording import constraint
from qualeval.values.value_set import ValueSet

__all__ = ["ActionComparison", "Comparison", "Shift", "compare"]


@frozen
class Shift:
    """Those who may do an action by one policy and not by another.

    `example` is one of them, None where there is nobody. `states` says by type id which states make the difference: one
    of them is all it takes, with whatever else the first policy asks. It is empty where by the other policy nobody may
    do it, so that everybody who may makes the difference; `words` says it all.
    """

    example: WorkerProfile | None
    states: Mapping[str, ValueSet] = field(hash=False)
    words: str

    def __bool__(self) -> bool:
        """Whether there is anybody."""
        return self.example is not None


@frozen
class ActionComparison:
    """What a change does to one action: `gained` and `lost` are example workers, None where there is nobody."""

    action: Action
    gaining: Shift
    losing: Shift

    def __bool__(self) -> NoReturn:
        raise AmbiguousTruth("somebody may gain and somebody lose, so it is no bool; ask for `gained` or `lost`")

    @property
    def gained(self) -> WorkerProfile | None:
        """A worker who may do it after the change and not before."""
        return self.gaining.example

    @property
    def lost(self) -> WorkerProfile | None:
        """A worker who may do it before the change and not after."""
        return self.losing.example


@frozen
class Comparison:
    """What a change from one policy to another does to every action. `comparison[action]` is that of one."""

    before: AccessPolicy
    after: AccessPolicy

    @cached_property
    def actions(self) -> Mapping[Action, ActionComparison]:
        """By action, what the change does to it."""
        old, new = self.before, self.after
        return {each: ActionComparison(each, _shift(new, old, each), _shift(old, new, each)) for each in Action}

    def __bool__(self) -> NoReturn:
        raise AmbiguousTruth("a comparison is no bool; ask `comparison.is_equivalent`, or one action's gained and lost")

    def __getitem__(self, action: Action) -> ActionComparison:
        return self.actions[Action(action)]

    @property
    def gained(self) -> Mapping[Action, WorkerProfile | None]:
        """By action, a worker who gains it, None where there is nobody."""
        return {action: each.gained for action, each in self.actions.items()}

    @property
    def lost(self) -> Mapping[Action, WorkerProfile | None]:
        """By action, a worker who loses it, None where there is nobody."""
        return {action: each.lost for action, each in self.actions.items()}

    @property
    def is_equivalent(self) -> bool:
        """Whether nobody's access differs."""
        return self.before == self.after

    def to_dict(self) -> dict[str, Any]:
        """The comparison as JSON's values, with the stable keys of the command's `--format json`."""
        return {
            "equivalent": self.is_equivalent,
            "actions": {
                str(action): {
                    "gained": _shift_dict(each.gaining, self.after),
                    "lost": _shift_dict(each.losing, self.before),
                }
                for action, each in self.actions.items()
            },
        }


def compare(before: HIT | AccessPolicy, after: HIT | AccessPolicy, *, names: TypeNames = SYSTEM_ONLY) -> Comparison:
    """Who gains and who loses by a change from one HIT (or policy) to another. `names` is how types are called."""
    return Comparison(policy_of(before, names), policy_of(after, names))


def _shift(to: AccessPolicy, other: AccessPolicy, action: Action) -> Shift:
    """Those who may do an action by the policy `to` and not by the other."""
    example = to.counterexample(other, action)
    if example is None:
        return Shift(None, {}, "nobody")
    states = missing(to.boxes[action], other.boxes[action])
    return Shift(example, states, _words(states, to, action))


def _words(states: Mapping[str, ValueSet], to: AccessPolicy, action: Action) -> str:
    if not states:
        return _everybody(to, action)
    listed = [constraint(qualification_type(each), found, to.names.name_of(each)) for each, found in states.items()]
    rest = (to.boxes[action] or {}).keys() - states.keys()
    among = "" if not rest and len(states) == 1 else ", of those who meet all else that it asks"
    return f"workers with {' or '.join(listed)}{among}"


def _everybody(to: AccessPolicy, action: Action) -> str:
    box = to.boxes[action]
    if not box:
        return "every worker"
    listed = [constraint(qualification_type(each), found, to.names.name_of(each)) for each, found in box.items()]
    return f"all workers with {' and '.join(listed)}"


def _shift_dict(shift: Shift, policy: AccessPolicy) -> dict[str, Any]:
    return {
        "example": None if shift.example is None else shift.example.to_dict(policy.names),
        "states": {type_id: str(states) for type_id, states in shift.states.items()},
        "words": shift.words,
    }
