"""Real processes that are killed with SIGKILL, and what they had said by then."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from backend.cli.children import end_with_parent
from tests.serving import ROOT


@contextmanager
def started(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a process, and kill it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509  # it makes one system call
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def killed(module: str, *arguments: str, after: float = 0) -> list[dict[str, Any]]:
    """Kill a process so many seconds after its first line of JSON; return all that it said."""
    with started(module, *arguments) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(after)
        process.kill()
        said = [first, *process.stdout]
    assert first, "it ended without a word"
    return [dict(json.loads(line)) for line in said if line.endswith("\n")]
