"""The pool that an argument names, ready to say whom a HIT reaches."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

import qualeval as qe
from qualeval.cli import asking, frames, inputs, output, pools
from qualeval.sources.tables import open_table

__all__ = ["doubts_told", "pool_or_store", "reach_of"]

_LARGE = 1 << 24
"""Tables of so many bytes are read as frames."""


def pool_or_store(pool: str | None, service: inputs.Service) -> str | None:
    """The pool that is named; None is the workers of the store, where one is given. UsageError where neither is."""
    if pool is None and service.store is None:
        raise click.UsageError("Missing argument 'POOL': a file of workers; or with --store the workers of the store.")
    return pool


def reach_of(
    pool: str | None,
    hit: str,
    asked: Sequence[str],
    *,
    tables: pools.TableOptions,
    service: inputs.Service,
    types: qe.TypeNames,
) -> tuple[qe.bulk.Reach, asking.Workers | None]:
    """The pool, read, and the workers that it was read as; of a frame, and of a store, none."""
    if pool is None:
        return _stored(asked, service, types), None
    if pool.lower().endswith(".parquet"):
        return _frame(pool, tables, service, types), None
    if _is_large_table(pool, tables, service):
        reach = _frame(pool, tables, service, types)
        said = f"it is large, and read as a frame; empty cells mean {', '.join(tables.nulls) or 'unknown'}"
        click.echo(output.clean(f"note: {pool}: {said}"), err=True)
        return reach, None
    workers = asking.workers_of(pool, hit, list(dict.fromkeys(asked)), tables=tables, service=service, types=types)
    return qe.bulk.Reach(workers.found, names=types), workers


def _stored(asked: Sequence[str], service: inputs.Service, types: qe.TypeNames) -> qe.bulk.Reach:
    assert service.store is not None, "who names no pool has a store"
    store = service.store
    reach = qe.bulk.Reach(store.get_workers(store.worker_ids(), frozenset(asked)), names=types)
    if not len(reach):
        mend = f"`qualeval sync --store {store.path}` reads who holds your types"
        raise qe.InvalidInput(qe.Problem("the store knows no worker", help=mend), store.path)
    return reach


def _is_large_table(pool: str, tables: pools.TableOptions, service: inputs.Service) -> bool:
    """Whether it is a CSV file that takes long row by row, and nothing is asked for that needs the rows."""
    of_rows = tables.mapping or tables.on_error != "stop" or tables.trust_own_statistics
    if of_rows or service.ask or service.store_path or service.fact_age:
        return False
    if not pool.lower().endswith((".csv", ".tsv")) or not Path(pool).is_file():
        return False
    if Path(pool).stat().st_size < _LARGE:
        return False
    header = open_table(pool).header
    return not (qe.is_workers_csv(header) or qe.is_results_csv(header))


def _frame(path: str, tables: pools.TableOptions, service: inputs.Service, types: qe.TypeNames) -> qe.bulk.Reach:
    if tables.on_error != "stop" or tables.trust_own_statistics or service.ask or service.fact_age:
        given = "--on-error, --trust-own-statistics, --ask and --max-age"
        found = f"`{output.clean(path)}` is read as a frame, of which {given} say nothing"
        raise click.UsageError(f"{found}; leave them out")
    columns = frames.columns_of(tables.mapping, types)
    reach = qe.bulk.Reach(path, columns=columns, nulls=tables.meaning_of_nulls(), names=types)
    if not len(reach):
        raise qe.InvalidInput("expected a worker or several, found none", path)
    return reach


@contextmanager
def doubts_told() -> Iterator[None]:
    """Tells on stderr what is doubtful in a pool."""
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always", qe.DoubtfulColumn)
        yield
    for each in doubts:
        click.echo(output.clean(f"note: {each.message}"), err=True)
