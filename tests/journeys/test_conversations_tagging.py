"""One tag for all that is selected in the log, and the way back, wide and on a phone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.conftest import WIDE, Console
from tests.journeys.looking import HEIGHTS
from tests.journeys.test_conversations import flow, say

__all__ = ["flow"]


def test_what_is_selected_is_tagged_and_comes_back(console: Console, flow: str) -> None:
    for number in range(2):
        say(console, flow, f"To be tagged {number}")
    page = console.open("/conversations")
    for number in range(2):
        page.locator(".cv").nth(number).get_by_role("checkbox").click()
    console.look("log-tag-selected")
    page.get_by_role("button", name="Tag", exact=True).click()
    dialog = page.get_by_role("dialog", name="Tag 2 conversations")
    dialog.get_by_label("Tag", exact=True).fill("Late")
    console.look("log-tag")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 conversations tagged “late”")).to_be_visible()
    expect(page.get_by_role("button", name="Remove the tag late")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("2 conversations tagged “late”")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove the tag late")).to_have_count(0)


def test_one_act_at_a_time_is_offered_back(console: Console, flow: str) -> None:
    for number in range(3):
        say(console, flow, f"To be undone {number}")
    page = console.open("/conversations")
    page.locator(".cv").nth(0).get_by_role("checkbox").click()
    page.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_role("dialog").get_by_label("Tag", exact=True).fill("Kept")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 conversation tagged “kept”")).to_be_visible()
    page.locator(".cv").nth(1).get_by_role("checkbox").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("1 conversation deleted")).to_be_visible()
    expect(page.locator(".undo")).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(page.locator(".undo")).to_have_count(0)
    page.locator(".cv").nth(0).click()
    expect(page.get_by_role("button", name="Remove the tag kept")).to_be_visible()


def test_a_tag_is_asked_for_in_sight_on_a_phone(console: Console, flow: str) -> None:
    say(console, flow, "To be tagged on the way")
    console.page.set_viewport_size({"width": 390, "height": HEIGHTS[390]})
    page = console.open("/conversations")
    page.locator(".cv").first.get_by_role("checkbox").click()
    page.get_by_role("button", name="Tag", exact=True).click()
    dialog = page.get_by_role("dialog", name="Tag 1 conversation")
    expect(dialog).to_be_in_viewport(ratio=1)
    dialog.get_by_label("Tag", exact=True).fill("On the way")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 conversation tagged “on the way”")).to_be_visible()
    console.look("log-tag-undo")  # last: the way back is offered for ten seconds, and a look takes as long
    console.page.set_viewport_size({"width": WIDE, "height": HEIGHTS[WIDE]})
