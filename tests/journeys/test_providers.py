"""Sign in at a real provider in a real browser, as the first owner, as somebody new, and with a password."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import new_context
from tests.journeys.looking import look, open_page, wait_until_hydrated
from tests.serving import Server, free_port

PASSWORD = "four words apart here"
OWNER = User(sub="owner-1", claims={"name": "Ines Alder", "email": "ines@alder.example", "email_verified": True})
GROUPED = User(sub="person-3", claims={"name": "Maren Vogt", "groups": ["desk"]})
STRANGER = User(sub="person-2", claims={"name": "Sam Rowe", "email": "sam@rowe.example", "email_verified": True})


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with run_server_in_thread(user_claims=[OWNER, STRANGER, GROUPED]) as running:
        yield f"http://localhost:{running.server_port}"


@pytest.fixture(scope="module")
def hanging() -> Iterator[str]:
    """An issuer that takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
        yield f"http://127.0.0.1:{silent.getsockname()[1]}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, issuer: str, hanging: str) -> Iterator[Server]:
    issuers = {"mock": ("Alder login", issuer)}
    issuers |= {"gone": ("Gone login", f"http://127.0.0.1:{free_port()}"), "slow": ("Slow login", hanging)}
    providers = [
        {"id": one, "kind": "oidc", "title": title, "issuer": at, "client_id": "signalbox", "client_secret": "secret"}
        for one, (title, at) in issuers.items()
    ]
    folder: Path = tmp_path_factory.mktemp("providers")
    settings = {"SIGNALBOX_SIGN_IN": json.dumps(providers), "SIGNALBOX_MODELS": "none"}
    with Server(folder / "data", **settings) as running:
        yield running


def at_the_provider(page: Page, subject: str) -> None:
    page.wait_for_url("**/oauth2/authorize**")
    page.locator("input[name=sub]").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def test_the_first_owner_joins_a_provider_and_comes_back_by_it(desk: Server, browser: Browser) -> None:
    context = new_context(browser)
    page = context.new_page()
    page.goto(desk.link)
    look(page, "sign-in-first")
    page.get_by_role("link", name="Continue with Alder login").click()
    at_the_provider(page, OWNER.sub)
    page.wait_for_url(f"{desk.base_url}/")
    wait_until_hydrated(page)

    page.get_by_role("button", name="Signed in as").click()
    page.get_by_role("menuitem", name="Profile").click()
    page.wait_for_url("**/profile**")
    expect(page.get_by_text("Alder login, ines@alder.example")).to_be_visible()
    look(page, "profile")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.wait_for_url("**/sign-in")
    look(page, "sign-in-provider")

    page.goto(f"{desk.base_url}/flows")
    page.get_by_role("link", name="Continue with Alder login").click()
    at_the_provider(page, OWNER.sub)
    page.wait_for_url(f"{desk.base_url}/flows/")
    context.close()


def test_somebody_new_is_told_to_ask_for_an_invitation(desk: Server, browser: Browser) -> None:
    context = new_context(browser)
    page = context.new_page()
    page.goto(f"{desk.base_url}/sign-in")
    page.get_by_role("link", name="Continue with Alder login").click()
    at_the_provider(page, STRANGER.sub)
    page.wait_for_url("**/sign-in/callback/mock**")
    expect(page.get_by_role("alert")).to_contain_text("Ask an owner for an invitation.")
    page.goto(desk.base_url)
    assert "/sign-in" in page.url
    context.close()


def test_the_next_start_prints_no_link(desk: Server) -> None:
    """A provider or a password is there: the terminal has nothing to hide any more."""
    assert "sign-in/link" in desk.output
    again = desk.run("settings")
    assert "Alder login" in again.stdout
    assert "secret" not in again.stdout.split("SIGNALBOX_SIGN_IN", 1)[1].splitlines()[0]


def by_provider(desk: Server, browser: Browser, subject: str) -> Page:
    """Sign in at the provider in a browser of its own."""
    page = new_context(browser).new_page()
    page.goto(f"{desk.base_url}/sign-in")
    page.get_by_role("link", name="Continue with Alder login").click()
    at_the_provider(page, subject)
    return page


@pytest.mark.parametrize("title", ["Gone login", "Slow login"])
def test_the_sign_in_page_says_that_a_provider_is_down(desk: Server, browser: Browser, title: str) -> None:
    """One refuses the connection, the other takes it and never answers."""
    context = new_context(browser)
    page = context.new_page()
    page.goto(f"{desk.base_url}/sign-in?next=/flows")
    asked_at = time.monotonic()
    page.get_by_role("link", name=f"Continue with {title}").click()
    expect(page.get_by_role("alert")).to_contain_text(f"{title} does not answer.")
    assert time.monotonic() - asked_at < 10
    expect(page.get_by_text(f"{title} gave no answer a moment ago.")).to_be_visible()
    look(page, f"sign-in-{title[:4].lower()}")
    page.get_by_role("link", name="Continue with Alder login").click()
    at_the_provider(page, OWNER.sub)
    page.wait_for_url(f"{desk.base_url}/flows/")
    context.close()


def test_an_owner_chooses_how_people_come_in(desk: Server, browser: Browser) -> None:
    page = by_provider(desk, browser, OWNER.sub)
    page.wait_for_url(f"{desk.base_url}/")
    open_page(page, f"{desk.base_url}/settings/sign-in")
    row = page.get_by_role("row").filter(has_text="Alder login")
    expect(row).to_contain_text(f"{desk.base_url}/sign-in/callback/mock")
    row.get_by_role("button", name="Copy the address for Alder login").click()
    page.get_by_role("button", name="Check Alder login").click()
    expect(row).to_contain_text("Answered")
    page.get_by_role("button", name="Check Gone login").click()
    expect(page.get_by_role("row").filter(has_text="Gone login")).to_contain_text("No answer")
    look(page, "settings-sign-in")
    page.get_by_label("Domains that can join without an invitation").fill("rowe")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Write domains as company.example, separated by commas.")).to_be_visible()
    page.get_by_label("Domains that can join without an invitation").fill("rowe.example")
    page.get_by_label("Their role").select_option("reviewer")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This applies at once")).to_be_visible()
    sam = by_provider(desk, browser, STRANGER.sub)
    sam.wait_for_url(f"{desk.base_url}/")
    assert sam.request.get(f"{desk.base_url}/api/me").json()["role"] == "reviewer"
    open_page(page, f"{desk.base_url}/settings/sign-in")
    page.get_by_label("Groups, of which a member needs one").fill("staff")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("would lock you out")
    look(page, "settings-sign-in-refused")
    sam.context.close()
    page.context.close()


def test_a_group_of_the_provider_gives_its_role_at_each_sign_in(desk: Server, browser: Browser, issuer: str) -> None:
    owner = by_provider(desk, browser, OWNER.sub)
    owner.wait_for_url(f"{desk.base_url}/")
    rules = f"{desk.base_url}/api/group-rules"
    owner.request.post(rules, data={"group": "desk", "role": "editor"})
    owner.request.post(rules, data={"group": "night", "role": "viewer"})
    for groups, role in ((["desk"], "editor"), (["night", "other"], "viewer"), (["desk", "night"], "editor")):
        claims = {**GROUPED.claims, "groups": groups}
        assert httpx.put(f"{issuer}/users/{GROUPED.sub}", json=claims).is_success
        maren = by_provider(desk, browser, GROUPED.sub)
        maren.wait_for_url(f"{desk.base_url}/")
        assert maren.request.get(f"{desk.base_url}/api/me").json()["role"] == role
        maren.context.close()
    assert httpx.put(f"{issuer}/users/{GROUPED.sub}", json={**GROUPED.claims, "groups": []}).is_success
    maren = by_provider(desk, browser, GROUPED.sub)
    expect(maren.get_by_role("alert")).to_contain_text("There is no account for you here.")
    maren.context.close()
    owner.context.close()


@pytest.mark.security("38")
def test_row_38_a_callback_is_finished_in_the_browser_that_began_it_alone(desk: Server, browser: Browser) -> None:
    """The address that the provider sends the owner back to opens nothing in anybody else's browser."""
    context = new_context(browser)
    page = context.new_page()
    page.route("**/sign-in/callback/**", lambda route: route.abort())
    page.goto(f"{desk.base_url}/sign-in")
    page.get_by_role("link", name="Continue with Alder login").click()
    page.wait_for_url("**/oauth2/authorize**")
    page.locator("input[name=sub]").fill(OWNER.sub)
    with page.expect_request("**/sign-in/callback/**") as sent:
        page.get_by_role("button", name="Authorize").click()
    other = new_context(browser)
    thief = other.new_page()
    answer = thief.goto(sent.value.url)
    assert answer is not None
    assert answer.status == 400
    expect(thief.get_by_role("alert")).to_contain_text("not begun in this browser")
    thief.goto(desk.base_url)
    assert "/sign-in" in thief.url
    other.close()
    context.close()


def test_a_password_and_its_second_try(tmp_path: Path, browser: Browser) -> None:
    with Server(tmp_path / "data", SIGNALBOX_MODELS="none") as server:
        context = new_context(browser)
        page = context.new_page()
        page.goto(server.link)
        page.get_by_label("Email").fill("ines@alder.example")
        page.get_by_label("Password, 12 characters or more").fill(PASSWORD)
        page.get_by_role("button", name="Set password and open the console").click()
        page.wait_for_url(f"{server.base_url}/")
        context.clear_cookies()

        page.goto(f"{server.base_url}/sign-in")
        page.get_by_label("Email").fill("ines@alder.example")
        page.get_by_label("Password").fill("not the right one")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_have_text("Email and password do not match. 4 tries left.")
        look(page, "sign-in-wrong")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{server.base_url}/")
        context.close()
