"""From a file on somebody's desk to rows that were edited, compared, undone and taken home again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Console
from tests.journeys.hostile_words import CORPUS

TICKETS = (
    "body,plz,lang,gold,kind,agent\n"
    "Who pays when the carrier scratched the table?,10115,en,We do.,damage,T. Brandt\n"
    "Kann ich den Termin auf Samstag legen?,10115,de,,delivery,\n"
    "Return period for a gift,,Deutsch,30 days.,returns,\n"
    "Sofa opened?,,en,Until 16 December.,returns,\n"
)
AGENT = "agent_of_the_support_who_answered"
# Note each picture of the bar: what it says, and how much of it is filled.
SEEN = """() => {
  window.bars = [];
  new MutationObserver(() => {
    const bar = document.querySelector("[role=progressbar][aria-label=Import]");
    if (!bar) return;
    const at = bar.querySelector(".p"), box = bar.getBoundingClientRect();
    window.bars.push({
      now: Number(bar.getAttribute("aria-valuenow")),
      words: bar.getAttribute("aria-valuetext"),
      done: bar.querySelectorAll(".d").length,
      filled: at ? parseFloat(getComputedStyle(at).getPropertyValue("--p")) : 0,
      drawn: box.width > 20 && box.height > 2,
    });
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}"""
SCHEMA = {
    "type": "object",
    "properties": {"message": {"type": "string"}, "lang": {"enum": ["en", "de"]}},
    "required": ["message"],
}


def grid(page: Page) -> Locator:
    return page.get_by_role("grid", name="Rows")


def row(page: Page, number: int) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("gridcell", name=f"Open row {number:04}"))


def active(page: Page) -> Locator:
    return page.locator("[data-active]")


@pytest.fixture
def dataset(console: Console) -> Iterator[str]:
    """Make a dataset by hand and stand on its page; return its address at the REST API."""
    page = console.open("/datasets")
    page.get_by_role("button", name="New dataset").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("support-240")
    dialog.get_by_label("Tags").fill("support, november")
    dialog.get_by_text("Checks: what every row has to look like").click()
    dialog.get_by_label("Schema of the input").fill("[1]")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_text("A schema is a JSON object")).to_be_visible()
    console.look("dataset-form")
    dialog.get_by_label("Schema of the input").fill(json.dumps(SCHEMA))
    dialog.get_by_role("button", name="Create").click()
    page.wait_for_url("**/datasets/dset_*")
    expect(page.get_by_role("heading", name="support-240")).to_be_visible()
    address = f"/api/datasets/{page.url.rpartition('/')[2]}"
    yield address
    console.api.delete(address)


# Go to the first row and edit it, faster than a frame is drawn; return what then has the focus.
FAR_AND_IN = """async () => {
  for (const given of [{ key: "Home", ctrlKey: true }, { key: "Enter" }]) {
    document.querySelector("[role=grid]").dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, ...given }));
    await Promise.resolve();
  }
  return document.activeElement.tagName;
}"""


def fill(console: Console, address: str, *messages: str, **more: Any) -> None:
    rows = [{"input": {"message": one, "lang": "en"}, "expected_output": f"{one}!", **more} for one in messages]
    assert console.api.post(f"{address}/items", json=rows).status_code == 201


def reopened(console: Console) -> Page:
    page = console.page
    console.open(page.url.removeprefix(console.base_url))
    expect(grid(page)).to_be_visible()
    return page


def test_of_a_file_too_large_to_be_compared_it_is_told(console: Console, dataset: str, tmp_path: Path) -> None:
    page = console.page
    file = tmp_path / "many.csv"
    file.write_text("message,lang\n" + "".join(f"Question {number}?,en\n" for number in range(20_001)))
    page.get_by_label("File of rows").set_input_files(file)
    panel = page.get_by_role("region", name="Import of many.csv")
    expect(panel.get_by_text("Nearly the same: 20,001 rows not compared")).to_be_visible(timeout=30_000)
    console.look("dataset-import-many")
    panel.get_by_role("button", name="Cancel").click()


def test_a_file_is_mapped_mended_and_imported_whole(console: Console, dataset: str, tmp_path: Path) -> None:
    page = console.page
    expect(page.get_by_text("No row yet")).to_be_visible()
    console.look("dataset-empty")
    file = tmp_path / "tickets-nov.csv"
    more = "".join(f"Question {number}?,,en,,returns,\n" for number in range(9_000))
    file.write_text(f"{TICKETS.replace(',agent', f',{AGENT}', 1)}{more}")
    page.evaluate(SEEN)
    page.get_by_label("File of rows").set_input_files(file)
    panel = page.get_by_role("region", name="Import of tickets-nov.csv")
    expect(panel.get_by_text("0 rows fit")).to_be_visible()
    panel.get_by_label("body becomes").select_option("input")
    expect(panel.get_by_text("It must be an object").first).to_be_visible()
    panel.get_by_label("body becomes").select_option("input.body")
    expect(panel.get_by_text("“message” is missing.").first).to_be_visible()
    bars = page.evaluate("window.bars")
    assert {"Read", "Check"} <= {one["words"].split()[0] for one in bars}
    assert all(one["drawn"] and one["filled"] >= 8 for one in bars)
    assert max(one["now"] for one in bars) > 25 * max(one["done"] for one in bars) >= 50, (
        "stages behind it, and some of its own"
    )
    name = panel.get_by_text(AGENT, exact=True)
    assert name.evaluate("(one) => one.scrollWidth <= one.clientWidth"), "the name of a column is not cut"
    file = tmp_path / "again.csv"
    file.write_text(TICKETS.replace("body,", "message,").replace(",kind,", ",tags,"))
    panel.get_by_role("button", name="Cancel").click()
    page.get_by_label("File of rows").set_input_files(file)
    panel = page.get_by_role("region", name="Import of again.csv")
    expect(panel.get_by_text("3 rows fit")).to_be_visible()
    expect(panel.get_by_text("line 4")).to_be_visible()
    expect(panel.get_by_text("It must be one of “en”, “de”.")).to_be_visible()
    add = panel.get_by_role("button", name="Add 3 rows")
    expect(add).to_be_disabled()
    console.look("dataset-import")
    panel.get_by_label("Leave out 1 bad row").check()
    add.click()
    expect(panel).to_be_hidden()
    expect(row(page, 3)).to_contain_text("Sofa opened?")
    expect(row(page, 1)).to_contain_text("damage")
    expect(page.get_by_text("3 rows, newest first")).to_be_visible()
    console.look("dataset")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("No row yet")).to_be_visible()
    assert console.api.get(dataset).json()["version"] == 2


def test_cells_are_edited_by_keyboard_and_undone(console: Console, dataset: str) -> None:
    fill(console, dataset, "One", "Two", "Three")
    page = reopened(console)
    grid(page).focus()
    page.keyboard.press("ArrowDown")
    expect(active(page)).to_have_text("Two")
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.type(" and a half")
    page.keyboard.press("Enter")
    expect(row(page, 2)).to_contain_text("Two and a half")
    expect(active(page)).to_have_text("One")
    expect(page.get_by_text(re.compile("Saved .* as v2"))).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.type("fr")
    page.keyboard.press("Tab")
    pane = page.get_by_role("complementary", name="Row 0001")
    expect(pane.get_by_text("It must be one of “en”, “de”.")).to_be_visible()
    console.look("dataset-refused")
    pane.get_by_label("Input: lang").fill("de")
    pane.get_by_label("Input: lang").press("Control+Enter")
    expect(page.get_by_text(re.compile("Saved .* as v3"))).to_be_visible()
    assert console.api.get(f"{dataset}/items?rows=1").json()["items"][0]["input"] == {"message": "One", "lang": "de"}
    grid(page).focus()
    page.keyboard.press("Control+z")
    expect(page.get_by_text(re.compile("Saved .* as v4"))).to_be_visible()
    page.keyboard.press("Control+z")
    expect(row(page, 2)).not_to_contain_text("and a half")
    page.keyboard.press("Control+Shift+z")
    expect(row(page, 2)).to_contain_text("Two and a half")
    page.keyboard.press("Home")
    page.keyboard.press("Delete")
    expect(row(page, 1)).to_be_hidden()
    page.keyboard.press("Control+z")
    expect(row(page, 1)).to_be_visible()
    fill(console, dataset, *(f"More {number}" for number in range(100)))
    page = reopened(console)
    grid(page).focus()
    page.keyboard.press("Control+End")
    expect(row(page, 1)).to_be_visible()
    assert page.evaluate(FAR_AND_IN) == "TEXTAREA"


def test_a_row_is_added_found_and_put_into_a_split(console: Console, dataset: str) -> None:
    fill(console, dataset, "Straße", "Sofa")
    page = reopened(console)
    page.get_by_role("button", name="Add row").click()
    pane = page.get_by_role("complementary", name="New row")
    pane.get_by_label("Input: message").fill("Lamp?")
    pane.get_by_label("Expected output").fill('{"days": 30}')
    pane.get_by_label("Tags").fill("lamp, gift")
    pane.get_by_role("button", name="Add row").click()
    expect(row(page, 3)).to_contain_text("Lamp?")
    page.get_by_label("Filter rows").fill("STRASSE")
    expect(row(page, 3)).to_be_hidden()
    expect(page.get_by_text("1 row, newest first")).to_be_visible()
    page.get_by_label("Filter rows").fill("")
    expect(row(page, 3)).to_be_visible()
    grid(page).focus()
    page.keyboard.press("Control+a")
    page.get_by_label("Split for the selected rows").fill("test")
    page.get_by_role("button", name="Put into split").click()
    expect(page.get_by_text("split: 3 test")).to_be_visible()
    page.get_by_label("Tag", exact=True).select_option("gift")
    expect(row(page, 1)).to_be_hidden()
    expect(row(page, 3)).to_be_visible()
    item = console.api.get(f"{dataset}/items?rows=3").json()["items"][0]
    assert (item["expected_output"], item["tags"], item["split"]) == ({"days": 30}, ["lamp", "gift"], "test")


def test_versions_are_compared_looked_at_and_restored(console: Console, dataset: str) -> None:
    fill(console, dataset, "One", "Two", "Two")
    ids = [one["id"] for one in console.api.get(f"{dataset}/items").json()["items"]]
    console.api.post(f"{dataset}/items/labels", json={"ids": ids[:1], "split": "test"})
    console.api.delete(f"{dataset}/items/{ids[1]}")
    fill(console, dataset, "Four")
    page = reopened(console)
    page.get_by_label("Compare with").select_option("1")
    expect(page.get_by_role("button", name="Removed 1")).to_be_visible()
    expect(row(page, 4)).to_contain_text("added")
    page.get_by_role("button", name="Edited 1").click()
    expect(row(page, 4)).to_be_hidden()
    expect(page.get_by_role("heading", name="Changed since v1")).to_be_visible()
    page.get_by_role("button", name="All 4").click()
    console.look("dataset-compared")
    page.get_by_label("Version", exact=True).select_option("1")
    expect(page.get_by_text("Read only, as it was")).to_be_visible()
    expect(page.get_by_text("3 rows, newest first")).to_be_visible()
    page.get_by_role("button", name="2 duplicates").click()
    expect(page.get_by_text("2 of 3 rows")).to_be_visible()
    page.get_by_role("button", name="Restore v1").click()
    expect(page.get_by_label("Version", exact=True)).to_have_value("5")
    assert console.api.get(dataset).json()["num_items"] == 3


def test_what_stands_in_rows_and_files_is_text(console: Console, dataset: str, tmp_path: Path) -> None:
    rows = [{"input": {"message": one}, "expected_output": {one[:150]: one}, "metadata": {"m": one}} for one in CORPUS]
    assert console.api.post(f"{dataset}/items", json=rows).status_code == 201
    page = reopened(console)
    expect(row(page, 1)).to_contain_text(CORPUS[0])
    file = tmp_path / "corpus.csv"
    file.write_text("\n".join(['"' + one.replace('"', '""') + '",message' for one in CORPUS[:1]] + ["a,b"]))
    page.get_by_label("File of rows").set_input_files(file)
    expect(page.get_by_role("region", name="Import of corpus.csv")).to_contain_text("<script>")
    expect(page).to_have_title("Dataset · Signalbox")
    assert page.evaluate("window.broken") is None


def test_a_dataset_goes_home_as_csv_and_is_deleted_by_its_name(console: Console, dataset: str) -> None:
    fill(console, dataset, "=1+1", split="test")
    page = reopened(console)
    page.get_by_role("button", name="More", exact=True).click()
    with page.expect_download() as started:
        page.get_by_role("menuitem", name="Export as CSV").click()
    assert started.value.suggested_filename == "support-240-v1.csv"
    assert "'=1+1" in started.value.path().read_text()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Delete this dataset").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Delete dataset")).to_be_disabled()
    dialog.get_by_role("textbox").fill("support-240")
    dialog.get_by_role("button", name="Delete dataset").click()
    page.wait_for_url("**/datasets")
    expect(page.get_by_role("heading", name="Datasets")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("support-240")).to_be_hidden()
    console.look("datasets-empty")
    assert console.api.get(dataset).status_code == 404
