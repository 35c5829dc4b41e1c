"""One sync in a process of its own, which can be killed: `python -m tests.sync_once URL STORE`."""

from __future__ import annotations

import sys

import boto3
from botocore.config import Config

from qualeval.sources.mturk import MTurk
from qualeval.sources.store import Store
from qualeval.sources.syncing import sync

KEYS = "AKIAEXAMPLEOFTESTS00", "secret-of-the-tests"


def requester(url: str) -> MTurk:
    """Mechanical Turk at this address, with retries."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 6}, max_pool_connections=8)
    access, secret = KEYS
    client = boto3.client(
        "mturk", region_name="us-east-1", endpoint_url=url, config=config,
        aws_access_key_id=access, aws_secret_access_key=secret,
    )  # fmt: skip
    return MTurk(client)


if __name__ == "__main__":
    report = sync(Store.create(sys.argv[2]), requester(sys.argv[1]))
    sys.exit(1 if report.failed else 0)
