"""The plugin for pytest: HIT files as items, the fixtures, and that it is silent until it is used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from qualeval.testing import case_items, collecting, endpoint, hit_engine, hit_items
from tests.cli import PERCENT, requirement

pytest_plugins = ["pytester"]

GOOD = {"HITId": "3GOOD", "Title": "Birds", "QualificationRequirements": [requirement(PERCENT, "GreaterThan", 97)]}
BAD = {"HITId": "3BAD", "QualificationRequirements": [requirement(PERCENT, "GreaterThan", IntegerValues=["97"])]}
RATE_ONLY = "QE405"

LOADED_HERE = (case_items, collecting, endpoint, hit_engine, hit_items)
"""A run within this process unloads what it has loaded, and PyYAML does not stand that."""


@pytest.fixture(autouse=True)
def folder(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project of its own, whose pytest has the settings of the user alone."""
    pytester.makeini("[pytest]\ntestpaths = tests\nqualeval_hits = hits/*.json\n")
    for name in ("tests", "hits"):
        pytester.mkdir(name)
    put("tests/test_nothing.py", "def test_nothing(): pass\n")
    return pytester


def put(name: str, content: object) -> None:
    """Writes a file of the project; what is no text is JSON."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(content) if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def outcomes(result: pytest.RunResult) -> dict[str, str]:
    """What became of each item of a run with `-rA`."""
    words = ("PASSED ", "FAILED ", "ERROR ")
    lines = [line for line in result.outlines if line.startswith(words)]
    return {line.split(" ", 1)[1].split(" - ")[0]: line.split(" ")[0] for line in lines}


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """A run of pytest in the project."""
    return pytester.runpytest_inprocess("-rA", "-p", "no:cacheprovider", *arguments)


def test_an_item_a_hit(pytester: pytest.Pytester) -> None:
    """Each HIT of the named files is an item, by its id, its title or its place; the bad ones fail."""
    put("hits/good.json", GOOD)
    put("hits/list.json", {"HITs": [GOOD, BAD]})
    put("hits/request.json", {"Title": "Fish", "Reward": "1", "QualificationRequirements": []})
    put("hits/bare.json", [requirement(PERCENT, "GreaterThan", 97)])

    assert outcomes(run(pytester)) == {
        "tests/test_nothing.py::test_nothing": "PASSED",
        "hits/good.json::3GOOD": "PASSED",
        "hits/list.json::3GOOD": "PASSED",
        "hits/list.json::3BAD": "FAILED",
        "hits/request.json::Fish": "PASSED",
        "hits/bare.json::HIT 0": "PASSED",
    }


def test_failure_shows_the_findings(pytester: pytest.Pytester) -> None:
    """A failure shows each finding with its place, its mend and why; the others of the file are not its own."""
    other = {"HITId": "3OTHER", "QualificationRequirements": [requirement(PERCENT, "Near")]}
    put("hits/list.json", [BAD, other])
    result = run(pytester)

    result.stdout.fnmatch_lines(
        [
            "*_ HIT 3BAD _*",
            "hits/list.json:1:*: error QE008 HIT 0: requirement 0: IntegerValues[[]0[]]: expected an integer, got the "
            "text `97`; write `97` without quotes",
            "    `\"97\"` is no integer*",
            "*_ HIT 3OTHER _*",
            "hits/list.json:1:*: error QE102 *unknown comparator `Near`*",
        ]
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_what_concerns_no_hit_fails_too(pytester: pytest.Pytester) -> None:
    """A file that cannot be read, or holds no HIT, is an item that fails; an empty list is one that passes."""
    put("hits/broken.json", '{"QualificationRequirements": [')
    put("hits/worker.json", {"WorkerId": "A1", "Facts": {}})
    put("hits/none.json", [])
    put("hits/latin.json", "{}")
    Path("hits/latin.json").write_bytes(b'{"HITId": "\xe9"}')

    assert outcomes(run(pytester)) == {
        "tests/test_nothing.py::test_nothing": "PASSED",
        "hits/broken.json::file": "FAILED",
        "hits/latin.json::file": "FAILED",
        "hits/none.json::file": "PASSED",
        "hits/worker.json::file": "FAILED",
    }


def test_severity(pytester: pytest.Pytester) -> None:
    """Errors fail; with `qualeval_fail_on = warning` warnings do too."""
    put("hits/good.json", GOOD)

    assert run(pytester).ret == 0
    result = run(pytester, "-o", "qualeval_fail_on=warning")
    assert outcomes(result)["hits/good.json::3GOOD"] == "FAILED"
    assert RATE_ONLY in result.stdout.str()


def test_settings_of_the_linter(pytester: pytest.Pytester) -> None:
    """Names for types, house rules, ignored rules and the baseline are those of the configuration."""
    put("hits/named.json", {**GOOD, "QualificationRequirements": [requirement("screening", "GreaterThan", 1)]})
    put("hits/bad.json", BAD)
    asked = '[{ QualificationTypeId = "Masters", Comparator = "Exists" }]'
    put("qualeval.toml", f'[types]\nscreening = "3SCREEN"\n[lint]\nonly = {asked}\nignore = ["QE008"]\n')
    result = run(pytester)

    assert outcomes(result)["hits/named.json::3GOOD"] == "FAILED"
    assert "QE901" in result.stdout.str()
    assert "QE008" not in result.stdout.str()
    assert "unknown" not in result.stdout.str()


def test_house_rules_nearer_to_the_files(pytester: pytest.Pytester) -> None:
    """They would not be proved with the settings of the root directory, so that is an error, without a traceback."""
    put("hits/good.json", GOOD)
    put("hits/qualeval.toml", '[lint]\nonly = [{ QualificationTypeId = "Masters", Comparator = "Exists" }]\n')
    result = run(pytester)
    result.assert_outcomes(errors=1)

    result.stdout.fnmatch_lines(["*hits/qualeval.toml: lint.only: house rules that would not be proved: *"])
    assert "hit_items.py" not in result.stdout.str()


@pytest.mark.parametrize("arguments", [(), ("tests",), ("hits",), (".",), ("hits/bad.json",), ("hits/bad.json::3BAD",)])
def test_arguments(pytester: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    """Without arguments all named files are collected, wherever they are; with arguments those that are asked for."""
    put("hits/bad.json", BAD)
    found = outcomes(run(pytester, *arguments))

    assert ("hits/bad.json::3BAD" in found) == (arguments != ("tests",))


def test_files_that_pytest_does_not_look_into(pytester: pytest.Pytester) -> None:
    """A file in a folder that pytest does not enter, or beside the tests' folder, is collected once."""
    pytester.makeini("[pytest]\nqualeval_hits = build/*.json .hidden/*.yaml hits/**/*.json\n")
    put("build/a.json", GOOD)
    put(".hidden/b.yaml", GOOD)
    put("hits/deep/down/c.json", GOOD)
    put("build/test_other.py", "def test_other(): pass\n")
    put("build/lib/test_more.py", "def test_more(): pass\n")
    result = run(pytester)
    result.assert_outcomes(passed=4)

    assert {"build/a.json::3GOOD", ".hidden/b.yaml::3GOOD", "hits/deep/down/c.json::3GOOD"} <= outcomes(result).keys()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("qualeval_hits=hits/*.jsno", "qualeval_hits: no file matches `hits/*.jsno` in "),
        ("qualeval_fail_on=eror", "qualeval_fail_on: unknown severity `eror`; did you mean `error`?"),
    ],
)
def test_settings_that_are_none(pytester: pytest.Pytester, setting: str, said: str) -> None:
    """A glob that matches nothing, and a severity that is none, are errors of usage: nothing would be checked."""
    put("hits/good.json", GOOD)
    result = run(pytester, "-o", setting)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert said in result.stderr.str()


def test_configuration_that_is_wrong(pytester: pytest.Pytester) -> None:
    """What is wrong with the linter's settings is told as an error of usage."""
    put("hits/good.json", GOOD)
    put("qualeval.toml", '[lint]\nselect = ["QE9999"]\n')
    result = run(pytester)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "no rule `QE9999`" in result.stderr.str()


def test_marker(pytester: pytest.Pytester) -> None:
    """The items carry the marker `qualeval`, so that they can be chosen or left out."""
    put("hits/good.json", GOOD)

    assert list(outcomes(run(pytester, "-m", "qualeval", "--strict-markers"))) == ["hits/good.json::3GOOD"]
    assert list(outcomes(run(pytester, "-m", "not qualeval"))) == ["tests/test_nothing.py::test_nothing"]


def test_two_of_one_name(pytester: pytest.Pytester) -> None:
    """HITs of one name in a file have items of their own."""
    put("hits/twice.json", [GOOD, GOOD])

    assert {"hits/twice.json::3GOOD", "hits/twice.json::3GOOD (2)"} <= outcomes(run(pytester)).keys()


# Cases

LET_IN = {"name": "let in", "hit": "3GOOD", "facts": {PERCENT: 98}, "expect": {"accept": "permitted"}}
KEPT_OUT = {**LET_IN, "name": "kept out", "facts": {PERCENT: 97}}
ASTRAY = {**LET_IN, "name": "astray", "hit": "3GOOF"}


def test_an_item_a_case(pytester: pytest.Pytester) -> None:
    """Each case of the named files is an item; HITs that it names by id are those of `qualeval_hits`."""
    put("hits/good.json", GOOD)
    put("cases/birds.json", {"cases": [LET_IN, KEPT_OUT, ASTRAY]})
    result = run(pytester, "-o", "qualeval_cases=cases/*.json")

    found = outcomes(result)
    assert {name: end for name, end in found.items() if "cases" in name} == {
        "cases/birds.json::let in": "PASSED",
        "cases/birds.json::kept out": "FAILED",
        "cases/birds.json::astray": "FAILED",
    }
    assert found["hits/good.json::3GOOD"] == "PASSED"
    result.stdout.fnmatch_lines(["*accept*permitted*denied*", "*97*"])
    result.stdout.fnmatch_lines(["*no HIT `3GOOF` in the files of qualeval_hits; did you mean `3GOOD`?*"])
    assert "case_items.py" not in result.stdout.str()


def test_cases_alone(pytester: pytest.Pytester) -> None:
    """Cases whose HITs are files need no `qualeval_hits`, nor settings of the linter; a broken file is an error."""
    put("hits/good.json", GOOD)
    put("qualeval.toml", '[lint]\nselect = ["QE9999"]\n')
    put(".cases/birds.json", {"cases": [{**LET_IN, "hit": "../hits/good.json"}]})
    put(".cases/broken.json", {"cases": []})
    settings = ("-o", "qualeval_hits=", "-o", "qualeval_cases=.cases/*.json")
    result = run(pytester, *settings, "--continue-on-collection-errors")

    assert outcomes(result)[".cases/birds.json::let in"] == "PASSED"
    assert outcomes(result)[".cases/broken.json"] == "ERROR"
    result.stdout.fnmatch_lines(["*.cases/broken.json: line 1, column *: cases: expected a list of cases*"])


def test_a_file_of_both_kinds(pytester: pytest.Pytester) -> None:
    """A file that both settings name is an error of usage."""
    put("hits/good.json", GOOD)
    result = run(pytester, "-o", "qualeval_cases=hits/*.json")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "good.json is named by qualeval_hits and by qualeval_cases" in result.stderr.str()


def test_a_case_of_which_nothing_can_be_said(pytester: pytest.Pytester) -> None:
    """An answer of the worker site that rests on what nobody knows is skipped, with the reason."""
    put("cases/site.json", (Path(__file__).parent / "worker_site.json").read_text("utf-8"))
    result = run(pytester, "-o", "qualeval_hits=", "-o", "qualeval_cases=cases/*.json")

    result.assert_outcomes(passed=3, skipped=1)


# The fixtures

ENGINE = """
    import pytest
    import qualeval as qe

    WORKER = qe.worker("A1", {qe.PERCENT_APPROVED: 98})

    def test_engine(qualeval_engine):
        assert isinstance(qualeval_engine, qe.Engine)
        assert qualeval_engine.permits("3GOOD", WORKER)
        assert qualeval_engine.permits("hits/good.json", WORKER)
        assert qualeval_engine.policy("hits/named.json").permits(qe.worker("A1", {"3SCREEN": 2}))

    def test_others(qualeval_engine):
        with pytest.raises(qe.HITNotFound, match="no HIT `3GOD` in the files of qualeval_hits; did you mean `3GOOD`"):
            qualeval_engine.hit("3GOD")
        with pytest.raises(qe.InvalidInput, match="expected an integer"):
            qualeval_engine.hit("hits/bad.json")
        with pytest.raises(qe.InvalidInput, match="two HITs are called `3TWICE`; name the file instead"):
            qualeval_engine.hit("3TWICE")
        assert qualeval_engine.hit("hits/one.json") != qualeval_engine.hit("hits/two.json")
"""


def test_engine(pytester: pytest.Pytester) -> None:
    """The engine knows the HITs of the named files by id and by file; what is broken is told to who asks for it."""
    put("hits/good.json", GOOD)
    put("hits/bad.json", BAD)
    put("hits/one.json", {**GOOD, "HITId": "3TWICE"})
    put("hits/two.json", {**BAD, "HITId": "3TWICE", "QualificationRequirements": []})
    put("hits/named.json", [requirement("screening", "GreaterThan", 1)])
    put("qualeval.toml", '[types]\nscreening = "3SCREEN"\n')
    put("tests/test_engine.py", ENGINE)

    run(pytester, "tests").assert_outcomes(passed=3)


def test_engine_without_hits(pytester: pytest.Pytester) -> None:
    """An engine over no files is refused, with the setting that is missing."""
    pytester.makeini("[pytest]\n")
    put("tests/test_engine.py", "def test_engine(qualeval_engine): pass\n")
    result = run(pytester, "tests")

    assert outcomes(result)["tests/test_engine.py::test_engine"] == "ERROR"
    assert "name their files: `qualeval_hits = hits/*.json`" in result.stdout.str()


ENDPOINT = """
    def test_one(mturk_endpoint):
        client = mturk_endpoint.client()
        client.create_worker_block(WorkerId="A1EXAMPLE", Reason="x")
        assert client.list_worker_blocks()["NumResults"] == 1

    def test_two(mturk_endpoint):
        assert mturk_endpoint.client().list_worker_blocks()["NumResults"] == 0
"""


def test_endpoint(pytester: pytest.Pytester) -> None:
    """Each test has an endpoint of its own, which runs while the test does."""
    put("tests/test_endpoint.py", ENDPOINT)
    pytester.makeini("[pytest]\n")

    run(pytester, "tests").assert_outcomes(passed=3)


# Silence

LOADED = """
    import json, sys
    def pytest_unconfigure():
        print("loaded:", json.dumps(sorted(name for name in sys.modules)))
"""


def loaded(*arguments: str) -> set[str]:
    """The modules that a run of pytest in a process of its own has loaded at its end."""
    program = [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ended = subprocess.run(program, capture_output=True, text=True, check=True, env=environment)
    line = next(line for line in ended.stdout.splitlines() if line.startswith("loaded: "))
    return set(json.loads(line.removeprefix("loaded: ")))


def test_silent_until_used(pytester: pytest.Pytester) -> None:
    """Where nothing asks for it nothing is loaded but what `import qualeval` loads, and nothing is printed."""
    pytester.makeini("[pytest]\n")
    put("conftest.py", LOADED)
    without, there = loaded(), loaded("-p", "qualeval.testing.plugin")
    rooms = {name for name in there - without if name.startswith("qualeval.")}

    assert not any(name.startswith(("qualeval.", "yaml", "cattrs", "botocore", "click")) for name in without)
    assert not there & {"yaml", "cattrs", "boto3", "botocore", "click", "hypothesis", "http.server"}
    assert {name.split(".")[1] for name in rooms} <= {"on_demand", "errors", "values", "model", "policy", "testing"}
    assert {name for name in rooms if name.startswith("qualeval.testing.")} == {"qualeval.testing.plugin"}


def test_it_is_installed() -> None:
    """pytest finds the plugin by its entry point."""
    found = [each.value for each in entry_points(group="pytest11") if each.name == "qualeval"]

    assert found == ["qualeval.testing.plugin"]
