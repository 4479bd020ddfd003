"""What is done with one document: watch, cancel, retry, delete with undo."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.knowledge.types import Document
from backend.operator import Permission
from console.state.addresses import Addressed
from console.state.document import DocumentState
from console.state.frames import frames_of
from console.state.knowledge_rows import ProgressLine, progress_line
from console.state.presence import is_open
from console.state.seat import Seated

QUIET_SECONDS = 0.5


class DocumentWorkState(Addressed, Seated, rx.State):
    """How far the document is. `gone` is the one that was deleted last, for 10 s."""

    progress: rx.Field[ProgressLine] = rx.field(default_factory=ProgressLine)
    reason: rx.Field[str] = rx.field("")
    can_retry: rx.Field[bool] = rx.field(False)
    may_edit: rx.Field[bool] = rx.field(False)
    gone: rx.Field[str] = rx.field("")
    gone_name: rx.Field[str] = rx.field("")

    @rx.event(background=True, supersedes=True)
    async def watch(self) -> AsyncIterator[Any]:
        """Draw progress until the work ends or the tab is gone, then read the text."""
        async with self:
            operator = await self._operator(Permission.KNOWLEDGE_READ)
            document_id, client = self._wanted(), self.router.session.client_token
        was_in_work = False
        async with frames_of(services().knowledge.listen(operator, document_id)) as frames:
            while await is_open(client):
                document = await services().knowledge.get_document(operator, document_id)
                async with self:
                    self.may_edit = operator.may(Permission.KNOWLEDGE_EDIT)
                    self._draw(document)
                if not document.status.in_work:
                    break
                was_in_work = True
                await frames.next(QUIET_SECONDS)
        if was_in_work:
            yield DocumentState.load

    def _draw(self, document: Document) -> None:
        self.progress = progress_line(document.status, document.stage, document.percent, document.num_chunks)
        self.reason = f"{document.error} {document.hint}".strip()
        self.can_retry = document.may_be_retried

    @rx.event
    async def retry(self) -> Any:
        """Try the document again."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        self._draw(await services().knowledge.retry(operator, self._wanted()))
        return DocumentWorkState.watch

    @rx.event
    async def cancel(self) -> None:
        """Stop the work."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        self._draw(await services().knowledge.cancel(operator, self._wanted()))

    @rx.event
    async def delete(self) -> None:
        """Delete the document; it can be brought back for 10 s."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        await services().knowledge.delete_document(operator, self._wanted(), undo=True)
        self.gone, self.gone_name = self._wanted(), (await self.get_state(DocumentState)).name

    @rx.event
    async def undo(self) -> Any:
        """Bring the document back."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        await services().knowledge.restore_document(operator, self.gone)
        is_here, self.gone = self.gone == self._wanted(), ""
        return [DocumentState.load, DocumentWorkState.watch] if is_here else None

    @rx.event
    async def leave(self) -> Any:
        """Let the deletion stand; go to the knowledge base from the page of what is not there any more."""
        await self._operator(Permission.KNOWLEDGE_READ)
        is_here, self.gone = self.gone == self._wanted(), ""
        return rx.redirect((await self.get_state(DocumentState)).base_href) if is_here else None
