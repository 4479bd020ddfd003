"""Models that answer in words: one call, whatever stands behind it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from backend.errors import Unavailable

ModelKind = Literal["embedded", "openai", "scripted"]
Role = Literal["system", "user", "assistant"]
FailureReason = Literal[
    "key", "forbidden", "not_found", "refused", "rate_limit", "quota", "overloaded", "unreachable", "silent",
    "cut", "too_long", "context", "not_a_model", "limit", "address", "broken",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model can do beyond text; the console offers nothing that is False here."""

    tools: bool = False
    vision: bool = False
    json_schema: bool = False


# They run with the product: nobody is paid for them.
BUILT_IN = frozenset({"embedded", "scripted"})


@dataclass(frozen=True, slots=True)
class ModelEndpoint:
    """Where a model is asked, and what it costs. Never log or show it: `api_key` is the open key.

    `reference` is "provider:model" as flows store it. Prices are dollars per million tokens.
    `context_size` is in tokens, 0 where unknown. `provider_id` is empty for the embedded model.
    """

    kind: ModelKind
    reference: str
    model: str
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    organisation: str = ""
    capabilities: Capabilities = Capabilities()
    context_size: int = 0
    input_price: Decimal = Decimal(0)
    output_price: Decimal = Decimal(0)
    allow_private_address: bool = False
    provider_id: str = ""

    @property
    def lacks_price(self) -> bool:
        """Say whether what this model takes is paid for at a price that nobody entered."""
        return self.kind not in BUILT_IN and not (self.input_price or self.output_price)

    def has_unpriced(self, used: Usage) -> bool:
        """Say whether nobody knows what this use costs."""
        return self.lacks_price and used.total_tokens > 0


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation. Passages and a question go in as `backend.ports.grounding` lays them out."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that a model may call.

    `schema` is the JSON Schema of an object. `call` gets the arguments, already checked to be an object, and
    returns text for the model; a DomainError that it raises is told to the model, any other exception ends the call.
    """

    name: str
    description: str
    schema: dict[str, Any]
    call: Callable[[dict[str, Any]], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """How to answer. None leaves a thing to the model's server. `json_schema` asks for an object of that shape."""

    temperature: float | None = None
    max_output_tokens: int | None = None
    stop: tuple[str, ...] = ()
    json_schema: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, and how often to ask.

    `whole_call` covers all attempts of one request. A server that asks for more than `longest_retry_after` is not
    waited for.
    """

    connect: float = 5.0
    first_token: float = 60.0
    between_tokens: float = 30.0
    whole_call: float = 300.0
    attempts: int = 3
    first_pause: float = 0.5
    longest_pause: float = 20.0
    longest_retry_after: float = 60.0


@dataclass(frozen=True, slots=True)
class AgentLimits:
    """When an agent stops. `max_requests` counts questions to the model, of which one without tools needs one."""

    max_requests: int = 10
    max_tool_calls: int = 20
    max_total_tokens: int | None = None
    patience: Patience = Patience()


DEFAULT_SETTINGS = ModelSettings()
DEFAULT_LIMITS = AgentLimits()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, summed over its requests; `estimated` where the server did not say."""

    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False

    @property
    def total_tokens(self) -> int:
        return self.input_tokens + self.output_tokens


def estimated_usage(asked_characters: int, said_characters: int) -> Usage:
    """Return the tokens of a call whose server did not count them, at four characters each."""
    return Usage(-(-asked_characters // 4), -(-said_characters // 4), estimated=True)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model asked for a tool, in a turn that is known to be whole; the tool runs now."""

    call_id: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What the tool gave back; `failed` where it refused and the model was told why."""

    call_id: str
    name: str
    content: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request failed before its first token and is asked again after `pause_seconds`. `number` counts from 1."""

    number: int
    words: str
    pause_seconds: float


@dataclass(frozen=True, slots=True)
class Adapted:
    """What an engine gave its model in place of the messages, for the trace.

    `given` is the whole text as the model read it, empty where the model was not asked. `wrote` is what it answered
    where the engine gave another answer instead, and `because` says in a sentence why it did.
    """

    given: str = ""
    wrote: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of every call that succeeded.

    `text` is the answer after the last tool. `finish_reason` is the server's word, "stop" or "length" as a rule.
    `first_token_ms` is None where the answer is empty. `adapted` is None where the messages went out as they are.
    """

    text: str
    usage: Usage
    finish_reason: str
    first_token_ms: float | None
    total_ms: float
    num_requests: int = 1
    adapted: Adapted | None = None

    @property
    def is_cut(self) -> bool:
        """Tell an answer that ran into its token limit: show its text, and say that it is cut."""
        return self.finish_reason == "length"


ModelEvent = TextDelta | ToolCall | ToolResult | Attempt | Finished


class ModelFailed(Unavailable):
    """The model gave no whole answer. The message is for a person, and holds no key and no inner address.

    `text` is what had arrived: store it as incomplete, never as an answer. `may_help_to_retry` is False where the
    same request would fail again (a wrong key, an unknown model). `usage` counts what was spent until then.
    `retry_after_seconds` is how long the provider asked to be left alone, None where it did not say.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: FailureReason,
        hint: str = "",
        text: str = "",
        usage: Usage | None = None,
        may_help_to_retry: bool = False,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_seconds = retry_after_seconds
        self.reason: FailureReason = reason
        self.text = text
        self.usage = usage or Usage()
        self.may_help_to_retry = may_help_to_retry


class LanguageModel(Protocol):
    """Ask a model, and let it call tools until it answers."""

    def stream(
        self,
        endpoint: ModelEndpoint,
        messages: Sequence[Message],
        *,
        tools: Sequence[Tool] = (),
        settings: ModelSettings = DEFAULT_SETTINGS,
        limits: AgentLimits = DEFAULT_LIMITS,
    ) -> AsyncGenerator[ModelEvent]:
        """Yield the events of one call, Finished last. Raise ModelFailed.

        With tools this is an agent: it goes on until the model answers without a tool or a limit is reached.
        Close the generator (`aclosing`) to cancel: the connection is given up at once.
        """
        ...

    async def close(self) -> None:
        """End what was started: connections, and the embedded model's process."""
        ...
