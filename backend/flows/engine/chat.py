"""Runs that belong to a conversation: what was said before, the question, and the answer."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.conversations.errors import ConversationNotFound
from backend.conversations.service import ConversationService
from backend.conversations.service.base import AheadText
from backend.conversations.service.turns import way_of
from backend.conversations.types import SAID, Answer, Channel, ChatState, Citation, Opening
from backend.flows.engine.drafts import kept_back
from backend.flows.engine.job import RunJob, RunOutcome
from backend.flows.engine.plan import Plan
from backend.flows.managed import ManagedPrompt
from backend.flows.masks import AheadRun, Masks
from backend.flows.ports import as_text
from backend.flows.types import RunStatus, RunWish, Trigger
from backend.ids import new_id
from backend.operator import Operator
from backend.unit_of_work import Units, Work

MAX_HISTORY = 20
HEARD = (*SAID, ChatState.UNANSWERED, ChatState.REFUSED)


@dataclass(frozen=True, slots=True)
class AheadTurn:
    """A long question that was masked as it is kept, for the conversation and for the run."""

    question: AheadText
    run: AheadRun


def _channel(trigger: Trigger) -> Channel:
    return Channel.API if trigger is Trigger.API else Channel.CONSOLE


class Chat:
    """The log of conversations as runs need it."""

    def __init__(self, units: Units, log: ConversationService) -> None:
        self._units, self._log = units, log

    @property
    def masks(self) -> Masks:
        return Masks(self._log.masking)

    async def history(
        self, operator: Operator, conversation_id: str | None, *, before_run: str = ""
    ) -> tuple[dict[str, Any], ...]:
        """Return the last answered messages, oldest first, without those of the run itself."""
        if not conversation_id:
            return ()
        with contextlib.suppress(ConversationNotFound):
            opened = await self._log.opened(operator, conversation_id)
            said = [
                {"role": message.role.value, "text": message.text}
                for message in opened.messages
                if message.state in HEARD and message.text and message.run_id != before_run
            ]
            return tuple(said[-MAX_HISTORY:])
        return ()

    async def open(
        self,
        work: Work,
        operator: Operator,
        *,
        run_id: str,
        flow: tuple[str, str, int],
        text: str,
        conversation_id: str,
        trigger: Trigger,
        person: str = "",
        details: Mapping[str, Any] | None = None,
        ahead: AheadTurn | None = None,
    ) -> str:
        """Write the question in the caller's unit; return its conversation. `flow` is id, name and version."""
        flow_id, flow_name, version = flow
        opening = Opening(
            flow_id=flow_id,
            flow_name=flow_name,
            run_id=run_id,
            text=text,
            channel=_channel(trigger),
            version=version,
            conversation_id=conversation_id,
            person=person,
            details=details,
        )
        question = ahead.question if ahead else None
        return (await self._log.open_turn(work, operator, opening, ahead=question)).conversation_id

    async def read_ahead(self, operator: Operator, text: str, wish: RunWish, run_id: str) -> AheadTurn | None:
        """Mask a long question before the unit that writes it down: on SQLite everybody who writes would wait."""
        talk = wish.conversation_id or new_id("conv")
        question = await self._log.ahead(operator, talk, way_of(_channel(wish.trigger)), text, wish.details)
        if question is None:
            return None
        async with self._units.read(operator) as session:
            mask = await self.masks.of(session, operator.project_id, run_id, talk)
        return AheadTurn(question, await mask.read_ahead(text, question.masker))

    async def settle(self, job: RunJob, outcome: RunOutcome) -> bool:
        """Write the answer; a second time does nothing. False where it is kept back for whoever took over."""
        prompt_name, prompt_version = prompt_used(job.plan)
        answer = Answer(
            run_id=job.run_id,
            text=answer_text(outcome.output),
            error=outcome.error,
            was_cancelled=outcome.status is RunStatus.CANCELLED,
            refused=outcome.refused,
            found_nothing=says_nothing_found(job.plan, outcome.output, outcome.citations),
            cites_nothing=cites_nothing(job.plan, outcome.output, outcome.citations),
            citations=tuple(citation_of(values) for values in outcome.citations),
            model=models_used(job.plan, outcome.models),
            tool_calls=calls_of(outcome.steps),
            tokens_in=outcome.usage.tokens_in,
            tokens_out=outcome.usage.tokens_out,
            cost=outcome.usage.cost,
            latency_ms=round(outcome.time_ms),
            prompt_name=prompt_name,
            prompt_version=prompt_version,
        )
        operator = job.facts.operator
        ahead = await self._log.answer_ahead(operator, job.facts.conversation_id or "", answer)
        async with self._units.write(operator) as work:
            if outcome.status is RunStatus.DONE and await kept_back(work, job, outcome):
                return False
            await self._log.close_turn(work, operator, answer, ahead=ahead)
        return True

    async def fail(
        self, work: Work, operator: Operator, run_id: str, error: str, *, was_cancelled: bool = False
    ) -> None:
        """Close the turn of a run that never came to run; nothing where it owes none."""
        answer = Answer(run_id=run_id, error=error, was_cancelled=was_cancelled)
        await self._log.close_turn(work, operator, answer)


def answer_text(output: dict[str, Any] | None) -> str:
    """Return what a chat shows of a run's output: `answer`, else the first value."""
    if not output:
        return ""
    return as_text(output["answer"] if "answer" in output else next(iter(output.values())))


def says_nothing_found(plan: Plan, output: dict[str, Any] | None, citations: Sequence[Any]) -> bool:
    """Tell whether the answer is what one of the nodes says when its passages do not hold one."""
    refusals = {getattr(step.config, "not_found", "") for step in plan.steps} - {""}
    return not citations and answer_text(output) in refusals


def cites_nothing(plan: Plan, output: dict[str, Any] | None, citations: Sequence[Any]) -> bool:
    """Tell whether an answer names no passage though a node of the flow answers from some."""
    return not citations and bool(answer_text(output)) and any(step.kind.cites(step.config) for step in plan.steps)


def models_used(plan: Plan, answered: Collection[str]) -> str:
    """Return the models that answered; where none did, those that the flow names."""
    named = {getattr(step.config, "model", "") for step in plan.steps}
    return ", ".join(sorted(set(answered) or named - {""}))


def prompt_used(plan: Plan) -> tuple[str, int]:
    """Return slug and version of the last prompt in the flow that stands at one, as the one that writes the answer."""
    prompts = [getattr(step.config, "prompt", None) for step in plan.steps]
    named = [(one.slug, one.version) for one in prompts if isinstance(one, ManagedPrompt) and one.slug and one.version]
    return named[-1] if named else ("", 0)


def calls_of(steps: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return the calls of tools: a name and what it was given, with all that it gave and when."""
    return tuple(
        {
            "id": str(step.get("id", "")),
            "name": str(step.get("tool", "")),
            "arguments": step.get("arguments", {}),
            "result": str(step.get("result", "")),
            "failed": bool(step.get("failed")),
            "time_ms": step.get("time_ms"),
        }
        for step in steps
    )


def citation_of(values: dict[str, Any]) -> Citation:
    return Citation(
        number=int(values["number"]),
        chunk_id=str(values["chunk_id"]),
        document_id=str(values["document_id"]),
        document_name=str(values["document_name"]),
        heading=str(values.get("heading", "")),
        text=str(values.get("text", "")),
        page=values.get("page"),
        score=float(values.get("score", 0)),
    )
