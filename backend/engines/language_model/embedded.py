"""The model that ships with the product: a first taste without a key, which answers from passages in one sentence."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from backend.engines.language_model.embedded_process import EmbeddedProcess
from backend.engines.language_model.embedded_text import (
    NOT_COVERED,
    STOP,
    believed,
    framed,
    is_covered,
    text_for,
)
from backend.engines.language_model.openai_compatible import OpenAiCompatible
from backend.ports.grounding import NOT_FOUND_ANSWER, Grounded, read_grounded
from backend.ports.language_model import (
    DEFAULT_LIMITS,
    DEFAULT_SETTINGS,
    Adapted,
    AgentLimits,
    Finished,
    Message,
    ModelEndpoint,
    ModelEvent,
    ModelFailed,
    ModelSettings,
    Patience,
    TextDelta,
    Tool,
    Usage,
)

CONTEXT_TOKENS = 2048
MAX_ANSWER_TOKENS = 80
# A second attempt, because the child closes connections that rest, perhaps in this moment. A dead child is started
# again by the next call.
PATIENCE = Patience(connect=2, first_token=90, between_tokens=30, whole_call=180, attempts=2, first_pause=0.05)
_PIECE = re.compile(r"\s*\S+\s*")


class EmbeddedModel:
    """`folder` keeps the assembled file; what the child prints goes to the file `log`."""

    def __init__(self, folder: Path, log: Path) -> None:
        self._process = EmbeddedProcess(folder, log, CONTEXT_TOKENS)
        self._asker = OpenAiCompatible()
        # The child answers one at a time. Who waits does so here, so that no answer's time has that of others in it.
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Return the process id of the child; None where none runs."""
        return self._process.pid

    async def stream(
        self,
        endpoint: ModelEndpoint,
        messages: Sequence[Message],
        *,
        tools: Sequence[Tool] = (),
        settings: ModelSettings = DEFAULT_SETTINGS,
        limits: AgentLimits = DEFAULT_LIMITS,  # noqa: ARG002  # one request, and our own patience with it
    ) -> AsyncGenerator[ModelEvent]:
        _refuse_what_it_cannot(tools, settings)
        asked = next((message.content for message in reversed(messages) if message.role == "user"), "")
        grounded = read_grounded(asked)
        if grounded is None:
            system = "\n".join(message.content for message in messages if message.role == "system")
            finished = await self._ask(endpoint, system, asked)
        else:
            finished = await self._answer(endpoint, grounded)
        for piece in _PIECE.findall(finished.text):
            yield TextDelta(piece)
        yield finished

    async def close(self) -> None:
        await self._asker.close()
        await self._process.close()

    async def _answer(self, endpoint: ModelEndpoint, grounded: Grounded) -> Finished:
        """Answer in a sentence that the passages support, with its citation."""
        start = time.perf_counter()
        text, best = text_for(grounded.passages, grounded.question)
        if not best or not is_covered(grounded.passages, grounded.question):
            milliseconds = round((time.perf_counter() - start) * 1000, 1)
            never = Adapted(because=NOT_COVERED)
            return Finished(NOT_FOUND_ANSWER, Usage(), "stop", milliseconds, milliseconds, adapted=never)
        finished = await self._ask(endpoint, text, grounded.question)
        held = believed(finished.text, best)
        adapted = finished.adapted
        if held.because and adapted:
            adapted = replace(adapted, wrote=finished.text, because=held.because)
        return replace(finished, text=f"{held.text} [{held.number}]", adapted=adapted)

    async def _ask(self, endpoint: ModelEndpoint, text: str, question: str) -> Finished:
        async with self._turn:
            return await self._in_turn(endpoint, framed(text, question))

    async def _in_turn(self, endpoint: ModelEndpoint, given: str) -> Finished:
        address = await self._process.address()
        here = replace(endpoint, base_url=address.base_url, api_key=address.key, allow_private_address=True)
        settings = ModelSettings(temperature=0, max_output_tokens=MAX_ANSWER_TOKENS, stop=(STOP,))
        turn, limits = Message("user", given), AgentLimits(1, patience=PATIENCE)
        events = self._asker.stream(here, [turn], settings=settings, limits=limits)
        try:
            async with aclosing(events) as heard:
                async for event in heard:
                    if isinstance(event, Finished):
                        return replace(event, text=event.text.strip(), adapted=Adapted(given))
        except ModelFailed as failed:
            if failed.reason == "unreachable" and await self._process.has_died():
                raise ModelFailed(
                    "The embedded model stopped in the middle of its answer.",
                    reason="unreachable",
                    hint="It starts again with the next question.",
                    may_help_to_retry=True,
                ) from failed
            raise
        raise AssertionError("the port promises Finished as the last event")


def _refuse_what_it_cannot(tools: Sequence[Tool], settings: ModelSettings) -> None:
    if tools or settings.json_schema is not None:
        wanted = "call tools" if tools else "keep to a JSON schema"
        raise ModelFailed(
            f"The embedded model cannot {wanted}.",
            reason="refused",
            hint="Connect a model under Models and choose it in this node.",
        )
