"""Settings for a command, or one clear sentence and exit code 1."""

from __future__ import annotations

import ipaddress

from pydantic import ValidationError

from backend.cli.say import complain, stop
from backend.settings import Settings, unknown_variables


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    if first["type"] == "int_parsing":
        first["msg"] = "it is not a whole number"
    field = str(first["loc"][0])
    message = first["msg"].removeprefix("Value error, ")
    given = "" if field in Settings.SECRET_FIELDS else f" is {first['input']!r}, and"
    return f"SIGNALBOX_{field.upper()}{given} cannot be used: {message[:1].lower()}{message[1:]}."


def read_settings() -> Settings:
    """Return the settings, or stop with a sentence; a variable that looks like a setting and is none is mentioned."""
    for name, meant in unknown_variables():
        complain(f"{name} is no setting" + (f"; did you mean {meant}?" if meant else "."))
    try:
        return Settings()
    except ValidationError as error:
        stop(_sentence(error))


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
