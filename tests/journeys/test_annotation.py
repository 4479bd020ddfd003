"""Label twenty answers by keyboard: make a queue, fill it from the log, label, undo, and see it done."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Console

HOSTILE = "<img src=x onerror=window.broken=1>"
WIDTHS = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})
NUMBER = 20


def told(console: Console) -> None:
    """Tell of twenty conversations that were held elsewhere."""
    for number in range(NUMBER):
        body = {
            "session_id": f"keyboard-{number}", "agent_config": "keyboard", "agent_name": "Keyboard desk",
            "duration": 1, "turn_count": 1,
            "transcript": {"messages": [{"role": "user", "content": f"Question {number} {HOSTILE}"},
                                        {"role": "assistant", "content": f"Answer {number} {HOSTILE}"}]},
        }  # fmt: skip
        assert console.api.post("/api/conversations", json=body).status_code == 201


def fill(console: Console) -> None:
    """Put one of them into the queue by hand, and the others by the filter."""
    page = console.open("/conversations")
    page.locator(".facets").get_by_role("checkbox", name="Keyboard desk").click()
    expect(page.locator(".cv")).to_have_count(NUMBER)
    page.locator(".cv input").first.click()
    page.get_by_role("button", name="Add 1 to a queue").click()
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("1 item added to Twenty")).to_be_visible()
    page.get_by_role("button", name="More for the list").click()
    page.get_by_role("menuitem", name="Add these to a queue").click()
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text(f"{NUMBER - 1} items added to Twenty")).to_be_visible()


def change(console: Console, page: Page) -> None:
    """Assign all items to nobody, and see that what is asked stays."""
    queue = page.url.rstrip("/").rpartition("/")[2]
    page = console.open(f"/queues/{queue}")
    page.get_by_role("button", name="Select what is shown").click()
    page.get_by_label("Assign what is selected").select_option(label="Nobody in particular")
    expect(page.get_by_text(f"{NUMBER} items assigned to nobody")).to_be_visible()
    page.get_by_role("button", name="Queue", exact=True).click()
    page.get_by_role("menuitem", name="Change the queue").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Question", exact=True).first).to_be_disabled()
    dialog.get_by_role("button", name="Cancel").click()
    console.look("annotation-items")
    assert page.evaluate("window.broken") is None


def test_twenty_are_labelled_by_keyboard(console: Console) -> None:
    told(console)
    page = console.open("/annotation")
    page.get_by_role("button", name="New queue").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(f"Twenty {HOSTILE}")
    dialog.get_by_label("Question", exact=True).fill(f"right {HOSTILE}")
    dialog.get_by_role("button", name="Add a question").click()
    expect(dialog.get_by_label("Question", exact=True)).to_have_count(2)
    dialog.get_by_label("Question", exact=True).last.fill("tone")
    dialog.get_by_label("Kind").last.select_option("category")
    dialog.get_by_label("Options or scale").last.fill(f"kind=k, curt=c, {HOSTILE}")
    dialog.get_by_label("Instructions").fill(HOSTILE)
    console.look("annotation-new")
    dialog.get_by_role("button", name="Create queue").click()
    page.wait_for_url(re.compile("/annotation/queue_"))
    queue = page.url.rpartition("/")[2]
    expect(page.get_by_text("This queue is empty")).to_be_visible()
    fill(console)
    page = console.open(f"/annotation/{queue}")
    progress = page.locator(".an-ask [role=status]")
    for number in range(NUMBER):
        page.set_viewport_size(WIDTHS[number % 2])
        if number == 0:
            page.keyboard.press("ArrowRight")
            expect(progress).to_contain_text("1 skipped")
        if number == NUMBER - 1:
            expect(page.get_by_text("1 was skipped")).to_be_visible()
            console.look("annotation-skipped")
            page.keyboard.press("ArrowRight")
        expect(progress).to_contain_text(f"{number} of {NUMBER} items done")
        expect(page.locator(".an-keys kbd").first).to_have_text("y")
        page.keyboard.press("y")
        expect(page.locator(".an-keys kbd").first).to_have_text("k")
        if number == 1:
            console.look("annotation-label")
            page.keyboard.press("ArrowLeft")
            expect(page.locator(".an-keys kbd").first).to_have_text("y")
            page.keyboard.press("n")
            expect(page.locator(".an-keys kbd").first).to_have_text("k")
        page.keyboard.press("c")
    expect(page.get_by_text(f"{NUMBER} items labelled, none left")).to_be_visible()
    expect(page.get_by_text("Needs two people on the same items")).to_be_visible()
    assert page.evaluate("window.broken") is None
    change(console, page)
    items = console.api.get(f"/api/annotation-queues/{queue}/items", params={"limit": 100}).json()["items"]
    values = [one["annotations"][0]["values"] for one in items]
    assert (len(values), [one["tone"] for one in values]) == (NUMBER, ["curt"] * NUMBER)
    assert [one[f"right {HOSTILE}"] for one in values].count(False) == 1
    console.open("/annotation")
    expect(page.get_by_role("cell", name=f"{NUMBER} of {NUMBER} items")).to_be_visible()
    console.look("annotation-list")
