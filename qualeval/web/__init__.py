"""Pages: what qualeval has to say of a HIT, for a browser.

`qe.web.audience_report` is one self-contained page. `qe.web.serve` serves an `Explorer`: a page that answers as the
HIT's knobs move. Everything is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualeval.on_demand import handed_out

if TYPE_CHECKING:
    from qualeval.web.explorer import Explorer, Pool
    from qualeval.web.report import audience_report
    from qualeval.web.serving import is_of_this_machine_alone, serve

__all__ = ["Explorer", "Pool", "audience_report", "is_of_this_machine_alone", "serve"]

_ON_DEMAND = {
    "Explorer": "explorer",
    "Pool": "explorer",
    "audience_report": "report",
    "is_of_this_machine_alone": "serving",
    "serve": "serving",
}
"""Names that are handed out here, and the modules that have them."""

__getattr__, __dir__ = handed_out(__name__, _ON_DEMAND, ())
