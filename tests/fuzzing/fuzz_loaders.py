"""Fuzzes the loaders on files: `python -m tests.fuzzing.fuzz_loaders CORPUS -max_total_time=3600` (needs atheris).

Whatever the bytes are, a loader gives what it promises or raises an error of qualeval's whose message can be printed.
What was loaded can be judged, and comes back the same from what is written of it.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["qualeval"]):
    import qualeval as qe
    from qualeval.linting.configuration import find_lint_settings

HITS = [
    {"HIT": {"HITId": "3A", "CreationTime": "2018-04-12T17:44:31Z", "QualificationRequirements": []}},
    [{"QualificationTypeId": "Worker_Locale", "Comparator": "In", "LocaleValues": [{"Country": "US"}]}],
]
WORKERS = [
    {"WorkerId": "A1", "Complete": ["3B"], "Facts": {"Worker_Locale": "US-WA", "3ABC": "5..9", "Masters": "lacks"}},
    {"WorkerId": "A1", "Qualifications": [{"QualificationTypeId": "3ABC", "IntegerValue": 80, "Status": "Granted"}]},
]
SETTINGS = '[lint]\nselect = ["QE4"]\nonly = [{QualificationTypeId="3A", Comparator="Exists"}]\n[types]\nx = "3X"\n'


def fuzz_hits(content: bytes) -> None:
    """HITs can be judged and sent, and what is sent is read as the same requirements."""
    nobody = qe.worker(None, {})
    for hit in qe.load_hits(io.BytesIO(content)):
        decision = qe.compile_hit(hit).decide(nobody)
        json.dumps(decision.to_dict())
        sent = qe.parse_hit(hit.to_mturk()) if "HITTypeId" not in hit.other else hit
        if qe.compile_hit(sent) != qe.compile_hit(hit):
            raise AssertionError("what is sent means something else")


def fuzz_workers(content: bytes) -> None:
    """Profiles are written so that they are read again as the same."""
    for worker in qe.load_workers(io.BytesIO(content)):
        again = qe.parse_worker(json.loads(json.dumps(worker.to_dict())))
        if again != worker:
            raise AssertionError(f"{worker!r} came back as {again!r}")


def fuzz_settings(content: bytes) -> None:
    """A configuration is read, or refused."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "qualeval.toml").write_bytes(content)
        find_lint_settings(folder)


LOADERS = {b"h": fuzz_hits, b"w": fuzz_workers, b"s": fuzz_settings}
"""The first byte of an input says what reads the rest."""


def fuzz_one(content: bytes) -> None:
    """One file."""
    load = LOADERS.get(content[:1], fuzz_hits)
    try:
        load(content[1:])
    except qe.QualevalError as error:
        if not all(line.isprintable() for line in str(error).split("\n")):
            raise AssertionError(repr(str(error))) from error


def sow(folder: Path) -> None:
    """Writes an input of each kind into an empty folder, to begin with."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        return
    texts = [f"h{json.dumps(tree)}" for tree in HITS] + [f"w{json.dumps(tree)}" for tree in WORKERS] + [f"s{SETTINGS}"]
    for number, text in enumerate(texts):
        (folder / f"seed-{number}").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if folders:
        sow(Path(folders[0]))
    atheris.Setup(sys.argv, fuzz_one)
    atheris.Fuzz()
