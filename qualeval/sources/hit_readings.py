"""HITs as far as they can be read: whatever in a tree is a HIT, a request or a list of requirements, and all problems.

The strict reader of HITs takes them only where there is no problem; whoever wants to say more about a broken HIT finds
here the requirements that could be read all the same. A key that is overlooked in a requirement opens a door: what is
unknown, misspelt or of the wrong type is a problem. Of the HIT itself the few keys that a judgement reports are read,
and all others are kept as they came.

This module does not know what requirements mean, nor where trees come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from attrs import evolve, field, frozen

from qualeval.errors import InvalidInput, Path, Problem
from qualeval.model.actions import ActionsGuarded
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import TypeNames
from qualeval.model.requirements import Comparator, QualificationRequirement, requirement_problems
from qualeval.sources.roots import ASSIGNMENT, HIT_, OF_A_REQUEST, QUALIFICATION, REQUIREMENT, WORKER, kind_of
from qualeval.sources.strays import PLACES, REQUIREMENTS, strays
from qualeval.sources.structure import WRONG_TYPE, Name, Shape, TypeId, described, is_list, is_object, read_object
from qualeval.values.locale import Locale

__all__ = [
    "MAX_REQUIREMENTS",
    "REQUIREMENTS",
    "REQUIREMENT_SHAPE",
    "HITReading",
    "hit_readings",
    "is_misspelt_hit",
    "key_meant",
    "words_of_paths",
]

_HIT = Shape(
    HIT_,
    {
        "HITId": Name,
        "Title": str,
        "HITStatus": str,
        "CreationTime": datetime,
        "Expiration": datetime,
        "NumberOfAssignmentsAvailable": int,
    },
    is_open=True,
)
_FETCHED = frozenset({"HITId", "HITStatus", "CreationTime"})
_OWN = _FETCHED | {"HITTypeId", "Title", "Reward"}  # keys that no worker profile has
_NOT_KEPT = frozenset({*_HIT.kinds, REQUIREMENTS, "ResponseMetadata"})

REQUIREMENT_SHAPE = Shape(
    "a requirement",
    {
        "QualificationTypeId": TypeId,
        "Comparator": Comparator,
        "IntegerValues": tuple[int, ...],
        "LocaleValues": tuple[Locale, ...],
        "ActionsGuarded": ActionsGuarded,
        "RequiredToPreview": bool,
    },
    required=("QualificationTypeId", "Comparator"),
)

_ACCEPTED = "accepted are an answer of GetHIT or ListHITs, a CreateHIT request, and a list of requirements"
_MENDS = {
    REQUIREMENT: "put it into a list, `[...]`",
    QUALIFICATION: "give the HIT here, and the worker where a worker is expected",
    ASSIGNMENT: "give the HIT itself, as GetHIT returns it",
    WORKER: "give the HIT here, and the worker where a worker is expected",
}

MAX_REQUIREMENTS = 1000
"""More are no HIT but a mistake or an attack: to judge those on one type takes time that grows faster than they do."""

_NO_HIT, _MISPLACED = "not-a-hit", "misplaced-requirements"


@frozen
class HITReading:
    """One HIT of a tree as far as it could be read.

    `path` leads to it from the root of the tree, and so do the paths of the `problems`; `tree` is what stands there.
    `fields` are the values that a HIT reports. `requirements` are in their order, None for one that could not be read;
    they stand at `listed_at`. `raw_requirements` are the same as they were written.
    """

    tree: object
    path: Path = ()
    is_fetched: bool = False
    fields: Mapping[str, Any] = field(factory=dict)
    listed_at: Path = ()
    raw_requirements: Sequence[object] = ()
    requirements: tuple[QualificationRequirement | None, ...] = ()
    problems: tuple[Problem, ...] = ()

    def hit(self) -> HIT:
        """The HIT, of a reading without problems."""
        return HIT(
            tuple(each for each in self.requirements if each is not None),
            hit_id=self.fields.get("HITId"),
            title=self.fields.get("Title"),
            status=self.fields.get("HITStatus"),
            created_at=self.fields.get("CreationTime"),
            expires_at=self.fields.get("Expiration"),
            assignments_available=self.fields.get("NumberOfAssignmentsAvailable"),
            is_fetched=self.is_fetched,
            other={str(key): value for key, value in self._pairs() if key not in _NOT_KEPT},
        )

    def _pairs(self) -> Iterable[tuple[object, object]]:
        return self.tree.items() if is_object(self.tree) else ()


def hit_readings(tree: object, names: TypeNames) -> list[HITReading]:
    """The HITs of a ListHITs answer or of a list of HITs; the one HIT of whatever else a HIT is written as.

    An empty list holds no HIT; what is no HIT at all is a reading with the problem that it is none. `names` are names
    for types that may stand for their ids.
    """
    if is_list(tree):
        return _listed(tree, names)
    if not is_object(tree):
        hint = "for a file use load_hit" if isinstance(tree, str) else _ACCEPTED
        got = f"expected an object or a list, got {described(tree)}"
        return [HITReading(tree, problems=(Problem(got, help=hint, code=_NO_HIT),))]
    if "HITs" not in tree:
        return [_hit(tree, names)]
    return _hits_of_an_answer(tree, names)


def _hits_of_an_answer(tree: Mapping[object, object], names: TypeNames) -> list[HITReading]:
    problems, listed = _beside(tree, "HITs"), tree["HITs"]
    if not is_list(listed):
        got = f"expected a list of HITs, got {described(listed)}"
        problems.append(Problem(got, ("HITs",), _ACCEPTED, code=_NO_HIT))
        listed = ()
    found = [_hit(item, names, ("HITs", index), is_fetched=True) for index, item in enumerate(listed)]
    return [HITReading(tree, problems=tuple(problems)), *found] if problems else found


def _listed(tree: Sequence[object], names: TypeNames) -> list[HITReading]:
    if not tree:
        return []
    if _holds_hits(tree):
        return [_hit(item, names, (index,)) for index, item in enumerate(tree)]
    return [_with_requirements(HITReading(tree), tree, names)]


def _holds_hits(tree: Sequence[object]) -> bool:
    """Whether a list is one of HITs; else it is one of requirements."""
    return any(kind_of(item) == HIT_ or is_misspelt_hit(item) for item in tree)


def _beside(tree: Mapping[object, object], wrapper: str) -> list[Problem]:
    """Of two places for requirements neither may be overlooked."""
    others = [key for key in PLACES if key in tree and key != wrapper]
    if others:
        found = f"got `{wrapper}` and `{others[0]}` in one object"
        return [Problem(found, (others[0],), "leave one of them out", code=_MISPLACED)]
    return [stray.problem(beside=wrapper) for stray in strays(tree)]


# --- one HIT


def _hit(tree: object, names: TypeNames, path: Path = (), is_fetched: bool = False) -> HITReading:
    if not is_object(tree) or "HIT" not in tree:
        return _bare_hit(tree, names, path, is_fetched)
    found = _bare_hit(tree["HIT"], names, (*path, "HIT"), is_fetched=True)
    if not (beside := _beside(tree, "HIT")):
        return found
    own = [problem for problem in found.problems if problem.code != _NO_HIT]  # what it lacks stands beside it
    return evolve(found, problems=(*(problem.under(*path) for problem in beside), *own))


def _bare_hit(tree: object, names: TypeNames, path: Path, is_fetched: bool) -> HITReading:
    if not is_object(tree):
        got = f"expected a HIT, an object, got {described(tree)}"
        return HITReading(tree, path, problems=(Problem(got, path, _ACCEPTED, code=_NO_HIT),))
    is_fetched = is_fetched or not _FETCHED.isdisjoint(tree)
    fields = read_object(tree, _HIT)
    found = HITReading(tree, path, is_fetched, fields.values)
    if REQUIREMENTS in tree:
        found = _with_requirements(found, tree[REQUIREMENTS], names, (REQUIREMENTS,))
    problems = [problem.under(*path) for problem in _form_problems(tree, is_fetched)]
    return evolve(found, problems=(*problems, *found.problems, *(each.under(*path) for each in fields.problems)))


def _form_problems(tree: Mapping[object, object], is_fetched: bool) -> list[Problem]:
    """What keeps an object from being a HIT whose requirements are known."""
    if not is_fetched and "HITTypeId" in tree:
        found = "a request that names a HITTypeId has no requirements of its own: those of the HIT type count"
        mend = "give the CreateHITType request, or the HIT as GetHIT returns it"
        code = "hit-type-beside-requirements" if tree.get(REQUIREMENTS) else "requirements-elsewhere"
        return [Problem(found, ("HITTypeId",), mend, code=code)]
    if nested := [key for key in ("HIT", "HITs") if key in tree]:
        return [Problem(f"got `{nested[0]}` inside a HIT", (nested[0],), "leave one of the two out", code=_MISPLACED)]
    kind = kind_of(tree)
    if kind not in (None, HIT_) and not is_misspelt_hit(tree):
        return [Problem(f"this is {kind}, expected a HIT", help=_MENDS[str(kind)], code=_NO_HIT)]
    if overlooked := strays(tree):
        beside = REQUIREMENTS if REQUIREMENTS in tree else None
        return [stray.problem(beside) for stray in overlooked]
    if REQUIREMENTS not in tree and "HITId" not in tree:
        mend = f"a HIT without requirements says `{REQUIREMENTS}: []`; {_ACCEPTED}"
        code = "no-requirements" if tree.keys() >= OF_A_REQUEST else _NO_HIT
        return [Problem(f"got an object with neither {REQUIREMENTS} nor HITId", help=mend, code=code)]
    return []


def is_misspelt_hit(tree: object) -> bool:
    """Whether an object would be a HIT if some key were written in another way."""
    if not is_object(tree) or kind_of(tree) not in (None, WORKER) or not strays(tree):
        return False
    return kind_of(tree) is None or not _OWN.isdisjoint(tree)


# --- requirements


def _with_requirements(found: HITReading, tree: object, names: TypeNames, below: Path = ()) -> HITReading:
    """The reading with the requirements of a tree, which stands `below` that of the HIT."""
    path = (*found.path, *below)
    if problem := _list_problem(tree):
        return evolve(found, listed_at=path, problems=(*found.problems, problem.under(*path)))
    assert is_list(tree)
    read: list[QualificationRequirement | None] = []
    problems = list(found.problems)
    for index, item in enumerate(tree):
        try:
            read.append(_requirement(item, names))
        except InvalidInput as error:
            read.append(None)
            problems += (problem.under(*path, index) for problem in error.problems)
    return evolve(found, listed_at=path, raw_requirements=tree, requirements=tuple(read), problems=tuple(problems))


def _list_problem(tree: object) -> Problem | None:
    if not is_list(tree):
        mend = "put the requirement into a list, `[...]`" if is_object(tree) else "write `[]` for no requirements"
        return Problem(f"expected a list of requirements, got {described(tree)}", help=mend, code=WRONG_TYPE)
    if len(tree) > MAX_REQUIREMENTS:
        got = f"expected at most {MAX_REQUIREMENTS:,} requirements, got {len(tree):,}"
        return Problem(got, help="Mechanical Turk takes 10 a HIT", code="too-many-requirements")
    return None


def _requirement(tree: object, names: TypeNames) -> QualificationRequirement:
    kind = kind_of(tree)
    if kind in (HIT_, ASSIGNMENT, WORKER):
        raise InvalidInput(Problem(f"this is {kind}, expected a requirement", help=_ACCEPTED, code=WRONG_TYPE))
    reading = read_object(tree, REQUIREMENT_SHAPE)
    type_id = reading.type_id(names)
    comparator = reading.values.get("Comparator")
    integers = reading.items("IntegerValues", stand_in=0)
    locales = reading.items("LocaleValues", stand_in=Locale("US"))
    problems = [*reading.problems, *requirement_problems(type_id, comparator, integers, locales)]
    if problems or type_id is None or integers is None or locales is None:
        raise InvalidInput(problems)
    return QualificationRequirement(
        type_id,
        reading.values["Comparator"],
        integers,
        locales,
        actions_guarded=reading.values.get("ActionsGuarded"),
        required_to_preview=reading.values.get("RequiredToPreview"),
    )


def key_meant(key: object) -> str | None:
    """The key of a requirement that an unknown one is nearest to; None where none is near, or the key is known."""
    return REQUIREMENT_SHAPE.meant(key)


def words_of_paths(tree: object) -> Callable[[Path], Path]:
    """What words the paths in a tree: without the wrappers, and with the noun that a bare list leaves out."""
    noun = "" if not is_list(tree) else "HITs" if _holds_hits(tree) else REQUIREMENTS
    return partial(_worded, noun)


def _worded(noun: str, path: Path) -> Path:
    if noun and path:
        path = (noun, *path)
    last = len(path) - 1
    return tuple(part for place, part in enumerate(path) if not (part == "HIT" and place in (0, 2) and place < last))
