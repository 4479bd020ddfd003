"""An experiment while it goes: how far it is, what it cost and who failed; held, resumed, cancelled and mended."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from backend.engines.language_model.scripted_server import ScriptedServer
from tests.doubles.scripted_thread import scripted_server
from tests.journeys.conftest import Console
from tests.journeys.looking import HEIGHTS

KEY = "scripted-key"
NUM_ROWS, NUM_ANSWERS = 12, 24
ALL = 1_000
ODD = "Row 2?"
LOOK_SECONDS = 0.02


@dataclass
class Moody(ScriptedServer):
    """Answers so many questions as it may, the others later, and has nothing to say to one until it is mended."""

    most: int = 0
    num_asked: int = 0
    is_mended: bool = False

    async def _play(self, day: str, number: int, request: dict[str, Any]) -> AsyncIterator[bytes]:
        self.num_asked += 1
        place = self.num_asked
        while place > self.most:
            await asyncio.sleep(LOOK_SECONDS)
        is_odd = ODD in str(request["messages"]) and not self.is_mended
        async for part in super()._play("empty" if is_odd else day, number, request):
            yield part


@pytest.fixture
def model(console: Console) -> Iterator[Moody]:
    """Connect a model that has a price."""
    server = Moody(key=KEY, latency_seconds=0.1)
    with scripted_server(server) as base_url:
        body = {
            "name": "Moody", "base_url": base_url, "api_key": KEY, "allow_private_address": True,
            "models": [{"name": "echo", "input_price": 100, "output_price": 400}],
        }  # fmt: skip
        answer = console.api.post("/api/providers", json=body)
        assert answer.status_code == 201, answer.text
        yield server
        console.api.delete(f"/api/providers/{answer.json()['id']}")


@pytest.fixture
def running(console: Console, model: Moody) -> Page:
    """Start an experiment of one question after the other, and open its page once seven of 24 answers came."""
    model.most = 7
    dataset = console.api.post("/api/datasets", json={"name": "going"}).json()["id"]
    rows = [
        {"input": {"question": f"Row {number}?"}, "expected_output": f"Row {number}?"} for number in range(NUM_ROWS)
    ]
    assert console.api.post(f"/api/datasets/{dataset}/items", json=rows).status_code == 201
    variants = [
        {"name": name, "prompt": {"template": text}, "model": "Moody/echo"}
        for name, text in (("plain", "{{ question }}"), ("kind", "Please: {{ question }}"))
    ]
    body = {
        "name": "Going", "dataset_id": dataset, "variants": variants, "evaluators": [{"kind": "contains"}],
        "concurrency": 1,
    }  # fmt: skip
    made = console.api.post("/api/experiments", json=body)
    assert made.status_code == 201, made.text
    assert console.api.post(f"/api/experiments/{made.json()['id']}/start").status_code == 200
    return console.open(f"/experiments/{made.json()['id']}")


def far(page: Page, *words: str) -> None:
    """Expect the line that says how far it is, and its bar."""
    expect(page.get_by_role("main").get_by_text(re.compile("^" + ", ".join(words) + "$"))).to_be_visible()
    number = int(words[0].partition(" ")[0])
    bar = page.get_by_role("progressbar", name="Answers")
    expect(bar).to_have_attribute("aria-valuenow", str(100 * number // NUM_ANSWERS))
    expect(bar).to_be_in_viewport()


def test_a_running_experiment_is_held_goes_on_and_is_mended(console: Console, model: Moody, running: Page) -> None:
    page = running
    left = "about [0-9.]+ (s|ms) left"
    far(page, "7 of 24 answers", r"2 failed \(28.6 %\)", r"\$0\.0\d+", left)
    console.look("experiment-running")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    model.most = 8  # what was asked before is still waited for
    far(page, "8 of 24 answers", r"2 failed \(25 %\)", r"\$0\.0\d+")
    model.most = 12
    page.reload()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    assert model.num_asked == 8, "nobody is asked while it is paused"
    console.look("experiment-paused")
    page.get_by_role("button", name="Resume").click()
    far(page, "12 of 24 answers", r"2 failed \(16.7 %\)", r"\$0\.0\d+", left)
    page.set_viewport_size({"width": 390, "height": HEIGHTS[390]})
    far(page, "12 of 24 answers", r"2 failed \(16.7 %\)", r"\$0\.0\d+", left)
    expect(page.get_by_role("button", name="Pause")).to_be_in_viewport()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text('What is answered stays; "Ask the rest, and 2 failed again" goes on.')).to_be_visible()
    far(page, "12 of 24 answers", r"2 failed \(16.7 %\)", r"\$0\.0\d+")
    model.most = ALL
    page.get_by_role("button", name="Ask the rest").click()
    expect(page.get_by_role("heading", name="contains")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Answers")).to_have_count(0)
    console.shoot("experiment-mended-390")
    model.is_mended = True
    page.get_by_role("button", name="Retry failed").click()
    expect(page.get_by_role("button", name="Retry failed")).to_have_count(0)
    expect(page.get_by_role("main").get_by_text("Done", exact=True)).to_be_visible()
    now = console.api.get(f"/api/experiments/{page.url.rpartition('/')[2]}").json()
    assert (now["status"], now["num_failed"]) == ("done", 0)
    assert model.num_asked == NUM_ANSWERS + 1 + 2 + 2, "each once, but the cut one and the two that failed each time"
