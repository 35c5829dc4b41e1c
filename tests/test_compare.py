"""Who gains and who loses by a change of a HIT: against every worker of small universes, then by example."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from qualeval.analysis.compare import Comparison, Shift, compare
from qualeval.errors import AmbiguousTruth, InvalidInput, WrongType
from qualeval.model.actions import Action, ActionsGuarded
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import LOCALE, MASTERS, NUMBER_HITS_APPROVED, PERCENT_APPROVED, TypeNames
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.policy.compiler import compile_requirements
from qualeval.values.locale import Locale, country_codes
from tests.brute import (
    Crowd,
    Requirements,
    Universe,
    cases,
    every_universe,
    holds_state,
    is_definite_example,
    judged,
    pairs,
)

ACCEPT, PREVIEW, DISCOVER = ActionsGuarded


def need(type_id: str, comparator: str, *values: int | str, **fields: Any) -> QualificationRequirement:
    """A requirement, its values in short: integers, or locales as text."""
    locales = [Locale.parse(value) for value in values if isinstance(value, str)]
    integers = [value for value in values if not isinstance(value, str)]
    return QualificationRequirement(type_id, Comparator(comparator), integers, locales, **fields)


def compared(before: Requirements, after: Requirements, **names: Any) -> Comparison:
    """The comparison of two HITs with these requirements."""
    return compare(HIT(before), HIT(after), **names)


# Laws, over every worker there can be.


def described(universe: Universe, shift: Shift, to: Requirements, other: Requirements, action: Action) -> Crowd:
    """The workers of whom `states` speaks: they may by the one policy, and have a state that makes the difference."""
    crowd = universe.may(to, action)
    if not shift.states:
        return 0 if universe.may(other, action) else crowd
    differing = 0
    for type_id, states in shift.states.items():
        found = [each for each in universe.states(type_id) if holds_state(states, each)]
        differing |= universe.anyone_in(type_id, found)
    return crowd & differing


def check_shift(universe: Universe, shift: Shift, to: Requirements, other: Requirements, action: Action) -> None:
    """A shift is somebody exactly if a worker may by the one and not by the other; its states say who they all are."""
    crowd = universe.may(to, action) & ~universe.may(other, action)

    assert bool(shift) == (shift.example is not None) == (crowd != 0)
    assert (shift.words == "nobody") == (crowd == 0)
    assert described(universe, shift, to, other, action) == crowd
    for type_id, states in shift.states.items():
        found = [each for each in universe.states(type_id) if holds_state(states, each)]
        assert found
        assert all(universe.in_state(type_id, each) & crowd for each in found)
    if shift.example is None:
        return
    assert is_definite_example(shift.example)
    assert min(certain for certain, _ in judged(shift.example, compile_requirements(to), to)) >= action.level
    assert max(possible for _, possible in judged(shift.example, compile_requirements(other), other)) < action.level


def check_comparison(universe: Universe, before: Requirements, after: Requirements) -> None:
    """Every action of a comparison, in both directions."""
    comparison = compared(before, after)

    assert list(comparison.actions) == list(Action)
    for action in Action:
        check_shift(universe, comparison[action].gaining, after, before, action)
        check_shift(universe, comparison[action].losing, before, after, action)
        assert comparison.gained[action] == comparison[action].gained == comparison[action].gaining.example
        assert comparison.lost[action] == comparison[action].lost == comparison[action].losing.example
    assert comparison.is_equivalent == (not any(comparison.gained.values()) and not any(comparison.lost.values()))
    back = compared(after, before)
    assert [(each.gaining, each.losing) for each in comparison.actions.values()] == [
        (each.losing, each.gaining) for each in back.actions.values()
    ]


@every_universe
@cases(1_200)
def test_a_comparison_is_what_every_worker_says(universe: Universe, seed: int, count: int) -> None:
    """Who gains and who loses which action, an example of each, and in which states the difference lies."""
    for before, after in pairs(universe, seed, count):
        check_comparison(universe, before, after)


# By example.


RATE_98 = need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 98)
RATE_95 = need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 95)
IN_US = need(LOCALE, "EqualTo", "US", actions_guarded=DISCOVER)
NOBODY = [need("3NEVER", "Exists"), need("3NEVER", "DoesNotExist")]


@pytest.mark.parametrize(
    ("before", "after", "gained", "lost"),
    [
        ([RATE_98], [RATE_95], "workers with Worker_PercentAssignmentsApproved 95..97", "nobody"),
        (
            [RATE_98, IN_US],
            [RATE_95, IN_US],
            "workers with Worker_PercentAssignmentsApproved 95..97, of those who meet all else that it asks",
            "nobody",
        ),
        (
            [RATE_95],
            [RATE_98, IN_US],
            "nobody",
            "workers with Worker_PercentAssignmentsApproved 95..97 or Worker_Locale anywhere but US,"
            " of those who meet all else that it asks",
        ),
        ([IN_US], [RATE_98], "workers with Worker_Locale anywhere but US, of those who meet all else that it asks",
         "workers with Worker_PercentAssignmentsApproved 0..97, of those who meet all else that it asks"),
        ([need("3A", "In", 1, 3)], [], "workers with 3A in ..0, 2, 4.., lacks", "nobody"),
        ([need("3A", "Exists")], [need("3A", "DoesNotExist")], "workers with 3A lacked", "workers with 3A held"),
        ([], NOBODY, "nobody", "every worker"),
        (NOBODY, [RATE_98, IN_US],
         "all workers with Worker_PercentAssignmentsApproved 98..100 and Worker_Locale in US", "nobody"),
        (NOBODY, [need("3A", "Exists")], "all workers with 3A held", "nobody"),
        (NOBODY, [need(MASTERS, "DoesNotExist"), need("3A", "In", 1, 3)],
         "all workers with Masters lacked and 3A in 1, 3", "nobody"),
        (NOBODY, [need("3A", "Exists"), need("3A", "DoesNotExist")], "nobody", "nobody"),
    ],
)  # fmt: skip
def test_words_say_who(before: Requirements, after: Requirements, gained: str, lost: str) -> None:
    """The states that make the difference, and whether that is all; or everybody, where nobody could before."""
    accept = compared(before, after)[Action.ACCEPT]

    assert accept.gaining.words == gained
    assert accept.losing.words == lost


def test_each_action_has_its_own_answer() -> None:
    """A bound that no longer guards previewing lets more preview, and no more accept."""
    before = need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 98, actions_guarded=PREVIEW)
    comparison = compared([before], [RATE_98])

    assert [bool(each.gaining) for each in comparison.actions.values()] == [False, True, False]
    assert [each.action for each in comparison.actions.values()] == list(Action)
    assert not any(comparison.lost.values())
    assert not comparison.is_equivalent
    assert comparison[Action("preview")].gained is not None


def test_the_same_demand_in_other_words_changes_nothing() -> None:
    """Order, comparators and the field that says what is guarded are only words."""
    before = [need("3A", "GreaterThan", 4), need(NUMBER_HITS_APPROVED, "NotIn", 0)]
    after = [
        need(NUMBER_HITS_APPROVED, "GreaterThanOrEqualTo", 1, actions_guarded=ACCEPT),
        need("3A", "GreaterThanOrEqualTo", 5, required_to_preview=False),
        need("3A", "NotEqualTo", 0),
    ]
    comparison = compared(before, after)

    assert comparison.is_equivalent
    assert {each.words for one in comparison.actions.values() for each in (one.gaining, one.losing)} == {"nobody"}


def test_to_dict_has_the_stable_keys() -> None:
    """The JSON of `compare --format json`, with one's own names in profiles and words."""
    names = TypeNames({"score": "3A"})
    comparison = compared([need("3A", "GreaterThan", 7)], [need("3A", "GreaterThan", 5)], names=names)
    nobody: dict[str, Any] = {"example": None, "states": {}, "words": "nobody"}
    written = comparison.to_dict()

    assert json.loads(json.dumps(written)) == written
    assert written == {
        "equivalent": False,
        "actions": {
            "discover": {"gained": nobody, "lost": nobody},
            "preview": {"gained": nobody, "lost": nobody},
            "accept": {
                "gained": {
                    "example": {"WorkerId": "A1EXAMPLEWORKER", "Complete": True, "Facts": {"score": 6}},
                    "states": {"3A": "6..7"},
                    "words": "workers with score 6..7",
                },
                "lost": nobody,
            },
        },
    }


def test_who_loses_is_called_by_the_names_of_before() -> None:
    """Each side of a comparison speaks of types as its own policy does."""
    before = compile_requirements([need("3A", "GreaterThan", 5)], names=TypeNames({"old_score": "3A"}))
    after = compile_requirements([need("3A", "EqualTo", 5)], names=TypeNames({"new_score": "3A"}))
    accept = compare(before, after).to_dict()["actions"]["accept"]

    assert accept["lost"]["example"]["Facts"] == {"old_score": 6}
    assert accept["gained"]["example"]["Facts"] == {"new_score": 5}
    assert (accept["gained"]["words"], accept["lost"]["words"]) == (
        "workers with new_score 5",
        "workers with old_score 6..",
    )


def test_a_comparison_is_no_bool() -> None:
    """Whether there is a difference, and whether nobody loses: the message names both questions."""
    with pytest.raises(AmbiguousTruth) as caught:
        bool(compared([], []))

    expected = "a comparison is no bool; ask `comparison.is_equivalent`, or one action's gained and lost"
    assert str(caught.value) == expected


def test_policies_may_be_given_for_hits() -> None:
    """A policy is compared as it is, under its own names."""
    before = compile_requirements([RATE_98])
    comparison = compare(before, HIT([RATE_95]))

    assert comparison.before is before
    assert comparison.after == compile_requirements([RATE_95])


def test_a_world_without_a_name_can_be_lost() -> None:
    """Where all countries are excluded by name, who loses is told by the places themselves."""
    world = [Locale(code) for code in sorted(country_codes())]
    nowhere = QualificationRequirement(LOCALE, Comparator.NOT_IN, (), world)
    comparison = compared([nowhere], [nowhere, RATE_98])
    lost = comparison.lost[Action.ACCEPT]

    assert lost is not None
    assert comparison.before.permits(lost)
    assert not comparison.after.permits(lost)
    assert compared([nowhere], [IN_US]).lost[Action.DISCOVER] is not None


@pytest.mark.parametrize("pair", [(HIT([]), None), ({"HITId": "3A"}, HIT([])), ([RATE_98], [RATE_95])])
def test_what_is_no_hit_is_refused(pair: Any) -> None:
    """On either side, with the way to make one."""
    with pytest.raises(WrongType, match=r"expected a HIT or an AccessPolicy, got .*; qualeval\.parse_hit reads dicts"):
        compare(*pair)


def test_an_unknown_action_is_refused() -> None:
    """A comparison is asked by action; a misspelt one is told with the nearest."""
    misspelt: Any = "acept"

    with pytest.raises(InvalidInput, match="did you mean `accept`"):
        compared([], [])[misspelt]


def test_a_thousand_requirements_on_either_side_are_no_trouble() -> None:
    """Two lists of a thousand exclusions, on integers and on places, are compared in seconds."""
    integers = [need("3A", "NotEqualTo", each) for each in range(1_000)]
    places = [QualificationRequirement(LOCALE, Comparator.NOT_EQUAL_TO, (), [Locale(each)]) for each in country_codes()]
    began = time.process_time()
    comparison = compared([*integers, *places], [*integers[::-1], *places[:-1]])
    written = comparison.to_dict()

    assert time.process_time() - began < 10
    assert not comparison.is_equivalent
    assert list(written["actions"]["accept"]["gained"]["states"]) == [LOCALE]
    assert comparison.lost[Action.ACCEPT] is None
