"""Logs as JSON lines with the ids of request and run, in files that never outgrow 50 MB together."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from backend.trace_ids import request_id, run_id

FOLDER = "logs"
MAX_BYTES = 10_000_000
NUM_FILES = 5
MAX_LINE_CHARACTERS = 20_000
# Libraries that tell of each request or each retry at INFO.
CHATTY = (
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "urllib3",
    "openai",
    "dbos",
    "alembic",
    "reflex",
    "socketio",
    "engineio",
)
# They tell what a browser sent in place of a field's type or of an argument's: all of it, a password too, and as often
# as one likes.
TELL_TALES = {
    "reflex_base.vars.base": logging.CRITICAL,
    "reflex_base.event.processor.base_state_processor": logging.ERROR,
}
MAX_TERMINAL_CHARACTERS = 500
# What an operator at the terminal wants to see although it is no warning.
EVENTS = logging.getLogger("signalbox.events")
CHILDREN = "signalbox.children"
# What JSON leaves as it is, though readers of lines end one there, and terminals obey or turn the text around.
UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_taken_in: list[Path] = []


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, and request, run and traceback where there are."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:MAX_LINE_CHARACTERS],
        }
        if request := request_id.get():
            line["request"] = request
        if run := run_id.get():
            line["run"] = run
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)[-MAX_LINE_CHARACTERS:]
        return UNSEEN.sub(lambda one: f"\\u{ord(one.group()):04x}", json.dumps(line, ensure_ascii=False))


class TerminalLines(logging.Formatter):
    """One line for each event, without the traceback: the log has it."""

    def format(self, record: logging.LogRecord) -> str:
        first = "".join(record.getMessage().splitlines()[:1])[:MAX_TERMINAL_CHARACTERS]
        first = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in first)
        return first if record.levelno <= logging.INFO else f"{record.levelname.capitalize()}: {first}"


def _matters(record: logging.LogRecord) -> bool:
    # Where these two complain, one of ours says the same in words.
    if record.name in {"_granian", "asyncio"}:
        return False
    if record.name.startswith("reflex"):
        # It warns of each tab that was closed a moment ago.
        return record.levelno >= logging.ERROR
    return record.levelno >= logging.WARNING or record.name == EVENTS.name


def configure_logs(folder: Path, name: str = "signalbox") -> Path:
    """Send everything to `folder/logs/<name>.log`, and to the terminal what matters. Return the file."""
    path = folder / FOLDER / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=NUM_FILES - 1, encoding="utf-8")
    file.setFormatter(JsonLines())
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setFormatter(TerminalLines())
    terminal.addFilter(_matters)
    root = logging.getLogger()
    root.handlers[:] = [file, terminal]
    root.setLevel(logging.INFO)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for teller, level in TELL_TALES.items():
        logging.getLogger(teller).setLevel(level)
    # It warns at each start that its embedded server is new.
    logging.getLogger("_granian").setLevel(logging.ERROR)
    logging.captureWarnings(capture=True)
    # A vendor's deprecation is for the log, not for the person at the terminal.
    logging.getLogger("py.warnings").addHandler(file)
    logging.getLogger("py.warnings").propagate = False
    return path


def take_children_in() -> None:
    """Let what children write to stderr become log lines of this process, so that one rotation serves all.

    Children open a path; theirs is the write end of a pipe, under /proc.
    """
    reading, writing = os.pipe()
    logger = logging.getLogger(CHILDREN)

    def read() -> None:
        with os.fdopen(reading, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                logger.info(line.rstrip())

    threading.Thread(target=read, name="children-stderr", daemon=True).start()
    _taken_in[:] = [Path(f"/proc/{os.getpid()}/fd/{writing}")]


def children_log(folder: Path) -> Path:
    """Return the path that children open as their stderr."""
    return _taken_in[0] if _taken_in else folder / FOLDER / "children.log"
