"""One engine over a folder of saved HITs: which of them may this worker take?"""

from pathlib import Path

import qualeval as qe

HERE = Path(__file__).parent

folder = qe.HITFolder(HERE / "hits")
engine = qe.Engine(folder)
worker = qe.worker("A5EXAMPLEWORKER", {"Worker_Locale": "US-OR", "3TRANSCRIPTTEST": 4, "Masters": qe.LACKS})

for hit_id in folder.hit_ids():
    decision = engine.decide(hit_id, worker)
    print(f"{engine.hit(hit_id).title}: may {decision.access}")
    for reason in decision.unmet:
        print(f"  {reason.remedy}")
