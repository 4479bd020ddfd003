"""Connect providers, choose models, try them, and say where a model is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal

from backend.columns import utc_now
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.ports.embeddings import Embedder
from backend.ports.http import Http
from backend.ports.language_model import LanguageModel, ModelEndpoint, Usage
from backend.ports.sealing import Sealer
from backend.providers.built_in import BuiltIn
from backend.providers.checks import checked, may_be_saved, slug_of
from backend.providers.errors import KeyNeeded, ModelNotFound, ProviderNotFound, StaleProvider, WrittenInFile
from backend.providers.models import ProviderRow
from backend.providers.repository import ProviderRepository
from backend.providers.shapes import test_as_json
from backend.providers.trial import try_chat, try_embedding
from backend.providers.types import (
    EMBEDDED,
    SHOWN_KEY_CHARACTERS,
    Model,
    ModelChoice,
    ModelTest,
    Provider,
    ProviderDraft,
    Purpose,
    cost_of,
)
from backend.unit_of_work import Units

UNDO_TIME = timedelta(minutes=15)
EmbedderOf = Callable[[ModelEndpoint, int], Embedder]


class ProviderService:
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
        self._units = units
        self._sealer = sealer
        self._http = http
        self._language_model = language_model
        self._built_in = built_in
        self._embedder_of = embedder_of

    async def list(self, operator: Operator, page: Page | None = None) -> Listed[Provider]:
        """Return the connected providers, without the built-in one."""
        operator.require(Permission.MODELS_READ)
        async with self._units.read() as session:
            return await ProviderRepository(session, operator.project_id).page(page or Page())

    async def get(self, operator: Operator, provider_id: str) -> Provider:
        operator.require(Permission.MODELS_READ)
        async with self._units.read() as session:
            return (await ProviderRepository(session, operator.project_id).read(provider_id))[1]

    async def create(self, operator: Operator, draft: ProviderDraft) -> Provider:
        """Connect a provider. Raise InvalidInput, AddressRefused, or Forbidden for a private address."""
        operator.require(Permission.MODELS_EDIT)
        if draft.allow_private_address:
            operator.require(Permission.MODELS_PRIVATE)
        draft = checked(draft)
        await may_be_saved(self._http, draft)
        row = ProviderRow(id=new_id("prov"), project_id=operator.project_id, slug="", name="", base_url="")
        self._write(row, draft, operator)
        async with self._units.write() as work:
            rows = ProviderRepository(work.session, operator.project_id)
            row.slug = slug_of(draft.name, await rows.slugs())
            await rows.add(row, draft.models)
            return (await rows.read(row.id))[1]

    async def update(self, operator: Operator, provider_id: str, draft: ProviderDraft, version: int) -> Provider:
        """Change a provider that was read at `version`. Raise StaleProvider, KeyNeeded or WrittenInFile."""
        operator.require(Permission.MODELS_EDIT)
        draft = checked(draft)
        await may_be_saved(self._http, draft)
        async with self._units.write() as work:
            rows = ProviderRepository(work.session, operator.project_id)
            row, known = await rows.get(provider_id)
            if row.source == "file":
                raise WrittenInFile
            if row.version != version:
                raise StaleProvider
            moved = draft.base_url != row.base_url
            if moved and row.sealed_key and draft.api_key is None:
                raise KeyNeeded
            if draft.allow_private_address and (moved or not row.allow_private_address):
                operator.require(Permission.MODELS_PRIVATE)
            speaks = not moved and draft.api_key is None
            self._write(row, draft, operator)
            row.version += 1
            tests = {model.name: test_as_json(model.last_test) for model in known.models if model.last_test and speaks}
            await work.session.flush()
            await rows.replace_models(row.id, draft.models, tests)
            return (await rows.read(row.id))[1]

    def _write(self, row: ProviderRow, draft: ProviderDraft, operator: Operator) -> None:
        """Put the draft into the row. The time and name of a private address are those of its last change."""
        newly_private = draft.allow_private_address and (
            not row.allow_private_address or row.base_url != draft.base_url
        )
        if newly_private:
            row.private_allowed_by, row.private_allowed_at = operator.name, utc_now()
        if not draft.allow_private_address:
            row.private_allowed_by, row.private_allowed_at = "", None
        row.name, row.base_url, row.organisation = draft.name, draft.base_url, draft.organisation
        row.allow_private_address = draft.allow_private_address
        row.updated_at = utc_now()
        if draft.api_key is not None:
            row.sealed_key = self._sealer.seal(draft.api_key, _place(row)) if draft.api_key else ""
            row.key_hint = (
                draft.api_key[-SHOWN_KEY_CHARACTERS:] if len(draft.api_key) > 2 * SHOWN_KEY_CHARACTERS else ""
            )
            if draft.api_key and not row.key_hint:
                row.key_hint = "****"

    async def delete(self, operator: Operator, provider_id: str) -> None:
        """Remove a provider; `restore` takes it back within 15 minutes, then its key goes for good."""
        operator.require(Permission.MODELS_EDIT)
        async with self._units.write() as work:
            rows = ProviderRepository(work.session, operator.project_id)
            await rows.purge(utc_now() - UNDO_TIME)
            row, _ = await rows.get(provider_id)
            if row.source == "file":
                raise WrittenInFile
            row.deleted_at = utc_now()

    async def restore(self, operator: Operator, provider_id: str) -> Provider:
        """Undo a removal."""
        operator.require(Permission.MODELS_EDIT)
        async with self._units.write() as work:
            rows = ProviderRepository(work.session, operator.project_id)
            row = await rows.deleted(provider_id)
            row.deleted_at = None
            await work.session.flush()
            return (await rows.read(provider_id))[1]

    async def test(self, operator: Operator, provider_id: str, model_name: str = "") -> ModelTest:
        """Send one real request, and keep what came of it. An empty name takes the provider's first model.

        `provider_id` "embedded" tries the built-in model, whose result is kept nowhere.
        """
        operator.require(Permission.MODELS_EDIT)
        if provider_id == EMBEDDED:
            return await try_chat(self._language_model, self._built_in.endpoint())
        async with self._units.read() as session:
            row, provider = await ProviderRepository(session, operator.project_id).read(provider_id)
        model = _named(provider.models, model_name)
        endpoint = self._endpoint(row, model)
        if model.purpose == "embedding":
            test = await try_embedding(self._embedder_of(endpoint, model.draft.dimensions))
        else:
            test = await try_chat(self._language_model, endpoint)
        async with self._units.write() as work:
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
        async with self._units.read() as session:
            chosen = await ProviderRepository(session, operator.project_id).default()
        return chosen or self._built_in.reference

    async def set_default(self, operator: Operator, reference: str) -> None:
        """Choose the model of nodes that name none. Raise ModelNotFound."""
        operator.require(Permission.MODELS_EDIT)
        await self.resolve(operator, reference)
        async with self._units.write() as work:
            await ProviderRepository(work.session, operator.project_id).set_default(reference)

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
        return self._embedder_of(self._endpoint(row, model), model.draft.dimensions)

    def cost(self, endpoint: ModelEndpoint, usage: Usage) -> Decimal:
        """Return dollars for one call."""
        return cost_of(usage, endpoint.input_price, endpoint.output_price)

    async def _find(self, project_id: str, reference: str, purpose: Purpose) -> tuple[ProviderRow, Model]:
        slug, _, name = reference.partition(":")
        async with self._units.read() as session:
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
        async with self._units.read() as session:
            providers = await ProviderRepository(session, operator.project_id).all()
        own = self._built_in.choices(purpose, default)
        return own + [_choice(provider, model, default) for provider in providers for model in provider.models
                      if model.purpose == purpose]  # fmt: skip

    def _endpoint(self, row: ProviderRow, model: Model) -> ModelEndpoint:
        return ModelEndpoint(
            kind="openai",
            reference=model.reference,
            model=model.name,
            base_url=row.base_url,
            api_key=self._sealer.open(row.sealed_key, _place(row)) if row.sealed_key else "",
            organisation=row.organisation,
            capabilities=model.draft.capabilities,
            context_size=model.draft.context_size,
            input_price=model.draft.input_price,
            output_price=model.draft.output_price,
            allow_private_address=row.allow_private_address,
            provider_id=row.id,
        )


def _place(row: ProviderRow) -> str:
    """Return what is sealed in with a key, so that it opens in this row of this project only."""
    return f"{row.project_id}:{row.id}"


def _named(models: Sequence[Model], name: str) -> Model:
    found = next((model for model in models if not name or model.name == name), None)
    if found is None:
        raise ModelNotFound(name)
    return found


def _choice(provider: Provider, model: Model, default: str) -> ModelChoice:
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
