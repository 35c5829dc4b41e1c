"""The linter on input of every kind: it yields findings or a clean bill, never an exception."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
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


def doubled(tree: Any) -> str:
    """A tree as JSON in which the first key of every object is written twice, first with another value."""
    if isinstance(tree, list):
        return f"[{', '.join(map(doubled, tree))}]"
    if not isinstance(tree, dict) or not tree:
        return json.dumps(tree)
    pairs = [f"{json.dumps(key)}: {doubled(value)}" for key, value in tree.items()]
    return f"{{{', '.join([f'{json.dumps(next(iter(tree)))}: 7', *pairs])}}}"


def merged(tree: Any) -> str:
    """A tree as YAML in which every object merges two others, of which the first has all that counts."""
    if isinstance(tree, list):
        return f"[{', '.join(map(merged, tree))}]"
    if not isinstance(tree, dict) or not tree:
        return json.dumps(tree)
    *first, last = [f"{json.dumps(key)}: {merged(value)}" for key, value in tree.items()]
    wrong = ", ".join(f"{json.dumps(key)}: 7" for key in tree)
    return f"{{<<: [{{{', '.join(first)}}}, {{{last}}}, {{{wrong}}}]}}"


def said(text: str) -> list[tuple[str, str, str]]:
    """The findings in a text that can be read, wherever they stand in it."""
    found = qe.lint(io.StringIO(text), ignore="QE001")
    return sorted((each.rule, each.place, each.message) for each in found)


@pytest.mark.parametrize("write", [doubled, merged])
@pytest.mark.parametrize("tree", [tree for tree in SOUND if isinstance(tree, dict)])
def test_keys_that_stand_twice_or_are_merged_hide_nothing(write: Callable[[Any], str], tree: Any) -> None:
    """The findings are those of the tree without them, and that the file is not to be relied on; nothing is fixed."""
    found = qe.lint(io.StringIO(write(tree)))

    assert said(write(tree)) == said(json.dumps(tree))
    assert "QE001" in {each.rule for each in found}
    assert not any(each.fix for each in found)
    with pytest.raises(qe.InvalidInput):
        qe.load_hits(io.StringIO(write(tree)))


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
    """Where a HIT loads, no rule says that it cannot be read; that nobody can accept it is said exactly if it is so.

    Of a requirement that there is no locale it is not said: that no locale is compared so is told instead.
    """
    tree = [wire(each) for each in listed]
    found = {each.rule for each in qe.lint(tree)}
    reading = {"QE001", "QE002", "QE005", "QE007", "QE008", "QE009", "QE101", "QE102", "QE104", "QE105"}

    assert found.isdisjoint(reading)
    nowhere = qe.LOCALE, qe.Comparator.DOES_NOT_EXIST
    others = [each for each in listed if (each.qualification_type_id, each.comparator) != nowhere]
    assert "QE103" in found or others == listed
    assert ("QE401" in found) == (not qe.compile_requirements(others).is_satisfiable())


NO_ERRORS = {"QE003", "QE010"}
"""What keeps a HIT from being judged and is no mistake: its requirements stand elsewhere, or are not spoken of."""


@settings(max_examples=600)
@given(mutants(SOUND, KEYS, WORDS))
def test_the_linter_tells_what_the_strict_reader_refuses(tree: Any) -> None:
    """Each problem of the reader is a finding, in its words and at its place, that fails; and no other rule speaks so.

    Where nothing is refused, no finding is of a rule that only the reader has.
    """
    try:
        qe.parse_hits(tree)
        problems = []
    except qe.InvalidInput as error:
        problems = [(each.place, each.message) for each in error.problems]
    found = qe.lint(tree) if isinstance(tree, (dict, list)) else []
    told = {(each.place, each.message): each for each in found}

    if isinstance(tree, (dict, list)):
        assert set(problems) <= told.keys()
        assert all(told[each].entry.is_refused or told[each].rule in NO_ERRORS for each in problems)
        assert {told[each].rule for each in problems} >= {each.rule for each in found} & OF_THE_READER


OF_THE_READER = {"QE001", "QE002", "QE004", "QE005", "QE007", "QE008", "QE009", "QE010", "QE101", "QE102", "QE104"}
OF_THE_READER |= {"QE105", "QE107", "QE108", "QE201", "QE203", "QE204", "QE301"}
"""The rules that nothing but a problem of the strict reader breaks."""


CORPUS = sorted((Path(__file__).parent / "fuzzing" / "corpus").iterdir())


@pytest.mark.parametrize("path", CORPUS, ids=[path.name for path in CORPUS])
def test_corpus(path: Path) -> None:
    """What coverage-guided fuzzing found worth keeping."""
    check(qe.lint(path))


@pytest.mark.parametrize("value", [None, 3, 1.5, b"x", object()])
def test_what_is_no_input_at_all(value: Any) -> None:
    """A value that can be no HIT is a finding."""
    assert [each.rule for each in qe.lint(value)] != []
