"""The collecting of files that pytest's settings name: HIT files, and case files, wherever they are.

This module does not know what becomes of a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from attrs import frozen

from qualeval.errors import QualevalError
from qualeval.testing.case_items import CaseFile
from qualeval.testing.hit_items import HITFile, read_settings
from qualeval.testing.named_files import named_files

__all__ = ["start"]

_COLLECTED = pytest.StashKey["_Collected"]()


@frozen
class _Collected:
    """The files with their collectors, and the closed folders that they are in."""

    collectors: Mapping[Path, type[pytest.File]]
    closed: frozenset[Path]


def start(config: pytest.Config) -> None:
    """Has the files of the settings collected, those outside of the folders that pytest looks into too."""
    collectors: dict[Path, type[pytest.File]] = {}
    for setting, collector in (("qualeval_hits", HITFile), ("qualeval_cases", CaseFile)):
        for path in named_files(config, setting):
            if path in collectors:
                raise pytest.UsageError(f"{path} is named by qualeval_hits and by qualeval_cases; keep one of them")
            collectors[path] = collector
    try:
        if HITFile in collectors.values():
            read_settings(config)
    except QualevalError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[_COLLECTED] = _Collected(collectors, frozenset(_closed(collectors, config)))
    config.addinivalue_line("markers", "qualeval: a HIT, checked by qualeval's linter, or a case of a case file")
    if config.args_source is not config.ArgsSource.ARGS:
        config.args += [str(path) for path in sorted(collectors) if not _is_below_any(path, config)]


def _is_below_any(path: Path, config: pytest.Config) -> bool:
    """Whether a file is in a folder that pytest was given."""
    return any(path.is_relative_to(config.invocation_params.dir / each) for each in config.args)


def _closed(files: Mapping[Path, object], config: pytest.Config) -> Iterator[Path]:
    """The outermost folders on the way to files that pytest does not enter by itself: a hidden one, `build`, ..."""
    patterns, root = config.getini("norecursedirs"), config.rootpath
    for path in files:
        folders = [each for each in reversed(path.parents) if each != root and each.is_relative_to(root)]
        yield from [each for each in folders if any(Path(each.name).match(pattern) for pattern in patterns)][:1]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Opens the closed folders on the way to the named files, for these alone."""
    collected = config.stash[_COLLECTED]
    if not any(collection_path.is_relative_to(folder) for folder in collected.closed):
        return None
    return not any(path.is_relative_to(collection_path) for path in collected.collectors)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The collector of a file that is named."""
    collector = parent.config.stash[_COLLECTED].collectors.get(file_path)
    return None if collector is None else collector.from_parent(parent, path=file_path)
