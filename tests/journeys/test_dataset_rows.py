"""Rows that are nearly the same are told apart, rows that a model wrote are looked at, and some are chosen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from backend.engines.language_model.scripted_server import ScriptedServer
from tests.doubles.scripted_thread import scripted_server
from tests.journeys.conftest import Console
from tests.journeys.test_datasets import dataset, fill, grid, reopened, row

__all__ = ["dataset"]
KEY = "writers-key-0001"


@pytest.fixture
def echo(console: Console) -> Iterator[str]:
    """Connect a model that says back what it is told, and so writes the rows that it reads."""
    with scripted_server(ScriptedServer(key=KEY)) as base_url:
        models = [{"name": "echo", "purpose": "chat", "input_price": 1, "output_price": 1}]
        body = {"name": "Writers", "base_url": base_url, "api_key": KEY, "models": models}
        made = console.api.post("/api/providers", json={**body, "allow_private_address": True})
        assert made.status_code == 201, made.text
        yield "writers:echo"
        console.api.delete(f"/api/providers/{made.json()['id']}")


def test_rows_are_told_apart_written_and_chosen(console: Console, dataset: str, echo: str) -> None:
    fill(console, dataset, "Who pays for the scratched table?", "Who pays for a scratched table?", "Sofa?")
    page = reopened(console)
    page.get_by_role("button", name="2 rows nearly the same").click()
    expect(page.get_by_text("2 of 3 rows, most alike first")).to_be_visible()
    row(page, 2).get_by_role("gridcell", name="Open row 0002").click()
    pane = page.get_by_role("complementary", name="Row 0002")
    expect(pane.get_by_text(re.compile("9. % like"))).to_be_visible()
    console.look("dataset-near")
    pane.get_by_role("button", name="Delete 0001").click()
    expect(page.get_by_role("button", name="nearly the same")).to_have_text("0 rows nearly the same")
    page.get_by_role("button", name="Undo").first.click()
    page.get_by_role("button", name="nearly the same").click()
    expect(page.get_by_role("button", name="2 rows nearly the same")).to_be_visible()
    page.get_by_role("button", name="nearly the same").click()
    row(page, 2).get_by_role("gridcell", name="Open row 0002").click()
    pane.get_by_role("button", name="Keep both").click()
    expect(page.get_by_text("1 pair kept, name again")).to_be_visible()
    console.look("dataset-kept")
    page.get_by_role("button", name="name again").click()
    expect(page.get_by_role("button", name="2 rows nearly the same")).to_be_visible()
    page.get_by_role("button", name="nearly the same").click()
    row(page, 2).get_by_role("gridcell", name="Open row 0002").click()
    pane.get_by_role("button", name="Keep both").click()
    expect(page.get_by_role("button", name="nearly the same")).to_be_hidden()
    assert console.api.get(dataset).json()["num_items"] == 3
    grid(page).focus()
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    page.get_by_role("button", name="Write more like it").click()
    panel = page.get_by_role("region", name="Write rows with a model")
    rows = [{"input": {"message": "Where is my parcel?", "lang": "en"}}, {"input": {"message": "Sofa?", "lang": "en"}}]
    panel.get_by_label("What the rows are about").fill(json.dumps({"rows": rows}))
    panel.get_by_label("Fields of the input").fill("message, lang")
    panel.get_by_label("How many rows").fill("2")
    panel.get_by_label("Model", exact=True).select_option(echo)
    expect(panel.get_by_text("writers:echo: about")).to_be_visible()
    panel.get_by_role("button", name="Write 2 rows").click()
    expect(panel.get_by_text("same input as")).to_be_visible()
    console.look("dataset-writing")
    assert console.api.get(dataset).json()["num_items"] == 3, "nothing is kept that nobody accepted"
    with page.expect_request(re.compile("generated_by=")) as added:
        panel.get_by_role("button", name="Add 1 row").click()
    assert added.value.url.endswith("generated_from=2"), "what the model went by is told"
    expect(row(page, 4)).to_contain_text("Where is my parcel?")
    assert console.api.get(f"{dataset}/items?rows=4").json()["items"][0]["source"]["kind"] == "generated"
    grid(page).focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press(" ")
    page.get_by_role("link", name="New experiment").last.click()
    expect(page.get_by_label("Only these rows")).to_have_value("2, 4")


# Scroll by some rows, by more than are in sight and back, and tell what is drawn then, and how much of it was there.
PASSING = """
async (tops) => {
  const grid = document.querySelector("[role=grid]"), told = [];
  for (const top of tops) {
    const before = new Set(document.querySelectorAll(".dgr.ln"));
    grid.scrollTop = top;
    for (let frame = 0; frame < 4; frame += 1) await new Promise(requestAnimationFrame);
    const rows = [...document.querySelectorAll(".dgr.ln")];
    const kept = rows.filter((row) => before.has(row)).length, at = rows.map((row) => Number(row.ariaRowIndex));
    const numbers = rows.map((row) => row.querySelector(".num0").textContent);
    told.push({ before: before.size, kept, num: rows.length, at, numbers });
  }
  return told;
}
"""


def test_rows_that_come_into_sight_take_over_what_is_drawn_and_stand_in_their_order(
    console: Console, dataset: str
) -> None:
    num = 400
    fill(console, dataset, *(f"Question {at}?" for at in range(num)))
    page = reopened(console)
    page.evaluate(PASSING, [36 * 100])  # from its top on there are more rows above
    for told in page.evaluate(PASSING, [36 * 105, 36 * 250, 36 * 200, 36 * 190]):
        assert told["at"] == [*range(told["at"][0], told["at"][0] + told["num"])]
        assert told["numbers"] == [f"{num + 2 - at:04}" for at in told["at"]], "newest first"
        assert min(told["before"], told["num"]) - told["kept"] <= 1
