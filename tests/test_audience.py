"""The audience of a HIT: every number against a loop of `decide`, and every change applied and counted again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.bulk.audiences import Audience, Band, Change, Curve, NearMiss
from qualeval.bulk.reach import Reach, audience
from qualeval.values.locale import country_codes
from tests.audience_oracle import naive_audience, naive_curves, reached
from tests.audience_worlds import worlds
from tests.strategies import requirement_lists, tries, workers

Requirements = list[qe.QualificationRequirement]
Workers = list[qe.WorkerProfile]

ACTIONS = st.sampled_from(list(qe.Action))
POOLS = st.lists(workers(), max_size=7)


def rate(threshold: int = 98, comparator: str = "GreaterThanOrEqualTo", **more: Any) -> qe.QualificationRequirement:
    return qe.QualificationRequirement(qe.PERCENT_APPROVED, qe.Comparator(comparator), (threshold,), **more)


def places(comparator: str, *codes: str) -> qe.QualificationRequirement:
    listed = tuple(map(qe.Locale.parse, codes))
    return qe.QualificationRequirement(qe.LOCALE, qe.Comparator(comparator), locale_values=listed)


def of_rates(*facts: int | str) -> Workers:
    return [qe.worker(f"A{place}", {qe.PERCENT_APPROVED: fact}) for place, fact in enumerate(facts)]


def of_places(*facts: str) -> Workers:
    return [qe.worker(f"A{place}", {qe.LOCALE: fact}) for place, fact in enumerate(facts)]


def audience_of(workers: Workers, *requirements: qe.QualificationRequirement, action: str = "accept") -> Audience:
    return audience(workers, qe.compile_requirements(requirements), qe.Action(action))


# --- against the oracle


@tries(200)
@given(POOLS, requirement_lists(4), ACTIONS)
def test_every_number_is_what_a_loop_of_decide_says(
    pool: Workers, requirements: Requirements, action: qe.Action
) -> None:
    """The funnel, the obstacles, the near misses, the curves at every integer and the places: all of it, exactly."""
    policy = qe.compile_requirements(requirements)
    found, expected = audience(pool, policy, action), naive_audience(pool, policy, action)

    assert found.requirements == expected.requirements
    assert found.curves == expected.curves
    assert found.places == expected.places
    assert found == expected


@pytest.mark.parametrize("action", qe.Action)
def test_every_number_in_worlds_where_requirements_matter(action: qe.Action) -> None:
    """The same where many are kept out by one thing alone, and where most thresholds and places bring somebody."""
    reached_by: Counter[str] = Counter()
    for world in worlds(1, 120):
        found = audience(world.workers, world.policy, action)

        assert found == naive_audience(world.workers, world.policy, action), world
        reached_by += _what_happens(found)
    assert min(reached_by[each] for each in _HAPPENING) >= 5, reached_by


_HAPPENING = ("obstacle", "question", "near miss", "curve", "band", "gain", "let go")


def _what_happens(found: Audience) -> Counter[str]:
    """What of an audience is not trivial."""
    return Counter(
        {
            "obstacle": any(each.only_obstacle.certain for each in found.requirements),
            "question": any(each.only_question for each in found.requirements),
            "near miss": any(each.near_misses for each in found.requirements),
            "curve": any(len(each.starts) > 2 for each in found.curves),
            "band": any(each.certain != each.possible for each in found.curves),
            "gain": any(each.reached.certain > found.permitted for each in found.places if not each.is_excluded),
            "let go": any(each.reached.certain > found.permitted for each in found.places if each.is_excluded),
        }
    )


@given(POOLS, st.lists(requirement_lists(3), min_size=2, max_size=4), ACTIONS)
def test_a_pool_that_is_asked_again_remembers_nothing_wrong(
    pool: Workers, lists: list[Requirements], action: qe.Action
) -> None:
    """What is kept from one question to the next changes no answer."""
    reach = Reach(pool)

    for requirements in lists:
        policy = qe.compile_requirements(requirements)
        assert reach.audience(policy, action) == audience(pool, policy, action)


@given(POOLS, requirement_lists(4), ACTIONS)
def test_laws_of_the_numbers(pool: Workers, requirements: Requirements, action: qe.Action) -> None:
    """All workers are in one of three parts, a funnel only narrows, and its end is the audience."""
    found = audience(pool, qe.compile_requirements(requirements), action)

    assert found.permitted + found.denied + found.unknown == found.pool == len(pool)
    assert min(found.permitted, found.denied, found.unknown) >= 0
    funnel = [Band(len(pool), len(pool)), *(each.left for each in found.requirements)]
    assert funnel[-1] == found.reached
    assert all(b.certain <= a.certain and b.possible <= a.possible for a, b in pairwise(funnel))
    for each in found.requirements:
        assert each.without.certain >= found.permitted
        assert each.without.certain - found.permitted == each.only_obstacle.certain + each.only_question
        assert each.without.possible - found.reached.possible == each.only_obstacle.possible
        assert sum(miss.workers for miss in each.near_misses) <= each.only_obstacle.certain
    assert all(found.curves[n].at(found.curves[n].value) == found.reached for n in range(len(found.curves)))


@given(POOLS, requirement_lists(3), ACTIONS)
def test_a_curve_is_as_short_as_can_be(pool: Workers, requirements: Requirements, action: qe.Action) -> None:
    """Its pieces ascend, differ from their neighbours, and cover every integer once."""
    for curve in audience(pool, qe.compile_requirements(requirements), action).curves:
        pieces = list(curve.pieces)
        assert (pieces[0][0], pieces[-1][1]) == (None, None)
        for (_, last, was), (first, _, now) in pairwise(pieces):
            assert first is not None
            assert last == first - 1
            assert was != now
        for place, (first, last, band) in enumerate(pieces):
            nearest = curve.nearest(place)
            assert curve.at(nearest) == band
            assert nearest in {curve.value, first, last}


# --- changes


def single_changes(
    pool: Workers, hit: qe.HIT, found: Audience, action: qe.Action
) -> Iterator[tuple[Change, Band]]:  # fmt: skip
    """Every single change, each counted by the loop: thresholds one by one, places, and a requirement less."""
    for curve in found.curves:
        ends = curve.starts or (0,)
        for t in range(ends[0] - 2, ends[-1] + 3):
            yield _counted(pool, hit, Change(curve.index, "", Band(0, 0), str(t), move=abs(t - curve.value)), action)
    for place in found.places:
        yield _counted(pool, hit, place.change, action)
    for each in found.requirements:
        if each.guards_action:
            yield _counted(pool, hit, Change(each.index, "", Band(0, 0), move=float("inf")), action)


def _counted(pool: Workers, hit: qe.HIT, change: Change, action: qe.Action) -> tuple[Change, Band]:
    return change, reached(pool, change.applied(hit).requirements, action)


@tries(60)
@given(st.lists(workers(), min_size=1, max_size=7), requirement_lists(3), ACTIONS, st.data())
def test_the_best_change_is_the_best_and_does_what_it_says(
    pool: Workers, requirements: Requirements, action: qe.Action, data: st.DataObject
) -> None:
    """Applied to the HIT and counted again it reaches as many as it said, at least the target, and none fits closer."""
    hit = qe.HIT(tuple(requirements))
    found = audience(pool, qe.compile_hit(hit), action)
    target = data.draw(st.integers(0, len(pool)))
    best, most = found.best_change(target), found.largest_change
    all_of_them = list(single_changes(pool, hit, found, action))
    enough = [band.certain for _, band in all_of_them if band.certain >= target]

    for change in filter(None, [best, most, *(each.change for each in found.places)]):
        assert reached(pool, change.applied(hit).requirements, action) == change.reached
    assert most.reached.certain == max([found.permitted, *(band.certain for _, band in all_of_them)])
    if found.permitted >= target:
        assert best is not None
        assert (best.index, best.edits, best.option) == (None, {}, "")
    elif best is None:
        assert enough == []
    else:
        assert best.reached.certain == min(enough)
        alike = [change.move for change, band in all_of_them if band.certain == min(enough)]
        assert best.move == min(alike)


@pytest.mark.parametrize("action", qe.Action)
def test_changes_in_worlds_where_requirements_matter(action: qe.Action) -> None:
    """For every target: the best change is applied and counted, and no other fits closer or moves less."""
    found_any = 0
    for world in worlds(2, 60, workers=12):
        found = audience(world.workers, world.policy, action)
        everything = list(single_changes(world.workers, world.hit, found, action))
        for target in range(found.permitted + 1, found.pool + 1):
            best = found.best_change(target)
            enough = [(band.certain, each.move) for each, band in everything if band.certain >= target]
            assert (best is None) == (not enough)
            if best is not None:
                found_any += 1
                assert reached(world.workers, best.applied(world.hit).requirements, action) == best.reached
                assert (best.reached.certain, best.move) == min(enough)
    assert found_any >= 20


def test_the_least_surplus_wins() -> None:
    """Of thresholds and omissions the one that lets in as few more as can be; then the one that moves least."""
    found = audience_of(of_rates(99, 97, 96, 95, 50), rate())

    named = "requirement 0: Worker_PercentAssignmentsApproved GreaterThanOrEqualTo"

    assert [found.best_change(target) for target in (2, 3)] == [
        Change(0, f"{named} 97, not 98", Band(2, 2), "97", move=1),
        Change(0, f"{named} 96, not 98", Band(3, 3), "96", move=2),
    ]
    assert found.best_change(6) is None


def test_what_no_single_change_can_do() -> None:
    """There is none, and the largest change tells how far one gets."""
    pool = [qe.worker("A1", {qe.PERCENT_APPROVED: 90, "3BLOCK": 1})]
    found = audience_of(pool, rate(), qe.QualificationRequirement("3BLOCK", qe.Comparator.DOES_NOT_EXIST))

    assert found.best_change(1) is None
    assert (found.largest_change.index, found.largest_change.reached) == (None, Band(0, 0))


def test_a_guard_is_weakened_where_that_is_enough() -> None:
    """For who may preview, a requirement need not be given up: it is enough that it guards accept alone."""
    guard = qe.ActionsGuarded.PREVIEW_AND_ACCEPT
    asked = qe.QualificationRequirement("3DONE", qe.Comparator.EXISTS, actions_guarded=guard)
    found = audience_of([qe.worker("A1", {"3DONE": "lacks"})], asked, action="preview")
    best = found.best_change(1)

    assert best is not None
    assert best.option == "--guard 0=Accept"
    assert best.words == "requirement 0: guard Accept alone, not PreviewAndAccept"


@pytest.mark.parametrize(
    ("requirement", "option", "words"),
    [
        (places("In", "US", "GB"), "--value 0=US,GB,CA", "take in CA too"),
        (places("EqualTo", "US"), "--value 0=US,CA", "take in CA too"),
        (places("NotIn", "CA", "GB"), "--value 0=GB", "exclude CA no longer"),
        (places("NotEqualTo", "CA"), "--without 0", "exclude CA no longer"),
    ],
)
def test_a_place_is_taken_in_or_no_longer_excluded(
    requirement: qe.QualificationRequirement, option: str, words: str
) -> None:
    """The first of the places is the one with the best gain, and its change can be typed."""
    found = audience_of(of_places("CA", "CA", "US", "IN"), requirement)
    first = found.places[0]

    assert (str(first.locale), first.change.option) == ("CA", option)
    assert first.change.words == f"requirement 0: {words}"
    assert first.reached.certain == found.permitted + 2


def test_a_place_may_be_a_state_where_the_pool_has_states() -> None:
    """Of those whose state is known, the state alone can be taken in; a list that has all it may have takes none in."""
    found = audience_of(of_places("US-WA", "US", "US-ZZ", "CA-ON"), places("In", "GB"))
    assert [str(each.locale) for each in found.places] == ["US", "US-WA", "CA", "CA-ON"]

    codes = sorted(country_codes() - {"US"})[:30]
    assert audience_of(of_places("US"), places("In", *codes)).places == ()


# --- several places


@pytest.mark.parametrize("action", qe.Action)
def test_several_places_in_worlds_where_requirements_matter(action: qe.Action) -> None:
    """Applied and counted they reach what is said; where no list does, no place that is left brings anybody in time."""
    counts: Counter[int | None] = Counter()
    for world in worlds(3, 80, workers=16):
        reach = Reach(world.workers)
        most = max(_most_by_places(reach, world.hit, action), default=0)
        for target in range(0, len(world.workers) + 1, 2):
            found = reach.several_places(world.policy, target, action)
            counts[None if found is None else int(found.move)] += 1
            if found is None:
                assert most < target
            else:
                assert reached(world.workers, found.applied(world.hit).requirements, action) == found.reached
                assert found.reached.certain >= target
    assert min(counts[0], counts[None]) > 20
    assert sum(count for places, count in counts.items() if places) >= 3, counts


def _most_by_places(reach: Reach, hit: qe.HIT, action: qe.Action) -> Iterator[int]:
    """By list of places how many are permitted when it takes in, one after the other, all that brings somebody."""
    for index in {each.index for each in reach.audience(qe.compile_hit(hit), action).places}:
        changed = hit
        while True:
            found = reach.audience(qe.compile_hit(changed), action)
            gaining = [each for each in found.places if each.index == index and each.values is not None]
            gaining = [each for each in gaining if each.reached.certain > found.permitted]
            if not gaining:
                yield found.permitted
                break
            changed = gaining[0].change.applied(changed)


def test_several_places_one_after_the_other() -> None:
    """The one that brings most first, and last the one that is just enough."""
    pool = of_places(*["US"] * 2, *["GB"] * 5, *["IN"] * 4, *["FR"] * 2, "DE")
    policy = qe.compile_requirements([places("EqualTo", "US")])
    found = [Reach(pool).several_places(policy, target) for target in (2, 3, 8, 12, 15)]

    assert [each and each.option for each in found] == [
        "", "--value 0=US,DE", "--value 0=US,GB,DE", "--value 0=US,GB,IN,DE", None
    ]  # fmt: skip
    assert found[2] is not None
    assert found[2].words == "requirement 0: take in GB and DE too"


# --- the edges


@pytest.mark.parametrize("pool", [[], of_rates("unknown"), of_rates(*["unknown"] * 3), of_rates(98)])
@pytest.mark.parametrize(
    "requirements",
    [
        [],
        [rate()],
        [rate(), rate()],
        [rate(101, "GreaterThan")],
        [rate(), rate(50, "LessThan")],
        [rate(actions_guarded="Accept"), rate(50, actions_guarded="DiscoverPreviewAndAccept")],
    ],
)
def test_edges(pool: Workers, requirements: Requirements) -> None:
    """Nobody, one worker, nothing known, twice the same, impossible HITs, and HITs that ask nothing."""
    for action in qe.Action:
        policy = qe.compile_requirements(requirements)
        assert audience(pool, policy, action) == naive_audience(pool, policy, action)


def test_a_requirement_of_another_action_costs_nothing() -> None:
    """It is listed with that said, and neither its curve nor its places are told."""
    found = audience_of(of_rates(50, 99), rate(), action="preview")

    (one,) = found.requirements
    assert not one.guards_action
    assert (one.alone, one.left, one.without, one.only_obstacle) == (Band(2, 2), Band(2, 2), Band(2, 2), Band(0, 0))
    assert (found.curves, found.permitted) == ((), 2)


def test_twins_are_no_obstacle_alone() -> None:
    """Of two requirements that say the same, neither is the only obstacle: without one the other still stands."""
    found = audience_of(of_rates(50, 99), rate(), rate())

    assert [each.only_obstacle for each in found.requirements] == [Band(0, 0)] * 2
    assert [each.without for each in found.requirements] == [Band(1, 1)] * 2


def test_what_is_unknown_is_a_band() -> None:
    """A rate between 95 and 100 may pass 98, so she is counted neither here nor there."""
    found = audience_of(of_rates("95..100", 99, 97), rate())

    assert (found.permitted, found.unknown, found.denied) == (1, 1, 1)
    assert found.requirements[0].only_question == 1
    assert found.curve(0) == Curve(0, 98, (96, 98, 100, 101), (3, 2, 1, 0, 0), (3, 3, 2, 1, 0))


def test_near_misses_are_told_by_distance() -> None:
    """Of those whom it alone keeps out: a range by its farthest value, and whoever lacks the type not at all."""
    facts: tuple[int | str, ...] = (97, 97, 90, "90..95", "lacks", "..95", 99)
    pool = [qe.worker(f"A{n}", {"3ABC": fact}) for n, fact in enumerate(facts)]
    asked = qe.QualificationRequirement("3ABC", qe.Comparator.GREATER_THAN_OR_EQUAL_TO, (98,))

    assert audience_of(pool, asked).requirements[0].near_misses == (NearMiss(1, 2), NearMiss(8, 2))


@pytest.mark.parametrize(
    ("comparator", "values", "fact", "by"),
    [
        ("In", (1, 9), "3..8", 4),  # 5 is farthest from both
        ("In", (1, 9), "2..3", 2),
        ("NotIn", (4, 5, 6), "5", 2),
        ("EqualTo", (3,), "5..7", 4),
        ("LessThan", (3,), "5..7", 5),
        ("GreaterThan", (3,), qe.ValueSet(qe.IntegerSet.only(1), lacking=True), None),
        ("GreaterThan", (3,), "..1", None),
        ("DoesNotExist", (), "1", None),
    ],
)
def test_the_farthest_value_counts(comparator: str, values: tuple[int, ...], fact: Any, by: int | None) -> None:
    """Of several values still possible; where there is no end of them, or lacking is possible, no number says it."""
    asked = qe.QualificationRequirement("3ABC", qe.Comparator(comparator), values)
    (told,) = audience_of([qe.worker("A1", {"3ABC": fact})], asked).requirements

    assert told.only_obstacle == Band(1, 1)
    assert told.near_misses == (() if by is None else (NearMiss(by, 1),))


def test_a_fact_is_cut_by_the_other_requirements_on_its_type() -> None:
    """Of 97 or 98 only 97 is left where at most 97 is asked for, so to forbid 97 keeps her out."""
    pool = of_rates("97..98", "96..97", "98..99")
    policy = qe.compile_requirements([rate(97, "NotEqualTo"), rate(97, "LessThanOrEqualTo")])

    assert audience(pool, policy).curves == naive_curves(pool, policy)
    assert audience(pool, policy).curves[0].at(97) == Band(0, 1)
    assert audience(pool, policy).curves[0].at(96) == Band(0, 2)


@pytest.mark.parametrize("comparator", ["GreaterThan", "LessThanOrEqualTo", "EqualTo", "NotEqualTo"])
def test_integers_of_any_size(comparator: str) -> None:
    """Values and thresholds beyond what a machine's word holds are counted all the same."""
    huge = 10**30
    facts: tuple[int | str, ...] = (huge, huge + 1, -huge, 5, f"{huge - 1}..{huge + 2}", f"5..{huge}", "lacks", "holds")
    pool = [qe.worker(f"A{n}", {"3ABC": fact}) for n, fact in enumerate(facts)]
    asked = qe.QualificationRequirement("3ABC", qe.Comparator(comparator), (huge,))
    fence = qe.QualificationRequirement("3ABC", qe.Comparator.LESS_THAN, (2 * huge,))
    small = qe.QualificationRequirement("3ABC", qe.Comparator(comparator), (7,))

    for requirements, those in (((asked,), pool), ((asked, fence), pool), ((small, fence), pool[3:4])):
        policy = qe.compile_requirements(requirements)
        found = audience(those, policy)
        assert found.curves == naive_curves(those, policy)
        assert found.reached == reached(those, requirements, qe.Action.ACCEPT)


def test_json_keys_are_stable() -> None:
    """What programs read of `audience --format json`; it is plain JSON."""
    found = audience_of(of_rates(99, 97, "unknown"), rate()).to_dict()

    assert json.loads(json.dumps(found)) == found
    assert list(found) == ["action", "pool", "permitted", "denied", "unknown", "requirements", "curves", "places"]
    assert found["requirements"] == [
        {
            "index": 0,
            "qualification_type_id": qe.PERCENT_APPROVED,
            "name": "Worker_PercentAssignmentsApproved",
            "comparator": "GreaterThanOrEqualTo",
            "values": [98],
            "guards": "Accept",
            "guards_action": True,
            "passes": 1,
            "may_pass": 2,
            "left": {"permitted": 1, "denied": 1, "unknown": 1},
            "without": {"permitted": 3, "denied": 0, "unknown": 0},
            "only_obstacle": 1,
            "may_be_only_obstacle": 1,
            "only_question": 1,
            "near_misses": [{"by": 1, "workers": 1}],
        }
    ]
    assert found["curves"] == [
        {
            "index": 0,
            "value": 98,
            "starts": [None, 1, 98, 100, 101],
            "permitted": [3, 2, 1, 0, 0],
            "unknown": [0, 1, 1, 1, 0],
        }
    ]


def test_thresholds_worth_looking_at() -> None:
    """The HIT's own, and round ones beside it that reach another audience."""
    found = audience_of(of_rates(*range(60, 101)), rate())
    assert found.curves[0].thresholds() == [80, 90, 95, 97, 98, 99, 100]

    counts = [qe.worker(f"A{n}", {qe.NUMBER_HITS_APPROVED: n * 7}) for n in range(1000)]
    asked = qe.QualificationRequirement(qe.NUMBER_HITS_APPROVED, qe.Comparator.GREATER_THAN, (100,))
    assert audience_of(counts, asked).curves[0].thresholds() == [10, 20, 50, 100, 200, 500, 1000]


def test_what_is_no_policy_and_no_target_is_refused() -> None:
    """With the mend."""
    with pytest.raises(qe.WrongType, match=r"expected an AccessPolicy, got HIT; qualeval\.compile_hit makes one"):
        Reach([]).audience(qe.HIT())  # type: ignore[arg-type]
    with pytest.raises(qe.WrongType, match="target: expected an integer, got bool `true`"):
        Reach([]).audience(qe.compile_requirements([])).best_change(True)


def test_bands_in_words() -> None:
    """A band without width is a number."""
    assert [str(Band(1200, 1200)), str(Band(1200, 1300))] == ["1,200", "1,200 to 1,300"]
