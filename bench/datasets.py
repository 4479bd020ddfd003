"""How smoothly ten thousand rows scroll, how soon an edited cell is kept, how long an import of them takes, and how
soon those that are nearly the same are found."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, expect, sync_playwright

from bench.table import Figure, main
from tests.journeys import chromium
from tests.journeys.conftest import new_context, sign_in
from tests.journeys.looking import open_page
from tests.serving import Server

ROWS, EDITS = 10_000, 12
# Thirty frames a second are smooth: two of a screen of 60 Hz take 33.3 ms. The clock of a frame is rounded to a
# tenth, so that two may sum to 33.4 and a little; who needs a third takes 50. A single one that takes longer than a
# tenth of a second is seen as a halt.
SMOOTH_MS, SEEN_MS = 34, 100
# Scroll through all rows in three seconds, as a hand on the bar does, and count what was drawn late.
SCROLL = """
async () => {
  const grid = document.querySelector("[role=grid]");
  const took = [];
  const began = performance.now();
  let last = began;
  await new Promise((done) => {
    const tick = (now) => {
      took.push(now - last);
      last = now;
      grid.scrollTop = ((now - began) / 3000) * grid.scrollHeight;
      if (now - began < 3000) requestAnimationFrame(tick); else done();
    };
    requestAnimationFrame(tick);
  });
  took.shift();
  took.sort((a, b) => a - b);
  const drawn = document.querySelectorAll(".dgr.ln").length;
  return { p95: took[Math.floor(took.length * 0.95)], worst: took.at(-1), drawn };
}
"""
FILLED = "() => ![...document.querySelectorAll('.dgr.ln')].some((row) => row.querySelector('.skl1'))"


def rows() -> list[dict[str, Any]]:
    return [
        {
            "input": {"message": f"Question {at} about the return of a sofa that was opened", "lang": "en"},
            "expected_output": {"answer": f"Yes, within {at % 30} days.", "cites": [f"returns#{at % 9}"]},
            "split": "test" if at % 3 else "train",
            "tags": [f"topic {at % 12}"],
        }
        for at in range(ROWS)
    ]


def edited(page: Page) -> float:
    """Edit one cell after the other by keyboard; return the median time from Enter until the server kept it, in ms."""
    page.get_by_role("grid").focus()
    page.keyboard.press("Control+Home")
    took: list[float] = []
    for at in range(EDITS):
        page.keyboard.press("Enter")
        page.keyboard.press("End")
        page.keyboard.type("!")
        with page.expect_response(lambda answer: answer.request.method == "PUT") as kept:
            began = time.perf_counter()
            page.keyboard.press("Enter")
        assert kept.value.ok, at
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def figures() -> Iterator[Figure]:
    executable = chromium.find()  # before Playwright starts: it asks Playwright itself
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder) / "data") as server,
        sync_playwright() as playwright,
    ):
        key = server.run("api-key", "create", "--name", "bench").stdout.split()[-1]
        with httpx.Client(base_url=server.base_url, headers={"X-API-Key": key}, timeout=300) as api:
            made = api.post("/api/datasets", json={"name": "Ten thousand"}).json()["id"]
            lines = "".join(f"{json.dumps(row)}\n" for row in rows()).encode()
            began = time.perf_counter()
            added = api.post(f"/api/datasets/{made}/items", files=[("files", ("rows.jsonl", lines))])
            assert added.status_code == 201, added.text
            yield Figure(f"Import of {ROWS:,} rows of JSON lines", time.perf_counter() - began, "s", 10)
            began = time.perf_counter()
            near = api.get(f"/api/datasets/{made}/near-duplicates")
            assert near.json()["num_rows"] == ROWS, "each row is nearly the same as some other: the worst case"
            yield Figure(f"Near duplicates among {ROWS:,} rows", time.perf_counter() - began, "s", 15)
        browser = playwright.chromium.launch(executable_path=executable, args=[*chromium.ARGUMENTS])
        context = new_context(browser)
        page = sign_in(context, server.link)
        open_page(page, f"{server.base_url}/datasets/{made}")
        expect(page.get_by_text(f"{ROWS:,} rows, newest first")).to_be_visible(timeout=60_000)
        scrolled = page.evaluate(SCROLL)
        assert scrolled["drawn"] < 100, "rows out of sight are drawn"
        began = time.perf_counter()
        page.wait_for_function(FILLED)
        yield Figure("Rows in sight filled after a long scroll", (time.perf_counter() - began) * 1000, "ms", 1_000)
        yield Figure(f"Frame while {ROWS:,} rows scroll past, 95th percentile", scrolled["p95"], "ms", SMOOTH_MS)
        yield Figure(f"The worst frame while {ROWS:,} rows scroll past", scrolled["worst"], "ms", SEEN_MS)
        yield Figure(f"Cell edited among {ROWS:,} rows until it is kept", edited(page), "ms", 300)
        browser.close()


if __name__ == "__main__":
    main(figures)
