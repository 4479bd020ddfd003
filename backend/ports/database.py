"""Where rows live. A write session commits once at its end; a read session sees one moment."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession


class Database(Protocol):
    """SQLite or Postgres behind the same two kinds of transaction."""

    kind: str

    def write(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Commit at the end; roll back on any exception and on cancellation.

        Read-then-write must select `with_for_update()`: Postgres locks by it, SQLite has one writer anyway.
        """
        ...

    def read(self) -> AbstractAsyncContextManager[AsyncSession]:
        """See one moment of the database; writing through it is an error."""
        ...

    async def ping(self) -> None:
        """Raise Unavailable unless a statement goes through."""
        ...

    async def close(self) -> None: ...
