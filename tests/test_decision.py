"""Decisions: what they say in words, what they refuse to be, and what they report beside the answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualeval.errors import AmbiguousTruth, Denied, NotPermitted, QualevalError, Undetermined
from qualeval.model.actions import Access, Action, ActionsGuarded
from qualeval.model.facts import Fact, PlainFact
from qualeval.model.grammar import read_fact
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import (
    ADULT,
    LOCALE,
    MASTERS,
    NUMBER_HITS_APPROVED,
    PERCENT_APPROVED,
    TypeNames,
)
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.model.workers import WorkerProfile, worker
from qualeval.policy.availability import ObstacleCode
from qualeval.policy.compiler import compile_hit, compile_requirements
from qualeval.policy.decision import Decision, Outcome
from qualeval.policy.evidence import RULES
from qualeval.policy.reasons import Reason, ReasonCode, State
from qualeval.policy.remedies import RemedyAction
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.value_set import ValueSet
from tests.strategies import requirement_lists, workers

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LACKED = ValueSet(IntegerSet.empty(), lacking=True)
Requirements = list[QualificationRequirement]

ACCEPT, PREVIEW, DISCOVER = ActionsGuarded


def integers(*values: int) -> ValueSet:
    """Just these values, held for certain."""
    return ValueSet(IntegerSet.only(*values))


def need(type_id: str, comparator: str, *values: int | str, **fields: Any) -> QualificationRequirement:
    """A requirement, its values in short: integers, or locales as text."""
    locales = [Locale.parse(value) for value in values if isinstance(value, str)]
    integers = [value for value in values if not isinstance(value, str)]
    return QualificationRequirement(type_id, Comparator(comparator), integers, locales, **fields)


RATE = need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 98)


def decided(*listed: QualificationRequirement, **facts: PlainFact) -> Decision:
    """The decision on a worker of whom these facts are known, by system name or id."""
    return compile_requirements(listed).decide(worker("A1", facts))


def only_reason(requirement: QualificationRequirement, fact: PlainFact) -> Reason:
    """What one requirement says of a worker with one fact on its type."""
    profile = worker("A1", {requirement.qualification_type_id: fact})
    (reason,) = compile_requirements([requirement]).decide(profile).reasons
    return reason


def test_an_answer_is_no_bool() -> None:
    """There are three answers: asking a decision or an outcome for its truth is an error that says what to ask."""
    decision = decided(RATE)

    with pytest.raises(AmbiguousTruth) as caught:
        bool(decision)
    with pytest.raises(AmbiguousTruth) as caught_too:
        bool(decision.outcome())
    assert str(caught.value) == "a decision has three answers, so it is no bool; ask `decision.permits(action)`"
    assert str(caught_too.value) == (
        "an outcome has three answers and is no bool; compare it: `outcome is Outcome.PERMITTED`"
    )
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, QualevalError)


def test_an_action_that_is_not_named_is_accept() -> None:
    """`permits`, `outcome` and `require` speak of accept where nothing else is said; text will do for an action."""
    policy = compile_requirements([RATE])
    profile = worker("A1", {PERCENT_APPROVED: 90})
    decision = policy.decide(profile)

    assert decision.outcome() is decision.outcome(Action.ACCEPT) is Outcome.DENIED
    assert not decision.permits()
    assert not policy.permits(profile)
    assert policy.permits(profile, Action("preview"))


def test_require_returns_the_decision_where_it_is_permitted() -> None:
    """A worker who may is let through, with the decision for the record."""
    decision = compile_requirements([RATE]).require(worker("A1", {PERCENT_APPROVED: 98}))

    assert decision.access is Access.ACCEPT


def test_require_raises_denied_with_the_decision() -> None:
    """A certain refusal names the worker, the action and the remedies, and carries the decision."""
    with pytest.raises(Denied) as caught:
        compile_requirements([RATE]).require(worker("A1", {PERCENT_APPROVED: 97}))

    error = caught.value
    assert str(error) == "A1 may not accept: raise PercentAssignmentsApproved from 97 to 98 or more"
    assert error.decision.outcome(error.action) is Outcome.DENIED
    assert isinstance(error, NotPermitted)
    assert isinstance(error, PermissionError)


def test_require_raises_undetermined_where_a_fact_is_missing() -> None:
    """Not knowing is not permission: what is to be learned is named."""
    with pytest.raises(Undetermined) as caught:
        compile_requirements([RATE]).require(worker(None))

    assert str(caught.value) == (
        "whether the worker may accept is not known: learn whether PercentAssignmentsApproved is 98 or more"
    )
    assert caught.value.decision.outcome() is Outcome.UNKNOWN
    assert caught.value.action is Action.ACCEPT


def test_require_says_all_that_stands_in_the_way() -> None:
    """What is to be mended is listed, each thing once."""
    with pytest.raises(Denied) as caught:
        compile_requirements([RATE, need("3ABC", "Exists")]).require(
            worker("A1", {PERCENT_APPROVED: 97, "3ABC": "lacks"})
        )

    assert str(caught.value) == (
        "A1 may not accept: raise PercentAssignmentsApproved from 97 to 98 or more; be granted 3ABC"
    )


def test_require_reports_on_the_hit_that_it_is_given() -> None:
    """Permitted or not, the decision is that of the HIT which was asked about."""
    policy = compile_requirements([RATE])
    hit = HIT(hit_id="3XYZ")

    assert policy.require(worker("A1", {PERCENT_APPROVED: 98}), hit=hit).hit is hit
    with pytest.raises(Denied) as caught:
        policy.require(worker("A1", {PERCENT_APPROVED: 97}), hit=hit)
    assert caught.value.decision.hit is hit


def test_require_names_what_stands_in_the_way_of_that_action_alone() -> None:
    """A requirement that guards accept alone is no reason against a preview."""
    policy = compile_requirements([RATE, need("3ABC", "Exists", actions_guarded=PREVIEW)])

    with pytest.raises(Denied, match=r"^A1 may not preview: be granted 3ABC$"):
        policy.require(worker("A1", {PERCENT_APPROVED: 90, "3ABC": "lacks"}), Action.PREVIEW)


def test_to_dict_has_the_stable_keys() -> None:
    """The JSON of `check --format json`, whole."""
    hit = HIT([RATE, need(LOCALE, "EqualTo", "US", actions_guarded=PREVIEW)], hit_id="3XYZ")
    profile = worker("A1", {PERCENT_APPROVED: 97, LOCALE: "US-WA"})
    written = compile_hit(hit).decide(profile, now=NOW).to_dict()

    assert (
        written
        == json.loads(json.dumps(written))
        == {
            "hit_id": "3XYZ",
            "worker_id": "A1",
            "access": "preview",
            "possible": "preview",
            "actions": {"discover": "permitted", "preview": "permitted", "accept": "denied"},
            "requirements": [
                {
                    "index": 0,
                    "qualification_type_id": PERCENT_APPROVED,
                    "name": "Worker_PercentAssignmentsApproved",
                    "comparator": "GreaterThanOrEqualTo",
                    "guards": "Accept",
                    "state": "unmet",
                    "reason": "too_low",
                    "conflicts_with": [],
                    "admits": "98..100",
                    "observed": "97",
                    "basis": "stated",
                    "learned_at": None,
                    "remedy": {
                        "do": "raise",
                        "type": PERCENT_APPROVED,
                        "value": "98..100",
                        "by": "worker",
                        "words": "raise PercentAssignmentsApproved from 97 to 98 or more",
                    },
                },
                {
                    "index": 1,
                    "qualification_type_id": LOCALE,
                    "name": "Worker_Locale",
                    "comparator": "EqualTo",
                    "guards": "PreviewAndAccept",
                    "state": "met",
                    "reason": None,
                    "conflicts_with": [],
                    "admits": "US",
                    "observed": "US-WA",
                    "basis": "stated",
                    "learned_at": None,
                    "remedy": None,
                },
            ],
            "availability": {"available": None, "obstacles": []},
            "assuming": {},
        "learned_at": None,
        "evidence": [],
        }
    )


@given(requirement_lists(), workers())
def test_to_dict_is_always_json_and_says_what_the_decision_says(listed: Requirements, profile: WorkerProfile) -> None:
    """Whatever the decision, its dict is JSON's values, and agrees with it."""
    decision = compile_requirements(listed).decide(profile)
    written = decision.to_dict()

    assert json.loads(json.dumps(written)) == written
    assert (written["access"], written["possible"]) == (str(decision.access), str(decision.possible))
    assert [each["state"] for each in written["requirements"]] == [each.state for each in decision.reasons]
    assert written["actions"] == {action: decision.outcome(action) for action in Action}


@pytest.mark.parametrize(
    ("requirement", "fact", "code", "words"),
    [
        (RATE, 97, "too_low", "raise PercentAssignmentsApproved from 97 to 98 or more"),
        (RATE, "90..95", "too_low", "raise PercentAssignmentsApproved from 90..95 to 98 or more"),
        (RATE, "unknown", "nothing_known", "learn whether PercentAssignmentsApproved is 98 or more"),
        (RATE, "95..", "several_possible", "learn whether PercentAssignmentsApproved is 98 or more"),
        (
            need(PERCENT_APPROVED, "LessThan", 95),
            97,
            "too_high",
            "lower PercentAssignmentsApproved from 97 to 94 or less",
        ),
        (
            need(PERCENT_APPROVED, "GreaterThan", 100),
            97,
            "never_met",
            "no change can meet it: no possible state of PercentAssignmentsApproved meets requirement 0",
        ),
        (
            need(NUMBER_HITS_APPROVED, "LessThan", 5),
            8,
            "too_high",
            "no change can meet it: NumberHITsApproved never falls, and 8 is too high already",
        ),
        (need("3ABC", "In", 2, 8), 5, "value_not_admitted", "raise 3ABC from 5 to 8"),
        (
            need(NUMBER_HITS_APPROVED, "In", 3, 8),
            4,
            "value_not_admitted",
            "raise NumberHITsApproved from 4 to 8",
        ),
        (need("3ABC", "In", 2, 8), 4, "value_not_admitted", "lower 3ABC from 4 to 2"),
        (need("3ABC", "EqualTo", 3), "lacks", "lacked", "be granted 3ABC with the value 3"),
        (need("3ABC", "In", 2, 3, 4, 5), "lacks", "lacked", "be granted 3ABC with a value in 2..5"),
        (need("3ABC", "GreaterThan", 2), "lacks", "lacked", "be granted 3ABC with a value of 3 or more"),
        (need("3ABC", "Exists"), "lacks", "lacked", "be granted 3ABC"),
        (need(MASTERS, "Exists"), "lacks", "lacked", "be granted Masters"),
        (need(MASTERS, "Exists"), "unknown", "nothing_known", "learn whether the worker holds Masters"),
        (need("3BLOCK", "DoesNotExist"), "0", "held", "lose 3BLOCK"),
        (need("3BLOCK", "DoesNotExist"), "holds", "held", "lose 3BLOCK"),
        (need("3BLOCK", "DoesNotExist"), "unknown", "nothing_known", "learn whether the worker holds 3BLOCK"),
        (need("3ABC", "GreaterThan", 2), "holds", "value_unknown", "learn whether 3ABC is 3 or more"),
        (need("3ABC", "EqualTo", 5), integers(3) | LACKED, "too_low", "change 3ABC from 3, lacks to 5"),
        (need("3ABC", "EqualTo", 4), "1,8", "value_not_admitted", "change 3ABC from 1, 8 to 4"),
        (need("3ABC", "EqualTo", 2), "5,8", "too_high", "lower 3ABC from 5, 8 to 2"),
        (need("3ABC", "EqualTo", 9), "5,8", "too_low", "raise 3ABC from 5, 8 to 9"),
        (need("3ABC", "GreaterThan", 7), "..5", "too_low", "raise 3ABC from ..5 to 8 or more"),
        (need("3ABC", "LessThan", 3), "5..", "too_high", "lower 3ABC from 5.. to 2 or less"),
        (need("3ABC", "In", 2, 8), "holds", "value_unknown", "learn whether 3ABC is 2, 8"),
        (
            need("3ABC", "GreaterThan", 2),
            "unknown",
            "nothing_known",
            "learn whether the worker holds 3ABC with a value of 3 or more",
        ),
        (need(LOCALE, "EqualTo", "US"), "CA", "locale_not_admitted", "be located in US"),
        (need(LOCALE, "NotEqualTo", "US"), "US-WA", "locale_not_admitted", "be located anywhere but US"),
        (need(LOCALE, "In", "US-WA", "CA"), "US-NY", "locale_not_admitted", "be located in CA or US-WA"),
        (need(LOCALE, "EqualTo", "US"), "unknown", "nothing_known", "learn the worker's locale"),
        (need(LOCALE, "EqualTo", "US-WA"), "US", "subdivision_unknown", "learn the worker's subdivision"),
        (need(LOCALE, "NotEqualTo", "US-WA"), "US", "subdivision_unknown", "learn the worker's subdivision"),
        (need(LOCALE, "EqualTo", "US"), "US,CA", "several_possible", "learn the worker's country"),
        (need(LOCALE, "EqualTo", "US-WA"), "US,CA", "several_possible", "learn the worker's locale"),
        (need(ADULT, "EqualTo", 1), 0, "too_low", "raise Adult from 0 to 1"),
        (need(ADULT, "EqualTo", 1), "unknown", "nothing_known", "learn whether Adult is 1"),
    ],
)
def test_a_requirement_that_is_not_met_says_why_and_what_would_help(
    requirement: QualificationRequirement, fact: PlainFact, code: str, words: str
) -> None:
    """Each reason has a stable code and a remedy in words."""
    reason = only_reason(requirement, fact)

    assert reason.code == code
    assert str(reason.remedy) == words


@pytest.mark.parametrize(
    ("requirement", "fact"),
    [
        (need(LOCALE, "EqualTo", "US"), "US-ZZ"),
        (need(LOCALE, "NotIn", "US-WA", "US-CA"), "US-ZZ"),
        (need(LOCALE, "NotEqualTo", "US-CA"), "US-NY"),
        (need(LOCALE, "NotEqualTo", "US-CA"), "IN"),
        (need("3ABC", "EqualTo", 0), 0),
        (need("3ABC", "Exists"), 0),
        (need("3ABC", "NotIn", 1, 2), -1),
        (need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 0), "unknown"),
        (need(LOCALE, "Exists"), "unknown"),
        (need("3ABC", "NotEqualTo", 2), "3..8"),
    ],
)
def test_a_requirement_that_is_met_needs_no_remedy(requirement: QualificationRequirement, fact: PlainFact) -> None:
    """Met for certain: no code and no remedy; some requirements are met whatever is known."""
    reason = only_reason(requirement, fact)

    assert reason.state is State.MET
    assert reason.code is None
    assert reason.remedy is None
    assert repr(reason).endswith("met>")


@pytest.mark.parametrize("comparator", [each for each in Comparator if each is not Comparator.DOES_NOT_EXIST])
def test_lacking_meets_does_not_exist_alone(comparator: Comparator) -> None:
    """A worker who lacks a type meets DoesNotExist and no other comparator, not even NotEqualTo, NotIn or LessThan."""
    values = [1] if comparator.takes_values else []

    assert only_reason(need("3ABC", comparator, *values), "lacks").code is ReasonCode.LACKED
    assert only_reason(need("3ABC", "DoesNotExist"), "lacks").state is State.MET


def test_an_unknown_rate_that_two_requirements_leave_no_value_is_a_certain_denial() -> None:
    """Above 98 and below 95: each could be met alone, together they cannot, and each names the other."""
    listed = [need("3ABC", "Exists"), need(PERCENT_APPROVED, "GreaterThan", 98), need(PERCENT_APPROVED, "LessThan", 95)]
    decision = decided(*listed, **{"3ABC": 1})

    assert decision.outcome() is Outcome.DENIED
    assert [(each.index, each.code, each.conflicts_with) for each in decision.unmet] == [
        (1, ReasonCode.CONFLICT, (2,)),
        (2, ReasonCode.CONFLICT, (1,)),
    ]
    assert {str(each.remedy) for each in decision.unmet} == {
        "no change can meet it: the requirements 1 and 2 on PercentAssignmentsApproved contradict each other"
    }
    assert decision.to_dict()["requirements"][1]["remedy"] == {
        "do": "none",
        "type": PERCENT_APPROVED,
        "value": None,
        "by": None,
        "words": str(decision.unmet[0].remedy),
    }


def test_a_remedy_that_several_requirements_share_is_said_once() -> None:
    """Two requirements that one change would meet are one thing to do."""
    policy = compile_requirements([RATE, need(PERCENT_APPROVED, "GreaterThan", 90)])

    with pytest.raises(Denied, match=r"^A1 may not accept: raise PercentAssignmentsApproved from 80 to 98 or more$"):
        policy.require(worker("A1", {PERCENT_APPROVED: 80}))


def test_a_conflict_is_at_the_level_that_is_guarded() -> None:
    """The looser of two requirements that exclude each other can still be met: only the tighter one is a conflict."""
    decision = decided(
        need("3ABC", "GreaterThan", 5, actions_guarded=DISCOVER), need("3ABC", "LessThan", 5), **{"3ABC": "3,8"}
    )

    assert (decision.access, decision.possible) == (Access.NONE, Access.PREVIEW)
    assert [(each.index, each.state, each.conflicts_with) for each in decision.reasons] == [
        (0, State.UNKNOWN, ()),
        (1, State.UNMET, (0,)),
    ]
    assert [each.remedy and each.remedy.do for each in decision.reasons] == [RemedyAction.LEARN, RemedyAction.NONE]


def test_a_conflict_of_values_that_a_change_would_resolve() -> None:
    """Where the fact alone misses the intersection, the remedy is a change into it."""
    decision = decided(need("3ABC", "GreaterThan", 2), need("3ABC", "LessThan", 6), **{"3ABC": "1,8"})

    assert [each.code for each in decision.unmet] == [ReasonCode.CONFLICT] * 2
    assert {str(each.remedy) for each in decision.unmet} == {"change 3ABC from 1, 8 to 3..5"}


def test_a_remedy_aims_at_all_requirements_on_the_type() -> None:
    """Raising a value to meet one requirement never breaks another one."""
    decision = decided(need("3ABC", "GreaterThan", 2), need("3ABC", "NotIn", 3, 4), **{"3ABC": 1})

    assert str(decision.unmet[0].remedy) == "raise 3ABC from 1 to 5 or more"


def test_a_reason_aims_where_its_remedy_does() -> None:
    """`target` is what all requirements on the type leave; it is the whole of what a change may end in."""
    (first, second) = decided(need("3ABC", "GreaterThan", 2), need("3ABC", "NotIn", 3, 4), **{"3ABC": 1}).reasons

    assert first.target == second.target == ValueSet(IntegerSet.at_least(5))
    assert first.remedy is not None
    assert first.remedy.value == first.target


@pytest.mark.parametrize(
    ("requirement", "fact", "do", "value", "by"),
    [
        (RATE, 97, "raise", "98..", "worker"),
        (RATE, "unknown", "learn", "98..", "worker"),
        (need(PERCENT_APPROVED, "LessThan", 95), 97, "lower", "..94", "worker"),
        (need("3ABC", "In", 2, 8), 5, "raise", "8", "requester"),
        (need("3ABC", "In", 2, 8), "1,3", "change", "2,8", "requester"),
        (need("3ABC", "EqualTo", 3), "lacks", "grant", "3", "requester"),
        (need("3ABC", "EqualTo", 3), "unknown", "learn", "3", "requester"),
        (need("3BLOCK", "DoesNotExist"), "holds", "revoke", "lacks", "requester"),
        (need("3BLOCK", "DoesNotExist"), "unknown", "learn", "lacks", "requester"),
        (need(MASTERS, "Exists"), "lacks", "grant", "holds", "Mechanical Turk"),
        (need(MASTERS, "Exists"), "unknown", "learn", "holds", "worker"),
        (need(LOCALE, "EqualTo", "US"), "CA", "relocate", "US", "worker"),
        (need(LOCALE, "EqualTo", "US"), "unknown", "learn", "US", "worker"),
    ],
)
def test_a_remedy_says_what_to_do_to_what_and_who_could(
    requirement: QualificationRequirement, fact: PlainFact, do: str, value: str, by: str
) -> None:
    """A change is the owner's of a type; where something is to be learned, the worker knows what only they own."""
    remedy = only_reason(requirement, fact).remedy
    type_id = requirement.qualification_type_id

    assert remedy is not None
    assert (remedy.do, remedy.type_id, remedy.by) == (RemedyAction(do), type_id, by)
    assert remedy.value == read_fact(type_id, value).states


def test_what_is_unknown_may_need_a_change_all_the_same() -> None:
    """Whether 3 or 5 is not known, but for the tighter action it must be 5, which neither of the two possible is."""
    looser, _ = decided(
        need("3ABC", "In", 3, 5, actions_guarded=DISCOVER), need("3ABC", "EqualTo", 5), **{"3ABC": "3,8"}
    ).reasons

    assert looser.state is State.UNKNOWN
    assert str(looser.remedy) == "change 3ABC from 3, 8 to 5"


def test_every_requirement_is_met_or_unmet_or_unknown() -> None:
    """The three lists part the reasons; each is called by its type's name."""
    listed = [RATE, need("3ABC", "Exists"), need(LOCALE, "EqualTo", "US")]
    decision = compile_requirements(listed).decide(worker("A1", {PERCENT_APPROVED: 98, LOCALE: "CA"}))

    assert [each.index for each in decision.met] == [0]
    assert [each.index for each in decision.unmet] == [2]
    assert [each.index for each in decision.unknown] == [1]
    assert [each.name for each in decision.reasons] == ["Worker_PercentAssignmentsApproved", "3ABC", "Worker_Locale"]


def test_predicates_are_in_the_order_of_the_hit() -> None:
    """Types are judged together, and requirements on them told in the order in which they were written."""
    listed = [need("3ABC", "Exists"), RATE, need("3ABC", "LessThan", 5)]

    assert [each.requirement for each in compile_requirements(listed).predicates] == listed


def test_contradictions_name_the_type_and_the_requirements() -> None:
    """One phrase a type that no state is left of; none where somebody can."""
    names = TypeNames({"study_1_done": "3ABC"})
    listed = [
        need("3ABC", "EqualTo", 1),
        RATE,
        need("3ABC", "GreaterThan", 5, actions_guarded=PREVIEW),
        need("3ABC", "NotEqualTo", 2),
        need(PERCENT_APPROVED, "GreaterThan", 100),
    ]
    policy = compile_requirements(listed, names=names)

    assert policy.contradictions(Action.ACCEPT) == (
        "the requirements 0 and 2 on study_1_done contradict each other",
        "no possible state of PercentAssignmentsApproved meets requirement 4",
    )
    assert policy.contradictions(Action.PREVIEW) == ()


def test_own_names_are_what_answers_show() -> None:
    """A type that has a name is called by it, in words and in the dict."""
    policy = compile_requirements([need("3ABC", "Exists")], names=TypeNames({"study_1_done": "3ABC"}))
    decision = policy.decide(worker("A1", {"3ABC": "lacks"}))

    assert str(decision.unmet[0].remedy) == "be granted study_1_done"
    assert decision.to_dict()["requirements"][0]["name"] == "study_1_done"


@pytest.mark.parametrize(
    ("requirement", "fact", "rules"),
    [
        (need("3ABC", "EqualTo", 1), "lacks", ["lacking-fails-equal-to"]),
        (need("3ABC", "EqualTo", 1), "unknown", ["lacking-fails-equal-to"]),
        (need("3ABC", "EqualTo", 1), "holds", []),
        (need("3ABC", "NotIn", 1), "lacks", ["lacking-fails-not-in"]),
        (need("3ABC", "NotIn", 1), 2, []),
        (need("3ABC", "NotEqualTo", 1), "lacks", []),
        (need("3ABC", "In", 1), "lacks", []),
        (need(MASTERS, "DoesNotExist"), "lacks", ["masters-does-not-exist"]),
        (need(MASTERS, "Exists"), "lacks", []),
        (need("3ABC", "DoesNotExist"), "lacks", []),
        (need(LOCALE, "In", "US-WA", "CA"), "US", ["mixed-locales"]),
        (need(LOCALE, "In", "US", "CA"), "US", []),
        (
            need("3ABC", "Exists", actions_guarded=ACCEPT, required_to_preview=True),
            1,
            ["guard-precedence"],
        ),
        (need("3ABC", "Exists", actions_guarded=ACCEPT, required_to_preview=False), 1, []),
        (need("3ABC", "Exists", actions_guarded=PREVIEW, required_to_preview=True), 1, []),
        (need("3ABC", "Exists"), Fact(LACKED, is_revoked=True), ["revoked-is-lacking"]),
    ],
)
def test_a_decision_names_the_rules_of_lesser_evidence(
    requirement: QualificationRequirement, fact: PlainFact, rules: list[str]
) -> None:
    """Where an answer rests on what is inferred or only done by other tools, it says so; else it is silent."""
    profile = worker("A1", {requirement.qualification_type_id: fact})
    decision = compile_requirements([requirement, requirement]).decide(profile)

    assert [rule.code for rule in decision.rules] == rules
    assert decision.to_dict()["evidence"] == [
        {"code": code, "grade": RULES[code].grade, "statement": RULES[code].statement} for code in rules
    ]
    assert {rule.grade for rule in RULES.values()} == {"C", "I"}


OPEN = HIT(hit_id="3XYZ", status="Assignable", expires_at=NOW + timedelta(days=1), assignments_available=2)


@pytest.mark.parametrize(
    ("hit", "blocked", "is_available", "codes"),
    [
        (OPEN, None, True, []),
        (OPEN, False, True, []),
        (OPEN, True, False, ["worker_blocked"]),
        (OPEN.replace(expires_at=NOW), None, False, ["expired"]),
        (OPEN.replace(expires_at=NOW + timedelta(microseconds=1)), None, True, []),
        (OPEN.replace(status="Disposed"), None, False, ["disposed"]),
        (OPEN.replace(status="Unassignable"), None, False, ["unassignable"]),
        (OPEN.replace(status="Reviewable"), None, False, ["unassignable"]),
        (OPEN.replace(assignments_available=0), None, False, ["out_of_assignments"]),
        (OPEN.replace(assignments_available=None), None, True, []),
        (OPEN.replace(status=None), None, None, []),
        (OPEN.replace(expires_at=None), None, None, []),
        (HIT(), None, None, []),
        (HIT(), True, False, ["worker_blocked"]),
        (
            OPEN.replace(status="Unassignable", assignments_available=0, expires_at=NOW - timedelta(days=1)),
            True,
            False,
            ["worker_blocked", "expired", "unassignable", "out_of_assignments"],
        ),
    ],
)
def test_availability_is_reported_beside_the_decision(
    hit: HIT, blocked: bool | None, is_available: bool | None, codes: list[str]
) -> None:
    """What stands in the way is listed, whole, and changes nothing of what is permitted."""
    profile = worker("A1", {PERCENT_APPROVED: 99}, blocked=blocked)
    decision = compile_hit(hit.replace(requirements=[RATE])).decide(profile, now=NOW)

    assert decision.availability.is_available is is_available
    assert [each.code for each in decision.availability.obstacles] == [ObstacleCode(code) for code in codes]
    assert all(each.words for each in decision.availability.obstacles)
    assert decision.access is decision.possible is Access.ACCEPT


def test_an_obstacle_is_told_in_code_and_in_words() -> None:
    """The dict has each obstacle whole."""
    hit = OPEN.replace(status="Reviewing", assignments_available=0, expires_at=NOW)
    decision = compile_hit(hit).decide(worker("A1", blocked=True), now=NOW)
    deleted = compile_hit(OPEN.replace(status="Disposed")).decide(worker("A1"), now=NOW)

    assert decision.to_dict()["availability"] == {
        "available": False,
        "obstacles": [
            {"code": "worker_blocked", "words": "the requester blocked the worker"},
            {"code": "expired", "words": "the HIT expired at 2026-05-01T00:00:00+00:00"},
            {"code": "unassignable", "words": "the HIT cannot be assigned (status Reviewing)"},
            {"code": "out_of_assignments", "words": "no assignment of the HIT is left"},
        ],
    }
    assert [each.words for each in deleted.availability.obstacles] == ["the HIT was deleted (status Disposed)"]


def test_a_policy_that_serves_several_hits_reports_on_the_one_it_is_given() -> None:
    """`decide(hit=...)` speaks of that HIT; without it of the policy's own, or of none."""
    policy = compile_requirements([RATE])

    assert policy.decide(worker("A1")).to_dict()["hit_id"] is None
    assert policy.decide(worker("A1"), hit=OPEN).to_dict()["hit_id"] == "3XYZ"
    assert compile_hit(OPEN).decide(worker("A1")).to_dict()["hit_id"] == "3XYZ"


def test_the_clock_is_asked_where_no_time_is_given() -> None:
    """A HIT that expired long ago is expired now."""
    decision = compile_hit(OPEN.replace(expires_at=datetime(2001, 1, 1, tzinfo=UTC))).decide(worker("A1"))

    assert [each.code for each in decision.availability.obstacles] == [ObstacleCode.EXPIRED]


def test_texts_of_decisions_and_policies() -> None:
    """Policies and decisions show themselves level by level."""
    policy = compile_requirements([need(LOCALE, "In", "US", "CA", actions_guarded=DISCOVER), RATE])

    assert repr(policy) == (
        "<AccessPolicy discover: Worker_Locale in CA, US | "
        "accept: Worker_Locale in CA, US; Worker_PercentAssignmentsApproved 98..100>"
    )
    assert repr(compile_requirements([])) == "<AccessPolicy everybody>"
    assert repr(only_reason(RATE, 97)) == "<Reason 0: Worker_PercentAssignmentsApproved unmet (too_low)>"
    assert repr(only_reason(RATE, 98)) == "<Reason 0: Worker_PercentAssignmentsApproved met>"
    assert repr(compile_requirements([need(PERCENT_APPROVED, "GreaterThan", 100)])) == "<AccessPolicy accept: nobody>"
    assert repr(policy.decide(worker("A1", {LOCALE: "US"}))) == "<Decision A1: preview, possibly accept>"
    assert repr(policy.decide(worker(None, {LOCALE: "FR"}))) == "<Decision unnamed: none>"


@pytest.mark.parametrize(
    ("requirement", "phrase"),
    [
        (RATE, "have PercentAssignmentsApproved of 98 or more"),
        (need(PERCENT_APPROVED, "GreaterThan", 0), "have PercentAssignmentsApproved of 1 or more"),
        (need(PERCENT_APPROVED, "NotIn", 3, 5), "have PercentAssignmentsApproved with any value but 3, 5"),
        (need(ADULT, "EqualTo", 1), "have Adult of 1"),
        (need("3ABC", "NotEqualTo", 3), "hold 3ABC with any value but 3"),
        (need("3ABC", "In", 2, 3), "hold 3ABC of 2..3"),
        (need("3ABC", "Exists"), "hold 3ABC"),
        (need("3ABC", "DoesNotExist"), "not hold 3ABC"),
        (need(LOCALE, "EqualTo", "US"), "be in US"),
        (need(LOCALE, "NotEqualTo", "US"), "be anywhere but US"),
    ],
)
def test_a_policy_describes_what_a_worker_must_be(requirement: QualificationRequirement, phrase: str) -> None:
    """One phrase a type, as the end of a sentence."""
    assert compile_requirements([requirement]).describe(Action.ACCEPT) == (phrase,)


def test_a_policy_without_demands_describes_none_and_an_impossible_one_nobody() -> None:
    """Nothing is asked for a preview that no requirement guards; where nobody can, there is no description."""
    policy = compile_requirements([need(PERCENT_APPROVED, "GreaterThan", 100)])

    assert policy.describe(Action.PREVIEW) == ()
    assert policy.describe(Action.ACCEPT) is None


@given(requirement_lists(), workers(), st.sampled_from(Action))
def test_require_raises_exactly_what_the_outcome_is(
    listed: Requirements, profile: WorkerProfile, action: Action
) -> None:
    """Denied for a denial, Undetermined for what is not known, nothing for what is permitted; always with a reason."""
    policy = compile_requirements(listed)
    outcome = policy.decide(profile).outcome(action)
    try:
        raised = policy.require(profile, action).outcome(action)
        words = ["none needed"]
    except NotPermitted as error:
        raised = {Denied: Outcome.DENIED, Undetermined: Outcome.UNKNOWN}[type(error)]
        words = str(error).partition(": ")[2].split("; ")

    assert raised is outcome
    assert all(words)
