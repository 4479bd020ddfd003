"""Send one set of values through several versions, models and parameters at once."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from backend.errors import DomainError, InvalidInput
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.ports.language_model import (
    AgentLimits,
    Finished,
    Message,
    ModelEndpoint,
    ModelFailed,
    ModelSettings,
    Patience,
    TextDelta,
    ToolCall,
)
from backend.prompts.asked import ends_at_call, held_to, num_requests, require_tools, tool_of
from backend.prompts.content import Content
from backend.prompts.play_types import (
    MAX_COLUMNS,
    PlayDone,
    PlayEvent,
    PlayFailed,
    PlayText,
    PlayTool,
)
from backend.prompts.service.rendering import RenderingUseCases
from backend.prompts.types import Rendered, Values

logger = logging.getLogger(__name__)
# Of a column, as of a run of a flow that says nothing else.
MAX_TOKENS = 500_000
# A person waits for it.
PATIENCE = Patience(first_token=60, whole_call=180, attempts=1)
Tell = Callable[[PlayEvent], Awaitable[None]]


class PlayUseCases(RenderingUseCases):
    """Nothing of a playground is kept, unless somebody shares it."""

    async def play(
        self, operator: Operator, columns: Sequence[Content], values: Values, name: str = ""
    ) -> AsyncGenerator[tuple[int, PlayEvent]]:
        """Ask all columns at once and yield (column, event) as they come; PlayDone or PlayFailed is a column's last.

        Close the generator to cancel all of them. Raise InvalidInput for too many columns.
        """
        operator.require(Permission.PROMPTS_RUN)
        if not 1 <= len(columns) <= MAX_COLUMNS:
            raise InvalidInput(f"A playground has 1 to {MAX_COLUMNS} columns.")
        told: asyncio.Queue[tuple[int, PlayEvent]] = asyncio.Queue(256)

        async def run(index: int, content: Content) -> None:
            async def tell(event: PlayEvent) -> None:
                await told.put((index, event))

            await tell(await self._column(operator, content, values, name, tell))

        tasks = [asyncio.create_task(run(index, content)) for index, content in enumerate(columns)]
        try:
            left = len(tasks)
            while left:
                index, event = await told.get()
                left -= isinstance(event, PlayDone | PlayFailed)
                yield index, event
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def spoken(self, operator: Operator, content: Content, values: Values, name: str) -> Sequence[Message]:
        """Return what a model would be asked, and ask none. Raise CannotRender."""
        return _spoken(await self.render_content(operator, content, values, name), values)

    async def _column(self, operator: Operator, content: Content, values: Values, name: str, tell: Tell) -> PlayEvent:
        """Return how the column ended; a failure is an end like another."""
        start = time.perf_counter()
        try:
            rendered = await self.render_content(operator, content, values, name)
            endpoint = await self._models.resolve(operator, content.model)
            return await self._asked(endpoint, _spoken(rendered, values), content, tell)
        except DomainError as error:
            return PlayFailed(error.message, error.hint, content.model, total_ms=_since(start))
        except Exception:  # a column that never ends would hold the others open
            reference = new_id("err")
            logger.exception("a column of a playground failed %s", reference)
            hint = f"The log has it under {reference}."
            return PlayFailed("Something went wrong on our side.", hint, content.model, total_ms=_since(start))

    async def _asked(
        self, endpoint: ModelEndpoint, messages: Sequence[Message], content: Content, tell: Tell
    ) -> PlayEvent:
        require_tools(endpoint.reference, endpoint.capabilities, content.tools)
        messages, schema = held_to(endpoint, messages, content.response_schema)
        start, calls = time.perf_counter(), list[ToolCall]()
        given = {tool.name: tool.result for tool in content.tools}
        first_token_ms: float | None = None
        stream = self._language_model.stream(
            endpoint,
            messages,
            tools=[tool_of(one) for one in content.tools],
            settings=ModelSettings(content.temperature, content.max_tokens, json_schema=schema),
            limits=AgentLimits(
                max_requests=num_requests(content.tools), max_total_tokens=MAX_TOKENS, patience=PATIENCE
            ),
        )
        try:
            async with aclosing(stream) as events:
                async for event in events:
                    if first_token_ms is None and isinstance(event, TextDelta | ToolCall):
                        first_token_ms = _since(start)
                    if isinstance(event, TextDelta):
                        await tell(PlayText(event.text))
                    elif isinstance(event, ToolCall):
                        calls.append(event)
                        await tell(PlayTool(event.name, event.arguments, given.get(event.name, "")))
                    elif isinstance(event, Finished):
                        return self._done(endpoint, content, event)
        except ModelFailed as failed:
            used, spoken = failed.usage, _since(start)
            spent = used.input_tokens, used.output_tokens, self._models.cost(endpoint, used)
            unpriced = endpoint.has_unpriced(used)
            if calls and ends_at_call(failed, calls[-1].name, content.tools):
                return PlayDone(failed.text, endpoint.reference, *spent, first_token_ms, spoken, has_unpriced=unpriced)
            return PlayFailed(failed.message, failed.hint, endpoint.reference, *spent, spoken, has_unpriced=unpriced)
        return PlayFailed("The model ended without a word.", "", endpoint.reference, total_ms=_since(start))

    def _done(self, endpoint: ModelEndpoint, content: Content, said: Finished) -> PlayDone:
        value, problem = _object_in(said.text) if content.response_schema else (None, "")
        return PlayDone(
            text=said.text,
            model=endpoint.reference,
            tokens_in=said.usage.input_tokens,
            tokens_out=said.usage.output_tokens,
            cost=self._models.cost(endpoint, said.usage),
            first_token_ms=said.first_token_ms,
            total_ms=said.total_ms,
            is_cut=said.is_cut,
            value=value,
            problem=problem,
            has_unpriced=endpoint.has_unpriced(said.usage),
        )


def _spoken(rendered: Rendered, values: Values) -> list[Message]:
    """Return what a model is asked: it answers a person, and a text prompt alone has none in it."""
    if rendered.content.kind == "chat":
        return list(rendered.messages)
    if values.message.strip():
        return [*rendered.messages, Message("user", values.message)]
    return [replace(one, role="user") for one in rendered.messages]


def _object_in(text: str) -> tuple[Any, str]:
    """Return the JSON value of an answer, also between fences, and why there is none."""
    first, last = text.find("{"), text.rfind("}")
    try:
        return json.loads(text[first : last + 1]), ""
    except ValueError:
        return None, "The answer is no JSON object."


def _since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 1)
