"""Where words of people come in, it stands whether they are masked."""

from __future__ import annotations

from backend.bootstrap import Services
from backend.masking.types import Kind, MaskingRules
from console.state.conversations import ConversationsState
from console.state.first_run import FirstRunState
from console.state.masking_words import OFF, ON
from tests.console.tab import Tab, tab

__all__ = ["tab"]


async def test_an_import_and_the_first_screen_say_whether_anything_is_masked(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    first, log = tab.state(FirstRunState), tab.state(ConversationsState)
    await first.load()
    await log.load()
    assert (first.masking, first.masking_href) == (log.masking, log.masking_href) == (OFF, "/settings/privacy")
    assert "Nothing was masked: masking is off." in str(await log.imported(0))
    await services.masking.set_rules(owner, MaskingRules(frozenset(Kind)))
    assert "1 value in it is masked." in str(await log.imported(1))
    assert (log.masking, log.masking_href) == (ON, "")
