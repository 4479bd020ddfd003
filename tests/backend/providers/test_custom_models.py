"""Providers that are written in a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.bootstrap import Services
from backend.bootstrap.providers import take_custom_models
from backend.errors import InvalidInput
from backend.operator import Operator
from backend.ports.language_model import Capabilities
from backend.providers.custom_models import read_file
from backend.providers.errors import WrittenInFile
from backend.providers.types import ProviderDraft
from tests.backend.providers.conftest import KEY, Gateway


def write(folder: Path, content: object) -> None:
    (folder / "custom_models.json").write_text(content if isinstance(content, str) else json.dumps(content))


def entry(base_url: str, **changes) -> dict:
    given = {
        "base_url": base_url,
        "api_key": KEY,
        "allow_private_address": True,
        "completion_models": [
            {"model_name": "echo", "function_calling": True, "multimodal": False,
             "constrained_completion_with_pydantic": False, "constrained_completion_with_json_schema": True},
        ],
        "embedding_models": [{"model_name": "embed", "embedding_size": 64}],
    }  # fmt: skip
    return {**given, **changes}


@pytest.fixture
async def asker(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def take(services: Services, asker: Operator) -> list:
    await take_custom_models(services.settings, services.providers, asker)
    return (await services.providers.list(asker)).items


async def test_the_file_is_taken_with_its_models(services: Services, asker: Operator, gateway: Gateway, tmp_path: Path):
    write(tmp_path, {"custom_models": {"my-gateway": entry(gateway.base_url)}})
    (provider,) = await take(services, asker)
    assert (provider.name, provider.source, provider.key_words) == ("my-gateway", "file", "Stored, ends in 4f2a")
    assert provider.private_allowed_by == "custom_models.json"
    chat, embedding = provider.models
    assert chat.draft.capabilities == Capabilities(tools=True, json_schema=True)
    assert embedding.draft.dimensions == 64
    assert (await services.providers.test(asker, provider.id, "echo")).ok


async def test_taking_it_again_changes_what_changed(
    services: Services, asker: Operator, gateway: Gateway, tmp_path: Path
):
    write(tmp_path, {"one": entry(gateway.base_url), "two": entry(gateway.base_url)})
    before = {provider.name: provider.id for provider in await take(services, asker)}
    write(tmp_path, {"two": entry(gateway.base_url, embedding_models=[])})
    (left,) = await take(services, asker)
    assert (left.name, left.id, len(left.models)) == ("two", before["two"], 1)
    (tmp_path / "custom_models.json").unlink()
    assert await take(services, asker) == []


async def test_providers_of_the_console_stay(services: Services, asker: Operator, gateway: Gateway, tmp_path: Path):
    await services.providers.create(asker, gateway.draft())
    write(tmp_path, {"one": entry(gateway.base_url)})
    assert {provider.source for provider in await take(services, asker)} == {"console", "file"}


async def test_what_is_in_the_file_is_changed_there(
    services: Services, asker: Operator, gateway: Gateway, tmp_path: Path
):
    write(tmp_path, {"one": entry(gateway.base_url)})
    (provider,) = await take(services, asker)
    with pytest.raises(WrittenInFile):
        await services.providers.update(asker, provider.id, ProviderDraft("x", "https://public.example"), 1)
    with pytest.raises(WrittenInFile):
        await services.providers.delete(asker, provider.id)


@pytest.mark.parametrize(
    ("content", "words"),
    [('{"one": {\n"base_url": }', "line 2 is not JSON"), ({"one": {"api_key": KEY}}, "one.base_url: field required"),
     ([1], "the whole"), ({"one": {"base_url": 7, "api_key": KEY}}, "one.base_url")],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_where_and_repeats_no_key(tmp_path: Path, content, words: str):
    write(tmp_path, content)
    with pytest.raises(InvalidInput) as refused:
        read_file(tmp_path)
    assert words in refused.value.message
    assert "canary" not in refused.value.message


async def test_a_private_address_without_the_choice_is_said_and_changes_nothing(services, asker, tmp_path: Path):
    write(tmp_path, {"one": entry("http://127.0.0.1:9/v1", allow_private_address=False)})
    assert await take(services, asker) == []
    assert services.providers.file_problem.startswith("custom_models.json cannot be used. This address")
