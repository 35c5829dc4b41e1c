"""Case files: a HIT, a worker, and the answer that is expected, written down so that a change of the answer is noticed.

    cases = load_cases("cases.yaml")
    for result in run_cases(cases):
        assert result.status is not Status.FAILED, result.message

An answer that the worker site gave is read as cases too, so that Mechanical Turk's own verdict checks ours. What a file
looks like says docs/cases.md. Nothing here knows the terminal.
"""

from __future__ import annotations

from qualeval.testing.cases.case import Case, Check, Expectation, Finding, HITChanges, Reference
from qualeval.testing.cases.formats import as_json, as_junit
from qualeval.testing.cases.reading import load_cases
from qualeval.testing.cases.recording import Recorded, drafted_cases, record_cases
from qualeval.testing.cases.running import CaseResult, Status, run_cases
from qualeval.testing.cases.schema import cases_schema
from qualeval.testing.cases.worker_site import Verdicts

__all__ = [
    "Case",
    "CaseResult",
    "Check",
    "Expectation",
    "Finding",
    "HITChanges",
    "Recorded",
    "Reference",
    "Status",
    "Verdicts",
    "as_json",
    "as_junit",
    "cases_schema",
    "drafted_cases",
    "load_cases",
    "record_cases",
    "run_cases",
]
