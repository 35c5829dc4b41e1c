"""The HITs of a file, or of the files of a folder, each beside what a git revision has of it."""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
        before = after if self.old == self.new else _hits(self.old, f"{self.revision}:{self.name}", types)
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

    Each file is compared with itself; a HIT that went from one file to another is found there by its id, and where one
    HIT took the place of another that is gone, these two are compared.
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
    return Report(list(_replaced(list(_moved(differences, types)), types)), errors, revision)


def _file(name: str, found: qe.Snapshot, old: Mapping[str, bytes]) -> _File:
    contents = old.get(name), _content(name) if name in found.present else None
    before, after = map(_if_it_counts, contents) if found.is_folder else contents
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


def _if_it_counts(content: bytes | None) -> bytes | None:
    """The content, if it holds HITs; else the file is as good as not there."""
    if content is None:
        return None
    # Of a text in another encoding, which cannot be read, the words can still be found.
    text = content.replace(b"\0", b"").decode("utf-8", "replace").removeprefix("\ufeff")
    return content if qe.linting.passed_over(text, qe.linting.trees_of(text)) is None else None


def _moved(differences: Sequence[Difference], types: qe.TypeNames) -> Iterator[Difference]:
    """The same, where a HIT that was removed from one file and added to another is one HIT."""
    removed = _by_id([each.before for each in differences if each.before and not each.after])
    added = _by_id([each.after for each in differences if each.after and not each.before])
    for each in differences:
        hit_id = each.versions[0].hit.hit_id
        if each.comparison is not None or hit_id not in removed or hit_id not in added:
            yield each
        elif each.after is not None:
            yield Difference.of(removed[hit_id], each.after, types)


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


def _by_id(versions: Sequence[Version]) -> dict[str | None, Version]:
    """The HITs by their ids, those without one and those that are there twice left out."""
    counts = Counter(each.hit.hit_id for each in versions)
    return {each.hit.hit_id: each for each in versions if each.hit.hit_id and counts[each.hit.hit_id] == 1}
