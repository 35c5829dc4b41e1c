"""The trial by fire: a HIT that gains and loses requirements, and a worker of whom facts are learned and revoked.

After every step the laws hold, and the library says what the two obvious evaluators say: the reference of this folder,
by enumerating states, and the requirements one after the other, each with its own set.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import qualeval as qe
from qualeval.policy.decision import Outcome
from qualeval.testing import strategies
from tests import reference
from tests.strategies import fact_texts, wire

TYPES = (qe.LOCALE, qe.PERCENT_APPROVED, "3ABC")
MOST = 5


class Trial(RuleBasedStateMachine):
    """The HIT is its requirements in order; the worker a profile, and the texts of the facts that it was made of."""

    def __init__(self) -> None:
        super().__init__()
        self.listed: list[qe.QualificationRequirement] = []
        self.said: dict[str, str] = {}
        self.worker = qe.worker("A1")
        self.policy = qe.compile_requirements([])
        self.before = qe.compile_requirements([])

    @initialize(listed=st.lists(strategies.requirements(TYPES), max_size=3))
    def begin(self, listed: list[qe.QualificationRequirement]) -> None:
        """With some requirements, and nothing known."""
        self.listed = listed
        self._compile()

    def _compile(self) -> None:
        self.before, self.policy = self.policy, qe.compile_requirements(self.listed)

    def _decisions(self) -> tuple[Any, Any]:
        return self.before.decide(self.worker), self.policy.decide(self.worker)

    # --- the HIT changes

    @precondition(lambda self: len(self.listed) < MOST)
    @rule(data=st.data(), added=strategies.requirements(TYPES))
    def add(self, data: st.DataObject, added: qe.QualificationRequirement) -> None:
        """Whoever may do something now could do it before, and this worker comes no further."""
        self.listed.insert(data.draw(st.integers(0, len(self.listed))), added)
        self._compile()
        before, after = self._decisions()

        assert all(self.policy.implies(self.before, action) for action in qe.Action)
        assert after.access <= before.access
        assert after.possible <= before.possible

    @precondition(lambda self: self.listed)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        """Whoever could do something before may do it now."""
        self.listed.pop(data.draw(st.integers(0, len(self.listed) - 1)))
        self._compile()
        before, after = self._decisions()

        assert all(self.before.implies(self.policy, action) for action in qe.Action)
        assert after.access >= before.access
        assert after.possible >= before.possible

    @rule(data=st.data())
    def shuffle(self, data: st.DataObject) -> None:
        """The order of requirements is nothing to anybody; the reasons are the same, at other places."""
        self.listed = list(data.draw(st.permutations(self.listed)))
        self._compile()
        before, after = self._decisions()

        assert self.policy == self.before
        assert hash(self.policy) == hash(self.before)
        assert (after.access, after.possible) == (before.access, before.possible)
        assert len(after.unmet) == len(before.unmet)

    @precondition(lambda self: self.listed)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """What is asked twice is asked once."""
        again = data.draw(st.sampled_from(self.listed))

        assert qe.compile_requirements([*self.listed, again]) == self.policy

    # --- the worker changes

    @rule(data=st.data(), type_id=st.sampled_from(TYPES))
    def say(self, data: st.DataObject, type_id: str) -> None:
        """A fact takes the place of whatever was known of its type: no law but those of the invariants."""
        self.said[type_id] = data.draw(fact_texts(type_id))
        self.worker = qe.worker("A1", self.said)

    @rule(data=st.data(), type_id=st.sampled_from(TYPES))
    def learn(self, data: st.DataObject, type_id: str) -> None:
        """A fact that is narrower than the last: what is possible is no more than before, what is certain no less."""
        known = self.worker.fact(type_id).states
        told = data.draw(strategies.facts(type_id)).states & known
        if told.is_empty:
            return
        before = self.policy.decide(self.worker)
        after = self.policy.decide(self.worker.with_facts({type_id: told}))

        assert after.possible <= before.possible
        assert after.access >= before.access
        assert all(before.outcome(each) in (after.outcome(each), Outcome.UNKNOWN) for each in qe.Action)

    @rule(type_id=st.sampled_from(TYPES))
    def forget(self, type_id: str) -> None:
        """Without a fact nothing is certain that was not, and nothing impossible that was not."""
        before = self.policy.decide(self.worker)
        self.said.pop(type_id, None)
        self.worker = self.worker.without_fact(type_id)
        after = self.policy.decide(self.worker)

        assert after.access <= before.access
        assert after.possible >= before.possible

    @rule()
    def revoke(self) -> None:
        """A qualification that is revoked is lacked, whatever its value was."""
        self.said["3ABC"] = "lacks"
        entry = {"QualificationTypeId": "3ABC", "IntegerValue": 5, "Status": "Revoked"}
        revoked = qe.parse_worker({"WorkerId": "A1", "Qualifications": [entry]}).fact("3ABC")
        self.worker = self.worker.with_facts({"3ABC": revoked})

        assert self.worker.fact("3ABC").states == qe.worker("A1", self.said).fact("3ABC").states

    # --- what holds at all times

    @invariant()
    def accept_implies_preview_implies_discover(self) -> None:
        """For everybody, and for this worker: certain, and possibly."""
        discover, preview, accept = (self.policy.decide(self.worker).outcome(action) for action in qe.Action)
        order = [Outcome.PERMITTED, Outcome.UNKNOWN, Outcome.DENIED]

        assert order.index(discover) <= order.index(preview) <= order.index(accept)
        assert self.policy.is_satisfiable(qe.Action.DISCOVER) or not self.policy.is_satisfiable(qe.Action.PREVIEW)
        assert self.policy.is_satisfiable(qe.Action.PREVIEW) or not self.policy.is_satisfiable(qe.Action.ACCEPT)

    @invariant()
    def a_denial_has_a_reason(self) -> None:
        """An action is denied exactly if a requirement that guards it is unmet; else unknown if one of them is."""
        decision = self.policy.decide(self.worker)
        for action in qe.Action:
            unmet, unknown = (
                any(each.guard.guards(action) for each in found) for found in (decision.unmet, decision.unknown)
            )
            expected = Outcome.DENIED if unmet else Outcome.UNKNOWN if unknown else Outcome.PERMITTED
            assert decision.outcome(action) is expected

    @invariant()
    def the_reference_agrees(self) -> None:
        """The least and the greatest access over all states that the worker can be in."""
        levels = set(self._levels_by_the_reference())
        decision = self.policy.decide(self.worker)

        assert (decision.access, decision.possible) == (min(levels), max(levels))
        assert self.policy.access(self.worker) is decision.access

    def _levels_by_the_reference(self) -> list[int]:
        written = [wire(each) for each in self.listed]
        asked = {each["QualificationTypeId"] for each in written}
        states = [self._states(type_id) for type_id in asked]
        return [reference.access(written, dict(zip(asked, each, strict=True))) for each in product(*states)]

    def _states(self, type_id: str) -> list[reference.State]:
        """Those that the fact leaves, of the states in, around and beside whatever is named."""
        fact = self.said.get(type_id, "unknown")
        own = [each for each in self.listed if each.qualification_type_id == type_id]
        values = [value for each in own for value in each.integer_values]
        places = [(place.country, place.subdivision) for each in own for place in each.locale_values]
        if type_id == qe.LOCALE and fact not in ("unknown", "holds"):
            places += [(place.country, place.subdivision) for place in map(qe.Locale.parse, fact.split(","))]
        elif type_id != qe.LOCALE and fact not in ("unknown", "holds", "lacks"):
            values += [int(end) for part in fact.split(",") for end in part.split("..") if end]
        found = reference.universe(type_id, values, places)
        return [state for state in found if reference.could_be(state, fact)]

    @invariant()
    def each_requirement_alone_agrees(self) -> None:
        """For a worker of whom one state is known of each type, met is met one by one."""
        if not all(self.worker.fact(type_id).states.is_one_state for type_id in self.policy.ladders):
            return
        alone = [qe.compile_requirements([each]).access(self.worker) for each in self.listed]

        assert self.policy.access(self.worker) == min(alone, default=qe.Access.ACCEPT)


TestTrial = pytest.mark.slow(Trial.TestCase)
TestTrial.settings = settings(max_examples=40, stateful_step_count=25)
