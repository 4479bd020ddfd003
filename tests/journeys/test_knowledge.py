"""From files on somebody's desk to passages that are found, and away again."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import pytest
from playwright.sync_api import Page, expect

from tests.factories.samples import pdf, samples
from tests.journeys.conftest import Console

READY_MS = 60_000
DROP = """async ([files]) => {
  const transfer = new DataTransfer();
  for (const [name, text, size] of files) {
    const content = text ? Uint8Array.from(atob(text), (one) => one.charCodeAt(0)) : new Uint8Array(size);
    transfer.items.add(new File([content], name));
  }
  for (const kind of ["dragenter", "dragover", "drop"])
    document.body.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
}"""


def drop(page: Page, files: Mapping[str, bytes | int]) -> None:
    """Drop files anywhere on the page, as a hand would. A number makes a file of so many zeros in the browser."""
    listed = [
        [name, "", content] if isinstance(content, int) else [name, base64.b64encode(content).decode(), 0]
        for name, content in files.items()
    ]
    page.evaluate(DROP, [listed])


def row(page: Page, name: str) -> object:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


@pytest.fixture
def base(console: Console) -> str:
    """Make a knowledge base by hand and stand on its page; return its id."""
    page = console.open("/knowledge")
    page.get_by_role("button", name="New knowledge base").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("House rules")
    dialog.get_by_label("Description").fill("What we promise about returns, care and delivery.")
    console.look("knowledge-form")
    dialog.get_by_role("button", name="Create").click()
    page.wait_for_url("**/knowledge/kb_*")
    expect(page.get_by_role("heading", name="House rules")).to_be_visible()
    return page.url.rpartition("/")[2]


def test_files_of_every_kind_become_passages_that_are_found(console: Console, base: str) -> None:
    page = console.page
    expect(page.get_by_text("No documents yet")).to_be_visible()
    console.look("knowledge-base-empty")

    drop(page, samples() | {"locked.pdf": pdf("Secret.", password="sesame")})
    for name in samples():
        expect(row(page, name).get_by_text("Ready")).to_be_visible(timeout=READY_MS)
    expect(row(page, "locked.pdf").get_by_text("Parse:")).to_be_visible(timeout=READY_MS)
    expect(page.get_by_text("1 failed")).to_be_visible()

    page.get_by_label("Test question").fill("How long may I send back furniture?")
    page.get_by_role("button", name="Search", exact=True).click()
    fused = page.get_by_role("list", name="Fused")
    expect(fused.get_by_role("listitem").first).to_contain_text("within 30 days")
    expect(page.get_by_role("list", name="Dense").get_by_role("listitem").first).to_contain_text("0.")
    expect(page.get_by_role("list", name="BM25").get_by_role("listitem").first).to_contain_text("30 days")
    expect(page.locator(".tracks path.taken").first).to_be_attached()
    console.look("knowledge-base")

    fused.get_by_role("link").first.click()
    page.wait_for_url("**/documents/doc_*")
    expect(page.get_by_role("heading", name="returns.md")).to_be_visible()
    expect(page.locator(".ck.on")).to_contain_text("within 30 days")
    console.look("document")
    page.locator(".ck.on").focus()
    page.keyboard.press("j")
    expect(page.locator(".ck.on")).to_contain_text("Opened packaging")
    expect(page.get_by_role("complementary", name="The passage")).to_contain_text("Passage 2")

    page.get_by_role("link", name="House rules").click()
    page.get_by_role("link", name="locked.pdf").click()
    page.wait_for_url("**/documents/doc_*")
    expect(page.get_by_text("The PDF is protected with a password")).to_be_visible()
    console.look("document-failed")


def test_a_deleted_document_can_be_brought_back_and_then_goes_for_good(console: Console, base: str) -> None:
    page = console.page
    drop(page, {"warranty.txt": samples()["warranty.txt"]})
    expect(row(page, "warranty.txt").get_by_text("Ready")).to_be_visible(timeout=READY_MS)
    [document] = console.api.get(f"/api/knowledge-bases/{base}/documents").json()["documents"]

    row(page, "warranty.txt").focus()
    page.keyboard.press("Delete")
    expect(row(page, "warranty.txt")).to_have_count(0)
    assert console.api.get(f"/api/documents/{document['id']}").status_code == 404
    page.keyboard.press("Control+z")
    expect(row(page, "warranty.txt").get_by_text("Ready")).to_be_visible()
    assert console.api.get(f"/api/documents/{document['id']}").json()["num_chunks"] == 1

    row(page, "warranty.txt").get_by_role("checkbox").click()
    page.get_by_role("button", name="Delete", exact=True).first.click()
    expect(page.get_by_text("No documents yet")).to_be_visible()
    console.shoot("knowledge-undo")
    page.get_by_role("button", name="Dismiss").click()
    found = console.api.post(f"/api/knowledge-bases/{base}/search", json={"query": "warranty", "mode": "keyword"})
    assert found.json()["passages"] == []


def test_a_file_that_is_refused_says_why_where_it_stands(console: Console, base: str) -> None:
    page = console.page
    drop(page, {"huge.txt": 51 * 1024 * 1024})
    expect(page.get_by_text("Larger than 50 MB")).to_be_visible()
    drop(page, {"zones.csv": samples()["zones.csv"]})
    expect(row(page, "zones.csv").get_by_text("Ready")).to_be_visible(timeout=READY_MS)
    drop(page, {"again.csv": samples()["zones.csv"]})
    expect(page.get_by_text("Already here as “zones.csv”")).to_be_visible()
    drop(page, {"zones.csv": b"zone,days\nNorth,9\n"})
    expect(page.get_by_text("Added beside an older one of this name")).to_be_visible(timeout=READY_MS)
    console.look("knowledge-refused")
    page.get_by_role("button", name="Replace the older zones.csv").click()
    expect(row(page, "zones.csv")).to_have_count(1, timeout=READY_MS)
    page.get_by_role("button", name="Dismiss all").click()
    expect(page.get_by_text("Larger than 50 MB")).to_have_count(0)


def test_a_base_is_deleted_only_after_its_name_was_typed(console: Console, base: str) -> None:
    page = console.page
    page.get_by_role("button", name="More", exact=True).first.click()
    page.get_by_role("menuitem", name="Delete this knowledge base").click()
    dialog = page.get_by_role("dialog")
    act = dialog.get_by_role("button", name="Delete knowledge base")
    expect(act).to_be_disabled()
    dialog.get_by_label("Type House rules to confirm").fill("House rules")
    console.look("knowledge-delete")
    act.click()
    page.wait_for_url("**/knowledge")
    expect(page.get_by_role("button", name="New knowledge base").first).to_be_visible()
    console.look("knowledge")
    assert console.api.get(f"/api/knowledge-bases/{base}").status_code == 404
