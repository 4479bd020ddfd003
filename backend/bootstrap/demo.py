"""The example project, made behind a server that is already ready."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backend.bootstrap.services import Services

logger = logging.getLogger(__name__)


@asynccontextmanager
async def example_being_made(services: Services) -> AsyncIterator[None]:
    """Make the example while the block runs; what is left open at its end is made by the next start."""
    task = asyncio.create_task(_make(services))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _make(services: Services) -> None:
    owner = await services.identity.ensure_owner()
    try:
        await services.demo.seed(owner)
    except Exception:
        # The console works without it; the next start tries again.
        logger.exception("the example project could not be made")
