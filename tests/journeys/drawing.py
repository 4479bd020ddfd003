"""Hands for the flow builder: make a flow, drag from the palette, pull a track."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Console

POLICY: dict[str, Any] = {"retries": 0, "timeout_seconds": 60, "on_error": "fail", "default": None}
READY = ".fcv[data-ready=true]"


def node(name: str, kind: str, config: dict[str, Any] | None = None, title: str = "") -> dict[str, Any]:
    return {"id": name, "kind": kind, "title": title, "plate": 0, "config": config or {}, "policy": POLICY}


def document(nodes: list[dict[str, Any]], tracks: list[str], step: int = 240) -> dict[str, Any]:
    """Lay nodes out in a row; a track is "node.port > node.port"."""
    edges = []
    for number, one in enumerate(tracks):
        (source, out), (target, into) = (end.strip().split(".") for end in one.split(">"))
        edges.append({"id": f"e{number}", "source": source, "source_port": out, "target": target, "target_port": into})
    layout = {one["id"]: {"x": 48 + step * place, "y": 168} for place, one in enumerate(nodes)}
    return {"format": "signalbox.flow/1", "nodes": nodes, "edges": edges, "layout": layout}


def echo(words: str = "You asked: {{ input.question }}") -> dict[str, Any]:
    """Return a flow that runs in a moment and needs no model."""
    return document(
        [node("input", "input"), node("say", "template", {"template": words}), node("output", "output")],
        ["input.question > say.data", "say.text > output.value"],
    )


def make(console: Console, name: str, drawn: dict[str, Any] | None = None) -> str:
    """Make a flow over REST and return its id."""
    body = {"name": name} | ({"document": drawn} if drawn else {})
    made = console.api.post("/api/flows", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def draft(console: Console, flow_id: str) -> dict[str, Any]:
    found: dict[str, Any] = console.api.get(f"/api/flows/{flow_id}").json()
    return dict(found.get("draft") or found["document"])


def open_flow(console: Console, flow_id: str) -> Page:
    page = console.open(f"/flows/{flow_id}")
    expect(page.locator(".fcv")).to_be_visible()
    return page


def at(page: Page, node_id: str) -> Locator:
    return page.locator(f'article[data-node="{node_id}"]')


def port(page: Page, node_id: str, side: str, name: str) -> Locator:
    return at(page, node_id).locator(f'.ph[data-side="{side}"][data-port="{name}"]')


def drag_kind(page: Page, kind: str, x: int, y: int) -> None:
    """Drag a kind from the palette and let it go at a point of the canvas."""
    page.drag_and_drop(f'.pi[data-kind="{kind}"]', ".fcv", target_position={"x": x, "y": y})


def centre(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def pull(page: Page, start: Locator, end: tuple[float, float], *, let_go: bool = True) -> None:
    """Pull a track from a port to a point, in steps as a hand does."""
    x, y = centre(start)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 4, steps=3)
    page.mouse.move(*end, steps=8)
    if let_go:
        page.mouse.up()


def saved(page: Page, console: Console, flow_id: str, holds: Any) -> None:
    """Wait until the draft on the server is as it should be."""
    for _ in range(100):
        if holds(draft(console, flow_id)):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"the saved draft is not as it should be: {draft(console, flow_id)}")
