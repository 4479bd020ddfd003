"""One answer: a prompt filled with a row and sent to a model, or a flow run on it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal
from typing import Any

from backend.columns import storable
from backend.errors import DomainError, InvalidInput
from backend.experiments.engine.answers import Answer
from backend.experiments.engine.lanes import HeldPlace, Lane, LaneGivenUp, Lanes, TurnGivenBack
from backend.experiments.engine.rendering import given_to, history_of, rendered
from backend.experiments.evaluators.base import Said
from backend.experiments.outside import Outside, Row
from backend.experiments.types import IN_VAIN, IN_WORDS, Pinned
from backend.flows.engine.chat import answer_text
from backend.flows.errors import RunInterrupted
from backend.flows.types import RunResult, RunStatus, RunWish, Trigger
from backend.flows.types import Usage as RunUsage
from backend.operator import Operator
from backend.ports.embeddings import Embedder, Vectors
from backend.ports.language_model import (
    AgentLimits,
    FailureReason,
    Finished,
    Message,
    ModelEndpoint,
    ModelFailed,
    ModelSettings,
    TextDelta,
    ToolCall,
    Usage,
    estimated_usage,
)
from backend.prompts.asked import ends_at_call, held_to, num_requests, tool_of
from backend.prompts.types import ToolSpec

# A question that is refused for what it says, or for its length, is refused again.
FOR_ITSELF: frozenset[FailureReason] = frozenset({"refused", "context", "too_long"})


class Asking:
    """Answers cells of one experiment."""

    def __init__(
        self,
        outside: Outside,
        operator: Operator,
        lanes: Lanes,
        *,
        requests_per_minute: int | None,
        most: int,
        with_trace: bool,
        is_stopped: Callable[[], bool],
    ) -> None:
        """At most `most` calls to a model are under way while it begins another.

        `with_trace` reads a flow's run for the tools that it called, which costs a read for each cell.

        Once `is_stopped` no answer is begun any more; judges of answers that were paid for still are.
        """
        self._outside, self._operator, self._lanes = outside, operator, lanes
        self._with_trace, self._is_stopped = with_trace, is_stopped
        self._bounds: Any = {"requests_per_minute": requests_per_minute, "most": most}
        self._endpoints: dict[str, ModelEndpoint] = {}
        self._used: dict[str, Lane] = {}

    @property
    def refusal(self) -> str:
        """Say what keeps it from asking, of the first model that refuses; empty where none does."""
        return next(filter(None, (lane.refusal for lane in self._used.values())), "")

    def _lane(self, reference: str) -> Lane:
        return self._used.setdefault(reference, self._lanes.to(self._operator.project_id, reference))

    async def answer(self, variant: Pinned, row: Row, answer: Answer) -> None:
        """Fill an answer, a failed one too; what it cost until then stands in it whatever is raised.

        Raise LaneGivenUp, RunInterrupted when the process stops.
        """
        try:
            await (self._run(variant, row, answer) if variant.kind == "flow" else self._ask(variant, row, answer))
        except RunInterrupted:
            raise
        except DomainError as error:
            answer.error = _words(error)

    async def judge(
        self, model: str, messages: Sequence[Message], settings: ModelSettings, paid: Callable[[Decimal], None]
    ) -> Said:
        """Ask a judge; `paid` hears what each try cost, failed ones too. Raise ModelFailed, NotFound, LaneGivenUp."""
        endpoint = await self.endpoint(model)

        def spent(usage: Usage) -> None:
            paid(self._outside.models.cost(endpoint, usage))

        finished, _ = await self._lane(endpoint.reference).call(
            lambda: self._finished(endpoint, messages, settings, cut=spent), **self._bounds, spent=spent
        )
        spent(finished.usage)
        return Said(finished.text, endpoint.reference)

    async def embed(self, reference: str, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """Ask the embedding model of a provider as a judge is asked. Raise ModelFailed, LaneGivenUp."""
        vectors, _ = await self._lane(reference).call(lambda: embedder.embed(texts), **self._bounds)
        return vectors

    async def endpoint(self, reference: str) -> ModelEndpoint:
        """Return where a model is asked; looked up once for an attempt."""
        if reference not in self._endpoints:
            self._endpoints[reference] = await self._outside.models.resolve(self._operator, reference)
        return self._endpoints[reference]

    async def _ask(self, variant: Pinned, row: Row, answer: Answer) -> None:
        try:
            messages, specs = await rendered(self._outside, self._operator, variant, row)
        except InvalidInput:  # a pinned text and a pinned row never change
            answer.detail[IN_VAIN] = True
            raise
        endpoint = await self.endpoint(variant.model)
        answer.detail["model"] = endpoint.reference
        settings = settings_of(variant.parameters)
        messages, schema = held_to(endpoint, messages, settings.json_schema)
        if settings.json_schema and not schema:
            answer.detail[IN_WORDS] = True

        def spent(usage: Usage) -> None:
            if usage.estimated:
                answer.detail["is_estimated"] = True
            answer.cost += self._outside.models.cost(endpoint, usage)
            answer.has_unpriced = answer.has_unpriced or endpoint.has_unpriced(usage)
            answer.tokens_in += usage.input_tokens
            answer.tokens_out += usage.output_tokens

        lane = self._lane(endpoint.reference)
        calls = answer.tool_calls
        try:
            finished, answer.tries = await lane.call(
                lambda: self._finished(
                    endpoint, messages, replace(settings, json_schema=schema), specs, calls, cut=spent
                ),
                **self._bounds,
                spent=spent,
                is_stopped=self._is_stopped,
            )
        except ModelFailed as failed:
            answer.text, answer.error = str(storable(failed.text)), _words(failed)
            if failed.text:
                answer.detail["is_torn"] = True
            if failed.reason in FOR_ITSELF:
                answer.detail[IN_VAIN] = True
            return
        spent(finished.usage)
        answer.text, answer.latency_ms = str(storable(finished.text)), finished.total_ms
        if finished.is_cut:
            answer.detail["is_cut"] = True

    async def take(self, reference: str) -> HeldPlace:
        """Wait for a turn of a node of a flow at its model; the rate and the number of places are the experiment's."""
        return await self._lane(reference).take(**self._bounds)

    async def _finished(
        self,
        endpoint: ModelEndpoint,
        messages: Sequence[Message],
        settings: ModelSettings,
        specs: Sequence[ToolSpec] = (),
        calls: list[dict[str, Any]] | None = None,
        *,
        cut: Callable[[Usage], None],
    ) -> Finished:
        """Return the end of a call; `cut` hears what one cost, by its length, that was cancelled while it spoke."""
        num_said, began = 0, time.perf_counter()
        limits, tools = AgentLimits(max_requests=num_requests(specs)), [tool_of(spec) for spec in specs]
        stream = self._outside.language_model.stream(endpoint, messages, tools=tools, settings=settings, limits=limits)
        if calls:
            calls.clear()
        try:
            async with aclosing(stream) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        num_said += len(event.text)
                    if isinstance(event, ToolCall) and calls is not None:
                        calls.append({"name": event.name, "arguments": event.arguments})
                    if isinstance(event, Finished):
                        return event
        except asyncio.CancelledError:
            if num_said:
                cut(estimated_usage(sum(len(message.content) for message in messages), num_said))
            raise
        except ModelFailed as failed:
            if not calls or not ends_at_call(failed, calls[-1]["name"], specs):
                raise
            total_ms = (time.perf_counter() - began) * 1e3
            return Finished(failed.text, failed.usage, "tool_calls", None, total_ms)
        raise ModelFailed("The model ended without a word.", reason="broken", may_help_to_retry=True)

    async def _run(self, variant: Pinned, row: Row, answer: Answer) -> None:
        version: Any = variant.version or "draft"
        given, history = given_to(variant, row), history_of(variant, row)
        wish = RunWish(
            given,
            version,
            trigger=Trigger.EXPERIMENT,
            item_id=row.id,
            snapshot_id=variant.document,
            history=history,
            run_id=answer.run_id,
            pace=self,
        )

        if set(variant.required) - given.keys():
            answer.detail[IN_VAIN] = True

        async def run() -> None:
            try:
                result = await self._outside.runs.run(self._operator, variant.flow_id, wish)
            except asyncio.CancelledError:
                if (used := await self._outside.runs.cut(self._operator, answer.run_id)) is not None:
                    _count(answer, used)
                    answer.run_id = ""
                raise
            _read(answer, result)
            if result.refused:
                raise result.refused

        # A flow asks its models again by itself, and what else it does is not done twice: its lane only keeps the pace
        # of its runs, and each call that its nodes make takes its turn in the lane of the model.
        lane = self._lane(variant.flow_id)
        try:
            await lane.call(run, most=self._bounds["most"], is_stopped=self._is_stopped)
        except ModelFailed:
            return  # it has the words of the run
        except TurnGivenBack:
            raise
        except LaneGivenUp:
            answer.run_id = ""  # it has ended: who resumes begins another
            raise
        if self._with_trace:
            found = await self._outside.runs.get(self._operator, answer.run_id)
            answer.tool_calls = [
                {"name": step.get("tool", ""), "arguments": step.get("arguments")}
                for node in found.nodes
                for step in node.detail.get("steps", ())
            ]


def _read(answer: Answer, result: RunResult) -> None:
    if result.status is not RunStatus.DONE:
        answer.error = result.error or "The run did not end well."
    answer.text, answer.run_id, answer.latency_ms = answer_text(result.output), result.run_id, result.time_ms
    answer.passages = list(result.citations)
    _count(answer, result.usage)
    if result.output and len(result.output) > 1:
        answer.detail["output"] = result.output


def _count(answer: Answer, used: RunUsage) -> None:
    answer.tokens_in, answer.tokens_out, answer.cost = used.tokens_in, used.tokens_out, used.cost
    answer.has_unpriced = used.has_unpriced


def settings_of(parameters: dict[str, Any]) -> ModelSettings:
    return ModelSettings(
        temperature=parameters.get("temperature"),
        max_output_tokens=parameters.get("max_tokens"),
        stop=tuple(parameters.get("stop", ())),
        json_schema=parameters.get("json_schema"),
    )


def _words(error: DomainError) -> str:
    return str(storable(f"{error.message} {error.hint}".strip()))[:2_000]
