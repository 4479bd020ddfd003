"""`signalbox audit verify`: was the log of acts touched?"""

from __future__ import annotations

import typer

from backend.cli.asking import perform
from backend.cli.say import say
from backend.control import BROKEN

audit = typer.Typer(help="The log of who did what.", no_args_is_help=True)


@audit.callback()
def group() -> None:
    """The log of who did what."""


@audit.command("verify")
def verify() -> None:
    """Hold every event to its hash chain and name those that were touched; exit code 1 when there are any."""
    lines: list[str] = []

    def note(line: str) -> None:
        lines.append(line)
        say(line)

    perform("audit verify", {}, note)
    if any(line.startswith(BROKEN) for line in lines):
        raise typer.Exit(1)
