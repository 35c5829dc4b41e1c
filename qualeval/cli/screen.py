"""`qualeval screen`: how far may each of many workers go with a HIT?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from attrs import frozen
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

import qualeval as qe
from qualeval.cli import frames, inputs, output, pools, reaching, status

__all__ = ["screen"]


@click.command(epilog="Example: qualeval screen hit.json pool.parquet -o answers.parquet --only accept")
@inputs.file_argument("hit")
@inputs.file_argument("pool", required=False)
@inputs.file_option("--output", "FILE", "The file to write; no such file may exist.", "-o", "target")
@click.option(
    "--only",
    type=click.Choice([str(each) for each in qe.Action]),
    help="Write those alone who may do this for certain.",
)
@frames.columns_option()
@pools.nulls_option
@click.option(
    "--invalid",
    type=click.Choice(["error", "flag", "trust"]),
    default="error",
    show_default=True,
    help="What becomes of cells that are no fact: told (error), a column says so (flag), nobody looks (trust).",
)
@click.option("--reasons", is_flag=True, help="Add the index of the first unmet requirement.")
@inputs.action_option
@inputs.format_option
@inputs.source_options
def screen(
    *,
    hit: str,
    pool: str | None,
    target: str | None,
    only: str | None,
    columns: str | None,
    nulls: tuple[str, ...],
    invalid: str,
    reasons: bool,
    action: str,
    output_format: str,
    service: inputs.Service,
) -> int:
    """How far may each worker of POOL go with HIT?

    POOL is a CSV, Parquet or JSON Lines file, by its name, with a row a worker and a column a qualification type, and
    so is the output: the same rows with the columns access and possible, 0 (nothing) to 3 (accept). Files may be larger
    than memory. With --store and no POOL it is all workers of the store. Counts are on stderr, or without an output on
    stdout. HIT is a file, `-`, or an id; of a file with several HITs the counts of each are told.

    The exit status is 0 where the action is permitted to all workers, 1 where it is denied to any, 3 where of some it
    is not known.
    """
    if reaching.pool_or_store(pool, service) is None and (columns or nulls):
        raise click.UsageError("--columns and --nulls are about the columns of a POOL; leave them out")
    types = service.names()
    hits = inputs.hits_of(hit, service, types)
    if len(hits) > 1 and target is not None:
        raise click.UsageError("--output: of several HITs the counts alone are told; leave it out")
    if target is None and (only or reasons):
        raise click.UsageError("--only and --reasons are about the rows that are written; give --output")
    meaning = frames.columns_of(columns, types), pools.meaning_of_nulls(nulls)
    with _pool(pool, hits, service) as path:
        asked = _Asked(path, target, only, *meaning, invalid, reasons)
        counted = [(each, asked.of(qe.compile_hit(each, names=types))) for each in hits]
    _SHOW[output_format](counted, qe.Action(action), target is not None)
    return status.of_all(_outcomes(counted, qe.Action(action)))


@contextmanager
def _pool(pool: str | None, hits: Sequence[qe.HIT], service: inputs.Service) -> Iterator[str]:
    """The file of the pool; of a store's workers one that is there for a while, with the types that HITs name."""
    store = service.store
    if pool is not None or store is None:
        yield str(pool)
        return
    types = sorted({each.qualification_type_id for hit in hits for each in hit.requirements})
    with TemporaryDirectory() as folder:
        path = Path(folder, "store.csv")
        with path.open("w", encoding="utf-8", newline="") as stream:
            qe.write_pool(stream, store.get_workers(store.worker_ids(), types), types)
        yield str(path)


@frozen
class _Asked:
    """The pool, and what is to become of it."""

    pool: str
    target: str | None
    only: str | None
    columns: object
    nulls: object
    invalid: str
    reasons: bool

    def of(self, policy: qe.AccessPolicy) -> qe.bulk.Screened:
        """What comes of a policy."""
        with _progress() as tell:
            return qe.bulk.screen_file(
                self.pool,
                policy,
                self.target,
                columns=self.columns,  # type: ignore[arg-type]
                nulls=self.nulls,  # type: ignore[arg-type]
                invalid=self.invalid,
                reasons=self.reasons,
                only=None if self.only is None else qe.Action(self.only),
                told=tell,
            )


@contextmanager
def _progress() -> Iterator[Callable[[str], object]]:
    """A bar on a terminal that says what is being done, and nothing elsewhere."""
    is_terminal = sys.stderr.isatty()
    console = Console(file=sys.stderr, force_terminal=is_terminal)
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not is_terminal) as progress:
        bar = progress.add_task("", total=None)
        yield lambda words: progress.update(bar, description=words)


_Counted = list[tuple[qe.HIT, "qe.bulk.Screened"]]


def _counts(found: qe.bulk.Screened, action: qe.Action) -> dict[qe.Outcome, int]:
    return {
        qe.Outcome.PERMITTED: found.permitted(action),
        qe.Outcome.DENIED: found.denied(action),
        qe.Outcome.UNKNOWN: found.unknown(action),
    }


def _outcomes(counted: _Counted, action: qe.Action) -> Iterator[qe.Outcome]:
    for _, found in counted:
        yield from (outcome for outcome, count in _counts(found, action).items() if count)


def _show_text(counted: _Counted, action: qe.Action, is_beside: bool) -> None:
    for hit, found in counted:
        words = ", ".join(f"{count:,} {outcome}" for outcome, count in _counts(found, action).items())
        flagged = f"; {found.invalid:,} with cells that are no fact" if found.invalid else ""
        named = f"{title}: " if len(counted) > 1 and (title := output.hit_line(hit)) else ""
        click.echo(f"{named}{found.rows:,} workers, {action}: {words}{flagged}", err=is_beside)


def _show_json(counted: _Counted, _: qe.Action, is_beside: bool) -> None:
    for hit, found in counted:
        by_action = {
            str(action): {str(outcome): count for outcome, count in _counts(found, action).items()}
            for action in qe.Action
        }
        answer = {"hit_id": hit.hit_id, "workers": found.rows, "invalid": found.invalid, "actions": by_action}
        click.echo(output.json_text(answer, one_line=len(counted) > 1), err=is_beside)


_SHOW = {"text": _show_text, "json": _show_json}
