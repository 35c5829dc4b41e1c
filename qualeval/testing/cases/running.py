"""Running cases: the HIT and the worker of each are had, the decision is made, and compared with what is expected.

A case whose HIT or worker cannot be had is an error of that case, and the others are run all the same. This module
does not know how cases are written, nor how results are shown.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import define, evolve, field, frozen

from qualeval.engine import Engine, HITSource
from qualeval.errors import InputNotFound, InvalidInput, Problem, QualevalError, nearest, show
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.model.words import Word
from qualeval.model.workers import WorkerProfile
from qualeval.policy.compiler import compile_hit
from qualeval.policy.decision import Decision
from qualeval.sources.hits import load_hit
from qualeval.sources.workers import load_workers
from qualeval.testing.cases.case import Case, Check, Finding, Reference
from qualeval.testing.explanations import decision_text

__all__ = ["CaseResult", "HITs", "Status", "run_cases"]

HITs = HITSource | Mapping[str, HIT | Mapping[str, Any]] | str | os.PathLike[str]
"""Where HITs are that cases name by id: all that an `Engine` takes."""


class Status(Word):
    """What came of a case."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    """The HIT or the worker could not be had, or the case does not fit the HIT."""
    UNCHECKED = "unchecked"
    """All that is expected depends on what is not known of the worker. Only answers of the worker site can be so."""


@frozen
class CaseResult:
    """What came of a case: the decision and what it was checked for, or the error.

    `places` are where the requirements of the decision stand in the HIT that the case names.
    """

    case: Case
    checks: tuple[Check, ...] = ()
    decision: Decision | None = None
    places: Sequence[int] = ()
    error: QualevalError | None = None

    @property
    def status(self) -> Status:
        """What came of it, in a word."""
        found = {check.finding for check in self.checks}
        if self.error is not None:
            return Status.ERROR
        if Finding.FAILS in found:
            return Status.FAILED
        return Status.PASSED if Finding.HOLDS in found else Status.UNCHECKED

    def found(self, finding: Finding) -> list[Check]:
        """The checks of which this was found."""
        return [check for check in self.checks if check.finding is finding]

    @property
    def message(self) -> str:
        """Why it did not pass, on several lines, with the decision in full; empty where it passed."""
        match self.status:
            case Status.PASSED:
                return ""
            case Status.ERROR:
                return str(self.error)
            case Status.UNCHECKED:
                return "nothing could be checked: the worker's values are not shown"
        assert self.decision is not None
        explained = decision_text(self.decision, self.places)
        return "\n".join([*map(str, self.found(Finding.FAILS)), explained])


def run_cases(cases: Iterable[Case], *, hits: HITs | None = None, names: TypeNames = SYSTEM_ONLY) -> list[CaseResult]:
    """What comes of the cases, in their order.

    `hits` is where HITs are that cases name by id, `names` is how types are called, in files and in the answers. What
    goes wrong with one case is its error; nothing is raised.
    """
    inputs = _Inputs(names, None if hits is None else Engine(hits, names=names))
    return [_run(case, inputs) for case in cases]


def _run(case: Case, inputs: _Inputs) -> CaseResult:
    result = CaseResult(case)
    try:
        hit, places = case.changes.applied(inputs.hit(case.hit))
        decision = compile_hit(hit, names=inputs.names).decide(inputs.worker(case))
        result = evolve(result, decision=decision, places=places)
        checks = () if case.expected is None else tuple(case.expected.checks(decision, places))
    except QualevalError as error:
        return evolve(result, error=error)
    return evolve(result, checks=checks)


@define
class _Inputs:
    """Had HITs and workers: each file is read once."""

    names: TypeNames
    engine: Engine | None
    _hits: dict[Reference, HIT] = field(factory=dict)
    _workers: dict[Reference, Sequence[WorkerProfile]] = field(factory=dict)

    def hit(self, wanted: HIT | Reference) -> HIT:
        if isinstance(wanted, HIT):
            return wanted
        if wanted not in self._hits:
            self._hits[wanted] = self._by_id(wanted) if wanted.is_id else load_hit(wanted.path, names=self.names)
        return self._hits[wanted]

    def _by_id(self, wanted: Reference) -> HIT:
        if self.engine is None:
            missing = f"no file {wanted.path}, and no source of HITs to look {show(wanted.text)} up in"
            raise InputNotFound(f"{missing}; say where the HITs are, or give the path of a file")
        return self.engine.hit(wanted.text)

    def worker(self, case: Case) -> WorkerProfile:
        found = self._profile(case)
        return found.with_facts(case.facts)

    def _profile(self, case: Case) -> WorkerProfile:
        match case.worker:
            case None:
                return WorkerProfile()
            case WorkerProfile():
                return case.worker
            case Reference() if not case.worker.is_there and (case.pool or case.worker.is_id):
                return self._of_pool(case.worker.text, case.pool)
        return _only(self._in_file(case.worker), case.worker)

    def _in_file(self, wanted: Reference) -> Sequence[WorkerProfile]:
        if wanted not in self._workers:
            self._workers[wanted] = load_workers(wanted.path, names=self.names)
        return self._workers[wanted]

    def _of_pool(self, worker_id: str, pool: Reference | Sequence[WorkerProfile]) -> WorkerProfile:
        pool = self._in_file(pool) if isinstance(pool, Reference) else pool
        found = [each for each in pool if each.worker_id == worker_id]
        if len(found) == 1:
            return found[0]
        if found:
            raise InvalidInput(Problem(f"{len(found)} workers are called {show(worker_id)}", help="keep one of them"))
        if not pool:
            mend = "give the path of a file, or the `workers` of the whole file; `facts` alone describe a worker too"
            raise InvalidInput(Problem(f"no file {show(worker_id)}, and no `workers` to look it up in", help=mend))
        meant = nearest(worker_id, [each.worker_id for each in pool if each.worker_id])
        mend = f"did you mean {show(meant)}?" if meant else "name one of them, or a file"
        missing = f"no file {show(worker_id)}, and no worker of this id among the {len(pool):,} `workers`"
        raise InvalidInput(Problem(missing, help=mend))


def _only(found: Sequence[WorkerProfile], wanted: Reference) -> WorkerProfile:
    if len(found) == 1:
        return found[0]
    mend = "give the file as `workers` of the whole file, and here the id of one" if found else "give a profile"
    raise InvalidInput(Problem(f"expected one worker, found {len(found):,}", help=mend), str(wanted.path))
