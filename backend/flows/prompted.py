"""What a node tells its model: words of its own, or a prompt of the project's with its model and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from backend.errors import InvalidInput
from backend.flows.context import NodeContext
from backend.flows.managed import ManagedPrompt, filled
from backend.flows.types import Problem, Severity
from backend.ports.language_model import Message, ModelEndpoint, ModelSettings
from backend.prompts.types import Content


class Asking(Protocol):
    """The settings of a node that asks a model."""

    @property
    def model(self) -> str: ...

    @property
    def prompt(self) -> ManagedPrompt | None: ...

    @property
    def temperature(self) -> float | None: ...

    @property
    def max_tokens(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Told:
    """The messages before what is asked. `whole` says that a chat stands for itself and nothing is asked behind it.

    `content` is what the prompt's version says of model and parameters, `trace` what is kept of it.
    """

    messages: list[Message]
    whole: bool = False
    content: Content | None = None
    trace: dict[str, Any] = field(default_factory=dict)

    def detail(self) -> dict[str, Any]:
        """Return what goes into the node's detail beside the call."""
        return {"managed_prompt": self.trace} if self.trace else {}

    def reason(self, also: str = "") -> str:
        """Say which version was used, and what else there is to say."""
        used = f"{self.trace['slug']} v{self.trace['version']}" if self.trace else ""
        return ", ".join(one for one in (used, also) if one)


async def told(
    context: NodeContext[Any], inputs: Mapping[str, Any], prompt: ManagedPrompt | None, own: str, earlier: list[Message]
) -> Told:
    """Return the prompt with its values, or the node's own words as instructions, with the turns before."""
    if prompt is None:
        system = (await context.render(own, inputs)).strip()
        return Told([*([Message("system", system)] if system else []), *earlier])
    rendered, trace = await filled(context, prompt, inputs, earlier)
    if rendered.content.kind == "chat":
        return Told(list(rendered.messages), whole=True, content=rendered.content, trace=trace)
    return Told([*rendered.messages, *earlier], content=rendered.content, trace=trace)


async def asked(context: NodeContext[Any], inputs: Mapping[str, Any], before: Told, user: str) -> list[Message]:
    """Return all messages: a chat as it stands, else with the node's message behind. Raise InvalidInput."""
    if before.whole:
        return before.messages
    message = await context.render(user, inputs)
    if before.content and not message.strip():
        raise InvalidInput("The message is empty.", hint="Draw a track to prompt, or write the message.")
    return [*before.messages, Message("user", message)]


def ruled(messages: Sequence[Message], *, before: str = "", after: str = "") -> list[Message]:
    """Put rules of the node's before or behind the instructions, which they become where there are none."""
    has_system = bool(messages) and messages[0].role == "system"
    parts = [before, messages[0].content if has_system else "", after]
    system = "\n\n".join(part for part in parts if part.strip())
    rest = messages[1:] if has_system else messages
    return [*([Message("system", system)] if system else []), *rest]


async def endpoint_of(context: NodeContext[Any], config: Asking, before: Told) -> ModelEndpoint:
    """Return the node's model, else its prompt's, else the project's.

    In a replay it is the one that was chosen there, and where nobody ever chose, the one that was asked then.
    """
    named = config.model or (before.content.model if before.content else "")
    if (repeats := context.run.repeats) is not None:
        named = repeats.model or named or repeats.model_of(context.node_id)
    return await context.outside.models.resolve(context.run.operator, named)


def settings_of(config: Asking, before: Told, schema: dict[str, Any] | None = None) -> ModelSettings:
    """Return what the node says itself, else what its prompt says."""
    content = before.content
    warm, most = config.temperature, config.max_tokens
    if content is not None:
        warm = content.temperature if warm is None else warm
        most = content.max_tokens if most is None else most
    return ModelSettings(temperature=warm, max_output_tokens=most, json_schema=schema)


def unchosen(prompt: ManagedPrompt) -> list[Problem]:
    """Say that no prompt is chosen, where none is."""
    found = Problem(Severity.ERROR, "No prompt is chosen.", "Choose one.", field="prompt")
    return [] if prompt.slug else [found]
