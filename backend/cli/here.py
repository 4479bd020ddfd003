"""Do what was asked with the files of the data directory, because no server has them open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from backend import bootstrap
from backend.bootstrap.commands import COMMANDS
from backend.cli.migrating import migrate_or_stop
from backend.settings import Settings


def do(settings: Settings, command: str, arguments: dict[str, Any], tell: Callable[[str], None]) -> None:
    """Migrate if needed, and tell each line of the command. Raise DomainError."""
    migrate_or_stop(settings)
    asyncio.run(_tell(settings, command, arguments, tell))


async def _tell(settings: Settings, command: str, arguments: dict[str, Any], tell: Callable[[str], None]) -> None:
    made = await bootstrap.start(settings, serving=False)
    try:
        async for line in COMMANDS[command](made, arguments):
            tell(line)
    finally:
        await bootstrap.stop(made)
