"""Support is let in, acts under a banner on every page, and is out at once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.conftest import new_context, sign_in
from tests.journeys.looking import look, open_page
from tests.journeys.test_members import joined
from tests.serving import Server

SECONDS_TO_BE_OUT = 5
KIM, MAREN = "kim@support.example", "maren@alder-rowe.example"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("support") / "data", SIGNALBOX_MODELS="none") as running:
        yield running


@pytest.fixture(scope="module")
def owner(desk: Server, browser: Browser) -> Page:
    return sign_in(new_context(browser), desk.link)


@pytest.fixture(scope="module")
def kim(desk: Server, browser: Browser, owner: Page) -> Page:
    """Kim of support, who signs in as herself; Maren is there too."""
    newcomer(desk, browser, owner, (MAREN, "Maren Vogt", "editor")).context.close()
    return newcomer(desk, browser, owner, (KIM, "Kim Doe", "viewer"))


def newcomer(desk: Server, browser: Browser, owner: Page, person: tuple[str, str, str]) -> Page:
    email, name, role = person
    made = owner.request.post(f"{desk.base_url}/api/invitations", data={"email": email, "role": role}).json()
    return joined(browser, f"{desk.base_url}/invitation?token={made['token']}", name)


def banner(page: Page) -> Locator:
    return page.get_by_text(re.compile(r"you act for Maren Vogt as Editor\. \d+ min left\."))


def test_an_owner_lets_support_in(desk: Server, owner: Page, kim: Page) -> None:
    assert kim
    open_page(owner, f"{desk.base_url}/settings/support")
    look(owner, "settings-support-empty")
    owner.get_by_role("button", name="Let support in").first.click()
    owner.get_by_label("E-mail address of support").fill("nobody@support.example")
    owner.get_by_label("Acts for").select_option(label="Maren Vogt, editor")
    owner.get_by_label("With no more than").select_option("editor")
    owner.get_by_role("button", name="Let them in").click()
    expect(owner.get_by_text("Nobody here has this address.")).to_be_visible()
    owner.get_by_label("E-mail address of support").fill(KIM)
    look(owner, "settings-support-new")
    owner.get_by_role("button", name="Let them in").click()
    row = owner.get_by_role("row").filter(has_text="Kim Doe")
    expect(row).to_contain_text("Open")


def test_support_acts_under_a_banner_on_every_page(desk: Server, kim: Page) -> None:
    kim.goto(f"{desk.base_url}/profile")
    expect(kim.get_by_role("heading", name="Support you give")).to_be_visible()
    look(kim, "profile-support")
    other_tab = kim.context.new_page()
    open_page(other_tab, f"{desk.base_url}/flows")
    kim.get_by_role("button", name="Act for Maren Vogt").click()
    kim.wait_for_url(re.compile(r"/\?project="))
    expect(banner(kim)).to_be_visible()
    # The other tab drew what Kim may: it begins anew as well.
    expect(banner(other_tab)).to_be_visible()
    for path in ("/flows", "/settings", "/members", "/conversations", "/nowhere-at-all"):
        open_page(kim, f"{desk.base_url}{path}")
        expect(banner(kim)).to_be_visible()
    look(kim, "support-acting")
    me = kim.request.get(f"{desk.base_url}/api/me").json()
    assert (me["name"], me["support"], me["role"]) == ("Maren Vogt", "Kim Doe", "editor")
    kim.goto(f"{desk.base_url}/profile")
    expect(kim.get_by_text("Kim Doe, you act for Maren Vogt until")).to_be_visible()
    look(kim, "profile-acting")
    made = kim.request.post(f"{desk.base_url}/api/flows", data={"name": "By support"})
    assert made.status == 201, made.text()
    assert kim.request.post(f"{desk.base_url}/api/api-keys", data={"name": "kept"}).status == 403

    kim.get_by_role("button", name="Stop acting").click()
    kim.wait_for_url("**/profile")
    assert kim.request.get(f"{desk.base_url}/api/me").json()["name"] == "Kim Doe"
    kim.get_by_role("button", name="Act for Maren Vogt").click()
    expect(banner(kim)).to_be_visible()


def test_support_that_is_taken_back_is_out_at_once(desk: Server, owner: Page, kim: Page) -> None:
    open_page(owner, f"{desk.base_url}/settings/support")
    row = owner.get_by_role("row").filter(has_text="Kim Doe")
    expect(row).to_contain_text("In use")
    look(owner, "settings-support")
    owner.get_by_role("button", name="Take back the access of Kim Doe").click()
    owner.get_by_role("button", name="Take back", exact=True).click()
    expect(row).to_contain_text("Revoked")
    ended_at = time.monotonic()
    expect(banner(kim)).to_have_count(0, timeout=SECONDS_TO_BE_OUT * 1_000)
    assert time.monotonic() - ended_at < SECONDS_TO_BE_OUT
    assert kim.request.get(f"{desk.base_url}/api/me").json()["name"] == "Kim Doe"
    told = owner.request.get(f"{desk.base_url}/api/audit-events?actor=Kim Doe").json()["audit_events"]
    assert "Kim Doe for Maren Vogt" in {event["actor"] for event in told}
    for page in (owner, kim):
        page.context.close()
