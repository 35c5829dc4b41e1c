"""What the commands about many workers share: what the columns of their tables mean."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import qualeval as qe
from qualeval.bulk.columns import column_of
from qualeval.cli import inputs

__all__ = ["columns_of", "columns_option", "types_of"]

Command = TypeVar("Command", bound=Callable[..., Any])


def columns_option(**settings: Any) -> Callable[[Command], Command]:
    """What the columns mean."""
    words = 'What columns mean: TOML (rate = "Worker_PercentAssignmentsApproved"), or a mapping file as check takes.'
    return inputs.file_option("--columns", "FILE", words, **settings)


def columns_of(path: str | None, types: qe.TypeNames) -> Mapping[str, Any] | None:
    """What the file says of each column, by name; None where there is no file."""
    if path is None:
        return None
    if not path.lower().endswith(".toml"):
        return {each.name: _column(each) for each in qe.load_mapping(inputs.stream_or_path(path), names=types).columns}
    try:
        return tomllib.loads(Path(path).read_text("utf-8-sig"))
    except FileNotFoundError:
        raise qe.InputNotFound(f"no file {path}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise qe.InvalidInput(qe.Problem(f"this is no TOML: {error}"), path) from None


def types_of(columns: Mapping[str, Any], types: qe.TypeNames) -> set[str]:
    """The ids of the types that columns, which are right, speak of."""
    return {types.id_of(column_of(said, name).type) for name, said in columns.items()}


def _column(said: Any) -> Any:
    empty = said.empty if said.is_empty_said else None
    return qe.bulk.Column(said.type_id, said.part, empty, said.cells)
