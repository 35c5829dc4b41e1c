"""Case files as pytest's test items: one a case, which fails with the decision where the answer is another one.

This module does not know how cases are read and run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from qualeval.errors import QualevalError
from qualeval.sources.configuration import find_type_names
from qualeval.testing.cases import Case, Status, load_cases, run_cases
from qualeval.testing.hit_engine import named_hits

__all__ = ["CaseFailure", "CaseFile", "CaseItem"]


class CaseFile(pytest.File):
    """A file of cases."""

    def collect(self) -> Iterable[CaseItem]:
        """An item for each case."""
        try:
            cases = load_cases(os.path.relpath(self.path), names=find_type_names(self.config.rootpath))
        except QualevalError as error:
            raise self.CollectError(str(error)) from None
        for case in cases:
            item = CaseItem.from_parent(self, name=case.name, case=case)
            item.add_marker("qualeval")
            yield item


class CaseFailure(Exception):
    """Why a case did not pass, with the decision in full."""


class CaseItem(pytest.Item):
    """One case. It fails where the answer is not as expected, and where the HIT or the worker cannot be had."""

    def __init__(self, *, case: Case, **others: Any) -> None:
        super().__init__(**others)
        self.case = case

    def runtest(self) -> None:
        """Fails with what is not so; a case of which nothing can be said is skipped."""
        names = find_type_names(self.config.rootpath)
        (result,) = run_cases([self.case], hits=named_hits(self.config, names), names=names)
        if result.status is Status.UNCHECKED:
            pytest.skip(result.message)
        if result.status is not Status.PASSED:
            raise CaseFailure(result.message)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is not as expected; of another failure what pytest makes of it."""
        return str(excinfo.value) if isinstance(excinfo.value, CaseFailure) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is: the line of the case."""
        return self.path, None if self.case.line is None else self.case.line - 1, f"case {self.name}"
