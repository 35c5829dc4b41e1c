"""Small git repositories of the tests' own, whatever git's settings on this machine are."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

__all__ = ["commit", "git", "needs_git"]

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

_SOMEBODY = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
_OWN = ("-c", "init.defaultBranch=main", "-c", "core.autocrlf=false", "-c", "core.hooksPath=/dev/null")


def git(*arguments: str) -> str:
    """What git answers in the working directory."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", *_SOMEBODY, *_OWN, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env={**given, **settings}).stdout


def commit() -> None:
    """Makes one commit of all that is there."""
    git("add", "--all")
    git("commit", "--quiet", "--message", "a change")
