"""Many workers at once: a policy as expressions over any data frame, or as SQL. And many HITs at once: catalogs.

`qe.bulk.screen` adds `access` and `possible` to a frame, and `qe.bulk.Column` says what a column of somebody else's
means. `qe.bulk.Catalog` says which of many HITs one worker may take, `qe.bulk.audience` whom one HIT reaches and what
each requirement costs. Everything is imported when it is first used, so that each can be had without the packages of
the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualeval.on_demand import handed_out

if TYPE_CHECKING:
    from qualeval.bulk.audiences import Audience, Band, Change, Curve
    from qualeval.bulk.catalog import Catalog
    from qualeval.bulk.columns import Column
    from qualeval.bulk.files import Screened, screen_file
    from qualeval.bulk.matches import Match, Matches
    from qualeval.bulk.queries import sql
    from qualeval.bulk.reach import Reach, audience
    from qualeval.bulk.screening import screen
    from qualeval.bulk.tall import widen

__all__ = [
    "Audience",
    "Band",
    "Catalog",
    "Change",
    "Column",
    "Curve",
    "Match",
    "Matches",
    "Reach",
    "Screened",
    "audience",
    "screen",
    "screen_file",
    "sql",
    "widen",
]

_ON_DEMAND = {
    "Audience": "audiences",
    "Band": "audiences",
    "Catalog": "catalog",
    "Change": "audiences",
    "Column": "columns",
    "Curve": "audiences",
    "Match": "matches",
    "Matches": "matches",
    "Reach": "reach",
    "Screened": "files",
    "audience": "reach",
    "screen": "screening",
    "screen_file": "files",
    "sql": "queries",
    "widen": "tall",
}
"""Names that are handed out here, and the modules that have them."""


__getattr__, __dir__ = handed_out(__name__, _ON_DEMAND, ())
