"""One person's data, counted and taken out of the console as a file."""

from __future__ import annotations

import json
import re
import zipfile

from playwright.sync_api import expect

from tests.journeys.conftest import Console


def test_one_persons_data_is_exported_and_another_id_takes_the_buttons_away(console: Console) -> None:
    page = console.page
    row = {"conversation_id": "parcel-1", "agent": "Shop", "user_id": "cust-export", "question": "Where is my parcel?",
           "answer": "On its way."}  # fmt: skip
    answer = console.api.post("/api/conversations/import", files={"files": ("one.jsonl", json.dumps(row).encode())})
    assert '"result"' in answer.text, answer.text
    console.open("/settings/privacy")
    person = page.get_by_label("Person", exact=True)
    person.press_sequentially("CUST-exp", delay=30)
    expect(page.get_by_role("option", name="cust-export")).to_contain_text("1 conversation")
    console.look("privacy-suggestions")
    person.press("ArrowDown")
    person.press("Enter")
    expect(person).to_have_value("cust-export")
    expect(page.get_by_role("option")).to_have_count(0)
    page.get_by_role("button", name="Count their data").click()
    expect(page.get_by_text(re.compile("^1 conversation, 2 messages"))).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("button", name="Export", exact=True).click()
    assert started.value.suggested_filename == "person.zip"
    with zipfile.ZipFile(started.value.path()) as file:
        assert "Where is my parcel?" in json.dumps(json.loads(file.read("person.json")))
    console.look("privacy-person")
    person.fill("cust-export-2")
    expect(page.get_by_role("button", name="Remove all of it")).to_have_count(0)
    expect(page.get_by_role("button", name="Export", exact=True)).to_have_count(0)
    expect(person).to_have_value("cust-export-2")
