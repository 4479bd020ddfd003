"""`signalbox demo reset`: the example project as it came."""

from __future__ import annotations

import typer

from backend.cli.asking import perform

demo = typer.Typer(help="The example project.", no_args_is_help=True)


@demo.callback()
def group() -> None:
    """The example project."""


@demo.command("reset")
def reset() -> None:
    """Put the example project back as it came; what people made stays."""
    perform("demo reset", {})
