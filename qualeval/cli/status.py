"""Exit statuses, one meaning everywhere, and what becomes of every exception."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterable
from enum import IntEnum

import click

import qualeval as qe

__all__ = ["Status", "of_all", "of_outcome", "run"]


class Status(IntEnum):
    """What the shell is told."""

    PERMITTED = 0
    DENIED = 1
    INVALID = 2
    UNKNOWN = 3
    SERVICE_FAILED = 4
    BUG = 70
    INTERRUPTED = 130
    PIPE_CLOSED = 141


_OF_OUTCOME = {
    qe.Outcome.PERMITTED: Status.PERMITTED,
    qe.Outcome.DENIED: Status.DENIED,
    qe.Outcome.UNKNOWN: Status.UNKNOWN,
}


def of_outcome(outcome: qe.Outcome) -> Status:
    """The status that says this answer."""
    return _OF_OUTCOME[outcome]


def of_all(outcomes: Iterable[qe.Outcome]) -> Status:
    """Of many workers: denied if any is, else unknown if any is."""
    found = set(outcomes)
    if qe.Outcome.DENIED in found:
        return Status.DENIED
    return Status.UNKNOWN if qe.Outcome.UNKNOWN in found else Status.PERMITTED


def run(command: Callable[[], int | None]) -> int:
    """Runs the command line and gives its status; every exception becomes one, with its words on stderr."""
    try:
        status = command() or Status.PERMITTED
        sys.stdout.flush()
        return status
    except click.ClickException as error:
        error.show()
        return Status.INVALID
    except qe.ServiceError as error:
        return _fail(error, Status.SERVICE_FAILED)
    except qe.QualevalError as error:
        return _fail(error, Status.INVALID)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Status.PIPE_CLOSED
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return Status.INTERRUPTED
    except OSError as error:
        return _fail(f"{error.filename or 'output'}: {error.strerror or error}", Status.INVALID)
    except Exception:
        traceback.print_exc()
        click.echo("this is a bug in qualeval: please report it, with the lines above and what you ran", err=True)
        return Status.BUG


def _fail(error: object, status: Status) -> Status:
    click.echo(f"qualeval: {error}", err=True)
    return status
