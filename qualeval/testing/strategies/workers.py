"""Strategies for worker profiles: of any kind, and by what a policy lets them do.

A policy is a box of states for every action, so a worker with just one access is in one box and outside of the next
one, which is smaller: outside in some types, which are drawn first, and inside in the others. Nothing is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from qualeval.model.actions import Access, Action
from qualeval.model.facts import Fact
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import QualificationType
from qualeval.model.workers import WorkerProfile
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.examples import EXAMPLE_ID
from qualeval.testing.strategies.arguments import access_of, action_of, flag, policy_of
from qualeval.testing.strategies.facts import facts_near
from qualeval.testing.strategies.parts import parts_of, single_states
from qualeval.testing.strategies.qualification_types import qualification_types
from qualeval.values.value_set import ValueSet

__all__ = ["profiles", "worker_ids", "workers", "workers_with_access", "workers_without_access"]

_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def workers(hit_or_policy: HIT | AccessPolicy | None = None) -> st.SearchStrategy[WorkerProfile]:
    """Worker profiles with facts of every kind, complete or not, blocked or not, named or not.

    Of a HIT or a policy they speak of its types, and their facts name what its requirements name, or what lies beside.

    Shrinks to a profile that says nothing.
    """
    return profiles(None if hit_or_policy is None else policy_of(hit_or_policy, "hit_or_policy"), facts_near)


FactsNear = Callable[[QualificationType, Iterable[ValueSet]], st.SearchStrategy[Fact]]
"""Facts towards a type that often lie at what these sets name."""


@st.composite
def profiles(draw: st.DrawFn, policy: AccessPolicy | None, facts_of: FactsNear) -> WorkerProfile:
    """Profiles that speak of any types, or of those of a policy, and state such facts."""
    near = dict.fromkeys(draw(_any_types()), ()) if policy is None else _asked(policy)
    said = {kind.type_id: draw(st.none() | facts_of(kind, sets)) for kind, sets in near.items()}
    facts = {type_id: fact for type_id, fact in said.items() if fact is not None}
    complete = draw(st.booleans() | st.lists(st.sampled_from(list(said)))) if said else draw(st.booleans())
    return WorkerProfile(draw(worker_ids() | st.none()), facts, complete, draw(st.sampled_from((None, False, True))))


@cache
def _any_types() -> st.SearchStrategy[list[QualificationType]]:
    return st.lists(qualification_types(), max_size=5)


def _asked(policy: AccessPolicy) -> Mapping[QualificationType, Sequence[ValueSet]]:
    """By type, what each requirement on it admits."""
    return {each.kind: [one.admitted for one in each.predicates] for each in policy.ladders.values()}


@cache
def worker_ids() -> st.SearchStrategy[str]:
    """Ids as Mechanical Turk gives them to workers: `A` and capital letters and digits. Shrinks to an example's."""
    return st.just(EXAMPLE_ID) | st.text(_CAPITALS, min_size=1, max_size=20).map("A{}".format)


# --- with an access


def workers_with_access(
    hit_or_policy: HIT | AccessPolicy, access: Access | str
) -> st.SearchStrategy[WorkerProfile]:  # fmt: skip
    """Workers with exactly this access, for certain: of each type of the policy one state is known.

    Every combination of states with this access can be drawn; those at the edge of what is admitted are drawn often.
    (Of places a whole country within what is admitted is one state.) InvalidArgument where nobody has this access,
    with the reason.

    Shrinks to `policy.example(access)`, which misses the next action by one type, at the threshold.
    """
    policy, level = policy_of(hit_or_policy, "hit_or_policy"), access_of(access)
    example = policy.example(level)
    if example is None:
        raise InvalidArgument(f"nobody has exactly the access `{level}`: {_why_nobody(policy, level)}")
    short = {type_id: each.exactly(level) for type_id, each in policy.ladders.items() if level is not Access.ACCEPT}
    further = {type_id: each.admitted[_next(level)] for type_id, each in policy.ladders.items()}
    return _with_access(
        _falling_short(policy, level), _states(policy, short, example), _states(policy, further, example)
    )


def _next(level: Access) -> Action:
    """The first action beyond a level; the last action, where there is none."""
    return tuple(Action)[min(level, Access.PREVIEW)]


def _why_nobody(policy: AccessPolicy, level: Access) -> str:
    """The reason, where some requirements leave nobody, or where everybody who comes so far comes further."""
    if level is not Access.NONE and (reasons := policy.contradictions(tuple(Action)[level - 1])):
        return "; ".join(reasons)
    following = tuple(Action)[level]
    who = f"whoever may {tuple(Action)[level - 1]}" if level else "everybody"
    return f"{who} may {following}" + (" too" if level else "")


StatesByType = Mapping[str, st.SearchStrategy[ValueSet]]


@st.composite
def _with_access(
    draw: st.DrawFn, falling_short: st.SearchStrategy[frozenset[str]], short: StatesByType, further: StatesByType
) -> WorkerProfile:
    missed = draw(falling_short)
    types = dict.fromkeys([*further, *short])
    facts = {type_id: Fact(draw((short if type_id in missed else further)[type_id])) for type_id in types}
    return WorkerProfile(draw(worker_ids()), facts, complete=True)


def _falling_short(policy: AccessPolicy, level: Access) -> st.SearchStrategy[frozenset[str]]:
    """The types whose states do not reach the next level: all that cannot, and of those that can or cannot any.

    One at least; none for the last level. Those of an action that nobody can do are in every set.
    """
    if level is Access.ACCEPT:
        return st.just(frozenset())
    following = tuple(Action)[level]
    able = {type_id: each for type_id, each in policy.ladders.items() if not each.exactly(level).is_empty}
    bound = [type_id for type_id, each in able.items() if each.admitted[following].is_empty]
    free = [type_id for type_id in able if type_id not in bound]
    if not free:
        return st.just(frozenset(bound))
    chosen = st.lists(st.sampled_from(free), min_size=0 if bound else 1, max_size=len(free))
    return chosen.map(lambda found: frozenset([*bound, *found]))


def _states(policy: AccessPolicy, wanted: Mapping[str, ValueSet], example: WorkerProfile) -> StatesByType:
    """Single states of what is wanted of each type, where there are any."""
    found = {}
    for type_id, states in wanted.items():
        if not states.is_empty:
            ladder, natural = policy.ladders[type_id], example.fact(type_id).states
            named = [value for each in ladder.predicates for value in each.requirement.values]
            first = natural if natural.is_subset(states) else None
            found[type_id] = single_states(ladder.kind, states, named, first)
    return found


# --- without an action


def workers_without_access(
    hit_or_policy: HIT | AccessPolicy, action: Action | str = Action.ACCEPT, *, certainly: bool = True
) -> st.SearchStrategy[WorkerProfile]:
    """Workers who may not do this, for certain: `policy.decide(worker).outcome(action)` is DENIED.

    With `certainly=False` those of whom it is not known are drawn too: all whom `policy.permits` does not let through.
    Facts are of every kind. InvalidArgument where everybody may do it.

    Shrinks to a worker of whom one type alone is known, the first that keeps anybody out.
    """
    policy, asked = policy_of(hit_or_policy, "hit_or_policy"), action_of(action)
    refused = {
        type_id: ladder.kind.universe - ladder.admitted[asked]
        for type_id, ladder in policy.ladders.items()
        if ladder.admitted[asked] != ladder.kind.universe
    }
    is_certain = flag(certainly, "certainly")
    if not refused:
        raise InvalidArgument(f"nobody is kept from it: everybody may {asked}")
    anything = {kind.type_id: facts_near(kind, sets) for kind, sets in _asked(policy).items()}
    outside = {type_id: parts_of(policy.ladders[type_id].kind, states) for type_id, states in refused.items()}
    kept = {
        type_id: states.map(Fact) if is_certain else _reaching(states, anything[type_id])
        for type_id, states in outside.items()
    }
    return _without(kept, anything)


FactsByType = Mapping[str, st.SearchStrategy[Fact]]


@st.composite
def _without(draw: st.DrawFn, kept: FactsByType, anything: FactsByType) -> WorkerProfile:
    by = draw(st.lists(st.sampled_from(list(kept)), min_size=1, max_size=len(kept)))
    said = {type_id: draw(kept[type_id] if type_id in by else st.none() | facts) for type_id, facts in anything.items()}
    facts = {type_id: fact for type_id, fact in said.items() if fact is not None}
    return WorkerProfile(draw(worker_ids()), facts, draw(st.booleans()))


def _reaching(
    outside: st.SearchStrategy[ValueSet], anything: st.SearchStrategy[Fact]
) -> st.SearchStrategy[Fact]:  # fmt: skip
    """Facts that hold something of what is outside for sure, and anything else perhaps."""
    return outside.map(Fact) | st.builds(lambda states, fact: Fact(states | fact.states), outside, anything)
