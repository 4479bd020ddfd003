"""How traces are read, loaded when the first one comes: the library of the protocol takes 60 ms."""

from __future__ import annotations

import asyncio
from typing import cast

from backend.bootstrap.engines import engine
from backend.ports.traces import Delivery, Traces, Wire


class TracesAtFirstCall:
    """OTLP over HTTP."""

    def __init__(self) -> None:
        self._loaded: Traces | None = None

    async def _traces(self) -> Traces:
        if self._loaded is None:
            self._loaded = cast(Traces, (await asyncio.to_thread(engine, "traces.otlp", "Otlp"))())
        return self._loaded

    async def read(self, body: bytes, wire: Wire, *, gzipped: bool) -> Delivery:
        return await (await self._traces()).read(body, wire, gzipped=gzipped)

    async def answer(self, wire: Wire, num_rejected: int, words: str) -> bytes:
        return await (await self._traces()).answer(wire, num_rejected, words)

    async def refusal(self, wire: Wire, words: str) -> bytes:
        return await (await self._traces()).refusal(wire, words)
