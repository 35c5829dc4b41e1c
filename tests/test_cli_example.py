"""`qualeval example`: a worker with exactly this access, for a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qualeval as qe
from qualeval.values.locale import country_codes
from tests.cli import LOCALE, NUMBER, PERCENT, put, refusal, requirement, run, spawn
from tests.strategies import requirements, wire

IN_US = requirement(LOCALE, "In", LocaleValues=[{"Country": "US"}], ActionsGuarded="DiscoverPreviewAndAccept")
COUNT = requirement(NUMBER, "GreaterThan", 100, ActionsGuarded="PreviewAndAccept")
BELOW = requirement(NUMBER, "LessThan", 9, ActionsGuarded="PreviewAndAccept")
RATE = requirement(PERCENT, "GreaterThanOrEqualTo", 98, ActionsGuarded="Accept")
LEVELS = [str(access) for access in qe.Access]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a HIT that every level of access can be had to."""
    monkeypatch.chdir(tmp_path)
    put("hit.json", {"HITId": "3HIT", "QualificationRequirements": [IN_US, COUNT, RATE]})
    return tmp_path


def test_answer() -> None:
    """The profile is on stdout, laid out to be read; what it is an example of is on stderr."""
    found = run("example", "hit.json")

    assert found.status == 0
    assert found.err == "A1EXAMPLEWORKER may accept it\n"
    assert found.out.splitlines() == [
        "{",
        '  "WorkerId": "A1EXAMPLEWORKER",',
        '  "Complete": true,',
        '  "Facts": {',
        '    "Worker_Locale": "US-CA",',
        '    "Worker_NumberHITsApproved": 101,',
        '    "Worker_PercentAssignmentsApproved": 98',
        "  }",
        "}",
    ]


@pytest.mark.parametrize(
    ("access", "said"),
    [
        ("none", "may not discover it: be located in US"),
        ("discover", "may discover it and not preview it: raise NumberHITsApproved from 100 to 101 or more"),
        ("preview", "may preview it and not accept it: raise PercentAssignmentsApproved from 97 to 98 or more"),
        ("accept", "may accept it"),
    ],
)
def test_access(access: str, said: str) -> None:
    """`--access` is how far the worker may go; stderr says so, and what is in the way of more."""
    found = run("example", "hit.json", "--access", access)
    put("worker.json", found.out)
    checked = run("check", "hit.json", "worker.json", "--format", "json").json

    assert (found.status, found.err) == (0, f"A1EXAMPLEWORKER {said}\n")
    assert (checked["access"], checked["possible"]) == (access, access)


def test_json() -> None:
    """JSON is the same profile, and stderr is silent."""
    text, found = (run("example", "hit.json", "--access", "preview", "--format", form) for form in ("text", "json"))

    assert (found.status, found.out, found.err) == (0, text.out, "")
    assert found.json["Facts"]["Worker_PercentAssignmentsApproved"] == 97


def test_file_and_pipe() -> None:
    """The profile goes into a file or into `check`, as it is."""
    written = spawn("example", "hit.json", shell='"$@" > worker.json')
    piped = run("check", "hit.json", "-", stdin=Path("worker.json").read_text())

    assert (written.status, written.out) == (0, "")
    assert run("check", "hit.json", "worker.json").status == 0
    assert piped.status == 0


def test_changes_of_the_hit() -> None:
    """The HIT can be changed first, in the words of `what-if`."""
    changes = ["--value", "2=90", "--guard", "1=Accept", "--without", "0"]

    assert run("example", "hit.json", *changes).json["Facts"] == {
        "Worker_NumberHITsApproved": 101,
        "Worker_PercentAssignmentsApproved": 90,
    }
    assert run("example", "hit.json", "--value", "2=90", "--access", "preview").json["Facts"] == {
        "Worker_Locale": "US-CA",
        "Worker_NumberHITsApproved": 101,
        "Worker_PercentAssignmentsApproved": 89,
    }


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    ("hit", "access", "said"),
    [
        ([requirement(PERCENT, "GreaterThan", 100)], "accept", "nobody can accept it: no possible state of "),
        ([COUNT, BELOW], "preview", "nobody can preview it: the requirements 0 and 1 on NumberHITsApproved contradict"),
        ([COUNT, BELOW], "accept", "nobody can preview it: the requirements 0 and 1 on NumberHITsApproved contradict"),
        ({"HITId": "3HIT"}, "none", "nobody is kept out: every worker may discover it\n"),
        ([RATE], "none", "nobody is kept out: every worker may discover it\n"),
        ([RATE], "discover", "nobody stops there: every worker who may discover it may preview it too\n"),
        ([IN_US], "preview", "nobody stops there: every worker who may preview it may accept it too\n"),
    ],
)
def test_nobody(hit: Any, access: str, said: str, form: str) -> None:
    """Where nobody has the access, the status is 1, stdout is empty, and stderr says why."""
    put("hit.json", hit)
    found = run("example", "hit.json", "--access", access, "--format", form)

    assert (found.status, found.out) == (1, "")
    assert found.err.startswith(said)


def test_place_without_a_name() -> None:
    """A worker who is in none of the countries that have a name cannot be written down, and is refused."""
    countries = [{"Country": code} for code in sorted(country_codes())]
    parts = [countries[start : start + 30] for start in range(0, len(countries), 30)]
    put("hit.json", [requirement(LOCALE, "NotIn", LocaleValues=part, ActionsGuarded="Accept") for part in parts])

    said = refusal("example", "hit.json")
    assert "such a worker is where no name is left, which a profile cannot say: Worker_Locale=anywhere but AD," in said
    assert "exclude fewer countries by name" in said
    assert run("example", "hit.json", "--access", "preview").json["Facts"] == {"Worker_Locale": "US-CA"}


def test_names_of_types() -> None:
    """A type is called by its configured name, which `check` reads again."""
    put("qualeval.toml", "[types]\nscreening = '3SCREEN'\n")
    put("hit.json", [requirement("3SCREEN", "GreaterThan", 79)])
    found = run("example", "hit.json")

    assert found.json["Facts"] == {"screening": 80}
    assert run("check", "hit.json", "-", stdin=found.out).status == 0


def test_name_that_would_harm_a_terminal() -> None:
    """A name with escape sequences is said harmlessly, and read again as it was."""
    put("qualeval.toml", f"[types]\n{json.dumps(chr(27) + '[31mred')} = '3EVIL'\n")
    put("hit.json", [requirement("3EVIL", "GreaterThan", 79)])
    found = run("example", "hit.json", "--access", "preview")

    assert "\x1b" not in found.out + found.err
    assert "?[31mred" in found.err
    assert run("check", "hit.json", "-", stdin=found.out).status == 1


def test_standard_input() -> None:
    """HIT may be `-`."""
    assert run("example", "-", stdin=Path("hit.json").read_text()).out == run("example", "hit.json").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument 'HIT'"),
        (["nope.json"], "no file nope.json"),
        (["hit.json", "--access", "all"], "'all' is not one of 'none', 'discover', 'preview', 'accept'"),
        (["hit.json", "--value", "9=1"], "no requirement 9; the HIT has requirements 0 to 2"),
        (["hit.json", "--set", "Masters=holds"], "No such option '--set'"),
        (["many.json"], "expected one HIT, found 2"),
        (["broken.json"], "unknown comparator `Equals`; did you mean `EqualTo`?"),
    ],
)
def test_what_is_refused(arguments: list[str], said: str) -> None:
    """Wrong usage and wrong input are refused in the words of the other commands."""
    put("many.json", [{"HITId": "3A"}, {"HITId": "3B"}])
    put("broken.json", [requirement(PERCENT, "Equals", 1)])

    assert said.replace("'", "") in refusal("example", *arguments).replace("'", "")


@given(st.lists(requirements(), max_size=4), st.sampled_from(LEVELS))
@settings(max_examples=80)
def test_example_has_just_this_access(asked: list[Any], access: str) -> None:
    """What is printed is read by `check`, which finds exactly the access asked for; else nobody has it."""
    put("hit.json", {"QualificationRequirements": [wire(each) for each in asked]})
    found = run("example", "hit.json", "--access", access, "--format", "json")
    worker = qe.compile_requirements(asked).example(qe.Access[access.upper()])

    assert found.status == (1 if worker is None else 0)
    if worker is None:
        assert found.out == ""
    else:
        checked = run("check", "hit.json", "-", "--format", "json", stdin=found.out).json
        assert (checked["access"], checked["possible"]) == (access, access)
