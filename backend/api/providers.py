"""Providers and models over REST."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from backend.api.access import allowed
from backend.api.idempotent import IdempotentRoute
from backend.api.provider_bodies import (
    ChangedProvider,
    ChoiceBody,
    DefaultModel,
    ModelList,
    NewProvider,
    ProviderBody,
    ProviderList,
    TestBody,
    TestRequest,
)
from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, Page

router = APIRouter(prefix="/api", tags=["models"], route_class=IdempotentRoute)
Reader = Annotated[Operator, allowed(Permission.MODELS_READ)]
Editor = Annotated[Operator, allowed(Permission.MODELS_EDIT)]


@router.get("/providers")
async def list_providers(operator: Reader, limit: int = DEFAULT_LIMIT, after: str = "") -> ProviderList:
    """List the connected providers with their models, in the order they were made."""
    listed = await services().providers.list(operator, Page(limit, after))
    return ProviderList(providers=[ProviderBody.of(provider) for provider in listed.items], next=listed.next)


@router.post("/providers", status_code=201)
async def create_provider(operator: Editor, new: NewProvider) -> ProviderBody:
    """Connect an OpenAI-compatible endpoint."""
    return ProviderBody.of(await services().providers.create(operator, new.draft()))


@router.get("/providers/{provider_id}")
async def get_provider(operator: Reader, provider_id: str) -> ProviderBody:
    """Return one provider; its key is in no answer."""
    return ProviderBody.of(await services().providers.get(operator, provider_id))


@router.put("/providers/{provider_id}")
async def change_provider(operator: Editor, provider_id: str, changed: ChangedProvider) -> ProviderBody:
    """Change a provider. Another base URL needs the key again: it is sent only to the address it was given for."""
    return ProviderBody.of(await services().providers.update(operator, provider_id, changed.draft(), changed.version))


@router.delete("/providers/{provider_id}", status_code=204)
async def delete_provider(operator: Editor, provider_id: str) -> None:
    """Remove a provider; for 15 minutes it can be taken back."""
    await services().providers.delete(operator, provider_id)


@router.post("/providers/{provider_id}/restore")
async def restore_provider(operator: Editor, provider_id: str) -> ProviderBody:
    """Take a removed provider back."""
    return ProviderBody.of(await services().providers.restore(operator, provider_id))


@router.post("/providers/{provider_id}/test")
async def try_provider(operator: Editor, provider_id: str, request: TestRequest | None = None) -> TestBody:
    """Send one real request to a model. A model's failure is a result: 200 with `ok` false and the reason in words."""
    name = request.model if request else ""
    return TestBody.of(await services().providers.test(operator, provider_id, name))


@router.get("/models")
async def list_models(operator: Reader) -> ModelList:
    """List every model that answers or embeds, as flows and knowledge bases may name them."""
    providers = services().providers
    chosen = [*await providers.list_models(operator), *await providers.list_embedding_models(operator)]
    return ModelList(models=[ChoiceBody.of(choice) for choice in chosen])


@router.put("/models/default")
async def choose_default_model(operator: Editor, chosen: DefaultModel) -> DefaultModel:
    """Choose the model of nodes that name none."""
    await services().providers.set_default(operator, chosen.reference)
    return chosen
