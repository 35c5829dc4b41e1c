"""`qualeval exclude`: who took part is to be given a qualification that keeps them from the next HIT."""

from __future__ import annotations

import io
import os

import click

import qualeval as qe
from qualeval.cli import inputs, output, pools

__all__ = ["exclude"]


@click.command(epilog="Example: qualeval exclude --who batch.csv --type study_1_done --type-id 3ABC -o upload.csv")
@inputs.file_option("--who", "FILE", "The workers: a batch's results, or any table with worker ids.", required=True)
@click.option(
    "--type", "type_name", metavar="NAME", required=True, help="The qualification type, as the requester site calls it."
)
@click.option("--type-id", metavar="ID", help="Its id, where nobody else knows it.")
@click.option("--score", default=1, show_default=True, help="The score to give, 0 to 100.")
@inputs.file_option(
    "--output", "FILE", "The file to write; no such file may exist.", "-o", "target", required=True
)
@pools.on_error_option
@inputs.hit_source_options
def exclude(
    *, who: str, type_name: str, type_id: str | None, score: int, target: str, on_error: str, service: inputs.Service
) -> int:  # fmt: skip
    """Make the upload that gives workers an exclusion qualification.

    Nothing is sent: upload the file on the requester site (Manage > Workers > Upload CSV), which asks once more. Stdout
    is the requirement for the next HIT: who holds the qualification does not see that HIT. It names the type by its id,
    which the configuration knows, or a store (--store), or the service (--own-names), or --type-id says.
    """
    requirement = qe.exclusion(_type_id(type_name, type_id, service))
    if os.path.lexists(target):
        raise click.UsageError(f"there is a file `{output.clean(target)}` already; choose another name, or remove it")
    rows = qe.read_worker_ids(inputs.stream_or_path(who), **pools.on_error_settings(on_error))
    ids = list(rows)
    if not ids:
        raise qe.InvalidInput("expected a worker or several, found none", rows.name)
    upload = io.StringIO(newline="")
    count = qe.write_upload(upload, ids, type_name, score=score)
    with open(target, "x", encoding="utf-8", newline="") as file:
        file.write(upload.getvalue())
    output.emit_json(qe.HIT((requirement,)).to_mturk()["QualificationRequirements"])
    words = f"{count:,} workers of {len(ids):,} rows are in {target}, to be given {type_name} {score}"
    click.echo(output.clean(f"{words}; nothing is sent until you upload it (Manage > Workers > Upload CSV)"), err=True)
    return pools.ended(rows, on_error, 0)


def _type_id(name: str, given: str | None, service: inputs.Service) -> str:
    """The id of the type, which the next HIT needs; the requester site knows it by name alone."""
    known = service.display_names().get(name)
    if given is None and known is None:
        mend = f'give --type-id, --store or --own-names, or put "{name}" = "3..." into [tool.qualeval.types]'
        raise qe.InvalidInput(qe.Problem(f"the id of the type `{name}` is not known", help=mend))
    if given is not None and known not in (None, given):
        raise click.UsageError(f"--type-id {output.clean(given)}: `{output.clean(name)}` is known to be {known}")
    return str(given or known)
