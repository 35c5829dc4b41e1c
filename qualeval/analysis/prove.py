"""Proofs about a HIT: that all who may take it meet certain requirements, that these workers may, that those may not.

Each claim is proved, refuted with a worker to show, or unknown where facts about a worker are missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

from attrs import evolve, field, frozen

from qualeval.analysis.policies import policy_of
from qualeval.errors import AmbiguousTruth, InvalidInput, Problem, WrongType
from qualeval.model.actions import Action, ActionsGuarded
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames, checked_names
from qualeval.model.requirements import QualificationRequirement
from qualeval.model.words import Word
from qualeval.model.workers import WorkerProfile
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.compiler import compile_requirements
from qualeval.policy.decision import Decision, Outcome
from qualeval.policy.wording import requirement_words

__all__ = ["Claim", "Proof", "Verdict", "demands", "prove"]


class Claim(Word):
    """What is to be proved."""

    ONLY = "only"
    """Everybody who may do it meets the requirement."""
    ADMITS = "admits"
    """The worker may do it, for certain."""
    EXCLUDES = "excludes"
    """The worker may not do it, for certain."""


class Verdict(Word):
    """What became of a claim; there are three answers."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"

    def __bool__(self) -> NoReturn:
        raise AmbiguousTruth("a verdict has three answers and is no bool; compare it: `verdict is Verdict.PROVED`")


def _what_is_decided(decision: Decision | None) -> object:
    """What makes two decisions the same: equal policies, and one worker."""
    return None if decision is None else (decision.policy, decision.worker)


@frozen
class Proof:
    """One claim about a policy and what became of it.

    `requirement` is what everybody was to meet, with `index` its place in what was given; of the other claims it is
    None, and `index` the worker's place. `counterexample` is a worker who refutes the claim, None where it is proved.
    `decision` is that about the worker of the claim or of the counterexample. There are three verdicts, so a proof is
    no bool.
    """

    claim: Claim
    action: Action
    index: int
    verdict: Verdict
    requirement: QualificationRequirement | None
    counterexample: WorkerProfile | None
    decision: Decision | None = field(eq=_what_is_decided)

    def __bool__(self) -> NoReturn:
        raise AmbiguousTruth("a proof has three answers and is no bool; compare it: `proof.verdict is Verdict.PROVED`")

    @property
    def worker_id(self) -> str | None:
        """The id of the worker that the claim is about; None where it is about everybody, or the worker has none."""
        return None if self.decision is None or self.claim is Claim.ONLY else self.decision.worker.worker_id

    def to_dict(self, names: TypeNames = SYSTEM_ONLY) -> dict[str, Any]:
        """The proof as JSON's values, with the stable keys of the command's `--format json`.

        `names` is how types are called.
        """
        shown, asked = self.counterexample, self.requirement
        called = None if asked is None else checked_names(names).name_of(asked.qualification_type_id)
        return {
            "claim": str(self.claim),
            "action": str(self.action),
            "index": self.index,
            "requirement": None if asked is None or called is None else requirement_words(asked, called),
            "worker_id": self.worker_id,
            "verdict": str(self.verdict),
            "counterexample": None if shown is None else shown.to_dict(names),
            "decision": None if self.decision is None else self.decision.to_dict(),
        }


def prove(
    hit: HIT | AccessPolicy,
    action: Action = Action.ACCEPT,
    *,
    only: HIT | Iterable[QualificationRequirement] | None = None,
    admits: Iterable[WorkerProfile] | None = None,
    excludes: Iterable[WorkerProfile] | None = None,
    names: TypeNames = SYSTEM_ONLY,
) -> tuple[Proof, ...]:
    """Whether everybody who may do this meets these requirements, these workers may, and those may not.

    One proof a requirement of `only` (a HIT stands for its requirements; what they guard is disregarded: each is read
    as guarding the action) and one a worker of `admits` and `excludes`. That nobody may do it at all proves `only`.

    Raises:
        InvalidInput: nothing is to be proved: none of the three is given, or one is empty.
        WrongType: something else than is expected.
    """
    policy, action = policy_of(hit, names), Action(action)
    proofs = [
        *(() if only is None else _only(policy, action, demands(only))),
        *(() if admits is None else _workers(policy, action, Claim.ADMITS, _filled(Claim.ADMITS, admits))),
        *(() if excludes is None else _workers(policy, action, Claim.EXCLUDES, _filled(Claim.EXCLUDES, excludes))),
    ]
    if not proofs:
        raise InvalidInput("nothing to prove; give only, admits or excludes")
    return tuple(proofs)


_MANY_WORKERS = "a list of WorkerProfile", "qualeval.load_workers reads a file"
_EXPECTED = {
    Claim.ONLY: ("a HIT or a list of QualificationRequirement", "qualeval.parse_hit reads dicts"),
    Claim.ADMITS: _MANY_WORKERS,
    Claim.EXCLUDES: _MANY_WORKERS,
}


def _filled(claim: Claim, items: object) -> list[Any]:
    if isinstance(items, str | bytes | Mapping) or not isinstance(items, Iterable):
        expected, mend = _EXPECTED[claim]
        raise WrongType(f"{claim}: expected {expected}, got {type(items).__name__}; {mend}")
    listed = list(items)
    if not listed:  # of nothing everything is true: that would prove a slip
        raise InvalidInput(Problem(f"{claim}: expected one at least, found none", help="leave it out, or give one"))
    return listed


def demands(only: HIT | Iterable[QualificationRequirement]) -> tuple[QualificationRequirement, ...]:
    """The requirements that everybody is to meet: one at least, since of none everything is proved.

    Raises:
        InvalidInput: there is none.
        WrongType: something that is no requirement.
    """
    listed = _filled(Claim.ONLY, only.requirements if isinstance(only, HIT) else only)
    for each in listed:
        if not isinstance(each, QualificationRequirement):
            mend = "qualeval.parse_hit reads dicts"
            raise WrongType(f"only: expected a QualificationRequirement, got {type(each).__name__}; {mend}")
    return tuple(listed)


def _only(
    policy: AccessPolicy, action: Action, listed: Iterable[QualificationRequirement]
) -> Iterator[Proof]:  # fmt: skip
    for index, requirement in enumerate(listed):
        alone = evolve(
            requirement, actions_guarded=ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT, required_to_preview=None
        )
        shown = policy.counterexample(compile_requirements([alone], names=policy.names), action)
        verdict = Verdict.PROVED if shown is None else Verdict.REFUTED
        decision = None if shown is None else policy.decide(shown)
        yield Proof(Claim.ONLY, action, index, verdict, requirement, shown, decision)


_VERDICTS = {
    Claim.ADMITS: {Outcome.PERMITTED: Verdict.PROVED, Outcome.DENIED: Verdict.REFUTED},
    Claim.EXCLUDES: {Outcome.PERMITTED: Verdict.REFUTED, Outcome.DENIED: Verdict.PROVED},
}


def _workers(
    policy: AccessPolicy, action: Action, claim: Claim, workers: Iterable[WorkerProfile]
) -> Iterator[Proof]:  # fmt: skip
    for index, worker in enumerate(workers):
        decision = policy.decide(worker)
        verdict = _VERDICTS[claim].get(decision.outcome(action), Verdict.UNKNOWN)
        shown = worker if verdict is Verdict.REFUTED else None
        yield Proof(claim, action, index, verdict, None, shown, decision)
