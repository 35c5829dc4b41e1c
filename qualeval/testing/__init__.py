"""For those who test programs and HIT configurations: a stand-in for Mechanical Turk, strategies, assertions, cases.

`qe.testing.Endpoint` is a local endpoint that speaks the requester protocol, `qe.testing.strategies` are Hypothesis's,
`qe.testing.cases` reads and runs case files, and `qe.testing.assert_permits` and its like fail with the decision in
full. Everything is imported when it is first used, so that each can be had without the packages of the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualeval.on_demand import handed_out

if TYPE_CHECKING:
    from qualeval.testing import cases, strategies
    from qualeval.testing.assertions import assert_denies, assert_equivalent, assert_only, assert_permits
    from qualeval.testing.endpoint import Endpoint

__all__ = ["Endpoint", "assert_denies", "assert_equivalent", "assert_only", "assert_permits", "cases", "strategies"]

_ON_DEMAND = {
    "Endpoint": "endpoint",
    "assert_denies": "assertions",
    "assert_equivalent": "assertions",
    "assert_only": "assertions",
    "assert_permits": "assertions",
}
"""Names that are handed out here, and the modules that have them."""

_ROOMS = frozenset({"cases", "strategies"})
"""Modules whose names are asked for through them: `qualeval.testing.cases.load_cases`."""

__getattr__, __dir__ = handed_out(__name__, _ON_DEMAND, _ROOMS)
