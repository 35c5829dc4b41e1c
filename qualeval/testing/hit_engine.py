"""The HIT files that a test suite names, and an engine over them. It does not know what tests make of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import frozen

from qualeval.engine import Engine, HITSource
from qualeval.errors import HITNotFound, InvalidInput, Problem, nearest
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import TypeNames
from qualeval.sources.configuration import find_type_names
from qualeval.sources.hits import load_hits
from qualeval.testing.named_files import named_files

__all__ = ["engine", "named_hits"]

_HITS = pytest.StashKey["_Files"]()


@frozen
class _Files:
    """The HITs of files by their names, and why others cannot be had: what is broken is told to who asks for it."""

    hits: Mapping[str, HIT]
    errors: Mapping[str, InvalidInput]

    def get_hit(self, hit_id: str) -> HIT:
        """The HIT of this name. InvalidInput where its file cannot be read or two have the name, else HITNotFound."""
        if hit_id in self.errors:
            raise self.errors[hit_id]
        if hit_id not in self.hits:
            meant = nearest(hit_id, self.hits)
            mend = f"did you mean `{meant}`?" if meant else f"known are {', '.join(f'`{name}`' for name in self.hits)}"
            raise HITNotFound(hit_id, f"no HIT `{hit_id}` in the files of qualeval_hits; {mend}")
        return self.hits[hit_id]


def engine(config: pytest.Config) -> Engine:
    """An engine over these HITs, by HITId, and by the path of the file where it holds one alone.

    Raises UsageError where no file is named.
    """
    if not config.getini("qualeval_hits"):
        raise pytest.UsageError("qualeval_engine: there are no HITs; name their files: `qualeval_hits = hits/*.json`")
    names = find_type_names(config.rootpath)
    return Engine(named_hits(config, names), names=names)


def named_hits(config: pytest.Config, names: TypeNames) -> HITSource:
    """The HITs of these files, read once."""
    if _HITS not in config.stash:
        config.stash[_HITS] = _by_name(config.rootpath, named_files(config, "qualeval_hits"), names)
    return config.stash[_HITS]


def _by_name(root: Path, files: list[Path], names: TypeNames) -> _Files:
    hits: dict[str, HIT] = {}
    errors: dict[str, InvalidInput] = {}
    for path in files:
        shown = _relative(path, root)
        try:
            found = load_hits(path, names=names)
        except InvalidInput as error:
            errors[shown] = error
            continue
        named = [(hit.hit_id, hit) for hit in found if hit.hit_id is not None]
        for name, hit in [*named, *((shown, each) for each in found if len(found) == 1)]:
            if name in hits:
                errors[name] = InvalidInput(Problem(f"two HITs are called `{name}`", help="name the file instead"))
            hits[name] = hit
    return _Files(hits, errors)


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
