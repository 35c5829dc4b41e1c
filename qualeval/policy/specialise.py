"""The fast path: a policy as Python functions over the points of a profile.

For every type and action whose admitted set differs from the looser action's, the function makes one comparison with
the worker's point (`WorkerProfile._points`), in the order of the ladder. Where a point is not there yet (KeyError) it
is learned and the function begins again; where a fact is several states at once (TypeError) the exact sets answer. It
is generated source, because one call for each type costs more than the comparison itself; the text holds integers and
names made here, and type ids, which are capital letters and digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from attrs import define, field, frozen

from qualeval.errors import WrongType
from qualeval.model.actions import Access, Action
from qualeval.model.qualification_types import LOCALE
from qualeval.model.workers import LACKING_POINT, UNKNOWN_POINT, WorkerProfile
from qualeval.policy.ladders import TypeLadder
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = ["Specialised", "refuse", "specialised"]

@frozen
class Specialised:
    """A policy as functions: `access` of a worker, and the types `falling_short`, which do not admit to everything."""

    access: Callable[[WorkerProfile], Access]
    falling_short: Callable[[WorkerProfile], list[TypeLadder]]


def specialised(ladders: Mapping[str, TypeLadder], exact: Callable[[WorkerProfile], Access]) -> Specialised:
    """Functions that answer as the exact sets do; `exact` is called where points do not suffice for access."""
    source = _Source()
    every = list(ladders.values())
    body = [*_access(every, source), *_falling_short(every, source)]
    source.namespace |= {
        "exact": exact,
        "every": every,
        "refuse": refuse,
        "WorkerProfile": WorkerProfile,
        "learn": _learner(tuple(ladders), source.regions),
        **{f"ladder{place}": ladder for place, ladder in enumerate(every)},
    }
    exec(compile("\n".join(body), "<access policy>", "exec"), source.namespace)
    return Specialised(source.namespace["access"], source.namespace["falling_short"])


def refuse(worker: object) -> NoReturn:
    """Raises WrongType: that is no profile."""
    mend = "qualeval.parse_worker makes one of a dict"
    raise WrongType(f"expected a WorkerProfile, got {type(worker).__name__}; {mend}") from None


def _access(ladders: list[TypeLadder], source: _Source) -> Iterator[str]:
    """One line that refuses for each action and type whose admitted set is smaller than for the looser action."""
    yield from ("def access(worker):", " try:", "  points = worker._points")
    read: set[int] = set()
    for action in Action:
        refused = Access(action.level - 1)
        for place, ladder in enumerate(ladders):
            if ladder.admitted[action] == ladder.admitted_before(action):
                continue
            if place not in read:
                yield f"  v{place} = points[{ladder.kind.type_id!r}]"
                read.add(place)
            yield f"  if not ({source.test(f'v{place}', ladder.admitted[action])}): return {refused.name}"
    yield from ("  return ACCEPT", " except KeyError:", "  learn(worker)", "  return access(worker)")
    yield from (" except TypeError:", "  return exact(worker)")
    yield from (" except AttributeError:", "  if isinstance(worker, WorkerProfile): raise", "  refuse(worker)")


def _falling_short(ladders: list[TypeLadder], source: _Source) -> Iterator[str]:
    """One line for each type. Where a point is several states, every type is looked at."""
    yield from ("def falling_short(worker):", " points = worker._points", " found = []", " try:")
    for place, ladder in enumerate(ladders):
        admitted = ladder.admitted[Action.ACCEPT]
        if admitted != ladder.kind.universe:
            yield f"  v{place} = points[{ladder.kind.type_id!r}]"
            yield f"  if not ({source.test(f'v{place}', admitted)}): found.append(ladder{place})"
    yield from ("  return found", " except KeyError:", "  learn(worker)", "  return falling_short(worker)")
    yield from (" except TypeError:", "  return every")


def _learner(type_ids: tuple[str, ...], tables: list[_Regions]) -> Callable[[WorkerProfile], None]:
    """A function that fills in the points of a profile, and what the tables of regions say of them."""

    def learn(worker: WorkerProfile) -> None:
        points = worker._points
        for type_id in type_ids:
            if type_id not in points:
                worker._learn_point(type_id)
        for table in tables:
            table.learn(points[LOCALE])

    return learn


@define
class _Regions:
    """For each region that was asked for, whether all of it is admitted. It cannot outgrow ISO 3166."""

    admitted: LocaleSet
    known: dict[object, bool] = field(factory=lambda: {UNKNOWN_POINT: False, LACKING_POINT: False})

    def learn(self, point: object) -> None:
        """Ask the set, once."""
        if isinstance(point, str) and point not in self.known:
            self.known[point] = self.admitted.contains_region(Locale.parse(point))


@define
class _Source:
    """Source of comparisons, each true exactly if the fact behind a point lies inside a set, and the names in it."""

    namespace: dict[str, Any] = field(
        factory=lambda: {"LACKING": LACKING_POINT, "INFINITY": float("inf"), **{each.name: each for each in Access}}
    )
    regions: list[_Regions] = field(factory=list)

    def test(self, point: str, admitted: ValueSet) -> str:
        """The comparison of `point` with `admitted`."""
        if admitted.is_empty:
            return "False"
        if isinstance(admitted.held, LocaleSet):
            self.regions.append(_Regions(admitted.held))
            return f"{self._named(self.regions[-1].known)}[{point}]"
        if admitted.lacking:
            assert admitted.held.is_empty, "no requirement admits both lacking and a value"
            return f"{point} is LACKING"
        return self._integers(point, admitted.held)

    def _integers(self, point: str, integers: IntegerSet) -> str:
        """NaN fails every one of these comparisons, so lacking and unknown do."""
        runs, gaps = list(integers.intervals()), list((~integers).intervals())
        if len(runs) > 1 and all(low == high for low, high in runs):
            return f"{point} in {self._named(frozenset(low for low, _ in runs))}"
        if all(low == high for low, high in gaps):
            held = f"{point} <= INFINITY"
            return f"{held} and {point} not in {self._named(frozenset(low for low, _ in gaps))}" if gaps else held
        return " or ".join(self._run(point, low, high) for low, high in runs)

    def _run(self, point: str, low: int | None, high: int | None) -> str:
        below = "" if low is None else f"{self._constant(low)} <= "
        above = "" if high is None else f" <= {self._constant(high)}"
        return f"{below}{point}{above}"

    def _constant(self, value: int) -> str:
        """Python limits the digits of integers in source."""
        return repr(value) if abs(value) < 1 << 62 else self._named(value)

    def _named(self, value: object) -> str:
        name = f"c{len(self.namespace)}"
        self.namespace[name] = value
        return name
