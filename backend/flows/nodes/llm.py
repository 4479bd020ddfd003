"""Ask a model once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from backend.errors import Unavailable
from backend.flows.asking import ask, turns
from backend.flows.context import NodeContext
from backend.flows.document import PortType
from backend.flows.kind import NodeConfig, NodeKind, Result, ui
from backend.flows.model_fields import MaxTokens, Model, NumEarlier, Prompt, Temperature
from backend.flows.ports import Port
from backend.flows.prompted import asked, endpoint_of, settings_of, told, unchosen
from backend.flows.types import Problem, Severity
from backend.prompts.asked import held_to


class LlmConfig(NodeConfig):
    model: Model = ""
    prompt: Prompt = None
    system: str = Field(
        default="",
        title="Instructions",
        description="What the model should know before the question.",
        json_schema_extra=ui("template", hidden_with="prompt"),
    )
    user: str = Field(
        default="{{ inputs.prompt }}",
        title="Message",
        description="What is asked; holes are filled with earlier values.",
        json_schema_extra=ui("template"),
    )
    temperature: Temperature = None
    max_tokens: MaxTokens = None
    num_earlier: NumEarlier = 10
    json_schema: dict[str, Any] | None = Field(
        default=None,
        title="JSON schema",
        description="With one, the answer is an object of this shape.",
        json_schema_extra=ui("json", advanced=True),
    )


class Llm(NodeKind[LlmConfig]):
    name = "llm"
    title = "LLM answer"
    group = "Model"
    icon = "sparkles"
    order = 30
    description = "Ask a model once."
    Config = LlmConfig
    effect = True
    inputs = (
        Port(name="prompt", type=PortType.TEXT, title="The message"),
        Port(name="data", type=PortType.ANY, many=True, title="Values its templates use"),
        Port(name="history", type=PortType.MESSAGE, title="Earlier messages"),
    )
    outputs = (
        Port(name="text", type=PortType.TEXT),
        Port(name="object", type=PortType.OBJECT, title="With a JSON schema"),
    )

    def line(self, config: LlmConfig) -> str:
        if config.prompt:
            return f"prompt {config.prompt.slug}" if config.prompt.slug else "no prompt yet"
        return config.model or "default model"

    def problems(self, config: LlmConfig, connected: frozenset[str]) -> list[Problem]:
        found: list[Problem] = []
        if config.prompt is not None:
            found += unchosen(config.prompt)
        elif not config.user.strip():
            found.append(Problem(Severity.ERROR, "The message is empty.", "Write what is asked.", field="user"))
        elif "inputs.prompt" in config.user and "prompt" not in connected:
            fix = "Draw a track to prompt, or write the message."
            found.append(
                Problem(Severity.ERROR, "The message is what reaches prompt: nothing does.", fix, field="user")
            )
        return found

    async def run(self, context: NodeContext[LlmConfig], inputs: Mapping[str, Any]) -> Result:
        config = context.config
        earlier = turns(inputs.get("history"), config.num_earlier)
        before = await told(context, inputs, config.prompt, config.system, earlier)
        messages = await asked(context, inputs, before, config.user)
        endpoint = await endpoint_of(context, config, before)
        schema = config.json_schema or (before.content.response_schema if before.content else None)
        messages, kept = held_to(endpoint, messages, schema)
        settings = settings_of(config, before, kept)
        said = await ask(context, endpoint, messages, settings)
        outputs: dict[str, Any] = {"text": said.text}
        if schema:
            outputs["object"] = read_object(said.text)
        return Result(outputs, reason=before.reason(), usage=said.usage, detail=said.detail(messages) | before.detail())


def read_object(text: str) -> dict[str, Any]:
    """Read the JSON object that an answer holds, also between fences. Raise Unavailable: another try may do better."""
    first, last = text.find("{"), text.rfind("}")
    try:
        value = json.loads(text[first : last + 1])
    except ValueError as error:
        raise Unavailable(
            "The model did not answer with a JSON object.", hint="Try again, or a larger model."
        ) from error
    return dict(value)
