"""API keys and secrets in a real browser: made, used, shown once, ended."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import expect

from tests.journeys.conftest import Console

CANARY = "canary-9f1c-value-4f2a"


def test_a_key_is_made_with_scopes_shown_once_rotated_and_revoked(console: Console) -> None:
    page = console.open("/settings/api-keys")
    page.get_by_role("button", name="New API key").click()
    page.get_by_label("Name", exact=True).fill("nightly")
    page.get_by_label("Permissions").select_option("Only what you choose")
    page.get_by_role("group", name="Flows").get_by_label("read").check()
    console.look("api-keys-new")
    page.get_by_role("button", name="Create key").click()
    shown = page.get_by_label("The key", exact=True)
    expect(shown).to_have_text(re.compile(r"^sbx_[a-z0-9]{12}_[A-Za-z0-9]{49}$"))
    secret = shown.inner_text()
    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_text(secret)).to_have_count(0)
    row = page.get_by_role("row").filter(has_text="nightly")
    expect(row).to_contain_text(secret[-4:])
    console.look("api-keys")
    with httpx.Client(base_url=console.base_url, headers={"Authorization": f"Bearer {secret}"}) as api:
        assert api.get("/api/flows").status_code == 200
        assert api.get("/api/knowledge-bases").status_code == 403
        page.get_by_role("button", name="Rotate nightly").click()
        page.get_by_role("button", name="Rotate key").click()
        expect(shown).not_to_have_text(secret)
        page.get_by_role("button", name="I have copied it").click()
        expect(row).to_contain_text("The old key works until")
        assert api.get("/api/flows").status_code == 200
        page.get_by_role("button", name="Revoke nightly").click()
        page.get_by_role("button", name="Revoke key").click()
        expect(row).to_have_count(0)
        assert api.get("/api/flows").status_code == 401


def test_d5_a_secret_goes_in_and_reaches_no_frame_of_the_socket_again(console: Console) -> None:
    heard: list[str] = []
    console.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    page = console.open("/settings/secrets")
    page.get_by_role("button", name="New secret").first.click()
    page.get_by_label("Name", exact=True).fill("SHOP_KEY")
    page.get_by_label("Value", exact=True).fill(CANARY)
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="SHOP_KEY")
    expect(row).to_contain_text("Stored, ends in 4f2a")
    page.get_by_role("button", name="New variable").first.click()
    page.get_by_label("Name", exact=True).fill("REGION")
    page.get_by_label("Value", exact=True).fill("eu-central")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="REGION")).to_contain_text("eu-central")
    console.look("secrets")
    page.get_by_role("button", name="Delete SHOP_KEY").click()
    page.get_by_role("button", name="Delete secret").click()
    expect(row).to_have_count(0)
    assert heard
    assert not any("canary" in frame for frame in heard)
    held = [path for path in console.server.data.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert held == []
