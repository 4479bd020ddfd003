"""The judgements of the project: how far each is, what it cost, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

import reflex as rx

from backend.bootstrap import services
from backend.experiments.types import Status
from backend.judgements.types import JudgedItem, Judgement
from backend.operator import Permission
from backend.paging import Page
from console import routes
from console.state import formats
from console.state.asking import Asking
from console.state.conversations_filters import log_address
from console.state.seat import Phased

PAGE = 50
MARKS = {
    Status.QUEUED: ("queued", "Queued"),
    Status.RUNNING: ("run", "Judging"),
    Status.PAUSED: ("wait", "Paused"),
    Status.DONE: ("ok", "Done"),
    Status.FAILED: ("fail", "Stopped"),
    Status.CANCELLED: ("idle", "Cancelled"),
}


@dataclass(frozen=True)
class JudgementLine:
    """A judgement in the list; `acts` are what may be done with it now."""

    id: str
    judge: str
    href: str
    rubric: str
    about: str
    mark: str
    words: str
    done: str
    percent: int
    failed: str
    cost: str
    when: str
    note: str
    acts: list[str]


@dataclass(frozen=True)
class FailedLine:
    """An item that a judge could not judge, and why."""

    key: str
    href: str
    what: str
    why: str


class JudgementsState(Phased, Asking, rx.State):
    """`of` is the judgement whose failed items are listed."""

    rows: rx.Field[list[JudgementLine]] = rx.field(default_factory=list)
    shown: rx.Field[str] = rx.field("")
    is_open: rx.Field[bool] = rx.field(default=False)
    may_run: rx.Field[bool] = rx.field(default=False)
    may_delete: rx.Field[bool] = rx.field(default=False)
    of: rx.Field[str] = rx.field("")
    failed: rx.Field[list[FailedLine]] = rx.field(default_factory=list)

    @rx.event
    async def load(self) -> None:
        """Read the newest judgements."""
        operator = await self._operator(Permission.EXPERIMENTS_READ)
        self.may_run = operator.may(Permission.EXPERIMENTS_RUN)
        self.may_delete = operator.may(Permission.EXPERIMENTS_EDIT)
        zone, now = await self._zone(), formats.now()
        async with self._loading():
            found = (await services().judgements.list(operator, Page(PAGE))).items
            self.rows = [judgement_line(one, zone, now) for one in found]
            self.shown = f"{formats.counted(len(self.rows), 'judgement')}, newest first"
            self.is_open = any(one.status.is_open for one in found)
            self.phase = "ready" if self.rows else "empty"

    @rx.event
    async def act(self, judgement_id: str, act: str) -> None:
        """Pause, go on, cancel, or ask about what failed again."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        judgements = services().judgements
        acts = {
            "Pause": judgements.pause, "Resume": judgements.resume, "Cancel": judgements.cancel,
            "Retry": judgements.retry,
        }  # fmt: skip
        await acts[act](operator, judgement_id)
        await self.load()

    @rx.event
    async def why(self, judgement_id: str) -> None:
        """List what failed, and why; once more puts it away."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.of = "" if self.of == judgement_id else judgement_id
        self.failed = []
        if self.of:
            found = await services().judgements.items(operator, judgement_id, Page(PAGE), failed=True)
            self.failed = [failed_line(one) for one in found.items]

    @rx.event
    async def ask(self, judgement_id: str, judge: str) -> None:
        """Ask before a judgement goes with its scores."""
        await self._operator(Permission.EXPERIMENTS_EDIT)
        self._ask("delete", judgement_id, judge)

    @rx.event
    async def keep(self) -> None:
        """Leave everything as it is."""
        await self._operator(Permission.EXPERIMENTS_READ)
        self._answered("delete")

    @rx.event
    async def delete(self) -> None:
        """Take the judgement away that was asked about, with its scores."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        if judgement_id := self._answered("delete"):
            await services().judgements.delete(operator, judgement_id)
            await self.load()


def judgement_line(one: Judgement, zone: tzinfo, now: datetime) -> JudgementLine:
    mark, words = MARKS[one.status]
    ended = one.num_done + one.num_failed + one.num_gone
    gone = f", {one.num_gone:,} removed" if one.num_gone else ""
    return JudgementLine(
        id=one.id,
        judge=one.judge,
        href=log_address([("judge", one.judge)]),
        rubric=str(one.settings["rubric"]),
        about=one.source,
        mark=mark,
        words=words,
        done=f"{formats.count(one.num_done)} of {formats.counted(one.num_items, 'item')}{gone}",
        percent=round(100 * ended / one.num_items) if one.num_items else 0,
        failed=f"{one.num_failed:,} failed" if one.num_failed else "",
        cost=formats.money(one.cost),
        when=formats.day(one.created_at, zone, now),
        note=f"{one.error} {one.hint}".strip(),
        acts=_acts(one),
    )


def _acts(one: Judgement) -> list[str]:
    if one.status.is_open:
        return ["Pause", "Cancel"]
    is_whole = one.num_done + one.num_failed >= one.num_items
    if one.status in (Status.PAUSED, Status.FAILED) and not is_whole:
        return ["Resume", *(["Cancel"] if one.status is Status.PAUSED else [])]
    is_left = one.num_failed or one.status is Status.CANCELLED
    return ["Retry"] if is_left else []


def failed_line(one: JudgedItem) -> FailedLine:
    return FailedLine(
        key=str(one.number),
        href=routes.message(one.conversation_id, one.message_id),
        what="Answer" if one.message_id else "Conversation",
        why=one.error,
    )
