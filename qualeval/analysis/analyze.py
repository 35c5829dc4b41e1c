"""What is wrong or superfluous in a HIT's requirements: actions that nobody can do, conflicts, requirements that change
nothing. Exact, over all workers, and each with a worker to show or the reason that there is none.

This module does not know the limits of the service, nor what people usually mean: that is the linter's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, reduce
from operator import and_
from typing import Any, NoReturn

from attrs import field, frozen

from qualeval.analysis.conflicts import smallest_conflicts
from qualeval.analysis.policies import policy_of
from qualeval.errors import AmbiguousTruth
from qualeval.model.actions import Action
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.model.words import Word
from qualeval.model.workers import WorkerProfile
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.comparators import Predicate
from qualeval.policy.examples import example_of
from qualeval.policy.ladders import TypeLadder, smallest_hitting
from qualeval.policy.remedies import contradiction_words

__all__ = ["Analysis", "FindingKind", "PolicyFinding", "analyze", "implication_words"]


class FindingKind(Word):
    """What an analysis can find. The codes are stable."""

    UNSATISFIABLE = "unsatisfiable"
    """Nobody can do the action."""
    CONFLICT = "conflict"
    """A smallest set of requirements on one type that leaves no state of it."""
    ALWAYS_MET = "always_met"
    """Every possible state of the type meets the requirement."""
    DUPLICATE = "duplicate"
    """An earlier requirement says the same: it admits the same states and guards the same."""
    REDUNDANT = "redundant"
    """Removing the requirement changes no worker's access."""


@frozen
class PolicyFinding:
    """One thing that an analysis found.

    `action` is the action concerned: of a conflict that of its tightest member (the tighter ones are concerned too), of
    a single requirement the loosest that it guards. `requirements` are the indexes of the requirements that it is
    about; `ladder` what is asked of their type, None where several types are concerned.
    """

    kind: FindingKind
    action: Action
    requirements: tuple[int, ...]
    policy: AccessPolicy = field(repr=False, eq=False)
    ladder: TypeLadder | None = field(default=None, repr=False, eq=False)

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions concerned: `action` and those after it."""
        return tuple(each for each in Action if each.level >= self.action.level)

    @cached_property
    def because_of(self) -> tuple[int, ...]:
        """The requirements that make a duplicate or redundant one so: a smallest set of others that implies it."""
        if self.kind not in (FindingKind.DUPLICATE, FindingKind.REDUNDANT) or self.ladder is None:
            return ()
        own = self.ladder.bits([self._predicate])
        others = self.ladder.guarding_bits[self.action] & ~own
        if self.kind is FindingKind.DUPLICATE:
            others &= self.ladder.alike(self._predicate)
        return _implying(own, others, self.ladder)

    @property
    def is_only_repeated(self) -> bool:
        """Whether a redundant requirement is so only because of others that say the same.

        Then some state is excluded by these alone.
        """
        if self.kind is not FindingKind.REDUNDANT or self.ladder is None:
            return False
        own, ladder = self._predicate, self.ladder
        bit, others = ladder.bits([own]), ladder.guarding_bits[self.action] & ~ladder.alike(own)
        return any(excluding & bit and not excluding & others for excluding in ladder.exclusions)

    @cached_property
    def _predicate(self) -> Predicate:
        assert self.ladder is not None
        return next(each for each in self.ladder.predicates if each.index == self.requirements[0])

    @cached_property
    def example(self) -> WorkerProfile | None:
        """Of a duplicate or redundant requirement a worker who does not meet it, and is refused by others as well.

        None where no worker could show it; `reason` says why.
        """
        if not self.because_of or self.ladder is None:
            return None
        kind = self.ladder.kind
        wanted = {each: ladder.admitted[self.action] for each, ladder in self.policy.ladders.items()}
        wanted = {each: states for each, states in wanted.items() if not states.is_empty}
        return example_of({**wanted, kind.type_id: kind.universe - self._predicate.admitted})

    @property
    def reason(self) -> str | None:
        """Why there is no example worker; None where there is one."""
        return None if self.example is not None else self.words

    @property
    def words(self) -> str:
        """The finding as a sentence without its full stop."""
        match self.kind:
            case FindingKind.UNSATISFIABLE:
                return f"nobody can {self.action} it: {'; '.join(self.policy.contradictions(self.action))}"
            case FindingKind.CONFLICT:
                return f"nobody can {self.action} it: {contradiction_words(self._name, self.requirements)}"
            case FindingKind.ALWAYS_MET:
                return f"every worker meets requirement {self.requirements[0]} on {self._name}"
            case FindingKind.DUPLICATE:
                return f"requirement {self.requirements[0]} on {self._name} repeats requirement {self.because_of[0]}"
        why = implication_words(self.because_of)
        return f"requirement {self.requirements[0]} on {self._name} changes nothing: {why}"

    @property
    def _name(self) -> str:
        assert self.ladder is not None
        return self.policy.names.short_name_of(self.ladder.type_id)

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON's values."""
        return {
            "kind": str(self.kind),
            "action": str(self.action),
            "requirements": list(self.requirements),
            "because_of": list(self.because_of),
            "words": self.words,
            "example": None if self.example is None else self.example.to_dict(self.policy.names),
            "reason": self.reason,
        }


@frozen
class Analysis:
    """What was found: the actions that nobody can do, then type by type what is wrong or superfluous."""

    policy: AccessPolicy
    findings: tuple[PolicyFinding, ...]

    def __bool__(self) -> NoReturn:
        raise AmbiguousTruth("an analysis is no bool; look at its findings: `if analyze(hit).findings`")

    def to_dict(self) -> dict[str, Any]:
        """The analysis as JSON's values."""
        hit_id = self.policy.hit.hit_id if self.policy.hit else None
        return {"hit_id": hit_id, "findings": [each.to_dict() for each in self.findings]}


def analyze(hit: HIT | AccessPolicy, *, names: TypeNames = SYSTEM_ONLY) -> Analysis:
    """The findings about a HIT's requirements, or a policy's. `names` is how types are called.

    Types are judged one by one: of a type that no state is left of, the smallest conflicts are told; of any other, one
    thing a requirement at most: that it is always met, else that it duplicates an earlier one, else that it is
    redundant. Of two that imply each other each is redundant for itself: remove one at a time, and analyze again.
    """
    policy = policy_of(hit, names)
    found = [*_unsatisfiable(policy)]
    for ladder in policy.ladders.values():
        is_empty = ladder.admitted[Action.ACCEPT].is_empty
        found += _conflicts(policy, ladder) if is_empty else _superfluous(policy, ladder)
    return Analysis(policy, tuple(found))


def _unsatisfiable(policy: AccessPolicy) -> Iterator[PolicyFinding]:
    """The indexes are those of the requirements of a smallest conflict on each type that no state is left of."""
    for action in Action:
        if not policy.is_satisfiable(action):
            emptied = [each for each in policy.ladders.values() if each.admitted[action].is_empty]
            indexes = sorted(index for each in emptied for index in each.contradiction(action))
            yield PolicyFinding(FindingKind.UNSATISFIABLE, action, tuple(indexes), policy)


def _conflicts(policy: AccessPolicy, ladder: TypeLadder) -> Iterator[PolicyFinding]:
    actions = {each.index: each.action for each in ladder.predicates}
    for conflict in smallest_conflicts(ladder):
        tightest = max((actions[index] for index in conflict), key=lambda action: action.level)
        yield PolicyFinding(FindingKind.CONFLICT, tightest, conflict, policy, ladder)


def _superfluous(policy: AccessPolicy, ladder: TypeLadder) -> Iterator[PolicyFinding]:
    needed = set(ladder.indexes(_needed(ladder)))
    seen = set()
    for each in ladder.predicates:
        key = each.admitted, each.guard
        kind = None
        if each.admitted == ladder.kind.universe:
            kind = FindingKind.ALWAYS_MET
        elif key in seen:
            kind = FindingKind.DUPLICATE
        elif each.index not in needed:
            kind = FindingKind.REDUNDANT
        seen.add(key)
        if kind:
            yield PolicyFinding(kind, each.action, (each.index,), policy, ladder)


def _needed(ladder: TypeLadder) -> int:
    """The requirements, as bits, that alone refuse an action to somebody.

    Whoever is refused a tighter action by one requirement alone is refused the loosest that it guards by it alone too.
    """
    needed = 0
    for guarding in ladder.guarding_bits.values():
        for excluding in ladder.exclusions:
            refusing = excluding & guarding
            if refusing & (refusing - 1) == 0:  # one at most
                needed |= refusing
    return needed


def implication_words(indexes: Sequence[int]) -> str:
    """That the requirements at `indexes` imply another one: `requirements 1 and 2 imply it`."""
    noun, verb = ("requirement", "implies") if len(indexes) == 1 else ("requirements", "imply")
    return f"{noun} {' and '.join(map(str, indexes))} {verb} it"


def _implying(own: int, others: int, ladder: TypeLadder) -> tuple[int, ...]:
    """A smallest set of others that together imply one (all of them as bits), which they do: one alone if it can be.

    They exclude every state that it excludes.
    """
    excluding = {each & others for each in ladder.exclusions if each & own}
    alone = reduce(and_, excluding)
    return ladder.indexes(alone & -alone or smallest_hitting(excluding))
