"""`qualeval check`: may this worker take this HIT, and why?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import click

import qualeval as qe
from qualeval.cli import inputs, output, status

__all__ = ["check"]


@click.command(epilog="Example: qualeval check hit.json worker.json --set Worker_Locale=US-WA")
@inputs.file_argument("hit")
@inputs.file_argument("worker")
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
    workers = inputs.workers_of(worker, types)
    if changed:
        workers = [each.with_facts(changed, names=types) for each in workers]
    output.note_unasked(policy, map(types.id_of, changed), types)
    asked = qe.Action(action)
    show = _show_json if output_format == "json" else _show_one if len(workers) == 1 else _show_many
    return status.of_all(show([policy.decide(each) for each in workers], asked, types))


def _show_json(decisions: list[qe.Decision], action: qe.Action, _: qe.TypeNames) -> Iterator[qe.Outcome]:
    """One object, or of many workers one a line."""
    for decision in decisions:
        output.emit_json(decision.to_dict(), one_line=len(decisions) > 1)
        yield decision.outcome(action)


def _show_one(decisions: list[qe.Decision], action: qe.Action, types: qe.TypeNames) -> Iterator[qe.Outcome]:
    """The ladder, then the reasons, then the remedies."""
    (decision,) = decisions
    output.show(
        *([line] if decision.hit and (line := output.hit_line(decision.hit)) else []),
        f"{_who(decision)} {_summary(decision, action)}\n",
        output.ladder({"": decision}),
        *output.section("Reasons", output.reasons(decision, types)),
        *output.section("Remedies", output.remedies(decision)),
        *output.section("Beside the decision", output.notes(decision)),
    )
    yield decision.outcome(action)


def _who(decision: qe.Decision) -> str:
    return output.clean(decision.worker.worker_id or "the worker")


def _summary(decision: qe.Decision, action: qe.Action) -> str:
    """How far the worker may go for certain, and what of the action that was asked about."""
    outcome = decision.outcome(action)
    return _MAY[decision.access] + ("" if outcome is qe.Outcome.PERMITTED else f"; {action} is {outcome}")


_MAY = {
    qe.Access.NONE: "may do nothing with it for certain",
    qe.Access.DISCOVER: "may discover it",
    qe.Access.PREVIEW: "may discover and preview it",
    qe.Access.ACCEPT: "may discover, preview and accept it",
}


def _show_many(decisions: list[qe.Decision], action: qe.Action, _: qe.TypeNames) -> Iterator[qe.Outcome]:
    """One row a worker, as they are decided, and how many may, may not, and might."""
    width = max(6, *(len(_who(each)) for each in decisions))
    counts: Counter[qe.Outcome] = Counter()
    if decisions[0].hit and (title := output.hit_line(decisions[0].hit)):
        output.show(f"{title}\n")
    output.line(("worker", width), (str(action), 9), ("may", 8), ("what would change it", 0))
    for decision in decisions:
        outcome = decision.outcome(action)
        counts[outcome] += 1
        output.line((_who(decision), width), (str(outcome), 9), (str(decision.access), 8), (_why(decision, action), 0))
        yield outcome
    summary = ", ".join(f"{counts[each]} {each}" for each in qe.Outcome)
    output.show(f"\n{len(decisions)} workers, {action}: {summary}", *_of_the_hit(decisions[0]))


def _why(decision: qe.Decision, action: qe.Action) -> str:
    blocked = [each.words for each in decision.availability.obstacles if each.code == "worker_blocked"]
    return "; ".join(dict.fromkeys([*decision.mends(action), *blocked]))


def _of_the_hit(decision: qe.Decision) -> list[str]:
    obstacles = [each.words for each in decision.availability.obstacles if each.code != "worker_blocked"]
    return [f"Beside the decisions: {words}" for words in obstacles]
