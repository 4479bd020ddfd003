"""Run a program in a process group that ends when the pipe on stdin's neighbour closes: when its owner died.

`python -m backend.cli.watched FD PROGRAM ARGUMENTS...`. The kernel's own way (PR_SET_PDEATHSIG) reaches one process,
not the children that npm starts.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys

LOOK_SECONDS = 0.1


def main() -> int:
    owner, program = int(sys.argv[1]), sys.argv[2:]
    running = subprocess.Popen(program, close_fds=True)
    while running.poll() is None:
        if select.select([owner], [], [], LOOK_SECONDS)[0]:
            # Nothing is ever written to the pipe, so readable means closed.
            os.killpg(0, signal.SIGKILL)
    return running.returncode


if __name__ == "__main__":
    sys.exit(main())
