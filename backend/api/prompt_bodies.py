"""The shapes of prompts over REST. `PromptBody` has the keys of an API that other systems speak: add none to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, ValidationError, model_validator

from backend.errors import InvalidInput
from backend.prompts.content import MAX_VOICE, AnyNumber, AnyTemperature, Text
from backend.prompts.types import DEFAULT_TEMPERATURE, Content, NewPrompt, Placeholder, Prompt, ToolSpec, Turn


class PromptBody(BaseModel):
    """The newest version of a prompt with what is counted of it."""

    id: str
    name: str
    agent_config: str
    agent_name: str
    system_prompt: str
    instructions: str | None
    temperature: float | None
    max_tokens: int | None
    voice: str | None
    description: str | None
    tags: list[str]
    is_active: bool
    created_at: datetime
    updated_at: datetime | None
    total_runs: int
    success_rate: float | None
    avg_duration: float | None

    @classmethod
    def of(cls, prompt: Prompt) -> PromptBody:
        content = prompt.content
        return cls(
            id=prompt.id,
            name=prompt.name,
            agent_config=prompt.agent_config,
            agent_name=prompt.agent_name,
            system_prompt=content.system_text,
            instructions=content.instructions,
            temperature=content.temperature,
            max_tokens=content.max_tokens,
            voice=content.voice,
            description=prompt.description,
            tags=list(prompt.tags),
            is_active=prompt.is_active,
            created_at=prompt.created_at,
            updated_at=prompt.updated_at,
            total_runs=prompt.total_runs,
            success_rate=prompt.success_rate,
            avg_duration=prompt.avg_duration,
        )


class NewPromptBody(BaseModel):
    """Unknown fields are ignored, as they always were.

    With `messages` it is a chat, whose first system message is the `system_prompt`, which may then be left out.
    """

    name: str
    agent_config: str
    agent_name: str
    system_prompt: Text
    instructions: Text | None = None
    temperature: AnyTemperature | None = DEFAULT_TEMPERATURE
    max_tokens: AnyNumber | None = None
    voice: str | None = Field(default=None, max_length=MAX_VOICE)
    description: str | None = None
    tags: list[str] | None = None
    is_active: bool = False
    folder: str = ""
    comment: str = ""
    messages: list[Turn | Placeholder] | None = None
    model: str = ""
    tools: list[ToolSpec] = []
    response_schema: dict[str, Any] | None = None

    @model_validator(mode="before")
    @classmethod
    def _chat(cls, given: Any) -> Any:
        is_chat = isinstance(given, dict) and given.get("messages") is not None
        return {"system_prompt": "", **given} if is_chat else given

    def new(self) -> NewPrompt:
        """Raise InvalidInput where the parts do not fit together."""
        return NewPrompt(
            name=self.name,
            content=self._content(),
            agent_config=self.agent_config,
            agent_name=self.agent_name,
            folder=self.folder,
            description=self.description,
            tags=tuple(self.tags or ()),
            is_active=self.is_active,
            comment=self.comment,
        )

    def _content(self) -> Content:
        told = ("instructions", "temperature", "max_tokens", "voice", "model", "tools", "response_schema")
        values = {**self.model_dump(include=set(told)), "kind": "text" if self.messages is None else "chat"}
        values["messages"] = [one.model_dump() for one in self.messages or ()]
        try:
            content = Content.model_validate(values)
        except ValidationError as error:
            raise InvalidInput(f"The prompt cannot be kept: {error.errors()[0]['msg']}.") from error
        return content.with_system_text(self.system_prompt) if self.messages is None or self.system_prompt else content


class PromptPatch(BaseModel):
    """What is sent changes; the agent of a prompt never does. `comment` goes with the new version, if one is made."""

    name: str = ""
    system_prompt: str = ""
    instructions: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    voice: str | None = None
    description: str | None = None
    tags: list[str] | None = None
    is_active: bool = False
    success_rate: float | None = None
    avg_duration: float | None = None
    folder: str = ""
    comment: str = ""
