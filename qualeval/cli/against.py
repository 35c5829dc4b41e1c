"""The HITs of a file, or of the files of a folder, each beside what a git revision has of it."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

import qualeval as qe
from qualeval.cli.differences import Change, Difference, Report, Version
from qualeval.sources.texts import reason_of

__all__ = ["compare_with"]


@frozen
class _File:
    """A file as the revision has it and as it is here; None is a file that is not there."""

    name: str
    revision: str
    old: bytes | None
    new: bytes | None

    def compared(self, types: qe.TypeNames) -> list[Difference]:
        """Its HITs. Raises InvalidInput where the file cannot be read, or which HIT is which cannot be told."""
        after = _hits(self.new, self.name, types)
        try:
            before = after if self.old == self.new else _hits(self.old, f"{self.revision}:{self.name}", types)
        except qe.InvalidInput as error:
            if not after:
                raise
            return [Difference.mended(Version(self.name, hit), error, types) for hit in after]
        if before and not after and self.new is not None:
            found = f"it held {len(before)} HIT{'s' * (len(before) > 1)} in {self.revision}, and holds none"
            raise qe.InvalidInput(qe.Problem(found, help="a HIT that is given up goes with its file"), self.name)
        try:
            matches = _matches(before, after)
        except qe.InvalidInput as error:
            raise qe.InvalidInput(error.problems, self.name) from None
        return [Difference.of_match(match, (self.name, self.name), types) for match in matches]


def _matches(before: Sequence[qe.HIT], after: Sequence[qe.HIT]) -> Sequence[qe.HITMatch]:
    """As `match_hits`; but a HIT alone that has another id than before may be in another file."""
    ids = {hit.hit_id for hit in (*before, *after)}
    if len(before) == len(after) == 1 and len(ids) == 2 and None not in ids:
        return qe.HITMatch(before[0], None), qe.HITMatch(None, after[0])
    return qe.match_hits(before, after)


class _Named(io.BytesIO):
    """Bytes, and what messages call them."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


def _hits(content: bytes | None, name: str, types: qe.TypeNames) -> list[qe.HIT]:
    return [] if content is None else qe.load_hits(_Named(content, name), names=types)


def compare_with(revision: str, path: str, types: qe.TypeNames) -> Report:
    """The HITs of a file, or of the files of a folder that hold HITs, compared with those of a revision.

    Each file is compared with itself. A HIT that went from one file to another is found there by its id or title or,
    without one, by what the file is called; and where one HIT took the place of another that is gone, these two are
    compared. Of a file that could not be read in the revision and can be now, the HITs are told as mended.
    """
    found = qe.snapshot(revision, path)
    names = _candidates(found, path)
    differences: list[Difference] = []
    errors: list[qe.QualevalError] = []
    old = found.read(name for name in names if name in found.tracked)
    for name in names:
        try:
            differences += _file(name, found, old).compared(types)
        except (qe.InvalidInput, qe.InputNotFound) as error:
            errors.append(error)
    if not (differences or errors):
        raise qe.InvalidInput(f"no file that holds HITs, neither here nor in {revision}", path)
    return Report(list(_replaced(_moved(differences, types), types)), errors, revision)


def _file(name: str, found: qe.Snapshot, old: Mapping[str, bytes]) -> _File:
    if name not in found.present and os.path.lexists(name):
        mend = "name what it leads to, or let git see it"
        raise qe.InvalidInput(qe.Problem("it is a link or no regular file, or git ignores it", help=mend), name)
    before, after = old.get(name), _content(name) if name in found.present else None
    if found.is_folder and not (_counts(before) or _counts(after)):
        before = after = None
    return _File(name, found.revision, before, after)


def _content(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise qe.InputNotFound(f"cannot read {name}: {reason_of(error)}") from None


def _candidates(found: qe.Snapshot, path: str) -> list[str]:
    """The files that may hold HITs: a file that is named, and of a folder what the linter would look into too."""
    names = sorted(found.tracked.keys() | found.present)
    if not found.is_folder:
        return names
    settings = qe.linting.find_lint_settings(path if os.path.isdir(path) else Path.cwd())
    return [name for name in names if _may_count(name, path, settings)]


def _may_count(name: str, path: str, settings: qe.linting.LintSettings) -> bool:
    below = os.path.relpath(name, path).split(os.sep)
    is_hidden = any(part.startswith(".") for part in below)
    excluded = settings.excluded_by(os.path.relpath(os.path.abspath(name), settings.folder).replace(os.sep, "/"))
    return qe.linting.is_called_like_hits(name) and not is_hidden and excluded is None


def _counts(content: bytes | None) -> bool:
    """Whether a file holds HITs. One that does in the one version is read in the other too, whatever it holds there."""
    if content is None:
        return False
    # Of a text in another encoding, which cannot be read, the words can still be found.
    text = content.replace(b"\0", b"").decode("utf-8", "replace").removeprefix("\ufeff")
    return qe.linting.passed_over(text, qe.linting.trees_of(text)) is None


# --- HITs that went elsewhere


def _title_of(version: Version) -> str | None:
    return version.hit.title


def _name_of(version: Version) -> str:
    return os.path.basename(version.source)


def _lack_of_names(version: Version) -> str | None:
    """What all have in common that have neither an id nor a title."""
    return None if version.hit.hit_id or version.hit.title else ""


def _moved(differences: Sequence[Difference], types: qe.TypeNames) -> list[Difference]:
    """The same, where a HIT that was removed from one file and added to another is one HIT.

    HITs of one title are one also where the ids differ: a HIT that is made again has another. By a file's name, or
    since they are the only ones without any, two are one only if one of them at least has no id.
    """
    found = _joined(differences, lambda version: version.hit.hit_id, types)
    found = _joined(found, lambda version: version.hit.title, types)
    for key in (_name_of, _lack_of_names):
        found = _joined(found, key, types, is_without_id=True)
    return found


def _joined(
    differences: Sequence[Difference],
    key: Callable[[Version], str | None],
    types: qe.TypeNames,
    *,
    is_without_id: bool = False,
) -> list[Difference]:
    """The same, where what was removed and what was added with the same key are one."""
    removed = _by_key([each.before for each in differences if each.change is Change.REMOVED], key)
    added = _by_key([each.after for each in differences if each.change is Change.ADDED], key)
    pairs = [pair for name, olds in removed.items() for pair in _pairs(olds, added.get(name, []), is_without_id)]
    gone = {id(old) for old, _ in pairs}
    before = {id(new): old for old, new in pairs}
    kept = [each for each in differences if id(each.before) not in gone]
    return [
        Difference.of(before[id(each.after)], each.after, types) if id(each.after) in before else each for each in kept
    ]


def _pairs(
    olds: Iterable[Version], news: Iterable[Version], is_without_id: bool
) -> list[tuple[Version, Version]]:  # fmt: skip
    """Of several that could be one another those that mean the same, and then the others in their order.

    So a change is told of one of them at least, if there is any.
    """
    found: list[tuple[Version, Version]] = []
    left, rest = list(news), list(olds)
    for is_match in (_mean_the_same, lambda old, new: True):
        for old in list(rest):
            new = next((each for each in left if _may_be_one(old, each, is_without_id) and is_match(old, each)), None)
            if new is not None:
                found.append((old, new))
                rest.remove(old)
                left.remove(new)
    return found


def _may_be_one(old: Version, new: Version, is_without_id: bool) -> bool:
    return not (is_without_id and old.hit.hit_id and new.hit.hit_id)


def _mean_the_same(old: Version, new: Version) -> bool:
    return qe.compile_hit(old.hit) == qe.compile_hit(new.hit)


def _replaced(differences: Sequence[Difference], types: qe.TypeNames) -> Iterator[Difference]:
    """The same, where the only HIT of a file that was removed and the only one that was added there are one."""
    by_source: dict[str, list[Difference]] = {}
    for each in differences:
        by_source.setdefault(each.versions[-1].source, []).append(each)
    for listed in by_source.values():
        if [each.change for each in listed] == [Change.REMOVED, Change.ADDED]:
            yield Difference.of(listed[0].before, listed[1].after, types)
        else:
            yield from listed


def _by_key(versions: Iterable[Version | None], key: Callable[[Version], str | None]) -> dict[str, list[Version]]:
    """The HITs by a key of theirs, without those that have none."""
    found: dict[str, list[Version]] = {}
    for each in versions:
        name = None if each is None else key(each)
        if each is not None and name is not None:
            found.setdefault(name, []).append(each)
    return found
