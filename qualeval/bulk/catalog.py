"""Many HITs at once: which of them one worker may take, and how many workers of a frame may take each.

Equal policies are one, and what policies share is judged once. A catalog never changes: one with other HITs is another,
which shares the policies and all that was worked out of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import TypeAlias, TypeVar

from attrs import frozen

from qualeval.bulk.census import Census, like
from qualeval.bulk.columns import Columns
from qualeval.bulk.counting import CountingPlan
from qualeval.bulk.index import PolicyIndex
from qualeval.bulk.matches import Matches, not_there
from qualeval.bulk.packages import np, nw
from qualeval.bulk.screening import ACCESS, Invalid, opened, screen
from qualeval.errors import InvalidInput, Problem, WrongType, show
from qualeval.model.actions import Action
from qualeval.model.columns import Nulls
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames, checked_names
from qualeval.model.requirements import QualificationRequirement
from qualeval.model.workers import WorkerProfile
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.compiler import compile_requirements
from qualeval.policy.specialise import refuse

__all__ = ["Catalog", "Listed"]

Frame = TypeVar("Frame")

Listed: TypeAlias = Iterable[HIT] | Mapping[str, HIT | AccessPolicy]
"""HITs, or HITs and ready policies by id."""


@frozen(init=False, eq=False, repr=False)
class Catalog:
    """Many HITs, judged together.

    `Catalog(hits)` takes HITs, each with an id of its own, or a mapping of HITs and ready policies by id (so that
    HITs without an id can be named). `names` is how types are called in frames.

    >>> catalog = Catalog({"3OPEN": HIT()})
    >>> catalog.match(WorkerProfile("A1"))[0]
    Match(hit_id='3OPEN', access=<Access.ACCEPT: 3>, possible=<Access.ACCEPT: 3>)

    Raises:
        InvalidInput: HITs without an id, or with the id of another one; all of them at once.
        WrongType: what is neither a HIT nor a policy.
    """

    _shelves: tuple[PolicyIndex, ...]
    """The different policies in the order in which they came: later ones stand on smaller shelves."""
    _known: Mapping[AccessPolicy, int]
    """The place of each policy among them."""
    _holders: tuple[tuple[str, ...], ...]
    """By place, the ids of the HITs that have the policy; a policy that lost all of its HITs has none."""
    _places: Mapping[str, int]
    """By HIT id, the place of its policy."""
    names: TypeNames = SYSTEM_ONLY

    def __init__(self, hits: Listed = (), *, names: TypeNames = SYSTEM_ONLY) -> None:
        full = _catalog((), {}, (), {}, checked_names(names)).adding(hits)
        self.__attrs_init__(full._shelves, full._known, full._holders, full._places, names)

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        """The ids of the HITs."""
        return iter(self._places)

    def __contains__(self, hit_id: object) -> bool:
        return hit_id in self._places

    def __repr__(self) -> str:
        return f"<Catalog of {len(self)} HITs, {sum(map(bool, self._holders))} different policies>"

    def policy(self, hit_id: str) -> AccessPolicy:
        """The policy of a HIT, or an equal one. HITNotFound where the catalog has no such HIT."""
        if hit_id not in self._places:
            raise not_there(hit_id, self._places)
        place = self._places[hit_id]
        for shelf in self._shelves:
            if place < len(shelf.policies):
                return shelf.policies[place]
            place -= len(shelf.policies)
        raise AssertionError("every place is on a shelf")

    def match(self, worker: WorkerProfile) -> Matches:
        """How far one worker may go with each HIT: a sequence of those that she may take for certain, the best first.

        `match(worker).permitted(action)` are those with which she may do this, `.unknown(action)` those with which she
        might once more is known. Each row has `hit_id`, `access` and `possible`, as `policy.decide` says them.
        """
        if not isinstance(worker, WorkerProfile):
            refuse(worker)
        verdicts = [each.verdicts(worker) for each in self._shelves] or [np.empty(0, np.uint8)]
        return Matches(verdicts[0] if len(verdicts) == 1 else np.concatenate(verdicts), self._holders, self._places)

    def count(
        self,
        frame: Frame,
        *,
        columns: Columns | None = None,
        nulls: Nulls = "unknown",
        invalid: str = "error",
    ) -> Frame:
        """How many workers of a frame may take each HIT: a small frame of the same kind, one row a HIT.

        Its columns are `hit_id`; `discover`, `preview` and `accept`, how many may do so for certain; and
        `possible_discover`, `possible_preview`, `possible_accept`, how many might, once all is known. `frame`,
        `columns` and `nulls` are those of `qualeval.bulk.screen`. A lazy frame is read in parts, and never held as a
        whole. Cells that are no fact are an error; with `invalid="trust"` nobody looks.

        Raises:
            InvalidInput: columns or cells that are not what they should be, with all that is wrong.
            WrongType: it is no frame that is known.
        """
        found = opened(frame)
        counts = Census(self._plan, columns, nulls, _error_or_trust(invalid), self.names).of(found)
        rows = counts[[self._counted[place] for place in self._places.values()]]
        data = {name: rows[:, place] for place, name in enumerate(_COUNTS)}
        return like(found, {"hit_id": list(self._places), **data})  # type: ignore[no-any-return]

    def eligible(
        self,
        frame: Frame,
        hit_id: str,
        action: Action = Action.ACCEPT,
        *,
        columns: Columns | None = None,
        nulls: Nulls = "unknown",
        invalid: str = "error",
    ) -> Frame:
        """The rows of a frame whose workers may do this for certain with a HIT. The other arguments are `screen`'s."""
        policy = self.policy(hit_id)
        before = opened(frame).collect_schema().names()
        screened = opened(screen(frame, policy, columns=columns, nulls=nulls, invalid=invalid))
        chosen = screened.filter(nw.col(ACCESS) >= int(Action(action).level)).select(*before)
        return chosen.to_native()  # type: ignore[no-any-return]

    @cached_property
    def _counted(self) -> Mapping[int, int]:
        """The places of policies that have a HIT, each with its row among them."""
        living = (place for place, holders in enumerate(self._holders) if holders)
        return {place: row for row, place in enumerate(living)}

    @cached_property
    def _plan(self) -> CountingPlan:
        policies = [*chain.from_iterable(each.policies for each in self._shelves)]
        return CountingPlan.of(policies[place] for place in self._counted)

    def adding(self, hits: Listed) -> Catalog:
        """A catalog with these HITs too. What has been worked out of the others is shared.

        Raises:
            InvalidInput, WrongType: as for `Catalog`; an id that is there already is the id of another HIT.
        """
        listed = _listed(hits, self._places)
        known, places = dict(self._known), dict(self._places)
        added: dict[int, list[str]] = {}
        compiled: dict[tuple[QualificationRequirement, ...], int] = {}
        for hit_id, each in listed:
            requirements = each.requirements
            if (place := compiled.get(requirements)) is None:
                policy = _policy(each, self.names)
                place = compiled[requirements] = known.setdefault(policy, len(known))
            places[hit_id] = place
            added.setdefault(place, []).append(hit_id)
        holders = [*self._holders, *[()] * (len(known) - len(self._known))]
        for place, hit_ids in added.items():
            holders[place] += tuple(hit_ids)
        new = tuple(list(known)[len(self._known) :])
        shelves = _shelved(self._shelves, new) if new else self._shelves
        return _catalog(shelves, known, tuple(holders), places, self.names)

    def without(self, hit_ids: Iterable[str]) -> Catalog:
        """A catalog without these HITs. HITNotFound where one of them is not there."""
        if isinstance(hit_ids, str):
            raise WrongType(f"expected HIT ids, got the text {show(hit_ids)}; give a list")
        gone = set(hit_ids)
        for each in gone:
            if each not in self._places:
                raise not_there(each, self._places)
        holders = list(self._holders)
        for place in {self._places[each] for each in gone}:
            holders[place] = tuple(each for each in holders[place] if each not in gone)
        left = {hit_id: place for hit_id, place in self._places.items() if hit_id not in gone}
        if 2 * sum(map(bool, holders)) < len(holders):
            return Catalog({hit_id: self.policy(hit_id) for hit_id in left}, names=self.names)
        return _catalog(self._shelves, self._known, tuple(holders), left, self.names)


def _catalog(
    shelves: tuple[PolicyIndex, ...],
    known: Mapping[AccessPolicy, int],
    holders: tuple[tuple[str, ...], ...],
    places: Mapping[str, int],
    names: TypeNames,
) -> Catalog:
    made = object.__new__(Catalog)
    made.__attrs_init__(shelves, known, holders, places, names)
    return made


_COUNTS = ("discover", "preview", "accept", "possible_discover", "possible_preview", "possible_accept")


def _error_or_trust(invalid: str) -> Invalid:
    found = Invalid(invalid)
    if found is Invalid.FLAG:
        raise InvalidInput(Problem("a count has no rows to flag", ("invalid",), "expected `error` or `trust`"))
    return found


def _policy(hit: HIT | AccessPolicy, names: TypeNames) -> AccessPolicy:
    return hit if isinstance(hit, AccessPolicy) else compile_requirements(hit.requirements, names=names)


def _shelved(shelves: tuple[PolicyIndex, ...], new: tuple[AccessPolicy, ...]) -> tuple[PolicyIndex, ...]:
    """The shelves with new policies behind.

    A shelf that is not twice as large as what comes behind it is made one with it: so there are few of them, and a
    policy is put on another shelf few times, however many are added one after the other.
    """
    while shelves and len(shelves[-1].policies) < 2 * len(new):
        shelves, new = shelves[:-1], shelves[-1].policies + new
    return (*shelves, PolicyIndex(new))


def _listed(hits: Listed, there: Mapping[str, int]) -> list[tuple[str, HIT | AccessPolicy]]:
    """HITs and policies by id, each id once. InvalidInput with all that cannot be told apart."""
    listed = list(hits.items()) if isinstance(hits, Mapping) else [(_id_of(each), each) for each in hits]
    problems, seen = [], set(there)
    for place, (hit_id, each) in enumerate(listed):
        if not isinstance(each, HIT | AccessPolicy):
            mend = "qualeval.load_hits reads files, qualeval.parse_hits dicts"
            raise WrongType(f"HIT {place}: expected a HIT or an AccessPolicy, got {type(each).__name__}; {mend}")
        if not hit_id:
            problems.append(Problem("got no HITId", ("HITs", place), "name it: Catalog({id: hit})"))
        elif hit_id in seen:
            problems.append(Problem(f"another HIT has the id {show(hit_id)}", ("HITs", place), "keep one of them"))
        seen.add(hit_id)
    if problems:
        raise InvalidInput(problems)
    return [(str(hit_id), each) for hit_id, each in listed]


def _id_of(hit: object) -> str | None:
    """The id of a HIT, or of the one that a policy was compiled from."""
    found = hit.hit if isinstance(hit, AccessPolicy) else hit
    return found.hit_id if isinstance(found, HIT) else None
