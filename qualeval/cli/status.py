"""Exit statuses, one meaning everywhere, and what becomes of every exception."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import IntEnum

import click

import qualeval as qe
from qualeval.cli.output import clean

__all__ = ["Status", "of_all", "open_streams", "run"]


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


def of_all(outcomes: Iterable[qe.Outcome]) -> Status:
    """What the answers come to: denied if one is, else unknown if one is."""
    found = set(outcomes)
    if qe.Outcome.DENIED in found:
        return Status.DENIED
    return Status.UNKNOWN if qe.Outcome.UNKNOWN in found else Status.PERMITTED


def open_streams() -> None:
    """Makes the streams of this process fit: those that the caller closed are as /dev/null is.

    What the encoding of stdout cannot say is a question mark there, no error.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - for as long as the process
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def run(command: Callable[[], int | None]) -> int:
    """Runs the command line and gives its status; every exception becomes one, with its words on stderr."""
    stdout = sys.stdout
    try:
        status = command() or Status.PERMITTED
        sys.stdout.flush()
        return status
    except SystemExit:
        # Where the pipe is closed, click puts a stand-in for stdout, and ends with a status that means denied here.
        if sys.stdout is stdout:
            raise
        return _end_quietly(stdout.fileno())
    except click.ClickException as error:
        words = io.StringIO()
        error.show(words)
        _say(words.getvalue().rstrip())
        return Status.INVALID
    except qe.ServiceError as error:
        return _fail(error, Status.SERVICE_FAILED)
    except qe.QualevalError as error:
        return _fail(error, Status.INVALID)
    except BrokenPipeError:
        return _end_quietly(stdout.fileno())
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        return Status.INTERRUPTED
    except OSError as error:
        return _fail(f"{error.filename or 'output'}: {error.strerror or error}", Status.INVALID)
    except Exception:
        _say(f"{traceback.format_exc()}this is a bug in qualeval: please report it, with these lines and what you ran")
        return Status.BUG


def _fail(error: object, status: Status) -> Status:
    _say(f"qualeval: {error}")
    return status


def _say(text: str) -> None:
    """Words on stderr; where it takes none, the status alone has to do."""
    with suppress(OSError):
        click.echo(_clean_lines(text), err=True)


def _clean_lines(text: str) -> str:
    return "\n".join(map(clean, text.expandtabs(2).split("\n")))  # click puts tabs before the words to choose from


def _end_quietly(stdout: int) -> Status:
    """What is still buffered for a closed pipe goes nowhere, so that nothing is said of it at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stdout)
    return Status.PIPE_CLOSED
