"""Results of cases for programs: as JSON, and as the XML that JUnit's readers (Jenkins, GitLab and others) show.

This module does not know the terminal.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping, Sequence

from qualeval.testing.cases.case import Finding
from qualeval.testing.cases.running import CaseResult, Status

__all__ = ["as_json", "as_junit"]

_NOT_XML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write, not even as an escape; and what it discourages."""


def as_json(results: Sequence[CaseResult]) -> dict[str, object]:
    """The results as JSON's values: how many there are of each status, and each case."""
    counts = Counter(result.status for result in results)
    return {
        "summary": {str(status): counts[status] for status in Status},
        "cases": [_case_as_json(result) for result in results],
    }


def _case_as_json(result: CaseResult) -> dict[str, object]:
    return {
        "name": result.case.name,
        "source": result.case.source,
        "line": result.case.line,
        "status": str(result.status),
        "checks": [
            {"what": each.what, "expected": each.expected, "got": each.got, "finding": str(each.finding)}
            for each in result.checks
        ],
        "error": None if result.error is None else str(result.error),
        "decision": None if result.decision is None else result.decision.to_dict(),
    }


def as_junit(results: Sequence[CaseResult]) -> str:
    """The results as JUnit's XML: a suite a file, a test a case. What XML cannot say is a question mark."""
    root = ET.Element("testsuites", {"name": "qualeval", **_counts(results)})
    by_source: dict[str, list[CaseResult]] = {}
    for result in results:
        by_source.setdefault(result.case.source, []).append(result)
    for source, found in by_source.items():
        suite = ET.SubElement(root, "testsuite", {"name": _sayable(source), **_counts(found, with_skipped=True)})
        for result in found:
            _add(suite, result)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _counts(results: Sequence[CaseResult], with_skipped: bool = False) -> Mapping[str, str]:
    statuses = Counter(result.status for result in results)
    counts = {"tests": len(results), "failures": statuses[Status.FAILED], "errors": statuses[Status.ERROR]}
    counts |= {"skipped": statuses[Status.UNCHECKED]} if with_skipped else {}
    return {key: str(count) for key, count in counts.items()}


_ELEMENTS: Mapping[Status, str] = {Status.FAILED: "failure", Status.ERROR: "error", Status.UNCHECKED: "skipped"}


def _add(suite: ET.Element, result: CaseResult) -> None:
    case = ET.SubElement(
        suite, "testcase", {"classname": _sayable(result.case.source), "name": _sayable(result.case.name)}
    )
    if result.status not in _ELEMENTS:
        return
    message = _sayable(result.message)
    found = ET.SubElement(case, _ELEMENTS[result.status], {"message": message.partition("\n")[0]})
    if result.status is not Status.UNCHECKED:
        found.set("type", type(result.error).__name__ if result.error else str(Finding.FAILS))
        found.text = f"{_sayable(result.case.where)}\n{message}"


def _sayable(text: str) -> str:
    return _NOT_XML.sub("?", text)
