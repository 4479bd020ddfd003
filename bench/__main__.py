"""Run every script and print one table: figure, measured, target, whether it is kept, comparison.

A script runs in a process of its own, so that none warms or crowds the next. Exit code 1 when a figure is missed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from bench.machine import taken_by_others
from bench.table import HEADS, Figure, line

SCRIPTS = (
    "page",
    "start",
    "flows_rest",
    "canvas",
    "engine",
    "ingest",
    "knowledge",
    "sign_in",
    "sessions",
    "compare",
    "comparing",
    "datasets",
    "experiments",
    "conversations",
    "conversations_postgres",
    "annotation",
    "masking",
)
TIMEOUT_SECONDS = 900


def measure(script: str) -> None:
    """Write the figures of one script as JSON lines; what else it prints is no figure."""
    for figure in import_module(f"bench.{script}").figures():
        print(json.dumps({"figure": asdict(figure)}), flush=True)


def main(only: list[str]) -> int:
    print(line(HEADS), flush=True)
    missed = 0
    for script in only or SCRIPTS:
        taken = taken_by_others()
        try:
            done = subprocess.run(
                [sys.executable, "-m", "bench", "--measure", script],
                cwd=Path(__file__).parents[1],
                stdout=subprocess.PIPE,
                text=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            print(f"{script}: not done after {TIMEOUT_SECONDS} s", flush=True)
            missed += 1
            continue
        for written in done.stdout.splitlines():
            if written.startswith('{"figure"'):
                figure = Figure(**json.loads(written)["figure"])
                print(line(figure.cells()), flush=True)
                missed += not figure.kept
        if words := taken():
            print(f"{script}: {words}", flush=True)
        if done.returncode:
            print(f"{script}: failed with exit code {done.returncode}", flush=True)
            missed += 1
    return 1 if missed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2])
    else:
        sys.exit(main(sys.argv[1:]))
