"""`qualeval learn`: facts about workers from the HITs that they accepted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import click

import qualeval as qe
from qualeval.cli import inputs, output, pools
from qualeval.sources.written_profiles import unsaid, written_profile

__all__ = ["learn"]


@click.command(epilog="Example: qualeval learn hits.json --from batch_results.csv --max-age 90d")
@inputs.file_argument("hits", nargs=-1)
@inputs.file_option(
    "--from", "FILE", "The results of a batch. Can be given again and again.", "results", multiple=True, required=True
)
@inputs.max_age_option("max_age")
@pools.on_error_option
@inputs.store_only_options
def learn(
    *, hits: tuple[str, ...], results: tuple[str, ...], max_age: timedelta | None, on_error: str,
    service: inputs.Service,
) -> int:  # fmt: skip
    """Learn facts about workers from accepted work.

    Who accepted a HIT met all its requirements then. HITS are files, folders or HIT ids, which are fetched; the results
    say who accepted which of them, and when. Stdout is a profile a worker (JSON Lines), which `check` reads; each fact
    says that it is inferred, and of when. Stderr says what was learned.

    With --store the facts are kept there, and nothing is on stdout. HIT ids are looked up in it; without HITS all of
    its HITs count. What was learned before is kept where it says more, so the same results may come again.
    """
    types = inputs.names()
    if not hits and service.store is None:
        raise click.UsageError("give HITS, or a store that has them (--store)")
    inputs.refuse_several_streams({**{f"HITS {place}": text for place, text in enumerate(hits)}, **_named(results)})
    since = None if max_age is None else datetime.now(UTC) - max_age
    listed = [hit for text in hits for hit in _hits(text, service, types)]
    if not hits and service.store is not None:
        listed = [service.store.get_hit(each) for each in service.store.hit_ids()]
    read = [_results(text, on_error) for text in results]
    found = qe.infer(listed, (each for one in read for each in _acceptances(one)), since=since)
    lines = list(_summary(found, len(listed), types))
    if service.store_path is None:
        for worker in found.workers:
            output.emit_json(written_profile(worker, types), one_line=True)
    else:
        lines.append(_kept(service.store_path, found.to_keep))
    for line in lines:
        click.echo(output.clean(line), err=True)
    return max(pools.ended(each.rows, on_error, 0) for each in read)


def _kept(path: str, workers: Iterable[qe.WorkerProfile]) -> str:
    """Keeps what is known of workers in a store, which is made if it is not there; says how much of it is new."""
    count = qe.keep_profiles(qe.Store.create(path), workers, qe.joined)
    return f"{_many(count, 'fact')} in {path} {'is' if count == 1 else 'are'} new or changed"


def _named(results: Sequence[str]) -> dict[str, str | None]:
    return {f"--from {place}": text for place, text in enumerate(results)}


def _hits(text: str, service: inputs.Service, types: qe.TypeNames) -> list[qe.HIT]:
    if os.path.isdir(text):
        folder = qe.HITFolder(text, types)
        return [folder.get_hit(each) for each in folder.hit_ids()]
    return inputs.hits_of(text, service, types)


def _results(text: str, on_error: str) -> qe.ResultsCSV:
    source = inputs.stream_or_path(text)
    return qe.read_results_csv(source, needed=("HITId", "AcceptTime"), **pools.on_error_settings(on_error))


def _acceptances(results: qe.ResultsCSV) -> Iterator[qe.Acceptance]:
    for each in results:
        if each.hit_id is not None and each.accepted_at is not None:  # both are asked for, so every row has them
            yield qe.Acceptance(each.worker_id, each.hit_id, each.accepted_at)


def _summary(found: qe.Inference, hits: int, types: qe.TypeNames) -> Iterator[str]:
    accepted = f"{_many(len(found.workers), 'worker')} accepted {_many(found.acceptances, 'assignment')}"
    yield f"{accepted}; given: {_many(hits, 'HIT')}"
    for words, count in found.summary(types):
        yield f"  {words} ({_many(count, 'worker')})"
    if found.unknown_hits:
        ids = ", ".join(list(found.unknown_hits)[:3]) + (", ..." if len(found.unknown_hits) > 3 else "")
        count = sum(found.unknown_hits.values())
        yield f"note: nothing follows from {_many(count, 'assignment')} of HITs that were not given: {ids}"
    for hit_id, count in found.impossible.items():
        yield f"note: nothing follows from {_many(count, 'assignment')} of {hit_id}, which nobody can accept as given"
    for type_id, count in found.contradicted.items():
        who = _many(count, "worker")
        yield f"note: {types.name_of(type_id)} of {who} is left out: HITs of one time say opposite things"
    if lost := sum(len(unsaid(each)) for each in found.workers):
        yield f"note: left out, since a profile cannot say that a worker is elsewhere: {_many(lost, 'fact')}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
