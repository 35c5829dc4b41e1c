"""Frames of every kind, screened: exactly what `decide` says row by row."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import narwhals as nw

import qualeval as qe
from tests.frames import Engine, every_engine
from tests.scenarios import Scenario, Texts, scenarios, together

_COUNTS = {"spark": (12, 60), "duckdb": (60, 40)}
"""How many policies of how many rows; the others of 150 policies."""


def screened(engine: Engine, frame: Any, each: Scenario, mark: str, **settings: Any) -> Any:
    """The frame with the answers of a scenario, called so that those of the next have room."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", qe.DoubtfulColumn)
        found = qe.bulk.screen(
            frame, each.policy, columns=each.columns, nulls=each.nulls or "unknown", reasons=True, **settings
        )
    names = ["access", "possible", "unmet", *(["invalid"] if engine.is_lazy else [])]
    return nw.from_native(found).rename({name: f"{mark}{name}" for name in names}).to_native()


def expected(decision: qe.Decision) -> tuple[int, int, int | None]:
    """The answers that a decision makes."""
    unmet = decision.unmet
    return int(decision.access), int(decision.possible), unmet[0].index if unmet else None


def differences(engine: Engine, found: Sequence[Scenario]) -> list[Any]:
    """Where frames say another thing than `decide`: what was asked, the row, and both answers."""
    frame = engine.make(together(found))
    for number, each in enumerate(found):
        frame = screened(engine, frame, each, f"a{number}_")
    rows = engine.rows(frame)
    wrong: list[Any] = []
    for number, each in enumerate(found):
        for row, facts, decision in zip(rows, each.facts, each.decisions(), strict=True):
            answer = tuple(row[f"a{number}_{name}"] for name in ("access", "possible", "unmet"))
            if answer != expected(decision) or row.get(f"a{number}_invalid", False):
                cells = {name: row[name] for name in each.table}
                asked = each.policy.requirements, each.columns, each.nulls
                wrong.append((*asked, cells, facts, answer, expected(decision)))
    return wrong


@every_engine
def test_frames_say_what_decide_says(engine: Engine) -> None:
    """Access, possible and the first unmet requirement, for random policies and columns of every form."""
    count, rows = _COUNTS.get(engine.name, (150, 40))

    for start in range(0, count, 30):
        found = list(scenarios(start, min(30, count - start), rows, texts=Texts.WORDS if engine.is_lazy else Texts.ALL))

        assert differences(engine, found)[:1] == []
