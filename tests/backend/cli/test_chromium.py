"""Where the tests get their browser from: what is there already comes before what must be installed."""

from __future__ import annotations

import pytest

from tests.journeys import chromium


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What stands in Playwright's cache, on the system, and what apt-get would bring."""
    found = {"cache": "/cache/chrome", "system": "/usr/bin/chromium", "apt": ""}

    def install() -> None:
        found["system"] = found["apt"]

    monkeypatch.setattr(chromium, "in_playwrights_cache", lambda: found["cache"])
    monkeypatch.setattr(chromium, "on_the_system", lambda: found["system"])
    monkeypatch.setattr(chromium, "install", install)
    return found


def test_the_cache_comes_before_the_system_and_the_system_before_installing(places: dict[str, str]) -> None:
    assert chromium.find() == "/cache/chrome"
    places["cache"] = ""
    assert chromium.find() == "/usr/bin/chromium"
    places |= {"system": "", "apt": "/usr/bin/installed"}
    assert chromium.find() == "/usr/bin/installed"


def test_without_any_it_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "in_playwrights_cache", lambda: "")
    monkeypatch.setattr(chromium, "on_the_system", lambda: "")
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 1000)
    with pytest.raises(RuntimeError, match="playwright install chromium"):
        chromium.find()
