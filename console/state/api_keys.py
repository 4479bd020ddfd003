"""The API keys of the project and of its organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.identity.types import ApiKey
from backend.operator import Operator, Permission
from console.state import formats
from console.state.asking import Asking
from console.state.seat import Phased


@dataclass(frozen=True)
class KeyLine:
    """A key as the list draws it. `note` says what an operator should know about its end."""

    id: str
    name: str
    mask: str
    reach: str
    scopes: str
    scopes_all: str
    by: str
    used: str
    used_exact: str
    ends: str
    ends_exact: str
    note: str
    expired: bool


class ApiKeysState(Phased, Asking, rx.State):
    """`asking` is "rotate" or "revoke" while a question stands."""

    rows: rx.Field[list[KeyLine]] = rx.field(default_factory=list)
    total: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read the keys that are not revoked."""
        await self._read(await self._operator(Permission.KEYS_MANAGE))

    @rx.event
    async def ask(self, about: str, key_id: str, name: str) -> None:
        """Ask before a key is rotated or revoked."""
        await self._operator(Permission.KEYS_MANAGE)
        self._ask(about, key_id, name)

    @rx.event
    async def keep(self) -> None:
        """Leave the key as it is."""
        await self._operator(Permission.KEYS_MANAGE)
        self.asking = ""

    @rx.event
    async def revoke(self) -> Any:
        """End the key that was asked about."""
        operator = await self._operator(Permission.KEYS_MANAGE)
        await services().identity.revoke_key(operator, self._answered("revoke"))
        await self._read(operator)

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            zone, now = await self._zone(), formats.now()
            keys = await services().identity.list_keys(operator)
            self.rows = [_line(key, zone, now) for key in keys]
            self.total = formats.counted(len(keys), "key")
            self.phase = "ready" if keys else "empty"


def _line(key: ApiKey, zone: tzinfo, now: datetime) -> KeyLine:
    ended = key.expires_at is not None and key.expires_at <= now
    rest = key.previous_until
    return KeyLine(
        id=key.id,
        name=key.name,
        mask=f"{key.prefix}…{key.last_four}",
        reach="Organisation" if key.is_wide else "Project",
        scopes=formats.counted(len(key.scopes), "scope"),
        scopes_all=", ".join(key.scopes),
        by=key.made_by,
        used=formats.day(key.last_used_at, zone, now) if key.last_used_at else "Never",
        used_exact=formats.exact(key.last_used_at, zone) if key.last_used_at else "",
        ends=formats.day(key.expires_at, zone, now) if key.expires_at else "Never",
        ends_exact=formats.exact(key.expires_at, zone) if key.expires_at else "",
        note=f"The old key works until {formats.clock(rest, zone, now)}" if rest else "",
        expired=ended,
    )
