"""What a caged process can no longer do, tried from inside."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
START = """
    import ctypes, os, socket, subprocess, sys, threading
    from pathlib import Path
    from backend.engines.room.cage import die_with, forbid_files_but, forbid_network_and_programs, limit

    def tried(act):
        try:
            return act() or "done"
        except BaseException as error:
            return type(error).__name__
"""


def caged(program: str, *arguments: str) -> str:
    whole = textwrap.dedent(START) + textwrap.dedent(program)
    done = subprocess.run(
        [sys.executable, "-c", whole, *arguments],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return (done.stdout + done.stderr).strip() or f"status {done.returncode}"


def test_no_socket_and_no_program_can_be_had():
    program = """
        tried(lambda: socket.socket().close())
        print(tried(lambda: socket.socket().close()), tried(lambda: subprocess.run(["/bin/true"])).returncode)
        forbid_network_and_programs()
        print(tried(socket.socket), tried(lambda: socket.socket(socket.AF_UNIX)))
        print(tried(lambda: subprocess.run(["/bin/true"])), tried(lambda: os.execv("/bin/true", ["true"])))
        seen = []
        thread = threading.Thread(target=lambda: seen.append(tried(socket.socket)))
        thread.start(); thread.join()
        print(*seen)
    """
    assert caged(program).splitlines() == ["done 0", *["PermissionError PermissionError"] * 2, "PermissionError"]


@pytest.mark.skipif(os.uname().release < "5.13", reason="Landlock came with Linux 5.13")
def test_other_files_can_neither_be_read_nor_written(tmp_path: Path):
    for name in ("mine.txt", "secret.txt"):
        (tmp_path / name).write_text(name)
    program = """
        folder = Path(sys.argv[1])
        forbid_files_but((folder / "mine.txt",))
        print(tried((folder / "mine.txt").read_text))
        print(tried((folder / "secret.txt").read_text), tried(Path("/etc/passwd").read_text))
        print(tried(lambda: (folder / "mine.txt").write_text("x")), tried(lambda: (folder / "new.txt").touch()))
        print(tried((folder / "mine.txt").unlink), tried(lambda: os.listdir(folder)))
    """
    assert caged(program, str(tmp_path)).splitlines() == ["mine.txt", *["PermissionError PermissionError"] * 3]
    assert (tmp_path / "mine.txt").read_text() == "mine.txt"


def test_memory_time_and_files_are_limited(tmp_path: Path):
    program = """
        limit(cpu_seconds=1, memory_bytes=100 * 1024 * 1024)
        print(tried(lambda: bytes(50 * 1024 * 1024) and None), tried(lambda: bytes(200 * 1024 * 1024) and None))
        print(tried(lambda: Path(sys.argv[1]).write_text("x")), flush=True)
        while True:
            pass
    """
    assert caged(program, str(tmp_path / "new.txt")).splitlines() == ["done MemoryError", "OSError"]


def test_a_child_whose_parent_is_gone_leaves_at_once():
    assert caged("die_with(1 if os.getppid() != 1 else 2); print('went on')") == "status 1"
