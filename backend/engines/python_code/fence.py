"""What a fork gives up before it sees a line that somebody wrote: everything but computing.

The list says what is allowed, so that a call which nobody thought of is refused. No call on it opens a file or a
socket, starts a process or a thread, sends a signal, changes a limit, or makes memory executable. It needs no rights;
where the server is root, `drop_rights` makes the process nobody's before that.
"""

from __future__ import annotations

import contextlib
import os
import resource

from backend.engines.room.cage import (
    ALLOW,
    ARCHITECTURES,
    JUMP_IF_EQUAL,
    LOAD,
    REFUSE_WITH_EPERM,
    RETURN,
    filter_calls,
    forbid_files_but,
)

NOBODY = 65_534
KILL = 0x80000000
JUMP_IF_SET = 0x45
NUMBER, ARCHITECTURE, THIRD_ARGUMENT = 0, 4, 32  # places in struct seccomp_data, little-endian
PROT_EXEC = 4
# Of each machine: what may be called, and mmap and mprotect, which may be called for memory that is not executable.
CALLS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    # read write close munmap brk rt_sigreturn madvise mremap getpid gettid exit exit_group futex clock_gettime
    # clock_getres gettimeofday nanosleep clock_nanosleep getrandom sched_yield restart_syscall
    "x86_64": (
        (0, 1, 3, 11, 12, 15, 28, 25, 39, 186, 60, 231, 202, 228, 229, 96, 35, 230, 318, 24, 219),
        (9, 10),
    ),
    "aarch64": (
        (63, 64, 57, 215, 214, 139, 233, 216, 172, 178, 93, 94, 98, 113, 114, 169, 101, 115, 278, 124, 128),
        (222, 226),
    ),
}
Line = tuple[int, int, int, int]


class NoFence(Exception):
    """The kernel refused a part of it; the words say which."""


def drop_rights() -> None:
    """Become nobody where this process is root. In a container without a user of that number it stays who it is."""
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)


def put_up(*, cpu_seconds: int, memory_bytes: int) -> None:
    """Limit this process and give up all that it does not need. Raise NoFence.

    RLIMIT_DATA counts what can be written to, RLIMIT_AS all addresses, libraries too: they take 100 MB at most.
    """
    forbid_files_but(())  # a second wall, where the kernel has it: the filter opens no file either
    for what, most in (
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_DATA, memory_bytes),
        (resource.RLIMIT_AS, 2 * memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 4),
    ):
        resource.setrlimit(what, (most, most + 1 if what == resource.RLIMIT_CPU else most))
    lines = _filter(os.uname().machine)
    if not filter_calls(lines):
        raise NoFence("its kernel filters no system calls (seccomp)")


def _filter(machine: str) -> list[Line]:
    """Return the program that the kernel asks before each call. Raise NoFence for a machine whose calls are unknown."""
    if machine not in CALLS:
        raise NoFence(f"the calls of a {machine} are not known here")
    plain, mapping = CALLS[machine]
    audit_word = ARCHITECTURES[machine][0]
    # A jump counts the lines that it passes over. Behind the numbers stand: refuse, the look at a mapping, allow.
    lines: list[Line] = [(LOAD, 0, 0, ARCHITECTURE), (JUMP_IF_EQUAL, 1, 0, audit_word), (RETURN, 0, 0, KILL)]
    lines.append((LOAD, 0, 0, NUMBER))
    left = len(plain) + len(mapping)
    lines += [(JUMP_IF_EQUAL, left - at + 4, 0, number) for at, number in enumerate(plain, 1)]
    lines += [(JUMP_IF_EQUAL, len(mapping) - at + 1, 0, number) for at, number in enumerate(mapping, 1)]
    lines += [(RETURN, 0, 0, REFUSE_WITH_EPERM), (LOAD, 0, 0, THIRD_ARGUMENT), (JUMP_IF_SET, 0, 1, PROT_EXEC)]
    lines += [(RETURN, 0, 0, REFUSE_WITH_EPERM), (RETURN, 0, 0, ALLOW)]
    return lines
