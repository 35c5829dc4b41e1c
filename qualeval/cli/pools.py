"""Tables on the command line: WORKER as a pool or as the requester site's workers file, and rows that are wrong."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import define, field, frozen

import qualeval as qe
from qualeval.cli import inputs, output, status
from qualeval.sources.tables import is_like_table, open_table

if TYPE_CHECKING:  # who has no table need not wait for what reads one
    from qualeval.sources.pool import Pool
    from qualeval.sources.tables import Rows, Table

__all__ = [
    "TableOptions",
    "WorkerTable",
    "ended",
    "meaning_of_nulls",
    "nulls_option",
    "on_error_option",
    "on_error_settings",
    "opened",
    "table_options",
]

Command = TypeVar("Command", bound=Callable[..., Any])


def on_error_option(command: Command) -> Command:
    """What becomes of rows that are wrong."""
    return click.option(
        "--on-error",
        type=click.Choice(["stop", "skip", "report"]),
        default="stop",
        show_default=True,
        help="Of a table with rows that are wrong: stop, leave them out, or leave them out, say why and end with 2.",
    )(command)


def on_error_settings(on_error: str) -> Mapping[str, Any]:
    """`--on-error` as those who read tables take it."""
    return {"on_error": "skip", "told": _tell} if on_error == "report" else {"on_error": on_error}


def _tell(problem: qe.Problem) -> None:
    click.echo(output.clean(f"qualeval: {problem}"), err=True)


def ended(rows: Rows[Any], on_error: str, found: int) -> int:
    """The status of a command that came to `found` and has read all rows; says how many were left out."""
    if rows.refused:
        _note(f"{rows.refused:,} of {rows.rows:,} rows were left out, since something is wrong with them", rows)
    return status.Status.INVALID if rows.refused and on_error == "report" else found


def _note(words: str, rows: Rows[Any]) -> None:
    click.echo(output.clean(f"note: {rows.name}: {words}"), err=True)


@frozen
class TableOptions:
    """How a table of workers is to be read, as it was typed."""

    nulls: tuple[str, ...]
    mapping: str | None
    on_error: str
    trust_own_statistics: bool

    @property
    def are_any(self) -> bool:
        """Whether anything is said that only tables have."""
        return bool(self.nulls or self.mapping or self.trust_own_statistics or self.on_error != "stop")

    def refuse_for(self, text: str) -> None:
        """A usage error where something is said of tables, and WORKER is none."""
        if self.are_any:
            raise click.UsageError(f"`{output.clean(text)}` is no table: --nulls, --on-error and the like are for one")

    def meaning_of_nulls(self) -> str | dict[str, str]:
        """What empty cells mean, of all types or by type."""
        return meaning_of_nulls(self.nulls)


def meaning_of_nulls(nulls: tuple[str, ...]) -> str | dict[str, str]:
    """What `--nulls` says that empty cells mean, of all types or by type."""
    if len(nulls) == 1 and "=" not in nulls[0]:
        return nulls[0]
    return dict(inputs.pairs("--nulls", "TYPE", nulls)) or "unknown"


nulls_option = click.option(
    "--nulls",
    multiple=True,
    metavar="[TYPE=]lacks",
    help="Of a table: what an empty cell means, unknown (the default) or lacks, of all types or of one.",
)


table_options = inputs.bundled(
    "tables",
    TableOptions,
    nulls_option,
    inputs.file_option("--mapping", "FILE", "Of a table, or of JSON Lines: what the columns mean."),
    on_error_option,
    click.option(
        "--trust-own-statistics",
        is_flag=True,
        help="Of a workers file: assume that your own statistics are those of the whole marketplace.",
    ),
)
"""The options that say how tables are read; the command gets them as one `tables`."""


@define(eq=False)
class WorkerTable:
    """The workers of a table, read while they are answered. Notes about the whole come at the end."""

    rows: Rows[Any]
    workers: Iterator[qe.WorkerProfile]
    on_error: str
    types: qe.TypeNames
    pool: Pool | None = field(default=None)

    def ended(self, found: int) -> int:
        """The status of a command that came to `found`; says what was read as what, and what was left out."""
        if not self.rows.read:  # of no worker everything is permitted: a status of 0 would be a trap
            few = f", since something is wrong with all {self.rows.rows:,} rows" if self.rows.rows else ""
            raise qe.InvalidInput(f"expected a worker or several, found none{few}", self.rows.name)
        if self.pool is not None:
            self._tell_of_nulls(self.pool)
        if self.pool is not None and self.pool.passed_over:
            _note(f"columns that are called like no type say nothing: {', '.join(self.pool.passed_over)}", self.rows)
        return ended(self.rows, self.on_error, found)

    def _tell_of_nulls(self, pool: Pool) -> None:
        counts: dict[str, list[str]] = {}
        for type_id, count in Counter(pool.empty).most_common():
            counts.setdefault(str(pool.nulls[type_id]), []).append(f"{self.types.name_of(type_id)} {count:,}")
        for meaning, found in sorted(counts.items()):
            _note(f"empty cells read as {meaning}: {', '.join(found)}", self.rows)


def opened(text: str, options: TableOptions, types: qe.TypeNames, service: inputs.Service) -> WorkerTable | None:
    """The table that a WORKER argument names; None where it is none.

    The results of a batch say who there is, which is enough where others are asked about the workers.
    """
    if options.mapping is not None:
        mapping = qe.load_mapping(options.mapping, names=types)
        return _pool(inputs.stream_or_path(text), options, types, mapping=mapping)
    if not is_like_table(sys.stdin.buffer if text == "-" else text):
        options.refuse_for(text)
        return None
    table = open_table(inputs.stream_or_path(text))
    if qe.is_workers_csv(table.header):
        return _workers_csv(table, options, types, service)
    if qe.is_results_csv(table.header):
        if service.store is not None or service.ask:
            return _results(table, options, types)
        mend = "`qualeval learn` makes facts of it, and --store or --ask tells what else is known"
        raise qe.InvalidInput(qe.Problem("the results of a batch say nothing of qualifications", help=mend), table.name)
    return _pool(table, options, types)


def _pool(source: Any, options: TableOptions, types: qe.TypeNames, **more: Any) -> WorkerTable:
    if options.trust_own_statistics:
        raise click.UsageError("--trust-own-statistics is for the requester site's workers file, which this is not")
    settings = {**on_error_settings(options.on_error), **more}
    pool = qe.read_pool(source, names=types, nulls=options.meaning_of_nulls(), **settings)
    return WorkerTable(pool.rows, iter(pool), options.on_error, types, pool)


def _results(table: Table, options: TableOptions, types: qe.TypeNames) -> WorkerTable:
    """Those who took part, each once."""
    if options.nulls or options.trust_own_statistics:
        given = "--nulls" if options.nulls else "--trust-own-statistics"
        raise click.UsageError(f"{given}: the results of a batch say nothing of qualifications")
    rows = qe.read_worker_ids(table, **on_error_settings(options.on_error))
    return WorkerTable(rows, map(qe.worker, _each_once(rows)), options.on_error, types)


def _each_once(ids: Iterable[str]) -> Iterator[str]:
    met: set[str] = set()
    for each in ids:
        if each not in met:
            met.add(each)
            yield each


def _workers_csv(
    table: Table, options: TableOptions, types: qe.TypeNames, service: inputs.Service
) -> WorkerTable:  # fmt: skip
    if options.nulls:
        raise click.UsageError("--nulls: in the requester site's workers file an empty cell is always lacking")
    settings = on_error_settings(options.on_error)
    found = qe.read_workers_csv(table, names=types, types=service.display_names(), **settings)
    if options.trust_own_statistics:
        words = "warning: what you have seen of workers yourself is taken for what the whole marketplace has"
        click.echo(f"{words}: every answer that rests on it says so", err=True)
    profiles = found.profiles(trust_own_statistics=options.trust_own_statistics)
    return WorkerTable(found.rows, profiles, options.on_error, types)
