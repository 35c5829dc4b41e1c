"""`qualeval example`: a worker with exactly this access, for a file."""

from __future__ import annotations

from typing import Any

import click

import qualeval as qe
from qualeval.cli import inputs, output, status

__all__ = ["example"]


@click.command(epilog="Example: qualeval example hit.json --access preview")
@inputs.file_argument("hit")
@click.option(
    "--access",
    type=click.Choice([str(access) for access in qe.Access]),
    default=str(qe.Access.ACCEPT),
    show_default=True,
    help="How far the worker may go, and no further.",
)
@inputs.hit_changes
@inputs.format_option
@inputs.hit_source_options
def example(
    *, hit: str, access: str, changes: inputs.HITChanges, output_format: str, service: inputs.Service
) -> int:  # fmt: skip
    """A worker with exactly this access to HIT, as a profile.

    HIT is a file, `-`, or a HIT id, which is fetched; --value, --guard and --without change it first. The worker is
    complete, the same every time, and misses the next action by one fact, at the threshold.

    Stdout is the profile, as JSON in both formats, so `qualeval example hit.json > worker.json` makes a file; with
    text, stderr says what the worker may do, and what is in the way of more. Where nobody has this access the exit
    status is 1, stdout is empty, and stderr says why.
    """
    types = service.names()
    policy = qe.compile_hit(changes.applied(inputs.hit_of(hit, service, types)), names=types)
    level = qe.Access[access.upper()]
    worker = policy.example(level)
    if worker is None:
        click.echo(output.clean(_why_nobody(policy, level)), err=True)
        return status.Status.DENIED
    profile = _profile(worker, inputs.names())  # a file is read where nobody knows a store's names
    if output_format == "text":
        click.echo(output.clean(_words(policy.decide(worker))), err=True)
    output.emit_json(profile)
    return status.Status.PERMITTED


def _profile(worker: qe.WorkerProfile, types: qe.TypeNames) -> dict[str, Any]:
    """The profile as a file has it, if a file can."""
    profile = worker.to_dict(types)
    try:
        qe.parse_worker(profile, names=types)
    except qe.InvalidInput:
        place = output.facts_line(worker.without_fact(*(worker.facts.keys() - {qe.LOCALE})), types)
        found = f"such a worker is where no name is left, which a profile cannot say: {place}"
        raise qe.InvalidInput(qe.Problem(found, help="exclude fewer countries by name")) from None
    return profile


def _next(access: qe.Access) -> qe.Action | None:
    """The first action beyond an access."""
    return next((action for action in qe.Action if not access.permits(action)), None)


def _words(decision: qe.Decision) -> str:
    """What a worker may do, and what is in the way of more."""
    who, beyond = decision.worker.worker_id, _next(decision.access)
    if beyond is None:
        return f"{who} may {decision.access} it"
    may = f"may {decision.access} it and" if decision.access else "may"
    return f"{who} {may} not {beyond} it: {output.obstacles(decision, beyond)}"


def _why_nobody(policy: qe.AccessPolicy, access: qe.Access) -> str:
    """Nobody comes as far as the access, or nobody stops there."""
    for action in qe.Action:
        if access.permits(action) and not policy.is_satisfiable(action):
            return f"nobody can {action} it: {'; '.join(policy.contradictions(action))}"
    if not access:
        return "nobody is kept out: every worker may discover it"
    return f"nobody stops there: every worker who may {access} it may {_next(access)} it too"
