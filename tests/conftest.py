"""What every test runs under: Hypothesis without deadlines, and the soak only where it is asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile("qualeval", deadline=None)
# For mutation testing, with `--hypothesis-profile mutation`: the same few examples in every run, and no shrinking.
settings.register_profile(
    "mutation",
    settings.get_profile("qualeval"),
    max_examples=10,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("qualeval")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the soak unless `-m` names it."""
    if re.search(r"\bsoak\b", str(config.getoption("-m"))):
        return
    soaked = [item for item in items if item.get_closest_marker("soak")]
    if soaked:
        config.hook.pytest_deselected(items=soaked)
        items[:] = [item for item in items if not item.get_closest_marker("soak")]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def examples(root: Path) -> Path:
    """The folder of examples."""
    return root / "examples"
