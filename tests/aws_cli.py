"""The AWS CLI as a client, where there is one: QUALEVAL_AWS, or beside this Python, or on the path."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from attrs import frozen

__all__ = ["AWS", "Ended", "aws", "environment"]

_BIN = Path(sys.executable).parent
AWS = os.environ.get("QUALEVAL_AWS") or shutil.which("aws", path=_BIN) or shutil.which("aws")
"""The command, or None."""


def environment(**others: str) -> dict[str, str]:
    """Variables of a process: nothing of the machine's AWS configuration, no proxy, and `aws` on the path."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and not name.upper().endswith("_PROXY")
    }
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_PAGER": ""}
    keys = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "us-east-1"}
    path = os.pathsep.join([str(Path(AWS or ".").parent), str(_BIN), os.environ.get("PATH", "")])
    return kept | nowhere | keys | {"AWS_EC2_METADATA_DISABLED": "true", "PATH": path} | others


@frozen
class Ended:
    """What came of a command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed; None where it printed nothing."""
        return json.loads(self.out) if self.out else None


def aws(url: str, *arguments: str, **variables: str) -> Ended:
    """`aws mturk ... --endpoint-url url`, each request made once."""
    ended = subprocess.run(
        [str(AWS), "mturk", *arguments, "--endpoint-url", url],
        env=environment(**{"AWS_MAX_ATTEMPTS": "1", **variables}),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)
