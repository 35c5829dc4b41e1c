"""What goes from a text when entries go from one of its objects or lists, so that it looks as if they had never been.

An entry that has its lines for itself takes them along, with the comment at their end and those that are indented as
parts of it are. Blank lines, and other comments on lines of their own, stay. Between brackets an entry takes its comma
along and leaves none dangling.

This module works on nodes and characters. It does not know paths, nor what a value means.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from attrs import frozen

from qualeval.sources.nodes import Node

__all__ = ["Splice", "after_colon", "is_explicit", "removals"]

# Between values stand only blanks, comments and the signs of structure, so that there `#` always begins a comment.
_GAP = r"(?:\s|#[^\n]*)*+"
_COLON = re.compile(_GAP + ":")
_COMMA = re.compile(_GAP + ",")
_DASH = re.compile(_GAP + "-")
_COMMENT = re.compile(r"#[^\n]*")
_TO_CONTENT = re.compile(r"\s*+")
_BLANKS_AT_END = re.compile(r"[^\S\n]*(?=\n)")
_REST_OF_LINE = re.compile(r"[^\S\n]*+(?:#[^\n]*+)?(?:\n|\Z)")


@frozen(order=True)
class Splice:
    """In the place of what stands from `start` to `end` comes `text`."""

    start: int
    end: int
    text: str = ""


def removals(text: str, node: Node, gone: Collection[int]) -> list[Splice]:
    """What becomes of `text` where the entries with these places, counted from 0, go from an object or a list."""
    if node.is_block:
        return list(_Block(text, node, _parts(node), sorted(gone)).splices())
    if text[node.start] not in "{[":  # a pair in a list that is an object without brackets: [a, b: c]
        return [Splice(node.start, node.end, "{}")]
    return list(_Brackets(text, node, _parts(node), sorted(gone)).splices())


def after_colon(text: str, key_end: int) -> int | None:
    """The offset behind the colon of the key that ends at `key_end`; None where it has none."""
    colon = _COLON.match(text, key_end)
    return colon.end() if colon else None


def is_explicit(text: str, node: Node, place: int) -> bool:
    """Whether YAML's `?` stands before the key of an entry, perhaps on a line of its own."""
    before = _parts(node)[place - 1].end if place else node.start
    return "?" in _COMMENT.sub("", text[before : _parts(node)[place].begin])


def _parts(node: Node) -> Sequence[Node]:
    return list(node.parts.values()) if isinstance(node.parts, dict) else node.parts or []


def _is_blank(piece: str) -> bool:
    return not piece or piece.isspace()


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    """The offset of the newline, or of the end of the text."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end


@frozen
class _Brackets:
    """Entries between brackets, in JSON and in the flow style of YAML."""

    text: str
    node: Node
    parts: Sequence[Node]
    gone: Sequence[int]

    def splices(self) -> Iterator[Splice]:
        kept = sorted({*range(len(self.parts))} - {*self.gone})
        if not kept and "#" not in "".join(self._gap(place) for place in range(len(self.parts) + 1)):
            yield Splice(self.node.start + 1, self.node.end - 1)
            return
        for run in self._runs():
            yield self._without(run[0], run[-1])
        if kept and kept[-1] < len(self.parts) - 1 and self._comma(len(self.parts) - 1) is None:
            yield self._dangling(kept[-1])

    def _gap(self, place: int) -> str:
        """What stands between an entry and the one before, or the bracket."""
        begin = self.parts[place - 1].end if place else self.node.start + 1
        return self.text[begin : self.parts[place].begin if place < len(self.parts) else self.node.end - 1]

    def _runs(self) -> list[list[int]]:
        """The neighbours among those that go. A comment parts them, so as to stay."""
        runs: list[list[int]] = []
        for place in self.gone:
            if runs and runs[-1][-1] == place - 1 and "#" not in self._gap(place):
                runs[-1].append(place)
            else:
                runs.append([place])
        return runs

    def _comma(self, place: int) -> int | None:
        """The offset behind the comma of an entry."""
        comma = _COMMA.match(self.text, self.parts[place].end)
        return comma.end() if comma else None

    def _without(self, first: int, last: int) -> Splice:
        """Cut out a run of entries with the commas behind them."""
        begin, end = self.parts[first].begin, self._comma(last) or self.parts[last].end
        line, rest = _line_start(self.text, begin), _REST_OF_LINE.match(self.text, end)
        if rest and _is_blank(self.text[line:begin]):
            return Splice(line, rest.end())
        following = self.parts[last + 1].begin if last + 1 < len(self.parts) else None
        is_beside = following is not None and _is_blank(self.text[end:following]) and (rest is None or first == 0)
        if following is not None and is_beside:
            return Splice(begin, following)
        return Splice(self._floor(first), end)

    def _floor(self, place: int) -> int:
        """The offset behind the comma or bracket before an entry, unless a comment stands between."""
        behind = (self._comma(place - 1) or 0) if place else self.node.start + 1
        begin = self.parts[place].begin
        return behind if _is_blank(self.text[behind:begin]) else begin

    def _dangling(self, place: int) -> Splice:
        """Cut out the comma of an entry that has become the last; a comment after it must not touch the value."""
        start, end = self.parts[place].end, self._comma(place) or 0
        start = start if _is_blank(self.text[start : end - 1]) else end - 1
        blanks = _BLANKS_AT_END.match(self.text, end)
        return Splice(start, blanks.end() if blanks else end, " " if self.text[end] == "#" else "")


@frozen
class _Block:
    """Entries that stand below each other, in the block style of YAML."""

    text: str
    node: Node
    parts: Sequence[Node]
    gone: Sequence[int]

    def splices(self) -> Iterator[Splice]:
        if len(self.gone) == len(self.parts):
            yield from self._emptied()
        elif self.gone[0] == 0 and not _is_blank(self.text[_line_start(self.text, self._begin(0)) : self._begin(0)]):
            yield from self._beheaded()
        else:
            yield from self._without_lines(self.gone)

    def _begin(self, place: int) -> int:
        """Where an entry begins, an item of a list with its dash."""
        if isinstance(self.node.parts, dict):
            return self.parts[place].begin
        dash = _DASH.match(self.text, self.parts[place - 1].end) if place else None
        return dash.end() - 1 if dash else self.node.start

    def _stop(self, place: int) -> int:
        """The end of the last line of an entry; it has the comments below that are indented deeper than itself."""
        stop, begin = _line_end(self.text, self.parts[place].end), self._begin(place)
        column = begin - _line_start(self.text, begin)
        deeper = re.compile(rf"(?:\s*\n {{{column + 1},}}#[^\n]*)+").match(self.text, stop)
        return deeper.end() if deeper else stop

    def _without_lines(self, places: Iterable[int]) -> list[Splice]:
        """Cut out the lines of entries; at the end of a text that ends without a newline, the newline before them."""
        cuts: list[Splice] = []
        for place in places:
            start = _line_start(self.text, self._begin(place))
            end = self._stop(place) + 1
            cuts.append(Splice(cuts.pop().start if cuts and cuts[-1].end == start else start, end))
        if cuts and cuts[-1].end > len(self.text):
            start = cuts.pop().start
            cuts.append(Splice(start if self._is_of_text(start - 1) else max(0, start - 1), len(self.text)))
        return cuts

    def _is_of_text(self, newline: int) -> bool:
        """Whether the newline is the end of a text that is written with `|` or `>`, and so a part of it."""
        before = [part for part in self.parts if part.end <= newline]
        while before and before[-1].parts and before[-1].alias is None:
            before = list(_parts(before[-1]))
        return bool(before) and self.text[before[-1].start] in "|>" and _is_blank(self.text[before[-1].end : newline])

    def _beheaded(self) -> Iterator[Splice]:
        """The first entries go, and stand behind a dash: `- a: 1`. What comes next moves up to it, be it a comment."""
        place, begin = 0, self._begin(0)
        while True:
            after = _TO_CONTENT.match(self.text, self._stop(place))
            stop = after.end() if after else 0
            place += 1
            if place not in self.gone or stop != self._begin(place):
                break
        yield Splice(begin, stop)
        yield from self._without_lines(other for other in self.gone if other >= place)

    def _emptied(self) -> Iterator[Splice]:
        """All go: an empty object or list is written behind the key that they belong to, or in the place of the first.

        Nothing at all would be null.
        """
        empty, begin = "{}" if isinstance(self.node.parts, dict) else "[]", self._begin(0)
        colon = after_colon(self.text, self.node.key[1]) if self.node.key else None
        if colon is not None and "\n" in self.text[colon:begin]:
            yield Splice(colon, colon, f" {empty}")
            yield from self._without_lines(self.gone)
        else:
            yield Splice(begin, self._stop(0), empty)
            yield from self._without_lines(self.gone[1:])
