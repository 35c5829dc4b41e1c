"""Answers of the worker site as cases, so that Mechanical Turk's own verdict checks ours.

The site tells a worker who is signed in, of every HIT, the requirements, her own values, and whether she meets them:
each, and all in all. It is the one place where the service's verdict can be read. Nobody has documented the form. Of
what is read here, `GreaterThan`, the action `PreviewHit`, values as texts and a value of null where the qualification
is not held were seen in a real record (grade S); that the other names are those which public tools expect is grade C;
how locales are written among the values, and `DiscoverHit`, is inferred (I).

What is not shown is not known, and an answer of ours that stays unknown is compatible with either verdict: it is no
check then, and is reported as none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from attrs import evolve, field, frozen

from qualeval.errors import InvalidInput, Path, Problem, nearest, show
from qualeval.model.actions import Action, ActionsGuarded
from qualeval.model.facts import LACKS, UNKNOWN, Fact, PlainFact
from qualeval.model.grammar import is_integer, read_fact
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import MASTERS, MASTERS_SANDBOX, TypeNames, qualification_type
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.model.workers import WorkerProfile
from qualeval.policy.decision import Decision, Outcome
from qualeval.policy.reasons import Reason, State
from qualeval.sources.structure import Object, Shape, TypeId, described, is_list, is_object, read_each, read_object
from qualeval.testing.cases.case import Case, Check, Finding
from qualeval.values.locale import Locale

__all__ = ["Verdicts", "is_of_worker_site", "worker_site_cases"]

_REQUIREMENTS = ("project_requirements", "hit_requirements")
_LISTS = ("results", "bodyData", "tasks")
_MARKS = frozenset({*_REQUIREMENTS, "caller_meets_requirements"})

_PROJECT = Shape(
    "a HIT of the worker site",
    {
        "hit_set_id": str,
        "title": str,
        "caller_meets_requirements": bool,
        "caller_meets_preview_requirements": bool,
        **dict.fromkeys(_REQUIREMENTS, tuple[Any, ...]),
    },
    is_open=True,
)
_REQUIREMENT = Shape(
    "a requirement of the worker site",
    {
        "qualification_type_id": TypeId,
        "comparator": Comparator,
        "qualification_values": tuple[Any, ...],
        "worker_action": str,
        "caller_meets_requirement": bool,
        "caller_qualification_value": Object,
    },
    required=("qualification_type_id", "comparator", "worker_action", "caller_meets_requirement"),
    is_open=True,
)
_VALUE = Shape("a value of the worker's", {"integer_value": int, "locale_value": Object}, is_open=True)
_LOCALE = Shape("a locale of the worker's", {"country": str, "subdivision": str}, is_open=True)

_GUARDS: Mapping[str, ActionsGuarded] = {
    "AcceptHit": ActionsGuarded.ACCEPT,
    "PreviewHit": ActionsGuarded.PREVIEW_AND_ACCEPT,
    "DiscoverHit": ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT,
}
"""The first action that a requirement guards, as the site calls it; those after it are guarded too."""

_WITHOUT_VALUE = frozenset({MASTERS, MASTERS_SANDBOX})
"""Types that are held without a value, so that a value of null does not say that they are lacked."""


@frozen
class Verdicts:
    """What Mechanical Turk says of one worker: whether each requirement is met, and which actions it permits."""

    requirements: tuple[bool, ...]
    actions: Mapping[Action, bool] = field(hash=False)

    def checks(self, decision: Decision, places: Sequence[int]) -> Iterator[Check]:
        """Each verdict compared with ours; and those on actions with what follows from those on requirements."""
        for reason in decision.reasons:
            yield self._of_requirement(reason, self.requirements[places[reason.index]])
        for action, is_permitted in self.actions.items():
            yield self._of_action(decision, action, is_permitted)
            yield self._of_law(decision, action, is_permitted)

    def _of_requirement(self, reason: Reason, is_met: bool) -> Check:
        what = f"requirement {reason.index} ({reason.name})"
        # A conflict says that not all can be met together, which is no verdict on one alone.
        got = State.UNKNOWN if reason.conflicts_with else reason.state
        return _compared(what, str(State.MET if is_met else State.UNMET), str(got), got is State.UNKNOWN)

    def _of_action(self, decision: Decision, action: Action, is_permitted: bool) -> Check:
        got = decision.outcome(action)
        return _compared(str(action), _outcome(is_permitted), str(got), got is Outcome.UNKNOWN)

    def _of_law(self, decision: Decision, action: Action, is_permitted: bool) -> Check:
        """That an action is permitted exactly if all requirements are met that guard it."""
        met = [self.requirements[each.index] for each in decision.reasons if each.guard.guards(action)]
        what = f"{action}, by Mechanical Turk's own verdicts on the requirements that guard it"
        return _compared(what, _outcome(is_permitted), _outcome(all(met)), is_open=False)


def _outcome(is_permitted: bool) -> str:
    return str(Outcome.PERMITTED if is_permitted else Outcome.DENIED)


def _compared(what: str, expected: str, got: str, is_open: bool) -> Check:
    finding = Finding.OPEN if is_open else Finding.HOLDS if expected == got else Finding.FAILS
    return Check(what, expected, got, finding)


def is_of_worker_site(tree: object) -> bool:
    """Whether a tree is an answer of the worker site: of its search, its queue or a preview, or a part of one."""
    return any(True for _ in _projects(tree, ())) or (is_object(tree) and tree.keys() >= {"results", "num_results"})


def _projects(tree: object, path: Path) -> Iterator[tuple[Path, object]]:
    """The HITs of an answer, and the paths to them."""
    if is_list(tree):
        for index, item in enumerate(tree):
            yield from _projects(item, (*path, index))
    elif is_object(tree) and not _MARKS.isdisjoint(tree):
        yield path, tree
    elif is_object(tree):
        for key in ("project", *_LISTS):
            yield from _projects(tree.get(key), (*path, key))


def worker_site_cases(tree: object, names: TypeNames) -> list[Case]:
    """The cases of an answer of the worker site, one a HIT. InvalidInput with all that is wrong in all of them."""
    found = list(_projects(tree, ()))
    if not found:
        raise InvalidInput(Problem("an answer of the worker site without a HIT", help="save one that has some"))
    cases = read_each(found, partial(_case, names=names))
    return [evolve(case, path=path) for case, (path, _) in zip(cases, found, strict=True)]


def _case(tree: object, names: TypeNames) -> Case:
    reading = read_object(_without_nulls(tree), _PROJECT)
    said = reading.values
    key = next((each for each in _REQUIREMENTS if each in said), None)
    problems = list(reading.problems)
    if key is None and not reading.unread & {*_REQUIREMENTS}:
        problems.append(Problem(f"`{_REQUIREMENTS[0]}` is missing", code="missing-key"))
    if problems or key is None:
        raise InvalidInput(problems)
    items = (((key, place), each) for place, each in enumerate(said[key]))
    read = read_each(items, partial(_requirement, names=names))
    title = said.get("title", "a HIT without a title")
    return Case(
        name=f"{title} ({said['hit_set_id']})" if "hit_set_id" in said else title,
        hit=HIT(tuple(each.requirement for each in read), title=said.get("title")),
        worker=WorkerProfile(None, _facts(read, key)),
        expected=Verdicts(tuple(each.is_met for each in read), _actions(said)),
    )


def _actions(said: Mapping[str, Any]) -> Mapping[Action, bool]:
    keys = {Action.PREVIEW: "caller_meets_preview_requirements", Action.ACCEPT: "caller_meets_requirements"}
    return {action: said[key] for action, key in keys.items() if key in said}


@frozen
class _Read:
    """A requirement of the site's: what it asks, what is known of the worker, and whether she meets it."""

    requirement: QualificationRequirement
    fact: Fact
    is_met: bool


def _requirement(tree: object, names: TypeNames) -> _Read:
    reading = read_object(tree, _REQUIREMENT)
    said = reading.values
    if reading.problems:
        raise InvalidInput(reading.problems)
    type_id = names.id_of(said["qualification_type_id"])
    requirement = QualificationRequirement(
        type_id, said["comparator"], **_listed(type_id, said.get("qualification_values", ())),
        actions_guarded=_guard(said["worker_action"]),
    )  # fmt: skip
    try:
        fact = read_fact(type_id, _value(type_id, said.get("caller_qualification_value")))
    except InvalidInput as error:
        raise error.within("caller_qualification_value") from None
    return _Read(requirement, fact, said["caller_meets_requirement"])


def _guard(word: str) -> ActionsGuarded:
    if word in _GUARDS:
        return _GUARDS[word]
    near = nearest(word, _GUARDS)
    mend = f"did you mean `{near}`?" if near else f"known are {', '.join(f'`{each}`' for each in _GUARDS)}"
    raise InvalidInput(Problem(f"unknown action {show(word)}", ("worker_action",), mend))


def _listed(type_id: str, values: Sequence[object]) -> dict[str, Any]:
    """The values that a requirement names, which the site writes as texts."""
    items = ((("qualification_values", place), each) for place, each in enumerate(values))
    if qualification_type(type_id).is_locale:
        return {"locale_values": tuple(read_each(items, _locale))}
    return {"integer_values": tuple(read_each(items, _integer))}


def _locale(value: object) -> Locale:
    if not isinstance(value, str):
        raise InvalidInput(Problem(f"expected a locale as text, got {described(value)}"))
    return Locale.parse(value.replace("/", "-"))


def _integer(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and is_integer(value):
        return int(value)
    raise InvalidInput(Problem(f"expected an integer, got {described(value)}"))


def _value(type_id: str, tree: Mapping[object, object] | None) -> PlainFact:
    """What the site shows of the worker's value. Null is lacking, where a type that is held has a value."""
    if tree is None:
        return UNKNOWN
    reading = read_object(_without_nulls(tree), _VALUE)
    place = read_object(_without_nulls(reading.values.get("locale_value", {})), _LOCALE)
    problems = [*reading.problems, *(problem.under("locale_value") for problem in place.problems)]
    if problems:
        raise InvalidInput(problems)
    if "country" in place.values:
        return "-".join(filter(None, [place.values["country"], place.values.get("subdivision")]))
    if "integer_value" in reading.values:
        return int(reading.values["integer_value"])
    is_lacked = qualification_type(type_id).can_be_lacked and type_id not in _WITHOUT_VALUE
    return LACKS if is_lacked else UNKNOWN


def _without_nulls(tree: object) -> object:
    """The site writes null for what is not there."""
    return {key: value for key, value in tree.items() if value is not None} if is_object(tree) else tree


def _facts(read: Sequence[_Read], key: str) -> Mapping[str, Fact]:
    """The worker's facts. InvalidInput where two requirements show different values of one type."""
    facts: dict[str, Fact] = {}
    for place, each in enumerate(read):
        type_id = each.requirement.qualification_type_id
        if facts.setdefault(type_id, each.fact).states != each.fact.states:
            found = f"another value of {show(type_id)} than above: {each.fact}, not {facts[type_id]}"
            raise InvalidInput(Problem(found, (key, place, "caller_qualification_value"), "a worker has one"))
    return facts
