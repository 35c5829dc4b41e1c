"""Words with a fixed spelling: enumerations of text that refuse an unknown word with the nearest known one."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NoReturn

from qualeval.errors import InvalidInput, Problem, nearest, same_letters, show

__all__ = ["Word"]


class Word(StrEnum):
    """A word of a list. `Comparator("Equals")` raises InvalidInput, a ValueError that names the nearest."""

    __hash__ = str.__hash__  # equal to its text, so it hashes like it; and enum's own hash is a slow call of Python

    @classmethod
    def _missing_(cls, value: Any) -> NoReturn:
        meant = cls._meant(value) if isinstance(value, str) else None
        near = meant or (cls._nearest(value) if isinstance(value, str) else None)
        mend = f"did you mean `{near}`?" if near else f"known are {', '.join(f'`{each}`' for each in cls)}"
        noun = cls._noun()
        raise InvalidInput(Problem(f"unknown {noun} {show(value)}", help=mend, code=f"unknown-{noun}", meant=meant))

    @classmethod
    def _meant(cls, text: str) -> str | None:
        """The one word that a text can stand for, if there is one."""
        return same_letters(text, cls._texts())

    @classmethod
    def _nearest(cls, text: str) -> str | None:
        """The word that a text probably stands for, if there is one."""
        return nearest(text, cls._texts())

    @classmethod
    def _texts(cls) -> list[str]:
        """The words as plain texts: a word of three answers refuses to be asked whether it is there."""
        return [str(each) for each in cls]

    @classmethod
    def _noun(cls) -> str:
        return cls.__name__.lower()
