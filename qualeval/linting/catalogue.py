"""The catalogue of rules, as data: what each is called, how bad it is, why, what mends it, and how that is known.

A rule is an *error* where Mechanical Turk, or its client, refuses the HIT by a rule of evidence grade D or S, where
nobody can take it, or where a rule of the house is not kept; a *warning* where it is probably not what was meant; else
*info*. One exception: a type by its name (QE112) is refused as well, but qualeval itself reads names and sends ids, so
that it is for information. This module does not know how rules are checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, frozen

from qualeval.model.words import Word

__all__ = ["BY_ID", "BY_NAME", "CATALOGUE", "Rule", "Severity"]


class Severity(Word):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return _RANKS[self]


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@frozen
class Rule:
    """One rule.

    `name` is a short name for people, `source` where the rule comes from, with its evidence grade; `is_refused` says
    whether the service itself refuses such a HIT, `has_fix` whether `--fix` can mend it, at least at times.
    """

    id: str
    name: str
    severity: Severity
    title: str
    why: str
    fix: str
    source: str
    is_refused: bool = field(default=False, kw_only=True)
    has_fix: bool = field(default=False, kw_only=True)

    @property
    def mend(self) -> str:
        """The fix as the end of a message."""
        return self.fix[:1].lower() + self.fix[1:].removesuffix(".")


_ERROR, _WARNING, _INFO = Severity

_REFERENCE = "API reference, QualificationRequirement (D)"
_MODEL = "the service model of botocore, mturk/2017-01-17 (D)"
_GUIDE = "developer guide, Selecting eligible workers (D)"
_SETS = "the meaning of the requirements: docs/meaning.md"

CATALOGUE: tuple[Rule, ...] = (
    # --- QE0: the file and its form
    Rule(
        "QE001", "unreadable", _ERROR, "the file is not the JSON or YAML that it should be",
        "What cannot be read cannot be sent, nor judged. Of a key that stands twice, or is merged, each reader makes "
        "something else; and what is called `*.json` other programs read as one value of JSON, where qualeval takes "
        "YAML and JSON Lines too. This is told whatever is selected, unless it is ignored.",
        "Mend the syntax at the line that is named; a key may stand once.",
        "RFC 8259 and YAML 1.2, read as docs/meaning.md says", is_refused=True,
    ),
    Rule(
        "QE002", "not-a-hit", _ERROR, "the value is no HIT",
        "It is neither an answer of GetHIT or ListHITs, nor a CreateHIT or CreateHITType request, nor a list of "
        "requirements, so nothing says who may take it.",
        "Give one of these.",
        "API reference, CreateHIT and GetHIT (D)", is_refused=True,
    ),
    Rule(
        "QE003", "no-requirements", _INFO, "the HIT has no requirements",
        "Every worker may take it, also those who were to be left out.",
        "If that is meant, ignore this; else list the requirements.",
        "API reference, CreateHIT: 0 to 10 requirements (D)",
    ),
    Rule(
        "QE004", "hit-type-beside-requirements", _ERROR, "a HIT type is named beside requirements",
        "A request that names a HITTypeId takes the requirements of that HIT type. CreateHITWithHITType has no key for "
        "others and CreateHIT none for a HITTypeId, so the client refuses both before anything is sent.",
        "Put the requirements into the CreateHITType request, or leave the HITTypeId out.",
        f"{_MODEL}: CreateHITWithHITType has no QualificationRequirements", is_refused=True,
    ),
    Rule(
        "QE005", "misplaced-requirements", _ERROR, "requirements stand where nobody reads them",
        "Under a key that is misspelt or made up, requirements apply to nobody: everybody is let in.",
        "Write them under `QualificationRequirements` of the HIT.",
        _MODEL, is_refused=True,
    ),
    Rule(
        "QE006", "too-many-requirements", _ERROR, "more than ten requirements",
        "A HIT takes ten at most.",
        "Join requirements on one type, or move a choice into a qualification of your own.",
        "API reference, CreateHIT: 0 to 10 requirements (D)", is_refused=True,
    ),
    Rule(
        "QE007", "unknown-key", _ERROR, "a key that Mechanical Turk does not have",
        "A requirement or locale takes only the keys of the API (`LocaleValues`, not `LocaleValue`); what stands under "
        "another is not applied.",
        "Write the key that was meant.",
        _MODEL, is_refused=True, has_fix=True,
    ),
    Rule(
        "QE008", "wrong-type", _ERROR, "a value of the wrong JSON type",
        "`\"97\"` is no integer and `\"US\"` is no locale; the client refuses them before anything is sent.",
        "Write the value as the API has it.",
        _MODEL, is_refused=True,
    ),
    Rule(
        "QE009", "missing-key", _ERROR, "a key that is required is missing",
        "A requirement needs a QualificationTypeId and a Comparator, a locale its Country.",
        "Add the key.",
        _MODEL, is_refused=True,
    ),
    Rule(
        "QE010", "requirements-elsewhere", _INFO, "a request whose requirements are those of its HIT type",
        "A request that names a HITTypeId carries no requirements, so there is nothing to check here.",
        "Check the CreateHITType request, or the HIT as GetHIT returns it.",
        "API reference, CreateHITWithHITType (D)",
    ),
    # --- QE1: types, comparators and values
    Rule(
        "QE101", "unknown-type-id", _ERROR, "the QualificationTypeId is no id",
        "An id consists of capital letters and digits, 64 at most. The service answers a wrong one with the misleading "
        "`LocaleValue must be null when used with the EqualTo comparator`.",
        "Write the id; names of your own go into `[tool.qualeval.types]`.",
        f"{_MODEL}; the answer: boto3 #2402 (S)", is_refused=True,
    ),
    Rule(
        "QE102", "unknown-comparator", _ERROR, "an unknown or misspelt comparator",
        "There are ten comparators, spelt exactly so; `Equals` and ` EqualTo` are copied from published examples.",
        "Write the comparator that was meant.",
        _REFERENCE, is_refused=True, has_fix=True,
    ),
    Rule(
        "QE103", "comparator-not-for-type", _ERROR, "the type does not take this comparator",
        "Worker_Locale takes EqualTo, NotEqualTo, In and NotIn alone: locales have no order, and every worker has one.",
        "List the locales with In or NotIn.",
        _REFERENCE, is_refused=True,
    ),
    Rule(
        "QE104", "wrong-number-of-values", _ERROR, "the wrong number of values for the comparator",
        "In and NotIn take one value or more, Exists and DoesNotExist none, the others exactly one.",
        "For a list use In or NotIn; else leave one value.",
        _REFERENCE, is_refused=True, has_fix=True,
    ),
    Rule(
        "QE105", "values-with-exists", _ERROR, "values with Exists or DoesNotExist",
        "Whether a type is held does not depend on a value.",
        "Leave the values out, or compare with EqualTo or In.",
        _REFERENCE, is_refused=True,
    ),
    Rule(
        "QE106", "too-many-values", _ERROR, "too many values in a list",
        "In and NotIn take 15 integers or 30 locales at most.",
        "Use a range (two requirements), whole countries, or a qualification of your own.",
        _REFERENCE, is_refused=True,
    ),
    Rule(
        "QE107", "locales-on-integer-type", _ERROR, "LocaleValues on a type that is not Worker_Locale",
        "Only Worker_Locale is compared with locales.",
        "Give IntegerValues, or name Worker_Locale.",
        _REFERENCE, is_refused=True,
    ),
    Rule(
        "QE108", "integers-on-locale", _ERROR, "IntegerValues on Worker_Locale",
        "Worker_Locale is compared with locales alone.",
        "Give LocaleValues.",
        _REFERENCE, is_refused=True,
    ),
    Rule(
        "QE109", "duplicate-values", _WARNING, "a value stands twice in a list",
        "It counts towards the limit, and another value was perhaps meant.",
        "Leave one of them out.",
        _SETS, has_fix=True,
    ),
    Rule(
        "QE110", "integer-out-of-range", _WARNING, "an integer outside 32 bits",
        "The service's range is documented nowhere; its model says integer, which is read as 32 bits.",
        "Write a value between -2147483648 and 2147483647.",
        f"{_MODEL} says integer; the width is inferred (I)",
    ),
    Rule(
        "QE111", "value-outside-universe", _WARNING, "a value that the type can never have",
        "An approval rate lies within 0 to 100, a count of HITs at 0 or above, Worker_Adult is 0 or 1.",
        "Write a value that workers can have.",
        _REFERENCE,
    ),
    Rule(
        "QE112", "type-by-name", _INFO, "a qualification type by its name",
        "The service takes ids alone. qualeval reads names, and writes ids where it makes a request.",
        "Write the id, or send what `hit.to_mturk()` returns.",
        _MODEL, is_refused=True, has_fix=True,
    ),
    # --- QE2: locales
    Rule(
        "QE201", "unknown-country", _ERROR, "an unknown country",
        "Countries are the two capital letters of ISO 3166-1: `GB`, not `UK`; `US`, not `USA` or `us`.",
        "Write the code that was meant.",
        "API reference, Locale: ISO 3166-1 alpha-2 (D); the refusal was seen in an error text of 2017 (S)",
        is_refused=True, has_fix=True,
    ),
    Rule(
        "QE202", "country-not-on-mturk", _WARNING, "a country that Mechanical Turk's own list does not have",
        "Its list of 2017 lacks BL, BQ, CW and MF, and of the countries that ISO 3166 has withdrawn it has AN and CS "
        "alone; it may have changed since.",
        "Try it in the sandbox, or name the country that those workers register with.",
        "an error text of 2017 that listed the countries (S); what holds today is not known",
    ),
    Rule(
        "QE203", "unknown-subdivision", _ERROR, "an unknown subdivision",
        "Subdivisions are codes of ISO 3166-2 without their country.",
        "Write the code that was meant.",
        "API reference, Locale (D)", is_refused=True, has_fix=True,
    ),
    Rule(
        "QE204", "subdivision-with-country", _ERROR, "a subdivision that repeats its country",
        "`US-WA` is how ISO 3166-2 writes it; the API takes two characters, `WA`.",
        "Leave the country out of the subdivision.",
        _MODEL, is_refused=True, has_fix=True,
    ),
    Rule(
        "QE205", "subdivision-outside-us", _ERROR, "a subdivision outside the United States",
        "Mechanical Turk has subdivisions of the United States only, so nobody is known to be there.",
        "Name the country alone.",
        "API reference, Locale: states of the United States only (D)", is_refused=True,
    ),
    # --- QE3: guards
    Rule(
        "QE301", "unknown-guard", _ERROR, "an unknown or misspelt guard",
        "ActionsGuarded is Accept, PreviewAndAccept or DiscoverPreviewAndAccept.",
        "Write the one that was meant.",
        _REFERENCE, is_refused=True, has_fix=True,
    ),
    Rule(
        "QE302", "contradictory-guards", _ERROR, "the two guard fields contradict each other",
        "RequiredToPreview true guards preview, ActionsGuarded Accept does not; which of them counts is documented "
        "nowhere, and the pair was refused.",
        "Leave RequiredToPreview out, and say in ActionsGuarded what is meant.",
        "InvalidParameterCombinationError seen for this pair (S)", is_refused=True,
    ),
    Rule(
        "QE303", "both-guards", _WARNING, "both guard fields in a request",
        "RequiredToPreview says nothing that ActionsGuarded does not, and only one of them can count.",
        "Leave RequiredToPreview out.",
        "API reference: RequiredToPreview is deprecated in favor of ActionsGuarded (D)", has_fix=True,
    ),
    Rule(
        "QE304", "deprecated-guard", _WARNING, "RequiredToPreview in a request",
        "It is deprecated since March 2018. (Every read returns it, so on a fetched HIT it is no mistake.)",
        "Write `ActionsGuarded: PreviewAndAccept` for true, `Accept` for false.",
        "API reference: RequiredToPreview is deprecated in favor of ActionsGuarded (D)", has_fix=True,
    ),
    # --- QE4: what the requirements come to
    Rule(
        "QE401", "unsatisfiable", _ERROR, "nobody can do it",
        "The requirements on a type leave no state that a worker could be in.",
        "Change or drop one of them.",
        _SETS,
    ),
    Rule(
        "QE402", "always-met", _WARNING, "a requirement that every worker meets",
        "It keeps nobody out, so it is not what was meant, or not needed.",
        "Drop it, or correct its value.",
        _SETS,
    ),
    Rule(
        "QE403", "duplicate", _WARNING, "a requirement that another one repeats",
        "It takes one of ten places and changes nothing; another type was perhaps meant.",
        "Drop it.",
        _SETS,
    ),
    Rule(
        "QE404", "redundant", _WARNING, "a requirement that others make redundant",
        "Removing it changes no worker's access.",
        "Drop it, or correct its value or guard.",
        _SETS,
    ),
    Rule(
        "QE405", "rate-without-count", _WARNING, "an approval rate without a count of approved HITs",
        "The rate of a worker who has submitted fewer than 100 assignments is 100: novices are let in.",
        "Add Worker_NumberHITsApproved GreaterThan 100.",
        "API reference, Worker_PercentAssignmentsApproved (D); psiTurk #291",
    ),
    Rule(
        "QE406", "blocklist-by-value", _WARNING, "a blocklist that shuts out everyone who is not on it",
        "Less-than, NotEqualTo and NotIn are met by holders of the type alone: who lacks it is shut out.",
        "Use DoesNotExist; if holders with a low value are meant, add GreaterThanOrEqualTo 0.",
        f"{_GUIDE}; seen: Dallinger #578 (S); of NotIn: inferred (I)",
    ),
    Rule(
        "QE407", "adult-comparator", _WARNING, "Worker_Adult compared with anything but EqualTo 1",
        "It is 1 for those who agreed to see adult content, and 0 for the others.",
        "Write Worker_Adult EqualTo 1.",
        _REFERENCE,
    ),
    Rule(
        "QE408", "adult-guard", _WARNING, "Worker_Adult that guards accept alone",
        "The content is seen in the preview already.",
        "Guard PreviewAndAccept or DiscoverPreviewAndAccept.",
        _REFERENCE,
    ),
    Rule(
        "QE409", "visible-in-vain", _INFO, "visible to workers who can never accept it",
        "They find it in their search and cannot take it.",
        "If that is not meant, guard DiscoverPreviewAndAccept.",
        "API reference, HITAccessActions (D)",
    ),
    # --- QE5: particular types
    Rule(
        "QE501", "sandbox-masters", _ERROR, "the sandbox's Masters in production",
        "Production does not have this type: `QualificationType [...] does not exist`.",
        "Use 2F1QJWKUDD8XADTFD2Q0G6UTO95ALH in production.",
        "API reference (D); breadboard #204 (S)", is_refused=True, has_fix=True,
    ),
    Rule(
        "QE502", "production-masters", _WARNING, "production's Masters in the sandbox",
        "The sandbox has a Masters type of its own. That it refuses production's is inferred, and was not seen.",
        "Use 2ARFPLSP75KLA8M8DH1HTEQVJT3SY6 in the sandbox.",
        "API reference (D); that the sandbox refuses it is inferred (I)", has_fix=True,
    ),
    Rule(
        "QE503", "retired-type", _WARNING, "a qualification type that Mechanical Turk has retired",
        "It is absent from today's reference: nobody can get it any more, or it is not known.",
        "Leave it out; of the rates, Worker_PercentAssignmentsApproved is left.",
        "API reference of 2006 and 2008 against today's (D); MTurkR on the Masters of 2015 (C)",
    ),
    Rule(
        "QE504", "masters-with-value", _WARNING, "Masters compared with a value",
        "Masters has no value: it is held or not.",
        "Write Masters Exists.",
        _REFERENCE,
    ),
    # --- QE9: the rules of the house
    Rule(
        "QE901", "house-rule", _ERROR, "the house's own rules are not kept",
        "The configuration demands that everyone who may accept meets these requirements.",
        "Add the requirement that is named.",
        "[tool.qualeval.lint] of the configuration",
    ),
)  # fmt: skip

BY_ID: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in CATALOGUE})
"""The rules by their ids."""

BY_NAME: Mapping[str, Rule] = MappingProxyType({rule.name: rule for rule in CATALOGUE})
"""The rules by their names, which are also the codes of the problems that the reader of HITs tells."""
