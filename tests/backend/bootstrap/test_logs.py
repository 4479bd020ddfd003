"""What goes into the log and onto the terminal."""

import json
import logging
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from reflex_base.event.processor import base_state_processor
from reflex_base.vars import base

from backend.bootstrap import logs
from backend.bootstrap.logs import MAX_TERMINAL_CHARACTERS, configure_logs
from backend.trace_ids import request_id, run_id


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root, warned = logging.getLogger(), logging.getLogger("py.warnings")
    handlers, level, warned_handlers, propagates = root.handlers[:], root.level, warned.handlers[:], warned.propagate
    yield
    root.handlers[:], warned.handlers[:], warned.propagate = handlers, warned_handlers, propagates
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def test_what_a_browser_sent_in_place_of_a_fields_type_is_not_logged(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = configure_logs(tmp_path)
    base.logger.error("Expected field 'X.password' to be set with `str`, but got 'a horse and a battery'")
    base_state_processor.logger.warning("Error transforming event argument 'password' with value 'a horse'")
    logging.getLogger("signalbox.test").error("told")
    assert "told" in path.read_text()
    assert "horse" not in path.read_text() + capfd.readouterr().err


def test_a_long_line_is_cut_on_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs(tmp_path)
    logging.getLogger("signalbox.test").error("x" * 1_000_000)
    assert len(capfd.readouterr().err) < MAX_TERMINAL_CHARACTERS + 20


# All that a reader of lines or a terminal may take for the end of one, or for an order.
BREAKS = (
    "\n",
    "\r",
    "\r\n",
    "\x0b",
    "\x0c",
    "\x1b[2K",
    "\x1c",
    "\x85",
    "\x9b2K",
    "\u2028",
    "\u2029",
    "\u202e",
    "\u2066",
)


@pytest.mark.parametrize("end", BREAKS)
def test_j4_what_is_told_forges_no_line(tmp_path: Path, capfd: pytest.CaptureFixture[str], end: str) -> None:
    path = configure_logs(tmp_path)
    forged = '{"level": "error", "message": "signalbox is hacked"}'
    told = f"nobody is called x{end}{forged}"
    request = request_id.set(told)
    logging.getLogger("signalbox.test").warning("no project of %s", told)
    try:
        int(told)
    except ValueError:
        logging.getLogger(f"signalbox.{told}").exception("it broke")
    request_id.reset(request)
    written = path.read_bytes().decode()
    assert [line["level"] for line in map(json.loads, written.splitlines())] == ["warning", "error"]
    assert not set(end) & set(written.replace("\n", "")) - set("[2K\n")
    first, second = map(json.loads, written.splitlines())
    assert (first["message"], first["request"]) == (f"no project of {told}", told)  # and it is told whole
    assert ascii(told)[1:20] in ascii(second["traceback"])
    shown = capfd.readouterr().err
    assert [line.partition(": ")[0] for line in shown.splitlines()] == ["Warning", "Error"]
    assert not set(end) & set(shown) - set("[2K\n")


def test_a_line_carries_its_request_and_its_run_and_the_files_never_outgrow_their_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 2_000)
    path = configure_logs(tmp_path)
    asked, run = request_id.set("req_1"), run_id.set("run_1")
    logging.getLogger("signalbox.test").info("within")
    run_id.reset(run)
    request_id.reset(asked)
    within = json.loads(path.read_text().splitlines()[-1])
    assert (within["message"], within["request"], within["run"]) == ("within", "req_1", "run_1")
    for number in range(500):
        logging.getLogger("signalbox.test").info("line %s", number)
    files = [*path.parent.iterdir()]
    assert len(files) == logs.NUM_FILES == 5
    assert all(file.stat().st_size <= 2_000 for file in files)
    last = json.loads(path.read_text().splitlines()[-1])
    assert last["message"] == "line 499"
    assert not {"request", "run"} & last.keys()


def test_what_a_child_says_at_its_end_is_a_line_of_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_taken_in", [])
    path = configure_logs(tmp_path)
    logs.take_children_in()
    with logs.children_log(tmp_path).open("a") as stderr:
        subprocess.run(["sh", "-c", "echo a word of a child >&2"], stderr=stderr, check=True)
    deadline = time.monotonic() + 10
    while "a word of a child" not in path.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    line = next(one for one in map(json.loads, path.read_text().splitlines()) if "child" in one["message"])
    assert line["logger"] == logs.CHILDREN
