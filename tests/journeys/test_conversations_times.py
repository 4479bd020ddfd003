"""The log is narrowed by time in its panel: by keys, at its address, on a phone."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.conftest import WIDE, Console
from tests.journeys.looking import HEIGHTS
from tests.journeys.test_conversations import flow, say

__all__ = ["flow"]


def test_a_time_is_chosen_by_keys_and_stands_in_the_address(console: Console, flow: str) -> None:
    say(console, flow, "Said today")
    page = console.open("/conversations")
    panel = page.get_by_role("complementary", name="Filters")
    time, chosen = panel.get_by_label("Time", exact=True), page.get_by_role("group", name="What the list shows")
    expect(page.locator(".cv").first).to_be_visible()
    time.focus()
    page.keyboard.press("y")
    expect(chosen.get_by_text("Time: Yesterday")).to_be_visible()
    expect(time).to_be_focused()
    time.select_option("Last 7 days")
    expect(chosen.get_by_text("Time: Last 7 days")).to_be_visible()
    expect(page.locator(".cv").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"since=.*until="))
    panel.get_by_text("From and to").click()
    page.emulate_media(reduced_motion="reduce")
    console.look("log-time")
    page.reload()
    expect(time).to_have_value("7")
    panel.get_by_text("From and to").click()
    panel.get_by_label("From", exact=True).fill("2025-12-01")
    panel.get_by_label("To", exact=True).fill("2025-12-31")
    page.keyboard.press("Enter")
    expect(chosen.get_by_text("Time: 1 Dec 2025 to 31 Dec 2025")).to_be_visible()
    expect(time.locator("option:checked")).to_have_text("1 Dec 2025 to 31 Dec 2025")
    chosen.get_by_role("button", name="Clear filters").click()
    expect(time).to_have_value("")
    expect(panel.get_by_label("From", exact=True)).to_have_value("")
    expect(page.locator(".cv").first).to_be_visible()


def test_a_time_is_chosen_on_a_phone(console: Console, flow: str) -> None:
    say(console, flow, "Said on the way")
    console.page.set_viewport_size({"width": 390, "height": HEIGHTS[390]})
    page = console.open("/conversations")
    fold = page.locator(".fold")
    fold.get_by_text("Search and filter").click()
    fold.get_by_label("Time", exact=True).select_option("Today")
    expect(fold.get_by_text("Search and filter (1)")).to_be_visible()
    fold.get_by_text("From and to").click()
    console.look("log-time-narrow")
    console.page.set_viewport_size({"width": WIDE, "height": HEIGHTS[WIDE]})
