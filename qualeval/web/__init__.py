"""Pages: what qualeval has to say of a HIT, for a browser.

`qe.web.audience_report` is one self-contained page. Everything is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualeval.on_demand import handed_out

if TYPE_CHECKING:
    from qualeval.web.report import audience_report

__all__ = ["audience_report"]

_ON_DEMAND = {"audience_report": "report"}
"""Names that are handed out here, and the modules that have them."""

__getattr__, __dir__ = handed_out(__name__, _ON_DEMAND, ())
