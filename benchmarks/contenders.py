"""The example HIT in every contender's form: qualeval's, a hand-written function's, and that of three rule engines.

All of them answer the same question about the same people: how far, from 0 to 3, may this person go with the HIT?
Each engine is prepared once and evaluated on a plain dict, as its own documentation recommends for repeated use. A
person's locale is text such as `US-WA`; the peers are given the country apart from it, since cutting a text would cost
them more than all the rest.
"""

from __future__ import annotations

from pathlib import Path

import cel
import rule_engine  # type: ignore[import-untyped]
import zen
from attrs import frozen

import qualeval as qe
from qualeval import ActionsGuarded, Comparator, QualificationRequirement

EXAMPLES = Path(__file__).parent.parent / "examples"

STUDY = "3STUDY1DONE"

REQUIREMENTS = (
    QualificationRequirement(
        qe.LOCALE,
        Comparator.IN,
        locale_values=(qe.Locale("US"), qe.Locale("CA")),
        actions_guarded=ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT,
    ),
    QualificationRequirement(
        qe.NUMBER_HITS_APPROVED,
        Comparator.GREATER_THAN,
        (100,),
        actions_guarded=ActionsGuarded.PREVIEW_AND_ACCEPT,
    ),
    QualificationRequirement(
        qe.PERCENT_APPROVED,
        Comparator.GREATER_THAN_OR_EQUAL_TO,
        (98,),
        actions_guarded=ActionsGuarded.ACCEPT,
    ),
    QualificationRequirement(STUDY, Comparator.DOES_NOT_EXIST, actions_guarded=ActionsGuarded.ACCEPT),
)

Facts = dict[str, str | int | None]


@frozen
class Person:
    """Somebody of whom everything is known. `study` is the value held of 3STUDY1DONE, None where it is lacked."""

    locale: str = "US-WA"
    hits: int = 512
    rate: int = 99
    study: int | None = None

    def profile(self) -> qe.WorkerProfile:
        """A new profile, of which nothing has been asked yet."""
        facts: dict[str, int | str] = {
            qe.LOCALE: self.locale,
            qe.NUMBER_HITS_APPROVED: self.hits,
            qe.PERCENT_APPROVED: self.rate,
            STUDY: qe.LACKS if self.study is None else self.study,
        }
        return qe.worker("A1", facts)

    def facts(self) -> Facts:
        """The same as plain values; None is lacked, a key that is not there is not known.

        The peers read `country`, made beforehand; the hand-written function reads the locale as it is written.
        """
        return {
            "locale": self.locale,
            "country": self.locale.partition("-")[0],
            "hits_approved": self.hits,
            "percent_approved": self.rate,
            "study_1_done": self.study,
        }


PERMITTED = Person()
ONE_UNMET = Person(rate=97)

PEOPLE = {
    PERMITTED: 3,
    Person(locale="CA", hits=101, rate=98): 3,
    ONE_UNMET: 2,
    Person(study=1): 2,
    Person(hits=100): 1,
    Person(locale="GB"): 0,
    Person(locale="GB", hits=0, rate=0, study=0): 0,
}
"""People of every access, and at both sides of every bound."""


def by_hand(facts: Facts) -> int:
    """The HIT as a good programmer would write it for plain values: it stops at the first refusal and fails closed."""
    level = 0
    try:
        if facts["locale"][:2] not in ("US", "CA"):  # type: ignore[index]
            return 0
        level = 1
        if not facts["hits_approved"] > 100:  # type: ignore[operator]
            return 1
        level = 2
        if facts["percent_approved"] >= 98 and facts["study_1_done"] is None:  # type: ignore[operator]
            return 3
        return 2
    except KeyError:
        return level


_LADDER = (
    'country in ["US", "CA"]'
    " ? (hits_approved > 100 ? (percent_approved >= 98 {and_} study_1_done == null ? 3 : 2) : 1)"
    " : 0"
)


def zen_expression() -> zen.Expression:
    """zen-engine's compiled expression. A decision graph around it would only add to the time."""
    return zen.compile_expression(_LADDER.format(and_="and"))


def cel_program() -> cel.Program:
    """common-expression-language's compiled program: its README's "compile once, execute many times"."""
    return cel.compile(_LADDER.format(and_="&&"))


def engine_rule() -> rule_engine.Rule:
    """rule-engine's rule, parsed once. Without type hints, which cost it another quarter of the time."""
    return rule_engine.Rule(_LADDER.format(and_="and"))
