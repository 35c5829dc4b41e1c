"""Mutation testing of the rooms that judge: `python -m tests.mutants FOLDER [ROOM...]`. It needs mutmut.

mutmut mutates no function with a decorator, and much of the judging is in properties. So it works in a copy of the
checkout, made in FOLDER, in which the rooms' decorators are written out: after the function, `is_empty =
property(is_empty)` means the same. And as a plugin of pytest this module empties the package's caches before each test:
what an earlier test was told would hide a mutant, and that this test asks for it too.

Each room is tried by the tests that are its own, with the few fixed examples of the Hypothesis profile `mutation`. Run
again on the same FOLDER, only functions that changed and mutants that survived are tried anew. Printed are the mutants
that survive, each as its change, and the figures by room. Exit status 1: too few are killed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import libcst as cst
import pytest

ROOMS = {
    "values": ("integer_set", "locale", "locale_set", "memberships", "value_set"),
    "policy": (
        "compiler", "decision", "differential", "ladders", "pickling", "policy_questions", "provenance", "regions",
        "specialise", "wording",
    ),
    "analysis": ("analysis", "compare", "inference", "matching", "prove", "results"),
}
"""The tests of each."""
LEAST = 0.95
KEPT = {"classmethod", "staticmethod"}
"""Decorators that mutmut knows."""
KILLED, SURVIVED, UNTESTED = {1, 3}, {0}, {5, 33, None}
"""Exit statuses of the tests that mutmut writes down; any other is a mutant that did not come to an end."""


class Undecorated(cst.CSTTransformer):
    """Writes the decorators of functions as assignments."""

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.FlattenSentinel[cst.BaseStatement]:
        """The function, and after it what the decorators make of it."""
        decorators = [each.decorator for each in updated_node.decorators]
        if not decorators or any(_name(each) in KEPT for each in decorators):
            return updated_node
        name = updated_node.name.value
        made: cst.BaseExpression = cst.Name(name)
        for each in reversed(decorators):
            made = cst.Call(each, [cst.Arg(made)])
        assigned = cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(cst.Name(name))], made)])
        return cst.FlattenSentinel([updated_node.with_changes(decorators=[]), assigned])


def _name(decorator: cst.BaseExpression) -> str:
    return decorator.value if isinstance(decorator, cst.Name) else ""


def pytest_runtest_setup() -> None:
    """Empties the caches of functions."""
    modules = [vars(module) for name, module in sys.modules.items() if name.startswith("qualeval.")]
    for each in [each for module in modules for each in module.values() if hasattr(each, "cache_clear")]:
        each.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Examples come first and laws last: mostly an example notices a mutant, and sooner."""
    items.sort(key=lambda item: hasattr(getattr(item, "obj", None), "hypothesis") or "workers" in item.name)


def prepare(root: Path, folder: Path, room: str) -> None:
    """The checkout's files in a folder, as mutmut is to see them. What is the same there stays untouched."""
    listing = ["git", "ls-files", "pyproject.toml", "qualeval", "tests/*.py"]
    for name in subprocess.run(listing, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
        text = (root / name).read_text("utf-8")
        if name.startswith(f"qualeval/{room}/"):
            text = cst.parse_module(text).visit(Undecorated()).code
        if name == "pyproject.toml":
            text = text.replace("[tool.mutmut]\n", f"[tool.mutmut]\n{_selection(room)}")
        copy = folder / name
        if not copy.exists() or copy.read_text("utf-8") != text:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text, "utf-8")


def _selection(room: str) -> str:
    tests = [f"tests/test_{name}.py" for name in ROOMS[room]]
    return f'only_mutate = ["qualeval/{room}/*.py"]\npytest_add_cli_args_test_selection = {tests}\n'


def mutmut(folder: Path, *arguments: str) -> str:
    """What mutmut prints."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def results(folder: Path) -> dict[str, int | None]:
    """By the name of a mutant the exit status of its tests."""
    found: dict[str, int | None] = {}
    for path in sorted((folder / "mutants").rglob("*.meta")):
        found |= json.loads(path.read_text("utf-8"))["exit_code_by_key"]
    return found


def end(status: int | None) -> str:
    """What became of a mutant."""
    if status in UNTESTED:
        return "untested"
    return "killed" if status in KILLED else "survived" if status in SURVIVED else "timeout"


def tried(room: str, folder: Path) -> Counter[str]:
    """How many mutants of a room came to which end; those that survive are printed."""
    prepare(Path(__file__).parent.parent, folder, room)
    survived = [name for name, status in results(folder).items() if end(status) != "killed"]
    mutmut(folder, "run", "--max-children", "2")
    if again := [name for name in survived if name in results(folder)]:
        mutmut(folder, "run", "--max-children", "2", *again)
    found = results(folder)
    for name, status in found.items():
        if end(status) != "killed":
            print(end(status), mutmut(folder, "show", name), sep=": ")
    return Counter(map(end, found.values()))


def main(folder: str, *rooms: str) -> int:
    """Tries the rooms, all where none is named."""
    figures = {room: tried(room, Path(folder).resolve() / room) for room in rooms or ROOMS}
    for room, ends in figures.items():
        print(f"{room}: {dict(ends)}")
    total = sum(figures.values(), Counter[str]())
    share = (total["killed"] + total["timeout"]) / total.total()
    print(f"together: {dict(total)}, {share:.1%} killed")
    return 0 if share >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
