"""A turn asked again beside the answer as it was: up to six columns, all at once."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.turns.types import MAX_REPLAYS, ReplayColumn, ReplayEvent, ReplayText
from console import routes
from console.state import formats
from console.state.addresses import Addressed
from console.state.answering import FRAME_SECONDS, Answering
from console.state.forms import Choice
from console.state.replay_rows import (
    SETTINGS,
    AskedLine,
    DeedLine,
    ReplayLine,
    asked_line,
    begun,
    blank,
    column_of,
    heard,
    lettered,
    offered,
    prompt_choices,
    stopped,
    total,
    version_choices,
)
from console.state.seat import Phased


class ReplayState(Addressed, Answering, Phased, rx.State):
    """`acts` lets the flow do anew what it did on the outside; `shown` changes with each turn that is opened."""

    message_id: rx.Field[str] = rx.field("")
    question: rx.Field[str] = rx.field("")
    before: rx.Field[str] = rx.field("")
    conversation_href: rx.Field[str] = rx.field("")
    was: rx.Field[AskedLine] = rx.field(default_factory=AskedLine)
    cautions: rx.Field[list[str]] = rx.field(default_factory=list)
    deeds: rx.Field[list[DeedLine]] = rx.field(default_factory=list)
    versions: rx.Field[list[Choice]] = rx.field(default_factory=list)
    prompts: rx.Field[list[Choice]] = rx.field(default_factory=list)
    models: rx.Field[list[Choice]] = rx.field(default_factory=list)
    columns: rx.Field[list[ReplayLine]] = rx.field(default_factory=list)
    acts: rx.Field[bool] = rx.field(False)
    may_run: rx.Field[bool] = rx.field(False)
    may_keep: rx.Field[bool] = rx.field(False)

    @rx.event
    async def load(self) -> None:
        """Open the turn that the address names by its answer; one that is open keeps its columns."""
        arrived = self._arrive()
        operator = await self._operator(Permission.FLOWS_READ)
        wanted = self._wanted()
        if not arrived and self.phase == "ready":
            return
        self.reset()
        self.address = self.message_id = wanted
        async with self._loading():
            found = await services().turns.look(operator, wanted)
            turn = found.turn
            self.question = turn.question.text
            self.before = f"after {formats.counted(len(turn.history), 'message')}" if turn.history else ""
            self.conversation_href = routes.message(turn.conversation.id, wanted)
            self.was, self.cautions = asked_line(found), [*found.cautions]
            self.deeds = [DeedLine(f"{one.plate:02}", one.title, one.words) for one in found.deeds]
            self.versions, self.prompts = version_choices(found), prompt_choices(found)
            there = await services().providers.list_models(operator) if operator.may(Permission.MODELS_READ) else []
            self.models = [Choice("", "As it was"), *(Choice(one.reference, one.name) for one in there)]
            self.columns = offered(found)
            self.may_run, self.may_keep = operator.may(Permission.FLOWS_RUN), operator.may(Permission.DATASETS_EDIT)
            self.phase = "ready"

    @rx.event
    async def set_column(self, letter: str, name: str, value: str) -> None:
        """Choose what a column asks with."""
        await self._operator(Permission.FLOWS_RUN)
        if not self.running and name in SETTINGS:
            self.columns = [blank(one, **{name: value}) if one.letter == letter else one for one in self.columns]

    @rx.event
    async def add(self) -> None:
        """Add a column like the last one."""
        await self._operator(Permission.FLOWS_RUN)
        if len(self.columns) < MAX_REPLAYS and not self.running:
            self.columns = lettered([*self.columns, blank(self.columns[-1])])

    @rx.event
    async def remove(self, letter: str) -> None:
        """Take a column away; one stays."""
        await self._operator(Permission.FLOWS_RUN)
        if len(self.columns) > 1 and not self.running:
            self.columns = lettered([one for one in self.columns if one.letter != letter])

    @rx.event
    async def let_act(self, wanted: str) -> None:
        """Choose whether the flow does anew what it did on the outside."""
        await self._operator(Permission.FLOWS_RUN)
        if not self.running:
            self.acts = wanted == "again"

    @rx.event
    async def send(self) -> Any:
        """Ask all columns."""
        await self._operator(Permission.FLOWS_RUN)
        if self.running or not self.columns:
            return None
        self.running, self._stop, self.total = True, False, ""
        self.columns = [begun(one) for one in self.columns]
        return ReplayState.run

    @rx.event(background=True)
    async def run(self) -> None:
        """Draw what the columns say, at most 25 times a second."""
        async with self._until_done(stopped, total):
            async with self:
                operator = await self._operator(Permission.FLOWS_RUN)
                message_id, acts = self.message_id, self.acts
                asked = [column_of(one) for one in self.columns]
            await self._follow(operator, message_id, asked, acts=acts)

    async def _follow(self, operator: Operator, message_id: str, asked: list[ReplayColumn], *, acts: bool) -> None:
        waiting: list[tuple[int, ReplayEvent]] = []
        last = time.monotonic()
        async with aclosing(services().turns.replay(operator, message_id, asked, acts=acts)) as events:
            async for index, event in events:
                waiting.append((index, event))
                if isinstance(event, ReplayText) and time.monotonic() - last < FRAME_SECONDS:
                    continue
                async with self:
                    if self._stop or self.message_id != message_id:
                        return
                    self._hear(waiting)
                waiting, last = [], time.monotonic()

    def _hear(self, events: list[tuple[int, ReplayEvent]]) -> None:
        columns = list(self.columns)
        for index, event in events:
            columns[index] = heard(columns[index], event, self.was.text)
        self.columns = columns

    @rx.event
    async def stop(self) -> None:
        """Let go of every column that still answers."""
        await self._operator(Permission.FLOWS_RUN)
        self._stop = True
