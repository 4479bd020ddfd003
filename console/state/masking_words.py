"""Whether the project masks what comes in, in words, with the way to switch it on."""

from __future__ import annotations

from dataclasses import dataclass

from backend.bootstrap import services
from backend.operator import Operator, Permission
from console import routes
from console.state import formats

ON = "Masking is on: placeholders stand for what it finds."
OFF = "Masking is off: what people write is kept word for word, with their addresses and numbers."
OFFER = (OFF, routes.SETTINGS_PRIVACY, "Switch it on")


@dataclass(frozen=True)
class MaskingLine:
    """What is said of masking, and the words of the way on with its address, empty for who may not go there."""

    words: str = ""
    href: str = ""
    link: str = ""


async def masking_line(operator: Operator) -> MaskingLine:
    """Return whether anything is masked, with the way to what was, or to where it is switched on."""
    if not operator.may(Permission.FLOWS_READ):
        return MaskingLine()
    is_on, may_go = await services().masking.is_on(operator), operator.may(Permission.PROJECT_MANAGE)
    words, href, link = (ON, routes.MASKED, "See what was masked") if is_on else OFFER
    return MaskingLine(words, href, link) if may_go else MaskingLine(words)


def masked_words(number: int, *, is_on: bool) -> str:
    """Say what became of the values of people that came in."""
    if not is_on:
        return "Nothing was masked: masking is off."
    return f"{formats.counted(number, 'value')} in it {'is' if number == 1 else 'are'} masked."
