"""A run waits for a person, who changes, refuses and approves; each answer then stands in its conversation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.factories.flows import asking
from tests.journeys.conftest import Console


@pytest.fixture
def waiting(console: Console) -> Iterator[list[dict[str, Any]]]:
    """Have three runs of a chat wait."""
    flow = asking("chat", question="Refund {{ inputs.value }}?", note="A refund above $200 needs a person.")
    made = console.api.post("/api/flows", json={"name": "Refunds", "document": flow.as_json()}).json()["slug"]
    assert console.api.post(f"/api/flows/{made}/publish", json={}).status_code == 201
    asked = ("$389 for the torn arm", "$49 for the collection", "$64 for the leg set")
    runs = [console.api.post(f"/api/flows/{made}/run", json={"input": {"question": one}}).json() for one in asked]
    assert [run["status"] for run in runs] == ["waiting"] * 3
    yield runs
    console.api.delete(f"/api/flows/{made}")


def test_what_waits_is_changed_refused_and_approved(console: Console, waiting: list[dict[str, Any]]) -> None:
    page = console.open("/approvals")
    main, dialog = page.get_by_role("main"), page.get_by_role("dialog")
    expect(main.get_by_role("heading", name="Refund $389 for the torn arm?")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main", exact=True).get_by_label("3 waiting")).to_be_visible()
    console.look("approvals")
    page.keyboard.press("c")
    dialog.get_by_label("Value").fill("$100 for the torn arm")
    dialog.get_by_label("Note for the record").fill("Policy allows 100")
    expect(dialog.get_by_label("What you changed")).to_contain_text("$100")
    console.look("approval-change")
    dialog.get_by_role("button", name="Change and approve").click()
    expect(page.get_by_text("Changed and approved. The run goes on.")).to_be_visible()
    expect(main.get_by_text("1 of 2")).to_be_visible()
    page.keyboard.press("r")
    dialog.get_by_role("button", name="Refuse", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say why")
    dialog.get_by_label("Reason for refusing").fill("No photo")
    dialog.get_by_role("button", name="Refuse", exact=True).click()
    expect(main.get_by_text("1 of 1")).to_be_visible()
    expect(main.get_by_role("button", name="Refused")).to_be_visible()
    changed, refused, third = waiting
    for run, answer in ((changed, "$100 for the torn arm"), (refused, "No: No photo")):
        console.open(f"/conversations/{run['conversation_id']}")
        expect(page.get_by_role("region", name="Messages").get_by_text(answer)).to_be_visible()
    console.open(f"/conversations/{third['conversation_id']}")
    card = page.get_by_role("region", name="Waiting for approval")
    expect(card).to_contain_text("Refund $64 for the leg set?")
    console.look("approval-card")
    card.get_by_role("button", name="Approve").click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Enter")
    expect(card).to_be_hidden()
    page.get_by_role("button", name="Take over").click()
    page.get_by_label("Reply").fill("It is on its way.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("region", name="Messages").get_by_text("It is on its way.")).to_be_visible()
    console.look("takeover")
    page.get_by_role("button", name="Hand back").click()
    expect(page.get_by_role("button", name="Take over")).to_be_visible()
    console.open("/approvals")
    expect(main.get_by_text("Nothing is waiting.")).to_be_visible()
