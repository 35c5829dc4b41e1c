"""The few words that a language of expressions must have, so that a policy can be written in it.

Logic is three-valued, as in SQL: an empty cell compares as null, `and` and `or` are Kleene's. A policy asks that all
its types lie inside what is admitted, so Kleene's `and` is exact: true is certain, false is certainly not, null is
neither.

This module does not know policies, nor any language that has the words.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol, TypeVar

from qualeval.bulk.columns import SourceColumn

__all__ = ["Language", "Truth"]

E = TypeVar("E")

Truth = bool | None
"""Certainly so, certainly not so, or neither."""

Case = tuple[E, E]


class Language(Protocol[E]):
    """A way to write expressions over the columns of a table; `E` is one expression."""

    @property
    def reads_integers(self) -> bool:
        """Whether texts can be read as integers."""

    def truth(self, value: Truth) -> E:
        """A truth that is the same for all rows; None is null."""

    def integer(self, value: int | None) -> E:
        """A small number that is the same for all rows, or null."""

    def cell(self, source: SourceColumn) -> E:
        """What stands in a cell: of texts without the blanks around it, and null where nothing is left."""

    def number(self, source: SourceColumn) -> E:
        """The integer in a cell, scaled; null where it is empty, and of texts where it is no plain integer."""

    def is_fraction(self, source: SourceColumn) -> E | None:
        """Whether a cell has a number that is no integer; None where it never has."""

    def is_plain_integer(self, source: SourceColumn) -> E:
        """Whether a text is one integer, short enough for `number`."""

    def code(self, country: SourceColumn, subdivision: SourceColumn) -> E:
        """The code `US-WA` of a country and a subdivision (`WA`, or `US-WA` already); the country where it is null."""

    def is_misjoined(self, country: SourceColumn, subdivision: SourceColumn) -> E:
        """Whether a subdivision stands beside no country, or beside one that is not its own."""

    def is_code(self, cell: E) -> E:
        """Whether a text is a code of ISO 3166, of a country or with a subdivision."""

    def is_place(self, cell: E, countries: Collection[str], codes: Collection[str]) -> E:
        """Whether a code is in one of these countries, or is one of these codes. There is one at least."""

    def is_in(self, cell: E, values: Collection[object]) -> E:
        """Whether it is one of these values, of which there is one at least."""

    def at_least(self, number: E, bound: int) -> E:
        """Whether it is the bound or more."""

    def at_most(self, number: E, bound: int) -> E:
        """Whether it is the bound or less."""

    def exceeds(self, number: E, other: E) -> E:
        """Whether it is more than the other."""

    def is_missing(self, cell: E) -> E:
        """Whether it is null."""

    def or_else(self, truth: E, otherwise: bool) -> E:
        """The truth, and where it is null the other one."""

    def negation(self, truth: E) -> E:
        """Not so."""

    def all_of(self, truths: Sequence[E]) -> E:
        """Kleene's `and` of one or more."""

    def any_of(self, truths: Sequence[E]) -> E:
        """Kleene's `or` of one or more."""

    def cases(self, cases: Sequence[Case[E]], otherwise: E) -> E:
        """The value of the first case that is true, where one is; null is not."""
