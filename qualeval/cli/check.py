"""`qualeval check`: may this worker take this HIT, and why?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice

import click
from attrs import frozen

import qualeval as qe
from qualeval.cli import asking, inputs, output, pools, status

__all__ = ["check"]


@click.command(epilog="Example: qualeval check hit.json worker.json --set Worker_Locale=US-WA")
@inputs.file_argument("hit")
@inputs.file_argument("worker")
@inputs.set_option
@inputs.assume_option
@inputs.require_available_option
@inputs.action_option
@inputs.format_option
@pools.table_options
@inputs.source_options
def check(
    *,
    hit: str,
    worker: str,
    facts: tuple[str, ...],
    assumed: tuple[str, ...],
    require_available: bool,
    action: str,
    output_format: str,
    tables: pools.TableOptions,
    service: inputs.Service,
) -> int:
    """May WORKER discover, preview, accept HIT, and why?

    HIT is a file, `-`, or a HIT id, which is fetched. WORKER is a file of one worker or many, `-`, or a worker id. Of
    two ids the service is asked about the worker too: the scores of your own types, blocks, and assignments of the HIT.
    A file may be a table (CSV): a pool, with a column WorkerId and one a qualification type, or the workers file that
    the requester site gives. With --store the store is asked about its workers too, with --ask the service; what the
    file says stands.

    The exit status is 0 where the action is permitted, 1 where it is denied, 3 where that is not known, 4 where the
    service failed.
    """
    inputs.refuse_two_streams(hit, worker)
    types = service.names()
    changes = asking.Changes.of(facts, assumed, types)
    policy = qe.compile_hit(inputs.hit_of(hit, service, types), names=types)
    asked = [type_id for type_id in policy.ladders if type_id not in changes.said]
    output.note_unasked(policy, changes.types, types)
    question = _Question(qe.Action(action), require_available, types)
    found = asking.workers_of(worker, hit, asked, tables=tables, service=service, types=types)
    workers = iter(found.found)
    first = list(islice(workers, 2))  # a table may have a million more
    decisions = (policy.decide(changes.applied(each)) for each in chain(first, workers))
    return found.status(_answer(decisions, first, found.is_many, question, output_format))


def _answer(
    decisions: Iterable[qe.Decision], first: Sequence[qe.WorkerProfile], is_many: bool, question: _Question, form: str
) -> status.Status:  # fmt: skip
    """Shows the decisions as they are made; `first` are the first workers, whose ids say how wide ids are."""
    if not first:
        return status.Status.PERMITTED
    if form == "json":
        return status.of_all(_show_json(decisions, question, is_many))
    if not is_many:
        return status.of_all(_show_one(decisions, question))
    width = max(6, *(len(each.worker_id or _UNNAMED) for each in first))
    return status.of_all(_show_many(decisions, question, width))


@frozen
class _Question:
    """What is asked of every decision."""

    action: qe.Action
    require_available: bool
    types: qe.TypeNames

    def outcome(self, decision: qe.Decision) -> qe.Outcome:
        """The answer that counts."""
        return decision.outcome(self.action, require_available=self.require_available)

    def unavailable(self, decision: qe.Decision) -> str:
        """Why availability makes it another answer, where it counts and does; else empty."""
        if self.outcome(decision) is decision.outcome(self.action):
            return ""
        words = "; ".join(each.words for each in decision.availability.obstacles)
        return words or "whether the HIT is available is not known"


def _show_json(decisions: Iterable[qe.Decision], question: _Question, is_many: bool) -> Iterator[qe.Outcome]:
    """One object, or of many workers one a line."""
    for decision in decisions:
        output.emit_json(decision.to_dict(), one_line=is_many)
        yield question.outcome(decision)


def _show_one(decisions: Iterable[qe.Decision], question: _Question) -> Iterator[qe.Outcome]:
    """The ladder, then the reasons, then the remedies."""
    (decision,) = decisions
    output.show(
        *([line] if decision.hit and (line := output.hit_line(decision.hit)) else []),
        f"{_who(decision)} {_summary(decision, question)}\n",
        output.ladder({"": decision}),
        *output.section("Reasons", output.reasons(decision, question.types)),
        *output.section("Remedies", output.remedies(decision)),
        *output.section("Beside the decision", output.notes(decision)),
    )
    yield question.outcome(decision)


_UNNAMED = "the worker"


def _who(decision: qe.Decision) -> str:
    return output.clean(decision.worker.worker_id or _UNNAMED)


def _summary(decision: qe.Decision, question: _Question) -> str:
    """How far the worker may go for certain, on which assumptions, and what of the action that was asked about."""
    outcome, why = question.outcome(decision), question.unavailable(decision)
    may = ", ".join(filter(None, [_MAY[decision.access], output.assuming(decision, question.types)]))
    if outcome is qe.Outcome.PERMITTED:
        return may
    asked = f"{question.action} is {outcome}"
    return f"{may}; with availability {asked}: {why}" if why else f"{may}; {asked}"


_MAY = {
    qe.Access.NONE: "may do nothing with it for certain",
    qe.Access.DISCOVER: "may discover it",
    qe.Access.PREVIEW: "may discover and preview it",
    qe.Access.ACCEPT: "may discover, preview and accept it",
}


def _show_many(decisions: Iterable[qe.Decision], question: _Question, width: int) -> Iterator[qe.Outcome]:
    """One row a worker, as they are decided, and how many may, may not, and might."""
    decisions = iter(decisions)
    first = next(decisions)
    counts: Counter[qe.Outcome] = Counter()
    assuming = 0
    times: list[datetime] = []
    if first.hit and (title := output.hit_line(first.hit)):
        output.show(f"{title}\n")
    output.line(("worker", width), (str(question.action), 9), ("may", 8), ("what would change it", 0))
    for decision in chain([first], decisions):
        outcome = question.outcome(decision)
        counts[outcome] += 1
        assuming += bool(decision.assumptions)
        if found := [*times, *decision.learning_times]:
            times = [min(found), max(found)]
        cells = (str(outcome), 9), (str(decision.access), 8), (_why(decision, question), 0)
        output.line((_who(decision), width), *cells)
        yield outcome
    summary = ", ".join(f"{counts[each]} {each}" for each in qe.Outcome)
    rest = f", of which {assuming} on assumptions" if assuming else ""
    age = output.learned(times)
    output.show(
        f"\n{counts.total()} workers, {question.action}: {summary}{rest}", *([age] if age else []), *_of_the_hit(first)
    )


def _why(decision: qe.Decision, question: _Question) -> str:
    """What would change the answer, what stands in the worker's own way, and what is assumed."""
    own = [each.words for each in decision.availability.obstacles if each.code in _OF_THE_WORKER]
    counting = [question.unavailable(decision)] if question.unavailable(decision) else own
    assumed = [output.assuming(decision, question.types)]
    return "; ".join(dict.fromkeys(filter(None, [*decision.mends(question.action), *counting, *assumed])))


_OF_THE_WORKER = ("worker_blocked", "worker_assigned")
"""The obstacles that are not the same for all workers of a HIT."""


def _of_the_hit(decision: qe.Decision) -> list[str]:
    obstacles = [each.words for each in decision.availability.obstacles if each.code not in _OF_THE_WORKER]
    return [f"Beside the decisions: {words}" for words in obstacles]
