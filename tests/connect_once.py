"""A program that screens by Spark Connect: a session of its own, beside which Spark's other kind cannot be."""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import qualeval as qe


def main() -> None:
    """Print the answers, and whether any Python is in the plan."""
    warnings.simplefilter("ignore")
    from pyspark.sql import SparkSession

    session: Any = SparkSession.builder.remote("local[2]").config("spark.sql.shuffle.partitions", "2").getOrCreate()
    policy = qe.compile_hit(qe.load_hit("examples/hit.json"))
    rows = [("US-WA", 512, 98.0, None), ("FR", 90, 99.0, None), (None, 4000, None, 1), ("US", 512, 97.5, None)]
    schema = "Worker_Locale string, Worker_NumberHITsApproved int, Worker_PercentAssignmentsApproved double"
    frame = session.createDataFrame(rows, f"{schema}, `3STUDY1DONE` int")
    found = qe.bulk.screen(frame, policy, nulls={"3STUDY1DONE": "lacks"}, reasons=True)
    names = ("access", "possible", "unmet", "invalid")
    answers = [[row[name] for name in names] for row in found.collect()]
    has_python = "Python" in found._explain_string(extended=True)
    sys.stdout.write(json.dumps([type(found).__module__, has_python, answers]))
    session.stop()


if __name__ == "__main__":
    main()
