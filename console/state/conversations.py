"""The list of conversations: search, filters, pages, delete with undo."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.conversations.types import ChatState, Facets, Filters, Rating
from backend.operator import Operator, Permission
from backend.paging import Page
from console import routes
from console.state import formats
from console.state.conversations_rows import Choice, ConversationLine, choices, conversation_line
from console.state.seat import Phased

MAX_SEARCH_CHARACTERS = 200


class ConversationsState(Phased, rx.State):
    """The list keeps its place while transcripts are opened beside it."""

    rows: rx.Field[list[ConversationLine]] = rx.field(default_factory=list)
    flows: rx.Field[list[Choice]] = rx.field(default_factory=list)
    states: rx.Field[list[Choice]] = rx.field(default_factory=list)
    ratings: rx.Field[list[Choice]] = rx.field(default_factory=list)
    query: rx.Field[str] = rx.field("")
    total: rx.Field[str] = rx.field("")
    shown: rx.Field[str] = rx.field("")
    num_filters: rx.Field[int] = rx.field(0)
    num_clears: rx.Field[int] = rx.field(0)
    has_more: rx.Field[bool] = rx.field(default=False)
    undo: rx.Field[bool] = rx.field(default=False)
    _after: str = ""
    _deleted: str = ""
    _chosen: tuple[tuple[str, str], ...] = ()

    @rx.event
    async def load(self) -> None:
        """Read the first page and the filters."""
        await self._read(await self._operator(Permission.CONVERSATIONS_READ))

    async def _read(self, operator: Operator) -> None:
        """Draw the first page and the filters as they stand now."""
        async with self._loading():
            found = await services().conversations.browse(operator, self._filters(), Page())
            zone = await self._zone()
            now = formats.now()
            self.rows = [conversation_line(row, zone, now) for row in found.listed.items]
            self._show_filters(found.facets)
            self._show_page(found.listed.next)
            self.phase = "ready" if self.rows or self.query or self.num_filters else "empty"

    async def _count(self, operator: Operator) -> None:
        """Count the filters again; the list keeps its place and its pages."""
        found = await services().conversations.browse(operator, self._filters(), Page(limit=1))
        self._show_filters(found.facets)

    def _show_filters(self, facets: Facets) -> None:
        lines = choices(facets, self._chosen)
        self.flows, self.states, self.ratings = lines["flow"], lines["state"], lines["rating"]
        self.total = f"{formats.count(facets.total)} {'found' if self.query else 'in all'}"

    @rx.event
    async def more(self) -> None:
        """Add the next page below."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        listed = await services().conversations.list(operator, self._filters(), Page(after=self._after))
        zone = await self._zone()
        now = formats.now()
        self.rows = [*self.rows, *(conversation_line(row, zone, now) for row in listed.items)]
        self._show_page(listed.next)

    @rx.event
    async def search(self, text: str) -> None:
        """Look for words in the messages."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.query = text.strip()[:MAX_SEARCH_CHARACTERS]
        await self._read(operator)

    @rx.event
    async def toggle(self, facet: str, value: str) -> None:
        """Add a choice to a filter, or take it away."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        pair = (facet, value)
        kept = tuple(one for one in self._chosen if one != pair)
        self._chosen = kept if len(kept) < len(self._chosen) else (*kept, pair)
        self.num_filters = len(self._chosen)
        await self._read(operator)

    @rx.event
    async def clear(self) -> None:
        """Take all filters and the search away."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.query, self.num_filters, self._chosen = "", 0, ()
        self.num_clears += 1
        await self._read(operator)

    @rx.event
    async def delete(self, conversation_id: str) -> rx.event.EventSpec:
        """Take a conversation out of the list and offer it back."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        await services().conversations.delete(operator, conversation_id)
        self._deleted, self.undo = conversation_id, True
        await self._read(operator)
        return rx.redirect(routes.CONVERSATIONS)

    @rx.event
    async def take_back(self) -> rx.event.EventSpec | None:
        """Undo the last delete."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        if not self._deleted:
            return None
        await services().conversations.restore(operator, self._deleted)
        back = routes.to(routes.CONVERSATION, self._deleted)
        self._deleted, self.undo = "", False
        await self._read(operator)
        return rx.redirect(back)

    @rx.event
    async def dismiss(self) -> None:
        """Let the last delete stand."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self._deleted, self.undo = "", False

    def _filters(self) -> Filters:
        """Return what is looked for; values that no filter has are left out."""
        chosen = set(self._chosen)
        return Filters(
            text=self.query,
            flow_ids=tuple(value for facet, value in self._chosen if facet == "flow"),
            states=tuple(state for state in ChatState if ("state", state) in chosen),
            ratings=tuple(rating for rating in Rating if ("rating", rating) in chosen),
        )

    def _show_page(self, following: str | None) -> None:
        self._after, self.has_more = following or "", following is not None
        self.shown = f"{formats.count(len(self.rows))}{'+' if self.has_more else ''}"
