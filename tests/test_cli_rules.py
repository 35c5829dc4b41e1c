"""`qualeval rules`: the list, one rule in full, and the page of the docs."""

from __future__ import annotations

import json
import re

import pytest

from qualeval.linting.catalogue import BY_ID, CATALOGUE
from qualeval.linting.examples import EXAMPLES
from qualeval.linting.handbook import FAMILIES, examples_as_text, find_rules
from tests.cli import ROOT, refusal, run

PAGE = ROOT / "docs" / "rules.md"


def test_list() -> None:
    """A row a rule: id, severity, whether there is a fix, name, title."""
    rows = run("rules").rows[: len(CATALOGUE)]

    assert rows == [
        " ".join([rule.id, str(rule.severity), *(["fix"] if rule.has_fix else []), rule.name, rule.title])
        for rule in CATALOGUE
    ]


@pytest.mark.parametrize("name", ["QE405", "rate-without-count", "qe405"])
def test_one_rule(name: str) -> None:
    """All that is known of it, with an example and its neighbour."""
    found = run("rules", name)

    assert found.out == (
        "QE405 rate-without-count: an approval rate without a count of approved HITs\n\n"
        f"  why       {BY_ID['QE405'].why}\n"
        f"  mend      {BY_ID['QE405'].fix}\n"
        f"  source    {BY_ID['QE405'].source}\n"
        "  severity  warning; Mechanical Turk takes such a HIT; --fix leaves it to you\n\n"
        "Found\n"
        f"{_indented('QE405', 0)}\n"
        "Not found\n"
        f"{_indented('QE405', 1)}"
    )


def _indented(rule: str, place: int) -> str:
    _, text, _ = examples_as_text(BY_ID[rule])[place]
    return "".join(f"  {line}\n" for line in text.split("\n"))


@pytest.mark.parametrize("rule", [rule.id for rule in CATALOGUE])
def test_every_rule_can_be_explained(rule: str) -> None:
    """Its words are all there, and nothing else is needed to find them."""
    out = " ".join(run("rules", rule).out.split())
    known = BY_ID[rule]

    for words in (known.id, known.name, known.title, known.why, known.fix, known.source, str(known.severity)):
        assert words in out


def test_families() -> None:
    """The beginning of ids lists those that begin so; several names list all of them, in the catalogue's order."""
    assert [row.split()[0] for row in run("rules", "QE3").rows[:-2]] == ["QE301", "QE302", "QE303", "QE304"]
    assert [row.split()[0] for row in run("rules", "QE9", "unreadable").rows[:-2]] == ["QE001", "QE901"]
    assert {rule.id[:3] for rule in CATALOGUE} == set(FAMILIES)


def test_json() -> None:
    """A list of objects, with the examples as they are."""
    found = run("rules", "--format", "json").json

    assert [each["id"] for each in found] == [rule.id for rule in CATALOGUE]
    assert run("rules", "QE304", "--format", "json").json == [
        {
            "id": "QE304",
            "name": "deprecated-guard",
            "severity": "warning",
            "title": BY_ID["QE304"].title,
            "why": BY_ID["QE304"].why,
            "mend": BY_ID["QE304"].fix,
            "source": BY_ID["QE304"].source,
            "refused": False,
            "fixable": True,
            "found_in": EXAMPLES["QE304"].bad,
            "not_found_in": EXAMPLES["QE304"].good,
        }
    ]


def test_unknown_rules() -> None:
    """All of them are told of, with the nearest."""
    said = refusal("rules", "QE9x", "QE405", "unknown-contry")

    assert "no rule `QE9x`; did you mean `QE901`?" in said
    assert "no rule `unknown-contry`; did you mean `unknown-country`?" in said


def test_all_rules_without_a_name() -> None:
    """No name means every rule."""
    assert find_rules() == list(CATALOGUE)


@pytest.mark.parametrize("rule", [rule for rule in EXAMPLES if not isinstance(EXAMPLES[rule].bad, str)])
def test_examples_are_shown_as_they_are(rule: str) -> None:
    """What is shown is the JSON of the example, on lines that fit a page; what has to be said for it is said."""
    example = EXAMPLES[rule]
    (bad_words, bad, _), (_, good, _) = examples_as_text(BY_ID[rule])

    assert (json.loads(bad), json.loads(good)) == (example.bad, example.good)
    assert max(len(line) for line in f"{bad}\n{good}".split("\n")) <= 100
    assert (example.environment or "") in bad_words
    assert ("the house demands" in bad_words) == bool(example.only)


# The page


def test_page_is_current() -> None:
    """docs/rules.md is what the command prints; to mend this: qualeval rules --format markdown > docs/rules.md."""
    assert run("rules", "--format", "markdown").out == PAGE.read_text("utf-8")


def test_page_has_every_rule() -> None:
    """Each has a heading, to which the table at the top leads."""
    text = PAGE.read_text("utf-8")
    headings = re.findall(r"^### (.*)$", text, re.MULTILINE)
    links = re.findall(r"^\| \[QE\d+\]\(#(.*?)\)", text, re.MULTILINE)

    assert headings == [f"{rule.id} {rule.name}" for rule in CATALOGUE]
    assert links == [heading.lower().replace(" ", "-") for heading in headings]


def test_tables_of_the_page_are_whole() -> None:
    """No text of a rule breaks a row."""
    rows = [line for line in PAGE.read_text("utf-8").split("\n") if line.startswith("|")]

    assert {line.count("|") for line in rows} == {7}
