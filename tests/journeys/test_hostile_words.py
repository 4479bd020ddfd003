"""Every field of prompts, datasets and experiments takes text that wants out of the page, and draws it as text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from backend.engines.language_model.scripted_server import ScriptedServer
from tests.doubles.scripted_thread import scripted_server
from tests.journeys.conftest import Console
from tests.journeys.test_design import ATTACKS

KEY = "scripted-key"
# Fits into every name.
NAME = "<img src=x onerror=window.broken=1>[a](javascript:window.broken=1)"
MORE = (
    "<base href='https://elsewhere.invalid/'><form action='https://elsewhere.invalid/'><button>Send</button></form>",
    "<b><i><table><td></b>unclosed <p title='\">",
    "```mermaid\ngraph TD; A-->B[<img src=x onerror=window.broken=1>]\n```",
    "$$\\href{javascript:window.broken=1}{x}$$",
    "<div style=\"background:url(https://elsewhere.invalid/css)\">@import 'https://elsewhere.invalid/x.css';</div>",
    "\x1b[31mred\x1b[0m \u202egnirts desrever\u202c \u2066isolated\u2069",
)
TEXT = "\n".join((*ATTACKS, *MORE))
LINE = "word<script>window.broken=1</script>" * 2_700  # nearly all that a template takes, in one line
OUT = """() => ({
  broken: window.broken ?? null,
  made: [...document.querySelectorAll(
    "main :is(img[src=x], iframe, script, base, math, object, embed, form[action*=elsewhere], [onerror], [onload])"
  )].map((e) => e.outerHTML.slice(0, 120)),
  links: [...document.querySelectorAll("a[href]")].map((a) => a.getAttribute("href"))
    .filter((href) => /^\\s*(javascript|data|vbscript):/i.test(href)),
})"""
NOTHING = {"broken": None, "made": [], "links": []}


@pytest.fixture
def model(console: Console) -> Iterator[str]:
    """Connect a model that says what it is told."""
    with scripted_server(ScriptedServer(key=KEY)) as base_url:
        body = {
            "name": "Hostile", "base_url": base_url, "api_key": KEY, "allow_private_address": True,
            "models": [{"name": "echo", "input_price": 1, "output_price": 1}],
        }  # fmt: skip
        made = sent(console, "POST", "/api/providers", body)["id"]
        yield "hostile:echo"
        console.api.delete(f"/api/providers/{made}")


def sent(console: Console, method: str, path: str, body: Any) -> Any:
    answer = console.api.request(method, path, json=body)
    assert answer.status_code < 300, (path, answer.text)
    return answer.json()


def planted(console: Console, model: str) -> tuple[str, str, str]:
    """Put the words into every field there is, and return the ids of the prompt, the dataset and the experiment."""
    prompt = {
        "name": NAME, "agent_config": NAME, "agent_name": NAME, "instructions": TEXT, "voice": NAME,
        "description": TEXT, "tags": [NAME], "system_prompt": f"{{% raw %}}{TEXT}{{% endraw %}} {{{{ question }}}}",
    }  # fmt: skip
    prompt_id = sent(console, "POST", "/api/prompts", prompt)["prompt"]["id"]
    tools = [{"name": "look", "description": TEXT[:2_000], "parameters": {"type": "object", "title": TEXT}}]
    version = {"text": LINE + "{{ question }}", "comment": TEXT[:400], "tools": tools}
    sent(console, "POST", f"/api/prompts/{prompt_id}/versions", version)
    sent(console, "PUT", f"/api/prompts/{prompt_id}/labels/staging", {"version": 1, "comment": TEXT[:400]})
    about = {"name": NAME, "description": TEXT[:900], "tags": [NAME[:40]]}
    dataset = sent(console, "POST", "/api/datasets", about)["id"]
    rows = [
        {
            "input": {"question": f"{one} {at}", NAME: one},
            "expected_output": TEXT,
            "metadata": {NAME: NAME[:50]},
            "split": "s",
        }
        for at, one in enumerate((*ATTACKS, *MORE))
    ]
    sent(console, "POST", f"/api/datasets/{dataset}/items", rows)
    wish = {
        "name": NAME, "dataset_id": dataset,
        "variants": [
            {"name": f"{NAME}{at}", "model": model, "prompt": {"template": "{{ question }}", "system": TEXT}}
            for at in "ab"
        ],
        "evaluators": [
            {"kind": "contains", "name": NAME, "values": ["window"], "unit": "<b>u</b>"},
            {"kind": "judge", "name": f"{NAME}2", "rubric": TEXT, "models": [model]},
            {"kind": "human", "name": f"{NAME}3", "question": TEXT[:1_900]},
        ],
    }  # fmt: skip
    experiment = sent(console, "POST", "/api/experiments", wish)["id"]
    sent(console, "POST", f"/api/experiments/{experiment}/start", {})
    until = time.monotonic() + 60
    while console.api.get(f"/api/experiments/{experiment}").json()["status"] not in {"done", "failed"}:
        assert time.monotonic() < until
        time.sleep(0.2)
    return prompt_id, dataset, experiment


def test_j2_hostile_words_in_every_field_stay_words(console: Console, model: str) -> None:
    prompt, dataset, experiment = planted(console, model)
    page, asked, dialogs = console.page, list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for path in (
        "/prompts", f"/prompts/{prompt}", "/datasets", f"/datasets/{dataset}", "/experiments",
        f"/experiments/{experiment}", f"/reviews/{experiment}", f"/experiments/new?prompt={prompt}",
        f"/experiments/new?like={experiment}", "/", "/activity",
    ):  # fmt: skip
        console.open(path)
        expect(page.locator("main .skeleton, main [aria-busy=true]")).to_have_count(0)
        if path not in {"/", "/activity"}:
            page.wait_for_function("() => document.querySelector('main').innerHTML.includes('window.broken')")
        assert page.evaluate(OUT) == NOTHING, path
        assert page.title().endswith("Signalbox"), path
    hosts = {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))}
    assert (hosts, dialogs) == ({urlsplit(console.base_url).hostname}, [])
    for path in (f"/api/prompts/{prompt}", f"/api/datasets/{dataset}", f"/api/experiments/{experiment}"):
        console.api.delete(path)
