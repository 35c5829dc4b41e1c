"""Proofs about a HIT: what is proved holds of every worker of small universes, what is refuted comes with one."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from qualeval.analysis.prove import Claim, Proof, Verdict, prove
from qualeval.errors import AmbiguousTruth, InvalidInput, QualevalError, WrongType
from qualeval.model.actions import Action, ActionsGuarded
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import LOCALE, NUMBER_HITS_APPROVED, PERCENT_APPROVED, TypeNames
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.model.workers import WorkerProfile, worker
from qualeval.policy.compiler import compile_requirements
from qualeval.policy.decision import Outcome
from qualeval.values.locale import Locale
from tests.brute import (
    Crowd,
    Requirements,
    Universe,
    cases,
    every_universe,
    is_definite_example,
    judged,
    pairs,
    some_facts,
)
from tests.strategies import requirement_lists

ACCEPT, PREVIEW, DISCOVER = ActionsGuarded
PROVED, REFUTED, UNKNOWN = Verdict


def need(type_id: str, comparator: str, *values: int | str, **fields: Any) -> QualificationRequirement:
    """A requirement, its values in short: integers, or locales as text."""
    locales = [Locale.parse(value) for value in values if isinstance(value, str)]
    integers = [value for value in values if not isinstance(value, str)]
    return QualificationRequirement(type_id, Comparator(comparator), integers, locales, **fields)


def guarding_everything(requirement: QualificationRequirement) -> QualificationRequirement:
    """The requirement, to discover already."""
    return evolve(requirement, actions_guarded=DISCOVER, required_to_preview=None)


# Laws, over every worker there can be.


def check_only(universe: Universe, listed: Requirements, wanted: Requirements, action: Action) -> None:
    """`only` is proved of a requirement exactly if all who may do it meet it, whatever it guards; else one is shown."""
    policy = compile_requirements(listed)
    proofs = prove(policy, action, only=wanted)
    may = universe.may(listed, action)

    assert [(each.claim, each.action, each.index) for each in proofs] == [
        (Claim.ONLY, action, index) for index in range(len(wanted))
    ]
    for proof, requirement in zip(proofs, wanted, strict=True):
        holds = may & ~universe.meeting(requirement) == 0
        assert proof.requirement is requirement
        assert proof.verdict is (PROVED if holds else REFUTED)
        assert (proof.counterexample is None) == (proof.decision is None) == holds
        if proof.counterexample is not None:
            check_refutation(proof, listed, guarding_everything(requirement))
    house = compile_requirements(map(guarding_everything, wanted))
    assert policy.implies(house, action) == all(each.verdict is PROVED for each in proofs)


def check_refutation(proof: Proof, listed: Requirements, requirement: QualificationRequirement) -> None:
    """The worker who is shown may do it and does not meet the requirement, say the engine and the reference."""
    assert proof.counterexample is not None
    assert proof.decision is not None
    policy, alone = compile_requirements(listed), compile_requirements([requirement])
    may, meets = judged(proof.counterexample, policy, listed), judged(proof.counterexample, alone, [requirement])

    assert is_definite_example(proof.counterexample)
    assert min(certain for certain, _ in may) >= proof.action.level
    assert meets == {(0, 0)}
    assert proof.decision.worker is proof.counterexample
    assert proof.decision.outcome(proof.action) is Outcome.PERMITTED


def check_workers(universe: Universe, listed: Requirements, facts: list[dict[str, str]], action: Action) -> None:
    """A worker is admitted if all she could be may do it, excluded if none may, and else it is not known."""
    policy, workers = compile_requirements(listed), [worker(f"A{index}", each) for index, each in enumerate(facts)]
    proofs = prove(policy, action, admits=workers, excludes=workers)
    crowds = [universe.consistent(each) for each in facts]
    may = universe.may(listed, action)

    assert [each.verdict for each in proofs] == [
        *(verdict(crowd, may) for crowd in crowds),
        *(verdict(crowd, universe.everybody & ~may) for crowd in crowds),
    ]
    claims = [(claim, index) for claim in (Claim.ADMITS, Claim.EXCLUDES) for index in range(len(workers))]
    for proof, (claim, index) in zip(proofs, claims, strict=True):
        assert (proof.claim, proof.index, proof.action, proof.requirement) == (claim, index, action, None)
        assert proof.counterexample is (workers[index] if proof.verdict is REFUTED else None)
        assert proof.decision is not None
        assert proof.decision.worker is workers[index]


def verdict(crowd: Crowd, claimed: Crowd) -> Verdict:
    """What becomes of the claim that all of a crowd are among others."""
    return PROVED if crowd & ~claimed == 0 else UNKNOWN if crowd & claimed else REFUTED


def check_claims(universe: Universe, seed: int, count: int) -> None:
    """All three claims, about random lists, for a random action each."""
    random = Random(seed)
    for listed, wanted in pairs(universe, seed, count):
        action = random.choice(list(Action))
        if wanted:
            check_only(universe, listed, wanted, action)
        check_workers(universe, listed, [some_facts(random, universe.types) for _ in range(2)], action)


@every_universe
@cases(1_200)
def test_a_claim_is_proved_exactly_if_it_holds_of_every_worker(universe: Universe, seed: int, count: int) -> None:
    """`only`, `admits` and `excludes` say of everybody, or of all whom a worker could be, what trying each finds."""
    check_claims(universe, seed, count)


@given(requirement_lists(), requirement_lists().filter(bool))
def test_only_holds_of_what_is_asked_and_more(listed: Requirements, added: Requirements) -> None:
    """Everybody who may accept meets each requirement of the HIT; with more requirements, those too."""
    asked = [*listed, *added]

    assert {each.verdict for each in prove(HIT(asked), only=asked)} == {PROVED}
    assert all((each.verdict is PROVED) == (each.counterexample is None) for each in prove(HIT(listed), only=added))


# By example.


IN_US = need(LOCALE, "EqualTo", "US", actions_guarded=DISCOVER)
RATE = need(PERCENT_APPROVED, "GreaterThanOrEqualTo", 98)
ADULTS = need("3ADULT", "Exists")
SOUND = HIT([IN_US, RATE])


def test_house_rules_are_proved_one_by_one() -> None:
    """What follows from the HIT is proved, what does not is refuted with a worker who may accept without it."""
    proofs = prove(SOUND, only=[need(PERCENT_APPROVED, "GreaterThan", 90), need(LOCALE, "In", "US", "CA"), ADULTS])

    assert [each.verdict for each in proofs] == [PROVED, PROVED, REFUTED]
    assert proofs[2].counterexample is not None
    assert proofs[2].counterexample.to_dict()["Facts"] == {
        "Worker_Locale": "US-CA",
        "Worker_PercentAssignmentsApproved": 98,
        "3ADULT": "lacks",
    }


@pytest.mark.parametrize("guard", [None, *ActionsGuarded])
def test_what_the_wanted_requirements_guard_is_disregarded(guard: ActionsGuarded | None) -> None:
    """The question is who may do it, not where the rule is written."""
    wanted = [evolve(IN_US, actions_guarded=guard), evolve(RATE, actions_guarded=guard)]
    verdicts = {action: [each.verdict for each in prove(SOUND, action, only=wanted)] for action in Action}

    assert verdicts[Action.DISCOVER] == verdicts[Action.PREVIEW] == [PROVED, REFUTED]
    assert verdicts[Action.ACCEPT] == [PROVED, PROVED]


def test_a_hit_stands_for_its_requirements() -> None:
    """One HIT may be the rule for another."""
    assert [each.verdict for each in prove(SOUND, only=HIT([RATE]))] == [PROVED]
    assert [each.requirement for each in prove(SOUND, only=HIT([RATE, IN_US]))] == [RATE, IN_US]


def test_of_nobody_everything_is_true() -> None:
    """Where nobody may accept, every `only` is proved and everybody is excluded, whatever is known of them."""
    nobody = HIT([ADULTS, need("3ADULT", "DoesNotExist")])

    assert [each.verdict for each in prove(nobody, only=[RATE])] == [PROVED]
    assert [each.verdict for each in prove(nobody, excludes=[WorkerProfile()])] == [PROVED]
    assert [each.verdict for each in prove(nobody, admits=[WorkerProfile()])] == [REFUTED]


def test_a_worker_of_whom_too_little_is_known_is_unknown() -> None:
    """Neither admitted nor excluded: the decision says what is to be learned."""
    somebody = worker("A1", {LOCALE: "US"})
    proofs = prove(SOUND, admits=[somebody], excludes=[somebody])

    assert [each.verdict for each in proofs] == [UNKNOWN, UNKNOWN]
    assert [each.counterexample for each in proofs] == [None, None]
    assert proofs[0].decision is not None
    assert [str(each.remedy) for each in proofs[0].decision.unknown] == [
        "learn whether PercentAssignmentsApproved is 98 or more"
    ]


def test_claims_come_in_the_order_only_admits_excludes() -> None:
    """Each with its place in what was given, for the action that was asked; an action that is not named is accept."""
    good, bad = worker("A1", {LOCALE: "US", PERCENT_APPROVED: 99}), worker("A2", {LOCALE: "CA", PERCENT_APPROVED: 99})
    proofs = prove(SOUND, excludes=[bad, good], admits=[good], only=[RATE])

    assert [(str(each.claim), each.index, str(each.verdict)) for each in proofs] == [
        ("only", 0, "proved"),
        ("admits", 0, "proved"),
        ("excludes", 0, "proved"),
        ("excludes", 1, "refuted"),
    ]
    assert {each.action for each in proofs} == {Action.ACCEPT}
    assert proofs[3].counterexample is good


def test_anything_that_can_be_iterated_is_read_once() -> None:
    """Generators will do for requirements and for workers."""
    proofs = prove(SOUND, only=(each for each in [RATE]), admits=iter([worker("A1", {LOCALE: "CA"})]))

    assert [each.verdict for each in proofs] == [PROVED, REFUTED]


def test_to_dict_is_json_under_ones_own_names() -> None:
    """The stable keys, with the counterexample as a profile file has it."""
    names = TypeNames({"grown_up": "3ADULT"})
    (proof,) = prove(HIT([RATE]), only=[ADULTS], names=names)
    written = proof.to_dict(names)

    assert json.loads(json.dumps(written)) == written
    assert written.pop("decision")["worker_id"] == "A1EXAMPLEWORKER"
    assert written == {
        "claim": "only",
        "action": "accept",
        "index": 0,
        "requirement": "grown_up Exists",
        "worker_id": None,
        "verdict": "refuted",
        "counterexample": {
            "WorkerId": "A1EXAMPLEWORKER",
            "Complete": True,
            "Facts": {"Worker_PercentAssignmentsApproved": 98, "grown_up": "lacks"},
        },
    }
    assert prove(SOUND, only=[RATE])[0].to_dict()["decision"] is None


def test_a_claim_about_a_worker_names_the_worker() -> None:
    """The dict has the worker's id and the decision, and no requirement; nobody refutes what is not known."""
    (proof,) = prove(SOUND, admits=[worker("A1", {LOCALE: "US"})])
    written = proof.to_dict()

    assert proof.worker_id == "A1"
    assert written.pop("decision")["worker_id"] == "A1"
    assert written == {
        "claim": "admits",
        "action": "accept",
        "index": 0,
        "requirement": None,
        "worker_id": "A1",
        "verdict": "unknown",
        "counterexample": None,
    }


def test_proofs_are_equal_by_what_is_decided() -> None:
    """The same claim of an equal policy is the same proof; of another worker, or of none, it is not."""
    one, again = prove(SOUND, admits=[worker("A1")]), prove(SOUND, admits=[worker("A1")])

    assert one == again
    assert one != prove(SOUND, admits=[worker("A2")])
    assert one != prove(HIT(), admits=[worker("A1")])
    assert prove(SOUND, only=[RATE]) == prove(SOUND, only=[RATE])


def test_a_verdict_is_no_bool() -> None:
    """There are three answers: asking for the truth of one is an error that says what to ask."""
    (proof,) = prove(SOUND, only=[RATE])

    with pytest.raises(AmbiguousTruth) as caught:
        bool(proof.verdict)
    with pytest.raises(AmbiguousTruth) as caught_too:
        bool(proof)
    assert str(caught.value) == (
        "a verdict has three answers and is no bool; compare it: `verdict is Verdict.PROVED`"
    )
    assert str(caught_too.value) == (
        "a proof has three answers and is no bool; compare it: `proof.verdict is Verdict.PROVED`"
    )
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, QualevalError)


def test_nothing_to_prove_is_refused() -> None:
    """Of nothing everything is true, which would prove a slip."""
    with pytest.raises(InvalidInput, match=r"^nothing to prove; give only, admits or excludes$"):
        prove(SOUND)


@pytest.mark.parametrize(
    ("claim", "nothing"),
    [("only", []), ("only", HIT([])), ("admits", []), ("admits", iter(())), ("excludes", ()), ("excludes", set())],
)
def test_an_empty_list_is_refused_even_beside_another(claim: str, nothing: Any) -> None:
    """A rules file without rules, or a list of workers that came out empty, proves nothing."""
    given: dict[str, Any] = {"only": [RATE], claim: nothing}

    with pytest.raises(InvalidInput, match=f"^{claim}: expected one at least, found none; leave it out, or give one$"):
        prove(SOUND, **given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"only": [{"Comparator": "Exists"}]}, "only: expected a QualificationRequirement, got dict"),
        ({"only": RATE}, "only: expected a HIT or a list of QualificationRequirement, got QualificationRequirement"),
        ({"only": 5}, "only: expected a HIT or a list of QualificationRequirement, got int"),
        ({"only": "3ADULT"}, "only: expected a HIT or a list of QualificationRequirement, got str"),
        ({"only": {"Comparator": "Exists"}}, "only: expected a HIT or a list of QualificationRequirement, got dict"),
        ({"admits": WorkerProfile("A1")}, "admits: expected a list of WorkerProfile, got WorkerProfile"),
        ({"excludes": WorkerProfile("A1")}, "excludes: expected a list of WorkerProfile, got WorkerProfile"),
        ({"admits": ["A1"]}, "expected a WorkerProfile, got str"),
        ({"excludes": [{"WorkerId": "A1"}]}, "expected a WorkerProfile, got dict"),
        ({"admits": "A1"}, "admits: expected a list of WorkerProfile, got str"),
    ],
)
@pytest.mark.parametrize("listed", [[], [RATE]])
def test_what_is_of_another_type_is_refused(listed: Requirements, given: Any, message: str) -> None:
    """One worker in place of a list, dicts in place of values: each is named, by an error that is ours."""
    with pytest.raises(WrongType) as caught:
        prove(HIT(listed), **given)

    found, _, mend = str(caught.value).partition("; ")
    assert found == message
    assert mend in {
        "qualeval.parse_hit reads dicts",
        "qualeval.load_workers reads a file",
        "qualeval.parse_worker makes one of a dict",
    }


def test_what_is_no_hit_is_refused() -> None:
    """The subject of a proof is a HIT or a policy; the action is one of three."""
    anything: Any = [RATE]

    with pytest.raises(WrongType) as caught:
        prove(anything, only=[RATE])
    assert str(caught.value) == "expected a HIT or an AccessPolicy, got list; qualeval.parse_hit reads dicts"
    with pytest.raises(InvalidInput, match="did you mean `accept`"):
        prove(SOUND, Action("acept"), only=[RATE])


def test_a_policy_may_be_given_for_a_hit() -> None:
    """A policy is asked as it is; counterexamples speak of its types."""
    policy = compile_requirements([RATE, need(NUMBER_HITS_APPROVED, "GreaterThan", 100)])

    assert [each.verdict for each in prove(policy, only=[RATE])] == [PROVED]
