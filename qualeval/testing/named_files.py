"""The files that a setting of pytest names by globs. It does not know what tests make of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

__all__ = ["named_files"]


def named_files(config: pytest.Config, setting: str) -> list[Path]:
    """The files that the globs of a setting name, sorted. UsageError for a glob that names none."""
    files: set[Path] = set()
    for pattern in config.getini(setting):
        found = {path for path in _matches(config.rootpath, pattern) if path.is_file()}
        if not found:
            raise pytest.UsageError(f"{setting}: no file matches `{pattern}` in {config.rootpath}")
        files |= found
    return sorted(files)


def _matches(root: Path, pattern: str) -> Iterator[Path]:
    path = Path(pattern)
    if path.is_absolute():
        return Path(path.anchor).glob(path.relative_to(path.anchor).as_posix())
    return root.glob(pattern)
