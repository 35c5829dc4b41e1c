"""`qualeval lint`: what is wrong or foolish in the HITs of files and folders?"""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import click

import qualeval as qe
from qualeval.cli import inputs, output, status

__all__ = ["lint"]

_STYLES = {"error": "red", "warning": "yellow", "info": "blue"}
"""The severities, the worst first, and their colours."""


def _rules(option: str) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], tuple[str, ...]]:
    """Reads what an option lists, again and again or between commas."""

    def read(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
        listed = tuple(part.strip() for text in given for part in text.split(","))
        try:
            qe.linting.rules_named(listed)
        except qe.InvalidInput as error:
            raise click.UsageError("\n".join(f"{option}: {problem}" for problem in error.problems)) from None
        return listed

    return read


@click.command(epilog="Example: qualeval lint hits/ --fail-on error --format github")
@inputs.file_argument("paths", metavar="PATHS...", nargs=-1, required=True)
@inputs.formats_option("text", "json", "sarif", "github")
@click.option("--select", multiple=True, metavar="RULES", callback=_rules("--select"),
              help="Look for these rules alone: QE405, QE4 for all that begin so, rate-without-count.")
@click.option("--ignore", multiple=True, metavar="RULES", callback=_rules("--ignore"),
              help="Do not look for these, nor for those that the configuration ignores.")
@click.option("--fail-on", type=click.Choice(list(_STYLES)), help="What makes the exit status 1.")
@click.option("--environment", type=click.Choice(["production", "sandbox"]), help="Where the HITs are to go.")
@click.option("--baseline", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Report what is not in this file of old findings.")
@click.option("--write-baseline", "writes", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Write all findings to this file, as old ones; what was not looked for, it keeps.")
@click.option("--config", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Take the settings and names of this pyproject.toml or qualeval.toml, and of no other.")
@click.option("--fix", is_flag=True,
              help="Mend what has one right answer, marked [*], in the files, and report what is left.")
@click.option("--diff", is_flag=True, help="With --fix: show as a diff what it would write, and write nothing.")
@click.option("--by-content", is_flag=True, help="Pass over files that are named and hold no HIT, as in a folder.")
@click.option("-v", "--verbose", is_flag=True,
              help="Say on stderr whose settings hold, which files count as HITs, and why others do not.")
def lint(
    *,
    paths: tuple[str, ...],
    output_format: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    environment: str | None,
    baseline: Path | None,
    writes: Path | None,
    config: Path | None,
    fix: bool,
    diff: bool,
    by_content: bool,
    verbose: bool,
) -> int:
    """What is wrong or foolish in the HITs of PATHS?

    PATHS are files, folders (of which the files count that hold HITs), or `-`. `qualeval rules` lists what is looked
    for. Settings come from [tool.qualeval.lint] of the nearest pyproject.toml, on the way up from the folder that PATHS
    lie in (for `-` the working directory); options stand above them. -v names the file. House rules that are nearer to
    a file, and so would not be proved, are refused.

    A finding has one right answer where what is written can be said otherwise with the same meaning (a deprecated
    field), is a slip of which it is plain what was meant (`UK` for `GB`), or can go without any effect. All else --fix
    leaves alone.

    The exit status is 0 where nothing is found, or only what is less bad than --fail-on (a warning, if nothing else is
    said), else 1.
    """
    _refuse_together(paths, output_format, writes, fix=fix, diff=diff)
    settings = _settings(paths, config).changed(
        select=select, ignore=ignore, fail_on=fail_on, environment=environment, baseline=baseline
    )
    old = qe.linting.rewritable_baseline(writes) if writes else None
    known = qe.linting.read_baseline(settings.baseline) if settings.baseline and not writes else None
    report = _checked(paths, settings, known, fix=fix, diff=diff, by_content=by_content)
    _tell(report, settings, is_trial=diff, verbose=verbose)
    _tell_idle(report, settings)
    _refuse_nothing(report)
    if writes and old:
        return _write(writes, report, old)
    show = _show_diff if diff else _SHOW[output_format]
    show(report)
    _tell_stale(report, known, verbose)
    return status.Status.DENIED if report.fails(settings.fail_on) else status.Status.PERMITTED


def _refuse_together(paths: tuple[str, ...], output_format: str, writes: Path | None, *, fix: bool, diff: bool) -> None:
    """Options that contradict each other, and a baseline in the place of a file that is to be checked."""
    if fix and "-" in paths:
        raise click.UsageError("--fix writes files back, and `-` is none; name the file")
    if diff and not fix:
        raise click.UsageError("--diff shows what --fix would write; give both")
    if diff and (writes or output_format != "text"):
        other = "--write-baseline" if writes else f"--format {output_format}"
        raise click.UsageError(f"--diff writes nothing but a diff; leave {other} out")
    if writes and any(_is_same(path, writes) for path in paths):
        raise click.UsageError(f"--write-baseline would overwrite {writes}, which is to be checked; name another file")


def _is_same(path: str, other: Path) -> bool:
    return os.path.exists(path) and other.exists() and os.path.samefile(path, other)


def _settings(paths: tuple[str, ...], config: Path | None) -> qe.linting.LintSettings:
    """The settings of a file, or those nearest to the folder that all paths lie in."""
    if config is not None:
        return qe.linting.read_lint_settings(config)
    files = [path for path in paths if path != "-"]
    return inputs.configured(
        lambda working: qe.linting.find_lint_settings(qe.linting.common_folder(files, working))
    )


def _checked(
    paths: tuple[str, ...],
    settings: qe.linting.LintSettings,
    known: qe.linting.Baseline | None,
    *,
    fix: bool,
    diff: bool,
    by_content: bool,
) -> qe.linting.LintReport:
    for path in paths:
        if inputs.is_id(path):
            fetch = f"to check a HIT of the service: qualeval fetch {path} | qualeval lint -"
            raise click.UsageError(f"no file {path}; {fetch}")
    files = [path for path in paths if path != "-"]
    stream = sys.stdin if "-" in paths else None
    return qe.linting.lint_files(
        files, settings, stream=stream, baseline=known, fix=fix, diff=diff, by_content=by_content
    )


# --- what is said on stderr


def _say(text: str) -> None:
    click.echo(output.clean(text), err=True)


def _tell(
    report: qe.linting.LintReport, settings: qe.linting.LintSettings, *, is_trial: bool, verbose: bool
) -> None:  # fmt: skip
    """What was mended and, if asked for, whose settings hold, which files count and why the others do not."""
    mended_, not_mended = ("would mend", "would not mend") if is_trial else ("mended", "not mended")
    for mended in report.mended:
        for words in mended.done:
            _say(f"{mended_} {mended.path}: {words}")
        for words in mended.refused:
            _say(f"{not_mended} {mended.path}: {words}")
    if verbose:
        _say(f"settings     {settings.configuration or f'none found from {settings.folder} up'}")
        counting = [(path, "counts       {}") for path in report.checked]
        others = [(each.path, f"passed over  {{}}: {each.why}") for each in report.passed_over]
        for path, words in sorted([*counting, *others]):
            _say(words.format(path))


def _tell_idle(report: qe.linting.LintReport, settings: qe.linting.LintSettings) -> None:
    """Settings that somebody wrote, and that do nothing here."""
    for path in report.unused:
        _say(f"note: {path}: settings that do not hold for its files; lint its folder by itself, or give --config")
    if settings.is_house_idle:
        _say("note: house rules are set, and QE901, which proves them, is not looked for")


def _refuse_nothing(report: qe.linting.LintReport) -> None:
    """Nothing is wrong with nothing, and a status of 0 for a folder that was misnamed would be a trap."""
    if report.empty and not report.checked:
        mend = "looked for were *.json, *.jsonl, *.yaml and *.yml that are not hidden"
        if report.passed_over:
            count = len(report.passed_over)
            were = "1 file or folder was" if count == 1 else f"{count:,} files and folders were"
            mend = f"-v says why {were} passed over"
        raise qe.InvalidInput(qe.Problem("no file of HITs, so nothing was checked", help=mend), ", ".join(report.empty))
    for folder in report.empty:
        _say(f"note: {folder}: no file of HITs")


def _tell_stale(report: qe.linting.LintReport, known: qe.linting.Baseline | None, verbose: bool) -> None:
    stale = known.stale(report.results, report.looked_for) if known else []
    if not stale:
        return
    count = sum(each for _, _, each in stale)
    noun, verb = ("finding", "is") if count == 1 else ("findings", "are")
    _say(f"note: {count:,} old {noun} of the baseline {verb} gone; write it anew with --write-baseline")
    for name, print_, times in stale if verbose else []:
        _say(f"gone         {name}: {print_.rule} {print_.message}" + (f" ({times} times)" if times > 1 else ""))


def _write(path: Path, report: qe.linting.LintReport, old: qe.linting.Baseline) -> int:
    kept = old.beside(report.looked_for)
    qe.linting.write_baseline(path, report.results, kept)
    files = len({result.finding.path for result in report.results})
    more = f"; kept {kept.size:,} of files and rules that were not looked at" if kept.size else ""
    _say(f"wrote {_counted(len(report.results), 'finding')} of {_counted(files, 'file')} to {path}{more}")
    return status.Status.PERMITTED


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


# --- the formats


def _show_text(report: qe.linting.LintReport) -> None:
    fixable = set(map(id, report.fixable))
    lines = [_line(finding, "[*] " if id(finding) in fixable else "") for finding in report.findings]
    click.echo("\n".join([*lines, *([""] if lines else []), _summary(report)]), color=_is_coloured())


def _is_coloured() -> bool:
    return "NO_COLOR" not in os.environ and sys.stdout.isatty()


def _line(finding: qe.Finding, mark: str) -> str:
    """One finding on a line: where it is, how bad, which rule, whether --fix mends it, what was found, and the mend."""
    severity = click.style(str(finding.severity), fg=_STYLES[str(finding.severity)])
    rule = click.style(finding.rule, bold=True)
    where = click.style(output.clean(finding.where), bold=True)
    return f"{where}: {severity} {rule} {mark}{output.clean(str(finding.problem))}"


def _summary(report: qe.linting.LintReport) -> str:
    findings = report.findings
    known = len(report.results) - len(findings)
    files = len({finding.path for finding in findings})
    old = f"; {known:,} old {'one is' if known == 1 else 'ones are'} in the baseline" if known else ""
    if not findings:
        return f"no findings in {_counted(len(report.checked), 'file')}{old}"
    counts = Counter(str(finding.severity) for finding in findings)
    listed = ", ".join(_of(severity, counts[severity]) for severity in _STYLES if counts[severity])
    fixable = len(report.fixable)
    mends = f"; --fix mends {fixable:,} of them, marked [*]" if fixable else ""
    return f"{listed} in {files:,} of {_counted(len(report.checked), 'file')}{mends}{old}"


def _of(severity: str, count: int) -> str:
    return f"{count:,} {severity}" if severity == "info" else _counted(count, severity)


def _show_diff(report: qe.linting.LintReport) -> None:
    """What --fix would write. A terminal gets no control characters; a file or another program gets all as it is."""
    for mended in report.mended:
        text = mended.diff
        if sys.stdout.isatty():
            text = "\n".join(map(output.clean, text.split("\n")))
        click.echo(text, nl=False)


def _show_json(report: qe.linting.LintReport) -> None:
    output.emit_json(report.to_json())


def _show_sarif(report: qe.linting.LintReport) -> None:
    output.emit_json(report.to_sarif(importlib.metadata.version("qualeval")))


def _show_github(report: qe.linting.LintReport) -> None:
    for line in report.to_github():
        click.echo(output.clean(line))


_SHOW: Mapping[str, Callable[[qe.linting.LintReport], None]] = {
    "text": _show_text,
    "json": _show_json,
    "sarif": _show_sarif,
    "github": _show_github,
}
