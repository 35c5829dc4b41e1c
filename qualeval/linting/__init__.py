"""What is wrong or foolish in a HIT's configuration: a catalogue of rules, what they find, fixes and output formats.

`lint` looks at one input, `lint_files` at files and folders, `guard` at what a client of boto3 is about to send. None
of it is loaded before it is asked for: `qualeval.linting` is one of the names that `qualeval` imports on demand.
"""

from __future__ import annotations

from qualeval.linting.baseline import Baseline, read_baseline, rewritable_baseline, write_baseline
from qualeval.linting.catalogue import CATALOGUE, Rule, Severity
from qualeval.linting.checking import LintReport, lint_files
from qualeval.linting.configuration import LintSettings, common_folder, find_lint_settings, read_lint_settings
from qualeval.linting.files import File, find_files, is_called_like_hits, passed_over, trees_of
from qualeval.linting.findings import Finding, Fix
from qualeval.linting.guard import guard
from qualeval.linting.handbook import examples_as_text, find_rules, rules_as_json, rules_as_markdown
from qualeval.linting.lint import lint, rules_named

__all__ = [
    "CATALOGUE",
    "Baseline",
    "File",
    "Finding",
    "Fix",
    "LintReport",
    "LintSettings",
    "Rule",
    "Severity",
    "common_folder",
    "examples_as_text",
    "find_files",
    "find_lint_settings",
    "find_rules",
    "guard",
    "is_called_like_hits",
    "lint",
    "lint_files",
    "passed_over",
    "read_baseline",
    "read_lint_settings",
    "rewritable_baseline",
    "rules_as_json",
    "rules_as_markdown",
    "rules_named",
    "trees_of",
    "write_baseline",
]
