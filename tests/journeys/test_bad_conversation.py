"""A bad conversation is found, its answer corrected and kept as a test, which the mended flow turns green."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import WIDE, Console
from tests.journeys.looking import HEIGHTS, open_page

WRONG, RIGHT = "You can return it within 14 days.", "You can return it within 30 days."
DONE_MS = 60_000


def document(words: str) -> dict[str, Any]:
    """Return a chat that answers from a text of its own."""

    def edge(source: str, out: str, target: str, into: str) -> dict[str, str]:
        return {"id": source, "source": source, "source_port": out, "target": target, "target_port": into}

    fields = {"mode": "chat", "fields": [{"name": "message"}]}
    return {
        "format": "signalbox.flow/1",
        "nodes": [
            {"id": "question", "kind": "input", "title": "Question", "config": fields},
            {"id": "policy", "kind": "template", "title": "Policy", "config": {"template": words}},
            {"id": "output", "kind": "output", "title": "Answer"},
        ],
        "edges": [edge("question", "message", "policy", "data"), edge("policy", "text", "output", "value")],
    }


def ok(answer: Any) -> Any:
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def publish(console: Console, slug: str, words: str) -> None:
    """Make the flow, or mend it, and put it into production."""
    known = console.api.get(f"/api/flows/{slug}")
    if known.status_code == 200:
        version = known.json()["version"]
        ok(console.api.put(f"/api/flows/{slug}", json={"document": document(words), "version": version}))
    else:
        ok(console.api.post("/api/flows", json={"name": slug, "slug": slug, "document": document(words)}))
    ok(console.api.post(f"/api/flows/{slug}/publish", json={}))


def complain(console: Console, slug: str) -> str:
    """Let somebody ask and find the answer wrong; return the conversation."""
    ran = ok(console.api.post(f"/api/flows/{slug}/run", json={"input": {"message": f"May I return it, {slug}?"}}))
    said = ok(console.api.get(f"/api/conversations/{ran['conversation_id']}/messages"))["messages"]
    body = {"rating": "down", "comment": "The handbook says 30."}
    ok(console.api.put(f"/api/messages/{said[-1]['id']}/feedback", json=body))
    return str(ran["conversation_id"])


def find(page: Page, width: int, slug: str) -> None:
    """Narrow the log to what was not helpful, and open what is left."""
    if width < WIDE:
        page.get_by_text("Search and filter").click()
        filters = page.locator(".fold")
    else:
        filters = page.locator(".facets")
    filters.get_by_role("checkbox", name=re.compile("^Not helpful(?!, handled)")).click()
    filters.get_by_role("searchbox", name="Search the messages").press_sequentially(slug, delay=20)
    expect(page.locator(".cv")).to_have_count(1)
    page.locator(".cv").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(slug)


def find_the_cause(console: Console, width: int) -> None:
    """See in the trace which node gave the words: it stands beside where there is room, else over the transcript."""
    page = console.page
    trace = page.get_by_role("complementary", name="Trace")
    if width < WIDE:
        page.get_by_role("button", name="Trace", exact=True).click()
        trace = page.get_by_role("dialog", name="Trace of the answer")
    trace.get_by_role("button", name=re.compile("Policy")).click()
    expect(trace.locator(".vals").last).to_contain_text("14 days")
    console.look(f"bad-conversation-cause-{width}")
    if width < WIDE:
        page.keyboard.press("Escape")


def experiment(console: Console, dataset: str, slug: str) -> str:
    """Have the flow that is published answer the rows of the dataset."""
    body = {
        "name": f"{slug} answers", "dataset_id": dataset, "variants": [{"name": "production", "flow": {"slug": slug}}],
        "evaluators": [{"kind": "exact"}],
    }  # fmt: skip
    made = str(ok(console.api.post("/api/experiments", json=body))["id"])
    ok(console.api.post(f"/api/experiments/{made}/start"))
    open_page(console.page, f"{console.base_url}/experiments/{made}")
    expect(console.page.get_by_text("Done", exact=True).first).to_be_visible(timeout=DONE_MS)
    return made


@pytest.mark.parametrize("width", [WIDE, 390])
def test_a_bad_answer_is_found_corrected_and_turns_green(console: Console, width: int) -> None:
    slug = f"returns-{width}"
    publish(console, slug, WRONG)
    conversation = complain(console, slug)
    page = console.page
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    console.open("/conversations")
    find(page, width, slug)
    find_the_cause(console, width)

    page.get_by_role("button", name="Make it a test").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Expected output")).to_have_value("")  # what was marked is not offered
    expect(dialog.get_by_text(WRONG)).to_be_visible()
    dialog.get_by_label("Dataset", exact=True).select_option("A new dataset")
    dialog.get_by_label("Name of the new dataset").fill(f"{slug} tests")
    dialog.get_by_label("Expected output").fill(RIGHT)
    console.shoot(f"bad-conversation-test-{width}")
    dialog.get_by_role("button", name="Add row").dblclick()
    tests = page.locator(".tests")
    expect(tests).to_contain_text("Test not run yet")
    datasets = ok(console.api.get("/api/datasets"))["datasets"]
    [dataset] = [one["id"] for one in datasets if one["name"] == f"{slug} tests"]
    assert len(ok(console.api.get(f"/api/datasets/{dataset}/items"))["items"]) == 1

    first = experiment(console, dataset, slug)
    console.open(f"/conversations/{conversation}")
    expect(tests).to_contain_text("Test fails")
    publish(console, slug, RIGHT)

    page.get_by_role("link", name="Replay").click()
    page.wait_for_url("**/replays/*")
    page.get_by_role("button", name="Replay", exact=True).click()
    expect(page.get_by_role("region", name="Answer of column A")).to_have_text(WRONG)
    expect(page.get_by_role("region", name="Answer of column B")).to_have_text(RIGHT)
    if width == WIDE:
        console.look("replay")

    console.open(f"/experiments/{first}")
    page.get_by_role("button", name="Run again").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("run 2")
    dialog.get_by_role("button", name="Start").click()
    page.wait_for_url(lambda url: "/experiments/" in url and first not in url)
    expect(page.get_by_text("1 row fixed: 0001")).to_be_visible(timeout=DONE_MS)
    console.shoot(f"bad-conversation-green-{width}")
    console.open(f"/conversations/{conversation}")
    expect(tests).to_contain_text("Test passes")
    console.shoot(f"bad-conversation-passes-{width}")
