"""A stream of a run's events, given up by its reader."""

from __future__ import annotations

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from backend.api.runs import EventStream
from backend.bootstrap import Services
from backend.engines.events.in_process import InProcessEvents
from backend.flows.types import RunWish
from tests.factories.flows import greeting


async def test_a_reader_that_goes_away_between_two_events_ends_the_subscription(services: Services) -> None:
    operator = await services.identity.ensure_owner()
    await services.flows.create(operator, "Desk", document=greeting())
    assert isinstance(services.events, InProcessEvents)
    stream = EventStream(await services.runs.stream(operator, "desk", RunWish({"question": "you"}, "draft")))

    async def receive() -> Message:
        raise AssertionError("the server tells it by the send that fails")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            listening.append(services.events.num_topics)
            raise OSError

    listening: list[int] = []
    with pytest.raises(ClientDisconnect):
        await stream({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send)
    assert (listening, services.events.num_topics) == ([1], 0)
