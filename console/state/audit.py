"""The audit log: who did what, narrowed by person, act, kind, words and time."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Literal, get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import reflex as rx

from backend.audit.types import AuditEvent, Filters
from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import Page
from console.state import formats
from console.state.audit_rows import AuditDetail, AuditLine, Option, audit_detail, audit_line, words_of
from console.state.seat import Phased

Facet = Literal["actor", "action", "kind", "text", "since", "until"]
FACETS: tuple[Facet, ...] = get_args(Facet)
MAX_CHARACTERS = 200
EXPORT = "/api/audit-events/export"
DAY = timedelta(days=1)


class AuditState(Phased, rx.State):
    """`chosen` holds each filter by its name; `num_clears` makes the fields anew when they are emptied."""

    rows: rx.Field[list[AuditLine]] = rx.field(default_factory=list)
    chosen: rx.Field[dict[str, str]] = rx.field(default_factory=lambda: dict.fromkeys(FACETS, ""))
    num_filters: rx.Field[int] = rx.field(0)
    num_clears: rx.Field[int] = rx.field(0)
    actors: rx.Field[list[Option]] = rx.field(default_factory=list)
    actions: rx.Field[list[Option]] = rx.field(default_factory=list)
    kinds: rx.Field[list[Option]] = rx.field(default_factory=list)
    shown: rx.Field[str] = rx.field("")
    has_more: rx.Field[bool] = rx.field(default=False)
    detail: rx.Field[AuditDetail] = rx.field(default_factory=AuditDetail)
    csv: rx.Field[str] = rx.field("")
    lines: rx.Field[str] = rx.field("")
    _after: str = ""
    _events: dict[str, AuditEvent] = {}  # noqa: RUF012  # Reflex copies it for each tab

    @rx.event
    async def load(self) -> None:
        """Read the newest events, and what they can be narrowed to."""
        operator = await self._operator(Permission.AUDIT_READ)
        async with self._loading():
            choices = await services().audit.choices(operator)
            self.actors = [Option(one, name) for one, name in choices.actors]
            areas = sorted({action.partition(".")[0] for action in choices.actions})
            self.actions = [Option(one, words_of(one)) for one in sorted({*areas, *choices.actions})]
            self.kinds = [Option(one, words_of(one)) for one in choices.kinds]
            await self._read(operator)

    @rx.event
    async def choose(self, facet: str, value: str) -> None:
        """Narrow the list by one filter; an empty value widens it again."""
        operator = await self._operator(Permission.AUDIT_READ)
        if facet in FACETS:
            self.chosen = {**self.chosen, facet: value.strip()[:MAX_CHARACTERS]}
        async with self._loading():
            await self._read(operator)

    @rx.event
    async def clear(self) -> None:
        """Take all filters away."""
        operator = await self._operator(Permission.AUDIT_READ)
        self.chosen = dict.fromkeys(FACETS, "")
        self.num_clears += 1
        async with self._loading():
            await self._read(operator)

    @rx.event
    async def more(self) -> None:
        """Add the next page below."""
        operator = await self._operator(Permission.AUDIT_READ)
        async with self._loading():
            await self._read(operator, self._after)

    @rx.event
    async def show(self, event_id: str) -> None:
        """Open an event of the list."""
        await self._operator(Permission.AUDIT_READ)
        if event := self._events.get(event_id):
            self.detail = audit_detail(event, await self._zone())

    @rx.event
    async def close(self) -> None:
        """Go back to the list."""
        await self._operator(Permission.AUDIT_READ)
        self.detail = AuditDetail()

    async def _read(self, operator: Operator, after: str = "") -> None:
        zone, now = await self._zone(), formats.now()
        listed = await services().audit.list(operator, self._filters(zone), Page(after=after))
        lines = [audit_line(event, zone, now) for event in listed.items]
        self.rows = [*self.rows, *lines] if after else lines
        self._events = {**(self._events if after else {}), **{event.id: event for event in listed.items}}
        self._after, self.has_more = listed.next or "", listed.next is not None
        self.shown = f"Rows 1 to {formats.count(len(self.rows))}, newest first" if self.rows else ""
        self.num_filters = sum(1 for value in self.chosen.values() if value)
        asked = {"project_id": operator.project_id, **self._asked(zone)}
        self.csv = f"{EXPORT}?{urlencode({**asked, 'format': 'csv'})}"
        self.lines = f"{EXPORT}?{urlencode({**asked, 'format': 'jsonl'})}"
        self.phase = "ready" if self.rows or self.num_filters else "empty"

    def _filters(self, zone: ZoneInfo) -> Filters:
        kept = self.chosen
        until = _day(kept["until"], zone)
        return Filters(
            actor=kept["actor"],
            action=kept["action"],
            kind=kept["kind"],
            text=kept["text"],
            since=_day(kept["since"], zone),
            until=until + DAY if until else None,
        )

    def _asked(self, zone: ZoneInfo) -> dict[str, str]:
        """Return the filters as the REST API takes them."""
        filters = self._filters(zone)
        times = {"from": filters.since, "to": filters.until}
        named = {name: self.chosen[name] for name in ("actor", "action", "kind", "text") if self.chosen[name]}
        return named | {name: moment.isoformat() for name, moment in times.items() if moment}


def _day(written: str, zone: ZoneInfo) -> datetime | None:
    """Return when the day began in the project's zone; None for none, or for what is no day."""
    try:
        return datetime.combine(datetime.strptime(written, "%Y-%m-%d").date(), time(), zone)  # noqa: DTZ007  # a day
    except ValueError:
        return None
