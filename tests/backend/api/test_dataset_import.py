"""A file of rows that is sent twice, and one whose sender goes away in its middle."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.api.app import create_api
from backend.api.documents import UPLOADS
from backend.bootstrap import Services
from backend.datasets.repository import Items
from tests.backend.api.test_datasets import at, client
from tests.factories.workbooks import workbook
from tests.planting import columns_with

__all__ = ["at", "client"]
WORD = "zwiebelkuchen"


def _result(answer: httpx.Response) -> dict[str, Any]:
    return dict(json.loads(answer.text.splitlines()[-1])["result"])


async def test_the_same_file_adds_its_rows_once_unless_somebody_wants_them_twice(
    client: httpx.AsyncClient, at: str, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "a.xlsx", ["message", "gold", "split"], ["Größe?", 30, "test"], [], ["Who pays?", "We.", ""]
    )
    sheet = {"files": ("tickets.xlsx", path.read_bytes())}
    assert _result(await client.post(f"{at}/import", files=sheet))["num_added"] == 2
    (first, second) = (await client.get(f"{at}/items")).json()["items"]
    assert (first["input"], first["expected_output"], first["split"]) == ({"message": "Größe?"}, 30, "test")
    assert (second["input"], second["source"]["name"]) == ({"message": "Who pays?"}, "tickets.xlsx")
    looked = _result(await client.post(f"{at}/import?dry_run=true", files=sheet))
    assert (looked["kind"], looked["num_fitting"], looked["num_duplicates"]) == ("xlsx", 2, 2)
    assert [one["row"] for one in looked["duplicates"]] == [1, 2]
    again = _result(await client.post(f"{at}/import", files=sheet))
    assert (again["num_added"], again["num_skipped"], again["version"]) == (0, 2, 1)
    posted = (await client.post(f"{at}/items", files=sheet)).json()
    assert (posted["num_added"], posted["num_skipped"]) == (0, 2)
    assert (await client.get(at)).json()["num_items"] == 2
    wanted = _result(await client.post(f"{at}/import?skip_duplicates=false", files=sheet))
    assert (wanted["num_added"], wanted["num_skipped"]) == (2, 0)


async def test_a_sender_who_goes_away_leaves_no_row_and_no_file(
    services: Services, client: httpx.AsyncClient, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_in_the_middle, real = asyncio.Event(), Items.begin

    async def slowly(*given: Any) -> None:
        await real(*given)
        is_in_the_middle.set()
        await asyncio.sleep(20)  # what writes is stopped here, or it is not stopped at all

    monkeypatch.setattr(Items, "begin", slowly)
    rows = "\n".join(json.dumps({"message": f"{WORD} {one}"}) for one in range(400))
    request = client.build_request("POST", f"{at}/import", files={"files": ("rows.jsonl", rows.encode())})
    told = iter([{"type": "http.request", "body": request.read(), "more_body": False}])

    async def receive() -> Any:
        if (message := next(told, None)) is not None:
            return message
        await is_in_the_middle.wait()
        return {"type": "http.disconnect"}

    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "http", "asgi": {"spec_version": "2.3"}, "method": "POST", "path": request.url.path,
        "query_string": b"", "headers": [(name.lower(), value) for name, value in request.headers.raw],
    }  # fmt: skip
    await asyncio.wait_for(create_api()(scope, receive, send), 15)
    assert is_in_the_middle.is_set()
    assert "result" not in str(said)
    assert list((services.settings.folder / UPLOADS).iterdir()) == []
    assert await columns_with(services.units, WORD) == []
    monkeypatch.setattr(Items, "begin", real)
    answer = await client.post(f"{at}/import", files={"files": ("rows.jsonl", rows.encode())})
    assert _result(answer)["num_added"] == 400
