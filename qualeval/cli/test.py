"""`qualeval test`: do the cases of these files come out as they expect?"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

import qualeval as qe
from qualeval.cli import inputs, output, status

__all__ = ["test"]

_STYLES = {"passed": "green", "failed": "red", "error": "red", "unchecked": "yellow"}


@click.command(epilog="Example: qualeval test cases.yaml --format junit > junit.xml")
@inputs.file_argument("paths", metavar="CASES...", nargs=-1)
@click.option("-k", "part", metavar="TEXT", help="Run the cases with this in their name, whatever its case.")
@click.option("--saved", "hits", metavar="FOLDER", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="The folder of saved HITs among which ids are looked up; without it they are fetched.")
@inputs.formats_option("text", "json", "junit")
@click.option("--junit-xml", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Write JUnit's XML to this file too.")
@click.option("--record", is_flag=True, help="Write today's answers into the files, as what the cases expect.")
@inputs.file_option("--hit", "HIT", "With --record and --workers: make a new case file of this HIT, a file or an id.")
@inputs.file_option("--workers", "FILE", "The workers of the new case file, each a case.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of case files, for editors, and end.")
@click.option("-v", "--passed", "verbose", is_flag=True, help="Show the cases that passed too.")
@inputs.aws_options
def test(
    *,
    paths: tuple[str, ...],
    part: str | None,
    hits: Path | None,
    output_format: str,
    junit_xml: Path | None,
    record: bool,
    hit: str | None,
    workers: str | None,
    schema: bool,
    verbose: bool,
    service: inputs.Service,
) -> int:
    """Do the cases of these files come out as they expect?

    CASES are case files (a HIT, a worker, and the answer that is expected), answers of the worker site, or `-`. The
    exit status is 0 where all pass, 1 where one fails, 2 where a case could not be run or nothing was checked. With
    --record it is 0 once the answers are written; what they replace is told on stderr.
    """
    if schema:
        output.emit_json(qe.testing.cases.cases_schema())
        return status.Status.PERMITTED
    _refuse_usage(paths, record, junit_xml)
    if (hit or workers) and not record:
        raise click.UsageError("--hit and --workers make a new case file, and need --record")
    types = inputs.names()
    source = _Source(hits, service, types)
    if record:
        with _drafted(paths, hit, workers, types):
            return _record(_run(paths, part, source, types, unfinished=True))
    results = [result for each in _run(paths, part, source, types).values() for result in each]
    if junit_xml:
        _write(junit_xml, qe.testing.cases.as_junit(results))
    _note_unasked(results, types)
    _SHOW[output_format](results, verbose)
    return _status(results)


def _refuse_usage(paths: tuple[str, ...], record: bool, junit_xml: Path | None) -> None:
    if not paths:
        raise click.UsageError("Missing argument 'CASES...'.")
    if twice := [path for path, count in Counter(paths).items() if count > 1]:
        raise click.UsageError(f"{twice[0]} is given twice")
    if record and "-" in paths:
        raise click.UsageError("--record writes into files, and `-` is none; name the file")
    if record and junit_xml:
        raise click.UsageError("--record checks nothing, so there is nothing for --junit-xml; run it without --record")


def _run(
    paths: tuple[str, ...], part: str | None, source: _Source, types: qe.TypeNames, unfinished: bool = False
) -> Mapping[str, Sequence[qe.testing.cases.CaseResult]]:
    """The results of the cases of each file."""
    by_path = {path: _selected(_loaded(path, types, unfinished), part) for path in paths}
    _refuse_nothing(by_path, part)
    return {path: qe.testing.cases.run_cases(cases, hits=source, names=types) for path, cases in by_path.items()}


def _loaded(path: str, types: qe.TypeNames, unfinished: bool) -> list[qe.testing.cases.Case]:
    source = sys.stdin if path == "-" else path
    return qe.testing.cases.load_cases(source, names=types, unfinished=unfinished)


def _selected(cases: Sequence[qe.testing.cases.Case], part: str | None) -> list[qe.testing.cases.Case]:
    return [case for case in cases if part is None or part.casefold() in case.name.casefold()]


def _refuse_nothing(by_path: Mapping[str, Sequence[qe.testing.cases.Case]], part: str | None) -> None:
    """A run of no cases must not pass for one in which all pass."""
    if not any(by_path.values()):
        raise qe.InvalidInput(f"no case has `{part}` in its name, so nothing was checked", ", ".join(by_path))


class _Source:
    """Where HITs are that cases name by id: a folder, or the service, to which nobody connects before it is needed.

    A service that failed is not asked again: each time it would take as long to fail.
    """

    def __init__(self, folder: Path | None, service: inputs.Service, types: qe.TypeNames) -> None:
        self._connect: Callable[[], Any] = (lambda: qe.HITFolder(folder, types)) if folder else service.connect
        self._source: Any = None
        self._failure: qe.ServiceError | None = None

    def get_hit(self, hit_id: str) -> qe.HIT:
        """The HIT of this id."""
        if self._failure:
            raise self._failure
        try:
            self._source = self._source or self._connect()
            found: qe.HIT = self._source.get_hit(hit_id)
        except qe.ServiceError as error:
            self._failure = None if isinstance(error, qe.HITNotFound) else error
            raise
        return found


def _status(results: Sequence[qe.testing.cases.CaseResult]) -> int:
    found = {result.status for result in results}
    if any(isinstance(result.error, qe.ServiceError) for result in results):
        return status.Status.SERVICE_FAILED
    if qe.testing.cases.Status.ERROR in found or found == {qe.testing.cases.Status.UNCHECKED}:
        return status.Status.INVALID
    return status.Status.DENIED if qe.testing.cases.Status.FAILED in found else status.Status.PERMITTED


def _say(text: str) -> None:
    click.echo(output.clean(text), err=True)


def _note_unasked(results: Sequence[qe.testing.cases.CaseResult], types: qe.TypeNames) -> None:
    """A fact that no requirement asks for may be a mistyped id, and would go unnoticed."""
    for result in results:
        for type_id in result.case.facts:
            if result.decision is not None and type_id not in result.decision.policy.ladders:
                _say(f"note: {result.case.name}: no requirement of the HIT is about {types.name_of(type_id)}")


# --- recording


@contextmanager
def _drafted(paths: tuple[str, ...], hit: str | None, workers: str | None, types: qe.TypeNames) -> Iterator[None]:
    """Makes the new case file that is asked for, if one is; it does not stay where its cases have no answers."""
    if not (hit or workers):
        yield
        return
    if not (hit and workers) or len(paths) > 1 or "-" in (hit, workers):
        raise click.UsageError("a new case file takes --hit, --workers and one name; HIT and FILE are no `-`")
    draft = qe.testing.cases.drafted_cases(Path(paths[0]).parent, hit, workers, names=types)
    try:
        with open(paths[0], "x", encoding="utf-8") as file:
            file.write(draft)
    except FileExistsError:
        raise click.UsageError(f"{paths[0]} is there already; a new case file takes a new name") from None
    try:
        yield
    except BaseException:
        os.unlink(paths[0])
        raise


def _record(found: Mapping[str, Sequence[qe.testing.cases.CaseResult]]) -> int:
    """Writes the answers, and tells loudly which expectations they replace."""
    for error in (result.error for results in found.values() for result in results):
        if isinstance(error, qe.ServiceError):
            raise error
    for path, results in found.items():
        written = qe.testing.cases.record_cases(path, results)
        for each in written:
            _tell(each)
        changed = sum(bool(each.before) for each in written)
        kept = len(results) - len(written)
        _say(f"{path}: {len(written) - changed:,} recorded, {changed:,} changed, {kept:,} as they were")
    return status.Status.PERMITTED


def _tell(recorded: qe.testing.cases.Recorded) -> None:
    """What a case expects now, and what it expected before."""
    where = f"{recorded.case.where}: {recorded.case.name}"
    if not recorded.before:
        _say(f"recorded  {where}: {', '.join(f'{key} {_shown(value)}' for key, value in recorded.after.items())}")
    for key, value in recorded.before.items():
        _say(f"CHANGED   {where}: {key} {_shown(value)} -> {_shown(recorded.after[key])}")


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


# --- the formats


def _show_text(results: Sequence[qe.testing.cases.CaseResult], verbose: bool) -> None:
    """A line a case, those that passed only if asked for, and why it did not pass; then how many did."""
    for result in results:
        if verbose or result.status is not qe.testing.cases.Status.PASSED:
            _show(result, verbose)
    counts = Counter(result.status for result in results)
    listed = ", ".join(f"{counts[each]:,} {_styled(str(each))}" for each in qe.testing.cases.Status if counts[each])
    _echo(f"{listed} of {len(results):,} {'case' if len(results) == 1 else 'cases'}")


def _show(result: qe.testing.cases.CaseResult, verbose: bool) -> None:
    _echo(f"{_styled(str(result.status))}  {output.clean(result.case.where)}: {output.clean(result.case.name)}")
    for line in result.message.split("\n") if result.message else []:
        _echo(f"  {output.clean(line)}")
    for check in result.found(qe.testing.cases.Finding.OPEN) if verbose else []:
        _echo(f"  not checked: {output.clean(check.what)}")
    if result.message:
        _echo("")


def _styled(word: str) -> str:
    return click.style(word, fg=_STYLES[word])


def _echo(text: str) -> None:
    click.echo(text, color="NO_COLOR" not in os.environ and sys.stdout.isatty())


def _show_json(results: Sequence[qe.testing.cases.CaseResult], _: bool) -> None:
    output.emit_json(qe.testing.cases.as_json(results))


def _show_junit(results: Sequence[qe.testing.cases.CaseResult], _: bool) -> None:
    click.echo(qe.testing.cases.as_junit(results), nl=False)


_SHOW: Mapping[str, Callable[[Sequence[qe.testing.cases.CaseResult], bool], None]] = {
    "text": _show_text,
    "json": _show_json,
    "junit": _show_junit,
}
