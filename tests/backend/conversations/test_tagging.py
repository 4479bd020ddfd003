"""A tag for several conversations at once: who got it is told, and those alone lose it again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.conversations.remark_types import Tagged
from backend.conversations.service import ConversationService
from backend.conversations.tags import MAX_BYTES, MAX_TAG, MAX_TAGS
from backend.errors import Forbidden, InvalidInput
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.unit_of_work import Units
from tests.factories.conversations import chat


@pytest.fixture
def log(units: Units) -> ConversationService:
    return ConversationService(units)


@pytest.fixture
async def talks(log: ConversationService, units: Units, owner: Operator) -> list[str]:
    held = [await chat(log, units, owner, said=f"Number {number}") for number in range(4)]
    return sorted(turn.conversation_id for turn in held)


async def tags_of(log: ConversationService, owner: Operator, talks: list[str]) -> list[tuple[str, ...]]:
    found = {one.id: one.tags for one in await log.some(owner, talks)}
    return [found[one] for one in talks]


async def test_each_that_has_room_gets_the_tag_and_loses_it_again(
    log: ConversationService, owner: Operator, talks: list[str]
) -> None:
    full, had, other, gone = talks
    for number in range(MAX_TAGS):
        await log.add_tag(owner, full, f"tag {number}")
    await log.add_tag(owner, had, "late delivery")
    await log.add_tag(owner, other, "lamp")
    await log.delete(owner, gone)
    tagged = await log.tag_some(owner, [*talks, other, "conv_nothing", "\x00"], "  Late  Delivery ")
    assert tagged == Tagged("late delivery", (other,), (had,), (full,))
    assert await tags_of(log, owner, [had, other]) == [("late delivery",), ("lamp", "late delivery")]
    await log.remove_tag(owner, other, "lamp")  # by somebody else meanwhile
    await log.untag_some(owner, [*tagged.added, gone], tagged.tag)
    assert await tags_of(log, owner, [had, other]) == [("late delivery",), ()]
    assert await log.tag_some(owner, [], "late") == Tagged("late")


async def test_tags_too_long_together_are_no_room(log: ConversationService, owner: Operator, talks: list[str]) -> None:
    wide = "\u6f22" * (MAX_TAG - 2)
    for number in range(MAX_BYTES // len(wide.encode())):
        await log.add_tag(owner, talks[0], f"{wide}{number}")
    tagged = await log.tag_some(owner, talks, f"{wide}x")
    assert (tagged.full, tagged.added) == ((talks[0],), tuple(talks[1:]))


@pytest.mark.parametrize("tag", ["", "  ", "x" * (MAX_TAG + 1)])
async def test_nothing_is_tagged_by_what_is_no_tag(
    log: ConversationService, owner: Operator, talks: list[str], tag: str
) -> None:
    with pytest.raises(InvalidInput):
        await log.tag_some(owner, talks, tag)


async def test_only_who_may_reply_tags_and_only_their_own(
    log: ConversationService, owner: Operator, talks: list[str]
) -> None:
    viewer = replace(owner, permissions=frozenset({Permission.CONVERSATIONS_READ}))
    for act in (log.tag_some(viewer, talks, "x"), log.untag_some(viewer, talks, "x")):
        with pytest.raises(Forbidden):
            await act
    await log.add_tag(owner, talks[0], "ours")
    stranger = replace(owner, project_id=new_id("proj"))
    assert await log.tag_some(stranger, talks, "mine") == Tagged("mine")
    await log.untag_some(stranger, talks, "ours")
    assert await tags_of(log, owner, talks) == [("ours",), (), (), ()]
