"""The audit log in a real browser: found, opened, taken out, held to its chain."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing

import httpx
from playwright.sync_api import Page, expect

from backend.settings import SQLITE_FILE
from tests.journeys.conftest import Console

FORMULA = "=HYPERLINK(1)"


def _act(console: Console) -> None:
    """Leave a change, a name that a spreadsheet would calculate, and a refusal."""
    console.api.put("/api/variables/AUDITED", json={"value": "one"}).raise_for_status()
    console.api.put("/api/variables/AUDITED", json={"value": "two"}).raise_for_status()
    made = console.api.post("/api/api-keys", json={"name": FORMULA, "scopes": ["knowledge:read"]})
    narrow = {"X-API-Key": made.json()["key"]}
    assert httpx.get(f"{console.base_url}/api/flows", headers=narrow).status_code == 403


def _exported(page: Page, name: str) -> str:
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    return download.value.path().read_text()


def test_the_log_is_narrowed_opened_and_taken_out(console: Console) -> None:
    _act(console)
    page = console.open("/settings/audit")
    table = page.get_by_role("table", name="Events")
    expect(table.get_by_role("row").filter(has_text="Access denied").first).to_contain_text("GET /api/flows")
    page.get_by_label("Action", exact=True).select_option("variable.put")
    rows = table.get_by_role("row").filter(has_text="AUDITED")
    expect(rows).to_have_count(2)
    rows.first.get_by_role("button").click()
    event = page.get_by_role("dialog")
    expect(event).to_contain_text("variable.put")
    expect(event.get_by_role("group", name="What changed")).to_contain_text("two")
    console.look("audit-event")
    event.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("button", name="Clear filters")).to_have_count(0)  # the fields are made anew
    page.get_by_label("Search the events").fill(FORMULA)
    expect(table.get_by_role("row")).to_have_count(2)
    cells = [row["target"] for row in csv.DictReader(_exported(page, "Export CSV").splitlines())]
    assert f"'{FORMULA}" in cells
    assert FORMULA not in cells
    lines = [json.loads(line) for line in _exported(page, "JSON Lines").splitlines()]
    assert FORMULA in [line["target"] for line in lines]
    page.get_by_label("Search the events").fill("nothing has these words")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_role("button", name="Clear filters").first.click()
    expect(table.get_by_role("row").filter(has_text="Audit export").first).to_be_visible()
    console.look("audit")


def test_the_chain_is_verified_and_a_break_is_named(console: Console) -> None:
    console.api.put("/api/variables/CHAINED", json={"value": "one"}).raise_for_status()
    page = console.open("/settings/audit")
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.get_by_text("The chain is whole as of")).to_be_visible()
    page.reload()
    expect(page.get_by_text("The chain is whole as of")).to_be_visible()
    _rename_first(console, "somebody else")
    try:
        page.get_by_role("button", name="Verify", exact=True).click()
        expect(page.get_by_text("The chain is broken: 1 breach")).to_be_visible()
        expect(page.get_by_text("was changed.")).to_be_visible()
        console.look("audit-broken")
    finally:
        _rename_first(console, "")
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.get_by_text("The chain is whole as of")).to_be_visible()


def _rename_first(console: Console, name: str) -> None:
    """Edit the first event behind the back of the log; an empty name puts the old one back."""
    with closing(sqlite3.connect(console.server.data / SQLITE_FILE, timeout=20)) as database:
        changed = f"{name}|" if name else ""
        database.execute(
            "UPDATE audit_event SET actor_name = CASE WHEN :changed <> '' THEN :changed || actor_name"
            " ELSE substr(actor_name, instr(actor_name, '|') + 1) END WHERE sequence = 1",
            {"changed": changed},
        )
        database.commit()
