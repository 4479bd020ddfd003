"""The models that ship with the product: no row, no key, no price."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from backend.ports.embeddings import Embedder
from backend.ports.language_model import Capabilities, ModelEndpoint
from backend.providers.errors import ModelNotFound
from backend.providers.types import (
    EMBEDDED_CHAT,
    EMBEDDED_CONTEXT,
    EMBEDDED_DIMENSIONS,
    SCRIPTED_CHAT,
    ModelChoice,
    Purpose,
)

PROVIDER_NAMES = {"embedded": "Embedded", "scripted": "Scripted"}


@dataclass(frozen=True)
class BuiltIn:
    """`kind` is which model answers before one is connected; `embedders` are ready by reference."""

    kind: Literal["embedded", "scripted", "none"]
    embedders: dict[str, Embedder] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """Return the reference of the model that answers; empty where there is none."""
        return {"embedded": EMBEDDED_CHAT, "scripted": SCRIPTED_CHAT, "none": ""}[self.kind]

    def endpoint(self) -> ModelEndpoint:
        """Return where it is asked. Raise ModelNotFound where none ships with this start."""
        if self.kind == "none":
            raise ModelNotFound("")
        # The embedded model repeats text well and does nothing else: calling tools, seeing and keeping to a schema
        # are beyond 270 million parameters. The scripted one calls tools, so that agents can be tried without a key.
        return ModelEndpoint(
            kind=self.kind,
            reference=self.reference,
            model=self.reference.partition(":")[2],
            capabilities=Capabilities(tools=self.kind == "scripted"),
            context_size=EMBEDDED_CONTEXT,
        )

    def choices(self, purpose: Purpose, default: str) -> list[ModelChoice]:
        """Return the built-in models as a picker offers them."""
        if purpose == "embedding":
            return [_choice(reference, "embedded", "embedding", Capabilities(), "") for reference in self.embedders]
        if self.kind == "none":
            return []
        return [_choice(self.reference, self.kind, "chat", self.endpoint().capabilities, default)]


def _choice(reference: str, provider: str, purpose: Purpose, capabilities: Capabilities, default: str) -> ModelChoice:
    return ModelChoice(
        reference=reference,
        name=reference.partition(":")[2],
        provider_name=PROVIDER_NAMES[provider],
        purpose=purpose,
        capabilities=capabilities,
        context_size=EMBEDDED_CONTEXT if purpose == "chat" else 0,
        input_price=Decimal(0),
        output_price=Decimal(0),
        dimensions=EMBEDDED_DIMENSIONS if purpose == "embedding" else 0,
        is_default=reference == default,
        is_built_in=True,
    )
