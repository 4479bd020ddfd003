"""What the server tells the browser is an act of a short list, never a text to be evaluated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import reflex as rx

from console import toasts
from console.build import APPLY, TELL, let_the_server_tell

ROOT = Path(__file__).parents[2]
EVALUATED = re.compile(r"rx\.(call_script|call_function|run_script|set_clipboard|toast\.(?!provider)\w+)\b")


@pytest.mark.parametrize(
    "told",
    [
        toasts.say("a", "b"),
        toasts.warn("a"),
        toasts.refuse("a"),
        toasts.leave("/a"),
        toasts.address("/a?b=c"),
        toasts.reveal("a"),
        toasts.point("a"),
    ],
)
def test_every_act_is_one_that_the_browser_knows(told: rx.event.EventSpec) -> None:
    acts = (ROOT / "assets" / "ui" / "told.jsx").read_text()
    what = {str(name): value for name, value in told.args}["what"]
    assert f"  {str(what).strip(chr(34))}: (" in acts


def test_nothing_is_sent_to_be_evaluated() -> None:
    for path in (ROOT / "console").rglob("*.py"):
        drawn = path.read_text().split('"""', 2)[-1]
        assert not EVALUATED.search(drawn), path


def test_the_event_is_let_through_once() -> None:
    once = let_the_server_tell(f"before\n{APPLY}after")
    assert once.count(TELL) == 1
    assert let_the_server_tell(once) == once


def test_a_changed_framework_stops_the_build() -> None:
    with pytest.raises(RuntimeError):
        let_the_server_tell("nothing that we know")
