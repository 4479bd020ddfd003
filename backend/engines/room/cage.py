"""What a child does to itself before it looks at anything: end with its parent, and give up what it never needs.

Linux alone has these; the product runs nowhere else. All of it works without privileges.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 1, 38, 22
SECCOMP_MODE_FILTER = 2
# https://docs.kernel.org/userspace-api/landlock.html: the numbers are the same on every architecture.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
RULESET_VERSION, PATH_BENEATH = 1, 1
READ_FILE, READ_FOLDER = 1 << 2, 1 << 3
ALL_OF_FIRST_ABI = (1 << 13) - 1  # execute, write, read, and every making and removing of names
# The audit word of an architecture, and there: socket, connect, execve, execveat, ptrace, io_uring_setup.
ARCHITECTURES = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 425)),
}
LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
X32_CALLS = 0x40000000  # the same calls once more, under other numbers
ALLOW, REFUSE_WITH_EPERM = 0x7FFF0000, 0x00050001
INSTRUCTION = struct.Struct("HBBI")


def die_with(parent_pid: int) -> None:
    """Ask the kernel for SIGKILL when the parent dies; leave at once if it died before we asked."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)


def limit(*, cpu_seconds: int, memory_bytes: int) -> None:
    """Cap this process: CPU time, the memory it may fill, and no file of any size, no core dump.

    RLIMIT_DATA counts what can be written to (the heap, stacks, private mappings), not the libraries mapped in, which
    makes it the honest cap: RLIMIT_AS would count a thread's 64 MB of reserved but untouched arena.
    """
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def forbid_network_and_programs() -> None:
    """Let sockets, execve and ptrace answer EPERM from now on, in this thread and all made later."""
    architecture = ARCHITECTURES.get(os.uname().machine)
    if architecture is None:
        return
    audit_word, refused = architecture
    # Each number jumps to the refusal at the end when the number matches; a foreign architecture is refused whole.
    lines = [(LOAD, 0, 0, 4), (JUMP_IF_EQUAL, 1, 0, audit_word), (RETURN, 0, 0, REFUSE_WITH_EPERM), (LOAD, 0, 0, 0)]
    lines += [(JUMP_IF_AT_LEAST, len(refused) + 1, 0, X32_CALLS)]
    lines += [(JUMP_IF_EQUAL, len(refused) - at, 0, number) for at, number in enumerate(refused)]
    lines += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE_WITH_EPERM)]
    filter_calls(lines)


def filter_calls(lines: Sequence[tuple[int, int, int, int]]) -> bool:
    """Let the kernel ask this filter before each call, in this thread and all made later; False where it cannot."""
    code = ctypes.create_string_buffer(b"".join(INSTRUCTION.pack(*line) for line in lines))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(lines), ctypes.addressof(code)))
    LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return bool(LIBC.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) == 0)


def forbid_files_but(readable: Iterable[Path]) -> None:
    """Leave only `readable` (files, or folders with all below) to be read, and nothing to be written.

    A kernel without Landlock lets this pass without effect; RLIMIT_FSIZE still keeps anything from being written.
    """
    handled = struct.pack("Q", ALL_OF_FIRST_ABI)
    if LIBC.syscall(CREATE_RULESET, None, 0, RULESET_VERSION) < 1:
        return
    ruleset = LIBC.syscall(CREATE_RULESET, handled, len(handled), 0)
    if ruleset < 0:
        return
    for path in readable:
        if not path.exists():
            continue
        rights = READ_FILE | (READ_FOLDER if path.is_dir() else 0)
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        LIBC.syscall(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0)
        os.close(descriptor)
    LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    LIBC.syscall(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
