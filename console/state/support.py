"""Support that was let in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import NotFound
from backend.identity.types import Role, SupportGrant
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from console.state import formats
from console.state.asking import Asking
from console.state.forms import Formed
from console.state.seat import Phased

LIFETIMES = {"30": "30 minutes", "60": "1 hour", "240": "4 hours", "480": "8 hours", "1440": "24 hours"}


@dataclass(frozen=True)
class GrantLine:
    """A grant as the list draws it."""

    id: str
    support: str
    email: str
    member: str
    role: str
    by: str
    state: str
    words: str
    ends: str
    exact: str
    is_open: bool


@dataclass(frozen=True)
class MemberChoice:
    """A member that support may act for; `role` is the most that it may get."""

    value: str
    label: str


class SupportState(Phased, Formed, Asking, rx.State):
    """`opened` shows the form."""

    rows: rx.Field[list[GrantLine]] = rx.field(default_factory=list)
    total: rx.Field[str] = rx.field("")
    members: rx.Field[list[MemberChoice]] = rx.field(default_factory=list)
    opened: rx.Field[bool] = rx.field(False)

    @rx.event
    async def load(self) -> None:
        """Read the grants that are open or ended lately."""
        await self._read(await self._operator(Permission.SUPPORT_GRANT))

    @rx.event
    async def open(self) -> None:
        """Show the form with the members that support may act for."""
        operator = await self._operator(Permission.SUPPORT_GRANT)
        found = await services().identity.list_members(operator, Page(MAX_LIMIT))
        self.members = [
            MemberChoice(one.user_id, f"{one.name}, {one.role.value}")
            for one in found.items
            if one.user_id != operator.user_id
        ] or [MemberChoice(one.user_id, f"{one.name}, {one.role.value}") for one in found.items]
        self.errors, self.opened = {}, True

    @rx.event
    async def grant(self, form: dict[str, Any]) -> None:
        """Let somebody of support act for a member."""
        operator = await self._operator(Permission.SUPPORT_GRANT)
        role, minutes = str(form.get("role", "")), str(form.get("minutes", ""))
        async with self._checking(NotFound):
            await services().identity.grant_support(
                operator,
                str(form.get("email", "")),
                str(form.get("member", "")),
                Role(role) if role in {*Role} else Role.VIEWER,
                timedelta(minutes=int(minutes) if minutes in LIFETIMES else 60),
            )
            self.opened = False
            await self._read(operator)

    @rx.event
    async def ask_revoke(self, grant_id: str, name: str) -> None:
        """Ask before a grant is taken back."""
        await self._operator(Permission.SUPPORT_GRANT)
        self._ask("revoke", grant_id, name)

    @rx.event
    async def revoke(self) -> None:
        """Take the grant back: whoever acts under it is out at once."""
        operator = await self._operator(Permission.SUPPORT_GRANT)
        await services().identity.revoke_support(operator, self._answered("revoke"))
        await self._read(operator)

    @rx.event
    async def keep(self) -> None:
        """Close form and question."""
        await self._operator(Permission.SUPPORT_GRANT)
        self.opened, self.asking = False, ""

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            zone, now = await self._zone(), formats.now()
            found = await services().identity.list_support(operator)
            self.rows = [_line(one, zone, now) for one in found]
            self.total = formats.counted(sum(1 for one in found if one.is_open(now)), "open grant")
            self.phase = "ready" if found else "empty"


def _line(one: SupportGrant, zone: tzinfo, now: datetime) -> GrantLine:
    is_open = one.is_open(now)
    if one.revoked_at:
        state, words = "idle", "Revoked"
    elif not is_open:
        state, words = "idle", "Ended"
    else:
        state, words = ("run", "In use") if one.in_use else ("queued", "Open")
    ends = one.revoked_at or one.expires_at
    return GrantLine(
        id=one.id,
        support=one.support_name,
        email=one.support_email,
        member=one.member_name,
        role=one.role.value.capitalize(),
        by=one.granted_by,
        state=state,
        words=words,
        ends=formats.day(ends, zone, now),
        exact=formats.exact(ends, zone),
        is_open=is_open,
    )
