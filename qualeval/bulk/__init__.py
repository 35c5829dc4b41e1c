"""Many workers at once: a policy as expressions over any data frame, or as SQL.

`qe.bulk.screen` adds `access` and `possible` to a frame, and `qe.bulk.Column` says what a column of somebody else's
means. Everything is imported when it is first used, so that each can be had without the packages of the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualeval.on_demand import handed_out

if TYPE_CHECKING:
    from qualeval.bulk.columns import Column

__all__ = ["Column"]

_ON_DEMAND = {"Column": "columns"}
"""Names that are handed out here, and the modules that have them."""


__getattr__, __dir__ = handed_out(__name__, _ON_DEMAND, ())
