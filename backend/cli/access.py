"""`signalbox sign-in-link` and `signalbox api-key create`: ways in."""

from __future__ import annotations

from typing import Annotated

import typer

from backend.cli.asking import perform
from backend.cli.say import complain

keys = typer.Typer(help="Keys of the REST API.", no_args_is_help=True)


def sign_in_link() -> None:
    """Print another one-time sign-in link; it works once, for 15 minutes."""
    perform("sign-in-link", {}, leads_to_server=True)


def reset_link(email: Annotated[str, typer.Argument(help="The address of a local account.")]) -> None:
    """Print a link with which a member sets a new password; it works once, for an hour."""
    perform("reset-link", {"email": email}, leads_to_server=True)


@keys.callback()
def group() -> None:
    """Keys of the REST API."""


@keys.command("create")
def create(name: Annotated[str, typer.Option(help="What the key is for; the list of keys shows it.")]) -> None:
    """Make an API key and print it alone on the last line; it is shown this once.

    It may do whatever the owner may and has no end; Settings > API keys makes narrower ones.
    """
    perform("api-key create", {"name": name})
    complain("This key may do whatever the owner may, and has no end. Settings > API keys makes narrower ones.")
