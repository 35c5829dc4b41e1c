"""The workers that an argument names, and asking about them on the way to an answer: progress, Ctrl-C, what failed.

What was learned is answered with, whatever became of the rest, and the exit status tells of the rest.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import click
from attrs import define, frozen
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

import qualeval as qe
from qualeval.cli import inputs, output, pools
from qualeval.cli.status import Status
from qualeval.errors import show

if TYPE_CHECKING:  # who asks nobody need not wait for it
    from qualeval.sources.learning import Learning

__all__ = ["Changes", "Workers", "workers_of"]


@frozen
class Changes:
    """What is said of the worker on the command line, by type id: in place of what is known, and where it is not."""

    said: Mapping[str, qe.Fact]
    assumed: Mapping[str, qe.Fact]

    @classmethod
    def of(cls, said: tuple[str, ...], assumed: tuple[str, ...], types: qe.TypeNames) -> Changes:
        """The changes that `--set` and `--assume` say."""
        return cls(*(qe.worker(None, facts, names=types).facts for facts in inputs.facts_of(said, assumed)))

    @property
    def types(self) -> list[str]:
        """The types that they speak of."""
        return list(dict.fromkeys([*self.said, *self.assumed]))

    def applied(self, worker: qe.WorkerProfile) -> qe.WorkerProfile:
        """The worker after them."""
        changed = worker.with_facts(self.said) if self.said else worker
        return changed.assuming(self.assumed) if self.assumed else changed


@define(eq=False)
class Workers:
    """The workers that an argument names, one after the other, and what is to be said when all were answered.

    `is_many` says that there may be more than one.
    """

    found: Iterable[qe.WorkerProfile]
    name: str
    is_many: bool = False
    failed: Status | None = None
    table: pools.WorkerTable | None = None

    def only(self) -> qe.WorkerProfile:
        """The worker, where there must be one alone."""
        found = list(islice(self.found, 3))
        if len(found) > 1:
            count, more = ("2", "") if len(found) == 2 else ("several", ", ...")
            ids = ", ".join(show(each.worker_id or "unnamed") for each in found[:2])
            problem = qe.Problem(f"expected one worker, found {count}: {ids}{more}", help="`check` answers for many")
            raise qe.InvalidInput(problem, self.name)
        if not found and self.table is not None:
            self.table.ended(Status.PERMITTED)  # which says why there is none
        return found[0]

    def status(self, answer: Status) -> int:
        """The exit status of a command that came to `answer`: one on a part of the facts is none."""
        found = answer if self.failed is None else self.failed
        return found if self.table is None else self.table.ended(found)


def workers_of(
    text: str,
    hit: str,
    asked: Sequence[str],
    *,
    tables: pools.TableOptions,
    service: inputs.Service,
    types: qe.TypeNames,
) -> Workers:
    """The workers that an argument names, as far as they are known towards the types `asked`.

    One is named by her id, several by a file: profiles, a table, or with a store (or the service) also the results of a
    batch. A store is asked about all of them; the service about the one of two ids, and with `--ask` about the others
    too. What a file says stands. Raises ServiceError where the service tells nothing.
    """
    if inputs.is_id(text):
        tables.refuse_for(text)
        return _of_id(text, hit, asked, service)
    found = _of_file(text, tables, service, types)
    since = service.since
    if since is not None:
        found.found = (each.aged(since) for each in found.found)
    if service.ask:
        return _asked_too(found, hit, asked, service, has_nulls=bool(tables.nulls))
    if service.store is not None:
        found.found = _looked_up(found.found, asked, service.store, has_nulls=bool(tables.nulls))
    return found


def _of_id(text: str, hit: str, asked: Sequence[str], service: inputs.Service) -> Workers:
    if service.store is not None:
        return Workers([service.store.get_worker(text, asked)], text)
    if service.fact_age is not None:
        raise click.UsageError("--max-age is for what was learned before: give --store, or a file of workers")
    if service.ask or inputs.is_id(hit):
        return _learned(service.connect().learning([text], asked, _hit_id(hit)), text)
    return Workers([qe.worker(text)], text)


def _hit_id(hit: str) -> str | None:
    return hit if inputs.is_id(hit) else None


def _of_file(text: str, tables: pools.TableOptions, service: inputs.Service, types: qe.TypeNames) -> Workers:
    table = pools.opened(text, tables, types, service)
    if table is not None:
        return Workers(table.workers, table.rows.name, is_many=True, table=table)
    listed = inputs.workers_of(text, types)
    return Workers(listed, inputs.source_name(text), is_many=len(listed) > 1)


def _looked_up(
    workers: Iterable[qe.WorkerProfile], asked: Sequence[str], store: qe.Store, *, has_nulls: bool
) -> Iterator[qe.WorkerProfile]:
    for each in workers:
        yield each if each.worker_id is None else _filled(each, store.get_worker(each.worker_id, asked), has_nulls)


def _filled(worker: qe.WorkerProfile, known: qe.WorkerProfile, has_nulls: bool) -> qe.WorkerProfile:
    """What the file says, and then what the service knows. That an empty cell means lacking is the weakest word."""
    found = worker.filled(known)
    if not has_nulls:
        return found
    kinds = {each: qe.qualification_type(each) for each in worker.facts.keys() & known.facts.keys()}
    lacked = [each for each, kind in kinds.items() if worker.facts[each].states == kind.lacked]
    stronger = {each: known.facts[each] for each in lacked if known.facts[each].states != kinds[each].universe}
    return found.with_facts(stronger) if stronger else found


def _asked_too(
    found: Workers, hit: str, asked: Sequence[str], service: inputs.Service, *, has_nulls: bool
) -> Workers:  # fmt: skip
    """The same workers, with what the service tells of them; a list is read better when all of them are known."""
    workers = list(found.found)
    ids = dict.fromkeys(each.worker_id for each in workers if each.worker_id is not None)
    learned = _learned(service.connect().learning(ids, asked, _hit_id(hit)), found.name)
    known = {each.worker_id: each for each in learned.found}
    filled = [
        _filled(each, known[each.worker_id], has_nulls) if each.worker_id in known else each for each in workers
    ]
    return Workers(filled, found.name, found.is_many, learned.failed, found.table)


def _learned(learning: Learning, name: str) -> Workers:
    """What was learned by the end, be it a bad one: failures are told on stderr, and Ctrl-C ends the asking."""
    try:
        _run(learning)
    except KeyboardInterrupt:
        click.echo("interrupted; the answer rests on what was learned until then", err=True)
        return Workers(learning.workers, name, failed=Status.INTERRUPTED)
    output.complain_of_each(learning.failures)
    if learning.failures:
        click.echo("note: the answer rests on what could be learned", err=True)
    return Workers(learning.workers, name, failed=Status.SERVICE_FAILED if learning.failures else None)


def _run(learning: Learning) -> None:
    columns = TextColumn("asking Mechanical Turk"), BarColumn(), MofNCompleteColumn(), TextColumn("calls")
    console = Console(file=sys.stderr, force_terminal=sys.stderr.isatty())
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("", total=None)
        for _ in learning.steps():
            progress.update(bar, completed=learning.calls, total=learning.calls + learning.left)
