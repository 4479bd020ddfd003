"""Sign in at a real provider in a real browser, as the first owner, as somebody new, and with a password."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import new_context
from tests.journeys.looking import look, wait_until_hydrated
from tests.serving import Server

PASSWORD = "four words apart here"
OWNER = User(sub="owner-1", claims={"name": "Ines Alder", "email": "ines@alder.example", "email_verified": True})
STRANGER = User(sub="person-2", claims={"name": "Sam Rowe", "email": "sam@rowe.example", "email_verified": True})


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with run_server_in_thread(user_claims=[OWNER, STRANGER]) as running:
        yield f"http://localhost:{running.server_port}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, issuer: str) -> Iterator[Server]:
    provider = {"id": "mock", "kind": "oidc", "title": "Alder login", "issuer": issuer}
    provider |= {"client_id": "signalbox", "client_secret": "secret"}
    folder: Path = tmp_path_factory.mktemp("providers")
    settings = {"SIGNALBOX_SIGN_IN": json.dumps([provider]), "SIGNALBOX_MODELS": "none"}
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


def test_a_password_and_its_second_try(tmp_path: Path, browser: Browser) -> None:
    with Server(tmp_path / "data", SIGNALBOX_MODELS="none") as server:
        context = new_context(browser)
        page = context.new_page()
        page.goto(server.link)
        page.get_by_label("Email").fill("ines@alder.example")
        page.get_by_label("Password, 12 characters or more").fill(PASSWORD)
        page.get_by_role("button", name="Set password and sign in").click()
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
