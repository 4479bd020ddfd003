"""What one drag of a node costs on the wire in a large flow, and how smoothly a large canvas moves."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, WebSocket, sync_playwright

from bench.table import Figure, main
from tests.journeys import chromium
from tests.journeys.conftest import new_context, sign_in
from tests.journeys.looking import open_page
from tests.serving import Server

LARGE, MOVED = 500, 300
STEPS = 60
SETTLE_MS = 1_500
FRAMES = """
() => {
  window.frames_ = [];
  const tick = (now) => { window.frames_.push(now); window.ticking = requestAnimationFrame(tick); };
  window.ticking = requestAnimationFrame(tick);
}
"""
# A node with room around it, away from the boxes over the canvas.
FREE = """
() => {
  const c = document.querySelector(".fcv").getBoundingClientRect();
  return [...document.querySelectorAll("article[data-node]")].find((node) => {
    const r = node.getBoundingClientRect();
    return r.left > c.left + 420 && r.right < c.right - 200 && r.top > c.top + 170 && r.bottom < c.bottom - 90;
  })?.dataset.node;
}
"""
COUNT = """
() => {
  cancelAnimationFrame(window.ticking);
  const f = window.frames_;
  return (f.length - 1) * 1000 / (f[f.length - 1] - f[0]);
}
"""


def chain(size: int) -> dict[str, Any]:
    """Return a valid flow of `size` templates in rows of 25."""
    nodes = [{"id": "input", "kind": "input", "title": "", "plate": 0, "config": {}}]
    nodes += [
        {
            "id": f"t{i}",
            "kind": "template",
            "title": f"Step {i}",
            "plate": 0,
            "config": {"template": "{{ inputs.data }}"},
        }
        for i in range(size - 1)
    ]
    ends = ["input.question", *(f"t{i}.text" for i in range(size - 2))]
    edges = []
    for i, end in enumerate(ends):
        source, port = end.split(".")
        edges.append({"id": f"e{i}", "source": source, "source_port": port, "target": f"t{i}", "target_port": "data"})
    names = [node["id"] for node in nodes]
    layout = {name: {"x": (i % 25) * 264, "y": (i // 25) * 132} for i, name in enumerate(names)}
    return {"format": "signalbox.flow/1", "nodes": nodes, "edges": edges, "layout": layout}


def drag(page: Page, node: str) -> None:
    """Drag a node by hand in many steps, then let go."""
    box = page.locator(f'article[data-node="{node}"] header').bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, STEPS + 1):
        page.mouse.move(x + step * 2, y + step)
    page.mouse.up()


def opened(browser: Browser, session: Any, address: str, received: list[int], sent: list[int]) -> Page:
    page = new_context(browser, storage_state=session).new_page()

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: received.append(len(frame)))
        socket.on("framesent", lambda frame: sent.append(len(frame)))

    page.on("websocket", listen)
    open_page(page, address)
    page.wait_for_selector(".fcv[data-ready=true]", timeout=60_000)
    page.wait_for_timeout(SETTLE_MS)
    return page


def figures() -> Iterator[Figure]:
    executable = chromium.find()  # before Playwright starts: it asks Playwright itself
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder) / "data") as server,
        sync_playwright() as playwright,
    ):
        key = server.run("api-key", "create", "--name", "bench").stdout.split()[-1]
        with httpx.Client(base_url=server.base_url, headers={"X-API-Key": key}, timeout=60) as api:
            ids = [
                api.post("/api/flows", json={"name": f"Chain {size}", "document": chain(size)}).json()["id"]
                for size in (LARGE, MOVED)
            ]
        browser = playwright.chromium.launch(executable_path=executable, args=[*chromium.ARGUMENTS])
        context = new_context(browser)
        sign_in(context, server.link)
        session = context.storage_state()

        received: list[int] = []
        sent: list[int] = []
        page = opened(browser, session, f"{server.base_url}/flows/{ids[0]}", received, sent)
        for _ in range(4):  # near enough to take hold of a node
            page.get_by_role("button", name="Zoom in").click()
        page.wait_for_timeout(SETTLE_MS)
        shown = page.locator("article[data-node]").first.get_attribute("data-node") or ""
        target = page.evaluate(FREE)
        received.clear()
        sent.clear()
        drag(page, target or shown)
        page.wait_for_timeout(SETTLE_MS)
        bytes_received, frames_sent = sum(received), len(sent)
        assert frames_sent, "nothing was dragged"

        page = opened(browser, session, f"{server.base_url}/flows/{ids[1]}", [], [])
        page.evaluate(FRAMES)
        page.wait_for_timeout(SETTLE_MS)
        idle = float(page.evaluate(COUNT))
        page.evaluate(FRAMES)
        box = page.locator(".fcv").bounding_box()
        assert box is not None
        x, y = box["x"] + 700, box["y"] + 200
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(1, STEPS * 3):
            page.mouse.move(x + (step % 90) * 3, y + (step % 40))
        page.mouse.up()
        rate = float(page.evaluate(COUNT))
        browser.close()
    yield Figure(
        "one drag in a 500-node flow, received", bytes_received, "B", 1024, "through state: 4,860,000 B", 4.86e6
    )
    yield Figure("messages sent for it", frames_sent, "", 2, "one for each frame through state: 41", 41)
    yield Figure(
        "300 nodes while the canvas is moved", rate, "fps", 55, f"at rest: {idle:.0f} fps", more_is_better=True
    )


if __name__ == "__main__":
    main(figures)
