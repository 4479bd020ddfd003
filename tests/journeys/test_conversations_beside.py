"""Two conversations compared: one is held while another is opened, at its side, and below it on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import WIDE, Console
from tests.journeys.looking import HEIGHTS

SAID = {"held": "The sofa came late, says one", "open": "The sofa came in time, says the other"}


def told(console: Console, which: str) -> str:
    """Tell of a conversation that was held elsewhere; return its id."""
    said = [{"role": "user", "content": SAID[which]}, {"role": "assistant", "content": f"I see: {which}."}]
    body = {
        "session_id": f"compared-{which}", "agent_config": "sofas", "agent_name": "Sofas", "duration": 1,
        "turn_count": 1, "transcript": {"messages": said},
    }  # fmt: skip
    return str(console.api.post("/api/conversations", json=body).json()["conversation"]["id"])


@pytest.mark.parametrize("width", [WIDE, 390])
def test_two_conversations_are_compared_in_one_window(console: Console, width: int) -> None:
    ids = {which: told(console, which) for which in SAID}
    page = console.page
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    console.open(f"/conversations/{ids['held']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(SAID["held"])
    page.get_by_role("button", name="Keep it beside, to compare").click()
    second = page.get_by_role("complementary", name="Conversation beside")
    expect(second.get_by_text("Open another conversation from the list")).to_be_in_viewport()
    if width < WIDE:
        page.get_by_role("link", name="Back to the list").click()
        expect(second.get_by_role("heading", name=SAID["held"])).to_be_in_viewport()
    page.locator(".cv", has_text=SAID["open"]).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SAID["open"])
    opened = page.get_by_role("region", name="Messages", exact=True)
    held = second.get_by_role("region", name="Messages of the conversation beside")
    for said, which in ((opened, "open"), (held, "held")):
        expect(said.get_by_text(SAID[which], exact=True)).to_be_in_viewport(ratio=1)
        expect(said.get_by_text("Turns", exact=True)).to_be_in_viewport()
    if width < WIDE:  # a look is at both widths
        console.look("conversation-beside")
    second.get_by_role("button", name="Close the comparison").click()
    expect(second).to_have_count(0)
    expect(opened.get_by_text(SAID["open"], exact=True)).to_be_in_viewport(ratio=1)
