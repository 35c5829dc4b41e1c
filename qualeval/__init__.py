"""May this worker discover, preview, accept this Mechanical Turk HIT, and why?

    import qualeval as qe

    policy = qe.compile_hit(qe.load_hit("hit.json"))
    decision = policy.decide(qe.worker("A1", {"Worker_Locale": "US-WA", "3ABC": 80}))
    decision.access, decision.unmet

The meaning of requirements is here at once; what reads files, asks the service or looks after many HITs is imported
when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualeval.errors import (
    AmbiguousTruth,
    Denied,
    DoubtfulColumn,
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
from qualeval.model.facts import HOLDS, LACKS, UNKNOWN, Basis, Fact
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
from qualeval.on_demand import handed_out
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
    from qualeval import bulk, linting, testing, web
    from qualeval.analysis.analyze import Analysis, FindingKind, PolicyFinding, analyze
    from qualeval.analysis.compare import ActionComparison, Comparison, Shift, compare
    from qualeval.analysis.inference import Acceptance, Inference, infer, joined
    from qualeval.analysis.matching import HITMatch, match_hits
    from qualeval.analysis.prove import Claim, Proof, Verdict, prove
    from qualeval.engine import Engine
    from qualeval.linting import Finding, Fix, Rule, Severity, guard, lint
    from qualeval.sources.configuration import find_type_names
    from qualeval.sources.folders import HITFolder
    from qualeval.sources.hits import load_hit, load_hits, parse_hit, parse_hits
    from qualeval.sources.mapping import TableMapping, load_mapping
    from qualeval.sources.mturk import MTurk
    from qualeval.sources.pool import Pool, read_pool
    from qualeval.sources.results_csv import AssignmentResult, ResultsCSV, is_results_csv, read_results_csv
    from qualeval.sources.revisions import Snapshot, snapshot
    from qualeval.sources.store import Store
    from qualeval.sources.syncing import SyncPlan, SyncReport, plan_sync, sync
    from qualeval.sources.uploads import exclusion, read_worker_ids, write_upload
    from qualeval.sources.workers import load_worker, load_workers, parse_worker, parse_workers
    from qualeval.sources.workers_csv import (
        ListedWorker,
        OwnRecord,
        OwnStatistics,
        WorkersCSV,
        is_workers_csv,
        read_workers_csv,
    )
    from qualeval.sources.writing import discard_if_empty, keep_profiles
    from qualeval.sources.written_pools import write_pool

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
    "Acceptance",
    "Access",
    "AccessPolicy",
    "Action",
    "ActionComparison",
    "ActionsGuarded",
    "AmbiguousTruth",
    "Analysis",
    "AssignmentResult",
    "Basis",
    "Claim",
    "Comparator",
    "Comparison",
    "Decision",
    "Denied",
    "DoubtfulColumn",
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
    "Inference",
    "InputNotFound",
    "IntegerSet",
    "InvalidInput",
    "ListedWorker",
    "Locale",
    "LocaleSet",
    "MTurk",
    "MissingPackage",
    "NoSuchHIT",
    "NotPermitted",
    "Outcome",
    "OwnRecord",
    "OwnStatistics",
    "PartlyLearned",
    "PolicyFinding",
    "Pool",
    "Problem",
    "Proof",
    "QualevalError",
    "QualificationRequirement",
    "Reason",
    "ReasonCode",
    "Region",
    "Remedy",
    "RemedyAction",
    "ResultsCSV",
    "Rule",
    "ServiceError",
    "Severity",
    "Shift",
    "Snapshot",
    "Store",
    "SyncPlan",
    "SyncReport",
    "TableMapping",
    "TypeNames",
    "Undetermined",
    "ValueSet",
    "Verdict",
    "WorkerProfile",
    "WorkersCSV",
    "WrongType",
    "analyze",
    "bulk",
    "change_hit",
    "compare",
    "compile_hit",
    "compile_requirements",
    "discard_if_empty",
    "exclusion",
    "find_type_names",
    "guard",
    "infer",
    "is_results_csv",
    "is_workers_csv",
    "joined",
    "keep_profiles",
    "lint",
    "linting",
    "load_hit",
    "load_hits",
    "load_mapping",
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
    "read_pool",
    "read_results_csv",
    "read_worker_ids",
    "read_workers_csv",
    "snapshot",
    "sync",
    "testing",
    "web",
    "worker",
    "write_pool",
    "write_upload",
]

_ON_DEMAND = {
    "Acceptance": "analysis.inference",
    "ActionComparison": "analysis.compare",
    "Analysis": "analysis.analyze",
    "AssignmentResult": "sources.results_csv",
    "Claim": "analysis.prove",
    "Comparison": "analysis.compare",
    "Engine": "engine",
    "Finding": "linting",
    "FindingKind": "analysis.analyze",
    "Fix": "linting",
    "HITFolder": "sources.folders",
    "HITMatch": "analysis.matching",
    "Inference": "analysis.inference",
    "ListedWorker": "sources.workers_csv",
    "MTurk": "sources.mturk",
    "OwnRecord": "sources.workers_csv",
    "OwnStatistics": "sources.workers_csv",
    "PolicyFinding": "analysis.analyze",
    "Pool": "sources.pool",
    "Proof": "analysis.prove",
    "ResultsCSV": "sources.results_csv",
    "Rule": "linting",
    "Severity": "linting",
    "Shift": "analysis.compare",
    "Snapshot": "sources.revisions",
    "Store": "sources.store",
    "SyncPlan": "sources.syncing",
    "SyncReport": "sources.syncing",
    "TableMapping": "sources.mapping",
    "Verdict": "analysis.prove",
    "WorkersCSV": "sources.workers_csv",
    "analyze": "analysis.analyze",
    "compare": "analysis.compare",
    "exclusion": "sources.uploads",
    "find_type_names": "sources.configuration",
    "guard": "linting",
    "infer": "analysis.inference",
    "joined": "analysis.inference",
    "keep_profiles": "sources.writing",
    "discard_if_empty": "sources.writing",
    "is_results_csv": "sources.results_csv",
    "is_workers_csv": "sources.workers_csv",
    "lint": "linting",
    "load_hit": "sources.hits",
    "load_hits": "sources.hits",
    "load_mapping": "sources.mapping",
    "load_worker": "sources.workers",
    "load_workers": "sources.workers",
    "match_hits": "analysis.matching",
    "parse_hit": "sources.hits",
    "parse_hits": "sources.hits",
    "parse_worker": "sources.workers",
    "parse_workers": "sources.workers",
    "plan_sync": "sources.syncing",
    "prove": "analysis.prove",
    "read_pool": "sources.pool",
    "read_results_csv": "sources.results_csv",
    "read_worker_ids": "sources.uploads",
    "read_workers_csv": "sources.workers_csv",
    "snapshot": "sources.revisions",
    "sync": "sources.syncing",
    "write_pool": "sources.written_pools",
    "write_upload": "sources.uploads",
}


_ROOMS = frozenset({"bulk", "linting", "testing", "web"})
"""Whole rooms whose names are asked for through them: `qualeval.bulk.screen`, `qualeval.testing.Endpoint`."""

__getattr__, __dir__ = handed_out(__name__, _ON_DEMAND, _ROOMS)
