"""The log on a phone: what is asked over the list and over a transcript is in sight, and the way back leads back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import WIDE, Console
from tests.journeys.looking import HEIGHTS
from tests.journeys.test_conversations import flow, say

__all__ = ["flow"]
NUM_ROWS = 30
FAR = 20


@pytest.fixture
def log(console: Console, flow: str) -> str:
    """Fill more than a window of the list; return a conversation that the flow answered."""
    for number in range(NUM_ROWS):
        said = [{"role": "user", "content": f"Row {number} of many"}]
        told: dict[str, Any] = {"session_id": f"p{number}", "agent_config": "a", "agent_name": "A", "duration": 1}
        made = console.api.post("/api/conversations", json={**told, "turn_count": 1, "transcript": {"messages": said}})
        assert made.status_code == 201, made.text
    return say(console, flow, "Held in one hand")


@pytest.fixture
def queue(console: Console) -> str:
    known = [one["name"] for one in console.api.get("/api/annotation-queues").json()["queues"]]
    if "Weekly look" not in known:
        body = {"name": "Weekly look", "configs": [{"name": "good"}]}
        assert console.api.post("/api/annotation-queues", json=body).status_code == 201
    return "Weekly look"


def narrow(console: Console, path: str) -> Page:
    console.page.set_viewport_size({"width": 390, "height": HEIGHTS[390]})
    return console.open(path)


def asked(page: Page, title: str) -> None:
    """Look at a dialog, and leave it by its key: the page behind can be used again."""
    dialog = page.get_by_role("dialog", name=title)
    expect(dialog).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_what_the_list_asks_is_in_sight(console: Console, log: str, queue: str) -> None:
    page = narrow(console, "/conversations")
    expect(page.locator(".cv").first).to_be_visible()
    for act, title in (
        ("Add these to a queue", "Add to an annotation queue"),
        ("Ask a judge about these", "Ask a judge"),
    ):
        page.get_by_role("button", name="More for the list").click()
        page.get_by_role("menuitem", name=act).click()
        asked(page, title)
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Save this view").click()
    asked(page, "Save this view")
    page.locator(".cv").first.get_by_role("checkbox").click()
    page.get_by_role("button", name="Add 1 to a queue").click()
    dialog = page.get_by_role("dialog")
    option = dialog.get_by_label("Queue").get_by_role("option", name=queue)
    dialog.get_by_label("Queue").select_option(value=option.get_attribute("value"))
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text(f"1 item added to {queue}")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_text(f"1 item added to {queue}")).to_have_count(0)


def test_what_a_transcript_asks_is_in_sight(console: Console, log: str, queue: str) -> None:
    page = narrow(console, f"/conversations/{log}")
    page.get_by_role("button", name="Make it a test").click()
    asked(page, "Make it a test")
    page.get_by_role("button", name="Queue", exact=True).click()
    asked(page, "Add to an annotation queue")
    page.get_by_role("button", name="Trace", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("link", name="Open full trace")).to_be_visible()
    expect(page.get_by_role("dialog").locator(".trace-bars li")).to_have_count(2)
    console.look("conversation-trace")
    asked(page, "Trace of the answer")
    page.get_by_text("About this conversation").locator("visible=true").click()
    expect(page.get_by_role("region", name="Scores").locator("visible=true")).to_be_in_viewport()
    page.get_by_label("Add a tag").fill("seen on a phone")
    page.get_by_label("Add a tag").press("Enter")
    expect(page.get_by_role("button", name="Remove the tag seen on a phone")).to_be_in_viewport()
    page.get_by_role("button", name="Take over").click()
    page.get_by_role("textbox", name="Reply").fill("A person here")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("A person here")).to_be_in_viewport()
    page.get_by_role("button", name="Hand back").click()
    page.get_by_role("link", name="Replay").first.click()
    expect(page.get_by_role("button", name="Replay", exact=True)).to_be_in_viewport()


@pytest.mark.parametrize("width", [390, WIDE])
def test_the_way_back_leads_to_the_row(console: Console, log: str, width: int) -> None:
    page = console.page
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    console.open("/conversations")
    row = page.locator(".cv").nth(FAR)
    row.scroll_into_view_if_needed()
    title = row.locator("b").inner_text()
    row.locator("a").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(title)
    expect(heading).to_be_focused()
    if width == WIDE:  # the list stays where it was
        expect(row).to_be_in_viewport()
    page.go_back()
    expect(page).to_have_url(re.compile("/conversations/?$"))
    expect(row).to_be_in_viewport()
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    expect(heading).to_have_text(title)
    if width < WIDE:
        page.get_by_role("link", name="Back to the list").click()
        expect(row).to_be_focused()
        expect(row).to_be_in_viewport()
        page.get_by_text("Search and filter").click()
        page.locator(".fold").get_by_role("checkbox", name=re.compile(r"^A ?\d+$")).click()
        page.get_by_text("Search and filter").click()
        expect(page.locator(".cv").first).to_be_in_viewport()


@pytest.mark.parametrize("width", [390, WIDE])
def test_what_was_done_to_several_is_undone_by_a_key_on_another_page(
    console: Console, log: str, queue: str, width: int
) -> None:
    page = console.page
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    console.open("/conversations")
    rows = page.locator(".cv")
    titles = [rows.nth(number).locator("b").inner_text() for number in range(3)]
    for number in range(2):
        rows.nth(number).get_by_role("checkbox").click()
    expect(page.get_by_role("button", name="Add 2 to a queue")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Select none")).to_be_in_viewport(ratio=1)
    console.shoot(f"conversations-selected-{width}")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(rows.first).to_contain_text(titles[2])
    expect(page.get_by_text("2 conversations deleted")).to_be_in_viewport()
    page.get_by_role("link", name="Approvals").locator("visible=true").first.click()
    page.wait_for_url("**/approvals*")
    expect(page.get_by_text("2 conversations deleted")).to_be_in_viewport()
    page.keyboard.press("Control+z")
    expect(page).to_have_url(re.compile("/conversations/?$"))
    expect(rows.first).to_contain_text(titles[0])
    expect(rows.nth(1)).to_contain_text(titles[1])
