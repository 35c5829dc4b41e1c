"""The rules that rest on less than Mechanical Turk's own documentation, each with its grade.

D is documented, S was seen in a real answer, C is what public tools do, I is inferred. Rules graded D or S need no
mention; a decision names the others that it rests on. To change such a rule, change it where `place` says.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from qualeval.model.facts import Fact
from qualeval.model.qualification_types import MASTERS, MASTERS_SANDBOX
from qualeval.model.requirements import Comparator
from qualeval.policy.comparators import Predicate

__all__ = ["RULES", "Rule", "rules_in_play"]


@frozen
class Rule:
    """One rule: a stable code, its grade (C or I), what it says, what speaks for it, and the code that decides it."""

    code: str
    grade: str
    statement: str
    source: str
    place: str


_COMPARATORS = "qualeval.policy.comparators.COMPARATORS"

RULES = {
    rule.code: rule
    for rule in (
        Rule(
            "lacking-fails-equal-to",
            "I",
            "a worker who lacks the type does not meet EqualTo",
            "inferred; two re-implementations do the same",
            _COMPARATORS,
        ),
        Rule(
            "lacking-fails-not-in",
            "I",
            "a worker who lacks the type does not meet NotIn",
            "by analogy with NotEqualTo; two re-implementations do the same, one AWS blog sentence of 2014 can be read "
            "the other way",
            _COMPARATORS,
        ),
        Rule(
            "masters-does-not-exist",
            "C",
            "DoesNotExist may be used with Masters",
            "public tools use it; the API reference names Exists only",
            _COMPARATORS,
        ),
        Rule(
            "mixed-locales",
            "C",
            "countries and subdivisions may be mixed in one list",
            "public tools send such lists",
            _COMPARATORS,
        ),
        Rule(
            "guard-precedence",
            "I",
            "ActionsGuarded wins over RequiredToPreview where the two contradict each other",
            "documented nowhere; sending both was refused once",
            "qualeval.model.actions.effective_guard",
        ),
        Rule(
            "revoked-is-lacking",
            "C",
            "a revoked qualification counts as lacked",
            "Dallinger's blocklist and its revoking of qualifications rest on it",
            "qualeval.sources.workers",
        ),
    )
}
"""All such rules, by code."""


def rules_in_play(predicate: Predicate, fact: Fact) -> Iterator[Rule]:
    """The rules of grade C or I on which it depends whether this fact meets this predicate."""
    requirement = predicate.requirement
    comparator = requirement.comparator
    if fact.states.lacking and comparator is Comparator.EQUAL_TO:
        yield RULES["lacking-fails-equal-to"]
    if fact.states.lacking and comparator is Comparator.NOT_IN:
        yield RULES["lacking-fails-not-in"]
    if comparator is Comparator.DOES_NOT_EXIST and requirement.qualification_type_id in (MASTERS, MASTERS_SANDBOX):
        yield RULES["masters-does-not-exist"]
    if len({locale.subdivision is None for locale in requirement.locale_values}) > 1:
        yield RULES["mixed-locales"]
    if requirement.is_guard_contradictory:
        yield RULES["guard-precedence"]
    if fact.is_revoked:
        yield RULES["revoked-is-lacking"]
