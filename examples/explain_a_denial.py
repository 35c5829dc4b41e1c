"""Explain to a worker who wrote in why the HIT cannot be accepted, and what would change that."""

from pathlib import Path

import qualeval as qe

HERE = Path(__file__).parent

policy = qe.compile_hit(qe.load_hit(HERE / "hit.json"))
decision = policy.decide(qe.load_worker(HERE / "worker.json"))

print(f"You may {decision.access} this HIT.")
for reason in decision.unmet:
    print(f"To {reason.guard.loosest} it takes {reason.name} {reason.admitted}; yours is {reason.observed}.")
    print(f"What would help: {reason.remedy}.")
for reason in decision.unknown:
    print(f"We do not know your {reason.name}.")
