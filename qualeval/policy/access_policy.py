"""The compiled policy of a HIT: for every action, the states it admits towards every type that it names.

A policy is a box of value sets. Judging is membership, comparing is equality of boxes: one object answers both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from qualeval.errors import Denied, Undetermined, WrongType
from qualeval.model.actions import Access, Action
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames, checked_names
from qualeval.model.requirements import QualificationRequirement
from qualeval.model.workers import WorkerProfile
from qualeval.policy.comparators import Predicate, predicate
from qualeval.policy.decision import Decision, Outcome
from qualeval.policy.examples import example_of, example_worker
from qualeval.policy.ladders import TypeLadder, ladders
from qualeval.policy.regions import Region, regions_of
from qualeval.policy.relations import Box, are_disjoint, is_included, outside
from qualeval.policy.remedies import contradiction_words
from qualeval.policy.specialise import Specialised, refuse, specialised
from qualeval.policy.wording import constraint, demand

__all__ = ["AccessPolicy"]


@frozen(eq=False)
class AccessPolicy:
    """Who may discover, preview and accept a HIT.

    Two policies are equal exactly if they give every worker the same access. `requirements` are those it was compiled
    from, `ladders` their meaning by type, `names` how types are called, `hit` the HIT it speaks of, where it is one's.
    """

    requirements: tuple[QualificationRequirement, ...]
    names: TypeNames = field(default=SYSTEM_ONLY, converter=checked_names)
    hit: HIT | None = None
    ladders: Mapping[str, TypeLadder] = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        predicates = [predicate(index, each, self.names) for index, each in enumerate(self.requirements)]
        object.__setattr__(self, "ladders", ladders(predicates))

    def __reduce__(self) -> tuple[Any, ...]:
        return AccessPolicy, (self.requirements, self.names, self.hit)

    @cached_property
    def _evaluate(self) -> Callable[[WorkerProfile], Access]:
        return self._specialised.access

    @cached_property
    def falling_short(self) -> Callable[[WorkerProfile], list[TypeLadder]]:
        """Of a worker, the types that do not admit to everything for certain: where reasons are to be looked for."""
        return self._specialised.falling_short

    @cached_property
    def _specialised(self) -> Specialised:
        return specialised(self.ladders, self._exact_access)

    def access(self, worker: WorkerProfile) -> Access:
        """How far the worker may go for certain; the fast path of `decide(worker).access`."""
        return self._evaluate(worker)

    def _exact_access(self, worker: WorkerProfile) -> Access:
        levels = (ladder.certain(worker.fact(type_id).states) for type_id, ladder in self.ladders.items())
        return min(levels, default=Access.ACCEPT)

    def decide(self, worker: WorkerProfile, *, hit: HIT | None = None, now: datetime | None = None) -> Decision:
        """How far the worker may go, for certain and possibly, with the reasons.

        `hit` is the HIT to report on where the policy serves several; `now` (aware of its zone) is when availability
        is asked for, the clock's time where None.
        """
        return Decision(self, worker, self._evaluate(worker), hit or self.hit, now)

    def permits(self, worker: WorkerProfile, action: Action = Action.ACCEPT) -> bool:
        """Whether the worker may do this for certain. False where it is not known: it fails closed."""
        return self._evaluate(worker) >= Action(action).level

    def require(self, worker: WorkerProfile, action: Action = Action.ACCEPT, *, hit: HIT | None = None) -> Decision:
        """The decision, if the worker may do this for certain.

        Raises:
            Denied: the worker may not, for certain.
            Undetermined: it depends on a fact that is missing. Both carry the decision.
        """
        return required(self.decide(worker, hit=hit), Action(action))

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        """The meaning of each requirement, in the HIT's order."""
        found = (each for ladder in self.ladders.values() for each in ladder.predicates)
        return tuple(sorted(found, key=attrgetter("index")))

    @cached_property
    def boxes(self) -> Mapping[Action, Box]:
        """For every action the canonical box: types that admit their whole universe are left out."""
        return {action: self._box(action) for action in Action}

    def _box(self, action: Action) -> Box:
        sides = [(type_id, ladder.admitted[action], ladder.kind) for type_id, ladder in self.ladders.items()]
        if any(admitted.is_empty for _, admitted, _ in sides):
            return None
        return MappingProxyType({type_id: states for type_id, states, kind in sides if states != kind.universe})

    def __eq__(self, other: object) -> bool:
        return self.boxes == other.boxes if isinstance(other, AccessPolicy) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(None if box is None else frozenset(box.items()) for box in self.boxes.values()))

    def is_satisfiable(self, action: Action = Action.ACCEPT) -> bool:
        """Whether any worker could do this."""
        return self.boxes[Action(action)] is not None

    def implies(self, other: AccessPolicy, action: Action = Action.ACCEPT) -> bool:
        """Whether everybody who may do this here may do it there too: exact, over all workers."""
        return is_included(*self._boxes_beside(other, action))

    def is_disjoint(self, other: AccessPolicy, action: Action = Action.ACCEPT) -> bool:
        """Whether nobody may do this both here and there."""
        return are_disjoint(*self._boxes_beside(other, action))

    def counterexample(self, other: AccessPolicy, action: Action = Action.ACCEPT) -> WorkerProfile | None:
        """A worker who may do this here and not there; None exactly if this policy implies the other."""
        mine, theirs = self._boxes_beside(other, action)
        if mine is None or is_included(mine, theirs):
            return None
        return example_of(outside(mine, theirs, {**self.ladders, **other.ladders}))

    def _boxes_beside(self, other: object, action: Action) -> tuple[Box, Box]:
        if not isinstance(other, AccessPolicy):
            mend = "qualeval.compile_hit makes one of a HIT"
            raise WrongType(f"expected an AccessPolicy, got {type(other).__name__}; {mend}")
        action = Action(action)
        return self.boxes[action], other.boxes[action]

    def example(self, access: Access) -> WorkerProfile | None:
        """A worker with exactly this access, always the same; None where there is none.

        Everything that matters is known of it, and the profile is complete. It misses the next action by one type
        alone, at the threshold.
        """
        return example_worker(self.ladders, Access(access))

    def regions(self, worker: WorkerProfile, qualification_type: str) -> tuple[Region, ...]:
        """The exact partition of one type's states by what the worker could do, all other facts as they are.

        The type is an id or a name. The regions come from the least access to the greatest, none of them is empty, and
        every state of the type is in exactly one.
        """
        if not isinstance(worker, WorkerProfile):
            refuse(worker)
        type_id = self.names.id_of(qualification_type)
        others = [(ladder, worker.fact(each).states) for each, ladder in self.ladders.items() if each != type_id]
        certain = min((ladder.certain(states) for ladder, states in others), default=Access.ACCEPT)
        possible = min((ladder.possible(states) for ladder, states in others), default=Access.ACCEPT)
        return regions_of(type_id, self.ladders.get(type_id), certain, possible)

    def contradictions(self, action: Action) -> tuple[str, ...]:
        """Why nobody can do this, a phrase a type that no state is admitted of; empty where somebody can."""
        empty = [ladder for ladder in self.ladders.values() if ladder.admitted[action].is_empty]
        return tuple(
            contradiction_words(self.names.short_name_of(each.kind.type_id), each.contradiction(action))
            for each in empty
        )

    def describe(self, action: Action) -> tuple[str, ...] | None:
        """What a worker must be to do this, a phrase a type: `be in US`, `hold Masters`. None where nobody can."""
        if self.boxes[action] is None:
            return None
        return tuple(
            demand(ladder.kind, ladder.admitted[action], self.names.short_name_of(type_id))
            for type_id, ladder in self.ladders.items()
            if ladder.admitted[action] != ladder.kind.universe
        )

    def __repr__(self) -> str:
        levels = []
        looser: Box = {}
        for action, box in self.boxes.items():
            if box != looser:
                levels.append(f"{action}: {self._constraints(action)}")
            looser = box
        return f"<AccessPolicy {' | '.join(levels) or 'everybody'}>"

    def _constraints(self, action: Action) -> str:
        if self.boxes[action] is None:
            return "nobody"
        return "; ".join(
            constraint(ladder.kind, ladder.admitted[action], self.names.name_of(type_id))
            for type_id, ladder in self.ladders.items()
            if ladder.admitted[action] != ladder.kind.universe
        )


def required(decision: Decision, action: Action) -> Decision:
    """The decision, if it permits the action; else Denied or Undetermined with what stands in the way."""
    outcome = decision.outcome(action)
    if outcome is Outcome.PERMITTED:
        return decision
    who = decision.worker.worker_id or "the worker"
    words = "; ".join(decision.mends(action))
    if outcome is Outcome.DENIED:
        raise Denied(f"{who} may not {action}: {words}", decision=decision, action=action)
    raise Undetermined(f"whether {who} may {action} is not known: {words}", decision=decision, action=action)
