"""Rows become providers and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from backend.ports.language_model import Capabilities, Usage
from backend.providers.models import ProviderModelRow, ProviderRow
from backend.providers.types import Model, ModelChoice, ModelDraft, ModelTest, Provider, Purpose, Source


def provider_of(row: ProviderRow, models: Sequence[ProviderModelRow]) -> Provider:
    return Provider(
        id=row.id,
        slug=row.slug,
        name=row.name,
        base_url=row.base_url,
        organisation=row.organisation,
        key_hint=row.key_hint,
        allow_private_address=row.allow_private_address,
        private_allowed_by=row.private_allowed_by,
        private_allowed_at=row.private_allowed_at,
        source=cast(Source, row.source),
        version=row.version,
        created_at=row.created_at,
        models=tuple(_model(row.slug, model) for model in models),
    )


def _model(slug: str, row: ProviderModelRow) -> Model:
    draft = ModelDraft(
        name=row.name,
        purpose=cast(Purpose, row.purpose),
        capabilities=Capabilities(tools=row.function_calling, vision=row.vision, json_schema=row.json_schema),
        context_size=row.context_size,
        input_price=row.input_price,
        output_price=row.output_price,
        dimensions=row.dimensions,
    )
    return Model(f"{slug}:{row.name}", draft, test_from(row.last_test) if row.last_test else None)


def model_row(draft: ModelDraft, provider_id: str, project_id: str, position: int) -> ProviderModelRow:
    return ProviderModelRow(
        provider_id=provider_id,
        name=draft.name,
        project_id=project_id,
        position=position,
        purpose=draft.purpose,
        function_calling=draft.capabilities.tools,
        vision=draft.capabilities.vision,
        json_schema=draft.capabilities.json_schema,
        context_size=draft.context_size,
        dimensions=draft.dimensions,
        input_price=draft.input_price,
        output_price=draft.output_price,
    )


def test_as_json(test: ModelTest) -> dict[str, Any]:
    return {
        "at": test.at.isoformat(),
        "ok": test.ok,
        "total_ms": test.total_ms,
        "first_token_ms": test.first_token_ms,
        "input_tokens": test.usage.input_tokens,
        "output_tokens": test.usage.output_tokens,
        "estimated": test.usage.estimated,
        "cost": str(test.cost),
        "answer": test.answer,
        "words": test.words,
        "reason": test.reason,
    }


def test_from(kept: dict[str, Any]) -> ModelTest:
    return ModelTest(
        at=datetime.fromisoformat(kept["at"]),
        ok=kept["ok"],
        total_ms=kept["total_ms"],
        first_token_ms=kept["first_token_ms"],
        usage=Usage(kept["input_tokens"], kept["output_tokens"], kept["estimated"]),
        cost=Decimal(kept["cost"]),
        answer=kept["answer"],
        words=kept["words"],
        reason=kept["reason"],
    )


def choice_of(provider: Provider, model: Model, default: str) -> ModelChoice:
    return ModelChoice(
        reference=model.reference,
        name=model.name,
        provider_name=provider.name,
        purpose=model.purpose,
        capabilities=model.draft.capabilities,
        context_size=model.draft.context_size,
        input_price=model.draft.input_price,
        output_price=model.draft.output_price,
        dimensions=model.draft.dimensions,
        is_default=model.reference == default,
    )
