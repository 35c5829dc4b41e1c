"""What a strategy shrinks to and what it reaches: Hypothesis's `find`, the same on every run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, TypeVar

from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

__all__ = ["simplest", "unmet", "unreached"]

T = TypeVar("T")

_REACHING = settings(max_examples=4000, database=None, derandomize=True, deadline=None, phases=[Phase.generate])
_SHRINKING = settings(database=None, derandomize=True, deadline=None, phases=[Phase.generate, Phase.shrink])


def simplest(strategy: st.SearchStrategy[T], wanted: Callable[[T], bool] = lambda _: True) -> T:
    """What the strategy shrinks to, of what is wanted."""
    return find(strategy, wanted, settings=_SHRINKING)


def unreached(strategy: st.SearchStrategy[Any], kinds: Iterable[Any], of: Callable[[Any], Iterable[Any]]) -> list[Any]:
    """The kinds of which nothing is drawn within some thousand examples; `of` says of an example what kinds it is."""
    left = list(dict.fromkeys(kinds))

    def is_enough(drawn: Any) -> bool:
        found = set(of(drawn))
        left[:] = [each for each in left if each not in found]
        return not left

    with suppress(NoSuchExample):
        find(strategy, is_enough, settings=_REACHING)
    return left


def unmet(strategy: st.SearchStrategy[Any], **conditions: Callable[[Any], bool]) -> list[str]:
    """The names of the conditions that nothing meets which is drawn within some thousand examples."""
    return unreached(strategy, conditions, lambda drawn: [name for name, meets in conditions.items() if meets(drawn)])
