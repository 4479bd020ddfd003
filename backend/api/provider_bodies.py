"""What providers look like over REST."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr, field_validator

from backend.api.bodies import Strict
from backend.ports.language_model import Capabilities
from backend.providers.types import Model, ModelChoice, ModelDraft, ModelTest, Provider, ProviderDraft, Purpose

FLAGS = ("function_calling", "vision", "json_schema")


class CapabilitiesBody(Strict):
    """What a model can do beyond text. A list of the names that hold is taken too."""

    function_calling: bool = False
    vision: bool = False
    json_schema: bool = False

    @classmethod
    def of(cls, capabilities: Capabilities) -> CapabilitiesBody:
        return cls(
            function_calling=capabilities.tools, vision=capabilities.vision, json_schema=capabilities.json_schema
        )

    def value(self) -> Capabilities:
        return Capabilities(tools=self.function_calling, vision=self.vision, json_schema=self.json_schema)


class NewModel(Strict):
    """Prices are dollars per million tokens; `dimensions` is needed for an embedding model."""

    name: str
    purpose: Purpose = "chat"
    capabilities: CapabilitiesBody = Field(default_factory=CapabilitiesBody)
    context_size: int = 0
    input_price: Decimal = Decimal(0)
    output_price: Decimal = Decimal(0)
    dimensions: int = 0

    @field_validator("capabilities", mode="before")
    @classmethod
    def take_names(cls, value: Any) -> Any:
        is_names = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return dict.fromkeys(value, True) if is_names else value

    def draft(self) -> ModelDraft:
        given = {name: getattr(self, name) for name in ("name", "purpose", "context_size", "input_price")}
        return ModelDraft(
            **given,
            output_price=self.output_price,
            dimensions=self.dimensions,
            capabilities=self.capabilities.value(),
        )


class NewProvider(Strict):
    """A provider to connect. The key is stored sealed, and never given out again."""

    name: str
    base_url: str
    api_key: SecretStr | None = Field(default=None, description="Left out or null, a change keeps the stored key.")
    organisation: str = ""
    allow_private_address: bool = Field(
        default=False, description="Let this provider lie on this machine or in its network; an owner's choice."
    )
    models: list[NewModel] = Field(default_factory=list)

    def draft(self) -> ProviderDraft:
        return ProviderDraft(
            name=self.name,
            base_url=self.base_url,
            api_key=None if self.api_key is None else self.api_key.get_secret_value(),
            organisation=self.organisation,
            allow_private_address=self.allow_private_address,
            models=tuple(model.draft() for model in self.models),
        )


class ChangedProvider(NewProvider):
    version: int = Field(description="The version that the change is based on; an older one is refused with 409.")


class TestRequest(Strict):
    model: str = Field(default="", description="The model's name; empty tries the first.")


class TestBody(BaseModel):
    """What one real request came to. `error` is null where it succeeded; cost is in dollars."""

    ok: bool
    at: datetime
    first_token_ms: float | None
    total_ms: float
    input_tokens: int
    output_tokens: int
    cost: float
    answer: str
    error: str | None

    @classmethod
    def of(cls, test: ModelTest) -> TestBody:
        return cls(
            ok=test.ok,
            at=test.at,
            first_token_ms=test.first_token_ms,
            total_ms=test.total_ms,
            input_tokens=test.usage.input_tokens,
            output_tokens=test.usage.output_tokens,
            cost=float(test.cost),
            answer=test.answer,
            error=None if test.ok else test.words,
        )


class ModelBody(BaseModel):
    """`reference` is what flows name: "provider:model"."""

    reference: str
    name: str
    purpose: Purpose
    capabilities: CapabilitiesBody
    context_size: int
    input_price: float
    output_price: float
    dimensions: int
    last_test: TestBody | None

    @classmethod
    def of(cls, model: Model) -> ModelBody:
        draft = model.draft
        return cls(
            reference=model.reference,
            name=draft.name,
            purpose=draft.purpose,
            capabilities=CapabilitiesBody.of(draft.capabilities),
            context_size=draft.context_size,
            input_price=float(draft.input_price),
            output_price=float(draft.output_price),
            dimensions=draft.dimensions,
            last_test=TestBody.of(model.last_test) if model.last_test else None,
        )


class ProviderBody(BaseModel):
    """`key` says whether one is stored and how it ends; null where there is none."""

    id: str
    slug: str
    name: str
    base_url: str
    organisation: str
    key: str | None
    allow_private_address: bool
    private_allowed_by: str | None
    private_allowed_at: datetime | None
    source: Literal["console", "file"]
    version: int
    created_at: datetime
    models: list[ModelBody]

    @classmethod
    def of(cls, provider: Provider) -> ProviderBody:
        return cls(
            id=provider.id,
            slug=provider.slug,
            name=provider.name,
            base_url=provider.base_url,
            organisation=provider.organisation,
            key=provider.key_words or None,
            allow_private_address=provider.allow_private_address,
            private_allowed_by=provider.private_allowed_by or None,
            private_allowed_at=provider.private_allowed_at,
            source=provider.source,
            version=provider.version,
            created_at=provider.created_at,
            models=[ModelBody.of(model) for model in provider.models],
        )


class ProviderList(BaseModel):
    providers: list[ProviderBody]
    next: str | None


class ChoiceBody(BaseModel):
    """A model that a flow may name; the built-in ones stand first."""

    reference: str
    name: str
    provider: str
    purpose: Purpose
    capabilities: CapabilitiesBody
    context_size: int
    is_default: bool
    is_built_in: bool

    @classmethod
    def of(cls, choice: ModelChoice) -> ChoiceBody:
        return cls(
            reference=choice.reference,
            name=choice.name,
            provider=choice.provider_name,
            purpose=choice.purpose,
            capabilities=CapabilitiesBody.of(choice.capabilities),
            context_size=choice.context_size,
            is_default=choice.is_default,
            is_built_in=choice.is_built_in,
        )


class ModelList(BaseModel):
    models: list[ChoiceBody]
    next: str | None = None


class DefaultModel(Strict):
    reference: str
