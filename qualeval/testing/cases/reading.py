"""Case files to cases, read strictly: all that is wrong with a file is told at once, with line and column.

A case that expects nothing is refused, for it could not fail; so is a key that nobody reads. HITs and workers that are
written in the file are read here, those that it names by path or id when the cases are run.

This module does not know what the answers are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path as FilePath
from typing import Any, TypeVar

from attrs import define, evolve, field, frozen

from qualeval.errors import InvalidInput, Path, Problem, show
from qualeval.model.actions import Access, Action, ActionsGuarded
from qualeval.model.changes import PlainValues
from qualeval.model.facts import Fact
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.model.workers import WorkerProfile
from qualeval.policy.decision import Outcome
from qualeval.sources.documents import Document, Source, read_document
from qualeval.sources.hit_readings import hit_readings
from qualeval.sources.hits import parse_hit
from qualeval.sources.structure import (
    Name,
    Object,
    Reading,
    Shape,
    described,
    is_list,
    is_object,
    read_each,
    read_object,
    step,
)
from qualeval.sources.workers import parse_worker, parse_workers, short_fact
from qualeval.testing.cases.case import Case, Expectation, HITChanges, Reference
from qualeval.testing.cases.worker_site import is_of_worker_site, worker_site_cases

__all__ = ["CASE_SHAPE", "EXPECTATION_SHAPE", "FILE_SHAPE", "INDEX_PATTERN", "load_cases"]

T = TypeVar("T")

INDEX_PATTERN = r"0|[1-9][0-9]{0,8}"
"""How the place of a requirement is written where it is a key."""

FILE_SHAPE = Shape(
    "a case file",
    {"hit": Any, "worker": Any, "workers": Any, "cases": tuple[Any, ...]},
    required=("cases",),
    ignored=frozenset({"$schema"}),
)
"""A case file; what it says of the HIT and the worker holds for every case that says nothing else."""

CASE_SHAPE = Shape(
    "a case",
    {
        "name": Name,
        "hit": Any,
        "value": Object,
        "guard": Object,
        "without": tuple[int, ...],
        "worker": Any,
        "facts": Object,
        "expect": Any,
    },
    required=("name",),
)

EXPECTATION_SHAPE = Shape(
    "an expectation",
    {
        "access": str,
        "possible": str,
        **{str(action): Outcome for action in Action},
        "deciding": tuple[Any, ...],
    },
)


def load_cases(source: Source, *, names: TypeNames = SYSTEM_ONLY, unfinished: bool = False) -> list[Case]:
    """The cases of a case file (a path, or an open stream), or of an answer of the worker site; at least one.

    Paths in the file are relative to its folder. `names` are names for types that may stand for their ids. With
    `unfinished` a case may lack `expect`, because it is to be recorded.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: it is no case file, or something in it is wrong; all problems at once, with lines and columns.
    """
    document = read_document(source)
    folder = FilePath(os.fspath(source)).parent if isinstance(source, (str, os.PathLike)) else FilePath()
    try:
        found = _cases(document, _Reader(names, folder, unfinished))
    except InvalidInput as error:
        located = document.located(error).problems
        told = sorted(located, key=lambda problem: (problem.line or 0, problem.column or 0))
        raise InvalidInput(told, document.name) from None
    places = document.positions([case.path for case in found])
    return [evolve(case, source=document.name, line=places.get(case.path, (None,))[0]) for case in found]


def _cases(document: Document, reader: _Reader) -> list[Case]:
    tree = document.tree
    if is_of_worker_site(tree):
        return worker_site_cases(tree, reader.names)
    if not is_object(tree):
        mend = "write `cases:` above the list"
        raise InvalidInput(Problem(f"expected a case file, an object with `cases`, got {described(tree)}", help=mend))
    if "cases" not in tree and _is_hit(tree):
        mend = "`qualeval test --record --hit HIT --workers FILE CASES` makes cases of it, `qualeval lint` checks it"
        raise InvalidInput(Problem("expected a case file, an object with `cases`, got a HIT", help=mend))
    found = reader.cases(read_object(tree, FILE_SHAPE))
    if reader.problems:
        raise InvalidInput(reader.problems)
    return found


def _is_hit(tree: Mapping[object, object]) -> bool:
    """Whether it is a HIT on its own; a case file says `hit`."""
    return not tree.keys().isdisjoint({"HIT", "HITId", "QualificationRequirements"})


@frozen
class _Defaults:
    """What the file says for all cases; None is nothing. `given` are its keys, those that could not be read too."""

    given: frozenset[object]
    hit: HIT | Reference | None = None
    worker: WorkerProfile | Reference | None = None
    pool: Reference | Sequence[WorkerProfile] = ()


@define
class _Reader:
    """Reads the objects of a file, and gathers what is wrong with them."""

    names: TypeNames
    folder: FilePath
    is_unfinished: bool = False
    problems: list[Problem] = field(factory=list)

    def attempt(self, path: Path, read: Callable[[], T]) -> T | None:
        """What `read` makes, or None and its problems, under this path."""
        try:
            return read()
        except InvalidInput as error:
            self.problems += error.within(*path).problems
            return None

    def cases(self, reading: Reading) -> list[Case]:
        """The cases of the whole file."""
        self.problems += reading.problems
        said = {key: value for key, value in reading.values.items() if key != "cases"}
        defaults = _Defaults(
            frozenset({*reading.tree, *reading.unread}),
            hit=self._said(said, "hit", self._hit, ()),
            worker=self._said(said, "worker", self._worker, ()),
            pool=self._said(said, "workers", self._pool, ()) or (),
        )
        listed = reading.values.get("cases", ())
        if not listed and "cases" in reading.values:
            self.problems.append(Problem("expected a list of cases, got an empty one", ("cases",), "write a case"))
        found = [self._case(tree, index, defaults) for index, tree in enumerate(listed)]
        self._refuse_same_names(found)
        return [case for case in found if case is not None]

    def _said(self, said: Mapping[str, Any], key: str, read: Callable[[Any], T], path: Path) -> T | None:
        """What `read` makes of the value of a key, if the key is there."""
        return self.attempt((*path, key), lambda: read(said[key])) if key in said else None

    def _refuse_same_names(self, cases: Sequence[Case | None]) -> None:
        first: dict[str, Path] = {}
        for case in cases:
            if case is not None and first.setdefault(case.name, case.path) != case.path:
                found = f"case {first[case.name][-1]} is called {show(case.name)} too"
                self.problems.append(Problem(found, (*case.path, "name"), "give each case a name of its own"))

    def _case(self, tree: object, index: int, defaults: _Defaults) -> Case | None:
        """The case, or None where that much of it cannot be read; the problems are told."""
        path: Path = ("cases", index)
        reading = self.attempt(path, lambda: read_object(tree, CASE_SHAPE))
        if reading is None:
            return None
        self.problems += (problem.under(*path) for problem in reading.problems)
        said = reading.values
        self._refuse_gaps(reading, path, defaults.given)
        case = Case(
            name=said.get("name", ""),
            hit=self._said(said, "hit", self._hit, path) or defaults.hit or HIT(),
            worker=self._said(said, "worker", self._worker, path) or defaults.worker,
            expected=self._said(said, "expect", self._expectation, path),
            pool=defaults.pool,
            facts=self._said(said, "facts", self._facts, path) or {},
            changes=self._changes(said, path),
            path=path,
        )
        return case if "name" in said else None

    def _refuse_gaps(self, reading: Reading, path: Path, by_file: Collection[object]) -> None:
        """What a case must say, and neither it nor the file does."""
        given = {*reading.tree, *reading.unread}
        if "hit" not in {*given, *by_file}:
            mend = "give the path of its file, an id, or the HIT itself"
            self.problems.append(Problem("`hit` is missing, here and for the whole file", path, mend))
        if given.isdisjoint({"worker", "facts"}) and "worker" not in by_file:
            mend = "give `worker` or `facts`; of one of whom nothing is known write `facts: {}`"
            self.problems.append(Problem("nothing is said of the worker", path, mend))
        if "expect" not in given and not self.is_unfinished:
            mend = "a case that expects nothing cannot fail; --record writes today's answer"
            self.problems.append(Problem("`expect` is missing", path, mend, code="missing-key"))

    # --- HITs and workers

    def _hit(self, tree: object) -> HIT | Reference:
        if isinstance(tree, str):
            return self._reference(tree, "a HIT")
        if not (is_object(tree) or is_list(tree)):
            got = f"expected a HIT, or the path of its file or its id as text, got {described(tree)}"
            raise InvalidInput(Problem(got))
        readings = hit_readings(tree, self.names)  # whose paths are those of the file
        if problems := [problem for reading in readings for problem in reading.problems]:
            raise InvalidInput(problems)
        return readings[0].hit() if len(readings) == 1 else parse_hit(tree, names=self.names)  # type: ignore[arg-type]

    def _worker(self, tree: object) -> WorkerProfile | Reference:
        if isinstance(tree, str):
            return self._reference(tree, "a worker")
        if not is_object(tree):
            got = f"expected a worker profile, or the path of its file or an id as text, got {described(tree)}"
            raise InvalidInput(Problem(got))
        return parse_worker(tree, names=self.names)

    def _pool(self, tree: object) -> Reference | Sequence[WorkerProfile]:
        if isinstance(tree, str):
            reference = self._reference(tree, "workers")
            if reference.is_id:
                raise InvalidInput(Problem(f"no file {show(str(reference.path))}", help="give a file of workers"))
            return reference
        return parse_workers(tree, names=self.names)

    def _reference(self, text: str, noun: str) -> Reference:
        if not text.strip():
            raise InvalidInput(Problem("got an empty text", help=f"give the path of a file of {noun}"))
        return Reference(text, self.folder)

    def _facts(self, tree: Mapping[object, object]) -> Mapping[str, Fact]:
        pairs = read_each(((step(name), (name, plain)) for name, plain in tree.items()), self._fact)
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = next(type_id for type_id in found if [each for each, _ in pairs].count(type_id) > 1)
            raise InvalidInput(Problem(f"{show(self.names.name_of(twice))} is said a second time", help="say it once"))
        return found

    def _fact(self, pair: Any) -> tuple[str, Fact]:
        name, plain = pair
        type_id = self.names.id_of(str(name))
        return type_id, short_fact(type_id, plain)

    # --- changes of the HIT

    def _changes(self, said: Mapping[str, Any], path: Path) -> HITChanges:
        return HITChanges(
            values=self._said(said, "value", partial(_by_index, read=_values), path) or {},
            guards=self._said(said, "guard", partial(_by_index, read=_guard), path) or {},
            without=self._said(said, "without", _places, path) or (),
        )

    # --- what is expected

    def _expectation(self, tree: object) -> Expectation:
        if isinstance(tree, str):
            got = f"expected an expectation, an object, got {described(tree)}"
            mend = f"write `{{access: {tree}}}`" if tree in map(str, Access) else _SAY
            raise InvalidInput(Problem(got, help=mend))
        reading = read_object(tree, EXPECTATION_SHAPE)
        said = reading.values
        inner = _Reader(self.names, self.folder)
        expected = Expectation(
            access=inner._said(said, "access", Access, ()),
            possible=inner._said(said, "possible", Access, ()),
            outcomes={action: said[action] for action in Action if action in said},
            deciding=inner._said(said, "deciding", self._deciding, ()),
        )
        if problems := [*reading.problems, *inner.problems]:
            raise InvalidInput(problems)
        if expected == Expectation():
            raise InvalidInput(Problem(f"expects nothing, and cannot fail; {_SAY}"))
        return expected

    def _deciding(self, listed: object) -> tuple[int | str, ...]:
        assert is_list(listed)
        return tuple(read_each((((index,), each) for index, each in enumerate(listed)), self._requirement))

    def _requirement(self, named: object) -> int | str:
        if isinstance(named, str):
            return self.names.id_of(named)
        if not isinstance(named, int) or isinstance(named, bool):
            expected = "expected a requirement, by its index or by the name of its type"
            raise InvalidInput(Problem(f"{expected}, got {described(named)}"))
        return _place(named)


_SAY = f"say one of {', '.join(f'`{key}`' for key in EXPECTATION_SHAPE.kinds)}"


def _by_index(tree: Mapping[object, object], read: Callable[[object], T]) -> Mapping[int, T]:
    """What is said of requirements, by their places."""
    pairs = [((*step(key),), (key, value)) for key, value in tree.items()]
    return dict(read_each(pairs, lambda pair: (_index(pair[0]), read(pair[1]))))  # type: ignore[index]


def _index(key: object) -> int:
    if isinstance(key, str) and re.fullmatch(INDEX_PATTERN, key):
        return int(key)
    raise InvalidInput(Problem("expected the index of a requirement, from 0, as the key", help="write `2: 97`"))


def _places(listed: Sequence[int]) -> tuple[int, ...]:
    return tuple(read_each((((index,), each) for index, each in enumerate(listed)), _place))


def _place(named: object) -> int:
    if isinstance(named, int) and named >= 0:
        return named
    raise InvalidInput(Problem(f"got {show(named)}, expected the index of a requirement, from 0"))


def _values(plain: object) -> PlainValues:
    parts = plain if is_list(plain) else [plain]
    odd = [part for part in parts if not isinstance(part, (int, str)) or isinstance(part, bool)]
    if odd or not parts:
        got = f"expected a value, or a list of values, got {described(odd[0]) if odd else 'an empty list'}"
        raise InvalidInput(Problem(got, help="write `97`, `[1, 3, 8]` or `US,CA`"))
    return plain  # type: ignore[return-value]


def _guard(plain: object) -> ActionsGuarded:
    if isinstance(plain, str):
        return ActionsGuarded(plain)
    known = ", ".join(f"`{each}`" for each in ActionsGuarded)
    raise InvalidInput(Problem(f"expected a guard, got {described(plain)}", help=f"known are {known}"))
