"""`qualeval match`: which of these HITs may this worker take?"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import click
from attrs import frozen

import qualeval as qe
from qualeval.cli import asking, inputs, output, pools
from qualeval.cli.status import Status
from qualeval.errors import show
from qualeval.policy.availability import availability
from qualeval.policy.wording import conjoined

__all__ = ["match"]


@click.command(epilog="Example: qualeval match worker.json hits/ --possible")
@inputs.file_argument("worker")
@inputs.file_argument("hits", nargs=-1, metavar="HITS...")
@click.option("--possible", is_flag=True, help="List those too of which it is not known, behind the others.")
@inputs.set_option
@inputs.assume_option
@inputs.action_option
@inputs.format_option
@pools.table_options
@inputs.source_options
def match(
    *,
    worker: str,
    hits: tuple[str, ...],
    possible: bool,
    facts: tuple[str, ...],
    assumed: tuple[str, ...],
    action: str,
    output_format: str,
    tables: pools.TableOptions,
    service: inputs.Service,
) -> int:
    """Which of HITS may WORKER take?

    The HITs with which the worker may do the action, the best first; with --possible also those of which that is not
    known. HITS are files of one HIT or several, folders of such files, and HIT ids, which are fetched; with --store
    and no HITS, all that the store has. A HIT without an id is called by its file. WORKER is a file of one worker,
    `-`, or a worker id.

    The exit status is 0 where there is a HIT that the worker may take, 3 where there is none and of one it is not
    known, 1 where all are denied. Availability (expired, out of assignments) is told beside a HIT and does not count.
    """
    inputs.refuse_several_streams({"WORKER": worker, "HITS": "-" if "-" in hits else None})
    types = service.names()
    found = _Found.of(hits, service, types)
    changes = asking.Changes.of(facts, assumed, types)
    asked = {each.qualification_type_id for hit in found.hits.values() for each in hit.requirements} - {*changes.said}
    a_hit = next(filter(inputs.is_id, hits), "")
    who = asking.workers_of(worker, a_hit, sorted(asked), tables=tables, service=service, types=types)
    person = changes.applied(who.only())
    matches = qe.bulk.Catalog(found.hits).match(person)
    permitted, unknown = matches.permitted(qe.Action(action)), matches.unknown(qe.Action(action))
    listed = [*permitted, *(unknown if possible else ())]
    if output_format == "json":
        for row in listed:
            output.emit_json(_as_dict(row, found.hits[row.hit_id]), one_line=True)
    else:
        output.show(_summary(person, action, len(found.hits), len(permitted), len(unknown)))
        _show(listed, person, found.hits)
    answer = Status.PERMITTED if len(permitted) else Status.UNKNOWN if len(unknown) else Status.DENIED
    return Status.INVALID if found.is_partial else who.status(answer)


def _as_dict(row: qe.bulk.Match, hit: qe.HIT) -> dict[str, str | None]:
    return {"hit_id": row.hit_id, "title": hit.title, "access": str(row.access), "possible": str(row.possible)}


def _summary(worker: qe.WorkerProfile, action: str, hits: int, permitted: int, unknown: int) -> str:
    who = output.clean(worker.worker_id or "the worker")
    certain = f"{permitted:,}" if permitted else "none"
    rest = f"; of {unknown:,}{' more' * bool(permitted)} it is not known" if unknown else ""
    return f"{who} may {action} {certain} of {hits:,} HIT{'s' * (hits != 1)}{rest}"


def _show(listed: Sequence[qe.bulk.Match], worker: qe.WorkerProfile, hits: Mapping[str, qe.HIT]) -> None:
    """One row a HIT, with its title and what stands in the way beside the decision."""
    if not listed:
        return
    width = max(3, *(len(row.hit_id) for row in listed))
    output.show("")
    output.line(("HIT", width), ("may", 8), ("possibly", 8), ("title", 0))
    for row in listed:
        hit = hits[row.hit_id]
        beside = [each.words for each in availability(hit, worker).obstacles]
        title = "; ".join(filter(None, [hit.title, *beside]))
        output.line((row.hit_id, width), (str(row.access), 8), (str(row.possible), 8), (title, 0))


@frozen
class _Found:
    """HITs by id, those without one by their file; `is_partial` says that some files could not be read."""

    hits: Mapping[str, qe.HIT]
    is_partial: bool = False

    @classmethod
    def of(cls, given: Sequence[str], service: inputs.Service, types: qe.TypeNames) -> _Found:
        """The HITs of the arguments. What was not named itself and cannot be read is told on stderr, and left out."""
        if not given and service.store is None:
            raise click.UsageError("Missing argument 'HITS...'; without it a store is needed: --store FILE.")
        named: list[tuple[str, str, qe.HIT]] = []
        errors: list[qe.QualevalError] = []
        found = chain.from_iterable(map(_inside, given)) if given or service.store is None else service.store.hit_ids()
        for text in found:
            try:
                named += _named(text, inputs.hits_of(text, service, types))
            except (qe.InvalidInput, qe.InputNotFound) as error:
                if text in given:
                    raise
                errors.append(error)
        for each in errors:
            output.complain(each)
        return cls(_by_name(named), bool(errors))


def _inside(path: str) -> Iterable[str]:
    """A file or an id itself; of a folder the files in it, at any depth, that hold HITs as `lint` finds them."""
    if not os.path.isdir(path):
        return [path]
    found = qe.linting.find_files([path], qe.linting.find_lint_settings(path))
    return [each.path for each in found if isinstance(each, qe.linting.File)]


def _named(source: str, hits: Sequence[qe.HIT]) -> Iterator[tuple[str, str, qe.HIT]]:
    """What each HIT of a file is called, the file, and the HIT."""
    for place, hit in enumerate(hits):
        called = source if len(hits) == 1 else f"{source}[{place}]"
        yield hit.hit_id or called, inputs.source_name(source), hit


def _by_name(named: Sequence[tuple[str, str, qe.HIT]]) -> Mapping[str, qe.HIT]:
    sources: dict[str, list[str]] = {}
    for name, source, _ in named:
        sources.setdefault(name, []).append(source)
    problems = [
        qe.Problem(f"HIT {show(name)} is in {conjoined(list(dict.fromkeys(where)))}", help="name it once")
        for name, where in sources.items()
        if len(where) > 1
    ]
    if problems:
        raise qe.InvalidInput(problems)
    if not named:
        raise qe.InvalidInput("found no HIT")
    return {name: hit for name, _, hit in named}
