"""The house: which room stands on which floor, that imports point down, and where each third-party package lives.

The tables are those of the design's section 3. Every import of a file counts, also one inside a function or under
`TYPE_CHECKING`.
"""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

import qualeval

HOUSE = Path(qualeval.__file__).parent

FRONT_DOOR = "__init__"

FLOORS: Mapping[str, float] = {
    "__main__": 9,
    "cli": 8,
    FRONT_DOOR: 7.5,
    "testing": 7,
    "web": 7,
    "linting": 6,
    "engine": 5,
    "analysis": 5,
    "bulk": 5,
    "policy": 4,
    "sources": 4,
    "model": 3,
    "values": 2,
    "errors": 1,
    "on_demand": 1,
}
"""A room is a folder, or a module beside the folders.

`qualeval` itself hands out names of floors 5 to 7 on demand, so only what stands above those may go through it.
"""

DOORS = frozenset({"qualeval", "qualeval.bulk", "qualeval.cli", "qualeval.testing", "qualeval.web"})
"""What hands out on demand: the front door, those to modules of which each needs packages of its own, and commands."""

STRANGERS: Mapping[str, frozenset[str]] = {"analysis": frozenset({"sources"}), "bulk": frozenset({"sources"})}
"""Rooms further down that a room does not know all the same."""

EVERYWHERE = frozenset({"attrs", "attr"})
PACKAGES: Mapping[str, tuple[str, ...]] = {
    "pycountry": ("values/locale.py",),
    "boto3": ("sources/mturk.py",),
    "botocore": ("sources/mturk.py", "testing/endpoint.py"),
    "cattrs": ("sources/",),
    "yaml": ("sources/",),
    "narwhals": ("bulk/",),
    "numpy": ("bulk/",),
    "polars": ("bulk/",),
    "sqlglot": ("bulk/queries.py",),
    "hypothesis": ("testing/",),
    "pytest": ("testing/",),
    "click": ("cli/",),
    "rich": ("cli/",),
    "jinja2": ("web/",),
    "anyio": ("web/",),
    "starlette": ("web/",),
    "uvicorn": ("web/",),
}
"""The room of each third-party package: a file, or a folder with all its files."""


def module_name(path: Path) -> str:
    """The dotted name of a file of the package; a folder's `__init__.py` is the folder."""
    return ".".join(("qualeval", *path.relative_to(HOUSE).with_suffix("").parts)).removesuffix(".__init__")


FILES = {module_name(path): path for path in sorted(HOUSE.rglob("*.py"))}


def imports(module: str) -> Iterator[str]:
    """Every module that a file imports, wherever in the file."""
    path = FILES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            names = [f"{base}.{alias.name}" for alias in node.names]
            yield from (name if name in FILES else base for name in names)


def room(module: str) -> str:
    """The room of a module of qualeval."""
    return [*module.split("."), FRONT_DOOR][1]


def is_ours(module: str) -> bool:
    """Whether a module is one of qualeval's."""
    return module.partition(".")[0] == "qualeval"


OURS = {module: {name for name in imports(module) if is_ours(name)} for module in FILES}


def test_every_room_has_a_floor() -> None:
    """A new room is entered in the table before anything else."""
    assert {room(module) for module in FILES} <= FLOORS.keys()


def test_the_house_is_not_empty() -> None:
    """The tests of this file look at files, and see imports between rooms."""
    assert {"values", "model", "policy", "sources"} <= {room(module) for module in FILES}
    assert "qualeval.values.integer_set" in OURS["qualeval.values.value_set"]


@pytest.mark.parametrize("module", sorted(set(FILES) - {"qualeval"}))
def test_imports_point_down(module: str) -> None:
    """A room knows itself and the rooms on the floors below it, save its strangers; not its neighbours."""
    mine = room(module)
    known = {room(name) for name in OURS[module]} - {mine}

    assert [name for name in sorted(known) if FLOORS[name] >= FLOORS[mine]] == []
    assert known & STRANGERS.get(mine, frozenset()) == set()


def test_the_front_door_loads_only_what_judges() -> None:
    """`import qualeval` imports the floors of the meaning; the rest it names for the type checker alone."""
    tree = ast.parse(FILES["qualeval"].read_text(encoding="utf-8"))
    at_once = {node.module for node in tree.body if isinstance(node, ast.ImportFrom) and node.module}

    assert {room(name) for name in at_once if is_ours(name)} <= {"on_demand", "errors", "values", "model", "policy"}


def test_modules_do_not_go_round_in_circles() -> None:
    """There is an order in which every module comes after all that it imports; a cycle would be named here."""
    graph = {module: names & FILES.keys() for module, names in OURS.items() if module != "qualeval"}
    order = list(TopologicalSorter(graph).static_order())

    assert set(graph) <= set(order)


@pytest.mark.parametrize("module", sorted(FILES))
def test_third_party_packages_keep_to_their_rooms(module: str) -> None:
    """Beside the standard library and attrs, a package is imported in its own room; one that has none, nowhere."""
    place = FILES[module].relative_to(HOUSE).as_posix()
    packages = {name.partition(".")[0] for name in imports(module)} - sys.stdlib_module_names - EVERYWHERE
    astray = {
        name for name in packages - {"qualeval"} if not any(place.startswith(home) for home in PACKAGES.get(name, ()))
    }

    assert astray == set()


@pytest.mark.parametrize("module", sorted(FILES.keys() - {"qualeval.on_demand"}))
def test_only_doors_import_on_demand(module: str) -> None:
    """An import inside a function hides a cycle: there is none but where a door hands names out, which import it."""
    tree = ast.parse(FILES[module].read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = [
        node.lineno for each in functions for node in ast.walk(each) if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

    assert inside == []
    assert (names | attributes) & {"import_module", "__import__"} == set()
    assert ("qualeval.on_demand" in OURS[module]) == (module in DOORS)


def test_import_qualeval_loads_attrs_and_pycountry_and_nothing_else() -> None:
    """Nobody who only judges pays for boto3, click or YAML."""
    program = "import json, sys, qualeval; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    printed = subprocess.run(
        [sys.executable, "-c", program], cwd=HOUSE.parent, capture_output=True, text=True, check=True
    ).stdout
    loaded = set(json.loads(printed))

    assert loaded & (EVERYWHERE | PACKAGES.keys()) == {"attr", "attrs", "pycountry"}


def test_endpoint_is_had_without_hypothesis() -> None:
    """The door to the testing kit loads what is asked for alone, and nothing where nothing is."""
    program = (
        "import sys, qualeval; qualeval.testing; first = {*sys.modules}; qualeval.testing.Endpoint;"
        "print('botocore' in first, *({'botocore', 'hypothesis', 'click', 'boto3'} & {*sys.modules}))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], cwd=HOUSE.parent, capture_output=True, text=True, check=True
    ).stdout

    assert printed == "False botocore\n"


def test_the_door_to_the_testing_kit() -> None:
    """Each name of its `__all__` can be had, and `dir` shows it; another name is an error."""
    assert [name for name in qualeval.testing.__all__ if not hasattr(qualeval.testing, name)] == []
    assert set(qualeval.testing.__all__) <= set(dir(qualeval.testing))
    with pytest.raises(AttributeError, match=r"module 'qualeval.testing' has no attribute 'no_such_name'"):
        qualeval.testing.no_such_name  # noqa: B018


def test_every_public_name_is_there() -> None:
    """Each name of `__all__` can be had, on demand where need be, and `dir` shows it; another name is an error."""
    module = importlib.import_module("qualeval")

    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert set(module.__all__) <= set(dir(module))
    with pytest.raises(AttributeError, match="has no attribute 'no_such_name'"):
        module.no_such_name  # noqa: B018
