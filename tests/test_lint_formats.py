"""Findings for programs: JSON, GitHub's workflow commands, SARIF. Every format holds every finding."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from qualeval.linting.baseline import Result, fingerprint, results
from qualeval.linting.catalogue import BY_ID, CATALOGUE, Severity
from qualeval.linting.checking import LintReport
from qualeval.linting.examples import EXAMPLES
from qualeval.linting.files import trees_of
from qualeval.linting.findings import Finding
from qualeval.linting.formats import as_github, as_json
from qualeval.linting.lint import Linter
from qualeval.linting.sarif import as_sarif

SCHEMA = Path(__file__).parent / "data" / "sarif-schema-2.1.0.json"


def found_in(content: object, path: str = "hit.json") -> list[Result]:
    text = content if isinstance(content, str) else json.dumps(content, indent=1)
    return results(Linter().of_text(text, path), trees_of(text), {})


EVERY_RULE = [result for rule in EXAMPLES for result in found_in(EXAMPLES[rule].bad, f"{rule}.json")]

texts = st.text(st.characters(codec="utf-8"), max_size=20)


@st.composite
def findings(draw: st.DrawFn) -> Result:
    """Findings with whatever words and places."""
    line = draw(st.none() | st.integers(1, 10**6))
    finding = Finding(
        draw(st.sampled_from(CATALOGUE)).id,
        draw(texts),
        draw(texts),
        path=draw(texts.filter(lambda text: "\0" not in text)),
        line=line,
        column=None if line is None else draw(st.none() | st.integers(1, 10**6)),
        place=draw(texts),
        requirement=draw(st.none() | st.integers(0, 10)),
        hit=draw(st.none() | texts),
    )
    return Result(finding, fingerprint(finding, None), draw(st.integers(0, 3)), draw(st.booleans()))


# JSON


@given(findings())
def test_json(result: Result) -> None:
    """The keys that the design names, and more; it can be written."""
    found = as_json(result)
    finding = result.finding

    assert {"rule", "severity", "message", "path", "line", "requirement", "help"} <= set(found)
    assert found["rule"] == finding.rule
    assert found["name"] == BY_ID[finding.rule].name
    assert (found["message"], found["help"]) == (finding.message, finding.help)
    assert (found["line"], found["column"], found["requirement"]) == (finding.line, finding.column, finding.requirement)
    assert json.loads(json.dumps(found)) == found


# GitHub


def decoded(text: str, codes: dict[str, str]) -> str:
    """What GitHub's runner makes of the text of a command (actions/runner, ActionCommand)."""
    for code, char in codes.items():
        text = text.replace(code, char)
    return text.replace("%25", "%")


DATA = {"%0D": "\r", "%0A": "\n"}
PROPERTIES = {**DATA, "%3A": ":", "%2C": ","}


@given(findings())
def test_github_round_trip(result: Result) -> None:
    """One line, of which GitHub reads just what was meant, whatever is in the text."""
    finding = result.finding
    line = as_github(finding)
    command = re.fullmatch(r"::(error|warning|notice) (.*?)::(.*)", line, re.DOTALL)
    assert command is not None
    pairs = [part.partition("=") for part in command[2].split(",")]
    properties = {key: decoded(value, PROPERTIES) for key, _, value in pairs}

    assert "\n" not in line
    assert "\r" not in line
    assert decoded(command[3], DATA) == str(finding.problem)
    assert properties.get("file", "") == finding.path.replace("\\", "/")
    assert properties.get("line") == (None if finding.line is None else str(finding.line))
    assert properties.get("col") == (None if finding.column is None else str(finding.column))
    assert properties["title"].split() == [finding.rule, finding.entry.name]


@pytest.mark.parametrize(("rule", "command"), [("QE001", "error"), ("QE405", "warning"), ("QE003", "notice")])
def test_github_command(rule: str, command: str) -> None:
    """Each severity has its command."""
    finding = Finding(rule, "100% of a, b: c", "mend\nit", "a,b:c.json", 3, 7)

    assert as_github(finding) == (
        f"::{command} file=a%2Cb%3Ac.json,line=3,col=7,title={rule} {BY_ID[rule].name}::100%25 of a, b: c; mend%0Ait"
    )


# SARIF


@cache
def validator() -> Draft4Validator:
    """The official schema, which must be one itself."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema)


def validated(found: list[Result], root: str = ".", *, with_rules: bool = True) -> Any:
    """The log, as it is read again; the schema has nothing against it. Without the rules that goes faster."""
    log = json.loads(json.dumps(as_sarif(found, version="1.2.3", root=root)))
    if not with_rules:
        log["runs"][0]["tool"]["driver"]["rules"] = []
    assert [error.message for error in validator().iter_errors(log)] == []
    return log


def test_the_schema_refuses_what_is_wrong() -> None:
    """A result without message, a line of 0, an unknown key are errors, so the validation means something."""
    log: Any = as_sarif(EVERY_RULE[:1], version="1")
    wrong = []
    for change in ({"message": None}, {"level": "info"}, {"lines": 3}):
        result = {**log["runs"][0]["results"][0], **change}
        wrong.append({**log, "runs": [{**log["runs"][0], "results": [result]}]})

    assert [validator().is_valid(each) for each in (log, *wrong)] == [True, False, False, False]


@given(st.lists(findings(), max_size=3))
def test_sarif_is_valid(found: list[Result]) -> None:
    """Whatever the words and the paths, the log is SARIF, with a result for each finding and none beside."""
    run = validated(found, with_rules=False)["runs"][0]

    assert [each["ruleId"] for each in run["results"]] == [each.finding.rule for each in found]
    assert [each["message"]["text"] for each in run["results"]] == [str(each.finding.problem) for each in found]
    assert [bool(each.get("suppressions")) for each in run["results"]] == [each.is_known for each in found]


def test_sarif_of_every_rule() -> None:
    """Each result points at its rule, with the level of its severity, and at a line."""
    run = validated(EVERY_RULE)["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    levels = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

    assert [rule["id"] for rule in rules] == [rule.id for rule in CATALOGUE]
    assert {each["ruleId"] for each in run["results"]} >= {rule.id for rule in CATALOGUE} - {"QE501", "QE502", "QE901"}
    for each in run["results"]:
        rule = rules[each["ruleIndex"]]
        assert rule["id"] == each["ruleId"]
        assert each["level"] == rule["defaultConfiguration"]["level"] == levels[BY_ID[rule["id"]].severity]
        assert each["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1


def test_sarif_tells_about_rules() -> None:
    """The name, what is found, why, and the mend, as text and as markdown; no address is made up."""
    rule = validated([])["runs"][0]["tool"]["driver"]["rules"][CATALOGUE.index(BY_ID["QE405"])]

    assert rule["name"] == "RateWithoutCount"
    assert rule["shortDescription"]["text"] == "An approval rate without a count of approved HITs"
    assert BY_ID["QE405"].why in rule["fullDescription"]["text"]
    assert BY_ID["QE405"].fix in rule["help"]["text"]
    assert BY_ID["QE405"].fix in rule["help"]["markdown"]
    assert "helpUri" not in rule


def uri(path: str, root: str = ".") -> dict[str, str]:
    result = Result(Finding("QE001", "x", path=path), fingerprint(Finding("QE001", "x"), None))
    log = validated([result], root, with_rules=False)
    location: dict[str, str] = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    return location


def test_uris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the root a file is relative, with forward slashes and escapes; elsewhere its address is whole."""
    monkeypatch.chdir(tmp_path)

    assert uri("hits/a b#1%.json") == {"uri": "hits/a%20b%231%25.json", "uriBaseId": "SRCROOT"}
    assert uri("hits/鳥.json") == {"uri": "hits/%E9%B3%A5.json", "uriBaseId": "SRCROOT"}
    assert uri(str(tmp_path / "x.json")) == {"uri": "x.json", "uriBaseId": "SRCROOT"}
    assert uri("a/../x.json") == {"uri": "x.json", "uriBaseId": "SRCROOT"}
    assert uri("..json") == {"uri": "..json", "uriBaseId": "SRCROOT"}
    assert uri("../x y.json") == {"uri": (tmp_path.parent / "x y.json").as_uri()}
    assert uri("<stdin>") == {"uri": "%3Cstdin%3E"}
    assert uri("hits/a.json", "hits") == {"uri": "a.json", "uriBaseId": "SRCROOT"}


names = st.text("aé#%? .鳥", min_size=1, max_size=5).filter(lambda part: part.strip("."))


@given(st.lists(names, min_size=1, max_size=3))
def test_uris_can_be_read_back(parts: list[str]) -> None:
    """An escaped path is the path."""
    path = "/".join(parts)

    assert unquote(uri(path)["uri"]) == path


def test_fingerprints_survive_shifts() -> None:
    """Where lines move, the fingerprints of the results are the same; two findings never share one in a file."""
    hit = {"QualificationRequirements": [each for rule in ("QE201", "QE406") for each in _requirements(rule)] * 2}
    before = [_print(each) for each in validated(found_in(hit))["runs"][0]["results"]]
    after = [_print(each) for each in validated(found_in("\n\n\n" + json.dumps(hit)))["runs"][0]["results"]]

    assert sorted(before) == sorted(after)
    assert len(set(before)) == len(before)


def _requirements(rule: str) -> list[Any]:
    bad: Any = EXAMPLES[rule].bad
    return list(bad["QualificationRequirements"])


def _print(result: Any) -> str:
    prints: dict[str, str] = result["partialFingerprints"]
    assert list(prints) == ["qualeval/v1"]
    return prints["qualeval/v1"]


# All of them


def test_every_format_holds_every_finding() -> None:
    """JSON, GitHub and SARIF speak of the same findings, in the same order; SARIF of the old ones too."""
    report = LintReport(results=tuple(EVERY_RULE))
    run: Any = report.to_sarif("1")["runs"]

    assert len(EVERY_RULE) >= len(CATALOGUE) - 3
    assert [each["rule"] for each in report.to_json()] == [each.finding.rule for each in EVERY_RULE]
    assert [re.findall("title=(QE...)", line)[0] for line in report.to_github()] == [
        each.finding.rule for each in EVERY_RULE
    ]
    assert [each["ruleId"] for each in run[0]["results"]] == [each.finding.rule for each in EVERY_RULE]


def test_old_findings() -> None:
    """What the baseline knows is in no format but SARIF, where it is suppressed."""
    report = LintReport(results=tuple(evolve(each, is_known=True) for each in EVERY_RULE))
    run: Any = report.to_sarif("1")["runs"]

    assert (report.to_json(), report.to_github(), report.findings) == ([], [], [])
    assert not report.fails(Severity.INFO)
    assert all(each["suppressions"][0]["kind"] == "external" for each in run[0]["results"])


@pytest.mark.parametrize("severity", Severity)
def test_what_fails(severity: Severity) -> None:
    """A finding fails at its own severity and at milder ones."""
    rule = next(rule for rule in CATALOGUE if rule.severity is severity)
    finding = Finding(rule.id, "x")
    report = LintReport(results=(Result(finding, fingerprint(finding, None)),))

    assert [report.fails(each) for each in Severity] == [each.rank >= severity.rank for each in Severity]
