"""Recording: today's answers become what a case file expects, and the rest of the file stays as it is.

A case that expects nothing yet gets all of the answer; of what is expected already, that is replaced which is no longer
so, and nothing is added. Comments, order and layout stay, save comments between the items of a list that is replaced.
Nothing is written unchecked: the new text is read again, and must say what was meant.

This module does not know the answers, nor who wants them.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

from attrs import field, frozen

from qualeval.errors import InputNotFound, InvalidInput, Path, Problem, QualevalError, show
from qualeval.model.actions import Action
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.sources.documents import Document, read_document
from qualeval.sources.edits import overwrite
from qualeval.sources.json_trees import json_nodes
from qualeval.sources.nodes import Node
from qualeval.sources.removals import Splice, after_colon
from qualeval.sources.scalars import json_scalar, yaml_value
from qualeval.sources.texts import reason_of
from qualeval.sources.workers import load_workers
from qualeval.sources.yaml_trees import yaml_nodes
from qualeval.testing.cases.case import Case, Expectation, Finding, Reference, deciding
from qualeval.testing.cases.running import CaseResult

__all__ = ["Recorded", "drafted_cases", "record_cases"]

_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_./-]*[A-Za-z0-9_])?", re.ASCII)
_NOT_TEXT = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""What other readers of YAML do not take for texts."""


@frozen
class Recorded:
    """What was written into one case: by key what the file says now, and what it said before, if anything."""

    case: Case
    before: Mapping[str, Any] = field(hash=False)
    after: Mapping[str, Any] = field(hash=False)


def record_cases(path: str | os.PathLike[str], results: Sequence[CaseResult]) -> list[Recorded]:
    """Writes the answers of `results` into the case file that they came from; returns what is new.

    Raises:
        InputNotFound: the file cannot be read or written.
        InvalidInput: a case has no decision; the file is another one by now, or an answer of the worker site; there is
            a case into which no answer can be written without a change of what else the file says. Then nothing is.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise InputNotFound(f"cannot read {os.fspath(path)}: {reason_of(error)}") from None
    document = read_document(path)
    _refuse(document, results)
    found = [recorded for result in results if (recorded := _recorded(result, document.tree))]
    if found:
        try:
            overwrite(path, _written(content, document, found))
        except OSError as error:
            raise InputNotFound(f"cannot write {os.fspath(path)}: {reason_of(error)}") from None
    return found


def _refuse(document: Document, results: Sequence[CaseResult]) -> None:
    """Raises InvalidInput for results that are no answers to the cases of the document."""
    problems = [
        Problem(f"{show(each.case.name)} has no answer to record: {each.message}")
        for each in results
        if each.decision is None
    ]
    if any(not isinstance(each.case.expected, Expectation | None) for each in results):
        mend = "record into a case file"
        problems.append(Problem("Mechanical Turk's own verdicts are not replaced by our answers", help=mend))
    elif any(_at(document.tree, (*each.case.path, "name")) != each.case.name for each in results):
        problems.append(Problem("the file has changed since it was read", help="run it again"))
    if problems:
        raise InvalidInput(problems, document.name)


def _at(tree: Any, path: Path) -> Any:
    """The value at a path, or None."""
    for step in path:
        try:
            tree = tree[step]
        except (LookupError, TypeError):
            return None
    return tree


def _recorded(result: CaseResult, tree: object) -> Recorded | None:
    """What is to be written into a case, or None where it expects what is."""
    answer = _answer(result)
    if result.case.expected is None:
        return Recorded(result.case, {}, {key: answer[key] for key in ("access", "possible", "deciding")})
    before = _at(tree, (*result.case.path, "expect"))
    wrong = {check.what for check in result.found(Finding.FAILS)}
    if result.error is not None:  # `deciding` names a requirement that the HIT does not have any more
        wrong = {key for key in before if key == "deciding" or before[key] != answer[key]}
    after = {key: answer[key] for key in before if key in wrong}
    return Recorded(result.case, {key: before[key] for key in after}, after) if after else None


def _answer(result: CaseResult) -> dict[str, Any]:
    """All that an expectation can say, as it is today."""
    decision, expected = result.decision, result.case.expected
    assert decision is not None
    types = [reason.predicate.kind.type_id for reason in decision.reasons]
    by_number = isinstance(expected, Expectation) and any(isinstance(each, int) for each in expected.deciding or ())
    return {
        "access": str(decision.access),
        "possible": str(decision.possible),
        **{str(action): str(decision.outcome(action)) for action in Action},
        "deciding": [
            result.places[each.index] if by_number or types.count(each.predicate.kind.type_id) > 1 else each.name
            for each in deciding(decision)
        ],
    }


def drafted_cases(folder: str | os.PathLike[str], hit: str, workers: str, *, names: TypeNames = SYSTEM_ONLY) -> str:
    """The text of a case file for this folder, with a case a worker that expects nothing yet: it is to be recorded.

    `hit` is the path of a HIT's file, or an id; `workers` is the path of a file of workers.

    Raises:
        InputNotFound: there is no such file of workers.
        InvalidInput: there is something wrong with it, or a worker cannot be told from the others by its id.
    """
    ids = [worker.worker_id for worker in load_workers(workers, names=names)]
    is_hit_id = Reference(hit, FilePath()).is_id
    lines = [f"hit: {_flow(hit if is_hit_id else _relative(hit, folder), 'yaml')}"]
    path = _flow(_relative(workers, folder), "yaml")
    if len(ids) == 1:
        name = _flow(ids[0] or "the worker", "yaml")
        return "\n".join([*lines, "cases:", f"  - name: {name}", f"    worker: {path}", ""])
    if not ids or None in ids or len({*ids}) < len(ids):
        mend = "give each a WorkerId of its own"
        raise InvalidInput(Problem("expected one worker, or several with an id each", help=mend), workers)
    named = [_flow(each, "yaml") for each in ids]
    cases = [f"  - name: {each}\n    worker: {each}" for each in named]
    return "\n".join([*lines, f"workers: {path}", "cases:", *cases, ""])


def _relative(path: str, folder: str | os.PathLike[str]) -> str:
    return os.path.relpath(path, folder).replace(os.sep, "/")


# --- the text


def _written(content: bytes, document: Document, found: Sequence[Recorded]) -> bytes:
    """The content of the file with what was recorded. InvalidInput where it would not say that, or something else."""
    new = _rewritten(content, document, found)
    if new is not None:
        return new
    bad = [each for each in found if _rewritten(content, document, [each]) is None] or found
    mend = f"write `expect` into {', '.join(show(each.case.name) for each in bad[:5])} by hand"
    got = "the answers cannot be written without a change of what else the file says"
    raise InvalidInput(Problem(got, help=f"{mend}, each key on a line of its own and without anchors"), document.name)


def _rewritten(content: bytes, document: Document, found: Sequence[Recorded]) -> bytes | None:
    """The same, or None."""
    raw = content.decode("utf-8")
    mark, ends = raw[: raw.startswith("\ufeff")], "\r\n" if "\r\n" in raw else "\n"
    if mark + document.text.replace("\n", ends) != raw:  # its line ends are mixed
        return None
    root = _root(document, found)
    text = _spliced(document.text, [splice for each in found for splice in _splices(document, root, each)])
    new = (mark + text.replace("\n", ends)).encode("utf-8")
    try:
        tree = read_document(io.BytesIO(new)).tree
    except QualevalError:
        return None
    # As JSON, for `==` takes True for 1, and an object for one whose keys have another order.
    return new if json.dumps(tree) == json.dumps(_meant(document.tree, found)) else None


def _meant(tree: Any, found: Sequence[Recorded]) -> object:
    """The tree of the file with what was recorded."""
    after = {each.case.path: each.after for each in found}
    cases = [_with(case, after.get(("cases", index))) for index, case in enumerate(tree["cases"])]
    return {**tree, "cases": cases}


def _with(case: Any, after: Mapping[str, Any] | None) -> object:
    return case if after is None else {**case, "expect": {**case.get("expect", {}), **after}}


def _spliced(text: str, splices: Sequence[Splice]) -> str:
    pieces, done = [], 0
    for splice in sorted(splices):
        pieces += [text[done : splice.start], splice.text]
        done = splice.end
    return "".join([*pieces, text[done:]])


def _root(document: Document, found: Sequence[Recorded]) -> Node:
    """The nodes of the text, as far down as answers are written."""
    if document.format == "yaml":
        return yaml_nodes(document.text)
    ends = (("name",), ("expect", "access"))
    return json_nodes(document.text, [(*each.case.path, *end) for each in found for end in ends])


def _splices(document: Document, root: Node, recorded: Recorded) -> Iterator[Splice]:
    case = _node(root, recorded.case.path)
    expect = case.part("expect") if case else None
    if case and not expect:
        yield _inserted(document, case, recorded.after)
    for key, value in recorded.after.items() if expect else ():
        if node := expect.part(key) if expect else None:
            yield from _replaced(document, node, value, in_flow=not (expect and expect.is_block))


def _node(node: Node | None, path: Path) -> Node | None:
    for step in path:
        node = node.part(step) if node else None
    return node


def _inserted(document: Document, case: Node, value: object) -> Splice:
    """A new entry at the end of a case, laid out as its last one is."""
    assert isinstance(case.parts, dict)
    text, last = document.text, list(case.parts.values())[-1]
    key = "expect" if document.format == "yaml" else '"expect"'
    entry = f"{key}: {_flow(value, document.format)}"
    line = text.rfind("\n", 0, last.begin) + 1
    is_own_line = not text[line : last.begin].strip(" -")
    indent = "\n" + " " * (last.begin - line) if is_own_line else " "
    if not case.is_block:
        return Splice(last.end, last.end, f",{indent}{entry}")
    end = last.end - 1 if text[last.end - 1 : last.end] == "\n" else text.find("\n", last.end)
    end = len(text) if end < 0 else end
    return Splice(end, end, f"{indent}{entry}")


def _replaced(document: Document, node: Node, value: object, in_flow: bool) -> Iterator[Splice]:
    """Another value in the place of one."""
    text = document.text
    if isinstance(value, str):
        is_yaml = document.format == "yaml"
        written = Splice(node.start, node.end, json_scalar(value, is_ascii=True))
        yield from yaml_value(text, node, value, in_flow) if is_yaml else [written]
    elif not node.is_block:
        yield Splice(node.start, node.end, _flow(value, document.format))
    elif node.key and (colon := after_colon(text, node.key[1])):
        yield Splice(colon, colon, f" {_flow(value, document.format)}")
        yield Splice(text.find("\n", colon), node.end)


def _flow(value: object, format: str) -> str:
    """A value on one line."""
    if format == "json":
        return json.dumps(value)
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(each, format)}" for key, each in value.items()) + "}"
        case list():
            return f"[{', '.join(_flow(each, format) for each in value)}]"
        case str() if _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
            return value
    return json.dumps(value)
