"""Names that a package hands out when they are first asked for, so that nobody pays for modules that they do not use.

What a module's own `__getattr__` and `__dir__` do for the interpreter (PEP 562) is said here once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import Any

__all__ = ["found_in", "handed_out"]


def found_in(module: str, name: str) -> Any:
    """What a module calls so. The module is imported when it is first asked for."""
    return getattr(import_module(module), name)


def handed_out(
    package: str, names: Mapping[str, str], rooms: Collection[str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """The `__getattr__` and the `__dir__` of a package.

    `names` says which of its modules has a name that it hands out; `rooms` are modules that are handed out whole.
    """
    door = sys.modules[package]

    def get(name: str) -> object:
        if name in rooms:
            return import_module(f"{package}.{name}")
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = found_in(f"{package}.{names[name]}", name)
        setattr(door, name, found)
        return found

    return get, lambda: sorted({*vars(door), *door.__all__})
