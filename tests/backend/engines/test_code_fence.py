"""The fence around code, wall by wall: its filter as data and on this kernel, and what a fork holds."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from backend.engines.python_code import fence
from backend.engines.python_code.runner import FencedCode

# x86-64 kernels ask no filter about uretprobe and uprobe: their own trampolines call them, and nobody else may.
EXEMPT = (335, 336)
HOLDS = """
import os

def score():
    held = []
    for number in range(3, 5_000):
        try:
            os.write(number, b"")
            held.append(number)
        except OSError:
            pass
    return str(held)
"""
EVERY_CALL = """
import ctypes

def score(allowed):
    call = ctypes.CDLL(None, use_errno=True).syscall
    passed = []
    for number in [one for one in range(1_000) if one not in allowed] + [2 ** 30 + one for one in range(600)]:
        ctypes.set_errno(0)
        if call(number, -1, -1, -1, -1, -1, -1) != -1 or ctypes.get_errno() != 1:
            passed.append(number)
    return str(passed)
"""


@pytest.mark.security("21")
async def test_a_fork_of_a_busy_server_holds_its_own_socket_alone(tmp_path: Path) -> None:
    busy = [os.open(os.devnull, os.O_RDONLY) for _ in range(200)]
    code = FencedCode(tmp_path / "log", switched_on=True)
    try:
        assert (await code.run(HOLDS, {})).label == "[3]"
    finally:
        await code.close()
        for descriptor in busy:
            os.close(descriptor)


async def test_a_zygote_whose_end_was_not_heard_of_yet_is_started_again(tmp_path: Path) -> None:
    code = FencedCode(tmp_path / "log", switched_on=True)
    assert await code.why_off() == ""
    assert code._start
    code._start.result()._control.shutdown(socket.SHUT_RDWR)
    assert (await code.run("def score():\n    return 1\n", {})).value == 1
    await code.close()


@pytest.mark.security("21")
async def test_this_kernel_refuses_every_call_that_is_not_listed(tmp_path: Path) -> None:
    plain, mapping = fence.CALLS[os.uname().machine]
    code = FencedCode(tmp_path / "log", switched_on=True)
    assert (await code.run(EVERY_CALL, {"allowed": [*plain, *mapping, *EXEMPT]})).label == "[]"
    await code.close()


def test_a_machine_whose_calls_are_unknown_has_no_fence() -> None:
    with pytest.raises(fence.NoFence, match="the calls of a riscv64 are not known here"):
        fence._filter("riscv64")


def run_filter(machine: str, architecture: int, number: int, third: int = 0) -> int:
    """Do what the kernel does with the program."""
    lines, at, held = fence._filter(machine), 0, 0
    given: dict[int, Any] = {0: number, 4: architecture, 32: third}
    while True:
        code, jump_true, jump_false, value = lines[at]
        at += 1
        if code == fence.LOAD:
            held = given[value]
        elif code == fence.RETURN:
            return value
        else:
            is_true = held == value if code == fence.JUMP_IF_EQUAL else bool(held & value)
            at += jump_true if is_true else jump_false


@pytest.mark.parametrize("machine", fence.CALLS)
def test_the_filter_allows_its_list_and_nothing_else(machine: str) -> None:
    word = fence.ARCHITECTURES[machine][0]
    plain, mapping = fence.CALLS[machine]
    allowed = [number for number in range(600) if run_filter(machine, word, number) == fence.ALLOW]
    assert allowed == sorted((*plain, *mapping))
    assert [run_filter(machine, word, number, 4) for number in mapping] == [fence.REFUSE_WITH_EPERM] * 2
    assert run_filter(machine, word, 0x40000000) == fence.REFUSE_WITH_EPERM
    assert run_filter(machine, 0x40000003, plain[0]) == fence.KILL
