"""Integer sets: the laws of a Boolean algebra, and agreement with Python's own sets on a window of integers."""

from __future__ import annotations

from functools import reduce
from operator import or_

from hypothesis import example, given
from hypothesis import strategies as st

from qualeval.values.integer_set import IntegerSet, Interval
from tests.strategies import integer_sets

LOW, HIGH = -4, 10
WINDOW = range(LOW - 3, HIGH + 4)
"""Every set that is drawn flips inside it, and its first and last members stand for all beyond."""

EMPTY, EVERYTHING = IntegerSet.empty(), IntegerSet.everything()


def members(integers: IntegerSet) -> frozenset[int]:
    """The members inside the window."""
    return frozenset(value for value in WINDOW if value in integers)


def runs(inside: frozenset[int]) -> list[Interval]:
    """The maximal runs of members, one integer after the other; what touches an edge of the window is open there."""
    starts = [value for value in WINDOW if value in inside and value - 1 not in inside]
    ends = [value for value in WINDOW if value in inside and value + 1 not in inside]
    return [
        (None if low == WINDOW[0] else low, None if high == WINDOW[-1] else high)
        for low, high in zip(starts, ends, strict=True)
    ]


def test_everything_is_what_nothing_leaves() -> None:
    """The two ends of the algebra: every integer belongs to one, none to the other."""
    assert members(IntegerSet.everything()) == frozenset(WINDOW)
    assert members(IntegerSet.empty()) == frozenset()
    assert IntegerSet.everything() == ~IntegerSet.empty()


@given(integer_sets(), integer_sets())
def test_operators_agree_with_frozenset(one: IntegerSet, other: IntegerSet) -> None:
    """`&`, `|`, `-`, `^` and `~` do to the members what the operators of frozenset do."""
    ours, theirs = members(one), members(other)

    assert members(one & other) == ours & theirs
    assert members(one | other) == ours | theirs
    assert members(one - other) == ours - theirs
    assert members(one ^ other) == ours ^ theirs
    assert members(~one) == frozenset(WINDOW) - ours


@given(integer_sets(), integer_sets(), integer_sets())
def test_lattice_laws(a: IntegerSet, b: IntegerSet, c: IntegerSet) -> None:
    """The operators are commutative, associative, absorbing and distributive."""
    assert a & b == b & a
    assert a | b == b | a
    assert (a & b) & c == a & (b & c)
    assert (a | b) | c == a | (b | c)
    assert a & (a | b) == a == a | (a & b)
    assert a & (b | c) == (a & b) | (a & c)
    assert a | (b & c) == (a | b) & (a | c)


@given(integer_sets(), integer_sets())
def test_complement_laws(a: IntegerSet, b: IntegerSet) -> None:
    """A complement is the rest of all integers, and De Morgan's laws hold."""
    assert ~~a == a
    assert a & ~a == EMPTY
    assert a | ~a == EVERYTHING
    assert ~(a & b) == ~a | ~b
    assert ~(a | b) == ~a & ~b
    assert a ^ b == (a - b) | (b - a)


@given(integer_sets(), integer_sets())
def test_equality_is_sameness_of_members(one: IntegerSet, other: IntegerSet) -> None:
    """Two sets are equal exactly if they have the same members, and equal sets hash alike."""
    rebuilt = EMPTY
    for low, high in runs(members(one)):
        rebuilt |= IntegerSet.between(low, high)

    assert (one == other) == (members(one) == members(other))
    assert rebuilt == one
    assert hash(rebuilt) == hash(one)


@given(integer_sets())
def test_flips_are_strictly_ascending(integers: IntegerSet) -> None:
    """An inversion list holds each flip once and in order, which makes it the only one of its set."""
    points = integers.points

    assert list(points) == sorted(set(points))


@given(integer_sets(), integer_sets())
def test_relations_are_what_the_members_say(one: IntegerSet, other: IntegerSet) -> None:
    """Emptiness, inclusion and disjointness are those of the members."""
    ours, theirs = members(one), members(other)

    assert one.is_empty == (not ours)
    assert one.is_subset(other) == (ours <= theirs)
    assert one.is_disjoint(other) == ours.isdisjoint(theirs)


@given(integer_sets())
def test_runs_are_those_of_the_members(integers: IntegerSet) -> None:
    """Intervals, least, greatest and only member are read off the members one by one."""
    inside = members(integers)
    expected = runs(inside)

    assert list(integers.intervals()) == expected
    assert integers.low == (expected[0][0] if expected else None)
    assert integers.high == (expected[-1][1] if expected else None)
    assert integers.single == (min(inside) if len(inside) == 1 else None)
    assert integers.is_one_run == (len(expected) == 1)


@given(integer_sets(), st.integers(LOW - 2, HIGH + 2))
def test_runs_around_an_outsider_are_its_neighbours(integers: IntegerSet, place: int) -> None:
    """The runs around an integer that is no member are the last that ends below it and the first that starts above."""
    gapped = integers - IntegerSet.only(place)
    around = list(gapped.intervals())
    below = [run for run in around if run[1] is not None and run[1] < place]
    above = [run for run in around if run[0] is not None and run[0] > place]

    assert gapped.runs_around(place) == (below[-1] if below else None, above[0] if above else None)


@given(integer_sets())
@example(IntegerSet.only(0))
@example(IntegerSet.only(1, 2))
@example(IntegerSet.at_most(-7))
@example(IntegerSet.at_least(9) | IntegerSet.at_most(-9))
def test_a_sample_is_the_least_member_from_zero_or_the_greatest(integers: IntegerSet) -> None:
    """A sample is a member, the least from zero up where there is one; an empty set alone has none."""
    sample = integers.sample()
    upwards = integers & IntegerSet.at_least(0)

    assert (sample is None) == integers.is_empty
    assert sample is None or sample in integers
    assert sample == (integers.high if upwards.is_empty else upwards.low)


@given(st.lists(st.integers(LOW, HIGH)))
@example([5, 0, 6, 7, 6])
def test_only_holds_what_is_listed(listed: list[int]) -> None:
    """`only` takes integers in any order and more than once, and neighbours make one run."""
    assert members(IntegerSet.only(*listed)) == frozenset(listed)
    assert IntegerSet.only(*listed) == reduce(or_, (IntegerSet.between(each, each) for each in listed), EMPTY)


@given(st.lists(integer_sets(), max_size=6))
@example([IntegerSet.at_most(0), IntegerSet.at_most(3), IntegerSet.at_least(4)])
@example([IntegerSet.between(0, 3), IntegerSet.between(2, 3), IntegerSet.only(4)])
def test_a_union_of_many_is_that_of_one_after_the_other(sets: list[IntegerSet]) -> None:
    """`union` is `|` over all of them, however they overlap, meet or reach down without end; of none it is empty."""
    assert IntegerSet.union(iter(sets)) == reduce(or_, sets, EMPTY)


@given(st.none() | st.integers(LOW, HIGH), st.none() | st.integers(LOW, HIGH))
@example(3, 1)
@example(3, 2)
@example(3, 3)
def test_between_includes_its_ends(low: int | None, high: int | None) -> None:
    """`between` includes both ends, leaves None open, and is empty where they are inverted."""
    expected = {v for v in WINDOW if (low is None or v >= low) and (high is None or v <= high)}

    assert members(IntegerSet.between(low, high)) == expected
    assert IntegerSet.between(low, high).is_empty == (not expected)


def test_huge_integers_are_exact() -> None:
    """No integer is too large, and none is rounded."""
    huge = 10**400

    assert huge in IntegerSet.at_least(huge)
    assert huge - 1 not in IntegerSet.at_least(huge)
    assert (IntegerSet.at_least(huge) & IntegerSet.at_most(huge)).single == huge


def test_texts_are_readable_mathematics() -> None:
    """Runs are joined by commas, open ends are left open."""
    assert (
        repr((IntegerSet.at_least(95) - IntegerSet.only(97)) & IntegerSet.at_most(100))
        == "<IntegerSet 95..96, 98..100>"
    )
    assert str(IntegerSet.only(7)) == "7"
    assert str(IntegerSet.only(1, 3, 8)) == "1, 3, 8"
    assert str(~IntegerSet.only(3)) == "..2, 4.."
    assert str(EVERYTHING) == ".."
    assert str(EMPTY) == "none"
