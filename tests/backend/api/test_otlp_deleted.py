"""What comes late of a trace whose conversation was deleted."""

from __future__ import annotations

import httpx

from backend.bootstrap import Services
from backend.paging import Page
from tests.backend.api.test_otlp import client, found, send
from tests.factories.traces import agent, delivery, tracing

__all__ = ["client"]


async def test_it_goes_or_comes_back_with_the_conversation(client: httpx.AsyncClient, services: Services) -> None:
    tracer, kept = tracing()
    agent(tracer, session="s1", question="Where is A-48790?", answer="On its way.")
    spans, owner = kept.get_finished_spans(), await services.identity.ensure_owner()
    await send(client, delivery(spans[:2]))
    [one] = await found(client)
    await services.conversations.delete(owner, one["id"])
    assert (await send(client, delivery(spans))).status_code == 200
    assert await found(client) == []
    await services.conversations.restore(owner, one["id"])
    [back] = await found(client)
    assert back["id"] == one["id"]
    listed = await services.conversations.spans(owner, one["id"], "", Page())
    assert len(listed.items) == len(spans)
