"""How answers look on a terminal: the ladder of actions, the reasons, the remedies. And JSON."""

from __future__ import annotations

import codecs
import json
import logging
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

import qualeval as qe
from qualeval.model.facts import fact_text
from qualeval.policy.wording import requirement_words

__all__ = [
    "LogLines",
    "assuming",
    "clean",
    "complain",
    "complain_of_each",
    "emit_json",
    "facts_line",
    "hit_line",
    "json_text",
    "ladder",
    "learned",
    "line",
    "note_unasked",
    "notes",
    "obstacles",
    "reasons",
    "remedies",
    "requirement_text",
    "row",
    "section",
    "show",
    "table",
]

_STYLES = {"permitted": "green", "denied": "red", "unknown": "yellow", "met": "green", "unmet": "red"}
_STYLES |= {"proved": "green", "refuted": "red", "gained": "green", "lost": "red", "+": "green", "-": "red"}
_HARMFUL = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_PADDING = re.compile(r" +(?=(?: |\x1b\[[0-9;]*m)*$)", re.MULTILINE)
_WIDE = 1_000_000
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
    """What a HIT is called: its id and its title, as far as it has them; nothing where it has neither."""
    title = f"“{clean(hit.title)}”" if hit.title else ""
    named = [part for part in (clean(hit.hit_id or ""), title) if part]
    return " ".join(["HIT", *named] if named else [])


def clean(text: str) -> str:
    """Text from a file, made harmless to a terminal."""
    return "".join(char if char.isprintable() else "?" for char in text)


def complain(error: qe.QualevalError) -> None:
    """Says on stderr what is wrong with one of several inputs, where the others were answered."""
    click.echo("\n".join(map(clean, f"qualeval: {error}".split("\n"))), err=True)


def complain_of_each(errors: Iterable[qe.QualevalError]) -> None:
    """The same of several errors; what kept several from their answer, as when there is no connection, once."""
    for error in {str(each): each for each in errors}.values():
        complain(error)


def emit_json(value: object, *, one_line: bool = False) -> None:
    """One JSON value on stdout."""
    click.echo(json_text(value, one_line=one_line, encoding=sys.stdout.encoding))


def json_text(
    value: object, *, one_line: bool = False, encoding: str | None = None, default: Callable[[Any], Any] | None = None
) -> str:
    """One JSON value as text. Escaped is what would harm a terminal, and all beyond ASCII where it is not for UTF-8.

    `encoding` is what the text will be written in (None is UTF-8), `default` writes what JSON has no value for.
    """
    is_ascii = encoding is not None and codecs.lookup(encoding).name != "utf-8"
    text = json.dumps(value, indent=None if one_line else 2, ensure_ascii=is_ascii, default=default)
    return _HARMFUL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def table() -> Table:
    """A table without lines, indented."""
    return Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))


def row(grid: Table, *cells: str) -> None:
    """A row; words with a meaning of their own get their colour."""
    grid.add_row("", *(Text(clean(cell), style=_STYLES.get(cell, ""), overflow="fold") for cell in cells))


def ladder(decisions: Mapping[str, qe.Decision]) -> Table:
    """One row an action, one column a decision, under its title where it has one."""
    grid = table()
    if any(decisions):
        row(grid, "", *decisions)
    for action in qe.Action:
        row(grid, str(action), *(str(decision.outcome(action)) for decision in decisions.values()))
    return grid


def line(*cells: tuple[str, int]) -> None:
    """A line of cells, each filled to a width: for rows that are shown while the next ones are being made."""
    words = (_styled(clean(text)) + " " * (width - len(text)) for text, width in cells)
    is_plain = "NO_COLOR" in os.environ or not sys.stdout.isatty()
    click.echo("  " + "  ".join(words).rstrip(), color=not is_plain)


def _styled(text: str) -> str:
    return click.style(text, fg=_STYLES[text]) if text in _STYLES else text


def requirement_text(requirement: qe.QualificationRequirement, types: qe.TypeNames) -> str:
    """A requirement as MTurk writes it, its type by name: `Worker_Locale In US, CA`."""
    return requirement_words(requirement, types.name_of(requirement.qualification_type_id))


def facts_line(worker: qe.WorkerProfile, types: qe.TypeNames) -> str:
    """What is known of a worker, as `--set` takes it: `Worker_Locale=US-WA, Masters=lacks`."""
    facts = worker.to_dict(types)["Facts"]
    return ", ".join(f"{name}={fact}" for name, fact in facts.items()) or "nothing known"


def assuming(decision: qe.Decision, types: qe.TypeNames) -> str:
    """What a decision rests on that nobody knows: `assuming Worker_NumberHITsApproved=101..`; empty where nothing."""
    made = decision.to_dict()["assuming"]
    said = ", ".join(f"{clean(types.name_of(type_id))}={fact.replace(', ', ',')}" for type_id, fact in made.items())
    return f"assuming {said}" if said else ""


def reasons(decision: qe.Decision, types: qe.TypeNames, places: Sequence[int] = ()) -> Table:
    """One row a requirement: whether it is met, what it asks, what is known, what it guards.

    `places` are where the requirements stood in the HIT that was changed into this one.
    """
    grid = table()
    for reason in decision.reasons:
        kind = reason.predicate.kind
        moved = places and places[reason.index] != reason.index
        row(
            grid,
            f"{reason.index} (was {places[reason.index]})" if moved else str(reason.index),
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
            click.echo(f"note: no requirement of the HIT is about {clean(types.name_of(type_id))}", err=True)


def obstacles(decision: qe.Decision, action: qe.Action) -> str:
    """What would have to change, or be learned, before an action is permitted; empty where it is."""
    return "; ".join(decision.mends(action))


def learned(times: Collection[datetime]) -> str:
    """How old the facts are that answers rest on: `facts learned 2026-11-24 to 2026-11-26`; empty where nobody says."""
    if not times:
        return ""
    first, last = (each.astimezone(UTC).date().isoformat() for each in (min(times), max(times)))
    return f"facts learned {first}" if first == last else f"facts learned {first} to {last}"


def notes(decision: qe.Decision) -> Table:
    """What stands beside a decision: availability, and the rules it rests on that are not documented."""
    grid = table()
    for obstacle in decision.availability.obstacles:
        row(grid, obstacle.words)
    for rule in decision.rules:
        row(grid, f"rests on a rule of evidence grade {rule.grade}: {rule.statement}")
    if age := learned(decision.learning_times):
        row(grid, age)
    return grid


class LogLines(logging.Handler):
    """Writes what is logged on stderr, made harmless to a terminal."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes the lines of a record."""
        click.echo("\n".join(map(clean, self.format(record).split("\n"))), err=True)
