"""Assertions about HITs for a test suite: they fail with the decision, or the counterexample, in full.

They are plain functions that raise AssertionError, for pytest or any other runner. This module does not know pytest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qualeval.analysis.compare import Comparison, Shift, compare
from qualeval.analysis.policies import policy_of
from qualeval.analysis.prove import Proof, Verdict, prove
from qualeval.errors import WrongType
from qualeval.model.actions import Action
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.model.requirements import QualificationRequirement
from qualeval.model.workers import WorkerProfile
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.decision import Decision, Outcome
from qualeval.policy.wording import requirement_words
from qualeval.testing.explanations import decision_text, worker_text

__all__ = ["assert_denies", "assert_equivalent", "assert_only", "assert_permits"]


def assert_permits(
    hit: HIT | AccessPolicy, worker: WorkerProfile, action: Action = Action.ACCEPT, *, names: TypeNames = SYSTEM_ONLY
) -> Decision:  # fmt: skip
    """That the worker may do this for certain. Fails where it is denied, and where it is not known.

    `names` is how types are called. Returns the decision. Raises WrongType for other things than HITs and profiles.

    >>> import qualeval
    >>> assert_permits(qualeval.compile_requirements([]), qualeval.worker("A1", {}))
    <Decision A1: accept>
    """
    __tracebackhide__ = True
    return _decided(hit, worker, Action(action), names, Outcome.PERMITTED)


def assert_denies(
    hit: HIT | AccessPolicy, worker: WorkerProfile, action: Action = Action.ACCEPT, *, names: TypeNames = SYSTEM_ONLY
) -> Decision:  # fmt: skip
    """That the worker may certainly not do this. Fails where it is permitted, and where it is not known.

    The other arguments, the result and the errors are those of `assert_permits`.
    """
    __tracebackhide__ = True
    return _decided(hit, worker, Action(action), names, Outcome.DENIED)


def _decided(
    hit: HIT | AccessPolicy, worker: WorkerProfile, action: Action, names: TypeNames, expected: Outcome
) -> Decision:  # fmt: skip
    __tracebackhide__ = True
    other: object = worker
    if not isinstance(other, WorkerProfile):
        mend = "qualeval.worker and qualeval.parse_worker make one"
        raise WrongType(f"expected a WorkerProfile, got {type(other).__name__}; {mend}")
    policy = policy_of(hit, names)
    decision = policy.decide(worker, hit=hit if isinstance(hit, HIT) else None)
    found = decision.outcome(action)
    if found is not expected:
        who = worker_text(worker, policy.names)
        raise AssertionError(f"expected {action} to be {expected}, it is {found}\nof {who}:\n{decision_text(decision)}")
    return decision


def assert_equivalent(
    before: HIT | AccessPolicy, after: HIT | AccessPolicy, *, names: TypeNames = SYSTEM_ONLY
) -> Comparison:
    """That every worker has the same access to both. Fails with somebody who gains, or loses, by each action.

    `names` is how types are called. Returns the comparison. Raises WrongType for what is neither a HIT nor a policy.
    """
    __tracebackhide__ = True
    found = compare(before, after, names=names)
    if not found.is_equivalent:
        raise AssertionError("\n".join(["expected the same access for every worker", *_changes(found)]))
    return found


def _changes(found: Comparison) -> Iterator[str]:
    for action, one in found.actions.items():
        yield from _shift(f"{action} is gained by", one.gaining, f"before, {action} was", found.before)
        yield from _shift(f"{action} is lost by", one.losing, f"after, {action} is", found.after)


def _shift(words: str, shift: Shift, when: str, refusing: AccessPolicy) -> Iterator[str]:
    """Who is concerned, one of them, and the decision of the side that refuses her."""
    if shift.example is not None:
        yield f"{words} {shift.words}"
        yield f"for example {worker_text(shift.example, refusing.names)}; {when} denied:"
        yield decision_text(refusing.decide(shift.example))


def assert_only(
    hit: HIT | AccessPolicy,
    action: Action,
    requirements: HIT | Iterable[QualificationRequirement],
    *,
    names: TypeNames = SYSTEM_ONLY,
) -> tuple[Proof, ...]:
    """That everybody who may do this meets these requirements, whatever they guard. Fails with somebody who does not.

    A HIT stands for its requirements, `names` is how types are called. Returns the proofs, one a requirement. Raises
    InvalidInput where there is no requirement, and WrongType for other things than these.
    """
    __tracebackhide__ = True
    proofs = prove(hit, action, only=requirements, names=names)
    refuted = [proof for proof in proofs if proof.verdict is not Verdict.PROVED]
    if refuted:
        words = f"expected everybody who may {Action(action)} it to meet {len(proofs)} requirements"
        lines = (line for proof in refuted for line in _refutation(proof, hit, names))
        raise AssertionError("\n".join([words, *lines]))
    return proofs


def _refutation(proof: Proof, hit: HIT | AccessPolicy, names: TypeNames) -> Iterator[str]:
    assert proof.requirement is not None
    assert proof.counterexample is not None
    assert proof.decision is not None
    called = policy_of(hit, names).names
    words = requirement_words(proof.requirement, called.name_of(proof.requirement.qualification_type_id))
    yield f"requirement {proof.index} is not met by all: {words}"
    yield f"counterexample: {worker_text(proof.counterexample, called)}"
    yield decision_text(proof.decision)
