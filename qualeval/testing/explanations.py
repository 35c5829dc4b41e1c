"""Decisions and counterexamples in full, as plain text: what a test prints when it fails.

This module does not know why a test failed, nor where the text goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qualeval.model.actions import Action
from qualeval.model.facts import fact_text
from qualeval.model.qualification_types import TypeNames
from qualeval.model.workers import WorkerProfile
from qualeval.policy.decision import Decision
from qualeval.policy.reasons import Reason, State
from qualeval.policy.wording import requirement_words

__all__ = ["aligned", "decision_text", "worker_text"]


def decision_text(decision: Decision, places: Sequence[int] = ()) -> str:
    """A decision in full: the answer for each action, what every requirement says, and what stands beside it.

    `places` are what the requirements are called, where that is not by their places in the HIT that was judged.
    """
    outcomes = ", ".join(f"{action} {decision.outcome(action)}" for action in Action)
    beside = [f"beside the decision: {each.words}" for each in decision.availability.obstacles]
    evidence = [f"rests on {rule.statement} (grade {rule.grade})" for rule in decision.rules]
    rows = [_cells(reason, places[reason.index] if places else reason.index) for reason in decision.reasons]
    return "\n".join([outcomes, *aligned(rows), *beside, *evidence])


def _cells(reason: Reason, place: int) -> Sequence[str]:
    remedy = "" if reason.state is State.MET else str(reason.remedy)
    return (
        f"  requirement {place}",
        str(reason.state),
        requirement_words(reason.requirement, reason.name),
        f"guards {reason.guard}",
        f"observed {fact_text(reason.observed.states, reason.predicate.kind)}",
        remedy,
    )


def worker_text(worker: WorkerProfile, names: TypeNames) -> str:
    """What is known of a worker, on one line: `A1 with Worker_Locale=US-WA, Masters=lacks`."""
    facts = worker.to_dict(names)["Facts"]
    listed = ", ".join(f"{name}={fact}" for name, fact in facts.items())
    return f"{worker.worker_id or 'a worker'} with {listed or 'no facts'}"


def aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    """Rows of cells as lines whose columns begin at the same place."""
    listed = list(rows)
    widths = [max(map(len, column)) for column in zip(*listed, strict=True)]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in listed)
    return [line.rstrip() for line in padded]
