"""The move that columns which answer side by side share: however the asking ends, they are open again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import reflex as rx

from console.state.seat import Seated

# Answers are drawn at most 25 times a second.
FRAME_SECONDS = 0.04


class Answering(Seated, mixin=True):
    """`running` while columns answer; `total` says how they ended. The state has `columns` of its own kind."""

    running: rx.Field[bool] = rx.field(False)
    total: rx.Field[str] = rx.field("")
    _stop: bool = False

    @asynccontextmanager
    async def _until_done(self, stopped: Callable[[Any], Any], total: Callable[[Any], str]) -> AsyncIterator[None]:
        """Let whatever did not answer stand as `stopped`, and say the `total`; for a handler in the background."""
        try:
            yield
        finally:
            async with self:
                page: Any = self
                page.running = False
                page.columns = [stopped(one) for one in page.columns]
                page.total = total(page.columns)
