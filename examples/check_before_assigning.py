"""Check each worker before inviting: only those who may accept for certain are invited."""

from pathlib import Path

import qualeval as qe

HERE = Path(__file__).parent

policy = qe.compile_hit(qe.load_hit(HERE / "hit.json"))

for worker in qe.load_workers(HERE / "workers.jsonl"):
    try:
        policy.require(worker, qe.Action.ACCEPT)
    except qe.Denied as refusal:
        print(f"skip    {worker.worker_id}: {refusal}")
    except qe.Undetermined as doubt:
        print(f"ask     {worker.worker_id}: {doubt}")
    else:
        print(f"invite  {worker.worker_id}")
