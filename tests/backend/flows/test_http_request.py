"""Calls to addresses from a flow, through the guarded client."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from backend.engines.http.client import GuardedHttp
from backend.flows.types import RunStatus
from tests.doubles.web import PUBLIC_ADDRESS, Names, SeemingInternet, Seen, reply, web
from tests.factories.flows import one
from tests.factories.running import Stage


@pytest.fixture
async def internet(kitchen: Stage) -> AsyncIterator[list[Seen]]:
    """A server that seems public and answers with what it was sent; /503-n fails n times."""
    failures: dict[str, int] = {}

    def answer(seen: Seen) -> bytes:
        if seen.path.startswith("/503"):
            failures[seen.path] = failures.get(seen.path, 0) + 1
            if failures[seen.path] <= int(seen.path.rpartition("-")[2]):
                return reply(b"busy", "503 Service Unavailable")
        if seen.path == "/404":
            return reply(b"no such order", "404 Not Found")
        told = {"method": seen.method, "path": seen.path, "body": seen.body.decode()}
        return reply(json.dumps(told).encode(), content_type="application/json")

    async with web(answer) as server:
        names = Names(api_example=[PUBLIC_ADDRESS], inner_example=["10.0.0.7"])
        client = GuardedHttp(resolver=names, network=SeemingInternet({PUBLIC_ADDRESS: server.port}))
        object.__setattr__(kitchen.outside, "http", client)
        yield server.seen
        await client.close()


async def test_an_http_request_sends_what_its_templates_say(kitchen: Stage, internet: list[Seen]) -> None:
    config = {
        "method": "POST",
        "url": "http://api.example/orders/{{ input.question }}",
        "headers": {"X-Asked": "{{ input.question }}"},
        "body_type": "json",
        "body": '{"q": {{ input.question | tojson }}}',
    }
    outcome = await kitchen.run(one("http_request", config, "data", "body"), {"question": "48790"})
    assert outcome.output["answer"] == {"method": "POST", "path": "/orders/48790", "body": '{"q": "48790"}'}
    [seen] = internet
    run, rows = await kitchen.last()
    assert seen.headers["idempotency-key"] == f"{run.id}:work"
    assert seen.headers["x-asked"] == "48790"
    assert rows["work"].reason == "HTTP 200"


async def test_an_http_request_is_tried_again_under_one_key(kitchen: Stage, internet: list[Seen]) -> None:
    config = {"method": "PUT", "url": "http://api.example/503-2"}
    outcome = await kitchen.run(one("http_request", config, "data", "status", policy={"retries": 2}))
    assert outcome.output == {"answer": 200}
    assert len({seen.headers["idempotency-key"] for seen in internet}) == 1
    assert len(internet) == 3


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://api.example/404", "HTTP 404: no such order"),
        ("http://inner.example/", ""),
        ("http://169.254.169.254/latest", ""),
        ("http://127.0.0.1:8080/", ""),
        ("ftp://api.example/", ""),
    ],
)
async def test_an_http_request_that_may_not_or_cannot_fails(
    kitchen: Stage, internet: list[Seen], url: str, words: str
) -> None:
    outcome = await kitchen.run(one("http_request", {"url": "{{ input.question }}"}, "data", "body"), {"question": url})
    assert outcome.status is RunStatus.FAILED
    assert words in outcome.error
    assert len(internet) == (1 if words else 0)


async def test_an_error_status_may_be_an_output(kitchen: Stage, internet: list[Seen]) -> None:
    config = {"url": "http://api.example/404", "fail_on_error": False}
    assert (await kitchen.run(one("http_request", config, "data", "ok"))).output == {"answer": False}
    assert (await kitchen.run(one("http_request", config, "data", "status"))).output == {"answer": 404}
    assert len(internet) == 2
