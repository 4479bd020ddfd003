"""What happens now, told to whoever listens; nothing is kept for those who come later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from backend.errors import Unavailable

Event = dict[str, Any]


class EventsLost(Unavailable):
    """The listener fell too far behind; read the rows again, then subscribe anew."""


class Events(Protocol):
    """A topic is a word such as `run:run_1`. An event is JSON: what is sent is what arrives, in order."""

    async def publish(self, topic: str, event: Event) -> None:
        """Tell all who listen now; never waits for them."""
        ...

    def subscribe(self, *topics: str) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """Listen from the moment the block is entered, so: subscribe, read the rows, then iterate.

        The iterator never ends by itself; it raises EventsLost when more than some thousand events wait.
        """
        ...

    async def close(self) -> None: ...
