"""Real processes, killed while a run waits for a person and right behind the decision."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backend.bootstrap.engines import SQLITE_FILE
from backend.cli.children import end_with_parent
from tests.serving import ROOT


def killed_behind(folder: Path, task: str) -> dict[str, Any]:
    """Let a process do its task; kill -9 it once it has said so."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.backend.flows.approval_process", str(folder), task],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509  # it makes one system call
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
    finally:
        process.kill()
        process.wait()
    assert said, "it ended without a word"
    return dict(json.loads(said))


@pytest.mark.fault
async def test_a_kill_while_it_waits_and_one_behind_the_decision_lose_neither(
    tmp_path: Path, sqlite_template: Path, seed: int
) -> None:
    shutil.copy(sqlite_template, tmp_path / SQLITE_FILE)
    assert await asyncio.to_thread(killed_behind, tmp_path, "begin") == {"status": "waiting"}, seed
    assert await asyncio.to_thread(killed_behind, tmp_path, "decide") == {"value": "Pay $5"}
    ended = await asyncio.to_thread(killed_behind, tmp_path, "finish")
    assert (ended["status"], ended["output"]) == ("done", {"answer": "Local owner: Pay $5"})
    assert ended["attempts"]["before"] == 1, "what was done before it waited is not done again"
    assert ended["attempts"]["after"] >= 2
