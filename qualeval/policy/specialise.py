"""The fast path: a policy as one Python function over the points of a profile.

For every type and action whose admitted set differs from the looser action's, the function makes one comparison with
the worker's point (`WorkerProfile.point`), in the order of the ladder. Where a point is not there yet (KeyError) it is
learned and the function begins again; where a fact is several states at once (TypeError) the exact sets answer. It is
generated source, because one call for each type costs more than the comparison itself; the text holds integers and
names made here, and type ids, which are capital letters and digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import define, field

from qualeval.model.actions import Access, Action
from qualeval.model.workers import LACKING_POINT, UNKNOWN_POINT, WorkerProfile
from qualeval.policy.ladders import TypeLadder
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

__all__ = ["Evaluator", "specialised"]

Evaluator = Callable[[WorkerProfile], Access]


def specialised(ladders: Mapping[str, TypeLadder], exact: Evaluator) -> Evaluator:
    """A function that answers as `exact` does, and calls it where points do not suffice."""
    source = _Source()
    body = [f"  {line}" for line in _comparisons(ladders, source)]
    lines = ["def access(worker):", " points = worker.points", " try:", *body, "  return ACCEPT"]
    lines += [" except KeyError:", "  learn(worker)", "  return access(worker)"]
    lines += [" except TypeError:", "  return exact(worker)"]
    namespace = source.namespace | {"exact": exact, "learn": _learner(tuple(ladders), source.regions)}
    exec(compile("\n".join(lines), "<access policy>", "exec"), namespace)
    evaluator: Evaluator = namespace["access"]
    return evaluator


def _comparisons(ladders: Mapping[str, TypeLadder], source: _Source) -> Iterator[str]:
    """The lines that refuse: one for each action and type whose admitted set is smaller than for the looser action."""
    read: set[str] = set()
    for action in Action:
        refused = Access(action.level - 1)
        for place, (type_id, ladder) in enumerate(ladders.items()):
            if ladder.admitted[action] == ladder.admitted_before(action):
                continue
            if type_id not in read:
                yield f"v{place} = points[{type_id!r}]"
                read.add(type_id)
            yield f"if not ({source.test(f'v{place}', ladder.admitted[action])}): return {refused.name}"


def _learner(type_ids: tuple[str, ...], tables: list[_Regions]) -> Callable[[WorkerProfile], None]:
    """A function that fills in the points of a profile, and what the tables of regions say of them."""

    def learn(worker: WorkerProfile) -> None:
        for type_id in type_ids:
            worker.points.setdefault(type_id, worker.point(type_id))
        for table in tables:
            for point in worker.points.values():
                table.learn(point)

    return learn


@define
class _Regions:
    """For each region that was asked for, whether all of it is admitted. It cannot outgrow ISO 3166."""

    admitted: LocaleSet
    known: dict[object, bool] = field(factory=lambda: {UNKNOWN_POINT: False, LACKING_POINT: False})

    def learn(self, point: object) -> None:
        """Ask the set, once."""
        if isinstance(point, str):
            self.known.setdefault(point, self.admitted.contains_region(Locale.parse(point)))


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
