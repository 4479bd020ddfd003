"""Child processes that end when their parent does, however it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from backend.cli.paths import ROOT

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def end_with_parent(number: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel for a signal when the thread that forked this process ends; holds through exec."""
    _libc.prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() == 1:
        # The parent was gone before the kernel had been asked.
        os._exit(1)


def run_group(program: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a program that starts others; return its exit code and what it printed. All of them end with this process."""
    theirs, ours = os.pipe()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "backend.cli.watched", str(theirs), *program],
            cwd=folder,
            env={**environment, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            start_new_session=True,
            pass_fds=[theirs],
        )
    finally:
        os.close(theirs)
        os.close(ours)
    return done.returncode, done.stdout
