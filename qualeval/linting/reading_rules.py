"""Rules about how a HIT is written: what the strict reader has against it, its guard fields, its size.

Each problem of the reader has a code, which is the name of the rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from qualeval.errors import Problem
from qualeval.linting.catalogue import BY_NAME
from qualeval.linting.findings import Finding
from qualeval.linting.subject import Subject
from qualeval.model.actions import ActionsGuarded, are_contradictory, effective_guard
from qualeval.sources.edits import Edit, Remove, RenameKey, SetValue
from qualeval.sources.structure import is_object

__all__ = ["MAX_REQUIREMENTS", "form", "guards", "problems"]

MAX_REQUIREMENTS = 10
"""So many a HIT takes: API reference, CreateHIT (grade D)."""


def problems(subject: Subject) -> Iterator[Finding]:
    """What the strict reader refuses."""
    for each in subject.reading.problems:
        rule = each.code if each.code in BY_NAME else "not-a-hit"
        fix = _fix(subject, each)
        mends = f"write `{each.meant}`" if each.meant else each.help
        yield subject.found(rule, each.path, each.message, each.help, fix=fix, mends=mends)


def _fix(subject: Subject, problem: Problem) -> tuple[Edit, ...]:
    """The one right answer, where the reader knows it, or the comparator for a list where one for a value stands."""
    if problem.meant is not None:
        edit = RenameKey if problem.code == "unknown-key" else SetValue
        return (edit(problem.path, problem.meant),)
    if problem.code == "wrong-number-of-values" and (index := subject.index_of(problem.path)) is not None:
        raw = subject.reading.raw_requirements[index]
        values = raw.get(problem.path[-1]) if is_object(raw) else None
        several = {"EqualTo": "In", "NotEqualTo": "NotIn"}.get(str(raw.get("Comparator"))) if is_object(raw) else None
        if several and isinstance(values, (list, tuple)) and len(values) > 1:
            return (SetValue(subject.at(index, "Comparator"), several),)
    return ()


def form(subject: Subject) -> Iterator[Finding]:
    """How many requirements there are."""
    reading = subject.reading
    count = len(reading.raw_requirements)
    if count > MAX_REQUIREMENTS:
        got = f"got {count} requirements, expected {MAX_REQUIREMENTS} at most"
        yield subject.found("too-many-requirements", subject.at(MAX_REQUIREMENTS), got)
    if not count and not reading.problems and not subject.is_silent:
        yield subject.found("no-requirements", reading.listed_at or reading.path, "the HIT has no requirements")


def guards(subject: Subject) -> Iterator[Finding]:
    """The two fields that say what is guarded. A read returns both, so only in a request are both a mistake.

    Nothing is said of a requirement whose guard is not fully known: to follow the advice could change what it guards.
    """
    for each in subject.written:
        if each.required_to_preview is not None and not each.is_guard_unread:
            yield from _guard(subject, each.index, each.actions_guarded, each.required_to_preview)


def _guard(subject: Subject, index: int, guard: ActionsGuarded | None, older: bool) -> Iterator[Finding]:
    place = subject.at(index, "RequiredToPreview")
    said = f"`RequiredToPreview: {str(older).lower()}`"
    if are_contradictory(guard, older):
        yield subject.found("contradictory-guards", place, f"{said} contradicts `ActionsGuarded: {guard}`")
    elif subject.reading.is_fetched:
        return
    elif guard is not None:
        message, mend = f"{said} beside `ActionsGuarded: {guard}`", "leave RequiredToPreview out"
        yield subject.found("both-guards", place, message, mend, fix=(Remove(place),))
    else:
        meant = effective_guard(None, older)
        mend = f"write `ActionsGuarded: {meant}`"
        fix = (RenameKey(place, "ActionsGuarded"), SetValue(place, str(meant)))
        yield subject.found("deprecated-guard", place, f"{said} is deprecated", mend, fix=fix)
