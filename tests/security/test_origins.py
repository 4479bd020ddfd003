"""Which other origins may be let in: those that are written out, and never any."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from backend.settings import Settings


@pytest.mark.security("3", "Z1")
@pytest.mark.parametrize(
    "written", ["*", "https://*", "https://*.example.com", "https://a.example,*", "null", "example.com"]
)
def test_z1_an_origin_that_stands_for_any_stops_the_start(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("SIGNALBOX_CORS_ORIGINS", written)
    with pytest.raises(ValidationError):
        Settings()


def test_an_origin_that_is_written_out_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALBOX_CORS_ORIGINS", "https://a.example, https://b.example:8443")
    assert Settings().cors_origins == ("https://a.example", "https://b.example:8443")
