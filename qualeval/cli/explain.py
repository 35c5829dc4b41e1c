"""`qualeval explain`: who is let in, in plain words."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import click

import qualeval as qe
from qualeval.cli import inputs, output

__all__ = ["explain"]


@click.command(epilog="Example: qualeval explain hit.json")
@inputs.file_argument("hit")
@inputs.format_option
@inputs.hit_source_options
def explain(hit: str, output_format: str, service: inputs.Service) -> int:
    """Who may discover, preview and accept HIT, in plain words.

    HIT is a file, `-`, or a HIT id, which is fetched.
    """
    types = service.names()
    found = inputs.hit_of(hit, service, types)
    policy = qe.compile_hit(found, names=types)
    if output_format == "json":
        output.emit_json(_as_dict(found, policy, types))
    else:
        _show(found, policy, types)
    return 0


def _show(hit: qe.HIT, policy: qe.AccessPolicy, types: qe.TypeNames) -> None:
    described = [(), *(policy.describe(action) for action in qe.Action)]
    sentences = [
        _sentence(action, before, demands, policy.contradictions(action))
        for action, (before, demands) in zip(qe.Action, pairwise(described), strict=True)
    ]
    grid = output.table()
    for index, each in enumerate(hit.requirements):
        output.row(grid, str(index), output.requirement_text(each, types), f"guards {each.guard}")
    title = [f"{line}\n"] if (line := output.hit_line(hit)) else []
    output.show(*title, *sentences, *output.section("Requirements", grid))


def _sentence(
    action: qe.Action, before: tuple[str, ...] | None, demands: tuple[str, ...] | None, why_nobody: tuple[str, ...]
) -> str:
    if demands is None:
        return f"Nobody can {action} it: {'; '.join(map(output.clean, why_nobody))}."
    if not demands:
        return f"Every worker may {action} it."
    if demands == before:
        return f"To {action} it, a worker needs nothing more."
    return "\n".join([f"To {action} it, a worker must", *(f"  - {output.clean(demand)}" for demand in demands)])


def _as_dict(hit: qe.HIT, policy: qe.AccessPolicy, types: qe.TypeNames) -> dict[str, Any]:
    described = {str(action): policy.describe(action) for action in qe.Action}
    return {
        "hit_id": hit.hit_id,
        "title": hit.title,
        "actions": {
            action: {"satisfiable": words is not None, "must": list(words or ())} for action, words in described.items()
        },
        "requirements": [
            {
                "index": each.index,
                "qualification_type_id": each.kind.type_id,
                "name": each.name,
                "comparator": str(each.requirement.comparator),
                "values": [value if isinstance(value, int) else str(value) for value in each.requirement.values],
                "guards": str(each.guard),
                "admits": str(each.admitted),
            }
            for each in policy.predicates
        ],
    }
