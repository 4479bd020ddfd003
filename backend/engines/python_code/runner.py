"""Code of operators, run in forks: where the switch is on, and the kernel holds what the fence promises."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from backend.engines.python_code.link import MAX_ANSWER_BYTES, Ended, Limits, Link
from backend.engines.python_code.probe import PROBE, REFUSED
from backend.engines.room.link import RoomDied
from backend.errors import Unavailable
from backend.ports.code import CodeFailed, Found

AT_ONCE = 4
NUM_TRIES = 2
MAX_ORDER_BYTES = 4 * 1024 * 1024
MAX_LABEL, MAX_REASON = 200, 2_000
SWITCHED_OFF = (
    "Python code is off here. Whoever runs the server sets SIGNALBOX_PYTHON_EVALUATORS=true and starts it again."
)
logger = logging.getLogger(__name__)


class _Told(msgspec.Struct):
    """What a fork says of itself: none of it is believed before it is looked at."""

    value: float | None = None
    passed: bool | None = None
    label: str = ""
    reason: str = ""
    error: str = ""
    at_limit: bool = False
    no_fence: str = ""


class FencedCode:
    """The zygote starts with the first run."""

    def __init__(self, log: Path, *, switched_on: bool, limits: Limits | None = None) -> None:
        self._log, self._switched_on, self._limits = log, switched_on, limits or Limits()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._start: asyncio.Task[Link] | None = None
        self._why_off: asyncio.Task[str] | None = None
        self._closed = False

    async def why_off(self) -> str:
        if not self._switched_on:
            return SWITCHED_OFF
        if self._why_off is None or (self._why_off.done() and _failed(self._why_off)):
            self._why_off = asyncio.create_task(self._probe())
        return await asyncio.shield(self._why_off)

    async def check(self, code: str) -> None:
        await self._ask({"code": code, "given": None})

    async def run(self, code: str, given: Mapping[str, Any]) -> Found:
        said = await self._ask({"code": code, "given": given})
        if said.value is None and said.passed is None and not said.label and not said.reason:
            raise CodeFailed("The code ended without a score.")
        if said.value is not None and not (math.isfinite(said.value) and 0 <= said.value <= 1):
            raise CodeFailed(f"score() returned {said.value:g}: a score lies between 0 and 1.")
        return Found(said.value, said.passed, said.label[:MAX_LABEL], said.reason[:MAX_REASON])

    async def close(self) -> None:
        self._closed = True
        if self._start:
            await (await self._start).close()

    async def _ask(self, order: Mapping[str, Any]) -> _Told:
        if off := await self.why_off():
            raise Unavailable(off)
        return self._read(await self._run(order, self._limits))

    async def _probe(self) -> str:
        """Try every wall from inside. A machine that cannot fence code runs none."""
        try:
            said = self._read(await self._run({"code": PROBE, "given": {}}, Limits()))
        except (CodeFailed, Unavailable) as failure:
            return f"Python code is off here: the fence could not be tried. {failure.message}"
        if said.no_fence:
            return f"Python code is off here: this machine cannot fence it, since {said.no_fence}."
        if said.label != REFUSED:
            return f"Python code is off here: this machine does not fence it. Open: {said.reason}."
        return ""

    async def _run(self, order: Mapping[str, Any], limits: Limits) -> Ended:
        if len(msgspec.json.encode(order)) > MAX_ORDER_BYTES:
            raise CodeFailed(f"The answer and its row have more than {MAX_ORDER_BYTES // 2**20} MB together.")
        async with self._slots:
            for _ in range(NUM_TRIES):
                try:
                    return await (await self._link()).run(order, limits)
                except RoomDied as death:
                    logger.warning("the process whose forks run code: %s", death)
        raise Unavailable("What runs code stopped twice over one run.", hint="data/logs/children.log says why.")

    async def _link(self) -> Link:
        if self._closed:
            raise Unavailable("What runs code is closed.")
        if self._start is None or (self._start.done() and (_failed(self._start) or not self._start.result().alive)):
            self._start = asyncio.create_task(Link.open(self._log))
        # Shielded: a caller that is cancelled while it starts must not leave a process that nobody owns.
        return await asyncio.shield(self._start)

    def _read(self, ended: Ended) -> _Told:
        """Raise CodeFailed for what went wrong in the code."""
        if ended.is_late:
            raise CodeFailed(f"The code took longer than {self._limits.seconds:g} seconds.", at_limit=True)
        if len(ended.answer) > MAX_ANSWER_BYTES:
            raise CodeFailed(f"The code wrote more than {MAX_ANSWER_BYTES // 1024} KB.", at_limit=True)
        if os.WIFSIGNALED(ended.status):
            number = os.WTERMSIG(ended.status)
            if number in {signal.SIGXCPU, signal.SIGKILL}:
                words = f"The code took more than {self._limits.cpu_seconds} seconds of computing."
                raise CodeFailed(words, at_limit=True)
            raise CodeFailed(f"The code broke its Python ({signal.Signals(number).name}).")
        if not ended.answer:
            raise CodeFailed("The code ended without a score.")
        try:
            said = msgspec.json.decode(ended.answer, type=_Told)
        except (msgspec.DecodeError, RecursionError):
            raise CodeFailed("What the code wrote is no score.") from None
        if said.error:
            raise CodeFailed(said.error[:MAX_REASON], at_limit=said.at_limit)
        return said


def _failed(task: asyncio.Task[Any]) -> bool:
    return task.cancelled() or task.exception() is not None
