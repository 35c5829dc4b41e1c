"""`qualeval sync`: keeps what Mechanical Turk says of HITs and workers in a store, which other commands can ask."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

import qualeval as qe
from qualeval.cli import inputs, output, status

__all__ = ["sync"]


@click.command(epilog="Example: qualeval sync --store qualifications.db, then check HIT_ID WORKER_ID --store ...")
@click.argument("hit_ids", metavar="[HIT_ID]...", nargs=-1)
@inputs.store_option("path", required=True)
@inputs.max_age_option("max_age")
@click.option("--dry-run", is_flag=True, help="Ask nobody, and say how many calls it would make at least.")
@inputs.format_option
@inputs.aws_options
def sync(
    *,
    hit_ids: tuple[str, ...],
    path: str,
    max_age: timedelta | None,
    dry_run: bool,
    output_format: str,
    service: inputs.Service,
) -> int:
    """Keeps what Mechanical Turk says of these HITs, or of all of yours, in a store.

    The file is made if it is not there, and its owner alone can read it. It holds the HITs,
    your qualification types, of those that the HITs name who holds them and who lost them, and whom you blocked; each
    with the time at which it was learned. With --max-age what was learned since is not asked for
    again. Whoever is cut off goes on where it was at the next call, and nothing is lost or doubled.

    The exit status is 4 where something could not be read; the rest is in the store.
    """
    for each in hit_ids:
        inputs.hit_id_of(each)
    if dry_run:
        return _plan(path, hit_ids, max_age, output_format)
    requester, is_new = service.connect(), not os.path.exists(path)
    store = qe.Store.create(path)
    try:
        with _progress() as tell:
            report = qe.sync(store, requester, hit_ids, max_age=max_age, progress=tell)
    except KeyboardInterrupt:
        kept = "" if is_new and qe.discard_if_empty(store) else f"; what was read is in {output.clean(path)}"
        click.echo(f"interrupted{kept}{', and the next sync goes on' if kept else ''}", err=True)
        return status.Status.INTERRUPTED
    output.complain_of_each([error for _, error in report.failed])
    if is_new and report.failed and qe.discard_if_empty(store):
        click.echo(f"note: nothing was read, so there is no {output.clean(path)}", err=True)
        return status.Status.SERVICE_FAILED
    _SHOW[output_format](path, store, report)
    return status.Status.SERVICE_FAILED if report.failed else status.Status.PERMITTED


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None]]:
    """What is told of each page: a line on a terminal that counts, and nothing elsewhere."""
    is_terminal = sys.stderr.isatty()
    console = Console(file=sys.stderr, force_terminal=is_terminal)
    columns = TextColumn("asking Mechanical Turk"), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not is_terminal) as progress:
        bar = progress.add_task("", total=None)
        pages: Counter[str] = Counter()

        def tell(name: str, rows: int) -> None:
            pages.update(pages=1, rows=rows)
            progress.update(bar, description=f"{name}: {pages['rows']:,} rows on {pages['pages']:,} pages")

        yield tell


def _plan(path: str, hit_ids: tuple[str, ...], max_age: timedelta | None, output_format: str) -> int:
    """What a sync would ask for. A store that is not there is not made."""
    with tempfile.TemporaryDirectory() as folder:
        is_there = os.path.exists(path)
        store = qe.Store(path) if is_there else qe.Store.create(Path(folder, "none.db"))
        plan = qe.plan_sync(store, hit_ids, max_age=max_age)
        store.close()
    if output_format == "json":
        output.emit_json({"calls": plan.calls, "total": plan.total, "fresh": list(plan.fresh)})
        return status.Status.PERMITTED
    grid = output.table()
    for operation, calls in plan.calls.items():
        output.row(grid, operation, f"{calls:,}")
    output.show(f"{_counted(plan.total, 'call')} at least", grid)
    if not is_there:
        output.show("The store knows no HIT yet: two more for each type of yours that the HITs name, or more.")
    return status.Status.PERMITTED


def _show_text(path: str, store: qe.Store, report: qe.SyncReport) -> None:
    counts = store.counts()
    told = ", ".join(_counted(counts[each], each.removesuffix("s")) for each in ("hits", "types", "scores", "blocks"))
    fresh = f"; {_counted(len(report.fresh), 'list')} still fresh" if report.fresh else ""
    output.show(f"{output.clean(path)}: {told.replace('hit', 'HIT')}")
    output.show(f"{_counted(report.calls, 'call')}, {_counted(report.rows, 'row')} read{fresh}")


def _show_json(path: str, store: qe.Store, report: qe.SyncReport) -> None:
    failed = [{"name": name, "error": str(error)} for name, error in report.failed]
    output.emit_json(
        {
            "store": path,
            "calls": report.calls,
            "rows": report.rows,
            "read": report.read,
            "fresh": report.fresh,
            "failed": failed,
            "counts": store.counts(),
        }
    )


_SHOW = {"text": _show_text, "json": _show_json}


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
