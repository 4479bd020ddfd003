"""Real processes, killed while a run waits for a person and right behind the decision."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from backend.settings import SQLITE_FILE
from tests.killing import killed


def killed_behind(folder: Path, task: str) -> dict[str, Any]:
    """Let a process do its task; kill -9 it once it has said so."""
    (said,) = killed("tests.backend.flows.approval_process", str(folder), task)
    return said


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
