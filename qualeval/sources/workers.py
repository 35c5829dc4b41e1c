"""Worker profiles from files and from what Mechanical Turk's clients print.

A profile is an object of our own, in which MTurk's `Qualification` entries stand as they are, and facts in the short
grammar. Answers of GetQualificationScore and ListWorkersWithQualificationType are read too: what they say is gathered
by worker. Unknown keys are refused, for a fact that is overlooked is a fact that is wrong.

That a revoked qualification counts as lacked is what public tools do (grade C); it is decided here alone.
This module does not know how a worker is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from attrs import define, field, frozen

from qualeval.errors import InvalidInput, Path, Problem, show
from qualeval.model.facts import Basis, Fact, check_states
from qualeval.model.grammar import integer_range, read_fact
from qualeval.model.qualification_types import (
    SYSTEM_ONLY,
    QualificationType,
    TypeNames,
    checked_names,
    qualification_type,
)
from qualeval.model.words import Word
from qualeval.model.workers import WorkerProfile
from qualeval.sources.documents import Source
from qualeval.sources.roots import ASSIGNMENT, HIT_, QUALIFICATION, REQUIREMENT, WORKER, Roots, kind_of
from qualeval.sources.structure import (
    Complete,
    Ends,
    Name,
    Object,
    Reading,
    Shape,
    TypeId,
    described,
    is_list,
    is_object,
    read_each,
    read_object,
    step,
)
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import Held, ValueSet

__all__ = [
    "ENTRY_SHAPE",
    "PROFILE_SHAPE",
    "Status",
    "load_worker",
    "load_workers",
    "parse_worker",
    "parse_workers",
    "said_states",
    "short_fact",
]


class Status(Word):
    """What an entry says of its qualification: the API's two words, and two that it has none for."""

    GRANTED = "Granted"
    REVOKED = "Revoked"
    LACKS = "Lacks"
    UNKNOWN = "Unknown"


_ANSWER = frozenset({"NextToken", "NumResults", "ResponseMetadata"})

PROFILE_SHAPE = Shape(
    WORKER,
    {
        "WorkerId": Name,
        "Complete": Complete,
        "Qualifications": tuple[Any, ...],
        "Facts": Object,
        "Blocked": bool,
    },
    ignored=_ANSWER,
)
ENTRY_SHAPE = Shape(
    "a qualification",
    {
        "QualificationTypeId": TypeId,
        "WorkerId": Name,
        "IntegerValue": int,
        "LocaleValue": Locale,
        "IntegerRange": Ends,
        "IntegerValues": tuple[int, ...],
        "LocaleValues": tuple[Locale, ...],
        "Status": Status,
        "GrantTime": datetime,
        "Fact": Name,
        "LearnedAt": datetime,
        "Basis": Basis,
    },
    required=("QualificationTypeId",),
)
_WRAPPER = Shape("an answer of GetQualificationScore", {"Qualification": Object}, ignored=_ANSWER)

_UNKNOWN = 'one of whom nothing is known is written `{"WorkerId": "A1"}`'
_MENDS = {
    HIT_: "give the worker here, and the HIT where a HIT is expected",
    REQUIREMENT: "give the worker here, and the HIT where a HIT is expected",
    QUALIFICATION: 'put it into a profile: `{"WorkerId": "...", "Qualifications": [...]}`',
    ASSIGNMENT: "an assignment says nothing of qualifications; give a profile of its worker",
}


def parse_worker(mapping: object, *, source: str | None = None, names: TypeNames = SYSTEM_ONLY) -> WorkerProfile:
    """The worker that a dict describes: a profile, or an answer of MTurk's about one worker.

    `names` are names for types that may stand for their ids, `source` is what messages call the input.

    Raises:
        InvalidInput: anything else, or several workers, with all that is wrong at once.

    >>> parse_worker({"WorkerId": "A1", "Facts": {"Worker_Locale": "US-WA", "3ABC": "80.."}})
    <WorkerProfile A1: Worker_Locale US-WA; 3ABC 80..>
    """
    return _only(_roots(mapping, source), names, "parse_workers")


def parse_workers(value: object, *, source: str | None = None, names: TypeNames = SYSTEM_ONLY) -> list[WorkerProfile]:
    """The workers of a list of profiles or answers, or of one. Raises InvalidInput with all that is wrong in all."""
    return _read(_roots(value, source), names)


def load_worker(source: Source, *, names: TypeNames = SYSTEM_ONLY) -> WorkerProfile:
    """The one worker of a JSON or YAML file (a path, or an open stream), in any form that `parse_worker` accepts.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: it holds something else, or several workers; all problems at once, with lines and columns.
    """
    return _only(Roots.of(source, "workers", lambda _: _words), names, "load_workers")


def load_workers(source: Source, *, names: TypeNames = SYSTEM_ONLY) -> list[WorkerProfile]:
    """The workers of a file: of a list, of JSON Lines, of several YAML documents, or one. Raises as `load_worker`.

    What answers of MTurk's say of a worker is gathered into the profile with that WorkerId, wherever it stands, or else
    into a profile of its own. Two whole profiles with one WorkerId stay two workers, and an answer goes into both.
    The order is that in which the workers first appear.
    """
    return _read(Roots.of(source, "workers", lambda _: _words), names)


def _roots(tree: object, source: str | None) -> Roots:
    return Roots([tree], "workers", lambda _: _words, source=source)


def _read(roots: Roots, names: TypeNames) -> list[WorkerProfile]:
    checked_names(names)
    return roots.read(partial(_profiles, names=names))


def _only(roots: Roots, names: TypeNames, reader_of_many: str) -> WorkerProfile:
    return roots.only(_read(roots, names), lambda worker: worker.worker_id, reader_of_many, _UNKNOWN)


def _words(path: Path) -> Path:
    """A path with the noun that a bare list leaves out, and without the wrappers of entries."""
    if path and isinstance(path[0], int):
        path = ("Qualifications" if path[1:2] == ("Qualification",) else "workers", *path)
    return tuple(
        part
        for place, part in enumerate(path)
        if not (part == "Qualification" and path[max(0, place - 2) : max(0, place - 1)] == ("Qualifications",))
    )


def _first_place(first: Path, second: Path) -> str:
    """Where something was said first, as it is told at the second place. Both begin with the index of a tree."""
    steps = _words(first[1:])
    if first[0] != second[0]:
        steps = ("workers", first[0], *steps)
    elif steps[:2] == _words(second[1:])[:2] and steps[:1] == ("workers",):
        steps = steps[2:]
    return Problem("", steps).place or "the start"


# --- which workers the trees speak of


@frozen
class _Item:
    """A part of the input that speaks of one worker: a profile, or one entry of an answer."""

    path: Path
    tree: object
    is_entry: bool


def _items(trees: Sequence[object]) -> Iterator[_Item]:
    for index, tree in enumerate(trees):
        if is_list(tree):
            for place, part in enumerate(tree):
                yield from _items_of(part, (index, place))
        else:
            yield from _items_of(tree, (index,))


def _items_of(tree: object, path: Path) -> Iterator[_Item]:
    if is_object(tree) and is_list(entries := tree.get("Qualifications")) and _is_answer(tree, entries):
        for index, entry in enumerate(entries):
            yield _Item((*path, "Qualifications", index), entry, is_entry=True)
    else:
        is_entry = is_object(tree) and "Qualification" in tree and tree.keys() <= {"Qualification", *_ANSWER}
        yield _Item(path, tree, is_entry)


def _is_answer(tree: Mapping[object, object], entries: Sequence[object]) -> bool:
    """Whether it is an answer of ListWorkersWithQualificationType, and not a profile."""
    if not tree.keys() <= {"Qualifications", *_ANSWER}:
        return False
    ids = {_worker_id(entry) for entry in entries}
    all_are_named = bool(entries) and None not in ids
    return "NumResults" in tree or "NextToken" in tree or all_are_named or len(ids - {None}) > 1


def _worker_id(entry: object) -> str | None:
    """The WorkerId of an entry, wrapped or not; None where it has none that can be read."""
    bare = entry.get("Qualification", entry) if is_object(entry) else None
    found = bare.get("WorkerId") if is_object(bare) else None
    return found if isinstance(found, str) else None


def _profiles(trees: Sequence[object], names: TypeNames) -> list[WorkerProfile]:
    """The profiles, in the order in which the workers appear. Paths of problems begin with the index of the tree."""
    items = list(_items(trees))
    whole = {item.path: _Gathering.of_profile(item, names) for item in items if not item.is_entry}
    by_id: dict[str | None, list[_Gathering]] = {}
    for gathering in whole.values():
        if gathering.worker_id is not None:
            by_id.setdefault(gathering.worker_id, []).append(gathering)
    gatherings: dict[_Gathering, None] = {}  # in the order of their first items
    for item in items:
        about = [whole[item.path]] if not item.is_entry else _take_entry(item, by_id, names)
        gatherings |= dict.fromkeys(about)
    if len(gatherings) > 1 and None in by_id:
        by_id[None][0].refuse_anonymous()
    if problems := [problem for gathering in gatherings for problem in gathering.problems]:
        raise InvalidInput(problems)
    return [gathering.profile() for gathering in gatherings]


def _take_entry(item: _Item, by_id: dict[str | None, list[_Gathering]], names: TypeNames) -> list[_Gathering]:
    """The gatherings of the worker that an entry is about, which have taken it."""
    worker_id = _worker_id(item.tree)
    about = by_id.setdefault(worker_id, [])
    if not about:
        about.append(_Gathering(names, worker_id))
    for gathering in about:
        gathering.take_entry(item.tree, item.path)
    return about


@define(eq=False)
class _Gathering:
    """What has been read of one worker: facts, where each was said, and what is wrong."""

    names: TypeNames
    worker_id: str | None = None
    facts: dict[str, Fact] = field(factory=dict)
    places: dict[str, Path] = field(factory=dict)
    complete: bool | Sequence[str] = False
    blocked: bool | None = None
    problems: list[Problem] = field(factory=list)

    @classmethod
    def of_profile(cls, item: _Item, names: TypeNames) -> _Gathering:
        gathering = cls(names)
        gathering._take_profile(item.tree, item.path)
        return gathering

    def profile(self) -> WorkerProfile:
        return WorkerProfile(self.worker_id, self.facts, self.complete, self.blocked)

    def _take_profile(self, tree: object, path: Path) -> None:
        try:
            reading = _profile_reading(tree)
        except InvalidInput as error:
            self.problems += error.within(*path).problems
            return
        self.problems += (problem.under(*path) for problem in reading.problems)
        values = reading.values
        self.worker_id = values.get("WorkerId")
        self.blocked = values.get("Blocked")
        for index, entry in enumerate(values.get("Qualifications", ())):
            self.take_entry(entry, (*path, "Qualifications", index))
        for name, plain in values.get("Facts", {}).items():
            self._take_fact(name, plain, (*path, "Facts", *step(name)))
        self._take_complete(reading.tree.get("Complete", False), (*path, "Complete"))

    def take_entry(self, tree: object, path: Path) -> None:
        try:
            bare, path = _unwrapped(tree, path)
            worker_id, type_id, fact = _entry(bare, self.names)
        except InvalidInput as error:
            self.problems += error.within(*path).problems
            return
        if worker_id is not None and self.worker_id not in (None, worker_id):
            found = f"this entry is about {show(worker_id)}, the profile is about {show(self.worker_id)}"
            self.problems.append(Problem(found, (*path, "WorkerId"), "give each worker a profile of its own"))
        self.worker_id = self.worker_id or worker_id
        self._add(type_id, fact, path)

    def _take_fact(self, name: object, plain: object, path: Path) -> None:
        try:
            type_id = self.names.id_of(name) if isinstance(name, str) else _no_name(name)
            fact = short_fact(type_id, plain)
        except InvalidInput as error:
            self.problems += error.within(*path).problems
            return
        self._add(type_id, fact, path)

    def _take_complete(self, complete: object, path: Path) -> None:
        """What cannot be read of it has been told already."""
        if isinstance(complete, bool):
            self.complete = complete
        if not is_list(complete):
            return
        items = (((index,), name) for index, name in enumerate(complete) if isinstance(name, str))
        try:
            self.complete = read_each(items, lambda name: self.names.id_of(str(name)))
        except InvalidInput as error:
            self.problems += error.within(*path).problems

    def _add(self, type_id: str, fact: Fact, path: Path) -> None:
        if type_id in self.facts:
            first = _first_place(self.places[type_id], path)
            found = f"{show(self.names.name_of(type_id))} is said a second time, first at {first}"
            self.problems.append(Problem(found, path, "say it once"))
        self.facts.setdefault(type_id, fact)
        self.places.setdefault(type_id, path)

    def refuse_anonymous(self) -> None:
        """Of several workers each must be named."""
        mend = "the other entries name theirs; give each a WorkerId"
        self.problems += (Problem("`WorkerId` is missing", path, mend) for path in self.places.values())


def _profile_reading(tree: object) -> Reading:
    kind = kind_of(tree)
    if kind not in (None, WORKER):
        raise InvalidInput(Problem(f"this is {kind}, expected a worker profile", help=_MENDS[str(kind)]))
    if isinstance(tree, str):
        found = f"expected a worker profile, an object, got {described(tree)}"
        raise InvalidInput(Problem(found, help="for a file use load_worker"))
    if is_object(tree) and tree.keys() <= _ANSWER:
        said = f"an object with only {' and '.join(map(show, tree))}" if tree else "an empty object"
        raise InvalidInput(Problem(f"{said} says nothing of a worker", help=_UNKNOWN))
    return read_object(tree, PROFILE_SHAPE)


def _unwrapped(tree: object, path: Path) -> tuple[object, Path]:
    """An entry without the wrapper of GetQualificationScore, and the path to it."""
    if not is_object(tree) or "Qualification" not in tree:
        return tree, path
    reading = read_object(tree, _WRAPPER)
    if reading.problems:
        raise InvalidInput(reading.problems)
    return tree["Qualification"], (*path, "Qualification")


def _no_name(name: object) -> str:
    raise InvalidInput(Problem(f"expected the id or name of a qualification type, got {described(name)}"))


# --- one fact


def short_fact(type_id: str, plain: object) -> Fact:
    """A fact in the short grammar, as files can write it."""
    if isinstance(plain, (int, str)) and not isinstance(plain, bool):
        return read_fact(type_id, plain)
    if is_list(plain):
        odd = [item for item in plain if not isinstance(item, (int, str)) or isinstance(item, bool)]
        if not odd:
            return read_fact(type_id, plain)
        raise InvalidInput(Problem(f"expected a list of values, got {described(odd[0])} in it"))
    if is_object(plain):
        raise InvalidInput(Problem("expected a fact, got an object", help=_locale_in_short(plain)))
    mend = "leave the key out" if plain is None else "write `US-WA`, `80`, `lacks`, `holds` or `unknown`"
    raise InvalidInput(Problem(f"expected a fact, got {described(plain)}", help=mend))


def _locale_in_short(tree: Mapping[object, object]) -> str:
    codes = [tree[key] for key in ("Country", "Subdivision") if key in tree]
    is_locale = codes and all(isinstance(code, str) and code.isalnum() for code in codes)
    return f"write `{'-'.join(map(str, codes))}`" if is_locale else "write `US-WA`, `80`, `lacks`, `holds` or `unknown`"


def _entry(tree: object, names: TypeNames) -> tuple[str | None, str, Fact]:
    """The WorkerId, the type and the fact of an entry without its wrapper; InvalidInput with all that is wrong."""
    if kind_of(tree) == REQUIREMENT:
        raise InvalidInput(Problem("this is one requirement of a HIT, expected a qualification of a worker"))
    reading = read_object(tree, ENTRY_SHAPE)
    read, type_id = reading.values, reading.type_id(names)
    given = tuple((key, read.get(key)) for key in (*_VALUES, _FACT) if key in reading.tree)
    status = read.get("Status", Status.GRANTED)
    states, found = (None, ()) if type_id is None else said_states(type_id, given, status)
    problems = [*reading.problems, *_value_problems(given, status), *found]
    if type_id is None or states is None or problems:
        raise InvalidInput(problems)
    is_revoked, basis = status is Status.REVOKED, read.get("Basis", Basis.STATED)
    fact = Fact(states, is_revoked, read.get("GrantTime"), read.get("LearnedAt"), basis=basis)
    return read.get("WorkerId"), type_id, fact


_Values = tuple[tuple[str, Any], ...]
"""The keys of an entry that say a value, with what was read; None where it could not be."""


def _value_problems(given: _Values, status: Status) -> Iterator[Problem]:
    """What is wrong with the values that an entry gives, whatever its type."""
    if len(given) > 1:
        yield Problem(f"got {' and '.join(key for key, _ in given)}", help="give one of them")
    if given and status in (Status.LACKS, Status.UNKNOWN):
        yield Problem(f"got {given[0][0]}, but `{status}` has no value", ("Status",), "leave one of the two out")
    for key, value in given:
        if value == ():
            yield Problem("got an empty list", (key,), "give a value, or leave the key out")


def _range(kind: QualificationType, ends: tuple[int | None, int | None]) -> Held:
    return integer_range(kind, *ends)


_FACT = "Fact"
"""The key of an entry that says a fact in the short grammar."""

_VALUES: Mapping[str, Callable[[QualificationType, Any], Held]] = {
    "IntegerValue": lambda _, value: IntegerSet.only(value),
    "LocaleValue": lambda _, value: LocaleSet.only(value),
    "IntegerRange": _range,
    "IntegerValues": lambda _, values: IntegerSet.only(*values),
    "LocaleValues": lambda _, values: LocaleSet.only(*values),
}
"""The keys of an entry that say a value, and the held values that each stands for."""


@lru_cache(2**14)
def said_states(type_id: str, given: _Values, status: Status) -> tuple[ValueSet | None, Sequence[Problem]]:
    """The states that an entry says are possible (None where there are none), and what of it cannot be of this type."""
    kind = qualification_type(type_id)
    stated = kind.held
    problems: list[Problem] = []
    for key, value in given:
        try:
            stated = _stated(kind, key, value)
        except InvalidInput as error:
            problems += error.within(key).problems
    if status in (Status.LACKS, Status.REVOKED) and not kind.can_be_lacked:
        found = f"got `{status}`, but every worker has a value of this type"
        problems.append(Problem(found, ("Status",), "write `Unknown`"))
    if problems:
        return None, problems
    match status:
        case Status.GRANTED:
            return stated, ()
        case Status.REVOKED | Status.LACKS:
            return kind.lacked, ()
        case Status.UNKNOWN:
            return kind.universe, ()


def _stated(kind: QualificationType, key: str, value: Any) -> ValueSet:
    """The states that one key says, its value having been read or not. InvalidInput where the type has none such."""
    if key == _FACT:
        return kind.universe if value is None else read_fact(kind.type_id, value).states
    if key.startswith("Locale") != kind.is_locale:
        got = "a locale" if key.startswith("Locale") else "an integer"
        expected = "Worker_Locale has a locale" if kind.is_locale else f"`{kind.type_id}` has an integer"
        raise InvalidInput(Problem(f"{expected}, got {got}", help=f"use {_COUNTERPARTS[kind.is_locale]}"))
    if value in (None, ()):
        return kind.held
    states = ValueSet(_VALUES[key](kind, value))
    check_states(kind.type_id, states)
    return states


_COUNTERPARTS = {True: "LocaleValue", False: "IntegerValue"}
