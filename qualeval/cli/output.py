"""How answers look on a terminal: the ladder of actions, the reasons, the remedies. And JSON."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence

import click
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

import qualeval as qe
from qualeval.model.facts import fact_text

__all__ = [
    "clean",
    "emit_json",
    "hit_line",
    "ladder",
    "note_unasked",
    "notes",
    "reasons",
    "remedies",
    "requirement_text",
    "row",
    "section",
    "show",
    "table",
]

_STYLES = {"permitted": "green", "denied": "red", "unknown": "yellow", "met": "green", "unmet": "red"}
_PADDING = re.compile(r" +(?=(?:\x1b\[[0-9;]*m)*$)", re.MULTILINE)
_WIDE = 200
"""Columns where nobody looks at a terminal: lines are for other programs then, and are not folded."""


def console() -> Console:
    """Where answers go. Colour only on a terminal, and never where NO_COLOR is set."""
    is_terminal = sys.stdout.isatty()
    return Console(
        file=sys.stdout,
        width=None if is_terminal else _WIDE,
        force_terminal=is_terminal,
        highlight=False,
        emoji=False,
        markup=False,
        soft_wrap=not is_terminal,
    )


def show(*parts: RenderableType) -> None:
    """Prints the parts one after the other, without the blanks that tables pad their lines with."""
    out = console()
    with out.capture() as captured:
        for part in parts:
            out.print(part)
    click.echo(_PADDING.sub("", captured.get()), nl=False, color=True)


def section(title: str, grid: Table) -> list[RenderableType]:
    """A titled part of an answer, set off by an empty line; nothing where the table is empty."""
    return [f"\n{title}", grid] if grid.row_count else []


def hit_line(hit: qe.HIT) -> str:
    """What a HIT is called: its id and its title, as far as it has them."""
    title = f"“{clean(hit.title)}”" if hit.title else ""
    return " ".join(part for part in ("HIT", clean(hit.hit_id or ""), title) if part)


def clean(text: str) -> str:
    """Text from a file, made harmless to a terminal."""
    return "".join(char if char.isprintable() else "?" for char in text)


def emit_json(value: object, *, one_line: bool = False) -> None:
    """One JSON value on stdout."""
    click.echo(json.dumps(value, indent=None if one_line else 2, ensure_ascii=False))


def table() -> Table:
    """A table without lines, indented."""
    return Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))


def row(grid: Table, *cells: str) -> None:
    """A row; words with a meaning of their own get their colour."""
    grid.add_row("", *(Text(clean(cell), style=_STYLES.get(cell, "")) for cell in cells))


def ladder(decisions: Sequence[qe.Decision]) -> Table:
    """One row an action, one column a decision."""
    grid = table()
    for action in qe.Action:
        row(grid, str(action), *(str(decision.outcome(action)) for decision in decisions))
    return grid


def requirement_text(requirement: qe.QualificationRequirement, types: qe.TypeNames) -> str:
    """A requirement as MTurk writes it, its type by name: `Worker_Locale In US, CA`."""
    values = ", ".join(map(str, requirement.values))
    return f"{types.name_of(requirement.qualification_type_id)} {requirement.comparator} {values}".rstrip()


def reasons(decision: qe.Decision, types: qe.TypeNames) -> Table:
    """One row a requirement: whether it is met, what it asks, what is known, what it guards."""
    grid = table()
    for reason in decision.reasons:
        kind = reason.predicate.kind
        row(
            grid,
            str(reason.index),
            str(reason.state),
            requirement_text(reason.requirement, types),
            f"observed {fact_text(reason.observed.states, kind)}",
            f"guards {reason.guard}",
        )
    return grid


def remedies(decision: qe.Decision) -> Table:
    """One row a requirement that is not met: what would change it, and who could."""
    grid = table()
    for reason in decision.reasons:
        if reason.remedy is not None:
            by = f"({reason.remedy.by})" if reason.remedy.by else ""
            row(grid, str(reason.index), reason.remedy.words, by)
    return grid


def note_unasked(policy: qe.AccessPolicy, changed: Iterable[str], types: qe.TypeNames) -> None:
    """Says on stderr that a fact was given which no requirement asks for: a mistyped id would go unnoticed."""
    for type_id in changed:
        if type_id not in policy.ladders:
            click.echo(f"note: no requirement of the HIT is about {types.name_of(type_id)}", err=True)


def notes(decision: qe.Decision) -> Table:
    """What stands beside a decision: availability, and the rules it rests on that are not documented."""
    grid = table()
    for obstacle in decision.availability.obstacles:
        row(grid, obstacle.words)
    for rule in decision.rules:
        row(grid, f"rests on a rule of evidence grade {rule.grade}: {rule.statement}")
    return grid
