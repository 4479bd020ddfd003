"""Every field of prompts, datasets, experiments and conversations takes words that want out, and keeps them words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlmodel import SQLModel

from backend.engines.language_model.scripted_server import ScriptedServer
from backend.settings import SQLITE_FILE
from tests.doubles.scripted_thread import scripted_server
from tests.journeys.conftest import Console
from tests.journeys.hostile_dialogs import DIALOGS
from tests.journeys.hostile_fields import KEY, plant
from tests.journeys.hostile_log import judged
from tests.journeys.hostile_words import CORPUS, DRAWN, LINK, MARK, NAME, NOTHING, TEXT, Planted, Watch
from tests.journeys.looking import HEIGHTS, WIDER
from tests.serving import Server

PAGES = (
    "/runs/{fails run}", "/", "/activity", "/runs", "/approvals", "/flows", "/flows/{fails}", "/flows/{guarded}",
    "/settings/audit",
    "/prompts", "/datasets", "/datasets/{dataset}", "/experiments", "/experiments/{experiment}",
    "/experiments/{stopped}", "/experiments/{coded}", "/reviews/{experiment}", "/experiments/new?prompt={prompt}",
    "/experiments/new?like={experiment}", "/conversations/{held}", "/conversations/{reported}",
    "/conversations/{fails said}?beside={cited}", "/conversations/{traced}", "/conversations/{imported}",
    "/dashboards", "/judgements", "/live-tests", "/annotation", "/annotation/{queue}", "/queues/{queue}",
    "/alerts", "/alerts/{alert}",
    "/alerts/edit?alert={alert}", "/settings/privacy", "/prompts/{prompt}", "/replays/{echoes answer}",
)  # fmt: skip
# Of each table, the texts that nobody writes words into: choices, states, slugs, sentences of ours. A new column of
# words is planted, or stands here. `person` goes with who was removed, `details` of a run
# to its conversation, `origin` is an id; a second person approves, and none is here.
WORDLESS = {
    "alert": "comparison error measure sealed_secret state",
    "alert_delivery": "error event fate way",
    "alert_firing": "watched",
    "annotation": "state",
    "annotation_item": "assigned_to locked_by",
    "annotation_queue": "",
    "approval": "citations node on_limit role state",
    "code_approval": "state",
    "conversation": "channel indexed_to prompt_name rating state",
    "conversation_comment": "",
    "conversation_detail": "name",
    "conversation_person": "person",
    "conversation_record": "",
    "conversation_score": "version",
    "conversation_view": "",
    "dataset": "",
    "dataset_item": "source_kind source_reference",
    "dataset_version": "act",
    "experiment": "decided headline hint kind status wish",
    "experiment_cell": "status",
    "feedback": "rating",
    "flow": "slug",
    "experiment_pace": "reference",
    "flow_snapshot": "",
    "flow_version": "approved_by",
    "live_test": "arms guardrail label metric reason state",
    "mask_count": "day kind way",
    "masked_value": "digest kind scope sealed",
    "masking": "kinds regions salt",
    "message": "role state",
    "node_run": "node status taken",
    "privacy_job": "error kind person state",
    "prompt": "origin slug",
    "prompt_approval": "decided_by label reason state",
    "prompt_label": "name",
    "prompt_label_move": "approved_by label",
    "prompt_playground": "origin",
    "prompt_protected_label": "name",
    "prompt_version": "",
    "publish_approval": "state",
    "publish_requirement": "kind labels",
    "retention": "",
    "run": "details error_node person status trigger worker",
    "span": "",
    "takeover": "",
}
# What J2 does not promise: people and what they sign in with, projects, providers and their keys, knowledge; and what
# holds ids and digests, or words that stand in another table too.
ELSEWHERE = {
    "api_key", "audit_event", "audit_head", "chunk", "conversation_index", "conversation_word", "dataset_origin",
    "dataset_pair", "demo", "document", "group_rule", "idempotency", "installation", "invitation", "knowledge_base",
    "live_test_judged", "live_test_seat", "member", "model_default", "organisation", "password", "project",
    "project_role", "provider", "provider_model", "provider_rest", "recovery_code", "removed_trace", "reset_link",
    "run_worker", "secret", "session", "sign_in_attempt", "sign_in_link", "sign_in_policy", "support_grant",
    "user_account", "user_identity", "user_picture", "variable",
}  # fmt: skip
PIXEL = "https://elsewhere.invalid/pixel.png"
IDS = ("id", "_id", "_ids", "_hash", "fingerprint")

# What a page or a dialog is wider than the window, and the dialog than itself.
SIDEWAYS = """() => [...document.querySelectorAll("html, main, dialog[open]")]
  .filter((e) => e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > innerWidth + 1)
  .map((e) => `${e.tagName} ${e.scrollWidth} > ${e.clientWidth}`)"""


@pytest.fixture(scope="module")
def planted(server: Server, session: Any) -> Iterator[Planted]:
    """Plant them in a project of their own, by a person whose name has them too."""
    cookies = {str(one["name"]): str(one["value"]) for one in session["cookies"]}
    headers = {"Origin": server.base_url}
    with httpx.Client(base_url=server.base_url, cookies=cookies, headers=headers, timeout=60) as owner:
        me = owner.get("/api/me").json()
        project = owner.post("/api/projects", json={"name": NAME + LINK}).json()["id"]
        try:
            assert owner.post("/profile/name", data={"name": NAME}).status_code == 303
            wish = {"name": NAME, "scopes": me["permissions"], "project_id": project}
            key = {"X-API-Key": owner.post("/api/api-keys", json=wish).json()["key"]}
            with (
                httpx.Client(base_url=server.base_url, headers=key, timeout=60) as api,
                scripted_server(ScriptedServer(key=KEY)) as models,
            ):
                made = plant(api, models)
                judged(made, server.data / SQLITE_FILE)
                yield made
        finally:
            owner.post("/profile/name", data={"name": me["name"]})
            owner.delete(f"/api/projects/{project}")


def use(page: Page, path: str) -> None:
    """Do what a page draws words upon that stood nowhere before."""
    if path == "/dashboards":
        for split in ("prompt", "model", "flow"):
            page.get_by_label("Split").select_option(split)
            expect(page.get_by_role("table").first).to_contain_text("img" if split == "prompt" else NAME)
        page.keyboard.press("Control+k")
        page.keyboard.type("window")
        expect(page.get_by_role("option", name=NAME).first).to_be_visible()
    elif path == "/flows/{guarded}":
        wish = page.get_by_role("status").filter(has_text="Waits for approval by a second person.")
        expect(wish).to_contain_text(CORPUS[0])
        expect(wish).to_contain_text(NAME)
    elif path == "/settings/privacy":
        page.get_by_label("Text").fill(TEXT)
        page.get_by_role("button", name="Try it").click()
    elif path == "/conversations/{reported}":
        said = page.locator(".said")
        expect(said).to_have_count(len(CORPUS) + 3)
        assert said.evaluate_all("nodes => nodes.map((node) => node.textContent)")[: len(CORPUS)] == [*CORPUS]
        assert said.evaluate_all("nodes => nodes.flatMap((node) => [...node.children])") == []
        page.get_by_role("button", name="Views").click()
        expect(page.get_by_role("menuitem", name=NAME, exact=True)).to_be_visible()
    elif path == "/prompts/{prompt}":
        page.locator("#value-question").fill(TEXT)
        page.get_by_role("button", name="Run all").click()
        expect(page.get_by_role("region", name="Answer of column A")).to_contain_text(CORPUS[0])
        page.get_by_role("button", name="Share", exact=True).click()
        expect(page.get_by_role("link", name="Shared address")).to_be_visible()
    elif path.startswith("/replays"):
        page.get_by_role("button", name="Replay", exact=True).click()
        expect(page.get_by_role("region", name="Answer of column A")).to_contain_text(CORPUS[0])


def narrow(page: Page) -> Any:
    """Return what is wider than a phone in the dark; then the page is wide and light again."""
    was = page.viewport_size
    assert was
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": HEIGHTS[390]})
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    wider = page.evaluate(SIDEWAYS)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(was)
    return wider


def wordless(server: Server) -> dict[str, str]:
    """Return the columns of text, by table, in which the words stand in no row."""
    found: dict[str, str] = {}
    with closing(sqlite3.connect(f"file:{server.data / SQLITE_FILE}?mode=ro", uri=True)) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = database.execute(f"PRAGMA table_info([{table}])").fetchall()
            texts = [name for _, name, kind, *_ in columns if kind.startswith(("VARCHAR", "TEXT", "JSON"))]
            names = [name for name in texts if not name.endswith(IDS)]
            sums = [f"total(instr([{name}], '{MARK}'))" for name in names]
            counts = database.execute(f"SELECT {', '.join((*sums, 'total(0)'))} FROM [{table}]").fetchone()
            found[table] = " ".join(sorted(name for name, count in zip(names, counts, strict=False) if not count))
    return {table: names for table, names in found.items() if table in WORDLESS}


def test_every_table_is_looked_at_or_named() -> None:
    every = {table.name for table in SQLModel.metadata.sorted_tables}
    assert every - set(WORDLESS) == ELSEWHERE


def test_the_watch_sees_words_that_got_out(console: Console) -> None:
    console.page.route("**/*", lambda route: route.abort())
    watch = Watch(console.page)
    for text in (one for one in CORPUS if one.startswith("<")):
        console.page.set_content(f"<main>{text}</main>")
        assert watch.out() != NOTHING, text
    watch.asked.clear()
    console.page.set_content(f"<main><img src='{PIXEL}'></main>")
    assert watch.elsewhere(console.base_url) == [PIXEL]


def test_j2_hostile_words_of_every_field_stay_words(console: Console, planted: Planted, server: Server) -> None:
    page, got_out = console.page, dict[str, Any]()
    watch = Watch(page)
    for path in PAGES:
        console.open(path.format(**planted.ids))
        expect(page.locator("main .skeleton, main [aria-busy=true]")).to_have_count(0)
        page.wait_for_function(DRAWN)
        use(page, path)
        # Only the figures over time have a column for each name.
        wider = page.evaluate(WIDER) if path != "/dashboards" else []
        wider += [f"390: {one}" for one in narrow(page)]
        if (found := watch.out()) != NOTHING or wider:
            got_out[path] = [found, *wider]
        assert page.title().endswith("Signalbox"), path
    assert got_out == {}
    assert (watch.elsewhere(console.base_url), watch.dialogs) == ([], [])
    assert wordless(server) == WORDLESS


def test_j2_hostile_words_of_every_dialog_stay_words(console: Console, planted: Planted) -> None:
    page, got_out = console.page, dict[str, Any]()
    watch = Watch(page)
    for number, one in enumerate(DIALOGS):
        console.open(one.path.format(**planted.ids))
        drawn = one.opens(page)
        expect(drawn).to_contain_text(MARK)
        said = drawn.evaluate("one => one.textContent")
        lost, wider = [words for words in one.says if words not in said], narrow(page)
        if (found := watch.out()) != NOTHING or wider or lost:
            got_out[f"{number} {one.path}"] = [found, *wider, *lost]
    assert got_out == {}
    assert (watch.elsewhere(console.base_url), watch.dialogs) == ([], [])
