"""Lists in pages, read to their end: each row once, and never round in circles.

Why not botocore's paginators: they end with an error where a token comes a second time, which a service whose lists
change while they are read may give once and not again; and they hand on the rows that two pages share. Here a page
whose token has been followed already is asked for again, a few times. This module does not know what rows are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from qualeval.sources.rows import Page, Row

__all__ = ["AGAIN", "IDLE", "IN_FLIGHT", "PAGE", "Circle", "walk"]

R = TypeVar("R", bound=Row)

PAGE = 100
"""So many rows a page has at most: the service model (grade D)."""

IN_FLIGHT = 4
"""So many calls are made at a time."""

AGAIN = 3
"""So often a page is asked for again whose token leads back."""

IDLE = 200
"""So many pages in a row may bring nothing new, before a list counts as endless."""


class Circle(Exception):
    """A list does not come to its end; the message says how."""


def walk(ask: Callable[[str | None], Page[R]], start: str | None = None) -> Iterator[Page[R]]:
    """The pages of a list, from the one that `start` leads to (None: the first).

    `ask` gets the page of a token. A row whose key has come before is left out, so a page may be empty. Raises Circle
    where the tokens lead round in a circle, or page after page brings nothing new.
    """
    followed: set[str | None] = {None, start}
    seen: set[str] = set()
    token, idle = start, 0
    while True:
        page = _leading_on(ask, token, followed)
        rows = tuple({row.key: row for row in page.rows if row.key not in seen}.values())
        seen.update(row.key for row in rows)
        yield Page(rows, page.next_token)
        if page.next_token is None:
            return
        idle = 0 if rows else idle + 1
        if idle == IDLE:
            raise Circle(f"{IDLE} pages in a row brought nothing new")
        token = page.next_token
        followed.add(token)


def _leading_on(ask: Callable[[str | None], Page[R]], token: str | None, followed: set[str | None]) -> Page[R]:
    """The page of a token, whose own token leads where nobody was; of several answers the rows of all."""
    rows: list[R] = []
    for _ in range(1 + AGAIN):
        page = ask(token)
        rows += page.rows
        if page.next_token is None or page.next_token not in followed:
            return Page(tuple(rows), page.next_token)
    raise Circle(f"a page leads back to one before it, also when asked {1 + AGAIN} times")
