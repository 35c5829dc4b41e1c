"""What follows from accepted work: who accepted a HIT met all its requirements then.

Mechanical Turk tells a requester no worker's locale, rate or count, but it let the worker accept. So every accepted HIT
says something about the worker, at the time of acceptance, and of no other time: values change. Statements of different
times are therefore not put together, save where that stays true: of a type whose values only grow, the greatest lower
end holds on; and an older statement that says more than all newer ones, and that none of them speaks against, stands
with its own date.

That a worker *lacked* a requester's own type is not inferred: such types are mostly given for having taken part, so it
is mostly over by the time anybody asks. This module knows no files, and not what is asked of the workers next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, reduce
from itertools import groupby
from operator import and_, itemgetter

from attrs import define, field, frozen

from qualeval.errors import InvalidInput, Problem, WrongType, show
from qualeval.model.actions import Action
from qualeval.model.facts import Basis, Fact
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, QualificationType, TypeNames, qualification_type
from qualeval.model.workers import WorkerProfile
from qualeval.policy.compiler import compile_hit
from qualeval.policy.wording import amount, constraint
from qualeval.values.integer_set import IntegerSet
from qualeval.values.value_set import ValueSet

__all__ = ["Acceptance", "Inference", "infer", "joined"]


@frozen
class Acceptance:
    """That a worker accepted a HIT at this time (aware of its zone)."""

    worker_id: str
    hit_id: str
    at: datetime


@frozen
class Inference:
    """What follows from acceptances.

    `workers` are the profiles, with facts of the basis INFERRED, each dated; workers of whom nothing follows are among
    them. `acceptances` is how many there were. `unknown_hits` counts those of HITs that were not given, `impossible`
    those of HITs that nobody could have accepted, by HIT id. `contradicted` counts, by type, the workers of whom it is
    left out, since HITs accepted at one time say opposite things.

    `to_keep` are the same profiles for those who keep what was inferred before: they also say, as an *unknown* fact
    with its time, that a worker lacked one of the requester's types, so that nothing older about it holds on.
    """

    to_keep: tuple[WorkerProfile, ...]
    acceptances: int
    unknown_hits: Mapping[str, int] = field(factory=dict, hash=False)
    impossible: Mapping[str, int] = field(factory=dict, hash=False)
    contradicted: Mapping[str, int] = field(factory=dict, hash=False)

    @cached_property
    def workers(self) -> tuple[WorkerProfile, ...]:
        """The profiles, of what is known alone."""
        return tuple(map(_without_unknown, self.to_keep))

    def summary(self, names: TypeNames = SYSTEM_ONLY) -> list[tuple[str, int]]:
        """What was learned, in words, and of how many workers: by type, the most frequent first."""
        counts = Counter((each, fact.states) for worker in self.workers for each, fact in worker.facts.items())
        listed = sorted(counts.items(), key=lambda item: (names.name_of(item[0][0]), -item[1], str(item[0][1])))
        return [
            (_words(qualification_type(type_id), states, names.name_of(type_id)), count)
            for (type_id, states), count in listed
        ]


def _without_unknown(worker: WorkerProfile) -> WorkerProfile:
    known = {each: fact for each, fact in worker.facts.items() if fact.states != qualification_type(each).universe}
    return worker if len(known) == len(worker.facts) else WorkerProfile(worker.worker_id, known)


def _words(kind: QualificationType, states: ValueSet, name: str) -> str:
    """`Worker_Locale in US`, `3TAG held`, `Worker_PercentAssignmentsApproved 95 or more`."""
    is_amount = isinstance(states.held, IntegerSet) and not states.lacking and states != kind.held
    return f"{name} {amount(states.held, kind)}" if is_amount else constraint(kind, states, name)  # type: ignore[arg-type]


def infer(hits: Iterable[HIT], acceptances: Iterable[Acceptance], *, since: datetime | None = None) -> Inference:
    """What is to be learned of workers from the HITs that they accepted.

    What was accepted before `since` says no more than the least value of what only grows. A HIT is found by its id; its
    requirements are taken to have been the same when it was accepted.

    Raises:
        InvalidInput: a HIT has no id, or two have the same one and other requirements.
        WrongType: what is given are no HITs, or no acceptances.
    """
    statements = _statements(hits)
    gatherings: dict[str, _Gathering] = {}
    unknown: Counter[str] = Counter()
    impossible: Counter[str] = Counter()
    count = 0
    for each in acceptances:
        if not isinstance(each, Acceptance):
            raise WrongType(f"expected an Acceptance, got {type(each).__name__} {show(each)}")
        count += 1
        gathering = gatherings.setdefault(each.worker_id, _Gathering(each.worker_id))
        if each.hit_id not in statements:
            unknown[each.hit_id] += 1
        elif (statement := statements[each.hit_id]) is None:
            impossible[each.hit_id] += 1
        else:
            gathering.take(statement, each.at)
    contradicted: Counter[str] = Counter()
    workers = tuple(each.profile(since, contradicted) for each in gatherings.values())
    return Inference(workers, count, dict(unknown), dict(impossible), dict(contradicted))


def joined(type_id: str, known: Fact, found: Fact) -> Fact:
    """What stands of two dated facts of a worker, of which `found` is inferred: as if both had been inferred at once.

    What somebody stated, or the service said, stands until something newer is inferred; without a time it stands.
    """
    if known.learned_at is None or found.learned_at is None:
        return known
    if known.basis is not Basis.INFERRED:
        return found if found.learned_at > known.learned_at else known
    moments = _moments([(known.learned_at, known.states), (found.learned_at, found.states)])
    if any(states.is_empty for _, states in moments):
        return known
    kind = qualification_type(type_id)
    best = _grown(kind, moments, None) if kind.only_grows else _standing(moments, None)
    return known if best is None else Fact(best[1], basis=Basis.INFERRED, learned_at=best[0])


@frozen(eq=False)
class _Statement:
    """What acceptance of a HIT says: by type the states that the worker could be in. One a list of requirements."""

    sides: Mapping[str, ValueSet]


def _statements(hits: Iterable[HIT]) -> dict[str, _Statement | None]:
    """By HIT id; None of those that nobody can accept."""
    found: dict[str, _Statement | None] = {}
    shared: dict[object, _Statement | None] = {}
    requirements: dict[str, object] = {}
    problems: list[Problem] = []
    for place, hit in enumerate(hits):
        policy = compile_hit(hit)
        if hit.hit_id is None:
            mend = "a request has none; fetch the HIT"
            problems.append(Problem("a HIT without a HITId: no assignment is known to be of it", ("HITs", place), mend))
        elif requirements.setdefault(hit.hit_id, policy) != policy:
            found_twice = f"HIT {show(hit.hit_id)} is there twice, with other requirements"
            problems.append(Problem(found_twice, ("HITs", place), "give the one that the workers accepted"))
        else:
            box = policy.boxes[Action.ACCEPT]
            key = None if box is None else frozenset(box.items())
            found[hit.hit_id] = shared.setdefault(key, None if box is None else _Statement(dict(_inferable(box))))
    if problems:
        raise InvalidInput(problems)
    return found


def _inferable(box: Mapping[str, ValueSet]) -> Iterator[tuple[str, ValueSet]]:
    """That a worker lacked one of the requester's types says nothing of today: she will have been given it since.

    But it says that what was known before does not hold on. So it is told as *unknown*, with its time.
    """
    for type_id, states in box.items():
        kind = qualification_type(type_id)
        yield type_id, kind.universe if states.lacking and kind.owner == "requester" else states


_Dated = tuple[datetime, ValueSet]


@define(eq=False)
class _Gathering:
    """What one worker accepted: for each statement the time at which it was last made."""

    worker_id: str
    latest: dict[_Statement, datetime] = field(factory=dict)

    def take(self, statement: _Statement, at: datetime) -> None:
        before = self.latest.get(statement)
        if before is None or before < at:
            self.latest[statement] = at

    def profile(self, since: datetime | None, contradicted: Counter[str]) -> WorkerProfile:
        dated: dict[str, list[_Dated]] = {}
        for statement, at in self.latest.items():
            for type_id, states in statement.sides.items():
                dated.setdefault(type_id, []).append((at, states))
        facts: dict[str, Fact] = {}
        for type_id, said in dated.items():
            kind = qualification_type(type_id)
            moments = _moments(said)
            if any(states.is_empty for _, states in moments):
                contradicted[type_id] += 1
                continue
            found = _grown(kind, moments, since) if kind.only_grows else _standing(moments, since)
            if found is not None:
                facts[type_id] = Fact(found[1], basis=Basis.INFERRED, learned_at=found[0])
        return WorkerProfile(self.worker_id, facts)


def _moments(said: Iterable[_Dated]) -> list[_Dated]:
    """The newest first. What was accepted at one time holds together."""
    ordered = sorted(said, key=itemgetter(0), reverse=True)
    return [(at, reduce(and_, map(itemgetter(1), group))) for at, group in groupby(ordered, key=itemgetter(0))]


def _standing(moments: Sequence[_Dated], since: datetime | None) -> _Dated | None:
    """The newest statement; or an older one that says more than it, and that nothing newer speaks against.

    Each such one is a part of all that is newer, so they are a chain, and the last of them says the most.
    """
    best: _Dated | None = None
    newer: ValueSet | None = None
    for at, states in moments:
        if since is not None and at < since:
            break
        if newer is not None and newer.lacking:
            break  # she lacked it then: nothing older holds on
        if best is None or newer is None or (states.is_subset(newer) and states != best[1]):
            best = at, states
        newer = states if newer is None else newer & states
    return best


def _grown(kind: QualificationType, moments: Sequence[_Dated], since: datetime | None) -> _Dated | None:
    """What is known of a value that only grows: the newest statement, from the greatest least value on.

    Where that leaves nothing, the newest one speaks against what cannot be otherwise: the least value stands.
    """
    lows = [states.held.low for _, states in moments if isinstance(states.held, IntegerSet)]
    low = max((each for each in lows if each is not None), default=None)
    at, newest = moments[0]
    grown = kind.universe if low is None else ValueSet(IntegerSet.at_least(low))
    is_fresh = since is None or at >= since
    states = newest & grown if is_fresh and not (newest & grown).is_empty else grown
    return None if states == kind.universe else (at, states)
