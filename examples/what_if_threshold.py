"""What if the approval rate asked for were lower? Count who may accept at each threshold."""

from pathlib import Path

import qualeval as qe

HERE = Path(__file__).parent
RATE = 2  # the place of the requirement on Worker_PercentAssignmentsApproved

hit = qe.load_hit(HERE / "hit.json")
workers = qe.load_workers(HERE / "workers.jsonl")

for threshold in (100, 99, 98, 97, 90):
    policy = qe.compile_hit(qe.change_hit(hit, values={RATE: str(threshold)}))
    outcomes = [policy.decide(worker).outcome(qe.Action.ACCEPT) for worker in workers]
    counts = ", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in qe.Outcome)
    print(f"rate of {threshold:>3} or more: {counts}")
