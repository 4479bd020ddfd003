"""Answer a question from passages, and say from which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from backend.flows.asking import ask, turns
from backend.flows.context import NodeContext
from backend.flows.document import PortType
from backend.flows.kind import NodeConfig, NodeKind, Result, ui
from backend.flows.model_fields import MaxTokens, Model, NumEarlier, Prompt, Temperature
from backend.flows.nodes.knowledge_search import MODES, NO_BASE, Bases, SearchMode
from backend.flows.passages import cited, find, grounds, numbered
from backend.flows.ports import Port
from backend.flows.prompted import endpoint_of, ruled, settings_of, told, unchosen
from backend.flows.types import Problem
from backend.ports.grounding import GROUNDED_RULES, NOT_FOUND_ANSWER, lay_out
from backend.ports.language_model import Message


class RagAnswerConfig(NodeConfig):
    knowledge_bases: Bases = Field(
        default=(),
        title="Knowledge bases",
        description="Searched unless passages are connected.",
        json_schema_extra=ui("knowledge_bases"),
    )
    model: Model = ""
    prompt: Prompt = None
    instructions: str = Field(
        default="",
        title="Instructions",
        description="Tone and limits; that it answers from the passages alone is said already.",
        json_schema_extra=ui("template", hidden_with="prompt"),
    )
    not_found: str = Field(
        default="I found nothing about this in the documents.",
        max_length=1_000,
        title="When nothing is found",
        json_schema_extra=ui("line"),
    )
    mode: SearchMode = Field(default="hybrid", title="Search by", json_schema_extra=ui("select", options=MODES))
    limit: int = Field(default=5, ge=1, le=20, title="Passages", json_schema_extra=ui("number", unit="passages"))
    temperature: Temperature = None
    max_tokens: MaxTokens = None
    num_earlier: NumEarlier = 6


class RagAnswer(NodeKind[RagAnswerConfig]):
    name = "rag_answer"
    title = "RAG answer"
    group = "Knowledge"
    icon = "book-open-check"
    order = 45
    description = "Answer a question from passages, and say from which."
    Config = RagAnswerConfig
    effect = True
    inputs = (
        Port(name="question", type=PortType.TEXT, required=True),
        Port(name="passages", type=PortType.DOCUMENTS, many=True, title="Instead of its own search"),
        Port(name="history", type=PortType.MESSAGE, title="Earlier messages"),
        Port(name="data", type=PortType.ANY, many=True, title="Values its instructions use"),
    )
    outputs = (
        Port(name="answer", type=PortType.TEXT),
        Port(name="passages", type=PortType.DOCUMENTS),
        Port(name="found", type=PortType.BOOLEAN),
    )

    def line(self, config: RagAnswerConfig) -> str:
        if config.prompt:
            return f"prompt {config.prompt.slug}" if config.prompt.slug else "no prompt yet"
        return config.model or "default model"

    def problems(self, config: RagAnswerConfig, connected: frozenset[str]) -> list[Problem]:
        found = [] if config.knowledge_bases or "passages" in connected else [NO_BASE]
        return found + (unchosen(config.prompt) if config.prompt is not None else [])

    def cites(self, config: RagAnswerConfig) -> bool:  # noqa: ARG002
        return True

    async def run(self, context: NodeContext[RagAnswerConfig], inputs: Mapping[str, Any]) -> Result:
        config, question = context.config, str(inputs["question"])
        if "passages" in inputs:
            passages = numbered(inputs["passages"])
        else:
            passages = await find(context, config.knowledge_bases, question, config.limit, config.mode)
        if not passages:
            await context.say(config.not_found)
            outputs = {"answer": config.not_found, "passages": [], "found": False}
            return Result(outputs, reason="no passage was found")
        earlier = turns(inputs.get("history"), config.num_earlier)
        before = await told(context, inputs, config.prompt, config.instructions, earlier)
        endpoint = await endpoint_of(context, config, before)
        # Also behind a chat: without the question and the passages there is nothing to answer from.
        messages = ruled(before.messages, before=GROUNDED_RULES)
        messages.append(Message("user", lay_out(question, grounds(passages))))
        said = await ask(context, endpoint, messages, settings_of(config, before))
        found = NOT_FOUND_ANSWER.rstrip(".").casefold() not in said.text.casefold() and bool(said.text.strip())
        answer = said.text.strip() if found else config.not_found
        sources = cited(answer, passages) if found else ()
        read = "1 passage" if len(passages) == 1 else f"{len(passages)} passages"
        words = f"{read}, {len(sources)} cited" if found else "the passages do not answer it"
        return Result(
            {"answer": answer, "passages": passages, "found": found},
            reason=before.reason(words),
            usage=said.usage,
            citations=sources,
            detail=said.detail(messages) | before.detail(),
        )
