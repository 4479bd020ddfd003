"""The same export behind a reverse proxy with a certificate: other port, other scheme, the socket through it too."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.doubles.tls_proxy import tls_proxy
from tests.journeys.conftest import new_context, sign_in
from tests.serving import Server, free_port


def test_the_console_works_behind_a_proxy_with_a_certificate(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("proxy")
    port = free_port()
    there = f"https://localhost:{port}"
    behind = Server(
        folder / "data", SIGNALBOX_PUBLIC_URL=there, SIGNALBOX_TRUSTED_PROXIES="1", SIGNALBOX_MODELS="scripted"
    )
    with behind as server, tls_proxy(port, server.base_url, folder) as proxy:
        context = new_context(browser, ignore_https_errors=True)
        page = sign_in(context, server.link.replace(server.base_url, there))
        expect(page).to_have_url(f"{there}/")
        secure = {one.get("name"): one.get("secure") for one in context.cookies()}
        assert secure["__Host-signalbox_session"]
        page.goto(f"{there}/flows")
        page.get_by_role("button", name="New flow").first.click()
        expect(page).to_have_url(f"{there}/flows/")
        expect(page.get_by_text("Built with Reflex")).to_have_count(0)
        assert proxy.num_sockets > 0
        context.close()
