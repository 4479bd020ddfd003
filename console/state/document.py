"""One document: its head, its outline, and a window of its passages."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.knowledge.types import Chunk
from backend.operator import Operator, Permission
from backend.paging import Page
from console import routes, toasts
from console.state.addresses import Addressed
from console.state.document_rows import (
    WINDOW,
    Chosen,
    OutlineLine,
    PassageText,
    chosen_passage,
    outline_lines,
    passage_texts,
    window_start,
)
from console.state.knowledge_rows import document_facts
from console.state.seat import Phased


class DocumentState(Addressed, Phased, rx.State):
    """The window holds at most 100 passages around the chosen one; a long document is walked window by window."""

    name: rx.Field[str] = rx.field("")
    facts: rx.Field[str] = rx.field("")
    base_href: rx.Field[str] = rx.field("")
    base_name: rx.Field[str] = rx.field("")
    file_href: rx.Field[str] = rx.field("")
    outline: rx.Field[list[OutlineLine]] = rx.field(default_factory=list)
    passages: rx.Field[list[PassageText]] = rx.field(default_factory=list)
    num_chunks: rx.Field[int] = rx.field(0)
    has_before: rx.Field[bool] = rx.field(False)
    has_after: rx.Field[bool] = rx.field(False)
    boundaries: rx.Field[bool] = rx.field(True)
    overlap: rx.Field[bool] = rx.field(True)
    _chunks: tuple[Chunk, ...] = ()
    _document_id: str = ""
    _chunk_size: int = 0
    _model: str = ""

    @rx.event
    async def load(self) -> Any:
        """Read the document that the address names, at the passage that it names."""
        self._arrive()
        operator = await self._operator(Permission.KNOWLEDGE_READ)
        self._document_id = self._wanted()
        async with self._loading():
            await self._read_head(operator)
            await self._show(operator, await self._asked_ordinal(operator))
            self.phase = "ready" if self.num_chunks else "empty"
        return DocumentPassageState.reveal

    async def _read_head(self, operator: Operator) -> None:
        knowledge = services().knowledge
        document = await knowledge.get_document(operator, self._document_id)
        base = await knowledge.get(operator, document.knowledge_base_id)
        self.name, self.facts = document.name, document_facts(document)
        self.base_name, self.base_href = base.name, routes.to(routes.KNOWLEDGE_BASE, base.id)
        self.file_href = f"/api/documents/{document.id}/file?project_id={operator.project_id}"
        self._chunk_size, self._model = base.chunk_size, base.embedding_model
        self.num_chunks = document.num_chunks
        self.outline = outline_lines(await knowledge.outline(operator, document.id))

    async def _asked_ordinal(self, operator: Operator) -> int:
        """Return the passage of the address: `?passage=15` as counted on screen, or `?chunk=<id>` of a citation."""
        if number := self._asked("passage"):
            return int(number) - 1 if number.isascii() and number.isdigit() else 0
        if chunk_id := self._asked("chunk"):
            return await services().knowledge.ordinal_of(operator, self._document_id, chunk_id)
        return 0

    async def _show(self, operator: Operator, ordinal: int) -> None:
        """Choose a passage, and move the window unless it stands in it."""
        ordinal = max(0, min(ordinal, self.num_chunks - 1))
        if not any(chunk.ordinal == ordinal for chunk in self._chunks):
            start = window_start(ordinal, self.num_chunks)
            page = Page(WINDOW, after=str(start - 1) if start else "")
            listed = await services().knowledge.list_chunks(operator, self._document_id, page)
            self._chunks = tuple(listed.items)
            self.passages = passage_texts(listed.items, self.name)
            self.has_before, self.has_after = start > 0, listed.next is not None
        shown = await self.get_state(DocumentPassageState)
        shown._choose(
            next((chunk for chunk in self._chunks if chunk.ordinal == ordinal), None),
            self.num_chunks,
            self._chunk_size,
            self._model,
        )

    @rx.event
    async def show_boundaries(self, on: bool) -> None:
        """Draw or hide the lines between passages."""
        await self._operator(Permission.KNOWLEDGE_READ)
        self.boundaries = on

    @rx.event
    async def show_overlap(self, on: bool) -> None:
        """Shade or blend in what neighbours share."""
        await self._operator(Permission.KNOWLEDGE_READ)
        self.overlap = on


class DocumentPassageState(Addressed, Phased, rx.State):
    """The passage that is looked at: small, because it changes with every key."""

    chosen: rx.Field[Chosen] = rx.field(default_factory=Chosen)

    def _choose(self, chunk: Chunk | None, num_chunks: int, chunk_size: int, model: str) -> None:
        self.chosen = chosen_passage(chunk, num_chunks, chunk_size, model) if chunk else Chosen()

    @rx.event
    async def select(self, ordinal: int) -> None:
        """Look at a passage that stands in the window."""
        operator = await self._operator(Permission.KNOWLEDGE_READ)
        if ordinal != self.chosen.ordinal:
            await self._go(operator, ordinal)

    @rx.event
    async def jump(self, ordinal: int) -> Any:
        """Go to a passage anywhere in the document."""
        await self._go(await self._operator(Permission.KNOWLEDGE_READ), ordinal)
        return DocumentPassageState.reveal

    @rx.event
    async def step(self, places: int) -> Any:
        """Go to the next passage, or the one before."""
        await self._go(await self._operator(Permission.KNOWLEDGE_READ), self.chosen.ordinal + places)
        return DocumentPassageState.reveal

    @rx.event
    async def reveal(self) -> Any:
        """Bring the chosen passage into view."""
        await self._operator(Permission.KNOWLEDGE_READ)
        if self.chosen.ordinal <= 0:
            return None
        return toasts.reveal(f"passage-{self.chosen.ordinal + 1}")

    async def _go(self, operator: Operator, ordinal: int) -> None:
        await (await self.get_state(DocumentState))._show(operator, ordinal)
