"""What the page asks, read strictly: the requirements on its cards, the action, and the worker that is looked at.

This module does not know what is answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from attrs import evolve, frozen

from qualeval.errors import InvalidInput, Path, Problem, WrongType, show
from qualeval.model.actions import Action
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import TypeNames
from qualeval.model.workers import WorkerProfile
from qualeval.sources.hits import parse_hit
from qualeval.sources.structure import Object, Shape, read_each, read_object
from qualeval.sources.workers import parse_worker

__all__ = ["Cards", "Question", "Who", "read_hit_id", "read_question", "read_request"]

REQUIREMENTS = "QualificationRequirements"
MOST = 200
"""More cards than that nobody looks at: Mechanical Turk takes ten. What is answered takes time by their square."""

_REQUEST = Shape("a request of the page", {"hit": Object, "cards": tuple[Any, ...]}, required=("hit", "cards"))
_QUESTION = Shape(
    "a question of the page",
    {
        "before": tuple[Any, ...],
        "cards": tuple[Any, ...],
        "action": Action,
        "curves": tuple[int, ...],
        "worker": Object,
    },
    required=("before", "cards", "action"),
)
_FETCH = Shape("a request of the page", {"id": str}, required=("id",))
_ID = re.compile("[A-Z0-9]{1,64}", re.ASCII)
_CARD = Shape("a card", {"on": bool, "requirement": Object}, required=("on", "requirement"))
_WHO = Shape("a worker", {"row": int, "name": str, "facts": Object})


@frozen
class Cards:
    """The requirements that are switched on, and by their index the card on which each is.

    `types` are those that cards are about, also cards that are off.
    """

    raw: Sequence[Mapping[str, Any]]
    places: Sequence[int]
    types: frozenset[str]

    def hit(self, names: TypeNames) -> HIT:
        """The HIT of these requirements. InvalidInput with what is wrong, whose paths begin at the cards."""
        try:
            return parse_hit({REQUIREMENTS: list(self.raw)}, names=names)
        except InvalidInput as error:
            raise InvalidInput([evolve(each, path=self.path(each.path)) for each in error.problems]) from None

    def path(self, path: Path) -> Path:
        """The path from the cards, of one in the HIT."""
        match path:
            case (str(), int(index), *rest):
                return ("cards", self.places[index], *rest)
        return ("cards",)


@frozen
class Who:
    """A worker to look at: one of the pool, by row (None is nobody in it), and facts in place of what is known.

    `name` is who she was when she was picked: another page may have opened another pool since. None where nobody says.
    """

    row: int | None
    name: str | None
    facts: Mapping[str, Any]

    def profile(self, pooled: WorkerProfile | None, names: TypeNames) -> WorkerProfile:
        """The worker. InvalidInput where a fact is none."""
        said = parse_worker({"Facts": dict(self.facts)}, names=names)
        return said if pooled is None else pooled.with_facts(said.facts)


@frozen
class Question:
    """What is to be answered: `curves` are the cards whose curves are wanted, None all of them."""

    before: HIT
    cards: Cards
    action: Action
    curves: frozenset[int] | None
    worker: Who | None


def read_question(tree: object, names: TypeNames) -> Question:
    """The question. InvalidInput with all that is wrong with it, save with what stands on the cards."""
    values = _values(tree, _QUESTION)
    curves, worker = values.get("curves"), values.get("worker")
    return Question(
        parse_hit({REQUIREMENTS: list(values["before"])}, names=names),
        _cards(values["cards"], names),
        values["action"],
        None if curves is None else frozenset(curves),
        None if worker is None else _who(worker),
    )


def _cards(trees: Sequence[object], names: TypeNames) -> Cards:
    """What stands on the cards."""
    if len(trees) > MOST:
        raise InvalidInput(Problem(f"got {len(trees)} cards, expected {MOST} at most", ("cards",)))
    read = read_each(((("cards", index), each) for index, each in enumerate(trees)), lambda each: _values(each, _CARD))
    on = [(each["requirement"], index) for index, each in enumerate(read) if each["on"]]
    types = frozenset(_types(read, names))
    return Cards([raw for raw, _ in on], [index for _, index in on], types)


def _types(cards: Iterable[Mapping[str, Any]], names: TypeNames) -> Iterator[str]:
    for each in cards:
        with suppress(InvalidInput, WrongType):  # what is wrong with a card is told where its requirement is read
            yield names.id_of(each["requirement"].get("QualificationTypeId"))


def read_request(tree: object, names: TypeNames) -> tuple[Mapping[str, Any], HIT]:
    """A HIT as the page got it, and the requirements that stand on the cards now."""
    values = _values(tree, _REQUEST)
    return values["hit"], _cards(values["cards"], names).hit(names)


def read_hit_id(tree: object) -> str:
    """The id of a HIT. InvalidInput where it is none."""
    found: str = _values(tree, _FETCH)["id"].strip()
    if not _ID.fullmatch(found):
        raise InvalidInput(Problem(f"{show(found)} is no HIT id", help="write capital letters and digits"))
    return found


def _who(tree: object) -> Who:
    values = _values(tree, _WHO)
    return Who(values.get("row"), values.get("name"), values.get("facts", {}))


def _values(tree: object, shape: Shape) -> Mapping[str, Any]:
    reading = read_object(tree, shape)
    if reading.problems:
        raise InvalidInput(reading.problems)
    return reading.values
