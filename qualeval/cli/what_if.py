"""`qualeval what-if`: what would a change of the worker, or of the HIT, do?"""

from __future__ import annotations

from collections.abc import Iterator

import click

import qualeval as qe
from qualeval.cli import inputs, output, status
from qualeval.model.facts import fact_text

__all__ = ["what_if"]


@click.command("what-if", epilog="Example: qualeval what-if hit.json worker.json --value 1=97 --set Masters=holds")
@click.argument("hit")
@click.argument("worker")
@inputs.set_option
@inputs.hit_changes
@inputs.action_option
@inputs.format_option
@inputs.aws_options
def what_if(
    *,
    hit: str,
    worker: str,
    facts: tuple[str, ...],
    changes: inputs.HITChanges,
    action: str,
    output_format: str,
    service: inputs.Service,
) -> int:
    """The decision before and after changes of WORKER (--set), of HIT (--value, --guard, --without), or both.

    The exit status speaks of the decision after them.
    """
    inputs.refuse_two_streams(hit, worker)
    if not facts and not changes.are_any:
        raise click.UsageError("nothing to change; give --set, --value, --guard or --without")
    types = inputs.names()
    found, profile = inputs.hit_of(hit, service, types), inputs.worker_of(worker, types)
    other_hit, other_profile = changes.applied(found), profile.with_facts(inputs.facts_of(facts), names=types)
    before = qe.compile_hit(found, names=types).decide(profile)
    after = qe.compile_hit(other_hit, names=types).decide(other_profile)
    if output_format == "json":
        output.emit_json({"before": before.to_dict(), "after": after.to_dict()})
    else:
        _show(before, after, types)
    return status.of_outcome(after.outcome(qe.Action(action)))


def _show(before: qe.Decision, after: qe.Decision, types: qe.TypeNames) -> None:
    out = output.console()
    grid = output.table()
    output.row(grid, "", "before", "after")
    for action in qe.Action:
        output.row(grid, str(action), str(before.outcome(action)), str(after.outcome(action)))
    out.print(grid)
    out.print("\nChanges")
    for line in [*_fact_changes(before, after, types), *_requirement_changes(before, after, types)]:
        out.print(f"  {output.clean(line)}")
    if after.reasons:
        out.print("\nReasons after")
        out.print(output.reasons(after, types))
    remedies = output.remedies(after)
    if remedies.row_count:
        out.print("\nRemedies after")
        out.print(remedies)


def _fact_changes(before: qe.Decision, after: qe.Decision, types: qe.TypeNames) -> Iterator[str]:
    for type_id in dict.fromkeys([*before.worker.facts, *after.worker.facts]):
        kind = qe.qualification_type(type_id)
        was, now = (fact_text(each.worker.fact(type_id).states, kind) for each in (before, after))
        if was != now:
            yield f"worker: {types.name_of(type_id)} {was} -> {now}"


def _requirement_changes(before: qe.Decision, after: qe.Decision, types: qe.TypeNames) -> Iterator[str]:
    was, now = ([_line(reason, types) for reason in each.reasons] for each in (before, after))
    yield from (f"HIT: no more {line}" for line in was if line not in now)
    yield from (f"HIT: now {line}" for line in now if line not in was)


def _line(reason: qe.Reason, types: qe.TypeNames) -> str:
    return f"{output.requirement_text(reason.requirement, types)}, guards {reason.guard}"
