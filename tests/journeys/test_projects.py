"""Make, rename and delete a project in the settings."""

from __future__ import annotations

import httpx
from playwright.sync_api import expect

from tests.journeys.conftest import Console


def test_a_project_is_made_renamed_and_deleted(console: Console) -> None:
    page = console.open("/settings")
    for old, new in (("My organisation", "Alder & Rowe"), ("Alder & Rowe", "My organisation")):
        page.get_by_role("button", name="Rename the organisation").click()
        expect(page.locator("#organisation-name")).to_have_value(old)
        page.locator("#organisation-name").fill(new)
        page.get_by_role("button", name="Rename", exact=True).click()
        expect(page.get_by_role("button", name=f"Project {new}")).to_be_visible()
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


def test_a_link_of_a_colleague_opens_the_project_that_it_leads_to(console: Console) -> None:
    cookies = {str(one["name"]): str(one["value"]) for one in console.context.cookies()}
    with httpx.Client(base_url=console.base_url, cookies=cookies, timeout=60) as api:
        other = api.post("/api/projects", json={"name": "Linked"}).json()["id"]
        flow = api.post("/api/flows", json={"name": "Far away"}, headers={"X-Project-Id": other}).json()["id"]
        page = console.open("/flows")
        place = page.get_by_role("button", name="Project My organisation")
        expect(place).to_contain_text("Support desk")
        console.open(f"/flows/{flow}")
        expect(page.get_by_role("heading", name="Far away")).to_be_visible()
        expect(place).to_contain_text("Linked")
        console.open("/flows")
        expect(page.get_by_role("link", name="Far away")).to_be_visible()
        console.open(f"/flows/{flow[:-6]}zzzzzz")
        expect(page.get_by_text("There is no such flow", exact=False).first).to_be_visible()
        api.delete(f"/api/projects/{other}").raise_for_status()
