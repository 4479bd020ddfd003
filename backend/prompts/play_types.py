"""What the playground is asked, and what it tells; `types` hands it on."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from backend.prompts.content import Content, MaxTokens, Part, Temperature

MAX_COLUMNS = 10
MAX_VALUES = 100
# JSON as it was typed, empty for the version's own.
MAX_TYPED = 50_000
Typed = Annotated[str, Field(max_length=MAX_TYPED)]
# Of all values together: as much as a prompt may be filled with, and what a page opens at once.
MAX_SHARED = 1_000_000


class PlayColumn(Part):
    """A saved version, or `content` as it is being edited. None leaves a parameter as the version has it."""

    version: int | None = None
    content: Content | None = None
    model: str = Field(default="", max_length=200)
    temperature: Temperature | None = None
    max_tokens: MaxTokens | None = None
    response_schema: Typed = ""
    tools: Typed = ""


class PlayDocument(Part):
    """What is shared by an address: the columns, and the values as they were typed."""

    columns: Annotated[tuple[PlayColumn, ...], Field(max_length=MAX_COLUMNS)] = ()
    values: Annotated[dict[str, str], Field(max_length=MAX_VALUES)] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlayText:
    """The next piece of an answer."""

    text: str


@dataclass(frozen=True, slots=True)
class PlayTool:
    """The model calls a tool; `result` is what the prompt lets the playground give back, empty where it ends there."""

    name: str
    arguments: dict[str, Any]
    result: str = ""


@dataclass(frozen=True, slots=True)
class PlayDone:
    """A whole answer. `value` is the object of a structured one; `problem` says why there is none.

    `has_unpriced` where the model has no price, as in PlayFailed.
    """

    text: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: Decimal
    first_token_ms: float | None
    total_ms: float
    is_cut: bool = False
    value: Any = None
    problem: str = ""
    has_unpriced: bool = False


@dataclass(frozen=True, slots=True)
class PlayFailed:
    """No whole answer; what had come stands in the texts before, and what was spent is counted."""

    words: str
    hint: str = ""
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = field(default_factory=Decimal)
    total_ms: float = 0
    has_unpriced: bool = False


PlayEvent = PlayText | PlayTool | PlayDone | PlayFailed
