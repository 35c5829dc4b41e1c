"""`qualeval test`: statuses, formats, selection, and what is said where."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

import qualeval as qe
from qualeval.cli.inputs import Service
from qualeval.testing.cases import cases_schema
from tests.cli import PERCENT, put, refusal, requirement, run

HIT = [requirement(PERCENT, "GreaterThan", 97), requirement("3BLOCK", "DoesNotExist")]
GOOD = {PERCENT: 99, "3BLOCK": "lacks"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def case(name: str = "one", **said: Any) -> dict[str, Any]:
    return {"name": name, "hit": HIT, "facts": GOOD, "expect": {"access": "accept"}, **said}


def put_cases(*found: dict[str, Any], name: str = "cases.json") -> str:
    return put(name, {"cases": list(found)})


FAILING = case("two", facts={**GOOD, PERCENT: 97})
ERRING = case("three", worker="nope.json")


def test_all_pass(examples: Path) -> None:
    """Nothing but the count, on stdout, and status 0."""
    found = run("test", str(examples / "cases.yaml"))

    assert (found.status, found.out, found.err) == (0, "5 passed of 5 cases\n", "")


def test_a_failure_is_explained() -> None:
    """Where it is, what was expected, what is, and the decision in full; status 1."""
    found = run("test", put_cases(case(), FAILING))

    assert (found.status, found.err) == (1, "")
    assert found.out.splitlines() == [
        "failed  cases.json:1: two",
        "  access: expected accept, got preview",
        "  discover permitted, preview permitted, accept denied",
        "    requirement 0  unmet  Worker_PercentAssignmentsApproved GreaterThan 97  guards Accept  observed 97     "
        "raise PercentAssignmentsApproved from 97 to 98 or more",
        "    requirement 1  met    3BLOCK DoesNotExist                               guards Accept  observed lacks",
        "",
        "1 passed, 1 failed of 2 cases",
    ]


def test_an_error_outweighs_a_failure() -> None:
    """A case that could not be run makes status 2, the others are answered."""
    found = run("test", put_cases(case(), FAILING, ERRING))

    assert found.status == 2
    assert "error  cases.json:1: three\n  no file nope.json" in found.out
    assert found.out.endswith("1 passed, 1 failed, 1 error of 3 cases\n")


def test_verbose_shows_what_passed(root: Path) -> None:
    """And, of answers of the worker site, what could not be checked."""
    found = run("test", "-v", str(root / "tests" / "worker_site.json"))

    assert found.status == 0
    assert found.rows[0].startswith("passed ")
    assert found.rows[1] == "not checked: requirement 1 (Masters)"
    assert found.rows[-1] == "2 passed, 1 unchecked of 3 cases"


def test_nothing_checked_is_no_success(root: Path) -> None:
    """Of verdicts on values that are not shown none can be checked: status 2."""
    answer = json.loads((root / "tests" / "worker_site.json").read_text("utf-8"))
    found = run("test", put("site.json", answer["results"][2]))

    assert found.status == 2
    assert "nothing could be checked" in found.out


def test_selection() -> None:
    """-k chooses by a part of the name; to choose none is a slip."""
    path = put_cases(case("Alpha"), case("beta", expect={"access": "none"}))

    assert run("test", path, "-k", "ALPH").out == "1 passed of 1 case\n"
    assert run("test", path, "-k", "bet").status == 1
    assert "no case has `gamma` in its name, so nothing was checked" in refusal("test", path, "-k", "gamma")


def test_several_files_and_standard_input() -> None:
    """Each file's cases in turn."""
    path = put_cases(case())
    found = run("test", path, "-", "-v", stdin=json.dumps({"cases": [case("from a pipe")]}))

    assert found.rows == ["passed cases.json:1: one", "passed <stdin>:1: from a pipe", "2 passed of 2 cases"]


def test_json_and_junit() -> None:
    """For programs: one object, or XML; the same XML goes into a file beside any format."""
    path = put_cases(case(), FAILING, ERRING)
    as_json = run("test", path, "--format", "json")
    as_junit = run("test", path, "--format", "junit", "--junit-xml", "out.xml")

    assert as_json.status == as_junit.status == 2
    assert as_json.json["summary"] == {"passed": 1, "failed": 1, "error": 1, "unchecked": 0}
    assert ET.fromstring(as_junit.out).attrib["failures"] == "1"
    assert Path("out.xml").read_text("utf-8") == as_junit.out


def test_schema() -> None:
    """Printed without any file."""
    assert run("test", "--schema").json == cases_schema()


def test_ids_are_looked_up_in_a_folder_or_at_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """--saved needs no service; one that fails makes status 4, and is asked once. Nothing is recorded then."""
    asked: list[str] = []

    class Down:
        def get_hit(self, hit_id: str) -> qe.HIT:
            asked.append(hit_id)
            raise qe.ServiceError("no answer")

    monkeypatch.setattr(Service, "connect", lambda _: Down())
    Path("hits").mkdir()
    put("hits/a.json", {"HITId": "3ABC", "QualificationRequirements": HIT})
    path = put_cases(case(hit="3ABC"))
    twice = put_cases(case(hit="3ABC"), case("two", hit="3ABD", expect={"access": "none"}), name="twice.json")
    before = Path(twice).read_text("utf-8")

    assert run("test", path, "--saved", "hits").status == 0
    assert asked == []
    found = run("test", twice)
    assert (found.status, asked) == (4, ["3ABC"])
    assert found.out.count("no answer") == 2
    assert run("test", twice, "--record").status == 4
    assert Path(twice).read_text("utf-8") == before


def test_names_of_the_configuration_hold(folder: Path) -> None:
    """In facts, in expectations and in what is shown."""
    (folder / "qualeval.toml").write_text('[types]\nblocked = "3BLOCK"\n')
    path = put_cases(case(facts={PERCENT: 99, "blocked": 1}, expect={"deciding": ["blocked"]}), FAILING)

    assert "blocked DoesNotExist" in run("test", path).out


def test_a_fact_that_nothing_asks_for_is_noted() -> None:
    """A mistyped id would go unnoticed."""
    found = run("test", put_cases(case(facts={**GOOD, "3BLOK": 1})))

    assert found.status == 0
    assert found.err == "note: one: no requirement of the HIT is about 3BLOK\n"


def test_names_are_harmless_to_a_terminal() -> None:
    """What a file calls a case cannot steer the terminal."""
    found = run("test", "-v", put_cases(case("a\x1b[2Jb")))

    assert found.rows[0] == "passed cases.json:1: a?[2Jb"


# --- recording


def test_recording_tells_loudly_what_it_changes() -> None:
    """New answers are told, and changed ones with what they replace; afterwards all pass."""
    path = put_cases(case(), FAILING, {key: value for key, value in case("new").items() if key != "expect"})
    found = run("test", path, "--record")

    assert (found.status, found.out) == (0, "")
    assert found.err.splitlines() == [
        "CHANGED   cases.json:1: two: access accept -> preview",
        "recorded  cases.json:1: new: access accept, possible accept, deciding []",
        "cases.json: 1 recorded, 1 changed, 1 as they were",
    ]
    assert run("test", path).out == "3 passed of 3 cases\n"


def test_only_what_is_selected_is_recorded() -> None:
    """-k keeps the others as they are."""
    path = put_cases(FAILING, case("three", expect={"access": "none"}))
    run("test", path, "--record", "-k", "two")

    assert run("test", path).out.endswith("1 passed, 1 failed of 2 cases\n")


def test_a_new_case_file(examples: Path) -> None:
    """A case a worker, from files that are there; it passes, and is made once."""
    for name in ("hit.json", "workers.jsonl"):
        shutil.copy(examples / name, name)
    arguments = ("test", "new.yaml", "--record", "--hit", "hit.json", "--workers", "workers.jsonl")
    found = run(*arguments)

    assert (found.status, found.out) == (0, "")
    assert found.err.endswith("new.yaml: 4 recorded, 0 changed, 0 as they were\n")
    assert run("test", "new.yaml").out == "4 passed of 4 cases\n"
    assert "new.yaml is there already" in refusal(*arguments)


def test_a_new_case_file_without_answers_does_not_stay(examples: Path) -> None:
    """Where the HIT cannot be read there is nothing to record."""
    shutil.copy(examples / "workers.jsonl", "workers.jsonl")

    assert "no file" in refusal("test", "new.yaml", "--record", "--hit", "hit.json", "--workers", "workers.jsonl")
    assert not Path("new.yaml").exists()


# --- refusals


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "Missing argument 'CASES...'"),
        (("cases.json", "cases.json"), "cases.json is given twice"),
        (("cases.jsno",), "no file cases.jsno; did you mean cases.json?"),
        (("-", "--record"), "--record writes into files, and `-` is none"),
        (("cases.json", "--record", "--junit-xml", "x.xml"), "--record checks nothing"),
        (("cases.json", "--hit", "hit.json"), "--hit and --workers make a new case file, and need --record"),
        (("new.yaml", "--record", "--hit", "hit.json"), "a new case file takes --hit, --workers and one name"),
        (("new.yaml", "--record", "--hit", "-", "--workers", "w"), "HIT and FILE are no `-`"),
        (("cases.json", "--saved", "nowhere"), "Directory 'nowhere' does not exist"),
        (("cases.json", "--junit-xml", "no/where.xml"), "no/where.xml: No such file or directory"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], expected: str) -> None:
    """Each with status 2, and no answer."""
    put_cases(case())

    assert expected in refusal("test", *arguments)


def test_a_broken_file_is_told_with_places() -> None:
    """All that is wrong, with line and column, and nothing is run."""
    text = "cases:\n- name: a\n  hit: hit.json\n  facts: {}\n  expect: {acces: none}\n- name: b\n"
    found = refusal("test", put("cases.yaml", text))

    assert "cases.yaml: 4 problems" in found
    assert "line 5, column 19: cases[0].expect.acces: unknown key `acces` in an expectation; did you mean" in found
