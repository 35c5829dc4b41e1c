"""Workers of a store: from the rows about one to a profile, whose facts are made when somebody asks for them.

What is known of a worker is one statement, and so one state of the store, also while another process writes. A decision
takes no more than the points of a profile, which the rows give at once.

A row is (type, what it is, what it says, when it was learned, one thing more):

| what it is | says | more |
|---|---|---|
| a basis: what others said | the states, in the grammar of facts | the source |
| a status: what the service said | the value | the time of the grant |
| nothing: she is not on the type's list | nothing | nothing |
| nothing, of no type: the list of blocks | whether she is on it | nothing |

A list that was never read to its end has no time, and says nothing of who is not on it.

This module does not know how workers are judged, nor who writes the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from attrs import define, field, frozen

from qualeval.errors import InvalidInput, Problem, show
from qualeval.model.facts import Basis, Fact
from qualeval.model.grammar import read_fact
from qualeval.model.qualification_types import qualification_type
from qualeval.model.workers import UNKNOWN_POINT, WorkerProfile, outgrown, point, unchecked
from qualeval.sources.rows import Score, ScoreStatus
from qualeval.values.locale import Locale
from qualeval.values.value_set import ValueSet

__all__ = ["SAID", "Question", "time_of"]

SOURCE = "Mechanical Turk"
"""Where facts from the service say that they are from."""

MANY = 64
"""Of so many types at most each is looked up by itself: SQLite has limits, and no HIT names as many."""

Row = tuple[str, str | None, int | str | None, float | None, float | str | None]


@frozen
class Question:
    """What is asked of a store about a worker: a statement whose parameters are her id and then the `values`.

    `types` are the types that it asks about, None all of which there is a row.
    """

    statement: str
    values: tuple[str, ...]
    types: tuple[str, ...] | None
    _nothing: dict[str, object] = field(init=False, repr=False, eq=False)
    """The points of a worker of whom nothing is known."""

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_nothing", dict.fromkeys(self.types or (), UNKNOWN_POINT))

    @classmethod
    def about(cls, types: Iterable[str] | None) -> Question:
        """The question about these types."""
        return _question(None if types is None else tuple(types))

    def profile(self, worker_id: str, rows: Iterable[Row], since: datetime | None) -> WorkerProfile:
        """What the rows come to. What was learned before `since` is not known any more; None forgets nothing.

        Raises:
            InvalidInput: a row that no version of qualeval writes.
        """
        told = [row for row in rows if row[3] is not None or row[1] is not None]
        chosen = {row[0]: row for row in told} if since is None else _chosen(told, since)
        blocks = chosen.pop("", None)
        blocked = None if blocks is None or not _is_since(blocks, since) else bool(blocks[2])
        points = self._nothing.copy()
        facts = _Facts(chosen, since)
        if since is None:
            for type_id, said, value, _, _ in chosen.values():
                points[type_id] = _meaning(type_id, said, value)[1]
        else:
            points.update((type_id, point(type_id, fact.states)) for type_id, fact in facts.items())
        return unchecked(worker_id, facts, blocked, points)


def _is_since(row: Row, since: datetime | None) -> bool:
    return since is None or row[3] is None or time_of(row[3]) >= since


def _chosen(rows: Iterable[Row], since: datetime) -> dict[str, Row]:
    """Of each type the row that counts: a later one, but what others said where the service's word is too old."""
    chosen: dict[str, Row] = {}
    for row in rows:
        known = chosen.get(row[0])
        if known is None or _is_since(row, since) or known[1] not in _BASES:
            chosen[row[0]] = row
    return chosen


_BASES = frozenset(map(str, Basis))
_STATUSES = frozenset(map(str, ScoreStatus))


# --- the statement


@lru_cache(1024)
def _question(types: tuple[str, ...] | None) -> Question:
    """Later rows go before earlier ones: the service's word before that of others."""
    own = [each for each in types or () if qualification_type(each).owner == "requester"]
    if types is None or len(own) > MANY:
        return Question(" UNION ALL ".join((SAID, _EVERY_LIST, _BLOCKED)), (), types)
    lists = [_LIST.format(type=2 * place, name=2 * place + 1) for place in range(1, len(own) + 1)]
    values = tuple(each for type_id in own for each in (type_id, f"scores/{type_id}"))
    return Question(" UNION ALL ".join((SAID, *lists, _BLOCKED)), values, types)


SAID = "SELECT type_id, basis, states, learned_at, source FROM fact WHERE worker_id = ?1"
_LIST = """
    SELECT ?{type}, status, value, ifnull(learned_at, finished_at), granted_at
    FROM list LEFT JOIN score ON worker_id = ?1 AND type_id = ?{type} WHERE name = ?{name}
"""
_EVERY_LIST = """
    SELECT substr(name, 8), status, value, ifnull(learned_at, finished_at), granted_at
    FROM list LEFT JOIN score ON worker_id = ?1 AND type_id = substr(name, 8) WHERE name GLOB 'scores/*'
"""
_BLOCKED = """
    SELECT '', NULL, worker_id IS NOT NULL, ifnull(learned_at, finished_at), NULL
    FROM list LEFT JOIN block ON worker_id = ?1 WHERE name = 'blocks'
"""


# --- rows to facts


@define(eq=False)
class _Facts(Mapping[str, Fact]):
    """The facts of rows, each made when it is asked for."""

    _rows: Mapping[str, Row]
    _since: datetime | None
    _made: dict[str, Fact] = field(factory=dict)

    def __getitem__(self, type_id: str) -> Fact:
        made = self._made.get(type_id)
        if made is None:
            row = self._rows[type_id]
            fact = _fact(row)
            made = self._made[type_id] = fact if _is_since(row, self._since) else outgrown(type_id, fact)
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return repr(dict(self))


def _fact(row: Row) -> Fact:
    type_id, said, value, learned_at, more = row
    states = _meaning(type_id, said, value)[0]
    at = None if learned_at is None else time_of(learned_at)
    if said in _BASES:
        return Fact(states, learned_at=at, source=None if more is None else str(more), basis=Basis(said))
    granted_at = time_of(more) if isinstance(more, float) else None
    return Fact(states, said == ScoreStatus.REVOKED, granted_at, at, SOURCE, Basis.LEARNED)


@lru_cache(2**16, typed=True)
def _meaning(type_id: str, said: str | None, value: int | str | None) -> tuple[ValueSet, object]:
    """The states that a row leaves open, and their point. Many workers are known alike."""
    if said is None:
        states = qualification_type(type_id).lacked
    elif said in _STATUSES:
        if not isinstance(value, int | str | None):
            raise InvalidInput(Problem(f"got {show(value)} of {show(type_id)}, expected an integer or a text"))
        held = Locale.parse(value) if isinstance(value, str) else value
        states = Score(type_id, "", ScoreStatus(said), held).fact().states
    else:
        Basis(said)
        states = read_fact(type_id, str(value)).states
    return states, point(type_id, states)


def time_of(seconds: float) -> datetime:
    """A time as the store has it: seconds since 1970."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise InvalidInput(Problem(f"got {show(seconds)}, expected a time in seconds")) from None
