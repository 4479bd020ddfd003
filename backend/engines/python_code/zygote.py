"""The process whose forks run code: it starts with no environment, loads what may be imported, and then only forks.

It never sees code or values: each fork reads its own from the socket that came along with its number, so nothing of one
project stays in the memory that the next fork begins with. A fork takes 2 to 3 ms, Python's own start 30.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import time
from dataclasses import dataclass
from importlib.machinery import BuiltinImporter, FrozenImporter
from typing import Any, NoReturn

from backend.engines.python_code.fence import NoFence, drop_rights, put_up
from backend.engines.python_code.scoring import IMPORTABLE, LATER, packed, told
from backend.engines.room.cage import die_with

# A number, and the most that its fork may take: seconds of CPU, seconds on the clock, bytes of memory.
BEGIN = struct.Struct("<IIdQ")
# A number, what waitpid told, and whether it was ended for taking too long.
ENDED = struct.Struct("<Ii?")
CHANNEL = 3
MOST_DESCRIPTORS = 64
EVERY_DESCRIPTOR = 1 << 20
NICENESS = 10
NO_FENCE = "no_fence"


@dataclass
class _Fork:
    number: int
    pid: int
    deadline: float
    is_late: bool = False


def _serve(control: socket.socket) -> None:
    forks: dict[int, _Fork] = {}
    while True:
        waits = [one.deadline - time.monotonic() for one in forks.values() if not one.is_late]
        ready, _, _ = select.select([control.fileno(), *forks], [], [], max(0.0, min(waits)) if waits else None)
        for descriptor in [one for one in ready if one in forks]:
            fork = forks.pop(descriptor)
            _, status = os.waitpid(fork.pid, 0)
            os.close(descriptor)
            control.send(ENDED.pack(fork.number, status, fork.is_late))
        if control.fileno() in ready:
            message, descriptors, _, _ = socket.recv_fds(control, BEGIN.size, 1)
            if not message:
                return
            number, cpu_seconds, seconds, memory_bytes = BEGIN.unpack(message)
            zygote, pid = os.getpid(), os.fork()
            if pid == 0:
                _be_the_fork(zygote, descriptors[0], cpu_seconds, memory_bytes)
            os.close(descriptors[0])
            forks[os.pidfd_open(pid)] = _Fork(number, pid, time.monotonic() + seconds)
        for descriptor, fork in forks.items():
            if not fork.is_late and fork.deadline <= time.monotonic():
                fork.is_late = True
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)


def _be_the_fork(zygote: int, channel: int, cpu_seconds: int, memory_bytes: int) -> NoReturn:
    """Put the fence up, then read an order, answer it and leave; never return into the code of the other."""
    try:
        die_with(zygote)
        os.dup2(channel, CHANNEL)
        os.closerange(CHANNEL + 1, EVERY_DESCRIPTOR)
        for standard in (1, 2):
            os.dup2(0, standard)
        _answer(_fenced_order(cpu_seconds, memory_bytes), memory_bytes)
    except BaseException:  # noqa: BLE001, S110 - whatever it is, `runner` reads it from the missing answer
        pass
    finally:
        os._exit(0)


def _fenced_order(cpu_seconds: int, memory_bytes: int) -> dict[str, Any]:
    """Return the order, which is read once the fence stands. Leave where it does not."""
    try:
        put_up(cpu_seconds=cpu_seconds, memory_bytes=memory_bytes)
    except (NoFence, OSError, ValueError) as error:
        _write(json.dumps({NO_FENCE: str(error)}).encode())
        os._exit(0)
    read = bytearray()
    while block := os.read(CHANNEL, 1 << 16):
        read += block
    order: dict[str, Any] = json.loads(read)
    return order


def _answer(order: dict[str, Any], memory_bytes: int) -> None:
    _write(packed(told(order, memory_bytes)))


def _write(answer: bytes) -> None:
    while answer:
        answer = answer[os.write(CHANNEL, answer) :]


def main(parent_pid: str, descriptor: str) -> None:
    for name in (*IMPORTABLE, *LATER):
        importlib.import_module(name)
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_DESCRIPTORS, MOST_DESCRIPTORS))
    os.chdir("/")
    os.environ.clear()  # Python puts a locale in where there is none
    os.nice(NICENESS)
    drop_rights()
    die_with(int(parent_pid))  # not before: becoming nobody takes the wish back
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides
    sys.path.clear()
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [BuiltinImporter, FrozenImporter]
    gc.collect()
    gc.freeze()  # pages that no collection touches stay shared with the forks
    # A busy server hands over a high number: beyond those that a fork closes, and that select knows.
    low = os.dup(int(descriptor))
    os.closerange(low + 1, EVERY_DESCRIPTOR)
    with socket.socket(fileno=low) as control, contextlib.suppress(ConnectionError):
        _serve(control)
