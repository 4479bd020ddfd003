"""The documents of a base: pages, filter, selection, retry, cancel, delete with undo."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.knowledge.types import DocumentFilter, DocumentStatus
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, Page
from console.state.formats import now
from console.state.knowledge_base import KnowledgeBaseState
from console.state.knowledge_rows import DocumentLine, dimmed, document_line, rows_words
from console.state.seat import Phased

ANY = "any"
ALL = DocumentFilter()


class KnowledgeDocumentsState(Phased, rx.State):
    """One page of rows. What is deleted leaves the table at once and can be brought back for 10 s."""

    rows: rx.Field[list[DocumentLine]] = rx.field(default_factory=list)
    foot: rx.Field[str] = rx.field("")
    text: rx.Field[str] = rx.field("")
    num_clears: rx.Field[int] = rx.field(0)
    status: rx.Field[str] = rx.field(ANY)
    has_next: rx.Field[bool] = rx.field(False)
    has_previous: rx.Field[bool] = rx.field(False)
    selected: rx.Field[list[str]] = rx.field(default_factory=list)
    undo_words: rx.Field[str] = rx.field("")
    num_undo: rx.Field[int] = rx.field(0)
    _base_id: str = ""
    _starts: tuple[str, ...] = ("",)  # the `after` of each page up to the one shown
    _next: str = ""
    _deleted: tuple[str, ...] = ()

    @rx.event
    async def load(self) -> None:
        """Read the first page of the base that the address names."""
        operator = await self._operator(Permission.KNOWLEDGE_READ)
        base = await self.get_state(KnowledgeBaseState)
        if base._wanted() != self._base_id:
            self.reset()
            self._base_id = base._wanted()
        await self._read(operator)

    @rx.event
    async def refresh(self) -> Any:
        """Read the page and the head again, and watch what is in work."""
        operator = await self._operator(Permission.KNOWLEDGE_READ)
        await self._read(operator)
        await (await self.get_state(KnowledgeBaseState))._read(operator)

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            knowledge = services().knowledge
            wanted = self._filter()
            listed = await knowledge.list_documents(operator, self._base_id, Page(after=self._starts[-1]), wanted)
            total = await knowledge.count_documents(operator, self._base_id, wanted)
            zone, moment = await self._zone(), now()
            self.rows = [document_line(document, zone, moment) for document in listed.items]
            self._next = listed.next or ""
            self.has_next, self.has_previous = bool(self._next), len(self._starts) > 1
            first = (len(self._starts) - 1) * DEFAULT_LIMIT + 1
            self.foot = rows_words(first, len(self.rows), total, filtered=wanted != ALL)
            shown = {row.id for row in self.rows}
            self.selected = [chosen for chosen in self.selected if chosen in shown]
            self.phase = "ready" if self.rows or wanted != ALL or self.has_previous else "empty"

    @rx.event
    async def search(self, text: str) -> None:
        """Keep the rows whose name holds the text."""
        operator = await self._operator(Permission.KNOWLEDGE_READ)
        self.text, self._starts = text, ("",)
        await self._read(operator)

    @rx.event
    async def pick_status(self, status: str) -> None:
        """Keep the rows of one state."""
        operator = await self._operator(Permission.KNOWLEDGE_READ)
        self.status, self._starts = status, ("",)
        await self._read(operator)

    @rx.event
    async def loosen(self) -> None:
        """Show every row again."""
        operator = await self._operator(Permission.KNOWLEDGE_READ)
        self.text, self.status, self._starts = "", ANY, ("",)
        self.num_clears += 1
        await self._read(operator)

    @rx.event
    async def next_page(self) -> None:
        operator = await self._operator(Permission.KNOWLEDGE_READ)
        if self._next:
            self._starts = (*self._starts, self._next)
            await self._read(operator)

    @rx.event
    async def previous_page(self) -> None:
        operator = await self._operator(Permission.KNOWLEDGE_READ)
        self._starts = self._starts[:-1] or ("",)
        await self._read(operator)

    @rx.event
    async def toggle(self, document_id: str) -> None:
        """Select a row, or let it go."""
        await self._operator(Permission.KNOWLEDGE_READ)
        others = [chosen for chosen in self.selected if chosen != document_id]
        self.selected = others if len(others) < len(self.selected) else [*others, document_id]

    @rx.event
    async def toggle_all(self) -> None:
        """Select the page, or let all go."""
        await self._operator(Permission.KNOWLEDGE_READ)
        self.selected = [] if self.selected else [row.id for row in self.rows]

    @rx.event
    async def retry(self, document_id: str) -> Any:
        """Try a document again."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        await services().knowledge.retry(operator, document_id)
        return KnowledgeDocumentsState.refresh

    @rx.event
    async def cancel(self, document_id: str) -> Any:
        """Stop the work on a document."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        await services().knowledge.cancel(operator, document_id)
        return KnowledgeDocumentsState.refresh

    @rx.event
    async def retry_selected(self) -> Any:
        """Try again what failed among the selected."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        await services().knowledge.retry_documents(operator, self.selected)
        self.selected = []
        return KnowledgeDocumentsState.refresh

    @rx.event
    async def replace(self, document_id: str) -> Any:
        """Let a document take the place of the older ones of its name; what left now can be brought back for 10 s."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        document, gone = await services().knowledge.replace_older(operator, document_id)
        if gone:
            self._deleted, self.num_undo = tuple(gone), self.num_undo + 1
            self.undo_words = f"The older {document.name} deleted"
        return KnowledgeDocumentsState.refresh

    @rx.event
    async def delete(self, document_id: str) -> Any:
        """Delete a document; it can be brought back for 10 s."""
        return await self._delete(await self._operator(Permission.KNOWLEDGE_EDIT), [document_id])

    @rx.event
    async def delete_selected(self) -> Any:
        """Delete the selected documents; they can be brought back for 10 s."""
        return await self._delete(await self._operator(Permission.KNOWLEDGE_EDIT), self.selected)

    async def _delete(self, operator: Operator, ids: list[str]) -> Any:
        names = [row.name for row in self.rows if row.id in ids]
        self._deleted = tuple(await services().knowledge.delete_documents(operator, ids))
        self.selected, self.num_undo = [], self.num_undo + 1
        self.undo_words = f"{dimmed(names)} deleted" if self._deleted and names else ""
        return KnowledgeDocumentsState.refresh

    @rx.event
    async def undo(self) -> Any:
        """Bring back what was deleted last."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        await services().knowledge.restore_documents(operator, self._deleted)
        self._deleted, self.undo_words = (), ""
        is_here = (await self.get_state(KnowledgeBaseState))._wanted() == self._base_id
        return KnowledgeDocumentsState.refresh if is_here else None

    @rx.event
    async def forget(self) -> None:
        """Let the deletion stand."""
        await self._operator(Permission.KNOWLEDGE_READ)
        self._deleted, self.undo_words = (), ""

    def _filter(self) -> DocumentFilter:
        known = {status.value for status in DocumentStatus}
        status = DocumentStatus(self.status) if self.status in known else None
        return DocumentFilter(self.text.strip(), status)
