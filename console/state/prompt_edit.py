"""Edit the text and the parameters of a prompt, and save them as a version."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import Conflict
from backend.operator import Operator, Permission
from console import toasts
from console.problems import Problem, caught
from console.state.forms import Formed
from console.state.prompt import PromptState
from console.state.prompt_draft import PromptDraftState
from console.state.prompt_gate import PromptGateState
from console.state.prompt_play import PromptPlayState
from console.state.prompt_rows import edited, with_parameter

NOTHING = Problem()
TEXTS = ("text", "messages")


class PromptEditState(Formed, rx.State):
    """`stale` says that a newer version came meanwhile, on top of which `save_over` alone saves."""

    may_edit: rx.Field[bool] = rx.field(False)
    models: rx.Field[list[dict[str, str]]] = rx.field(default_factory=list)
    play_models: rx.Field[list[dict[str, str]]] = rx.field(default_factory=list)
    price: rx.Field[float] = rx.field(0.0)
    slugs: rx.Field[list[str]] = rx.field(default_factory=list)
    saving: rx.Field[bool] = rx.field(False)
    stale: rx.Field[Problem] = rx.field(default_factory=Problem)
    _prices: dict[str, float] | None = None
    _told_of: int = -1

    @rx.event
    async def load(self) -> None:
        """Read what the pickers offer."""
        operator = await self._operator(Permission.PROMPTS_READ)
        self.may_edit, self.errors = operator.may(Permission.PROMPTS_EDIT), {}
        (await self.get_state(PromptDraftState)).dropped = False
        models = await services().providers.list_models(operator) if operator.may(Permission.MODELS_READ) else []
        default = next((one for one in models if one.is_default), None)
        self.models = [
            {"value": "", "label": f"The project's ({default.name})" if default else "The project's"},
            *({"value": one.reference, "label": f"{one.name}, {one.provider_name}"} for one in models),
        ]
        self.play_models = [{"value": "", "label": "As in the version"}, *self.models[1:]]
        self._prices = {one.reference: float(one.input_price) for one in models}
        self._prices[""] = float(default.input_price) if default else 0.0
        page = await self.get_state(PromptState)
        prompts = await services().prompts.list(operator)
        self.slugs = sorted(one.slug for one in prompts if one.kind == "text" and one.slug != page.slug)
        self._count(await self.get_state(PromptDraftState))

    def _count(self, draft: PromptDraftState) -> None:
        self.price = (self._prices or {}).get(draft._content.model, 0.0)

    @rx.event
    async def edit(self, document: dict[str, Any]) -> Any:
        """Take what was typed; `revision` in it tells an edit of what is open from one of what was open before."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        draft = await self.get_state(PromptDraftState)
        if document.get("revision") != draft.revision:
            return None
        async with self._typing(draft, *TEXTS):
            draft._content = edited(draft._content, document)
        return await self._took(operator, draft)

    @rx.event
    async def set_parameter(self, name: str, written: str) -> Any:
        """Take a parameter as it was typed."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        draft = await self.get_state(PromptDraftState)
        draft.parameters = {**draft.parameters, name: written}
        async with self._typing(draft, name):
            draft._content = with_parameter(draft._content, name, written)
        self._count(draft)
        return await self._took(operator, draft)

    @asynccontextmanager
    async def _typing(self, draft: PromptDraftState, *names: str) -> AsyncIterator[None]:
        """Tell at its field what cannot be used; what is told at other fields of the open text stands until mended."""
        told = self.errors if self._told_of == draft.revision else {}
        others = {at: words for at, words in told.items() if at not in names and at in (*draft.parameters, *TEXTS)}
        self._told_of = draft.revision
        async with self._checking():
            yield
        self.errors = {**others, **self.errors}

    async def _took(self, operator: Operator, draft: PromptDraftState) -> Any:
        """Note what is edited; what became as it was saved is no draft any more."""
        was = draft.dirty
        draft._compare()
        await draft._look(operator)
        if draft.dirty != was:
            page = await self.get_state(PromptState)
            play = await self.get_state(PromptPlayState)
            await play._drafted(operator, page.production, page.latest, dirty=draft.dirty)
            return PromptState.begin if draft.dirty else PromptState.undo(draft._base)
        return None

    @rx.event
    async def discard(self) -> Any:
        """Drop what was not saved."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        draft, page = await self.get_state(PromptDraftState), await self.get_state(PromptState)
        self.errors = {}
        draft._drop()
        play = await self.get_state(PromptPlayState)
        play._adopted = ""
        await play._drafted(operator, page.production, page.latest, dirty=False)
        return PromptState.end(draft._base)

    @rx.event
    async def bring_back(self) -> Any:
        """Edit on with what was discarded last."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        draft = await self.get_state(PromptDraftState)
        if not draft.dropped:
            return None
        draft._reopen(draft._dropped)
        draft.dropped = False
        self._count(draft)
        return await self._took(operator, draft)

    @rx.event
    async def ask_save(self) -> None:
        """Ask for a comment."""
        await self._operator(Permission.PROMPTS_EDIT)
        self.saving, self.stale = True, NOTHING

    @rx.event
    async def leave_save(self) -> None:
        """Close the dialog; what was edited stays."""
        await self._operator(Permission.PROMPTS_READ)
        self.saving = False

    @rx.event
    async def save(self, form: dict[str, str]) -> Any:
        """Save a version; where a newer one stands meanwhile, say that instead, and each time that Enter is pressed."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        return await self._save(operator, form, (await self.get_state(PromptState)).latest)

    @rx.event
    async def save_over(self, form: dict[str, str]) -> Any:
        """Save a version on top of the newer one that was told."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        return await self._save(operator, form, None) if self.stale.words else None

    async def _save(self, operator: Operator, form: dict[str, str], base: int | None) -> Any:
        page, draft = await self.get_state(PromptState), await self.get_state(PromptDraftState)
        with caught(Conflict) as refusal:
            async with self._checking():
                comment = form.get("comment", "")
                written = await services().prompts.save_version(operator, page.id, draft._content, comment, base)
                self.saving = draft.dirty = False
                number = written.version.number
                (await self.get_state(PromptPlayState))._saved_as(number, draft._content, page.production)
                words = f"v{number} is saved." if written.is_new else f"v{number} says the same already."
                return [PromptState.end(number), PromptPlayState.refresh, toasts.say(words), PromptGateState.load]
        self.stale = refusal.problem or NOTHING
        return None
