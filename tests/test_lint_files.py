"""Which files are linted: those that are named, and of a folder those that hold HITs."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.errors import InputNotFound, InvalidInput
from qualeval.linting.baseline import write_baseline
from qualeval.linting.configuration import LintSettings
from qualeval.linting.examples import EXAMPLES
from qualeval.linting.files import File, PassedOver, find_files, passed_over, trees_of
from qualeval.linting.globs import Glob
from qualeval.linting.sarif import as_sarif
from tests.cli import LOCALE, PERCENT, put, requirement
from tests.mutations import odd_trees
from tests.strategies import requirement_lists, wire

HIT = {"HITId": "3HIT", "QualificationRequirements": [requirement(PERCENT, "GreaterThan", 97)]}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def looked(*paths: str, settings: LintSettings | None = None, by_content: bool = False) -> dict[str, str]:
    """What becomes of the files of these paths: by the path empty where it counts, else why not."""
    entries = list(find_files(paths, settings or LintSettings(), by_content=by_content))
    assert len({entry.path for entry in entries}) == len(entries)
    return {entry.path: entry.why if isinstance(entry, PassedOver) else "" for entry in entries}


def why(content: object) -> str | None:
    """Why a file of this content does not count; None if it does."""
    text = content if isinstance(content, str) else json.dumps(content, default=str)
    return passed_over(text, trees_of(text))


# What counts

ASKED = {"Title": "Mark the birds", "Reward": "0.50"}

COUNTS: dict[str, object] = {
    "a request": {"Title": "x", "Reward": "0.50", "QualificationRequirements": []},
    "an answer of GetHIT": {"HIT": HIT, "ResponseMetadata": {}},
    "an answer of ListHITs": {"HITs": [HIT], "NumResults": 1},
    "an answer of ListHITs without any": {"HITs": []},
    "an answer of GetAssignment, with its HIT": {"Assignment": {"AssignmentId": "3A"}, "HIT": HIT},
    "a HIT without requirements": {"HITId": "3HIT", "Title": "x"},
    "a request that is silent about requirements": {"Title": "x", "Reward": "0.50"},
    "such a request in YAML": "Title: x\nReward: '0.50'\n",
    "such a request that is broken": '{"Title": "x", "Reward": "0.50"',
    "such requests": [{"Title": "x", "Reward": "0.50"}],
    "such a request under a made-up key": {"create_hit": {"Title": "x", "Reward": "0.50"}},
    "a request of a HIT type": {"HITTypeId": "3TYPE", "MaxAssignments": 5},
    "requirements": [requirement(PERCENT, "GreaterThan", 97)],
    "one requirement": requirement(PERCENT, "GreaterThan", 97),
    "a requirement without comparator": [{"QualificationTypeId": PERCENT, "IntegerValues": [97]}],
    "a misspelt comparator key": [{"QualificationTypeId": LOCALE, "Comperator": "In", "LocaleValues": []}],
    "misspelt requirements": {"Title": "x", "QualificationRequirments": []},
    "requirements in another case": {"title": "x", "qualification_requirements": []},
    "a made-up key": {"Title": "x", "Requirements": [requirement()]},
    "a made-up wrapper": {"Data": HIT},
    "a made-up list": {"Items": [HIT]},
    "a list of HITs": [HIT, {"HITId": "3B"}],
    "JSON Lines": f"{json.dumps(HIT)}\n{json.dumps({'WorkerId': 'A1'})}\n",
    "YAML": "HITId: 3HIT\nTitle: x\n",
    "YAML in two documents": "a: 1\n---\nQualificationRequirements: []\n",
    "broken JSON": '{"QualificationRequirements": [',
    "JSON with a comment": '{"HITId": "3HIT", // the survey\n}',
    "broken YAML": "QualificationRequirements:\n  - Comparator: 'Exists\n",
    "a key twice": '{"HITId": "3A", "HITId": "3B"}',
    "a schema is named in it": {"$schema": "https://example.org/hit.json", **HIT},
    "a HIT with a name and a version": {"name": "x", "version": 1, **HIT},
    "requirements called qualifications": {**ASKED, "Qualifications": [requirement()]},
    "requirements called a qualification": {**ASKED, "Qualification": [requirement()]},
    "requirements called so beside a worker": {**ASKED, "WorkerId": "A1", "Requirements": [requirement()]},
    "a list of such": [{**ASKED, "Qualifications": [requirement()]}],
    "jobs of a requester": {"jobs": [{**ASKED, "QualificationRequirements": [requirement()]}]},
    "a study with a name and a version": {"name": "pilot", "version": 2, "hits": [HIT]},
    "a study with a name, a version and its own word": {"name": "pilot", "version": 2, "tasks": [HIT]},
    "a batch": {"batch": {"hits": [HIT]}},
    "an answer that is kept under a key": {"response": {"HIT": HIT, "ResponseMetadata": {}}},
}

_RESULT = {"Title": "x", "Reward": "$0.50", "WorkerId": "A1", "Answer.1": "yes"}

DOES_NOT: dict[str, tuple[object, str]] = {
    "a package": ({"name": "x", "version": "1", "mturk": HIT}, "a package"),
    "a lock of packages": ({"dependencies": {"white": "1"}}, "no word of a HIT's in it"),
    "a workflow": ("on: push\njobs:\n  lint:\n    steps: [{run: lint, with: {HITId: 3A}}]\n", "a workflow"),
    "an OpenAPI file": (
        {"openapi": "3.1.0", "components": {"schemas": {"HIT": {"properties": {"QualificationRequirements": {}}}}}},
        "an OpenAPI file",
    ),
    "a JSON schema": (
        {"$schema": "x", "properties": {"QualificationRequirements": {"type": "array"}}, "examples": [HIT]},
        "another tool's: it names a `$schema`",
    ),
    "a worker profile": (
        {"WorkerId": "A1", "Qualifications": [{"QualificationTypeId": "3A", "IntegerValues": [1]}]},
        "a worker profile",
    ),
    "worker profiles": ([{"WorkerId": "A1", "Facts": {"QualificationTypeId": "lacks"}}], "a worker profile"),
    "an answer of GetQualificationScore": ({"Qualification": {"QualificationTypeId": "3A"}}, "a worker profile"),
    "an assignment": ({"AssignmentId": "3A", "HITId": "3B", "WorkerId": "A1"}, "an assignment"),
    "assignments": ({"Assignments": [{"AssignmentId": "3A", "HITId": "3B"}]}, "an assignment"),
    "results with titles": ([{"Title": "x", "Reward": "$0.50", "WorkerId": "A1"}], "a worker profile"),
    "one result": (_RESULT, "a worker profile"),
    "a workflow with jobs of HITs": ({"jobs": {"lint": {"with": {"hits": "hits/"}}}}, "a workflow"),
    "a package that names a HIT": ({"name": "x", "version": "1", "config": {"hit": "hits/a.json"}}, "a package"),
    "hits of a search": ({"hits": {"total": 1, "hits": [{"_id": "1"}]}}, "no HIT and no requirements at its top"),
    "a book": ({"Title": "x", "Author": "y"}, "no word of a HIT's in it"),
    "results": ([{"HITId": "3B", "WorkerId": "A1", "answer": "bird"}], "a worker profile"),
    "a qualification": (
        [{"QualificationTypeId": "3A", "WorkerId": "A1", "IntegerValue": 1}],
        "a worker's qualification",
    ),
    "hits of a cache": ({"HIT": 12, "MISS": 3}, "no HIT and no requirements at its top"),
    "requirements of Python": ({"requirements": ["attrs", "white"]}, "no HIT and no requirements at its top"),
    "something deep inside": (
        {"studies": {"a": {"b": {"QualificationRequirements": []}}}},
        "no HIT and no requirements at its top",
    ),
    "a decision of qualeval's": (
        qe.compile_hit(qe.parse_hit(HIT)).decide(qe.worker("A1")).to_dict(),
        "no HIT and no requirements at its top",
    ),
    "text": ('"Comparator"', "neither an object nor a list"),
    "a number": ("3", "no word of a HIT's in it"),
    "nothing": ("", "no word of a HIT's in it"),
    "a broken file of others": ("{{ .Values.requirement }}: [", "cannot be read, and no key of a HIT's is in it"),
}  # fmt: skip


@pytest.mark.parametrize("case", COUNTS)
def test_counts(case: str) -> None:
    """HITs in every form, also in a broken, misspelt or misplaced one."""
    assert why(COUNTS[case]) is None
    assert looked(put("x.json", COUNTS[case]), by_content=True) == {"x.json": ""}


@pytest.mark.parametrize("case", DOES_NOT)
def test_does_not_count(case: str) -> None:
    """Workers, assignments, and the files of other tools, each with the reason."""
    content, reason = DOES_NOT[case]

    assert looked(put("x.json", content), by_content=True) == {"x.json": reason}
    assert looked("x.json") == {"x.json": ""}


def test_links_that_lead_nowhere() -> None:
    """A link that leads nowhere, or to itself, keeps nothing else from being looked at."""
    put("a.json", HIT)
    os.symlink("loop.json", "loop.json")
    os.symlink("nowhere.json", "gone.json")

    assert looked(".") == {"a.json": "", "gone.json": "no file", "loop.json": "no file"}


def test_own_output_does_not_count() -> None:
    """A baseline and a SARIF log that lie in the folder are no HITs, whatever they quote."""
    put("hit.json", HIT)
    write_baseline("baseline.json", [])
    put("log.json", as_sarif([], version="0"))

    assert looked(".") == {"baseline.json": "no word of a HIT's in it", "hit.json": "", "log.json": "a SARIF file"}


@given(requirement_lists(max_size=4))
def test_every_hit_counts(requirements: list[qe.QualificationRequirement]) -> None:
    """Whatever the requirements, the HIT counts as a request, as an answer, and as a bare list that is not empty."""
    listed = [wire(each) for each in requirements]
    hit = {"Title": "x", "QualificationRequirements": listed}

    assert [why(hit), why({"HIT": hit}), why({"HITs": [hit]}), why([hit])] == [None] * 4
    assert (why(listed) is None) == bool(listed)


@pytest.mark.parametrize("rule", [rule for rule in EXAMPLES if rule != "QE002"])
def test_mistakes_count(rule: str) -> None:
    """What a rule finds something wrong with is not passed over in a folder."""
    assert why(EXAMPLES[rule].bad) is None
    assert why(EXAMPLES[rule].good) is None


WORDS = ("HIT", "HITs", "HITId", "QualificationRequirements", "Comparator", "QualificationTypeId", "$schema")


@given(odd_trees(WORDS, ("In", "US", 3)) | st.text(max_size=20))
def test_any_content_is_judged(content: Any) -> None:
    """Whatever a file holds, it counts or there is a reason; and the text says so as well as the trees."""
    reason = why(content)

    assert reason is None or reason.isprintable()


@given(odd_trees(WORDS, ("In", "US", 3)))
def test_the_search_for_words_overlooks_nothing(tree: Any) -> None:
    """A text that is not parsed, since no word of a HIT's is in it, would not count if it were."""
    text = json.dumps(tree, default=str)
    quick = passed_over(text, None)

    if quick is not None and quick.startswith("no word"):
        assert why(text) is not None


def test_text_that_is_not_utf8(folder: Path) -> None:
    """A HIT that was saved as UTF-16 counts, for it must not be overlooked; other such files do not."""
    (folder / "a.json").write_text(json.dumps(HIT), encoding="utf-16")
    (folder / "b.json").write_text(json.dumps({"x": 1}), encoding="utf-16")
    (folder / "c.json").write_bytes(b"\xff\x00\xfe")

    assert looked(".") == {"a.json": "", "b.json": "no word of a HIT's in it", "c.json": "no word of a HIT's in it"}
    assert [entry.text for entry in find_files(["a.json"], LintSettings()) if isinstance(entry, File)] == [None]


# The walk


def make(*paths: str, content: object = HIT) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        put(path, content)


def test_walk() -> None:
    """To the bottom, in the order of the names, by the ends of the names in whatever case."""
    make("b/z.json", "b/a/x.yaml", "a.yml", "c.JSONL", "b.json", "b/notes.md", "b/data.csv", "json")

    assert list(looked(".")) == ["a.yml", "b/a/x.yaml", "b/z.json", "b.json", "c.JSONL"]
    assert set(looked(".").values()) == {""}


@pytest.mark.parametrize(("folder_", "shown"), [("b", "b/"), ("b/", "b/"), (".", "b/"), ("./b", "./b/")])
def test_names(folder_: str, shown: str) -> None:
    """A file is called as whoever named its folder would call it."""
    make("b/x.json")

    assert list(looked(folder_)) == [f"{shown}x.json"]


def test_absolute_names(folder: Path) -> None:
    """The path of an absolute folder stays absolute."""
    make("b/x.json")

    assert list(looked(str(folder / "b"))) == [str(folder / "b" / "x.json")]


def test_what_is_not_entered() -> None:
    """Hidden things, packages, caches and virtual environments are passed over, and said to be."""
    make("h.json", ".git/x.json", ".x.json", "node_modules/p/x.json", "a/__pycache__/x.json", "venv/lib/x.json")
    put("venv/pyvenv.cfg", "")

    assert looked(".") == {
        ".git/": "hidden",
        ".x.json": "hidden",
        "a/__pycache__/": "Python's cache",
        "h.json": "",
        "node_modules/": "packages of npm",
        "venv/": "a virtual environment",
    }


def test_what_is_named_is_entered() -> None:
    """A hidden folder, or one of packages, is looked into if it is named itself."""
    make(".hits/x.json", "node_modules/x.json")

    assert looked(".hits", "node_modules") == {".hits/x.json": "", "node_modules/x.json": ""}


def test_links(folder: Path) -> None:
    """A link to a file is a file, one to a folder is not followed, so that loops end; dead links are said to be."""
    make("a/x.json")
    (folder / "a" / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "a" / "y.json").symlink_to(folder / "a" / "x.json")
    (folder / "a" / "z.json").symlink_to(folder / "gone.json")
    (folder / "b").symlink_to(folder / "a", target_is_directory=True)

    assert looked("a") == {
        "a/loop/": "a link to a folder; name the folder itself",
        "a/x.json": "",
        "a/y.json": "",
        "a/z.json": "no file",
    }
    assert looked("b")["b/x.json"] == ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_pipe_in_a_folder() -> None:
    """What is no file is not opened, for it might never end."""
    os.mkfifo("x.json")

    assert looked(".") == {"x.json": "no file"}


def test_each_file_once() -> None:
    """Paths that overlap, and a file that is named twice."""
    make("a/x.json", "a/y.json")

    assert list(looked("a/y.json", "a", ".", "a/../a/x.json")) == ["a/y.json", "a/x.json"]


def test_deep_folders() -> None:
    """Folders inside folders, deeper than Python's recursion goes."""
    deep = "/".join("d" * 600)
    make(f"{deep}/x.json")

    assert list(looked(".")) == [f"{deep}/x.json"]


def test_missing_path() -> None:
    """A path that is not there is no empty one."""
    make("hits/x.json")

    with pytest.raises(InputNotFound, match=r"no file hist"):
        looked("hist")
    with pytest.raises(InputNotFound, match=r"no file hits/y.json; did you mean hits/x.json\?"):
        looked("hits/y.json")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_closed_folder(folder: Path) -> None:
    """A folder that is closed to us might hold HITs, so it is an error with a way out."""
    make("a/x.json")
    (folder / "a").chmod(0)

    with pytest.raises(InputNotFound, match=r"cannot read the folder ./a: permission denied; exclude it"):
        looked(".")
    assert looked(".", settings=LintSettings(exclude=(Glob("a"),))) == {"a/": "excluded by `a`"}


# Patterns


def test_excluded(folder: Path) -> None:
    """What the configuration excludes does not count in a folder, but does if it is named, save by content."""
    make("hits/a.json", "hits/drafts/b.json", "hits/c.template.json")
    settings = LintSettings(exclude=(Glob("hits/drafts"), Glob("*.template.json")), folder=folder)

    assert looked(".", settings=settings) == {
        "hits/a.json": "",
        "hits/c.template.json": "excluded by `*.template.json`",
        "hits/drafts/": "excluded by `hits/drafts`",
    }
    assert looked("hits/drafts/b.json", settings=settings) == {"hits/drafts/b.json": ""}
    assert looked("hits/drafts/b.json", settings=settings, by_content=True) == {
        "hits/drafts/b.json": "excluded by `hits/drafts`"
    }


def test_patterns_are_relative_to_the_configuration(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever folder the command runs in."""
    make("hits/a.json", "hits/b.json")
    settings = LintSettings(exclude=(Glob("hits/a.json"),), folder=folder)
    monkeypatch.chdir(folder / "hits")

    assert looked(".", settings=settings) == {"a.json": "excluded by `hits/a.json`", "b.json": ""}


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("drafts", ["drafts", "drafts/a.json", "x/drafts/a.json", "x/drafts"], ["draft", "xdrafts/a", "drafts.json"]),
        ("drafts/", ["drafts/a.json", "x/drafts/a.json"], ["mydrafts/a.json"]),
        ("/drafts", ["drafts/a.json"], ["x/drafts/a.json"]),
        ("./drafts", ["drafts"], ["x/drafts"]),
        ("drafts/**", ["drafts/a.json", "drafts/x/y.json"], ["x/drafts/a.json", "drafts"]),
        ("*.template.json", ["a.template.json", "x/y/b.template.json"], ["template.json", "a.template.json5"]),
        ("hits/*.json", ["hits/a.json"], ["hits/x/a.json", "x/hits/a.json"]),
        ("**/old/*.json", ["old/a.json", "x/y/old/a.json"], ["old/x/a.json"]),
        ("a/**/b.json", ["a/b.json", "a/x/y/b.json"], ["a/xb.json", "b.json"]),
        ("pilot-?.json", ["pilot-1.json", "x/pilot-a.json"], ["pilot-10.json", "pilot-/.json"]),
        ("[ab].json", ["a.json", "x/b.json"], ["c.json", "[ab].json"]),
        ("[!ab].json", ["c.json"], ["a.json", "/.json"]),
        ("[a-c]x", ["bx"], ["dx"]),
        ("[]]x", ["]x"], ["x"]),
        ("[[]x", ["[x"], ["]x"]),
        ("a.b", ["a.b"], ["axb"]),
        ("a[", ["a["], ["a"]),
        ("鳥*", ["鳥.json"], ["x.json"]),
    ],
)  # fmt: skip
def test_pattern(pattern: str, matching: list[str], others: list[str]) -> None:
    """Patterns mean what they mean in a .gitignore."""
    glob = Glob(pattern)

    assert [path for path in matching if not glob.matches(path)] == []
    assert [path for path in others if glob.matches(path)] == []


@pytest.mark.parametrize("pattern", ["", " ", "/", ".", "./", "[z-a]"])
def test_what_is_no_pattern(pattern: str) -> None:
    """A pattern that would match nothing is a mistake."""
    with pytest.raises(InvalidInput, match=r"matches nothing|is no pattern"):
        Glob(pattern)


@given(st.text("ab*?/[]!-.", max_size=8))
def test_any_text_is_a_pattern_or_an_error_of_ours(text: str) -> None:
    """And a pattern answers for any path."""
    try:
        glob = Glob(text)
    except InvalidInput:
        return

    assert glob.matches("a/b.json") in (True, False)


@given(st.lists(st.sampled_from(["a", "b.json", "c-d", "é"]), min_size=1, max_size=4).map("/".join))
def test_a_path_matches_itself(path: str) -> None:
    """A pattern without signs is a path, and what is inside is meant too."""
    assert Glob(f"/{path}").matches(path)
    assert Glob(f"/{path}").matches(f"{path}/x.json")
    assert not Glob(f"/{path}").matches(f"x/{path}")


def test_streams_have_no_trees() -> None:
    """A text without any document is broken, and does not count."""
    assert trees_of("") is None
    assert trees_of("# nothing\n") is None
    assert trees_of(io.StringIO("[1]").read()) == [[1]]
