"""The plugin for pytest: HIT and case files as test items, an engine, and the local endpoint. Silent until it is used.

It is loaded into every run of pytest in an environment where qualeval is installed. So it loads nothing of qualeval's
by itself: what it needs it asks pytest's plugin manager for, once an option or a fixture asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

__all__: list[str] = []

_COLLECTING = "qualeval.testing.collecting"
_ENGINE = "qualeval.testing.hit_engine"
_ENDPOINT = "qualeval.testing.endpoint"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings of pytest.ini, or `[tool.pytest.ini_options]`."""
    parser.addini(
        "qualeval_hits",
        "globs of HIT files, relative to the root directory; each HIT in them is a test item that fails with what "
        "qualeval's linter has against it",
        type="args",
        default=[],
    )
    parser.addini(
        "qualeval_cases",
        "globs of case files, relative to the root directory; each case in them is a test item",
        type="args",
        default=[],
    )
    parser.addini(
        "qualeval_fail_on",
        "how bad a finding must be for the item of its HIT to fail: error (the default), warning or info",
        type="string",
        default="error",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Loads the collecting of HITs and cases, if there are any to collect."""
    if config.getini("qualeval_hits") or config.getini("qualeval_cases"):
        _loaded(config, _COLLECTING).start(config)


def _loaded(config: pytest.Config, module: str) -> Any:
    """A module of qualeval's, which is a plugin from now on."""
    config.pluginmanager.import_plugin(module)
    return config.pluginmanager.get_plugin(module)


@pytest.fixture(scope="session")
def qualeval_engine(pytestconfig: pytest.Config) -> Any:
    """A `qualeval.Engine` over the HITs of the files that `qualeval_hits` names.

    It knows each HIT by its HITId, and the only HIT of a file by the path of the file too, from the root directory on:
    `qualeval_engine.decide("hits/birds.json", worker)`.
    """
    return _loaded(pytestconfig, _ENGINE).engine(pytestconfig)


@pytest.fixture
def mturk_endpoint(pytestconfig: pytest.Config) -> Iterator[Any]:
    """A running `qualeval.testing.Endpoint`, new for each test: a local server that speaks Mechanical Turk's protocol.

    `mturk_endpoint.client()` is a boto3 client for it, and `mturk_endpoint.url` its address.
    """
    with _loaded(pytestconfig, _ENDPOINT).Endpoint() as endpoint:
        yield endpoint
