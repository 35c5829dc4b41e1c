"""Findings for programs: as JSON, and as the workflow commands that GitHub shows beside the lines of a change.

SARIF has a module of its own. This module does not know the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping

from qualeval.linting.baseline import Result
from qualeval.linting.catalogue import Severity
from qualeval.linting.findings import Finding

__all__ = ["as_github", "as_json"]


def as_json(result: Result) -> dict[str, object]:
    """One finding as an object, with the fingerprint by which a baseline knows it."""
    return {**result.finding.to_dict(), "fingerprint": result.fingerprint.digest}


_COMMANDS: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def as_github(finding: Finding) -> str:
    """One finding as a workflow command of GitHub Actions, which annotates the line of the file."""
    where = {"file": finding.path.replace("\\", "/"), "line": finding.line, "col": finding.column}
    where["title"] = f"{finding.rule} {finding.entry.name}"
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in where.items() if value not in (None, ""))
    return f"::{_COMMANDS[finding.severity]} {properties}::{_data(str(finding.problem))}"


def _data(text: str) -> str:
    """Text as a command's message: GitHub decodes these three again."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Text as a property of a command, in which a colon and a comma have a meaning too."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
