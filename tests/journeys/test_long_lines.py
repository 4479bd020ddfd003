"""A conversation with a line of megabytes is drawn within the time of a page, and the page stays in use."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from console.state.cited_text import MAX_CHARACTERS
from tests.journeys.conftest import Console
from tests.journeys.looking import WIDER

# As long as a line may be that somebody sends to freeze a page.
CHARACTERS = 5_000_000
PAGE_MS = 10_000
# A press that is answered later than this is a page that froze.
FREEZE_MS = 2_000
GAPS = """() => {
  window.longest = 0;
  let last = performance.now();
  const tick = (now) => {
    window.longest = Math.max(window.longest, now - last);
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""


@pytest.mark.parametrize("role", ["user", "assistant"])
def test_a_line_of_five_megabytes_is_drawn_and_freezes_nothing(console: Console, role: str) -> None:
    said = [
        {"role": "user", "content": "What does the log say?"},
        {"role": role, "content": "wall" * (CHARACTERS // 4)},
    ]
    told = {"session_id": f"long-{role}", "agent_config": "a", "agent_name": "A", "duration": 1, "turn_count": 1}
    body = json.dumps({**told, "transcript": {"messages": said}})
    answer = console.api.post("/api/conversations", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201, answer.text[:500]
    page = console.page
    page.add_init_script(f"({GAPS})()")
    console.open("/conversations")
    row = page.locator(".cv").filter(has_text="What does the log say?").first
    row.click(timeout=PAGE_MS)
    expect(page.locator(".said, .md").filter(has_text=re.compile("^wallwall")).first).to_be_visible(timeout=PAGE_MS)
    left = f"{CHARACTERS - MAX_CHARACTERS:,} more characters; the REST API has them all."
    expect(page.get_by_text(left)).to_be_visible()
    page.keyboard.press("End")
    longest = page.evaluate("() => window.longest")
    print(f"{role}: the longest wait for a frame was {longest:.0f} ms")
    assert longest < FREEZE_MS
    assert page.evaluate(WIDER) == []
    console.look(f"long-line-{role}")
