"""Reset links for members with a local account, beside the list of members."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.operator import Permission
from console import routes, toasts
from console.state.asking import Asking
from console.state.links import Linked


class ResetsState(Asking, Linked, rx.State):
    """The question is "reset"; its answer is a letter, or a link that is shown until the dialog closes."""

    @rx.event
    async def ask(self, user_id: str, name: str) -> None:
        """Ask before a link is made: one that was made before ends."""
        await self._operator(Permission.MEMBERS_MANAGE)
        self.link = ""
        self._ask("reset", user_id, name)

    @rx.event
    async def make(self) -> Any:
        """Make the link."""
        operator = await self._operator(Permission.MEMBERS_MANAGE)
        made = await services().sign_in.make_reset_link(operator, self._answered("reset"))
        if made.mailed:
            return toasts.say(f"The link is on its way to {made.email}.")
        self.asking = "shown"
        self._show(routes.RESET, made.token, made.email)
        return None

    @rx.event
    async def keep(self) -> None:
        """Close the dialog; a link that was shown is gone."""
        await self._operator(Permission.MEMBERS_READ)
        self.asking = self.link = ""
