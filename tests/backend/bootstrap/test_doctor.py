"""The doctor asks the models that would answer, and says what to do about those that do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.bootstrap import Services
from backend.bootstrap.doctor import ILL, examine
from tests.backend.providers.conftest import Gateway

pytestmark = pytest.mark.enable_socket


async def lines(services: Services) -> list[str]:
    return [line async for line in examine(services, {})]


async def test_each_provider_is_asked_and_a_wrong_key_says_how_to_mend_it(services: Services, gateway: Gateway):
    owner = await services.identity.ensure_owner()
    await services.providers.create(owner, gateway.draft())
    refused = await services.providers.create(owner, gateway.draft(name="Old key", api_key="sk-revoked-0123456789"))
    empty = await services.providers.create(owner, gateway.draft(name="Nothing yet", models=()))
    said = {line.partition(": ")[0].split(maxsplit=1)[1]: line for line in await lines(services)}
    assert said["provider Gateway"].startswith("ok   provider Gateway: it answered: ")
    assert said["built-in model"].startswith("ok ")
    assert said[f"provider {refused.name}"].startswith(
        f"{ILL}  provider Old key: The provider does not accept the key."
    )
    assert "Models" in said[f"provider {refused.name}"]
    assert said[f"provider {empty.name}"].startswith(ILL)
    assert len(gateway.server.requests) >= 1


async def test_a_provider_of_another_project_is_asked_and_says_which(services: Services, gateway: Gateway):
    owner = await services.identity.ensure_owner()
    project = await services.identity.create_project(owner, "Returns")
    await services.providers.create(replace(owner, project_id=project.id), gateway.draft())
    assert any(line.startswith("ok   provider Gateway in Returns: ") for line in await lines(services))


async def test_a_file_of_models_that_was_not_taken_is_told(services: Services):
    services.providers.file_problem = "custom_models.json is no JSON: line 3."
    assert f"{ILL}  custom models: custom_models.json is no JSON: line 3." in await lines(services)
