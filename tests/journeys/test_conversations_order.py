"""The log is sorted and narrowed to failed calls of tools in its panel, by keys and on a phone."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.conftest import WIDE, Console
from tests.journeys.looking import HEIGHTS

TITLES = ("Short zortal", "Long zortal", "Middle zortal")  # by a word that no other journey says


def tell(console: Console, title: str, turns: int, *, failed: bool = False) -> None:
    """Report a conversation of so many turns; its last answer may have called a tool that failed."""
    said = [{"role": role, "content": f"{title} {number}"} for number in range(turns) for role in ("user", "assistant")]
    said[0]["content"] = title
    call = {"name": "lookup_order", "arguments": '{"order": "48790"}', "failed": True, "result": "No route."}
    transcript = {"messages": [*said[:-1], {**said[-1], "tool_calls": [call] if failed else []}]}
    body = {"session_id": title, "agent_config": "desk", "agent_name": "Order desk", "transcript": transcript}
    made = console.api.post("/api/conversations", json=body | {"duration": 1, "turn_count": turns})
    assert made.status_code == 201, made.text


def test_the_log_is_sorted_and_keeps_its_order(console: Console) -> None:
    for title, turns in zip(TITLES, (1, 9, 4), strict=True):
        tell(console, title, turns, failed=turns == 4)
    page = console.open("/conversations?text=zortal")
    first, sort = page.locator(".cv").first, page.get_by_label("Sort the list")
    expect(first).to_contain_text(TITLES[2])
    sort.select_option("Most turns first")
    expect(first).to_contain_text(TITLES[1])
    expect(first).to_contain_text("9 turns")
    expect(page).to_have_url(re.compile("order=turns"))
    panel = page.get_by_role("complementary", name="Filters")
    tools = panel.get_by_role("group", name="Failed tool calls")
    expect(tools).to_contain_text("One or more")
    console.look("log-order")
    page.reload()
    expect(first).to_contain_text(TITLES[1])
    expect(sort).to_have_value("turns")
    tools.get_by_label("One or more").click()
    expect(page.locator(".cv")).to_have_count(1)
    expect(first).to_contain_text(TITLES[2])
    chosen = page.get_by_role("group", name="What the list shows")
    expect(chosen.get_by_text("Failed tool calls: One or more")).to_be_visible()
    page.get_by_role("switch", name="Live").click()
    expect(sort).to_have_value("newest")
    expect(page).not_to_have_url(re.compile("order="))


def test_the_log_is_sorted_on_a_phone(console: Console) -> None:
    console.page.set_viewport_size({"width": 390, "height": HEIGHTS[390]})
    page = console.open("/conversations")
    page.get_by_label("Sort the list").select_option("Oldest first")
    expect(page).to_have_url(re.compile("order=oldest"))
    console.look("log-order-narrow")
    console.page.set_viewport_size({"width": WIDE, "height": HEIGHTS[WIDE]})
