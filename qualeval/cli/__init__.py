"""The command line: a thin skin. It reads arguments, asks the library, and lays out the answer."""

from __future__ import annotations

import sys

import click

from qualeval.cli import status
from qualeval.cli.audience import audience
from qualeval.cli.check import check
from qualeval.cli.compare import compare
from qualeval.cli.endpoint import endpoint
from qualeval.cli.example import example
from qualeval.cli.exclude import exclude
from qualeval.cli.explain import explain
from qualeval.cli.fetch import fetch
from qualeval.cli.learn import learn
from qualeval.cli.lint import lint
from qualeval.cli.match import match
from qualeval.cli.prove import prove
from qualeval.cli.rules import rules
from qualeval.cli.screen import screen
from qualeval.cli.serve import serve
from qualeval.cli.sql import sql
from qualeval.cli.sync import sync
from qualeval.cli.test import test
from qualeval.cli.what_if import what_if

__all__ = ["cli", "main"]

_SECTIONS = {
    "Judge": (check, explain, what_if, fetch),
    "Many at once": (screen, match, sql),
    "Reach": (audience, serve),
    "Lint": (lint, rules),
    "Analyze": (compare, prove, example),
    "Test": (test, endpoint),
    "Learn": (sync, learn, exclude),
}


class _Grouped(click.Group):
    """A group whose help lists its commands by what they are for."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(each.name or "", each.get_short_help_str(80)) for each in commands])


@click.group(
    cls=_Grouped,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: qualeval check hit.json worker.json. Exit status: 0 permitted, clean or true; 1 denied, "
    "findings or false; 2 invalid usage or input; 3 unknown; 4 the service failed; 70 a bug; 130 interrupted; 141 the "
    "output's reader went away.",
)
@click.version_option(package_name="qualeval", prog_name="qualeval")
def cli() -> None:
    """May this worker discover, preview, accept this Mechanical Turk HIT, and why?"""


for _commands in _SECTIONS.values():
    for _command in _commands:
        cli.add_command(_command)


def main() -> None:
    """Runs the command line of this process and ends it with its status."""
    status.open_streams()
    sys.exit(status.run(lambda: cli.main(prog_name="qualeval", standalone_mode=False)))
