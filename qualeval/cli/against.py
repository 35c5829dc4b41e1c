"""The HITs of a file, or of the files of a folder, each beside what a git revision has of it."""

from __future__ import annotations

import io
import os
from collections import Counter
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
    settings = qe.linting.find_lint_settings(Path.cwd())
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
    """The same, where a HIT that was removed from one file and added to another is one HIT."""
    found = _joined(differences, lambda version: version.hit.hit_id, types)
    for key in (_title_of, _name_of, _lack_of_names):
        found = _joined(found, key, types, is_without_id=True)
    return found


def _joined(
    differences: Sequence[Difference],
    key: Callable[[Version], str | None],
    types: qe.TypeNames,
    *,
    is_without_id: bool = False,
) -> list[Difference]:
    """The same, where what was removed and what was added are one if each alone has a key; at most one has an id."""
    removed = _by_key([each.before for each in differences if each.change is Change.REMOVED], key)
    added = _by_key([each.after for each in differences if each.change is Change.ADDED], key)
    both = [
        name
        for name in removed.keys() & added.keys()
        if not (is_without_id and removed[name].hit.hit_id and added[name].hit.hit_id)
    ]
    gone = {id(removed[name]) for name in both}
    olds = {id(added[name]): removed[name] for name in both}
    kept = [each for each in differences if id(each.before) not in gone]
    return [
        Difference.of(olds[id(each.after)], each.after, types) if id(each.after) in olds else each for each in kept
    ]


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


def _by_key(versions: Iterable[Version | None], key: Callable[[Version], str | None]) -> dict[str, Version]:
    """The HITs by a key of theirs, those without one and those that are there twice left out."""
    listed = [(key(each), each) for each in versions if each is not None]
    counts = Counter(name for name, _ in listed)
    return {name: each for name, each in listed if name is not None and counts[name] == 1}
