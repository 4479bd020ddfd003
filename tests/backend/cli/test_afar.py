"""An experiment that a pipeline runs at a server elsewhere, which refuses, goes away and comes back."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner, Result

from backend.cli import afar, answered, experiment
from tests.serving import free_port

MADE = {"id": "exp_1", "name": "CI", "status": "draft", "num_cells": 0, "num_done": 0, "num_failed": 0, "cost": 0.0,
        "resumes_at": None}  # fmt: skip
RUNNING = {**MADE, "status": "running", "num_cells": 4, "num_done": 1, "cost": 0.02}
DONE = {**RUNNING, "status": "done", "num_done": 4}
SAME = {"metric": "exact", "variant": "new", "verdict": "same", "missed": False, "asked": True, "fell": False,
        "baseline_value": 0.5, "value": None, "p_value": 0.5}  # fmt: skip
GATED = {"id": "exp_1", "name": "CI", "status": "done", "error": "", "num_failed": 0, "metrics": [SAME], "unjudged": {}}
GONE, DRIP = None, "drip"
DEEP = b"[" * 200_000


class Scripted(ThreadingHTTPServer):
    """Answers with what stands next in `script`; GONE hangs up, an `int` is a status without JSON."""

    daemon_threads = True

    def __init__(self, *script: Any) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.is_over = threading.Event()
        self.script, self.asked = list(script), list[tuple[str, str, Any, str]]()
        self.base_url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Scripted)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        called = (self.command, self.path, json.loads(body) if body else None, self.headers["X-API-Key"])
        self.server.asked.append(called)
        answer = self.server.script.pop(0)
        if answer is GONE:
            self.close_connection = True
            return
        if answer == DRIP:
            self._drip()
            return
        status, sent, headers = answer if isinstance(answer, tuple) else (200, answer, {})
        if isinstance(answer, int):
            status, sent, headers = answer, None, {"Retry-After": "0", "Location": "https://b.example/"}
        self.send_response(status)
        for name, value in headers.items():
            if name != "Location" or status == MOVED:
                self.send_header(name, value)
        self.end_headers()
        written = sent if isinstance(sent, bytes) else b"<html>" if sent is None else json.dumps(sent).encode()
        with contextlib.suppress(ConnectionError):  # who asked wants no more of it
            self.wfile.write(written.replace(b"<key>", self.headers["X-API-Key"].encode()))

    def _drip(self) -> None:
        """Send headers without an end until nobody reads them."""
        with contextlib.suppress(ConnectionError):
            self.send_response(200)
            self.flush_headers()
            while not self.server.is_over.wait(0.05):  # type: ignore[attr-defined]
                self.wfile.write(b"X-A: 1\r\n")

    do_POST = do_GET  # noqa: N815  # so the library calls it

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # so the library calls it
        """Say nothing on the terminal."""


MOVED = 308


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afar, "LOOK_SECONDS", 0)
    monkeypatch.setattr(afar, "SLOWEST_SECONDS", 0)
    monkeypatch.setenv("SIGNALBOX_API_KEY", "sbx_key")


@pytest.fixture
def elsewhere() -> Iterator[Scripted]:
    server = Scripted()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.is_over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def pipe(tmp_path: Path, server: str, *words: str, wish: Any = None) -> tuple[Result, ET.Element]:
    """Run the command as a pipeline does, and return the JUnit file too."""
    file, junit = tmp_path / "ci.json", tmp_path / "verdicts.xml"
    file.write_text(json.dumps(wish or {"name": "CI", "dataset_id": "data_1"}))
    given = [*(words or ("run", str(file))), "--gate", "--junit", str(junit), "--server", server]
    return CliRunner().invoke(experiment.experiment, given), ET.fromstring(junit.read_text())


def test_a_server_that_goes_away_meanwhile_is_asked_until_it_answers(tmp_path: Path, elsewhere: Scripted) -> None:
    listed = {"datasets": [{"id": "data_2", "name": "Questions, old"}, {"id": "data_1", "name": "Questions"}]}
    elsewhere.script += [listed, (201, MADE, {}), GONE, RUNNING, RUNNING, GONE, 502, 429, 503, RUNNING, DONE, GATED]
    done, junit = pipe(tmp_path, f"{elsewhere.base_url}/api/", wish={"name": "CI", "dataset": "Questions"})
    assert done.exit_code == 0, done.output
    where = elsewhere.base_url
    assert done.output.splitlines() == [
        "CI: exp_1",
        f"{where} is away, Remote end closed connection without response; it is asked again until it answers.",
        "It answers again.",
        "1 of 4 answers, 0 failed, $0.0200",
        f"{where} is away, Remote end closed connection without response; it is asked again until it answers.",
        "It answers again.",
        "4 of 4 answers, 0 failed, $0.0200",
        "new, exact: same, 0.5 -> nothing",
        "Passed: nothing got worse.",
    ]
    assert elsewhere.asked[0][:2] == ("GET", "/api/datasets?limit=500&text=Questions")
    assert elsewhere.asked[1] == ("POST", "/api/experiments", {"name": "CI", "dataset_id": "data_1"}, "sbx_key")
    assert [one[1] for one in elsewhere.asked[2:4]] == ["/api/experiments/exp_1/start"] * 2
    assert elsewhere.asked[-1][1] == "/api/experiments/exp_1/gate"
    assert (junit.get("name"), junit.get("tests"), junit.get("failures"), junit.get("errors")) == ("CI", "1", "0", "0")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, {"detail": "This key is not valid."}, {}), "This key is not valid. (SIGNALBOX_API_KEY is no key of"),
        ((403, {"detail": "You may not make experiments."}, {}), "You may not make experiments."),
        ((422, {"detail": [{"loc": ["body", "budgt"], "msg": "Extra"}]}, {}), "budgt: Extra"),
        (404, "answers 404, but not as the REST API of a Signalbox does."),
        (502, "answers 502, but not as"),
        ((200, None, {}), "answers 200, but not as"),
        *[
            ((200, one, {}), "answers 200, but not as the REST API of a Signalbox does.")
            for one in (
                {},
                [1],
                b"5",
                b"null",
                b"\xff{",
                DEEP,
                {**MADE, "num_cells": "x"},
                {**MADE, "id": "../x"},
                {**MADE, "name": "\ud800"},
                {**MADE, "num_done": True},
                {**MADE, "cost": 1e999},
            )
        ],
        ((200, b" " * 2_000_000, {}), "answers with more than 1 MB, not as"),
        (DRIP, "no whole answer came in 0.5 seconds."),
        ((401, {"detail": "No key: <key>\n\x1b[2J"}, {}), "No key: ***\\n\\x1b[2J (SIGNALBOX_API_KEY is no"),
        (MOVED, "sends on to https://b.example/: name that address."),
        (GONE, "Nothing answers at http://127.0.0.1:"),
    ],
)
def test_what_refuses_at_first_is_said_and_is_no_regression(
    tmp_path: Path, elsewhere: Scripted, monkeypatch: pytest.MonkeyPatch, answer: Any, words: str
) -> None:
    monkeypatch.setattr(afar, "MOST_BYTES", 1_000_000)
    monkeypatch.setattr(answered, "MOST_BYTES", 1_000_000)
    if answer == DRIP:
        monkeypatch.setattr(afar, "TIMEOUT_SECONDS", 0.5)
    elsewhere.script.append(answer)
    done, junit = pipe(tmp_path, elsewhere.base_url)
    assert (done.exit_code, len(elsewhere.asked)) == (2, 1)
    assert words in done.output
    assert words in junit.find("testcase/error").get("message")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ([{"id": "exp_1"}], "answers 200, but not as the REST API of a Signalbox does."),
        ([500], "answers 500, but not as the REST API of a Signalbox does."),
        ([(500, {"detail": "It broke."}, {})], "It broke."),
        ([{"status": "done"}], "answers 200, but not as"),
        ([DONE, [1]], "answers 200, but not as"),
        ([DONE, {"status": "done"}], "answers 200, but not as"),
        ([DONE, {**GATED, "metrics": [{**SAME, "verdict": "fine"}]}], "answers 200, but not as"),
        ([DONE, DEEP], "answers 200, but not as"),
    ],
)
def test_what_is_odd_midway_says_how_to_go_on(
    tmp_path: Path, elsewhere: Scripted, script: list[Any], words: str
) -> None:
    elsewhere.script += [RUNNING, *[(200, one, {}) if isinstance(one, bytes) else one for one in script]]
    done, junit = pipe(tmp_path, elsewhere.base_url)
    assert done.exit_code == 2, done.output
    assert words in done.output
    assert "Stopped; no answer that came is lost. To go on: signalbox experiment wait exp_1 --gate" in done.output
    assert words in junit.find("testcase/error").get("message")  # type: ignore[union-attr]


def test_no_word_of_a_server_moves_the_terminal(tmp_path: Path, elsewhere: Scripted) -> None:
    name = "CI\x1b]0;pwn\x07\nPassed: <key>\u202e"
    metric = {**SAME, "metric": "a\x00b", "variant": "v\x1b[2J"}
    elsewhere.script += [{**DONE, "name": name}, {**GATED, "name": name, "metrics": [metric]}]
    done, junit = pipe(tmp_path, elsewhere.base_url)
    assert done.exit_code == 0, done.output
    shown = r"CI\x1b]0;pwn\x07\nPassed: ***\u202e"
    assert done.output.splitlines()[0] == f"{shown}: exp_1"
    assert junit.get("name") == shown
    assert r"v\x1b[2J, a\x00b: same, 0.5 -> nothing" in done.output.splitlines()


def test_an_address_or_a_key_that_is_none_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    for server, words in (
        ("console.example", "'console.example' is no address like https://console.example."),
        (nowhere, f"Nothing answers at {nowhere}: Connection refused."),
    ):
        done, _ = pipe(tmp_path, server)
        assert (done.exit_code, words in done.output) == (2, True), done.output
    monkeypatch.delenv("SIGNALBOX_API_KEY")
    done, _ = pipe(tmp_path, nowhere)
    assert (done.exit_code, "into SIGNALBOX_API_KEY" in done.output) == (2, True)


def test_who_interrupts_it_is_told_how_to_go_on_and_does(
    tmp_path: Path, elsewhere: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(afar.time, "sleep", interrupt)
        elsewhere.script += [MADE, RUNNING]
        done, junit = pipe(tmp_path, elsewhere.base_url)
    assert done.exit_code == 2
    way = f"signalbox experiment wait exp_1 --gate --junit {tmp_path}/verdicts.xml --server {elsewhere.base_url}"
    assert f"Interrupted; no answer that came is lost. To go on: {way}" in done.output
    assert junit.find("testcase/error").get("message") == "It was interrupted."  # type: ignore[union-attr]
    parked = {**RUNNING, "status": "paused", "resumes_at": "2026-11-23T12:00:00Z"}
    worse = {**GATED, "metrics": [{**SAME, "verdict": "worse"}]}
    elsewhere.script += [parked, RUNNING, DONE, worse]
    done, _ = pipe(tmp_path, elsewhere.base_url, "wait", "exp_1")
    assert done.exit_code == 1, done.output
    assert "1 of 4 answers, 0 failed, $0.0200, paused until 2026-11-23T12:00:00Z" in done.output
    elsewhere.script += [{**RUNNING, "status": "paused"}, {**GATED, "status": "paused", "metrics": []}]
    done, _ = pipe(tmp_path, elsewhere.base_url, "wait", "exp_1")
    assert done.exit_code == 2, "somebody holds it"


def test_a_server_that_stays_away_is_given_up(
    tmp_path: Path, elsewhere: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(afar, "PATIENCE_SECONDS", -1)
    elsewhere.script += [MADE, GONE]
    done, _ = pipe(tmp_path, elsewhere.base_url)
    assert done.exit_code == 2
    assert "minutes: Remote end closed connection without response." in done.output
