"""Strategies for what Mechanical Turk's clients read and write: HITs and workers as dicts, in all their forms.

It writes what the readers of `qualeval.sources` read, and knows it from the same documentation; it does not use them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from qualeval.model.facts import Fact
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import QualificationType, qualification_type
from qualeval.model.requirements import QualificationRequirement
from qualeval.model.workers import WorkerProfile
from qualeval.policy.access_policy import AccessPolicy
from qualeval.testing.strategies.arguments import among, check_range, flag, policy_of
from qualeval.testing.strategies.facts import times, writable_facts
from qualeval.testing.strategies.hits import MAX_REQUIREMENTS, hits
from qualeval.testing.strategies.qualification_types import as_states, own_type_ids, values_of
from qualeval.testing.strategies.workers import profiles, worker_ids
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet

__all__ = ["mturk_hits", "mturk_workers", "written_hit", "written_worker"]

Tree = dict[str, Any]
Clock = Callable[[datetime], object]
"""How a time is written."""

_PACIFIC = timezone(timedelta(hours=-8))
_TEXTS: tuple[Clock, ...] = (
    lambda time: time.isoformat(),
    lambda time: time.isoformat().replace("+00:00", "Z"),
    lambda time: time.astimezone(_PACIFIC).isoformat(),
    lambda time: int(time.timestamp()),
    lambda time: time.timestamp(),
    str,
)
"""The forms of time of AWS CLI v2, of the wire and AWS CLI v1, and of files that people saved."""


T = TypeVar("T")


def _clocks(is_json: bool) -> st.SearchStrategy[Clock]:
    python: tuple[Clock, ...] = (lambda time: time, lambda time: time.astimezone(_PACIFIC))
    return st.sampled_from(_TEXTS if is_json else (*_TEXTS, *python))


# --- HITs


def mturk_hits(
    min_requirements: int = 0,
    max_requirements: int = MAX_REQUIREMENTS,
    *,
    types: Iterable[QualificationType | str] | None = None,
    satisfiable: bool = False,
    forms: Iterable[str] | None = None,
    json: bool = False,
) -> st.SearchStrategy[Any]:
    """HITs as boto3 takes and gives them. The first arguments are those of `hits`.

    `forms` are some of `request` (CreateHIT), `get_hit` (an answer), `bare` (the same without the outer `HIT`),
    `list_hits` (an answer with one HIT to three) and `requirements` (a bare list, which is never empty); all where it
    is left out. With `json` all times are text or numbers, else they can be datetimes too. `qualeval.parse_hits` reads
    each, and `qualeval.parse_hit` all but an answer with several HITs.

    Shrinks to a request without requirements, or to the first form.
    """
    sizes = min_requirements, max_requirements
    check_range(*sizes, ("min_requirements", "max_requirements"), least=0, most=MAX_REQUIREMENTS)
    chosen = _chosen(_HIT_FORMS, forms, "HITs")
    if max_requirements == 0 and _bare_lists in chosen:
        if forms is not None:
            raise InvalidArgument("forms: a bare list of `requirements` is never empty; raise max_requirements")
        chosen = [form for form in chosen if form is not _bare_lists]

    def drawn(fetched: bool, least: int = 0) -> st.SearchStrategy[HIT]:
        fewest = max(least, min_requirements)
        return hits(fewest, max_requirements, types=types, fetched=fetched, satisfiable=satisfiable)

    clocks = _clocks(flag(json, "json"))
    return st.one_of([form(drawn, clocks) for form in chosen])


Drawn = Callable[..., st.SearchStrategy[HIT]]
"""HITs that are fetched or not, and have so many requirements at least."""


def _chosen(known: Mapping[str, T], forms: Iterable[str] | None, noun: str) -> Sequence[T]:
    return list(known.values() if forms is None else among(known, forms, "forms", f"a form of {noun}"))


def _written(drawn: Drawn, fetched: bool, clocks: st.SearchStrategy[Clock]) -> st.SearchStrategy[Tree]:
    return st.builds(written_hit, drawn(fetched), clocks)


def _sent(drawn: Drawn, clocks: st.SearchStrategy[Clock]) -> st.SearchStrategy[Tree]:
    return _written(drawn, False, clocks)


def _bare(drawn: Drawn, clocks: st.SearchStrategy[Clock]) -> st.SearchStrategy[Tree]:
    return _written(drawn, True, clocks)


def _wrapped(drawn: Drawn, clocks: st.SearchStrategy[Clock]) -> st.SearchStrategy[Tree]:
    beside = st.fixed_dictionaries({}, optional={"ResponseMetadata": st.just({"HTTPStatusCode": 200})})
    return st.builds(lambda hit, more: {"HIT": hit, **more}, _written(drawn, True, clocks), beside)


def _answers(drawn: Drawn, clocks: st.SearchStrategy[Clock]) -> st.SearchStrategy[Tree]:
    listed = st.lists(_written(drawn, True, clocks), min_size=1, max_size=3)
    return st.builds(_page, st.just("HITs"), listed, st.booleans())


def _bare_lists(drawn: Drawn, clocks: st.SearchStrategy[Clock]) -> st.SearchStrategy[list[Tree]]:
    return drawn(False, least=1).map(lambda hit: [_requirement(each) for each in hit.requirements])


_HIT_FORMS: Mapping[str, Callable[[Drawn, st.SearchStrategy[Clock]], st.SearchStrategy[Any]]] = {
    "request": _sent,
    "bare": _bare,
    "get_hit": _wrapped,
    "list_hits": _answers,
    "requirements": _bare_lists,
}


def _page(key: str, listed: Sequence[Tree], is_last: bool) -> Tree:
    """A page of an answer."""
    return {"NumResults": len(listed), key: list(listed)} | ({} if is_last else {"NextToken": "p1:more"})


def written_hit(hit: HIT, clock: Clock) -> Tree:
    """A HIT as the service gives it, or a request as it is sent: every field under the API's name."""
    said = {
        "HITId": hit.hit_id,
        "Title": hit.title,
        "HITStatus": hit.status,
        "CreationTime": hit.created_at and clock(hit.created_at),
        "Expiration": hit.expires_at and clock(hit.expires_at),
        "NumberOfAssignmentsAvailable": hit.assignments_available,
    }
    listed = {"QualificationRequirements": [_requirement(each) for each in hit.requirements]}
    return {key: value for key, value in said.items() if value is not None} | dict(hit.other) | listed


def _requirement(requirement: QualificationRequirement) -> Tree:
    """Lists that say nothing are left out, and so is a guard field that is not there."""
    guard = requirement.actions_guarded
    said = {
        "QualificationTypeId": requirement.qualification_type_id,
        "Comparator": str(requirement.comparator),
        "IntegerValues": list(requirement.integer_values) or None,
        "LocaleValues": list(map(_place, requirement.locale_values)) or None,
        "RequiredToPreview": requirement.required_to_preview,
        "ActionsGuarded": None if guard is None else str(guard),
    }
    return {key: value for key, value in said.items() if value is not None}


def _place(locale: Locale) -> Tree:
    return {"Country": locale.country} | ({"Subdivision": locale.subdivision} if locale.subdivision else {})


# --- workers


def mturk_workers(
    hit_or_policy: HIT | AccessPolicy | None = None, *, forms: Iterable[str] | None = None, json: bool = False
) -> st.SearchStrategy[Tree]:
    """Workers as profile files have them, and as Mechanical Turk's answers tell of them.

    Of a HIT or a policy they speak of its types. `forms` are some of `facts` (a profile in short), `profile` (with
    MTurk's own entries), `get_qualification_score` and `list_workers` (answers about one of the requester's own types,
    the second about one worker to three); all where it is left out. With `json` all times are text or numbers.
    `qualeval.parse_workers` reads each, and `qualeval.parse_worker` all but an answer about several workers.

    Shrinks to a profile that says nothing, or to the first form.
    """
    policy = None if hit_or_policy is None else policy_of(hit_or_policy, "hit_or_policy")
    clocks = _clocks(flag(json, "json"))
    return st.one_of([form(policy, clocks) for form in _chosen(_WORKER_FORMS, forms, "workers")])


def _in_short(policy: AccessPolicy | None, clocks: st.SearchStrategy[Clock]) -> st.SearchStrategy[Tree]:
    return profiles(policy, writable_facts).map(WorkerProfile.to_dict)


def _in_entries(policy: AccessPolicy | None, clocks: st.SearchStrategy[Clock]) -> st.SearchStrategy[Tree]:
    return st.builds(written_worker, profiles(policy, writable_facts), clocks)


def _scores(policy: AccessPolicy | None, clocks: st.SearchStrategy[Clock]) -> st.SearchStrategy[Tree]:
    entries = st.tuples(_granted(policy), clocks, worker_ids())
    return entries.map(lambda found: {"Qualification": _entry_of(*found[0], *found[1:])})


def _listings(policy: AccessPolicy | None, clocks: st.SearchStrategy[Clock]) -> st.SearchStrategy[Tree]:
    """One type and one kind of fact each, about workers of whom each is told once."""

    def answer(told: tuple[QualificationType, Fact], clock: Clock, ids: list[str], is_last: bool) -> Tree:
        return _page("Qualifications", [_entry_of(*told, clock, each) for each in dict.fromkeys(ids)], is_last)

    ids = st.lists(worker_ids(), min_size=1, max_size=3)
    return st.builds(answer, _granted(policy), clocks, ids, st.booleans())


_WORKER_FORMS: Mapping[
    str, Callable[[AccessPolicy | None, st.SearchStrategy[Clock]], st.SearchStrategy[Tree]]
] = {
    "facts": _in_short,
    "profile": _in_entries,
    "get_qualification_score": _scores,
    "list_workers": _listings,
}  # fmt: skip


def _granted(policy: AccessPolicy | None) -> st.SearchStrategy[tuple[QualificationType, Fact]]:
    """What the owner of a type is told of it: a value, held without one, or revoked."""
    named = [] if policy is None else [each.kind for each in policy.ladders.values() if each.kind.owner == "requester"]
    kinds = st.sampled_from(named) if named else own_type_ids().map(qualification_type)
    return kinds.flatmap(lambda kind: st.tuples(st.just(kind), _told(kind)))


def _told(kind: QualificationType) -> st.SearchStrategy[Fact]:
    at = st.none() | times()
    one = values_of(kind).map(lambda value: as_states([value])) | st.just(kind.held)
    return st.builds(Fact, one, granted_at=at) | st.builds(Fact, st.just(kind.lacked), st.just(True), at)


def written_worker(worker: WorkerProfile, clock: Clock) -> Tree:
    """A profile with an entry for each fact, which is one that a file can say."""
    complete = worker.complete if isinstance(worker.complete, bool) else sorted(worker.complete)
    said = {"WorkerId": worker.worker_id, "Complete": complete, "Blocked": worker.blocked}
    entries = [_entry_of(qualification_type(each), fact, clock) for each, fact in worker.facts.items()]
    return {key: value for key, value in said.items() if value is not None} | {"Qualifications": entries}


def _entry_of(kind: QualificationType, fact: Fact, clock: Clock, worker_id: str | None = None) -> Tree:
    granted_at = {} if fact.granted_at is None else {"GrantTime": clock(fact.granted_at)}
    who = {} if worker_id is None else {"WorkerId": worker_id}
    return {"QualificationTypeId": kind.type_id, **who, **_said(kind, fact), **granted_at}


def _said(kind: QualificationType, fact: Fact) -> Tree:
    states, held = fact.states, fact.states.held
    if states == kind.universe:
        return {"Status": "Unknown"}
    if states == kind.lacked:
        return {"Status": "Revoked" if fact.is_revoked else "Lacks"}
    if states == kind.held:
        return {"Status": "Granted"}
    return {**(_places_said(held) if isinstance(held, LocaleSet) else _integers_said(kind, held)), "Status": "Granted"}


def _places_said(held: LocaleSet) -> Tree:
    listed = list(map(_place, held.locales() or ()))
    return {"LocaleValue": listed[0]} if len(listed) == 1 else {"LocaleValues": listed}


def _integers_said(kind: QualificationType, held: IntegerSet) -> Tree:
    """A set of several runs is a list that was drawn, so its runs are short and have ends."""
    if held.single is not None:
        return {"IntegerValue": held.single}
    (low, high), *others = held.intervals()
    if not others:
        return {"IntegerRange": [None if low == kind.lowest else low, None if high == kind.highest else high]}
    runs = zip(held.points[::2], held.points[1::2], strict=True)
    return {"IntegerValues": [value for run in runs for value in range(*run)]}
