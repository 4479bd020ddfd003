"""Settings: where each came from, and that no secret is shown."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from backend.cli.app import app
from backend.settings import PREFIX, Settings

KEY = "a secret key of more than 32 characters"


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SIGNALBOX_PORT", "4321")
    monkeypatch.setenv("SIGNALBOX_SECRET_KEY", KEY)
    monkeypatch.setenv("SIGNALBOX_DATABASE", "postgres://person:hidden-word@db.example/box")
    done = CliRunner().invoke(app, ["settings"])
    assert done.exit_code == 0, done.output
    return str(done.output)


def test_each_setting_is_printed_with_meaning_default_and_source(printed: str) -> None:
    for name, field in Settings.model_fields.items():
        assert f"{PREFIX}{name.upper()} = " in printed
        assert field.description
        assert field.description in printed
    assert "SIGNALBOX_PORT = 4321\n    from environment; default 3000" in printed
    assert "SIGNALBOX_HOST = 127.0.0.1\n    from default; default 127.0.0.1" in printed


def test_secrets_are_masked(printed: str) -> None:
    assert KEY not in printed
    assert "hidden-word" not in printed
    assert "SIGNALBOX_DATABASE = postgresql+psycopg://person:***@db.example/box" in printed


def test_the_key_file_is_named_as_source(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    monkeypatch.delenv("SIGNALBOX_SECRET_KEY", raising=False)
    (folder / "signalbox").mkdir()
    (folder / "signalbox" / "secret.key").write_text(KEY)
    printed = CliRunner().invoke(app, ["settings"]).output
    assert f"from file {folder}/signalbox/secret.key" in printed
    assert KEY not in printed


def test_several_keys_are_taken_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALBOX_SECRET_KEY", f"{KEY} new, {KEY} old")
    keys = Settings().secret_key
    assert [key.get_secret_value() for key in keys] == [f"{KEY} new", f"{KEY} old"]
    assert KEY not in repr(Settings())
