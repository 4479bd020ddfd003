"""What moves while a run runs: marks, tokens, the answer as it is written. A small hot state of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.conversations.types import Message, Role
from backend.errors import NotFound
from backend.flows.types import FlowDocument, Run, RunDetail, RunStatus, RunWish, Trigger
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.paging import Page
from console.state import formats
from console.state.conversations_rows import is_reply
from console.state.pacing import paced
from console.state.run_board import RunBoard
from console.state.seat import Seated

Draw = Callable[[RunBoard], Awaitable[None]]
UNDER_WAY = (RunStatus.RUNNING, RunStatus.QUEUED, RunStatus.WAITING)
MOST_UNDER_WAY = 50


class FlowLiveState(Seated, rx.State):
    """Written at most 25 times a second, and only what changed."""

    run: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    marks: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    track: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    live: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    answer: rx.Field[str] = rx.field("")
    writing: rx.Field[str] = rx.field("")
    running: rx.Field[bool] = rx.field(default=False)
    run_id: rx.Field[str] = rx.field("")

    _owner: str = ""
    _document: FlowDocument | None = None

    @rx.var
    def waits(self) -> bool:
        """A person is asked, which may take days."""
        return self.running and self.run.get("status") == "waiting"

    def _take(self) -> str:
        """Empty the screen for whoever watches from now on; an earlier watcher then draws nothing more here."""
        self._owner = new_id("watch")
        self._clear()
        return self._owner

    def _clear(self) -> None:
        self.run, self.marks, self.live, self.track = {}, {}, {}, {}
        self.answer, self.writing, self.running, self.run_id = "", "", False, ""
        self._document = None

    def _draw(self, board: RunBoard, owner: str) -> None:
        """Copy what changed: a var that is written is sent."""
        if owner != self._owner:
            return
        head = {"id": board.run_id, "status": board.status}
        if {**self.run, "elapsed_ms": 0} != {**head, "elapsed_ms": 0} and board.run_id:
            self.run = {**head, "elapsed_ms": round(board.elapsed_ms)}
        if board.run_id != self.run_id:
            self.run_id = board.run_id
        if board.document is not self._document:
            self._document, self.track = board.document, track_of(board.document)
        if board.marks != self.marks:
            self.marks = {name: dict(mark) for name, mark in board.marks.items()}
        if board.live != self.live:
            self.live = dict(board.live)
        if board.answer != self.answer:
            self.answer = board.answer
        writing = next((name for name, mark in board.marks.items() if mark["status"] == "running"), "")
        if writing != self.writing:
            self.writing = writing
        if self.running is board.is_over:
            self.running = not board.is_over


def track_of(document: FlowDocument | None) -> dict[str, Any]:
    """Return what the timeline draws of the document that ran: the draft may be another by now."""
    if document is None:
        return {}
    return {
        "nodes": [{"id": one.id, "kind": one.kind, "title": one.title, "plate": one.plate} for one in document.nodes],
        "edges": [{"source": one.source, "target": one.target} for one in document.edges],
    }


async def hear(draw: Draw, operator: Operator, board: RunBoard, events: AsyncGenerator[Any]) -> None:
    """Draw what a run says until its last word, then what the record says of it."""
    board.hides = await services().masking.is_on(operator)
    async with aclosing(events), aclosing(paced(events)) as batches:
        async for batch in batches:
            board.take(batch)
            await draw(board)
            if board.is_over:
                break
    if board.run_id:
        detail = await services().runs.get(operator, board.run_id)
        board.recall(detail, detail.run.time_ms)
        await draw(board)


def chosen(values: dict[str, Any], conversation_id: str) -> RunWish:
    """Return the wish of the run panel: always the draft, from the console."""
    return RunWish(values, "draft", conversation_id, Trigger.CONSOLE)


async def under_way(operator: Operator, flow: str) -> Run | None:
    """Return this person's newest trial of the draft that has not ended: the panel goes on with its conversation."""
    listed = await services().runs.list(operator, Page(MOST_UNDER_WAY), flow=flow, statuses=UNDER_WAY)
    return next((run for run in listed.items if _is_trial(run) and run.started_by == operator.name), None)


async def last_drawn(operator: Operator, flow: str, version: int) -> str:
    """Return the id of this person's newest trial of the draft, else of the newest run of a version that has ended.

    `version` is the one that the draft still is, 0 for none. Empty where neither is among the newest runs.
    """
    listed = await services().runs.list(operator, Page(MOST_UNDER_WAY), flow=flow)
    mine = [run.id for run in listed.items if _is_trial(run) and run.started_by == operator.name]
    same = [run.id for run in listed.items if version and run.version == version and run.status.is_final]
    return next(iter([*mine, *same]), "")


def _is_trial(run: Run) -> bool:
    return run.trigger is Trigger.CONSOLE and run.version is None


async def follow(draw: Draw, operator: Operator, board: RunBoard, run_id: str) -> None:
    """Show a run that goes on already, to its end."""
    board.hides = await services().masking.is_on(operator)
    events = services().runs.watch(operator, run_id)
    async with aclosing(events), aclosing(paced(events)) as batches:
        async for batch in batches:
            for one in batch:
                if not isinstance(one, RunDetail):
                    board.take([one])
                elif one.run.status.is_final or not board.run_id:
                    board.recall(one, _elapsed_ms(one.run))
                else:
                    board.catch_up(one)
            await draw(board)


def _elapsed_ms(run: Run) -> float:
    if run.status.is_final:
        return run.time_ms
    return (formats.now() - (run.started_at or run.created_at)).total_seconds() * 1_000


async def reply_in(operator: Operator, run: RunBoard) -> Message | None:
    """Return what a person said in the place of a run that has ended, None where the flow answered."""
    if run.status == RunStatus.DONE.value and run.conversation_id and operator.may(Permission.CONVERSATIONS_READ):
        with suppress(NotFound):  # it was deleted
            opened = await services().conversations.opened(operator, run.conversation_id)
            ours = (one for one in opened.messages if one.run_id == run.run_id)
            return next((one for one in ours if is_reply(one, opened.conversation)), None)
    return None


async def replies(operator: Operator, conversation_id: str) -> list[Message]:
    """Return what people said of late in the place of the flow where no question was open."""
    if not operator.may(Permission.CONVERSATIONS_READ):
        return []
    with suppress(NotFound):  # it was deleted
        said = (await services().conversations.opened(operator, conversation_id)).messages
        return [one for one in said if one.role is Role.ASSISTANT and not one.run_id]
    return []
