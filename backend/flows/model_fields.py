"""The settings that all kinds share that ask a model."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from backend.flows.kind import ui
from backend.flows.managed import ManagedPrompt

Model = Annotated[
    str,
    Field(
        title="Model",
        description="The project's model is the default chosen under Models.",
        json_schema_extra=ui("model"),
    ),
]
Prompt = Annotated[
    ManagedPrompt | None,
    Field(
        title="Prompt",
        description="One of the project's, by label or version; or write it here.",
        json_schema_extra=ui("prompt"),
    ),
]
Temperature = Annotated[
    float | None, Field(ge=0, le=2, title="Temperature", json_schema_extra=ui("number", step=0.1, advanced=True))
]
MaxTokens = Annotated[
    int | None,
    Field(ge=1, le=200_000, title="Longest answer", json_schema_extra=ui("number", unit="tokens", advanced=True)),
]
NumEarlier = Annotated[
    int,
    Field(
        ge=0,
        le=20,
        title="Earlier messages",
        description="How many of the chat it is shown, when history is connected.",
        json_schema_extra=ui("number", unit="messages", advanced=True),
    ),
]
