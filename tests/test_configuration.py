"""Names for types from the nearest pyproject.toml or qualeval.toml: which file counts, and what is wrong with it."""

# ruff: noqa: E501 - a mistake and its message stand on one line

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualeval.errors import InvalidInput, QualevalError
from qualeval.model.qualification_types import LOCALE, TypeNames
from qualeval.sources.configuration import find_type_names

IN_TOOL = '[tool.qualeval.types]\nstudy = "3ABC"\n'
AT_TOP = '[types]\nstudy = "3XYZ"\n'


def refusal(folder: Path, text: str, name: str = "qualeval.toml") -> str:
    path = folder / name
    path.write_text(text)
    with pytest.raises(InvalidInput) as caught:
        find_type_names(folder)
    assert str(path) == caught.value.source
    return str(caught.value).removeprefix(f"{path}: ").removeprefix(f"{path}:")


@pytest.mark.parametrize(
    ("name", "text"), [("pyproject.toml", IN_TOOL), ("qualeval.toml", IN_TOOL), ("qualeval.toml", IN_TOOL[15:])]
)
def test_both_files_name_types(tmp_path: Path, name: str, text: str) -> None:
    """`[tool.qualeval.types]` in either, `[types]` in a file of our own."""
    (tmp_path / name).write_text(text if text.startswith("[tool") else "[types]" + text[6:])

    names = find_type_names(tmp_path)

    assert TypeNames({"study": "3ABC"}) == names
    assert names.id_of("Worker_Locale") == LOCALE


def test_the_nearest_folder_counts(tmp_path: Path) -> None:
    """On the way up from a folder, from a file, and from what does not exist."""
    inner = tmp_path / "project" / "data"
    inner.mkdir(parents=True)
    (tmp_path / "qualeval.toml").write_text(AT_TOP)
    (tmp_path / "project" / "pyproject.toml").write_text(IN_TOOL)
    (inner / "hit.json").write_text("{}")

    for start in (inner, inner / "hit.json", inner / "none", inner / ".." / "data", str(inner)):
        assert find_type_names(start).own == {"study": "3ABC"}
    assert find_type_names(tmp_path / "other").own == {"study": "3XYZ"}
    assert find_type_names(inner / ".." / "..").own == {"study": "3XYZ"}


def test_a_relative_start_is_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the empty path of `Path()`."""
    (tmp_path / "qualeval.toml").write_text(AT_TOP)
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")

    assert {"study": "3XYZ"} == find_type_names(Path()).own == find_type_names("x/hit.json").own


def test_of_two_in_one_folder_our_own_counts(tmp_path: Path) -> None:
    """qualeval.toml before pyproject.toml."""
    (tmp_path / "pyproject.toml").write_text(IN_TOOL)
    (tmp_path / "qualeval.toml").write_text(AT_TOP)

    assert find_type_names(tmp_path).own == {"study": "3XYZ"}


def test_a_project_that_does_not_speak_of_us_is_passed_over(tmp_path: Path) -> None:
    """A pyproject.toml without our table, be it sound or not, hides nothing further up."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(IN_TOOL)
    (tmp_path / "a" / "pyproject.toml").write_text('[project]\ndependencies = ["qualeval"]\n')
    (inner / "pyproject.toml").write_text("= broken")

    assert find_type_names(inner).own == {"study": "3ABC"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.qualeval.lint]\nstrict = true\n"),
        ("qualeval.toml", ""),
        ("qualeval.toml", "[types]\n"),
        ("qualeval.toml", "[lint]\nstrict = true\n"),
    ],
)
def test_a_file_of_ours_without_names_ends_the_search(tmp_path: Path, name: str, text: str) -> None:
    """The nearest configuration counts, though it names no type."""
    (tmp_path / "qualeval.toml").write_text(AT_TOP)
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / name).write_text(text)

    assert TypeNames() == find_type_names(tmp_path / "inner")


def test_without_any_file_the_system_names_hold(tmp_path: Path) -> None:
    """Folders called like the files are no files."""
    (tmp_path / "qualeval.toml").mkdir()

    assert TypeNames() == find_type_names(tmp_path)


def test_bytes_that_editors_leave(tmp_path: Path) -> None:
    """A byte order mark and Windows line ends."""
    (tmp_path / "qualeval.toml").write_bytes(b"\xef\xbb\xbf[types]\r\nstudy = '3XYZ'\r\n")

    assert find_type_names(tmp_path).own == {"study": "3XYZ"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[types]\nstudy = 3\n", "types.study: expected a type id as text, got the number `3`; put the id into quotes"),
        ("[types]\nstudy = ['3ABC']\n", "types.study: expected a type id as text, got a list; put the id into quotes"),
        ("[types]\nstudy = 2018-04-12\n", "types.study: expected a type id as text, got a value of the Python type date; put the id into quotes"),
        ("[types.a]\nstudy = '3'\n", "types.a: expected a type id as text, got an object; put the id into quotes"),
        ("[types]\nstudy = '3abc'\n", "types.study: got `3abc`, expected a type id of capital letters and digits, 64 at most; names of your own go into [tool.qualeval.types]"),
        ("[types]\nMasters = '3ABC'\n", "types.Masters: `Masters` is the name of a system type already; choose another name"),
        ("[types]\n' ' = '3ABC'\n", "types. : a name of blanks; give it a name"),
        ("[tool.qualeval.types]\nx = 5\n", "tool.qualeval.types.x: expected a type id as text, got the number `5`; put the id into quotes"),
        ("types = 'x'\n", "types: expected a table of names, got the text `x`"),
        ("tool.qualeval = 5\n", "tool.qualeval: expected a table, got the number `5`"),
        ("[type]\nx = '3ABC'\n", "type: unknown table `type`; did you mean `types`?"),
        ("[tool.qualeval.typs]\nx = '3ABC'\n", "tool.qualeval.typs: unknown table `typs`; did you mean `types`?"),
        (AT_TOP + IN_TOOL, "names stand in [types] and in [tool.qualeval.types]; keep one table"),
        ("[types\n", "line 1, column 7: not TOML: expected ']' at the end of a table declaration"),
        ("[types]\nstudy = 3ABC\n", "line 2, column 10: not TOML: expected newline or end of document after a statement"),
        ("[types]\nx = '3'\nx = '4'\n", "line 3, column 8: not TOML: cannot overwrite a value"),
        ("[types]\nx = '3", "line 2, column 1: not TOML: expected \"'\" at the end"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file(tmp_path: Path, text: str, message: str) -> None:
    """The file and the place in it, what was got, what was expected, the mend."""
    assert message == refusal(tmp_path, text)


def test_all_problems_at_once(tmp_path: Path) -> None:
    """Every bad entry of a table."""
    message = refusal(tmp_path, "[types]\na = 1\nb = 'x'\nMasters = '3'\nok = '3ABC'\n")

    assert [line.split(":")[0].strip().removeprefix("types.") for line in message.split("\n")[1:]] == [
        "a",
        "Masters",
        "b",
    ]


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    """Not UTF-8, which TOML is."""
    (tmp_path / "qualeval.toml").write_bytes(b"[types]\nx = '\xff'\n")

    with pytest.raises(InvalidInput, match=r"qualeval\.toml: line 2, column 6: not UTF-8"):
        find_type_names(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_is_closed_to_us(tmp_path: Path) -> None:
    """Names that hold and cannot be read are no small thing."""
    (tmp_path / "qualeval.toml").write_text(AT_TOP)
    (tmp_path / "qualeval.toml").chmod(0)

    with pytest.raises(QualevalError, match="permission denied"):
        find_type_names(tmp_path)


@pytest.mark.parametrize("text", ["x = " + "[" * 5000, "x = " + "9" * 5000, "x = 2018-99-99", "x = '''" + "\u2028"])
def test_what_the_parser_trips_over(tmp_path: Path, text: str) -> None:
    """Nesting, endless integers and dates that are none are errors of ours."""
    assert refusal(tmp_path, text).removeprefix("line 1, column").lstrip(" 0123456789:").startswith("not TOML")


pieces = st.sampled_from(
    ["[types]\n", "[tool.qualeval.types]\n", "a = '3A'\n", "b = 1\n", "Masters", "=", "'", "\n", "["]
)


@given(st.lists(pieces | st.text(max_size=3), max_size=8).map("".join))
def test_any_file_is_names_or_an_error_of_ours(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever the text, the answer is names or an error of ours."""
    folder = tmp_path_factory.mktemp("any")
    (folder / "qualeval.toml").write_text(text, encoding="utf-8", errors="replace")
    try:
        outcome: object = find_type_names(folder)
    except QualevalError as error:
        outcome = error

    assert isinstance(outcome, TypeNames) or str(outcome)


def test_a_name_outside_of_any_table_is_refused(tmp_path: Path) -> None:
    """In a qualeval.toml it would be overlooked."""
    (tmp_path / "qualeval.toml").write_text('study_1_done = "3STUDY1DONE"\n')

    with pytest.raises(InvalidInput, match=r"the key `study_1_done` stands outside of any table; put it under \[types\]"):
        find_type_names(tmp_path)
