"""`qualeval lint`: files, folders and streams; formats, statuses, baselines, fixes and configuration."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from qualeval.cli import cli
from qualeval.linting.catalogue import CATALOGUE, Severity
from qualeval.linting.configuration import ENVIRONMENTS
from qualeval.linting.examples import EXAMPLES
from tests.cli import LOCALE, ROOT, Ran, put, refusal, requirement, run, spawn

ALL = "DiscoverPreviewAndAccept"
US = requirement(LOCALE, "EqualTo", LocaleValues=[{"Country": "US"}], ActionsGuarded=ALL)
UK = {**US, "LocaleValues": [{"Country": "UK"}]}
BLOCK = requirement("3BLOCK", "LessThan", 1, ActionsGuarded=ALL)
REFUSED = f"QualificationRequirements:\n  - &one {json.dumps(UK)}\n  - *one\n"
LATE = {key: value for key, value in US.items() if key != "ActionsGuarded"}


def hit(*requirements: object, **others: object) -> dict[str, object]:
    return {"HITId": "3HIT", "QualificationRequirements": list(requirements), **others}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a HIT that is clean and one each with an error, a warning and an information."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hits").mkdir()
    put("hits/clean.json", hit(US))
    put("hits/error.json", hit(UK))
    put("hits/info.json", hit(LATE))
    put("hits/warning.json", hit(BLOCK))
    put("hits/worker.json", {"WorkerId": "A1", "Facts": {"QualificationTypeId": "lacks"}})
    return tmp_path


def rules_in(found: Ran) -> list[tuple[str, str]]:
    """The findings of an answer in JSON: file and rule."""
    return [(each["path"], each["rule"]) for each in found.json]


# Text


def test_text() -> None:
    """A line a finding, with its place, and a line that sums up; which files there were is on no stream."""
    found = run("lint", "hits")
    country = Path("hits/error.json").read_text().index('"UK"') + 1

    assert (found.status, found.err) == (1, "")
    assert found.out == (
        f"hits/error.json:1:{country}: error QE201 [*] requirement 0: LocaleValues[0].Country: unknown country `UK`; "
        "did you mean `GB`?\n"
        "hits/info.json:1:48: info QE409 QualificationRequirements: requirement 0 does not guard discovery: who cannot "
        "meet it sees it all the same; if that is not meant, guard DiscoverPreviewAndAccept\n"
        "hits/warning.json:1:49: warning QE406 requirement 0: `LessThan 1` on 3BLOCK shuts out everyone who lacks it; "
        "use DoesNotExist; if holders with a low value are meant, add GreaterThanOrEqualTo 0\n"
        "\n"
        "1 error, 1 warning, 1 info in 3 of 4 files; --fix mends 1 of them, marked [*]\n"
    )


def test_clean() -> None:
    """Where nothing is found, that is said, and of how much."""
    found = run("lint", "hits/clean.json")

    assert (found.status, found.out, found.err) == (0, "no findings in 1 file\n", "")


def test_several_of_a_kind() -> None:
    """Numbers agree with their nouns."""
    put("x.json", hit(UK, {**UK, "Comparator": "In", "LocaleValues": [{"Country": "USA"}, {"Country": "de"}]}))
    put("y.json", hit(UK))

    assert run("lint", "x.json", "y.json").rows[-1] == "4 errors in 2 of 2 files; --fix mends 4 of them, marked [*]"


def test_text_of_files_is_harmless() -> None:
    """What a file says cannot move the terminal, nor begin a line or a command of its own."""
    put("x.json", json.dumps([{"QualificationTypeId": "3A", "Comparator": "\x1b[31m\nIn\u202e"}], ensure_ascii=False))
    put("\x1b[2J.json", hit(UK))
    for form in ("text", "github"):
        shown = run("lint", "x.json", "\x1b[2J.json", "--format", form, "-v")

        assert all(char.isprintable() or char == "\n" for char in shown.out + shown.err)
        assert len(shown.out.splitlines()) == {"text": 4, "github": 2}[form]


# Statuses


@pytest.mark.parametrize(
    ("name", "threshold", "expected"),
    [
        ("error", "error", 1),
        ("error", "warning", 1),
        ("error", "info", 1),
        ("warning", "error", 0),
        ("warning", "warning", 1),
        ("warning", "info", 1),
        ("info", "error", 0),
        ("info", "warning", 0),
        ("info", "info", 1),
        ("clean", "info", 0),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_fail_on(name: str, threshold: str, expected: int, form: str) -> None:
    """The status is 1 for what is as bad as asked for, whatever the format; milder findings are shown all the same."""
    found = run("lint", f"hits/{name}.json", "--fail-on", threshold, "--format", form)

    assert found.status == expected
    if name != "clean":
        assert "QE" in found.out


def test_warnings_fail_by_default() -> None:
    """Without --fail-on, information does not fail and warnings do."""
    assert run("lint", "hits/info.json").status == 0
    assert run("lint", "hits/warning.json").status == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument 'PATHS...'"),
        (["hits", "--select", "QE9x"], "--select: no rule `QE9x`; did you mean `QE901`?"),
        (["hits", "--ignore", "QE4,unknown-contry"], "no rule `unknown-contry`; did you mean `unknown-country`?"),
        (["hits", "--select", ""], "--select: no rule `''`"),
        (["hits", "--fail-on", "never"], "'never' is not one of 'error', 'warning', 'info'"),
        (["hits", "--environment", "prod"], "'prod' is not one of 'production', 'sandbox'"),
        (["hits", "--format", "xml"], "'xml' is not one of 'text', 'json', 'sarif', 'github'"),
        (["hist"], "no file hist"),
        (["hits/eror.json"], "no file hits/eror.json; did you mean hits/error.json?"),
        (["3SOMEHIT"], "no file 3SOMEHIT; to check a HIT of the service: qualeval fetch 3SOMEHIT | qualeval lint -"),
        (["-", "--fix"], "--fix writes files back, and `-` is none; name the file"),
        (["hits", "--baseline", "x"], "cannot read the baseline (no file x); --write-baseline makes one"),
        (["hits", "--baseline", "hits/clean.json"], "hits/clean.json: line 1, column 1: this is no baseline"),
        (["hits", "--baseline", "hits"], "hits"),
        (["hits", "--write-baseline", "no/where.json"], "no/where.json: No such file or directory"),
    ],
)
def test_refusals(arguments: list[str], said: str) -> None:
    """Wrong usage and wrong input are status 2, with what is wrong and the mend."""
    assert said.replace("'", "") in refusal("lint", *arguments).replace("'", "")


def test_words_of_options_are_the_library_s() -> None:
    """The severities and environments that can be asked for are those that there are."""
    choices = {option.name: option.type for option in cli.commands["lint"].params}
    severities, environments = choices["fail_on"], choices["environment"]

    assert isinstance(severities, click.Choice)
    assert isinstance(environments, click.Choice)
    assert list(severities.choices) == [str(each) for each in Severity]
    assert list(environments.choices) == list(ENVIRONMENTS)


# Which files


def test_verbose(folder: Path) -> None:
    """Whose settings hold, which files count, and why the others do not, is said on stderr; the answer is the same."""
    put("hits/.hidden.json", hit(UK))
    found = run("lint", "hits", "-v")

    assert found.out == run("lint", "hits").out
    assert found.err.splitlines() == [
        f"settings     none found from {folder / 'hits'} up",
        "passed over  hits/.hidden.json: hidden",
        "counts       hits/clean.json",
        "counts       hits/error.json",
        "counts       hits/info.json",
        "counts       hits/warning.json",
        "passed over  hits/worker.json: a worker profile",
    ]


def test_nothing_to_check() -> None:
    """A folder without HITs is no clean one: status 2, and what was looked for or why all was passed over."""
    (Path("empty")).mkdir()
    put("empty/notes.md", "")

    assert refusal("lint", "empty") == (
        "qualeval: empty: no file of HITs, so nothing was checked; looked for were *.json, *.jsonl, *.yaml and *.yml "
        "that are not hidden\n"
    )
    put("empty/worker.json", {"WorkerId": "A1"})
    assert "-v says why 1 file or folder was passed over" in refusal("lint", "empty")
    put("empty/package.json", {"name": "x"})
    assert "-v says why 2 files and folders were passed over" in refusal("lint", "empty")
    assert refusal("lint", "empty", "-v").splitlines()[1] == "passed over  empty/package.json: no word of a HIT's in it"


def test_nothing_to_check_in_one_of_several() -> None:
    """Where other paths have HITs, a folder without any is noted."""
    Path("empty").mkdir()
    found = run("lint", "empty", "hits/clean.json")

    assert (found.status, found.err) == (0, "note: empty: no file of HITs\n")


def test_no_baseline_of_nothing() -> None:
    """Of a folder without HITs no baseline is written."""
    Path("empty").mkdir()

    assert "nothing was checked" in refusal("lint", "empty", "--write-baseline", "old.json")
    assert not Path("old.json").exists()


def test_a_folder_whose_files_are_named_is_not_empty() -> None:
    """Each file is checked once, and none is missed for it."""
    Path("one").mkdir()
    put("one/x.json", hit(US))
    found = run("lint", "one/x.json", "one")

    assert (found.status, found.out, found.err) == (0, "no findings in 1 file\n", "")


def test_named_files_count() -> None:
    """A file that is named is checked whatever it is, save by content, as pre-commit wants it."""
    assert rules_in(run("lint", "hits/worker.json", "--format", "json")) == [("hits/worker.json", "QE002")]
    found = run("lint", "hits/worker.json", "--by-content")

    assert (found.status, found.out) == (0, "no findings in 0 files\n")


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(hit(UK)),
        json.dumps(hit(UK)).encode("utf-8-sig"),
        f"HITId: 3A\nQualificationRequirements: {json.dumps([UK])}\n",
    ],
)
def test_standard_input(content: str | bytes) -> None:
    """A HIT can be piped in, and is called <stdin>."""
    found = run("lint", "-", "--format", "json", stdin=content)

    assert (found.status, rules_in(found)) == (1, [("<stdin>", "QE201")])


def test_standard_input_beside_files() -> None:
    """It is checked once, after the files."""
    found = run("lint", "-", "hits/error.json", "-", "--format", "json", stdin=json.dumps(hit(BLOCK)))

    assert rules_in(found) == [("hits/error.json", "QE201"), ("<stdin>", "QE406")]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe{\x00", b"{", b"5"])
def test_what_cannot_be_read_is_a_finding(content: bytes) -> None:
    """Broken files and streams are found, with status 1, and hide nothing else."""
    put("x.json", content)

    assert rules_in(run("lint", "x.json", "hits/error.json", "--format", "json")) == [
        ("x.json", "QE001"),
        ("hits/error.json", "QE201"),
    ]
    assert rules_in(run("lint", "-", "--format", "json", stdin=content)) == [("<stdin>", "QE001")]


# Formats


def test_json() -> None:
    """A list of objects with stable keys."""
    found = run("lint", "hits/error.json", "--format", "json").json

    assert len(found) == 1
    fingerprint = found[0].pop("fingerprint")
    assert re.fullmatch("[0-9a-f]{32}", fingerprint)
    assert found[0] == {
        "rule": "QE201",
        "name": "unknown-country",
        "severity": "error",
        "message": "unknown country `UK`",
        "help": "did you mean `GB`?",
        "path": "hits/error.json",
        "line": 1,
        "column": Path("hits/error.json").read_text().index('"UK"') + 1,
        "place": "requirement 0: LocaleValues[0].Country",
        "hit": "3HIT",
        "requirement": 0,
        "fixable": True,
    }


def test_json_of_nothing() -> None:
    """No finding is an empty list."""
    assert run("lint", "hits/clean.json", "--format", "json").json == []


def test_sarif() -> None:
    """A log of one run, of this version, with the findings as results."""
    log = run("lint", "hits", "--format", "sarif").json
    (log_run,) = log["runs"]
    driver = log_run["tool"]["driver"]

    assert run("--version").out.split()[-1] == driver["version"]
    assert len(driver["rules"]) == len(CATALOGUE)
    assert [each["ruleId"] for each in log_run["results"]] == ["QE201", "QE409", "QE406"]


def test_github() -> None:
    """A workflow command a finding, and nothing else."""
    lines = run("lint", "hits", "--format", "github").out.splitlines()

    assert [line.split(",")[0] for line in lines] == [
        "::error file=hits/error.json",
        "::notice file=hits/info.json",
        "::warning file=hits/warning.json",
    ]
    assert run("lint", "hits/clean.json", "--format", "github").out == ""


def test_every_format_holds_every_finding() -> None:
    """Text, JSON, SARIF and GitHub tell of the same findings in the same order."""
    forms = ("text", "json", "sarif", "github")
    found = {form: re.findall(r"\bQE[0-9]{3}(?=[ \"])", _findings(form)) for form in forms}

    assert found == {form: ["QE201", "QE409", "QE406"] for form in forms}


def _findings(form: str) -> str:
    out = run("lint", "hits", "--format", form).out
    return out.partition('"results"')[2] if form == "sarif" else out


# Rules


def test_select_and_ignore() -> None:
    """Rules are named by id, by the beginning of one, and by name; again and again, or between commas."""
    every = [("hits/error.json", "QE201"), ("hits/info.json", "QE409"), ("hits/warning.json", "QE406")]

    def found(*options: str) -> list[tuple[str, str]]:
        return rules_in(run("lint", "hits", "--format", "json", *options))

    assert found("--select", "QE4") == every[1:]
    assert found("--select", "QE201,visible-in-vain") == every[:2]
    assert found("--select", "QE201", "--select", "QE406") == [every[0], every[2]]
    assert found("--ignore", "QE2", "--ignore", "QE409") == every[2:]
    assert found("--select", "QE4", "--ignore", "blocklist-by-value") == [every[1]]


def test_environment() -> None:
    """Types that are not where the HIT is to go."""
    put("x.json", hit(requirement("2ARFPLSP75KLA8M8DH1HTEQVJT3SY6", "Exists", ActionsGuarded=ALL)))

    assert run("lint", "x.json").status == 0
    assert run("lint", "x.json", "--environment", "sandbox").status == 0
    assert rules_in(run("lint", "x.json", "--environment", "production", "--format", "json")) == [("x.json", "QE501")]


# Configuration


def configure(text: str, path: str = "qualeval.toml") -> None:
    Path(path).write_text(text, encoding="utf-8")


def test_configuration() -> None:
    """The nearest configuration says what is ignored, what fails, and which files do not count."""
    configure('[lint]\nignore = ["QE409"]\nfail-on = "error"\nexclude = ["hits/error.json"]\n')
    found = run("lint", "hits")

    assert found.status == 0
    assert [row.split()[2] for row in found.rows[:-2]] == ["QE406"]
    assert found.rows[-1] == "1 warning in 1 of 3 files"


def test_options_stand_above_the_configuration() -> None:
    """--select, --fail-on and --environment replace, --ignore adds."""
    configure('[lint]\nselect = ["QE201"]\nignore = ["QE409"]\nfail-on = "info"\nenvironment = "sandbox"\n')
    found = run("lint", "hits", "--select", "QE4", "--fail-on", "error", "--ignore", "QE406", "--format", "json")

    assert (found.status, found.json) == (0, [])
    assert rules_in(run("lint", "hits", "--format", "json")) == [("hits/error.json", "QE201")]


def test_ignored_per_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patterns are relative to the configuration, and hold for files that are named too."""
    configure('[lint.per-file-ignores]\n"hits/error.json" = ["unknown-country"]\n"warn*" = ["QE4"]\n')
    monkeypatch.chdir(folder / "hits")

    assert rules_in(run("lint", ".", "--format", "json")) == [("info.json", "QE409")]
    assert run("lint", "error.json").status == 0


def test_house_rules() -> None:
    """Every HIT must let in those alone who meet these; names of types are understood."""
    configure(
        '[types]\nblocked = "3BLOCK"\n[lint]\n'
        'only = [{ QualificationTypeId = "blocked", Comparator = "DoesNotExist" }]\n'
    )
    put("kept.json", hit(requirement("3BLOCK", "DoesNotExist", ActionsGuarded=ALL)))
    found = run("lint", "hits/clean.json", "kept.json", "--format", "json")

    assert rules_in(found) == [("hits/clean.json", "QE901")]
    assert "blocked DoesNotExist" in found.json[0]["message"]


def test_file_of_house_rules() -> None:
    """It is no HIT of the folder that it lies in, unless it is named."""
    put("hits/house.json", [requirement("3BLOCK", "DoesNotExist")])
    configure('[lint]\nonly = "hits/../hits/house.json"\nselect = ["QE901", "QE409"]\n')
    told = run("lint", "hits", "-v").err

    assert "passed over  hits/house.json: the rules of the house" in told
    assert rules_in(run("lint", "hits/house.json", "--format", "json")) == [("hits/house.json", "QE409")]


def test_broken_configuration() -> None:
    """All that is wrong with it, at once, and no finding."""
    configure('[lint]\nselect = ["QEX"]\nfail-on = "warn"\n')
    said = refusal("lint", "hits")

    assert "lint.select[0]: no rule `QEX`" in said
    assert "lint.fail-on: unknown severity `warn`; did you mean `warning`?" in said


def test_working_directory_that_is_gone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an error of the input, not a bug."""
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    assert "the working directory is gone" in refusal("lint", str(folder / "hits"))


def test_settings_come_from_where_the_files_are(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings and names are those of the files' own folder, from wherever the command runs, and -v says whose."""
    configure('[lint]\nignore = ["QE2"]\n[types]\nblocked = "3BLOCK"\n')
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    configure('[lint]\nignore = ["QE4"]\n')
    found = run("lint", str(folder / "hits"), "-v")

    assert {each["rule"] for each in run("lint", str(folder / "hits"), "--format", "json").json} == {"QE406", "QE409"}
    assert "on blocked shuts out" in found.out
    assert found.err.splitlines()[0] == f"settings     {folder / 'qualeval.toml'}"
    both = run("lint", str(folder / "hits"), str(elsewhere), "-v")
    assert both.err.splitlines()[0] == f"settings     none found from {folder.parent} up"


HOUSE = '[lint]\nonly = [{ QualificationTypeId = "3BLOCK", Comparator = "DoesNotExist" }]\n'


@pytest.mark.parametrize("paths", [["."], ["hits/clean.json", "other/b.json"], ["hits", "other"]])
@pytest.mark.parametrize("above", ["", "[lint]\n"])
def test_house_rules_further_down_are_not_passed_over(paths: list[str], above: str, folder: Path) -> None:
    """They would not be proved with the settings of all files together, so that is an error, unless these are named."""
    Path("other").mkdir()
    put("other/b.json", hit(US))
    configure(HOUSE, "hits/qualeval.toml")
    if above:
        configure(above)
    said = refusal("lint", *paths)

    assert f"{folder / 'hits' / 'qualeval.toml'}: lint.only: house rules that would not be proved: " in said
    assert (f"the settings are those of {folder / 'qualeval.toml'}" in said) == bool(above)
    assert f"lint {folder / 'hits'} by itself, or name the settings with --config" in said
    assert ("hits/clean.json", "QE901") in rules_in(run("lint", "hits", "--format", "json"))
    assert run("lint", "hits/clean.json", "other", "--config", "hits/qualeval.toml").status == 1


def test_house_rules_below_a_file_of_names(folder: Path) -> None:
    """A file of names alone between them and the files hides nothing."""
    Path("hits/a").mkdir()
    put("hits/a/x.json", hit(US))
    configure(HOUSE, "hits/qualeval.toml")
    configure("[types]\n", "hits/a/qualeval.toml")

    assert "house rules that would not be proved" in refusal("lint", ".", "--ignore", "QE2")


def test_house_rules_of_the_working_directory_hold_for_a_stream(folder: Path) -> None:
    """It is checked with the settings of the files beside it, and these are others."""
    configure(HOUSE)
    configure("[lint]\n", "hits/qualeval.toml")

    assert "house rules that would not be proved" in refusal("lint", "hits/clean.json", "-", stdin=json.dumps(hit(US)))


def test_other_settings_further_down_are_told() -> None:
    """They do not hold for the files together, which need not be meant."""
    configure('[lint]\nignore = ["QE4"]\n', "hits/qualeval.toml")
    found = run("lint", ".")

    assert found.status == 1
    assert found.err == (
        f"note: {Path('hits/qualeval.toml').absolute()}: settings that do not hold for its files; "
        "lint its folder by itself, or give --config\n"
    )
    assert run("lint", "hits").err == ""


def test_house_rules_through_a_link(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A link to a folder is where it leads; rules that hold where the link lies are not passed over."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "link").symlink_to(folder / "hits", target_is_directory=True)
    configure(HOUSE)
    path = str(elsewhere / "link" / "clean.json")

    assert rules_in(run("lint", path, "--format", "json")) == [(path, "QE901")]
    assert (path, "QE901") in rules_in(run("lint", str(elsewhere / "link"), "--format", "json"))
    Path("qualeval.toml").rename(elsewhere / "qualeval.toml")
    assert "house rules that would not be proved" in refusal("lint", path)


def test_patterns_hold_through_a_link(folder: Path) -> None:
    """They are relative to the configuration, wherever a link to its folder lies."""
    configure('[lint]\nexclude = ["hits/error.json"]\nper-file-ignores = { "hits/warning.json" = ["QE4"] }\n')
    Path("a").mkdir()
    Path("a/link").symlink_to(folder / "hits", target_is_directory=True)

    assert rules_in(run("lint", "a/link", "--format", "json")) == [("a/link/info.json", "QE409")]


@pytest.mark.parametrize("options", [["--select", "QE4"], ["--ignore", "QE901"]])
def test_house_rules_that_nobody_looks_for_are_told(options: list[str]) -> None:
    """What is not looked for is not kept."""
    configure(HOUSE)

    words = "note: house rules are set, and QE901, which proves them, is not looked for\n"
    assert run("lint", "hits/clean.json", *options).err == words
    assert run("lint", "hits/clean.json", "--select", "QE9").err == ""


def test_settings_of_a_stream_are_those_of_the_working_directory() -> None:
    """Standard input lies nowhere else."""
    configure('[lint]\nignore = ["QE4"]\n')

    assert run("lint", "-", stdin=json.dumps(hit(BLOCK))).status == 0


def test_config() -> None:
    """The settings of a file that is named hold, and those of no other; its paths are relative to it."""
    configure('[lint]\nignore = ["QE"]\n')
    Path("ci").mkdir()
    configure('[lint]\nselect = ["QE406"]\nbaseline = "old.json"\n', "ci/lint.toml")
    put("ci/old.json", {"qualeval-baseline": 1, "findings": []})
    found = run("lint", "hits", "--config", "ci/lint.toml", "--format", "json", "-v")

    assert rules_in(found) == [("hits/warning.json", "QE406")]
    assert found.err.startswith(f"settings     {Path('ci/lint.toml').absolute()}\n")
    assert "no file no.toml" in refusal("lint", "hits", "--config", "no.toml")


# Baseline


def test_baseline() -> None:
    """Old findings are written down, and from then on only new ones are reported."""
    wrote = run("lint", "hits", "--write-baseline", "old.json")
    again = run("lint", "hits", "--baseline", "old.json")
    put("hits/error.json", hit(UK, UK))
    new = run("lint", "hits", "--baseline", "old.json", "--select", "QE201")

    assert (wrote.status, wrote.out, wrote.err) == (0, "", "wrote 3 findings of 3 files to old.json\n")
    assert (again.status, again.err) == (0, "")
    assert again.out == "no findings in 4 files; 3 old ones are in the baseline\n"
    assert new.status == 1
    assert new.rows[-1] == "1 error in 1 of 4 files; --fix mends 1 of them, marked [*]; 1 old one is in the baseline"


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_old_findings_are_not_shown(form: str) -> None:
    """In no format but SARIF, where they are suppressed."""
    run("lint", "hits", "--write-baseline", "old.json")
    found = run("lint", "hits", "--baseline", "old.json", "--format", form)
    sarif = run("lint", "hits", "--baseline", "old.json", "--format", "sarif")

    assert (found.status, sarif.status) == (0, 0)
    assert "QE" not in found.out
    assert [len(each["suppressions"]) for each in sarif.json["runs"][0]["results"]] == [1, 1, 1]


def test_baseline_of_another_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A baseline knows its files from wherever the command runs, and by whatever path they are named."""
    Path("ci").mkdir()
    run("lint", "hits", "--write-baseline", "ci/old.json")
    monkeypatch.chdir(folder / "hits")

    assert run("lint", ".", "--baseline", "../ci/old.json").status == 0
    assert run("lint", str(folder / "hits"), "--baseline", str(folder / "ci" / "old.json")).status == 0


def test_baseline_in_the_configuration() -> None:
    """It is relative to the configuration, need not be there to be written, and --baseline stands above it."""
    configure('[lint]\nbaseline = "old.json"\n')

    assert "cannot read the baseline" in refusal("lint", "hits")
    assert run("lint", "hits", "--write-baseline", "old.json").status == 0
    assert run("lint", "hits").status == 0
    put("empty.json", {"qualeval-baseline": 1, "findings": []})
    assert run("lint", "hits", "--baseline", "empty.json").status == 1


def test_stale_entries() -> None:
    """What the baseline knows and is gone is noted; with -v it is named."""
    run("lint", "hits", "--write-baseline", "old.json")
    put("hits/error.json", hit(US))
    Path("hits/warning.json").unlink()
    found = run("lint", "hits", "--baseline", "old.json")
    told = run("lint", "hits", "--baseline", "old.json", "-v").err.splitlines()

    assert found.status == 0
    assert found.err == "note: 2 old findings of the baseline are gone; write it anew with --write-baseline\n"
    assert told[-2:] == [
        "gone         hits/error.json: QE201 unknown country `UK`",
        "gone         hits/warning.json: QE406 `LessThan 1` on 3BLOCK shuts out everyone who lacks it",
    ]
    part = run("lint", "hits/clean.json", "hits/info.json", "--baseline", "old.json")
    assert part.err.startswith("note: 1 old finding of the baseline is gone")


def test_a_baseline_of_a_part_keeps_the_rest() -> None:
    """What was not looked for stays in the baseline: other files, other rules. What is no more, goes."""
    run("lint", "hits", "--write-baseline", "old.json")
    whole = Path("old.json").read_text()
    one = run("lint", "hits/error.json", "--write-baseline", "old.json")
    some = run("lint", "hits", "--select", "QE201", "--write-baseline", "old.json")

    assert one.err == (
        "wrote 1 finding of 1 file to old.json; kept 2 of files and rules that were not looked at\n"
    )
    assert some.err == one.err
    assert Path("old.json").read_text() == whole
    Path("hits/info.json").unlink()
    put("hits/warning.json", hit(US))
    assert "; kept 1 of files and rules" in run("lint", "hits/error.json", "--write-baseline", "old.json").err
    assert run("lint", "hits", "--write-baseline", "old.json").err == "wrote 1 finding of 1 file to old.json\n"


def test_rules_that_are_not_selected_are_not_gone() -> None:
    """Who looks for a part of the rules is not told that findings of the others are gone."""
    run("lint", "hits", "--write-baseline", "old.json")

    assert run("lint", "hits", "--select", "QE201", "--baseline", "old.json").err == ""


def test_a_baseline_overwrites_nothing_else() -> None:
    """Neither a file of HITs, nor another file, nor a baseline that is checked itself."""
    before = Path("hits/error.json").read_text()
    put("notes.json", {"a": 1})
    put("broken.json", "<<<<<<< ours")
    put("old.json", {"qualeval-baseline": 1, "findings": []})

    for target in ("hits/error.json", "notes.json", "broken.json"):
        said = refusal("lint", "hits", "--fix", "--write-baseline", target)
        assert said.startswith(f"qualeval: {target}: ")
        assert "--write-baseline does not overwrite it; name another file, or remove this one" in said
    for path in ("old.json", "./old.json"):
        said = refusal("lint", path, "--write-baseline", "old.json")
        assert "would overwrite old.json, which is to be checked" in said
    assert "this is no file" in refusal("lint", "hits", "--write-baseline", os.devnull)
    assert Path("hits/error.json").read_text() == before
    assert json.loads(Path("notes.json").read_text()) == {"a": 1}


def test_baseline_in_the_folder() -> None:
    """The baseline that lies among the HITs is no HIT."""
    run("lint", "hits", "--write-baseline", "hits/old.json")

    assert run("lint", "hits", "--baseline", "hits/old.json").out.startswith("no findings in 4 files")


# Fixes


def test_fix() -> None:
    """What has one right answer is mended in the file, whose other content stays; the rest is reported."""
    text = (
        "# the survey\nQualificationRequirements:\n"
        f"  - QualificationTypeId: '{LOCALE}'   # where\n    Comparator: EqualTo\n"
        "    LocaleValues: [{Country: UK}]\n    RequiredToPreview: true\n"
        "  - {QualificationTypeId: 3BLOCK, Comparator: LessThan, IntegerValues: [1]}\n"
    )
    put("x.yaml", text)
    found = run("lint", "x.yaml", "--fix", "--ignore", "QE409")

    assert Path("x.yaml").read_text() == text.replace("UK", "GB").replace(
        "RequiredToPreview: true", "ActionsGuarded: PreviewAndAccept"
    )
    assert found.err.splitlines() == [
        "mended x.yaml: requirement 0: LocaleValues[0].Country: write `GB` (QE201)",
        "mended x.yaml: requirement 0: RequiredToPreview: write `ActionsGuarded: PreviewAndAccept` (QE304)",
    ]
    assert found.status == 1
    assert [row.split()[2] for row in found.rows[:-2]] == ["QE406"]


def test_fix_of_what_is_clean() -> None:
    """A file without anything to mend is not written."""
    before = os.stat("hits/clean.json")
    found = run("lint", "hits/clean.json", "hits/warning.json", "--fix")

    assert found.err == ""
    assert os.stat("hits/clean.json").st_mtime_ns == before.st_mtime_ns


MENDABLE: dict[str, object] = {
    "QE007": hit({"QualificationTypeId": "3A", "Comparator": "EqualTo", "integervalues": [1]}),
    "QE203": hit({**US, "LocaleValues": [{"Country": "US", "Subdivision": "wa"}]}),
    "QE301": hit({**US, "ActionsGuarded": "accept"}),
}
"""What has one right answer, of rules whose examples have none."""


@pytest.mark.parametrize("rule", [rule.id for rule in CATALOGUE if rule.has_fix])
def test_fix_of_every_rule(rule: str) -> None:
    """What a fix can mend is gone after it, in one run, and a second run mends nothing."""
    put("x.json", MENDABLE.get(rule, EXAMPLES[rule].bad))
    where = {"QE501": "production", "QE502": "sandbox"}.get(rule, "")
    options = ["--environment", where] if where else []
    first = run("lint", "x.json", "--fix", *options)
    second = run("lint", "x.json", "--fix", "--format", "json", *options)

    assert f"({rule})" in first.err
    assert rule not in [each["rule"] for each in second.json]
    assert second.err == ""
    assert not any(each["fixable"] for each in second.json)


def test_fixes_that_do_not_go_together() -> None:
    """They are made one after the other."""
    twice = {**US, "Comparator": "EqualTo", "LocaleValues": [{"Country": "US"}, {"Country": "us"}]}
    put("x.json", hit(twice))
    found = run("lint", "x.json", "--fix")

    assert (found.status, found.rows[-1]) == (0, "no findings in 1 file")


def test_fix_that_is_refused() -> None:
    """A value that stands in an alias is left as it is, and why is said."""
    put("x.yaml", REFUSED)
    found = run("lint", "x.yaml", "--fix", "--select", "QE201")

    assert found.status == 1
    assert Path("x.yaml").read_text() == REFUSED
    assert "not mended x.yaml: requirement 0: LocaleValues[0].Country: write `GB` (QE201): " in found.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_fix_of_a_file_that_is_read_only(folder: Path) -> None:
    """It is left alone, and the other files are mended."""
    put("hits/two.json", hit(UK))
    (folder / "hits" / "error.json").chmod(0o444)
    found = run("lint", "hits", "--fix")

    assert "not mended hits/error.json: cannot write hits/error.json: permission denied" in found.err
    assert "mended hits/two.json" in found.err


def test_fixes_that_were_refused_are_not_promised() -> None:
    """After --fix the summary does not say that --fix mends what it has just left alone."""
    put("x.yaml", REFUSED)
    found = run("lint", "x.yaml", "--fix")

    assert "not mended x.yaml" in found.err
    assert "--fix" not in found.out
    assert "[*]" not in found.out


def test_diff() -> None:
    """What --fix would write is shown as a diff that can be applied, and nothing is written; the status is as it is."""
    text = Path("hits/error.json").read_text()
    Path("hits/error.json").write_text(text.replace("{", "{\n"))
    before = Path("hits/error.json").read_bytes()
    found = run("lint", "hits", "--fix", "--diff")
    again = run("lint", "hits", "--fix", "--diff", "--select", "QE406", "--fail-on", "error")

    assert found.status == run("lint", "hits").status == 1
    assert Path("hits/error.json").read_bytes() == before
    assert found.err == "would mend hits/error.json: requirement 0: LocaleValues[0].Country: write `GB` (QE201)\n"
    assert found.out.startswith("--- hits/error.json\n+++ hits/error.json\n@@ ")
    assert (again.status, again.out) == (0, "")
    Path("fix.diff").write_bytes(found.out.encode())
    subprocess.run(["git", "apply", "-p0", "fix.diff"], check=True)
    assert Path("hits/error.json").read_bytes() == before.replace(b"UK", b"GB")


def test_diff_of_what_is_refused() -> None:
    """What --fix would leave alone is said."""
    put("x.yaml", REFUSED)

    assert "would not mend x.yaml: requirement 0" in run("lint", "x.yaml", "--fix", "--diff").err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--diff"], "--diff shows what --fix would write; give both"),
        (["--fix", "--diff", "--format", "json"], "leave --format json out"),
        (["--fix", "--diff", "--write-baseline", "x"], "leave --write-baseline out"),
    ],
)
def test_diff_alone(options: list[str], words: str) -> None:
    """A diff is all that is written."""
    assert words in refusal("lint", "hits", *options)


def test_fix_leaves_old_findings() -> None:
    """What the baseline knows is not touched."""
    run("lint", "hits", "--write-baseline", "old.json")
    put("hits/two.json", hit(UK))
    found = run("lint", "hits", "--baseline", "old.json", "--fix")

    assert found.status == 0
    assert found.err == "mended hits/two.json: requirement 0: LocaleValues[0].Country: write `GB` (QE201)\n"


def test_fix_leaves_old_findings_in_the_same_file() -> None:
    """Of an old mistake and a new one in a file, the new one is mended."""
    run("lint", "hits", "--write-baseline", "old.json")
    put("hits/error.json", hit(UK, {**UK, "LocaleValues": [{"Country": "USA"}]}))
    found = run("lint", "hits/error.json", "--baseline", "old.json", "--fix")

    assert found.err == "mended hits/error.json: requirement 1: LocaleValues[0].Country: write `US` (QE201)\n"
    assert '"UK"' in Path("hits/error.json").read_text()


def test_fix_and_baseline() -> None:
    """What is left after the fixes can be written down as old."""
    found = run("lint", "hits", "--fix", "--write-baseline", "old.json")

    assert found.err.splitlines()[-1] == "wrote 2 findings of 2 files to old.json"


def test_fix_in_many_documents() -> None:
    """Each document of a file is mended, JSON Lines stay lines."""
    put("x.jsonl", f"{json.dumps(hit(UK))}\n\n{json.dumps(hit(US))}\n{json.dumps(hit(UK))}\n")
    found = run("lint", "x.jsonl", "--fix")

    assert found.err.count("mended x.jsonl") == 2
    assert Path("x.jsonl").read_text() == (
        f"{json.dumps(hit(UK))}\n\n{json.dumps(hit(US))}\n{json.dumps(hit(UK))}\n".replace("UK", "GB")
    )


# Habits


def test_colour_only_on_a_terminal() -> None:
    """A pipe gets none, whatever the environment asks for."""
    found = spawn("lint", "hits", environment={"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"})

    assert found.status == 1
    assert "\x1b" not in found.out + found.err


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_closed_pipe(form: str, folder: Path) -> None:
    """A reader that goes away is no error to speak of."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "qualeval", "lint", str(folder / "hits"), "--format", form]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=write, stderr=subprocess.PIPE, env=environment) as process:
        os.close(write)
        _, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (141, b"")


def hooks() -> list[dict[str, Any]]:
    """The hooks that pre-commit is offered."""
    found: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    return found


def test_pre_commit_hook() -> None:
    """What pre-commit runs is a command of ours with options that it has, on the files that a folder looks at."""
    (hook,) = hooks()
    command, name, *options = shlex.split(hook["entry"])
    names = ("a.json", "a.jsonl", "a.yaml", "a.yml", "a.toml", "json")

    assert hook["id"] == "qualeval-lint"
    assert (hook["language"], command, name) == ("python", "qualeval", "lint")
    assert {"json", "yaml"} <= set(hook["types_or"])
    assert [each for each in names if re.search(hook["files"], each)] == ["a.json", "a.jsonl", "a.yaml", "a.yml"]
    assert run(name, *options, "hits/error.json").status == 1
    assert run(name, *options, "hits/worker.json").status == 0
