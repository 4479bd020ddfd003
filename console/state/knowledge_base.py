"""One knowledge base: its head, and how it is deleted."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from console import routes
from console.state.addresses import Addressed
from console.state.knowledge_rows import base_words
from console.state.seat import Phased

NOBODY = ""


class KnowledgeBaseState(Addressed, Phased, rx.State):
    """`base_id` is empty until the base was read."""

    base_id: rx.Field[str] = rx.field(NOBODY)
    name: rx.Field[str] = rx.field("")
    facts: rx.Field[str] = rx.field("")
    num_documents: rx.Field[int] = rx.field(0)
    num_in_work: rx.Field[int] = rx.field(0)
    num_failed: rx.Field[int] = rx.field(0)
    upload_url: rx.Field[str] = rx.field("")
    limit_bytes: rx.Field[int] = rx.field(0)
    may_edit: rx.Field[bool] = rx.field(False)
    deleting: rx.Field[bool] = rx.field(False)
    typed: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read the base that the address names."""
        self._arrive()
        await self._read(await self._operator(Permission.KNOWLEDGE_READ))

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            knowledge = services().knowledge
            base = await knowledge.get(operator, self._wanted())
            self.base_id, self.name, self.facts = base.id, base.name, base_words(base)
            self.num_documents = base.tally.num_documents
            self.num_in_work, self.num_failed = base.tally.num_in_work, base.tally.num_failed
            self.upload_url = f"/api/knowledge-bases/{base.id}/documents?project_id={operator.project_id}"
            self.may_edit = operator.may(Permission.KNOWLEDGE_EDIT)
            self.limit_bytes = knowledge.max_document_bytes
            self.phase = "ready"

    @rx.event
    async def ask_delete(self) -> None:
        """Ask for the name of the base first."""
        await self._operator(Permission.KNOWLEDGE_EDIT)
        self.typed, self.deleting = "", True

    @rx.event
    async def type_name(self, typed: str) -> None:
        """Take what was typed to confirm."""
        await self._operator(Permission.KNOWLEDGE_READ)
        self.typed = typed

    @rx.event
    async def keep(self) -> None:
        """Close the question."""
        await self._operator(Permission.KNOWLEDGE_READ)
        self.deleting = False

    @rx.event
    async def delete(self) -> Any:
        """Delete the base with all its documents; the typed name is checked here too."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        if self.typed != self.name:
            return None
        await services().knowledge.delete(operator, self.base_id)
        self.reset()
        return rx.redirect(routes.KNOWLEDGE)
