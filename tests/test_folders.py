"""A folder of saved HITs: found by the id inside, told of what is in the way, never hidden by a broken file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from qualeval.engine import HITSource
from qualeval.errors import HITNotFound, InputNotFound, InvalidInput, WrongType
from qualeval.model.qualification_types import TypeNames
from qualeval.sources.folders import HITFolder


def hit(hit_id: str, **more: object) -> dict[str, object]:
    return {"HITId": hit_id, "QualificationRequirements": [], **more}


def save(folder: Path, name: str, *values: object) -> Path:
    """Write values as JSON, one a line."""
    path = folder / name
    path.write_text("\n".join(map(json.dumps, values)))
    return path


def refusal(folder: HITFolder, hit_id: str) -> str:
    with pytest.raises((HITNotFound, InvalidInput)) as caught:
        folder.get_hit(hit_id)
    return str(caught.value)


def test_hits_are_found_by_the_id_inside(tmp_path: Path) -> None:
    """In JSON, JSON Lines and YAML, alone or with others, whatever the file is called."""
    save(tmp_path, "3A.json", {"HIT": hit("3A")})
    save(tmp_path, "page.json", {"HITs": [hit("3B"), hit("3C")], "NumResults": 2})
    save(tmp_path, "lines.JSONL", hit("3D"), hit("3E"))
    (tmp_path / "one.yaml").write_text("HITId: 3F\n")
    (tmp_path / "two.yml").write_text("HITId: 3G\n---\nHITId: 3H\n")
    folder = HITFolder(tmp_path)

    ids = ["3A", "3B", "3C", "3D", "3E", "3F", "3G", "3H"]
    assert ids == folder.hit_ids()
    assert ids == [folder.get_hit(hit_id).hit_id for hit_id in ids]
    assert isinstance(folder, HITSource)


def test_other_files_are_not_read(tmp_path: Path) -> None:
    """Other suffixes, hidden files, folders inside, and requests, which have no id."""
    save(tmp_path, "3A.json", hit("3A"))
    save(tmp_path, "request.json", {"QualificationRequirements": []})
    for name in ("notes.txt", "README", ".3B.json", "._3A.json"):
        (tmp_path / name).write_text("no HIT")
    (tmp_path / "old.json").mkdir()
    save(tmp_path / "old.json", "3C.json", hit("3C"))

    assert HITFolder(str(tmp_path)).hit_ids() == ["3A"]


def test_names_stand_for_ids_in_the_files(tmp_path: Path) -> None:
    """Own names are resolved as everywhere."""
    asked = {"QualificationTypeId": "study", "Comparator": "Exists"}
    save(tmp_path, "3A.json", {"HITId": "3A", "QualificationRequirements": [asked]})

    (read,) = HITFolder(tmp_path, TypeNames({"study": "3ABC"})).get_hit("3A").requirements

    assert read.qualification_type_id == "3ABC"


def test_an_unknown_id(tmp_path: Path) -> None:
    """The nearest id is named, if one is near."""
    save(tmp_path, "3A.json", hit("3ABCDEF"))
    folder = HITFolder(tmp_path)

    assert f"no HIT `3ABCDEE` in {tmp_path}; did you mean `3ABCDEF`?" == refusal(folder, "3ABCDEE")
    assert f"no HIT `ZZ` in {tmp_path}" == refusal(folder, "ZZ")
    with pytest.raises(HITNotFound) as caught:
        folder.get_hit("ZZ")
    assert caught.value.hit_id == "ZZ"


@pytest.mark.parametrize("hit_id", ["", ".", "..", "../3A", "/etc/passwd", "sub/3A", "a\0b", "\ud800", "3A.json"])
def test_an_id_is_never_a_path(tmp_path: Path, hit_id: str) -> None:
    """Only files of the folder are looked at."""
    save(tmp_path, "3A.json", hit("3A"))
    (tmp_path / "inner").mkdir()

    with pytest.raises(HITNotFound):
        HITFolder(tmp_path / "inner").get_hit(hit_id)
    with pytest.raises(HITNotFound):
        HITFolder(tmp_path).get_hit(hit_id)


@pytest.mark.parametrize(
    ("hit_id", "got"),
    [(None, "`null`"), (3, "the number `3`"), (b"3A", "a value of the Python type bytes"), (["3A"], "a list")],
)
def test_an_id_of_another_type(tmp_path: Path, hit_id: Any, got: str) -> None:
    """It is refused in our own words, whatever is in the folder."""
    with pytest.raises(WrongType) as caught:
        HITFolder(tmp_path).get_hit(hit_id)

    assert f"expected the id of a HIT, as text, got {got}" == str(caught.value)


def test_a_folder_without_files(tmp_path: Path) -> None:
    """An empty folder, none, and a file in its place are told apart."""
    file = save(tmp_path, "3A.json", hit("3A"))
    (tmp_path / "empty").mkdir()

    kinds = "*.json, *.jsonl, *.yaml, *.yml"
    assert f"no HIT `3A` in {tmp_path}/empty; it has no file of HITs ({kinds})" == refusal(
        HITFolder(tmp_path / "empty"), "3A"
    )
    assert HITFolder(tmp_path / "empty").hit_ids() == []
    with pytest.raises(InputNotFound, match=r"no folder .*none"):
        HITFolder(tmp_path / "none").get_hit("3A")
    with pytest.raises(InputNotFound, match="is a file; name the folder of saved HITs"):
        HITFolder(file).hit_ids()


# --- broken files


def test_a_broken_file_does_not_hide_a_hit(tmp_path: Path) -> None:
    """What is found is given; what is not found may be in a file that cannot be read, and that is said."""
    save(tmp_path, "3A.json", hit("3A"))
    broken = tmp_path / "b.json"
    broken.write_text('{"HITId": "3B"')
    folder = HITFolder(tmp_path)

    assert folder.get_hit("3A").hit_id == "3A"
    message = refusal(folder, "3B").split("\n")
    assert message[0] == f"no HIT `3B` in {tmp_path}; 1 file could not be read, and may hold it:"
    assert message[1].startswith(f"  {broken}: line 1, column 15: not JSON: the text ends before its last bracket")
    with pytest.raises(InvalidInput, match=r"b\.json: line 1, column 15"):
        folder.hit_ids()


def test_many_broken_files_are_not_all_shown(tmp_path: Path) -> None:
    """Three of them, with the first problem of each."""
    for n in range(5):
        save(tmp_path, f"{n}.json", {"HITId": f"3{n}", "QualificationRequirements": [{}]})

    message = refusal(HITFolder(tmp_path), "3X").split("\n")

    assert len(message) == 5
    assert message[0].endswith("; 5 files could not be read, and may hold it:")
    assert message[1].endswith(
        "0.json: line 1, column 47: requirement 0: `QualificationTypeId` is missing (and 1 more)"
    )
    assert message[4] == "  and 2 more"


def test_the_file_that_is_named_after_a_hit_must_be_sound(tmp_path: Path) -> None:
    """Its own error is the answer, not that the HIT was not found."""
    save(tmp_path, "3A.json", {"HITId": "3A", "QualificationRequirement": []})

    assert "did you mean `QualificationRequirements`?" in refusal(HITFolder(tmp_path), "3A")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_is_closed_to_us(tmp_path: Path) -> None:
    """It counts as a file that could not be read."""
    save(tmp_path, "b.json", hit("3B")).chmod(0)

    assert "permission denied" in refusal(HITFolder(tmp_path), "3B")


def test_a_folder_that_may_be_listed_and_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What its files are cannot be asked, so each counts as a file that could not be read."""
    save(tmp_path, "b.json", hit("3B"))

    def refuse(path: object, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as closed:  # root may search everything
        closed.setattr("os.stat", refuse)
        closed.setattr("qualeval.sources.texts.open", refuse, raising=False)
        message = refusal(HITFolder(tmp_path), "3B")

    assert message.endswith(
        f"1 file could not be read, and may hold it:\n  cannot read {tmp_path}/b.json: permission denied"
    )


def test_a_link_to_nowhere(tmp_path: Path) -> None:
    """It counts as a file that could not be read."""
    (tmp_path / "b.json").symlink_to(tmp_path / "gone.json")

    assert "1 file could not be read" in refusal(HITFolder(tmp_path), "3B")


# --- the same id twice


def test_the_same_hit_in_two_files(tmp_path: Path) -> None:
    """Which of the two is meant cannot be told; other HITs are found all the same."""
    save(tmp_path, "a.json", hit("3A"), hit("3B"))
    save(tmp_path, "b.json", hit("3A"))
    save(tmp_path, "c.json", hit("3C"), hit("3C"))
    folder = HITFolder(tmp_path)

    assert folder.get_hit("3B").hit_id == "3B"
    assert f"{tmp_path}: HIT `3A` is in a.json and b.json; keep one of them" == refusal(folder, "3A")
    assert f"{tmp_path}: HIT `3C` is 2 times in c.json; keep one of them" == refusal(folder, "3C")
    with pytest.raises(InvalidInput) as caught:
        folder.hit_ids()
    assert len(caught.value.problems) == 2


def test_the_file_that_is_named_after_a_hit_has_it_alone(tmp_path: Path) -> None:
    """A copy in an archive of many does not matter then, but a second file of the same name does."""
    save(tmp_path, "3A.json", hit("3A", Title="own"))
    save(tmp_path, "all.json", hit("3A", Title="archive"), hit("3B"))
    folder = HITFolder(tmp_path)

    assert folder.get_hit("3A").title == "own"
    (tmp_path / "3A.yaml").write_text("HITId: 3A\n")
    assert f"{tmp_path}: HIT `3A` is in 3A.json and 3A.yaml; keep one of them" == refusal(folder, "3A")


def test_the_file_that_is_named_after_a_hit_may_hold_another(tmp_path: Path) -> None:
    """The id inside counts."""
    save(tmp_path, "3A.json", hit("3B"))
    save(tmp_path, "3B.json", hit("3A"))
    folder = HITFolder(tmp_path)

    assert [folder.get_hit("3A").hit_id, folder.get_hit("3B").hit_id] == ["3A", "3B"]


# --- files that change


def test_changed_files_are_read_again(tmp_path: Path) -> None:
    """A HIT that was fetched anew, a file that was mended, one that came and one that went."""
    path = save(tmp_path, "a.json", hit("3A", Title="old"))
    folder = HITFolder(tmp_path)
    assert folder.get_hit("3A").title == "old"

    save(tmp_path, "a.json", hit("3A", Title="newer"))
    assert folder.get_hit("3A").title == "newer"
    path.write_text("{")
    assert "1 file could not be read" in refusal(folder, "3A")
    path.unlink()
    save(tmp_path, "b.json", hit("3B"))
    assert folder.hit_ids() == ["3B"]


def test_unchanged_files_are_read_once(tmp_path: Path) -> None:
    """A second HIT of the same file is the same object's neighbour."""
    save(tmp_path, "a.json", hit("3A"))
    folder = HITFolder(tmp_path)

    assert folder.get_hit("3A") is folder.get_hit("3A")
