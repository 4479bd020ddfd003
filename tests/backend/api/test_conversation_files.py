"""A file of conversations whose sender goes away in its middle."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from backend.api.app import create_api
from backend.api.documents import UPLOADS
from backend.bootstrap import Services
from backend.conversations.service.importing import ImportUseCases
from tests.backend.api.test_conversations import client
from tests.planting import columns_with

__all__ = ["client"]
WORD = "zwiebelkuchen"


async def test_a_sender_who_goes_away_leaves_no_conversation_and_no_file(
    services: Services, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_in_the_middle, real = asyncio.Event(), ImportUseCases.keep

    async def slowly(*given: Any) -> Any:
        kept = await real(*given)
        is_in_the_middle.set()
        return kept

    monkeypatch.setattr(ImportUseCases, "keep", slowly)
    rows = "\n".join(json.dumps({"id": f"c{one}", "text": f"{WORD} {one}"}) for one in range(400))
    request = client.build_request("POST", "/api/conversations/import", files={"files": ("log.jsonl", rows.encode())})
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
    await asyncio.wait_for(create_api()(scope, receive, send), 20)
    assert is_in_the_middle.is_set()
    assert "result" not in str(said)
    assert list((services.settings.folder / UPLOADS).iterdir()) == []
    assert await columns_with(services.units, WORD) == []
    answer = await client.post("/api/conversations/import", files={"files": ("log.jsonl", rows.encode())})
    assert json.loads(answer.text.splitlines()[-1])["result"]["num_added"] == 400
