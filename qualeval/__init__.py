"""May this worker discover, preview, accept this Mechanical Turk HIT, and why?

    import qualeval as qe

    policy = qe.compile_hit(qe.load_hit("hit.json"))
    decision = policy.decide(qe.worker("A1", {"Worker_Locale": "US-WA", "3ABC": 80}))
    decision.access, decision.unmet

The meaning of requirements is here at once; what reads files, asks the service or looks after many HITs is imported
when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from qualeval.errors import (
    AmbiguousTruth,
    Denied,
    HITNotFound,
    HITRefused,
    IncompatibleSets,
    InputNotFound,
    InvalidInput,
    MissingPackage,
    NoSuchHIT,
    NotPermitted,
    PartlyLearned,
    Problem,
    QualevalError,
    ServiceError,
    Undetermined,
    WrongType,
)
from qualeval.model.actions import Access, Action, ActionsGuarded
from qualeval.model.changes import change_hit
from qualeval.model.facts import HOLDS, LACKS, UNKNOWN, Fact
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import (
    ADULT,
    LOCALE,
    MASTERS,
    MASTERS_SANDBOX,
    NUMBER_HITS_APPROVED,
    PERCENT_APPROVED,
    TypeNames,
    qualification_type,
)
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.model.workers import WorkerProfile, worker
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.compiler import compile_hit, compile_requirements
from qualeval.policy.decision import Decision, Outcome
from qualeval.policy.reasons import Reason, ReasonCode
from qualeval.policy.regions import Region
from qualeval.policy.remedies import Remedy, RemedyAction
from qualeval.values.integer_set import IntegerSet
from qualeval.values.locale import Locale
from qualeval.values.locale_set import LocaleSet
from qualeval.values.value_set import ValueSet

if TYPE_CHECKING:
    from qualeval import linting, testing
    from qualeval.analysis.analyze import Analysis, FindingKind, PolicyFinding, analyze
    from qualeval.analysis.compare import ActionComparison, Comparison, Shift, compare
    from qualeval.analysis.matching import HITMatch, match_hits
    from qualeval.analysis.prove import Claim, Proof, Verdict, prove
    from qualeval.engine import Engine
    from qualeval.linting import Finding, Fix, Rule, Severity, guard, lint
    from qualeval.sources.configuration import find_type_names
    from qualeval.sources.folders import HITFolder
    from qualeval.sources.hits import load_hit, load_hits, parse_hit, parse_hits
    from qualeval.sources.mturk import MTurk
    from qualeval.sources.revisions import Snapshot, snapshot
    from qualeval.sources.store import Store
    from qualeval.sources.syncing import SyncPlan, SyncReport, plan_sync, sync
    from qualeval.sources.workers import load_worker, load_workers, parse_worker, parse_workers

__all__ = [
    "ADULT",
    "HIT",
    "HOLDS",
    "LACKS",
    "LOCALE",
    "MASTERS",
    "MASTERS_SANDBOX",
    "NUMBER_HITS_APPROVED",
    "PERCENT_APPROVED",
    "UNKNOWN",
    "Access",
    "AccessPolicy",
    "Action",
    "ActionComparison",
    "ActionsGuarded",
    "AmbiguousTruth",
    "Analysis",
    "Claim",
    "Comparator",
    "Comparison",
    "Decision",
    "Denied",
    "Engine",
    "Fact",
    "Finding",
    "FindingKind",
    "Fix",
    "HITFolder",
    "HITMatch",
    "HITNotFound",
    "HITRefused",
    "IncompatibleSets",
    "InputNotFound",
    "IntegerSet",
    "InvalidInput",
    "Locale",
    "LocaleSet",
    "MTurk",
    "MissingPackage",
    "NoSuchHIT",
    "NotPermitted",
    "Outcome",
    "PartlyLearned",
    "PolicyFinding",
    "Problem",
    "Proof",
    "QualevalError",
    "QualificationRequirement",
    "Reason",
    "ReasonCode",
    "Region",
    "Remedy",
    "RemedyAction",
    "Rule",
    "ServiceError",
    "Severity",
    "Shift",
    "Snapshot",
    "Store",
    "SyncPlan",
    "SyncReport",
    "TypeNames",
    "Undetermined",
    "ValueSet",
    "Verdict",
    "WorkerProfile",
    "WrongType",
    "analyze",
    "change_hit",
    "compare",
    "compile_hit",
    "compile_requirements",
    "find_type_names",
    "guard",
    "lint",
    "linting",
    "load_hit",
    "load_hits",
    "load_worker",
    "load_workers",
    "match_hits",
    "parse_hit",
    "parse_hits",
    "parse_worker",
    "parse_workers",
    "plan_sync",
    "prove",
    "qualification_type",
    "snapshot",
    "sync",
    "testing",
    "worker",
]

_ON_DEMAND = {
    "ActionComparison": "analysis.compare",
    "Analysis": "analysis.analyze",
    "Claim": "analysis.prove",
    "Comparison": "analysis.compare",
    "Engine": "engine",
    "Finding": "linting",
    "FindingKind": "analysis.analyze",
    "Fix": "linting",
    "HITFolder": "sources.folders",
    "HITMatch": "analysis.matching",
    "MTurk": "sources.mturk",
    "PolicyFinding": "analysis.analyze",
    "Proof": "analysis.prove",
    "Rule": "linting",
    "Severity": "linting",
    "Shift": "analysis.compare",
    "Snapshot": "sources.revisions",
    "Store": "sources.store",
    "SyncPlan": "sources.syncing",
    "SyncReport": "sources.syncing",
    "Verdict": "analysis.prove",
    "analyze": "analysis.analyze",
    "compare": "analysis.compare",
    "find_type_names": "sources.configuration",
    "guard": "linting",
    "lint": "linting",
    "load_hit": "sources.hits",
    "load_hits": "sources.hits",
    "load_worker": "sources.workers",
    "load_workers": "sources.workers",
    "match_hits": "analysis.matching",
    "parse_hit": "sources.hits",
    "parse_hits": "sources.hits",
    "parse_worker": "sources.workers",
    "parse_workers": "sources.workers",
    "plan_sync": "sources.syncing",
    "prove": "analysis.prove",
    "snapshot": "sources.revisions",
    "sync": "sources.syncing",
}


_ROOMS = frozenset({"linting", "testing"})
"""Whole rooms whose names are asked for through them: `qualeval.linting.lint_files`, `qualeval.testing.Endpoint`."""


def __getattr__(name: str) -> object:
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    if name not in _ON_DEMAND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_ON_DEMAND[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
