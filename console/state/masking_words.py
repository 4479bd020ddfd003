"""Whether the project masks what comes in, in words, with the way to switch it on."""

from __future__ import annotations

from backend.bootstrap import services
from backend.operator import Operator, Permission
from console import routes
from console.state import formats

ON = "Masking is on: placeholders stand for what it finds."
OFF = "Masking is off: what people write is kept word for word, with their addresses and numbers."


async def masking_words(operator: Operator) -> tuple[str, str]:
    """Return whether anything is masked, and where to switch it on, empty where it is or where they may not."""
    if not operator.may(Permission.FLOWS_READ):
        return "", ""
    if await services().masking.is_on(operator):
        return ON, ""
    return OFF, routes.SETTINGS_PRIVACY if operator.may(Permission.PROJECT_MANAGE) else ""


def masked_words(number: int, *, is_on: bool) -> str:
    """Say what became of the values of people that came in."""
    if not is_on:
        return "Nothing was masked: masking is off."
    return f"{formats.counted(number, 'value')} in it {'is' if number == 1 else 'are'} masked."
