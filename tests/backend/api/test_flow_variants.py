"""Flows as variants over REST: the version that the number names runs, whatever was published or drawn since."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.operator import Operator
from tests.factories.flows import document, form, node


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def api(services: Services, owner: Operator) -> Any:
    key = await services.identity.create_key(owner, "ci")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}
    ) as client:
        yield client


def saying(word: str) -> Any:
    nodes = [node("input", "input", form()), node("say", "template", {"template": word}), node("output", "output")]
    return document(nodes, [("input.question", "say.data"), ("say.text", "output.value")])


async def test_each_version_of_a_flow_answers_as_it_was_published(
    services: Services, owner: Operator, api: httpx.AsyncClient
) -> None:
    flow = await services.flows.create(owner, "Desk", document=saying("first"))
    await services.flows.publish(owner, "desk")
    for word in ("second", "drawn"):
        revision = (await services.flows.get(owner, "desk")).draft_version
        await services.flows.save_draft(owner, flow.id, saying(word), revision)
        if word == "second":
            await services.flows.publish(owner, "desk")
    dataset = await services.datasets.create(owner, About("Questions"))
    await services.datasets.add_items(owner, dataset.id, [NewItem({"question": "Why?"}, "first")])
    variants = [
        {"name": str(version), "flow": {"slug": "desk", "version": version}} for version in (1, 2, "published", "draft")
    ]
    body = {"name": "Versions", "dataset_id": dataset.id, "variants": variants, "evaluators": [{"kind": "exact"}]}
    made = (await api.post("/api/experiments", json=body)).json()
    await api.post(f"/api/experiments/{made['id']}/start")
    await services.experiments._executor.execute(made["id"])
    cells = (await api.get(f"/api/experiments/{made['id']}/cells")).json()["cells"]
    said = {cell["variant"]: cell["output"] for cell in cells}
    assert said == {"1": "first", "2": "second", "published": "second", "draft": "drawn"}


async def test_a_version_that_is_not_there_is_said(services: Services, owner: Operator, api: httpx.AsyncClient) -> None:
    await services.flows.create(owner, "Desk", document=saying("first"))
    await services.flows.publish(owner, "desk")
    dataset = await services.datasets.create(owner, About("Questions"))
    await services.datasets.add_items(owner, dataset.id, [NewItem({"question": "Why?"}, "first")])
    variants = [{"name": "a", "flow": {"slug": "desk", "version": 7}}]
    answer = await api.post(
        "/api/experiments/plan",
        json={"name": "None", "dataset_id": dataset.id, "variants": variants, "evaluators": [{"kind": "exact"}]},
    )
    assert (answer.status_code, "7" in answer.text) == (422, True)
