"""Run the draft beside the canvas, watch the tokens, stop it, and look at it again later."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Console
from tests.journeys.drawing import at, document, draft, echo, make, node, open_flow, saved
from tests.serving import ROOT, Server, command, free_port

KEY = "scripted-key"
STOP_SECONDS = 2
FIRST_CALL_MS = 30_000  # the model libraries load with the first question, which takes seconds


@pytest.fixture(scope="module")
def gateway(server: Server) -> Iterator[str]:
    """Serve the scripted model at the pace of a real one."""
    port = free_port()
    made = subprocess.Popen(
        command("scripted-model", "--port", str(port), "--key", KEY, "--tokens-per-second", "12"),
        cwd=ROOT,
        env=server.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert made.stdout is not None
    assert made.stdout.readline()  # it says where it listens; the first question would come too early
    yield f"http://127.0.0.1:{port}/v1"
    made.terminate()
    made.wait(10)


@pytest.fixture
def stem(console: Console, gateway: str) -> str:
    """Connect the scripted model as a provider; return the stem of its models' references."""
    found = {one["name"]: one for one in console.api.get("/api/providers").json()["providers"]}
    if "Scripted gateway" not in found:
        names = [{"name": "echo"}, {"name": "hang-midway"}, {"name": "400"}]
        body = {
            "name": "Scripted gateway",
            "base_url": gateway,
            "api_key": KEY,
            "allow_private_address": True,
            "models": names,
        }
        answer = console.api.post("/api/providers", json=body)
        assert answer.status_code == 201, answer.text
        found = {"Scripted gateway": answer.json()}
    return str(found["Scripted gateway"]["models"][0]["reference"]).rpartition(":")[0]


def asking(model: str) -> dict:
    return document(
        [
            node("input", "input"),
            node("llm", "llm", {"model": model, "user": "{{ input.question }}"}),
            node("output", "output"),
        ],
        ["input.question > llm.prompt", "llm.text > output.value"],
    )


QUESTION = "May I send back a sofa that I have opened, and who pays for the way back to you?"


def test_tokens_stream_onto_the_node_and_into_the_chat(console: Console, stem: str) -> None:
    """The model stops in the middle of its answer, so that each look finds it writing."""
    page = open_flow(console, make(console, "Streaming", asking(f"{stem}:hang-midway")))
    page.get_by_label("Test message").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(at(page, "llm")).to_contain_text("Writing", timeout=FIRST_CALL_MS)
    expect(page.locator("[data-answer=live]")).to_contain_text(re.compile(r"\w"))
    expect(page.locator('[data-track="e1"]')).to_have_attribute("data-state", "live")
    expect(page.locator(".tbar.on")).to_be_visible()
    console.shoot("builder-running")

    page.reload()
    expect(at(page, "llm")).to_contain_text("Writing")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def test_an_answer_stands_in_the_chat_and_its_times_on_the_canvas(console: Console, stem: str) -> None:
    page = open_flow(console, make(console, "Answering", asking(f"{stem}:echo")))
    page.get_by_label("Test message").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".msg.agent .txt").last).to_contain_text(QUESTION, timeout=FIRST_CALL_MS)
    expect(at(page, "llm")).to_contain_text("ms")
    expect(page.locator('[data-track="e1"]')).to_have_attribute("data-state", "carried")
    expect(page.locator('[data-row="llm"]')).to_be_visible()


def test_stop_ends_a_run_within_two_seconds(console: Console, stem: str) -> None:
    page = open_flow(console, make(console, "Stopped", asking(f"{stem}:hang-midway")))
    page.get_by_label("Test message").fill("Hello")
    page.keyboard.press("Enter")
    expect(at(page, "llm")).to_contain_text(re.compile("Writing|Running"), timeout=FIRST_CALL_MS)
    began = time.monotonic()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".msg.agent .txt").last).to_contain_text("Stopped", timeout=STOP_SECONDS * 1_500)
    assert time.monotonic() - began < STOP_SECONDS + 1
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def test_an_error_points_at_its_node(console: Console, stem: str) -> None:
    page = open_flow(console, make(console, "Failing", asking(f"{stem}:400")))
    page.get_by_label("Test message").fill("Hello")
    page.keyboard.press("Enter")
    trouble = page.locator(".msg.agent").get_by_role("button").filter(has_text="02 LLM answer: ")
    expect(trouble).to_be_visible(timeout=FIRST_CALL_MS)
    expect(at(page, "llm")).to_have_class(re.compile("err"))
    page.locator(".fcv").click(position={"x": 700, "y": 20})
    trouble.click()
    expect(at(page, "llm")).to_have_class(re.compile("sel"))


def test_an_old_run_shows_its_own_version(console: Console) -> None:
    flow_id = make(console, "Looked back", echo())
    ran = console.api.post(f"/api/flows/{flow_id}/run", json={"input": {"question": "Then?"}, "version": "draft"})
    assert ran.json()["status"] == "done", ran.text
    version = console.api.get(f"/api/flows/{flow_id}").json()["version"]
    changed = console.api.post(
        f"/api/flows/{flow_id}/operations",
        json={"version": version, "operations": [{"op": "rename", "node": "say", "title": "Renamed since"}]},
    )
    assert changed.status_code == 200, changed.text

    page = console.open("/runs")
    page.get_by_role("link", name="Then?").first.click()
    page.wait_for_url("**/runs/run_*")
    expect(at(page, "say")).to_be_visible()
    expect(at(page, "say")).not_to_contain_text("Renamed since")
    expect(page.get_by_text("as it ran. Read only.")).to_be_visible()
    page.locator('[data-row="say"]').click()
    pane = page.get_by_role("complementary", name="Selected node")
    expect(pane.get_by_text("You asked: Then?").first).to_be_visible()
    console.look("run")

    page.get_by_role("button", name="Run again").click()
    page.wait_for_url(lambda url: not url.endswith(ran.json()["run_id"]))
    expect(page.get_by_role("main").get_by_text("Done").first).to_be_visible()
    console.open("/runs?status=failed")
    expect(console.page.get_by_role("button", name="Failed")).to_have_attribute("aria-pressed", "true")
    console.open("/runs?status=all")
    console.look("runs")


def test_a_flow_is_built_and_run_without_a_mouse(console: Console) -> None:
    flow_id = make(console, "By keyboard")
    page = open_flow(console, flow_id)
    press = page.keyboard.press
    kinds = page.get_by_role("combobox", name="Search kinds of node")
    for _ in range(50):  # the canvas hears keys a moment after it is drawn
        press("n")
        page.wait_for_timeout(200)
        if kinds.count():
            break
    expect(kinds).to_be_focused()
    page.keyboard.type("Input")
    press("Enter")
    expect(at(page, "input")).to_be_focused()
    press("n")
    page.keyboard.type("Output")
    press("Enter")
    expect(at(page, "output")).to_be_focused()
    press("ArrowLeft")
    expect(at(page, "input")).to_be_focused()
    press("c")
    listed = page.get_by_role("listbox", name="Ports that fit")
    expect(listed).to_be_focused()
    expect(listed.get_by_role("option").first).to_contain_text("question into value")
    press("Enter")
    saved(page, console, flow_id, lambda flow: len(flow["edges"]) == 1)
    expect(at(page, "input")).to_have_attribute("aria-label", re.compile(r"01 Input.*to 02"))
    press("Alt+ArrowDown")
    place = dict(draft(console, flow_id)["layout"]["input"])
    press("Alt+ArrowDown")
    saved(page, console, flow_id, lambda flow: flow["layout"]["input"]["y"] > place["y"])

    press("Enter")
    expect(page.locator("[data-inspector] .scroll :focus")).to_have_count(1)
    press("Escape")
    expect(at(page, "input")).to_be_focused()
    for _ in range(60):
        press("Tab")
        if page.evaluate("document.activeElement?.id") == "run-message":
            break
    page.keyboard.type("Hello there")
    press("Control+Enter")
    expect(page.locator(".msg.agent .txt").last).to_contain_text("Hello there")
    expect(at(page, "output")).to_contain_text("ms")


def test_the_builder_reads_well_in_every_size_and_scheme(console: Console) -> None:
    page = open_flow(console, make(console, "Looked at", echo()))
    page.get_by_label("Test message").fill("How do I look?")
    page.keyboard.press("Enter")
    expect(page.locator(".msg.agent .txt").last).to_contain_text("How do I look?")
    at(page, "say").locator("header").click()
    console.look("builder")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Show as steps").click()
    expect(page.locator("[data-step=say]")).to_be_visible()
    console.look("builder-steps")
    page.set_viewport_size({"width": 390, "height": 640})
    field, bar = page.get_by_label("Test message").bounding_box(), page.locator(".tabbar").bounding_box()
    assert field
    assert bar
    assert field["y"] + field["height"] <= bar["y"], "the message field stands above the bar, however long the answer"
