"""Where rows live. A write session commits once at its end; a read session sees one moment."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

ALL = "*"


class Tenant(Protocol):
    """Whose rows a transaction is about; an operator is one."""

    @property
    def organisation_id(self) -> str: ...

    @property
    def project_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class OfProject:
    """The rows of one project, for work that goes on without its operator."""

    project_id: str
    organisation_id: str = ""


@dataclass(frozen=True, slots=True)
class OfOrganisation:
    """The rows of an organisation as a whole, for work that goes on without its operator."""

    organisation_id: str
    project_id: str = ""


@dataclass(frozen=True, slots=True)
class Everywhere:
    """The rows of every tenant. `why` is for who reads: each is a hole in the wall that the database holds."""

    why: str
    organisation_id: str = ALL
    project_id: str = ALL


class Database(Protocol):
    """SQLite or Postgres behind the same two kinds of transaction.

    Postgres shows a transaction the rows of its tenant alone, whatever its statements ask for.
    """

    kind: str

    def write(self, tenant: Tenant) -> AbstractAsyncContextManager[AsyncSession]:
        """Commit at the end; roll back on any exception and on cancellation.

        Read-then-write must select `with_for_update()`: Postgres locks by it, SQLite has one writer anyway.
        """
        ...

    def read(self, tenant: Tenant) -> AbstractAsyncContextManager[AsyncSession]:
        """See one moment of the database; writing through it is an error."""
        ...

    async def ping(self) -> None:
        """Raise Unavailable unless a statement goes through."""
        ...

    async def is_walled(self) -> bool:
        """Tell whether the database itself holds us to the rows of a transaction's tenant."""
        ...

    async def scrub(self) -> None:
        """Let go, in the files too, of what was deleted, as far as the database can; after much of it."""
        ...

    async def close(self) -> None: ...
