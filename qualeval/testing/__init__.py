"""For those who test programs: what stands in for Mechanical Turk.

`qe.testing.Endpoint` is a local endpoint that speaks the requester protocol. Everything is imported when it is first
used, so that one module of this room can be had without the packages of the others.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qualeval.testing.endpoint import Endpoint

__all__ = ["Endpoint"]

_ON_DEMAND = {"Endpoint": "endpoint"}
"""Names that are handed out here, and the modules that have them."""


def __getattr__(name: str) -> object:
    if name not in _ON_DEMAND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_ON_DEMAND[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
