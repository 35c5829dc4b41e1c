"""The command line: a thin skin. It reads arguments, asks the library, and lays out the answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import chain

import click

from qualeval.cli import status
from qualeval.on_demand import found_in

__all__ = ["cli", "main"]

_SECTIONS = {
    "Judge": ("check", "explain", "what-if", "fetch"),
    "Many at once": ("screen", "match", "sql"),
    "Reach": ("audience", "serve"),
    "Lint": ("lint", "rules"),
    "Analyze": ("compare", "prove", "example"),
    "Test": ("test", "endpoint"),
    "Learn": ("sync", "learn", "exclude"),
}
"""The commands by what they are for. Each has a module of its name."""


class _Commands(Mapping[str, click.Command]):
    """The commands by name. One is imported when it is asked for: the others would make it start later."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in set(self):
            raise KeyError(name)
        module = name.replace("-", "_")
        command: click.Command = found_in(f"{__name__}.{module}", module)
        return command

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(_SECTIONS.values())

    def __len__(self) -> int:
        return sum(map(len, _SECTIONS.values()))


class _Grouped(click.Group):
    """A group whose help lists its commands by what they are for."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(80)) for name in names])


@click.group(
    cls=_Grouped,
    commands=_Commands(),
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: qualeval check hit.json worker.json. Exit status: 0 permitted, clean or true; 1 denied, "
    "findings or false; 2 invalid usage or input; 3 unknown; 4 the service failed; 70 a bug; 130 interrupted; 141 the "
    "output's reader went away.",
)
@click.version_option(package_name="qualeval", prog_name="qualeval")
def cli() -> None:
    """May this worker discover, preview, accept this Mechanical Turk HIT, and why?"""


def main() -> None:
    """Runs the command line of this process and ends it with its status."""
    status.open_streams()
    sys.exit(status.run(lambda: cli.main(prog_name="qualeval", standalone_mode=False)))
