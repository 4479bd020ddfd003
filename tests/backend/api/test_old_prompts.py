"""What the API that ours is compatible with took, and no model takes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.backend.api.test_prompts import client, make

__all__ = ["client"]


@pytest.mark.parametrize(
    "given",
    [
        {"temperature": 3.0, "max_tokens": 0},
        {"temperature": -1.0, "max_tokens": -7},
        {"tags": [f"tag {number}" for number in range(51)]},
    ],
)
async def test_numbers_that_no_model_takes_and_many_tags_are_kept_as_they_always_were(
    client: httpx.AsyncClient, given: dict[str, Any]
) -> None:
    made = await make(client, **given)
    assert {name: made[name] for name in given} == given
    plain = await make(client, name="Other")
    patched = await client.patch(f"/api/prompts/{plain['id']}", json=given)
    assert (patched.status_code, patched.json()["prompt"] | {"updated_at": None}) == (200, {**plain, **given})
    if "tags" not in given:
        refused = await client.post(f"/api/prompts/{made['id']}/versions", json={"text": "x", **given})
        assert refused.status_code == 422, "our own way to save a version takes what a model takes"
