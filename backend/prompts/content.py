"""What one version of a prompt says: texts, model and parameters, as a document that never changes."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MAX_TEXT = 100_000  # what the sandbox takes as one template
MAX_MESSAGES = 100
MAX_TOOLS = 20
MAX_VOICE = 200
DEFAULT_TEMPERATURE = 0.8
CHARACTERS_A_TOKEN = 4

Kind = Literal["text", "chat"]
Text = Annotated[str, Field(max_length=MAX_TEXT)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
# What a model can be asked with. Systems that speak the compatible API keep other numbers too, which no model takes.
Temperature = Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]
MaxTokens = Annotated[int, Field(ge=1, le=2_000_000)]
AnyTemperature = Annotated[float, Field(allow_inf_nan=False)]
AnyNumber = Annotated[int, Field(ge=-(2**31), lt=2**31)]


class Part(BaseModel):
    """A piece of the content: unknown keys are refused, so that nothing rides along unseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Turn(Part):
    """One message of a chat; its content is a template."""

    role: Literal["system", "user", "assistant"]
    content: Text = ""


class Placeholder(Part):
    """The place where a list of messages is put in, such as what was said before."""

    placeholder: Name


class ToolSpec(Part):
    """A function that the model may call. `result` is what the playground gives back; empty ends at the call."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,63}$")]
    description: str = Field(default="", max_length=4_000)
    parameters: dict[str, Any] = Field(default_factory=lambda: {"type": "object", "properties": {}})
    result: str = Field(default="", max_length=20_000)


class Content(Part):
    """A text has `text` alone, a chat `messages` alone. `model` is "provider:model", empty the project's default.

    `instructions` and `voice` are kept for callers that know them; None leaves a parameter to the model's server.
    """

    kind: Kind = "text"
    text: Text = ""
    messages: Annotated[tuple[Turn | Placeholder, ...], Field(max_length=MAX_MESSAGES)] = ()
    instructions: Text | None = None
    model: str = Field(default="", max_length=200)
    temperature: AnyTemperature | None = DEFAULT_TEMPERATURE
    max_tokens: AnyNumber | None = None
    voice: str | None = Field(default=None, max_length=MAX_VOICE)
    tools: Annotated[tuple[ToolSpec, ...], Field(max_length=MAX_TOOLS)] = ()
    response_schema: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Content:
        if self.kind == "text" and self.messages:
            raise ValueError("a text prompt has no messages")
        if self.kind == "chat" and self.text:
            raise ValueError("a chat prompt has messages and no text")
        places = [one.placeholder for one in self.messages if isinstance(one, Placeholder)]
        if len(set(places)) != len(places):
            raise ValueError("two placeholders have the same name")
        names = [tool.name for tool in self.tools]
        if len(set(names)) != len(names):
            raise ValueError("two tools have the same name")
        return self

    @property
    def system_text(self) -> str:
        """Return the text, of a chat its first system message: what the compatible API calls `system_prompt`."""
        if self.kind == "text":
            return self.text
        return next((one.content for one in self.messages if isinstance(one, Turn) and one.role == "system"), "")

    def with_system_text(self, text: str) -> Content:
        """Return a copy with that text; a chat without a system message gets one at its head."""
        if self.kind == "text":
            return self.model_copy(update={"text": text})
        said = list(self.messages)
        system = Turn(role="system", content=text)
        for place, one in enumerate(said):
            if isinstance(one, Turn) and one.role == "system":
                said[place] = system
                return self.model_copy(update={"messages": tuple(said)})
        return self.model_copy(update={"messages": (system, *said)})

    @property
    def templates(self) -> tuple[str, ...]:
        """Return every template in it, in the order of the page."""
        turns = (one.content for one in self.messages if isinstance(one, Turn))
        return tuple(text for text in (self.text, *turns, self.instructions or "") if text)

    @property
    def placeholders(self) -> tuple[str, ...]:
        return tuple(one.placeholder for one in self.messages if isinstance(one, Placeholder))

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def fingerprint(self) -> str:
        """Return 64 hex digits that are the same for the same content."""
        return hashlib.sha256(msgspec.json.encode(self.as_json())).hexdigest()


class Entered(Content):
    """A content as a person enters it, who is told at once what no model takes."""

    temperature: Temperature | None = DEFAULT_TEMPERATURE
    max_tokens: MaxTokens | None = None


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a text has: a quarter of its bytes, which holds for most scripts."""
    return -(-len(text.encode()) // CHARACTERS_A_TOKEN)
