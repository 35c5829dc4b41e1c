"""Words with a fixed spelling: enumerations of text that refuse an unknown word with the nearest known one."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NoReturn

from qualeval.errors import InvalidInput, Problem, nearest, same_but_for_case, show

__all__ = ["Word"]


class Word(StrEnum):
    """A word of a list. `Comparator("Equals")` raises InvalidInput, a ValueError that names the nearest."""

    __hash__ = str.__hash__  # equal to its text, so it hashes like it; and enum's own hash is a slow call of Python

    @classmethod
    def _missing_(cls, value: Any) -> NoReturn:
        near, same = (nearest(value, cls), same_but_for_case(value, cls)) if isinstance(value, str) else (None, None)
        mend = f"did you mean `{near}`?" if near else f"known are {', '.join(f'`{each}`' for each in cls)}"
        noun = cls._noun()
        raise InvalidInput(Problem(f"unknown {noun} {show(value)}", help=mend, code=f"unknown-{noun}", meant=same))

    @classmethod
    def _noun(cls) -> str:
        return cls.__name__.lower()
