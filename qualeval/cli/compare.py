"""`qualeval compare`: who gains and who loses by a change of a HIT?"""

from __future__ import annotations

import os

import click

import qualeval as qe
from qualeval.cli import differences, inputs, markdown, output, status
from qualeval.cli.against import compare_with
from qualeval.cli.differences import Difference, Report

__all__ = ["compare"]


@click.command(epilog="Example: qualeval compare --against origin/main hits/ --format markdown")
@inputs.file_argument("before")
@inputs.file_argument("after", required=False, metavar="AFTER")
@click.option("--against", metavar="REV", help="Compare one path with what this git revision has of it.")
@click.option(
    "--fail-on",
    type=click.Choice(["gained", "lost", "any"]),
    default="any",
    show_default=True,
    help="What makes the exit status 1.",
)
@inputs.formats_option("text", "json", "markdown")
@inputs.hit_source_options
def compare(
    *, before: str, after: str | None, against: str | None, fail_on: str, output_format: str, service: inputs.Service
) -> int:  # fmt: skip
    """Who gains and who loses by a change from BEFORE to AFTER.

    For every action it shows a worker who gains it and one who loses it. BEFORE and AFTER are each a file, `-`, or a
    HIT id, which is fetched: so it finds the drift between what was asked for and what the service has. Of files with
    several HITs those of the same HITId are compared or, where ids lack, those of the same title or in the same place.

    With --against REV one path takes the place of the two: a file, or a folder of which every file that holds HITs is
    compared with what the git revision has of it. HITs that were added are shown with their requirements, as are those
    that could not be read before; they do not fail, nor do those that were removed. Markdown is for the reader of a
    pull request.

    The exit status is 1 where somebody's access differs, and 2 where something could not be read.
    """
    types = service.names()
    if against is None:
        report = Report(_matched(before, after, service, types))
    else:
        report = _against(against, before, after, types)
    _SHOW[output_format](report, is_one=against is None and len(report.differences) == 1)
    for error in report.errors:
        output.complain(error)
    return _status(report, fail_on)


def _against(revision: str, path: str, more: str | None, types: qe.TypeNames) -> Report:
    if more is not None:
        raise click.UsageError("--against takes one path: it is compared with what the revision has of it")
    if path == "-" or inputs.is_id(path):
        raise click.UsageError(f"--against takes a file or a folder, got `{output.clean(path)}`")
    return compare_with(revision, path, types)


def _matched(before: str, after: str | None, service: inputs.Service, types: qe.TypeNames) -> list[Difference]:
    if after is None:
        raise click.UsageError("Missing argument 'AFTER'; one path alone is compared with --against REV.")
    if os.path.isdir(before) or os.path.isdir(after):
        raise click.UsageError("two files are compared; a folder is compared with a git revision: --against REV FOLDER")
    inputs.refuse_several_streams({"BEFORE": before, "AFTER": after})
    sources = inputs.source_name(before), inputs.source_name(after)
    old, new = inputs.hits_of(before, service, types), inputs.hits_of(after, service, types)
    try:
        matches = qe.match_hits(old, new)
    except qe.InvalidInput as error:
        raise qe.InvalidInput(error.problems, " and ".join(sources)) from None
    return [Difference.of_match(match, sources, types) for match in matches]


def _show_text(report: Report, *, is_one: bool) -> None:
    if is_one:
        differences.show_one(report.differences[0])
    else:
        differences.show_many(report)


def _show_json(report: Report, *, is_one: bool) -> None:
    for each in report.differences:
        output.emit_json(differences.as_dict(each), one_line=not is_one)
    for error in report.errors:
        output.emit_json(differences.error_dict(error), one_line=True)


def _show_markdown(report: Report, *, is_one: bool) -> None:
    click.echo(markdown.markdown_of_one(report.differences[0]) if is_one else markdown.markdown_of_many(report))


_SHOW = {"text": _show_text, "json": _show_json, "markdown": _show_markdown}


def _status(report: Report, fail_on: str) -> status.Status:
    if report.errors:
        return status.Status.INVALID
    gained, lost = any(each.gained for each in report.differences), any(each.lost for each in report.differences)
    fails = {"gained": gained, "lost": lost, "any": gained or lost}[fail_on]
    return status.Status.DENIED if fails else status.Status.PERMITTED
