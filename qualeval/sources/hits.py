"""HITs from what Mechanical Turk's clients read, write and print: answers of GetHIT and ListHITs, requests, files.

The requirements are read strictly: all that is wrong with any of them is told, and then there is no HIT. This module
does not know what requirements mean, nor where answers come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from qualeval.errors import InvalidInput
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames, checked_names
from qualeval.sources.documents import Source
from qualeval.sources.hit_readings import REQUIREMENTS, hit_readings, words_of_paths
from qualeval.sources.roots import Roots
from qualeval.sources.structure import read_each

__all__ = ["load_hit", "load_hits", "parse_hit", "parse_hits"]

_NONE = f'a HIT without requirements says `{{"{REQUIREMENTS}": []}}`'


def parse_hit(
    mapping: Mapping[str, object] | Sequence[object],
    *,
    source: str | None = None,
    names: TypeNames = SYSTEM_ONLY,
) -> HIT:
    """The HIT that a dict of boto3's describes.

    `mapping` is what GetHIT returns, with or without the outer `HIT`; a CreateHIT or CreateHITType request; a bare
    list of requirements; or a ListHITs answer that holds exactly one HIT. `names` are names for types that may stand
    for their ids, `source` is what messages call the input.

    Raises:
        InvalidInput: anything else, with all that is wrong at once; an empty list too, which is what a search of HITs
            prints that found none.

    >>> parse_hit([{"QualificationTypeId": "Worker_Locale", "Comparator": "EqualTo",
    ...             "LocaleValues": [{"Country": "US"}]}]).requirements[0].locale_values
    (<Locale US>,)
    """
    return _only(_roots(mapping, source), names, "parse_hits")


def parse_hits(value: object, *, source: str | None = None, names: TypeNames = SYSTEM_ONLY) -> list[HIT]:
    """The HITs of a ListHITs answer or of a list of HITs; the one HIT of whatever else `parse_hit` accepts.

    An empty list holds no HIT. Raises InvalidInput with all that is wrong in all of them.
    """
    return _read(_roots(value, source), names)


def load_hit(source: Source, *, names: TypeNames = SYSTEM_ONLY) -> HIT:
    """The one HIT of a JSON or YAML file (a path, or an open stream), in any form that `parse_hit` accepts.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: it holds something else, or several HITs; all problems at once, with lines and columns.
    """
    return _only(Roots.of(source, "HITs", words_of_paths), names, "load_hits")


def load_hits(source: Source, *, names: TypeNames = SYSTEM_ONLY) -> list[HIT]:
    """The HITs of a file: of a ListHITs answer, a list of HITs, JSON Lines, or one. Raises as `load_hit` does."""
    return _read(Roots.of(source, "HITs", words_of_paths), names)


def _roots(tree: object, source: str | None) -> Roots:
    return Roots([tree], "HITs", words_of_paths, source=source)


def _read(roots: Roots, names: TypeNames) -> list[HIT]:
    checked_names(names)
    return roots.read(partial(_all_hits, names=names))


def _only(roots: Roots, names: TypeNames, reader_of_many: str) -> HIT:
    return roots.only(_read(roots, names), lambda hit: hit.hit_id, reader_of_many, _NONE)


def _all_hits(trees: Sequence[object], names: TypeNames) -> list[HIT]:
    items = (((index,), tree) for index, tree in enumerate(trees))
    return [hit for hits in read_each(items, partial(_hits, names=names)) for hit in hits]


def _hits(tree: object, names: TypeNames) -> list[HIT]:
    readings = hit_readings(tree, names)
    if problems := [problem for reading in readings for problem in reading.problems]:
        raise InvalidInput(problems)
    return [reading.hit() for reading in readings]
