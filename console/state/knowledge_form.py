"""The dialog that makes or changes a knowledge base."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.knowledge.types import DEFAULT_CHUNK_OVERLAP, DEFAULT_CHUNK_SIZE, EMBEDDED_EMBEDDING
from backend.operator import Permission
from console import routes
from console.state.formats import count
from console.state.forms import Choice, Formed


class KnowledgeFormState(Formed, rx.State):
    """`editing` is the id of the base that is changed, empty for a new one. Entries stay in the browser until sent."""

    opened: rx.Field[bool] = rx.field(False)
    editing: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    description: rx.Field[str] = rx.field("")
    model: rx.Field[str] = rx.field(EMBEDDED_EMBEDDING)
    models: rx.Field[list[Choice]] = rx.field(default_factory=list)
    chunk_size: rx.Field[int] = rx.field(DEFAULT_CHUNK_SIZE)
    chunk_overlap: rx.Field[int] = rx.field(DEFAULT_CHUNK_OVERLAP)
    _version: int = 0

    @rx.event
    async def open_new(self) -> None:
        """Show an empty form."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        self.reset()
        self.models = [
            Choice(one.reference, f"{one.name}, {one.provider_name}, {count(one.dimensions)} dimensions")
            for one in await services().providers.list_embedding_models(operator)
        ]
        self.opened = True

    @rx.event
    async def open_edit(self, base_id: str) -> None:
        """Show the form of a base as it stands now."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        base = await services().knowledge.get(operator, base_id)
        self.editing, self._version = base.id, base.version
        self.name, self.description, self.model = base.name, base.description, base.embedding_model
        self.chunk_size, self.chunk_overlap = base.chunk_size, base.chunk_overlap
        self.errors = {}
        self.opened = True

    @rx.event
    async def close(self) -> None:
        """Hide the form; nothing is kept."""
        await self._operator(Permission.KNOWLEDGE_READ)
        self.opened = False

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Make or change the base, then go to it."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        knowledge = services().knowledge
        self.name, self.description = str(form.get("name", "")), str(form.get("description", ""))
        self.chunk_size, self.chunk_overlap = _number(form, "chunk_size"), _number(form, "chunk_overlap")
        entries: dict[str, Any] = {
            "name": self.name,
            "description": self.description,
            "chunk_size": self.chunk_size,
            "chunk_overlap": self.chunk_overlap,
        }
        async with self._checking():
            if self.editing:
                base = await knowledge.update(operator, self.editing, version=self._version, **entries)
            else:
                model = str(form.get("embedding_model", "")) or EMBEDDED_EMBEDDING
                base = await knowledge.create(operator, embedding_model=model, **entries)
            self.opened = False
            return rx.redirect(routes.to(routes.KNOWLEDGE_BASE, base.id))


def _number(form: dict[str, Any], name: str) -> int:
    """Return a number of the form; what is no number is as far out of range as can be."""
    try:
        return int(form.get(name, ""))
    except ValueError:
        return -1
