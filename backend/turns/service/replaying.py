"""Ask a turn again: as it was, or with another version, prompt or model, side by side."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any

from backend.errors import DomainError, InvalidInput
from backend.flows.engine.chat import answer_text
from backend.flows.types import Repeats, RunWish, Trigger
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.prompts.types import Content, PlayDone, PlayFailed, PlayText, Values
from backend.prompts.types import Turn as Said
from backend.turns.service.looking import LookingUseCases, calls_of
from backend.turns.types import (
    MAX_REPLAYS,
    Replayable,
    ReplayColumn,
    ReplayDone,
    ReplayEvent,
    ReplayStep,
    ReplayText,
)

logger = logging.getLogger(__name__)
Tell = Callable[[ReplayEvent], Awaitable[None]]


class ReplayingUseCases(LookingUseCases):
    """A replay is a run of its own, which says nothing in the log."""

    async def replay(
        self, operator: Operator, message_id: str, columns: Sequence[ReplayColumn], *, acts: bool = False
    ) -> AsyncGenerator[tuple[int, ReplayEvent]]:
        """Ask all columns at once and yield (column, event) as they come; ReplayDone is a column's last.

        With `acts` what the flow does on the outside is done anew, else the record answers for it. Close the generator
        to cancel all of them. Raise MessageNotFound, InvalidInput for too many columns, Forbidden.
        """
        operator.require(Permission.FLOWS_RUN)
        if not 1 <= len(columns) <= MAX_REPLAYS:
            raise InvalidInput(f"A replay has 1 to {MAX_REPLAYS} columns.")
        found = await self.look(operator, message_id)
        told: asyncio.Queue[tuple[int, ReplayEvent]] = asyncio.Queue(256)

        async def run(index: int, column: ReplayColumn) -> None:
            async def tell(event: ReplayEvent) -> None:
                await told.put((index, event))

            await tell(await self._column(operator, found, column, acts=acts, tell=tell))

        tasks = [asyncio.create_task(run(index, column)) for index, column in enumerate(columns)]
        try:
            left = len(tasks)
            while left:
                index, event = await told.get()
                left -= isinstance(event, ReplayDone)
                yield index, event
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _column(
        self, operator: Operator, found: Replayable, column: ReplayColumn, *, acts: bool, tell: Tell
    ) -> ReplayDone:
        """Return how the column ended; a failure is an end like another."""
        try:
            if found.ran is None:
                return await self._messages(operator, found, column, tell)
            return await self._run(operator, found, column, acts=acts, tell=tell)
        except DomainError as error:
            return ReplayDone(error=f"{error.message} {error.hint}".strip(), model=column.model)
        except Exception:  # a column that never ends would hold the others open
            reference = new_id("err")
            logger.exception("a column of a replay failed %s", reference)
            return ReplayDone(error=f"Something failed on our side. The log has it under {reference}.")

    async def _run(
        self, operator: Operator, found: Replayable, column: ReplayColumn, *, acts: bool, tell: Tell
    ) -> ReplayDone:
        """Run the flow on what it was given then."""
        assert found.ran is not None
        run, recorded = found.ran.run, {one.node: one for one in found.ran.nodes}
        same = column.version == "same"
        prompts = {found.prompt.slug: column.prompt_version} if found.prompt and column.prompt_version else {}
        told = next((one.output for one in found.ran.nodes if one.kind == "input" and one.output), {})
        history = told.get("history")
        wish = RunWish(
            run.input,
            (run.version or "draft") if column.version == "same" else column.version,
            trigger=Trigger.REPLAY,
            snapshot_id=found.ran.snapshot_id if same else "",
            history=tuple(history) if isinstance(history, list) else found.turn.earlier,
            repeats=Repeats(found.turn.conversation.id, recorded, acts, column.model, prompts, same),
        )
        run_id = ""
        try:
            async with aclosing(await self._runs.stream(operator, run.flow_id, wish)) as events:
                async for event in events:
                    run_id = event["run_id"]
                    await _pass_on(event, tell)
        except asyncio.CancelledError:
            if run_id:
                await self._runs.cancel(operator, run_id)
            raise
        ended = await self._runs.get(operator, run_id)
        usage, models = ended.run.usage, {str(one.detail["model"]) for one in ended.nodes if one.detail.get("model")}
        return ReplayDone(
            text=answer_text(ended.run.output),
            error=ended.run.error,
            model=", ".join(sorted(models)),
            version=ended.run.version,
            run_id=run_id,
            tokens_in=usage.tokens_in,
            tokens_out=usage.tokens_out,
            cost=usage.cost,
            total_ms=ended.run.time_ms,
            tools=calls_of(ended),
            has_unpriced=usage.has_unpriced,
        )

    async def _messages(self, operator: Operator, found: Replayable, column: ReplayColumn, tell: Tell) -> ReplayDone:
        """Ask a model what the messages say; nothing but the model is asked."""
        said = tuple(Said(role=role, content=plain(text)) for role, text in found.messages)
        content = Content(
            kind="chat",
            messages=said,
            model=column.model or found.model,
            temperature=found.temperature,
            max_tokens=found.max_tokens,
        )
        done = ReplayDone(error="The model ended without a word.")
        async with aclosing(self._prompts.play(operator, [content], Values({}))) as events:
            async for _, event in events:
                match event:
                    case PlayText(text):
                        await tell(ReplayText(text))
                    case PlayDone() | PlayFailed():
                        done = ReplayDone(
                            text=event.text if isinstance(event, PlayDone) else "",
                            error="" if isinstance(event, PlayDone) else f"{event.words} {event.hint}".strip(),
                            model=event.model,
                            tokens_in=event.tokens_in,
                            tokens_out=event.tokens_out,
                            cost=event.cost,
                            total_ms=event.total_ms,
                            has_unpriced=event.has_unpriced,
                        )
                    case _:
                        pass
        return done


async def _pass_on(event: dict[str, Any], tell: Tell) -> None:
    if event["event"] == "token":
        await tell(ReplayText(event["text"], event["node"]))
    elif event["event"] == "node.done":
        await tell(ReplayStep(event["plate"], event["status"]))


def plain(text: str) -> str:
    """Return a text that was sent once as a template that says the same."""
    for sign in ("{{", "{%", "{#"):
        text = text.replace(sign, f"\0{sign}\0")
    parts = text.split("\0")
    return "".join(f"{{{{ '{part}' }}}}" if part in ("{{", "{%", "{#") else part for part in parts)
