"""What waits for a person: the list, the one that is open, and what was decided today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import reflex as rx

from backend.bootstrap import services
from backend.errors import NotFound
from backend.flows.types import Approval, ApprovalState, FlowWaiting
from backend.operator import Operator, Permission
from backend.paging import Page
from console.problems import caught
from console.state import formats
from console.state.addresses import Addressed
from console.state.approval_rows import (
    SHOWN_CHARACTERS,
    ApprovalDetail,
    DecidedLine,
    WaitingLine,
    decided_line,
    detail_of,
    duration,
    minutes_between,
    waiting_line,
    written,
)
from console.state.approval_wishes import WishRow, wish_rows
from console.state.forms import Choice
from console.state.seat import Phased

MOST_WAITING, MOST_DECIDED = Page(200), Page(20)
REFUSING = {
    True: "Needs a reason. The flow then takes the way that is drawn for a refusal.",
    False: "Needs a reason. The flow draws no way for a refusal: the run ends there, without an answer.",
}


class ApprovalsState(Addressed, Phased, rx.State):
    """`opened_id` stays where it is while the list changes around it."""

    rows: rx.Field[list[WaitingLine]] = rx.field(default_factory=list)
    decided: rx.Field[list[DecidedLine]] = rx.field(default_factory=list)
    wishes: rx.Field[list[WishRow]] = rx.field(default_factory=list)
    num_decided: rx.Field[str] = rx.field("")
    detail: rx.Field[ApprovalDetail | None] = rx.field(None)
    opened_id: rx.Field[str] = rx.field("")
    place: rx.Field[str] = rx.field("")
    is_open: rx.Field[bool] = rx.field(default=False)
    oldest: rx.Field[str] = rx.field("")
    flow: rx.Field[str] = rx.field("")
    flows: rx.Field[list[Choice]] = rx.field(default_factory=list)
    reply: rx.Field[str] = rx.field("")
    is_reply: rx.Field[bool] = rx.field(default=False)
    refusing: rx.Field[str] = rx.field("")
    _replied: str = ""

    @rx.event
    async def load(self) -> None:
        """Show what waits, and the one that the address names, else the first."""
        operator = await self._operator(Permission.FLOWS_READ)
        self.reset()
        self.opened_id = self._asked("approval")
        self.is_open = bool(self.opened_id)
        await self._read(operator)

    @rx.event(temporal=True)
    async def refresh(self) -> None:
        """Read again what others add and decide; nothing on a page that was never opened."""
        operator = await self._operator(Permission.FLOWS_READ)
        if self.phase in ("ready", "empty"):
            await self._read(operator)

    @rx.event
    async def go_on(self, decided_id: str) -> None:
        """Open the one behind the one that was decided here."""
        operator = await self._operator(Permission.FLOWS_READ)
        order = [row.id for row in self.rows]
        if self.phase == "ready" and self.opened_id == decided_id:
            # The list may have been read again since, and then it has the decided one no more.
            at = order.index(decided_id) if decided_id in order else len(order)
            self.opened_id = next(iter([*order[at + 1 :], *order[:at]]), "")
        if self.phase in ("ready", "empty"):
            await self._read(operator)

    @rx.event
    async def choose(self, approval_id: str) -> None:
        """Open one of the list."""
        operator = await self._operator(Permission.FLOWS_READ)
        self.opened_id, self.is_open = approval_id, True
        await self._read(operator)

    @rx.event
    async def step(self, by: int) -> None:
        """Go to the one before or after."""
        operator = await self._operator(Permission.FLOWS_READ)
        order = [row.id for row in self.rows]
        if order:
            at = order.index(self.opened_id) + by if self.opened_id in order else 0
            self.opened_id = order[max(0, min(len(order) - 1, at))]
            await self._read(operator)

    @rx.event
    async def choose_flow(self, flow_id: str) -> None:
        """Show what waits in one flow, or in all of them, and open the first."""
        operator = await self._operator(Permission.FLOWS_READ)
        self.flow, self.opened_id = flow_id, ""
        await self._read(operator)

    @rx.event
    async def leave(self) -> None:
        """Go back to the list, where there is no room for both."""
        await self._operator(Permission.FLOWS_READ)
        self.is_open = False

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            zone, now = await self._zone(), formats.now()
            flows = await services().approvals.flows_waiting(operator)
            waiting = (await services().approvals.waiting(operator, MOST_WAITING, flow_id=self.flow)).items
            since = formats.start_of_day(zone, now)
            found = await services().approvals.decided(operator, MOST_DECIDED, since=since, flow_id=self.flow)
            decided = found.items
            shown = await self._shown(operator, waiting)
            self.num_decided = f"the last {len(decided)}" if found.next else str(len(decided))
            self._show_flows(flows)
            self.rows = [waiting_line(one, zone, now) for one in waiting]
            self.decided = [decided_line(one, zone, now) for one in decided]
            self.oldest = _oldest(waiting, now)
            self.detail = detail_of(shown, zone, now) if shown else None
            self.opened_id = shown.id if shown else ""
            order = [one.id for one in waiting]
            self.place = f"{order.index(shown.id) + 1} of {len(order)}" if shown and shown.id in order else ""
            await self._show_reply(operator, shown)
            self.wishes = wish_rows(await services().overview.second_person(operator), zone, now)
            self.phase = "ready" if waiting or decided or shown or self.flow or self.wishes else "empty"

    def _show_flows(self, flows: Sequence[FlowWaiting]) -> None:
        """Offer the flows that wait; the chosen one stays although nothing of it waits any more."""
        named = {choice.value: choice.label.rpartition(", ")[0] for choice in self.flows}
        offered = [Choice(one.flow_id, f"{one.name}, {one.num_waiting}") for one in flows]
        if self.flow and self.flow not in {one.flow_id for one in flows}:
            offered.append(Choice(self.flow, f"{named.get(self.flow, self.flow)}, 0"))
        total = sum(one.num_waiting for one in flows)
        self.flows = [Choice("", f"All flows, {total}"), *offered] if len(offered) > 1 or self.flow else []

    async def _show_reply(self, operator: Operator, shown: Approval | None) -> None:
        """Tell what the run will answer; once for each that is opened, for it stays the same."""
        waits = shown if shown and shown.state is ApprovalState.WAITING else None
        if waits is None:
            self.reply, self.refusing, self.is_reply, self._replied = "", "", False, ""
        elif self._replied != waits.hash + waits.id:
            told = await services().approvals.reply(operator, waits.id)
            self.is_reply, self._replied = told == waits.value, waits.hash + waits.id
            self.reply = "" if told is None or self.is_reply else written(told)[:SHOWN_CHARACTERS]
            self.refusing = REFUSING[await services().approvals.goes_on_refused(operator, waits.id)]

    async def _shown(self, operator: Operator, waiting: Sequence[Approval]) -> Approval | None:
        """Return the one that is open, else the first; what was named and is not there is left out."""
        found = next((one for one in waiting if one.id == self.opened_id), None)
        if found is None and self.opened_id:
            with caught(NotFound):
                return await services().approvals.get(operator, self.opened_id)
        return found or next(iter(waiting), None)


def _oldest(waiting: Sequence[Approval], now: datetime) -> str:
    """Return how long the one that waits longest has waited."""
    asked = [one.asked_at for one in waiting]
    return f"oldest {duration(minutes_between(min(asked), now))}" if asked else ""
