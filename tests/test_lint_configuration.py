"""The linter's settings from the configuration: what each says, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.errors import InputNotFound, InvalidInput, QualevalError
from qualeval.linting.catalogue import CATALOGUE, Severity
from qualeval.linting.configuration import (
    ENVIRONMENTS,
    LintSettings,
    common_folder,
    find_lint_settings,
    read_lint_settings,
)
from qualeval.linting.subject import Environment

ALL = """
[types]
study = "3STUDY"

[lint]
select = ["QE4", "unknown-country"]
ignore = ["QE409"]
fail-on = "error"
environment = "sandbox"
baseline = "ci/baseline.json"
exclude = ["drafts/**", "*.template.json"]
per-file-ignores = { "pilot-*.json" = ["QE405", "no-requirements"], "hits/old" = ["QE"] }

[[lint.only]]
QualificationTypeId = "study"
Comparator = "DoesNotExist"

[[lint.only]]
QualificationTypeId = "Worker_Locale"
Comparator = "In"
LocaleValues = [{ Country = "US" }, { Country = "CA" }]
"""


def settings_of(folder: Path, text: str, name: str = "qualeval.toml") -> LintSettings:
    (folder / name).write_text(text, encoding="utf-8")
    return find_lint_settings(folder)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        settings_of(folder, text)
    assert caught.value.source == str(folder / "qualeval.toml")
    return str(caught.value).removeprefix(f"{caught.value.source}: ")


@pytest.mark.parametrize("name", ["qualeval.toml", "pyproject.toml"])
def test_settings(tmp_path: Path, name: str) -> None:
    """Every key, in either file; paths are relative to the file."""
    text = ALL if name == "qualeval.toml" else ALL.replace("[types]", "[tool.qualeval.types]").replace(
        "[lint", "[tool.qualeval.lint"
    )  # fmt: skip
    found = settings_of(tmp_path, text, name)

    assert (found.select, found.ignore) == (("QE4", "unknown-country"), ("QE409",))
    assert (found.fail_on, found.environment) == (Severity.ERROR, "sandbox")
    assert (found.folder, found.baseline) == (tmp_path, tmp_path / "ci" / "baseline.json")
    assert [glob.pattern for glob in found.exclude] == ["drafts/**", "*.template.json"]
    assert [str(each.comparator) for each in found.only] == ["DoesNotExist", "In"]
    assert (found.only[0].qualification_type_id, found.only_from) == ("3STUDY", None)
    assert found.names.id_of("study") == "3STUDY"


def test_without_configuration(tmp_path: Path) -> None:
    """All rules, warnings fail, nothing is excluded."""
    found = find_lint_settings(tmp_path)

    assert found == LintSettings(folder=tmp_path, is_asked_for=False)
    assert (found.select, found.fail_on, found.only) == ((), Severity.WARNING, ())


def test_without_a_table(tmp_path: Path) -> None:
    """Names for types alone: the folder is that of the configuration all the same."""
    (tmp_path / "a").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.qualeval.types]\nstudy = "3STUDY"\n')
    found = find_lint_settings(tmp_path / "a")

    assert (found.folder, found.names.own) == (tmp_path, {"study": "3STUDY"})


HOUSE = '[lint]\nonly = [{ QualificationTypeId = "3A", Comparator = "Exists" }]\n'
IN_TOOL = HOUSE.replace("[lint", "[tool.qualeval.lint")


@pytest.mark.parametrize(
    ("farther", "text", "nearer"),
    [
        ("qualeval.toml", HOUSE, "a/qualeval.toml"),
        ("pyproject.toml", IN_TOOL, "a/qualeval.toml"),
        ("pyproject.toml", IN_TOOL, "qualeval.toml"),
    ],
)
def test_names_hide_no_settings(tmp_path: Path, farther: str, text: str, nearer: str) -> None:
    """A nearer file that speaks of names alone would hide house rules, so it is refused until it says what holds."""
    (tmp_path / "a").mkdir()
    (tmp_path / farther).write_text(text)
    (tmp_path / nearer).write_text('[types]\nstudy = "3STUDY"\n')

    with pytest.raises(InvalidInput) as caught:
        find_lint_settings(tmp_path / "a")
    assert str(caught.value) == (
        f"{tmp_path / nearer}: it has no settings for the linter, and hides those of {tmp_path / farther}; "
        "move its names there, or give it a [lint] table, which may be empty"
    )
    (tmp_path / nearer).write_text('[types]\nstudy = "3STUDY"\n[lint]\n')
    assert find_lint_settings(tmp_path / "a").only == ()
    assert read_lint_settings(tmp_path / nearer).names.id_of("study") == "3STUDY"


def test_names_alone_hide_names(tmp_path: Path) -> None:
    """Where no file on the way has settings, the nearest names hold."""
    (tmp_path / "a").mkdir()
    (tmp_path / "qualeval.toml").write_text('[types]\nstudy = "3FAR"\n')
    (tmp_path / "a" / "qualeval.toml").write_text('[types]\nstudy = "3NEAR"\n')

    assert find_lint_settings(tmp_path / "a").names.id_of("study") == "3NEAR"


def test_house_rules_that_are_idle(tmp_path: Path) -> None:
    """With a selection that leaves out the rule that proves them nothing is proved."""
    found = settings_of(tmp_path, HOUSE)

    assert not found.is_house_idle
    assert found.changed(select=("QE4",)).is_house_idle
    assert found.changed(ignore=("house-rule",)).is_house_idle
    assert not LintSettings(select=("QE4",)).is_house_idle


def test_file_of_house_rules(tmp_path: Path) -> None:
    """`only` may name a file of requirements, or a HIT that has them, beside the configuration."""
    hit = '{"QualificationRequirements": [{"QualificationTypeId": "study", "Comparator": "Exists"}]}'
    (tmp_path / "house.json").write_text(hit)
    found = settings_of(tmp_path, '[types]\nstudy = "3A"\n[lint]\nonly = "house.json"\n')

    assert found.only == (qe.QualificationRequirement("3A", qe.Comparator.EXISTS),)
    assert found.only_from == tmp_path / "house.json"


@pytest.mark.parametrize("held", ['{"QualificationRequirements": []}', "HITId: 3H\nQualificationRequirements: []"])
def test_no_house_rules(tmp_path: Path, held: str) -> None:
    """Of no rule everything is proved, so house rules that are empty are a slip that is told."""
    (tmp_path / "house.json").write_text(held)

    assert settings_of(tmp_path, "[lint]\n").only == ()
    assert refusal(tmp_path, "[lint]\nonly = []\n") == (
        "lint.only: expected requirements, got an empty list; write one at least, or leave `only` out"
    )
    assert refusal(tmp_path, '[lint]\nonly = "house.json"\n') == (
        f"lint.only: expected requirements, got {tmp_path / 'house.json'}, which holds none; "
        "write one at least, or leave `only` out"
    )


def test_one_file_of_settings(tmp_path: Path) -> None:
    """A file that is named is read whatever it is called and wherever it lies, and must speak of qualeval."""
    (tmp_path / "ci.toml").write_text('[lint]\nbaseline = "old.json"\n[types]\nstudy = "3STUDY"\n')
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    found = read_lint_settings(tmp_path / "ci.toml")

    assert (found.baseline, found.folder) == (tmp_path / "old.json", tmp_path)
    assert found.configuration == tmp_path / "ci.toml"
    assert found.names.id_of("study") == "3STUDY"
    with pytest.raises(InvalidInput, match=r"pyproject\.toml: there is no \[tool\.qualeval\] table"):
        read_lint_settings(tmp_path / "pyproject.toml")
    with pytest.raises(InputNotFound, match="no file"):
        read_lint_settings(tmp_path / "none.toml")
    assert find_lint_settings(tmp_path).configuration is None


def test_the_folder_of_several_paths(tmp_path: Path) -> None:
    """Files count by their folder; of no path it is where one stands."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "x.json").touch()

    assert common_folder(["a/b", "a/x.json"], tmp_path) == tmp_path / "a"
    assert common_folder(["a/x.json"], tmp_path) == tmp_path / "a"
    assert common_folder([str(tmp_path / "a" / "b"), "elsewhere.json"], tmp_path) == tmp_path
    assert common_folder(["a/b/none.json", "a/../a/b"], tmp_path) == tmp_path / "a" / "b"
    assert common_folder([], tmp_path) == tmp_path
    (tmp_path / "link").symlink_to(tmp_path / "a" / "b", target_is_directory=True)
    (tmp_path / "link.json").symlink_to(tmp_path / "a" / "x.json")
    assert common_folder(["link"], tmp_path) == tmp_path / "a" / "b"
    assert common_folder(["link/none.json"], tmp_path) == tmp_path / "a" / "b"
    assert common_folder(["link.json"], tmp_path) == tmp_path


def test_ignored_in_a_file(tmp_path: Path) -> None:
    """What is ignored everywhere, and by every pattern that matches; each once."""
    found = settings_of(tmp_path, ALL)

    assert found.ignored_in("hits/a.json") == ("QE409",)
    assert found.ignored_in("x/pilot-1.json") == ("QE409", "QE405", "no-requirements")
    assert found.ignored_in("hits/old/pilot-1.json") == ("QE409", "QE405", "no-requirements", "QE")


def test_options_stand_above_the_configuration(tmp_path: Path) -> None:
    """What is asked for on the spot replaces, and `ignore` adds; what is not asked for stays."""
    found = settings_of(tmp_path, ALL)
    other = found.changed(
        select=("QE1",), ignore=("QE101",), fail_on="info", environment="production", baseline=Path("b.json")
    )

    assert found.changed() == found
    assert (other.select, other.ignore) == (("QE1",), ("QE409", "QE101"))
    assert (other.fail_on, other.environment, other.baseline) == (Severity.INFO, "production", Path("b.json"))
    assert (other.only, other.exclude) == (found.only, found.exclude)
    with pytest.raises(InvalidInput, match="unknown severity"):
        found.changed(fail_on="never")
    with pytest.raises(InvalidInput, match="unknown environment"):
        found.changed(environment="prod")


def test_environments_are_the_linter_s() -> None:
    """The words of the configuration are those that the linter takes."""
    assert set(ENVIRONMENTS) == set(Environment.__args__)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select = 'QE4'", 'lint.select: expected a list, got the text `QE4`; write `["QE4"]`'),
        ("select = [4]", 'lint.select[0]: expected text, got the number `4`; write `"4"`'),
        ("select = ['QE9x']", "lint.select[0]: no rule `QE9x`; did you mean `QE901`?"),
        ("ignore = ['unknown-contry']", "lint.ignore[0]: no rule `unknown-contry`; did you mean `unknown-country`?"),
        ("ignore = ['']", "lint.ignore[0]: no rule `''`; `qualeval rules` lists them"),
        ("fail-on = 'warn'", "lint.fail-on: unknown severity `warn`; did you mean `warning`?"),
        ("fail-on = true", "lint.fail-on: expected text, got `true`; known are `error`, `warning`, `info`"),
        ("fail_on = 'error'", "lint.fail_on: unknown key `fail_on` in the linter's settings; did you mean `fail-on`?"),
        ("strict = 1", "lint.strict: unknown key `strict` in the linter's settings; known are `select`, `ignore`, "
                       "`fail-on`, `environment`, `baseline`, `exclude`, `per-file-ignores`, `only`"),
        ("environment = 'prod'", "lint.environment: unknown environment `prod`; write `production` or `sandbox`"),
        ("environment = 'Sandbox'", "lint.environment: unknown environment `Sandbox`; did you mean `sandbox`?"),
        ("environment = 'x'", "lint.environment: unknown environment `x`; write `production` or `sandbox`"),
        ("environment = ''", "lint.environment: expected text, got an empty text"),
        ("baseline = ''", "lint.baseline: expected text, got an empty text"),
        ("baseline = 1", 'lint.baseline: expected text, got the number `1`; write `"1"`'),
        ("exclude = ['']", "lint.exclude[0]: the pattern `''` matches nothing; write `drafts/**`"),
        ("exclude = ['a', '[z-a]']", "lint.exclude[1]: `[z-a]` is no pattern: bad character range z-a"),
        ("per-file-ignores = 1", "lint.per-file-ignores: expected an object, got the number `1`"),
        ("per-file-ignores = { a = 'QE1' }",
         'lint.per-file-ignores.a: expected a list of rules, got the text `QE1`; write `["QE405"]`'),
        ("per-file-ignores = { a = ['QE1', 'x'] }",
         "lint.per-file-ignores.a[1]: no rule `x`; `qualeval rules` lists them"),
        ("per-file-ignores = { '' = ['QE1'] }",
         "lint.per-file-ignores: the pattern `''` matches nothing; write `drafts/**`"),
        ("only = 5", "lint.only: expected a list of requirements or the path of a file of them, got the number `5`; "
                     "write `[[tool.qualeval.lint.only]]`"),
        ("only = [{ QualificationTypeId = 'x', Comparator = 'Exists' }]",
         "lint.only[0].QualificationTypeId: unknown qualification type `x`; names of your own go into "
         "[tool.qualeval.types]"),
        ("only = [{ QualificationTypeId = '3A', Comparator = 'Equal', IntegerValues = [1] }]",
         "lint.only[0].Comparator: unknown comparator `Equal`; did you mean `EqualTo`?"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_setting(tmp_path: Path, text: str, message: str) -> None:
    """The file and the place in it, what was got, what was expected, the mend."""
    assert refusal(tmp_path, f"[lint]\n{text}\n") == message


def test_what_is_wrong_with_a_file_of_house_rules(tmp_path: Path) -> None:
    """A file that is not there or broken is told of with both files."""
    assert refusal(tmp_path, "[lint]\nonly = 'x.json'\n") == f"lint.only: no file {tmp_path / 'x.json'}"

    (tmp_path / "house.json").write_text('[{"Comparator": "Exists"}]')

    assert refusal(tmp_path, "[lint]\nonly = 'house.json'\n") == (
        f"lint.only: {tmp_path / 'house.json'}: line 1, column 2: requirement 0: `QualificationTypeId` is missing"
    )


def test_all_problems_at_once(tmp_path: Path) -> None:
    """Every bad setting of a table."""
    text = "[lint]\nselect = ['x', 'QE4', 5]\nignore = ['y']\nfail-on = 'z'\nexclude = ['']\nonly = 5\nstrict = 1\n"
    message = refusal(tmp_path, text)

    assert {line.split(":")[0].strip() for line in message.split("\n")[1:]} == {
        "lint.select[0]", "lint.select[2]", "lint.ignore[0]", "lint.fail-on", "lint.exclude[0]", "lint.only",
        "lint.strict",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lint = 5\n", "lint: expected a table of settings, got the number `5`"),
        ("[lnt]\n", "lnt: unknown table `lnt`; did you mean `lint`?"),
        ("[lint]\n[types]\n[lnt]\n", "lnt: unknown table `lnt`; did you mean `lint`?"),
        ("[[house.only]]\n", "house: unknown table `house`; known are `types` and `lint`"),
        ("[lint]\n[tool.qualeval.house]\n", "tool.qualeval.house: unknown table `house`; known are `types` and `lint`"),
        ("[tool.qualeval]\nlint = ['QE4']\n", "tool.qualeval.lint: expected a table of settings, got a list"),
        ("[lint]\n[tool.qualeval.lint]\n", "settings stand in [lint] and in [tool.qualeval.lint]; keep one table"),
        ("select = ['QE4']\n", "the key `select` stands outside of any table; put it under [types] or [lint]"),
        (
            "[tool.qualeval]\nselect = ['QE4']\n",
            "tool.qualeval: the key `select` stands outside of any table; put it under [tool.qualeval.types] or "
            "[tool.qualeval.lint]",
        ),
    ],
)  # fmt: skip
def test_where_the_table_stands(tmp_path: Path, text: str, message: str) -> None:
    """A table that would be overlooked is refused."""
    assert refusal(tmp_path, text) == message


pieces = st.sampled_from(
    [
        "[lint]\n", "[types]\n", "[[lint.only]]\n", "select = ", "ignore = ", "only = ", "exclude = ",
        "per-file-ignores = ", "['QE4']\n", "'error'\n", "{ a = ['QE'] }\n", "1\n", "fail-on = ", "Comparator = ",
        "QualificationTypeId = ",
    ]
)  # fmt: skip


@given(st.lists(pieces | st.text(max_size=3), max_size=10).map("".join))
def test_any_file_is_settings_or_an_error_of_ours(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever the text, the answer is settings or an error of ours."""
    folder = tmp_path_factory.mktemp("any")
    (folder / "qualeval.toml").write_text(text, encoding="utf-8", errors="replace")
    try:
        outcome: object = find_lint_settings(folder)
    except QualevalError as error:
        outcome = error

    assert isinstance(outcome, LintSettings) or str(outcome)


@given(st.lists(st.sampled_from([name for rule in CATALOGUE for name in (rule.id, rule.name, rule.id[:3])])))
def test_every_rule_can_be_named(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    """By its id, the beginning of it, and its name."""
    folder = tmp_path_factory.mktemp("named")

    assert settings_of(folder, f"[lint]\nignore = {names}\n").ignore == tuple(names)
