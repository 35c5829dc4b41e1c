"""Cases: a HIT, a worker, and what is expected of the decision about the two.

This module does not know how cases are written, nor where the HITs and workers are that they name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Protocol

from attrs import field, frozen

from qualeval.errors import InvalidInput, Path, Problem, show
from qualeval.model.actions import Access, Action, ActionsGuarded
from qualeval.model.changes import PlainValues, change_hit
from qualeval.model.facts import Fact
from qualeval.model.hits import HIT
from qualeval.model.words import Word
from qualeval.model.workers import WorkerProfile
from qualeval.policy.decision import Decision, Outcome
from qualeval.policy.reasons import Reason

__all__ = ["Case", "Check", "Expectation", "Expected", "Finding", "HITChanges", "Reference", "deciding"]

_ID = re.compile(r"[A-Z0-9]{1,64}", re.ASCII)


class Finding(Word):
    """What came of comparing one thing that is expected with what is."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"
    """It cannot be told: too little is known of the worker."""


@frozen
class Check:
    """One thing that is expected, such as the outcome of an action, and what it is."""

    what: str
    expected: str
    got: str
    finding: Finding

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected}, got {self.got}"


class Expected(Protocol):
    """What is expected of a decision."""

    def checks(self, decision: Decision, places: Sequence[int]) -> Iterator[Check]:
        """All that is expected, compared. `places` are where the requirements stand in the HIT that a case names.

        Raises:
            InvalidInput: the expectation is about a requirement that the HIT does not have.
        """


@frozen
class Reference:
    """A HIT or worker that a case names: by the path of its file, which may be relative to `folder`, or by its id."""

    text: str
    folder: FilePath

    @property
    def path(self) -> FilePath:
        """The file that it names, if it names one."""
        return self.folder / self.text

    @property
    def is_there(self) -> bool:
        """Whether there is such a file. A text that can be the name of none is no file, and no error."""
        return os.path.exists(self.path)

    @property
    def is_id(self) -> bool:
        """Whether it is an id: it looks like one, and no file is called so. The command line has the same rule."""
        return _ID.fullmatch(self.text) is not None and not self.is_there


@frozen
class HITChanges:
    """Changes of a HIT, by the places of requirements in the HIT before any of them."""

    values: Mapping[int, PlainValues] = field(factory=dict, hash=False)
    guards: Mapping[int, ActionsGuarded] = field(factory=dict, hash=False)
    without: tuple[int, ...] = ()

    def applied(self, hit: HIT) -> tuple[HIT, Sequence[int]]:
        """The HIT after them, and where its requirements stood before. InvalidInput as of `change_hit`."""
        changed = change_hit(hit, values=self.values, guards=self.guards, without=self.without)
        return changed, [place for place in range(len(hit.requirements)) if place not in self.without]


@frozen
class Case:
    """One case. `hit` and `worker` are themselves, or say where they are; a worker of None is one without a profile.

    `pool` are the workers among whom a worker's id is looked up, or where they are. `facts` are said of the worker in
    place of what the profile says. `expected` is None only where today's answer is still to be written down. `source`
    and `line` are where the case is written, and `path` leads to it in that file.
    """

    name: str
    hit: HIT | Reference
    worker: WorkerProfile | Reference | None
    expected: Expected | None
    pool: Reference | Sequence[WorkerProfile] = ()
    facts: Mapping[str, Fact] = field(factory=dict, hash=False)
    changes: HITChanges = HITChanges()
    source: str = ""
    line: int | None = None
    path: Path = ()

    @property
    def where(self) -> str:
        """The file and line, `cases.yaml:12`."""
        return self.source if self.line is None else f"{self.source}:{self.line}"


@frozen
class Expectation:
    """What the author of a case expects; None is what is not asked. At least one thing is asked.

    `outcomes` are those of actions. `deciding` are the requirements that keep the worker from accepting, or leave that
    open (none where it is permitted): each by its place in the HIT, or by the id of a type that it is alone in.
    """

    access: Access | None = None
    possible: Access | None = None
    outcomes: Mapping[Action, Outcome] = field(factory=dict, hash=False)
    deciding: tuple[int | str, ...] | None = None

    def checks(self, decision: Decision, places: Sequence[int]) -> Iterator[Check]:
        """All that is expected, compared."""
        if self.access is not None:
            yield _check("access", str(self.access), str(decision.access))
        if self.possible is not None:
            yield _check("possible", str(self.possible), str(decision.possible))
        for action, outcome in self.outcomes.items():
            yield _check(str(action), str(outcome), str(decision.outcome(action)))
        if self.deciding is not None:
            expected = _named_places(self.deciding, decision, places)
            got = [places[reason.index] for reason in deciding(decision)]
            yield _check("deciding", _listed(expected, decision, places), _listed(got, decision, places))


def deciding(decision: Decision) -> tuple[Reason, ...]:
    """The requirements that stand in the way of accepting: those that deny it, else those that leave it unknown."""
    return decision.against(Action.ACCEPT)


def _check(what: str, expected: str, got: str) -> Check:
    return Check(what, expected, got, Finding.HOLDS if expected == got else Finding.FAILS)


def _named_places(named: Sequence[int | str], decision: Decision, places: Sequence[int]) -> list[int]:
    """The places of requirements that are named by place or type. InvalidInput for those that the HIT does not have."""
    found: set[int] = set()
    problems: list[Problem] = []
    for each in named:
        try:
            found.add(_named_place(each, decision, places))
        except InvalidInput as error:
            problems += error.within("expect", "deciding").problems
    if problems:
        raise InvalidInput(problems)
    return sorted(found)


def _named_place(named: int | str, decision: Decision, places: Sequence[int]) -> int:
    if isinstance(named, int):
        if named in places:
            return named
        there = f"the HIT has {', '.join(map(str, places))}" if places else "the HIT has no requirements"
        raise InvalidInput(Problem(f"no requirement {named}", help=there))
    found = [places[each.index] for each in decision.reasons if each.predicate.kind.type_id == named]
    if not found:
        raise InvalidInput(Problem(f"no requirement of the HIT is about {show(named)}", help="name one that it has"))
    if len(found) > 1:
        several = f"requirements {', '.join(map(str, found))} are about {show(named)}"
        raise InvalidInput(Problem(several, help="name them by these numbers"))
    return found[0]


def _listed(wanted: Sequence[int], decision: Decision, places: Sequence[int]) -> str:
    """Requirements by place and name: `2 (Worker_PercentAssignmentsApproved)`."""
    names = {places[reason.index]: reason.name for reason in decision.reasons}
    return ", ".join(f"{place} ({names[place]})" for place in wanted) or "none"
