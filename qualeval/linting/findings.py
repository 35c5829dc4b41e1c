"""What the linter says: one finding a place, of one rule of the catalogue. It does not know how rules look for it."""

from __future__ import annotations

import hashlib
from typing import Any

from attrs import field, frozen

from qualeval.errors import Path, Problem
from qualeval.linting.catalogue import BY_ID, Rule, Severity
from qualeval.sources.edits import Edit

__all__ = ["Finding", "Fix", "digest_of"]


@frozen
class Fix:
    """The one right answer to a finding: edits of the document with this index in its file, and what they do."""

    words: str
    document: int
    edits: tuple[Edit, ...]


@frozen
class Finding:
    """One thing that a rule has against a HIT configuration.

    `rule` is the rule's id, `message` what was got and what was expected, `help` the mend. `path` is the file (empty
    where the input was no file), `line` and `column` count from one and are None where there is no text. `place` leads
    to it in words (`requirement 2: LocaleValues[0].Country`), `keys` in keys and indexes of the document; `requirement`
    is the index of the requirement that it is about, None where it is about the whole. `hit` is the HIT's id or title,
    where it has one. `fix` is there where there is one right answer. `written` is a digest of the text that a finding
    is about of which there is no tree, or none to be relied on; empty elsewhere.
    """

    rule: str
    message: str
    help: str = ""
    path: str = ""
    line: int | None = None
    column: int | None = None
    place: str = ""
    requirement: int | None = None
    hit: str | None = None
    keys: Path = field(default=(), repr=False)
    document: int = field(default=0, repr=False)
    fix: Fix | None = field(default=None, repr=False)
    written: str = field(default="", repr=False)

    @property
    def entry(self) -> Rule:
        """The rule, as the catalogue has it."""
        return BY_ID[self.rule]

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.entry.severity

    @property
    def where(self) -> str:
        """The place in a file as editors read it, as far as it is known: `hit.json:7:18`."""
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part not in ("", None))

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON's values, with the stable keys of the command's `--format json`.

        `path` is None where the input was no file, as `requirement` is of a whole HIT.
        """
        return {
            "rule": self.rule,
            "name": self.entry.name,
            "severity": str(self.severity),
            "message": self.message,
            "help": self.help,
            "path": self.path or None,
            "line": self.line,
            "column": self.column,
            "place": self.place,
            "hit": self.hit,
            "requirement": self.requirement,
            "fixable": self.fix is not None,
        }

    def __str__(self) -> str:
        head = f"{self.where}: " if self.where else ""
        return f"{head}{self.severity} {self.rule} {self.problem}"

    @property
    def problem(self) -> Problem:
        """The same as a problem: place, message and mend."""
        return Problem(f"{self.place}: {self.message}" if self.place else self.message, help=self.help)


def digest_of(text: str) -> str:
    """What tells one text from another, in 32 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
