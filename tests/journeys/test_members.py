"""Invite, join, change a role, remove; and go from project to project."""

from __future__ import annotations

import time

from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import TIMEOUT_MS, Console
from tests.journeys.looking import open_page, wait_until_hydrated

SECONDS_TO_BE_OUT = 5


def invited(console: Console, email: str, role: str) -> str:
    """Invite somebody in the page and return the link that it shows."""
    page = console.open("/members")
    page.get_by_role("button", name="Invite people").click()
    page.get_by_label("E-mail address").fill(email)
    page.locator("#invite-role").select_option(role)
    page.get_by_role("button", name="Invite", exact=True).click()
    link = page.locator("#invitation-link")
    expect(link).to_contain_text("/invitation?token=")
    words = str(link.text_content())
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text(email).first).to_be_visible()
    return words


def joined(browser: Browser, link: str, name: str) -> Page:
    """Accept an invitation as somebody who has no account yet."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.goto(link)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password, 12 characters or more").fill("four words apart here")
    page.get_by_role("button", name="Accept").click()
    page.wait_for_url("**/")
    return page


def looks_at_a_flow(viewer: Page, console: Console) -> None:
    """The canvas of a viewer is to look at: what they cannot do is not offered, and they are told why."""
    made = console.page.request.post(f"{console.base_url}/api/flows", data={"name": "Depot"}).json()
    page = console.open(f"/flows/{made['id']}")
    page.get_by_role("button", name="Add Input and Output").click()
    expect(page.locator("[data-saved^='Saved']")).to_be_visible()
    kept = f"{console.base_url}/api/flows/{made['id']}"
    while len(page.request.get(kept).json()["document"]["nodes"]) < 2:  # "Saved" also stands before the first change
        page.wait_for_timeout(50)
    open_page(viewer, f"{console.base_url}/flows/{made['id']}")
    expect(viewer.locator("[data-node]")).to_have_count(2)
    expect(viewer.locator(".ro")).to_contain_text("Editors and above can change flows.")
    expect(viewer.get_by_text("Editors and above can run flows.")).to_be_visible()
    for name in ("Publish", "Undo", "Send", "Name, address and description"):
        expect(viewer.get_by_role("button", name=name)).to_have_count(0)
    expect(viewer.locator("[data-kind]")).to_have_count(0)
    node = viewer.locator("[data-node=input]")
    placed = viewer.locator(".react-flow__node[data-id=input]")
    stood = placed.get_attribute("style")
    node.drag_to(viewer.locator(".react-flow__pane"), target_position={"x": 300, "y": 200})
    expect(placed).to_have_attribute("style", str(stood))
    node.click()
    expect(viewer.get_by_label("Title", exact=True)).to_be_disabled()


def gets_a_new_password(member: Page, console: Console) -> None:
    """The link of the list sets a password once, ends what was open, and lets in again with the new one."""
    page = console.page
    page.get_by_role("button", name="More for Maren Vogt").click()
    page.get_by_role("menuitem", name="New password by link").click()
    page.get_by_role("button", name="Create link").click()
    link = page.locator("#reset-link")
    expect(link).to_contain_text("/sign-in/reset?token=")
    words = str(link.text_content())
    console.look("reset-link")
    page.get_by_role("button", name="Done").click()
    member.goto(words)
    member.locator("input[type=password]").first.fill("another four words here")
    member.get_by_role("button").first.click()
    member.goto(f"{console.base_url}/sign-in")
    member.get_by_label("Email").fill("maren@alder-rowe.example")
    member.locator("input[type=password]").fill("another four words here")
    member.get_by_role("button", name="Sign in", exact=True).click()
    member.wait_for_url("**/")


def test_a_person_is_invited_given_a_role_and_removed(console: Console, browser: Browser) -> None:
    link = invited(console, "maren@alder-rowe.example", "viewer")
    maren = joined(browser, link, "Maren Vogt")
    assert maren.request.get(link).status == 410
    open_page(maren, f"{console.base_url}/members")
    expect(maren.get_by_role("button", name="Invite people")).to_have_count(0)
    looks_at_a_flow(maren, console)
    page = console.open("/members")
    role = page.get_by_label("Role of Maren Vogt", exact=True)
    role.select_option("reviewer")
    expect(page.locator("th.col b")).to_have_text("Reviewer")
    console.look("members")
    assert maren.request.get(f"{console.base_url}/api/me").json()["role"] == "reviewer"
    here = page.get_by_label("Role of Maren Vogt in this project")
    here.select_option("editor")
    expect(page.locator("th.col b")).to_have_text("Editor")  # what counts here, not what the organisation gave
    expect(page.get_by_text("Showing Editor here, Reviewer elsewhere")).to_be_visible()
    console.look("members-here")
    here.select_option("")
    gets_a_new_password(maren, console)
    open_page(maren, f"{console.base_url}/conversations")
    page.get_by_role("button", name="More for Maren Vogt").click()
    page.get_by_role("menuitem", name="Remove from the organisation").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_label("Role of Maren Vogt", exact=True)).to_have_count(0)
    removed_at = time.monotonic()
    while maren.request.get(f"{console.base_url}/api/me").status != 401:
        assert time.monotonic() - removed_at < SECONDS_TO_BE_OUT
    maren.wait_for_url("**/sign-in**")  # by itself: nobody touched the page
    maren.context.close()


def test_the_bar_leads_to_another_project_and_the_tab_stays_there(console: Console) -> None:
    made = console.page.request.post(f"{console.base_url}/api/projects", data={"name": "Billing"}).json()
    page = console.open("/")
    page.get_by_role("button", name="Support desk").click()
    page.get_by_role("menuitemradio", name="Billing").click()
    page.wait_for_url(f"**/?project={made['id']}")
    open_page(page, f"{console.base_url}/knowledge")
    expect(page.get_by_role("button", name="Billing")).to_be_visible()
    expect(page.get_by_text("Handbook")).to_have_count(0)
    console.look("project")
    page.goto(f"{console.base_url}/?project=proj_foreign")
    page.wait_for_url("**/404")
    page.request.delete(f"{console.base_url}/api/projects/{made['id']}")
    page.wait_for_url(f"{console.base_url}/")  # the tab is sent out of what was closed
    wait_until_hydrated(page)
    expect(page.get_by_role("button", name="Support desk")).to_be_visible()
