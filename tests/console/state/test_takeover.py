"""Take over, reply and hand back, as a tab sees it."""

from __future__ import annotations

from typing import Any

import pytest

from backend.bootstrap import Services
from backend.errors import Conflict
from backend.flows.types import RunWish
from backend.identity.permissions import Role
from console.state.takeover import TakeoverState
from console.state.transcript import TranscriptState
from tests.console.tab import Tab, refused, spent, tab
from tests.factories.flows import chat
from tests.factories.people import join

__all__ = ["tab"]


async def opened(tab: Tab, conversation_id: str) -> Any:
    await spent(tab.at(f"/conversations/{conversation_id}").state(TranscriptState).load())
    foot = tab.state(TakeoverState)
    await foot.load()
    return foot


async def test_an_anonymous_tab_reaches_no_handler(services: Services) -> None:
    await refused(TakeoverState, {"send": [{}]})


async def test_one_takes_over_replies_and_hands_back_while_another_reads_who(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    await services.flows.create(owner, "Chat", document=chat())
    ran = await services.runs.run(owner, "chat", RunWish({"message": "Hello"}, "draft"))
    talk = str(ran.conversation_id)
    foot = await opened(tab, talk)
    assert (foot.held_by, foot.may_reply) == ("", True)
    await foot.take()
    assert (foot.held_by, foot.is_mine) == (owner.name, True)
    await foot.send({"text": " "})
    assert foot.errors == {"text": "Write something."}
    await foot.send({"text": "I am here."})
    await spent(tab.state(TranscriptState).load())
    assert tab.state(TranscriptState).messages[-1].author == owner.name
    reviewer = await opened(Tab(await join(services.units, owner, "Rita", Role.REVIEWER)), talk)
    assert (reviewer.held_by, reviewer.is_mine) == (owner.name, False)
    with pytest.raises(Conflict, match="answers this conversation since"):
        await reviewer.take()
    await foot.hand_back()
    assert foot.held_by == ""
    viewer = await opened(Tab(await join(services.units, owner, "Vera", Role.VIEWER)), talk)
    assert not viewer.may_reply
