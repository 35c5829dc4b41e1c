"""Asking the service about workers on the way to an answer: the progress bar, Ctrl-C, and what failed.

What was learned is answered with, whatever became of the rest, and the exit status tells of the rest.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click
from attrs import frozen
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

import qualeval as qe
from qualeval.cli import inputs, output
from qualeval.cli.status import Status

if TYPE_CHECKING:  # who asks nobody need not wait for it
    from qualeval.sources.learning import Learning

__all__ = ["Asked", "Changes", "worker_of", "workers_of"]


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


@frozen
class Asked:
    """Workers, and what became of asking about them, where that was not all well."""

    workers: list[qe.WorkerProfile]
    failed: Status | None = None

    def status(self, answer: Status) -> Status:
        """The exit status: an answer on a part of the facts is none."""
        return answer if self.failed is None else self.failed


def workers_of(
    text: str, hit: str, asked: Iterable[str], service: inputs.Service, types: qe.TypeNames
) -> Asked:  # fmt: skip
    """The workers that an argument names; of two ids, what the service tells of the worker towards the types `asked`.

    A store is asked about the worker of whatever HIT. Raises ServiceError where the service tells nothing.
    """
    if inputs.is_id(text) and service.store is not None:
        return Asked([service.store.get_worker(text, list(asked))])
    if inputs.is_id(text) and inputs.is_id(hit):
        return _learned(service.connect().learning([text], asked, hit))
    return Asked(inputs.workers_of(text, types))


def worker_of(
    text: str, hit: str, asked: Iterable[str], service: inputs.Service, types: qe.TypeNames
) -> Asked:  # fmt: skip
    """The same for the one worker that an argument must name."""
    if inputs.is_id(text):
        return workers_of(text, hit, asked, service, types)
    return Asked([inputs.worker_of(text, types)])


def _learned(learning: Learning) -> Asked:
    """What was learned by the end, be it a bad one: failures are told on stderr, and Ctrl-C ends the asking."""
    try:
        _run(learning)
    except KeyboardInterrupt:
        click.echo("interrupted; the answer rests on what was learned until then", err=True)
        return Asked(learning.workers, Status.INTERRUPTED)
    for error in learning.failures:
        output.complain(error)
    if learning.failures:
        click.echo("note: the answer rests on what could be learned", err=True)
    return Asked(learning.workers, Status.SERVICE_FAILED if learning.failures else None)


def _run(learning: Learning) -> None:
    columns = TextColumn("asking Mechanical Turk"), BarColumn(), MofNCompleteColumn(), TextColumn("calls")
    console = Console(file=sys.stderr, force_terminal=sys.stderr.isatty())
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("", total=None)
        for _ in learning.steps():
            progress.update(bar, completed=learning.calls, total=learning.calls + learning.left)
