"""Walking through pages: each row once, no circles, whatever a list does while it is read."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualeval.sources.pages import AGAIN, IDLE, Circle, walk
from qualeval.sources.rows import Block, Page

Ask = Callable[[str | None], Page[Block]]


def listed(rows: list[str], size: int) -> Ask:
    """A list of so many rows a page, whose tokens are places."""

    def ask(token: str | None) -> Page[Block]:
        begin = int(token or 0)
        end = begin + size
        return Page(tuple(map(Block, rows[begin:end])), str(end) if end < len(rows) else None)

    return ask


def disturbed(ask: Ask, random: Random, share: float) -> Ask:
    """The same list, which says rows twice and leads back to the same page, no more than twice in a row."""
    patience = {"left": 2}

    def asked(token: str | None) -> Page[Block]:
        page = ask(token)
        if random.random() < share and patience["left"]:
            patience["left"] -= 1
            return Page(page.rows, token or "0")
        patience["left"] = 2
        return Page((*page.rows[:1], *page.rows), page.next_token)

    return asked


def keys(pages: list[Page[Block]]) -> list[str]:
    return [row.key for page in pages for row in page.rows]


@given(st.lists(st.text("ABC", min_size=1, max_size=3), unique=True), st.integers(1, 7), st.randoms(), st.floats(0, 1))
def test_every_row_once(rows: list[str], size: int, random: Random, share: float) -> None:
    """All rows come, each once and in order, whether the list is disturbed or not."""
    assert keys(list(walk(listed(rows, size)))) == rows
    assert keys(list(walk(disturbed(listed(rows, size), random, share)))) == rows


@given(st.lists(st.text("ABC", min_size=1, max_size=3), unique=True), st.integers(1, 7), st.data())
def test_going_on(rows: list[str], size: int, data: st.DataObject) -> None:
    """From the token of any page the rest comes, and with what was before that is all."""
    pages = list(walk(listed(rows, size)))
    place = data.draw(st.integers(0, len(pages) - 1))
    token = pages[place].next_token

    if token is not None:
        rest = list(walk(listed(rows, size), token))
        assert keys(pages[: place + 1]) + keys(rest) == rows


def test_pages_are_asked_for_when_they_are_needed() -> None:
    """Who stops early asks no more than was read."""
    asked: list[str | None] = []
    ask = listed(["A", "B", "C"], 1)

    def counted(token: str | None) -> Page[Block]:
        asked.append(token)
        return ask(token)

    next(walk(counted))

    assert asked == [None]


@pytest.mark.parametrize("around", [1, 2, 5])
def test_circle(around: int) -> None:
    """Tokens that lead round, at once or over several pages, end in an error after a few attempts."""
    asked: list[str | None] = []

    def ask(token: str | None) -> Page[Block]:
        asked.append(token)
        return Page((Block(f"A{len(asked)}"),), str((int(token or 0) + 1) % around))

    with pytest.raises(Circle, match="leads back"):
        list(walk(ask))
    assert len(asked) <= around + AGAIN + 1


def test_pages_without_progress() -> None:
    """Page after page of what has come already, under ever new tokens, ends in an error; a few such pages do not."""

    def ask(token: str | None) -> Page[Block]:
        page = int(token or 0)
        return Page((Block("A"),), str(page + 1) if page != IDLE - 1 else None)

    def endless(token: str | None) -> Page[Block]:
        return Page((Block("A"),), str(int(token or 0) + 1))

    assert keys(list(walk(ask))) == ["A"]
    with pytest.raises(Circle, match="nothing new"):
        list(walk(endless))
