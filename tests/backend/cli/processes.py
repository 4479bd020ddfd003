"""Count what a server leaves behind."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import psutil

GONE_SECONDS = 5


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all below it."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def holding(data: Path) -> list[psutil.Process]:
    """Return every living process that was started with this data directory in its environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("SIGNALBOX_DATA_DIR") == str(data):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def alive(processes: Iterable[psutil.Process]) -> list[str]:
    """Return who of them still runs. Processes are told by pid and time of birth, so a new owner of a pid is none."""
    found = []
    for process in processes:
        try:
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"{process.pid} {' '.join(process.cmdline())}")
        except psutil.NoSuchProcess:
            continue
    return found


def left_of(processes: Iterable[psutil.Process]) -> list[str]:
    """Return who still runs after 5 s; empty when all are gone."""
    watched = list(processes)
    deadline = time.monotonic() + GONE_SECONDS
    while (left := alive(watched)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left
