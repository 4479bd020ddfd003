"""The version that is looked at as a model gets it, filled with the values of the playground."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.errors import InvalidInput
from backend.operator import Permission
from console.problems import caught
from console.state.prompt import PromptState
from console.state.prompt_play import PromptPlayState
from console.state.prompt_play_rows import value_lines, values_of
from console.state.prompt_rows import SaidLine, hole_lines, said_lines
from console.state.seat import Seated

VIEW = "rendered"


class PromptRenderedState(Seated, rx.State):
    """`problem` says why it cannot be filled, `hint` what to do; then nothing is `said`."""

    said: rx.Field[list[SaidLine]] = rx.field(default_factory=list)
    problem: rx.Field[str] = rx.field("")
    hint: rx.Field[str] = rx.field("")

    @rx.event
    async def show(self) -> None:
        """Fill the version, where that is what is looked at."""
        operator = await self._operator(Permission.PROMPTS_READ)
        page = await self.get_state(PromptState)
        if page.view != VIEW or page.phase != "ready":
            return
        prompts, typed = services().prompts, (await self.get_state(PromptPlayState)).values
        content = await page._content(operator, page.chosen)
        self.said, self.problem, self.hint = [], "", ""
        with caught(InvalidInput) as refusal:
            holes = hole_lines(await prompts.holes(operator, content, page.id))
            values = values_of(value_lines([holes], any_text=content.kind == "text"), typed)
            self.said = said_lines(await prompts.spoken(operator, content, values, page.id))
        if refusal.problem:
            self.problem, self.hint = refusal.problem.words, refusal.problem.hint
