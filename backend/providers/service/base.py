"""What the use cases of providers work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from backend.ports.embeddings import Embedder
from backend.ports.http import Http
from backend.ports.language_model import LanguageModel, ModelEndpoint
from backend.ports.sealing import Sealer
from backend.providers.built_in import BuiltIn
from backend.providers.models import ProviderRow
from backend.providers.types import (
    Model,
)
from backend.unit_of_work import Units

EmbedderOf = Callable[[ModelEndpoint, int], Awaitable[Embedder]]


class Base:
    """`built_in` are the models that ship with the product; `embedder_of` opens those of others."""

    def __init__(
        self,
        units: Units,
        *,
        sealer: Sealer,
        http: Http,
        language_model: LanguageModel,
        built_in: BuiltIn,
        embedder_of: EmbedderOf,
    ) -> None:
        # Why custom_models.json was not taken at the start; empty where it was, or is not there.
        self.file_problem = ""
        self._units = units
        self._sealer = sealer
        self._http = http
        self._language_model = language_model
        self._built_in = built_in
        self._embedder_of = embedder_of

    def _endpoint(self, row: ProviderRow, model: Model) -> ModelEndpoint:
        return ModelEndpoint(
            kind="openai",
            reference=model.reference,
            model=model.name,
            base_url=row.base_url,
            api_key=self._sealer.open(row.sealed_key, place_of(row)) if row.sealed_key else "",
            organisation=row.organisation,
            capabilities=model.draft.capabilities,
            context_size=model.draft.context_size,
            input_price=model.draft.input_price,
            output_price=model.draft.output_price,
            allow_private_address=row.allow_private_address,
            provider_id=row.id,
        )


def place_of(row: ProviderRow) -> str:
    """Return what is sealed in with a key, so that it opens in this row of this project only."""
    return f"{row.project_id}:{row.id}"
