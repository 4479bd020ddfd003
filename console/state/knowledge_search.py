"""The search test: one question, three ways of finding, side by side."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.operator import Permission
from console.state.knowledge_base import KnowledgeBaseState
from console.state.knowledge_search_rows import ROW_PX, PassageLine, Track, agreement, passage_lines, tracks
from console.state.seat import Phased

SHOWN = 5
TAKES = ("1", "3", "5")


class KnowledgeSearchState(Phased, rx.State):
    """`phase` is idle until something was asked."""

    query: rx.Field[str] = rx.field("")
    take: rx.Field[str] = rx.field("3")
    dense: rx.Field[list[PassageLine]] = rx.field(default_factory=list)
    fused: rx.Field[list[PassageLine]] = rx.field(default_factory=list)
    keyword: rx.Field[list[PassageLine]] = rx.field(default_factory=list)
    left: rx.Field[list[Track]] = rx.field(default_factory=list)
    right: rx.Field[list[Track]] = rx.field(default_factory=list)
    height: rx.Field[int] = rx.field(SHOWN * ROW_PX)
    dense_note: rx.Field[str] = rx.field("")
    keyword_note: rx.Field[str] = rx.field("")
    verdict: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Start a page with nothing asked."""
        await self._operator(Permission.KNOWLEDGE_READ)
        self.reset()
        self.phase = "idle"

    @rx.event
    async def ask(self, form: dict[str, Any]) -> None:
        """Ask the question of the form."""
        await self._operator(Permission.KNOWLEDGE_READ)
        self.query = str(form.get("query", ""))
        await self._ask()

    @rx.event
    async def pick_take(self, take: str) -> None:
        """Change how many passages a flow would be given."""
        await self._operator(Permission.KNOWLEDGE_READ)
        self.take = take if take in TAKES else "3"
        if self.phase == "ready":
            await self._ask()

    @rx.event
    async def again(self) -> None:
        """Ask the same question again."""
        await self._operator(Permission.KNOWLEDGE_READ)
        await self._ask()

    async def _ask(self) -> None:
        operator = await self._operator(Permission.KNOWLEDGE_READ)
        async with self._loading():
            base = await self.get_state(KnowledgeBaseState)
            ranks = await services().knowledge.ranks(operator, base.base_id, self.query, limit=SHOWN)
            num_taken = int(self.take)
            fused = ranks.fused.passages
            self.dense = passage_lines(ranks.dense.passages, 3)
            self.fused = passage_lines(fused, 4, num_taken)
            self.keyword = passage_lines(ranks.keyword.passages, 1)
            self.left = tracks(ranks.dense.passages, fused, num_taken, mirrored=False)
            self.right = tracks(ranks.keyword.passages, fused, num_taken, mirrored=True)
            self.dense_note = f"cosine, {ranks.dense.time_ms:.1f} ms"
            self.keyword_note = f"{ranks.keyword.time_ms:.1f} ms"
            self.verdict = agreement(ranks, num_taken)
            self.phase = "ready" if fused else "empty"
