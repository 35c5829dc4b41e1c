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
    """The decision before and after a change of WORKER or HIT.

    --set changes the worker; --value, --guard and --without change the HIT; they can be given together. The exit
    status speaks of the decision after the changes.
    """
    inputs.refuse_two_streams(hit, worker)
    if not facts and not changes.are_any:
        raise click.UsageError("nothing to change; give --set, --value, --guard or --without")
    types = inputs.names()
    found, profile = inputs.hit_of(hit, service, types), inputs.worker_of(worker, types)
    changed = inputs.facts_of(facts)
    other_hit, other_profile = changes.applied(found), profile.with_facts(changed, names=types)
    before = qe.compile_hit(found, names=types).decide(profile)
    policy = qe.compile_hit(other_hit, names=types)
    output.note_unasked(policy, map(types.id_of, changed), types)
    after = policy.decide(other_profile)
    if output_format == "json":
        output.emit_json({"before": before.to_dict(), "after": after.to_dict()})
    else:
        _show(before, after, types)
    return status.of_outcome(after.outcome(qe.Action(action)))


def _show(before: qe.Decision, after: qe.Decision, types: qe.TypeNames) -> None:
    ladder, changes = output.table(), output.table()
    output.row(ladder, "", "before", "after")
    for action in qe.Action:
        output.row(ladder, str(action), str(before.outcome(action)), str(after.outcome(action)))
    for line in [*_fact_changes(before, after, types), *_requirement_changes(before, after, types)]:
        output.row(changes, line)
    output.show(
        ladder,
        *output.section("Changes", changes),
        *output.section("Reasons after", output.reasons(after, types)),
        *output.section("Remedies after", output.remedies(after)),
    )


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
