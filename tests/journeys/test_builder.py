"""Draw a flow by hand: palette, tracks, refusals, undo, settings, checklist, publish, a stale save."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Console
from tests.journeys.drawing import (
    at,
    centre,
    document,
    draft,
    drag_kind,
    echo,
    make,
    node,
    open_flow,
    port,
    pull,
    saved,
)

THREE = document(
    [
        node("input", "input"),
        node("search", "knowledge_search", {"query": "{{ input.question }}"}),
        node("llm", "llm"),
        node("output", "output"),
    ],
    ["input.question > search.query"],
)


def kinds(flow: dict) -> list[str]:
    return sorted(one["kind"] for one in flow["nodes"])


def tracks(flow: dict) -> set[str]:
    return {f"{e['source']}.{e['source_port']} > {e['target']}.{e['target_port']}" for e in flow["edges"]}


def test_a_flow_is_drawn_by_dragging_and_pulling(console: Console) -> None:
    page = console.open("/flows")
    page.get_by_role("button", name="New flow").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Drawn by hand")
    dialog.get_by_role("button", name="Create flow").click()
    page.wait_for_url("**/flows/flow_*")
    flow_id = page.url.rpartition("/")[2]
    expect(at(page, "input")).to_be_visible()
    page.get_by_role("button", name="Close problems").click()

    page.get_by_label("Find a node").fill("templ")
    expect(page.locator("[data-kind=template]")).to_be_visible()
    expect(page.locator("[data-kind=condition]")).to_have_count(0)
    page.get_by_label("Find a node").fill("")
    drag_kind(page, "template", 420, 330)
    expect(at(page, "template")).to_be_visible()
    saved(page, console, flow_id, lambda flow: kinds(flow) == ["input", "output", "template"])

    pull(page, port(page, "input", "source", "question"), centre(port(page, "template", "target", "data")))
    pull(page, port(page, "template", "source", "text"), centre(port(page, "output", "target", "value")))
    wanted = {"input.question > template.data", "template.text > output.value"}
    saved(page, console, flow_id, lambda flow: tracks(flow) == wanted)
    expect(page.locator("[data-track]")).to_have_count(2)

    page.keyboard.press("Control+z")
    expect(page.locator("[data-track]")).to_have_count(1)
    saved(page, console, flow_id, lambda flow: len(flow["edges"]) == 1)
    page.keyboard.press("Control+Shift+z")
    saved(page, console, flow_id, lambda flow: tracks(flow) == wanted)

    at(page, "template").locator("header").click()
    page.keyboard.press("Delete")
    expect(at(page, "template")).to_have_count(0)
    saved(page, console, flow_id, lambda flow: kinds(flow) == ["input", "output"] and not flow["edges"])
    page.keyboard.press("Control+z")
    saved(page, console, flow_id, lambda flow: tracks(flow) == wanted)

    page.get_by_role("button", name="Small map").click()
    expect(page.get_by_role("img", name="Small map of the flow")).to_be_visible()
    page.get_by_role("button", name="Small map").click()
    at(page, "template").locator("header").click()
    at(page, "output").locator("header").click(modifiers=["Control"])
    page.keyboard.press("Delete")
    saved(page, console, flow_id, lambda flow: kinds(flow) == ["input"])
    page.keyboard.press("Control+z")
    saved(page, console, flow_id, lambda flow: tracks(flow) == wanted)


def test_a_refused_track_says_why_and_offers_the_step(console: Console) -> None:
    page = open_flow(console, make(console, "Refused", THREE))
    source, target = port(page, "search", "source", "passages"), port(page, "llm", "target", "prompt")
    pull(page, source, centre(target), let_go=False)
    expect(page.locator(".refusal")).to_have_text("documents does not fit text. Add a Template between them.")
    fits, rest = (
        port(page, "output", "target", "value"),
        port(page, "llm", "target", "prompt"),
    )
    expect(fits).to_have_css("opacity", "1")
    expect(rest).to_have_css("opacity", "0.3")
    page.mouse.up()
    said = page.get_by_role("alert").filter(has_text="documents does not fit text")
    expect(said).to_be_visible()
    said.get_by_role("button", name="Add Template").click()
    expect(at(page, "template")).to_be_visible()
    expect(page.locator('[data-track="search.passages-template.data"]')).to_be_attached()
    expect(page.locator('[data-track="template.text-llm.prompt"]')).to_be_attached()


def test_a_circle_is_refused(console: Console) -> None:
    flow_id = make(
        console,
        "Circle",
        document([node("a", "template"), node("b", "template")], ["a.text > b.data"]),
    )
    page = open_flow(console, flow_id)
    pull(page, port(page, "b", "source", "text"), centre(port(page, "a", "target", "data")))
    expect(page.get_by_role("alert").filter(has_text="already leads to")).to_be_visible()
    assert len(draft(console, flow_id)["edges"]) == 1


def test_a_selected_track_goes_alone(console: Console) -> None:
    flow_id = make(console, "Track", THREE)
    page = open_flow(console, flow_id)
    at(page, "search").locator("header").click()
    expect(at(page, "search")).to_have_class(re.compile(r"\bsel\b"))
    x, y = page.locator("[data-track]").evaluate(
        "(e) => (({ x, y }) => [x, y])(e.getPointAtLength(e.getTotalLength() / 2).matrixTransform(e.getScreenCTM()))"
    )
    page.mouse.click(x, y)
    expect(page.locator("[data-track].on")).to_have_count(1)
    page.keyboard.press("Delete")
    expect(page.locator("[data-track]")).to_have_count(0)
    saved(page, console, flow_id, lambda flow: not flow["edges"])
    assert kinds(draft(console, flow_id)) == ["input", "knowledge_search", "llm", "output"]


def test_a_track_dropped_on_empty_canvas_offers_what_fits(console: Console) -> None:
    flow_id = make(console, "Offered", document([node("input", "input")], []))
    page = open_flow(console, flow_id)
    box = page.locator(".fcv").bounding_box()
    assert box is not None
    end = (box["x"] + box["width"] - 320, box["y"] + 260)
    pull(page, port(page, "input", "source", "question"), end)
    menu = page.get_by_role("dialog", name="Add a node here")
    expect(menu.get_by_text("Fit here", exact=True)).to_be_visible()
    expect(page.locator(".node.gh")).to_be_visible()
    console.shoot("builder-offer")
    menu.get_by_role("combobox").fill("rag")
    page.keyboard.press("Enter")
    saved(page, console, flow_id, lambda flow: tracks(flow) == {"input.question > rag_answer.question"})


def test_settings_are_saved_as_they_are_typed_and_undone(console: Console) -> None:
    flow_id = make(console, "Settings", echo())
    page = open_flow(console, flow_id)
    at(page, "say").locator("header").click()
    editor = page.get_by_role("textbox", name="Text", exact=True)
    editor.fill("Hello {{ inp")
    page.get_by_role("option", name=re.compile("input.question")).click()
    expect(editor).to_have_value("Hello {{ input.question }}")
    expect(page.locator(".hl .v")).to_have_text("{{ input.question }}")
    template = lambda flow: next(one for one in flow["nodes"] if one["id"] == "say")["config"]["template"]  # noqa: E731
    saved(page, console, flow_id, lambda flow: template(flow) == "Hello {{ input.question }}")

    page.get_by_role("tab", name="Retries").click()
    page.get_by_label("Time limit").fill("7")
    saved(page, console, flow_id, lambda flow: flow["nodes"][1]["policy"]["timeout_seconds"] == 7)
    at(page, "say").locator("header").click()
    page.keyboard.press("Control+z")
    saved(page, console, flow_id, lambda flow: flow["nodes"][1]["policy"]["timeout_seconds"] == 60)


def test_the_tools_of_an_agent_are_added_filled_in_and_removed(console: Console) -> None:
    nodes = [node("input", "input"), node("agent", "agent"), node("output", "output")]
    flow_id = make(console, "Tools", document(nodes, ["input.question > agent.prompt", "agent.text > output.value"]))
    page = open_flow(console, flow_id)
    at(page, "agent").locator("header").click()
    tools = page.get_by_role("list", name="Tools", exact=True)
    tools.get_by_role("button", name="HTTP request").click()
    name = tools.locator("[data-field=name] input")
    name.fill("ask_shop")
    name.press("Enter")
    kept = lambda flow: [(one["type"], one["name"]) for one in flow["nodes"][1]["config"].get("tools", [])]  # noqa: E731
    saved(page, console, flow_id, lambda flow: kept(flow) == [("http", "ask_shop")])
    tools.get_by_role("button", name="Remove tool 1").click()
    saved(page, console, flow_id, lambda flow: kept(flow) == [])


def test_the_checklist_goes_to_the_node_and_blocks_publishing(console: Console) -> None:
    flow_id = make(console, "Checklist", echo(""))
    page = open_flow(console, flow_id)
    publish = page.get_by_role("button", name="Publish", exact=True)
    expect(publish).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#publish-why")).to_contain_text("blocks publishing")
    console.look("builder-problems")

    page.locator(".probs").get_by_text("The template is empty.").click()
    expect(at(page, "say")).to_have_class(re.compile("sel"))
    editor = page.get_by_role("textbox", name="Text", exact=True)
    expect(editor).to_be_focused()
    editor.fill("You asked: {{ input.question }}")
    expect(page.locator("#publish-why")).to_have_count(0)

    publish.click()
    dialog = page.get_by_role("dialog", name="Publish v1?")
    dialog.get_by_label("What is new").fill("The first one")
    dialog.get_by_role("button", name="Publish").click()
    expect(page.locator(".sub")).to_contain_text("v1 is published")
    versions = console.api.get(f"/api/flows/{flow_id}/versions").json()["versions"]
    assert [one["comment"] for one in versions] == ["The first one"]
    page.get_by_role("button", name="Versions").click()
    expect(page.get_by_role("dialog", name="Versions").get_by_text("The first one")).to_be_visible()


def test_a_stale_save_never_overwrites(console: Console) -> None:
    flow_id = make(console, "Two tabs", echo())
    mine = open_flow(console, flow_id)
    theirs = console.context.new_page()
    theirs.goto(f"{console.base_url}/flows/{flow_id}")
    expect(at(theirs, "say")).to_be_visible()
    at(theirs, "say").locator("header").click()
    theirs.get_by_label("Title", exact=True).fill("Theirs")
    theirs.keyboard.press("Enter")
    saved(theirs, console, flow_id, lambda flow: flow["nodes"][1]["title"] == "Theirs")

    at(mine, "say").locator("header").click()
    mine.get_by_label("Title", exact=True).fill("Mine")
    mine.keyboard.press("Enter")
    banner = mine.get_by_role("alert").filter(has_text="You changed this flow in another tab")
    expect(banner).to_be_visible()
    assert draft(console, flow_id)["nodes"][1]["title"] == "Theirs"
    console.shoot("builder-stale")

    banner.get_by_role("button", name="Keep mine as a copy").click()
    mine.wait_for_url(lambda url: flow_id not in url and "/flows/flow_" in url)
    expect(at(mine, "say")).to_contain_text("Mine")
    assert draft(console, flow_id)["nodes"][1]["title"] == "Theirs"
    theirs.close()


def test_a_deleted_flow_comes_back(console: Console) -> None:
    make(console, "Thrown away", echo())
    page = console.open("/flows")
    line = page.get_by_role("row").filter(has_text="Thrown away")
    line.get_by_role("button", name="More for Thrown away").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(line).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(line).to_have_count(1)
    console.look("flows")


def test_problems_that_grow_cover_no_node(console: Console) -> None:
    """The list stands in the corner where a flow begins; on a small screen it reached over the first node."""
    says = [node(f"say{n}", "template", {"template": "{{ input.question }}"}) for n in range(4)]
    names = ["input.question", *(f"say{n}.text" for n in range(4))]
    into = [*(f"say{n}.data" for n in range(4)), "output.value"]
    drawn = document([node("input", "input"), *says, node("output", "output")],
                     [f"{source} > {target}" for source, target in zip(names, into, strict=True)])  # fmt: skip
    console.page.set_viewport_size({"width": 1280, "height": 720})
    page = open_flow(console, make(console, "Grows", drawn))
    problems = page.locator(".probs")
    expect(problems).to_contain_text("none")
    at(page, "input").locator("header").click()
    page.keyboard.press("Delete")
    expect(problems).to_contain_text("The flow has no Input.")
    page.wait_for_function(
        """() => { const over = document.querySelector(".probs").getBoundingClientRect();
            const boxes = [...document.querySelectorAll("article.node")].map((one) => one.getBoundingClientRect());
            return boxes.length === 5 && boxes.every((b) => b.left >= over.right || b.top >= over.bottom); }"""
    )
