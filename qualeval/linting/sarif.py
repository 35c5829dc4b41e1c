"""Findings as SARIF 2.1.0, the format that code scanning reads (OASIS, with errata 01).

Findings that the baseline knows are there and suppressed. This module does not know where the text goes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from qualeval.linting.baseline import Result
from qualeval.linting.catalogue import CATALOGUE, Rule, Severity
from qualeval.linting.findings import Finding

__all__ = ["as_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "SRCROOT"
_LEVELS: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_INDEXES = {rule.id: index for index, rule in enumerate(CATALOGUE)}


def as_sarif(results: Iterable[Result], *, version: str, root: str | os.PathLike[str] = ".") -> dict[str, object]:
    """A log of one run, with a result for each finding; paths are relative to `root` where they lie in it.

    `version` is qualeval's.
    """
    base = os.path.abspath(root)
    run = {
        "tool": {"driver": _driver(version)},
        "originalUriBaseIds": {_ROOT: {"description": {"text": "the folder that qualeval was run in"}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, base) for each in results],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver(version: str) -> dict[str, object]:
    return {
        "name": "qualeval",
        "version": version,
        "shortDescription": {"text": "Qualification requirements of Mechanical Turk HITs"},
        "rules": [_rule(rule) for rule in CATALOGUE],
    }


def _rule(rule: Rule) -> dict[str, object]:
    refused = " Mechanical Turk refuses such a HIT." if rule.is_refused else ""
    text = f"{rule.why}{refused}\n\n{rule.fix}"
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": f"{rule.title[:1].upper()}{rule.title[1:]}"},
        "fullDescription": {"text": f"{rule.why}{refused}"},
        "help": {"text": f"{text}\n\nSource: {rule.source}", "markdown": f"{text}\n\n*Source: {rule.source}*"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["mechanical-turk"]},
    }


def _result(result: Result, base: str) -> dict[str, object]:
    finding = result.finding
    found: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": _INDEXES[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": str(finding.problem)},
        "locations": [_location(finding, base)],
        "partialFingerprints": {"qualeval/v1": f"{result.fingerprint.digest}:{result.nth}"},
        "properties": {key: value for key, value in _more(finding).items() if value is not None},
    }
    if result.is_known:
        found["suppressions"] = [{"kind": "external", "justification": "an old finding, in the baseline"}]
    return found


def _more(finding: Finding) -> dict[str, object]:
    return {"hit": finding.hit, "requirement": finding.requirement, "fixable": finding.fix is not None}


def _location(finding: Finding, base: str) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": _artifact(finding.path, base)}
    if finding.line is not None:
        column = {} if finding.column is None else {"startColumn": finding.column}
        physical["region"] = {"startLine": finding.line, **column}
    named = {"logicalLocations": [{"fullyQualifiedName": finding.place}]} if finding.place else {}
    return {"physicalLocation": physical, **named}


def _artifact(path: str, base: str) -> dict[str, str]:
    """Where a file is: below the root as a relative reference, else as a URI of its own."""
    if path in ("", "<stdin>"):
        return {"uri": quote(path or "<input>")}
    absolute = os.path.abspath(path)
    relative = os.path.relpath(absolute, base)
    if relative == os.pardir or relative.startswith(os.pardir + os.sep) or os.path.isabs(relative):
        return {"uri": Path(absolute).as_uri()}
    return {"uri": quote(os.fsencode(relative.replace(os.sep, "/"))), "uriBaseId": _ROOT}
