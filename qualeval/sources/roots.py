"""The roots of an input: one tree or several, the documents that they came from, and how problems are told of them.

A reader speaks of a value by the path that leads to it in the tree. What a person is told is the line and column where
there is a text, and a path in words, in which wrappers are left out (`requirement 2`, not `HIT: requirement 2`).

This module does not know what is in a tree, save by which keys HITs, workers and the like are told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from attrs import evolve, field, frozen

from qualeval.errors import InvalidInput, Path, Problem, show
from qualeval.sources.documents import Document, Source, read_documents
from qualeval.sources.structure import is_object
from qualeval.sources.texts import source_name

__all__ = ["ASSIGNMENT", "HIT_", "OF_A_REQUEST", "QUALIFICATION", "REQUIREMENT", "WORKER", "Roots", "kind_of"]

T = TypeVar("T")

HIT_ = "a HIT"
REQUIREMENT = "one requirement"
QUALIFICATION = "one qualification of a worker"
ASSIGNMENT = "an assignment"
WORKER = "a worker profile"

# The first row that has a key of the object says what the object is.
_MARKS: tuple[tuple[str, frozenset[str]], ...] = (
    (HIT_, frozenset({"QualificationRequirements", "HIT", "HITs"})),
    (REQUIREMENT, frozenset({"Comparator"})),
    (QUALIFICATION, frozenset({"QualificationTypeId"})),
    (ASSIGNMENT, frozenset({"AssignmentId", "Assignment", "Assignments"})),
    (WORKER, frozenset({"WorkerId", "Qualification", "Qualifications", "Facts", "Complete"})),
    (HIT_, frozenset({"HITId", "HITStatus", "HITTypeId"})),
)

OF_A_REQUEST = frozenset({"Title", "Reward"})
"""Keys that CreateHIT and CreateHITType require (and requirements they do not): an object with all of them is a HIT."""


def kind_of(tree: object) -> str | None:
    """What an object is, going by its keys; None where they do not say, or it is no object."""
    if not is_object(tree):
        return None
    marked = next((kind for kind, keys in _MARKS if not keys.isdisjoint(tree)), None)
    return HIT_ if marked is None and tree.keys() >= OF_A_REQUEST else marked


@frozen
class Roots:
    """The trees of one input. `noun` is the list that several trees make (`HITs`).

    `words`, given a tree, gives what words a path in it: what holds for all paths is looked at once a tree.

    `documents` are the texts of the trees, one each, or none. `source` is what messages call the input.
    """

    trees: Sequence[object]
    noun: str
    words: Callable[[object], Callable[[Path], Path]]
    documents: Sequence[Document] = field(default=(), repr=False)
    source: str | None = None

    @classmethod
    def of(cls, source: Source, noun: str, words: Callable[[object], Callable[[Path], Path]]) -> Roots:
        """The trees of a file or stream. Raises InputNotFound and InvalidInput."""
        documents = read_documents(source)
        return cls([document.tree for document in documents], noun, words, documents, source_name(source))

    def read(self, read: Callable[[Sequence[object]], list[T]]) -> list[T]:
        """What `read` makes of the trees. The paths of its problems begin with the index of a tree."""
        try:
            return read(self.trees)
        except InvalidInput as error:
            raise self._told_of(error) from None

    def only(self, found: Sequence[T], id_of: Callable[[T], str | None], reader: str, mend: str) -> T:
        """The one thing that was found. InvalidInput names the `reader` of many, or where there is none the mend."""
        if len(found) == 1:
            return found[0]
        noun = self.noun.removesuffix("s")
        if not found:
            raise InvalidInput(Problem(f"expected one {noun}, found none", help=mend), self.source)
        ids = ["one without an id" if (each := id_of(thing)) is None else show(each) for thing in found[:5]]
        more = f" and {len(found) - 5:,} more" if len(found) > 5 else ""
        message = f"expected one {noun}, found {len(found):,}: {', '.join(ids)}{more}"
        raise InvalidInput(Problem(message, help=f"give one of them (qualeval.{reader} reads them all)"), self.source)

    def _told_of(self, error: InvalidInput) -> InvalidInput:
        """The error as a person is told of it, from one whose paths begin with the index of a tree."""
        by_tree: dict[int, list[Problem]] = {}
        for problem in error.problems:
            index, *path = problem.path
            by_tree.setdefault(int(index), []).append(evolve(problem, path=tuple(path)))
        told = [problem for index in sorted(by_tree) for problem in self._told(index, by_tree[index])]
        return InvalidInput(told, self.source)

    def _told(self, index: int, problems: Iterable[Problem]) -> list[Problem]:
        if self.documents:
            located = self.documents[index].located(InvalidInput(problems)).problems
            problems = sorted(located, key=lambda problem: (problem.line or 0, problem.column or 0))
        head: Path = (self.noun, index) if len(self.trees) > 1 else ()
        words = self.words(self.trees[index])
        return [evolve(each, path=(*head, *words(each.path))) for each in problems]
