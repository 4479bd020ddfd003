"""Acts on a selection of documents: one that changed meanwhile does not hold up the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from backend.errors import Conflict, NotFound
from backend.knowledge.service.documents import DocumentUseCases
from backend.operator import Operator


class SelectionUseCases(DocumentUseCases):
    """Each act returns the ids that it reached."""

    async def retry_documents(self, operator: Operator, document_ids: Sequence[str]) -> list[str]:
        """Queue again those that failed or were cancelled."""
        return await _each(document_ids, lambda one: self.retry(operator, one))

    async def delete_documents(self, operator: Operator, document_ids: Sequence[str]) -> list[str]:
        """Delete documents; each can be restored for 10 s."""
        return await _each(document_ids, lambda one: self.delete_document(operator, one, undo=True))

    async def restore_documents(self, operator: Operator, document_ids: Sequence[str]) -> list[str]:
        """Bring back those whose time is not over."""
        return await _each(document_ids, lambda one: self.restore_document(operator, one))


async def _each(ids: Sequence[str], act: Callable[[str], Awaitable[Any]]) -> list[str]:
    reached: list[str] = []
    for one in ids:
        try:
            await act(one)
        except (Conflict, NotFound):
            continue
        reached.append(one)
    return reached
