"""Old findings, which need not be mended today: a file of fingerprints, so that only what is new is reported.

A fingerprint is what stays the same while a file is edited elsewhere: the rule, the HIT, what is written in the place
that the finding is about, and the message. That place is a requirement; where the finding names several, all those on
their type; where it is about the whole, all requirements; where the text cannot be read or relied on, the text of its
document, or all of the file. Else lines, the order of requirements and of HITs, the order of keys, and whether the file
is JSON or YAML do not matter. Who changes a requirement is told of what is wrong with it
anew; so is who makes the same mistake once more, for the baseline holds counts.

This module does not know how findings are made.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from attrs import define, evolve, field, frozen

from qualeval.errors import InputNotFound, InvalidInput, Problem, show
from qualeval.errors import Path as Keys
from qualeval.linting.findings import Finding, digest_of
from qualeval.sources.documents import read_document
from qualeval.sources.replacing import replace_file
from qualeval.sources.roots import HIT_, QUALIFICATION, REQUIREMENT, kind_of
from qualeval.sources.strays import REQUIREMENTS
from qualeval.sources.structure import Name, Shape, described, is_list, is_object, read_object

__all__ = [
    "Baseline",
    "Fingerprint",
    "LookedFor",
    "Result",
    "fingerprint",
    "read_baseline",
    "results",
    "rewritable_baseline",
    "write_baseline",
]

_VERSION_KEY, _VERSION = "qualeval-baseline", 1
_INDEXES = re.compile(r"\b(requirements?) [0-9]+(?:(?:, | and | or |, and )[0-9]+)*")
_INDEX = re.compile(r"[0-9]+")
_REQUIREMENTS = (REQUIREMENT, QUALIFICATION)
_STREAM = "<stdin>"


@frozen(order=True)
class Fingerprint:
    """What stays the same of a finding while its file is edited elsewhere.

    `requirement` is a digest of what is written in the place that it is about, or empty.
    """

    rule: str
    hit: str
    requirement: str
    message: str

    @property
    def digest(self) -> str:
        """All of it in 32 hexadecimal digits."""
        return _digest([self.rule, self.hit, self.requirement, self.message])


@frozen
class Result:
    """A finding and its fingerprint; `nth` counts those of its file with the same one, from 0.

    `is_known` says that it stands in the baseline.
    """

    finding: Finding
    fingerprint: Fingerprint
    nth: int = 0
    is_known: bool = False


def fingerprint(finding: Finding, trees: Sequence[object] | None) -> Fingerprint:
    """The fingerprint of a finding in a file that holds these documents (None where they cannot be read)."""
    return _Digests(trees or ()).fingerprint(finding)


@define
class _Digests:
    """What the findings of one file are about, as digests. Each part of its trees is digested once.

    The trees live as long as this does, so a part can be known by its identity.
    """

    trees: Sequence[object]
    parts: dict[int, str] = field(factory=dict)
    types: dict[int, Mapping[object, Sequence[str]]] = field(factory=dict)
    joined: dict[tuple[int, frozenset[object]], str] = field(factory=dict)

    def fingerprint(self, finding: Finding) -> Fingerprint:
        message = _INDEXES.sub(r"\1 #", finding.message)
        return Fingerprint(finding.rule, finding.hit or "", self._about(finding)[:12], message)

    def _about(self, finding: Finding) -> str:
        """What is written in the place of a finding; empty where nothing is, or it cannot be told."""
        if finding.written:
            return finding.written
        if finding.document >= len(self.trees):
            return ""
        tree = self.trees[finding.document]
        if finding.requirement is None:
            return self._whole(tree, finding.keys)
        met = [(above, part) for above, key, part in _way(tree, finding.keys) if key == finding.requirement]
        if not met:
            return ""
        above, part = next((each for each in met if kind_of(each[1]) in _REQUIREMENTS), met[-1])
        named = _named(finding) | {finding.requirement}
        return self._of_their_types(above, named) if len(named) > 1 and is_list(above) else self._part(part)

    def _whole(self, tree: object, keys: Keys) -> str:
        """The value at these keys, a HIT's being its requirements. The order of a list does not matter."""
        *_, value = tree, *(part for _, _, part in _way(tree, keys))
        if is_object(value) and kind_of(value) == HIT_:
            value = value.get(REQUIREMENTS)
        if is_list(value):
            return _digest(sorted(map(self._part, value)))
        return "" if value is None else self._part(value)

    def _of_their_types(self, listed: Sequence[object], named: Iterable[int]) -> str:
        """All the requirements on the types of those that are named: which of them a message names, may depend on
        their order."""
        types = frozenset(_type_of(listed[index]) for index in named if index < len(listed))
        if id(listed) not in self.types:
            by_type: dict[object, list[str]] = {}
            for each in listed:
                by_type.setdefault(_type_of(each), []).append(self._part(each))
            self.types[id(listed)] = by_type
        key = id(listed), types
        if key not in self.joined:
            self.joined[key] = _digest(sorted(part for each in types for part in self.types[id(listed)][each]))
        return self.joined[key]

    def _part(self, part: object) -> str:
        if id(part) not in self.parts:
            self.parts[id(part)] = _digest(part)
        return self.parts[id(part)]


def _named(finding: Finding) -> set[int]:
    """The indexes of the requirements that a message names."""
    return {int(index) for listed in _INDEXES.finditer(finding.message) for index in _INDEX.findall(listed[0])}


def _type_of(requirement: object) -> object:
    """A requirement's type as it is written."""
    said = requirement.get("QualificationTypeId") if is_object(requirement) else None
    return said if isinstance(said, str) else None


def _way(tree: object, keys: Iterable[str | int]) -> Iterator[tuple[object, str | int, object]]:
    """The values that are met on the way through a tree, each with what holds it and the key that leads to it.

    It ends where a key leads nowhere.
    """
    for key in keys:
        above = tree
        match tree:
            case list() | tuple() if isinstance(key, int) and 0 <= key < len(tree):
                tree = tree[key]
            case dict() if key in tree:
                tree = tree[key]
            case _:
                return
        yield above, key, tree


def _digest(content: object) -> str:
    return digest_of(json.dumps(content, sort_keys=True, separators=(",", ":")))


# --- the baseline


LookedFor: TypeAlias = Mapping[str, frozenset[str]]
"""By file, the ids of the rules that were looked for in it."""


@frozen
class Baseline:
    """How often each finding is known, by the path of its file from `folder` on, with forward slashes."""

    folder: Path
    counts: Mapping[str, Mapping[Fingerprint, int]] = field(factory=dict)

    def name_of(self, path: str) -> str:
        """What a file is called in the baseline."""
        if path == _STREAM:
            return path
        return os.path.relpath(os.path.abspath(path), os.path.abspath(self.folder)).replace(os.sep, "/")

    def known_in(self, path: str) -> Mapping[Fingerprint, int]:
        """How often each finding of a file is known."""
        return self.counts.get(self.name_of(path), {})

    def stale(self, found: Iterable[Result], looked_for: LookedFor) -> list[tuple[str, Fingerprint, int]]:
        """What is known, was looked for and was not found again, and how often."""
        again = Counter((self.name_of(each.finding.path), each.fingerprint) for each in found if each.is_known)
        looked_at = self._by_name(looked_for)
        return [
            (name, print_, count - again[name, print_])
            for name, print_, count in self._entries()
            if self._is_looked_for(name, print_, looked_at) and count > again[name, print_]
        ]

    def beside(self, looked_for: LookedFor) -> Baseline:
        """What is known and was not looked for: of other files that are still there, and of other rules."""
        looked_at = self._by_name(looked_for)
        counts: dict[str, dict[Fingerprint, int]] = {}
        for name, print_, count in self._entries():
            if not self._is_looked_for(name, print_, looked_at):
                counts.setdefault(name, {})[print_] = count
        return Baseline(self.folder, counts)

    @property
    def size(self) -> int:
        """How many findings are known."""
        return sum(count for _, _, count in self._entries())

    def _entries(self) -> Iterator[tuple[str, Fingerprint, int]]:
        return ((name, each, count) for name, prints in self.counts.items() for each, count in prints.items())

    def _by_name(self, looked_for: LookedFor) -> LookedFor:
        return {self.name_of(path): rules for path, rules in looked_for.items()}

    def _is_looked_for(self, name: str, print_: Fingerprint, looked_at: LookedFor) -> bool:
        """Whether it would have been found: of a file that is no more, nothing is."""
        if name in looked_at:
            return print_.rule in looked_at[name]
        return not (name == _STREAM or (self.folder / name).exists())


def results(
    findings: Iterable[Finding], trees: Sequence[object] | None, known: Mapping[Fingerprint, int]
) -> list[Result]:  # fmt: skip
    """The findings of one file with their fingerprints. Of those that are the same, the first ones are the known."""
    seen: Counter[Fingerprint] = Counter()
    digests = _Digests(trees or ())
    made = []
    for finding in findings:
        print_ = digests.fingerprint(finding)
        made.append(Result(finding, print_, seen[print_], seen[print_] < known.get(print_, 0)))
        seen[print_] += 1
    return made


def write_baseline(path: str | os.PathLike[str], found: Iterable[Result], kept: Baseline | None = None) -> None:
    """Writes a baseline of all these findings, sorted, so that two of the same findings are the same file.

    `kept` is what else it is to hold, of a baseline in the same folder. The file is there whole or not at all. Raises
    OSError where it cannot be written.
    """
    baseline = Baseline(Path(path).parent)
    counts = Counter((baseline.name_of(each.finding.path), each.fingerprint) for each in found)
    for name, print_, count in kept._entries() if kept else ():
        counts[name, print_] += count
    entries = [{"path": name, **_entry(print_), "count": count} for (name, print_), count in sorted(counts.items())]
    lines = ",\n".join(f"    {json.dumps(entry)}" for entry in entries)
    listed = f"[\n{lines}\n  ]" if lines else "[]"
    text = f'{{\n  "{_VERSION_KEY}": {_VERSION},\n  "findings": {listed}\n}}\n'
    replace_file(os.fspath(path), text.encode(), lambda draft: os.chmod(draft, _mode(Path(path))))


def _entry(print_: Fingerprint) -> dict[str, str]:
    named = {"rule": print_.rule, "hit": print_.hit, "requirement": print_.requirement, "message": print_.message}
    return {key: value for key, value in named.items() if value}


def _mode(path: Path) -> int:
    """The permissions that a file has, or would have if it were made."""
    with suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


# --- reading


_ENTRY = Shape(
    "a finding",
    {"path": Name, "rule": Name, "hit": str, "requirement": str, "message": str, "count": int},
    required=("path", "rule", "count"),
)
_OTHER = "name another file; --write-baseline makes one"
_WRITE = "remove it, and write it anew with --write-baseline"


def read_baseline(path: str | os.PathLike[str]) -> Baseline:
    """The baseline of a file.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: it holds something else, all problems at once, with lines and columns.
    """
    try:
        document = read_document(path)
    except InputNotFound as error:
        raise InputNotFound(f"cannot read the baseline ({error}); --write-baseline makes one") from None
    try:
        return Baseline(Path(path).parent, _counts(document.tree))
    except InvalidInput as error:
        raise document.located(error) from None


def rewritable_baseline(path: str | os.PathLike[str]) -> Baseline:
    """The baseline of a file that is to be written anew; an empty one where there is no such file.

    Raises:
        InvalidInput: the file is there and holds something else: it is not to be overwritten.
    """
    if not os.path.lexists(path):
        return Baseline(Path(path).parent)
    mend = "--write-baseline does not overwrite it; name another file, or remove this one"
    if not os.path.isfile(path):
        raise InvalidInput(Problem("this is no file", help=mend), os.fspath(path))
    try:
        return read_baseline(path)
    except InvalidInput as error:
        raise InvalidInput([evolve(each, help=mend) for each in error.problems], error.source) from None


def _counts(tree: object) -> Mapping[str, Mapping[Fingerprint, int]]:
    if not is_object(tree) or _VERSION_KEY not in tree:
        raise InvalidInput(Problem(f"this is no baseline: it has no `{_VERSION_KEY}`", help=_OTHER))
    version = tree[_VERSION_KEY]
    if version != _VERSION or isinstance(version, bool):
        raise InvalidInput(Problem(f"expected version {_VERSION}, got {show(version)}", (_VERSION_KEY,), _WRITE))
    listed = tree.get("findings")
    if not is_list(listed):
        raise InvalidInput(Problem(f"expected a list of findings, got {described(listed)}", ("findings",), _WRITE))
    counts: dict[str, dict[Fingerprint, int]] = {}
    problems: list[Problem] = []
    for index, entry in enumerate(listed):
        try:
            name, print_, count = _read_entry(entry)
            prints = counts.setdefault(name, {})
            prints[print_] = prints.get(print_, 0) + count
        except InvalidInput as error:
            problems += error.within("findings", index).problems
    if problems:
        raise InvalidInput(problems)
    return counts


def _read_entry(entry: object) -> tuple[str, Fingerprint, int]:
    reading = read_object(entry, _ENTRY)
    if reading.values.get("count", 1) < 1:
        reading.problems.append(Problem(f"expected 1 or more, got {show(reading.values['count'])}", ("count",), _WRITE))
    if reading.problems:
        raise InvalidInput(reading.problems)
    fingerprint_ = Fingerprint(*(reading.values.get(key, "") for key in ("rule", "hit", "requirement", "message")))
    return reading.values["path"], fingerprint_, reading.values["count"]
