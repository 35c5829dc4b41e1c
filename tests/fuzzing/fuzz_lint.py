"""Fuzzes the linter on files: `python -m tests.fuzzing.fuzz_lint CORPUS -max_total_time=600` (needs atheris).

Whatever the bytes are, the linter yields findings or a clean bill. Options are those of libFuzzer; new inputs
are written to the first folder that is named.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["qualeval"]):
    import qualeval as qe
    from qualeval.linting.catalogue import BY_ID
    from qualeval.linting.examples import EXAMPLES

ONLY = qe.parse_hit([{"QualificationTypeId": "3ABC", "Comparator": "Exists"}]).requirements


def fuzz_one(content: bytes) -> None:
    """One file."""
    for found in qe.lint(io.BytesIO(content), environment="production", only=ONLY):
        if found.rule not in BY_ID or not str(found.problem).isprintable():
            raise AssertionError(str(found))


def sow(folder: Path) -> None:
    """Writes the examples of the rules into an empty folder, to begin with."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        return
    for rule, example in EXAMPLES.items():
        for kind, tree in (("bad", example.bad), ("good", example.good)):
            text = tree if isinstance(tree, str) else json.dumps(tree)
            (folder / f"{rule}-{kind}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if folders:
        sow(Path(folders[0]))
    atheris.Setup(sys.argv, fuzz_one)
    atheris.Fuzz()
