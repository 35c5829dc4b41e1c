"""The linter on input of every kind: it yields findings or a clean bill, never an exception."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qualeval as qe
from qualeval.linting.catalogue import BY_ID
from qualeval.linting.examples import EXAMPLES
from qualeval.linting.findings import Finding
from tests.mutations import mutants, odd_trees
from tests.strategies import requirement_lists, wire

KEYS = (
    "QualificationRequirements", "QualificationTypeId", "Comparator", "IntegerValues", "LocaleValues", "Country",
    "Subdivision", "ActionsGuarded", "RequiredToPreview", "HIT", "HITs", "HITId", "HITTypeId", "Title", "WorkerId",
)  # fmt: skip
WORDS = ("EqualTo", "In", "Exists", "Accept", "US", "UK", "US-WA", "WA", qe.LOCALE, qe.PERCENT_APPROVED, "3ABC", 101)
SOUND = [each for example in EXAMPLES.values() for each in (example.bad, example.good) if not isinstance(each, str)]
ONLY = qe.parse_hit([{"QualificationTypeId": "3ABC", "Comparator": "Exists"}]).requirements


def check(found: list[Finding], text: str | None = None) -> None:
    """Every finding is one of the catalogue's, says something, and points into the text if there is one."""
    for each in found:
        assert each.rule in BY_ID
        assert each.message
        assert str(each.problem).isprintable()
        if text is not None and each.line is not None and each.column is not None:
            assert 1 <= each.line <= text.count("\n") + 1
            assert 1 <= each.column <= len(text.split("\n")[each.line - 1]) + 1


@settings(max_examples=400)
@given(odd_trees(KEYS, WORDS))
def test_trees_of_every_shape(tree: Any) -> None:
    """Whatever a program hands over, also what no file holds."""
    check(qe.lint(tree, environment="production", only=ONLY) if isinstance(tree, (dict, list)) else [])


@settings(max_examples=600)
@given(mutants(SOUND, KEYS, WORDS))
def test_hits_that_are_nearly_sound(tree: Any) -> None:
    """Values replaced, keys renamed, parts taken away."""
    check(qe.lint(tree, environment="sandbox", only=ONLY) if isinstance(tree, (dict, list)) else [])


@settings(max_examples=300)
@given(mutants(SOUND, KEYS, WORDS), st.sampled_from([None, 0, 2]))
def test_files_of_hits_that_are_nearly_sound(tree: Any, indent: int | None) -> None:
    """The same written to a file, as far as JSON can say it: every finding has its place in it."""
    text = json.dumps(tree, indent=indent, default=str, skipkeys=True)
    found = qe.lint(io.StringIO(text))

    check(found, text)
    assert [each for each in found if each.line is None] == []


@settings(max_examples=300)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60) | st.text('{}[]",:- \n#&*!|>ab1', max_size=60))
def test_texts_of_every_kind(text: str) -> None:
    """What is neither JSON nor YAML is a finding too."""
    check(qe.lint(io.StringIO(text)), text.replace("\r\n", "\n").replace("\r", "\n"))


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_bytes_of_every_kind(content: bytes) -> None:
    """Files that are not even text."""
    check(qe.lint(io.BytesIO(content)))


@settings(max_examples=300)
@given(requirement_lists(max_size=6))
def test_what_the_strict_reader_takes_has_no_finding_of_its_reading(listed: list[qe.QualificationRequirement]) -> None:
    """Where a HIT loads, no rule says that it cannot be read; that nobody can accept it is said exactly if it is so."""
    tree = [wire(each) for each in listed]
    found = {each.rule for each in qe.lint(tree)}
    reading = {"QE001", "QE002", "QE005", "QE007", "QE008", "QE009", "QE101", "QE102", "QE104", "QE105"}

    assert found.isdisjoint(reading)
    assert ("QE401" in found) == (not qe.compile_requirements(listed).is_satisfiable())


@settings(max_examples=300)
@given(mutants(SOUND, KEYS, WORDS))
def test_what_the_strict_reader_refuses_has_an_error(tree: Any) -> None:
    """No HIT is refused of which the linter has nothing to say."""
    try:
        qe.parse_hit(tree)
    except qe.InvalidInput:
        found = qe.lint(tree) if isinstance(tree, (dict, list)) else [None]
        if not _is_list_of_hits(tree):
            assert found


def _is_list_of_hits(tree: Any) -> bool:
    """Whether the strict reader may refuse it because it holds several HITs, or none."""
    return isinstance(tree, list) or (isinstance(tree, dict) and "HITs" in tree)


CORPUS = sorted((Path(__file__).parent / "fuzzing" / "corpus").iterdir())


@pytest.mark.parametrize("path", CORPUS, ids=[path.name for path in CORPUS])
def test_corpus(path: Path) -> None:
    """What coverage-guided fuzzing found worth keeping."""
    check(qe.lint(path))


@pytest.mark.parametrize("value", [None, 3, 1.5, b"x", object()])
def test_what_is_no_input_at_all(value: Any) -> None:
    """A value that can be no HIT is a finding."""
    assert [each.rule for each in qe.lint(value)] != []
