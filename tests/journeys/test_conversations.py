"""The log: found by words and filters, walked by keys, judged, deleted and brought back; text stays text."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Console
from tests.journeys.looking import violations

# As fast as a person types: answers of the server must not put back what stood there before.
# The flow, and no model of that name.
ECHO = re.compile(r"^Echo \d")
TYPING_MS = 120


@pytest.fixture
def flow(console: Console) -> str:
    """Publish a flow that answers with the question itself; return its slug."""
    known = console.api.get("/api/flows/echo")
    if known.status_code == 200:
        return "echo"
    document = {
        "format": "signalbox.flow/1",
        "nodes": [
            {"id": "question", "kind": "input", "title": "Question"},
            {"id": "output", "kind": "output", "title": "Answer"},
        ],
        "edges": [
            {
                "id": "e1",
                "source": "question",
                "source_port": "question",
                "target": "output",
                "target_port": "value",
            }
        ],
    }
    made = console.api.post("/api/flows", json={"name": "Echo", "slug": "echo", "document": document})
    assert made.status_code in {200, 201}, made.text
    published = console.api.post("/api/flows/echo/publish", json={})
    assert published.status_code in {200, 201}, published.text
    return "echo"


def say(console: Console, flow: str, text: str, conversation_id: str = "") -> str:
    """Hold one turn over REST and return its conversation."""
    wish = {"input": {"question": text}, **({"conversation_id": conversation_id} if conversation_id else {})}
    done = console.api.post(f"/api/flows/{flow}/run", json=wish)
    assert done.status_code == 200, done.text
    return str(done.json()["conversation_id"])


def wait_for_rows(page: Page) -> None:
    expect(page.locator(".cv").first).to_be_visible()


def test_words_in_any_script_are_found(console: Console, flow: str) -> None:
    say(console, flow, "Die Straße zum Lager ist gesperrt")
    say(console, flow, "Где мой заказ?")
    page = console.open("/conversations")
    search = page.get_by_role("searchbox", name="Search the messages").first
    for words, title, marked in (
        ("STRASSE ZUM", "Die Straße zum Lager", ["Straße", "zum"]),
        ("мой заказ".upper(), "Где мой заказ?", ["мой", "заказ"]),
    ):
        search.fill("")
        search.press_sequentially(words, delay=TYPING_MS)
        expect(page.locator(".cv")).to_have_count(1)
        expect(page.locator(".list").get_by_text("1 match", exact=True)).to_be_visible()
        expect(page.locator(".cv")).to_contain_text(title)
        expect(page.locator(".cv mark")).to_have_text(marked)
        expect(search).to_have_value(words)
    search.fill("nobody ever said this")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    search.press("Escape")
    wait_for_rows(page)
    expect(search).to_have_value("")
    expect(search).to_be_focused()
    search.press("Escape")
    expect(search).not_to_be_focused()


def test_filters_narrow_the_list(console: Console, flow: str) -> None:
    say(console, flow, "One for the filter")
    page = console.open("/conversations")
    wait_for_rows(page)
    page.locator(".facets").get_by_role("checkbox", name=ECHO).click()
    expect(page.locator(".cv .tag", has_text="Support desk")).to_have_count(0)
    expect(page.locator(".cv").first).to_contain_text("Echo")
    expect(page).to_have_url(re.compile(r"/conversations/?\?flow="))
    handed_on = console.context.new_page()
    handed_on.goto(page.url)
    expect(handed_on.locator(".facets").get_by_role("checkbox", name=ECHO)).to_be_checked()
    handed_on.locator(".cv").first.click()
    expect(handed_on).to_have_url(re.compile(r"/conversations/conv_\w+\?flow="))
    handed_on.get_by_role("button", name="Clear filters").click()
    expect(handed_on).to_have_url(re.compile(r"/conversations/conv_\w+$"))
    handed_on.go_back()
    expect(handed_on.locator(".facets").get_by_role("checkbox", name=ECHO)).to_be_checked()
    handed_on.close()
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("menuitemcheckbox", name="Turns").click()
    page.keyboard.press("Escape")
    expect(page.locator(".cv").first).to_contain_text("1 turn")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Save this view").click()
    page.get_by_label("Name").fill("Only echoes")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator(".facets").get_by_role("checkbox", name=ECHO)).not_to_be_checked()
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Only echoes", exact=True).click()
    expect(page.locator(".facets").get_by_role("checkbox", name=ECHO)).to_be_checked()
    page.get_by_role("button", name="Views").click()
    assert violations(page) == []
    page.get_by_role("menuitem", name="Delete the view Only echoes").click()
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.get_by_text("deleted")).to_have_count(0)
    page.get_by_role("button", name="Views").click()
    expect(page.get_by_role("menuitem", name="Only echoes", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    say(console, flow, "One that comes meanwhile")
    page.get_by_role("button", name="1 new").click()
    expect(page.locator(".cv").first).to_contain_text("One that comes meanwhile")
    page.locator(".facets").get_by_label("Failed").click()
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.reload()
    expect(page.get_by_text("No conversation is open")).to_be_visible()
    expect(page.get_by_role("complementary", name="Trace")).to_have_count(0)


def test_keys_walk_the_list_and_open(console: Console, flow: str) -> None:
    say(console, flow, "First of two")
    say(console, flow, "Second of two")
    page = console.open("/conversations")
    wait_for_rows(page)
    page.locator(".cv").first.focus()
    page.keyboard.press("j")
    expect(page.locator(".cv").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(".cv").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/conversations/conv_"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Second of two")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    helpful = page.get_by_role("button", name="Helpful", exact=True)
    for _ in range(12):  # what the head, the tags and the messages offer stands before it
        page.keyboard.press("Tab")
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring == "solid", page.evaluate("document.activeElement.outerHTML")
        if helpful.evaluate("one => one === document.activeElement"):
            break
    expect(helpful).to_be_focused()
    page.keyboard.press("Enter")
    expect(helpful).to_have_attribute("aria-pressed", "true")


def test_a_transcript_shows_the_run_behind_each_answer(console: Console, flow: str) -> None:
    conversation = say(console, flow, "What did the nodes do?")
    say(console, flow, "And a second time?", conversation)
    page = console.open(f"/conversations/{conversation}")
    expect(page.locator(".msg")).to_have_count(4)
    trace = page.get_by_role("complementary", name="Trace")
    expect(trace.locator(".trace-bars li")).to_have_count(2)
    expect(trace.locator(".vals").last).to_contain_text("And a second time?")
    page.get_by_role("button", name="Trace").first.click()
    expect(trace.locator(".vals").last).to_contain_text("What did the nodes do?")
    trace.get_by_role("link", name="Open full trace").click()
    page.wait_for_url(re.compile("/runs/run_"))


def test_a_bad_answer_is_marked_with_words(console: Console, flow: str) -> None:
    conversation = say(console, flow, "Is this right?")
    page = console.open(f"/conversations/{conversation}")
    page.get_by_role("button", name="Not helpful").click()
    page.get_by_label("Reason").fill("It only repeats me.")
    page.get_by_role("button", name="Keep the reason").click()
    expect(page.get_by_text("It only repeats me.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("It only repeats me.")).to_be_visible()
    expect(page.locator(".cv.on")).to_contain_text("Not helpful")
    page.get_by_label("Add a tag").fill("Returns  <b>")
    page.get_by_label("Add a tag").press("Enter")
    expect(page.get_by_role("button", name="Remove the tag returns <b>")).to_be_visible()
    expect(page.locator(".facets").get_by_role("checkbox", name="returns <b>")).to_be_visible()
    page.get_by_role("button", name="Comment", exact=True).last.click()
    page.get_by_role("textbox", name="Comment").fill("<img src=x onerror=window.broken=1> see the handbook")
    page.get_by_role("button", name="Comment on the message").click()
    expect(page.locator(".comments li")).to_contain_text("<img src=x onerror=window.broken=1> see the handbook")
    assert page.evaluate("window.broken") is None
    console.look("conversation-remarks")
    page.get_by_role("button", name="Delete your comment").click()
    expect(page.locator(".comments li")).to_have_count(0)
    page.get_by_role("button", name="Not helpful").click()
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "false")


def test_a_turn_is_kept_as_a_row_with_the_right_answer(console: Console, flow: str) -> None:
    conversation = say(console, flow, "Who pays for the scratch?")
    page = console.open(f"/conversations/{conversation}")
    page.get_by_role("button", name="Make it a test").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Dataset", exact=True).select_option("A new dataset")
    dialog.get_by_label("Name of the new dataset").fill("from-the-log")
    expect(dialog.get_by_label("Expected output")).to_have_value("Who pays for the scratch?")
    dialog.get_by_label("Expected output").fill("We do.")
    dialog.get_by_label("Split").fill("test")
    console.look("conversation-to-dataset")
    dialog.get_by_role("button", name="Add row").click()
    expect(page.get_by_text("Row 0001 is in from-the-log.")).to_be_visible()
    made = next(one for one in console.api.get("/api/datasets").json()["datasets"] if one["name"] == "from-the-log")
    (row,) = console.api.get(f"/api/datasets/{made['id']}/items").json()["items"]
    assert (row["input"], row["expected_output"]) == ({"question": "Who pays for the scratch?"}, "We do.")
    assert (row["split"], row["source"]["kind"]) == ("test", "log")
    expect(page.locator(".tests")).to_contain_text("Test not run yet")
    page.get_by_role("link", name="Row 0001 of from-the-log").click()
    page.get_by_role("link", name="Open the conversation").click()
    page.wait_for_url(f"**/conversations/{conversation}?at=*")
    expect(page.locator("[id^=m-][aria-current=true]")).to_contain_text("Who pays for the scratch?")
    console.api.delete(f"/api/datasets/{made['id']}")


def test_a_link_leads_to_its_message(console: Console) -> None:
    said = [{"role": "assistant" if at % 2 else "user", "content": f"line {at}"} for at in range(250)]
    told = {"session_id": "long", "agent_config": "retail", "agent_name": "sales", "duration": 9, "turn_count": 125}
    made = console.api.post("/api/conversations", json={**told, "transcript": {"messages": said}}).json()
    address = f"/conversations/{made['conversation']['id']}"
    listed = console.api.get(f"/api{address}/messages", params={"limit": 150}).json()["messages"]
    for link in ("?at=", "#m-"):
        page = console.open(f"{address}{link}{listed[100]['id']}")
        expect(page.locator(".msg[aria-current=true]")).to_contain_text("line 100")
        expect(page.locator(".msg[aria-current=true]")).to_be_in_viewport()
    page.get_by_role("button", name="Show earlier ones").click()
    expect(page.get_by_text("line 51", exact=True)).to_be_in_viewport()
    page.get_by_role("button", name="To the end").click()
    expect(page.get_by_role("region", name="Messages").get_by_text("line 249", exact=True)).to_be_in_viewport()
    expect(page.get_by_text("The last 100 of 250 messages")).to_be_attached()


def test_a_deleted_conversation_comes_back(console: Console, flow: str) -> None:
    conversation = say(console, flow, "Delete me, then not")
    page = console.open(f"/conversations/{conversation}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete me, then not")
    page.get_by_role("button", name="Delete the conversation").click()
    expect(page.locator(".cv", has_text="Delete me, then not")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".cv", has_text="Delete me, then not")).to_have_count(1)


def test_an_unknown_conversation_says_so(console: Console) -> None:
    page = console.open("/conversations/conv_unknown")
    expect(page.get_by_text("Conversation not found")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_the_log_pleases_an_auditor(console: Console, flow: str) -> None:
    conversation = say(console, flow, "How does this look?")
    console.open("/conversations")
    wait_for_rows(console.page)
    console.look("conversations")
    console.open(f"/conversations/{conversation}")
    expect(console.page.locator(".msg")).to_have_count(2)
    console.look("conversation")
