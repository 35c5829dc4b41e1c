"""Patterns of paths, as people know them from .gitignore.

`*` and `?` stand for anything but a slash, `**` for any folders, `[...]` for one of some characters. A pattern without
a slash matches a file or a folder of that name at any depth, one with a slash a path from the pattern's folder on. What
matches a folder matches all that is in it. This module does not know which files there are.
"""

from __future__ import annotations

import re
from functools import cached_property

from attrs import frozen

from qualeval.errors import InvalidInput, Problem, show

__all__ = ["Glob"]

_TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)
_SPECIAL = re.compile(r"([\\\[\^&~|])")
_WORDS = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@frozen
class Glob:
    """One pattern. Raises InvalidInput where it is none."""

    pattern: str

    def __attrs_post_init__(self) -> None:
        if not self.pattern.strip("/ ."):
            raise InvalidInput(Problem(f"the pattern {show(self.pattern)} matches nothing", help="write `drafts/**`"))
        try:
            self._regex  # noqa: B018 - compiles it
        except re.error as error:
            raise InvalidInput(Problem(f"{show(self.pattern)} is no pattern: {error.msg}")) from None

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        text = self.pattern.rstrip("/")
        start = "" if "/" in text else "(?:.*/)?"
        text = text.removeprefix("./").removeprefix("/")
        body = "".join(_WORDS.get(token) or _literal(token) for token in _TOKEN.findall(text))
        return re.compile(f"{start}{body}(?:/.*)?", re.DOTALL)

    def matches(self, path: str) -> bool:
        """Whether a path, with forward slashes and relative to the pattern's folder, is meant."""
        return self._regex.fullmatch(path) is not None


def _literal(token: str) -> str:
    if len(token) == 1:
        return re.escape(token)
    negated = token.startswith("[!")
    inside = _SPECIAL.sub(r"\\\1", token[2 if negated else 1 : -1]).replace("]", r"\]").replace("--", r"-\-")
    return f"[{'^/' if negated else ''}{inside}]"
