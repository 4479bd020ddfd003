"""Write a prompt, compare two versions, release one, go back; and let a second person decide."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.journeys import drawing
from tests.journeys.conftest import Console
from tests.journeys.looking import open_page
from tests.journeys.test_members import invited, joined


def made(console: Console, name: str, **more: Any) -> str:
    body = {"name": name, "agent_config": "", "agent_name": "", "system_prompt": "Answer {{ question }}.", **more}
    answer = console.api.post("/api/prompts", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["prompt"]["id"])


def write(page: Page, text: str) -> None:
    """Put a text in the place of the one that is open."""
    field = page.locator(".cm-content").first
    field.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)
    expect(page.get_by_role("button", name=re.compile("^Save v"))).to_be_visible()


def save(page: Page, comment: str) -> None:
    page.get_by_role("button", name=re.compile("^Save v")).click()
    page.get_by_label("What changed").fill(comment)
    page.get_by_role("button", name="Save version").click()
    expect(page.get_by_role("button", name=re.compile("^Save v"))).to_have_count(0)


def version(page: Page, name: str) -> Any:
    return page.get_by_role("complementary", name="Versions").get_by_role("button", name=re.compile(f"^{name}"))


def begin(console: Console, name: str, text: str) -> Page:
    page = console.open("/prompts")
    page.get_by_role("button", name="New prompt").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Text", exact=True).fill(text)
    return page


def test_a_prompt_is_written_compared_released_and_rolled_back(console: Console) -> None:
    text = "You answer for {{ company }}.\nAnswer in one sentence. If you do not know, say so."
    page = begin(console, "Warranty answer", text)
    page.get_by_role("textbox", name="Folder").fill("support/answers")
    page.get_by_role("button", name="Create prompt").dblclick()
    page.wait_for_url(re.compile(r"/prompts/[0-9a-f-]{36}"))
    made = [one["name"] for one in console.api.get("/api/prompts/").json()["prompts"]]
    assert made.count("Warranty answer") == 1, "a double click is one"
    write(page, "You answer for {{ company }}.\n\nGive the period.\nAt most 120 words.")
    expect(page.locator("[data-holes]")).to_contain_text("company")
    expect(page.locator("[data-tokens]")).to_contain_text("about 17 tokens")
    save(page, "Name the period")
    page.get_by_role("button", name="Make v2 production").click()
    page.get_by_label("Why").fill("It is right")
    page.get_by_role("dialog").get_by_role("button", name="Make v2 production").click()
    expect(version(page, "v2")).to_contain_text("production")
    write(page, "You answer for {{ company }}.\n\nGive the period and the last day.\nAt most {{ words }} words.")
    console.look("prompt-edit")
    save(page, "Name the last day")
    page.get_by_role("button", name="Side by side").click()
    expect(page.get_by_text("2 lines added, 2 removed")).to_be_visible()
    expect(page.locator(".dd .add b").first).to_contain_text("and the last day")
    console.look("prompt-side")
    page.get_by_role("button", name="Unified").click()
    expect(page.locator(".l.del")).to_have_count(2)
    page.get_by_role("button", name="Make v3 production").click()
    page.get_by_role("dialog").get_by_role("button", name="Make v3 production").click()
    page.get_by_role("button", name="Roll back to v2").click()
    expect(page.get_by_role("button", name=re.compile("^Roll back to"))).to_have_count(0)
    expect(version(page, "v2")).to_contain_text("production")
    page.get_by_role("button", name="History").click()
    expect(page.get_by_role("dialog").get_by_text("production to v2 from v3")).to_be_visible()
    console.look("prompt-history")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Live test").click()
    page.get_by_label("Weight of v3").fill("25")
    console.look("prompt-split")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Answer rate, guarded by answer rate")).to_be_visible()
    console.look("prompt-live")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("production is v2 for everybody again")).to_be_visible()
    open_page(page, f"{console.base_url}/prompts")
    page.get_by_label("Search prompts").fill("last day")
    expect(page.get_by_role("link", name="Warranty answer")).to_be_visible()
    console.look("prompts")
    page.get_by_label("Search prompts").fill("no such words")
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("link", name="Warranty answer")).to_be_visible()


def test_holes_are_completed_and_a_wrong_line_is_named(console: Console) -> None:
    style = made(console, "House style", system_prompt="Be calm.")
    assert console.api.put(f"/api/prompts/{style}/labels/production", json={"version": 1}).status_code == 200
    page = console.open(f"/prompts/{made(console, 'Completed')}")
    field = page.locator(".cm-content")
    field.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\n{{ que")
    page.get_by_role("option", name="question").click()
    expect(page.locator(".cm-line").nth(1)).to_have_text("{{ question}}")
    page.keyboard.press("Control+End")
    page.keyboard.type('\n{% prompt "')
    page.get_by_role("option", name="house-style").click()
    expect(page.locator(".cm-line").nth(2)).to_have_text('{% prompt "house-style" %}')
    page.keyboard.press("Control+End")
    page.keyboard.type("\n{{ wrong")
    page.keyboard.press("Delete")
    page.keyboard.press("Delete")
    expect(page.get_by_role("alert")).to_contain_text("Line 4")
    expect(page.locator(".cm-line.wrong")).to_have_count(1)
    page.get_by_role("button", name="Discard").click()
    expect(field).to_have_text("Answer {{ question }}.")
    expect(field.locator(".v")).to_have_text("{{ question }}")


def test_a_chat_has_messages_and_places(console: Console) -> None:
    page = begin(console, "Talk", "You answer for {{ company }}.\nIf you do not know, say so.")
    page.get_by_label("Kind").select_option("chat")
    page.get_by_role("button", name="Create prompt").click()
    expect(page.locator(".turn")).to_have_count(3)
    expect(page.locator("[data-holes]")).to_contain_text("history")
    page.get_by_role("button", name="Add message").click()
    page.locator(".turn").nth(3).locator(".cm-content").click()
    page.keyboard.insert_text("And {{ more }}?")
    page.get_by_label("Who says message 4").select_option("assistant")
    page.get_by_role("button", name="Move assistant message 4 up").click()
    expect(page.locator("[data-holes]")).to_contain_text("more")
    console.look("prompt-chat")
    save(page, "One more")
    page.get_by_role("button", name="Unified").click()
    expect(page.locator(".l.add")).to_contain_text(["[assistant]", "And {{ more }}?"])


def test_a_protected_label_waits_for_a_second_person(console: Console, browser: Browser) -> None:
    link = invited(console, "yuki@alder-rowe.example", "reviewer")
    identifier = made(console, "Guarded")
    assert console.api.put("/api/prompt-labels/production", json={"protected": True}).status_code == 200
    try:
        page = console.open(f"/prompts/{identifier}")
        page.get_by_role("button", name="Make v1 production").click()
        page.get_by_label("Why").fill("Ready")
        page.get_by_role("button", name="Ask for approval").click()
        expect(page.get_by_text("Nobody approves their own change.")).to_be_visible()
        console.look("prompt-waiting")
        yuki = joined(browser, link, "Yuki Sato")
        open_page(yuki, f"{console.base_url}/prompts")
        yuki.get_by_role("link", name="Look and decide").click()
        yuki.get_by_role("button", name="Approve").click()
        expect(version(yuki, "v1")).to_contain_text("production")
        expect(yuki.get_by_role("button", name="Approve")).to_have_count(0)
        yuki.context.close()
    finally:
        console.api.put("/api/prompt-labels/production", json={"protected": False})


ANSWERED_MS = 90_000  # the built-in model answers two columns one after the other, on a busy machine


def test_two_versions_are_tried_at_once_shared_and_kept(console: Console) -> None:
    identifier = made(console, "Tried", system_prompt="Say hello to {{ name }}.")
    saved = console.api.post(f"/api/prompts/{identifier}/versions", json={"text": "Greet {{ name }} in {{ tone }}."})
    assert saved.status_code == 201
    assert console.api.put(f"/api/prompts/{identifier}/labels/production", json={"version": 1}).status_code == 200
    page = console.open(f"/prompts/{identifier}")
    play = page.get_by_role("region", name="Playground")
    page.get_by_label("name", exact=True).fill("Ada")
    play.get_by_role("button", name="Run all").click()
    expect(play.get_by_text("The prompt needs tone.")).to_be_visible()
    expect(play.get_by_role("button", name="Run all")).to_be_visible(timeout=ANSWERED_MS)
    page.get_by_label(re.compile("^tone")).fill("a calm voice")
    page.get_by_label("Temperature of column B").fill("0.1")
    second = play.locator(".pc").nth(1)
    second.get_by_text("More of its own").click()
    second.get_by_label("Maximum answer length").fill("60")
    page.keyboard.press("Control+Enter")
    expect(play.get_by_text("2 of 2 done")).to_be_visible(timeout=ANSWERED_MS)
    expect(play.locator(".cf").nth(1)).to_contain_text(re.compile(r"\d+ in, \d+ out"))
    console.look("prompt-play")
    dataset = console.api.post("/api/datasets", json={"name": "Tones"}).json()["id"]
    console.api.post(f"/api/datasets/{dataset}/items", json=[{"input": {"tone": "a calm voice", "name": "Eve"}}])
    play.get_by_role("button", name="Fill from a row").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Row")).to_have_value("1")
    console.look("prompt-play-row")
    dialog.get_by_role("button", name="Fill", exact=True).click()
    expect(page.get_by_label("name", exact=True)).to_have_value("Eve")
    play.get_by_role("button", name="Share").click()
    address = play.get_by_role("link", name="Shared address").get_attribute("href")
    assert address
    open_page(page, address)
    expect(page.get_by_label(re.compile("^tone"))).to_have_value("a calm voice")
    expect(page.get_by_label("Temperature of column B")).to_have_value("0.1")
    expect(page.get_by_role("button", name="Run all")).to_be_in_viewport()
    play.get_by_role("button", name="Save as version").nth(1).click()
    save(page, "Cooler")
    expect(version(page, "v3")).to_contain_text("Cooler")
    expect(page.get_by_label("Version of column B")).to_have_value("3")
    assert console.api.get(f"/api/prompts/{identifier}").json()["prompt"]["max_tokens"] == 60


def test_a_node_of_a_flow_uses_a_prompt_by_label_or_version(console: Console) -> None:
    identifier = made(console, "Node prompt", system_prompt="Be calm, {{ name }}.")
    assert console.api.put(f"/api/prompts/{identifier}/labels/production", json={"version": 1}).status_code == 200
    drawn = drawing.document(
        [drawing.node("input", "input"), drawing.node("say", "llm", title="Say"), drawing.node("output", "output")],
        ["input.question > say.prompt", "say.text > output.value"],
    )
    flow = drawing.make(console, "Uses a prompt", drawn)
    page = drawing.open_flow(console, flow)
    drawing.at(page, "say").locator("header").click()
    page.get_by_label("Prompt", exact=True).select_option("node-prompt")
    expect(page.get_by_label("Which version")).to_have_value("label:production")
    page.get_by_label("Which version").select_option("version:1")
    page.get_by_label("Value of name").fill("{{ input.question }}")
    page.get_by_label("Title", exact=True).click()
    wanted = {"slug": "node-prompt", "label": "", "version": 1, "values": {"name": "{{ input.question }}"}}
    drawing.saved(page, console, flow, lambda found: found["nodes"][1]["config"].get("prompt") == wanted)
    expect(drawing.at(page, "say")).to_contain_text("Node prompt, v1")
    console.look("flow-prompt")
    open_page(page, f"{console.base_url}/prompts/{identifier}")
    expect(page.get_by_role("link", name="Uses a prompt 02 uses v1")).to_be_visible()
