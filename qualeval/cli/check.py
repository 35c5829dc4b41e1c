"""`qualeval check`: may this worker take this HIT, and why?"""

from __future__ import annotations

from collections import Counter

import click

import qualeval as qe
from qualeval.cli import inputs, output, status

__all__ = ["check"]


@click.command(epilog="Example: qualeval check hit.json worker.json --set Worker_Locale=US-WA")
@click.argument("hit")
@click.argument("worker")
@inputs.set_option
@inputs.action_option
@inputs.format_option
@inputs.aws_options
def check(
    *, hit: str, worker: str, facts: tuple[str, ...], action: str, output_format: str, service: inputs.Service
) -> int:
    """May WORKER discover, preview, accept HIT, and why?

    HIT is a file, `-`, or a HIT id, which is fetched. WORKER is a file of one worker or many, `-`, or a worker id.
    The exit status is 0 where the action is permitted, 1 where it is denied, 3 where that is not known.
    """
    inputs.refuse_two_streams(hit, worker)
    types = inputs.names()
    policy = qe.compile_hit(inputs.hit_of(hit, service, types), names=types)
    changed = inputs.facts_of(facts)
    workers = [each.with_facts(changed, names=types) for each in inputs.workers_of(worker, types)]
    output.note_unasked(policy, map(types.id_of, changed), types)
    decisions = [policy.decide(each) for each in workers]
    asked = qe.Action(action)
    if output_format == "json":
        for decision in decisions:
            output.emit_json(decision.to_dict(), one_line=len(decisions) > 1)
    elif len(decisions) == 1:
        show_one(decisions[0], types)
    else:
        show_many(decisions, asked)
    return status.of_all(decision.outcome(asked) for decision in decisions)


def show_one(decision: qe.Decision, types: qe.TypeNames) -> None:
    """The ladder, then the reasons, then the remedies."""
    output.show(
        *([output.hit_line(decision.hit)] if decision.hit else []),
        f"{_who(decision)} {_summary(decision)}\n",
        output.ladder([decision]),
        *output.section("Reasons", output.reasons(decision, types)),
        *output.section("Remedies", output.remedies(decision)),
        *output.section("Beside the decision", output.notes(decision)),
    )


def _who(decision: qe.Decision) -> str:
    return output.clean(decision.worker.worker_id or "the worker")


def _summary(decision: qe.Decision) -> str:
    """How far the worker may go, and how far perhaps."""
    if decision.possible is qe.Access.NONE:
        return "may not even discover it"
    doubt = "" if decision.is_definite else f"; whether to {decision.possible} it is not known"
    return _MAY[decision.access] + doubt


_MAY = {
    qe.Access.NONE: "may do nothing for certain",
    qe.Access.DISCOVER: "may discover it",
    qe.Access.PREVIEW: "may discover and preview it",
    qe.Access.ACCEPT: "may discover, preview and accept it",
}


def show_many(decisions: list[qe.Decision], action: qe.Action) -> None:
    """One row a worker, and how many may, may not, and might."""
    grid = output.table()
    for decision in decisions:
        why = "; ".join(dict.fromkeys(str(each.remedy) for each in decision.against(action)))
        output.row(grid, _who(decision), str(decision.outcome(action)), f"may {decision.access}", why)
    counts = Counter(decision.outcome(action) for decision in decisions)
    summary = ", ".join(f"{counts[each]} {each}" for each in qe.Outcome)
    output.show(grid, f"\n{len(decisions)} workers to {action}: {summary}")
