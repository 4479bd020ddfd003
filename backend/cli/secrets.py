"""`signalbox secrets rotate`: seal everything that is stored with the newest key."""

from __future__ import annotations

import typer

from backend.cli.asking import perform

secrets = typer.Typer(help="Stored secrets.", no_args_is_help=True)


@secrets.callback()
def group() -> None:
    """Stored secrets."""


@secrets.command("rotate")
def rotate() -> None:
    """Seal every stored secret with the first key of SIGNALBOX_SECRET_KEY; what a kill left, another call finishes."""
    perform("secrets rotate", {})
