"""The files of a folder as a git revision has them, beside those of the working tree.

git is asked, as a process of its own; no argument passes a shell, and nothing is written. Links are not followed, so
that nothing outside of the tree is read; what git ignores, and other repositories inside this one, are not seen.

This module does not know what is in the files.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping

from attrs import field, frozen

from qualeval.errors import InputNotFound, InvalidInput, Problem, nearest, show

__all__ = ["Snapshot", "snapshot"]

_GIT = ("git", "--literal-pathspecs", "--no-optional-locks", "-c", "core.fsmonitor=false")
_OF_A_HOOK = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})
"""What git tells a hook of the repository that it runs for: with it, git would take any folder for the top of that."""

_OBJECT = re.compile(rb"[0-9a-f]{40,64}\n")
_REGULAR = (b"100644", b"100755", b"100664")
_LEFT_OUT = b"S"  # how `ls-files -t` marks what a sparse checkout leaves out


@frozen
class Snapshot:
    """What a revision has of a file, or of the files below a folder, and what the working tree has of it.

    Files are called as a person would type them: by the path that was given and what follows it. `tracked` maps the
    regular files of the revision to their blobs; `present` are those of the working tree, new ones among them.
    `is_folder` says whether the path is a folder, in the one or the other.
    """

    revision: str
    is_folder: bool
    tracked: Mapping[str, str]
    present: frozenset[str]
    _folder: str = field(repr=False)

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """The contents that these files have in the revision. InputNotFound where the clone lacks one."""
        wanted = list(dict.fromkeys(names))
        given = "".join(f"{self.tracked[name]}\n" for name in wanted).encode()
        found = {}
        for name, content in zip(wanted, _blobs(_git(self._folder, "cat-file", "--batch", given=given)), strict=True):
            if content is None:
                raise InputNotFound(f"this clone lacks {self.revision}:{name}; fetch it")
            found[name] = content
        return found


def snapshot(revision: str, path: str) -> Snapshot:
    """A file or folder in a git revision and in the working tree. It need not be in both.

    Raises:
        InvalidInput: what is no revision, a path that is a link or in no repository, and git's own complaints.
        InputNotFound: the path is neither in the revision nor in the working tree, or there is no git.
    """
    if not revision or revision.startswith("-") or not revision.isprintable():
        raise InvalidInput(Problem(f"got the revision {show(revision)}", help="name a branch, a tag or a commit"))
    if os.path.islink(path):
        raise InvalidInput(Problem("this is a symbolic link", help="name what it leads to"), path)
    if not os.path.exists(path):
        path = os.path.normpath(path)
    folder, below = _nearest_folder(path)
    place = _prefix(folder, path) + below
    commit = _commit(folder, revision)
    tracked = {_name(path, each[len(place) :]): blob for each, blob in _tracked(folder, commit, place)}
    present, left_out = _present(path)
    if not (tracked or os.path.exists(path)):
        raise InputNotFound(f"no file or folder {path}, neither here nor in {revision}")
    is_folder = os.path.isdir(path) or not tracked.keys() <= {path}
    tracked = {name: blob for name, blob in tracked.items() if name not in left_out}
    return Snapshot(revision, is_folder, tracked, present, folder)


def _name(path: str, rest: str) -> str:
    """What a file is called that lies `rest` below the path; empty is the path itself."""
    rest = rest.lstrip("/")
    return path if not rest else rest if path in (".", "./") else os.path.join(path, rest)


def _nearest_folder(path: str) -> tuple[str, str]:
    """A folder to ask git in, and the way from it to the path: the path itself may be there in the revision alone."""
    if os.path.isdir(path):
        return path, ""
    folder, below = os.path.split(path)
    while folder and not os.path.isdir(folder):
        folder, name = os.path.split(folder)
        below = f"{name}/{below}"
    return folder or ".", below


def _prefix(folder: str, path: str) -> str:
    """The way from the top of the repository to a folder: empty, or with a slash at its end."""
    try:
        is_inside, _, prefix = _git(folder, "rev-parse", "--is-inside-work-tree", "--show-prefix").partition(b"\n")
    except InvalidInput as error:
        if "not a git repository" in str(error):
            raise InvalidInput("this is in no git repository", path) from None
        raise
    if is_inside != b"true":
        raise InvalidInput("this is in no working tree of git", path)
    return os.fsdecode(prefix.removesuffix(b"\n"))


def _commit(folder: str, revision: str) -> str:
    try:
        found = _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except InvalidInput:
        found = b""
    if not _OBJECT.fullmatch(found):
        raise InputNotFound(f"git knows no revision {show(revision)}; {_mend(folder, revision)}")
    return found.decode().strip()


def _mend(folder: str, revision: str) -> str:
    known = os.fsdecode(_git(folder, "for-each-ref", "--format=%(refname:short)")).split("\n")
    if meant := nearest(revision, filter(None, known)):
        return f"did you mean {show(meant)}?"
    if _git(folder, "rev-parse", "--is-shallow-repository").strip() == b"true":
        return "this clone is shallow: fetch the revision first (on GitHub, `fetch-depth: 0` of actions/checkout)"
    return "fetch it first, or name a branch, a tag or a commit that is there"


def _tracked(folder: str, commit: str, place: str) -> Iterator[tuple[str, str]]:
    """The regular files at or below a place of a commit, from the top of the repository, with their blobs."""
    below = [place.rstrip("/")] if place else []
    for entry in _entries(_git(folder, "ls-tree", "-r", "-z", "--full-tree", "--", commit, *below)):
        about, _, path = entry.partition(b"\t")
        mode, _, blob = about.split(b" ")
        if mode in _REGULAR:
            yield os.fsdecode(path), blob.decode()


def _present(path: str) -> tuple[frozenset[str], frozenset[str]]:
    """The files of the working tree, and those that a sparse checkout leaves out of it."""
    if not os.path.isdir(path):
        return frozenset([path] if os.path.isfile(path) else []), frozenset()
    top = os.path.realpath(path)
    present, left_out = set(), set()
    for entry in _entries(_git(path, "ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard")):
        below = os.fsdecode(entry[2:])
        full = os.path.join(top, below)
        # Of a folder that was replaced by a link git still lists the files that it had.
        if os.path.isfile(full) and os.path.realpath(full) == full:
            present.add(_name(path, below))
        elif entry[:1] == _LEFT_OUT:
            left_out.add(_name(path, below))
    return frozenset(present), frozenset(left_out)


def _entries(listed: bytes) -> list[bytes]:
    return [entry for entry in listed.split(b"\0") if entry]


def _blobs(answer: bytes) -> Iterator[bytes | None]:
    """The contents in an answer of `cat-file --batch`; None where there is no such object."""
    start = 0
    while start < len(answer):
        end = answer.index(b"\n", start)
        *_, last = answer[start:end].split(b" ")
        start = end + 1
        if not last.isdigit():
            yield None
            continue
        yield answer[start : start + int(last)]
        start += int(last) + 1


def _git(folder: str, *arguments: str, given: bytes = b"") -> bytes:
    """What git answers in a folder. InvalidInput with its own words where it refuses."""
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    command = [*_GIT, "-C", folder, *arguments]
    try:
        ended = subprocess.run(
            command, input=given, env={**environment, "LC_ALL": "C"}, capture_output=True, check=False
        )
    except FileNotFoundError:
        raise InputNotFound("there is no git on the path; install it: git reads revisions") from None
    except (OSError, ValueError) as error:
        raise InvalidInput(f"git cannot be run: {str(error).lower()}") from None
    if ended.returncode:
        said = ended.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
        raise InvalidInput(f"git {arguments[0]} failed: {said or f'status {ended.returncode}'}")
    return ended.stdout
