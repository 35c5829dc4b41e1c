"""`qualeval what-if`: what would a change of the worker, or of the HIT, do?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import click
from attrs import asdict, frozen
from rich.console import RenderableType
from rich.table import Table

import qualeval as qe
from qualeval.cli import asking, inputs, output, pools, status
from qualeval.model.facts import fact_text
from qualeval.policy.regions import break_points

__all__ = ["what_if"]


_ONE_LINE = 100
"""The longest partition that is shown on one line."""


@click.command("what-if", epilog="Example: qualeval what-if hit.json worker.json --value 1=97 --set Masters=holds")
@inputs.file_argument("hit")
@inputs.file_argument("worker")
@inputs.set_option
@inputs.assume_option
@inputs.hit_changes
@click.option(
    "--vary",
    multiple=True,
    metavar="TYPE",
    help="Show for every state of this type what the worker could do, all else as it is. TYPE is a name or an id. Can "
    "be given again and again.",
)
@inputs.require_available_option
@inputs.action_option
@inputs.format_option
@pools.table_options
@inputs.source_options
def what_if(
    *,
    hit: str,
    worker: str,
    facts: tuple[str, ...],
    assumed: tuple[str, ...],
    changes: inputs.HITChanges,
    vary: tuple[str, ...],
    require_available: bool,
    action: str,
    output_format: str,
    tables: pools.TableOptions,
    service: inputs.Service,
) -> int:
    """The decision before and after a change of WORKER or HIT.

    --set changes the worker; --value, --guard and --without change the HIT; they can be given together. --vary shows
    where a type has its break points after these changes, or without any: `..94 discover; 95..97 preview; 98.. accept`.
    --assume holds before and after. WORKER is as for check, one worker alone. The exit status speaks of the
    decision after the changes.
    """
    inputs.refuse_two_streams(hit, worker)
    is_changed = bool(facts or changes.are_any)
    if not (is_changed or vary):
        raise click.UsageError("nothing to change; give --set, --value, --guard, --without or --vary")
    types = service.names()
    of_worker = asking.Changes.of(facts, assumed, types)
    found = inputs.hit_of(hit, service, types)
    asked = list({each.qualification_type_id: None for each in found.requirements})
    known = asking.workers_of(worker, hit, asked, tables=tables, service=service, types=types)
    answer = _answer(found, changes, known.only(), of_worker, vary=vary, types=types)
    show = _show_json if output_format == "json" else _show if is_changed else _show_unchanged
    show(answer, types)
    outcome = answer.after.outcome(qe.Action(action), require_available=require_available)
    return known.status(status.of_all([outcome]))


@frozen
class Change:
    """One thing that is different: of the worker, or the requirement at a place of the HIT."""

    what: str
    before: str
    after: str | None


@frozen
class _Answer:
    """The decisions before and after, and the changes between them.

    `places` are where the requirements of the changed HIT stood before; `varied` has, by the id of each type that was
    to be varied, the regions of what the worker could do.
    """

    before: qe.Decision
    after: qe.Decision
    changes: tuple[Change, ...]
    places: tuple[int, ...]
    varied: Mapping[str, tuple[qe.Region, ...]]


def _answer(
    hit: qe.HIT,
    changes: inputs.HITChanges,
    worker: qe.WorkerProfile,
    of_worker: asking.Changes,
    *,
    vary: Iterable[str],
    types: qe.TypeNames,
) -> _Answer:
    policy = qe.compile_hit(changes.applied(hit), names=types)
    before = qe.compile_hit(hit, names=types).decide(worker.assuming(of_worker.assumed))
    after = policy.decide(of_worker.applied(worker))
    varied = {type_id: policy.regions(after.worker, type_id) for type_id in map(types.id_of, vary)}
    output.note_unasked(policy, dict.fromkeys([*of_worker.types, *varied]), types)
    places = tuple(index for index in range(len(hit.requirements)) if index not in changes.without)
    made = (*_fact_changes(before, after, types), *_requirement_changes(before, after, places, types))
    return _Answer(before, after, made, places, varied)


def _show_json(answer: _Answer, types: qe.TypeNames) -> None:
    decisions = {"before": answer.before.to_dict(), "after": answer.after.to_dict()}
    regions = {
        types.name_of(type_id): [_region_dict(region) for region in break_points(regions)]
        for type_id, regions in answer.varied.items()
    }
    changes = [asdict(each) for each in answer.changes]
    output.emit_json({**decisions, "changes": changes, **({"regions": regions} if regions else {})})


def _region_dict(region: qe.Region) -> dict[str, str]:
    return {"states": region.words, "access": str(region.access), "possible": str(region.possible)}


def _show(answer: _Answer, types: qe.TypeNames) -> None:
    before, after = answer.before, answer.after
    changes = output.table()
    for each in answer.changes:
        output.row(changes, each.what, f"{each.before} -> {each.after}" if each.after else f"left out: {each.before}")
    if not answer.changes:
        output.row(changes, "none")
    output.show(
        *_heading(after, types),
        output.ladder({"before": before, "after": after}),
        *output.section("Changes", changes),
        *_regions(answer, types),
        *output.section("Reasons after", output.reasons(after, types, answer.places)),
        *output.section("Remedies after", output.remedies(after)),
        *output.section("Beside the decision", output.notes(after)),
    )


def _show_unchanged(answer: _Answer, types: qe.TypeNames) -> None:
    """The same where it is only asked what the varied types would come to."""
    output.show(
        *_heading(answer.after, types),
        output.ladder({"": answer.after}),
        *_regions(answer, types),
        *output.section("Reasons", output.reasons(answer.after, types)),
        *output.section("Beside the decision", output.notes(answer.after)),
    )


def _heading(decision: qe.Decision, types: qe.TypeNames) -> list[str]:
    title = output.hit_line(decision.hit) if decision.hit else ""
    who = output.clean(decision.worker.worker_id or "the worker")
    line = ", ".join(filter(None, [who, output.assuming(decision, types)]))
    return [*([title] if title else []), f"{line}\n"]


def _regions(answer: _Answer, types: qe.TypeNames) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for type_id, regions in answer.varied.items():
        title = f"By {output.clean(types.name_of(type_id))}, all else as it is"
        parts += output.section(title, _partition(regions))
    return parts


def _partition(regions: Iterable[qe.Region]) -> Table:
    """The break points on one line, or where that would be hard to read a row for each access."""
    grid = output.table()
    runs = break_points(regions)
    line = "; ".join(map(str, runs))
    if len(line) <= _ONE_LINE and not any(", " in each.words for each in runs):
        output.row(grid, line)
    else:
        for each in regions:
            output.row(grid, each.outcome, each.words)
    return grid


def _fact_changes(before: qe.Decision, after: qe.Decision, types: qe.TypeNames) -> Iterator[Change]:
    for type_id in dict.fromkeys([*before.worker.facts, *after.worker.facts]):
        kind = qe.qualification_type(type_id)
        was, now = (fact_text(each.worker.fact(type_id).states, kind) for each in (before, after))
        if was != now:
            yield Change(types.name_of(type_id), was, now)


def _requirement_changes(
    before: qe.Decision, after: qe.Decision, places: Sequence[int], types: qe.TypeNames
) -> Iterator[Change]:  # fmt: skip
    now = {places[reason.index]: _words(reason, types) for reason in after.reasons}
    for reason in before.reasons:
        was = _words(reason, types)
        if now.get(reason.index) != was:
            yield Change(f"requirement {reason.index}", was, now.get(reason.index))


def _words(reason: qe.Reason, types: qe.TypeNames) -> str:
    return f"{output.requirement_text(reason.requirement, types)}, guards {reason.guard}"
