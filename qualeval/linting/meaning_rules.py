"""Rules about what the requirements come to together: exact, since they ask the analysis of the policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from attrs import frozen

from qualeval.analysis.analyze import FindingKind, PolicyFinding, implication_words
from qualeval.analysis.prove import Proof, Verdict, prove
from qualeval.linting.findings import Finding
from qualeval.linting.subject import Subject
from qualeval.model.actions import Action
from qualeval.model.qualification_types import NUMBER_HITS_APPROVED, PERCENT_APPROVED, qualification_type
from qualeval.policy.remedies import contradiction_words
from qualeval.policy.wording import conjoined, constraint, requirement_words
from qualeval.values.integer_set import IntegerSet

__all__ = ["findings_of_analysis", "house", "novices", "visibility"]

MAX_CONFLICTS = 10
"""So many conflicts on one type are told; who mends these finds the others."""

_RULES: Mapping[FindingKind, str] = MappingProxyType(
    {
        FindingKind.CONFLICT: "unsatisfiable",
        FindingKind.ALWAYS_MET: "always-met",
        FindingKind.DUPLICATE: "duplicate",
        FindingKind.REDUNDANT: "redundant",
    }
)


def findings_of_analysis(subject: Subject) -> Iterator[Finding]:
    """Smallest conflicts, and requirements that are always met, duplicates or redundant.

    An action that nobody can do has a conflict on some type, which says why. Of two that say the same only the later
    one is told, so that whoever follows the advice does not remove both. What asks whether there is a locale is told
    already, for its comparator.
    """
    foreign = {each.index for each in subject.written if each.asks_whether_there_is_a_locale}
    for each in _told(subject.analysis):
        place = subject.place(each.requirements[-1])
        if place not in foreign:
            is_lone = each.kind is FindingKind.CONFLICT and len(each.requirements) == 1
            mend = "correct its comparator or value, or drop it" if is_lone else ""
            yield subject.found(_RULES[each.kind], subject.at(place), _words(subject, each), mend)


def _told(analysis: Iterable[PolicyFinding]) -> Iterator[PolicyFinding]:
    """The findings that have a rule; of the conflicts on one type the first ones."""
    conflicts = Counter[str]()
    for each in analysis:
        if each.kind is FindingKind.CONFLICT and each.ladder is not None:
            conflicts[each.ladder.type_id] += 1
            if conflicts[each.ladder.type_id] > MAX_CONFLICTS:
                continue
        if each.kind in _RULES and not each.is_only_repeated:
            yield each


def _words(subject: Subject, found: PolicyFinding) -> str:
    """The finding, its requirements called by their places in the HIT."""
    assert found.ladder is not None
    name = subject.names.short_name_of(found.ladder.type_id)
    because = tuple(map(subject.place, found.because_of))
    match found.kind:
        case FindingKind.ALWAYS_MET:
            return f"every worker meets it, whatever their {name}"
        case FindingKind.DUPLICATE:
            return f"it repeats requirement {because[0]}"
        case FindingKind.REDUNDANT:
            return f"it changes nothing: {implication_words(because)}"
    indexes = tuple(map(subject.place, found.requirements))
    return f"nobody can {found.action} it: {contradiction_words(name, indexes)}"


def novices(subject: Subject) -> Iterator[Finding]:
    """An approval rate that is 100 for novices, without a count of approved HITs that keeps them out.

    Whoever has 100 approved HITs has submitted 100 assignments, so that the rate is the worker's own.
    """
    ladder = subject.policy.ladders.get(PERCENT_APPROVED)
    if ladder is None or not subject.unread.isdisjoint({NUMBER_HITS_APPROVED, None}):
        return
    asking = [each for each in ladder.predicates if each.admitted != ladder.kind.universe]
    count = _count_from(subject)
    if not asking or 100 not in ladder.admitted[Action.ACCEPT] or count >= 100:
        return
    from_ = f" from {count} approved HITs on" if count > 0 else ""
    message = f"a worker who has submitted fewer than 100 assignments has the rate 100: novices are let in{from_}"
    yield subject.found("rate-without-count", subject.at(subject.place(asking[0].index)), message)


def _count_from(subject: Subject) -> int:
    """The least number of approved HITs that is admitted."""
    ladder = subject.policy.ladders.get(NUMBER_HITS_APPROVED)
    held = ladder.admitted[Action.ACCEPT].held if ladder else None
    return (held.low or 0) if isinstance(held, IntegerSet) else 0


def visibility(subject: Subject) -> Iterator[Finding]:
    """Requirements that do not guard discovery: who cannot meet them finds the HIT and cannot take it."""
    policy = subject.policy
    boxes = policy.boxes
    if not subject.is_whole or boxes[Action.ACCEPT] in (None, boxes[Action.DISCOVER]):
        return
    late = [str(subject.place(each.index)) for each in policy.predicates if each.action is not Action.DISCOVER]
    noun, verb, them = ("requirement", "does", "it") if len(late) == 1 else ("requirements", "do", "them")
    message = f"{noun} {conjoined(late)} {verb} not guard discovery: who cannot meet {them} sees it all the same"
    yield subject.found("visible-in-vain", subject.reading.listed_at, message)


def house(subject: Subject) -> Iterator[Finding]:
    """What the house demands of everybody who may accept. A worker is shown only where all requirements are known."""
    if not subject.only:
        return
    doubt = _doubt(subject)
    for proof in prove(subject.policy, only=subject.only):
        if proof.verdict is Verdict.PROVED and (doubt is None or doubt.is_of_some):
            continue
        place = subject.reading.listed_at or subject.reading.path
        yield subject.found("house-rule", place, _not_kept(subject, proof, doubt), doubt.mend if doubt else "")


def _not_kept(subject: Subject, proof: Proof, doubt: _Doubt | None) -> str:
    asked = proof.requirement
    assert asked is not None
    type_id, name = asked.qualification_type_id, subject.names.name_of(asked.qualification_type_id)
    words = requirement_words(asked, name)
    if doubt is not None:
        return f"it cannot be proved that all who may accept it meet `{words}`: {doubt.why}"
    assert proof.counterexample is not None
    shown = constraint(qualification_type(type_id), proof.counterexample.fact(type_id).states, name)
    return f"workers may accept it who do not meet `{words}`, such as one with {shown}"


@frozen
class _Doubt:
    """Why the requirements that were read need not be all that count, and what would show it.

    `is_of_some` says that those that were read do count, so that what they prove is proved.
    """

    why: str
    mend: str
    is_of_some: bool = False


_ELSEWHERE = _Doubt(
    "its requirements are those of its HIT type", "check the CreateHITType request, or the HIT as GetHIT returns it"
)
_DOUBTS: Mapping[str, _Doubt] = MappingProxyType(
    {
        "not-a-hit": _Doubt("it is no HIT", "give the HIT"),
        "hit-type-beside-requirements": _ELSEWHERE,
        "requirements-elsewhere": _ELSEWHERE,
        "misplaced-requirements": _Doubt(
            "requirements stand where nobody reads them", "write them under `QualificationRequirements` of the HIT"
        ),
    }
)
"""By the code of a problem with a HIT."""

_DOUBTFUL = _Doubt("each reader makes something else of a key that stands twice or is merged", "write each key once")

_OF_THE_LIST = frozenset({"wrong-type", "too-many-requirements"})


def _doubt(subject: Subject) -> _Doubt | None:
    reading = subject.reading
    if subject.is_doubtful:
        return _DOUBTFUL
    if told := [_DOUBTS[each.code] for each in reading.problems if each.code in _DOUBTS]:
        return told[0]
    if subject.is_silent and reading.is_fetched:
        return _Doubt("nothing is said of its requirements", "check the HIT as GetHIT returns it")
    unread = [index for index, each in enumerate(reading.requirements) if each is None]
    if unread or any(each.path == reading.listed_at and each.code in _OF_THE_LIST for each in reading.problems):
        noun = "requirements" if len(unread) != 1 else f"requirement {unread[0]}"
        return _Doubt(f"{noun} could not be read", "mend what could not be read", is_of_some=True)
    return None
