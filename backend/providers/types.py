"""What the rest of the house sees of providers and models."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from backend.ports.language_model import Capabilities, FailureReason, Usage

Purpose = Literal["chat", "embedding"]
Source = Literal["console", "file"]
EMBEDDED = "embedded"
SCRIPTED = "scripted"
EMBEDDED_CHAT = f"{EMBEDDED}:gemma-3-270m"
EMBEDDED_EMBEDDING = f"{EMBEDDED}:wordllama"
EMBEDDED_CONTEXT = 2048
EMBEDDED_DIMENSIONS = 256
SCRIPTED_CHAT = f"{SCRIPTED}:{SCRIPTED}"
# Providers that no row holds: their names before the colon are taken.
RESERVED_SLUGS = frozenset({EMBEDDED, SCRIPTED})
# The name that allowed what stands in the file, where an owner's name would stand.
WRITTEN_BY = "custom_models.json"
TEST_QUESTION = "Say in one sentence what you can do."
SHOWN_KEY_CHARACTERS = 4
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class ModelTest:
    """One real request and what came of it. `words` says why it failed, empty where it did not; cost in dollars.

    An embedding has no first token and no answer.
    """

    at: datetime
    ok: bool
    total_ms: float
    first_token_ms: float | None = None
    usage: Usage = field(default_factory=Usage)
    cost: Decimal = Decimal(0)
    answer: str = ""
    words: str = ""
    reason: FailureReason | None = None


@dataclass(frozen=True, slots=True)
class ModelDraft:
    """A model as somebody enters it. Prices are dollars per million tokens; `dimensions` is of embeddings alone."""

    name: str
    purpose: Purpose = "chat"
    capabilities: Capabilities = field(default_factory=Capabilities)
    context_size: int = 0
    input_price: Decimal = Decimal(0)
    output_price: Decimal = Decimal(0)
    dimensions: int = 0


@dataclass(frozen=True, slots=True)
class Model:
    """A model of a provider. `reference` is "provider:model", as flows and knowledge bases store it."""

    reference: str
    draft: ModelDraft
    last_test: ModelTest | None = None

    @property
    def name(self) -> str:
        return self.draft.name

    @property
    def purpose(self) -> Purpose:
        return self.draft.purpose


@dataclass(frozen=True, slots=True)
class ProviderDraft:
    """A provider as somebody enters it. `api_key` None keeps the stored one, "" removes it."""

    name: str
    base_url: str
    models: tuple[ModelDraft, ...] = ()
    api_key: str | None = None
    organisation: str = ""
    allow_private_address: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """A connected provider. Its key is nowhere in it: `key_hint` are the last four characters, empty without a key.

    `private_allowed_by` and `private_allowed_at` say who let it lie on a private address, and when.
    """

    id: str
    slug: str
    name: str
    base_url: str
    organisation: str
    key_hint: str
    allow_private_address: bool
    private_allowed_by: str
    private_allowed_at: datetime | None
    source: Source
    version: int
    created_at: datetime
    models: tuple[Model, ...] = ()

    @property
    def key_words(self) -> str:
        return f"Stored, ends in {self.key_hint}" if self.key_hint else ""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model as a picker offers it. `is_default` marks the one that nodes use which name none."""

    reference: str
    name: str
    provider_name: str
    purpose: Purpose
    capabilities: Capabilities
    context_size: int
    input_price: Decimal
    output_price: Decimal
    dimensions: int = 0
    is_default: bool = False
    is_built_in: bool = False


def cost_of(usage: Usage, input_price: Decimal, output_price: Decimal) -> Decimal:
    """Return dollars for `usage` at prices per million tokens."""
    return (usage.input_tokens * input_price + usage.output_tokens * output_price) / MILLION
