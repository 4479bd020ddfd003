"""Rows that a model writes, over REST and a model's own wire, to rows of a dataset."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.bootstrap import Services
from backend.engines.language_model.scripted_server import ScriptedServer
from backend.providers.types import ModelDraft, ProviderDraft
from tests.backend.api.test_datasets import at, client

__all__ = ["at", "client"]
# The model says back what it is told, and so writes these rows.
TOLD = json.dumps(
    {"rows": [{"input": {"message": "Is it open?"}, "expected_output": "Yes."}, {"input": {"lang": "en"}}]}
)


@pytest.fixture
async def model(services: Services) -> AsyncIterator[str]:
    server = ScriptedServer(key="lab-key-0001")
    owner = await services.identity.ensure_owner()
    draft = ProviderDraft(
        "Lab", await server.start(), (ModelDraft("echo", "chat", input_price=Decimal(10), output_price=Decimal(10)),),
        api_key="lab-key-0001", allow_private_address=True,
    )  # fmt: skip
    await services.providers.create(owner, draft)
    yield "lab:echo"
    await server.close()


def _lines(answer: httpx.Response) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_rows_are_planned_written_looked_at_and_added(client: httpx.AsyncClient, at: str, model: str) -> None:
    wish = {"about": TOLD, "columns": ["message"], "number": 1, "model": model, "budget": 1}
    (*_, planned) = _lines(await client.post(f"{at}/generate?dry_run=true", json=wish))
    assert (planned["result"]["model"], planned["result"]["num_calls"]) == (model, 1)
    assert 0 < planned["result"]["cost"] < planned["result"]["most"]
    answer = await client.post(f"{at}/generate", json=wish)
    told = _lines(answer)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    assert {"stage": "ask", "done": 0, "of": 1} in told
    found = told[-1]["result"]
    assert found["num_left"] == 0
    assert found["rows"] == [
        {"input": {"message": "Is it open?"}, "expected_output": "Yes.", "problems": [], "like": 0, "likeness": 0}
    ]
    assert (found["cost"] > 0, found["generated_from"]) == (True, [])
    assert (await client.get(at)).json()["version"] == 0
    rows = [{"input": one["input"], "expected_output": one["expected_output"]} for one in found["rows"]]
    added = await client.post(f"{at}/items", params={"generated_by": found["model"]}, json=rows)
    assert added.json()["num_added"] == 1
    (row,) = (await client.get(f"{at}/items")).json()["items"]
    assert row["source"] == {"kind": "generated", "name": model, "reference": ""}
    (*_, again) = _lines(await client.post(f"{at}/generate", json=wish))
    assert [(one["like"], one["likeness"]) for one in again["result"]["rows"]] == [(1, 1)]


async def test_rows_are_added_with_those_that_the_model_went_by(client: httpx.AsyncClient, at: str, model: str) -> None:
    await client.post(f"{at}/items", json=[{"input": {"message": TOLD}}, {"input": {"message": "Is it far?"}}])
    (*_, last) = _lines(await client.post(f"{at}/generate", json={"rows": [2, 1], "number": 1, "model": model}))
    found = last["result"]
    assert found["generated_from"] == [1, 2]
    told = {"generated_by": found["model"], "generated_from": found["generated_from"]}
    rows = [{"input": {"message": "Is it near?"}}]
    assert (await client.post(f"{at}/items", params=told, json=rows)).json()["rows"] == [3]
    file = {"files": ("rows.json", json.dumps([{"message": "Is it here?"}]))}
    for params, body in (({"generated_from": [1]}, {"json": rows}), ({**told, "generated_from": [9]}, {"json": rows}),
                         (told, {"files": file})):  # fmt: skip
        assert (await client.post(f"{at}/items", params=params, **body)).status_code == 422
    assert (await client.get(at)).json()["num_items"] == 3


async def test_a_wish_that_cannot_be_fulfilled_says_why(client: httpx.AsyncClient, at: str, model: str) -> None:
    (*_, last) = _lines(await client.post(f"{at}/generate", json={"columns": ["a"], "model": model}))
    assert (last["status"], last["fields"]["about"]) == (422, "Say what the rows are about, or choose rows to go by.")
    (*_, last) = _lines(await client.post(f"{at}/generate", json={"about": "x", "columns": ["a"], "model": "no:one"}))
    assert last["status"] == 404
    assert (await client.post(f"{at}/generate", json={"about": "x", "colour": 1})).status_code == 422
    assert (await client.post("/api/datasets/dset_no/generate", json={"about": "x"})).status_code == 404
