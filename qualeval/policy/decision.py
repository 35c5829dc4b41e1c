"""Decisions: how far one worker may go with one HIT, for certain and possibly, and why.

A decision computes its reasons when they are asked for. It does not know where policies and workers come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, NoReturn, Protocol

from attrs import frozen

from qualeval.errors import AmbiguousTruth
from qualeval.model.actions import Access, Action
from qualeval.model.facts import Basis, Fact, fact_text
from qualeval.model.hits import HIT
from qualeval.model.words import Word
from qualeval.model.workers import WorkerProfile
from qualeval.policy.availability import Availability, availability
from qualeval.policy.evidence import Rule
from qualeval.policy.ladders import TypeLadder
from qualeval.policy.reasons import Reason, State, reasons

__all__ = ["Decision", "Outcome"]

_INDEX = attrgetter("index")
_UNMET = State.UNMET  # a plain name: see `reasons`


class Outcome(Word):
    """The answer for one action: permitted for certain, denied for certain, or not known."""

    PERMITTED = "permitted"
    DENIED = "denied"
    UNKNOWN = "unknown"

    def __bool__(self) -> NoReturn:
        raise AmbiguousTruth("an outcome has three answers and is no bool; compare it: `outcome is Outcome.PERMITTED`")


_WHERE_PERMITTED = {True: Outcome.PERMITTED, False: Outcome.DENIED, None: Outcome.UNKNOWN}
"""The answer about what is permitted where availability counts: by whether the HIT is available to the worker."""


class Judge(Protocol):
    """What a decision asks of the policy that made it."""

    @property
    def ladders(self) -> Mapping[str, TypeLadder]:
        """What it asks, by type."""

    @property
    def falling_short(self) -> Callable[[WorkerProfile], Iterable[TypeLadder]]:
        """Of a worker, the types that do not admit to everything for certain."""


@frozen(eq=False)
class Decision:
    """How far a worker may go with a HIT.

    `access` is the level that is certain; `possible` the level that could be granted once what is unknown is known.
    They are equal exactly if the decision is definite.
    """

    policy: Judge
    worker: WorkerProfile
    access: Access
    hit: HIT | None = None
    now: datetime | None = None

    @cached_property
    def possible(self) -> Access:
        """The highest level at which every type's fact still meets what is admitted."""
        levels = (ladder.possible(self.worker.fact(type_id).states) for type_id, ladder in self.policy.ladders.items())
        return min(levels, default=Access.ACCEPT)

    @property
    def is_definite(self) -> bool:
        """Whether nothing that could still be learned would change it."""
        return self.access == self.possible

    def permits(self, action: Action = Action.ACCEPT) -> bool:
        """Whether the action is permitted for certain: False where it is denied, and where it is unknown."""
        return self.access >= Action(action).level

    def outcome(self, action: Action = Action.ACCEPT, *, require_available: bool = False) -> Outcome:
        """The answer for one action, one of three.

        With `require_available` every obstacle denies the action, and where it is not known whether the HIT is
        available, what is permitted otherwise is not known.
        """
        level = Action(action).level
        if self.access >= level:
            return _WHERE_PERMITTED[self.availability.is_available] if require_available else Outcome.PERMITTED
        if self.possible < level or (require_available and self.availability.is_available is False):
            return Outcome.DENIED
        return Outcome.UNKNOWN

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """What every requirement says, in the HIT's order."""
        fact = self.worker.fact
        found = [each for type_id, ladder in self.policy.ladders.items() for each in reasons(ladder, fact(type_id))]
        return tuple(sorted(found, key=_INDEX))

    @property
    def met(self) -> tuple[Reason, ...]:
        """The requirements that are met for certain."""
        return tuple(reason for reason in self.reasons if reason.state is State.MET)

    @property
    def unmet(self) -> tuple[Reason, ...]:
        """The requirements that are not met for certain. One of them guards each action that is denied."""
        return self._short(_UNMET)

    @property
    def unknown(self) -> tuple[Reason, ...]:
        """The requirements of which it is not known whether they are met."""
        return self._short(State.UNKNOWN)

    def _short(self, state: State) -> tuple[Reason, ...]:
        """Types that admit the worker for certain have no such requirement, so most need no look."""
        worker = self.worker
        found = []
        for ladder in self.policy.falling_short(worker):
            for each in reasons(ladder, worker.fact(ladder.type_id)):
                if each.state is state:
                    found.append(each)
        if len(found) > 1:
            found.sort(key=_INDEX)
        return tuple(found)

    def against(self, action: Action = Action.ACCEPT) -> tuple[Reason, ...]:
        """The reasons that stand in the way of an action: those that deny it, else those that leave it unknown."""
        found = {Outcome.PERMITTED: (), Outcome.DENIED: self.unmet, Outcome.UNKNOWN: self.unknown}[self.outcome(action)]
        return tuple(reason for reason in found if reason.guard.guards(action))

    def mends(self, action: Action = Action.ACCEPT) -> tuple[str, ...]:
        """What would have to change, or be learned, before an action is permitted, each once; nothing where it is."""
        return tuple(dict.fromkeys(str(reason.remedy) for reason in self.against(action)))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of evidence grade C or I that the decision rests on, each once."""
        return tuple(dict.fromkeys(rule for reason in self.reasons for rule in reason.rules))

    @cached_property
    def assumptions(self) -> Mapping[str, Fact]:
        """By type id the assumed facts without which the decision, as far as that type goes, would be another."""
        facts = ((ladder, self.worker.fact(type_id)) for type_id, ladder in self.policy.ladders.items())
        return {each.type_id: fact for each, fact in facts if fact.basis is Basis.ASSUMED and _rests_on(each, fact)}

    @property
    def learned_at(self) -> datetime | None:
        """When the oldest of the facts was learned that it rests on; None where no time is known of any."""
        return min(self.learning_times, default=None)

    @property
    def learning_times(self) -> list[datetime]:
        """When the facts were learned that it rests on, as far as that is known."""
        times = (self.worker.fact(type_id).learned_at for type_id in self.policy.ladders)
        return list(filter(None, times))

    @cached_property
    def availability(self) -> Availability:
        """What is known of the HIT's and the worker's availability, which is no part of the decision."""
        return availability(self.hit, self.worker, self.now)

    def __bool__(self) -> NoReturn:
        raise AmbiguousTruth("a decision has three answers, so it is no bool; ask `decision.permits(action)`")

    def __repr__(self) -> str:
        who = self.worker.worker_id or "unnamed"
        doubt = "" if self.is_definite else f", possibly {self.possible}"
        return f"<Decision {who}: {self.access}{doubt}>"

    def to_dict(self) -> dict[str, Any]:
        """The decision as JSON's values, with the stable keys of the command's `--format json`."""
        return {
            "hit_id": self.hit.hit_id if self.hit else None,
            "worker_id": self.worker.worker_id,
            "access": str(self.access),
            "possible": str(self.possible),
            "actions": {str(action): str(self.outcome(action)) for action in Action},
            "requirements": [_reason_dict(reason) for reason in self.reasons],
            "availability": {
                "available": self.availability.is_available,
                "obstacles": [{"code": str(each.code), "words": each.words} for each in self.availability.obstacles],
            },
            "assuming": {
                type_id: fact_text(fact.states, self.policy.ladders[type_id].kind)
                for type_id, fact in self.assumptions.items()
            },
            "learned_at": None if self.learned_at is None else self.learned_at.isoformat(),
            "evidence": [{"code": r.code, "grade": r.grade, "statement": r.statement} for r in self.rules],
        }


def _rests_on(ladder: TypeLadder, fact: Fact) -> bool:
    """Whether it makes a difference that a fact is known."""
    known, open_ = fact.states, ladder.kind.universe
    return (ladder.certain(known), ladder.possible(known)) != (ladder.certain(open_), ladder.possible(open_))


def _reason_dict(reason: Reason) -> dict[str, Any]:
    kind = reason.predicate.kind
    remedy = reason.remedy
    return {
        "index": reason.index,
        "qualification_type_id": kind.type_id,
        "name": reason.predicate.name,
        "comparator": str(reason.requirement.comparator),
        "guards": str(reason.guard),
        "state": str(reason.state),
        "reason": None if reason.code is None else str(reason.code),
        "conflicts_with": list(reason.conflicts_with),
        "admits": str(reason.admitted),
        "observed": fact_text(reason.observed.states, kind),
        "basis": str(reason.observed.basis),
        "learned_at": None if reason.observed.learned_at is None else reason.observed.learned_at.isoformat(),
        "remedy": None
        if remedy is None
        else {
            "do": str(remedy.do),
            "type": remedy.type_id,
            "value": None if remedy.value is None else str(remedy.value),
            "by": remedy.by,
            "words": remedy.words,
        },
    }
