"""The progress of what is in work, in a small state of its own: nothing else draws again when it moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.knowledge.types import Document
from backend.operator import Permission
from console.state.frames import frames_of
from console.state.knowledge_base import KnowledgeBaseState
from console.state.knowledge_documents import KnowledgeDocumentsState
from console.state.knowledge_rows import ProgressLine, progress_line
from console.state.presence import is_open
from console.state.seat import Seated

QUIET_SECONDS = 0.5  # a worker in another process tells its progress by the rows alone


class KnowledgeLiveState(Seated, rx.State):
    """`lines` holds the documents in work by id; those that ended keep their last line, which nobody draws."""

    lines: rx.Field[dict[str, ProgressLine]] = rx.field(default_factory=dict)

    @rx.event(background=True, supersedes=True)
    async def watch(self) -> AsyncIterator[Any]:
        """Draw progress until nothing is in work or the tab is gone; read the table again when documents end."""
        async with self:
            operator = await self._operator(Permission.KNOWLEDGE_READ)
            base_id = (await self.get_state(KnowledgeBaseState))._wanted()
            client = self.router.session.client_token
            self.lines = {}
        known: set[str] = set()
        async with frames_of(services().knowledge.listen(operator)) as frames:
            while await is_open(client):
                documents = await services().knowledge.documents_in_work(operator, base_id)
                async with self:
                    self.lines = {**self.lines, **{one.id: _line(one) for one in documents}}
                now = {one.id for one in documents}
                if known != now:
                    yield KnowledgeDocumentsState.refresh
                known = now
                if not documents:
                    return
                await frames.next(QUIET_SECONDS)


def _line(document: Document) -> ProgressLine:
    return progress_line(document.status, document.stage, document.percent, document.num_chunks)
