"""Providers written in `custom_models.json` in the data directory, read at start.

The format is the one that agent platforms share:

    {"custom_models": {"my-gateway": {
        "base_url": "https://models.example/v1", "api_key": "...",
        "completion_models": [{"model_name": "big", "function_calling": true, "multimodal": false,
                               "constrained_completion_with_json_schema": true}],
        "embedding_models": [{"model_name": "embed", "embedding_size": 1024}]}}}

The outer "custom_models" may be left out. Ours alone are "allow_private_address", "organisation", "context_size",
"input_price" and "output_price".
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from backend.errors import InvalidInput
from backend.ports.language_model import Capabilities
from backend.providers.types import WRITTEN_BY, ModelDraft, ProviderDraft

FILE_NAME = WRITTEN_BY


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    model_name: str
    context_size: int = 0
    input_price: Decimal = Decimal(0)
    output_price: Decimal = Decimal(0)


class _Completion(_Model):
    function_calling: bool = False
    multimodal: bool = False
    constrained_completion_with_pydantic: bool = False
    constrained_completion_with_json_schema: bool = False

    def draft(self) -> ModelDraft:
        schema = self.constrained_completion_with_json_schema or self.constrained_completion_with_pydantic
        return ModelDraft(
            self.model_name,
            "chat",
            Capabilities(tools=self.function_calling, vision=self.multimodal, json_schema=schema),
            self.context_size,
            self.input_price,
            self.output_price,
        )


class _Embedding(_Model):
    embedding_size: int

    def draft(self) -> ModelDraft:
        return ModelDraft(
            self.model_name,
            "embedding",
            context_size=self.context_size,
            input_price=self.input_price,
            dimensions=self.embedding_size,
        )


class _Provider(BaseModel):
    model_config = ConfigDict(extra="ignore")

    base_url: str
    api_key: str = ""
    organisation: str = ""
    allow_private_address: bool = False
    completion_models: list[_Completion] = Field(default_factory=list)
    embedding_models: list[_Embedding] = Field(default_factory=list)

    def draft(self, name: str) -> ProviderDraft:
        completion = [model.draft() for model in self.completion_models]
        embedding = [model.draft() for model in self.embedding_models]
        return ProviderDraft(
            name=name,
            base_url=self.base_url,
            api_key=self.api_key,
            organisation=self.organisation,
            allow_private_address=self.allow_private_address,
            models=(*completion, *embedding),
        )


_PROVIDERS = TypeAdapter(dict[str, _Provider])


def read_file(folder: Path) -> list[ProviderDraft]:
    """Return the providers of the file in `folder`; none without a file. Raise InvalidInput with where it is wrong.

    No value of the file is repeated in the sentence: it holds keys.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return []
    try:
        content: Any = json.loads(path.read_text("utf-8"))
        inner = content.get("custom_models", content) if isinstance(content, dict) else content
        found = _PROVIDERS.validate_python(inner)
    except (ValueError, OSError) as error:
        raise InvalidInput(f"{FILE_NAME} in the data directory cannot be used: {_where(error)}.") from error
    return [provider.draft(name) for name, provider in found.items()]


def _where(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno} is not JSON"
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(str(part) for part in first['loc']) or 'the whole'}: {first['msg'].lower()}"
    return "it cannot be read"
