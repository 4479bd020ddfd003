"""Compare two prompts: plan it, run it, and read the verdict."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Console

DONE_MS = 60_000


def test_two_prompts_are_planned_run_and_compared(console: Console) -> None:
    dataset = console.api.post("/api/datasets", json={"name": "Returns"}).json()["id"]
    items = [{"input": {"question": f"What is {n}?"}, "expected_output": f"{n}"} for n in range(6)]
    assert console.api.post(f"/api/datasets/{dataset}/items", json=items).status_code < 300
    page = console.open("/experiments")
    page.get_by_role("button", name="New experiment").first.click()
    page.get_by_label("Name", exact=True).fill("Short or long")
    page.get_by_label("Dataset", exact=True).select_option(dataset)
    page.get_by_label("Prompt A").fill("Answer: {{ question }}")
    page.get_by_label("Prompt B").fill("Answer in full: {{ question }} {{ tone }}")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_text("6 rows x 2 variants x 1 repetition: 12 answers")).to_be_visible()
    expect(page.get_by_text("Row 1 lacks tone for B.")).to_be_visible()
    console.look("experiment-plan")
    page.get_by_label("Prompt B").fill("Answer in full: {{ question }}")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_text("lacks tone")).to_have_count(0)
    page.get_by_role("button", name="Create", exact=True).click()
    page.wait_for_url(re.compile(r"/experiments/exp_"))
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", name="exact")).to_be_visible(timeout=DONE_MS)
    expect(page.get_by_role("table", name="Variants")).to_be_visible()
    page.get_by_role("button", name="All", exact=True).click()
    expect(page.get_by_text("Row 0001")).to_be_visible()
    console.look("experiment")
