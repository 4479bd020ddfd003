"""A canary secret goes through flows: the other side gets it, and nothing here keeps it."""

from __future__ import annotations

import base64
import json
import logging
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from backend.engines.http.client import GuardedHttp
from backend.engines.sealing.fernet import FernetSealer
from backend.errors import DomainError, InvalidInput
from backend.flows.agent_tools import HttpTool, Shelf
from backend.flows.context import NodeContext, RunFacts
from backend.flows.engine.covering import run_covered
from backend.flows.graph.validation import problems_of
from backend.flows.nodes.registry import KINDS
from backend.flows.types import RunStatus
from backend.flows.veil import MASK, Veil
from backend.secrets.service import SecretService
from tests.doubles.web import PUBLIC_ADDRESS, Names, SeemingInternet, Seen, reply, web
from tests.factories.flows import one
from tests.factories.running import Stage

CANARY = 'canary/9f1c é"+%4f2a'
SPELLINGS = (
    CANARY,
    quote(CANARY),
    quote(CANARY, safe=""),
    quote_plus(CANARY),
    json.dumps(CANARY)[1:-1],
    base64.b64encode(CANARY.encode()).decode(),
)


@pytest.fixture
async def internet(kitchen: Stage) -> AsyncIterator[list[Seen]]:
    """A server that repeats all that it was sent, as debugging services do."""

    def answer(seen: Seen) -> bytes:
        told = {"path": seen.path, "headers": seen.headers, "body": seen.body.decode()}
        status = "400 Bad Request" if seen.path.startswith("/400") else "200 OK"
        return reply(json.dumps(told).encode(), status, content_type="application/json")

    stored = SecretService(kitchen.units, FernetSealer(["a key of enough characters for this"]))
    await stored.put_secret(kitchen.operator, "SHOP_KEY", CANARY)
    await stored.put_variable(kitchen.operator, "REGION", "eu-central")
    async with web(answer) as server:
        client = GuardedHttp(
            resolver=Names(api_example=[PUBLIC_ADDRESS]), network=SeemingInternet({PUBLIC_ADDRESS: server.port})
        )
        object.__setattr__(kitchen.outside, "http", client)
        object.__setattr__(kitchen.outside, "stored", stored)
        yield server.seen
        await client.close()


def config(path: str) -> dict[str, Any]:
    return {
        "method": "POST",
        "url": f"http://api.example/{path}?key={{{{ secrets.SHOP_KEY | urlencode }}}}&in={{{{ variables.REGION }}}}",
        "headers": {"X-Body": "{{ secrets['SHOP_KEY'] | urlencode }}"},
        "body_type": "json",
        "body": '{"key": {{ secrets.SHOP_KEY | tojson }}}',
    }


def context_of(kitchen: Stage, settings: Any) -> NodeContext[Any]:
    facts = RunFacts("run_1", "flow_1", kitchen.operator, {})
    return NodeContext(settings, facts, "work", {}, kitchen.outside, say=None)  # type: ignore[arg-type]


def assert_nowhere(folder: Path, *more: str) -> None:
    """Grep everything on disk for every spelling of the canary."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    held = [(path.name, text) for path in files for text in SPELLINGS if text.encode() in path.read_bytes()]
    assert held == []
    assert [text for text in SPELLINGS for said in more if text in said] == []


@pytest.mark.parametrize("path", ["200", "400"])
async def test_d5_a_secret_reaches_the_other_side_and_no_record_event_or_log(
    kitchen: Stage, internet: list[Seen], tmp_path: Path, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = await kitchen.run(one("http_request", config(path), "data", "body"), {"question": "q"})
    [seen] = internet
    assert quote(CANARY) in seen.path
    assert "in=eu-central" in seen.path
    assert json.loads(seen.body) == {"key": CANARY}
    run, rows = await kitchen.last()
    assert outcome.status is (RunStatus.DONE if path == "200" else RunStatus.FAILED)
    told = f"{outcome}{run}{rows}{caplog.text}"
    assert MASK in told
    assert_nowhere(tmp_path, told)


@pytest.mark.parametrize("error", [RuntimeError, InvalidInput])
async def test_d5_a_kind_that_breaks_writes_no_secret_into_the_log(
    kitchen: Stage, internet: list[Seen], caplog: pytest.LogCaptureFixture, error: type[Exception]
) -> None:
    async def breaks(context: NodeContext[Any], _inputs: Any) -> Any:
        cause = ValueError(await context.render_secretly("{{ secrets.SHOP_KEY }}", {}))
        raise error(str(cause)) from cause

    step: Any = SimpleNamespace(kind=SimpleNamespace(name="breaks", run=breaks), node=SimpleNamespace(id="work"))
    with pytest.raises(DomainError) as raised:
        await run_covered(step, context_of(kitchen, None), {})
    assert ("RuntimeError" in caplog.text) == (error is RuntimeError)
    told = "".join(traceback.format_exception(raised.value))
    assert [text for text in SPELLINGS if text in caplog.text + told] == []
    assert internet == []


async def test_d5_a_tool_sends_a_secret_that_the_model_never_reads(kitchen: Stage, internet: list[Seen]) -> None:
    tool = HttpTool(
        url="http://api.example/{{ variables.REGION }}/orders",
        headers={"Authorization": "Bearer {{secrets.SHOP_KEY}}", "X-Plain": "{{ 7 * 7 }}"},
    )
    context = context_of(kitchen, tool)
    assert kitchen.outside.stored
    await kitchen.outside.stored.put_secret(kitchen.operator, "SHOP_KEY", "canary-9f1c-4f2a")  # type: ignore[attr-defined]
    said = await Shelf(context).tool(tool).call({})
    [seen] = internet
    assert seen.path == "/eu-central/orders"
    assert seen.headers["authorization"] == "Bearer canary-9f1c-4f2a"
    assert seen.headers["x-plain"] == "{{ 7 * 7 }}"
    assert "canary-9f1c" not in said
    assert MASK in said


def test_a_secret_may_be_named_where_it_leaves_and_nowhere_else(kitchen: Stage) -> None:
    def said(kind: str, settings: dict[str, Any], port: str) -> list[str]:
        return [
            problem.sentence for problem in problems_of(one(kind, settings, "data", port), KINDS, kitchen.templates)
        ]

    assert said("http_request", config("x"), "body") == []
    for kind, settings, port in (
        ("llm", {"user": "{{ secrets.SHOP_KEY }}"}, "text"),
        ("template", {"template": "{{ secrets.SHOP_KEY }}"}, "text"),
        ("agent", {"system": "{{ secrets.SHOP_KEY }}", "user": "x"}, "text"),
    ):
        assert any("secret cannot be used here" in sentence for sentence in said(kind, settings, port)), kind
    assert said("template", {"template": "{{ variables.REGION }}"}, "text") == []


async def test_a_name_that_is_not_stored_ends_in_its_own_words(kitchen: Stage, internet: list[Seen]) -> None:
    settings = {"url": "http://api.example/{{ secrets.NOWHERE }}"}
    outcome = await kitchen.run(one("http_request", settings, "data", "body"), {"question": "q"})
    assert "no secret called NOWHERE" in str(outcome.error)
    assert internet == []


def test_the_veil_covers_every_spelling_in_texts_lists_and_keys() -> None:
    veil = Veil()
    assert veil.cover({"a": CANARY}) == {"a": CANARY}
    veil.learn(CANARY)
    covered = veil.cover({"a": [*SPELLINGS, 1, None], f"k{CANARY}": (CANARY,)})
    assert covered == {"a": [*([MASK] * len(SPELLINGS)), 1, None], f"k{MASK}": (MASK,)}
