"""`qualeval prove`: does everybody who may take this HIT meet that, may these workers, and may those not?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import click
from attrs import evolve

import qualeval as qe
from qualeval.cli import asking, inputs, output, pools, status

__all__ = ["prove"]


@click.command(epilog="Example: qualeval prove hit.json --only house-rules.json")
@inputs.file_argument("hit")
@inputs.file_option("--only", "REQUIREMENTS", "Whoever may do it meets each of these requirements, or those of a HIT.")
@inputs.file_option("--admits", "WORKERS", "Each of these workers may do it, for certain.")
@inputs.file_option("--excludes", "WORKERS", "None of these workers may do it, for certain.")
@inputs.set_option
@inputs.assume_option
@inputs.hit_changes
@inputs.action_option
@inputs.format_option
@pools.table_options
@inputs.source_options
def prove(
    *,
    hit: str,
    only: str | None,
    admits: str | None,
    excludes: str | None,
    facts: tuple[str, ...],
    assumed: tuple[str, ...],
    changes: inputs.HITChanges,
    action: str,
    output_format: str,
    tables: pools.TableOptions,
    service: inputs.Service,
) -> int:
    """Proves who may take HIT and who may not, or shows why not.

    --only, --admits and --excludes can be given together. HIT is a file, `-`, or a HIT id, which is fetched; --value,
    --guard and --without change it first. REQUIREMENTS is a file of requirements or a HIT; what they guard does not
    matter: each is read as guarding the action. WORKERS is as WORKER for check: a file of one worker or many, a table,
    or an id; --set and --assume speak of all of them. One of them all can be `-`.

    The exit status is 0 where all is proved, 1 where something is refuted, and 3 where nothing is, and something
    depends on a fact that is missing.
    """
    inputs.refuse_several_streams({"HIT": hit, "--only": only, "--admits": admits, "--excludes": excludes})
    if only is admits is excludes is None:
        raise click.UsageError("nothing to prove; give --only, --admits or --excludes")
    if admits is excludes is None:
        _refuse_of_workers(facts, assumed, tables, service)
    types, asked = service.names(), qe.Action(action)
    policy = qe.compile_hit(changes.applied(inputs.hit_of(hit, service, types)), names=types)
    changed = asking.Changes.of(facts, assumed, types)
    output.note_unasked(policy, changed.types, types)
    wanted = [type_id for type_id in policy.ladders if type_id not in changed.said]
    admitted, excluded = (
        None if text is None else asking.workers_of(text, hit, wanted, tables=tables, service=service, types=types)
        for text in (admits, excludes)
    )
    proofs = qe.prove(
        policy,
        asked,
        only=None if only is None else _requirements(only, service, types),
        admits=None if admitted is None else map(changed.applied, admitted.found),
        excludes=None if excluded is None else map(changed.applied, excluded.found),
        names=types,
    )
    _note_nobody(policy, asked, is_vacuous=only is not None)
    show = _show_json if output_format == "json" else _show
    show(policy, asked, proofs, types)
    found = status.of_all(_OUTCOMES[proof.verdict] for proof in proofs)
    ended = [each.status(found) for each in (admitted, excluded) if each is not None]
    return next((each for each in ended if each != found), found)


def _refuse_of_workers(
    facts: tuple[str, ...], assumed: tuple[str, ...], tables: pools.TableOptions, service: inputs.Service
) -> None:  # fmt: skip
    """A usage error where something is said of workers, and there are none."""
    given = {"--set": facts, "--assume": assumed, "--ask": service.ask, "--max-age": service.fact_age}
    said = [option for option, value in given.items() if value]
    if said or tables.are_any:
        raise click.UsageError(f"{said[0] if said else '--nulls and the like'}: give --admits or --excludes too")


_OUTCOMES: Mapping[str, qe.Outcome] = {
    "refuted": qe.Outcome.DENIED,
    "unknown": qe.Outcome.UNKNOWN,
    "proved": qe.Outcome.PERMITTED,
}
"""What the exit status takes a verdict for. Several verdicts come to the first of these that there is."""


def _verdict(proofs: Sequence[qe.Proof]) -> qe.Verdict:
    found = {proof.verdict for proof in proofs}
    return min(found, key=list(_OUTCOMES).index)


def _requirements(text: str, service: inputs.Service, types: qe.TypeNames) -> qe.HIT:
    found = inputs.hit_of(text, service, types)
    if not found.requirements:
        raise qe.InvalidInput(f"--only {output.clean(text)}: expected a requirement or several, found none")
    return found


def _note_nobody(policy: qe.AccessPolicy, action: qe.Action, *, is_vacuous: bool) -> None:
    """Says on stderr that nobody can do it: of nobody everything can be proved."""
    if not policy.is_satisfiable(action):
        so = ", so --only has nobody to refute it" if is_vacuous else ""
        why = output.clean("; ".join(policy.contradictions(action)))
        click.echo(f"note: nobody can {action} it ({why}){so}", err=True)


def _show_json(_: qe.AccessPolicy, action: qe.Action, proofs: Sequence[qe.Proof], types: qe.TypeNames) -> None:
    listed = [proof.to_dict(types) for proof in proofs]
    output.emit_json({"action": str(action), "verdict": str(_verdict(proofs)), "proofs": listed})


def _show(policy: qe.AccessPolicy, action: qe.Action, proofs: Sequence[qe.Proof], types: qe.TypeNames) -> None:
    """One row a claim, and below those that are not proved why."""
    title = output.hit_line(policy.hit) if policy.hit else ""
    grid = output.table()
    for proof in proofs:
        output.row(grid, str(proof.claim), str(proof.verdict), _subject(proof, types))
        for words in _why(proof, policy, types):
            output.row(grid, "", "", words)
    times = [each for proof in proofs if proof.decision is not None for each in proof.decision.learning_times]
    age = [f"\n{words}"] if (words := output.learned(times)) else []
    output.show(*([title] if title else []), f"{action}: {_summary(proofs)}\n", grid, *age)


def _summary(proofs: Sequence[qe.Proof]) -> str:
    """What all verdicts come to, and how many there are of each."""
    counts = Counter(proof.verdict for proof in proofs)
    verdict = _verdict(proofs)
    if len(counts) == 1:
        return str(verdict) if len(proofs) == 1 else f"all {len(proofs)} {verdict}"
    return f"{verdict} ({', '.join(f'{counts[each]} {each}' for each in qe.Verdict if counts[each])})"


def _subject(proof: qe.Proof, types: qe.TypeNames) -> str:
    """What a claim is about: the requirement, or the worker."""
    if proof.requirement is not None:
        return output.requirement_text(proof.requirement, types)
    return proof.worker_id or f"worker {proof.index}"


def _why(proof: qe.Proof, policy: qe.AccessPolicy, types: qe.TypeNames) -> Iterator[str]:
    """Why a claim is not proved: what is decided of the worker, and where it is refuted the facts that count."""
    decision, shown = proof.decision, proof.counterexample
    if decision is None or proof.verdict is qe.Verdict.PROVED:
        return
    outcome = decision.outcome(proof.action)
    if shown is not None and proof.requirement is not None:
        yield f"a worker may {proof.action} it without: {_facts(shown, proof, policy, types)}"
        return
    why = output.obstacles(decision, proof.action)
    yield f"{proof.action} is {outcome}" + (f": {why}" if why else "")
    if shown is not None:
        yield f"known: {_facts(shown, proof, policy, types)}"


def _facts(worker: qe.WorkerProfile, proof: qe.Proof, policy: qe.AccessPolicy, types: qe.TypeNames) -> str:
    """The facts on types that the HIT or the claim asks about."""
    asked = {*policy.ladders, *([proof.requirement.qualification_type_id] if proof.requirement else [])}
    facts = {type_id: fact for type_id, fact in worker.facts.items() if type_id in asked}
    return output.facts_line(evolve(worker, facts=facts), types)
