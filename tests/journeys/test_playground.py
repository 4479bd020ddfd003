"""Columns of the playground while they write, with calls of tools, objects, prices and times; and what a text costs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from backend.engines.language_model.scripted_server import ScriptedServer
from tests.doubles.scripted_thread import scripted_server
from tests.journeys.conftest import Console
from tests.journeys.test_prompts import made
from tests.serving import Server

KEY = "scripted-key"
# Dollars for a million tokens, so high that a few words cost what can be read.
PRICED = {"capabilities": {"function_calling": True, "json_schema": True}, "input_price": 100, "output_price": 400}
SEARCH = {
    "name": "search",
    "description": "Search the handbook",
    "parameters": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
}
FOUND = "A sofa may be returned within 30 days."
SCHEMA = {"type": "object", "properties": {"thing": {"type": "string"}, "days": {"type": "integer"}}}
OBJECT = '{"thing": "{{ thing }}", "days": 30}'


@pytest.fixture(scope="module")
def lab(server: Server, api_key: str) -> Iterator[None]:
    """Connect models that have a price, and one that has none."""
    priced = [{"name": name, **PRICED} for name in ("echo", "scripted", "drip", "hang")]
    with (
        scripted_server(ScriptedServer(key=KEY)) as base_url,
        httpx.Client(base_url=server.base_url, headers={"X-API-Key": api_key}, timeout=60) as api,
    ):
        body = {
            "name": "Played", "base_url": base_url, "api_key": KEY, "allow_private_address": True,
            "models": [*priced, {"name": "length"}],
        }  # fmt: skip
        answer = api.post("/api/providers", json=body)
        assert answer.status_code == 201, answer.text
        yield
        api.delete(f"/api/providers/{answer.json()['id']}")


def laid_out(console: Console, prompt: str, *models: str) -> Page:
    """Open the playground of a prompt, with a column for each model."""
    page = console.open(f"/prompts/{prompt}")
    for letter, model in zip("ABC", models, strict=False):
        if letter != "A":
            page.get_by_role("button", name="Add column").click()
        page.get_by_label(f"Model of column {letter}").select_option(label=f"{model}, Played")
    return page


def column(page: Page, letter: str) -> Locator:
    return page.locator(".pc").filter(has=page.get_by_role("region", name=f"Answer of column {letter}"))


def own(page: Page, letter: str, **settings: object) -> None:
    """Give a column settings of its own."""
    column(page, letter).get_by_text("More of its own").click()
    for label, value in settings.items():
        column(page, letter).get_by_label(label.replace("_", " ")).fill(json.dumps(value))


@pytest.mark.usefixtures("lab")
def test_a_column_writes_while_others_are_silent_or_done(console: Console) -> None:
    prompt = made(console, "Written at once", system_prompt="Say hello.")
    page = laid_out(console, prompt, "drip", "hang", "echo")
    page.get_by_role("button", name="Run all").click()
    expect(column(page, "A")).to_contain_text("It is halfand and ")
    expect(column(page, "C").locator(".cf")).to_contain_text("Done")
    expect(column(page, "C").locator(".vt")).to_have_text("Say hello.")
    expect(column(page, "C").locator(".cf")).to_contain_text(re.compile(r"\d+ ms|\d\.\d s"))
    expect(column(page, "C").locator(".cf")).to_contain_text("2 in, 2 out$1.00 per 1,000")
    expect(column(page, "A").locator(".cf")).to_contain_text("Writing")
    expect(column(page, "B").locator(".cf")).to_contain_text("Writing")
    expect(column(page, "B").locator(".vt")).to_have_text("")
    said = len(column(page, "A").locator(".vt").inner_text())
    expect(column(page, "A").locator(".vt")).to_have_text(re.compile(f"^.{{{said + 40},}}$"))
    console.look("prompt-play-writing")
    page.get_by_role("button", name="Stop").click()
    for letter in "AB":
        expect(column(page, letter).locator(".cf")).to_contain_text("Stopped")
    expect(column(page, "A")).to_contain_text("It is halfand and ")
    expect(page.get_by_role("button", name="Run all")).to_be_visible()


@pytest.mark.usefixtures("lab")
def test_columns_show_tools_and_objects_and_become_rows(console: Console) -> None:
    prompt = made(console, "Shown in columns", system_prompt="May I return a {{ thing }}?")
    saved = console.api.post(f"/api/prompts/{prompt}/versions", json={"text": OBJECT})
    assert saved.status_code == 201, saved.text
    page = laid_out(console, prompt, "echo", "scripted", "scripted")
    own(page, "A", JSON_schema_of_the_answer=SCHEMA)
    for letter, tool in ("B", SEARCH), ("C", {**SEARCH, "result": FOUND}):
        page.get_by_label(f"Version of column {letter}").select_option("1")
        own(page, letter, Tools=[tool])
    page.get_by_label("thing", exact=True).fill("sofa")
    page.get_by_role("button", name="Run all").click()
    asked = 'calls search({"query": "May I return a sofa?"})'
    expect(column(page, "B").locator(".calls li")).to_have_text([asked])
    expect(column(page, "C").locator(".calls li")).to_have_text([f"{asked} gives {FOUND}"])
    expect(column(page, "C").locator(".vt")).to_have_text(FOUND)
    expect(page.get_by_text("3 of 3 done, $0.0")).to_be_visible()
    value = column(page, "A").locator(".pval")
    assert json.loads(value.inner_text()) == {"thing": "sofa", "days": 30}
    console.look("prompt-play-shown")
    column(page, "A").get_by_role("button", name="Save as row").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Expected output")).to_have_value(value.inner_text())
    dialog.get_by_label("Name of the new dataset").fill("Kept in the playground")
    dialog.get_by_label("Split").fill("test")
    console.look("prompt-play-row-kept")
    dialog.get_by_role("button", name="Add row").click()
    expect(page.get_by_text("Row 0001 is in Kept in the playground.")).to_be_visible()
    [dataset] = [
        one for one in console.api.get("/api/datasets").json()["datasets"] if one["name"].startswith("Kept in")
    ]
    [row] = console.api.get(f"/api/datasets/{dataset['id']}/items").json()["items"]
    assert (row["input"], row["split"]) == ({"thing": "sofa"}, "test")
    assert json.loads(row["expected_output"])["days"] == 30


@pytest.mark.usefixtures("lab")
def test_an_edited_text_says_what_a_call_costs_on_its_model(console: Console) -> None:
    page = console.open(f"/prompts/{made(console, 'Priced', system_prompt='Say it.')}")
    field, told = page.locator(".cm-content"), page.locator("[data-tokens]")
    model = page.get_by_label("Model", exact=True)
    model.select_option(label="length, Played")
    expect(told).to_have_text("about 2 tokens before its values")
    model.select_option(label="echo, Played")
    expect(told).to_have_text("about 2 tokens before its values, $0.0002 a call")
    field.click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(" And then say it again, in other words.")
    expect(told).to_have_text("about 12 tokens before its values, $0.0012 a call")
