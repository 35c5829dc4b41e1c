"""`qualeval serve`: a local page that answers as a HIT's knobs move."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click

import qualeval as qe
from qualeval.cli import inputs, output, pools, reaching
from qualeval.cli.status import Status

__all__ = ["serve"]

_EXAMPLES = (Path(qe.__file__).parent / "web" / "example", Path(qe.__file__).parent.parent / "examples")
"""Where the examples are: in the package, or beside it where it is run from a checkout."""


@click.command(epilog="Example: qualeval serve hit.json workers.csv")
@inputs.file_argument("hit", required=False)
@inputs.file_argument("pool", required=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535),
              help="The port to listen on; 0 takes a free one.")
@click.option("--mask-workers", is_flag=True, help="Call workers by their row, and tell no id.")
@pools.table_options
@inputs.source_options
def serve(
    *,
    hit: str | None,
    pool: str | None,
    host: str,
    port: int,
    mask_workers: bool,
    tables: pools.TableOptions,
    service: inputs.Service,
) -> int:
    """A local page that counts whom of POOL HIT lets in as its knobs move.

    HIT is a file or a HIT id, which is fetched; POOL is as for audience. Without them the page begins with an example,
    or with the workers of the --store. Its address is printed once it accepts connections; Ctrl-C stops it. It listens
    on the loopback alone, unless --host says otherwise, and nothing is sent anywhere. docs/explorer.md says what is on
    the page.
    """
    types = service.names()
    found = qe.load_hit(_example("hit.json")) if hit is None else inputs.hit_of(hit, service, types)
    stored = [] if service.store is None else [each.type_id for each in service.store.types]
    asked = [*(each.qualification_type_id for each in found.requirements), *stored]  # a card may ask for any of them
    name, shown = _named(pool, service)
    with reaching.doubts_told():
        reach, workers = reaching.reach_of(name, hit or "", asked, tables=tables, service=service, types=types)
        reach.read_all()
    if workers is not None and (ended := workers.status(Status.PERMITTED)):
        return ended
    seen = qe.web.Pool(shown, reach)
    explorer = qe.web.Explorer(found, seen, names=types, fetch=service.get_hit, masked=mask_workers)
    logging.getLogger("qualeval.web").addHandler(output.LogLines())  # bugs that requests meet
    if not qe.web.is_of_this_machine_alone(host):
        click.echo(f"note: whoever can reach {output.clean(host)} can see this pool", err=True)
    qe.web.serve(explorer, host=host, port=port, is_ready=_say)
    return Status.PERMITTED


def _named(pool: str | None, service: inputs.Service) -> tuple[str | None, str]:
    """The pool, and what it is called: where none is named, that of the store, or the example."""
    if pool is not None:
        return pool, Path(pool).name
    if service.store is not None:
        return None, Path(service.store.path).name
    return str(_example("pool.csv")), "an example pool"


def _example(name: str) -> Path:
    return next(path for folder in _EXAMPLES if (path := folder / name).exists())


def _say(url: str) -> None:
    click.echo(url)
    sys.stdout.flush()
