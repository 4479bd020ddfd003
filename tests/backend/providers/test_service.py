"""Providers: who may connect what, what is stored, and which model answers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from backend.bootstrap import Services
from backend.errors import Forbidden, InvalidInput, NotFound, Unavailable
from backend.identity.permissions import PERMISSIONS, Role
from backend.operator import Operator
from backend.ports.language_model import Capabilities, Usage
from backend.ports.sealing import SealBroken
from backend.providers.errors import KeyNeeded, ModelNotFound, ProviderNotFound, StaleProvider
from backend.providers.models import ProviderRow
from backend.providers.types import EMBEDDED_EMBEDDING, SCRIPTED_CHAT, ModelDraft, ProviderDraft
from backend.settings import SQLITE_FILE
from tests.backend.providers.conftest import KEY, Gateway
from tests.tenancy import EVERYWHERE


@pytest.fixture
async def asker(services: Services) -> Operator:
    return await services.identity.ensure_owner()


def as_role(operator: Operator, role: Role) -> Operator:
    return replace(operator, permissions=PERMISSIONS[role], name=role)


async def test_a_provider_is_stored_with_its_models(services: Services, asker: Operator, gateway: Gateway):
    made = await services.providers.create(asker, gateway.draft("echo", "scripted"))
    found = await services.providers.get(asker, made.id)
    assert found == made
    assert [model.reference for model in found.models] == ["gateway:echo", "gateway:scripted"]
    assert found.models[0].draft == gateway.draft().models[0]
    assert found.key_words == "Stored, ends in 4f2a"
    assert found.private_allowed_by == asker.name
    assert found.private_allowed_at is not None
    assert [provider.id for provider in (await services.providers.list(asker)).items] == [made.id]


async def test_the_key_is_nowhere_in_the_open(services: Services, asker: Operator, gateway: Gateway, tmp_path: Path):
    made = await services.providers.create(asker, gateway.draft())
    await services.providers.test(asker, made.id)
    await services.providers.test(asker, (await services.providers.create(asker, gateway.draft(api_key=f"{KEY}x"))).id)
    files = b"".join(path.read_bytes() for path in tmp_path.glob(f"{SQLITE_FILE}*"))
    assert b"canary" not in files
    assert "canary" not in repr(made)
    assert "canary" not in repr(await services.providers.resolve(asker, "gateway:echo"))


async def test_a_key_copied_into_another_provider_does_not_open(services: Services, asker: Operator, gateway: Gateway):
    mine = await services.providers.create(asker, gateway.draft())
    theirs = await services.providers.create(asker, gateway.draft(name="Other", base_url="https://public.example/v1",
                                                                  allow_private_address=False))  # fmt: skip
    async with services.units.write(EVERYWHERE) as work:
        stolen = await work.session.get(ProviderRow, mine.id)
        target = await work.session.get(ProviderRow, theirs.id)
        assert stolen
        assert target
        target.sealed_key = stolen.sealed_key
    with pytest.raises(SealBroken):
        await services.providers.resolve(asker, "other:echo")


async def test_another_base_url_asks_for_the_key_again(services: Services, asker: Operator, gateway: Gateway):
    made = await services.providers.create(asker, gateway.draft())
    elsewhere = gateway.draft(base_url="https://public.example/v1", api_key=None, allow_private_address=False)
    with pytest.raises(KeyNeeded) as refused:
        await services.providers.update(asker, made.id, elsewhere, made.version)
    assert "api_key" in refused.value.fields
    assert (await services.providers.resolve(asker, "gateway:echo")).base_url == gateway.base_url
    moved = await services.providers.update(asker, made.id, replace(elsewhere, api_key="sk-new-key-0000-91be"), 1)
    assert moved.key_hint == "91be"
    assert (moved.private_allowed_by, moved.private_allowed_at) == ("", None)
    assert (await services.providers.resolve(asker, "gateway:echo")).api_key == "sk-new-key-0000-91be"


async def test_a_change_elsewhere_keeps_the_key(services: Services, asker: Operator, gateway: Gateway):
    made = await services.providers.create(asker, gateway.draft())
    changed = await services.providers.update(
        asker, made.id, gateway.draft(name="New name", api_key=None), made.version
    )
    assert (changed.name, changed.version, changed.slug) == ("New name", 2, "gateway")
    assert (await services.providers.resolve(asker, "gateway:echo")).api_key == KEY
    bare = await services.providers.update(asker, made.id, gateway.draft(api_key=""), 2)
    assert bare.key_words == ""


async def test_a_stale_change_is_refused(services: Services, asker: Operator, gateway: Gateway):
    made = await services.providers.create(asker, gateway.draft())
    await services.providers.update(asker, made.id, gateway.draft(api_key=None), 1)
    with pytest.raises(StaleProvider):
        await services.providers.update(asker, made.id, gateway.draft(api_key=None), 1)


async def test_only_an_owner_lets_a_provider_lie_on_a_private_address(services, asker, gateway: Gateway):
    admin = as_role(asker, Role.ADMIN)
    with pytest.raises(Forbidden):
        await services.providers.create(admin, gateway.draft())
    made = await services.providers.create(asker, gateway.draft())
    renamed = await services.providers.update(admin, made.id, gateway.draft(name="By the admin", api_key=None), 1)
    assert renamed.private_allowed_by == asker.name
    moved = gateway.draft(base_url="http://127.0.0.1:9/v1")
    with pytest.raises(Forbidden):
        await services.providers.update(admin, made.id, moved, 2)


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:11434/v1", "http://10.0.0.7/v1", "http://169.254.169.254/v1",
                                      "ftp://public.example", "", "public.example/v1", "https://u:p@public.example/v1",
                                      "https://public.example/v1?x=1", "http://2130706433/v1"])  # fmt: skip
async def test_an_address_inside_is_refused_when_it_is_saved(services, asker, base_url: str):
    with pytest.raises(InvalidInput) as refused:
        await services.providers.create(asker, ProviderDraft("Inner", base_url))
    assert "base_url" in refused.value.fields


async def test_metadata_stays_closed_even_when_private_is_allowed(services, asker):
    draft = ProviderDraft("Meta", "http://169.254.169.254/v1", allow_private_address=True)
    with pytest.raises(InvalidInput):
        await services.providers.create(asker, draft)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": " "}, "name"), ({"api_key": "with blank"}, "api_key"), ({"api_key": "ключ"}, "api_key"),
     ({"models": (ModelDraft("a"), ModelDraft("a"))}, "models"), ({"models": (ModelDraft(""),)}, "models.0"),
     ({"models": (ModelDraft("a", input_price=Decimal(-1)),)}, "models.0"),
     ({"models": (ModelDraft("a", input_price=Decimal("NaN")),)}, "models.0"),
     ({"models": (ModelDraft("a", purpose="embedding"),)}, "models.0")],
)  # fmt: skip
async def test_a_wrong_field_is_named(services, asker, gateway: Gateway, changes: dict, field: str):
    with pytest.raises(InvalidInput) as refused:
        await services.providers.create(asker, gateway.draft(**changes))
    assert field in refused.value.fields


async def test_two_providers_of_one_name_have_two_references(services, asker, gateway: Gateway):
    first = await services.providers.create(asker, gateway.draft(name="Embedded"))
    second = await services.providers.create(asker, gateway.draft(name="embedded!"))
    assert (first.slug, second.slug) == ("embedded-2", "embedded-3")


async def test_a_test_is_one_real_request_with_its_figures(services, asker, gateway: Gateway):
    made = await services.providers.create(asker, gateway.draft())
    test = await services.providers.test(asker, made.id, "echo")
    assert test.ok
    assert test.answer == "Say in one sentence what you can do."
    assert (test.usage.input_tokens, test.usage.output_tokens) == (8, 8)
    assert test.cost == Decimal("0.0001")
    assert 0 < test.first_token_ms <= test.total_ms
    assert gateway.server.requests["echo"] == 1
    assert (await services.providers.get(asker, made.id)).models[0].last_test == test


@pytest.mark.parametrize(
    ("day", "words"),
    [("500", "status 500"), ("429-always", "too many"), ("cut", "broke off"), ("nobody", "no model")],
)
async def test_a_failed_test_says_why_and_is_not_repeated(services, asker, gateway: Gateway, day: str, words: str):
    made = await services.providers.create(asker, gateway.draft(day))
    test = await services.providers.test(asker, made.id)
    assert not test.ok
    assert words in test.words
    assert gateway.server.requests[day] == 1


async def test_a_wrong_key_is_said_in_words(services, asker, gateway: Gateway):
    made = await services.providers.create(asker, gateway.draft(api_key="sk-wrong-canary-key-zzzz"))
    test = await services.providers.test(asker, made.id)
    assert test.words == "The provider does not accept the key. Enter it again under Models."
    assert test.reason == "key"


async def test_a_new_key_makes_the_old_test_worthless(services, asker, gateway: Gateway):
    made = await services.providers.create(asker, gateway.draft())
    await services.providers.test(asker, made.id)
    kept = await services.providers.update(asker, made.id, gateway.draft(name="Renamed", api_key=None), 1)
    assert kept.models[0].last_test is not None
    changed = await services.providers.update(asker, made.id, gateway.draft(api_key="sk-another-key-0000"), 2)
    assert changed.models[0].last_test is None


async def test_a_removed_provider_can_be_taken_back(services, asker, gateway: Gateway):
    made = await services.providers.create(asker, gateway.draft())
    await services.providers.delete(asker, made.id)
    for call in (services.providers.get(asker, made.id), services.providers.resolve(asker, "gateway:echo")):
        with pytest.raises(NotFound):
            await call
    assert (await services.providers.restore(asker, made.id)).key_words == "Stored, ends in 4f2a"
    assert (await services.providers.resolve(asker, "gateway:echo")).api_key == KEY


async def test_the_default_is_the_built_in_model_until_one_is_chosen(services, asker, gateway: Gateway):
    assert (await services.providers.resolve(asker)).reference == SCRIPTED_CHAT
    await services.providers.create(asker, gateway.draft("echo", "scripted"))
    await services.providers.set_default(asker, "gateway:scripted")
    assert (await services.providers.resolve(asker)).model == "scripted"
    choices = await services.providers.list_models(asker)
    assert [choice.reference for choice in choices] == [SCRIPTED_CHAT, "gateway:echo", "gateway:scripted"]
    assert [choice.reference for choice in choices if choice.is_default] == ["gateway:scripted"]
    for unknown in ("gateway:nobody", "nobody:echo", "echo", ""):
        if unknown:
            with pytest.raises(ModelNotFound):
                await services.providers.set_default(asker, unknown)


async def test_embedding_models_are_listed_and_opened_apart(services, asker, gateway: Gateway):
    models = (ModelDraft("echo"), ModelDraft("embed", purpose="embedding", dimensions=64))
    made = await services.providers.create(asker, gateway.draft(models=models))
    found = await services.providers.list_embedding_models(asker)
    assert [choice.reference for choice in found] == [EMBEDDED_EMBEDDING, "gateway:embed"]
    embedder = await services.providers.open_embedder(asker.project_id, "gateway:embed")
    assert len((await embedder.embed(["one", "two"])).row(1)) == 64 * 4
    assert (await services.providers.test(asker, made.id, "embed")).ok
    for wrong in ("gateway:echo", "nobody:embed"):
        with pytest.raises(ModelNotFound):
            await services.providers.open_embedder(asker.project_id, wrong)


async def test_another_project_sees_nothing(services, asker, gateway: Gateway):
    made = await services.providers.create(asker, gateway.draft())
    stranger = replace(asker, project_id="proj_other")
    assert (await services.providers.list(stranger)).items == []
    with pytest.raises(ProviderNotFound):
        await services.providers.get(stranger, made.id)
    with pytest.raises(ModelNotFound):
        await services.providers.resolve(stranger, "gateway:echo")


async def test_a_reader_may_look_and_nothing_else(services, asker, gateway: Gateway):
    made = await services.providers.create(asker, gateway.draft())
    viewer = as_role(asker, Role.VIEWER)
    assert (await services.providers.get(viewer, made.id)).id == made.id
    for act in (
        services.providers.create(viewer, gateway.draft()),
        services.providers.update(viewer, made.id, gateway.draft(), 1),
        services.providers.delete(viewer, made.id),
        services.providers.restore(viewer, made.id),
        services.providers.test(viewer, made.id),
        services.providers.set_default(viewer, "gateway:echo"),
    ):
        with pytest.raises(Forbidden):
            await act


async def test_cost_is_exact(services, asker, gateway: Gateway):
    await services.providers.create(asker, gateway.draft())
    endpoint = await services.providers.resolve(asker, "gateway:echo")
    assert services.providers.cost(endpoint, Usage(1_234, 567)) == Decimal("0.008755")
    assert endpoint.capabilities == Capabilities(tools=True)


async def test_an_address_lists_its_models_before_it_is_saved(services: Services, asker: Operator, gateway: Gateway):
    found = await services.providers.offered(asker, gateway.draft(name=""))
    assert {"echo", "scripted"} <= set(found)
    assert list(found) == sorted(found, key=str.casefold)
    assert (await services.providers.list(asker)).items == []


async def test_a_stored_key_asks_for_the_list_at_its_own_address_alone(
    services: Services, asker: Operator, gateway: Gateway
):
    made = await services.providers.create(asker, gateway.draft())
    kept = gateway.draft(api_key=None)
    assert "echo" in await services.providers.offered(asker, kept, made.id)
    with pytest.raises(KeyNeeded):
        await services.providers.offered(asker, replace(kept, base_url=f"{gateway.base_url}/other"), made.id)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"api_key": "sk-wrong"}, "The provider does not accept the key."),
        ({"base_url": "{}/elsewhere"}, "There is no list of models at this address."),
        ({"allow_private_address": False}, "This address cannot be called"),
    ],
)
async def test_why_an_address_lists_nothing_is_said_in_words(
    services: Services, asker: Operator, gateway: Gateway, changes: dict, words: str
):
    base_url = changes.get("base_url", "{}").format(gateway.base_url)
    draft = gateway.draft(**{**changes, "base_url": base_url})
    with pytest.raises((InvalidInput, Unavailable), match=words):
        await services.providers.offered(asker, draft)


async def test_who_may_not_allow_a_private_address_asks_none(services: Services, asker: Operator, gateway: Gateway):
    with pytest.raises(Forbidden):
        await services.providers.offered(as_role(asker, Role.EDITOR), gateway.draft())
    with pytest.raises(Forbidden):
        await services.providers.offered(as_role(asker, Role.ADMIN), gateway.draft())
