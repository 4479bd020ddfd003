"""One person's data, counted and taken out of the console as a file."""

from __future__ import annotations

import json
import re
import zipfile

from playwright.sync_api import expect

from tests.journeys.conftest import Console
from tests.journeys.looking import HEIGHTS, WIDER


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


def test_a_part_of_a_name_is_counted_or_offered_to_choose_from(console: Console) -> None:
    page, people = console.page, ("part-of-ada", "part-of-bob")
    rows = [
        {"conversation_id": one, "agent": "Shop", "user_id": one, "question": f"Is {one} there?", "answer": "Yes."}
        for one in people
    ]
    content = "\n".join(json.dumps(row) for row in rows).encode()
    console.api.post("/api/conversations/import", files={"files": ("two.jsonl", content)})
    console.open("/settings/privacy")
    person, count = page.get_by_label("Person", exact=True), page.get_by_role("button", name="Count their data")
    person.fill("part-of")
    count.press("Enter")  # whom it may mean is listed over the button as soon as it is known
    expect(page.get_by_text("Nobody has the ID “part-of”. It may mean one of these:")).to_be_visible()
    console.look("privacy-meant")
    page.get_by_role("button", name="part-of-bob", exact=True).click()
    expect(page.get_by_text(re.compile("^1 conversation, 2 messages"))).to_be_visible()
    expect(person).to_have_value("part-of-bob")
    person.fill("of-ADA")
    count.press("Enter")
    expect(person).to_have_value("part-of-ada")
    expect(page.get_by_role("button", name="Remove all of it")).to_be_visible()
    person.fill("part-of-nobody")
    count.press("Enter")
    expect(page.get_by_text("Nothing of “part-of-nobody” is in this project.")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_one_persons_data_is_removed_after_a_question_and_followed_to_its_end(console: Console) -> None:
    page, person, kept = console.page, "cust-gone", "cust-stays"
    rows = [
        {"conversation_id": one, "agent": "Shop", "user_id": one, "question": f"Is {one} there?", "answer": "Yes."}
        for one in (person, kept)
    ]
    content = "\n".join(json.dumps(row) for row in rows).encode()
    answer = console.api.post("/api/conversations/import", files={"files": ("two.jsonl", content)})
    assert '"result"' in answer.text, answer.text
    console.open("/settings/privacy")
    page.get_by_label("Person", exact=True).fill(person)
    page.get_by_role("button", name="Count their data").click()
    going = page.get_by_text(re.compile("^1 conversation, 2 messages"))
    expect(going.first).to_be_visible()
    asked = page.get_by_role("dialog", name=f"Remove all data of {person}?")
    page.get_by_role("button", name="Remove all of it").click()
    expect(asked).to_contain_text("1 conversation, 2 messages")
    expect(asked).to_contain_text("It cannot be undone.")
    console.look("privacy-question")
    asked.get_by_role("button", name="Keep it").click()
    expect(asked).to_have_count(0)
    assert num_of(console, person) == 1
    page.get_by_role("button", name="Remove all of it").click()
    asked.get_by_role("button", name="Remove all of it").dblclick()
    removal = page.get_by_role("table", name="Removals").get_by_role("row").filter(has_text="person").first
    expect(removal).to_contain_text("Done")
    expect(removal.get_by_role("cell").nth(2)).to_have_text("1 of 1")
    expect(page.get_by_text("Removals under way")).to_have_count(0)
    assert (num_of(console, person), num_of(console, kept)) == (0, 1)
    console.open("/conversations?text=cust-gone")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_what_an_import_masked_is_one_click_away(console: Console) -> None:
    page, rows = console.page, "conversation_id,question,answer\nmasked-1,Write to ada@example.org,Yes\n"
    rules = console.api.get("/api/masking").json()
    console.api.put("/api/masking", json={**rules, "kinds": ["e-mail"]})
    try:
        console.open("/conversations")
        page.get_by_role("button", name="More for the list").click()
        with page.expect_file_chooser() as chooser:
            page.get_by_role("menuitem", name="Import a file").click()
        chooser.value.set_files({"name": "log.csv", "mimeType": "text/csv", "buffer": rows.encode()})
        dialog = page.get_by_role("dialog", name="Import conversations")
        expect(dialog.get_by_role("link", name="See what was masked")).to_be_visible()
        console.look("masked-import")
        dialog.get_by_role("button", name="Add 1 conversation").click()
        told = page.locator("[data-sonner-toast]")
        expect(told).to_contain_text("1 value in it is masked.")
        told.get_by_role("link", name="See what was masked").click()
        expect(page.get_by_role("table", name="Masked").get_by_role("row").nth(1)).to_be_in_viewport()
        console.look("masked-counts")
    finally:
        console.api.put("/api/masking", json=rules)


def test_a_long_word_that_is_tried_stays_in_the_window(console: Console) -> None:
    page, word = console.open("/settings/privacy"), "Donaudampfschiff" * 20
    page.get_by_label("Text to try").fill(word)
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text(word, exact=True).last).to_be_visible()
    page.set_viewport_size({"width": 390, "height": HEIGHTS[390]})
    assert page.evaluate(WIDER) == []


def num_of(console: Console, person: str) -> int:
    """Return how many conversations the log finds by what the person asked."""
    found = console.api.get("/api/conversation-search", params={"text": f'"Is {person} there"'}).json()
    return len(found["conversations"])
