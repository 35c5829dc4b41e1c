"""What cells mean: which words, codes and places lie inside an admitted set, outside of it, or across.

Most cells are plain: one integer, or one code of ISO 3166, of which expressions can judge. A table says what each of
the others stands for: words of the grammar (`lacks`), words of the frame's own, and lists and ranges where the frame
can be looked into. This module does not know expressions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from attrs import frozen

from qualeval.bulk.columns import TypeColumns
from qualeval.errors import InvalidInput, Problem, show
from qualeval.model.columns import Part
from qualeval.model.facts import Fact, FactWord, expected
from qualeval.model.grammar import integer_range, is_integer, read_fact
from qualeval.model.qualification_types import QualificationType
from qualeval.policy.ladders import Relation, relation
from qualeval.values.locale import UNLISTED, Locale, country_codes, subdivision_codes
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = ["Regions", "all_codes", "cell_problem", "codes_of", "regions", "sorted_cells", "words"]


def words(kind: QualificationType) -> Mapping[Hashable, Fact]:
    """The words of the grammar that say something of a type, as people write them."""
    found: dict[Hashable, Fact] = {}
    for word in FactWord:
        if word is not FactWord.LACKS or kind.can_be_lacked:
            fact = read_fact(kind.type_id, word)
            found |= dict.fromkeys((str(word), str(word).capitalize(), str(word).upper()), fact)
    return found


def sorted_cells(cells: Mapping[Hashable, Fact], admitted: ValueSet) -> Mapping[Relation, list[Hashable]]:
    """The cells by how their facts lie to an admitted set."""
    found: dict[Relation, list[Hashable]] = {each: [] for each in Relation}
    for cell, fact in cells.items():
        found[relation(fact.states, admitted)].append(cell)
    return found


@frozen
class Regions:
    """Places: whole countries, and single codes beside them."""

    countries: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def are_any(self) -> bool:
        """Whether there is one."""
        return bool(self.countries or self.codes)


def regions(admitted: LocaleSet) -> tuple[Mapping[Relation, Regions], Relation]:
    """The codes by how their regions lie to a set of places, and how all those lie that are not named here."""
    rest = Relation.INSIDE if admitted.default else Relation.OUTSIDE
    countries: dict[Relation, list[str]] = {each: [] for each in Relation}
    codes: dict[Relation, list[str]] = {each: [] for each in Relation}
    for country, part in admitted.exceptions.items():
        if part.is_whole or part.is_empty:
            countries[Relation.INSIDE if part.is_whole else Relation.OUTSIDE].append(country)
            continue
        for code in codes_of(country):
            codes[relation(ValueSet(LocaleSet.only(Locale.parse(code))), ValueSet(admitted))].append(code)
    named = {each: Regions(tuple(countries[each]), tuple(codes[each])) for each in Relation}
    return {each: found for each, found in named.items() if each is not rest}, rest


@cache
def codes_of(country: str) -> tuple[str, ...]:
    """All codes of places in a country: its own, and those of its subdivisions, the unlisted one too."""
    return (country, *(f"{country}-{code}" for code in sorted({*subdivision_codes(country), UNLISTED})))


@cache
def all_codes() -> frozenset[str]:
    """All codes of ISO 3166: of countries, and with subdivisions."""
    return frozenset(_all_codes(country_codes()))


def _all_codes(countries: Iterable[str]) -> Iterable[str]:
    for country in countries:
        yield from codes_of(country)


# --- cells that are no fact


def cell_problem(columns: TypeColumns, cells: Sequence[object]) -> Problem:
    """What is wrong with the cells of a type's columns in one row, which are no fact."""
    kind = columns.kind
    if Part.SUBDIVISION in columns.parts:
        country, subdivision = cells
        found = f"got the country {show(country)} and the subdivision {show(subdivision)}"
        return Problem(found, help="expected codes of ISO 3166, such as `US` and `WA`")
    if any(each.cells and not isinstance(cell, str) for each, cell in zip(columns.parts.values(), cells, strict=True)):
        return Problem(f"got {show(cells[0])}, which is no fact", help="say in `columns` what this cell means, too")
    try:
        _read_cells(kind, columns, cells)
    except InvalidInput as error:
        return error.problems[0]
    return Problem(f"got {' and '.join(map(show, cells))}", help=f"expected {expected(kind)}")


def _read_cells(kind: QualificationType, columns: TypeColumns, cells: Sequence[object]) -> None:
    if None in columns.parts:
        (cell,) = cells
        read_fact(kind.type_id, cell if isinstance(cell, str) else _whole(cell, columns.parts[None].scale))
        return
    ends = dict(zip(columns.parts, cells, strict=True))
    low, high = (
        None if ends.get(part) is None else _whole(ends[part], columns.parts[part].scale)
        for part in (Part.MIN, Part.MAX)
    )
    integer_range(kind, low, high)


def _whole(cell: Any, scale: int) -> int:
    """The integer in a cell, or what is wrong with it."""
    if isinstance(cell, str):
        cell = int(cell) if is_integer(cell.strip()) else cell
    if isinstance(cell, bool | str) or cell * scale != cell * scale // 1:
        by = f", which is {cell * scale} by its scale" if scale != 1 and not isinstance(cell, str) else ""
        raise InvalidInput(Problem(f"got {show(cell)}{by}, expected an integer"))
    return int(cell * scale)
