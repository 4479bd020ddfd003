"""The list of prompts: folders, search, tags; make, delete with undo."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from backend.bootstrap import services
from backend.errors import InvalidInput
from backend.live_tests.types import State
from backend.operator import Operator, Permission
from backend.paging import Page
from backend.prompts.types import Content, NewPrompt, Prompt
from console import routes
from console.state import formats
from console.state.addresses import Addressed
from console.state.forms import Formed
from console.state.logged_call import prompt_of
from console.state.prompt_play_rows import content_of
from console.state.prompts_rows import (
    Facet,
    PromptLine,
    WaitingLine,
    begun,
    folders_of,
    matching,
    prompt_line,
    tags_of,
    waiting_line,
)
from console.state.seat import Phased

MOST_SHOWN = 200
MAX_QUERY = 100
MAX_NAME = 80


class PromptsState(Addressed, Phased, Formed, rx.State):
    """`rows` are those that fit folder, tag and query; the facets count all. `call` says of what a prompt is made."""

    rows: rx.Field[list[PromptLine]] = rx.field(default_factory=list)
    folders: rx.Field[list[Facet]] = rx.field(default_factory=list)
    tags: rx.Field[list[Facet]] = rx.field(default_factory=list)
    waiting: rx.Field[list[WaitingLine]] = rx.field(default_factory=list)
    folder: rx.Field[str] = rx.field("")
    tag: rx.Field[str] = rx.field("")
    query: rx.Field[str] = rx.field("")
    cleared: rx.Field[int] = rx.field(0)
    shown: rx.Field[str] = rx.field("")
    may_edit: rx.Field[bool] = rx.field(False)
    creating: rx.Field[bool] = rx.field(False)
    undo: rx.Field[bool] = rx.field(False)
    undo_words: rx.Field[str] = rx.field("")
    num_undo: rx.Field[int] = rx.field(0)
    call: rx.Field[str] = rx.field("")
    _deleted: str = ""
    _content: Content | None = None
    _origin: str = ""

    @rx.event
    async def load(self) -> None:
        """Read the prompts and what waits for approval; offer to make one of the call that the address names."""
        operator = await self._operator(Permission.PROMPTS_READ)
        self.query, self.cleared = "", self.cleared + 1
        await self._read(operator)
        self._content, self.call, self._origin = None, "", ""
        if run_id := self._asked("run"):
            detail = await services().runs.get(operator, run_id)
            row = next((one for one in detail.nodes if one.node == self._asked("node")), None)
            if row is not None:
                self._content, self._origin = content_of(row.detail, detail.config_of(row.node)), run_id
                self.call = f"Of the call of {row.title} in a run of {detail.run.flow_name}."
                self.creating, self.errors = self.may_edit, {}
        elif span_id := self._asked("span"):
            await self._take_call(operator, span_id)

    async def _take_call(self, operator: Operator, span_id: str) -> None:
        """Offer to make a prompt of a call that another system told of."""
        conversation_id = self._asked("conversation")
        found = await services().conversations.logged_call(operator, conversation_id, self._asked("trace"), span_id)
        models = await services().providers.list_models(operator) if operator.may(Permission.MODELS_READ) else ()
        self._content, differs = prompt_of(found, models)
        self._origin = conversation_id
        self.call = f"Of the call of {found.name[:MAX_NAME]}, told by another system. {differs}".strip()
        self.creating, self.errors = self.may_edit, {}

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            prompts = await services().prompts.list(operator)
            self.may_edit = operator.may(Permission.PROMPTS_EDIT)
            self.waiting = [waiting_line(one) for one in await services().prompts.approvals(operator)]
            self.folders, self.tags = folders_of(prompts), tags_of(prompts)
            await self._draw(operator, prompts)
            self.phase = "ready" if prompts else "empty"

    async def _draw(self, operator: Operator, prompts: Sequence[Prompt]) -> None:
        zone, now = await self._zone(), formats.now()
        running = (await services().live_tests.list(operator, page=Page(MOST_SHOWN), state=State.RUNNING)).items
        found = matching(prompts, self.query, self.folder, self.tag)
        found.sort(key=lambda one: one.updated_at or one.created_at, reverse=True)
        self.rows = [prompt_line(one, zone, now, running) for one in found[:MOST_SHOWN]]
        several = len(found) > MOST_SHOWN
        of_all = f" of {formats.count(len(found))}" if several else ""
        self.shown = f"{formats.counted(len(self.rows), 'prompt')}{of_all}, last changed first"

    @rx.event
    async def search(self, text: str) -> None:
        """Look for prompts by name, slug, description, folder and text."""
        operator = await self._operator(Permission.PROMPTS_READ)
        self.query = text[:MAX_QUERY]
        await self._read(operator)

    @rx.event
    async def choose_folder(self, key: str) -> None:
        """Show one folder and what is below it; an empty key shows all."""
        operator = await self._operator(Permission.PROMPTS_READ)
        self.folder = key
        await self._read(operator)

    @rx.event
    async def choose_tag(self, key: str) -> None:
        """Show prompts with one tag; the same tag again shows all."""
        operator = await self._operator(Permission.PROMPTS_READ)
        self.tag = "" if key == self.tag else key
        await self._read(operator)

    @rx.event
    async def loosen(self) -> None:
        """Empty folder, tag and query."""
        operator = await self._operator(Permission.PROMPTS_READ)
        self.folder = self.tag = self.query = ""
        self.cleared += 1
        await self._read(operator)

    @rx.event
    async def ask(self) -> None:
        """Open the dialog that names a new prompt."""
        await self._operator(Permission.PROMPTS_EDIT)
        self.creating, self.errors = True, {}
        self._content, self.call, self._origin = None, "", ""

    @rx.event
    async def leave(self) -> None:
        """Close the dialog."""
        await self._operator(Permission.PROMPTS_READ)
        self.creating = False

    @rx.event
    async def create(self, form: dict[str, str]) -> rx.event.EventSpec | None:
        """Make a prompt with its first version, and open it."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        made: Prompt | None = None
        async with self._checking():
            text = form.get("text", "")
            if not self._content and not text.strip():
                raise InvalidInput("The first version has no text.", fields={"text": "Write what the model is told."})
            content = self._content or begun(form.get("kind", ""), text)
            name, folder = form.get("name", ""), form.get("folder", "")
            made = await services().prompts.create(
                operator,
                NewPrompt(name, content, folder=folder, comment=self.call or "First version", origin=self._origin),
            )
            self.creating = False
        return rx.redirect(routes.to(routes.PROMPT, made.id)) if made else None

    @rx.event
    async def delete(self, prompt_id: str) -> None:
        """Take a prompt away and offer it back."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        name = next((row.name for row in self.rows if row.id == prompt_id), "The prompt")
        self._deleted = await services().prompts.delete(operator, prompt_id)
        self.undo, self.undo_words, self.num_undo = True, f"{name} deleted", self.num_undo + 1
        await self._read(operator)

    @rx.event
    async def take_back(self) -> None:
        """Undo the last delete."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        if self._deleted:
            await services().prompts.undelete(operator, self._deleted)
        self._deleted, self.undo = "", False
        await self._read(operator)

    @rx.event
    async def dismiss(self) -> None:
        """Let the last delete stand."""
        await self._operator(Permission.PROMPTS_READ)
        self._deleted, self.undo = "", False
