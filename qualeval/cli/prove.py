"""`qualeval prove`: does everybody who may take this HIT meet that, may these workers, and may those not?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import click
from attrs import evolve

import qualeval as qe
from qualeval.cli import inputs, output, status

__all__ = ["prove"]


@click.command(epilog="Example: qualeval prove hit.json --only house-rules.json")
@inputs.file_argument("hit")
@inputs.file_option("--only", "REQUIREMENTS", "Whoever may do it meets each of these requirements, or those of a HIT.")
@inputs.file_option("--admits", "WORKERS", "Each of these workers may do it, for certain.")
@inputs.file_option("--excludes", "WORKERS", "None of these workers may do it, for certain.")
@inputs.hit_changes
@inputs.action_option
@inputs.format_option
@inputs.source_options
def prove(
    *,
    hit: str,
    only: str | None,
    admits: str | None,
    excludes: str | None,
    changes: inputs.HITChanges,
    action: str,
    output_format: str,
    service: inputs.Service,
) -> int:
    """Proves who may take HIT and who may not, or shows why not.

    --only, --admits and --excludes can be given together. HIT is a file, `-`, or a HIT id, which is fetched; --value,
    --guard and --without change it first. REQUIREMENTS is a file of requirements or a HIT; what they guard does not
    matter: each is read as guarding the action. WORKERS is a file of one worker or many. One of them all can be `-`.

    The exit status is 0 where all is proved, 1 where something is refuted, and 3 where nothing is, and something
    depends on a fact that is missing.
    """
    inputs.refuse_several_streams({"HIT": hit, "--only": only, "--admits": admits, "--excludes": excludes})
    if only is admits is excludes is None:
        raise click.UsageError("nothing to prove; give --only, --admits or --excludes")
    types, asked = service.names(), qe.Action(action)
    policy = qe.compile_hit(changes.applied(inputs.hit_of(hit, service, types)), names=types)
    proofs = qe.prove(
        policy,
        asked,
        only=None if only is None else _requirements(only, service, types),
        admits=None if admits is None else inputs.workers_of(admits, types),
        excludes=None if excludes is None else inputs.workers_of(excludes, types),
        names=types,
    )
    _note_nobody(policy, asked, is_vacuous=only is not None)
    show = _show_json if output_format == "json" else _show
    show(policy, asked, proofs, types)
    return status.of_all(_OUTCOMES[proof.verdict] for proof in proofs)


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
    output.show(*([title] if title else []), f"{action}: {_summary(proofs)}\n", grid)


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
