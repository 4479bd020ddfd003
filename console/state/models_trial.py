"""Try a model: one real request, which may take a minute and holds nothing up meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.providers.types import TEST_QUESTION
from console.problems import caught
from console.state.forms import Choice
from console.state.models import ModelsState
from console.state.models_rows import TrialLine, line_of_test
from console.state.seat import Seated


class ModelsTestState(Seated, rx.State):
    """`result` is the last test of the provider that the pane shows; `running` names the model being tried."""

    result: rx.Field[TrialLine] = rx.field(default_factory=TrialLine)
    choices: rx.Field[list[Choice]] = rx.field(default_factory=list)
    running: rx.Field[str] = rx.field("")
    _provider_id: str = ""

    @rx.event(background=True)
    async def test(self, provider_id: str, model: str = "") -> AsyncIterator[Any]:
        """Send one real request to the model and show what came of it."""
        async with self:
            operator = await self._operator(Permission.MODELS_EDIT)
            if self.running:
                return
            zone = await self._zone()
            self.running = model or "the model"
        line = TrialLine(model=model, state="fail")
        with caught() as found:  # nobody waits for a background event, so its failure is drawn
            result = await services().providers.test(operator, provider_id, model)
            line = line_of_test(result, model, TEST_QUESTION, zone)
        if problem := found.problem:
            line = replace(line, words=problem.text)
        async with self:
            self.running = ""
            if self._provider_id in ("", provider_id):
                self.result = line
        yield ModelsState.load

    @rx.event
    async def submit(self, form: dict[str, Any]) -> Any:
        """Try the model that the pane's form names."""
        await self._operator(Permission.MODELS_EDIT)
        return ModelsTestState.test(self._provider_id or "embedded", str(form.get("model", "")))

    async def _show(self, provider_id: str, operator: Operator) -> None:
        """Show the last test of another provider."""
        self._provider_id, self.result, self.choices = provider_id, TrialLine(), []
        if provider_id == "embedded":
            own = [one for one in await services().providers.list_models(operator) if one.is_built_in]
            self.choices = [Choice(choice.name, choice.name) for choice in own]
            return
        provider = await services().providers.get(operator, provider_id)
        self.choices = [Choice(model.name, model.name) for model in provider.models]
        tested = [model for model in provider.models if model.last_test]
        if tested:
            zone = await self._zone()
            latest = max(tested, key=lambda model: model.last_test.at if model.last_test else provider.created_at)
            self.result = line_of_test(latest.last_test, latest.name, TEST_QUESTION, zone)
