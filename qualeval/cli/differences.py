"""What became of HITs from one version to another: in words, as text and as JSON."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from attrs import frozen
from rich.console import RenderableType
from rich.table import Table

import qualeval as qe
from qualeval.cli import output
from qualeval.policy.wording import conjoined

__all__ = [
    "Change",
    "Difference",
    "Report",
    "Version",
    "as_dict",
    "error_dict",
    "problems_of",
    "show_many",
    "show_one",
]


class Change(StrEnum):
    """What became of a HIT."""

    CHANGED = "changed"
    """Somebody's access differs."""
    REWORDED = "reworded"
    """The requirements are written differently and mean the same."""
    UNCHANGED = "unchanged"
    MENDED = "mended"
    """It can be read now, and could not before."""
    ADDED = "added"
    REMOVED = "removed"


@frozen
class Version:
    """One version of a HIT, and what its source is called."""

    source: str
    hit: qe.HIT

    def requirements(self, types: qe.TypeNames) -> list[tuple[str, str]]:
        """The requirements in words, each with what it guards."""
        return [(output.requirement_text(each, types), f"guards {each.guard}") for each in self.hit.requirements]


@frozen
class Difference:
    """The two versions of one HIT, one of them None where it was added or removed, and how they compare.

    `unread` is what was wrong with the version before, where it could not be read.
    """

    before: Version | None
    after: Version | None
    comparison: qe.Comparison | None
    types: qe.TypeNames
    unread: qe.InvalidInput | None = None

    @classmethod
    def of(cls, before: Version | None, after: Version | None, types: qe.TypeNames) -> Difference:
        """The difference between two versions."""
        if before is None or after is None:
            return cls(before, after, None, types)
        return cls(before, after, qe.compare(before.hit, after.hit, names=types), types)

    @classmethod
    def mended(cls, after: Version, unread: qe.InvalidInput, types: qe.TypeNames) -> Difference:
        """What can be told of a HIT whose version before could not be read."""
        return cls(None, after, None, types, unread)

    @classmethod
    def of_match(cls, match: qe.HITMatch, sources: tuple[str, str], types: qe.TypeNames) -> Difference:
        """The difference between two matched HITs, given what their sources are called."""
        hits = zip(sources, (match.before, match.after), strict=True)
        before, after = (None if hit is None else Version(source, hit) for source, hit in hits)
        return cls.of(before, after, types)

    @property
    def versions(self) -> list[Version]:
        """The versions that there are."""
        return [each for each in (self.before, self.after) if each is not None]

    @property
    def change(self) -> Change:
        """What became of the HIT."""
        if self.unread is not None:
            return Change.MENDED
        if self.before is None or self.after is None or self.comparison is None:
            return Change.ADDED if self.before is None else Change.REMOVED
        if not self.comparison.is_equivalent:
            return Change.CHANGED
        is_same = self.before.requirements(self.types) == self.after.requirements(self.types)
        return Change.UNCHANGED if is_same else Change.REWORDED

    @property
    def problems(self) -> list[str]:
        """What was wrong with the version before, where it could not be read."""
        return [] if self.unread is None else problems_of(self.unread)[1]

    @property
    def gained(self) -> list[qe.Action]:
        """The actions that somebody gains."""
        return [] if self.comparison is None else [each for each, who in self.comparison.gained.items() if who]

    @property
    def lost(self) -> list[qe.Action]:
        """The actions that somebody loses."""
        return [] if self.comparison is None else [each for each, who in self.comparison.lost.items() if who]

    @property
    def sources(self) -> str:
        """What the HIT was read from: one name, or two with an arrow between."""
        return " -> ".join(dict.fromkeys(output.clean(each.source) for each in self.versions))

    @property
    def names(self) -> str:
        """What the HIT is called: `HIT 3XYZ “Title”`, or both names with an arrow between; empty where it has none."""
        lines = dict.fromkeys(output.hit_line(each.hit) for each in self.versions)
        return " -> ".join(filter(None, lines))

    @property
    def verdict(self) -> str:
        """What it comes to, in words."""
        match self.change:
            case Change.ADDED:
                return f"added; {self._reach()}"
            case Change.MENDED:
                return f"mended, for it could not be read before; {self._reach()}"
            case Change.REMOVED:
                return "removed, so there is nothing to compare it with"
            case Change.UNCHANGED:
                return "nobody's access changes; the requirements are the same"
            case Change.REWORDED:
                return "nobody's access changes: the requirements are written differently and mean the same"
        gained = f"some workers gain {conjoined(self.gained)}" if self.gained else ""
        lost = f"some {'' if gained else 'workers '}lose {conjoined(self.lost)}" if self.lost else ""
        return "; ".join(filter(None, [gained, lost]))

    def _reach(self) -> str:
        """Who may accept a HIT that is new."""
        policy = qe.compile_hit(self.versions[-1].hit, names=self.types)
        if not policy.is_satisfiable():
            return "nobody can accept it"
        box = policy.boxes[qe.Action.ACCEPT]
        return "who meets these requirements may accept it" if box else "every worker may accept it"

    def shifts(self, action: qe.Action) -> Iterator[tuple[str, str, qe.WorkerProfile]]:
        """What the change does to an action: `gained` or `lost`, by whom, and one of them."""
        if self.comparison is None:
            return
        one = self.comparison[action]
        for word, shift, other in (
            ("gained", one.gaining, self.comparison.before),
            ("lost", one.losing, self.comparison.after),
        ):
            if shift.example is not None:
                nobody = "" if other.is_satisfiable(action) else f"; {_NOBODY[word]} {action} it"
                yield word, shift.words + nobody, shift.example

    def diff(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """The requirements before and after as the lines of a diff, each with its sign and what it guards."""
        old, new = (each.requirements(self.types) if each else [] for each in (self.before, self.after))
        for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes():
            for tag, start, end, new_start, new_end in group:
                if tag == "equal":
                    yield from ((" ", line) for line in old[start:end])
                    continue
                yield from (("-", line) for line in old[start:end])
                yield from (("+", line) for line in new[new_start:new_end])


_NOBODY = {"gained": "before, nobody could", "lost": "now nobody can"}


@frozen
class Report:
    """What became of all HITs, and what is wrong with the files that could not be read or compared.

    `revision` is the one that they were compared with, None where two inputs were compared.
    """

    differences: Sequence[Difference]
    errors: Sequence[qe.QualevalError] = ()
    revision: str | None = None

    def of(self, change: Change) -> list[Difference]:
        """The HITs that this became of."""
        return [each for each in self.differences if each.change is change]

    @property
    def compared(self) -> str:
        """How many HITs were compared, in words: `3 HITs`."""
        return _counted(sum(each.comparison is not None for each in self.differences), "HIT")

    @property
    def unreadable(self) -> str:
        """How many files could not be read, in words; empty where all could."""
        return f"{_counted(len(self.errors), 'file')} could not be read" if self.errors else ""

    @property
    def summary(self) -> str:
        """How many HITs were compared with what, and what became of them."""
        counts = Counter(each.change for each in self.differences)
        became, beside = (
            ", ".join(f"{counts[each]} {each}" for each in changes if counts[each])
            for changes in (tuple(Change)[:3], tuple(Change)[3:])
        )
        compared = f"{self.compared} compared" + (f" with {output.clean(self.revision)}" if self.revision else "")
        return "; ".join(filter(None, [f"{compared}: {became}" if became else compared, beside, self.unreadable]))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# --- text


def show_one(difference: Difference) -> None:
    """The answer where one HIT is compared with another."""
    output.show(*_section(difference))


def show_many(report: Report) -> None:
    """A section for each HIT that changes somebody's access, and for each that is new; the others are listed."""
    for change in (Change.CHANGED, Change.MENDED, Change.ADDED):
        for each in report.of(change):
            output.show(*_section(each), "")
    for change, title in _LISTED.items():
        grid = output.table()
        for each in report.of(change):
            output.row(grid, each.sources, each.names)
        if grid.row_count:
            output.show(title, grid, "")
    output.show(report.summary)


_LISTED = {
    Change.REWORDED: "Written differently, with the same meaning",
    Change.REMOVED: "Removed",
}


def _section(difference: Difference) -> list[RenderableType]:
    title = [difference.names] if difference.names else []
    requirements = output.table()
    for sign, (text, guards) in difference.diff():
        output.row(requirements, sign, text, guards)
    verdict = f"{difference.sources}: {difference.verdict}"
    return [*title, verdict, *_access(difference), *output.section("Requirements", requirements)]


def _access(difference: Difference) -> list[RenderableType]:
    """Action by action who gains and who loses; of a HIT that could not be read before, why."""
    if difference.comparison is None:
        return ["", *map(output.clean, difference.problems)] if difference.problems else []
    grid = output.table()
    for action in qe.Action:
        _action_rows(grid, difference, action)
    return ["", grid]


def _action_rows(grid: Table, difference: Difference, action: qe.Action) -> None:
    shifts = list(difference.shifts(action))
    if not shifts:
        output.row(grid, str(action), "unchanged", "")
    for place, (word, who, example) in enumerate(shifts):
        output.row(grid, "" if place else str(action), word, who)
        output.row(grid, "", "", f"for example {output.facts_line(example, difference.types)}")


# --- JSON


def as_dict(difference: Difference) -> dict[str, Any]:
    """A difference as JSON's values."""
    versions = {"before": difference.before, "after": difference.after}
    comparison = difference.comparison
    compared = {"equivalent": None, "actions": None} if comparison is None else comparison.to_dict()
    return {
        "change": str(difference.change),
        **({"problems": difference.problems} if difference.unread else {}),
        **{when: None if each is None else _version_dict(each, difference.types) for when, each in versions.items()},
        **compared,
    }


def error_dict(error: qe.QualevalError) -> dict[str, Any]:
    """What is wrong with a file, as JSON's values."""
    source, problems = problems_of(error)
    return {"change": "unreadable", "source": source, "problems": problems}


def problems_of(error: qe.QualevalError) -> tuple[str | None, list[str]]:
    """The file that an error is about, as far as it says, and what is wrong with it."""
    if isinstance(error, qe.InvalidInput):
        return error.source, [str(problem) for problem in error.problems]
    return None, [str(error)]


def _version_dict(version: Version, types: qe.TypeNames) -> dict[str, Any]:
    return {
        "source": version.source,
        "hit_id": version.hit.hit_id,
        "title": version.hit.title,
        "requirements": [", ".join(line) for line in version.requirements(types)],
    }
