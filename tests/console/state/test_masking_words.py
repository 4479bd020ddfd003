"""Where words of people come in, it stands whether they are masked."""

from __future__ import annotations

from dataclasses import replace

from backend.bootstrap import Services
from backend.masking.types import Kind, MaskingRules
from backend.operator import Permission
from console.routes import MASKED
from console.state.conversations import ConversationsState
from console.state.first_run import FirstRunState
from console.state.masking_words import OFFER, ON, MaskingLine, masking_line
from console.state.privacy import PrivacyState
from tests.console.tab import Tab, tab

__all__ = ["tab"]


async def test_an_import_and_the_first_screen_say_whether_anything_is_masked(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    first, log = tab.state(FirstRunState), tab.state(ConversationsState)
    await first.load()
    await log.load()
    assert first.masking == log.masking == MaskingLine(*OFFER)
    assert "Nothing was masked: masking is off." in str(await log.imported(0))
    await services.masking.set_rules(owner, MaskingRules(frozenset(Kind)))
    told = str(await log.imported(1))
    assert log.masking == MaskingLine(ON, "/settings/privacy?at=masked", "See what was masked")
    assert all(words in told for words in ("1 value in it is masked.", log.masking.href, log.masking.link))


async def test_who_may_not_see_what_was_masked_is_not_sent_there(services: Services) -> None:
    owner = await services.identity.ensure_owner()
    reader = replace(owner, permissions=owner.permissions - {Permission.PROJECT_MANAGE})
    await services.masking.set_rules(owner, MaskingRules(frozenset(Kind)))
    assert await masking_line(reader) == MaskingLine(ON)


async def test_the_way_to_what_was_masked_ends_at_its_counts(services: Services, tab: Tab) -> None:
    await services.identity.ensure_owner()
    privacy = tab.at("/settings/privacy").state(PrivacyState)
    assert await privacy.load() is None
    tab.at(MASKED)
    assert "masked" in str(await privacy.load())
