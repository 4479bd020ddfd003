"""Choose models, try them, and say where one is asked and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.operator import Operator, Permission
from backend.ports.database import OfProject
from backend.ports.embeddings import Embedder
from backend.ports.language_model import ModelEndpoint, Usage
from backend.providers.errors import ModelNotFound, ProviderNotFound
from backend.providers.models import ProviderRow
from backend.providers.repository import ProviderRepository
from backend.providers.service.base import Base
from backend.providers.shapes import choice_of, test_as_json
from backend.providers.trial import try_chat, try_embedding
from backend.providers.types import (
    EMBEDDED,
    Model,
    ModelChoice,
    ModelTest,
    Purpose,
    cost_of,
)


class Choosing(Base):
    """The models, as everybody else names them."""

    async def test(self, operator: Operator, provider_id: str, model_name: str = "") -> ModelTest:
        """Send one real request, and keep what came of it. An empty name takes the provider's first model.

        `provider_id` "embedded" tries the built-in model, whose result is kept nowhere.
        """
        operator.require(Permission.MODELS_EDIT)
        if provider_id == EMBEDDED:
            return await try_chat(self._language_model, self._built_in.endpoint())
        async with self._units.read(operator) as session:
            row, provider = await ProviderRepository(session, operator.project_id).read(provider_id)
        model = _named(provider.models, model_name)
        endpoint = self._endpoint(row, model)
        if model.purpose == "embedding":
            test = await try_embedding(await self._embedder_of(endpoint, model.draft.dimensions))
        else:
            test = await try_chat(self._language_model, endpoint)
        async with self._units.write(operator) as work:
            rows = ProviderRepository(work.session, operator.project_id)
            await rows.keep_test(provider_id, model.name, test_as_json(test))
        return test

    async def list_models(self, operator: Operator) -> Sequence[ModelChoice]:
        """Return every model that answers, the built-in one first."""
        return await self._choices(operator, "chat")

    async def list_embedding_models(self, operator: Operator) -> Sequence[ModelChoice]:
        """Return every model that embeds, the built-in one first."""
        return await self._choices(operator, "embedding")

    async def default(self, operator: Operator) -> str:
        """Return the reference of the model that nodes use which name none; empty where there is no model at all."""
        operator.require(Permission.MODELS_READ)
        async with self._units.read(operator) as session:
            chosen = await ProviderRepository(session, operator.project_id).default()
        return chosen or self._built_in.reference

    async def set_default(self, operator: Operator, reference: str) -> None:
        """Choose the model of nodes that name none. Raise ModelNotFound."""
        operator.require(Permission.MODELS_EDIT)
        await self.resolve(operator, reference)
        async with self._units.write(operator) as work:
            rows = ProviderRepository(work.session, operator.project_id)
            before = {"reference": await rows.default()}
            await rows.set_default(reference)
            target, after = Target("default_model", reference, reference), {"reference": reference}
            await AuditTrail(work.session).record(operator, "default_model.change", target, before=before, after=after)

    async def resolve(self, operator: Operator, reference: str = "") -> ModelEndpoint:
        """Return where "provider:model" is asked, with its open key; empty means the project's default.

        Raise ModelNotFound.
        """
        operator.require(Permission.MODELS_READ)
        if not reference:
            reference = await self.default(operator)
        if self._built_in.reference and reference == self._built_in.reference:
            return self._built_in.endpoint()
        row, model = await self._find(operator.project_id, reference, "chat")
        return self._endpoint(row, model)

    async def open_embedder(self, project_id: str, reference: str) -> Embedder:
        """Return the embedder of "provider:model"; for jobs too, which act for a project. Raise ModelNotFound."""
        if reference in self._built_in.embedders:
            return self._built_in.embedders[reference]
        row, model = await self._find(project_id, reference, "embedding")
        return await self._embedder_of(self._endpoint(row, model), model.draft.dimensions)

    def cost(self, endpoint: ModelEndpoint, usage: Usage) -> Decimal:
        """Return dollars for one call."""
        return cost_of(usage, endpoint.input_price, endpoint.output_price)

    async def _find(self, project_id: str, reference: str, purpose: Purpose) -> tuple[ProviderRow, Model]:
        slug, _, name = reference.partition(":")
        async with self._units.read(OfProject(project_id)) as session:
            try:
                row, provider = await ProviderRepository(session, project_id).by_slug(slug)
            except ProviderNotFound as error:
                raise ModelNotFound(reference) from error
        model = next((model for model in provider.models if model.name == name and model.purpose == purpose), None)
        if model is None:
            raise ModelNotFound(reference)
        return row, model

    async def _choices(self, operator: Operator, purpose: Purpose) -> Sequence[ModelChoice]:
        default = await self.default(operator)
        async with self._units.read(operator) as session:
            providers = await ProviderRepository(session, operator.project_id).all()
        own = self._built_in.choices(purpose, default)
        return own + [choice_of(provider, model, default) for provider in providers for model in provider.models
                      if model.purpose == purpose]  # fmt: skip


def _named(models: Sequence[Model], name: str) -> Model:
    found = next((model for model in models if not name or model.name == name), None)
    if found is None:
        raise ModelNotFound(name)
    return found
