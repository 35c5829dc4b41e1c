"""`qualeval what-if`: what would a change of the worker, or of the HIT, do?"""

from __future__ import annotations

from collections.abc import Iterator

import click
from attrs import asdict, frozen

import qualeval as qe
from qualeval.cli import inputs, output, status
from qualeval.model.facts import fact_text

__all__ = ["what_if"]


@click.command("what-if", epilog="Example: qualeval what-if hit.json worker.json --value 1=97 --set Masters=holds")
@inputs.file_argument("hit")
@inputs.file_argument("worker")
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
    policy = qe.compile_hit(changes.applied(found), names=types)
    before = qe.compile_hit(found, names=types).decide(profile)
    after = policy.decide(profile.with_facts(changed, names=types))
    output.note_unasked(policy, map(types.id_of, changed), types)
    places = [index for index in range(len(found.requirements)) if index not in changes.without]
    made = [*_fact_changes(before, after, types), *_requirement_changes(before, after, places, types)]
    if output_format == "json":
        listed = [asdict(each) for each in made]
        output.emit_json({"before": before.to_dict(), "after": after.to_dict(), "changes": listed})
    else:
        _show(before, after, made, places, types)
    return status.of_all([after.outcome(qe.Action(action))])


@frozen
class Change:
    """One thing that is different: of the worker, or the requirement at a place of the HIT."""

    what: str
    before: str
    after: str | None


def _show(
    before: qe.Decision, after: qe.Decision, made: list[Change], places: list[int], types: qe.TypeNames
) -> None:  # fmt: skip
    changes = output.table()
    for each in made:
        output.row(changes, each.what, f"{each.before} -> {each.after}" if each.after else f"left out: {each.before}")
    if not made:
        output.row(changes, "none")
    output.show(
        *([line] if before.hit and (line := output.hit_line(before.hit)) else []),
        f"{output.clean(before.worker.worker_id or 'the worker')}\n",
        output.ladder({"before": before, "after": after}),
        *output.section("Changes", changes),
        *output.section("Reasons after", output.reasons(after, types, places)),
        *output.section("Remedies after", output.remedies(after)),
        *output.section("Beside the decision", output.notes(after)),
    )


def _fact_changes(before: qe.Decision, after: qe.Decision, types: qe.TypeNames) -> Iterator[Change]:
    for type_id in dict.fromkeys([*before.worker.facts, *after.worker.facts]):
        kind = qe.qualification_type(type_id)
        was, now = (fact_text(each.worker.fact(type_id).states, kind) for each in (before, after))
        if was != now:
            yield Change(types.name_of(type_id), was, now)


def _requirement_changes(
    before: qe.Decision, after: qe.Decision, places: list[int], types: qe.TypeNames
) -> Iterator[Change]:  # fmt: skip
    now = {places[reason.index]: _words(reason, types) for reason in after.reasons}
    for reason in before.reasons:
        was = _words(reason, types)
        if now.get(reason.index) != was:
            yield Change(f"requirement {reason.index}", was, now.get(reason.index))


def _words(reason: qe.Reason, types: qe.TypeNames) -> str:
    return f"{output.requirement_text(reason.requirement, types)}, guards {reason.guard}"
