"""Getting in: the printed link, once, and nothing without it."""

from __future__ import annotations

import httpx
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Console, new_context, sign_in
from tests.journeys.looking import look, wait_until_hydrated
from tests.serving import LINK, Server


def new_link(server: Server) -> str:
    made = server.run("sign-in-link")
    assert made.returncode == 0, made.stderr
    found = LINK.search(made.stdout)
    assert found, made.stdout
    return found.group()


def test_a_preview_does_not_consume_the_link_and_its_button_does(server: Server, browser: Browser) -> None:
    link = new_link(server)
    for _ in range(2):
        preview = httpx.get(link)
        assert preview.status_code == 200
        assert "set-cookie" not in preview.headers
    context = new_context(browser)
    page = sign_in(context, link)
    wait_until_hydrated(page)
    expect(page.locator("h1")).to_be_visible()
    assert page.url == f"{server.base_url}/"

    other = new_context(browser)
    again = other.new_page()
    answer = again.goto(link)
    assert answer is not None
    assert answer.status == 410
    expect(again.get_by_role("button", name="Sign in")).to_have_count(0)
    again.goto(server.base_url)
    assert "/sign-in" in again.url
    context.close()
    other.close()


def test_the_sign_in_pages_please_an_auditor(server: Server, browser: Browser) -> None:
    context = new_context(browser)
    page = context.new_page()
    page.goto(server.base_url)
    look(page, "sign-in")
    page.goto(new_link(server))
    look(page, "sign-in-link")
    page.goto(f"{server.base_url}/sign-in/link?token=unknown")
    look(page, "sign-in-link-used")
    context.close()


def test_the_session_cookie_is_out_of_reach_of_scripts(console: Console) -> None:
    console.open("/")
    assert console.page.evaluate("() => document.cookie") == ""


def test_the_overview_pleases_an_auditor(console: Console) -> None:
    console.open("/")
    console.look("overview")
