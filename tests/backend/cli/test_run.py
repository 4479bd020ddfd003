"""Starting, running beside another, and ending, whichever way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backend.control import SOCKET_FILE
from backend.settings import SQLITE_FILE
from tests.backend.cli.processes import alive, family, holding, left_of
from tests.serving import ROOT, Server, command, environment, free_port

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]
PROMPT_SECONDS = 1  # between the last word and the prompt


def run(data: Path, *, port: int = 0, arguments: tuple[str, ...] = ("run",), **settings: str) -> tuple[int, str, str]:
    """Run a command to its end; return its exit code, stdout and stderr."""
    done = subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=environment(data, port or free_port(), **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # Deeper than the 107 bytes that the address of a Unix socket may have.
    deep = tmp_path_factory.mktemp("run") / ("deep" * 20) / ("deeper" * 10) / "data"
    with Server(deep, from_nothing=True) as running:
        yield running


def test_it_says_ready_and_prints_one_link(server: Server) -> None:
    assert f"Signalbox is ready at {server.base_url}" in server.lines
    assert httpx.get(f"{server.base_url}/api/health").json() == {"status": "up"}
    assert sum("sign-in/link?token=" in line for line in server.lines) == 1


def test_a_second_run_on_the_same_data_says_where_and_ends_well(server: Server) -> None:
    code, out, _ = run(server.data)
    assert (code, out) == (0, f"already running at {server.base_url}\n")


def test_of_two_runs_at_once_one_serves_and_the_other_says_where(tmp_path: Path) -> None:
    data, ports = tmp_path / "data", (free_port(), free_port())
    both = [
        subprocess.Popen(
            command("run"),
            cwd=ROOT,
            env=environment(data, port),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for port in ports
    ]
    try:
        while len(ended := [one for one in both if one.poll() is not None]) != 1:
            assert not ended
            time.sleep(0.02)
        [loser] = ended
        serving = both[1 - both.index(loser)]
        assert serving.stdout is not None
        address = f"http://127.0.0.1:{ports[both.index(serving)]}"
        assert loser.communicate(timeout=10)[0] == f"already running at {address}\n"
        assert loser.returncode == 0
        assert any(f"Signalbox is ready at {address}" in line for line in iter(serving.stdout.readline, ""))
        assert httpx.get(f"{address}/api/health").status_code == 200
    finally:
        for one in both:
            one.kill()
            one.wait(10)


def test_a_held_port_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen(1)
        port = holder.getsockname()[1]
        code, _, said = run(tmp_path / "data", port=port)
    assert code == 1
    assert str(port) in said
    assert "SIGNALBOX_PORT" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SIGNALBOX_HOST", "0.0.0.0", "SIGNALBOX_PUBLIC_URL"),
        ("SIGNALBOX_HOST", "console.example.org", "reverse proxy"),
        ("SIGNALBOX_PORT", "no number", "whole number"),
        ("SIGNALBOX_PORT", "70000", "65535"),
        ("SIGNALBOX_MODELS", "best", "embedded"),
        ("SIGNALBOX_DATABASE", "mysql://host/name", "sqlite"),
        ("SIGNALBOX_SECRET_KEY", "too short", "32 characters"),
        ("SIGNALBOX_DATA_DIR", "/proc/none", "SIGNALBOX_DATA_DIR"),
    ],
)
def test_a_wrong_value_stops_with_one_sentence(tmp_path: Path, name: str, value: str, words: str) -> None:
    code, out, said = run(tmp_path / "data", **{name: value})
    assert (code, out) == (1, "")
    assert name in said
    assert words in said
    assert said.count("\n") == 1
    if name == "SIGNALBOX_SECRET_KEY":
        assert value not in said
    assert not (tmp_path / "data" / "signalbox.db").exists()


def test_a_wrong_secret_key_stops_the_start(tmp_path: Path) -> None:
    with Server(tmp_path / "data", SIGNALBOX_SECRET_KEY="the right key of enough characters"):
        pass
    code, _, said = run(tmp_path / "data", SIGNALBOX_SECRET_KEY="the wrong key of enough characters")
    assert code == 1
    assert said.startswith("The secret key is not the one")
    assert "SIGNALBOX_SECRET_KEY" in said
    assert not alive(holding(tmp_path / "data"))


def test_a_name_that_is_no_setting_is_mentioned(server: Server) -> None:
    _, _, said = run(server.data, SIGNALBOX_PROT="1")
    assert "SIGNALBOX_PROT is no setting; did you mean SIGNALBOX_PORT?" in said


def test_commands_ask_the_running_server(server: Server) -> None:
    assert server.took_commands_when_ready
    link = server.run("sign-in-link").stdout.strip()
    assert httpx.get(link).status_code == 200
    key = server.run("api-key", "create", "--name", "a test").stdout.splitlines()[-1]
    with httpx.Client(base_url=server.base_url, timeout=60) as client:  # the first reading of openapi.json makes it
        assert client.get("/api/openapi.json", headers={"X-API-Key": key}).status_code != 401
        assert client.get("/api/openapi.json", headers={"X-API-Key": key + "x"}).status_code == 401


@pytest.mark.parametrize(
    "arguments",
    [("sign-in-link",), ("reset-link", "a@b.example"), ("api-key", "create", "--name", "k"), ("demo", "reset"),
     ("audit", "verify"), ("secrets", "rotate"), ("doctor",)],
)  # fmt: skip
def test_a_command_where_nothing_was_started_says_what_to_type(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, _, said = run(tmp_path / "data", arguments=arguments)
    assert code == 1
    assert said.startswith(f"There is no Signalbox in {tmp_path / 'data'}.")
    assert "`make run`" in said
    assert "SIGNALBOX_DATA_DIR" in said
    assert not (tmp_path / "data").exists()


def test_a_link_is_made_only_where_it_opens_and_other_commands_say_that_no_server_runs(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert run(data, arguments=("migrate",))[0] == 0
    code, out, said = run(data, arguments=("sign-in-link",))
    assert (code, out) == (1, "")
    assert said.startswith(f"No server runs on {data}, so the link would open nothing.")
    assert "`make run`" in said
    code, out, said = run(data, arguments=("api-key", "create", "--name", "a test"))
    assert code == 0
    assert out.count("\n") == 1
    assert f"No server runs on {data}" in said


def test_only_the_owner_reaches_the_socket_and_the_data(server: Server) -> None:
    assert (server.data / SOCKET_FILE).stat().st_mode & 0o777 == 0o600
    assert server.data.stat().st_mode & 0o777 == 0o700
    kept = [server.data / SQLITE_FILE, *(server.data / "logs").iterdir()]
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []


def test_doctor_finds_the_running_server_well(server: Server) -> None:
    done = server.run("doctor")
    assert done.returncode == 0, done.stdout
    assert f"running at {server.base_url}" in done.stdout
    assert "ILL" not in done.stdout
    assert "ok   embedded model: it answered" in done.stdout


def test_logs_are_json_lines_and_carry_the_request(server: Server) -> None:
    lines = [json.loads(line) for line in (server.data / "logs" / "signalbox.log").read_text().splitlines()]
    assert any(line["message"] == f"ready at {server.base_url}" for line in lines)
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)


def test_sigterm_ends_in_order_and_the_next_start_builds_nothing(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", SIGNALBOX_MODELS="scripted").start()
    assert server.run("doctor").returncode == 0  # so that engine rooms run as children
    before = family(server.pid)
    assert len(before) > 1
    os.kill(server.pid, signal.SIGTERM)
    assert server.process is not None
    while "Stopped" not in server.lines:
        assert server.process.poll() is None or server.lines[-1] == "Stopped"
        time.sleep(0.01)
    said = time.monotonic()
    assert server.process.wait(15) == 0
    assert time.monotonic() - said < PROMPT_SECONDS
    assert not left_of(before)
    assert not (server.data / SOCKET_FILE).exists()
    assert server.lines[-1] == "Stopped"
    server.start()
    server.stop()
    assert not any("Building" in line for line in server.lines)  # `make bench` says how quick that makes it


def test_kill_9_leaves_no_process_and_no_lock(tmp_path: Path) -> None:
    server = Server(tmp_path / "data").start()
    assert server.run("doctor").returncode == 0
    before = family(server.pid)
    assert len(before) > 1
    os.kill(server.pid, signal.SIGKILL)
    assert server.process is not None
    server.process.wait(5)
    assert not left_of(before)
    with Server(tmp_path / "data", port=server.port):
        pass


def test_a_server_bound_to_its_parent_ends_with_it(tmp_path: Path) -> None:
    """`make` starts it so: `kill -9` of make must not leave a server behind."""
    data = tmp_path / "data"
    program = [sys.executable, "-c", f"import subprocess; subprocess.run({[*command('run'), '--bound-to-parent']!r})"]
    make = subprocess.Popen(program, cwd=ROOT, env=environment(data, free_port()), stdout=subprocess.PIPE, text=True)
    assert make.stdout is not None
    assert any("is ready at" in line for line in iter(make.stdout.readline, ""))
    before = family(make.pid)
    assert len(before) > 1
    make.kill()
    make.wait()
    assert not left_of(before)


def test_a_kill_during_the_build_leaves_nothing(tmp_path: Path) -> None:
    """npm's children are out of reach of the kernel's own way, so the group is watched over a pipe."""
    program = (
        "import os, sys; from pathlib import Path; from backend.cli.children import run_group;"
        "run_group(['bash', '-c', 'sleep 300 & sleep 300'], Path('/'), dict(os.environ))"
    )
    data = tmp_path / "data"
    build = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment(data, 1))
    deadline = time.monotonic() + 10
    while sum(process.name() == "sleep" for process in holding(data)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    before = family(build.pid)
    build.kill()
    build.wait()
    assert not left_of(before)


LOOPBACK_UP = (
    "import fcntl, socket, struct, sys, os;"
    "s = socket.socket(); fcntl.ioctl(s, 0x8914, struct.pack('16sh', b'lo', 1)); s.close();"
    "os.execv(sys.argv[1], sys.argv[1:])"
)


def can_cut_the_network() -> bool:
    return shutil.which("unshare") is not None and not subprocess.run(["unshare", "-n", "true"], check=False).returncode


@pytest.mark.skipif(not can_cut_the_network(), reason="`unshare -n` is not allowed here")
def test_it_starts_without_any_network(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", from_nothing=True)
    server.start("unshare", "-n", sys.executable, "-c", LOOPBACK_UP)
    assert f"Signalbox is ready at {server.base_url}" in server.lines
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.base_url)  # it really stands in another network
    server.stop()
