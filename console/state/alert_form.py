"""The form of an alert: what it watches, when it fires, whom it tells; beside it what it would have done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import reflex as rx

from backend.alerts.types import Measure, NewAlert
from backend.bootstrap import services
from backend.conversations.types import Filters
from backend.errors import Conflict, InvalidInput
from backend.operator import Operator, Permission
from backend.paging import Page
from console import routes
from console.problems import caught
from console.state.addresses import Addressed
from console.state.alert import AlertPageState
from console.state.alert_entries import FIRST_MEASURE, OF_ANY_MEASURE, entries_of, first_entries, rule_from, unit_of
from console.state.alert_picture import Picture, picture
from console.state.alert_rows import fires, resolves
from console.state.conversations_filters import FilterLines, Pair, asked_of, filter_lines, filters_of, pairs_of, ticked
from console.state.forms import Formed
from console.state.seat import Phased


class AlertFormState(Addressed, Formed, Phased, rx.State):
    """`entries` is what stands in the form; `drawn` changes when the server puts other values there."""

    entries: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    drawn: rx.Field[int] = rx.field(0)
    title: rx.Field[str] = rx.field("New alert")
    unit: rx.Field[str] = rx.field("")
    filters: rx.Field[list[FilterLines]] = rx.field(default_factory=list)
    num_filters: rx.Field[int] = rx.field(0)
    text: rx.Field[str] = rx.field("")
    writes_letters: rx.Field[bool] = rx.field(default=False)
    picture: rx.Field[Picture] = rx.field(default_factory=Picture)
    meaning: rx.Field[str] = rx.field("")
    unclear: rx.Field[str] = rx.field("")
    # A new figure draws anew what it begins with, and nothing else: what is just being typed there is not sent yet.
    num_measured: rx.Field[int] = rx.field(0)
    _alert_id: str = ""
    _version: int = 0
    _chosen: tuple[Pair, ...] = ()

    @rx.event
    async def load(self) -> Any:
        """Open the form: of the rule that the address names, or of a new one on what the address filters."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        drawn = self.drawn + 1
        self.reset()
        self.drawn, self.writes_letters = drawn, services().alerts.writes_letters
        async with self._loading():
            if asked := self._asked("alert"):
                alert = await services().alerts.get(operator, asked)
                self._alert_id, self._version, self.title = alert.id, alert.version, alert.rule.name
                self._chosen, self.text = pairs_of(alert.rule.filters), alert.rule.filters.text
                self.entries = entries_of(alert.rule)
            else:
                self._chosen = tuple(one for one in asked_of(self.router.url.query_parameters) if one[0] != "time")
                asked = self._asked("measure")
                self.entries = first_entries(Measure(asked) if asked in set(Measure) else FIRST_MEASURE)
            await self._count(operator)
            self.phase = "ready"
        return AlertFormState.look_back if self.phase == "ready" else None

    @rx.event
    async def look_back(self) -> None:
        """Draw what the rule would have done."""
        await self._draw(await self._operator(Permission.PROJECT_MANAGE))

    @rx.event
    async def change(self, name: str, value: str) -> AsyncIterator[None]:
        """Take what was typed; another figure begins with a threshold of its own."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        if name not in self.entries or self.entries[name] == value:
            return
        if name == "measure" and value in set(Measure):
            self.entries = first_entries(Measure(value), **{key: self.entries[key] for key in OF_ANY_MEASURE})
            self.num_measured += 1
        else:
            self.entries = {**self.entries, name: value}
        yield
        await self._draw(operator)

    @rx.event
    async def toggle(self, facet: str, value: str) -> AsyncIterator[None]:
        """Watch only some conversations, or these no longer. Its box answers before anything is counted."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        pair: Pair = (facet, value)
        kept = tuple(one for one in self._chosen if one != pair)
        self._chosen = kept if len(kept) < len(self._chosen) else (*kept, pair)
        self.filters, self.num_filters = ticked(self.filters, self._chosen), len(self._chosen)
        yield
        await self._count(operator)
        await self._draw(operator)

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Keep the rule and show it; the secret of a new webhook is shown there, once."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        async with self._checking(Conflict):
            rule = rule_from(form, self._watched())
            alerts = services().alerts
            if self._alert_id:
                kept = await alerts.change(operator, self._alert_id, rule, self._version)
            else:
                kept = await alerts.create(operator, rule)
            if kept.webhook_secret:
                page = await self.get_state(AlertPageState)
                page.secret, page._secret_of = kept.webhook_secret, kept.id
            return rx.redirect(routes.to(routes.ALERT, kept.id))
        return None

    def _watched(self) -> Filters:
        return filters_of(self.text, self._chosen)

    async def _count(self, operator: Operator) -> None:
        found = await services().conversations.browse(operator, self._watched(), Page(limit=1))
        self.filters, self.num_filters = filter_lines(found.facets, self._chosen), len(self._chosen)

    async def _draw(self, operator: Operator) -> None:
        self.unclear, self.meaning, self.unit = "", "", unit_of(Measure(self.entries["measure"]))[0]
        with caught(InvalidInput) as refusal:
            rule = self._previewed()
            found = await services().alerts.preview(operator, rule)
            self.meaning = f"Fires {fires(rule)}. Resolves {resolves(rule)}."
            self.picture = picture(rule, found, await self._zone())
        if refusal.problem:
            self.picture = Picture()
            fields = refusal.error.fields if isinstance(refusal.error, InvalidInput) else {}
            self.unclear = next(iter(fields.values()), refusal.problem.text)

    def _previewed(self) -> NewAlert:
        """Return the rule without what a look back does not need: its name, and whom it tells."""
        return replace(
            rule_from(self.entries, self._watched()),
            name="Preview",
            emails=(),
            webhook_url="",
            allow_private_address=False,
        )
