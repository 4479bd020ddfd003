"""Datasets over REST: what a script that compares prompts does."""

from __future__ import annotations

import json
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
    assert (await client.get(f"{at}/versions/{10**30}")).status_code == 404
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
    near = {"input": {"message": "Can I return a gift"}}
    await client.post(f"{at}/items", json=[near])
    found = (await client.get(f"{at}/near-duplicates")).json()
    assert found == {
        "version": 2, "pairs": [{"row": 4, "like": 1, "likeness": 0.9744}], "num_rows": 2, "more": False, "num_kept": 0,
            "num_left": 0,
    }  # fmt: skip
    kept = f"{at}/near-duplicates/kept"
    assert (await client.post(kept, json={"row": 1, "like": 9})).status_code == 404
    for _ in range(2):
        assert (await client.post(kept, json={"row": 1, "like": 4})).status_code == 204
    found = (await client.get(f"{at}/near-duplicates")).json()
    assert (found["pairs"], found["num_rows"], found["num_kept"]) == ([], 0, 1)
    assert (await client.delete(kept)).status_code == 204
    assert (await client.get(f"{at}/near-duplicates")).json()["num_rows"] == 2
    assert (await client.get(f"{at}/near-duplicates?likeness=0.99")).json()["pairs"] == []
    assert (await client.get(f"{at}/near-duplicates?likeness=2")).status_code == 422
    await client.post(
        f"{at}/items/delete", json={"ids": [(await client.get(f"{at}/items?rows=4")).json()["items"][0]["id"]]}
    )
    schema = {"type": "object", "properties": {"days": {"type": "string"}}}
    await client.put(at, json={"name": "support", "revision": 1, "expected_schema": schema})
    problems = (await client.get(f"{at}/problems")).json()["problems"]
    assert [(one["row"], one["field"]) for one in problems] == [
        (1, "expected_output.days"), (2, "expected_output"), (3, "expected_output.days"),
    ]  # fmt: skip


TICKETS = b"message,gold\nWho pays?,We do.\nReturn?,30 days\n"


def _files(content: bytes = TICKETS, name: str = "tickets.csv") -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", (name, content))]


def _lines(answer: httpx.Response) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


def _left_behind(services: Services) -> list[Any]:
    return [*(services.settings.folder / "uploads").glob("*")]


async def test_a_file_is_looked_at_and_then_imported(client: httpx.AsyncClient, services: Services, at: str) -> None:
    looked = await client.post(f"{at}/import?dry_run=true", files=_files())
    assert (looked.status_code, looked.headers["content-type"]) == (200, "application/x-ndjson")
    plan = _lines(looked)[-1]["result"]
    assert plan["mapping"] == {"message": "input.message", "gold": "expected_output"}
    assert (plan["num_fitting"], plan["num_bad"], len(plan["first"]), plan["num_empty"]) == (2, 0, 2, {})
    assert (plan["num_near"], plan["num_left"]) == (0, 0)
    assert (await client.get(at)).json()["version"] == 0
    mapping = json.dumps({"message": "input.text", "gold": ""})
    done = _lines(await client.post(f"{at}/import", params={"mapping": mapping}, files=_files()))
    assert done[-1]["result"]["num_added"] == 2
    (row, _) = (await client.get(f"{at}/items")).json()["items"]
    assert (row["input"], row["expected_output"], row["source"]["name"]) == ({"text": "Who pays?"}, None, "tickets.csv")
    assert _left_behind(services) == []


async def test_a_file_posted_as_rows_is_imported_at_once(
    client: httpx.AsyncClient, services: Services, at: str
) -> None:
    added = await client.post(f"{at}/items", files=_files(), headers={"Idempotency-Key": "a"})
    again = await client.post(f"{at}/items", files=_files(), headers={"Idempotency-Key": "a"})
    assert (added.status_code, added.json()["num_added"]) == (201, 2)
    assert again.json() == added.json()
    bad = await client.post(f"{at}/items", files=_files(b"message,gold\nx,y\n,z\n"))
    assert (bad.status_code, [one["row"] for one in bad.json()["rows"]]) == (422, [3])
    assert (await client.get(at)).json()["num_items"] == 2
    assert _left_behind(services) == []


@pytest.mark.parametrize(
    ("content", "words", "status"),
    [
        (b"message\n", "holds no rows", 422),
        (b"%PDF-1.7", "This is a PDF", 422),
        (b"message\nx\n" + b"y" * 51 * 1024 * 1024, "larger than 50 MB", 413),
    ],
)
async def test_a_file_that_cannot_be_imported_says_why(
    client: httpx.AsyncClient, services: Services, at: str, *, content: bytes, words: str, status: int
) -> None:
    told = await client.post(f"{at}/import?dry_run=true", files=_files(content))
    last = _lines(told)[-1]
    assert words in last["detail"]
    assert status in {told.status_code, last.get("status")}
    assert (await client.post(f"{at}/items", files=_files(content))).status_code == status
    assert _left_behind(services) == []


async def test_one_file_at_a_time_and_a_mapping_that_is_one(client: httpx.AsyncClient, at: str) -> None:
    two = await client.post(f"{at}/import", files=_files() + _files())
    assert (two.status_code, two.json()["detail"]) == (422, "Send one file at a time.")
    for mapping in ("{", "[]", '{"message": 1}'):
        answer = await client.post(f"{at}/import", params={"mapping": mapping}, files=_files())
        assert answer.status_code == 422


async def test_rows_are_exported_as_a_download(client: httpx.AsyncClient, at: str) -> None:
    await client.post(f"{at}/items", json=ROWS)
    answer = await client.get(f"{at}/export?format=csv&split=test")
    assert answer.text == (
        "\ufeffrow,split,tags,input.message,expected_output.days\r\n1,test,gift,Can I return a gift?,30\r\n"
    )
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''support-240-v1.csv"
    assert answer.headers["x-content-type-options"] == "nosniff"
    lines = await client.get(f"{at}/export")
    assert [one["input"] for one in _lines(lines)] == [one["input"] for one in ROWS]
    assert (await client.get(f"{at}/export?version=4")).status_code == 404
