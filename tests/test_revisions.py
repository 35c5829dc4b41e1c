"""Files of a git revision beside those of the working tree. The repositories are small ones of the tests' own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from qualeval.errors import InputNotFound, InvalidInput
from qualeval.sources.revisions import Snapshot, snapshot
from tests.repositories import commit, git, needs_git

pytestmark = needs_git

ODD_NAMES = ["a b.json", 'quote"s\'.json', "new\nline.json", "tab\t.json", "é鳥.json", "-x.json", "\\.json", "*.json"]
NO_COMMITS = ["nope", "HEAD~9", "HEAD:hits", "HEAD:hits/a.json", "^HEAD", "HEAD..HEAD", ":/x", "$(x)", "a b"]


def write(name: str, text: str = "then") -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a repository with one commit of `hits/a.json` and `hits/b/c.json`."""
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    git("init", "--quiet")
    write("hits/a.json")
    write("hits/b/c.json")
    commit()
    return folder


def then(found: Snapshot) -> dict[str, str]:
    """What the revision has, as text."""
    return {name: content.decode() for name, content in found.read(found.tracked).items()}


def test_both_sides_of_a_folder() -> None:
    """A changed file, a new one and a removed one are told apart; contents are those of the revision."""
    write("hits/a.json", "now")
    write("hits/new.json", "now")
    Path("hits/b/c.json").unlink()
    found = snapshot("HEAD", "hits")

    assert found.is_folder
    assert then(found) == {"hits/a.json": "then", "hits/b/c.json": "then"}
    assert found.present == {"hits/a.json", "hits/new.json"}


@pytest.mark.parametrize(
    ("start", "path", "called"),
    [
        (".", "hits", "hits/a.json"),
        (".", "hits/", "hits/a.json"),
        (".", ".", "hits/a.json"),
        (".", "./", "hits/a.json"),
        (".", "./hits", "./hits/a.json"),
        ("hits", ".", "a.json"),
        ("hits", "../hits", "../hits/a.json"),
        ("hits/b", "..", "../a.json"),
        ("hits/b", "../../hits", "../../hits/a.json"),
    ],
)
def test_files_are_called_as_a_person_types_them(
    start: str, path: str, called: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the path that was given, and what follows it, on both sides and from every folder."""
    monkeypatch.chdir(start)
    found = snapshot("HEAD", path)

    assert called in found.tracked
    assert set(found.tracked) == found.present
    assert all(Path(name).is_file() for name in found.tracked)


def test_absolute_path(repository: Path) -> None:
    """An absolute path is asked about in the repository that it lies in, wherever the command runs."""
    os.chdir("/")
    found = snapshot("HEAD", str(repository / "hits"))

    assert set(found.tracked) == found.present == {f"{repository}/hits/a.json", f"{repository}/hits/b/c.json"}


def test_one_file() -> None:
    """A file is compared with itself alone."""
    found = snapshot("HEAD", "hits/a.json")

    assert not found.is_folder
    assert then(found) == {"hits/a.json": "then"}
    assert found.present == {"hits/a.json"}


@pytest.mark.parametrize("path", ["hits/a.json", "hits/b/c.json", "./hits/../hits/a.json"])
def test_file_that_was_removed(path: str) -> None:
    """A file that is there in the revision alone is found, though its folder may be gone too."""
    shutil.rmtree("hits")
    found = snapshot("HEAD", path)

    assert list(then(found).values()) == ["then"]
    assert found.present == frozenset()


@pytest.mark.parametrize("path", ["hits", "hits/", "hits/b"])
def test_folder_that_was_removed(path: str) -> None:
    """So is a folder."""
    shutil.rmtree("hits")
    found = snapshot("HEAD", path)

    assert found.is_folder
    assert f"{path.rstrip('/')}/c.json" in found.tracked or "hits/b/c.json" in found.tracked
    assert found.present == frozenset()


def test_file_that_is_new() -> None:
    """A file that is in no revision, and in no index, is there now."""
    write("new.json")
    found = snapshot("HEAD", "new.json")

    assert found.tracked == {}
    assert found.present == {"new.json"}


def test_slash_behind_a_file() -> None:
    """A slash too many does not make a file one that was removed."""
    assert snapshot("HEAD", "hits/a.json/").present == {"hits/a.json"}


def test_file_in_place_of_a_folder() -> None:
    """A folder that became a file has files on one side and is one on the other."""
    shutil.rmtree("hits/b")
    write("hits/b", "now")
    found = snapshot("HEAD", "hits/b")

    assert found.tracked.keys() == {"hits/b/c.json"}
    assert found.present == {"hits/b"}


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names(name: str) -> None:
    """Names are names, whatever stands in them: to git, to us, and as the one file that is asked about."""
    write(f"odd/{name}")
    commit()

    assert then(snapshot("HEAD", "odd")) == {f"odd/{name}": "then"}
    assert then(snapshot("HEAD", f"odd/{name}")) == {f"odd/{name}": "then"}
    assert snapshot("HEAD", "odd").present == {f"odd/{name}"}
    os.chdir("odd")
    assert then(snapshot("HEAD", f"./{name}")) == {f"./{name}": "then"}
    assert then(snapshot("HEAD", name)) == {name: "then"}


@pytest.mark.parametrize("name", [":x.json", ":(top)x.json", ":(exclude)x.json", "--.json", "[a].json"])
def test_names_that_git_could_take_for_patterns(name: str) -> None:
    """A file at the top of the repository is that file, though git has a meaning for such words."""
    write(name)
    commit()
    found = snapshot("HEAD", name)

    assert then(found) == {name: "then"}
    assert found.present == {name}


def test_name_that_is_no_utf_8() -> None:
    """Bytes that are no text are a name too."""
    name = os.fsdecode(b"hits/\xff.json")
    try:
        Path(name).write_text("then")
    except OSError:
        pytest.skip("the file system takes no such name")
    commit()

    assert name in then(snapshot("HEAD", "hits"))
    assert name in snapshot("HEAD", "hits").present


def test_contents_are_bytes() -> None:
    """Contents come as they were committed: empty ones, and those that look like git's own answers."""
    contents = [b"", b"\n", b"\0\xff\r\n", b"0" * 40 + b" blob 3\nabc\n", b"x" * 100_000]
    for number, content in enumerate(contents):
        Path(f"hits/{number}").write_bytes(content)
    commit()
    found = snapshot("HEAD", "hits")

    assert [found.read([f"hits/{number}"])[f"hits/{number}"] for number in range(5)] == contents
    assert list(found.read(f"hits/{number}" for number in range(5)).values()) == contents
    assert found.read([]) == {}


@pytest.mark.parametrize("revision", ["HEAD", "HEAD~1", "@", "main", "v1", "HEAD^", "main~1", "HEAD@{0}"])
def test_revisions(revision: str) -> None:
    """Whatever git takes for a commit is a revision."""
    write("hits/a.json", "later")
    commit()
    git("tag", "--annotate", "v1", "--message", "one")
    expected = git("show", f"{revision}:hits/a.json")

    assert then(snapshot(revision, "hits/a.json"))["hits/a.json"] == expected


# What is not read


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Links to files and folders, then and now, lead nowhere, out of the tree least of all."""
    (tmp_path / "secret.json").write_text("secret")
    os.symlink(tmp_path / "secret.json", "hits/then.json")
    os.symlink("a.json", "hits/inside.json")
    commit()
    os.symlink(tmp_path / "secret.json", "hits/now.json")
    os.symlink(tmp_path, "hits/folder")
    found = snapshot("HEAD", "hits")

    assert set(found.tracked) == found.present == {"hits/a.json", "hits/b/c.json"}


def test_folder_that_became_a_link(tmp_path: Path) -> None:
    """The files that git knows in a folder are not read through a link that took its place."""
    (tmp_path / "c.json").write_text("secret")
    shutil.rmtree("hits/b")
    os.symlink(tmp_path, "hits/b")

    assert snapshot("HEAD", "hits").present == {"hits/a.json"}


@pytest.mark.parametrize("target", ["hits", "hits/a.json", "nowhere"])
def test_link_that_is_named(target: str) -> None:
    """A link that is named is refused: what it was in the revision is another question."""
    os.symlink(target, "link")

    with pytest.raises(InvalidInput, match="link: this is a symbolic link; name what it leads to"):
        snapshot("HEAD", "link")


def test_what_git_ignores() -> None:
    """Ignored files are not there, save one that is named."""
    write(".gitignore", "ignored.json\n")
    write("hits/ignored.json")

    assert "hits/ignored.json" not in snapshot("HEAD", "hits").present
    assert snapshot("HEAD", "hits/ignored.json").present == {"hits/ignored.json"}


def test_repositories_inside() -> None:
    """Another repository inside this one is not looked into."""
    write("hits/other/x.json")
    os.chdir("hits/other")
    git("init", "--quiet")
    commit()
    os.chdir("../..")

    assert snapshot("HEAD", "hits").present == {"hits/a.json", "hits/b/c.json"}
    assert snapshot("HEAD", "hits/other").tracked.keys() == {"hits/other/x.json"}


def test_sparse_checkout() -> None:
    """What a sparse checkout leaves out was not removed."""
    git("update-index", "--skip-worktree", "hits/b/c.json")
    Path("hits/b/c.json").unlink()
    found = snapshot("HEAD", "hits")

    assert set(found.tracked) == found.present == {"hits/a.json"}


def test_unmerged_files() -> None:
    """A file in conflict, which the index has three times, is there once."""
    git("checkout", "--quiet", "-b", "other")
    write("hits/a.json", "theirs")
    commit()
    git("checkout", "--quiet", "main")
    write("hits/a.json", "ours")
    commit()
    with pytest.raises(subprocess.CalledProcessError):
        git("merge", "--quiet", "other")

    assert snapshot("other", "hits").present == {"hits/a.json", "hits/b/c.json"}
    assert then(snapshot("other", "hits/a.json")) == {"hits/a.json": "theirs"}


def test_hook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What git tells a hook in the environment does not mislead: the path decides which repository it is."""
    for name, value in {"GIT_DIR": str(tmp_path / "nowhere"), "GIT_INDEX_FILE": "x", "GIT_PREFIX": "hits/"}.items():
        monkeypatch.setenv(name, value)
    found = snapshot("HEAD", "hits")

    assert set(found.tracked) == found.present == {"hits/a.json", "hits/b/c.json"}


def test_linked_working_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a second working tree it is that tree's files that are there."""
    git("worktree", "add", "--quiet", str(tmp_path / "second"))
    monkeypatch.chdir(tmp_path / "second")
    write("hits/new.json")

    assert "hits/new.json" in snapshot("main", "hits").present


# Clones that lack something


@pytest.fixture
def shallow(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory is a clone of the last of two commits."""
    write("hits/a.json", "later")
    commit()
    git("clone", "--quiet", "--depth=1", repository.as_uri(), str(tmp_path / "shallow"))
    monkeypatch.chdir(tmp_path / "shallow")


@pytest.mark.usefixtures("shallow")
def test_shallow_clone() -> None:
    """A shallow clone answers for what it has, and says of what it lacks how to get it."""
    assert then(snapshot("HEAD", "hits/a.json")) == {"hits/a.json": "later"}

    with pytest.raises(InputNotFound) as raised:
        snapshot("HEAD~1", "hits")
    assert "git knows no revision `HEAD~1`; this clone is shallow: fetch the revision first" in str(raised.value)


def test_object_that_is_missing() -> None:
    """A blob that a damaged or partial clone lacks is named."""
    found = snapshot("HEAD", "hits")
    blob = found.tracked["hits/a.json"]
    Path(".git/objects", blob[:2], blob[2:]).unlink()

    with pytest.raises(InputNotFound, match=r"this clone lacks HEAD:hits/a\.json; fetch it"):
        found.read(["hits/a.json"])


# Refusals


@pytest.mark.parametrize("revision", ["", "-x", "--help", "--output=stolen", "a\nb", "a\0b"])
def test_what_is_no_revision(revision: str) -> None:
    """What could be an option, or is no name at all, never reaches git."""
    with pytest.raises(InvalidInput, match="name a branch, a tag or a commit"):
        snapshot(revision, "hits")
    assert sorted(os.listdir()) == [".git", "hits"]


@pytest.mark.parametrize("revision", NO_COMMITS)
def test_unknown_revision(revision: str) -> None:
    """What is no commit is not known."""
    with pytest.raises(InputNotFound) as raised:
        snapshot(revision, "hits")

    assert f"git knows no revision `{revision}`; fetch it first, or name a branch" in str(raised.value)


def test_revision_that_is_misspelt() -> None:
    """The nearest branch or tag is named."""
    git("branch", "release-1")

    with pytest.raises(InputNotFound, match=r"git knows no revision `relase-1`; did you mean `release-1`\?"):
        snapshot("relase-1", "hits")


def test_no_commit_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository without a commit has no revision."""
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet", "fresh")

    with pytest.raises(InputNotFound, match="git knows no revision `HEAD`"):
        snapshot("HEAD", "fresh")


@pytest.mark.parametrize("path", ["nope.json", "nope/nope.json", "hits/a.json/x"])
def test_path_that_is_nowhere(path: str) -> None:
    """A path that is neither here nor there is a slip."""
    with pytest.raises(InputNotFound) as raised:
        snapshot("HEAD", path)

    assert str(raised.value) == f"no file or folder {path}, neither here nor in HEAD"


def test_no_repository(tmp_path: Path) -> None:
    """A path outside of every repository is said to be."""
    with pytest.raises(InvalidInput) as raised:
        snapshot("HEAD", str(tmp_path))

    assert str(raised.value) == f"{tmp_path}: this is in no git repository"


def test_inside_of_git_itself() -> None:
    """git's own folder, and a bare repository, have no working tree."""
    git("init", "--quiet", "--bare", "bare")

    for path in (".git", "bare"):
        with pytest.raises(InvalidInput, match=f"{path}: this is in no working tree of git"):
            snapshot("HEAD", path)


def test_no_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where git is not installed, that is said."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(InputNotFound, match="there is no git on the path; install it"):
        snapshot("HEAD", "hits")


def test_git_s_own_complaints() -> None:
    """What else git complains of is handed on in its words."""
    Path(".git/index").write_text("nonsense")

    with pytest.raises(InvalidInput, match=r"git ls-files failed: .*index"):
        snapshot("HEAD", "hits")


def test_path_with_a_zero_byte() -> None:
    """A path that no system has is refused, with no crash."""
    with pytest.raises(InvalidInput, match="git cannot be run: embedded null byte"):
        snapshot("HEAD", "a\0b")
