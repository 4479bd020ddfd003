"""Say what it takes to ask a turn again, and what will not be as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from backend.conversations.types import Message
from backend.errors import InvalidInput, NotFound
from backend.experiments.pinning import reference_of
from backend.flows.nodes.registry import KINDS
from backend.flows.service import FlowService
from backend.flows.types import NodeRun, NodeStatus, RunDetail
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from backend.prompts.service import PromptService
from backend.prompts.types import MAX_MESSAGES, MAX_TEXT, VersionRef
from backend.providers.service import ProviderService
from backend.turns.service.keeping import KeepingUseCases
from backend.turns.types import Asked, Deed, Replayable, Turn

ROLES = ("system", "user", "assistant")
READS = ("knowledge_search", "rag_answer")
AS_WORDS = "Tool calls and their results stand in it as words."
TRACED = "It was held elsewhere: the last call of a model that its trace tells is asked, and no tool is called."
UNTOLD = (
    "It was held elsewhere, and its trace does not tell what a model was asked: "
    "what stands in the transcript is asked, and no tool is called."
)
OUTSIDE = "It was held elsewhere: what stands in the transcript is asked, and no tool is called."
GONE = "Its flow was deleted: its last call of a model is asked alone, and no tool is called."
NO_CALL = (
    "Its flow was deleted, and its run is not kept: what stands in the transcript is asked, and no tool is called."
)
DRAFT = "It ran a draft: the draft as it stood then is run again."
MASKED = (
    "It is asked with the placeholders of masking, such as [e-mail 1]; then it was asked with the words themselves."
)
# The least that is written.
CENTS = Decimal("0.0001")
SEARCHED = "The documents are searched again, as they are now."


@dataclass(frozen=True, slots=True)
class Alone:
    """What a model is asked where no flow runs, and what will not be as it was."""

    caution: str
    model: str
    messages: tuple[tuple[str, str], ...]
    temperature: float | None = None
    max_tokens: int | None = None


class LookingUseCases(KeepingUseCases):
    """Nothing here asks a model."""

    _flows: FlowService
    _prompts: PromptService
    _providers: ProviderService

    async def look(self, operator: Operator, message_id: str) -> Replayable:
        """Return what a replay of this answer would be. Raise MessageNotFound, Forbidden."""
        operator.require(Permission.FLOWS_READ)
        turn = await self.turn(operator, message_id)
        ran = await self._ran(operator, turn.answer)
        versions = await self._versions(operator, ran) if ran else None
        if ran is None or versions is None:
            return await self._alone(operator, turn, ran)
        cautions = [] if ran.run.version else [DRAFT]
        cautions += await self._masked(operator, turn, ran.run.input)
        prompt, lost = await self._asked(operator, ran)
        cautions += lost
        cautions += await self._lost_models(operator, ran)
        cautions += _unnoted(ran)
        if any(_searches(one) for one in ran.nodes):
            cautions.append(SEARCHED)
        cautions += _costs(ran.run.usage.cost)
        deeds = tuple(deed for node in ran.nodes for deed in _deeds(node, ran))
        return Replayable(turn, ran, versions, prompt, "", calls_of(ran), deeds, tuple(cautions))

    async def _ran(self, operator: Operator, answer: Message) -> RunDetail | None:
        if answer.run_id:
            with suppress(NotFound):
                return await self._runs.get(operator, answer.run_id)
        return None

    async def _versions(self, operator: Operator, ran: RunDetail) -> tuple[int, ...] | None:
        """Return the numbers of the flow's versions, newest first; None where the flow is gone."""
        with suppress(NotFound):
            listed = await self._flows.list_versions(operator, ran.run.flow_id, Page(MAX_LIMIT))
            return tuple(one.number for one in listed.items)
        return None

    async def _alone(self, operator: Operator, turn: Turn, ran: RunDetail | None) -> Replayable:
        """Return what a model is asked where no flow can run."""
        alone = _last_of(ran) if ran else await self._traced(operator, turn)
        if alone is None:
            said = (*turn.rules, *turn.history, turn.question)
            caution = NO_CALL if turn.conversation.is_held_here else UNTOLD if turn.answer.trace_id else OUTSIDE
            alone = Alone(caution, turn.answer.model, tuple((one.role.value, one.text) for one in said))
        kept = tuple((role, text) for role, text in alone.messages if role in ROLES and text)
        named = await self._reference(operator, alone.model)
        lost = await self._lost(operator, named)
        cautions = [alone.caution, f"{lost} The project's own model answers."] if lost else [alone.caution]
        cautions += await self._masked(operator, turn, kept)
        cautions += _costs(ran.run.usage.cost if ran else turn.answer.cost)
        model, asked = "" if lost else named, (alone.temperature, alone.max_tokens)
        return Replayable(
            turn, model=model, cautions=tuple(cautions), messages=kept, temperature=asked[0], max_tokens=asked[1]
        )

    async def _traced(self, operator: Operator, turn: Turn) -> Alone | None:
        """Return what a model was asked last by the trace of an answer; None where it does not tell, or too much."""
        if not turn.answer.trace_id:
            return None
        call = await self._conversations.last_call(operator, turn.conversation.id, turn.answer.trace_id)
        if call is None or len(call.messages) > MAX_MESSAGES:
            return None
        said = tuple(one.spoken for one in call.messages)
        if any(len(text) > MAX_TEXT for _, text in said):
            return None
        caution = f"{TRACED} {AS_WORDS}" if any(one.calls or one.role == "tool" for one in call.messages) else TRACED
        return Alone(caution, call.model, said, *call.parameters)

    async def _reference(self, operator: Operator, name: str) -> str:
        """Return the model of the project that another system's name means, else the name."""
        if name and ":" not in name and operator.may(Permission.MODELS_READ):
            with suppress(InvalidInput):
                return reference_of(name, await self._providers.list_models(operator))
        return name

    async def _masked(self, operator: Operator, turn: Turn, asked: Any) -> list[str]:
        """Say so where words were taken out of what is asked again."""
        has_some = await self._conversations.has_placeholders(operator, turn.conversation.id, asked)
        return [MASKED] if has_some else []

    async def _asked(self, operator: Operator, ran: RunDetail) -> tuple[Asked | None, list[str]]:
        """Return the last prompt that the run asked with, and sentences about those that are gone."""
        found: Asked | None = None
        lost = []
        for told in (one.detail["managed_prompt"] for one in ran.nodes if one.detail.get("managed_prompt")):
            slug, number = str(told["slug"]), int(told["version"])
            try:
                await self._prompts.get_version(operator, slug, VersionRef("", number))
                listed = await self._prompts.list_versions(operator, slug, Page(MAX_LIMIT))
                name = (await self._prompts.get(operator, slug)).name
            except NotFound:
                lost.append(f"The prompt {slug} v{number} is gone: the node that asked with it will fail.")
            else:
                found = Asked(slug, name, number, tuple(one.number for one in listed.items))
        return found, lost

    async def _lost_models(self, operator: Operator, ran: RunDetail) -> list[str]:
        named = dict.fromkeys(str(one.detail["model"]) for one in ran.nodes if one.detail.get("model"))
        said = [await self._lost(operator, one) for one in named]
        return [f"{words} Choose another one." for words in said if words]

    async def _lost(self, operator: Operator, reference: str) -> str:
        """Say that a model is not there any more; nothing of one that is, or where nobody said which."""
        if not reference or not operator.may(Permission.MODELS_READ):
            return ""
        try:
            await self._providers.resolve(operator, reference)
        except NotFound:
            return f"The model {reference} is not set up here."
        return ""


def _costs(cost: Decimal) -> list[str]:
    """Say what a replay may cost, where the answer cost anything: nothing bounds it but the limits of the flow."""
    return [f"The answer cost ${max(cost, CENTS):.4f}: each column may cost about as much."] if cost else []


def calls_of(ran: RunDetail) -> tuple[str, ...]:
    """Return the tools that agents called in a run, with what they were given."""
    steps = (step for node in ran.nodes for step in node.detail.get("steps", ()))
    return tuple(f"{step.get('tool', 'tool')}({_given(step.get('arguments'))})" for step in steps)


def _given(arguments: Any) -> str:
    if not isinstance(arguments, dict):
        return ""
    return ", ".join(f"{name}={value}" for name, value in arguments.items())[:200]


def _last_of(ran: RunDetail) -> Alone | None:
    """Return the last call of a model in a run whose flow is gone."""
    call = next((one for one in reversed(ran.nodes) if one.detail.get("messages")), None)
    if call is None:
        return None
    messages = tuple((str(one["role"]), str(one["content"])) for one in call.detail["messages"])
    config = next((one.config for one in ran.document.nodes if one.id == call.node), {})
    asked = (config.get("temperature"), config.get("max_tokens"))
    return Alone(GONE, str(call.detail.get("model", "")), messages, *asked)


def _unnoted(ran: RunDetail) -> list[str]:
    """Say where a node failed before its model was noted: nobody knows which one the project gave it then."""
    named = {one.id for one in ran.document.nodes if one.config.get("model")}
    asks = {name for name, kind in KINDS.items() if "model" in kind.Config.model_fields}
    return [
        f"{one.plate:02} {one.title} failed before its model was noted: where nobody chose one, today's is asked."
        for one in ran.nodes
        if one.kind in asks and one.status is NodeStatus.FAILED and one.node not in named
    ]


def _searches(node: NodeRun) -> bool:
    return node.status is NodeStatus.DONE and (node.kind in READS or bool((node.output or {}).get("passages")))


def _deeds(node: NodeRun, ran: RunDetail) -> Iterator[Deed]:
    """Yield what a node did that a replay does not do anew by itself."""
    kind = KINDS.get(node.kind)
    if kind is None or node.status in (NodeStatus.PENDING, NodeStatus.SKIPPED):
        return
    if kind.acts:
        request = node.detail.get("request")
        words = f"{request['method']} {request['url']}" if isinstance(request, dict) else node.reason or kind.title
        yield Deed(node.plate, node.title, words)
    calling = _calling(node, ran)
    for step in node.detail.get("steps", ()):
        if step.get("tool") in calling:
            yield Deed(node.plate, node.title, f"called {step['tool']}")


def _calling(node: NodeRun, ran: RunDetail) -> set[str]:
    """Return the tools of an agent that call an address."""
    config = next((one.config for one in ran.document.nodes if one.id == node.node), {})
    return {
        str(one.get("name")) for one in config.get("tools", ()) if isinstance(one, dict) and one.get("type") == "http"
    }
