"""Invitations and group rules, beside the members."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import Conflict
from backend.identity.types import Invitation, Role
from backend.operator import Operator, Permission
from console import routes, toasts
from console.state import formats
from console.state.forms import Choice, Formed
from console.state.links import Linked
from console.state.members_rows import (
    InvitationLine,
    RuleLine,
    choices,
    invitation_line,
    rule_line,
)


class InvitationsState(Formed, Linked, rx.State):
    """`asking` and `ruling` open the two forms."""

    waiting: rx.Field[list[InvitationLine]] = rx.field(default_factory=list)
    rules: rx.Field[list[RuleLine]] = rx.field(default_factory=list)
    roles: rx.Field[list[Choice]] = rx.field(default_factory=list)
    rule_roles: rx.Field[list[Choice]] = rx.field(default_factory=list)
    asking: rx.Field[bool] = rx.field(False)
    ruling: rx.Field[bool] = rx.field(False)

    @rx.event
    async def load(self) -> None:
        await self._read(await self._operator(Permission.MEMBERS_READ))

    @rx.event
    async def ask(self) -> None:
        """Open the form that invites."""
        await self._operator(Permission.MEMBERS_MANAGE)
        self.errors, self.asking, self.link = {}, True, ""

    @rx.event
    async def invite(self, form: dict[str, Any]) -> Any:
        """Ask somebody in."""
        operator = await self._operator(Permission.MEMBERS_MANAGE)
        email, role = str(form.get("email", "")), Role(str(form.get("role", Role.VIEWER)))
        async with self._checking(Conflict, at="email"):
            made = await services().identity.invite(operator, email, role)
            await self._read(operator)
            return self._say(made)
        return None

    @rx.event
    async def resend(self, invitation_id: str) -> Any:
        """Make a new link; the old one ends."""
        operator = await self._operator(Permission.MEMBERS_MANAGE)
        made = await services().identity.resend_invitation(operator, invitation_id)
        await self._read(operator)
        return self._say(made)

    @rx.event
    async def revoke(self, invitation_id: str) -> None:
        """Take an invitation back."""
        operator = await self._operator(Permission.MEMBERS_MANAGE)
        await services().identity.revoke_invitation(operator, invitation_id)
        await self._read(operator)

    @rx.event
    async def begin_rule(self) -> None:
        """Open the form of a rule."""
        await self._operator(Permission.MEMBERS_MANAGE)
        self.errors, self.ruling = {}, True

    @rx.event
    async def add_rule(self, form: dict[str, Any]) -> None:
        """Let a group give a role."""
        operator = await self._operator(Permission.MEMBERS_MANAGE)
        group, role = str(form.get("group", "")), Role(str(form.get("role", Role.VIEWER)))
        async with self._checking(Conflict, at="group"):
            await services().identity.add_group_rule(operator, group, role)
            self.ruling = False
            await self._read(operator)

    @rx.event
    async def remove_rule(self, rule_id: str) -> None:
        """End a rule."""
        operator = await self._operator(Permission.MEMBERS_MANAGE)
        await services().identity.remove_group_rule(operator, rule_id)
        await self._read(operator)

    @rx.event
    async def close(self) -> None:
        """Close the forms; a link that was shown is gone."""
        await self._operator(Permission.MEMBERS_READ)
        self.asking = self.ruling = False
        self.link = ""

    def _say(self, made: Invitation) -> Any:
        """Tell that a letter went out, or show the link."""
        if made.mailed:
            self.asking = False
            return toasts.say(f"The invitation is on its way to {made.email}.")
        self.asking = True
        self._show(routes.INVITATION, made.token, made.email)
        return None

    async def _read(self, operator: Operator) -> None:
        identity = services().identity
        zone, now = await self._zone(), formats.now()
        found = await identity.list_invitations(operator)
        self.waiting = [invitation_line(one, zone, now) for one in found]
        self.rules = [rule_line(one) for one in await identity.list_group_rules(operator)]
        self.roles, self.rule_roles = choices(operator), choices(operator, owners=False)
