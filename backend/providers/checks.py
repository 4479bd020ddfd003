"""What a provider must be like before it is saved."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlsplit

from backend.errors import InvalidInput
from backend.ports.http import AddressRefused, Http, Reach
from backend.providers.types import RESERVED_SLUGS, ModelDraft, ProviderDraft

MAX_NAME = 80
MAX_MODEL_NAME = 200
MAX_URL = 500
MAX_KEY = 4_000
MAX_MODELS = 200
MAX_TOKENS = 100_000_000
MAX_DIMENSIONS = 65_536
MAX_PRICE = Decimal(100_000)
MAX_SLUG = 40
_PRINTABLE_ASCII = re.compile(r"[\x21-\x7e]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def checked(draft: ProviderDraft) -> ProviderDraft:
    """Return the draft without stray blanks. Raise InvalidInput that names each wrong field."""
    draft = replace(
        draft,
        name=draft.name.strip(),
        base_url=draft.base_url.strip().rstrip("/"),
        organisation=draft.organisation.strip(),
        api_key=None if draft.api_key is None else draft.api_key.strip(),
        models=tuple(replace(model, name=model.name.strip()) for model in draft.models),
    )
    fields: dict[str, str] = {}
    if not draft.name or len(draft.name) > MAX_NAME or _CONTROL.search(draft.name):
        fields["name"] = f"A name has 1 to {MAX_NAME} characters."
    if not draft.base_url or len(draft.base_url) > MAX_URL:
        fields["base_url"] = "Enter the base URL, such as https://api.openai.com/v1."
    elif urlsplit(draft.base_url).query or urlsplit(draft.base_url).fragment:
        fields["base_url"] = "A base URL has no question mark and no #."
    if len(draft.api_key or "") > MAX_KEY or not _PRINTABLE_ASCII.fullmatch(draft.api_key or ""):
        fields["api_key"] = "The key holds characters that no key has."
    if len(draft.organisation) > MAX_NAME or not _PRINTABLE_ASCII.fullmatch(draft.organisation):
        fields["organisation"] = "The organisation is an id without blanks, as the provider shows it."
    fields.update(_models_checked(draft.models))
    if fields:
        raise InvalidInput(" ".join(fields.values()), fields=fields)
    return draft


def _models_checked(models: tuple[ModelDraft, ...]) -> dict[str, str]:
    fields: dict[str, str] = {}
    names = [model.name for model in models]
    if len(models) > MAX_MODELS:
        fields["models"] = f"A provider has at most {MAX_MODELS} models."
    elif len(set(names)) != len(names):
        fields["models"] = "Two models have the same name."
    for place, model in enumerate(models):
        if sentence := _model_checked(model):
            fields[f"models.{place}"] = f"{model.name or f'Model {place + 1}'}: {sentence}"
    return fields


def _model_checked(model: ModelDraft) -> str:
    if not model.name or len(model.name) > MAX_MODEL_NAME or _CONTROL.search(model.name):
        return f"a model's name has 1 to {MAX_MODEL_NAME} characters."
    if not 0 <= model.context_size <= MAX_TOKENS:
        return "the context size is a number of tokens, 0 where it is not known."
    if not all(price.is_finite() and 0 <= price <= MAX_PRICE for price in (model.input_price, model.output_price)):
        return f"a price lies between 0 and {MAX_PRICE} dollars per million tokens."
    if model.purpose == "embedding" and not 1 <= model.dimensions <= MAX_DIMENSIONS:
        return "an embedding model needs its number of dimensions."
    return ""


async def may_be_saved(http: Http, draft: ProviderDraft) -> None:
    """Refuse a base URL that no call would be let through to. A name that nobody knows yet may be saved."""
    try:
        await http.check(draft.base_url, reach_of(draft), must_exist=False)
    except (AddressRefused, ValueError) as error:
        message = error.message if isinstance(error, AddressRefused) else "This is not an address of the web."
        hint = error.hint if isinstance(error, AddressRefused) else ""
        hint = hint or "If it lies on this machine or in your network, an owner can tick “Allow private addresses”."
        raise InvalidInput(message, hint=hint, fields={"base_url": f"{message} {hint}"}) from error


def reach_of(draft: ProviderDraft) -> Reach:
    """Return how far a call to the draft's address may go. Raise ValueError for a port that is none."""
    port = urlsplit(draft.base_url).port
    private = frozenset({draft.base_url}) if draft.allow_private_address else frozenset[str]()
    return Reach(frozenset({port} if port else ()), private)


def slug_of(name: str, taken: set[str]) -> str:
    """Return the name before the colon of references: readable, and free in this project."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:MAX_SLUG].strip("-") or "provider"
    slug, number = plain, 2
    while slug in taken | RESERVED_SLUGS:
        slug, number = f"{plain}-{number}", number + 1
    return slug
