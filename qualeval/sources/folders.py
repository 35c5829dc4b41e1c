"""A folder of saved HITs as a source of HITs: found by the HITId inside the files, whatever the files are called.

A file that cannot be read never hides a HIT silently: whoever asks for a HIT that is not found is told of the file.
This module does not know the service.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import define, field, frozen

from qualeval.errors import HITNotFound, InputNotFound, InvalidInput, Problem, QualevalError, WrongType, nearest, show
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames, checked_names
from qualeval.sources.hits import load_hits
from qualeval.sources.structure import described
from qualeval.sources.texts import reason_of

__all__ = ["HITFolder", "is_called_like_hits"]

_SUFFIXES = (".json", ".jsonl", ".yaml", ".yml")
_SHOWN = 3  # so many unreadable files are named

_Stamp = tuple[int, int, int]


def is_called_like_hits(name: str) -> bool:
    """Whether a file of this name may hold HITs, where it stands in a folder."""
    return name.lower().endswith(_SUFFIXES)


@frozen
class _File:
    """What one file held when it was read: its HITs, or the error. `stamp` tells whether it has changed since."""

    stamp: _Stamp
    hits: Sequence[HIT] = ()
    error: QualevalError | None = None


@define(eq=False)
class HITFolder:
    """The HITs in the files of a folder: `*.json`, `*.jsonl`, `*.yaml`, `*.yml`, each with one HIT or several.

    `names` are names for types that may stand for their ids in the files. Files are read when they are first needed
    and again when they have changed; folders inside the folder, and files whose name begins with a dot, are not read.
    """

    path: Path = field(converter=Path)
    names: TypeNames = field(default=SYSTEM_ONLY, converter=checked_names)
    _files: dict[str, _File] = field(factory=dict, init=False, repr=False)

    def get_hit(self, hit_id: str) -> HIT:
        """The HIT of this id. A file that is named after it (`<hit_id>.json`) is tried first, and alone if it has it.

        Raises:
            HITNotFound: no file has it; the message gives the nearest id, and the files that could not be read.
            InvalidInput: several files have it, or the file that is named after it is broken.
            InputNotFound: there is no such folder.
            WrongType: the id is no text.
        """
        if not isinstance(hit_id, str):
            raise WrongType(f"expected the id of a HIT, as text, got {described(hit_id)}")
        listed = self._names()
        named = [name for name in listed if name in {hit_id + suffix for suffix in _SUFFIXES}]
        for name in named:
            if error := self._file(name).error:
                raise error
        found = self._found(named).get(hit_id) or self._found(listed).get(hit_id)
        if not found:
            raise HITNotFound(hit_id, self._not_found(hit_id, listed))
        if len(found) > 1:
            raise InvalidInput(_several(hit_id, found), str(self.path))
        return found[0][1]

    def hit_ids(self) -> list[str]:
        """The ids of all HITs in the folder, in order; HITs without one (requests) are left out.

        Raises:
            InvalidInput: files that cannot be read, ids that several files have, all at once.
            InputNotFound: there is no such folder.
        """
        listed = self._names()
        found = self._found(listed)
        problems = [Problem(_first(error)) for error in self._errors(listed)]
        problems += (_several(hit_id, several) for hit_id, several in found.items() if len(several) > 1)
        if problems:
            raise InvalidInput(problems, str(self.path))
        return sorted(found)

    def _names(self) -> list[str]:
        """The names of the files that may hold HITs, in order."""
        try:
            found = os.listdir(self.path)
        except NotADirectoryError:
            raise InputNotFound(f"{self.path} is a file; name the folder of saved HITs") from None
        except FileNotFoundError:
            raise InputNotFound(f"no folder {self.path}") from None
        except OSError as error:
            raise InputNotFound(f"cannot read the folder {self.path}: {reason_of(error)}") from None
        suited = [name for name in found if is_called_like_hits(name) and not name.startswith(".")]
        # Path.is_dir raises where a folder may be listed and not searched.
        return sorted(name for name in suited if not os.path.isdir(self.path / name))

    def _found(self, names: Sequence[str]) -> Mapping[str, Sequence[tuple[str, HIT]]]:
        """The HITs of these files by id, each with the name of its file."""
        found: dict[str, list[tuple[str, HIT]]] = {}
        for name in names:
            for hit in self._file(name).hits:
                if hit.hit_id is not None:
                    found.setdefault(hit.hit_id, []).append((name, hit))
        return found

    def _file(self, name: str) -> _File:
        path = self.path / name
        stamp = _stamp(path)
        known = self._files.get(name)
        if known is None or known.stamp != stamp:
            try:
                known = _File(stamp, load_hits(path, names=self.names))
            except (InvalidInput, InputNotFound) as error:
                known = _File(stamp, error=error)
            self._files[name] = known
        return known

    def _errors(self, names: Sequence[str]) -> list[QualevalError]:
        return [error for name in names if (error := self._file(name).error)]

    def _not_found(self, hit_id: str, listed: Sequence[str]) -> str:
        meant = nearest(hit_id, self._found(listed))
        message = f"no HIT {show(hit_id)} in {self.path}" + (f"; did you mean {show(meant)}?" if meant else "")
        if not listed:
            return f"{message}; it has no file of HITs ({', '.join('*' + suffix for suffix in _SUFFIXES)})"
        errors = self._errors(listed)
        if not errors:
            return message
        could = "1 file could" if len(errors) == 1 else f"{len(errors):,} files could"
        shown = [f"  {_first(error)}" for error in errors[:_SHOWN]]
        more = [f"  and {len(errors) - _SHOWN:,} more"] if len(errors) > _SHOWN else []
        return "\n".join([f"{message}; {could} not be read, and may hold it:", *shown, *more])


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:  # gone, or a link to nowhere: reading it says so
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino


def _several(hit_id: str, found: Sequence[tuple[str, HIT]]) -> Problem:
    files = list(dict.fromkeys(name for name, _ in found))
    where = f"in {' and '.join(files[:5])}" if len(files) > 1 else f"{len(found)} times in {files[0]}"
    return Problem(f"HIT {show(hit_id)} is {where}", help="keep one of them")


def _first(error: QualevalError) -> str:
    """The error on one line."""
    if not isinstance(error, InvalidInput) or len(error.problems) == 1:
        return str(error)
    more = len(error.problems) - 1
    return f"{error.source}: {error.problems[0]} (and {more:,} more)"
