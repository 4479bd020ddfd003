"""What is no Linux on one of two processors is refused in one sentence, before anything is made."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from backend.cli import run
from tests.serving import ROOT


@pytest.mark.parametrize(("system", "machine"), [("Darwin", "arm64"), ("Linux", "riscv64"), ("Windows", "AMD64")])
def test_another_machine_is_refused(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], system: str, machine: str
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    with pytest.raises(SystemExit) as ended:
        run.require_platform()
    assert ended.value.code == 1
    assert capfd.readouterr().err == f"Signalbox runs on Linux x86_64 and aarch64; this is {system} {machine}.\n"


def test_setting_up_on_another_machine_is_refused_before_anything_is_installed(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "set-up", tmp_path / ".ci")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "uname").write_text('#!/bin/sh\n[ "$1" = -s ] && echo Darwin || echo arm64\n')
    (programs / "uname").chmod(0o755)
    done = subprocess.run(
        [tmp_path / ".ci" / "set-up", "run"],
        env={"PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "Signalbox runs on Linux x86_64 and aarch64; this is Darwin arm64.\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".ci", "bin"]


def test_a_taken_port_is_said_before_anything_is_installed(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "set-up", tmp_path / ".ci")
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = subprocess.run(
            [tmp_path / ".ci" / "set-up", "run"],
            env={"PATH": os.environ["PATH"], "SIGNALBOX_PORT": port},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Port {port} is held by another program, or by a Signalbox that runs")
    assert not (tmp_path / ".venv").exists()
