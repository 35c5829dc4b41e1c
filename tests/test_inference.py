"""What follows from accepted work, against simulated workers whose states change while they work.

The reference decides who could accept what. A fact that does not contain the state in which a worker really was at the
fact's time would be a lie.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.analysis.inference import joined
from qualeval.model.qualification_types import (
    LOCALE,
    MASTERS,
    NUMBER_HITS_APPROVED,
    PERCENT_APPROVED,
    qualification_type,
)
from tests import reference
from tests.brute import PLACES, POOLS, holds_state
from tests.strategies import requirement_lists, wire

START = datetime(2026, 1, 1, tzinfo=UTC)
STUDIED = (LOCALE, PERCENT_APPROVED, NUMBER_HITS_APPROVED, MASTERS, "3ABC")
States = Mapping[str, reference.State]


def day(number: int) -> datetime:
    return START + timedelta(days=number)


@frozen
class Moment:
    """A HIT that was offered to the worker, and in which states she was then."""

    at: datetime
    hit: qe.HIT
    states: States

    @property
    def is_accepted(self) -> bool:
        return reference.access([wire(each) for each in self.hit.requirements], self.states) == 3


@st.composite
def states_for(draw: st.DrawFn, hit: qe.HIT, before: States) -> States:
    """States in which she is likely to meet the requirements. The number only grows."""
    found: dict[str, reference.State] = {}
    for type_id in STUDIED:
        asked = [wire(each) for each in hit.requirements if each.qualification_type_id == type_id]
        states = reference.universe(type_id, POOLS.get(type_id, ()), PLACES)
        if type_id == NUMBER_HITS_APPROVED:
            low = before.get(type_id, 0)
            states = [each for each in states if isinstance(each, int) and isinstance(low, int) and each >= low]
        fitting = [each for each in states if all(reference.meets(one, each) for one in asked)]
        found[type_id] = draw(st.sampled_from(fitting or states))
    return found


@st.composite
def lives(draw: st.DrawFn) -> list[Moment]:
    """What was offered to one worker, in time; some of it at one time."""
    life: list[Moment] = []
    states: States = {}
    at = 0
    for place in range(draw(st.integers(1, 6))):
        hit = qe.HIT(tuple(draw(requirement_lists(3, STUDIED))), hit_id=f"3HIT{place}")
        step = draw(st.sampled_from((0, 1, 1, 2))) if life else 0
        if step:
            at += step
        if step or not life:
            states = draw(states_for(hit, states))
        life.append(Moment(day(at), hit, states))
    return life


def learned(life: list[Moment], since: datetime | None = None) -> qe.Inference:
    accepted = [qe.Acceptance("A1", each.hit.hit_id or "", each.at) for each in life if each.is_accepted]
    return qe.infer([each.hit for each in life], accepted, since=since)


def said(moment: Moment, type_id: str) -> qe.ValueSet:
    """What acceptance of one HIT says of a type."""
    box = qe.compile_hit(moment.hit).boxes[qe.Action.ACCEPT]
    assert box is not None
    return box.get(type_id, qualification_type(type_id).universe)


@given(lives(), st.none() | st.integers(0, 8).map(day))
def test_facts_are_true_at_their_time(life: list[Moment], since: datetime | None) -> None:
    """Every fact contains the state in which the worker was at the time that it tells; none contradicts itself."""
    found = learned(life, since)

    assert found.contradicted == found.impossible == found.unknown_hits == {}
    for worker in found.workers:
        for type_id, fact in worker.facts.items():
            then = [each.states[type_id] for each in life if each.at == fact.learned_at]
            assert then
            assert all(holds_state(fact.states, state) for state in then)
            assert fact.basis is qe.Basis.INFERRED
            assert type_id == NUMBER_HITS_APPROVED or since is None or fact.learned_at >= since  # type: ignore[operator]


@given(lives())
def test_facts_say_no_less_than_the_newest_work(life: list[Moment]) -> None:
    """Of every type the fact says at least what the newest HIT says that asks about it; but not that one is lacked."""
    facts = {each: fact for worker in learned(life).workers for each, fact in worker.facts.items()}
    accepted = [each for each in life if each.is_accepted]

    for type_id in STUDIED:
        universe = qualification_type(type_id).universe
        speaking = [each for each in accepted if said(each, type_id) != universe]
        newest = max(speaking, key=lambda each: each.at, default=None)
        if newest is None or (type_id == "3ABC" and said(newest, type_id).lacking):
            assert type_id not in facts
        else:
            assert facts[type_id].states.is_subset(said(newest, type_id))


@given(lives(), st.integers(0, 12).map(day))
def test_the_least_number_holds_on(life: list[Moment], since: datetime) -> None:
    """Of the number that only grows the greatest lower end that was ever shown holds, however old it is."""
    facts = [each.fact(NUMBER_HITS_APPROVED) for each in learned(life, since).workers]
    shown = [said(each, NUMBER_HITS_APPROVED).held for each in life if each.is_accepted]
    least = max((each.low or 0 for each in shown if isinstance(each, qe.IntegerSet)), default=0)

    for fact in facts:
        assert isinstance(fact.states.held, qe.IntegerSet)
        assert (fact.states.held.low or 0) >= least


def hit(hit_id: str, *requirements: tuple[str, str, tuple[object, ...]]) -> qe.HIT:
    listed = []
    for type_id, comparator, values in requirements:
        key = "locale_values" if type_id == LOCALE else "integer_values"
        listed.append(qe.QualificationRequirement(type_id, qe.Comparator(comparator), **{key: values}))  # type: ignore[arg-type]
    return qe.HIT(tuple(listed), hit_id=hit_id)


GOOD = hit("3GOOD", (PERCENT_APPROVED, "GreaterThanOrEqualTo", (95,)), (LOCALE, "EqualTo", (qe.Locale("US"),)))
FAIR = hit("3FAIR", (PERCENT_APPROVED, "GreaterThanOrEqualTo", (50,)))
POOR = hit("3POOR", (PERCENT_APPROVED, "LessThan", (80,)), ("3TAG", "GreaterThan", (80,)))
FIRST = hit("3FIRST", ("3STUDY", "DoesNotExist", ()), (MASTERS, "DoesNotExist", ()))


def facts(*accepted: tuple[qe.HIT, int], since: int | None = None) -> dict[str, str]:
    """What is learned of one worker, with the day."""
    work = [qe.Acceptance("A1", each.hit_id or "", day(at)) for each, at in accepted]
    (worker,) = qe.infer([GOOD, FAIR, POOR, FIRST], work, since=None if since is None else day(since)).workers
    return {each: f"{fact} on {(fact.learned_at or START).day}" for each, fact in worker.facts.items()}


@given(lives(), st.integers(0, 6))
def test_learning_bit_by_bit(life: list[Moment], cut: int) -> None:
    """Joined facts are true at their time, in whatever order they were found; the same again changes nothing."""
    found_in = [learned(part).to_keep for part in (life[:cut], life[cut:])]
    parts = [dict(each[0].facts) if each else {} for each in found_in]
    for first, second in (parts, reversed(parts)):
        kept = dict(first)
        for type_id, fact in second.items():
            kept[type_id] = joined(type_id, kept[type_id], fact) if type_id in kept else fact
        for type_id, fact in kept.items():
            at = [each for each in life if each.at == fact.learned_at]
            assert at
            found = first.get(type_id), second.get(type_id)
            assert qualification_type(type_id).only_grows or fact in found
            assert any(holds_state(fact.states, each.states[type_id]) for each in at)
            for part in (first, second):
                if type_id in part:
                    assert joined(type_id, fact, part[type_id]) == fact


@pytest.mark.parametrize("basis", [qe.Basis.STATED, qe.Basis.LEARNED])
def test_what_was_said_stands_until_something_newer_is_inferred(basis: qe.Basis) -> None:
    """By its time; without one it stands."""
    fact = qe.worker(None, {"3ABC": 5}).fact("3ABC")
    found = evolve(fact, basis=qe.Basis.INFERRED, learned_at=day(5))
    older, newer = (evolve(fact, basis=basis, learned_at=day(at)) for at in (4, 6))

    assert joined("3ABC", older, found) == found
    assert joined("3ABC", newer, found) == newer
    assert joined("3ABC", fact, found) == fact


def test_a_weaker_statement_does_not_hide_a_stronger_one() -> None:
    """What was shown once stands, with its date, while all that is newer says less."""
    assert facts((GOOD, 0), (FAIR, 1)) == {LOCALE: "US on 1", PERCENT_APPROVED: "95..100 on 1"}
    assert facts((GOOD, 0), (FAIR, 1), since=1) == {PERCENT_APPROVED: "50..100 on 2"}
    assert facts((GOOD, 0), (FAIR, 1), (GOOD, 2)) == {LOCALE: "US on 3", PERCENT_APPROVED: "95..100 on 3"}


def test_the_newest_work_wins() -> None:
    """Where a value has changed since, the older statement is gone."""
    assert facts((GOOD, 0), (POOR, 1))[PERCENT_APPROVED] == "0..79 on 2"
    assert facts((GOOD, 0), (POOR, 1), (FAIR, 2))[PERCENT_APPROVED] == "50..100 on 3"
    assert facts((POOR, 0))["3TAG"] == "81.. on 1"


def test_that_a_type_was_lacked_is_not_learned() -> None:
    """An exclusion type is given for having taken part: that it was lacked before says nothing of now."""
    assert facts((FIRST, 0)) == {MASTERS: "lacks on 1"}


def test_what_was_known_before_a_type_was_lacked_does_not_hold_on() -> None:
    """Who held a type, and then accepted a HIT that asks to lack it, is not known to hold it; nor part by part."""
    held = hit("3HELD", ("3OWN", "NotEqualTo", (5,)))
    free = hit("3FREE", ("3OWN", "DoesNotExist", ()))
    found = qe.infer([held, free], [qe.Acceptance("A1", "3HELD", day(0)), qe.Acceptance("A1", "3FREE", day(1))])
    parts = [qe.infer([each], [qe.Acceptance("A1", each.hit_id or "", day(n))]) for n, each in enumerate((held, free))]
    first, then = (each.to_keep[0].facts["3OWN"] for each in parts)

    assert "3OWN" not in found.workers[0].facts
    assert joined("3OWN", first, then) == joined("3OWN", then, first) == found.to_keep[0].facts["3OWN"]
    assert not qe.compile_hit(hit("3ASKS", ("3OWN", "Exists", ()))).permits(found.workers[0])


def test_what_does_not_fit_is_counted() -> None:
    """Acceptances of HITs that are not given, that nobody can accept, and that contradict each other are told."""
    nobody = hit("3NOBODY", (PERCENT_APPROVED, "GreaterThan", (100,)))
    work = [qe.Acceptance("A1", each, day(0)) for each in ("3GOOD", "3POOR", "3NOBODY", "3OTHER", "3OTHER")]
    found = qe.infer([GOOD, POOR, nobody], work)

    assert found.acceptances == 5
    assert (found.unknown_hits, found.impossible) == ({"3OTHER": 2}, {"3NOBODY": 1})
    assert found.contradicted == {PERCENT_APPROVED: 1}
    assert [set(each.facts) for each in found.workers] == [{LOCALE, "3TAG"}]


def test_summary() -> None:
    """What was learned in words, with how many workers."""
    work = [qe.Acceptance(f"A{number}", "3GOOD", day(0)) for number in range(402)]

    assert qe.infer([GOOD], work).summary() == [
        ("Worker_Locale in US", 402),
        ("Worker_PercentAssignmentsApproved 95 or more", 402),
    ]


MANY = hit("3MANY", (NUMBER_HITS_APPROVED, "GreaterThanOrEqualTo", (500,)))
SOME = hit("3SOME", (NUMBER_HITS_APPROVED, "GreaterThanOrEqualTo", (100,)))
FEW = hit("3FEW", (NUMBER_HITS_APPROVED, "LessThan", (50,)))
NOBODY = hit("3NOBODY", (PERCENT_APPROVED, "GreaterThan", (100,)))


def counted(*accepted: tuple[qe.HIT, int], since: int | None = None) -> str:
    """What is learned of a worker's number of HITs, with the day."""
    work = [qe.Acceptance("A1", each.hit_id or "", day(at)) for each, at in accepted]
    (worker,) = qe.infer([MANY, SOME, FEW, GOOD], work, since=None if since is None else day(since)).workers
    fact = worker.facts[NUMBER_HITS_APPROVED]
    return f"{fact} on {(fact.learned_at or START).day}"


def test_the_number_that_only_grows() -> None:
    """The greatest lower end stands; an upper end only where it is fresh, and where nothing greater was shown."""
    assert counted((MANY, 0), (SOME, 1)) == "500.. on 2"
    assert counted((FEW, 0)) == counted((FEW, 0), since=0) == "0..49 on 1"
    assert counted((MANY, 0), (FEW, 1)) == "500.. on 2"
    assert counted((SOME, 0), (FEW, 1), since=2) == "100.. on 2"
    assert qe.infer([FEW], [qe.Acceptance("A1", "3FEW", day(0))], since=day(1)).workers[0].facts == {}


def test_what_all_newer_work_speaks_against_does_not_stand() -> None:
    """An older statement must agree with all that is newer, not with the one after it alone."""
    seventy = hit("3SEVENTY", (PERCENT_APPROVED, "EqualTo", (70,)))
    work = [qe.Acceptance("A1", each, day(at)) for at, each in enumerate(("3SEVENTY", "3FAIR", "3GOOD"))]
    (worker,) = qe.infer([seventy, FAIR, GOOD], work).workers

    assert str(worker.facts[PERCENT_APPROVED]) == "95..100"


def test_the_latest_acceptance_counts_whatever_the_order() -> None:
    """A HIT that was accepted again is known by its latest time, also where that is listed first."""
    assert facts((FAIR, 3), (FAIR, 0)) == facts((FAIR, 0), (FAIR, 3)) == {PERCENT_APPROVED: "50..100 on 4"}


def test_everybody_keeps_her_name_and_what_is_left_out_is_counted() -> None:
    """Of two workers each; what nobody can accept is counted by assignment, contradictions by worker."""
    work = [qe.Acceptance(each, hit_id, day(0)) for each in ("A1", "A2") for hit_id in ("3GOOD", "3POOR", "3NOBODY")]
    lacked = [qe.Acceptance(each, "3FIRST", day(1)) for each in ("A1", "A2")]
    found = qe.infer([GOOD, POOR, NOBODY, FIRST], [*work, *lacked])

    assert [each.worker_id for each in found.workers] == [each.worker_id for each in found.to_keep] == ["A1", "A2"]
    assert found.impossible == {"3NOBODY": 2}
    assert found.contradicted == {PERCENT_APPROVED: 2}
    with pytest.raises(qe.WrongType, match="expected an Acceptance, got str `x`"):
        qe.infer([GOOD], ["x"])  # type: ignore[list-item]


def test_joining_what_only_grows_and_what_is_of_one_time() -> None:
    """The greater least value stands with the newer date; of one time what was stated stands; opposites leave it be."""
    kinds = [(NUMBER_HITS_APPROVED, text) for text in ("500..", "100..", "..49")]
    many, some, few = (qe.worker(None, {type_id: text}).fact(type_id) for type_id, text in kinds)
    first = evolve(many, basis=qe.Basis.INFERRED, learned_at=day(0))
    then = evolve(some, basis=qe.Basis.INFERRED, learned_at=day(1))
    stated = evolve(many, learned_at=day(1))

    assert joined(NUMBER_HITS_APPROVED, first, then) == evolve(first, learned_at=day(1))
    assert joined(NUMBER_HITS_APPROVED, stated, then) == stated
    assert joined(NUMBER_HITS_APPROVED, first, evolve(few, basis=qe.Basis.INFERRED, learned_at=day(0))) == first


def test_the_summary_is_by_type_and_then_by_how_many() -> None:
    """Types in the order of their names, and of each the most frequent statement first."""
    work = [qe.Acceptance(f"A{number}", hit_id, day(0)) for number, hit_id in enumerate(("3FAIR", "3GOOD", "3FAIR"))]

    assert qe.infer([GOOD, FAIR], work).summary() == [
        ("Worker_Locale in US", 1),
        ("Worker_PercentAssignmentsApproved 50 or more", 2),
        ("Worker_PercentAssignmentsApproved 95 or more", 1),
    ]


def test_hits_that_cannot_be_told_apart() -> None:
    """A HIT without an id, and two of one id that ask other things, are refused together."""
    other = hit("3GOOD", (PERCENT_APPROVED, "GreaterThan", (1,)))

    with pytest.raises(qe.InvalidInput) as caught:
        qe.infer([GOOD, other, GOOD, qe.HIT()], [])

    assert str(caught.value).splitlines() == [
        "2 problems",
        "  HIT 1: HIT `3GOOD` is there twice, with other requirements; give the one that the workers accepted",
        "  HIT 3: a HIT without a HITId: no assignment is known to be of it; a request has none; fetch the HIT",
    ]
