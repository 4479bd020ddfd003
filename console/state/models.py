"""The list of providers and models, and the model of nodes that name none."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from console.state.formats import counted, now
from console.state.forms import Choice
from console.state.models_rows import ModelLine, built_in_lines, choice_of, provider_lines
from console.state.seat import Phased

MAX_OFFERED = 3


class ModelsState(Phased, rx.State):
    """`lines` holds each provider's head and its models, in one list. `undo_id` is the provider removed last."""

    lines: rx.Field[list[ModelLine]] = rx.field(default_factory=list)
    total: rx.Field[str] = rx.field("")
    choices: rx.Field[list[Choice]] = rx.field(default_factory=list)
    default: rx.Field[str] = rx.field("")
    instead: rx.Field[list[Choice]] = rx.field(default_factory=list)
    default_label: rx.Field[str] = rx.field("")
    built_in: rx.Field[str] = rx.field("Embedded")
    num_connected: rx.Field[int] = rx.field(0)
    file_problem: rx.Field[str] = rx.field("")
    undo_id: rx.Field[str] = rx.field("")
    undo_words: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read providers, models and the default."""
        await self._read(await self._operator(Permission.MODELS_READ))

    @rx.event
    async def choose_default(self, reference: str) -> None:
        """Let nodes that name no model use this one."""
        operator = await self._operator(Permission.MODELS_EDIT)
        await services().providers.set_default(operator, reference)
        await self._read(operator)

    @rx.event
    async def undo(self) -> None:
        """Take the removed provider back."""
        operator = await self._operator(Permission.MODELS_EDIT)
        await services().providers.restore(operator, self.undo_id)
        self.undo_id = ""
        await self._read(operator)

    @rx.event
    async def let_go(self) -> None:
        """Hide the undo bar; the removal stands."""
        await self._operator(Permission.MODELS_READ)
        self.undo_id = ""

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            providers = services().providers
            self.file_problem = providers.file_problem
            zone, moment = await self._zone(), now()
            connected = (await providers.list(operator, Page(MAX_LIMIT))).items
            chat = await providers.list_models(operator)
            self.default = next((choice.reference for choice in chat if choice.is_default), "")
            self.choices = [choice_of(choice) for choice in chat]
            is_built_in = any(one.is_default and one.is_built_in for one in chat)
            others = [choice_of(one) for one in chat if not one.is_built_in] if is_built_in else []
            self.instead = others[:MAX_OFFERED] if operator.may(Permission.MODELS_EDIT) else []
            self.default_label = next((one.label for one in self.choices if one.value == self.default), "none")
            own = [line for one in chat if one.is_built_in for line in built_in_lines(one, None, zone, moment)]
            self.built_in = next((one.provider_name for one in chat if one.is_built_in), "")
            rest = [line for one in connected for line in provider_lines(one, self.default, zone, moment)]
            self.lines = own + rest
            self.num_connected = len(connected)
            models = counted(sum(1 for line in self.lines if not line.is_provider), "model")
            self.total = f"{counted(len(connected) + (1 if own else 0), 'provider')}, {models}"
            self.phase = "ready"
