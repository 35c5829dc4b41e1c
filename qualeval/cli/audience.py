"""`qualeval audience`: whom of a pool does a HIT reach, what does each requirement cost, what would a change bring?"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import click
from attrs import evolve, frozen
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

import qualeval as qe
from qualeval.cli import inputs, output, pools, reaching
from qualeval.cli.status import Status

__all__ = ["audience"]

_WIDTH = 24
"""How long the bar of a whole pool is."""

_PLACES = 5
"""So many places are told that would bring most."""


@click.command(epilog="Example: qualeval audience hit.json pool.csv --value 2=97 --target 5000")
@inputs.file_argument("hit")
@inputs.file_argument("pool", required=False)
@inputs.hit_changes
@click.option("--target", type=click.IntRange(min=1), metavar="N", help="How many you wish to reach for certain.")
@click.option("--several-places", is_flag=True, help="With --target: what several places at once would bring, too.")
@inputs.file_option("--html", "FILE.html", "Write a report of one page too, which needs nothing beside it.")
@inputs.action_option
@inputs.format_option
@pools.table_options
@inputs.source_options
def audience(
    *,
    hit: str,
    pool: str | None,
    changes: inputs.HITChanges,
    target: int | None,
    several_places: bool,
    html: str | None,
    action: str,
    output_format: str,
    tables: pools.TableOptions,
    service: inputs.Service,
) -> int:
    """Whom of the workers in POOL does HIT reach, and what does each requirement cost?

    POOL is a table of workers or a file of profiles, as check takes them, or a Parquet file; with --store and no POOL
    it is all workers of the store. Told are how many may do
    the action, how many are left after each requirement, of how many each is the only obstacle, what other thresholds
    and places would bring, and with --target the single change that reaches so many. What is not known is a band:
    `120 to 150`, and the light end of a bar. --value, --guard and --without change the HIT; then the difference is told
    too.

    The exit status is 0 where somebody may do the action for certain (with --target, so many), 3 where somebody might
    (so many might) once all is known, and else 1.
    """
    inputs.refuse_several_streams({"HIT": hit, "POOL": pool})
    if several_places and target is None:
        raise click.UsageError("--several-places: say with --target how many you wish to reach")
    pool = reaching.pool_or_store(pool, service)
    page = None if html is None else _page(html)
    types = service.names()
    found = inputs.hit_of(hit, service, types)
    changes.applied(found)  # a change that cannot be is told before the pool is read
    asked = [each.qualification_type_id for each in found.requirements]
    reach, workers = reaching.reach_of(pool, hit, asked, tables=tables, service=service, types=types)
    answer = _Answer.of(reach, found, changes, qe.Action(action), types=types)
    if target is not None:
        answer = answer.aiming(reach, target, several_places=several_places)
    if output_format == "json":
        output.emit_json(answer.to_dict())
    else:
        output.show(*_text(answer))
    if page is not None:
        page.write_text(answer.report(), encoding="utf-8")
    return workers.status(answer.status) if workers else answer.status


def _page(path: str) -> Path:
    """Where the report goes. A report is written anew again and again, so another file must not be named by a slip."""
    if not path.lower().endswith((".html", ".htm")):
        raise click.UsageError(f"--html `{output.clean(path)}`: expected a name that ends in .html")
    return Path(path)


@frozen
class _Answer:
    """The audience of the HIT after the changes, and of the HIT as it is, where they are different."""

    policy: qe.AccessPolicy
    found: qe.bulk.Audience
    before: qe.bulk.Audience | None
    target: int | None = None
    places: qe.bulk.Change | None = None
    asks_places: bool = False

    @classmethod
    def of(
        cls, reach: qe.bulk.Reach, hit: qe.HIT, changes: inputs.HITChanges, action: qe.Action, *, types: qe.TypeNames
    ) -> _Answer:
        """Counted; indexes are those of the HIT as it is, so that what is advised can be typed beside the changes."""
        policy = qe.compile_hit(changes.applied(hit), names=types)
        kept = [index for index in range(len(hit.requirements)) if index not in changes.without]
        with reaching.doubts_told():
            found = reach.audience(policy, action).renumbered(kept)
            before = reach.audience(qe.compile_hit(hit, names=types), action) if changes.are_any else None
        return cls(policy, found, before)

    def aiming(self, reach: qe.bulk.Reach, target: int, *, several_places: bool) -> _Answer:
        """The same with how many are wished for."""
        if not several_places:
            return evolve(self, target=target)
        places = reach.several_places(self.policy, target, self.found.action)
        kept = [each.index for each in self.found.requirements]
        return evolve(self, target=target, places=places and places.renumbered(kept), asks_places=True)

    @property
    def status(self) -> Status:
        """Whether so many are reached as are wished for; without a wish, whether anybody is."""
        wanted, reached = self.target or 1, self.found.reached
        if reached.certain >= wanted:
            return Status.PERMITTED
        return Status.UNKNOWN if reached.possible >= wanted else Status.DENIED

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        said = {"hit_id": self.policy.hit and self.policy.hit.hit_id, **self.found.to_dict()}
        if self.before is not None:
            said["before"] = self.before.reached.to_dict(self.before.pool)
        if self.target is not None:
            best = self.found.best_change(self.target)
            said |= {"target": self.target, "best_change": None if best is None else best.to_dict(self.found.pool)}
            said["largest_change"] = self.found.largest_change.to_dict(self.found.pool)
        if self.asks_places:
            said["several_places"] = None if self.places is None else self.places.to_dict(self.found.pool)
        return said

    def report(self) -> str:
        """The page, which speaks of the changed HIT alone: its requirements are numbered as they are in it."""
        own = {each.index: place for place, each in enumerate(self.found.requirements)}
        return qe.web.audience_report(self.found.renumbered(own), self.policy, before=self.before, target=self.target)


# --- text


def _text(answer: _Answer) -> Iterable[RenderableType]:
    found = answer.found
    title = [f"{line}\n"] if answer.policy.hit and (line := output.hit_line(answer.policy.hit)) else []
    return [
        *title,
        f"Of {found.pool:,} workers, who may {found.action} it",
        _summary(answer),
        *_section("One requirement after the other", _funnel(found)),
        *_section(_BY_ITSELF, _costs(found)),
        *_section("Those whom one requirement alone keeps out, by how much they miss it", _near_misses(found)),
        *(part for curve in found.curves for part in _curve(found, curve)),
        *_section("Places that would bring most", _places(found)),
        *_advice(answer),
    ]


_BY_ITSELF = "Each requirement by itself: of how many it is the only obstacle, or the only question"

Justify = Literal["left", "right"]


def _grid(*columns: Justify) -> Table:
    """A table without lines, its columns to the left or to the right."""
    grid = output.table()
    grid.add_column()
    for each in columns:
        grid.add_column(justify=each, overflow="fold")
    return grid


def _section(title: str, grid: Table) -> list[RenderableType]:
    return output.section(title, grid)


def _bar(band: qe.bulk.Band, pool: int) -> Text:
    """How many of the pool for certain, and with a lighter end how many more perhaps."""
    is_plain = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    full, light = ("#", "-") if is_plain else ("█", "░")
    certain, possible = (-(-each * _WIDTH // pool) if pool else 0 for each in (band.certain, band.possible))
    if band.unknown and certain == possible:  # a band that is thinner than a character is seen all the same
        certain, possible = min(certain, _WIDTH - 1), min(possible + 1, _WIDTH)
    return Text.assemble((full * certain, "green"), (light * (possible - certain), "yellow"))


def _row(grid: Table, *cells: str | Text) -> None:
    grid.add_row("", *(each if isinstance(each, Text) else Text(output.clean(each)) for each in cells))


def _summary(answer: _Answer) -> Table:
    found, before = answer.found, answer.before
    grid = _grid("left", "right", "right", "left")
    for name in ("permitted", "unknown", "denied"):
        count = getattr(found, name)
        share = f"{count / found.pool:.1%}" if found.pool else ""
        was = "" if before is None else f"{count - getattr(before, name):+,} by the change"
        output.row(grid, name, f"{count:,}", share, was)
    return grid


def _funnel(found: qe.bulk.Audience) -> Table:
    grid = _grid("right", "left", "right", "left")
    if found.requirements:
        everybody = qe.bulk.Band(found.pool, found.pool)
        _row(grid, "", "all workers", str(everybody), _bar(everybody, found.pool))
    for each in found.requirements:
        beside = _bar(each.left, found.pool) if each.guards_action else f"does not guard {found.action}"
        _row(grid, str(each.index), each.words, str(each.left) if each.guards_action else "", beside)
    return grid


def _costs(found: qe.bulk.Audience) -> Table:
    grid = _grid("right", "left", "right", "right", "right", "right")
    asked = [each for each in found.requirements if each.guards_action]
    if asked:
        _row(grid, "", "", "pass it", "obstacle", "question", "without it")
    for each in asked:
        numbers = each.alone, each.only_obstacle, f"{each.only_question:,}", each.without
        _row(grid, str(each.index), each.words, *map(str, numbers))
    return grid


def _near_misses(found: qe.bulk.Audience) -> Table:
    grid = _grid("right", "left", "left")
    for each in found.requirements:
        if each.near_misses:
            told = ", ".join(f"{miss.workers:,} by {miss.by:,}" for miss in each.near_misses)
            _row(grid, str(each.index), each.words, told)
    return grid


def _curve(found: qe.bulk.Audience, curve: qe.bulk.Curve) -> list[RenderableType]:
    """The audience at a few values, that of the HIT marked."""
    said = next(each for each in found.requirements if each.index == curve.index)
    grid = _grid("right", "right", "left", "left")
    for value in curve.thresholds():
        band = curve.at(value)
        here = "  as asked" if value == curve.value else ""
        _row(grid, f"{said.requirement.comparator} {value:,}", str(band), _bar(band, found.pool), here)
    return _section(f"Requirement {curve.index}, {output.clean(said.name)}, with other values", grid)


def _places(found: qe.bulk.Audience) -> Table:
    grid = _grid("right", "left", "right", "right", "left")
    for each in [each for each in found.places if each.reached != found.reached][:_PLACES]:
        more = f"+{each.gain(found.reached)}"
        _row(grid, str(each.index), str(each.locale), more, str(each.reached), each.change.option)
    return grid


def _advice(answer: _Answer) -> Iterable[RenderableType]:
    if answer.target is None:
        return
    best, most = answer.found.best_change(answer.target), answer.found.largest_change
    yield f"\nTo reach {answer.target:,}"
    grid = _grid("left", "left", "left")
    if best is None:
        yield "  no single change is enough; most are reached by" if most.option else "  no single change reaches more"
        best = most
    if not best.option and best.reached.certain >= answer.target:
        yield f"  {best.words}"
        return
    for each in (best, answer.places):
        if each is not None and each.option:
            _row(grid, each.option, f"reaches {each.reached}", each.words)
    if grid.row_count:
        yield grid
    if answer.asks_places and answer.places is None:
        yield "  several places of one list are not enough"
