"""Datasets over REST: what a script that compares prompts does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services

ROWS: list[dict[str, Any]] = [
    {"input": {"message": "Can I return a gift?"}, "expected_output": {"days": 30}, "split": "test", "tags": ["gift"]},
    {"input": {"message": "Who pays?"}, "expected_output": None, "metadata": {"by": "T"}, "split": None},
]


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    key = await services.identity.create_key(await services.identity.ensure_owner(), "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}) as one:
        yield one


@pytest.fixture
async def at(client: httpx.AsyncClient) -> str:
    made = await client.post("/api/datasets", json={"name": "support-240", "tags": ["support"]})
    assert made.status_code == 201
    return f"/api/datasets/{made.json()['id']}"


async def test_a_dataset_is_made_read_changed_and_deleted(client: httpx.AsyncClient, at: str) -> None:
    one = (await client.get(at)).json()
    assert (one["name"], one["version"], one["num_items"], one["splits"]) == ("support-240", 0, 0, {})
    changed = await client.put(at, json={"name": "support", "revision": 1, "input_schema": {"required": ["message"]}})
    assert (changed.json()["revision"], changed.json()["tags"]) == (2, [])
    assert (await client.put(at, json={"name": "support", "revision": 1})).status_code == 409
    assert (await client.put(at, json={"name": "support", "revision": 2, "project_id": "x"})).status_code == 422
    assert [one["name"] for one in (await client.get("/api/datasets?text=supp")).json()["datasets"]] == ["support"]
    assert (await client.post("/api/datasets", json={"name": "support"})).status_code == 409
    assert (await client.delete(at)).status_code == 204
    assert (await client.get(at)).status_code == 404


async def test_rows_go_in_and_come_out_by_version(client: httpx.AsyncClient, at: str) -> None:
    added = await client.post(f"{at}/items", json=ROWS)
    assert (added.status_code, added.json()["version"], added.json()["num_added"]) == (201, 1, 2)
    again = await client.post(f"{at}/items?skip_duplicates=true", json=ROWS)
    assert (again.json()["version"], again.json()["num_skipped"]) == (1, 2)
    listed = (await client.get(f"{at}/items?limit=1")).json()
    assert (listed["version"], listed["items"][0]["input"], listed["next"]) == (1, ROWS[0]["input"], "1")
    assert listed["items"][0]["source"] == {"kind": "api", "name": "", "reference": ""}
    second = (await client.get(f"{at}/items?after=1")).json()["items"][0]
    assert (second["row"], second["metadata"], second["split"]) == (2, {"by": "T"}, "")
    changed = {"version": 1, "input": {"message": "Who pays?"}, "expected_output": "We do."}
    assert (await client.put(f"{at}/items/{second['id']}", json=changed)).json()["version"] == 2
    assert (await client.put(f"{at}/items/{second['id']}", json=changed)).status_code == 409
    old = (await client.get(f"{at}/items?rows=2&version=1")).json()["items"]
    new = (await client.get(f"{at}/items?rows=2")).json()["items"]
    assert (old[0]["expected_output"], new[0]["expected_output"]) == (None, "We do.")
    assert (await client.get(f"{at}/order?split=test")).json() == {"version": 2, "rows": [1]}
    assert (await client.get(f"{at}/facets")).json() == {"splits": {"": 1, "test": 1}, "tags": ["gift"]}
    assert (await client.get(f"{at}/items?version=9")).status_code == 404
    assert (await client.get(f"{at}/items?rows=1,x")).status_code == 422


async def test_versions_are_listed_compared_undone_and_restored(client: httpx.AsyncClient, at: str) -> None:
    await client.post(f"{at}/items", json=ROWS)
    ids = [one["id"] for one in (await client.get(f"{at}/items")).json()["items"]]
    await client.post(f"{at}/items/labels", json={"ids": ids, "split": "train", "add_tags": ["x"]})
    await client.delete(f"{at}/items/{ids[0]}")
    found = (await client.get(f"{at}/diff?before=1&after=3&rows=1,2")).json()
    assert (found["added"], found["edited"], found["removed"]) == ([], [2], [1])
    assert [(one["row"], one["after"] and one["after"]["split"]) for one in found["changes"]] == [
        (2, "train"),
        (1, None),
    ]
    assert (await client.post(f"{at}/versions/3/undo")).json()["num_added"] == 1
    assert (await client.post(f"{at}/versions/1/restore")).json()["num_edited"] == 2
    listed = (await client.get(f"{at}/versions")).json()["versions"]
    assert [(one["act"], one["about"]) for one in listed] == [
        ("restore", "1"), ("undo", "3"), ("delete", ""), ("edit", ""), ("add", ""),
    ]  # fmt: skip
    assert (await client.get(f"{at}/versions/2")).json()["num_edited"] == 2
    assert (await client.post(f"{at}/items/delete", json={"ids": ids})).json()["num_removed"] == 2


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ([ROWS[0], {"expected_output": 1}], [(2, "input", "Field required.")]),
        ([{"input": "x"}], [(1, "input", "Input should be a valid dictionary.")]),
        ([{"input": {"a": 1}, "expectd": 1}], [(1, "expectd", "Extra inputs are not permitted.")]),
        ([{"input": {}}], [(1, "input", "It must be an object with at least one field.")]),
    ],
)
async def test_a_bad_row_is_named_and_keeps_all_out(
    client: httpx.AsyncClient, at: str, body: list[Any], rows: list[tuple[int, str, str]]
) -> None:
    answer = await client.post(f"{at}/items", json=body)
    assert answer.status_code == 422
    assert [(one["row"], one["field"], one["problem"]) for one in answer.json()["rows"]] == rows
    assert (await client.get(at)).json()["version"] == 0


@pytest.mark.parametrize(
    "body", [b"{}", b"[", b"5", b"[]", b'[{"input": {"a": NaN}}]', b'[{"input": {"a": "\\u0000"}}]']
)
async def test_what_is_no_list_of_rows_is_refused(client: httpx.AsyncClient, at: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert (await client.post(f"{at}/items", content=body, headers=headers)).status_code == 422


async def test_the_same_key_adds_once(client: httpx.AsyncClient, at: str) -> None:
    headers = {"Idempotency-Key": "november"}
    first = await client.post(f"{at}/items", json=ROWS, headers=headers)
    second = await client.post(f"{at}/items", json=ROWS, headers=headers)
    assert first.json() == second.json()
    assert (await client.get(at)).json()["num_items"] == 2


async def test_odd_rows_are_listed(client: httpx.AsyncClient, at: str) -> None:
    await client.post(f"{at}/items", json=[*ROWS, ROWS[0]])
    assert (await client.get(f"{at}/duplicates")).json() == {"duplicates": [[1, 3]]}
    schema = {"type": "object", "properties": {"days": {"type": "string"}}}
    await client.put(at, json={"name": "support", "revision": 1, "expected_schema": schema})
    problems = (await client.get(f"{at}/problems")).json()["problems"]
    assert [(one["row"], one["field"]) for one in problems] == [
        (1, "expected_output.days"), (2, "expected_output"), (3, "expected_output.days"),
    ]  # fmt: skip
