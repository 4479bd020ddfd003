"""Ask a model once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from backend.errors import InvalidInput, Unavailable
from backend.flows.asking import ask, turns
from backend.flows.context import NodeContext
from backend.flows.document import PortType
from backend.flows.kind import NodeConfig, NodeKind, Result, ui
from backend.flows.managed import ManagedPrompt, filled
from backend.flows.model_fields import MaxTokens, Model, NumEarlier, Temperature
from backend.flows.ports import Port
from backend.flows.types import Problem, Severity
from backend.ports.language_model import Message, ModelSettings
from backend.prompts.types import Rendered


class LlmConfig(NodeConfig):
    model: Model = ""
    prompt: ManagedPrompt | None = Field(
        default=None,
        title="Prompt",
        description="One of the project's, by label or version; or write it here.",
        json_schema_extra=ui("prompt"),
    )
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
            if not config.prompt.slug:
                found.append(Problem(Severity.ERROR, "No prompt is chosen.", "Choose one.", field="prompt"))
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
        content, told = None, dict[str, Any]()
        if config.prompt is None:
            messages = await self._written(context, inputs, earlier)
        else:
            rendered, told = await filled(context, config.prompt, inputs, earlier)
            messages, content = await self._managed(context, inputs, earlier, rendered), rendered.content
        endpoint = await context.outside.models.resolve(
            context.run.operator, config.model or (content.model if content else "")
        )
        schema = config.json_schema or (content.response_schema if content else None)
        if schema and not endpoint.capabilities.json_schema:
            messages = _with_schema(messages, schema)
        settings = ModelSettings(
            temperature=_first(config.temperature, content.temperature if content else None),
            max_output_tokens=_first(config.max_tokens, content.max_tokens if content else None),
            json_schema=schema if schema and endpoint.capabilities.json_schema else None,
        )
        said = await ask(context, endpoint, messages, settings)
        outputs: dict[str, Any] = {"text": said.text}
        if schema:
            outputs["object"] = read_object(said.text)
        detail = said.detail(messages) | ({"managed_prompt": told} if told else {})
        reason = f"{told['slug']} v{told['version']}" if told else ""
        return Result(outputs, reason=reason, usage=said.usage, detail=detail)

    async def _written(
        self, context: NodeContext[LlmConfig], inputs: Mapping[str, Any], earlier: Sequence[Message]
    ) -> list[Message]:
        """Return what stands in the node itself."""
        system = (await context.render(context.config.system, inputs)).strip()
        said = [*earlier, Message("user", await context.render(context.config.user, inputs))]
        return [Message("system", system), *said] if system else said

    async def _managed(
        self,
        context: NodeContext[LlmConfig],
        inputs: Mapping[str, Any],
        earlier: Sequence[Message],
        rendered: Rendered,
    ) -> list[Message]:
        """Return a chat as it stands; a text is the instructions of the node's own message."""
        if rendered.content.kind == "chat":
            return list(rendered.messages)
        message = await context.render(context.config.user, inputs)
        if not message.strip():
            raise InvalidInput("The message is empty.", hint="Draw a track to prompt, or write the message.")
        return [*rendered.messages, *earlier, Message("user", message)]


def _first(own: Any, managed: Any) -> Any:
    """Return what the node says itself, else what its prompt says."""
    return managed if own is None else own


def _with_schema(messages: list[Message], schema: dict[str, Any]) -> list[Message]:
    """Say the schema in words to a model that cannot be held to it."""
    words = f"Answer with one JSON object of this schema and nothing else:\n{json.dumps(schema)}"
    if messages and messages[0].role == "system":
        return [Message("system", f"{messages[0].content}\n\n{words}"), *messages[1:]]
    return [Message("system", words), *messages]


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
