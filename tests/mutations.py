"""Trees that are nearly sound: what a reader of files must answer or refuse, and never trip over."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

__all__ = ["mutants", "odd_keys", "odd_trees"]

_ODD = [10**4000, -(10**4000), 1e300, datetime.max, datetime.min, b"x", {1}, object(), float("nan"), float("inf")]


def odd_keys(keys: Sequence[str]) -> st.SearchStrategy[Any]:
    """Keys that mean something, and whatever else a dict can have."""
    return st.sampled_from(keys) | st.text(max_size=5) | st.integers() | st.none() | st.just("\ud800")


def odd_trees(keys: Sequence[str], words: Sequence[object]) -> st.SearchStrategy[Any]:
    """Trees of any shape, of keys and words that mean something among others, and of values that no file holds."""
    plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    leaves = plain | st.sampled_from(words) | st.sampled_from(_ODD)
    return st.recursive(
        leaves,
        lambda each: st.lists(each, max_size=3) | st.dictionaries(odd_keys(keys), each, max_size=4),
        max_leaves=15,
    )


def _spots(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in a tree with every one of its keys or indexes."""
    pairs = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    for key, value in pairs:
        yield tree, key
        yield from _spots(value)


@st.composite
def mutants(draw: st.DrawFn, sound: Sequence[Any], keys: Sequence[str], words: Sequence[object]) -> Any:
    """One of the sound trees, of which a few values are replaced, renamed or taken away; they shrink to a sound one."""
    tree = copy.deepcopy(draw(st.sampled_from(sound)))
    trees = odd_trees(keys, words)
    for _ in range(draw(st.integers(0, 3))):
        every = list(_spots(tree))
        if not every:
            break
        parent, key = draw(st.sampled_from(every))
        match draw(st.sampled_from(["replace", "rename", "remove"])):
            case "rename" if isinstance(parent, dict):
                parent[draw(odd_keys(keys))] = parent.pop(key)
            case "remove":
                del parent[key]
            case _:
                parent[key] = draw(trees)
    return tree
