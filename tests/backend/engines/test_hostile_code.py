"""Code that means harm: each text ends in words, reaches nothing, and the next run is clean."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from backend.engines.python_code.link import Limits
from backend.engines.python_code.probe import PROBE
from backend.engines.python_code.runner import FencedCode
from backend.ports.code import CodeFailed, Found

pytestmark = pytest.mark.asyncio(loop_scope="module")
CANARY = "canary-5d1f"
NO = r"PermissionError: \[Errno 1\].*Code has no files, no network and no other process"
OVER = "took (more|longer) than"
START = (
    "import _thread, ctypes, gc, os, resource, signal, socket, sys, time\nLIBC = ctypes.CDLL(None, use_errno=True)\n"
)


def called(call: str) -> str:
    """Return code that makes a call of the C library and raises what the kernel says to it."""
    return (
        f"def score():\n    if LIBC.{call} < 0:\n        raise OSError(ctypes.get_errno(), 'refused')\n    return 1\n"
    )


def doing(line: str) -> str:
    return f"def score():\n    {line}\n    return 1\n"


# What is tried, and the words of the failed score. FOLDER is the data directory, with the canary in it; PARENT the
# process that forks, SERVER the one that asked.
HOSTILE: dict[str, tuple[str, str]] = {
    "own environment": (doing("open('/proc/self/environ').read()"), NO),
    "environment of the first process": (doing("open('/proc/1/environ').read()"), NO),
    "environment of the server": (doing("open('/proc/SERVER/environ').read()"), NO),
    "memory of the server": (doing("os.open('/proc/SERVER/mem', os.O_RDWR)"), NO),
    "list of processes": (doing("os.listdir('/proc')"), NO),
    "database file": (doing("open('FOLDER/signalbox.db', 'rb').read()"), NO),
    "application file": (doing("open('APP/backend/settings.py').read()"), NO),
    "password file": (doing("open('/etc/passwd').read()"), NO),
    "writing": (doing("open('FOLDER/new.txt', 'w').write('x')"), NO),
    "shared memory": (doing("open('/dev/shm/signalbox-trace', 'w').write('x')"), NO),
    "deleting": (doing("os.unlink('FOLDER/signalbox.db')"), NO),
    "changing a mode": (doing("os.chmod('FOLDER/signalbox.db', 0o777)"), NO),
    "link": (doing("os.symlink('/etc', 'FOLDER/etc')"), NO),
    "write then run": (doing("os.open('FOLDER/run', os.O_CREAT | os.O_WRONLY); os.execv('FOLDER/run', ['x'])"), NO),
    "memory file": (doing("os.memfd_create('x')"), NO),
    "other root": (doing("os.chroot('FOLDER')"), NO),
    "socket": (doing("socket.create_connection(('127.0.0.1', 9))"), NO),
    "metadata address": (doing("socket.create_connection(('169.254.169.254', 80), 1)"), NO),
    "local socket": (doing("socket.socket(socket.AF_UNIX).connect('FOLDER/control.sock')"), NO),
    "pair of sockets": (doing("socket.socketpair()"), NO),
    "ring of orders": (called("syscall(425, 8, 0)"), NO),
    "fork": (doing("os.fork()"), NO),
    "fork bomb": ("def score():\n    while True:\n        os.fork()\n", NO),
    "daemon": (doing("os.fork() or os.setsid() or os.fork()"), NO),
    "thread": (doing("_thread.start_new_thread(print, ())"), "can't start new thread.*no other process"),
    "program": (doing("os.execv('/bin/true', ['true'])"), NO),
    "shell": (doing("assert os.system('true') == 0"), "AssertionError"),
    "spawn": (doing("os.posix_spawn('/bin/true', ['true'], {})"), NO),
    "subprocess": ("import subprocess\n", "there is no subprocess here"),
    "kill of the parent": (doing("os.kill(os.getppid(), 9)"), NO),
    "kill of the group": (doing("os.killpg(0, 9)"), NO),
    "kill of the server": (doing("os.kill(SERVER, 9)"), NO),
    "kill of everybody": (doing("os.kill(-1, 9)"), NO),
    "signal to a thread": (called("syscall(234, SERVER, SERVER, 9)"), NO),
    "handle of a process": (doing("os.pidfd_open(SERVER)"), NO),
    "limits of the server": (doing("resource.prlimit(SERVER, resource.RLIMIT_CPU, (1, 1))"), NO),
    "own limits": (doing("resource.prlimit(0, resource.RLIMIT_AS, (-1, -1))"), NO),
    "ptrace": (called("ptrace(16, PARENT, 0, 0)"), NO),
    "reading other memory": (called("process_vm_readv(PARENT, 0, 0, 0, 0, 0)"), NO),
    "writing other memory": (called("process_vm_writev(SERVER, 0, 0, 0, 0, 0)"), NO),
    "a new filter": (called("prctl(22, 2, 0, 0, 0)"), NO),
    "a new user": (doing("os.setuid(0)"), NO),
    "name spaces": (called("unshare(0x10000000)"), NO),
    "kernel programs": (called("syscall(321, 0, 0, 0)"), NO),
    "memory that runs": (called("mprotect(ctypes.c_void_p(id(score) & ~4095), 4096, 7)"), NO),
    "a map that runs": (
        ("def score():\n    LIBC.mmap.restype = ctypes.c_ssize_t\n"
        "    if LIBC.mmap(None, 4096, 7, 34, -1, 0) == -1:\n        raise OSError(ctypes.get_errno(), 'refused')\n"),
        NO,
    ),
    "endless loop": ("def score():\n    while True:\n        pass\n", OVER),
    "loop while it is read": ("while True:\n    pass\n", OVER),
    "one long step": (doing("9 ** 9 ** 9"), f"{OVER}|MB of memory"),
    "loop that ends nothing": (("def score():\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass\n"), OVER),
    "no end of printing": ("def score():\n    while True:\n        print('x' * 10_000)\n", OVER),
    "memory bomb": (doing("bytes(10 * 2 ** 30)"), "needs more than 256 MB"),
    "growing memory": ("def score():\n    kept = []\n    while True: kept += [bytearray(2 ** 24)]\n", "256 MB"),
    "memory of the kernel": (called("mmap(None, ctypes.c_size_t(2 ** 33), 3, 34, -1, 0)"), "SIGSEGV|Error|score"),
    "huge answer": (doing("return {'value': 1, 'reason': 'x' * 10_000_000}"), "wrote more than 64 KB"),
    "own answer and more": (doing("os.write(3, b'{\"value\": 1}')"), "is no score"),
    "no end of an answer": ("def score():\n    while True:\n        os.write(3, b'x' * 65536)\n", "64 KB"),
    "broken answer": (doing("os.write(3, b'{\"value\": '); os._exit(0)"), "is no score"),
    "deep answer": (doing("os.write(3, b'[' * 60_000); os._exit(0)"), "is no score"),
    "answer with no number": (doing("os.write(3, b'{\"value\": NaN}'); os._exit(0)"), "is no score"),
    "answer off the scale": (doing("os.write(3, b'{\"value\": 1e308}'); os._exit(0)"), "lies between 0 and 1"),
    "leaving": (doing("os._exit(0)"), "ended without a score"),
    "exiting": (doing("sys.exit()"), "SystemExit"),
    "closed channel": (doing("os.closerange(0, 100)"), "ended without a score"),
    "aborting": (doing("os.abort()"), "broke its Python"),
    "null pointer": (doing("ctypes.string_at(0)"), r"broke its Python \(SIGSEGV\)"),
    "signal handlers": (doing("signal.signal(signal.SIGXCPU, signal.SIG_IGN)"), NO),
    "deaf to signals": (doing("signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))"), NO),
    "alarm": (doing("signal.setitimer(signal.ITIMER_REAL, 1)"), "Operation not permitted"),
    "deep recursion": ("def score():\n    return score()\n", "calls itself too deeply"),
    "deeper recursion": (
        ("def score():\n    sys.setrecursionlimit(10 ** 9)\n    one = []\n    for _ in range(10 ** 6): one = [one]\n"
        "    return repr(one)\n"), f"broke its Python|deeply|256 MB|{OVER}",
    ),
    "trace": (doing("sys.settrace(lambda *_: 1 / 0); (lambda: 1)()"), "ZeroDivisionError"),
    "profile": ("def score():\n    sys.setprofile(lambda *_: os._exit(0))\n    return 1\n", "ended without a score"),
    "subclass walk": (("def score():\n    for one in ().__class__.__base__.__subclasses__():\n"
        "        module = sys.modules.get(one.__module__)\n        if hasattr(module, 'posix'):\n"
        "            module.posix.open('/etc/passwd', 0)\n    return os.stat('/etc/passwd') and 1\n"), NO,
    ),
    "loader": (("import importlib.util\nimportlib.util.spec_from_file_location('x', 'APP/backend/errors.py')"
        ".loader.exec_module(None)\n"), "there is no importlib"),
    "score of an odd kind": (("class Odd(float):\n    def __float__(self): return float('nan')\n\n"
        "def score():\n    return Odd(1)\n"), "no number"),
    "score with a trap": ("class Odd(dict):\n    def keys(self): raise SystemExit\n\ndef score(): return Odd(a=1)\n",
        "SystemExit"),
    "error with a trap": (("class Odd(Exception):\n    def __str__(self): raise SystemExit\n\n"
        "def score():\n    raise Odd\n"), "ended without a score"),
    "error without end": (doing("raise ValueError('x' * 10_000_000)"), "^Line 4: ValueError: x{200,300}"),
}  # fmt: skip


# These never end by themselves; a clock that is short for them saves the tests a second each.
ENDLESS = {"loop while it is read", "one long step", "no end of printing", "deeper recursion"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hasty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FencedCode]:
    made = FencedCode(tmp_path_factory.mktemp("code") / "log", switched_on=True, limits=Limits(seconds=0.2))
    await made.why_off()
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def code(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FencedCode]:
    made = FencedCode(tmp_path_factory.mktemp("code") / "log", switched_on=True, limits=Limits(cpu_seconds=1))
    assert await made.why_off() == ""
    yield made
    await made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "signalbox.db").write_text(CANARY)
    tmp_path.chmod(0o777)
    return tmp_path


def zygote(code: FencedCode) -> int:
    assert code._start
    return code._start.result().process.pid


def aimed(source: str, code: FencedCode, folder: Path) -> str:
    aims = {"FOLDER": folder, "SERVER": os.getpid(), "PARENT": zygote(code)}
    aims |= {"APP": Path(__file__).parents[3]}
    return re.sub("|".join(aims), lambda found: str(aims[found[0]]), START + source)


@pytest.mark.security("21")
@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_code_ends_in_words_and_the_next_run_is_clean(
    code: FencedCode, hasty: FencedCode, folder: Path, name: str
) -> None:
    source, words = HOSTILE[name]
    runner = hasty if name in ENDLESS else code
    before = zygote(runner)
    with pytest.raises(CodeFailed, match=words) as failed:
        await runner.run(aimed(source, runner, folder), {"output": "x"})
    assert CANARY not in failed.value.message
    assert [one.name for one in folder.iterdir()] == ["signalbox.db"]
    assert not Path("/dev/shm/signalbox-trace").exists()
    clean = await code.run("def score(output):\n    return output == 'x'\n", {"output": "x"})
    assert clean == Found(1.0, passed=True)
    assert zygote(runner) == before
    assert children_of(before) == []


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


async def test_waiting_for_ever_is_ended_by_the_clock(hasty: FencedCode) -> None:
    with pytest.raises(CodeFailed, match=r"took longer than 0\.2 seconds") as failed:
        await hasty.run("import time\n\ndef score():\n    time.sleep(3600)\n", {})
    assert failed.value.at_limit


async def test_no_environment_and_no_word_of_another_run_is_in_the_memory(code: FencedCode) -> None:
    search = """
        import gc, os, sys

        def score(mark):
            kept = [one for one in gc.get_objects() if isinstance(one, dict)]
            said = [str(value) for one in kept for value in list(one.values()) if isinstance(value, str)]
            return {"label": f"{sum('canary-' + mark in one for one in said)} {sorted(os.environ)} {sys.argv}"}
    """
    await code.run("def score(output):\n    return 1\n", {"output": CANARY})
    found = await code.run(textwrap.dedent(search), {"mark": CANARY.removeprefix("canary-")})
    assert found.label.startswith("0 [] ['-c', ")
    assert Path(f"/proc/{zygote(code)}/environ").read_bytes() == b""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
async def test_where_the_server_is_root_the_code_is_nobodys(code: FencedCode) -> None:
    status = Path(f"/proc/{zygote(code)}/status").read_text()
    assert re.search(r"^Uid:\t65534\t65534\t65534\t65534$", status, re.MULTILINE)
    assert re.search(r"^CapEff:\t0{16}$", status, re.MULTILINE)


async def test_many_at_once_answer_beside_one_that_never_ends(code: FencedCode) -> None:
    endless = asyncio.create_task(code.run("def score():\n    while True:\n        pass\n", {}))
    good = "def score(output):\n    return output / 100\n"
    found = await asyncio.gather(*(code.run(good, {"output": number}) for number in range(20)))
    assert [one.value for one in found] == [number / 100 for number in range(20)]
    assert not endless.done()
    with pytest.raises(CodeFailed, match=OVER):
        await endless


async def test_a_killed_zygote_is_started_again_and_takes_its_forks_along(tmp_path: Path) -> None:
    code = FencedCode(tmp_path / "log", switched_on=True)
    await code.why_off()
    first = zygote(code)
    waiting = asyncio.create_task(code.run("import time\n\ndef score():\n    time.sleep(3600)\n", {}))
    while not (forks := children_of(first)):
        await asyncio.sleep(0.005)
    os.kill(first, 9)
    assert (await code.run("def score():\n    return 1\n", {})).value == 1
    assert zygote(code) != first
    assert [fork for fork in forks if _lives(fork)] == []
    waiting.cancel()
    await code.close()


def _lives(pid: str) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


async def test_a_machine_that_cannot_fence_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = FencedCode(tmp_path / "log", switched_on=True)
    monkeypatch.setattr("backend.engines.python_code.runner.PROBE", PROBE.replace("os.fork()", "1"))
    assert (await code.why_off()).endswith("this machine does not fence it. Open: processes.")
    with pytest.raises(Exception, match="does not fence it"):
        await code.run("def score():\n    return 1\n", {})
    await code.close()
