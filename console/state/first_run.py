"""The first screen: three steps, each done where it stands."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.demo.types import Step
from backend.operator import Operator, Permission
from console import routes
from console.state.first_run_rows import (
    FileLine,
    KitLine,
    StepLine,
    file_line,
    head_words,
    kit_lines,
    searched,
    step_lines,
)
from console.state.home import HomeState
from console.state.masking_words import MaskingLine, masking_line
from console.state.presence import is_open
from console.state.seat import Phased

WATCH_SECONDS = 0.5
OPEN = StepLine("", "off", "queued", "Open")


class FirstRunState(Phased, rx.State):
    """What the steps say. The answer being written and the files in work have states of their own."""

    over: rx.Field[bool] = rx.field(default=False)
    steps_left: rx.Field[bool] = rx.field(default=False)
    sub: rx.Field[str] = rx.field("")
    ask: rx.Field[StepLine] = rx.field(OPEN)
    add: rx.Field[StepLine] = rx.field(OPEN)
    connect: rx.Field[StepLine] = rx.field(OPEN)
    empty: rx.Field[bool] = rx.field(default=False)
    added: rx.Field[bool] = rx.field(default=False)
    may_fill: rx.Field[bool] = rx.field(default=False)
    may_connect: rx.Field[bool] = rx.field(default=False)
    kit: rx.Field[list[KitLine]] = rx.field(default_factory=list)
    seeded: rx.Field[bool] = rx.field(default=False)
    model: rx.Field[str] = rx.field("")
    intro: rx.Field[str] = rx.field("")
    upload_url: rx.Field[str] = rx.field("")
    own_name: rx.Field[str] = rx.field("")
    own_href: rx.Field[str] = rx.field("")
    masking: rx.Field[MaskingLine] = rx.field(default_factory=MaskingLine)
    _is_wanted: bool = False  # the steps were asked for, in a project that is in use

    @rx.event
    async def load(self) -> Any:
        """Read where the steps stand and what needs a person before them, or the home in their place.

        Go on looking while the example is being made.
        """
        operator = await self._operator(Permission.PROJECT_READ)
        await self._read(operator)
        if self.over:
            return [HomeState.load]
        await self._read_needs(operator)
        return [FirstRunFilesState.watch]

    @rx.event
    async def hide(self) -> Any:
        """Put the home in the place of this screen."""
        operator = await self._operator(Permission.PROJECT_READ)
        await services().demo.hide(operator)
        self._is_wanted = False
        await self._read(operator)
        return HomeState.load

    @rx.event
    async def show(self) -> Any:
        """Bring the first screen back."""
        operator = await self._operator(Permission.PROJECT_READ)
        await services().demo.hide(operator, hidden=False)
        self._is_wanted = True
        await self._read(operator)
        return FirstRunFilesState.watch

    async def _read_needs(self, operator: Operator) -> None:
        """Read the home in the same answer as the steps: they would move down under the pointer."""
        await (await self.get_state(HomeState))._read(operator)

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            first = await services().demo.first_run(operator)
            first = replace(first, in_use=first.in_use and not self._is_wanted)
            self.masking = await masking_line(operator)
            zone = await self._zone()
            # Who may not run a flow has no step to do.
            may_run = operator.may(Permission.FLOWS_RUN)
            self.over, self.seeded, self.empty = first.over or not may_run, first.seeded, first.is_empty
            self.steps_left = first.num_done < len(Step) and may_run and (first.seeded or first.being_made)
            self.may_fill = operator.may(Permission.FLOWS_EDIT)
            self.may_connect = operator.may(Permission.MODELS_EDIT)
            self.sub = head_words(first)
            self.ask, self.add, self.connect = step_lines(first, zone)
            self.model = first.model
            self.kit = kit_lines(first.example)
            flow = first.example.flow
            own = first.example.own_base
            nodes = len(flow.nodes) if flow else 0
            where = searched(first.example) if first.seeded else "a sample handbook"
            self.intro = f"{nodes} nodes: it takes a question, searches {where}, and answers with sources."
            self.added = first.added_at is not None
            self.own_name = own.name if own else ""
            self.own_href = routes.to(routes.KNOWLEDGE_BASE, own.id) if own else ""
            self.upload_url = f"/api/knowledge-bases/{own.id}/documents?project_id={operator.project_id}" if own else ""
            self.phase = "ready"


class FirstRunFilesState(Phased, rx.State):
    """The documents that a person added, and the making of the example itself."""

    files: rx.Field[list[FileLine]] = rx.field(default_factory=list)
    watching: rx.Field[bool] = rx.field(default=False)

    @rx.event(background=True)
    async def watch(self) -> Any:
        """Draw the files twice a second until nothing is in work, then the steps once more."""
        async with self:
            operator = await self._operator(Permission.PROJECT_READ)
            token = self.router.session.client_token
            if self.watching:
                return
            self.watching = True
        was_busy = False
        try:
            while await is_open(token):
                added, busy = await services().demo.added_documents(operator)
                async with self:
                    operator = await self._operator(Permission.PROJECT_READ)
                    lines = [file_line(document) for document in added]
                    if lines != self.files:
                        self.files = lines
                    first = await self.get_state(FirstRunState)
                    is_new = not first.added and any(line.mark == "ok" for line in lines)
                    if (was_busy and not busy) or is_new or not first.seeded:
                        await first._read(operator)
                if not busy:
                    return
                was_busy = True
                await asyncio.sleep(WATCH_SECONDS)
        finally:
            async with self:
                self.watching = False
