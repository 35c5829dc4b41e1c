"""`qualeval endpoint`: a Mechanical Turk on the loopback, for tests of programs in whatever language."""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

import qualeval as qe
from qualeval.cli import inputs, output

__all__ = ["endpoint"]

_REQUESTS = "qualeval.endpoint"
"""The logger that has a line a request."""


@click.command(epilog="Example: qualeval endpoint --port 5000 --hits hit.json --fault throttle=3 -v")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=5000, show_default=True, type=int, help="The port to listen on; 0 takes a free one.")
@click.option("--hits", "paths", multiple=True, metavar="PATH", shell_complete=inputs.files,
              help="Saved HITs to begin with: a file of them, or a folder. Can be given again and again.")
@click.option("--fault", "faults", multiple=True, metavar="FAULT",
              help="What is to go wrong: throttle, fail, refuse, answer, slow, cut, break-off, hang-up, repeat-token, "
              "duplicate-rows. throttle=3 is three times, throttle=always for ever, slow,seconds=2,operation=GetHIT "
              "of one operation alone. Can be given again and again.")
@click.option("--environment", type=click.Choice(["production", "sandbox"]), default="production",
              help="Where the HITs are to go.")
@click.option("-v", "--log", "logs", is_flag=True, help="Say a line a request on stderr.")
def endpoint(
    *, host: str, port: int, paths: tuple[str, ...], faults: tuple[str, ...], environment: Any, logs: bool
) -> NoReturn:  # fmt: skip
    """A local Mechanical Turk for tests, which fails on demand.

    It speaks the requester protocol, listens on the loopback alone, and keeps everything in memory. Its address, for
    `--endpoint-url` and `endpoint_url`, is printed once it accepts connections; Ctrl-C or SIGTERM stops it.
    docs/endpoint.md says what it can do.
    """
    types = inputs.names()
    hits = [hit for path in paths for hit in _hits_of(path, types)]
    made = qe.testing.Endpoint(hits, host=host, port=port, environment=environment, names=types)
    made.ask_for_faults(*faults)
    with _stopped_by_sigterm(), _logged(logs), made:
        click.echo(made.url)
        sys.stdout.flush()
        while True:  # until a signal ends it
            time.sleep(3600)


def _hits_of(path: str, types: qe.TypeNames) -> list[qe.HIT]:
    if not Path(path).is_dir():
        return qe.load_hits(path, names=types)
    folder = qe.HITFolder(Path(path), types)
    return [folder.get_hit(hit_id) for hit_id in folder.hit_ids()]


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """Lets SIGTERM end what is inside as its end would: with the status 0."""

    def stop(*_: object) -> None:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _logged(requests: bool) -> Iterator[None]:
    """Has bugs of the endpoint on stderr, and where `requests` are wanted, a line for each of them."""
    logger, handler = logging.getLogger(_REQUESTS), output.LogLines()
    before = logger.level
    logger.setLevel(logging.INFO if requests else logging.ERROR)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
