"""The cards of what waits for a person, beside the run or the conversation that waits."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import Page
from console import routes
from console.state import formats
from console.state.addresses import Addressed
from console.state.approval_rows import WaitingLine, waiting_line
from console.state.seat import Seated
from console.state.transcript import TranscriptState

FEW = Page(10)


class ApprovalCardsState(Addressed, Seated, rx.State):
    """Of the run or the conversation that stands in the address; empty on any other page."""

    cards: rx.Field[list[WaitingLine]] = rx.field(default_factory=list)

    @rx.event
    async def load(self) -> None:
        """Show what the run or the conversation of the page waits for."""
        operator = await self._operator(Permission.FLOWS_READ)
        self.cards = []
        await self._read(operator)

    @rx.event(temporal=True)
    async def refresh(self) -> Any:
        """Look again; once something was decided, read the conversation again too. A run is watched anyway."""
        operator = await self._operator(Permission.FLOWS_READ)
        before = {card.id for card in self.cards}
        await self._read(operator)
        is_decided = not before <= {card.id for card in self.cards}
        return TranscriptState.refresh if is_decided and not self._of_run() else None

    def _of_run(self) -> str:
        """Return the run of the page, empty on another page."""
        return self._wanted() if self.router.url.path.startswith(f"{routes.RUNS}/") else ""

    async def _read(self, operator: Operator) -> None:
        run_id, conversation_id = self._of_run(), (await self.get_state(TranscriptState)).conversation_id
        here = self.router.url.path.startswith(routes.CONVERSATIONS)
        if not run_id and not (here and conversation_id):
            self.cards = []
            return
        of: dict[str, str] = {"run_id": run_id} if run_id else {"conversation_id": conversation_id}
        found = await services().approvals.waiting(operator, FEW, **of)
        zone, now = await self._zone(), formats.now()
        self.cards = [waiting_line(one, zone, now) for one in found.items]
