"""One alert: how it stands, what its last days looked like, when it fired, and whom it tells."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.alerts.types import Alert
from backend.bootstrap import services
from backend.errors import Conflict
from backend.operator import Operator, Permission
from backend.paging import Page
from console import routes, toasts
from console.problems import caught
from console.state import formats
from console.state.addresses import Addressed
from console.state.alert_picture import Picture, picture
from console.state.alert_rows import (
    AlertLine,
    FiringLine,
    ToldLine,
    alert_line,
    fires,
    firing_line,
    resolves,
    told_line,
)
from console.state.asking import Asking
from console.state.seat import Phased

FIRINGS = Page(limit=50)


class AlertPageState(Addressed, Asking, Phased, rx.State):
    """`secret` is that of the webhook, told once after the form that made it; the picture is read behind the rest."""

    line: rx.Field[AlertLine | None] = rx.field(None)
    facts: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    picture: rx.Field[Picture] = rx.field(default_factory=Picture)
    is_drawn: rx.Field[bool] = rx.field(default=False)
    firings: rx.Field[list[FiringLine]] = rx.field(default_factory=list)
    more: rx.Field[bool] = rx.field(default=False)
    tested: rx.Field[list[ToldLine]] = rx.field(default_factory=list)
    untold: rx.Field[str] = rx.field("")
    secret: rx.Field[str] = rx.field("")
    may_edit: rx.Field[bool] = rx.field(default=False)
    may_mute: rx.Field[bool] = rx.field(default=False)
    edit_href: rx.Field[str] = rx.field("")
    _alert_id: str = ""
    _secret_of: str = ""
    _after: str = ""

    @rx.event
    async def load(self) -> Any:
        """Read the alert that the address names; what it would have done is read behind it."""
        secret, secret_of = self.secret, self._secret_of
        self._arrive()
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.reset()
        self.address = self._alert_id = self._wanted()
        if secret_of == self._alert_id:
            self.secret, self._secret_of = secret, secret_of
        self.may_edit = operator.may(Permission.PROJECT_MANAGE)
        self.may_mute = operator.may(Permission.CONVERSATIONS_REPLY)
        self.edit_href = f"{routes.ALERT_FORM}?alert={self._alert_id}"
        await self._read(operator)
        return AlertPageState.look_back if self.phase == "ready" else None

    @rx.event
    async def look_back(self) -> None:
        """Draw the last days."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        alert = await services().alerts.get(operator, self._alert_id)
        found = await services().alerts.preview(operator, alert.rule)
        self.picture, self.is_drawn = picture(alert.rule, found, await self._zone()), True

    @rx.event(temporal=True)
    async def look(self) -> None:
        """Read again what changes by itself; nothing on a page that was never opened, or of which more is shown."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        if self.phase == "ready" and len(self.firings) <= FIRINGS.limit:
            await self._read(operator)

    @rx.event
    async def show_more(self) -> None:
        """Show firings before those that stand."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        await self._fill(operator, Page(FIRINGS.limit, self._after))

    @rx.event
    async def mute(self, for_minutes: int) -> None:
        """Tell nobody for so long; 0 ends it."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        self._show(await services().alerts.mute(operator, self._alert_id, for_minutes), await self._zone())

    @rx.event
    async def test(self) -> None:
        """Tell everybody of the rule that this is a test, and show what became of it."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        self.tested, self.untold = [], ""
        with caught(Conflict) as refusal:
            self.tested = [told_line(one) for one in await services().alerts.test(operator, self._alert_id)]
        if refusal.problem:
            self.untold = refusal.problem.text

    @rx.event
    async def forget_secret(self) -> None:
        """Show the secret no longer."""
        await self._operator(Permission.PROJECT_MANAGE)
        self.secret = self._secret_of = ""

    @rx.event
    async def ask(self) -> None:
        """Ask before the rule goes with its history."""
        await self._operator(Permission.PROJECT_MANAGE)
        self._ask("delete", self._alert_id, self.line.name if self.line else "")

    @rx.event
    async def keep(self) -> None:
        """Delete nothing."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self.asking = ""

    @rx.event
    async def delete(self) -> Any:
        """Delete the rule and go to the list."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        if not (alert_id := self._answered("delete")):
            return None
        await services().alerts.delete(operator, alert_id)
        return [rx.redirect(routes.ALERTS), toasts.say(f"“{self.asked_name}” is deleted.")]

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            self._show(await services().alerts.get(operator, self._alert_id), await self._zone())
            self.firings = []
            await self._fill(operator, FIRINGS)
            self.phase = "ready"

    async def _fill(self, operator: Operator, page: Page) -> None:
        zone, now = await self._zone(), formats.now()
        found = await services().alerts.firings(operator, page, self._alert_id)
        self.firings = [*self.firings, *(firing_line(one, zone, now) for one in found.items)]
        self.more, self._after = found.next is not None, found.next or ""

    def _show(self, alert: Alert, zone: Any) -> None:
        rule = alert.rule
        self.line = alert_line(alert, zone, formats.now())
        letters = "" if services().alerts.writes_letters else " (no mail server is set up, so none is sent)"
        told = [f"{', '.join(rule.emails)}{letters}"] if rule.emails else []
        private = " (a private address, which an owner allowed)" if rule.allow_private_address else ""
        told += [f"{rule.webhook_url}{private}"] if rule.webhook_url else []
        self.facts = [
            ("Watches", self.line.rule),
            ("Fires", fires(rule)),
            ("Resolves", resolves(rule)),
            ("Tells", ", ".join(told) or "nobody by e-mail or webhook; the bar and the overview show it"),
            ("Made by", alert.created_by),
        ]
