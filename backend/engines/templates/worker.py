"""The child that renders costly templates: each in a fork of its own, which is gone a moment later.

Forking this small process takes 2 ms where starting Python takes 100.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from pathlib import Path

import msgspec

from backend.engines.room.cage import die_with, forbid_files_but, forbid_network_and_programs, limit
from backend.engines.room.frames import Worker
from backend.engines.templates.environment import MAX_OUTPUT_CHARACTERS, Sandbox, fill, value_of
from backend.engines.templates.orders import Render, Rendered
from backend.ports.templates import TemplateFailed

CPU_SECONDS, WALL_SECONDS = 1, 4.0
MEMORY_BYTES = 256 * 1024 * 1024
MAX_ANSWER_BYTES = 8 * MAX_OUTPUT_CHARACTERS
TOO_SLOW = Rendered(failure=f"The template took longer than {CPU_SECONDS} second.")
TOO_BIG = Rendered(failure="The template needs too much memory.")
_sandbox = Sandbox()


def worker(_folder: Path) -> Worker:
    _rendered(Render("{% for one in [1] %}{{ one.none }}{% endfor %}", "", {}))  # loads what an error loads late
    return Worker({Render: _render})


def _render(order: Render) -> Rendered:
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_the_fork(order, parent, writing)
    os.close(writing)
    try:
        answer = _read(reading)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if answer:
        return msgspec.msgpack.decode(answer, type=Rendered)
    out_of_time = os.WIFSIGNALED(status) and os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGKILL}
    return TOO_SLOW if out_of_time else TOO_BIG


def _be_the_fork(order: Render, parent: int, writing: int) -> None:
    """Render and leave; never return into the parent's code."""
    try:
        die_with(parent)
        limit(cpu_seconds=CPU_SECONDS, memory_bytes=MEMORY_BYTES)
        forbid_network_and_programs()
        forbid_files_but((Path(sys.prefix), Path(sys.base_prefix)))  # modules that load late
        packed = msgspec.msgpack.encode(_rendered(order))
        with os.fdopen(writing, "wb") as stream:
            stream.write(packed)
    except MemoryError:
        os._exit(1)
    finally:
        os._exit(0)


def _rendered(order: Render) -> Rendered:
    try:
        if not order.expression:
            return Rendered(fill(_sandbox, order.source, order.values))
        return Rendered(value_of(_sandbox, order.expression, order.values))
    except TemplateFailed as failure:
        return Rendered(failure=failure.message, line=failure.line)


def _read(pipe: int) -> bytes:
    """Return all that the fork wrote; nothing where it took too long or wrote too much."""
    answer, deadline = bytearray(), time.monotonic() + WALL_SECONDS
    while (left := deadline - time.monotonic()) > 0 and select.select([pipe], [], [], left)[0]:
        block = os.read(pipe, 1 << 16)
        if not block:
            return bytes(answer)
        answer += block
        if len(answer) > MAX_ANSWER_BYTES:
            break
    return b""
