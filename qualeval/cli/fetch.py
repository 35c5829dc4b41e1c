"""`qualeval fetch`: a HIT as the service has it, for a file."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from qualeval.cli import inputs, output

__all__ = ["fetch"]

_STDOUT = Path("-")


@click.command(epilog="Example: qualeval fetch 3XYZ --sandbox -o hit.json")
@click.argument("hit_id", metavar="HIT_ID")
@click.option("-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--as-request", is_flag=True, help="As a CreateHIT request that can be sent.")
@inputs.store_only_options
def fetch(hit_id: str, path: Path | None, as_request: bool, service: inputs.Service) -> int:
    """The answer of GetHIT for HIT_ID, as JSON.

    A HIT without requirements, or with some that cannot be read, is fetched all the same. With --store it is what the
    service said at the last sync.
    """
    inputs.hit_id_of(hit_id)
    answer = service.get_hit(hit_id).to_mturk() if as_request else service.get_hit_answer(hit_id)
    if path is None or path == _STDOUT:
        click.echo(output.json_text(answer, encoding=sys.stdout.encoding, default=_plain))
    else:
        path.write_text(output.json_text(answer, default=_plain) + "\n", encoding="utf-8")
    return 0


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"the service's answer holds a {type(value).__name__}")
