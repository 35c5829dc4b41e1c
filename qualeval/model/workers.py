"""Worker profiles: what is known of one worker towards qualification types.

Of a type that a profile does not name nothing is known, unless the profile is complete. This module does not know how
a worker is judged, nor how profiles are written in files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from attrs import evolve, field, frozen
from attrs.converters import optional

from qualeval.errors import InvalidInput, Problem, WrongType, show
from qualeval.model.facts import Basis, Fact, PlainFact, check_states, fact_text
from qualeval.model.grammar import read_fact
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames, checked_names, qualification_type
from qualeval.values.integer_set import IntegerSet
from qualeval.values.value_set import ValueSet

__all__ = ["UNKNOWN_POINT", "WorkerProfile", "named_facts", "outgrown", "point", "unchecked", "worker"]


def _complete(value: bool | Iterable[str]) -> bool | frozenset[str]:
    if isinstance(value, str):  # a text is iterable too: `3ABC` would be the types `3`, `A`, `B` and `C`
        raise InvalidInput(Problem(f"got {show(value)}", ("complete",), "expected true, false or a list of type ids"))
    if not isinstance(value, Iterable):
        return _true_or_false(value)
    return frozenset(value)


def _ids(value: Iterable[str]) -> frozenset[str]:
    if isinstance(value, str):  # as above
        raise InvalidInput(Problem(f"got {show(value)}", ("assigned",), "expected a list of HIT ids"))
    return frozenset(value)


def _true_or_false(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise WrongType(f"expected True or False, got {type(value).__name__} {show(value)}")


def _checked(facts: Mapping[str, Fact]) -> Mapping[str, Fact]:
    """Facts that exist are non-empty parts of their universes."""
    problems: list[Problem] = []
    for type_id, fact in facts.items():
        if not isinstance(fact, Fact):
            raise WrongType(f"{type_id}: expected a Fact, got {type(fact).__name__}; qualeval.worker takes plain facts")
        try:
            check_states(type_id, fact.states)
        except InvalidInput as error:
            problems += (problem.under(type_id) for problem in error.problems)
    if problems:
        raise InvalidInput(problems)
    return MappingProxyType(dict(facts))


@frozen
class WorkerProfile:
    """What is known of one worker.

    `facts` maps type ids to facts. `complete` is True where the worker lacks every type that is not named (save those
    that cannot be lacked, which stay unknown), or the type ids of which alone that can be said. `blocked` says whether
    the requester blocked the worker; None is not known. `assigned` are the ids of the HITs on which the worker is known
    to have an assignment already.

    Raises:
        InvalidInput: a fact that is empty or not a part of its type's universe, with all such facts at once.
    """

    worker_id: str | None = None
    facts: Mapping[str, Fact] = field(factory=dict, converter=_checked, hash=False)
    complete: bool | frozenset[str] = field(default=False, converter=_complete)
    blocked: bool | None = field(default=None, converter=optional(_true_or_false))
    assigned: frozenset[str] = field(default=frozenset(), converter=_ids)
    _points: dict[str, object] = field(init=False, eq=False, repr=False)
    """The facts as points that one operator can compare, for evaluators: see `point`. Others fill in as asked."""

    def fact(self, type_id: str) -> Fact:
        """What is known towards one type."""
        return self.facts.get(type_id) or (_lacked(type_id) if self.lacks_unnamed(type_id) else _unknown(type_id))

    def lacks_unnamed(self, type_id: str) -> bool:
        """Whether it follows from completeness that the worker lacks a type which the facts do not name."""
        spoken_of = self.complete if isinstance(self.complete, bool) else type_id in self.complete
        return spoken_of and qualification_type(type_id).can_be_lacked

    def with_facts(self, facts: Mapping[str, PlainFact], *, names: TypeNames = SYSTEM_ONLY) -> WorkerProfile:
        """A profile with these facts in place of those on the same types; written as for `qualeval.worker`."""
        return evolve(self, facts={**self.facts, **named_facts(facts, names)})

    def without_fact(self, *types: str, names: TypeNames = SYSTEM_ONLY) -> WorkerProfile:
        """A profile that says nothing of these types (ids or names)."""
        checked_names(names)
        dropped = {names.id_of(name) for name in types}
        kept = {type_id: fact for type_id, fact in self.facts.items() if type_id not in dropped}
        # Where completeness would make it lacked, saying nothing takes a word.
        unknown = {type_id: _unknown(type_id) for type_id in dropped if self.lacks_unnamed(type_id)}
        return evolve(self, facts=kept | unknown)

    def of(self, worker_id: str, blocked: bool | None = None) -> WorkerProfile:
        """The same facts of another worker, who is blocked or not.

        Nothing of them is checked again: of the many workers of a table many are known alike.
        """
        return unchecked(worker_id, self.facts, blocked, self._points, self.complete)

    def assuming(self, facts: Mapping[str, PlainFact], *, names: TypeNames = SYSTEM_ONLY) -> WorkerProfile:
        """A profile in which what is not known is taken to be so; each such fact has the basis ASSUMED.

        What is known stands: an assumption narrows a fact that leaves more open, and says nothing where the fact is
        surer already, or speaks against it. Written as for `qualeval.worker`.
        """
        found = ((type_id, _assumed(self.fact(type_id), fact)) for type_id, fact in named_facts(facts, names).items())
        return evolve(self, facts={**self.facts, **{type_id: fact for type_id, fact in found if fact is not None}})

    def filled(self, other: WorkerProfile) -> WorkerProfile:
        """A profile that knows what another one does where this one knows nothing; the rest stands.

        Of a type that this one lacks since it is complete it does know something.
        """
        new = {
            type_id: fact
            for type_id, fact in other.facts.items()
            if self.fact(type_id).states == qualification_type(type_id).universe
        }
        blocked = other.blocked if self.blocked is None else self.blocked
        return evolve(self, facts={**self.facts, **new}, blocked=blocked, assigned=self.assigned | other.assigned)

    def aged(self, before: datetime) -> WorkerProfile:
        """A profile in which what was learned earlier than this time is not known any more.

        Of a type whose values only grow the least possible value holds on. Facts without a time stand, and what follows
        from completeness.
        """
        old = {type_id: fact for type_id, fact in self.facts.items() if fact.learned_at and fact.learned_at < before}
        return evolve(self, facts={**self.facts, **{each: outgrown(each, fact) for each, fact in old.items()}})

    def to_dict(self, names: TypeNames = SYSTEM_ONLY) -> dict[str, Any]:
        """The profile as JSON's values, in the short form of a profile file; `names` is how types are called.

        What the grammar of facts can say can be read back. It says all that a file can, but no set of places of which
        the rest of the world is a part.
        """
        checked_names(names)
        said = {"WorkerId": self.worker_id, "Complete": self._complete_said(names), "Blocked": self.blocked}
        facts = {names.name_of(type_id): _said(type_id, fact.states) for type_id, fact in self.facts.items()}
        return {**{key: value for key, value in said.items() if value not in (None, False)}, "Facts": facts}

    def _complete_said(self, names: TypeNames) -> bool | list[str]:
        return self.complete if isinstance(self.complete, bool) else sorted(map(names.name_of, self.complete))

    def __repr__(self) -> str:
        known = (
            f"{SYSTEM_ONLY.name_of(type_id)} {fact_text(fact.states, qualification_type(type_id))}"
            for type_id, fact in self.facts.items()
        )
        return f"<WorkerProfile {self.worker_id or 'unnamed'}: {'; '.join(known) or 'nothing known'}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return WorkerProfile, (self.worker_id, dict(self.facts), self.complete, self.blocked, self.assigned)

    def __attrs_post_init__(self) -> None:
        points = {type_id: point(type_id, fact.states) for type_id, fact in self.facts.items()}
        object.__setattr__(self, "_points", points)

    def _learn_point(self, type_id: str) -> None:
        """Puts the point of a type that the facts do not name among the points."""
        self._points[type_id] = point(type_id, self.fact(type_id).states)


def unchecked(
    worker_id: str,
    facts: Mapping[str, Fact],
    blocked: bool | None,
    points: dict[str, object],
    complete: bool | frozenset[str] = False,
) -> WorkerProfile:
    """A profile of facts that were checked where they come from, and of their points, which must say the same."""
    made, put = object.__new__(WorkerProfile), object.__setattr__
    put(made, "worker_id", worker_id)
    put(made, "facts", facts)
    put(made, "complete", complete)
    put(made, "blocked", blocked)
    put(made, "assigned", frozenset())
    put(made, "_points", points)
    return made


def _assumed(known: Fact, assumed: Fact) -> Fact | None:
    """The part of what is known in which an assumption holds; None where that is all of it, or nothing."""
    both = known.states & assumed.states
    return None if both.is_empty or both == known.states else Fact(both, basis=Basis.ASSUMED)


def outgrown(type_id: str, fact: Fact) -> Fact:
    """What an old fact still says: of a type whose values only grow the least possible one, of others nothing."""
    held = fact.states.held
    if not qualification_type(type_id).only_grows or not isinstance(held, IntegerSet) or held.low is None:
        return _unknown(type_id)
    return evolve(fact, states=ValueSet(IntegerSet.at_least(held.low)))


LACKING_POINT = float("nan")
UNKNOWN_POINT = float("nan")
SEVERAL_POINT: list[object] = []


def point(type_id: str, states: ValueSet) -> object:
    """The states of one fact as a point.

    A held integer is itself, the region of one locale is its text. Lacking and unknown are two NaNs, which no
    comparison with an integer lets pass. Any other fact is SEVERAL_POINT, which neither orders nor hashes: a comparison
    with it raises TypeError, and the caller turns to the fact itself.
    """
    single = states.single
    if isinstance(single, int):
        return single
    if single is not None:
        return str(single)
    if states.is_one_state:
        return LACKING_POINT
    return UNKNOWN_POINT if states == qualification_type(type_id).universe else SEVERAL_POINT


@lru_cache(2**16)
def _lacked(type_id: str) -> Fact:
    return Fact(qualification_type(type_id).lacked)


@lru_cache(2**16)
def _unknown(type_id: str) -> Fact:
    return Fact(qualification_type(type_id).universe)


def _said(type_id: str, states: ValueSet) -> int | str:
    """A fact as a profile file has it."""
    if isinstance(states.single, int):
        return states.single
    return fact_text(states, qualification_type(type_id)).replace(", ", ",")


def named_facts(facts: Mapping[str, PlainFact], names: TypeNames = SYSTEM_ONLY) -> dict[str, Fact]:
    """Facts by type id, from facts by id or name. InvalidInput with all problems, among them one type said twice."""
    checked_names(names)
    problems: list[Problem] = []
    by_id: dict[str, Fact] = {}
    for name, plain in facts.items():
        if not isinstance(name, str):
            raise WrongType(f"expected type ids or names as text, got {type(name).__name__} {show(name)}")
        try:
            type_id = names.id_of(name)
            fact = read_fact(type_id, plain)
        except InvalidInput as error:
            problems += (problem.under(name) for problem in error.problems)
            continue
        if type_id in by_id:
            problems.append(Problem(f"`{name}` and another name are one type, {type_id}", (name,), "say it once"))
        by_id[type_id] = fact
    if problems:
        raise InvalidInput(problems)
    return by_id


def worker(
    worker_id: str | None,
    facts: Mapping[str, PlainFact] | None = None,
    *,
    complete: bool | Iterable[str] = False,
    blocked: bool | None = None,
    assigned: Iterable[str] = (),
    names: TypeNames = SYSTEM_ONLY,
) -> WorkerProfile:
    """A worker profile from plain facts.

    `facts` maps type ids or names to facts as `read_fact` reads them: an integer, `LACKS`, `"US-WA"`, `"95..100"`.

    Raises:
        InvalidInput: an unknown name, a fact outside the universe of its type, with all problems at once.

    >>> worker("A1", {"Worker_Locale": "US-WA", "Masters": "lacks", "3ABC": 80})
    <WorkerProfile A1: Worker_Locale US-WA; Masters lacks; 3ABC 80>
    """
    checked_names(names)
    ids = complete if isinstance(complete, bool | str) else [names.id_of(name) for name in complete]
    return WorkerProfile(worker_id, named_facts(facts or {}, names), ids, blocked, assigned)
