"""The plan that counts workers, on arrays: as `decide` says worker by worker, however they are cut into parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.bulk import conjunctions, counting
from qualeval.bulk.bitmaps import Cells, Coded, Numbers
from qualeval.bulk.conjunctions import Conjunctions
from qualeval.bulk.counting import CountingPlan, Counts, Workers
from qualeval.model.qualification_types import LOCALE, qualification_type
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.values.integer_set import IntegerSet
from qualeval.values.value_set import ValueSet
from tests.strategies import TYPES, requirement_lists, tries, value_set_facts

_ENDS = np.iinfo(np.int16)


@st.composite
def plain_facts(draw: st.DrawFn, type_id: str) -> ValueSet:
    """Facts that integer cells can say: a value, a range, lacked, nothing."""
    kind = qualification_type(type_id)
    low = -5 if kind.lowest is None else kind.lowest
    high = 12 if kind.highest is None else kind.highest
    values = st.integers(low, high).map(lambda value: ValueSet(IntegerSet.only(value)))
    ends = st.lists(st.integers(low, high), min_size=2, max_size=2).map(sorted)
    ranges = st.tuples(ends, st.booleans(), st.booleans()).map(
        lambda drawn: IntegerSet.between(None if drawn[1] else drawn[0][0], None if drawn[2] else drawn[0][1])
    )
    words = st.sampled_from([kind.universe, *([kind.lacked] if kind.can_be_lacked else [])])
    return draw(values | ranges.map(lambda held: ValueSet(held) & kind.held) | words)


def numbers(facts: Sequence[ValueSet], universe: ValueSet) -> Numbers:
    """The same facts as arrays of integers."""
    held = [each.held for each in facts if isinstance(each.held, IntegerSet)]
    low = np.array([_ENDS.min if each.low is None else each.low for each in held], np.int16)
    high = np.array([_ENDS.max if each.high is None else each.high for each in held], np.int16)
    unknown = np.array([each == universe for each in facts], bool)
    lacks = np.array([each.lacking for each in facts], bool) & ~unknown
    is_range = bool((low != high)[~(unknown | lacks)].any())
    return Numbers(low, high if is_range else None, unknown, lacks)


@st.composite
def pools(draw: st.DrawFn) -> Mapping[str, Sequence[ValueSet]]:
    """By type what is known of so many workers; of some types nothing is."""
    size = draw(st.integers(0, 150))
    types = draw(st.lists(st.sampled_from(TYPES), unique=True))
    found = {}
    for each in types:
        kinds = draw(st.lists(value_set_facts(each) if each == LOCALE else plain_facts(each), min_size=1, max_size=8))
        found[each] = [kinds[place % len(kinds)] for place in draw(st.permutations(range(size)))]
    return found


def looped(policies: Iterable[qe.AccessPolicy], pool: Mapping[str, Sequence[ValueSet]]) -> list[list[int]]:
    """The counts of a loop over the workers."""
    size = len(next(iter(pool.values()), ()))
    workers = [qe.worker(None, {type_id: facts[place] for type_id, facts in pool.items()}) for place in range(size)]
    counts = []
    for policy in policies:
        decisions = [policy.decide(each) for each in workers]
        certain = [sum(each.access.permits(action) for each in decisions) for action in qe.Action]
        counts.append([*certain, *(sum(each.possible.permits(action) for each in decisions) for action in qe.Action)])
    return counts


def counted(plan: CountingPlan, pool: Mapping[str, Sequence[ValueSet]], step: int) -> Counts:
    """The counts of the plan, over parts of so many workers."""

    places = next((each.sets for each in plan.types if each.type_id == LOCALE), ())

    def cells(type_id: str, facts: Sequence[ValueSet]) -> Cells:
        if type_id == LOCALE:
            shape = len(places), len(facts)
            inside = np.array([[fact.is_subset(each) for fact in facts] for each in places], bool).reshape(shape)
            meets = np.array([[not fact.is_disjoint(each) for fact in facts] for each in places], bool).reshape(shape)
            return Coded(np.arange(len(facts)), inside, meets)
        return numbers(facts, qualification_type(type_id).universe)

    def read(start: int) -> Workers:
        part = {type_id: facts[start : start + step] for type_id, facts in pool.items()}
        size = len(next(iter(part.values()), ()))
        return Workers(size, {type_id: cells(type_id, facts) for type_id, facts in part.items()})

    return plan.count(range(0, len(next(iter(pool.values()), ())), step), read)


@tries(120)
@given(st.lists(requirement_lists(5), max_size=6), pools(), st.integers(1, 130))
def test_counts_are_those_of_a_loop(
    listed: list[list[QualificationRequirement]],
    pool: Mapping[str, Sequence[ValueSet]],
    step: int,
) -> None:
    """Values, ranges, subdivisions, what is lacked and what is not known; whatever the size of parts."""
    policies = [qe.compile_requirements(each) for each in listed]

    assert counted(CountingPlan.of(policies), pool, step).tolist() == looped(policies, pool)


@pytest.mark.parametrize("size", [1023, 1024, 1025, 5000])
def test_many_predicates_in_short_blocks(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Where all bitmaps would be too many words, a block has fewer workers; its size need not divide theirs."""
    monkeypatch.setattr(counting, "_DESK", 100)
    ray = Comparator.GREATER_THAN_OR_EQUAL_TO
    policies = [qe.compile_requirements([QualificationRequirement("3ABC", ray, (bound,))]) for bound in range(50)]
    values, unknown = np.arange(size) % 50, np.arange(size) % 7 == 0
    found = CountingPlan.of(policies).count([0], lambda _: Workers(size, {"3ABC": Numbers(values, None, unknown)}))

    certain = [((values >= bound) & ~unknown).sum() for bound in range(50)]
    assert found[:, 2].tolist() == certain
    assert found[:, 5].tolist() == [known + unknown.sum() for known in certain]


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint32, np.int64, np.uint64])
@pytest.mark.parametrize("bound", [-(10**30), -(2**63), -129, -128, -1, 0, 127, 128, 255, 256, 2**63, 2**64, 10**30])
def test_bounds_beyond_the_integers_of_a_column(dtype: type[np.integer], bound: int) -> None:
    """A bound is compared with as the integer that it is, whatever the cells can hold."""
    comparators = [each for each in Comparator if each.takes_values]
    policies = [qe.compile_requirements([QualificationRequirement("3ABC", each, (bound,))]) for each in comparators]
    ends = np.iinfo(dtype)
    values = [int(ends.min), int(ends.min) + 1, 0, 1, 127, int(ends.max) - 1, int(ends.max)]
    found = CountingPlan.of(policies).count([0], lambda _: Workers(7, {"3ABC": Numbers(np.array(values, dtype))}))

    assert found.tolist() == looped(policies, {"3ABC": [ValueSet(IntegerSet.only(each)) for each in values]})


def test_workers_of_whom_nothing_is_known() -> None:
    """Where no type has a column, what everybody may do is certain and nothing else is."""
    asking = qe.compile_requirements([QualificationRequirement("3ABC", Comparator.EXISTS)])
    nobody = QualificationRequirement(qe.PERCENT_APPROVED, Comparator.GREATER_THAN, (100,))
    found = CountingPlan.of([asking, qe.compile_requirements([nobody])]).count([70, 5], lambda size: Workers(size, {}))

    assert found.tolist() == [[75, 75, 0, 75, 75, 75], [75, 75, 0, 75, 75, 0]]


@given(st.lists(st.sets(st.integers(0, 9), min_size=1), max_size=30), st.integers(1, 6), st.data())
def test_conjunctions_are_those_of_python(asked: list[set[int]], rows: int, data: st.DataObject) -> None:
    """However many nodes are worked out together, also where one conjunction has more."""
    words = data.draw(st.lists(st.integers(0, 2**64 - 1), min_size=10, max_size=10))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conjunctions, "_ROWS", rows)
        plan = Conjunctions.of(asked)
    ends = data.draw(st.integers(0, 48))
    bitmaps = np.zeros((10, 48), np.uint64)
    bitmaps[:, :ends] = np.array(words, np.uint64)[:, None]
    of_a_word = [sum(all(words[each] >> bit & 1 for each in asking) for bit in range(64)) for asking in asked]

    assert plan.count(bitmaps, plan.scratch(48)).tolist() == [ends * each for each in of_a_word]


def test_threads_pass_on_what_goes_wrong() -> None:
    """An error while cells are read is the caller's."""

    def read(_: int) -> Workers:
        raise qe.InvalidInput("row 3: got `x`")

    with pytest.raises(qe.InvalidInput, match="row 3"):
        CountingPlan.of([]).count([1], read)
