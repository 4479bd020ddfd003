"""The list of conversations: search, filters, pages, delete with undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.conversations.facet_types import Facets
from backend.conversations.order_types import Order
from backend.conversations.range_types import Measured
from backend.conversations.types import Browsed, Channel, Conversation, Filters
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Page
from console import toasts
from console.state import formats
from console.state.asked_wrong import asks, left_out_of
from console.state.conversations_chips import Chip, chips_of
from console.state.conversations_columns import COLUMNS
from console.state.conversations_deleted import Deleted
from console.state.conversations_filters import (
    FILTERS,
    TIME,
    asked_of,
    export_address,
    filter_lines,
    filters_of,
    own_address,
)
from console.state.conversations_metadata import COLUMN, MAX_COLUMNS, METADATA, names_in, with_metadata
from console.state.conversations_order import DEFAULT_COLUMNS, ORDER, Ordered, order_of
from console.state.conversations_rows import ConversationLine, conversation_line
from console.state.conversations_times import kept_times, read_times, time_lines
from console.state.forms import Choice
from console.state.masking_words import ON, MaskingLine, masked_words, masking_line

MAX_SEARCH_CHARACTERS = 200
MAX_NEW = 50
# Of two that are written at once on Postgres, the one that began first may be there last.
LATE = timedelta(seconds=10)
# The marks of rows that change by themselves.
UNDER_WAY = {"run", "wait"}


class ConversationsState(Deleted, Ordered, rx.State):
    """The list keeps its place while transcripts are opened beside it."""

    rows: rx.Field[list[ConversationLine]] = rx.field(default_factory=list)
    num_new: rx.Field[int] = rx.field(0)
    query: rx.Field[str] = rx.field("")
    total: rx.Field[str] = rx.field("")
    matching: rx.Field[str] = rx.field("")
    num_unread: rx.Field[str] = rx.field("")
    export_href: rx.Field[str] = rx.field("")
    project: rx.Field[str] = rx.field("")
    may_import: rx.Field[bool] = rx.field(default=False)
    masking: rx.Field[MaskingLine] = rx.field(default_factory=MaskingLine)
    num_clears: rx.Field[int] = rx.field(0)
    chips: rx.Field[list[Chip]] = rx.field(default_factory=list)
    has_more: rx.Field[bool] = rx.field(default=False)
    num_examples: rx.Field[int] = rx.field(0)
    may_remove: rx.Field[bool] = rx.field(default=False)
    _after: str = ""
    _newest: datetime = formats.now()
    _oldest: datetime = formats.now()

    @rx.var
    def is_whole(self) -> bool:
        """All that a search or filters leave stands in the rows."""
        return bool(self.query or self.num_filters) and self.phase == "ready" and not self.has_more

    @rx.var
    def ids(self) -> list[str]:
        """What stands in the rows."""
        return [row.id for row in self.rows]

    @rx.event
    async def load(self) -> rx.event.EventSpec:
        """Read the list and the filters: as the address says, as they were left where it says nothing."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        asked, shown = self.router.url.query_parameters, self._shown()
        if asks(asked):
            self._chosen, self.query = asked_of(asked), asked.get("text", "").strip()[:MAX_SEARCH_CHARACTERS]
            self.num_filters = len(self._chosen)
            self.num_clears += 1
            self._sort(asked.get(ORDER, ""))
        self.left_out = left_out_of(asked)
        self.masking = await masking_line(operator)
        await (self._read_again(operator) if shown == self._shown() else self._read(operator))
        return self._at_address()

    def _at_address(self) -> rx.event.EventSpec:
        """Let the address say what the list shows, so that it can be kept and handed on."""
        path, asked = self.router.url.path, self.router.url.query_parameters
        order = self.order if self._is_sorted() else ""
        return toasts.address(own_address(path, asked, self.query, self._chosen, self.project, order=order))

    def _shown(self) -> tuple[object, ...]:
        return self.query, self._chosen, self.order

    async def _read_again(self, operator: Operator) -> None:
        await self._read(operator, len(self.rows))

    async def _read(self, operator: Operator, num_drawn: int = 0) -> None:
        """Draw the first page, or as much as was drawn, and the filters as they stand now."""
        async with self._loading():
            page = Page(min(max(DEFAULT_LIMIT, num_drawn), MAX_LIMIT))
            found = await services().conversations.browse(operator, self._filters(), page, order_of(self.order))
            zone, now = await self._zone(), formats.now()
            self.rows = await self._lines(operator, found.listed.items)
            shown = [row.last_message_at for row in found.listed.items]
            self._newest, self.num_new = max(shown, default=now), 0
            # Behind the last line of the page nothing is new; where it is the end of the list, what was late may be.
            self._oldest = min(shown) if found.listed.next else self._newest - LATE
            if self._is_sorted():  # new is what comes from now on, wherever it belongs
                self._newest = self._oldest = now
            self._show_filters(operator, found, zone)
            self._show_page(found.listed.next)
            self.phase = "ready" if self.rows or self.query or self.num_filters else "empty"

    async def _lines(self, operator: Operator, rows: Sequence[Conversation]) -> list[ConversationLine]:
        """Draw conversations, with what the search found in each."""
        snippets = await services().conversations.snippets(operator, self.query, rows)
        zone, now = await self._zone(), formats.now()
        lines = [conversation_line(row, zone, now, snippets.get(row.id)) for row in rows]
        return await self._with_metadata(operator, lines)

    async def _with_metadata(self, operator: Operator, rows: list[ConversationLine]) -> list[ConversationLine]:
        names = names_in(self.columns)
        if not names:
            return rows
        told = await services().conversations.metadata_of(operator, [row.id for row in rows], names)
        return with_metadata(rows, told, names)

    async def _count(self, operator: Operator) -> None:
        """Count the filters again; the list keeps its place and its pages."""
        found = await services().conversations.browse(operator, self._filters(), Page(limit=1))
        self._show_filters(operator, found, await self._zone())

    def _show_filters(self, operator: Operator, found: Browsed, zone: tzinfo) -> None:
        facets = found.facets
        self.filters, now = filter_lines(facets, self._chosen), formats.now()
        times = time_lines(self._chosen, facets.matching, zone, now)
        self.chips = chips_of([*times, *self.filters], self._chosen)
        self._show_time(zone, now)
        self.project, self.may_import = operator.project_id, operator.may(Permission.CONVERSATIONS_INGEST)
        self.export_href = export_address(operator.project_id, self.query, self._chosen)
        self.may_remove = operator.may(Permission.CONVERSATIONS_REPLY)
        self.num_examples = next((one.count for one in facets.channels if one.value == Channel.EXAMPLE), 0)
        self.metadata_names = [Choice(one, one) for one in facets.metadata_names]
        self.metadata_columns = [Choice(f"{COLUMN}{one}", one) for one in facets.metadata_names[:MAX_COLUMNS]]
        self.total = self._said_of(facets)
        self.matching = formats.count(facets.matching)
        self.num_unread = formats.count(found.num_unread) if found.num_unread else ""

    @rx.event
    async def more(self) -> None:
        """Add the next page below."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        page, order = Page(after=self._after), order_of(self.order)
        listed = await services().conversations.list(operator, self._filters(), page, order)
        self.rows = [*self.rows, *await self._lines(operator, listed.items)]
        self._show_page(listed.next)

    @rx.event
    async def search(self, text: str) -> rx.event.EventSpec:
        """Look for words in the messages."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.query = text.strip()[:MAX_SEARCH_CHARACTERS]
        await self._read(operator)
        return self._at_address()

    @rx.event(temporal=True)
    async def look(self) -> None:
        """Draw anew what changed among the rows; what is new waits behind its number, or stands first while live."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        if self.phase != "ready":
            return
        newer = replace(self._filters(), since=max(self._newest - LATE, self._oldest))
        listed = await services().conversations.list(operator, newer, Page(limit=MAX_NEW))
        found = {row.id: row for row in listed.items}
        # What goes on may end outside the filters, or wait for a person at no new moment: it is read by itself.
        under_way = [row.id for row in self.rows if row.mark in UNDER_WAY and row.id not in found]
        going = await services().conversations.some(operator, under_way) if under_way else []
        lines = {line.id: line for line in await self._lines(operator, [*found.values(), *going])}
        known = {row.id: row.words for row in self.rows}
        has_turned = any(known.get(line.id, line.words) != line.words for line in lines.values())
        if any(lines.get(row.id, row) != row for row in self.rows):
            self.rows = [lines.get(row.id, row) for row in self.rows]
        new = [line for line in lines.values() if line.id not in known]
        self.num_new = 0 if self.live else len(new)
        if new and self.live:
            self.rows = [*new, *self.rows]
            self._newest = max(row.last_message_at for row in listed.items)
        if (new and self.live) or has_turned:
            await self._count(operator)

    @rx.event
    async def show_new(self) -> None:
        """Put what came meanwhile at the top."""
        await self._read(await self._operator(Permission.CONVERSATIONS_READ))

    @rx.event
    async def imported(self, num_masked: int) -> rx.event.EventSpec:
        """Show what a file brought, say how much of it was masked, and where filters hide it."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        await self._read(operator)
        self.masking = await masking_line(operator)
        masked = masked_words(num_masked, is_on=num_masked > 0 or self.masking.words == ON)
        hidden = " Clear the search and filters to see all of it." if self.query or self.num_filters else ""
        return toasts.say("The file is in the log.", masked + hidden, self.masking.href, self.masking.link)

    @rx.event
    async def follow(self) -> rx.event.EventSpec | None:
        """Let new conversations come in at the top, among the newest, by themselves, or wait behind their number."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.live = not self.live
        if not self.live:
            return None
        self._sort(Order.NEWEST)
        await self._read(operator)
        return self._at_address()

    @rx.event
    async def toggle_column(self, name: str) -> None:
        """Show something of each conversation, or no longer."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        every = [*COLUMNS, *(one.value for one in self.metadata_columns)]
        chosen = {*self.columns} ^ ({name} & {*every})
        self.columns = [one for one in every if one in chosen]
        self.rows = await self._with_metadata(operator, self.rows)

    @rx.event
    async def clear(self) -> rx.event.EventSpec:
        """Take all filters and the search away."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.query, self.num_filters, self._chosen = "", 0, ()
        self.num_clears += 1
        await self._read(operator)
        return self._at_address()

    def _view(self, zone: tzinfo) -> dict[str, Any]:
        """Return the filters and columns as a saved view keeps them; a time that has a name, by its name."""
        chosen: dict[str, list[str]] = {}
        for key, value in kept_times(self._chosen, zone, formats.now()):
            chosen.setdefault(key, []).append(value)
        order = {ORDER: [self.order]} if self._is_sorted() else {}
        return {"text": self.query, "columns": [*self.columns], **order, **chosen}

    async def _show_view(self, operator: Operator, query: dict[str, Any]) -> None:
        """Put the filters and columns of a saved view in place of those that stand."""
        named = tuple((key, value) for key in (*FILTERS, TIME) for value in query.get(key, ()))
        self._chosen = read_times(named, await self._zone(), formats.now())
        self.query, self.num_filters = query.get("text", ""), len(self._chosen)
        wanted = query.get("columns", DEFAULT_COLUMNS)
        self.columns = [*(name for name in COLUMNS if name in wanted), *(f"{COLUMN}{one}" for one in names_in(wanted))]
        self._sort(next(iter(query.get(ORDER, ())), ""))
        self.num_clears += 1
        await self._read(operator)

    def _filters(self) -> Filters:
        return filters_of(self.query, self._chosen)

    def _said_of(self, facets: Facets) -> str:
        """Say how many match, and of how many where that is known: of a span or a range nothing else is counted."""
        number, total = formats.count(facets.matching), formats.count(facets.total)
        if any(key in {TIME, METADATA, *Measured} for key, _ in self._chosen):
            return f"{number} match"
        return f"{number} of {total}" if self._chosen else f"{total} {'found' if self.query else 'in all'}"

    def _show_page(self, following: str | None) -> None:
        self._after, self.has_more = following or "", following is not None
