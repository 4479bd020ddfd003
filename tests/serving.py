"""Start a whole Signalbox for a test: a real process on a free port with a data directory of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from backend.cli.children import end_with_parent
from backend.control import SOCKET_FILE
from tests.prepared import copy_into

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 100
LINK = re.compile(r"http://\S+/sign-in/link\?token=\S+")


def free_port() -> int:
    """Return a port that nobody held a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data: Path, port: int, **settings: str) -> dict[str, str]:
    """Return an environment whose only SIGNALBOX_ variables are those of the test."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SIGNALBOX_")}
    return {
        **inherited,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        # Keys made at a first start belong to the test, not to the person who runs it.
        "XDG_CONFIG_HOME": str(data.parent / f"{data.name}-config"),
        "SIGNALBOX_DATA_DIR": str(data),
        "SIGNALBOX_PORT": str(port),
        **settings,
    }


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "backend.cli", *arguments]


class Server:
    """`signalbox run` in a process group of its own that ends with the test, also when the test is killed.

    A data directory that is not there yet is made with a migrated file, unless it shall start `from_nothing`.
    """

    def __init__(self, data: Path, *, port: int = 0, from_nothing: bool = False, **settings: str) -> None:
        self.data = data
        self._is_prepared = not from_nothing and "SIGNALBOX_DATABASE" not in settings
        self.port = port or free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.environment = environment(data, self.port, **settings)
        self.lines: list[str] = []
        self.took_commands_when_ready = False
        self.process: subprocess.Popen[str] | None = None

    def start(self, *prefix: str) -> Self:
        """Return once the server said that it is ready. `prefix` stands before the command (`unshare -n`)."""
        self.lines.clear()
        if self._is_prepared and not self.data.exists():
            copy_into(self.data)
        self.process = subprocess.Popen(
            [*prefix, *command("run")],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509  # it makes one system call
        )
        reading = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        reading.start()
        deadline = time.monotonic() + READY_SECONDS
        while not self.link:
            if self.process.poll() is not None:
                reading.join(5)
                raise RuntimeError(
                    f"signalbox run ended with {self.process.returncode}:\n{self.output}\n{self.last_log}"
                )
            if time.monotonic() > deadline:
                self.kill()
                raise TimeoutError(f"signalbox run was not ready after {READY_SECONDS} s:\n{self.output}")
            time.sleep(0.02)
        return self

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if " is ready at " in line:
                self.took_commands_when_ready = (self.data / SOCKET_FILE).exists()
            self.lines.append(line.rstrip("\n"))

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    @property
    def last_log(self) -> str:
        """The end of the log, for a test that failed."""
        log = self.data / "logs" / "signalbox.log"
        return log.read_text()[-5_000:].replace("\\n", "\n") if log.exists() else ""

    @property
    def link(self) -> str:
        """The one-time sign-in link, empty until it was printed."""
        found = LINK.search(self.output)
        return found.group() if found else ""

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command against the same data directory."""
        return subprocess.run(
            command(*arguments), cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    def ask(self, command: str, **arguments: str) -> str:
        """Ask the running server as a command does, without a process of its own; return the last line it answers."""
        folder = os.open(self.data, os.O_PATH | os.O_DIRECTORY)
        try:
            with socket.socket(socket.AF_UNIX) as asking:
                asking.connect(f"/proc/self/fd/{folder}/{SOCKET_FILE}")
                asking.sendall(json.dumps({"command": command, "arguments": arguments}).encode() + b"\n")
                said = [json.loads(line) for line in asking.makefile()]
        finally:
            os.close(folder)
        assert "done" in said[-1], said
        return str(said[-2]["line"]).split("\n")[-1]

    def make_key(self) -> str:
        return self.ask("api-key create", name="tests")

    def stop(self) -> int:
        """End it as Ctrl-C does, then whatever is left of its group. Return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                print(f"signalbox run did not end within 20 s:\n{self.output}")
        self.kill()
        return int(self.process.returncode)

    def kill(self) -> None:
        """Kill -9 the server and everything in its group."""
        assert self.process is not None
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
