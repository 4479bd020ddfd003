"""One's own account in a real browser: name, picture, password, second step, sessions."""

from __future__ import annotations

import base64
import io
import re
import time
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import new_context
from tests.journeys.looking import look, open_page
from tests.serving import Server

EMAIL, PASSWORD, NEW = "ines@alder.example", "four words apart here", "other words that fit here"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("profile") / "data", SIGNALBOX_MODELS="none") as running:
        yield running


@pytest.fixture(scope="module")
def page(desk: Server, browser: Browser) -> Iterator[Page]:
    """Set the owner's password by the first link, and leave the page where that leads."""
    context = new_context(browser)
    page = context.new_page()
    page.goto(desk.link)
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password, 12 characters or more").fill(PASSWORD)
    page.get_by_role("button", name="Set password and open the console").click()
    page.wait_for_url(f"{desk.base_url}/")
    yield page
    context.close()


def enter(page: Page, desk: Server, password: str = PASSWORD) -> None:
    page.goto(f"{desk.base_url}/sign-in")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def photograph() -> bytes:
    written = io.BytesIO()
    Image.linear_gradient("L").resize((900, 600)).save(written, "JPEG")
    return written.getvalue()


def one_time_code(page: Page) -> str:
    """Return what an app shows that was given the secret of the page: six digits of 30 seconds."""
    secret = base64.b32decode(page.locator(".panel code").inner_text())
    return TOTP(secret, 6, SHA1(), 30).generate(time.time()).decode()


def send_picture(page: Page, content: bytes) -> None:
    page.set_input_files("#picture", {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": content})
    page.get_by_role("button", name=re.compile("^(Add|Change) picture$")).click()


def test_name_and_picture_are_changed(desk: Server, browser: Browser, page: Page) -> None:
    page.goto(f"{desk.base_url}/profile")
    page.get_by_label("Name", exact=True).fill("Ines Halloran")
    page.get_by_role("button", name="Save name").click()
    expect(page.get_by_text("Ines Halloran, ines@alder.example")).to_be_visible()
    send_picture(page, b"no picture")
    expect(page.get_by_role("alert")).to_contain_text("This is no picture that can be read.")
    send_picture(page, photograph())
    face = page.get_by_role("img", name="Your picture")
    expect(face).to_be_visible()
    expect(face).to_have_js_property("naturalWidth", 128)
    picture = f"{desk.base_url}{face.get_attribute('src')}"
    stranger = new_context(browser)
    assert stranger.request.get(picture).status == 401
    stranger.close()
    open_page(page, desk.base_url)
    expect(page.locator(".me img")).to_be_visible()
    page.goto(f"{desk.base_url}/profile")
    look(page, "profile-full")
    page.get_by_role("button", name="Remove picture").click()
    expect(face).to_have_count(0)
    assert page.request.get(picture).status == 404


def test_a_session_elsewhere_is_seen_and_ended(desk: Server, browser: Browser, page: Page) -> None:
    elsewhere = new_context(browser).new_page()
    enter(elsewhere, desk)
    elsewhere.wait_for_url(f"{desk.base_url}/")
    page.goto(f"{desk.base_url}/profile")
    end = page.get_by_role("button", name="End the session of Chrome on Linux")
    expect(end).to_have_count(1)
    look(page, "profile-sessions")
    end.click()
    expect(end).to_have_count(0)
    assert elsewhere.request.get(f"{desk.base_url}/api/me").status == 401
    elsewhere.context.close()


def test_a_new_password_and_a_second_step_are_asked_for(desk: Server, page: Page) -> None:
    page.goto(f"{desk.base_url}/profile")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password, 12 characters or more").fill(NEW)
    page.get_by_role("button", name="Change password").click()
    page.get_by_role("button", name="Set up").click()
    look(page, "profile-second-step")
    code = one_time_code(page)
    page.get_by_label("Code from your app").fill(code)
    page.get_by_role("button", name="Confirm").click()
    recovery = page.locator("code.codes").inner_text().split()
    assert len(recovery) == 10
    look(page, "profile-recovery-codes")
    page.goto(f"{desk.base_url}/profile")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.wait_for_url("**/sign-in")

    enter(page, desk, NEW)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("This code is not right.")  # it was good once
    look(page, "second-step-wrong")
    page.get_by_label("Code").fill(recovery[0])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{desk.base_url}/")
    page.goto(f"{desk.base_url}/profile")
    expect(page.get_by_text("9 recovery codes are left.")).to_be_visible()
