"""A point, a row and a line of the dashboards lead to exactly the conversations that they count."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from backend.columns import utc_now
from tests.journeys.conftest import WIDE, Console
from tests.journeys.looking import HEIGHTS

# How many were held with a model so many days ago: each number stands for one point alone.
HELD = {("swift", 1): 1, ("swift", 3): 4, ("thorough", 1): 2, ("thorough", 3): 3}
CASE = "dashboards-followed"


def held(question: str, model: str, days: int, case: str) -> dict[str, Any]:
    """Return a row of a file of conversations."""
    at = (utc_now() - timedelta(days=days)).isoformat()
    return {"conversation_id": question, "agent": "Followed", "question": question, "answer": "Yes.", "model": model,
            "created_at": at, "case": case}  # fmt: skip


@pytest.fixture
def questions(console: Console) -> dict[tuple[str, int], set[str]]:
    """Bring them in, beside one with another case; return what was asked, by model and day."""
    asked = {
        (model, days): {f"With {model}, {days} days ago, number {number}?" for number in range(num)}
        for (model, days), num in HELD.items()
    }
    rows = [
        held(text, model, days, CASE if text in asked[model, days] else "another")
        for (model, days), texts in asked.items()
        for text in (*sorted(texts), f"Of another case, with {model} {days} days ago?")
    ]
    content = "\n".join(json.dumps(row) for row in rows).encode()
    answer = console.api.post("/api/conversations/import", files={"files": ("held.jsonl", content)})
    assert '"result"' in answer.text, answer.text
    return asked


def shows(page: Page, questions: set[str]) -> None:
    """See that the log lists these conversations and no other, and go back."""
    page.wait_for_url("**/conversations?*")
    num = len(questions)
    words = f"{num} {'match' if num == 1 else 'matches'}"
    expect(page.locator(".list").get_by_text(words, exact=True)).to_be_attached()
    expect(page.locator(".cv")).to_have_count(num)
    assert {*page.locator(".cv b").all_inner_texts()} == questions
    page.go_back()
    expect(page.get_by_role("heading", name="Dashboards")).to_be_visible()


@pytest.mark.parametrize("width", [WIDE, 390])
def test_what_is_drawn_leads_to_what_it_counts(
    console: Console, questions: dict[tuple[str, int], set[str]], width: int
) -> None:
    page = console.page
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    console.open(f"/dashboards?metadata=case%3D{CASE}")
    page.get_by_label("Split").select_option("model")
    spots = page.locator(".db-spot")
    for (model, _), asked in questions.items():
        spot = spots.and_(page.get_by_label(re.compile(f"^{model}, .*: {len(asked)}$")))
        expect(spot).to_have_count(1)
        spot.click()
        shows(page, asked)
    day = (
        page.get_by_role("table", name=re.compile("by day"))
        .get_by_role("row")
        .filter(has=page.get_by_role("cell", name="7", exact=True))
    )
    day.get_by_role("link").focus()
    page.keyboard.press("Enter")
    shows(page, questions["swift", 3] | questions["thorough", 3])
    lines = page.get_by_role("table", name="Figures for each line")
    lines.get_by_role("link", name="thorough").click()
    shows(page, questions["thorough", 1] | questions["thorough", 3])
    if width < WIDE:  # a look is at both widths
        console.look("dashboards-split")
