"""`signalbox settings`: each variable with its value, source, default and meaning."""

from __future__ import annotations

import importlib

from backend.cli.configured import read_settings
from backend.cli.say import say
from backend.settings import PREFIX, Settings


def _default(name: str) -> str:
    default = Settings.model_fields[name].default
    return "(unset)" if default == () else str(default)


def show() -> None:
    """Print every setting with its value, source, default and meaning; secrets are masked."""
    settings = read_settings()
    sources = settings.sources()
    key_file = importlib.import_module("backend.bootstrap.sealing").key_file()
    if not settings.secret_key and key_file.exists():
        sources["secret_key"] = f"file {key_file}"
    for name, field in Settings.model_fields.items():
        value = "********" if sources[name].startswith("file") else settings.shown(name)
        say(f"{PREFIX}{name.upper()} = {value}")
        say(f"    from {sources[name]}; default {_default(name)}")
        say(f"    {field.description}")
