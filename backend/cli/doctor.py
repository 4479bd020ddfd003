"""`signalbox doctor`: is everything that Signalbox needs there, and does it work?"""

from __future__ import annotations

import typer

from backend.cli import build
from backend.cli.asking import perform
from backend.cli.configured import read_settings
from backend.cli.holding import holder, is_held
from backend.cli.say import say
from backend.control import ILL


def doctor() -> None:
    """Check every engine, say what is wrong and how to mend it; exit code 1 when something is."""
    settings = read_settings()
    if is_held(settings.folder):
        say(f"ok   server: running at {holder(settings.folder)}")
    else:
        say("ok   server: not running; the engines are tried without it")
    if build.is_current():
        say("ok   front end: built from what stands in the tree")
    else:
        say("ok   front end: will be built at the next `make run`")
    lines: list[str] = []

    def note(line: str) -> None:
        lines.append(line)
        say(line)

    perform("doctor", {}, note)
    if any(line.startswith(ILL) for line in lines):
        raise typer.Exit(1)
