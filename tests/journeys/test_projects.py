"""Make, rename and delete a project in the settings."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.conftest import Console


def test_a_project_is_made_renamed_and_deleted(console: Console) -> None:
    page = console.open("/settings")
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name", exact=True).fill("Billing")
    page.get_by_role("button", name="Create project").click()
    page.get_by_role("button", name="Rename Billing").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Billing")
    page.get_by_label("Name", exact=True).fill("Bills")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.get_by_role("cell", name="Bills", exact=True)).to_be_visible()
    console.look("projects")
    page.get_by_role("button", name="Delete Bills").click()
    last = page.get_by_role("button", name="Delete project")
    expect(last).to_be_disabled()
    page.get_by_label("Type Bills to confirm").fill("Bills")
    last.click()
    expect(page.get_by_role("button", name="Delete Bills")).to_have_count(0)
