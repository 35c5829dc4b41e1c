"""What an analysis finds in a HIT: against every worker of small universes, then by example."""

from __future__ import annotations

import itertools
import json
import time
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualeval.analysis.analyze import Analysis, FindingKind, PolicyFinding, analyze
from qualeval.analysis.conflicts import MAX_CONFLICTS
from qualeval.errors import WrongType
from qualeval.linting.lint import lint
from qualeval.model.actions import Action, ActionsGuarded
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import (
    LOCALE,
    MASTERS,
    NUMBER_HITS_APPROVED,
    PERCENT_APPROVED,
    TypeNames,
)
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.model.workers import worker
from qualeval.policy.compiler import compile_requirements
from qualeval.policy.ladders import smallest_hitting
from qualeval.values.locale import Locale, country_codes, subdivision_codes
from tests.brute import UNIVERSES, Crowd, Requirements, Universe, cases, every_universe, judged, level, lists
from tests.strategies import wire

ACCEPT, PREVIEW, DISCOVER = ActionsGuarded


def need(type_id: str, comparator: str, *values: int | str, **fields: Any) -> QualificationRequirement:
    """A requirement, its values in short: integers, or locales as text."""
    locales = [Locale.parse(value) for value in values if isinstance(value, str)]
    integers = [value for value in values if not isinstance(value, str)]
    return QualificationRequirement(type_id, Comparator(comparator), integers, locales, **fields)


def found(listed: Sequence[QualificationRequirement], **names: Any) -> list[tuple[str, str, tuple[int, ...]]]:
    """The findings in short."""
    return [(str(each.kind), str(each.action), each.requirements) for each in analysis_of(listed, **names).findings]


def analysis_of(listed: Sequence[QualificationRequirement], **names: Any) -> Analysis:
    """The analysis of a HIT with these requirements."""
    return analyze(HIT(listed), **names)


# Laws, over every worker there can be.


def on_types(listed: Requirements) -> list[list[int]]:
    """The indexes of the requirements of each type, in the order in which types are first named."""
    types = dict.fromkeys(each.qualification_type_id for each in listed)
    return [[index for index, each in enumerate(listed) if each.qualification_type_id == one] for one in types]


def first_action(requirement: QualificationRequirement) -> Action:
    """The loosest action that a requirement guards."""
    return list(Action)[level(requirement)]


def left(universe: Universe, listed: Requirements, indexes: Sequence[int]) -> Crowd:
    """Who meets all of these."""
    crowd = universe.everybody
    for index in indexes:
        crowd &= universe.meeting(listed[index])
    return crowd


def is_smallest_conflict(universe: Universe, listed: Requirements, indexes: Sequence[int]) -> bool:
    """Whether nobody meets all of these, and without any of them somebody would."""
    fewer = itertools.combinations(indexes, len(indexes) - 1) if indexes else ()
    return not left(universe, listed, indexes) and all(left(universe, listed, each) for each in fewer)


def guarding(listed: Requirements, indexes: Sequence[int], action: Action) -> list[int]:
    """Those of them that guard an action."""
    return [index for index in indexes if level(listed[index]) < action.level]


def expected(universe: Universe, listed: Requirements) -> list[tuple[FindingKind, Action, tuple[int, ...]]]:
    """All findings but those of unsatisfiable actions, as trying every subset and every worker finds them."""
    everything: list[tuple[FindingKind, Action, tuple[int, ...]]] = []
    for indexes in on_types(listed):
        if left(universe, listed, indexes):
            everything += _superfluous(universe, listed, indexes)
            continue
        subsets = (each for size in range(1, len(indexes) + 1) for each in itertools.combinations(indexes, size))
        conflicts = [each for each in subsets if is_smallest_conflict(universe, listed, each)]
        everything += [
            (FindingKind.CONFLICT, list(Action)[max(level(listed[index]) for index in each)], each)
            for each in sorted(conflicts, key=lambda each: (len(each), each))
        ]
    return everything


def _superfluous(
    universe: Universe, listed: Requirements, indexes: list[int]
) -> list[tuple[FindingKind, Action, tuple[int, ...]]]:
    return [
        (kind, first_action(listed[index]), (index,))
        for index in indexes
        if (kind := _superfluity(universe, listed, indexes, index))
    ]


def _superfluity(universe: Universe, listed: Requirements, indexes: list[int], index: int) -> FindingKind | None:
    says = universe.meeting(listed[index]), level(listed[index])
    if says[0] == universe.everybody:
        return FindingKind.ALWAYS_MET
    if any(says == (universe.meeting(listed[each]), level(listed[each])) for each in indexes if each < index):
        return FindingKind.DUPLICATE
    whole = [listed[each] for each in indexes]
    without = [listed[each] for each in indexes if each != index]
    same = all(universe.may(whole, action) == universe.may(without, action) for action in Action)
    return FindingKind.REDUNDANT if same else None


def check_findings(universe: Universe, listed: Requirements) -> None:
    """An analysis finds what there is, no more and no less."""
    analysis = analysis_of(listed)
    unsatisfiable = [each for each in analysis.findings if each.kind is FindingKind.UNSATISFIABLE]
    others = [each for each in analysis.findings if each.kind is not FindingKind.UNSATISFIABLE]

    assert analysis.findings == (*unsatisfiable, *others)
    assert [(each.kind, each.action, each.requirements) for each in others] == expected(universe, listed)
    assert [each.action for each in unsatisfiable] == [each for each in Action if not universe.may(listed, each)]
    for finding in unsatisfiable:
        shown = [[index for index in each if index in finding.requirements] for each in on_types(listed)]
        emptied = [guarding(listed, each, finding.action) for each in on_types(listed)]
        assert list(finding.requirements) == sorted(index for each in shown for index in each)
        for indexes, guards in zip(shown, emptied, strict=True):
            assert set(indexes) <= set(guards)
            assert bool(indexes) == (not left(universe, listed, guards))
            assert not indexes or is_smallest_conflict(universe, listed, indexes)
    for finding in analysis.findings:
        check_explanation(universe, listed, finding)


def check_explanation(universe: Universe, listed: Requirements, finding: PolicyFinding) -> None:
    """What makes a requirement superfluous really does, and there is a worker to show or a reason why there is none."""
    assert finding.actions == tuple(each for each in Action if each.level >= finding.action.level)
    assert (finding.example is None) == (finding.reason is not None)
    assert (finding.example is not None) == (finding.kind in (FindingKind.DUPLICATE, FindingKind.REDUNDANT))
    assert bool(finding.because_of) == (finding.example is not None)
    if finding.example is None:
        assert finding.reason == finding.words
        return
    (index,) = finding.requirements
    check_because(universe, listed, finding, index)
    alone = [listed[index]]
    without = [each for place, each in enumerate(listed) if place != index]
    for some in (alone, without):
        bounds = judged(finding.example, compile_requirements(some), some)
        assert max(possible for _, possible in bounds) < finding.action.level
    for indexes in on_types(listed):
        one = [listed[each] for each in indexes]
        if index not in indexes and universe.may(one, finding.action):
            bounds = judged(finding.example, compile_requirements(one), one)
            assert min(certain for certain, _ in bounds) >= finding.action.level


def check_because(universe: Universe, listed: Requirements, finding: PolicyFinding, index: int) -> None:
    """The others imply the requirement, none of them could be spared, and one is enough if one can be."""
    (indexes,) = (each for each in on_types(listed) if index in each)
    own = universe.meeting(listed[index])
    others = [each for each in guarding(listed, indexes, finding.action) if each != index]
    if finding.kind is FindingKind.DUPLICATE:
        others = [each for each in others if listed[each].guard == listed[index].guard]
        others = [each for each in others if universe.meeting(listed[each]) == own]

        assert finding.because_of == (others[0],)
        assert others[0] < index
        return
    assert set(finding.because_of) <= set(others)
    assert finding.because_of == tuple(sorted(finding.because_of))
    assert not left(universe, listed, finding.because_of) & ~own
    fewer = itertools.combinations(finding.because_of, len(finding.because_of) - 1)
    assert all(left(universe, listed, each) & ~own for each in fewer)
    assert len(finding.because_of) == 1 or all(universe.meeting(listed[each]) & ~own for each in others)


@every_universe
@cases(2_500)
def test_an_analysis_finds_what_there_is(universe: Universe, seed: int, count: int) -> None:
    """Unsatisfiable actions, all smallest conflicts, and what is superfluous: each explained, and nothing else."""
    for listed in lists(universe, seed, count, most=8):
        check_findings(universe, listed)


def check_removal(listed: Requirements) -> None:
    """What is superfluous can be removed, all of it one after another, and nothing is left that can."""
    policy = compile_requirements(listed)
    kept = list(listed)
    while superfluous := [each for each in analysis_of(kept).findings if _can_go(each)]:
        del kept[superfluous[-1].requirements[0]]

        assert compile_requirements(kept) == policy
    if policy.is_satisfiable():
        for index in range(len(kept)):
            assert compile_requirements([*kept[:index], *kept[index + 1 :]]) != policy


def _can_go(finding: PolicyFinding) -> bool:
    return finding.kind in (FindingKind.ALWAYS_MET, FindingKind.DUPLICATE, FindingKind.REDUNDANT)


@every_universe
@cases(600)
def test_what_is_superfluous_can_be_removed_one_by_one(universe: Universe, seed: int, count: int) -> None:
    """Each removal leaves the same policy; in the end nothing can be spared."""
    for listed in lists(universe, seed, count):
        check_removal(listed)


def test_the_lists_have_findings_of_every_kind() -> None:
    """What the laws above speak of occurs, and often: conflicts of several too, and requirements that several imply."""
    findings = [
        finding
        for universe in UNIVERSES
        for listed in lists(universe, seed=1, count=600, most=8)
        for finding in analysis_of(listed).findings
    ]

    for kind in FindingKind:
        assert len([each for each in findings if each.kind is kind]) > 30
    assert {len(each.requirements) for each in findings if each.kind is FindingKind.CONFLICT} >= {1, 2, 3}
    assert {len(each.because_of) for each in findings if each.kind is FindingKind.REDUNDANT} >= {1, 2}


@every_universe
@cases(1_000)
def test_exclusions_are_those_of_each_state(universe: Universe, seed: int, count: int) -> None:
    """Of a type, which requirements exclude a state: every combination that occurs, and no other."""
    for listed in lists(universe, seed, count):
        for type_id, ladder in compile_requirements(listed).ladders.items():
            own = [universe.meeting(each) for each in listed if each.qualification_type_id == type_id]
            crowds = [universe.in_state(type_id, state) for state in universe.states(type_id)]

            assert ladder.exclusions == {
                sum(1 << place for place, meeting in enumerate(own) if not crowd & meeting) for crowd in crowds
            }


@given(st.sets(st.integers(1, 255)))
def test_what_hits_every_set_cannot_spare_a_bit(sets: set[int]) -> None:
    """A smallest hitting set shares a bit with each set, and without any of its bits it would not."""
    taken = smallest_hitting(sets)
    bits = [1 << place for place in range(8) if taken >> place & 1]

    assert all(each & taken for each in sets)
    assert not any(all(each & (taken ^ bit) for each in sets) for bit in bits)
    assert smallest_hitting([0, *sets]) == taken


# By example.


def test_three_exclusions_and_a_list_are_a_conflict_of_four() -> None:
    """Each three of them leave a value: all four are to blame, for accepting, as one of them guards that alone."""
    listed = [
        need("3A", "In", 1, 2, 3, actions_guarded=DISCOVER),
        need("3A", "NotEqualTo", 1, actions_guarded=DISCOVER),
        need("3A", "NotEqualTo", 2),
        need("3A", "NotEqualTo", 3, actions_guarded=PREVIEW),
    ]
    action, conflict = analysis_of(listed).findings

    assert found(listed) == [("unsatisfiable", "accept", (0, 1, 2, 3)), ("conflict", "accept", (0, 1, 2, 3))]
    assert conflict.actions == (Action.ACCEPT,)
    assert action.words == conflict.words == action.reason == conflict.reason
    assert action.words == "nobody can accept it: the requirements 0, 1, 2 and 3 on 3A contradict each other"
    assert action.example is None


def test_all_smallest_conflicts_are_told_the_shortest_first() -> None:
    """Of each the tightest member says which action it concerns; the tighter ones are concerned too."""
    listed = [
        need("3A", "In", 1, 2, actions_guarded=PREVIEW),
        need("3A", "NotEqualTo", 1, actions_guarded=DISCOVER),
        need("3A", "NotEqualTo", 2, actions_guarded=DISCOVER),
        need("3A", "DoesNotExist"),
        need("3A", "GreaterThan", 5, actions_guarded=PREVIEW),
    ]

    assert found(listed) == [
        ("unsatisfiable", "preview", (0, 1, 2)),
        ("unsatisfiable", "accept", (0, 1, 2)),
        ("conflict", "accept", (0, 3)),
        ("conflict", "preview", (0, 4)),
        ("conflict", "accept", (1, 3)),
        ("conflict", "accept", (2, 3)),
        ("conflict", "accept", (3, 4)),
        ("conflict", "preview", (0, 1, 2)),
    ]
    assert [each.actions for each in analysis_of(listed).findings][-1] == (Action.PREVIEW, Action.ACCEPT)


def test_a_requirement_that_nobody_meets_is_a_conflict_of_one() -> None:
    """A rate above 100 contradicts itself."""
    listed = [need(PERCENT_APPROVED, "GreaterThan", 100), need("3A", "Exists")]

    assert found(listed) == [("unsatisfiable", "accept", (0,)), ("conflict", "accept", (0,))]
    assert [each.words for each in analysis_of(listed).findings] == [
        "nobody can accept it: no possible state of PercentAssignmentsApproved meets requirement 0"
    ] * 2


def test_what_nobody_can_do_is_told_type_by_type() -> None:
    """Each type that no state is left of has its phrase."""
    listed = [need("3A", "Exists"), need("3A", "DoesNotExist"), need(PERCENT_APPROVED, "GreaterThan", 100)]
    nobody, *_ = analysis_of(listed).findings

    assert nobody.requirements == (0, 1, 2)
    assert nobody.words == (
        "nobody can accept it: the requirements 0 and 1 on 3A contradict each other; "
        "no possible state of PercentAssignmentsApproved meets requirement 2"
    )


def test_of_a_type_that_contradicts_itself_nothing_is_called_superfluous() -> None:
    """Where nobody can anyway, every other requirement on the type would be; other types are judged by themselves."""
    listed = [
        need("3A", "Exists"),
        need("3A", "DoesNotExist"),
        need("3A", "Exists"),
        need(PERCENT_APPROVED, "GreaterThan", 90),
        need(PERCENT_APPROVED, "GreaterThan", 95),
    ]

    assert found(listed) == [
        ("unsatisfiable", "accept", (0, 1)),
        ("conflict", "accept", (0, 1)),
        ("conflict", "accept", (1, 2)),
        ("redundant", "accept", (3,)),
    ]


def test_a_requirement_is_always_met_or_a_duplicate_or_redundant() -> None:
    """Each is told once, the first that is true of it."""
    listed = [
        need(NUMBER_HITS_APPROVED, "GreaterThanOrEqualTo", 0),
        need(NUMBER_HITS_APPROVED, "GreaterThan", -1),
        need(PERCENT_APPROVED, "GreaterThan", 97),
        need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 98),
        need(PERCENT_APPROVED, "NotEqualTo", 50, actions_guarded=PREVIEW),
        need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 90),
        need(MASTERS, "Exists"),
    ]
    findings = analysis_of(listed).findings

    assert found(listed) == [
        ("always_met", "accept", (0,)),
        ("always_met", "accept", (1,)),
        ("redundant", "accept", (2,)),
        ("duplicate", "accept", (3,)),
        ("redundant", "accept", (5,)),
    ]
    assert [each.because_of for each in findings] == [(), (), (3,), (2,), (2,)]
    assert [each.words for each in findings] == [
        "every worker meets requirement 0 on NumberHITsApproved",
        "every worker meets requirement 1 on NumberHITsApproved",
        "requirement 2 on PercentAssignmentsApproved changes nothing: requirement 3 implies it",
        "requirement 3 on PercentAssignmentsApproved repeats requirement 2",
        "requirement 5 on PercentAssignmentsApproved changes nothing: requirement 2 implies it",
    ]


def test_what_a_requirement_guards_decides_whether_it_can_go() -> None:
    """A looser bound that guards more is needed, one that guards no more is not; with two guards it is no duplicate."""
    at_least_90 = need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 90, actions_guarded=DISCOVER)
    at_least_98 = need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 98)
    same_for_all = need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 98, actions_guarded=DISCOVER)

    assert found([at_least_90, at_least_98]) == []
    assert found([at_least_90, same_for_all]) == [("redundant", "discover", (0,))]
    assert found([at_least_98, same_for_all]) == [("redundant", "accept", (0,))]


def test_several_together_imply_one() -> None:
    """Only the two bounds together leave nothing that the exclusion would take; a third is not named."""
    listed = [
        need("3A", "NotIn", 0, 9),
        need("3A", "GreaterThan", 0),
        need("3A", "LessThan", 9),
        need("3A", "NotEqualTo", 5),
    ]
    (finding,) = analysis_of(listed).findings

    assert finding.because_of == (1, 2)
    assert finding.words == "requirement 0 on 3A changes nothing: requirements 1 and 2 imply it"
    assert finding.example is not None
    assert finding.example.to_dict()["Facts"] == {"3A": 0}


def test_a_superfluous_requirement_comes_with_a_worker() -> None:
    """She does not meet it, and is refused by another one as well; all else is as it should be."""
    listed = [
        need(LOCALE, "EqualTo", "US"),
        need(LOCALE, "In", "US", "CA"),
        need(PERCENT_APPROVED, "GreaterThan", 97),
        need("3BLOCK", "DoesNotExist"),
    ]
    (finding,) = analysis_of(listed).findings

    assert (finding.kind, finding.requirements, finding.because_of) == (FindingKind.REDUNDANT, (1,), (0,))
    assert finding.example is not None
    assert finding.reason is None
    assert finding.example.to_dict()["Facts"] == {
        "Worker_Locale": "GB",
        "Worker_PercentAssignmentsApproved": 98,
        "3BLOCK": "lacks",
    }


@pytest.mark.parametrize(
    ("listed", "repeated"),
    [
        ([need("3A", "GreaterThan", 5), need("3A", "GreaterThan", 5)], [True, False]),
        ([need("3A", "GreaterThan", 5), need("3A", "GreaterThan", 7)], [False]),
        ([need("3A", "GreaterThan", 5)] * 2 + [need("3A", "GreaterThan", 7)], [False, False]),
        ([need("3A", "GreaterThan", 5), need("3A", "GreaterThan", 5, actions_guarded=DISCOVER)], [False]),
        ([need("3A", "In", 1, 2), need("3A", "In", 1, 2), need("3A", "GreaterThan", 0)], [True, False, False]),
        ([need("3A", "EqualTo", 1), need("3A", "EqualTo", 2)], [False, False]),
        ([need(PERCENT_APPROVED, "LessThan", 101)], [False]),
    ],
)
def test_what_is_only_repeated_goes_without_its_repetition(listed: Requirements, repeated: list[bool]) -> None:
    """The first of two that say the same is needed once the other is gone; one that others imply is not."""
    assert [each.is_only_repeated for each in analysis_of(listed).findings] == repeated


def test_a_finding_without_a_worker_gives_the_reason() -> None:
    """Of what every worker meets there is no example: the dict says why."""
    (finding,) = analysis_of([need(PERCENT_APPROVED, "LessThan", 101)]).findings

    assert finding.to_dict() == {
        "kind": "always_met",
        "action": "accept",
        "requirements": [0],
        "because_of": [],
        "words": "every worker meets requirement 0 on PercentAssignmentsApproved",
        "example": None,
        "reason": "every worker meets requirement 0 on PercentAssignmentsApproved",
    }


def test_an_analysis_says_of_which_hit_it_is() -> None:
    """The dict has the HIT's id, None where it has none, and every finding as a dict."""
    listed = [need("3A", "GreaterThan", 5)] * 2
    analysis = analyze(HIT(listed, hit_id="3HIT"))

    assert analysis.to_dict() == {"hit_id": "3HIT", "findings": [each.to_dict() for each in analysis.findings]}
    assert analyze(compile_requirements(listed)).to_dict()["hit_id"] is None
    assert analyze(HIT()).to_dict() == {"hit_id": None, "findings": []}


def test_own_names_are_used_in_words_and_in_json() -> None:
    """A type that has a name is called by it, in the sentence and in the example's profile; all of it is JSON."""
    names = TypeNames({"study_1_score": "3A"})
    listed = [need("3A", "GreaterThan", 5), need("3A", "GreaterThan", 5)]
    written = [each.to_dict() for each in analysis_of(listed, names=names).findings]

    assert json.loads(json.dumps(written)) == written
    assert written[1] == {
        "kind": "duplicate",
        "action": "accept",
        "requirements": [1],
        "because_of": [0],
        "words": "requirement 1 on study_1_score repeats requirement 0",
        "example": {"WorkerId": "A1EXAMPLEWORKER", "Complete": True, "Facts": {"study_1_score": 5}},
        "reason": None,
    }


def test_a_sound_hit_has_no_findings() -> None:
    """Nothing is found in the HIT of the README, in one without requirements, nor in two bounds of one range."""
    sound = [
        need(LOCALE, "In", "US", "CA", actions_guarded=DISCOVER),
        need(NUMBER_HITS_APPROVED, "GreaterThan", 100, actions_guarded=PREVIEW),
        need(NUMBER_HITS_APPROVED, "LessThan", 5_000),
        need("3STUDY1DONE", "DoesNotExist"),
    ]

    assert found(sound) == []
    assert found([]) == []


def test_a_policy_may_be_given_for_a_hit() -> None:
    """It is analyzed as it is, under its own names; the analysis hands it back."""
    names = TypeNames({"score": "3A"})
    policy = compile_requirements([need("3A", "Exists"), need("3A", "Exists")], names=names)
    analysis = analyze(policy)

    assert analysis.policy is policy
    assert analysis.findings[1].words == "requirement 1 on score repeats requirement 0"


def test_naming_every_country_is_not_everywhere() -> None:
    """A list of all countries of today leaves the next one out, so that it is not always met."""
    world = [Locale(code) for code in sorted(country_codes())]
    states = [Locale("US", code) for code in sorted(subdivision_codes("US"))]

    assert found([QualificationRequirement(LOCALE, Comparator.IN, (), world)]) == []
    assert found([need(LOCALE, "EqualTo", "US"), QualificationRequirement(LOCALE, Comparator.IN, (), states)]) == [
        ("redundant", "accept", (0,))
    ]
    assert found([need(LOCALE, "Exists")]) == [("always_met", "accept", (0,))]


@pytest.mark.parametrize("anything", [None, [], {"QualificationRequirements": []}, "hit.json"])
def test_what_is_no_hit_is_refused(anything: Any) -> None:
    """The message names the way to make one."""
    with pytest.raises(WrongType, match=r"expected a HIT or an AccessPolicy, got .*; qualeval\.parse_hit reads dicts"):
        analyze(anything)


# As large as no HIT is.


SIZE = 1_000
"""As many requirements as a file may have."""


def many(seed: int, pool: Sequence[int], most: int, comparators: Sequence[Comparator]) -> Requirements:
    """A thousand random requirements on one type, each with at most so many values of the pool."""
    random = Random(seed)
    listed = []
    for _ in range(SIZE):
        comparator = random.choice(comparators)
        count = random.randint(1, most) if comparator.takes_list else int(comparator.takes_values)
        values = random.choices(pool, k=count)
        listed.append(QualificationRequirement("3A", comparator, values, (), random.choice(list(ActionsGuarded))))
    return listed


def many_places(comparators: Sequence[Comparator]) -> Requirements:
    """A thousand random requirements on places, each with at most thirty of them."""
    random = Random(5)
    places = [Locale("US", code) for code in sorted(subdivision_codes("US"))]
    places += [Locale(code) for code in sorted(country_codes())]
    return [
        QualificationRequirement(
            LOCALE, random.choice(comparators), (), random.choices(places, k=random.randint(1, 30)), DISCOVER
        )
        for _ in range(SIZE)
    ]


LISTS = [each for each in Comparator if each.takes_list]
SINGLE = [Comparator.NOT_EQUAL_TO, Comparator.GREATER_THAN]
LARGE = {
    "few values": many(1, range(10), 4, list(Comparator)),
    "many values": many(2, range(100_000), 30, list(Comparator)),
    "satisfiable": many(3, range(100_000), 30, [Comparator.NOT_IN, Comparator.NOT_EQUAL_TO]),
    "duplicates": many(4, range(30), 1, SINGLE),
    "bounds": many(5, range(1_000), 1, [Comparator.GREATER_THAN, Comparator.LESS_THAN]),
    "one list against all": [need("3A", "In", *range(999)), *(need("3A", "NotEqualTo", each) for each in range(999))],
    "two of each": [need("3A", "In", *range(499))] * 2 + [need("3A", "NotEqualTo", each) for each in range(499)] * 2,
    "all but one each": [need("3A", "In", *range(each), *range(each + 1, SIZE)) for each in range(SIZE)],
    "nearly all each": [need("3A", "In", *Random(each).sample(range(SIZE), SIZE - 10)) for each in range(SIZE)],
    "overlapping": [
        need("3A", "In", *range(2_000)),
        *(need("3A", "NotIn", *Random(each).sample(range(2_000), 30)) for each in range(999)),
    ],
    "places": many_places(LISTS),
    "places, satisfiable": many_places([Comparator.NOT_IN]),
}


@pytest.mark.parametrize("what", LARGE)
def test_a_thousand_requirements_are_no_trouble(what: str) -> None:
    """The analysis with all its words and examples takes seconds at most, and is not endless."""
    began = time.process_time()
    analysis = analysis_of(LARGE[what])
    words = [each.to_dict() for each in analysis.findings]

    assert time.process_time() - began < 10
    assert words
    conflicts = [each.requirements for each in analysis.findings if each.kind is FindingKind.CONFLICT]
    assert len(conflicts) <= MAX_CONFLICTS
    assert len(conflicts) == len(set(conflicts))
    assert bool(conflicts) == (not analysis.policy.is_satisfiable())
    for conflict in conflicts[:5]:
        assert not compile_requirements([LARGE[what][index] for index in conflict]).is_satisfiable()


def test_a_thousand_thresholds_are_linted_in_a_moment() -> None:
    """All that the linter asks of the superfluous among them costs less than comparing each with each."""
    listed = [wire(need("3A", "GreaterThan", each)) for each in range(SIZE)]
    began = time.process_time()
    rules = Counter(each.rule for each in lint(listed))

    assert time.process_time() - began < 4
    assert rules["QE404"] == SIZE - 1


def test_a_conflict_of_a_thousand_is_found_and_told() -> None:
    """A list of 999 values and the exclusion of each: one conflict of all, in the analysis and in the reasons."""
    policy = compile_requirements(LARGE["one list against all"])
    (action, conflict) = analyze(policy).findings
    began = time.process_time()
    reasons = policy.decide(worker("A1")).reasons

    assert action.requirements == conflict.requirements == tuple(range(SIZE))
    assert len({str(each.remedy) for each in reasons}) == 1
    assert time.process_time() - began < 10


def test_ten_requirements_have_at_most_252_conflicts_and_all_are_found() -> None:
    """Any five of ten leave no value, and no four do: all 252 are told, as a HIT can have no more requirements."""
    excluding = list(enumerate(itertools.combinations(range(10), 6)))
    listed = [need("3A", "In", *(value for value, those in excluding if each not in those)) for each in range(10)]
    conflicts = [each.requirements for each in analysis_of(listed).findings if each.kind is FindingKind.CONFLICT]

    assert conflicts == list(itertools.combinations(range(10), 5))


def test_more_conflicts_than_anybody_reads_are_not_looked_for() -> None:
    """Of a thousand requirements on few values, the first thousand conflicts are enough."""
    analysis = analysis_of(LARGE["few values"])

    assert len([each for each in analysis.findings if each.kind is FindingKind.CONFLICT]) == MAX_CONFLICTS == 1_000
