"""Frames of every kind, screened: exactly what `decide` says row by row."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pytest

import qualeval as qe
from tests.frames import Engine, every_engine
from tests.scenarios import Scenario, Texts, scenarios, together

_TIERS = pytest.mark.parametrize(
    "count",
    [
        pytest.param(20, id="few"),
        pytest.param(120, id="many", marks=pytest.mark.slow),
        pytest.param(3000, id="soak", marks=pytest.mark.soak),
    ],
)
"""How many policies."""

_SLOWER = {"spark": 12, "duckdb": 3}
"""Engines that start slowly get so many times fewer of them, of twice as many rows."""


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


@_TIERS
@every_engine
def test_frames_say_what_decide_says(engine: Engine, count: int) -> None:
    """Access, possible and the first unmet requirement, for random policies and columns of every form."""
    slower = _SLOWER.get(engine.name, 1)
    texts = Texts.WORDS if engine.is_lazy else Texts.ALL
    left = max(count // slower, 4)
    for seed in range(0, left, 30):
        found = list(scenarios(seed + count, min(30, left - seed), 40 if slower == 1 else 80, texts=texts))

        assert differences(engine, found)[:1] == []
