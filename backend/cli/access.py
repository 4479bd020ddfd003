"""`signalbox sign-in-link` and `signalbox api-key create`: ways in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from backend import bootstrap
from backend.bootstrap import Services
from backend.cli.say import say
from backend.settings import Settings

keys = typer.Typer(help="Keys of the REST API.", no_args_is_help=True)


async def with_services(act: Callable[[Services], Awaitable[str]]) -> str:
    made = await bootstrap.start(Settings())
    try:
        return await act(made)
    finally:
        await bootstrap.stop(made)


async def make_link(made: Services) -> str:
    token = await made.identity.make_sign_in_link()
    return f"http://{made.settings.host}:{made.settings.port}/sign-in/link?token={token}"


def sign_in_link() -> None:
    """Print another one-time sign-in link; it works once, for 15 minutes."""
    say(asyncio.run(with_services(make_link)))


@keys.command("create")
def create(name: Annotated[str, typer.Option(help="What the key is for; the list of keys shows it.")]) -> None:
    """Make an API key and print it alone on the last line; it is shown this once."""

    async def make(made: Services) -> str:
        owner = await made.identity.ensure_owner()
        return (await made.identity.create_key(owner, name)).secret

    say(asyncio.run(with_services(make)))
