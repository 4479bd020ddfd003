"""The run panel: what a run is asked, what it answered, Stop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from console.problems import Problem
from console.state import formats
from console.state.decided import decided_of, decided_words
from console.state.flows_draft import FlowDraftState, FlowSaveState
from console.state.flows_form import FlowFormState
from console.state.flows_live import FlowLiveState, chosen, follow, hear, last_drawn, replies, reply_in, under_way
from console.state.flows_said import Said, answer, question, refusal, reply
from console.state.run_board import RunBoard
from console.state.seat import Phased

NOTHING = Problem()
EMPTY = Problem("Write a message first.")


class FlowRunState(Phased, rx.State):
    """The talk of this tab, and the conversation that it goes on with."""

    said: rx.Field[list[Said]] = rx.field(default_factory=list)
    sent: rx.Field[int] = rx.field(0)
    talks: rx.Field[bool] = rx.field(default=False)  # somebody may take over and reply
    _replies: tuple[str, ...] = ()
    _conversation: str = ""
    _flow: str = ""
    _owner: str = ""
    _last: str = ""

    @rx.event
    async def open(self) -> Any:
        """Draw the form; go on showing a run that is under way."""
        operator = await self._operator(Permission.FLOWS_READ)
        draft = await self.get_state(FlowDraftState)
        if draft.phase != "ready":
            return None
        live = await self.get_state(FlowLiveState)
        if draft.key != self._flow:
            self._flow, self.said, self._conversation, self.talks = draft.key, [], "", False
            saved = await self.get_state(FlowSaveState)
            self._last = await last_drawn(operator, draft.key, 0 if saved.changed else saved.published)
            self._owner = ""
        self.problem, self.phase = NOTHING, "ready"
        if live.running and live._owner == self._owner:
            return None  # the watcher of before the reload goes on
        going = await under_way(operator, draft.key)
        if going is None:
            # Nothing was drawn here yet, or another page drew a run of its own meanwhile.
            if not self._owner or live._owner != self._owner:
                self._owner = live._take()
                await self._recall(operator, live)
            return None
        self._owner = live._take()
        live.running = True
        return FlowRunState.watch(going.id)

    @rx.event
    async def send(self, form: dict[str, Any]) -> Any:
        """Begin a run of the draft. The talk has what was typed as it is kept: a state may lie in Redis."""
        operator = await self._operator(Permission.FLOWS_RUN)
        live = await self.get_state(FlowLiveState)
        if live.running:
            return None
        asked = await self.get_state(FlowFormState)
        values = asked._typed(form)
        person = await self._person()
        text = str(values.get(asked.message, "")) if asked.chat else _listed(values)
        if asked.chat and asked.needed and not text.strip():
            self.problem, self.phase = EMPTY, "failed"
            return None
        text = await services().masking.as_kept(operator, text, self._conversation)
        self.said = [*self.said, question(text, ZoneInfo(person.time_zone), formats.now())]
        self.problem, self.phase = NOTHING, "ready"
        self.sent += 1
        self._owner = live._take()
        live.running = True
        return FlowRunState.run_draft(values)

    @rx.event(background=True)
    async def run_draft(self, values: dict[str, Any]) -> None:
        """Start the run that was asked for and show it until it ends."""
        async with self:
            operator = await self._operator(Permission.FLOWS_RUN)
            owner, flow, wish = self._owner, self._flow, chosen(values, self._conversation)
            self.phase = "ready"
            events, document = None, None
            async with self._loading():
                document = (await services().flows.get(operator, flow)).draft
                events = await services().runs.stream(operator, flow, wish)
            if events is None:
                (await self.get_state(FlowLiveState))._clear()
                draft = await self.get_state(FlowDraftState)
                # What was asked stays in the talk, and so does why nothing answered it.
                self.said, self.phase = [*self.said, refusal(self.problem, draft.name)], "ready"
                return
        board = RunBoard()
        board.document = document
        async with self._showing(owner):
            await hear(partial(self._draw, owner), operator, board, events)
            if board.status == "waiting":  # the stream ends there; the panel waits on
                await follow(partial(self._draw, owner), operator, board, board.run_id)
            await self._finish(board, owner)

    @rx.event(background=True)
    async def watch(self, run_id: str) -> None:
        """Show a run that goes on already."""
        async with self:
            operator, owner = await self._operator(Permission.FLOWS_READ), self._owner
        board = RunBoard()
        async with self._showing(owner):
            await follow(partial(self._draw, owner), operator, board, run_id)
            await self._finish(board, owner)

    @rx.event
    async def look(self) -> None:
        """Draw what a person who took the conversation over said without being asked."""
        operator = await self._operator(Permission.FLOWS_READ)
        live = await self.get_state(FlowLiveState)
        if not self._conversation or live.running:
            return
        new = [one for one in await replies(operator, self._conversation) if one.id not in self._replies]
        if new:
            zone = await self._zone()
            self._replies = (*self._replies, *(one.id for one in new))
            self.said = [*self.said, *(reply(one, zone, formats.now()) for one in new)]

    async def _recall(self, operator: Operator, live: FlowLiveState) -> None:
        """Draw the run again that the talk ended with."""
        if not self._last:
            return
        async with self._loading():
            detail = await services().runs.get(operator, self._last)
            board = RunBoard()
            board.recall(detail, detail.run.time_ms)
            live._draw(board, self._owner)

    async def _draw(self, owner: str, board: RunBoard) -> None:
        async with self:
            (await self.get_state(FlowLiveState))._draw(board, owner)

    @asynccontextmanager
    async def _showing(self, owner: str) -> AsyncIterator[None]:
        """Leave nothing running on the screen, however the watching ends."""
        try:
            yield
        finally:
            async with self:
                live = await self.get_state(FlowLiveState)
                if live._owner == owner:
                    live.running, live.answer, live.writing = False, "", ""

    async def _finish(self, board: RunBoard, owner: str) -> None:
        """Put the answer under the question, unless another watcher does."""
        async with self:
            if owner != self._owner:
                return
            operator = await self._operator(Permission.FLOWS_READ)
            self.said, self._last = [*self.said, await self._ended(operator, board)], board.run_id
            self._conversation = board.conversation_id if (await self.get_state(FlowFormState)).chat else ""
            self.talks = bool(self._conversation)

    async def _ended(self, operator: Operator, board: RunBoard) -> Said:
        """Return what came of a run: what a person said in its place, or its answer with who let that pass."""
        if by_person := await reply_in(operator, board):
            return reply(by_person, await self._zone(), formats.now())
        said = answer(board, (await self.get_state(FlowDraftState)).name)
        text = "".join(piece.text for piece in said.pieces)
        passed = await decided_of(operator, run_id=board.run_id) if board.run_id else []
        return replace(said, decided=[decided_words(one, text) for one in passed])

    @rx.event
    async def stop(self) -> None:
        """Cancel the run; it is over within 2 s."""
        operator = await self._operator(Permission.FLOWS_RUN)
        live = await self.get_state(FlowLiveState)
        if live.run_id:
            await services().runs.cancel(operator, live.run_id)

    @rx.event
    async def start_over(self) -> None:
        """Begin a new conversation; a run that waits for a person waits on under Approvals."""
        await self._operator(Permission.FLOWS_RUN)
        live = await self.get_state(FlowLiveState)
        if not live.running or live.waits:
            self.said, self._conversation, self._last, self.problem, self.phase = [], "", "", NOTHING, "ready"
            self.talks = False
            self._owner = live._take()

    @rx.event
    async def point(self, node: str) -> AsyncIterator[None]:
        """Go to the node that an error names."""
        await self._operator(Permission.FLOWS_READ)
        status = await self.get_state(FlowSaveState)
        status.goto = ""
        yield
        status.goto = node


def _listed(values: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in values.items()) or "No fields"
