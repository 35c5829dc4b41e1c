"""`qualeval rules`: what does the linter look for, and why?"""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

import qualeval as qe
from qualeval.cli import inputs, output

__all__ = ["rules"]


@click.command(epilog="Example: qualeval rules QE405")
@click.argument("names", metavar="[RULE]...", nargs=-1)
@inputs.formats_option("text", "json", "markdown")
def rules(names: tuple[str, ...], output_format: str) -> int:
    """What `lint` looks for, and why.

    RULE is an id, a name, or the beginning of an id (QE4); without one all rules are listed. One rule alone is
    explained in full. With --format markdown it is a page about the rules.
    """
    found = _named(names)
    if output_format == "json":
        output.emit_json(qe.linting.rules_as_json(found))
    elif output_format == "markdown":
        click.echo(qe.linting.rules_as_markdown(found), nl=False)
    elif len(found) == 1:
        _explain(found[0])
    else:
        _list(found)
    return 0


def _named(names: tuple[str, ...]) -> Sequence[qe.Rule]:
    try:
        return qe.linting.find_rules(names)
    except qe.InvalidInput as error:
        raise click.UsageError("\n".join(map(str, error.problems))) from None


def _list(found: Sequence[qe.Rule]) -> None:
    """A row a rule."""
    grid = output.table()
    for rule in found:
        output.row(grid, rule.id, str(rule.severity), "fix" if rule.has_fix else "", rule.name, rule.title)
    output.show(grid, "\n`qualeval rules QE405` explains one of them. `qualeval lint --fix` can mend those with `fix`.")


def _explain(rule: qe.Rule) -> None:
    """All that is known of one rule."""
    service = "refuses such a HIT" if rule.is_refused else "takes such a HIT"
    fix = "mends it where there is one right answer" if rule.has_fix else "leaves it to you"
    grid = output.table()
    output.row(grid, "why", rule.why)
    output.row(grid, "mend", rule.fix)
    output.row(grid, "source", rule.source)
    output.row(grid, "severity", f"{rule.severity}; Mechanical Turk {service}; --fix {fix}")
    output.show(f"{rule.id} {rule.name}: {rule.title}\n", grid, *_examples(rule))


def _examples(rule: qe.Rule) -> list[RenderableType]:
    """Each indented under its words."""
    return [
        part
        for words, example, _ in qe.linting.examples_as_text(rule)
        for part in (f"\n{words}", Padding(Text(example), (0, 0, 0, 2)))
    ]
