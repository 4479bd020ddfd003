"""What the command line asks for, done with the services of whichever process has them open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from backend.bootstrap.doctor import examine
from backend.bootstrap.services import Services

Command = Callable[[Services, dict[str, Any]], AsyncIterator[str]]


async def sign_in_link(services: Services, _arguments: dict[str, Any]) -> AsyncIterator[str]:
    token = await services.identity.make_sign_in_link()
    yield f"{services.settings.address}/sign-in/link?token={token}"


async def create_key(services: Services, arguments: dict[str, Any]) -> AsyncIterator[str]:
    owner = await services.identity.ensure_owner()
    yield (await services.identity.create_key(owner, str(arguments["name"]))).secret


async def reset_demo(services: Services, _arguments: dict[str, Any]) -> AsyncIterator[str]:
    yield "Removing the example's flow, handbook and conversations; what you made stays."
    await services.demo.reset(await services.identity.ensure_owner())
    yield "The example project is as it came."


COMMANDS: dict[str, Command] = {
    "sign-in-link": sign_in_link,
    "api-key create": create_key,
    "demo reset": reset_demo,
    "doctor": examine,
}
