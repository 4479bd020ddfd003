"""What goes into the log and onto the terminal."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from reflex_base.event.processor import base_state_processor
from reflex_base.vars import base

from backend.bootstrap.logs import MAX_TERMINAL_CHARACTERS, configure_logs


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
