"""Comparisons in Markdown, for the reader of a pull request. Nothing that comes from a file can break it.

Text from files stands in code, or has every sign that means something to Markdown or GitHub replaced by its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import qualeval as qe
from qualeval.cli.differences import Change, Difference, Report, problems_of
from qualeval.cli.output import clean

__all__ = ["markdown_of_many", "markdown_of_one"]

_MEANS_SOMETHING = re.compile(r"[&<>|`*\[\]\\~#$!^{}]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=\bwww)\.")
"""An underscore within a word means nothing."""


def _plain(text: str) -> str:
    """Text as it is, wherever it may stand."""
    numbered = _MEANS_SOMETHING.sub(lambda found: f"&#{ord(found[0])};", clean(text))
    return numbered.replace("@", "@&#8203;")  # nobody is called by a comment


def _code(text: str) -> str:
    """Text in code; in a table a pipe, and anywhere a backtick, would end it."""
    text = clean(text)
    if not text.strip() or "`" in text or "|" in text:
        return f"<code>{_plain(text)}</code>"
    return f"`{text}`"


def _message(text: str) -> str:
    """A message, in which words of the input stand in backticks."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _plain(text)
    return "".join(_code(part) if place % 2 else _plain(part) for place, part in enumerate(parts))


def _fenced(lines: Iterable[str]) -> str:
    # No line can end the block: each ends with what its requirement guards.
    return "\n".join(["```diff", *map(clean, lines), "```"])


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (titles, ["---"] * len(titles), *rows))


def markdown_of_one(difference: Difference) -> str:
    """The comparison of one HIT with another."""
    return "\n\n".join([f"### {_capital(difference.verdict)}", _named(difference), *_details(difference)])


def markdown_of_many(report: Report) -> str:
    """The comparison of several HITs: a part for each that is new or changes access, and lists of the others."""
    parts = [f"### {_verdict(report)}", f"{_plain(report.summary)}."]
    for each in (each for change in _SHOWN for each in report.of(change)):
        parts += [f"#### {_named(each)}", f"{_capital(each.verdict)}.", *_details(each)]
    for change, title in _LISTED.items():
        parts += _list(title, [_named(each) for each in report.of(change)])
    return "\n\n".join([*parts, *_list("Not compared, for it could not be read:", map(_error, report.errors))])


def _verdict(report: Report) -> str:
    """What it comes to. What could not be read is told first, since access may change there too."""
    changed = len(report.of(Change.CHANGED))
    if changed:
        verdict = f"access changes for {changed} of {report.compared}"
    else:
        rest = [*report.errors, *report.of(Change.REMOVED)]
        verdict = f"nobody's access changes{f' in {report.compared}' if rest else ''}"
    new, gone = len(report.of(Change.MENDED)) + len(report.of(Change.ADDED)), len(report.of(Change.REMOVED))
    told = [f"{new} new" if new else "", f"{gone} removed" if gone else ""]
    return _capital("; ".join(filter(None, [report.unreadable, verdict, *told])))


_SHOWN = (Change.CHANGED, Change.MENDED, Change.ADDED)
_LISTED = {
    Change.REWORDED: "Written differently, with the same meaning:",
    Change.REMOVED: "Removed, so there is nothing to compare them with:",
}


def _list(title: str, items: Iterable[str]) -> list[str]:
    listed = [f"- {item}" for item in items]
    return [title, "\n".join(listed)] if listed else []


def _error(error: qe.QualevalError) -> str:
    source, problems = problems_of(error)
    if source is None:
        return "; ".join(map(_message, problems))
    return "\n".join([_code(source), *(f"  - {_message(each)}" for each in problems)])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _named(difference: Difference) -> str:
    """What the HIT was read from and what it is called."""
    sources = " → ".join(dict.fromkeys(_code(each.source) for each in difference.versions))
    names = " → ".join(filter(None, dict.fromkeys(_hit_name(each.hit) for each in difference.versions)))
    return f"{sources}: {names}" if names else sources


def _hit_name(hit: qe.HIT) -> str:
    named = [_code(hit.hit_id)] if hit.hit_id else []
    titled = [f"“{_plain(hit.title)}”"] if hit.title else []
    return " ".join(["HIT", *named, *titled]) if named or titled else ""


def _details(difference: Difference) -> Iterator[str]:
    """Who gains and who loses, and the requirements before and after."""
    if difference.change is Change.CHANGED:
        yield _table(("action", "", "who", "for example"), _rows(difference))
    if difference.problems:
        yield "\n".join(f"- {_message(each)}" for each in difference.problems)
    diff = list(difference.diff())
    width = max((len(text) for _, (text, _) in diff), default=0)
    if diff:
        yield _fenced(f"{sign} {text:{width}}  {guards}" for sign, (text, guards) in diff)


def _rows(difference: Difference) -> Iterator[list[str]]:
    for action in qe.Action:
        shifts = list(difference.shifts(action))
        if not shifts:
            yield [str(action), "unchanged", "", ""]
        for word, who, example in shifts:
            yield [str(action), f"**{word}**", _plain(who), _facts(example, difference.types)]


def _facts(worker: qe.WorkerProfile, types: qe.TypeNames) -> str:
    facts = worker.to_dict(types)["Facts"]
    return ", ".join(_code(f"{name}={fact}") for name, fact in facts.items())
