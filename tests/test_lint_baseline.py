"""Old findings: what stays the same while files are edited, what is new, and the file that holds them."""

from __future__ import annotations

import copy
import io
import json
import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.errors import InputNotFound, InvalidInput, QualevalError
from qualeval.linting.baseline import (
    Baseline,
    Fingerprint,
    Result,
    fingerprint,
    read_baseline,
    results,
    write_baseline,
)
from qualeval.linting.checking import lint_files
from qualeval.linting.configuration import LintSettings
from qualeval.linting.examples import EXAMPLES
from qualeval.linting.files import trees_of
from qualeval.linting.findings import Finding
from qualeval.linting.lint import Linter
from qualeval.model.qualification_types import SYSTEM_ONLY
from tests.cli import LOCALE, PERCENT, put, requirement
from tests.strategies import requirement_lists, wire

UK = {"QualificationTypeId": LOCALE, "Comparator": "EqualTo", "LocaleValues": [{"Country": "UK"}]}
RATE = requirement(PERCENT, "GreaterThan", 97)
HIT = {"HITId": "3HIT", "QualificationRequirements": [UK, requirement("3BLOCK", "LessThan", 1), RATE]}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


EVERY = frozenset(EXAMPLES)


def found_in(content: object, path: str = "hit.yaml", known: Baseline | None = None) -> list[Result]:
    text = content if isinstance(content, str) else json.dumps(content)
    return results(Linter().of_text(text, path), trees_of(text), known.known_in(path) if known else {})


def prints_of(content: object) -> Counter[Fingerprint]:
    return Counter(result.fingerprint for result in found_in(content))


def again(found: Sequence[Result]) -> Baseline:
    """The baseline of these findings, as it is read from its file."""
    write_baseline("baseline.json", found)
    return read_baseline("baseline.json")


def new_in(content: object, known: Baseline) -> list[str]:
    return [each.finding.rule for each in found_in(content, known=known) if not each.is_known]


# What stays the same


def test_the_hit_of_these_tests_is_worth_testing() -> None:
    """It has findings on requirements, and one on the whole."""
    rules = [each.finding.rule for each in found_in(HIT)]

    assert {"QE201", "QE406"} <= set(rules)


EDITS: dict[str, Callable[[Any], object]] = {
    "lines move": lambda hit: "\n\n" + json.dumps(hit, indent=8),
    "keys move": lambda hit: json.dumps(hit, sort_keys=True),
    "requirements move": lambda hit: {**hit, "QualificationRequirements": hit["QualificationRequirements"][::-1]},
    "a requirement comes first": lambda hit: {
        **hit,
        "QualificationRequirements": [
            {"QualificationTypeId": "3NEW", "Comparator": "Exists", "ActionsGuarded": "Accept"},
            *hit["QualificationRequirements"],
        ],
    },
    "it is fetched": lambda hit: {"HIT": hit},
    "it is listed": lambda hit: {"HITs": [{"HITId": "3OTHER"}, hit]},
    "it is listed first": lambda hit: [hit, {"HITId": "3OTHER"}],
    "it stands in lines": lambda hit: f'{{"HITId": "3OTHER"}}\n{json.dumps(hit)}\n',
    "it is YAML": lambda hit: "# a HIT\nHITId: 3HIT\nQualificationRequirements:\n"
    + "".join(f"  - {json.dumps(each)}\n" for each in hit["QualificationRequirements"]),
}


@pytest.mark.parametrize("edit", EDITS)
def test_edits_elsewhere_change_nothing(edit: str) -> None:
    """What is not about the place of a finding leaves it old."""
    known = again(found_in(HIT))
    edited = EDITS[edit](copy.deepcopy(HIT))

    assert [rule for rule in new_in(edited, known) if rule != "QE409"] == []


def test_indexes_in_messages_do_not_matter() -> None:
    """A message that calls requirements by their indexes is the same when they have moved."""
    same = [requirement("3A", "Exists"), requirement("3A", "Exists")]
    more = [requirement("3B", "Exists"), requirement("3C", "Exists"), *same]

    (before,) = (print_ for print_ in prints_of(same) if print_.rule == "QE403")
    (after,) = (print_ for print_ in prints_of(more) if print_.rule == "QE403")

    assert before == after
    assert before.message == "it repeats requirement #"


def test_a_changed_requirement_is_new() -> None:
    """Who touches a requirement is told again of what is wrong with it, and of it alone."""
    changed = copy.deepcopy(HIT)
    changed["QualificationRequirements"][0]["ActionsGuarded"] = "PreviewAndAccept"  # type: ignore[index]

    assert "QE201" in new_in(changed, again(found_in(HIT)))
    assert "QE406" not in new_in(changed, again(found_in(HIT)))


def changed(listed: list[Any], index: int, **fields: object) -> list[Any]:
    """The requirements with one of them changed."""
    return [{**each, **fields} if place == index else each for place, each in enumerate(listed)]


SCORES = [requirement("3A", "GreaterThan", 50), requirement("3A", "GreaterThan", 40), requirement("3A", "Exists")]
TORN = [requirement("3A", "GreaterThan", 50), requirement("3A", "LessThan", 40), requirement("3B", "Exists")]


@pytest.mark.parametrize(
    ("rule", "listed", "index", "fields"),
    [
        ("QE409", SCORES, 0, {"IntegerValues": [30]}),
        ("QE404", SCORES, 0, {"IntegerValues": [90]}),
        ("QE401", TORN, 0, {"IntegerValues": [60]}),
        ("QE401", TORN, 1, {"IntegerValues": [30]}),
        ("QE403", [requirement("3A", "EqualTo", 1), requirement("3A", "EqualTo", 1)], 0, {"Comparator": "In"}),
    ],
)
def test_what_a_finding_rests_on_is_part_of_it(rule: str, listed: list[Any], index: int, fields: Any) -> None:
    """A conflict, or what is superfluous, is new where any of the requirements that it names has changed."""
    known = again(found_in({"QualificationRequirements": listed}))

    assert rule in [each.finding.rule for each in found_in({"QualificationRequirements": listed})]
    assert rule in new_in({"QualificationRequirements": changed(listed, index, **fields)}, known)


def test_a_worse_breach_of_a_house_rule_is_new() -> None:
    """What is found in the HIT as a whole is new once its requirements have changed, and old where they only move."""
    linter = Linter(only=qe.parse_hit([{**UK, "LocaleValues": [{"Country": "GB"}]}]).requirements)
    before = [requirement("3A", "GreaterThan", 50), requirement("3B", "Exists")]

    def of(listed: list[Any], **others: object) -> set[Fingerprint]:
        text = json.dumps({"QualificationRequirements": listed, **others})
        return {print_.fingerprint for print_ in results(linter.of_text(text, "x"), trees_of(text), {})}

    (old,) = (each for each in of(before) if each.rule == "QE901")
    assert old.requirement
    assert old in of(before[::-1], Description="other words")
    assert old not in of(before[:1])
    assert old not in of(changed(before, 0, IntegerValues=[0]))


def test_other_requirements_under_a_wrong_key_are_new() -> None:
    """What stands where nobody reads it is part of the finding, in whatever order."""
    known = again(found_in({"Title": "x", "QualificationRequirement": [UK, RATE]}))

    assert new_in({"QualificationRequirement": [RATE, UK], "Title": "x"}, known) == []
    assert new_in({"Title": "x", "QualificationRequirement": [UK]}, known) == ["QE005"]


@given(requirement_lists(max_size=6), st.randoms(use_true_random=False))
def test_a_conflict_stays_old_in_whatever_order(
    listed: list[qe.QualificationRequirement], order: random.Random
) -> None:
    """Which requirements a finding names depends on their order, what it rests on does not."""
    raw = [wire(each) for each in listed]
    moved = list(raw)
    order.shuffle(moved)

    def conflicts(requirements: list[Any]) -> Counter[Fingerprint]:
        return Counter(each for each in prints_of({"QualificationRequirements": requirements}) if each.rule == "QE401")

    assert conflicts(moved) == conflicts(raw)


def test_the_same_mistake_once_more_is_new() -> None:
    """The baseline counts: of two that are alike, one is new."""
    once = [UK, requirement("3A", "Exists")]
    twice = [UK, requirement("3A", "Exists"), UK]
    found = found_in(twice, known=again(found_in(once)))

    assert [(each.nth, each.is_known) for each in found if each.finding.rule == "QE201"] == [(0, True), (1, False)]


def test_another_hit_is_new() -> None:
    """The same mistake in another HIT of the file is not the old one."""
    both = [HIT, {**HIT, "HITId": "3OTHER"}]

    assert len(new_in(both, again(found_in([HIT])))) == len(found_in(HIT))


def test_another_file_is_new() -> None:
    """The same mistake in another file is not the old one."""
    known = again(found_in(HIT))

    assert [each.is_known for each in found_in(HIT, "other.json", known)] == [False] * len(found_in(HIT))


def test_broken_files() -> None:
    """A file that cannot be read has findings too, which can be old."""
    text = '{"QualificationRequirements": ['

    assert [each.finding.rule for each in found_in(text)] == ["QE001"]
    assert new_in(text, again(found_in(text))) == []


DOUBTFUL = '{"HITId": "3OTHER", "HITId": "3OTHER", "QualificationRequirements": []}'
TWICE = '{"HITId": "3A", "HITId": "3B", "QualificationRequirements": [%s]}'


def test_a_doubtful_document_blinds_no_baseline() -> None:
    """What is found in it and in the sound documents beside it rests on what is written, as everywhere."""
    yaml = "base: &base {Title: x}\n<<: *base\nQualificationRequirements: [%s]\n"
    lines = "%s\n" + DOUBTFUL
    sound = '{"HITId": "3HIT", "QualificationRequirements": [%s]}'

    for form in (TWICE, yaml, lines % sound):
        known = again(found_in(form % json.dumps(UK)))
        worse = {**UK, "ActionsGuarded": "PreviewAndAccept"}
        assert new_in(form % json.dumps(UK), known) == []
        assert "QE201" in new_in(form % json.dumps(worse), known)


def test_what_cannot_be_relied_on_is_known_by_its_text() -> None:
    """The value that is not the last one, and what else is hidden in a broken text, cannot change without a word."""
    hidden = '{"QualificationRequirements": [%s], "QualificationRequirements": []}'
    broken = '{"QualificationRequirements": [{"Comparator": "%s"}'

    for form in (hidden, broken):
        known = again(found_in(form % "1"))
        assert [each.fingerprint.requirement for each in found_in(form % "1") if each.finding.rule == "QE001"] != [""]
        assert new_in(form % "1", known) == []
        assert new_in(form % "2", known) == ["QE001"]


def test_what_is_not_proved_of_a_doubtful_document_rests_on_its_text() -> None:
    """Also where nobody is told that it is doubtful, a value that is not the last one changes what is known."""
    linter = Linter.of(SYSTEM_ONLY, None, qe.parse_hit([RATE]), "QE9", "QE001")

    def prints(title: str) -> set[Fingerprint]:
        text = f'{{"Title": "{title}", "Title": "x", "QualificationRequirements": []}}'
        return {each.fingerprint for each in results(linter.of_text(text, "x"), trees_of(text), {})}

    assert prints("a") == prints("a")
    assert {each.rule for each in prints("a")} == {"QE901"}
    assert prints("a").isdisjoint(prints("b"))


def test_the_text_of_a_doubtful_document_is_its_own() -> None:
    """Another line of JSON Lines is another document."""
    known = again(found_in(f"{DOUBTFUL}\n{json.dumps(HIT)}\n"))

    assert new_in(f'{json.dumps(HIT)}\n{{"HITId": "3NEW"}}\n\n{DOUBTFUL}\n', known) == []


def test_a_file_that_is_no_text_is_known_by_its_bytes() -> None:
    """What cannot be decoded can change too."""

    def new(content: bytes, known: Baseline | None) -> list[str]:
        put("hit.yaml", content)
        report = lint_files(["hit.yaml"], LintSettings(), baseline=known)
        write_baseline("baseline.json", report.results)
        return [finding.rule for finding in report.findings]

    assert new(b"\xff\xfe[\0]\0", None) == ["QE001"]
    known = read_baseline("baseline.json")
    assert new(b"\xff\xfe[\0]\0", known) == []
    assert new(b"\xff\xfe{\0}\0", known) == ["QE001"]


def test_a_stream_that_is_no_text_is_always_new() -> None:
    """Nobody can tell whether it is the one that was known."""
    stream = io.BytesIO(b"\xff\xfe[\0]\0")
    first = lint_files([], LintSettings(), stream=stream)
    known = again(first.results)
    stream.seek(0)

    assert [each.rule for each in lint_files([], LintSettings(), stream=stream, baseline=known).findings] == ["QE001"]


def test_the_count_that_a_rate_rests_on_is_part_of_it() -> None:
    """Novices are let in by a rate and a low count alike, and by the rate alone more of them."""
    count = requirement("00000000000000000040", "GreaterThan", 90)
    known = again(found_in([RATE, count]))

    assert "QE405" in [each.finding.rule for each in found_in([RATE, count])]
    assert new_in([count, RATE], known) == []
    assert "QE405" in new_in([RATE], known)
    assert "QE405" in new_in([RATE, {**count, "IntegerValues": [80]}], known)


# Laws


@given(st.lists(requirement_lists(max_size=5), max_size=3), st.randoms(use_true_random=False))
def test_a_baseline_of_itself_leaves_nothing_new(
    tmp_path_factory: pytest.TempPathFactory, hits: list[list[qe.QualificationRequirement]], order: random.Random
) -> None:
    """Whatever HITs a file holds, in whatever order they are then, nothing is new; without a baseline all is."""
    listed = [{"Title": "x", "QualificationRequirements": [wire(each) for each in hit]} for hit in hits]
    found = found_in(listed, str(tmp_path_factory.getbasetemp() / "x.json"))
    path = tmp_path_factory.mktemp("laws") / "baseline.json"
    write_baseline(path, found)
    order.shuffle(listed)
    after = found_in(listed, str(tmp_path_factory.getbasetemp() / "x.json"), read_baseline(path))

    assert [each.finding for each in after if not each.is_known] == []
    assert read_baseline(path).stale(after, {each.finding.path: EVERY for each in found}) == []
    assert not any(each.is_known for each in found)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_every_rule_can_be_old(rule: str) -> None:
    """The findings of every rule have fingerprints that come back."""
    bad = EXAMPLES[rule].bad
    found = found_in(bad)

    assert new_in(bad, again(found)) == []
    assert all(each.fingerprint.requirement for each in found if each.finding.requirement is not None)


def test_findings_on_one_requirement_share_its_digest() -> None:
    """Of HITs in a list, whose indexes are met on the way, the requirement is what is digested."""
    listed = {"HITs": [{"HITId": f"3{index}", "QualificationRequirements": [UK, UK, UK]} for index in range(3)]}
    digests = {each.fingerprint.requirement for each in found_in(listed) if each.finding.rule == "QE201"}

    assert len(digests) == 1
    assert digests == {each.fingerprint.requirement for each in found_in([UK]) if each.finding.rule == "QE201"}


def test_a_place_that_is_not_there() -> None:
    """A finding that does not fit the trees has a fingerprint all the same."""
    finding = Finding("QE201", "x", requirement=3, keys=("QualificationRequirements", 3))

    trees: list[object] = [{}, [], {"QualificationRequirements": []}, {"QualificationRequirements": 5}]

    for documents in (None, [], *([tree] for tree in trees)):
        assert fingerprint(finding, documents) == Fingerprint("QE201", "", "", "x")


# The file


def test_file(folder: Path) -> None:
    """A line a finding, sorted, with the paths from the baseline on; a version comes first."""
    (folder / "ci").mkdir()
    write_baseline("ci/base.json", [*found_in([UK], "z/b.json"), *found_in([UK, UK], "a.json")])
    text = (folder / "ci" / "base.json").read_text()
    found = json.loads(text)

    assert list(found) == ["qualeval-baseline", "findings"]
    assert [(each["path"], each["rule"], each["count"]) for each in found["findings"] if each["rule"] == "QE201"] == [
        ("../a.json", "QE201", 2),
        ("../z/b.json", "QE201", 1),
    ]
    assert text.count("\n") == len(found["findings"]) + 5
    assert text.endswith("}\n")


def test_file_is_the_same_for_the_same_findings(folder: Path) -> None:
    """In whatever order they were found; and none makes an empty list."""
    found = [*found_in(HIT), *found_in([RATE, UK], "b.json")]
    write_baseline("a", found)
    write_baseline("b", found[::-1])
    write_baseline("c", [])

    assert (folder / "a").read_bytes() == (folder / "b").read_bytes()
    assert (folder / "c").read_text() == '{\n  "qualeval-baseline": 1,\n  "findings": []\n}\n'


def test_permissions(folder: Path) -> None:
    """A new file has those of a new file, one that is written again keeps its own, and nothing else is left."""
    put("plain", "")
    write_baseline("base.json", [])
    (folder / "old.json").write_text("x")
    (folder / "old.json").chmod(0o640)
    write_baseline("old.json", [])

    assert (folder / "base.json").stat().st_mode == (folder / "plain").stat().st_mode
    assert (folder / "old.json").stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(folder)) == ["base.json", "old.json", "plain"]


def test_file_that_cannot_be_written(folder: Path) -> None:
    """The error names the file that was asked for, and leaves nothing behind."""
    (folder / "base.json").mkdir()

    with pytest.raises(OSError, match=r"nowhere/base\.json"):
        write_baseline("nowhere/base.json", [])
    with pytest.raises(OSError, match="directory"):
        write_baseline("base.json", [])
    assert os.listdir(folder) == ["base.json"]


def test_stale() -> None:
    """What is gone from a file that was checked, or with the file; what was not looked at is not gone."""
    for path in ("a.json", "b.json", "c.json"):
        put(path, [UK, UK])
    known = again([*found_in([UK, UK], "a.json"), *found_in([UK], "b.json"), *found_in([UK], "c.json")])
    Path("c.json").unlink()
    found = found_in([UK], "a.json", known)
    gone = [(path, print_.rule, times) for path, print_, times in known.stale(found, {"a.json": EVERY})]

    assert ("a.json", "QE201", 1) in gone
    assert ("c.json", "QE201", 1) in gone
    assert "b.json" not in [path for path, _, _ in gone]


def test_rules_that_were_not_looked_for_are_not_gone() -> None:
    """With a part of the rules nothing can be said of the others."""
    known = again(found_in(HIT, "a.json"))

    assert {print_.rule for _, print_, _ in known.stale([], {"a.json": frozenset({"QE201"})})} == {"QE201"}
    assert {print_.rule for print_ in known.beside({"a.json": frozenset({"QE201"})}).counts["a.json"]} >= {"QE406"}


def test_beside() -> None:
    """Kept is what is known of other files that are still there, and of standard input."""
    for path in ("a.json", "b.json", "c.json"):
        put(path, [UK])
    known = again([each for path in ("a.json", "b.json", "c.json", "<stdin>") for each in found_in([UK], path)])
    Path("c.json").unlink()
    kept = known.beside({str(Path("a.json").absolute()): EVERY})
    write_baseline("baseline.json", found_in([UK], "d.json"), kept)

    assert sorted(kept.counts) == ["<stdin>", "b.json"]
    assert sorted(read_baseline("baseline.json").counts) == ["<stdin>", "b.json", "d.json"]
    assert kept.size == sum(len(found_in([UK], path)) for path in kept.counts)


def test_streams_have_a_name_of_their_own() -> None:
    """Findings in standard input are known by it, and are not gone because there is no such file."""
    known = again(found_in([UK], "<stdin>"))

    assert all(each.is_known for each in found_in([UK], "<stdin>", known))
    assert known.stale([], {}) == []


# What is no baseline


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "this is no baseline: it has no `qualeval-baseline`; name another file; --write-baseline makes one"),
        ([], "this is no baseline"),
        ({"qualeval-baseline": 2, "findings": []}, "expected version 1, got `2`; remove it, and write it anew"),
        ({"qualeval-baseline": True, "findings": []}, "qualeval-baseline: expected version 1, got `true`"),
        ({"qualeval-baseline": 1}, "findings: expected a list of findings, got `null`"),
        ({"qualeval-baseline": 1, "findings": {}}, "findings: expected a list of findings, got an object"),
        ({"qualeval-baseline": 1, "findings": [5]}, "findings[0]: expected a finding, an object, got the number `5`"),
        ({"qualeval-baseline": 1, "findings": [{"path": "a", "rule": "QE1"}]}, "findings[0]: `count` is missing"),
        (
            {"qualeval-baseline": 1, "findings": [{"path": "a", "rule": "QE1", "count": 0}]},
            "findings[0].count: expected 1 or more, got `0`",
        ),
        (
            {"qualeval-baseline": 1, "findings": [{"path": "a", "rule": "QE1", "count": "1"}]},
            "findings[0].count: expected an integer, got the text `1`; write `1` without quotes",
        ),
        (
            {"qualeval-baseline": 1, "findings": [{"path": "a", "rule": "QE1", "count": 1, "mesage": "x"}]},
            "findings[0].mesage: unknown key `mesage` in a finding; did you mean `message`?",
        ),
    ],
)
def test_what_is_no_baseline(content: object, message: str) -> None:
    """The file, the place in it, and how to make it anew."""
    put("baseline.json", content)

    with pytest.raises(InvalidInput) as caught:
        read_baseline("baseline.json")
    assert str(caught.value).startswith("baseline.json: line 1, column ")
    assert message in str(caught.value)


def test_all_problems_of_a_baseline_at_once() -> None:
    """Every bad entry."""
    put("baseline.json", {"qualeval-baseline": 1, "findings": [5, {"path": "a", "rule": "QE1", "count": 1}, {}]})

    with pytest.raises(InvalidInput) as caught:
        read_baseline("baseline.json")
    assert {problem.path[:2] for problem in caught.value.problems} == {("findings", 0), ("findings", 2)}


def test_no_such_baseline() -> None:
    """The error says how one is made."""
    with pytest.raises(InputNotFound, match=r"^cannot read the baseline \(no file x\); --write-baseline makes one$"):
        read_baseline("x")


def test_broken_baseline() -> None:
    """A merge that went wrong is told of by line and column."""
    put("baseline.json", '{\n  "qualeval-baseline": 1,\n<<<<<<< ours\n')

    with pytest.raises(InvalidInput, match=r"baseline.json: line 3, column 1: not JSON"):
        read_baseline("baseline.json")


@given(st.dictionaries(st.sampled_from(["qualeval-baseline", "findings"]), st.just(1) | st.lists(st.integers())))
def test_any_object_is_a_baseline_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, object]
) -> None:
    """Whatever the file holds."""
    path = tmp_path_factory.mktemp("any") / "b.json"
    path.write_text(json.dumps(tree))
    try:
        outcome: object = read_baseline(path)
    except QualevalError as error:
        outcome = error

    assert isinstance(outcome, Baseline) or str(outcome)


def test_trees_of_a_stream() -> None:
    """The fingerprints of a text are those of the same text in a file."""
    text = json.dumps(HIT)

    assert [each.fingerprint for each in found_in(text)] == [
        fingerprint(each, trees_of(text)) for each in qe.lint(io.StringIO(text))
    ]
